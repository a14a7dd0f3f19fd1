//! The specification of a bench (TOML): every mistake is named at once, with code, line, value and remedy.
//!
//! ```toml
//! name = "first"
//! time = 10            # seconds a run may take
//! seeds = [1, 2]       # seeds of the method; where it draws nothing they are repetitions
//! targets = [0.01]     # gaps of the time-to-gap curves
//!
//! [[instance]]
//! name = "uniform"
//! points = { clients = 60, seed = 1 }     # or: files = "bench/*.txt", case = { towns = 41 }, folder = "cases/*"
//! count = 3                               # generated: so many, with seeds 1, 2, 3
//!
//! [[problem]]
//! name = "p-median-6"
//! engine = "mip"                          # textbook model; or "locate" (fenji locate), "referral" (fenji referral)
//! problem = "p-median"
//! p = 6
//! on = ["uniform"]                        # default: every instance of a kind the engine takes
//!
//! [[setting]]
//! name = "no-presolve"
//! backend = "highs"
//! options = { presolve = "off" }
//! on = ["p-median-6"]                     # default: every problem
//! ```

use super::engine;
use super::instances::PointsSpec;
use crate::backend;
use crate::io::text_file::{self, LARGEST_TOML};
use crate::io::toml_file::{TomlFile, line_in_entry};
use crate::network::codes::{self, Rule};
use crate::network::{Place, Problem, Problems};
use crate::synth::SynthParams;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use toml::Spanned;

/// A bench.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Spec {
    /// Title.
    pub name: String,
    /// Seconds a run may take.
    pub time: f64,
    /// Seeds.
    pub seeds: Vec<u64>,
    /// Gaps of the time-to-gap curves.
    pub targets: Vec<f64>,
    /// Shift of the geometric means, s.
    pub shift: f64,
    /// Instances.
    pub instance: Vec<Spanned<InstanceSpec>>,
    /// Problems.
    pub problem: Vec<Spanned<ProblemSpec>>,
    /// Settings.
    pub setting: Vec<Spanned<SettingSpec>>,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            name: String::new(),
            time: 10.0,
            seeds: vec![1],
            targets: vec![0.05, 0.01, 0.001],
            shift: 1.0,
            instance: Vec::new(),
            problem: Vec::new(),
            setting: Vec::new(),
        }
    }
}

impl Spec {
    /// Number of seeds.
    #[must_use]
    pub fn seed_count(&self) -> usize {
        self.seeds.len()
    }
}

/// Instances of one kind; exactly one of the four sources.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InstanceSpec {
    /// Name; with several instances a number or the file's name follows.
    pub name: String,
    /// Files of location instances: a path or a pattern with `*`, relative to the specification.
    pub files: Option<String>,
    /// Generated points.
    pub points: Option<PointsSpec>,
    /// Generated case.
    pub case: Option<SynthParams>,
    /// Case folders: a path or a pattern.
    pub folder: Option<String>,
    /// How many to generate, each with the next seed.
    pub count: Option<u32>,
}

/// What solves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// The textbook model of a generated instance ([`engine`]).
    Mip,
    /// `fenji locate`.
    Locate,
    /// `fenji referral`.
    Referral,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProblemSpec {
    /// Name.
    pub name: String,
    /// What solves it.
    pub engine: Engine,
    /// `p-median`, `ufl`, ... for mip and locate.
    #[serde(default)]
    pub problem: Option<String>,
    /// Sites to open.
    #[serde(default)]
    pub p: Option<u32>,
    /// Distance of coverage problems.
    #[serde(default)]
    pub within: Option<f64>,
    /// Scenario file of referral, relative to the specification.
    #[serde(default)]
    pub scenario: Option<String>,
    /// Further arguments of the command.
    #[serde(default)]
    pub args: Vec<String>,
    /// Instances by name; none: all that the engine takes.
    #[serde(default)]
    pub on: Vec<String>,
}

/// A value of a solver's option.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum OptionValue {
    /// true or false.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// Words.
    Text(String),
}

impl std::fmt::Display for OptionValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(x) => write!(f, "{x}"),
            Self::Whole(x) => write!(f, "{x}"),
            Self::Number(x) => write!(f, "{x}"),
            Self::Text(x) => f.write_str(x),
        }
    }
}

/// How it is solved.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SettingSpec {
    /// Name.
    pub name: String,
    /// Backend of mip and referral.
    pub backend: Option<String>,
    /// Options of the backend by its own names.
    pub options: BTreeMap<String, OptionValue>,
    /// `--method` of locate and referral.
    pub method: Option<String>,
    /// Threads.
    pub threads: u32,
    /// Relative gap.
    pub gap: f64,
    /// Seconds, over those of the bench.
    pub time: Option<f64>,
    /// Another build of fenji to run, relative to the specification.
    pub program: Option<String>,
    /// Further arguments of the command.
    pub args: Vec<String>,
    /// Problems by name; none: all.
    pub on: Vec<String>,
}

impl Default for SettingSpec {
    fn default() -> Self {
        Self {
            name: String::new(),
            backend: None,
            options: BTreeMap::new(),
            method: None,
            threads: 1,
            gap: 1e-6,
            time: None,
            program: None,
            args: Vec::new(),
            on: Vec::new(),
        }
    }
}

impl SettingSpec {
    /// The backend with its options behind a colon; `None` when neither is given.
    #[must_use]
    pub fn backend_text(&self) -> Option<String> {
        let options: Vec<String> = self.options.iter().map(|(k, v)| format!("{k}={v}")).collect();
        match (&self.backend, options.is_empty()) {
            (None, true) => None,
            (name, true) => name.clone(),
            (name, false) => Some(format!("{}:{}", name.as_deref().unwrap_or(backend::names()[0]), options.join(","))),
        }
    }
}

/// Reads and checks a specification; `cores` is what the machine has.
///
/// # Errors
/// All problems, each with its line.
pub fn read(path: &Path, cores: usize) -> Result<Spec, Vec<Problem>> {
    let shown = path.display().to_string();
    let text = match text_file::read(path, &shown, LARGEST_TOML) {
        Ok(Some(text)) => text,
        Ok(None) => return Err(vec![Problem::new(&codes::FILE_MISSING, Place::file(&shown), "there is no such specification")]),
        Err(problem) => return Err(vec![*problem]),
    };
    let mut problems = Problems::default();
    let Some(file) = TomlFile::parse(&text, &shown, &mut problems) else { return Err(problems.into_sorted()) };
    let spec: Option<Spec> = file.read(&mut problems);
    if let Some(spec) = &spec {
        Door { file: &file, shown: &shown, text: &text, problems: &mut problems, cores }.check(spec);
    }
    match spec {
        Some(spec) if problems.errors() == 0 => Ok(spec),
        _ => Err(problems.into_sorted()),
    }
}

/// The checks.
struct Door<'t, 'p> {
    file: &'p TomlFile<'t>,
    shown: &'p str,
    text: &'t str,
    problems: &'p mut Problems,
    cores: usize,
}

impl Door<'_, '_> {
    /// A problem of an entry of a list: its line is that of the key when it can be found, else of the entry.
    fn say(&mut self, rule: &Rule, start: usize, key: &str, value: &dyn std::fmt::Display, message: String) {
        let line = line_in_entry(self.text, start, key);
        self.problems.push(Problem::new(rule, Place::line(self.shown, line), message).column(key).value(value));
    }

    fn top(&mut self, key: &str, value: &dyn std::fmt::Display, message: String) {
        self.problems.push(self.file.problem(&codes::SETTING_OUT_OF_RANGE, &[key], message).value(value));
    }

    fn check(&mut self, spec: &Spec) {
        if !(spec.time > 0.0 && spec.time <= 1e6) {
            self.top("time", &spec.time, "must be above 0 and at most 1e6 seconds".into());
        }
        if !(0.0..=1e6).contains(&spec.shift) {
            self.top("shift", &spec.shift, "must be from 0 to 1e6 seconds".into());
        }
        if spec.seeds.is_empty() || spec.seeds.len() > 1000 {
            self.top("seeds", &spec.seeds.len(), "from 1 to 1000 seeds are wanted".into());
        }
        if let Some(t) = spec.targets.iter().find(|t| !(**t > 0.0 && **t < 1.0)) {
            self.top("targets", t, "gaps are above 0 and below 1".into());
        }
        for (key, empty) in
            [("instance", spec.instance.is_empty()), ("problem", spec.problem.is_empty()), ("setting", spec.setting.is_empty())]
        {
            if empty {
                let message = format!("there is no [[{key}]]");
                let problem = Problem::new(&codes::TOML_KEY_MISSING, Place::file(self.shown), message).column(key);
                self.problems.push(problem.remedy(format!("add at least one [[{key}]]")));
            }
        }
        self.names("instance", spec.instance.iter().map(|i| (i.span().start, i.get_ref().name.as_str())).collect());
        self.names("problem", spec.problem.iter().map(|i| (i.span().start, i.get_ref().name.as_str())).collect());
        self.names("setting", spec.setting.iter().map(|i| (i.span().start, i.get_ref().name.as_str())).collect());
        for i in &spec.instance {
            self.instance(i.span().start, i.get_ref());
        }
        for p in &spec.problem {
            self.problem(p.span().start, p.get_ref(), spec);
        }
        for s in &spec.setting {
            self.setting(s.span().start, s.get_ref(), spec);
        }
    }

    /// Names: there, told apart, and fit for files.
    fn names(&mut self, list: &str, names: Vec<(usize, &str)>) {
        let mut seen = BTreeSet::new();
        for (start, name) in names {
            let fit = !name.is_empty()
                && name.len() <= 60
                && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
                && !name.starts_with('.');
            if !fit {
                let message = "a name of 1 to 60 letters, digits, dots, dashes and underscores is wanted".to_owned();
                self.say(&codes::SETTING_OUT_OF_RANGE, start, &format!("{list}.name"), &name, message);
            } else if !seen.insert(name) {
                self.say(&codes::SETTING_OUT_OF_RANGE, start, &format!("{list}.name"), &name, format!("another {list} has this name"));
            }
        }
    }

    fn instance(&mut self, start: usize, i: &InstanceSpec) {
        let sources = [i.files.is_some(), i.points.is_some(), i.case.is_some(), i.folder.is_some()];
        if sources.iter().filter(|s| **s).count() != 1 {
            let message = "exactly one of files, points, case and folder is wanted".to_owned();
            self.say(&codes::TOML_KEY_MISSING, start, "instance", &i.name, message);
        }
        if i.count.is_some_and(|n| n == 0 || n > 1000) {
            self.say(&codes::SETTING_OUT_OF_RANGE, start, "instance.count", &i.count.unwrap_or(0), "must be from 1 to 1000".into());
        }
        if i.count.is_some() && (i.files.is_some() || i.folder.is_some()) {
            self.say(
                &codes::TOML_KEY_UNKNOWN,
                start,
                "instance.count",
                &i.count.unwrap_or(0),
                "only generated instances are counted".into(),
            );
        }
        if let Some(p) = &i.points {
            if !(1..=100_000).contains(&p.clients) || p.sites > 100_000 || p.clusters > 10_000 {
                let message = "1 to 100,000 clients, at most 100,000 sites and 10,000 clusters".to_owned();
                self.say(&codes::SETTING_OUT_OF_RANGE, start, "instance.points", &p.clients, message);
            }
            if !(p.ratio == 0.0 || (1.0..=1000.0).contains(&p.ratio)) {
                let message = "all capacity over all demand: 0 for none, else from 1 to 1000".to_owned();
                self.say(&codes::SETTING_OUT_OF_RANGE, start, "instance.points.ratio", &p.ratio, message);
            }
        }
        if let Some(Err(e)) = i.case.as_ref().map(crate::synth::SynthParams::validate) {
            self.say(&codes::SETTING_OUT_OF_RANGE, start, "instance.case", &i.name, e.to_string());
        }
    }

    fn problem(&mut self, start: usize, p: &ProblemSpec, spec: &Spec) {
        for name in p.on.iter().filter(|n| !spec.instance.iter().any(|i| &i.get_ref().name == *n)) {
            self.say(&codes::NAME_UNKNOWN, start, "problem.on", name, "there is no instance of this name".into());
        }
        for i in spec.instance.iter().map(Spanned::get_ref).filter(|i| p.on.contains(&i.name) && !takes(p.engine, i)) {
            let message = format!("engine {} takes {}", engine_word(p.engine), engine_takes(p.engine));
            self.say(&codes::SETTING_OUT_OF_RANGE, start, "problem.on", &i.name, message);
        }
        if p.on.is_empty() && !spec.instance.is_empty() && !spec.instance.iter().any(|i| takes(p.engine, i.get_ref())) {
            let message = format!("no instance fits: engine {} takes {}", engine_word(p.engine), engine_takes(p.engine));
            self.say(&codes::SETTING_OUT_OF_RANGE, start, "problem.engine", &p.name, message);
        }
        let known: &[&str] = if p.engine == Engine::Mip { &engine::PROBLEMS } else { &LOCATE };
        match (&p.problem, p.engine) {
            (Some(name), Engine::Referral) => {
                self.say(&codes::TOML_KEY_UNKNOWN, start, "problem.problem", name, "engine referral has one problem only".into());
            }
            (Some(name), _) if !known.contains(&name.as_str()) => {
                self.say(
                    &codes::NAME_UNKNOWN,
                    start,
                    "problem.problem",
                    name,
                    format!("engine {} knows {}", engine_word(p.engine), known.join(", ")),
                );
            }
            (None, Engine::Mip | Engine::Locate) => {
                let message = format!("which problem: {}", known.join(", "));
                self.say(&codes::TOML_KEY_MISSING, start, "problem.problem", &p.name, message);
            }
            _ => {}
        }
        if p.engine == Engine::Mip && p.problem.as_deref() == Some("p-median") && p.p.is_none_or(|n| n == 0) {
            self.say(&codes::TOML_KEY_MISSING, start, "problem.p", &p.name, "p-median opens p sites: give p, at least 1".into());
        }
        if p.engine == Engine::Mip && p.problem.as_deref() == Some("cfl") {
            let bare = |i: &&InstanceSpec| i.points.as_ref().is_some_and(|q| q.ratio <= 0.0) && (p.on.is_empty() || p.on.contains(&i.name));
            for i in spec.instance.iter().map(Spanned::get_ref).filter(bare) {
                let message = format!("`{}` has no capacities: give its points a ratio, or name the instances in `on`", i.name);
                self.say(&codes::SETTING_OUT_OF_RANGE, start, "problem.problem", &"cfl", message);
            }
        }
        if p.within.is_some_and(|w| !(w >= 0.0 && w.is_finite())) {
            self.say(&codes::SETTING_OUT_OF_RANGE, start, "problem.within", &p.within.unwrap_or(0.0), "must not be negative".into());
        }
    }

    fn setting(&mut self, start: usize, s: &SettingSpec, spec: &Spec) {
        for name in s.on.iter().filter(|n| !spec.problem.iter().any(|p| &p.get_ref().name == *n)) {
            self.say(&codes::NAME_UNKNOWN, start, "setting.on", name, "there is no problem of this name".into());
        }
        if s.threads == 0 || s.threads as usize > self.cores {
            let message = format!("from 1 to the {} cores of this machine", self.cores);
            self.say(&codes::SETTING_OUT_OF_RANGE, start, "setting.threads", &s.threads, message);
        }
        if !(0.0..1.0).contains(&s.gap) {
            self.say(&codes::SETTING_OUT_OF_RANGE, start, "setting.gap", &s.gap, "must be at least 0 and below 1".into());
        }
        if s.time.is_some_and(|t| !(t > 0.0 && t <= 1e6)) {
            let message = "must be above 0 and at most 1e6 seconds".to_owned();
            self.say(&codes::SETTING_OUT_OF_RANGE, start, "setting.time", &s.time.unwrap_or(0.0), message);
        }
        // Another program has its own backends.
        if s.program.is_none()
            && let Some(text) = s.backend_text()
            && let Err(e) = backend::by_name(&text)
        {
            let key = if s.options.is_empty() { "setting.backend" } else { "setting.options" };
            self.say(&codes::NAME_UNKNOWN, start, key, &text, e.to_string());
        }
    }
}

/// Problems of `fenji locate`.
const LOCATE: [&str; 10] = ["p-median", "p-center", "lscp", "mclp", "ufl", "cfl", "sscfl", "cpmp", "two-level", "two-stage"];

/// Whether an engine takes an instance.
#[must_use]
pub fn takes(engine: Engine, i: &InstanceSpec) -> bool {
    match engine {
        Engine::Mip => i.points.is_some(),
        Engine::Locate => i.points.is_some() || i.files.is_some(),
        Engine::Referral => i.case.is_some() || i.folder.is_some(),
    }
}

/// The word of an engine.
#[must_use]
pub const fn engine_word(engine: Engine) -> &'static str {
    match engine {
        Engine::Mip => "mip",
        Engine::Locate => "locate",
        Engine::Referral => "referral",
    }
}

const fn engine_takes(engine: Engine) -> &'static str {
    match engine {
        Engine::Mip => "generated points",
        Engine::Locate => "generated points and files",
        Engine::Referral => "generated cases and case folders",
    }
}
