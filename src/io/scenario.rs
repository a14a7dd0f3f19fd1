//! Scenario files: read with every mistake named, laid over the scenario of the case key by key.

use super::text_file::{self, LARGEST_TOML};
use super::toml_file::TomlFile;
use super::{scenario_layout, scenario_reform};
use crate::demand::{ProblemError, misfits};
use crate::network::codes::{self, Rule};
use crate::network::problem::nearest;
use crate::network::{Network, Place, Problem, Problems, Tier};
use crate::policy::beds::BedsGoal;
use crate::policy::{Limits, Prices, Scenario, Targets, pack};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A scenario with the keys that were written, so that it can be laid over another.
#[derive(Debug, Clone, Default)]
pub struct ScenarioFile {
    /// The keys as written.
    pub table: toml::Table,
    /// What they mean.
    pub scenario: Scenario,
    /// Where the keys stand, the upper layer first.
    pub(super) layers: Vec<Layer>,
}

/// A text that holds a scenario.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layer {
    file: String,
    text: String,
    at: Vec<String>,
}

/// Two are alike when they say the same, wherever it stands.
impl PartialEq for ScenarioFile {
    fn eq(&self, other: &Self) -> bool {
        self.table == other.table && self.scenario == other.scenario
    }
}

impl ScenarioFile {
    /// A scenario that stands in no file.
    #[must_use]
    pub fn of(scenario: Scenario) -> Self {
        Self { scenario, ..Self::default() }
    }

    /// This scenario over another: keys given here win, tables are merged, lists and values are replaced. A target set here is no longer
    /// switched off by the other, and one switched off here is no longer set by it.
    ///
    /// # Errors
    /// When the two together are no scenario, which two valid ones always are.
    pub fn over(&self, base: &Self) -> Result<Self, toml::de::Error> {
        let mut table = base.table.clone();
        let mut set = self.scenario.targets;
        if let Some(toml::Value::Array(off)) = table.get_mut("targets_off") {
            off.retain(|name| !name.as_str().and_then(|n| set.by_name(n)).is_some_and(|v| v.is_some()));
        }
        if let Some(toml::Value::Table(targets)) = table.get_mut("targets") {
            targets.retain(|name, _| !self.scenario.targets_off.iter().any(|off| off == name));
        }
        merge(&mut table, &self.table);
        let scenario = table.clone().try_into()?;
        Ok(Self { table, scenario, layers: self.layers.iter().chain(&base.layers).cloned().collect() })
    }

    /// What does not fit the tables of a case, each with the file and line where it stands.
    #[must_use]
    pub fn misfits(&self, network: &Network, policy: &str) -> Vec<Problem> {
        let Ok(pack) = pack::load(self.scenario.policy.as_deref().unwrap_or(policy)) else { return Vec::new() };
        let mut errors = misfits(network, &pack, &self.scenario);
        if let Some(rules) = &self.scenario.layout {
            scenario_layout::names(rules, network, &mut |path, name, what| {
                let rule = &codes::NAME_UNKNOWN;
                errors.push(ProblemError {
                    rule,
                    path: path.iter().map(|p| (*p).to_owned()).collect(),
                    value: name.to_owned(),
                    message: format!("the case has no {what} of this name"),
                    remedy: rule.remedy.into(),
                });
            });
        }
        if let Some(reform) = &self.scenario.reform {
            errors.extend(scenario_reform::names(reform, network));
            errors.extend(scenario_reform::surge_classes(&self.table, network));
        }
        self.located(&errors, "scenario")
    }

    /// Errors of a scenario with the file and line where their keys stand: in the uppermost file that has the key, else `elsewhere`.
    #[must_use]
    pub fn located(&self, errors: &[ProblemError], elsewhere: &str) -> Vec<Problem> {
        let mut silent = Problems::default();
        let layers: Vec<(TomlFile<'_>, &Layer)> =
            self.layers.iter().filter_map(|l| Some((TomlFile::parse(&l.text, &l.file, &mut silent)?, l))).collect();
        let locate = |e: &ProblemError| {
            let found = layers.iter().find_map(|(file, layer)| {
                let path: Vec<&str> = layer.at.iter().chain(&e.path).map(String::as_str).collect();
                file.has(&path).then(|| file.problem(e.rule, &path, &e.message))
            });
            let nowhere = || Problem::new(e.rule, Place::file(elsewhere), &e.message).column(&e.path.join("."));
            found.unwrap_or_else(nowhere).value(&e.value).remedy(&e.remedy)
        };
        errors.iter().map(locate).collect()
    }
}

fn merge(base: &mut toml::Table, over: &toml::Table) {
    for (key, value) in over {
        match (base.get_mut(key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => merge(below, above),
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Reads a scenario file. When the network of the case is given, the scenario is held against it.
///
/// # Errors
/// All problems, each with its line.
pub fn read_scenario(path: &Path, network: Option<&Network>) -> Result<ScenarioFile, Vec<Problem>> {
    let shown = path.display().to_string();
    let text = match text_file::read(path, &shown, LARGEST_TOML) {
        Ok(Some(text)) => text,
        Ok(None) => return Err(vec![Problem::new(&codes::FILE_MISSING, Place::file(&shown), "there is no such scenario file")]),
        // A scenario that changes nothing is a scenario.
        Err(problem) if problem.code == codes::FILE_EMPTY.code => String::new(),
        Err(problem) => return Err(vec![*problem]),
    };
    read_text(&shown, &text, network)
}

/// Reads a scenario from a text; `shown` is the name of its file for the user.
///
/// # Errors
/// All problems, each with its line.
pub fn read_text(shown: &str, text: &str, network: Option<&Network>) -> Result<ScenarioFile, Vec<Problem>> {
    let mut problems = Problems::default();
    let Some(file) = TomlFile::parse(text, shown, &mut problems) else { return Err(problems.into_sorted()) };
    let scenario = file.read(&mut problems).unwrap_or_default();
    let told = check(&file, &[], &scenario);
    let read = of_table(shown, &[], scenario, text);
    // Any pack will do: what it asks for has no say in what a scenario may ask.
    let misfits = network.map_or_else(Vec::new, |n| read.misfits(n, pack::names().last().copied().unwrap_or_default()));
    let known: std::collections::BTreeSet<_> = told.iter().map(|p| (p.column.clone(), p.value.clone())).collect();
    problems.extend(misfits.into_iter().filter(|p| !known.contains(&(p.column.clone(), p.value.clone()))));
    problems.extend(told);
    if problems.errors() > 0 { Err(problems.into_sorted()) } else { Ok(read) }
}

/// A scenario at a path of a TOML text, with the keys written there.
pub(super) fn of_table(file: &str, at: &[&str], scenario: Scenario, text: &str) -> ScenarioFile {
    let mut table: toml::Table = text.parse().unwrap_or_default();
    for key in at {
        table = match table.remove(*key) {
            Some(toml::Value::Table(inner)) => inner,
            _ => toml::Table::new(),
        };
    }
    let layer = Layer { file: file.to_owned(), text: text.to_owned(), at: at.iter().map(|k| (*k).to_owned()).collect() };
    ScenarioFile { table, scenario, layers: vec![layer] }
}

/// Names of the fields of a struct.
fn fields<T: Serialize>(value: &T) -> Vec<String> {
    serde_json::to_value(value).ok().and_then(|v| v.as_object().map(|o| o.keys().cloned().collect())).unwrap_or_default()
}

/// What is wrong with a scenario whatever the case.
pub(super) fn check(file: &TomlFile<'_>, at: &[&str], s: &Scenario) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut say = |rule: &Rule, path: &[&str], value: &dyn std::fmt::Display, message: String| {
        let whole: Vec<&str> = at.iter().chain(path).copied().collect();
        problems.push(file.problem(rule, &whole, message).value(value));
    };
    if let Some(policy) = s.policy.as_ref().filter(|p| !pack::names().contains(&p.as_str())) {
        say(&codes::POLICY_UNKNOWN, &["policy"], policy, format!("the packs are {}", pack::names().join(", ")));
    }
    let targets = fields(&Targets::default());
    let mut set = s.targets;
    for name in &s.targets_off {
        if !targets.contains(name) {
            say(&codes::NAME_UNKNOWN, &["targets_off"], name, format!("the targets are {}{}", targets.join(", "), perhaps(name, &targets)));
        } else if set.by_name(name).is_some_and(|v| v.is_some()) {
            say(&codes::TARGET_BOTH, &["targets_off"], name, format!("`targets` sets `{name}`, `targets_off` drops it"));
        }
    }
    let mut range = |path: &[&str], value: Option<f64>, low: f64, high: f64| {
        if let Some(v) = value.filter(|v| !(low..=high).contains(v)) {
            say(&codes::SETTING_OUT_OF_RANGE, path, &v, format!("must be from {low} to {high}"));
        }
    };
    range(&["gamma"], s.gamma, 0.0, 1.0);
    let t = &s.targets;
    let shares = [t.first_contact, t.primary_share, t.in_county, t.in_county_ip, t.down_rate];
    for (name, value) in ["first_contact", "primary_share", "in_county", "in_county_ip", "down_rate"].into_iter().zip(shares) {
        range(&["targets", name], value, 0.0, 1.0);
    }
    range(&["demand", "length_of_stay"], s.demand.length_of_stay, 0.01, 100.0);
    for (class, factor) in &s.demand.multipliers {
        range(&["demand", "multipliers", class], Some(*factor), 0.0, 1000.0);
    }
    for (path, shares) in [("payment", &s.payment.fund_share), ("choice", &s.choice.fund_share)] {
        for (tier, share) in shares {
            range(&[path, "fund_share", tier.code()], Some(*share), 0.0, 1.0);
        }
    }
    range(&["choice", "waiting_weight"], s.choice.waiting_weight, -1000.0, 0.0);
    range(&["capacity", "beds_factor"], s.capacity.beds_factor, 0.0, 1000.0);
    let by_tier: [(&str, &BTreeMap<Tier, f64>); 2] =
        [("beds_by_tier", &s.capacity.beds_by_tier), ("doctors_by_tier", &s.capacity.doctors_by_tier)];
    for (key, factors) in by_tier {
        for (tier, factor) in factors {
            range(&["capacity", key, tier.code()], Some(*factor), 0.0, 1000.0);
        }
    }
    for (key, extras) in [("extra_beds", &s.capacity.extra_beds), ("extra_doctors", &s.capacity.extra_doctors)] {
        for (facility, extra) in extras {
            range(&["capacity", key, facility], Some(*extra), -1e5, 1e5);
        }
    }
    for (key, most, given) in [
        ("usable_beds", 1e6, &s.capacity.usable_beds),
        ("usable_doctors", 1e6, &s.capacity.usable_doctors),
        ("bed_price", 1e12, &s.capacity.bed_price),
        ("doctor_price", 1e12, &s.capacity.doctor_price),
    ] {
        for (facility, value) in given {
            range(&["capacity", key, facility], Some(*value), 0.0, most);
        }
    }
    if let Some(d) = &s.switches.deployment {
        range(&["switches", "deployment", "min_per_county"], Some(d.min_per_county), 0.0, 1e6);
        range(&["switches", "deployment", "effectiveness"], Some(d.effectiveness), 0.0, 1.0);
        range(&["switches", "deployment", "max_share"], Some(d.max_share), 0.0, 1.0);
    }
    range(&["switches", "fund_balance"], s.switches.fund_balance, 0.0, 1.0);
    if let Some(rules) = &s.layout {
        scenario_layout::ranges(rules, &mut |path, value, low, high| range(path, Some(value), low, high));
    }
    if let Some(b) = &s.beds {
        let shares = [("growth", b.growth, 20.0), ("shrink", b.shrink, 1.0), ("facility_growth", b.facility_growth, 20.0)];
        shares.into_iter().for_each(|(key, value, most)| range(&["beds", key], Some(value), 0.0, most));
        [("floor", Some(b.floor)), ("freeze", b.freeze)].into_iter().for_each(|(key, value)| range(&["beds", key], value, 0.0, 1000.0));
        range(&["beds", "gini_limit"], b.gini_limit, 0.0, 1.0);
    }
    if let Some(rules) = &s.reform {
        scenario_reform::ranges(rules, &mut |path, value, low, high| range(path, Some(value), low, high));
    }
    for (facility, share) in &s.aid.shares {
        range(&["aid", "shares", facility], Some(*share), 0.0, 1.0);
    }
    for (path, name) in s.reform.iter().flat_map(scenario_reform::twice) {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        say(&codes::ID_TWICE, &path, &name, "the list has this name already".into());
    }
    if let Some(b) = &s.beds {
        let shown = b.gini_limit.map_or_else(|| "absent".to_owned(), |g| g.to_string());
        if (b.goal == BedsGoal::Cost) != b.gini_limit.is_some() {
            let message = "goes with `goal = \"cost\"`, which needs it, and with no other goal";
            say(&codes::SETTING_OUT_OF_RANGE, &["beds", "gini_limit"], &shown, message.into());
        }
    }
    for (key, given, known) in [("prices", &s.prices, fields(&Prices::default())), ("limits", &s.limits, fields(&Limits::default()))] {
        for (name, value) in given {
            if !known.contains(name) {
                say(&codes::TOML_KEY_UNKNOWN, &[key, name], name, format!("the {key} are {}{}", known.join(", "), perhaps(name, &known)));
            } else if !(0.0..=1e12).contains(value) {
                say(&codes::SETTING_OUT_OF_RANGE, &[key, name], value, "must be from 0 to 1e12".into());
            }
        }
    }
    problems
}

/// The nearest of the names that are known, in words.
fn perhaps(name: &str, known: &[String]) -> String {
    nearest(name, known.iter().map(String::as_str)).map_or_else(String::new, |like| format!("; perhaps `{like}` is meant"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail
mod tests {
    use super::*;

    fn write(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.toml");
        std::fs::write(&path, text).unwrap();
        (dir, path)
    }

    #[test]
    fn a_run_overrides_the_case_key_by_key() {
        let (_a, base) = write("gamma = 0.3\n[prices]\nminute = 1.0\nreferral = 5.0\n[targets]\nin_county = 0.8\n");
        let (_b, over) = write("[prices]\nminute = 2.0\n[targets]\nfirst_contact = 0.6\n");
        let (base, over) = (read_scenario(&base, None).unwrap(), read_scenario(&over, None).unwrap());
        let both = over.over(&base).unwrap().scenario;
        assert_eq!(both.gamma, Some(0.3));
        assert_eq!((both.prices["minute"], both.prices["referral"]), (2.0, 5.0));
        assert_eq!((both.targets.in_county, both.targets.first_contact), (Some(0.8), Some(0.6)));
    }

    #[test]
    fn the_upper_scenario_decides_whether_a_target_is_set_or_off() {
        let (_a, base) = write("targets_off = [\"down_rate\", \"in_county\"]\n[targets]\nfirst_contact = 0.5\n");
        let (_b, over) = write("targets_off = [\"first_contact\"]\n[targets]\nin_county = 0.8\n");
        let (base, over) = (read_scenario(&base, None).unwrap(), read_scenario(&over, None).unwrap());
        let both = over.over(&base).unwrap().scenario;
        assert_eq!((both.targets.in_county, both.targets.first_contact), (Some(0.8), None));
        assert_eq!(both.targets_off, ["first_contact"], "lists are replaced");
        // Without a list of its own the upper one keeps the rest of the lower.
        let (_c, over) = write("[targets]\nin_county = 0.8\n");
        let both = read_scenario(&over, None).unwrap().over(&base).unwrap().scenario;
        assert_eq!((both.targets_off, both.targets.in_county), (vec!["down_rate".to_owned()], Some(0.8)));
    }

    #[test]
    fn a_target_set_and_off_at_once_is_a_problem() {
        let (_a, path) = write("targets_off = [\"in_county\"]\n[targets]\nin_county = 0.8\n");
        let found = read_scenario(&path, None).unwrap_err();
        assert_eq!(
            (found.len(), found[0].code.as_str(), found[0].line, found[0].value.as_deref()),
            (1, "E096", Some(1), Some("in_county"))
        );
    }

    #[test]
    fn numbers_and_names_out_of_line_have_their_lines() {
        let (_a, path) = write("gamma = 1.2\npolicy = \"P1900\"\n[prices]\nminutes = 1.0\n[demand.multipliers]\nH3 = -1.0\n");
        let found: Vec<_> = read_scenario(&path, None).unwrap_err().into_iter().map(|p| (p.code, p.line)).collect();
        let expected = [("E046", 1), ("E045", 2), ("E041", 4), ("E046", 6)];
        assert_eq!(found, expected.map(|(c, l)| (c.to_owned(), Some(l))));
    }

    #[test]
    fn a_name_that_stands_twice_in_a_list_has_its_line() {
        let (_a, path) = write(
            "[reform.staff]\nspecialties = [\n  { name = \"a\", per_10k = 1 },\n  { name = \"b\", per_10k = 2 },\n  { name = \"a\", per_10k = 2 },\n]\n\
             [[reform.surge.scenarios]]\nname = \"x\"\nprobability = 0.5\nfactor = 1.0\n[[reform.surge.scenarios]]\nname = \"x\"\nprobability = 0.5\nfactor = 2.0\n\
             [reform.centres]\nspecialties = [{ name = \"a\", national = 1, regional = 1 }, { name = \"a\", national = 1, regional = 2 }]\n",
        );
        let found: Vec<_> = read_scenario(&path, None).unwrap_err().into_iter().map(|p| (p.code, p.line, p.value)).collect();
        let expected = [(5, "a"), (11, "x"), (16, "a")];
        assert_eq!(found, expected.map(|(l, v)| ("E050".to_owned(), Some(l), Some(v.to_owned()))));
    }
}
