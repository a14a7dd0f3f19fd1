//! From a specification to jobs: patterns resolved, sub-cases cut, parameters laid over scenarios, every job with the hash of all that
//! could change its result.

use super::Entry;
use super::inputs::{Desk, OneCase, OneScenario};
use super::shared::Rounds;
use super::spec::{Read, takes};
use super::spec_check::{case_name, scenario_name};
use crate::io::fingerprint::{self, Fingerprint};
use crate::network::{Problem, codes};
use crate::outcome::Observer;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Where things are.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// The specification.
    pub spec: &'a Path,
    /// The folder of the batch.
    pub out: &'a Path,
    /// This program.
    pub program: &'a Path,
}

/// A job, ready to be run.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// What the list holds of it.
    pub entry: Entry,
    /// Case folder.
    pub case: PathBuf,
    /// Scenario file; none: the case as it is.
    pub scenario: Option<PathBuf>,
    /// Whether a referral plan is worked out first.
    pub flows: bool,
}

/// Everything that a specification asks for.
#[derive(Debug, Clone)]
pub struct Expanded {
    /// Jobs, in the order of the specification.
    pub jobs: Vec<Job>,
    /// Hash of the program and its version.
    pub program: String,
    /// Hash of the specification.
    pub spec: String,
    /// Rounds, where hospitals are shared: `jobs` are then those of the first one.
    pub rounds: Option<Rounds>,
}

/// Whether a name is fit for a folder.
#[must_use]
pub fn fit(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "._-".contains(c);
    (1..=80).contains(&name.len()) && name.chars().all(plain) && !name.starts_with('.')
}

/// Expands a specification; sub-cases and scenarios are written into the folder of the batch.
///
/// # Errors
/// Patterns that match nothing, names that stand for two things, cases that cannot be cut, scenarios that cannot be, files that cannot be
/// read or written: all of them.
pub fn expand(read: &Read, places: Places<'_>, observer: &dyn Observer) -> Result<Expanded, Vec<Problem>> {
    let spec = &read.spec;
    let home = places.spec.parent().unwrap_or(Path::new("")).to_owned();
    let shown = places.spec.display().to_string();
    let desk = Desk { shown: &shown, home: &home, out: places.out };
    let mut problems = Vec::new();
    let mut cases: Vec<(String, Vec<OneCase>)> = Vec::new();
    for case in spec.case.iter().map(toml::Spanned::get_ref) {
        match desk.cases(case, observer) {
            Ok(found) => cases.push((case_name(case), found)),
            Err(wrong) => problems.extend(wrong),
        }
    }
    let mut seen = BTreeSet::new();
    for one in cases.iter().flat_map(|(_, list)| list).filter(|c| !seen.insert(c.name.clone())) {
        let message = "two cases have this name: give their [[case]] entries names".to_owned();
        problems.push(desk.problem(&codes::SETTING_OUT_OF_RANGE, "case", &one.name, message));
    }
    let scenarios = match desk.scenarios(read) {
        Ok(list) => list,
        Err(wrong) => {
            problems.extend(wrong);
            Vec::new()
        }
    };
    let program = match fs::read(places.program) {
        Ok(bytes) => Fingerprint::new().add(env!("CARGO_PKG_VERSION").as_bytes()).add(&bytes).text(),
        Err(e) => {
            problems.push(desk.problem(&codes::FILE_UNREADABLE, "program", &places.program.display().to_string(), e.to_string()));
            String::new()
        }
    };
    if !problems.is_empty() {
        return Err(problems);
    }
    let settings = format!("{:?} {} {:?}", spec.lang, spec.report, spec.time);
    let names: Vec<String> = spec.scenario.iter().map(|s| scenario_name(s.get_ref())).collect();
    let mut jobs = Vec::new();
    for command in spec.command.iter().map(toml::Spanned::get_ref) {
        let files = desk.named_by(&command.args);
        let flows = command.wants_flows();
        for one in cases.iter().filter(|(n, _)| command.cases.is_empty() || command.cases.contains(n)).flat_map(|(_, list)| list) {
            let wanted =
                |s: &&OneScenario| command.scenarios.is_empty() || names.get(s.entry).is_some_and(|n| command.scenarios.contains(n));
            for scenario in scenarios.iter().filter(wanted) {
                let hash = Fingerprint::new()
                    .add(b"fenji batch 1")
                    .add(program.as_bytes())
                    .add(one.hash.as_bytes())
                    .add(&scenario.bytes)
                    .add(format!("{} {:?} {flows} {settings} {}", command.command, command.args, spec.limit.unwrap_or(0.0)).as_bytes())
                    .add(files.as_bytes())
                    // names stand in the results
                    .add(format!("{} {} {} {:?}", one.name, one.parent, scenario.name, scenario.point).as_bytes())
                    .text();
                let entry = Entry {
                    hash,
                    case: one.name.clone(),
                    parent: one.parent.clone(),
                    group: one.group.clone(),
                    scenario: scenario.name.clone(),
                    command: command.command.clone(),
                    arguments: command.args.clone(),
                    parameters: scenario.point.clone(),
                };
                jobs.push(Job { entry, case: one.folder.clone(), scenario: scenario.file.clone(), flows });
            }
        }
    }
    let mut seen = BTreeSet::new();
    for job in jobs.iter().filter(|j| !seen.insert(j.entry.hash.clone())) {
        let message = format!("the job is asked for twice: {}", job.entry.label());
        problems.push(desk.problem(&codes::SETTING_OUT_OF_RANGE, "command", &job.entry.command, message));
    }
    if jobs.is_empty() {
        problems.push(desk.problem(
            &codes::SETTING_OUT_OF_RANGE,
            "command",
            "",
            "no job comes of it: no command has a case and a scenario".into(),
        ));
    }
    debug_assert!(jobs.iter().all(|j| takes(&j.entry.command).is_some()));
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut rounds = None;
    if let Some(shared) = &spec.shared {
        let (begun, first) = Rounds::begin(&jobs, shared, &shown, places.out)?;
        (rounds, jobs) = (Some(begun), first);
    }
    Ok(Expanded { jobs, program, spec: fingerprint::of_bytes(read.text.as_bytes()), rounds })
}
