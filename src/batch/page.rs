//! The page of a batch: small maps, a ranking of areas, differences between scenarios, and the table of all jobs with a link to each plan's
//! page, in the language asked for. Everything that came from a file is escaped by the template engine and by the pictures.

use super::folder::Batch;
use super::maps::{self, MOST_MAPS, Panel, Places};
use super::page_tables::{self as table, Line, MOST_ROWS};
use super::page_words as say;
use super::sealed::{There, count};
use super::{Entry, Status, shared, tables};
use crate::report::{ReportError, html};
use crate::text::{Catalogue, clean, shorten};
use minijinja::context;
use minijinja::value::{Serde, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Indicators that maps and ranking show, the first that there is.
const SHOWN: [&str; 5] = ["first_contact", "in_county_ip", "in_county_all", "gini", "objective"];
/// Messages that the template uses as `b.name`, without their `batch-` and with dashes as underscores.
const MESSAGES: [&str; 15] = [
    "batch-ranking-note",
    "batch-differences-note",
    "batch-objectives",
    "batch-shared",
    "batch-shared-note",
    "batch-shared-weights",
    "batch-jobs",
    "batch-jobs-note",
    "batch-data",
    "batch-data-note",
    "batch-data-parquet",
    "batch-data-and",
    "batch-data-rows",
    "batch-contents-maps",
    "batch-contents-ranking",
];

/// A finished job with its values of the indicators that the page shows.
pub(super) struct Shown<'a> {
    pub entry: &'a Entry,
    /// Its case as the page names it.
    pub case: String,
    /// Its command and scenario as the page names them.
    pub variant: String,
    /// Value of the whole case.
    pub whole: Option<f64>,
    /// Value of each area.
    pub areas: BTreeMap<String, f64>,
    pub objective: Option<f64>,
    /// Unit of the objective, where its model names one.
    pub unit: Option<String>,
}

/// Makes the page of the jobs of a batch (`own`: positions in its list); indicator and language are those of the specification by default.
///
/// # Errors
/// No font, or a page that cannot be made.
pub fn make(
    root: &Path,
    batch: &Batch,
    own: &[usize],
    found: &[There],
    indicator: Option<&str>,
    lang: Option<&str>,
) -> Result<Vec<u8>, ReportError> {
    let text = Catalogue::load(lang.unwrap_or(batch.lang.code()))?;
    let places: BTreeMap<String, Places> =
        fs::read(root.join("places.json")).ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default();
    let entries: Vec<&Entry> = own.iter().map(|&n| &batch.jobs[n]).collect();
    let asked = indicator.or(batch.indicator.as_deref());
    let rounds = shared::read(root);
    let plans = best_plans(&rounds);
    let (chosen, shown) = values(root, &entries, found, &places, asked, &plans, &text);
    let (name, measure) = (say::indicator(&text, &chosen), say::measure(&text, &chosen));
    let variants = variants(&shown);
    // rounds of shared hospitals show their best plans alone
    let silent = if plans.is_empty() { &entries[..] } else { &[] };
    let panels = panels(&text, &shown, &places, silent);
    let picture = maps::draw(&panels, &name, measure, &text)?;
    let more_maps = panels.len().saturating_sub(MOST_MAPS);
    let lines: Vec<Line> = entries.iter().zip(found).map(|(e, there)| table::line(&text, e, there, &places)).collect();
    let (ranking, areas) = table::ranking(&text, &shown, &variants, &places, measure);
    let differences = table::differences(&text, &shown, "differences", |s| s.whole, |_| (measure, None));
    let money = (chosen != "objective").then(|| {
        table::differences(&text, &shown, "objectives", |s| s.objective, |s| (say::of_objective(&s.entry.command), s.unit.as_deref()))
    });
    let title = if batch.name.is_empty() { text.say("batch-untitled") } else { shorten(&clean(&batch.name), 160) };
    let whole = found.iter().all(There::is_final);
    let headed = |id: &str| text.say_with(id, &[("indicator", (&name).into())]);
    let notes: BTreeMap<String, String> =
        MESSAGES.iter().map(|id| (id.trim_start_matches("batch-").replace('-', "_"), text.say(id))).collect();
    html::page(
        "batch.html",
        &text,
        context! {
            b => Value::from(Serde(notes)),
            title => text.say_with("batch-title", &[("name", (&title).into())]),
            lead => lead(&text, &entries, found),
            made => text.say_with("report-made", &[("version", env!("CARGO_PKG_VERSION").into())]),
            missing => (!whole).then(|| text.say("batch-missing")),
            maps_title => headed("batch-maps"),
            maps => picture.as_ref().map(|p| html::drawn(p).map(|f| Value::from(Serde(f)))).transpose()?,
            maps_note => (more_maps > 0).then(|| text.say_with("batch-maps-note", &[("n", more_maps.into())])),
            ranking_title => headed("batch-ranking"),
            ranking_some => (areas > MOST_ROWS)
                .then(|| text.say_with("batch-ranking-some", &[("n", MOST_ROWS.into()), ("all", areas.into())])),
            ranking => Value::from(Serde(ranking)),
            differences_title => headed("batch-differences"),
            differences_contents => text.say("batch-contents-differences"),
            differences => Value::from(Serde(differences)),
            money => money.map(|t| Value::from(Serde(t))),
            rounds => rounds.iter().map(|s| Value::from(Serde(table::of_rounds(&text, s)))).collect::<Vec<_>>(),
            proven => rounds.iter().map(|s| table::proven(&text, s)).collect::<Vec<_>>(),
            beds => rounds.iter().map(|s| Value::from(Serde(table::of_beds(&text, s)))).collect::<Vec<_>>(),
            heads => Value::from(Serde(table::job_heads(&text))),
            jobs => Value::from(Serde(lines)),
            parquet => cfg!(feature = "parquet"),
        },
    )
}

/// What was asked for and how it ended, in a sentence.
fn lead(text: &Catalogue, entries: &[&Entry], found: &[There]) -> String {
    let (by_status, missing, damaged) = count(found);
    let counted = |n: usize, word: &str| {
        let status = text.key("batch-status", word);
        (n > 0).then(|| text.say_with("batch-count", &[("n", n.into()), ("status", (&status).into())]))
    };
    let by_word = by_status.iter().map(|(s, n)| (*n, s.word())).chain([(missing, "missing"), (damaged, "damaged")]);
    let counts: Vec<String> = by_word.filter_map(|(n, word)| counted(n, word)).collect();
    let cases: BTreeSet<&str> = entries.iter().map(|e| e.case.as_str()).collect();
    let mut commands: Vec<String> = Vec::new();
    for name in entries.iter().map(|e| text.key("batch-command", &e.command)) {
        if !commands.contains(&name) {
            commands.push(name);
        }
    }
    let separator = text.say("list-separator");
    text.say_with(
        "batch-lead",
        &[
            ("jobs", entries.len().into()),
            ("cases", cases.len().into()),
            ("commands", (&commands.join(&separator)).into()),
            ("counts", (&counts.join(&separator)).into()),
        ],
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

/// `None` when some job has the indicator, or none is done yet; else the name most like it that there is.
#[must_use]
pub fn unknown(root: &Path, batch: &Batch, own: &[usize], found: &[There], name: &str) -> Option<Option<String>> {
    use rayon::prelude::*;
    let done: Vec<&Entry> = own
        .iter()
        .zip(found)
        .filter(|(_, there)| there.record().is_some_and(|r| r.status == Status::Done))
        .map(|(&n, _)| &batch.jobs[n])
        .collect();
    let names: BTreeSet<String> = done
        .par_iter()
        .flat_map_iter(|e| tables::indicators(&root.join("jobs").join(&e.hash), &e.command, None).into_iter().map(|(_, n, _)| n))
        .collect();
    if names.is_empty() || names.contains(name) {
        return None;
    }
    Some(crate::network::problem::nearest(name, names.iter().map(String::as_str)).map(str::to_owned))
}

/// The indicator that the page shows, and the values of it.
fn values<'a>(
    root: &Path,
    entries: &[&'a Entry],
    found: &[There],
    places: &BTreeMap<String, Places>,
    asked: Option<&str>,
    plans: &BTreeSet<String>,
    text: &Catalogue,
) -> (String, Vec<Shown<'a>>) {
    use rayon::prelude::*;
    type Values = Vec<(Option<String>, String, f64)>;
    let all: Vec<(&'a Entry, Values, Option<String>)> = entries
        .par_iter()
        .zip(found)
        .filter(|(entry, there)| {
            let of_best = plans.is_empty() || plans.contains(&entry.hash);
            of_best && there.record().is_some_and(|r| r.status == Status::Done)
        })
        .map(|(entry, _)| {
            let peopled = places.get(&entry.case).map(Places::peopled);
            let folder = root.join("jobs").join(&entry.hash);
            let mut values = tables::indicators(&folder, &entry.command, peopled.as_ref());
            values.retain(|(_, name, _)| SHOWN.contains(&name.as_str()) || Some(name.as_str()) == asked);
            (*entry, values, tables::unit(&folder))
        })
        .collect();
    let there = |name: &str| all.iter().any(|(_, values, _)| values.iter().any(|(_, n, _)| n == name));
    // what is the same everywhere, as a target that all reach, tells no area from another
    let differs = |name: &str| {
        let mine = || all.iter().flat_map(|(_, values, _)| values).filter(|(area, n, _)| area.is_some() && n == name).map(|v| v.2);
        let (low, high) = mine().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        high - low > 1e-6 * high.abs().max(1.0)
    };
    let first = || SHOWN.into_iter().find(|s| differs(s)).or_else(|| SHOWN.into_iter().find(|s| there(s)));
    let chosen = asked.filter(|a| there(a)).or_else(first).unwrap_or("objective").to_owned();
    let shown = all
        .into_iter()
        .map(|(entry, values, unit)| {
            let whole = |name: &str| values.iter().find(|(area, n, _)| area.is_none() && n == name).map(|(_, _, v)| *v);
            let mut areas: BTreeMap<String, f64> =
                values.iter().filter(|(_, n, _)| *n == chosen).filter_map(|(area, _, v)| Some((area.clone()?, *v))).collect();
            // what is told of a whole case only holds for all of it
            if let (true, Some(v), Some(p)) = (areas.is_empty(), whole(&chosen), places.get(&entry.case)) {
                areas = p.peopled().into_iter().map(|code| (code, v)).collect();
            }
            let (case, variant) = (say::case(text, entry, places), say::variant(text, entry));
            Shown { entry, case, variant, whole: whole(&chosen), areas, objective: whole("objective"), unit }
        })
        .collect();
    (chosen, shown)
}

/// All variants with a value, in the order of the jobs.
fn variants(shown: &[Shown<'_>]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for s in shown.iter().filter(|s| !s.areas.is_empty()) {
        if !out.contains(&s.variant) {
            out.push(s.variant.clone());
        }
    }
    out
}

/// One map for each case (parts of a case together) and variant; what all have in common is not said of each.
/// `entries`: jobs whose areas stand on the map of their case and variant even where they have no value, so that maps of a case have one extent.
fn panels<'a>(text: &Catalogue, shown: &[Shown<'a>], places: &'a BTreeMap<String, Places>, entries: &[&Entry]) -> Vec<Panel<'a>> {
    let alike = variants(shown).len() < 2;
    let mut order: Vec<(String, String)> = Vec::new();
    type Valued<'p> = (&'p Places, BTreeMap<String, f64>);
    let mut groups: BTreeMap<(String, String), Vec<Valued<'_>>> = BTreeMap::new();
    for s in shown.iter().filter(|s| !s.areas.is_empty()) {
        let Some(p) = places.get(&s.entry.case) else { continue };
        let key = (s.entry.parent.clone(), s.variant.clone());
        groups
            .entry(key.clone())
            .or_insert_with(|| {
                order.push(key);
                Vec::new()
            })
            .push((p, s.areas.clone()));
    }
    let valued: BTreeSet<&str> = shown.iter().filter(|s| !s.areas.is_empty()).map(|s| s.entry.hash.as_str()).collect();
    for e in entries.iter().filter(|e| !valued.contains(e.hash.as_str())) {
        if let (Some(group), Some(p)) = (groups.get_mut(&(e.parent.clone(), say::variant(text, e))), places.get(&e.case)) {
            group.push((p, BTreeMap::new()));
        }
    }
    let mut out = Vec::new();
    for key in order {
        let cases = groups.remove(&key).unwrap_or_default();
        // the case by its own name, the parts of one by that of its folder
        let own = if cases.len() == 1 { cases[0].0.title(text) } else { None };
        let case = own.map_or_else(|| clean(&key.0), |own| format!("{} ({})", clean(&own), clean(&key.0)));
        let title = if alike { case } else { format!("{case}, {}", key.1) };
        out.push(Panel { title: shorten(&title, 110), cases });
    }
    out
}
