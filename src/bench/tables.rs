//! The tables of a bench's page.

use super::Record;
use super::collect::{Grid, Summary};
use super::page::Bench;
use super::profile::shifted_geometric_mean;
use crate::report::tables::{Cell, Head, Table, words};
use std::collections::BTreeSet;

/// A number to about three figures.
pub(super) fn short(v: f64) -> String {
    let digits = match v.abs() {
        a if a >= 100.0 => 0,
        a if a >= 10.0 => 1,
        a if a >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{v:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn table(id: &str, heads: &[(&str, bool)]) -> Table {
    let heads = heads.iter().map(|(text, numeric)| Head { text: (*text).to_owned(), numeric: *numeric }).collect();
    Table { id: id.into(), heads, rows: Vec::new() }
}

fn cell(value: Option<f64>, show: impl Fn(f64) -> String) -> Cell {
    value.filter(|v| v.is_finite()).map_or_else(|| words("–"), |v| Cell { text: show(v), sort: Some(v) })
}

#[allow(clippy::cast_precision_loss)]
fn count(n: usize) -> Cell {
    Cell { text: n.to_string(), sort: Some(n as f64) }
}

fn seconds(v: f64) -> String {
    format!(
        "{} s",
        if v >= 100.0 {
            format!("{v:.0}")
        } else if v >= 10.0 {
            format!("{v:.1}")
        } else {
            format!("{v:.3}")
        }
    )
}

fn percent(v: f64) -> String {
    if v == 0.0 {
        "0".into()
    } else if v < 1e-4 {
        format!("{:.0e} %", 100.0 * v)
    } else {
        format!("{} %", short(100.0 * v))
    }
}

#[allow(clippy::cast_precision_loss)]
fn mebibytes(m: u64) -> Cell {
    let v = m as f64 / 1_048_576.0;
    Cell { text: format!("{v:.0} MiB"), sort: Some(v) }
}

/// One line a setting.
pub(super) fn summary_table(summaries: &[Summary]) -> Table {
    let heads = [
        ("Setting", false),
        ("Problems", true),
        ("Solved", true),
        ("At the limit", true),
        ("No answer", true),
        ("Fastest", true),
        ("Wall, all", true),
        ("Wall, solved by all", true),
        ("Against the first", true),
        ("Processor", true),
        ("Mean gap", true),
        ("Peak memory", true),
    ];
    let mut t = table("settings", &heads);
    for s in summaries {
        t.rows.push(vec![
            words(s.setting.as_str()),
            count(s.runs),
            count(s.solved),
            count(s.limit),
            count(s.failed),
            count(s.fastest),
            cell(s.mean, seconds),
            cell(s.common, seconds),
            cell(s.against_first, |v| format!("{v:.2}×")),
            cell(s.cpu, seconds),
            cell(s.gap, percent),
            s.memory.map_or_else(|| words("–"), mebibytes),
        ]);
    }
    t
}

/// What each setting is.
pub(super) fn definitions(bench: &Bench<'_>) -> Table {
    let mut t = table(
        "definitions",
        &[
            ("Setting", false),
            ("Backend and options", false),
            ("Method", false),
            ("Threads", true),
            ("Gap", true),
            ("Limit", true),
            ("Arguments", false),
        ],
    );
    for s in bench.spec.setting.iter().map(toml::Spanned::get_ref) {
        t.rows.push(vec![
            words(s.name.as_str()),
            words(s.backend_text().unwrap_or_else(|| "default".into())),
            words(s.method.as_deref().unwrap_or("default")),
            count(s.threads as usize),
            cell(Some(s.gap), percent),
            cell(Some(s.time.unwrap_or(bench.spec.time)), seconds),
            words(s.args.join(" ") + s.program.as_deref().unwrap_or("")),
        ]);
    }
    t
}

/// A row for each instance and problem, the seeds together.
pub(super) fn cells_table(grid: &Grid<'_>, shift: f64) -> Table {
    let mut t = table("cells", &[("Instance", false), ("Problem", false), ("Best value", true), ("Best bound", true)]);
    t.heads.extend(grid.settings.iter().map(|s| Head { text: (*s).to_owned(), numeric: true }));
    let mut seen = BTreeSet::new();
    for ((instance, problem, _), _) in &grid.rows {
        if !seen.insert((instance, problem)) {
            continue;
        }
        let rows: Vec<&Vec<Option<&Record>>> =
            grid.rows.iter().filter(|((i, p, _), _)| i == instance && p == problem).map(|(_, row)| row).collect();
        let records: Vec<&Record> = rows.iter().flat_map(|row| row.iter().flatten().copied()).collect();
        let maximise = records.first().is_some_and(|r| r.maximise);
        let best = |of: fn(&Record) -> Option<f64>, largest: bool| {
            records.iter().filter_map(|r| of(r)).reduce(|a, b| if largest { a.max(b) } else { a.min(b) })
        };
        let number = |v: f64| if v.abs() >= 1e5 { format!("{v:.0}") } else { format!("{v:.2}") };
        let mut row = vec![
            words(instance.as_str()),
            words(problem.as_str()),
            cell(best(|r| r.value, maximise), number),
            cell(best(|r| r.bound, !maximise), number),
        ];
        for s in 0..grid.settings.len() {
            let own: Vec<&Record> = rows.iter().filter_map(|row| row[s]).collect();
            row.push(outcome(&own, shift));
        }
        t.rows.push(row);
    }
    t
}

/// Time when all seeds are solved, else the mean gap, else what went wrong.
#[allow(clippy::cast_precision_loss)]
fn outcome(own: &[&Record], shift: f64) -> Cell {
    let Some(first) = own.first() else { return words("–") };
    if own.iter().all(|r| r.status.is_solved()) {
        let walls: Vec<f64> = own.iter().map(|r| r.wall).collect();
        return cell(shifted_geometric_mean(&walls, shift), seconds);
    }
    let unsolved = own.iter().filter(|r| !r.status.is_solved()).count();
    let gaps: Vec<f64> = own.iter().filter(|r| r.value.is_some()).filter_map(|r| r.gap).collect();
    let of = if own.len() > 1 { format!(" ({unsolved} of {})", own.len()) } else { String::new() };
    // what is not solved sorts behind all times
    if gaps.is_empty() {
        let bad = own.iter().find(|r| !r.status.is_solved()).unwrap_or(first);
        return Cell { text: format!("{}{of}", bad.status.word().replace('_', " ")), sort: Some(1e9) };
    }
    let gap = gaps.iter().sum::<f64>() / gaps.len() as f64;
    Cell { text: format!("gap {}{of}", percent(gap)), sort: Some(1e6 + gap) }
}

/// Every run.
pub(super) fn runs_table(records: &[Record]) -> Table {
    let heads = [
        ("Instance", false),
        ("Problem", false),
        ("Setting", false),
        ("Seed", true),
        ("Status", false),
        ("Value", true),
        ("Bound", true),
        ("Gap", true),
        ("Wall", true),
        ("Processor", true),
        ("Own", true),
        ("Memory", true),
        ("Load", true),
    ];
    let mut t = table("runs", &heads);
    for r in records {
        let number = |v: f64| if v.abs() >= 1e5 { format!("{v:.0}") } else { format!("{v:.3}") };
        t.rows.push(vec![
            words(r.instance.as_str()),
            words(r.problem.as_str()),
            words(r.setting.as_str()),
            words(r.seed.to_string()),
            words(r.status.word().replace('_', " ")),
            cell(r.value, number),
            cell(r.bound, number),
            cell(r.gap, percent),
            cell(Some(r.wall), seconds),
            cell(r.cpu, seconds),
            cell(r.own_seconds, seconds),
            r.peak_memory.map_or_else(|| words("–"), mebibytes),
            cell(r.load, |v| format!("{v:.2}")),
        ]);
    }
    t
}

/// Runs without an answer, with what they said.
pub(super) fn failures(records: &[Record]) -> Table {
    let mut t = table(
        "failures",
        &[("Instance", false), ("Problem", false), ("Setting", false), ("Seed", true), ("Status", false), ("What it said", false)],
    );
    for r in records.iter().filter(|r| !r.status.is_solved() && r.value.is_none()) {
        let parts = [r.instance.as_str(), &r.problem, &r.setting, &r.seed.to_string(), r.status.word(), &r.message];
        t.rows.push(parts.iter().map(|p| words(crate::text::shorten(&crate::text::clean(p), 400))).collect());
    }
    t
}
