//! The register as page, table and Markdown, with the areas ranked.

use super::csv_out::Field;
use super::reform::{Column, Sheet, goal_value, sheet};
use super::{File, ReportError, html};
use crate::indicators::Values;
use crate::indicators::reform::Goal;
use crate::indicators::register::{CANNOT, RegisterRow, ranking};
use crate::network::Network;
use crate::policy::demands::Demand;
use crate::policy::pack::TargetSense;
use crate::text::Catalogue;
use minijinja::value::Serde;
use minijinja::{Value, context};
use std::collections::BTreeMap;

/// Areas that the ranking shows: ten (N18).
const RANKED: usize = 10;

/// What the register is made of.
#[derive(Debug, Clone, Copy)]
pub struct RegisterReport<'a> {
    /// The case.
    pub network: &'a Network,
    /// Its title in Latin letters, when it has one.
    pub name_en: Option<&'a str>,
    /// The demands, in their order.
    pub demands: &'a [Demand],
    /// Rows.
    pub rows: &'a [RegisterRow],
    /// Indicators of areas of a referral plan; empty without one.
    pub areas: &'a [Values],
    /// Version of the program.
    pub version: &'a str,
}

/// Makes `report.html`, `ledger.md`, `tables/register.csv`, `tables/ranking.csv`.
///
/// # Errors
/// An unknown language, or a page that cannot be made.
pub fn write_bundle(input: &RegisterReport<'_>, lang: &str) -> Result<Vec<File>, ReportError> {
    let text = &Catalogue::load(lang)?;
    let name = crate::text::shorten(&text.place(&input.network.name, input.name_en), 160);
    let sheets = sheets(input, text)?;
    let t = tally(input.rows);
    let counts = [("met", t.met.into()), ("part", t.part.into()), ("missed", t.missed.into()), ("silent", t.silent.into())];
    let sentences = vec![text.say_with("register-result", &counts), text.say("register-own-words")];
    let tables: Vec<Value> =
        sheets.iter().map(|s| context! { title => &s.title, note => &s.note, table => Value::from(Serde(&s.table)) }).collect();
    let page = html::page(
        "reform.html",
        text,
        context! {
            title => text.say_with("reform-title", &[("what", (&text.say("register-title")).into()), ("name", (&name).into())]),
            lead => text.say("register-lead"),
            made => text.say_with("report-made", &[("version", input.version.into())]),
            summary => context! { sentences, tables },
            sections => Vec::<Value>::new(),
        },
    )?;
    let mut files = vec![("report.html".to_owned(), page), ("ledger.md".to_owned(), markdown(input, text, &name).into_bytes())];
    files.extend(sheets.into_iter().map(|s| s.csv));
    Ok(files)
}

/// Demands by what the plans say of them, each once, whatever number of rows it has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Every row that is judged is met.
    pub met: usize,
    /// Some rows are met and some missed.
    pub part: usize,
    /// No row that is judged is met.
    pub missed: usize,
    /// No row is judged.
    pub silent: usize,
}

impl Tally {
    /// Demands that are judged.
    #[must_use]
    pub const fn judged(&self) -> usize {
        self.met + self.part + self.missed
    }
}

/// Counts demands: one with several rows counts once.
#[must_use]
pub fn tally(rows: &[RegisterRow]) -> Tally {
    let mut by_number: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
    for row in rows {
        let seen = by_number.entry(&row.number).or_default();
        match row.goal.as_ref().and_then(Goal::met) {
            Some(true) => seen.0 = true,
            Some(false) => seen.1 = true,
            // what was asked for and cannot be had is missed
            None => seen.1 |= row.reason.as_deref() == Some(CANNOT),
        }
    }
    let mut out = Tally::default();
    for seen in by_number.values() {
        match seen {
            (true, false) => out.met += 1,
            (true, true) => out.part += 1,
            (false, true) => out.missed += 1,
            (false, false) => out.silent += 1,
        }
    }
    out
}

/// The tables of the register: judged rows, rows that nothing judges, the ranking.
///
/// # Errors
/// A table that cannot be written.
pub fn sheets(input: &RegisterReport<'_>, text: &Catalogue) -> Result<Vec<Sheet>, ReportError> {
    let demand = |number: &str| input.demands.iter().find(|d| d.number == number);
    let columns = [
        Column::Words("number", "col-number"),
        Column::Words("demand", "col-demand"),
        Column::Words("document", "col-document"),
        Column::Words("owner", "col-owner"),
        Column::Words("period", "col-period"),
        Column::Words("what", "col-judged-by"),
        Column::Words("target", "col-target"),
        Column::Words("attainable", "col-attainable"),
        Column::Words("planned", "col-planned"),
        Column::Words("gap", "col-gap"),
        Column::Words("met", "col-met"),
        Column::Number("price_yuan", "col-step-price", 0),
    ];
    let judged = input.rows.iter().filter_map(|r| {
        let (d, g) = (demand(&r.number)?, r.goal.as_ref()?);
        let gap = g.planned.map(|p| if g.sense == TargetSense::AtMost { p - g.target } else { g.target - p });
        Some(vec![
            r.number.as_str().into(),
            said(d, text).into(),
            source(d, text).into(),
            text.say(&format!("owner-{}", d.owner)).into(),
            period(d, text).into(),
            what(g, text).into(),
            format!("{} {}", sign(g.sense), goal_value(text, g.unit, g.target)).into(),
            g.attainable.map_or_else(|| text.say("cell-none"), |p| goal_value(text, g.unit, p)).into(),
            g.planned.map_or_else(|| text.say("cell-none"), |p| goal_value(text, g.unit, p)).into(),
            gap.map_or_else(|| text.say("cell-none"), |x| goal_value(text, g.unit, x.max(0.0))).into(),
            text.say(met(g)).into(),
            g.price.into(),
        ])
    });
    let silent_columns = [
        Column::Words("number", "col-number"),
        Column::Words("demand", "col-demand"),
        Column::Words("document", "col-document"),
        Column::Words("owner", "col-owner"),
        Column::Words("reason", "col-why-not"),
    ];
    let silent = input.rows.iter().filter(|r| r.goal.is_none()).filter_map(|r| {
        let d = demand(&r.number)?;
        let owner = text.say(&format!("owner-{}", d.owner));
        Some(vec![r.number.as_str().into(), said(d, text).into(), source(d, text).into(), owner.into(), reason(r, text).into()])
    });
    let mut out = vec![
        sheet(text, "register", "register-judged", &columns, judged.collect())?,
        sheet(text, "register-silent", "register-silent", &silent_columns, silent.collect())?,
    ];
    let ranked = ranking(input.areas);
    if ranked.len() > 1 {
        let columns = [
            Column::Number("rank", "col-rank", 0),
            Column::Code("area"),
            Column::Words("name", "col-area"),
            Column::Number("score", "col-score", 3),
            Column::Number("indicators", "col-indicators-used", 0),
        ];
        #[allow(clippy::cast_precision_loss)] // counts
        let rows = ranked.iter().take(RANKED).enumerate().map(|(n, (a, score, used))| {
            let area = &input.network.areas[*a];
            let name = text.place(&area.name, area.name_en.as_deref());
            vec![((n + 1) as f64).into(), area.code.as_str().into(), Field::Words(name), (*score).into(), (*used as f64).into()]
        });
        let mut ranking = sheet(text, "ranking", "register-ranking", &columns, rows.collect())?;
        ranking.note = Some(text.say("register-ranking-note"));
        out.push(ranking);
    }
    Ok(out)
}

fn said(d: &Demand, text: &Catalogue) -> String {
    text.own(&d.said, Some(&d.said_zh)).to_owned()
}

fn source(d: &Demand, text: &Catalogue) -> String {
    let name = text.say(&format!("document-{}", d.document));
    d.line.map_or_else(|| name.clone(), |l| text.say_with("document-line", &[("document", (&name).into()), ("line", f64::from(l).into())]))
}

fn period(d: &Demand, text: &Catalogue) -> String {
    match (&d.period, d.document.parse::<u32>()) {
        (Some(p), _) => text.say(&format!("period-{p}")),
        (None, Ok(year)) => year.to_string(),
        (None, Err(_)) => text.say("cell-none"),
    }
}

fn what(g: &Goal, text: &Catalogue) -> String {
    let id = format!("goal-{}", g.what);
    if text.has(&id) { text.say(&id) } else { text.key("indicator", &g.what) }
}

const fn sign(sense: TargetSense) -> &'static str {
    match sense {
        TargetSense::AtLeast => "≥",
        TargetSense::AtMost => "≤",
        TargetSense::About => "≈",
    }
}

fn met(g: &Goal) -> &'static str {
    match g.met() {
        Some(true) => "cell-met",
        Some(false) => "cell-missed",
        None => "cell-unjudged",
    }
}

fn reason(r: &RegisterRow, text: &Catalogue) -> String {
    let key = r.reason.as_deref().unwrap_or("data");
    let needs = r.needs.as_deref().unwrap_or("");
    text.say_with(&format!("reason-{key}"), &[("command", needs.into())])
}

/// The same rows as a Markdown table; bars in names cannot break it.
fn markdown(input: &RegisterReport<'_>, text: &Catalogue, name: &str) -> String {
    let plain = |s: &str| s.replace('|', "\\|").replace(['\n', '\r'], " ").replace('<', "&lt;");
    let title = text.say_with("reform-title", &[("what", (&text.say("register-title")).into()), ("name", name.into())]);
    let heads = ["col-number", "col-demand", "col-judged-by", "col-document", "col-owner", "col-target", "col-planned", "col-met"]
        .map(|h| text.say(h));
    let mut out = format!("# {}\n\n| {} |\n|{}\n", plain(&title), heads.join(" | "), " --- |".repeat(heads.len()));
    for r in input.rows {
        let Some(d) = input.demands.iter().find(|d| d.number == r.number) else { continue };
        let (judged, target, planned, met) = match &r.goal {
            Some(g) => (
                what(g, text),
                format!("{} {}", sign(g.sense), goal_value(text, g.unit, g.target)),
                g.planned.map_or_else(|| text.say("cell-none"), |p| goal_value(text, g.unit, p)),
                text.say(met(g)),
            ),
            None => (text.say("cell-none"), text.say("cell-none"), text.say("cell-none"), reason(r, text)),
        };
        let owner = text.say(&format!("owner-{}", d.owner));
        let cells = [r.number.clone(), said(d, text), judged, source(d, text), owner, target, planned, met].map(|c| plain(&c));
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::reform::GoalUnit;

    #[test]
    fn a_demand_counts_once() {
        let row = |number: &str, planned: Option<f64>| RegisterRow {
            number: number.into(),
            goal: planned.map(|p| Goal {
                number: number.into(),
                what: "x".into(),
                unit: GoalUnit::Share,
                sense: TargetSense::AtLeast,
                target: 0.5,
                planned: Some(p),
                attainable: None,
                price: None,
            }),
            reason: if number == "T5" { Some(CANNOT.into()) } else { None },
            needs: None,
        };
        let rows = [
            row("T5", None),
            row("T1", Some(0.9)),
            row("T1", Some(0.8)),
            row("T2", Some(0.9)),
            row("T2", Some(0.1)),
            row("T3", Some(0.1)),
            row("T4", None),
        ];
        let t = tally(&rows);
        assert_eq!((t.met, t.part, t.missed, t.silent, t.judged()), (1, 1, 2, 1, 4));
    }
}
