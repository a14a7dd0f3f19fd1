//! The inputs of jobs: patterns resolved, sub-cases cut, parameters laid over scenarios.

use super::spec::{CaseSpec, Every, Read, ScenarioSpec};
use super::spec_check::scenario_name;
use super::{cut, grid};
use crate::io;
use crate::io::fingerprint;
use crate::io::folder_out::case_files;
use crate::io::scenario;
use crate::io::write::write_file;
use crate::network::arc_rules::build_arcs;
use crate::network::codes::{self, Rule};
use crate::network::{Place, Problem};
use crate::outcome::Observer;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A scenario with its parameters.
pub(super) struct OneScenario {
    pub entry: usize,
    pub name: String,
    pub point: BTreeMap<String, toml::Value>,
    pub file: Option<PathBuf>,
    pub bytes: Vec<u8>,
}

/// A case as jobs know it.
#[derive(Debug, Clone)]
pub(super) struct OneCase {
    pub name: String,
    pub parent: String,
    pub group: Option<String>,
    pub folder: PathBuf,
    pub hash: String,
}

/// What finds and writes the inputs.
pub(super) struct Desk<'a> {
    pub shown: &'a str,
    pub home: &'a Path,
    pub out: &'a Path,
}

impl Desk<'_> {
    pub fn problem(&self, rule: &Rule, column: &str, value: &str, message: String) -> Problem {
        Problem::new(rule, Place::file(self.shown), message).column(column).value(value)
    }

    /// Paths that match a pattern, sorted; a pattern that matches nothing is a problem.
    fn matches(&self, pattern: &str, column: &str, keep: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>, Vec<Problem>> {
        let remedy = "correct the path; it is relative to the specification";
        let whole = self.home.join(pattern);
        let fail = |message: String| vec![self.problem(&codes::FILE_MISSING, column, pattern, message).remedy(remedy)];
        let found = glob::glob(&whole.to_string_lossy()).map_err(|e| fail(format!("this is no pattern: {e}")))?;
        let mut paths: Vec<PathBuf> = found.filter_map(Result::ok).filter(|p| keep(p)).collect();
        paths.sort();
        if paths.is_empty() { Err(fail(format!("nothing matches {}", whole.display()))) } else { Ok(paths) }
    }

    pub fn cases(&self, spec: &CaseSpec, observer: &dyn Observer) -> Result<Vec<OneCase>, Vec<Problem>> {
        let folders = self.matches(&spec.path, "case.path", |p| p.join("case.toml").is_file())?;
        let single = folders.len() == 1;
        let mut out = Vec::new();
        for folder in folders {
            let own = folder.file_name().map_or_else(|| "case".to_owned(), |n| n.to_string_lossy().into_owned());
            let name = match &spec.name {
                Some(name) if single => name.clone(),
                Some(name) => format!("{name}-{own}"),
                None => own,
            };
            let folder = folder.canonicalize().unwrap_or(folder);
            match spec.every {
                Some(every) => out.extend(self.parts(spec, every, &name, &folder, observer)?),
                None => {
                    let hash = self.hash(&folder)?;
                    out.push(OneCase { parent: name.clone(), name, group: None, folder, hash });
                }
            }
        }
        Ok(out)
    }

    fn hash(&self, folder: &Path) -> Result<String, Vec<Problem>> {
        let shown = folder.display().to_string();
        fingerprint::of_path(folder).map_err(|e| vec![self.problem(&codes::FILE_UNREADABLE, "case.path", &shown, e.to_string())])
    }

    /// The parts of a case, written into the folder of the batch.
    fn parts(
        &self,
        spec: &CaseSpec,
        every: Every,
        name: &str,
        folder: &Path,
        observer: &dyn Observer,
    ) -> Result<Vec<OneCase>, Vec<Problem>> {
        let read = io::read_case(folder)?;
        let groups = cut::groups(&read.case.network, every).map_err(|areas| {
            let message = format!("areas without a prefecture: {}", areas.join(", "));
            vec![self.problem(&codes::SETTING_OUT_OF_RANGE, "case.every", every.word(), message)]
        })?;
        let unknown = spec.only.iter().filter(|code| !groups.iter().any(|g| &g.code == *code));
        let known = || groups.iter().map(|g| g.code.as_str()).collect::<Vec<_>>().join(", ");
        let wrong: Vec<Problem> =
            unknown.map(|code| self.problem(&codes::NAME_UNKNOWN, "case.only", code, format!("the groups are {}", known()))).collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let arcs = build_arcs(&read.case, observer);
        let reach = cut::Reach::of(&read.case.network, &arcs);
        drop(arcs);
        let mut out = Vec::new();
        for group in groups.iter().filter(|g| spec.only.is_empty() || spec.only.contains(&g.code)) {
            let plain: String = group.code.chars().map(|c| if c.is_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect();
            let own = format!("{name}-{plain}");
            let (part, name_en) = cut::cut(&read.case, read.name_en.as_deref(), &reach, group);
            let target = self.out.join("cases").join(&own);
            let extras = io::Extras { name_en, scenario: read.scenario.table.clone() };
            let written = case_files(&part, &extras).and_then(|files| {
                fs::create_dir_all(&target)?;
                for (file, bytes) in files {
                    // what is there already may be in use by a job of another shard
                    if fs::read(target.join(&file)).ok().as_deref() != Some(&bytes) {
                        write_file(&target.join(&file), &bytes)?;
                    }
                }
                Ok(())
            });
            written.map_err(|e| vec![self.problem(&codes::FILE_UNREADABLE, "case.path", &target.display().to_string(), e.to_string())])?;
            let hash = self.hash(&target)?;
            out.push(OneCase { name: own, parent: name.to_owned(), group: Some(group.code.clone()), folder: target, hash });
        }
        Ok(out)
    }

    /// Scenarios with every combination of the grid, written where there is anything to write.
    pub fn scenarios(&self, read: &Read) -> Result<Vec<OneScenario>, Vec<Problem>> {
        let axes = grid::axes(&read.spec.grid).unwrap_or_default();
        let points = grid::points(&axes);
        let mut problems = Vec::new();
        type Base = (usize, String, Option<(PathBuf, toml::Table)>);
        let mut bases: Vec<Base> = Vec::new();
        let plain = [ScenarioSpec::default()];
        let entries: Vec<&ScenarioSpec> = if read.spec.scenario.is_empty() {
            plain.iter().collect()
        } else {
            read.spec.scenario.iter().map(toml::Spanned::get_ref).collect()
        };
        for (n, entry) in entries.into_iter().enumerate() {
            let Some(pattern) = &entry.file else {
                bases.push((n, scenario_name(entry), None));
                continue;
            };
            let files = match self.matches(pattern, "scenario.file", Path::is_file) {
                Ok(files) => files,
                Err(wrong) => {
                    problems.extend(wrong);
                    continue;
                }
            };
            let single = files.len() == 1;
            for file in files {
                let stem = file.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
                let name = match (&entry.name, single) {
                    (Some(name), true) => name.clone(),
                    (Some(name), false) => format!("{name}-{stem}"),
                    (None, _) => stem,
                };
                match scenario::read_scenario(&file, None) {
                    Ok(read) => bases.push((n, name, Some((file, read.table)))),
                    Err(wrong) => problems.extend(wrong),
                }
            }
        }
        let mut seen = BTreeSet::new();
        for (_, name, _) in bases.iter().filter(|b| !seen.insert(b.1.clone())) {
            problems.push(self.problem(&codes::SETTING_OUT_OF_RANGE, "scenario", name, "two scenarios have this name".into()));
        }
        let mut out = Vec::new();
        for (entry, name, base) in bases {
            for point in &points {
                match self.scenario(&name, base.as_ref().map(|b| &b.1), point) {
                    Ok(made) => {
                        let (file, bytes) = made.map_or((None, Vec::new()), |(f, b)| (Some(f), b));
                        out.push(OneScenario { entry, name: name.clone(), point: point.clone(), file, bytes });
                    }
                    Err(wrong) => problems.extend(wrong),
                }
            }
        }
        if problems.is_empty() { Ok(out) } else { Err(problems) }
    }

    /// One scenario with its parameters as a file; nothing when it changes nothing.
    fn scenario(
        &self,
        name: &str,
        base: Option<&toml::Table>,
        point: &BTreeMap<String, toml::Value>,
    ) -> Result<Option<(PathBuf, Vec<u8>)>, Vec<Problem>> {
        if base.is_none() && point.is_empty() {
            return Ok(None);
        }
        let table = grid::laid_over(base.unwrap_or(&toml::Table::new()), point);
        let text = toml::to_string_pretty(&table)
            .map_err(|e| vec![self.problem(&codes::SETTING_OUT_OF_RANGE, "grid", name, format!("no scenario comes of it: {e}"))])?;
        if !point.is_empty() {
            let shown = format!("{name} with {}", point.iter().map(|(k, v)| format!("{k} = {v}")).collect::<Vec<_>>().join(", "));
            scenario::read_text(&shown, &text, None)?;
        }
        let file = self.out.join("scenarios").join(format!("{}.toml", fingerprint::of_bytes(text.as_bytes())));
        let there = fs::read(&file).is_ok_and(|b| b == text.as_bytes());
        if !there {
            fs::create_dir_all(self.out.join("scenarios"))
                .and_then(|()| write_file(&file, text.as_bytes()))
                .map_err(|e| vec![self.problem(&codes::FILE_UNREADABLE, "scenario", &file.display().to_string(), e.to_string())])?;
        }
        Ok(Some((file, text.into_bytes())))
    }

    /// Fingerprints of the files that arguments name.
    pub fn named_by(&self, args: &[String]) -> String {
        let value = |a: &String| a.split_once('=').map_or(a.clone(), |(_, v)| v.to_owned());
        let files = args.iter().map(|a| self.home.join(value(a))).filter(|p| p.is_file() || p.is_dir());
        files.filter_map(|p| fingerprint::of_path(&p).ok()).collect::<Vec<_>>().join(" ")
    }
}
