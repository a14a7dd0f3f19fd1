//! Scenario files: read with every mistake named, laid over the scenario of the case key by key.

use super::scenario_layout;
use super::text_file::{self, LARGEST_TOML};
use super::toml_file::TomlFile;
use crate::network::codes::{self, Rule};
use crate::network::{Network, Place, Problem, Problems, Tier};
use crate::policy::{Limits, Prices, Scenario, Targets, pack};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A scenario with the keys that were written, so that it can be laid over another.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScenarioFile {
    /// The keys as written.
    pub table: toml::Table,
    /// What they mean.
    pub scenario: Scenario,
}

impl ScenarioFile {
    /// This scenario over another: keys given here win, tables are merged, lists and values are replaced.
    ///
    /// # Errors
    /// When the two together are no scenario, which two valid ones always are.
    pub fn over(&self, base: &Self) -> Result<Self, toml::de::Error> {
        let mut table = base.table.clone();
        merge(&mut table, &self.table);
        let scenario = table.clone().try_into()?;
        Ok(Self { table, scenario })
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

/// Reads a scenario file. When the network of the case is given, names of facilities and classes are looked up in it.
///
/// # Errors
/// All problems, each with its line.
pub fn read_scenario(path: &Path, network: Option<&Network>) -> Result<ScenarioFile, Vec<Problem>> {
    let shown = path.display().to_string();
    let mut problems = Problems::default();
    let text = match text_file::read(path, &shown, LARGEST_TOML) {
        Ok(Some(text)) => text,
        Ok(None) => return Err(vec![Problem::new(&codes::FILE_MISSING, Place::file(&shown), "there is no such scenario file")]),
        // A scenario that changes nothing is a scenario.
        Err(problem) if problem.code == codes::FILE_EMPTY.code => String::new(),
        Err(problem) => return Err(vec![*problem]),
    };
    let Some(file) = TomlFile::parse(&text, &shown, &mut problems) else { return Err(problems.into_sorted()) };
    let scenario = file.read(&mut problems).unwrap_or_default();
    let read = of_table(&file, &[], scenario, &text, &mut problems);
    if let Some(network) = network {
        names(&file, &read.scenario, network, &mut problems);
    }
    if problems.errors() > 0 { Err(problems.into_sorted()) } else { Ok(read) }
}

/// Checks a scenario at a path of a TOML file and keeps the keys written there.
pub(super) fn of_table(file: &TomlFile<'_>, at: &[&str], scenario: Scenario, text: &str, problems: &mut Problems) -> ScenarioFile {
    check(file, at, &scenario, problems);
    let mut table: toml::Table = text.parse().unwrap_or_default();
    for key in at {
        table = match table.remove(*key) {
            Some(toml::Value::Table(inner)) => inner,
            _ => toml::Table::new(),
        };
    }
    ScenarioFile { table, scenario }
}

/// Names of the fields of a struct.
fn fields<T: Serialize>(value: &T) -> Vec<String> {
    serde_json::to_value(value).ok().and_then(|v| v.as_object().map(|o| o.keys().cloned().collect())).unwrap_or_default()
}

fn check(file: &TomlFile<'_>, at: &[&str], s: &Scenario, problems: &mut Problems) {
    let mut say = |rule: &Rule, path: &[&str], value: &dyn std::fmt::Display, message: String| {
        let whole: Vec<&str> = at.iter().chain(path).copied().collect();
        problems.push(file.problem(rule, &whole, message).value(value));
    };
    if let Some(policy) = s.policy.as_ref().filter(|p| !pack::names().contains(&p.as_str())) {
        say(&codes::POLICY_UNKNOWN, &["policy"], policy, format!("the packs are {}", pack::names().join(", ")));
    }
    let targets = fields(&Targets::default());
    for name in s.targets_off.iter().filter(|n| !targets.contains(n)) {
        say(&codes::NAME_UNKNOWN, &["targets_off"], name, format!("the targets are {}", targets.join(", ")));
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
    if let Some(d) = &s.switches.deployment {
        range(&["switches", "deployment", "min_per_county"], Some(d.min_per_county), 0.0, 1e6);
        range(&["switches", "deployment", "effectiveness"], Some(d.effectiveness), 0.0, 1.0);
        range(&["switches", "deployment", "max_share"], Some(d.max_share), 0.0, 1.0);
    }
    range(&["switches", "fund_balance"], s.switches.fund_balance, 0.0, 1.0);
    if let Some(rules) = &s.layout {
        scenario_layout::ranges(rules, &mut |path, value, low, high| range(path, Some(value), low, high));
    }
    for (key, given, known) in [("prices", &s.prices, fields(&Prices::default())), ("limits", &s.limits, fields(&Limits::default()))] {
        for (name, value) in given {
            if !known.contains(name) {
                say(&codes::TOML_KEY_UNKNOWN, &[key, name], name, format!("the {key} are {}", known.join(", ")));
            } else if !(0.0..=1e12).contains(value) {
                say(&codes::SETTING_OUT_OF_RANGE, &[key, name], value, "must be from 0 to 1e12".into());
            }
        }
    }
}

/// Holds the names of a scenario against a case.
fn names(file: &TomlFile<'_>, s: &Scenario, network: &Network, problems: &mut Problems) {
    let codes: std::collections::BTreeSet<&str> = network.facilities.iter().map(|f| f.code.as_str()).collect();
    let mut say = |path: &[&str], name: &str, what: &str| {
        problems.push(file.problem(&codes::NAME_UNKNOWN, path, format!("the case has no {what} of this name")).value(name));
    };
    if let Some(rules) = &s.layout {
        scenario_layout::names(rules, network, &mut say);
    }
    for class in s.demand.multipliers.keys().filter(|c| !network.classes.iter().any(|k| &k.code == *c)) {
        say(&["demand", "multipliers", class], class, "case class");
    }
    for (key, extras) in [("extra_beds", &s.capacity.extra_beds), ("extra_doctors", &s.capacity.extra_doctors)] {
        for name in extras.keys().filter(|n| !codes.contains(n.as_str())) {
            say(&["capacity", key, name], name, "facility");
        }
    }
    for name in s.capacity.closed.iter().filter(|n| !codes.contains(n.as_str())) {
        say(&["capacity", "closed"], name, "facility");
    }
    for name in s.tele.facilities.iter().filter(|n| !codes.contains(n.as_str())) {
        say(&["tele", "facilities"], name, "facility");
    }
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
    fn numbers_and_names_out_of_line_have_their_lines() {
        let (_a, path) = write("gamma = 1.2\npolicy = \"P1900\"\n[prices]\nminutes = 1.0\n[demand.multipliers]\nH3 = -1.0\n");
        let found: Vec<_> = read_scenario(&path, None).unwrap_err().into_iter().map(|p| (p.code, p.line)).collect();
        let expected = [("E046", 1), ("E045", 2), ("E041", 4), ("E046", 6)];
        assert_eq!(found, expected.map(|(c, l)| (c.to_owned(), Some(l))));
    }
}
