//! The `[reform]` section of a scenario file: ranges of its numbers, names held against a case. What they are, each section tells.

use super::scenario_layout::Range;
use crate::demand::ProblemError;
use crate::network::Network;
use crate::network::codes;
use crate::network::problem::nearest;
use crate::policy::Reform;
use crate::policy::reform::Named;
use std::collections::BTreeSet;

/// Tells every number with the range it must lie in.
pub(super) fn ranges(reform: &Reform, range: &mut Range<'_>) {
    for (name, section) in reform.sections() {
        for r in section.ranges() {
            let path: Vec<&str> = ["reform", name].into_iter().chain(r.path.iter().map(String::as_str)).collect();
            range(&path, r.value, r.low, r.high);
        }
    }
}

/// Names that stand twice in a list whose entries are told apart by them: where the second stands, and the name.
pub(super) fn twice(reform: &Reform) -> Vec<(Vec<String>, String)> {
    let staff = &reform.staff;
    let projects = reform.phases.projects.iter().flat_map(|p| &p.named);
    let lists: [(&[&str], Vec<String>); 5] = [
        (&["staff", "specialties"], staff.specialties.iter().map(|s| s.name.clone()).collect()),
        (&["staff", "pipeline", "programmes"], staff.pipeline.programmes.iter().map(|p| p.name.clone()).collect()),
        (&["centres", "specialties"], reform.centres.specialties.iter().map(|s| s.name.clone()).collect()),
        (&["surge", "scenarios"], reform.surge.scenarios.iter().map(|s| s.name.clone()).collect()),
        (&["phases", "projects", "named"], projects.map(|p| format!("{} {}", p.facility, p.name)).collect()),
    ];
    let mut out = Vec::new();
    for (path, names) in lists {
        for (n, name) in names.iter().enumerate().filter(|(n, name)| names[..*n].contains(name)) {
            let path = std::iter::once("reform").chain(path.iter().copied()).map(str::to_owned).chain([n.to_string()]);
            out.push((path.collect(), name.clone()));
        }
    }
    out
}

/// The names that the case does not have.
pub(super) fn names(reform: &Reform, network: &Network) -> Vec<ProblemError> {
    let known = |kind: Named| -> BTreeSet<&str> {
        match kind {
            Named::Area => network.areas.iter().map(|x| x.code.as_str()).collect(),
            Named::Town => network.towns.iter().map(|x| x.code.as_str()).collect(),
            Named::Settlement => network.settlements.iter().map(|x| x.code.as_str()).collect(),
            Named::Facility => network.facilities.iter().map(|x| x.code.as_str()).collect(),
            Named::CountyHospital => network.facilities.iter().filter(|x| x.rank() == 3).map(|x| x.code.as_str()).collect(),
            Named::TertiaryHospital => network.facilities.iter().filter(|x| x.rank() >= 4).map(|x| x.code.as_str()).collect(),
            Named::Pool => network.areas.iter().map(|x| x.prefecture.as_deref().filter(|p| !p.is_empty()).unwrap_or(&x.code)).collect(),
            Named::Class => network.classes.iter().map(|x| x.code.as_str()).collect(),
        }
    };
    let mut out = Vec::new();
    for (name, section) in reform.sections() {
        for (path, kind, code) in section.names() {
            let codes_there = known(kind);
            if codes_there.contains(code.as_str()) {
                continue;
            }
            let rule = &codes::NAME_UNKNOWN;
            let perhaps = nearest(&code, codes_there.into_iter()).map_or_else(String::new, |n| format!("; perhaps `{n}` is meant"));
            out.push(ProblemError {
                rule,
                path: ["reform".to_owned(), name.to_owned()].into_iter().chain(path).collect(),
                value: code,
                message: format!("the case has no {} of this name{perhaps}", kind.word()),
                remedy: rule.remedy.into(),
            });
        }
    }
    out.extend(kept_outside(reform, network));
    out
}

/// Stations to keep that stand outside of the areas asked for: they could not be in the plan.
fn kept_outside(reform: &Reform, network: &Network) -> Vec<ProblemError> {
    let rules = &reform.emergency;
    let inside = |code: &str| {
        let area = network.facilities.iter().find(|f| f.code == code).and_then(|f| f.area).and_then(|a| network.areas.get(a.index()));
        area.is_some_and(|a| rules.areas.contains(&a.code))
    };
    let known = |code: &String| network.facilities.iter().any(|f| f.code == *code);
    let out = |code: &String| ProblemError {
        rule: &codes::NAME_UNKNOWN,
        path: ["reform", "emergency", "keep"].map(str::to_owned).to_vec(),
        value: code.clone(),
        message: "this station stands outside of the areas asked for (reform.emergency.areas)".to_owned(),
        remedy: "add its area to `areas`, or take it out of `keep`".into(),
    };
    if rules.areas.is_empty() {
        return Vec::new();
    }
    rules.keep.iter().filter(|c| known(c) && !inside(c)).map(out).collect()
}

/// Classes of `[reform.surge.multipliers]` as written that the case does not have.
pub(super) fn surge_classes(table: &toml::Table, network: &Network) -> Vec<ProblemError> {
    let written = table.get("reform").and_then(|r| r.get("surge")).and_then(|s| s.get("multipliers")).and_then(toml::Value::as_table);
    let known: BTreeSet<&str> = network.classes.iter().map(|k| k.code.as_str()).collect();
    let out = |code: &String| {
        let perhaps = nearest(code, known.iter().copied()).map_or_else(String::new, |n| format!("; perhaps `{n}` is meant"));
        ProblemError {
            rule: &codes::NAME_UNKNOWN,
            path: ["reform", "surge", "multipliers", code].map(str::to_owned).to_vec(),
            value: code.clone(),
            message: format!("the case has no class of this name{perhaps}"),
            remedy: codes::NAME_UNKNOWN.remedy.into(),
        }
    };
    written.into_iter().flat_map(toml::Table::keys).filter(|c| !known.contains(c.as_str())).map(out).collect()
}
