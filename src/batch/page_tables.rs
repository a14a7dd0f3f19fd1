//! Tables of the page of a batch: areas, scenarios, jobs, rounds of shared hospitals.

use super::job::mebibytes;
use super::maps::{Places, number};
use super::page::Shown;
use super::page_words as say;
use super::sealed::There;
use super::{Entry, Record, shared};
use crate::report::tables::{Cell, Head, Table, words};
use crate::text::{Catalogue, Measure, clean, shorten};
use serde::Serialize;
use std::collections::BTreeMap;

/// Rows of the ranking and of the differences; the data set has all.
pub(super) const MOST_ROWS: usize = 600;
/// Columns of scenarios; the data set has all.
const MOST_VARIANTS: usize = 12;

/// A job on the page.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    cells: Vec<Cell>,
    status: &'static str,
    link: Option<String>,
}

fn dash() -> Cell {
    words("–")
}

fn said(text: &str) -> Cell {
    words(shorten(&clean(text), 300))
}

#[allow(clippy::cast_precision_loss)] // ranks and rounds
fn count(n: usize) -> Cell {
    Cell { text: n.to_string(), sort: Some(n as f64) }
}

fn in_measure(text: &Catalogue, measure: Option<Measure>, value: Option<f64>) -> Cell {
    value.map_or_else(dash, |v| Cell { text: say::value(text, measure, v), sort: Some(v) })
}

fn percent(value: Option<f64>) -> Cell {
    value.map_or_else(dash, |g| Cell { text: format!("{:.4}%", 100.0 * g), sort: Some(g) })
}

/// Values this near, relatively, are the same to rounding.
const ALIKE: f64 = 1e-9;

/// Areas by the indicator, the highest in the first variant first; and how many there are.
pub(super) fn ranking(
    text: &Catalogue,
    shown: &[Shown<'_>],
    variants: &[String],
    places: &BTreeMap<String, Places>,
    measure: Option<Measure>,
) -> (Table, usize) {
    let variants = &variants[..variants.len().min(MOST_VARIANTS)];
    let mut out = Table::new("ranking", text, &[("batch-rank", true), ("col-area", false), ("batch-case", false)]);
    out.heads.extend(variants.iter().map(|v| Head { text: shorten(v, 80), numeric: true }));
    type Row<'a> = (&'a str, Vec<Option<f64>>);
    let mut rows: BTreeMap<(&str, &str), Row<'_>> = BTreeMap::new();
    for s in shown {
        let Some(column) = variants.iter().position(|v| *v == s.variant) else { continue };
        for (area, value) in &s.areas {
            let key = (s.entry.case.as_str(), area.as_str());
            rows.entry(key).or_insert_with(|| (s.entry.parent.as_str(), vec![None; variants.len()])).1[column] = Some(*value);
        }
    }
    let all = rows.len();
    let mut sorted: Vec<_> = rows.into_iter().collect();
    let key = |row: &Row<'_>| row.1.iter().flatten().next().copied().unwrap_or(f64::NEG_INFINITY);
    sorted.sort_by(|a, b| key(&b.1).total_cmp(&key(&a.1)).then(a.0.cmp(&b.0)));
    // what differs by rounding only has the same rank
    let mut ranks: Vec<usize> = Vec::with_capacity(sorted.len());
    for n in 0..sorted.len() {
        let alike = n > 0 && {
            let (a, b) = (key(&sorted[n - 1].1), key(&sorted[n].1));
            a.total_cmp(&b).is_eq() || (a - b).abs() <= ALIKE * a.abs().max(1.0)
        };
        ranks.push(if alike { ranks[n - 1] } else { n + 1 });
    }
    for (rank, ((case, area), (parent, values))) in ranks.into_iter().zip(sorted).take(MOST_ROWS) {
        let name = places.get(case).and_then(|p| p.name(area, text)).map_or_else(|| area.to_owned(), |n| say::coded(text, &n, area));
        let mut row = vec![count(rank), said(&name), said(parent)];
        row.extend(values.into_iter().map(|v| in_measure(text, measure, v)));
        out.rows.push(row);
    }
    (out, all)
}

/// Every variant of a case and command beside its first one. `of`: the value of a job; `measure`: in what it is, and the unit of what has no measure.
pub(super) fn differences(
    text: &Catalogue,
    shown: &[Shown<'_>],
    id: &str,
    of: impl Fn(&Shown<'_>) -> Option<f64>,
    measure: impl for<'s> Fn(&'s Shown<'_>) -> (Option<Measure>, Option<&'s str>),
) -> Table {
    let mut order: Vec<(&str, String)> = Vec::new();
    type Row<'a> = (&'a Shown<'a>, BTreeMap<String, f64>);
    let mut rows: BTreeMap<(&str, String), Row<'_>> = BTreeMap::new();
    let mut variants: Vec<String> = Vec::new();
    for s in shown {
        let Some(value) = of(s) else { continue };
        let key = (s.entry.case.as_str(), say::command(text, s.entry));
        let variant = say::scenario(text, s.entry);
        if !variants.contains(&variant) {
            variants.push(variant.clone());
        }
        let row = rows.entry(key.clone()).or_insert_with(|| {
            order.push(key);
            (s, BTreeMap::new())
        });
        row.1.insert(variant, value);
    }
    variants.truncate(MOST_VARIANTS);
    let mut out = Table::new(id, text, &[("batch-case", false), ("batch-command", false)]);
    if variants.len() < 2 {
        return out;
    }
    out.heads.push(Head { text: shorten(&variants[0], 80), numeric: true });
    for v in &variants[1..] {
        out.heads.extend([shorten(v, 80), text.say("batch-difference")].map(|text| Head { text, numeric: true }));
    }
    for key in order.into_iter().take(MOST_ROWS) {
        let (one, values) = &rows[&key];
        let (measure, unit) = measure(one);
        // money has its unit in its words
        let unit = unit.filter(|_| measure.is_none()).map_or_else(String::new, |u| text.key("unit", &u.replace(' ', "-")));
        let with_unit = |v: Option<f64>| {
            let mut cell = in_measure(text, measure, v);
            if v.is_some() && !unit.is_empty() {
                cell.text = format!("{} {unit}", cell.text);
            }
            cell
        };
        let first = values.get(&variants[0]).copied();
        let mut row = vec![said(&one.case), said(&key.1), with_unit(first)];
        for v in &variants[1..] {
            let value = values.get(v).copied();
            row.push(with_unit(value));
            let difference = value.zip(first).map(|(v, f)| v - f);
            row.push(difference.map_or_else(dash, |d| Cell { text: say::difference(text, measure, d), sort: Some(d) }));
        }
        out.rows.push(row);
    }
    out
}

/// Headings of the table of jobs.
pub(super) fn job_heads(text: &Catalogue) -> Vec<Head> {
    let ids = [
        ("batch-case", false),
        ("batch-command", false),
        ("batch-scenario", false),
        ("batch-status", false),
        ("batch-objective", true),
        ("batch-gap", true),
        ("batch-seconds", true),
        ("batch-memory", true),
        ("batch-message", false),
    ];
    Table::new("jobs", text, &ids).heads
}

/// One job.
pub(super) fn line(text: &Catalogue, entry: &Entry, there: &There, places: &BTreeMap<String, Places>) -> Line {
    let first = [said(&say::case(text, entry, places)), said(&say::command(text, entry)), said(&say::scenario(text, entry))];
    let record = there.record();
    let status = match (record, there) {
        (Some(r), _) => r.status.word(),
        (None, There::Damaged(_)) => "damaged",
        (None, _) => "missing",
    };
    let of = |value: fn(&Record) -> Option<f64>, show: &dyn Fn(f64) -> String| {
        record.and_then(value).map_or_else(dash, |v| Cell { text: show(v), sort: Some(v) })
    };
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let memory = of(|r| r.peak_memory.map(|m| m as f64), &|m| mebibytes(m as u64));
    let message = match there {
        There::Damaged(why) => why.as_str(),
        _ => record.map_or("", |r| r.message.as_str()),
    };
    let mut cells = first.to_vec();
    cells.extend([
        words(text.key("batch-status", status)),
        in_measure(text, say::of_objective(&entry.command), record.and_then(|r| r.objective)),
        percent(record.and_then(|r| r.gap)),
        of(|r| Some(r.seconds), &|s| format!("{s:.2}")),
        memory,
        said(message),
    ]);
    let link = record.and_then(|r| r.opens.as_ref()).map(|o| format!("jobs/{}/{o}", entry.hash));
    Line { cells, status, link }
}

/// What rounds proved, in a sentence.
pub(super) fn proven(text: &Catalogue, s: &shared::Summary) -> String {
    let c = &s.certificate;
    let unknown = || text.say("batch-unknown");
    let yuan = |x: Option<f64>| x.map_or_else(unknown, |x| text.money(x));
    let gap = c.gap.map_or_else(unknown, |g| format!("{:.4}%", 100.0 * g));
    let round = c.best_round.map_or_else(|| "–".to_owned(), |r| r.to_string());
    let (command, arguments) = s.command.split_once(' ').map_or((s.command.as_str(), String::new()), |(c, a)| (c, format!(" {a}")));
    let command = format!("{}{arguments}", text.key("batch-command", command));
    let what = text.say_with("batch-variant", &[("command", (&command).into()), ("scenario", (&s.scenario).into())]);
    let (upper, lower) = (yuan(c.upper), yuan(c.lower));
    let mut out = text.say_with(
        "batch-proven",
        &[
            ("what", (&what).into()),
            ("round", (&round).into()),
            ("upper", (&upper).into()),
            ("lower", (&lower).into()),
            ("gap", (&gap).into()),
        ],
    );
    if let Some(why) = &s.ended {
        out.push_str(&text.say("sentence-join"));
        out.push_str(&text.say_with("batch-ended", &[("why", (&say::ended(text, why)).into())]));
    }
    out
}

/// Rounds with their bounds.
pub(super) fn of_rounds(text: &Catalogue, s: &shared::Summary) -> Table {
    let heads = [
        ("batch-round", true),
        ("batch-kind", false),
        ("batch-plans", true),
        ("batch-round-bound", true),
        ("batch-best-plan", true),
        ("batch-best-bound", true),
        ("batch-gap", true),
    ];
    let mut out = Table::new("rounds", text, &heads);
    let money = |x: Option<f64>| in_measure(text, Some(Measure::Yuan), x);
    for l in &s.rounds {
        let kind = words(text.say(if l.priced { "batch-priced" } else { "batch-allotted" }));
        out.rows.push(vec![
            count(l.round),
            kind,
            money(Some(l.value)),
            money(l.lower),
            money(l.best_upper),
            money(l.best_lower),
            percent(l.gap),
        ]);
    }
    out
}

/// Shared beds and doctors in the best joint plan: what there is, what is used, the price in the bound.
pub(super) fn of_beds(text: &Catalogue, s: &shared::Summary) -> Table {
    let heads = [
        ("batch-hospital", false),
        ("batch-resource", false),
        ("batch-in-all", true),
        ("batch-used", true),
        ("batch-cases", true),
        ("batch-price", true),
    ];
    let mut out = Table::new("shared", text, &heads);
    let plain = |v: f64| Cell { text: number(v), sort: Some(v) };
    let round = s.certificate.best_round.or(s.rounds.last().map(|l| l.round));
    for (r, (code, kind)) in s.resources.iter().enumerate() {
        let own = || s.cases.iter().filter(|c| Some(c.round) == round && c.member[r]);
        let used = own().map(|c| c.used[r]).sum();
        out.rows.push(vec![
            said(code),
            words(text.key("resource", kind.word())),
            plain(s.total[r]),
            plain(used),
            count(own().count()),
            plain(s.certificate.price[r]),
        ]);
    }
    out
}
