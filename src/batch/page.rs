//! The page of a batch: small maps, a ranking of areas, differences between scenarios, and the table of all jobs with a link to each plan's
//! page. Everything that came from a file is escaped by the template engine and by the pictures.

use super::folder::Batch;
use super::job::mebibytes;
use super::maps::{self, MOST_MAPS, Panel, Places, number};
use super::sealed::{There, count};
use super::{Entry, Record, Status, shared, tables};
use crate::report::tables::{Cell, Head, Table, words};
use crate::report::{ReportError, html};
use crate::text::{Catalogue, clean, shorten};
use minijinja::context;
use minijinja::value::{Serde, Value};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Indicators that maps and ranking show, the first that there is.
const SHOWN: [&str; 5] = ["first_contact", "in_county_ip", "in_county_all", "gini", "objective"];
/// Rows of the ranking and of the differences; the data set has all.
const MOST_ROWS: usize = 600;
/// Columns of scenarios; the data set has all.
const MOST_VARIANTS: usize = 12;

/// A job on the page.
#[derive(Debug, Serialize)]
struct Line {
    cells: Vec<Cell>,
    status: &'static str,
    link: Option<String>,
}

/// A finished job with its values of the indicators that the page shows.
struct Shown<'a> {
    entry: &'a Entry,
    /// Value of the whole case.
    whole: Option<f64>,
    /// Value of each area.
    areas: BTreeMap<String, f64>,
    objective: Option<f64>,
}

/// Makes the page of the jobs of a batch (`own`: positions in its list).
///
/// # Errors
/// No font, or a page that cannot be made.
pub fn make(root: &Path, batch: &Batch, own: &[usize], found: &[There], indicator: Option<&str>) -> Result<Vec<u8>, ReportError> {
    let text = Catalogue::load("en")?;
    let places: BTreeMap<String, Places> =
        fs::read(root.join("places.json")).ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default();
    let entries: Vec<&Entry> = own.iter().map(|&n| &batch.jobs[n]).collect();
    let asked = indicator.or(batch.indicator.as_deref());
    let rounds = shared::read(root);
    let plans = best_plans(&rounds);
    let (chosen, shown) = values(root, &entries, found, &places, asked, &plans);
    let variants = variants(&shown);
    let panels = panels(&shown, &places);
    let picture = maps::draw(&panels, &chosen)?;
    let more_maps = panels.len().saturating_sub(MOST_MAPS);
    let lines: Vec<Line> = entries.iter().zip(found).map(|(e, there)| line(e, there)).collect();
    let heads = ["Case", "Command", "Scenario and parameters", "Status", "Objective", "Gap", "Seconds", "Peak memory", "What it said"];
    let numeric = [false, false, false, false, true, true, true, true, false];
    let heads: Vec<Head> = heads.iter().zip(numeric).map(|(h, numeric)| Head { text: (*h).to_owned(), numeric }).collect();
    let (by_status, missing, damaged) = count(found);
    let mut counts: Vec<String> = by_status.iter().filter(|(_, n)| *n > 0).map(|(s, n)| format!("{n} {}", s.word())).collect();
    counts.extend((missing > 0).then(|| format!("{missing} not run yet")));
    counts.extend((damaged > 0).then(|| format!("{damaged} damaged")));
    let cases: BTreeSet<&str> = entries.iter().map(|e| e.case.as_str()).collect();
    let commands: BTreeSet<&str> = entries.iter().map(|e| e.command.as_str()).collect();
    let name = if batch.name.is_empty() { "batch" } else { &batch.name };
    let lead = format!(
        "{} jobs: {} cases, {}. {}.",
        entries.len(),
        cases.len(),
        commands.into_iter().collect::<Vec<_>>().join(", "),
        counts.join(", ")
    );
    let whole = found.iter().all(There::is_final);
    html::page(
        "batch.html",
        &text,
        context! {
            title => format!("Batch: {}", shorten(&clean(name), 160)),
            lead,
            made => format!("Made by fenji {}.", env!("CARGO_PKG_VERSION")),
            missing => (!whole).then_some("Not every job has ended; `fenji batch run` with --resume goes on."),
            indicator => &chosen,
            maps => picture.as_ref().map(|p| Value::from(Serde(html::figure(p, &[])))),
            maps_note => (more_maps > 0).then(|| format!("{more_maps} more maps are left out; the data set has their values.")),
            ranking => Value::from(Serde(ranking(&shown, &variants, &places))),
            differences => Value::from(Serde(differences(&shown, "differences", |s| s.whole))),
            money => (chosen != "objective").then(|| Value::from(Serde(differences(&shown, "objectives", |s| s.objective)))),
            rounds => rounds.iter().map(|s| Value::from(Serde(of_rounds(s)))).collect::<Vec<_>>(),
            proven => rounds.iter().map(proven).collect::<Vec<_>>(),
            beds => rounds.iter().map(|s| Value::from(Serde(of_beds(s)))).collect::<Vec<_>>(),
            heads => Value::from(Serde(heads)),
            jobs => Value::from(Serde(lines)),
            parquet => cfg!(feature = "parquet"),
        },
    )
}

/// Jobs whose plans together are the best joint plan, of all groups; none where nothing is shared.
fn best_plans(rounds: &[shared::Summary]) -> BTreeSet<String> {
    let of = |s: &shared::Summary| {
        let best = s.certificate.best_round;
        s.cases.iter().filter(|c| Some(c.round) == best).map(|c| c.job.clone()).collect::<Vec<_>>()
    };
    rounds.iter().flat_map(of).collect()
}

/// What rounds proved, in a sentence.
fn proven(s: &shared::Summary) -> String {
    let c = &s.certificate;
    let yuan = |x: Option<f64>| x.map_or_else(|| "unknown".to_owned(), |x| format!("{} million yuan", number(x / 1e6)));
    let gap = c.gap.map_or_else(|| "unknown".to_owned(), |g| format!("{:.4} %", 100.0 * g));
    let best = c.best_round.map_or_else(String::new, |r| format!(" (round {r})"));
    let ended = s.ended.as_ref().map_or_else(String::new, |e| format!(" Rounds ended: {e}."));
    clean(&format!(
        "{}, {}: the joint plan{best} costs {}; no joint plan costs less than {}; gap {gap}.{ended}",
        s.command,
        s.scenario,
        yuan(c.upper),
        yuan(c.lower)
    ))
}

/// Rounds with their bounds.
fn of_rounds(s: &shared::Summary) -> Table {
    let heads = [
        ("Round", true),
        ("Kind", false),
        ("Plans, million yuan", true),
        ("Bound of the round", true),
        ("Best plan", true),
        ("Best bound", true),
        ("Gap", true),
    ];
    let mut out = table("rounds", &heads);
    let million = |x: Option<f64>| cell(x.map(|x| x / 1e6));
    for l in &s.rounds {
        #[allow(clippy::cast_precision_loss)]
        let first = Cell { text: l.round.to_string(), sort: Some(l.round as f64) };
        let kind = words(if l.priced { "priced" } else { "allotted" });
        let gap = l.gap.map_or_else(|| words("–"), |g| Cell { text: format!("{:.4} %", 100.0 * g), sort: Some(g) });
        out.rows.push(vec![first, kind, million(Some(l.value)), million(l.lower), million(l.best_upper), million(l.best_lower), gap]);
    }
    out
}

/// Shared beds and doctors in the best joint plan: what there is, what is used, the price in the bound.
fn of_beds(s: &shared::Summary) -> Table {
    let heads = [
        ("Hospital", false),
        ("Resource", false),
        ("In all", true),
        ("Used", true),
        ("Cases", true),
        ("Price, yuan a bed-day or doctor-year", true),
    ];
    let mut out = table("shared", &heads);
    let round = s.certificate.best_round.or(s.rounds.last().map(|l| l.round));
    for (r, (code, kind)) in s.resources.iter().enumerate() {
        let own = || s.cases.iter().filter(|c| Some(c.round) == round && c.member[r]);
        #[allow(clippy::cast_precision_loss)]
        let count = own().count() as f64;
        let used = own().map(|c| c.used[r]).sum();
        out.rows.push(vec![
            said(code),
            words(kind.word()),
            cell(Some(s.total[r])),
            cell(Some(used)),
            cell(Some(count)),
            cell(Some(s.certificate.price[r])),
        ]);
    }
    out
}

/// The indicator that the page shows, and the values of it.
fn values<'a>(
    root: &Path,
    entries: &[&'a Entry],
    found: &[There],
    places: &BTreeMap<String, Places>,
    asked: Option<&str>,
    plans: &BTreeSet<String>,
) -> (String, Vec<Shown<'a>>) {
    use rayon::prelude::*;
    type Values = Vec<(Option<String>, String, f64)>;
    let all: Vec<(&'a Entry, Values)> = entries
        .par_iter()
        .zip(found)
        .filter(|(entry, there)| {
            let of_best = plans.is_empty() || plans.contains(&entry.hash);
            of_best && there.record().is_some_and(|r| r.status == Status::Done)
        })
        .map(|(entry, _)| {
            let peopled = places.get(&entry.case).map(Places::peopled);
            let mut values = tables::indicators(&root.join("jobs").join(&entry.hash), &entry.command, peopled.as_ref());
            values.retain(|(_, name, _)| SHOWN.contains(&name.as_str()) || Some(name.as_str()) == asked);
            (*entry, values)
        })
        .collect();
    let there = |name: &str| all.iter().any(|(_, values)| values.iter().any(|(_, n, _)| n == name));
    let chosen = asked.filter(|a| there(a)).or_else(|| SHOWN.into_iter().find(|s| there(s))).unwrap_or("objective").to_owned();
    let shown = all
        .into_iter()
        .map(|(entry, values)| {
            let whole = |name: &str| values.iter().find(|(area, n, _)| area.is_none() && n == name).map(|(_, _, v)| *v);
            let mut areas: BTreeMap<String, f64> =
                values.iter().filter(|(_, n, _)| *n == chosen).filter_map(|(area, _, v)| Some((area.clone()?, *v))).collect();
            // what is told of a whole case only holds for all of it
            if let (true, Some(v), Some(p)) = (areas.is_empty(), whole(&chosen), places.get(&entry.case)) {
                areas = p.peopled().into_iter().map(|code| (code, v)).collect();
            }
            Shown { entry, whole: whole(&chosen), areas, objective: whole("objective") }
        })
        .collect();
    (chosen, shown)
}

/// Command and scenario of a job: what stands side by side.
fn variant(entry: &Entry) -> String {
    let arguments = if entry.arguments.is_empty() { String::new() } else { format!(" {}", entry.arguments.join(" ")) };
    format!("{}{arguments}: {}", entry.command, entry.variant())
}

/// All variants with a value, in the order of the jobs.
fn variants(shown: &[Shown<'_>]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for s in shown.iter().filter(|s| !s.areas.is_empty()) {
        let v = variant(s.entry);
        if !out.contains(&v) {
            out.push(v);
        }
    }
    out
}

/// One map for each case (parts of a case together) and variant.
fn panels<'a>(shown: &[Shown<'a>], places: &'a BTreeMap<String, Places>) -> Vec<Panel<'a>> {
    let mut order: Vec<(String, String)> = Vec::new();
    type Valued<'p> = (&'p Places, BTreeMap<String, f64>);
    let mut groups: BTreeMap<(String, String), Vec<Valued<'_>>> = BTreeMap::new();
    for s in shown.iter().filter(|s| !s.areas.is_empty()) {
        let Some(p) = places.get(&s.entry.case) else { continue };
        let key = (s.entry.parent.clone(), variant(s.entry));
        groups
            .entry(key.clone())
            .or_insert_with(|| {
                order.push(key);
                Vec::new()
            })
            .push((p, s.areas.clone()));
    }
    let mut out = Vec::new();
    for key in order {
        let cases = groups.remove(&key).unwrap_or_default();
        out.push(Panel { title: shorten(&clean(&format!("{}, {}", key.0, key.1)), 110), cases });
    }
    out
}

fn table(id: &str, heads: &[(&str, bool)]) -> Table {
    let heads = heads.iter().map(|(text, numeric)| Head { text: (*text).to_owned(), numeric: *numeric }).collect();
    Table { id: id.into(), heads, rows: Vec::new() }
}

fn cell(value: Option<f64>) -> Cell {
    value.map_or_else(|| words("–"), |v| Cell { text: number(v), sort: Some(v) })
}

fn said(text: &str) -> Cell {
    words(shorten(&clean(text), 300))
}

/// Areas by the indicator, the highest in the first variant first.
fn ranking(shown: &[Shown<'_>], variants: &[String], places: &BTreeMap<String, Places>) -> Table {
    let variants = &variants[..variants.len().min(MOST_VARIANTS)];
    let mut out = table("ranking", &[("Rank", true), ("Area", false), ("Case", false)]);
    out.heads.extend(variants.iter().map(|v| Head { text: shorten(&clean(v), 80), numeric: true }));
    let mut rows: BTreeMap<(&str, &str), Vec<Option<f64>>> = BTreeMap::new();
    for s in shown {
        let Some(column) = variants.iter().position(|v| *v == variant(s.entry)) else { continue };
        for (area, value) in &s.areas {
            let row = rows.entry((s.entry.case.as_str(), area.as_str())).or_insert_with(|| vec![None; variants.len()]);
            row[column] = Some(*value);
        }
    }
    let mut sorted: Vec<_> = rows.into_iter().collect();
    let key = |row: &[Option<f64>]| row.iter().flatten().next().copied().unwrap_or(f64::NEG_INFINITY);
    sorted.sort_by(|a, b| key(&b.1).total_cmp(&key(&a.1)).then(a.0.cmp(&b.0)));
    for (rank, ((case, area), values)) in sorted.into_iter().enumerate().take(MOST_ROWS) {
        let name = places.get(case).and_then(|p| p.name(area)).map_or_else(|| area.to_owned(), |n| format!("{n} ({area})"));
        #[allow(clippy::cast_precision_loss)]
        let first = Cell { text: (rank + 1).to_string(), sort: Some((rank + 1) as f64) };
        let mut row = vec![first, said(&name), said(case)];
        row.extend(values.into_iter().map(cell));
        out.rows.push(row);
    }
    out
}

/// Every variant of a case and command beside its first one.
fn differences(shown: &[Shown<'_>], id: &str, of: impl Fn(&Shown<'_>) -> Option<f64>) -> Table {
    let mut order: Vec<(&str, String)> = Vec::new();
    let mut rows: BTreeMap<(&str, String), BTreeMap<String, f64>> = BTreeMap::new();
    let mut variants: Vec<String> = Vec::new();
    for s in shown {
        let Some(value) = of(s) else { continue };
        let arguments = if s.entry.arguments.is_empty() { String::new() } else { format!(" {}", s.entry.arguments.join(" ")) };
        let key = (s.entry.case.as_str(), format!("{}{arguments}", s.entry.command));
        let variant = s.entry.variant();
        if !variants.contains(&variant) {
            variants.push(variant.clone());
        }
        rows.entry(key.clone())
            .or_insert_with(|| {
                order.push(key);
                BTreeMap::new()
            })
            .insert(variant, value);
    }
    variants.truncate(MOST_VARIANTS);
    let mut out = table(id, &[("Case", false), ("Command", false)]);
    if variants.len() < 2 {
        return out;
    }
    out.heads.push(Head { text: shorten(&clean(&variants[0]), 80), numeric: true });
    for v in &variants[1..] {
        out.heads.extend([shorten(&clean(v), 80), "difference".to_owned()].map(|text| Head { text, numeric: true }));
    }
    for key in order.into_iter().take(MOST_ROWS) {
        let values = &rows[&key];
        let first = values.get(&variants[0]).copied();
        let mut row = vec![said(key.0), said(&key.1), cell(first)];
        for v in &variants[1..] {
            let value = values.get(v).copied();
            row.push(cell(value));
            let difference = value.zip(first).map(|(v, f)| v - f);
            row.push(difference.map_or_else(|| words("–"), |d| Cell { text: signed(d), sort: Some(d) }));
        }
        out.rows.push(row);
    }
    out
}

fn signed(d: f64) -> String {
    match number(d.abs()) {
        text if text.chars().all(|c| matches!(c, '0' | '.')) => "0".into(),
        text if d < 0.0 => format!("−{text}"),
        text => format!("+{text}"),
    }
}

/// One job.
fn line(entry: &Entry, there: &There) -> Line {
    let first = [said(&entry.case), said(&format!("{} {}", entry.command, entry.arguments.join(" "))), said(&entry.variant())];
    let record = there.record();
    let status = match (record, there) {
        (Some(r), _) => r.status.word(),
        (None, There::Damaged(_)) => "damaged",
        (None, _) => "missing",
    };
    let of = |value: fn(&Record) -> Option<f64>, show: &dyn Fn(f64) -> String| {
        record.and_then(value).map_or_else(|| words("–"), |v| Cell { text: show(v), sort: Some(v) })
    };
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let memory = of(|r| r.peak_memory.map(|m| m as f64), &|m| mebibytes(m as u64));
    let message = match there {
        There::Damaged(why) => why.as_str(),
        _ => record.map_or("", |r| r.message.as_str()),
    };
    let mut cells = first.to_vec();
    cells.extend([
        words(status),
        of(|r| r.objective, &number),
        of(|r| r.gap, &|g| format!("{:.4} %", 100.0 * g)),
        of(|r| Some(r.seconds), &|s| format!("{s:.2}")),
        memory,
        said(message),
    ]);
    let link = record.and_then(|r| r.opens.as_ref()).map(|o| format!("jobs/{}/{o}", entry.hash));
    Line { cells, status, link }
}
