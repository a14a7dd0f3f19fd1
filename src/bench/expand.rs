//! From a specification to runs: generated instances are written, patterns resolved, every run gets the hash of all that could change it.

use super::instances::{PointsSpec, generate};
use super::spec::{InstanceSpec, ProblemSpec, SettingSpec, Spec, takes};
use crate::io::fingerprint::{Fingerprint, of_bytes as hash, of_path as hash_of_path};
use crate::io::folder_out::{Extras, case_files};
use crate::io::write::write_file;
use crate::network::codes;
use crate::network::{Place, Problem};
use crate::synth::{self, SynthParams};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// One instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// Name.
    pub name: String,
    /// File or case folder.
    pub path: PathBuf,
    /// Parameters, when it is generated points.
    pub points: Option<PointsSpec>,
    /// Hash of its bytes.
    pub hash: String,
}

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Hash of everything that could change the result.
    pub hash: String,
    /// Instance.
    pub instance: Instance,
    /// Problem.
    pub problem: ProblemSpec,
    /// Setting.
    pub setting: SettingSpec,
    /// Seed.
    pub seed: u64,
    /// Seconds it may take.
    pub time: f64,
    /// The program.
    pub program: PathBuf,
    /// Scenario of referral.
    pub scenario: Option<PathBuf>,
}

/// Where things are.
#[derive(Debug, Clone)]
pub struct Places<'a> {
    /// The specification.
    pub spec: &'a Path,
    /// The folder of results.
    pub out: &'a Path,
    /// This program.
    pub program: &'a Path,
}

/// Expands a specification. Generated instances are written to `out/instances` unless they are there.
///
/// # Errors
/// Patterns that match nothing, programs and scenarios that are not there, files that cannot be read or written: all of them.
pub fn expand(spec: &Spec, places: &Places<'_>) -> Result<Vec<Run>, Vec<Problem>> {
    let mut problems = Vec::new();
    let shown = places.spec.display().to_string();
    let home = places.spec.parent().unwrap_or(Path::new("")).to_owned();
    let fail = |column: &str, value: &str, message: String| {
        Problem::new(&codes::FILE_MISSING, Place::file(&shown), message)
            .column(column)
            .value(value)
            .remedy("correct the path; it is relative to the specification")
    };
    let mut instances: BTreeMap<&str, Vec<Instance>> = BTreeMap::new();
    for i in spec.instance.iter().map(Spanned::get_ref) {
        match resolve(i, &home, places.out) {
            Ok(list) => {
                instances.insert(&i.name, list);
            }
            Err(message) => problems.push(fail("instance", &i.name, message)),
        }
    }
    let mut programs: BTreeMap<&str, (PathBuf, String)> = BTreeMap::new();
    for s in spec.setting.iter().map(Spanned::get_ref) {
        let program = s.program.as_ref().map_or_else(|| places.program.to_owned(), |p| home.join(p));
        match hash_of_path(&program) {
            Ok(hash) if program.is_file() => {
                programs.insert(&s.name, (program, hash));
            }
            _ => problems.push(fail(
                "setting.program",
                &program.display().to_string(),
                format!("setting `{}`: there is no such program", s.name),
            )),
        }
    }
    let mut scenarios: BTreeMap<&str, (Option<PathBuf>, String)> = BTreeMap::new();
    for p in spec.problem.iter().map(Spanned::get_ref) {
        let path = p.scenario.as_ref().map(|s| home.join(s));
        match path.as_deref().map(hash_of_path).transpose() {
            Ok(hash) => {
                scenarios.insert(&p.name, (path, hash.unwrap_or_default()));
            }
            Err(e) => problems.push(fail("problem.scenario", p.scenario.as_deref().unwrap_or(""), e.to_string())),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut runs = Vec::new();
    // Settings innermost: what is compared runs close together, so that a change of the machine's load touches all of them alike.
    for i in spec.instance.iter().map(Spanned::get_ref) {
        for p in spec.problem.iter().map(Spanned::get_ref).filter(|p| takes(p.engine, i) && (p.on.is_empty() || p.on.contains(&i.name))) {
            for instance in &instances[i.name.as_str()] {
                for &seed in &spec.seeds {
                    for s in spec.setting.iter().map(Spanned::get_ref).filter(|s| s.on.is_empty() || s.on.contains(&p.name)) {
                        let (program, program_hash) = &programs[s.name.as_str()];
                        let (scenario, scenario_hash) = &scenarios[p.name.as_str()];
                        let time = s.time.unwrap_or(spec.time);
                        let hash = Fingerprint::new()
                            .add(b"fenji bench 1")
                            .add(program_hash.as_bytes())
                            .add(instance.hash.as_bytes())
                            .add(scenario_hash.as_bytes())
                            .add(format!("{:?}{:?}{:?}{:?}{:?}", p.engine, p.problem, p.p, p.within, p.args).as_bytes())
                            .add(format!("{:?}{:?}{}{}{:?}", s.backend_text(), s.method, s.threads, s.gap, s.args).as_bytes())
                            // names stand in the results
                            .add(format!("{} {} {} {seed} {time}", instance.name, p.name, s.name).as_bytes())
                            .text();
                        runs.push(Run {
                            hash,
                            instance: instance.clone(),
                            problem: p.clone(),
                            setting: s.clone(),
                            seed,
                            time,
                            program: program.clone(),
                            scenario: scenario.clone(),
                        });
                    }
                }
            }
        }
    }
    Ok(runs)
}

/// The instances of one entry.
fn resolve(i: &InstanceSpec, home: &Path, out: &Path) -> Result<Vec<Instance>, String> {
    let folder = out.join("instances");
    let copies = i.count.unwrap_or(1);
    let name = |n: u32| if copies > 1 { format!("{}-{}", i.name, n + 1) } else { i.name.clone() };
    if let Some(points) = &i.points {
        return (0..copies)
            .map(|n| {
                let points = PointsSpec { seed: points.seed.wrapping_add(u64::from(n)), ..points.clone() };
                let (name, text) = (name(n), generate(&points).to_csv());
                let path = folder.join(format!("{name}.csv"));
                fs::create_dir_all(&folder)
                    .and_then(|()| write_file(&path, text.as_bytes()))
                    .map_err(|e| format!("{}: {e}", path.display()))?;
                Ok(Instance { name, path, points: Some(points), hash: hash(text.as_bytes()) })
            })
            .collect();
    }
    if let Some(case) = &i.case {
        return (0..copies)
            .map(|n| {
                let params = SynthParams { seed: case.seed.wrapping_add(u64::from(n)), ..case.clone() };
                let name = name(n);
                let path = folder.join(&name);
                let made = synth::generate(&params).map_err(|e| e.to_string())?;
                let files = case_files(&made, &Extras::default()).map_err(|e| e.to_string())?;
                fs::create_dir_all(&path).map_err(|e| format!("{}: {e}", path.display()))?;
                for (file, bytes) in files {
                    write_file(&path.join(&file), &bytes).map_err(|e| format!("{file}: {e}"))?;
                }
                let hash = hash_of_path(&path).map_err(|e| format!("{}: {e}", path.display()))?;
                Ok(Instance { name, path, points: None, hash })
            })
            .collect();
    }
    let pattern = home.join(i.files.as_deref().or(i.folder.as_deref()).unwrap_or_default());
    let mut paths: Vec<PathBuf> = glob::glob(&pattern.to_string_lossy())
        .map_err(|e| format!("{}: {e}", pattern.display()))?
        .filter_map(Result::ok)
        .filter(|p| if i.folder.is_some() { p.join("case.toml").is_file() } else { p.is_file() })
        .collect();
    paths.sort();
    if paths.is_empty() {
        return Err(format!("nothing matches {}", pattern.display()));
    }
    let single = paths.len() == 1;
    paths
        .into_iter()
        .map(|path| {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let hash = hash_of_path(&path).map_err(|e| format!("{}: {e}", path.display()))?;
            let path = path.canonicalize().unwrap_or(path);
            Ok(Instance { name: if single { i.name.clone() } else { format!("{}/{file}", i.name) }, path, points: None, hash })
        })
        .collect()
}
