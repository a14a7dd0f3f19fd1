//! The checks of a specification.

use super::grid;
use super::spec::{COMMANDS, CaseSpec, CommandSpec, ScenarioSpec, SharedSpec, Spec, Understands, takes};
use crate::io::scenario;
use crate::io::toml_file::{TomlFile, line_in_entry};
use crate::network::codes::{self, Rule};
use crate::network::problem::nearest;
use crate::network::{Place, Problem, Problems};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::Path;

/// Most rounds of shared hospitals.
const MOST_ROUNDS: u32 = 1000;
/// Most combinations of a grid.
const MOST_POINTS: usize = 10_000;
/// Arguments that the batch gives itself.
const OWN: [&str; 13] = [
    "--out",
    "--json",
    "--quiet",
    "-q",
    "--verbose",
    "--scenario",
    "--referral",
    "--lang",
    "--threads",
    "--no-report",
    "--tables",
    "--help",
    "--version",
];

/// The name by which other entries speak of a case.
#[must_use]
pub fn case_name(case: &CaseSpec) -> String {
    case.name.clone().unwrap_or_else(|| last(&case.path))
}

/// The name by which other entries speak of a scenario.
#[must_use]
pub fn scenario_name(scenario: &ScenarioSpec) -> String {
    scenario.name.clone().unwrap_or_else(|| match &scenario.file {
        Some(file) => Path::new(file).file_stem().map_or_else(|| file.clone(), |s| s.to_string_lossy().into_owned()),
        None => "as-it-is".to_owned(),
    })
}

fn last(path: &str) -> String {
    Path::new(path).components().next_back().map_or_else(String::new, |c| c.as_os_str().to_string_lossy().into_owned())
}

/// The checks.
pub(super) struct Door<'t, 'p> {
    pub file: &'p TomlFile<'t>,
    pub shown: &'p str,
    pub text: &'t str,
    pub problems: &'p mut Problems,
    pub understands: Understands<'p>,
}

impl Door<'_, '_> {
    /// A problem of an entry of a list: its line is that of the key when it can be found, else of the entry.
    fn say(&mut self, rule: &Rule, start: usize, key: &str, value: &dyn Display, message: String) {
        let line = line_in_entry(self.text, start, key);
        self.problems.push(Problem::new(rule, Place::line(self.shown, line), message).column(key).value(value));
    }

    fn top(&mut self, key: &str, value: &dyn Display, message: String) {
        self.problems.push(self.file.problem(&codes::SETTING_OUT_OF_RANGE, &[key], message).value(value));
    }

    /// Every check.
    pub fn check(&mut self, spec: &Spec) {
        for (key, value) in [("time", spec.time), ("limit", spec.limit)] {
            if let Some(t) = value.filter(|t| !(*t > 0.0 && *t <= 1e7)) {
                self.top(key, &t, "must be above 0 and at most 1e7 seconds".into());
            }
        }
        for (key, empty) in [("case", spec.case.is_empty()), ("command", spec.command.is_empty())] {
            if empty {
                let problem = Problem::new(&codes::TOML_KEY_MISSING, Place::file(self.shown), format!("there is no [[{key}]]")).column(key);
                self.problems.push(problem.remedy(format!("add at least one [[{key}]]")));
            }
        }
        self.names("case", spec.case.iter().map(|c| (c.span().start, c.get_ref().name.as_deref(), case_name(c.get_ref()))).collect());
        self.names(
            "scenario",
            spec.scenario.iter().map(|s| (s.span().start, s.get_ref().name.as_deref(), scenario_name(s.get_ref()))).collect(),
        );
        for case in &spec.case {
            let c = case.get_ref();
            if c.path.trim().is_empty() {
                self.say(&codes::TOML_KEY_MISSING, case.span().start, "case.path", &c.path, "a case folder or a pattern is wanted".into());
            }
            if c.every.is_none() && !c.only.is_empty() {
                let message = "`only` names areas or prefectures of a case that is cut: give `every`".to_owned();
                self.say(&codes::TOML_KEY_MISSING, case.span().start, "case.only", &c.only.join(", "), message);
            }
        }
        for command in &spec.command {
            self.command(command.span().start, command.get_ref(), spec);
        }
        self.grid(spec);
        if let Some(shared) = &spec.shared {
            self.shared(shared, spec);
        }
    }

    /// Shared hospitals: tiers above the county, at least one round, and referral plans only.
    fn shared(&mut self, shared: &SharedSpec, spec: &Spec) {
        let mut say = |key: &str, value: &dyn Display, message: String| {
            self.problems.push(self.file.problem(&codes::SETTING_OUT_OF_RANGE, &["shared", key], message).value(value));
        };
        let codes_of = || shared.tiers.iter().map(|t| t.code()).collect::<Vec<_>>().join(", ");
        let twice = (1..shared.tiers.len()).any(|n| shared.tiers[..n].contains(&shared.tiers[n]));
        if shared.tiers.is_empty() || twice || shared.tiers.iter().any(|t| t.rank() < 4) {
            say("tiers", &codes_of(), "one or more of M, P, R, N is wanted, each once: only hospitals above the county are shared".into());
        }
        if !(1..=MOST_ROUNDS).contains(&shared.rounds) {
            say("rounds", &shared.rounds, format!("must be from 1 to {MOST_ROUNDS}"));
        }
        if !(shared.gap >= 0.0 && shared.gap < 1.0) {
            say("gap", &shared.gap, "must be 0 or more and below 1".into());
        }
        for command in &spec.command {
            let name = &command.get_ref().command;
            if name != "referral" {
                let message = "with [shared] every command is referral: only flows use beds and doctors".to_owned();
                self.say(&codes::SETTING_OUT_OF_RANGE, command.span().start, "command.command", name, message);
            }
        }
    }

    /// Names: told apart, and fit for files where they are given.
    fn names(&mut self, list: &str, names: Vec<(usize, Option<&str>, String)>) {
        let mut seen = BTreeSet::new();
        for (start, given, name) in names {
            let key = format!("{list}.name");
            if given.is_some_and(|n| !super::expand::fit(n)) {
                let message = "a name of 1 to 80 letters, digits, dots, dashes and underscores is wanted".to_owned();
                self.say(&codes::SETTING_OUT_OF_RANGE, start, &key, &name, message);
            } else if !seen.insert(name.clone()) {
                self.say(&codes::SETTING_OUT_OF_RANGE, start, &key, &name, format!("another {list} has this name: give each its own"));
            }
        }
    }

    fn command(&mut self, start: usize, c: &CommandSpec, spec: &Spec) {
        let Some(takes) = takes(&c.command) else {
            let names: Vec<&str> = COMMANDS.iter().map(|t| t.name).collect();
            let perhaps = nearest(&c.command, names.iter().copied()).map_or_else(String::new, |n| format!("; perhaps `{n}` is meant"));
            let message = format!("a batch runs {}{perhaps}", names.join(", "));
            self.say(&codes::NAME_UNKNOWN, start, "command.command", &c.command, message);
            return;
        };
        if c.flows == Some(true) && !takes.referral {
            let message = format!("{} takes no referral plan", c.command);
            self.say(&codes::SETTING_OUT_OF_RANGE, start, "command.flows", &true, message);
        }
        if c.flows == Some(false) && c.command == "payment" {
            self.say(&codes::SETTING_OUT_OF_RANGE, start, "command.flows", &false, "payment rests on flows".into());
        }
        let mut fine = true;
        for arg in &c.args {
            let flag = arg.split('=').next().unwrap_or(arg);
            if OWN.contains(&flag) || (flag == "--time" && spec.time.is_some()) {
                fine = false;
                let message = format!("the batch gives {flag} itself");
                self.say(&codes::SETTING_OUT_OF_RANGE, start, "command.args", arg, message);
            }
        }
        if fine {
            let line: Vec<String> =
                [c.command.as_str(), "CASE", "--out", "DIR"].iter().map(|s| (*s).to_owned()).chain(c.args.clone()).collect();
            if let Err(why) = (self.understands)(&line) {
                self.say(&codes::SETTING_OUT_OF_RANGE, start, "command.args", &c.args.join(" "), why);
            }
        }
        let cases: Vec<String> = spec.case.iter().map(|x| case_name(x.get_ref())).collect();
        for name in c.cases.iter().filter(|n| !cases.contains(n)) {
            self.say(&codes::NAME_UNKNOWN, start, "command.cases", name, format!("the cases are {}", cases.join(", ")));
        }
        let scenarios: Vec<String> = spec.scenario.iter().map(|x| scenario_name(x.get_ref())).collect();
        for name in c.scenarios.iter().filter(|n| !scenarios.contains(n)) {
            self.say(&codes::NAME_UNKNOWN, start, "command.scenarios", name, format!("the scenarios are {}", scenarios.join(", ")));
        }
    }

    /// Every value of the grid must be one that a scenario may have at its key.
    fn grid(&mut self, spec: &Spec) {
        let at = |path: &[String]| std::iter::once("grid".to_owned()).chain(path.iter().cloned()).collect::<Vec<_>>();
        let axes = match grid::axes(&spec.grid) {
            Ok(axes) => axes,
            Err(wrong) => {
                for (path, message) in wrong {
                    let path = at(&path);
                    let path: Vec<&str> = path.iter().map(String::as_str).collect();
                    let problem = self.file.problem(&codes::TOML_WRONG_TYPE, &path, message);
                    self.problems.push(problem.remedy("give each key of the grid a list of different values"));
                }
                return;
            }
        };
        let count = axes.iter().try_fold(1_usize, |n, a| n.checked_mul(a.values.len()));
        if count.is_none_or(|n| n > MOST_POINTS) {
            self.top("grid", &spec.grid.len(), format!("more than {MOST_POINTS} combinations"));
            return;
        }
        for axis in &axes {
            for value in &axis.values {
                let point = [(axis.key(), value.clone())].into();
                let text = grid::laid_over(&toml::Table::new(), &point).to_string();
                for problem in scenario::read_text("grid", &text, None).err().into_iter().flatten() {
                    let path = at(&axis.path);
                    let path: Vec<&str> = path.iter().map(String::as_str).collect();
                    let rule = codes::ALL.iter().find(|r| r.code == problem.code).unwrap_or(&codes::SETTING_OUT_OF_RANGE);
                    let placed = self.file.problem(rule, &path, problem.message);
                    self.problems.push(placed.value(super::shown(value)).remedy(problem.remedy));
                }
            }
        }
    }
}
