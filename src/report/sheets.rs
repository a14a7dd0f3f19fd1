//! The tables of a bundle as CSV: everything, not only what a page shows. Column names are the same in every language.

use super::csv_out::{Field, write};
use super::{File, ReportError, ReportInput, sentences};
use crate::indicators::{FacilityLoad, Values};
use crate::policy::pack::TargetSense;
use crate::text::Catalogue;
use std::collections::{BTreeMap, BTreeSet};

/// All tables.
///
/// # Errors
/// The writer's.
pub fn all(input: &ReportInput<'_>, text: &Catalogue) -> Result<Vec<File>, ReportError> {
    Ok(vec![
        areas(input)?,
        facilities(input)?,
        tiers(input)?,
        indicators(input, text)?,
        ledger(input, text)?,
        findings(input, text)?,
        flows(input)?,
    ])
}

fn keys<'v>(rows: impl Iterator<Item = &'v Values>) -> Vec<&'v str> {
    rows.flat_map(|v| v.keys()).map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect()
}

fn areas(input: &ReportInput<'_>) -> Result<File, ReportError> {
    let keys = keys(input.indicators.by_area.iter());
    let heads: Vec<&str> = ["area", "name", "name_en"].into_iter().chain(keys.iter().copied()).collect();
    let rows = input.problem.network.areas.iter().zip(&input.indicators.by_area).map(|(a, v)| {
        let mut row: Vec<Field> = vec![a.code.as_str().into(), a.name.as_str().into(), a.name_en.as_deref().unwrap_or("").into()];
        row.extend(keys.iter().map(|k| Field::from(v.get(*k).copied())));
        row
    });
    write("areas", &heads, rows)
}

fn tiers(input: &ReportInput<'_>) -> Result<File, ReportError> {
    let keys = keys(input.indicators.by_tier.values());
    let heads: Vec<&str> = std::iter::once("tier").chain(keys.iter().copied()).collect();
    let rows = input.indicators.by_tier.iter().map(|(t, v)| {
        let mut row: Vec<Field> = vec![t.code().into()];
        row.extend(keys.iter().map(|k| Field::from(v.get(*k).copied())));
        row
    });
    write("tiers", &heads, rows)
}

fn facilities(input: &ReportInput<'_>) -> Result<File, ReportError> {
    let heads = ["facility", "name", "name_en", "tier", "area", "beds", "doctors", "bed_days", "occupancy", "doctor_load"];
    let heads: Vec<&str> = heads.into_iter().chain(FacilityLoad::COUNTS).collect();
    let n = &input.problem.network;
    let rows = n.facilities.iter().zip(&input.indicators.facilities).map(|(f, l)| {
        let area = f.area.and_then(|a| n.areas.get(a.index())).map_or("", |a| a.code.as_str());
        let mut row: Vec<Field> =
            [f.code.as_str(), f.name.as_str(), f.name_en.as_deref().unwrap_or(""), f.tier.code(), area].map(Field::from).to_vec();
        row.extend([Some(l.beds), Some(l.doctors), Some(l.bed_days), l.occupancy, l.doctor_load].map(Field::from));
        row.extend(l.counts().map(Field::from));
        row
    });
    write("facilities", &heads, rows)
}

fn indicators(input: &ReportInput<'_>, text: &Catalogue) -> Result<File, ReportError> {
    let rows = input.indicators.region.iter().map(|(k, v)| vec![k.as_str().into(), text.key("indicator", k).into(), Field::Number(*v)]);
    write("indicators", &["indicator", "name", "value"], rows)
}

fn ledger(input: &ReportInput<'_>, text: &Catalogue) -> Result<File, ReportError> {
    let areas = &input.problem.network.areas;
    let rows = input.indicators.ledger.iter().map(|r| {
        let mut row: Vec<Field> = vec![
            r.key.as_str().into(),
            text.key("target", &r.key).into(),
            r.area.and_then(|a| areas.get(a.index())).map_or("", |a| a.code.as_str()).into(),
        ];
        let sense = match r.sense {
            TargetSense::AtLeast => "at_least",
            TargetSense::AtMost => "at_most",
            TargetSense::About => "about",
        };
        row.extend([Some(r.target), r.upper].map(Field::from));
        row.push(sense.into());
        row.extend([r.attainable, r.planned, r.gap, r.met.map(f64::from), r.price].map(Field::from));
        row.extend([r.unit.as_str().into(), sentences::ledger_source(input, text, r).into(), r.sure.as_str().into()]);
        row
    });
    let heads = [
        "target",
        "name",
        "area",
        "asked",
        "asked_upper",
        "sense",
        "attainable",
        "planned",
        "gap",
        "met",
        "price",
        "unit",
        "source",
        "sure",
    ];
    write("ledger", &heads, rows)
}

fn findings(input: &ReportInput<'_>, text: &Catalogue) -> Result<File, ReportError> {
    let n = &input.problem.network;
    let rows = input.indicators.findings.iter().map(|f| {
        let facility = f.facility.and_then(|j| n.facilities.get(j.index())).map_or("", |x| x.code.as_str());
        let area = f.area.and_then(|a| n.areas.get(a.index())).map_or("", |x| x.code.as_str());
        vec![f.id.as_str().into(), facility.into(), area.into(), f.weight.into(), sentences::sentence(input, text, f).into()]
    });
    write("findings", &["finding", "facility", "area", "yuan_at_stake", "sentence"], rows)
}

/// Referral flows between facilities by class, all areas together.
fn flows(input: &ReportInput<'_>) -> Result<File, ReportError> {
    let n = &input.problem.network;
    let f = &input.plan.flows;
    let mut sum: BTreeMap<(usize, usize, usize, usize), f64> = BTreeMap::new();
    for (kind, moves) in [&f.up, &f.redirect, &f.down].into_iter().enumerate() {
        for (_, from, to, class, cases) in moves.rows() {
            *sum.entry((kind, from, to, class)).or_default() += cases;
        }
    }
    let rows = sum.into_iter().map(|((kind, from, to, class), cases)| {
        let code = |j: usize| n.facilities.get(j).map_or("", |x| x.code.as_str());
        let name = |j: usize| n.facilities.get(j).map_or("", |x| x.name.as_str());
        let kind = ["up", "redirect", "down"][kind];
        vec![
            kind.into(),
            code(from).into(),
            name(from).into(),
            code(to).into(),
            name(to).into(),
            input.problem.classes.get(class).map_or("", |k| k.code.as_str()).into(),
            cases.into(),
        ]
    });
    write("flows", &["kind", "from", "from_name", "to", "to_name", "class", "cases"], rows)
}
