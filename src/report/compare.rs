//! Two or more plans side by side: certificate, indicators with differences, changed facilities, maps of the difference.

use super::csv_out::{Field, write};
use super::referral::{figures, picture_files, render};
use super::tables::{Cell, Head, Table, number, value, words};
use super::{File, ReportError, ReportInput, html};
use crate::indicators::FacilityLoad;
use crate::plot::{self, Picture};
use crate::text::{Catalogue, Measure};
use minijinja::value::Serde;
use minijinja::{Value, context};
use std::collections::{BTreeMap, BTreeSet};

/// Changed facilities shown of each plan.
const MOST_CHANGED: usize = 40;

/// Makes all files of a comparison; the first plan is the base. Plans are matched by the codes of their facilities and settlements.
///
/// # Errors
/// Fewer than two plans, an unknown language, no font, or a picture or page that cannot be made.
pub fn write_bundle(inputs: &[ReportInput<'_>], lang: &str) -> Result<Vec<File>, ReportError> {
    let (Some((base, others)), true) = (inputs.split_first(), inputs.len() >= 2) else { return Err(ReportError::TooFew(inputs.len())) };
    let text = Catalogue::load(lang)?;
    let names = names(inputs, &text);
    let mut pictures: Vec<Picture> = Vec::new();
    for (n, other) in others.iter().enumerate() {
        pictures.extend(plot::difference::draw(&base.pictures(&text), &other.pictures(&text), (&names[0], &names[n + 1]), n + 1)?);
    }
    let pixels = render(&pictures)?;
    let network = &base.problem.network;
    let name = crate::text::shorten(&base.pictures(&text).case_name(), 160);
    let year = network.year.to_string();
    let changed: Vec<_> = others
        .iter()
        .zip(&names[1..])
        .map(|(o, name)| context! { name, table => Value::from(Serde(changed_table(base, o, &text))) })
        .collect();
    let page = html::page(
        "compare.html",
        &text,
        context! {
            title => text.say_with("report-title-compare", &[("name", (&name).into())]),
            lead => text.say_with("report-lead-compare", &[("plans", inputs.len().into()), ("name", (&name).into()), ("year", (&year).into())]),
            made => text.say_with("report-made", &[("version", (&base.plan.fenji).into())]),
            plans => Value::from(Serde(plans(inputs, &names, &text))),
            indicators => Value::from(Serde(indicators(inputs, &names, &text))),
            pictures => figures(&text, &pictures, &pixels),
            changed,
        },
    )?;
    let mut files = vec![("compare.html".to_owned(), page)];
    files.extend(picture_files(pictures, pixels));
    files.push(indicators_csv(inputs)?);
    files.push(changed_csv(base, others)?);
    Ok(files)
}

/// Names of the plans, no two alike.
fn names(inputs: &[ReportInput<'_>], text: &Catalogue) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut out = Vec::new();
    for (n, p) in inputs.iter().enumerate() {
        let scenario = crate::text::shorten(&crate::text::clean(&p.plan.scenario.name), 60);
        let plain = if scenario.is_empty() { text.say_with("plan-number", &[("n", (n + 1).into())]) } else { scenario };
        let count = seen.entry(plain.clone()).or_default();
        *count += 1;
        out.push(if *count > 1 { format!("{plain} ({count})") } else { plain });
    }
    out
}

fn plans(inputs: &[ReportInput<'_>], names: &[String], text: &Catalogue) -> Table {
    let heads = [
        ("col-plan", false),
        ("cert-objective", true),
        ("col-difference", true),
        ("cert-gap", true),
        ("cert-check", false),
        ("param-gamma", true),
    ];
    let mut table = Table::new("plans", text, &heads);
    for (p, name) in inputs.iter().zip(names) {
        let d = p.plan.objective - inputs[0].plan.objective;
        let gap = p.plan.bounds.gap();
        table.rows.push(vec![
            words(name.as_str()),
            value(text, Measure::Yuan, Some(p.plan.objective)),
            Cell { text: text.difference(Measure::Yuan, d), sort: Some(d) },
            Cell { text: super::facts::gap(gap), sort: gap.is_finite().then_some(gap) },
            words(text.say_with("report-violations", &[("n", p.violations.into())])),
            value(text, Measure::Share, Some(p.problem.gamma)),
        ]);
    }
    table
}

fn keys<'a>(inputs: &[ReportInput<'a>]) -> Vec<&'a str> {
    inputs.iter().flat_map(|p| p.indicators.region.keys()).map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect()
}

pub(super) fn indicators(inputs: &[ReportInput<'_>], names: &[String], text: &Catalogue) -> Table {
    let mut table = Table::new("indicators", text, &[("col-indicator", false)]);
    for (n, name) in names.iter().enumerate() {
        let shown = if n == 0 { text.say_with("col-base", &[("name", name.into())]) } else { name.clone() };
        table.heads.push(Head { text: shown, numeric: true });
        if n > 0 {
            table.heads.push(Head { text: text.say("col-difference"), numeric: true });
        }
    }
    for key in keys(inputs) {
        let m = Measure::of_indicator(key);
        let base = inputs[0].indicators.region.get(key).copied();
        let mut row = vec![words(text.key("indicator", key))];
        for (n, p) in inputs.iter().enumerate() {
            let v = p.indicators.region.get(key).copied();
            row.push(value(text, m, v));
            if n > 0 {
                let d = v.zip(base).map(|(v, b)| v - b);
                row.push(d.map_or_else(|| words(text.say("cell-none")), |d| Cell { text: text.difference(m, d), sort: Some(d) }));
            }
        }
        table.rows.push(row);
    }
    table
}

/// Facilities by position in the base and their loads in both plans, largest change of load first.
fn changed<'a>(base: &ReportInput<'a>, other: &ReportInput<'a>) -> Vec<(usize, &'a FacilityLoad, &'a FacilityLoad, f64)> {
    let after: BTreeMap<&str, &FacilityLoad> =
        other.problem.network.facilities.iter().map(|f| f.code.as_str()).zip(&other.indicators.facilities).collect();
    let part = |a: Option<f64>, b: Option<f64>| (b.unwrap_or(0.0) - a.unwrap_or(0.0)).abs();
    let mut all: Vec<_> = base
        .problem
        .network
        .facilities
        .iter()
        .zip(&base.indicators.facilities)
        .enumerate()
        .filter_map(|(j, (f, b))| {
            let a = *after.get(f.code.as_str())?;
            // A tenth of a point of load, or one visit in a thousand, is no change.
            let size = part(b.occupancy, a.occupancy)
                .max(part(b.doctor_load, a.doctor_load))
                .max((a.visits - b.visits).abs() / b.visits.max(1000.0));
            (size > 0.001).then_some((j, b, a, size))
        })
        .collect();
    all.sort_by(|x, y| y.3.total_cmp(&x.3).then(x.0.cmp(&y.0)));
    all
}

pub(super) fn changed_table(base: &ReportInput<'_>, other: &ReportInput<'_>, text: &Catalogue) -> Table {
    let heads = [
        ("col-facility", false),
        ("col-tier", false),
        ("col-occupancy", true),
        ("col-difference", true),
        ("col-load", true),
        ("col-difference", true),
        ("col-visits", true),
        ("col-difference", true),
        ("col-stays", true),
        ("col-difference", true),
    ];
    let mut table = Table::new("changed", text, &heads);
    for (j, b, a, _) in changed(base, other).into_iter().take(MOST_CHANGED) {
        let f = &base.problem.network.facilities[j];
        let mut row = vec![words(text.place(&f.name, f.name_en.as_deref())), words(text.key("tier", f.tier.code()))];
        for (x, y) in [(b.occupancy, a.occupancy), (b.doctor_load, a.doctor_load)] {
            row.push(value(text, Measure::Share, y));
            row.push(x.zip(y).map_or_else(
                || words(text.say("cell-none")),
                |(x, y)| Cell { text: text.difference(Measure::Share, y - x), sort: Some(y - x) },
            ));
        }
        for (x, y) in [(b.visits, a.visits), (b.admissions, a.admissions)] {
            row.push(number(text, y, 0));
            let d = y - x;
            row.push(Cell { text: format!("{}{}", if d > 0.0 { "+" } else { "" }, text.exact(d, 0)), sort: Some(d) });
        }
        table.rows.push(row);
    }
    table
}

fn indicators_csv(inputs: &[ReportInput<'_>]) -> Result<File, ReportError> {
    let heads: Vec<String> = std::iter::once("indicator".to_owned()).chain((1..=inputs.len()).map(|n| format!("plan_{n}"))).collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let rows = keys(inputs).into_iter().map(|k| {
        let mut row: Vec<Field> = vec![k.into()];
        row.extend(inputs.iter().map(|p| Field::from(p.indicators.region.get(k).copied())));
        row
    });
    write("indicators", &heads, rows)
}

fn changed_csv(base: &ReportInput<'_>, others: &[ReportInput<'_>]) -> Result<File, ReportError> {
    let heads = [
        "plan",
        "facility",
        "name",
        "tier",
        "occupancy_base",
        "occupancy",
        "doctor_load_base",
        "doctor_load",
        "visits_base",
        "visits",
        "admissions_base",
        "admissions",
    ];
    let mut rows: Vec<Vec<Field>> = Vec::new();
    for (n, other) in others.iter().enumerate() {
        for (j, b, a, _) in changed(base, other) {
            let f = &base.problem.network.facilities[j];
            let mut row: Vec<Field> =
                vec![format!("plan_{}", n + 2).into(), f.code.as_str().into(), f.name.as_str().into(), f.tier.code().into()];
            row.extend(
                [
                    b.occupancy,
                    a.occupancy,
                    b.doctor_load,
                    a.doctor_load,
                    Some(b.visits),
                    Some(a.visits),
                    Some(b.admissions),
                    Some(a.admissions),
                ]
                .map(Field::from),
            );
            rows.push(row);
        }
    }
    write("changed_facilities", &heads, rows)
}
