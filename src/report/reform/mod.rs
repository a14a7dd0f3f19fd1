//! The page of the further models of the reform: one page for one plan or for several, each with its figures, sentences, pictures, tables,
//! ledger and proof.

pub mod access;
pub mod centres;
pub mod communities;
pub mod emergency;
mod frame;
pub mod grids;
pub mod mobile;
pub mod pairing;
pub mod payment;
pub mod phases;
pub mod staff;
pub mod surge;
pub mod telemedicine;

pub use frame::{Column, Part, Sheet, sheet};

use super::facts::Figure;
use super::referral::{figures, picture_files, render};
use super::tables::{Table, value, words};
use super::{File, ReportError, html};
use crate::check::reform::recomputes_bound;
use crate::indicators::reform::{Goal, GoalUnit, goals};
use crate::network::Network;
use crate::outcome::{Limit, Termination};
use crate::plan::reform::{ReformAnswer, ReformPlan};
use crate::plot::reform::{ReformPictureInput, draw};
use crate::policy::pack::TargetSense;
use crate::text::{Catalogue, Measure};
use minijinja::value::Serde;
use minijinja::{Value, context};

/// What a report speaks of.
#[derive(Debug, Clone, Copy)]
pub struct ReformReport<'a> {
    /// The case.
    pub network: &'a Network,
    /// Its title in Latin letters, when it has one.
    pub name_en: Option<&'a str>,
    /// The checked plan.
    pub plan: &'a ReformPlan,
}

/// Makes all files: `report.html`, `pictures/*`, `tables/*.csv`.
///
/// # Errors
/// An unknown language, no font, or a picture or page that cannot be made.
pub fn write_bundle(input: &ReformReport<'_>, lang: &str) -> Result<Vec<File>, ReportError> {
    let text = &Catalogue::load(lang)?;
    let drawn = ReformPictureInput { network: input.network, name_en: input.name_en, plan: input.plan, text };
    let name = crate::text::shorten(&drawn.case_name(), 160);
    let year = input.network.year.to_string();
    let (section, more) = section(&drawn, "")?;
    let key = input.plan.answer.model().name();
    let page = html::page(
        "reform.html",
        text,
        context! {
            title => text.say_with("reform-title", &[("what", (&text.say(&format!("reform-{key}"))).into()), ("name", (&name).into())]),
            lead => text.say_with(&format!("reform-lead-{key}"), &[("name", (&name).into()), ("year", (&year).into())]),
            scenario => (!input.plan.scenario.name.is_empty()).then(|| text.say_with("report-scenario", &[("scenario", (&input.plan.scenario.name).into())])),
            made => text.say_with("report-made", &[("version", (&input.plan.fenji).into())]),
            sections => vec![section],
        },
    )?;
    let mut files = vec![("report.html".to_owned(), page)];
    files.extend(more);
    Ok(files)
}

/// The tables of a plan alone, `tables/*.csv`: no font is needed.
///
/// # Errors
/// An unknown language, or a table that cannot be made.
pub fn tables(input: &ReformReport<'_>, lang: &str) -> Result<Vec<File>, ReportError> {
    let text = &Catalogue::load(lang)?;
    let spoken = ReformPictureInput { network: input.network, name_en: input.name_en, plan: input.plan, text };
    Ok(part(&spoken)?.sheets.into_iter().map(|s| s.csv).collect())
}

/// The section of one plan and its files, which get `prefix` before their names.
///
/// # Errors
/// As [`write_bundle`].
pub fn section(input: &ReformPictureInput<'_>, prefix: &str) -> Result<(Value, Vec<File>), ReportError> {
    let (text, plan) = (input.text, input.plan);
    let mut pictures = draw(input)?;
    for p in &mut pictures {
        p.id = prefixed(prefix, &p.id);
    }
    let pixels = render(&pictures)?;
    let part = part(input)?;
    let goals = goals(plan);
    let key = plan.answer.model().name();
    let tables: Vec<Value> =
        part.sheets.iter().map(|s| context! { title => &s.title, note => &s.note, table => Value::from(Serde(&s.table)) }).collect();
    let shown = context! {
        id => key,
        title => text.say(&format!("reform-{key}")),
        figures => Value::from(Serde(&part.figures)),
        sentences => part.sentences,
        pictures => figures(text, &pictures, &pixels),
        tables,
        ledger => (!goals.is_empty()).then(|| Value::from(Serde(ledger(&goals, text)))),
        certificate => Value::from(Serde(certificate(plan, text))),
        notes => part.notes,
    };
    let mut files: Vec<File> = picture_files(pictures, pixels).collect();
    files.extend(part.sheets.into_iter().map(|s| {
        let name = s.csv.0.trim_start_matches("tables/");
        (format!("tables/{}", prefixed(prefix, name)), s.csv.1)
    }));
    Ok((shown, files))
}

/// A name with a prefix, unless it begins with it already.
fn prefixed(prefix: &str, name: &str) -> String {
    let stem = prefix.trim_end_matches('-');
    if !stem.is_empty() && name.starts_with(stem) { name.to_owned() } else { format!("{prefix}{name}") }
}

/// Figures, sentences and tables of a plan.
///
/// # Errors
/// A table that cannot be written.
pub fn part(input: &ReformPictureInput<'_>) -> Result<Part, ReportError> {
    match &input.plan.answer {
        ReformAnswer::Communities(a) => communities::part(input, a),
        ReformAnswer::Grids(a) => grids::part(input, a),
        ReformAnswer::Access(a) => access::part(input, a),
        ReformAnswer::Centres(a) => centres::part(input, a),
        ReformAnswer::Emergency(a) => emergency::part(input, a),
        ReformAnswer::Mobile(a) => mobile::part(input, a),
        ReformAnswer::Pairing(a) => pairing::part(input, a),
        ReformAnswer::Phases(a) => phases::part(input, a),
        ReformAnswer::Surge(a) => surge::part(input, a),
        ReformAnswer::Staff(a) => staff::part(input, a),
        ReformAnswer::Payment(a) => payment::part(input, a),
        ReformAnswer::Telemedicine(a) => telemedicine::part(input, a),
    }
}

/// A number of a goal in words.
#[must_use]
pub fn goal_value(text: &Catalogue, unit: GoalUnit, n: f64) -> String {
    match unit {
        GoalUnit::Share => text.percent(n),
        GoalUnit::Count => text.exact(n, 0),
        GoalUnit::PerTenThousand | GoalUnit::PerThousand => text.exact(n, 2),
        GoalUnit::Minutes => text.value(Measure::Minutes, n),
        GoalUnit::Yuan => text.money(n),
    }
}

fn ledger(goals: &[Goal], text: &Catalogue) -> Table {
    let heads = [
        ("col-number", false),
        ("col-demand", false),
        ("col-target", true),
        ("col-attainable", true),
        ("col-planned", true),
        ("col-met", false),
        ("col-step-price", true),
    ];
    let mut table = Table::new("reform-ledger", text, &heads);
    for g in goals {
        let shown = |n: Option<f64>| match n {
            Some(n) => super::tables::Cell { text: goal_value(text, g.unit, n), sort: Some(n) },
            None => words(text.say("cell-none")),
        };
        let sense = match g.sense {
            TargetSense::AtLeast => "≥ ",
            TargetSense::AtMost => "≤ ",
            TargetSense::About => "≈ ",
        };
        let mut target = shown(Some(g.target));
        target.text = format!("{sense}{}", target.text);
        let met = match g.met() {
            Some(true) => "cell-met",
            Some(false) => "cell-missed",
            None => "cell-unjudged",
        };
        table.rows.push(vec![
            words(g.number.clone()),
            words(text.say(&format!("goal-{}", g.what))),
            target,
            shown(g.attainable),
            shown(g.planned),
            words(text.say(met)),
            value(text, Measure::Yuan, g.price),
        ]);
    }
    table
}

fn certificate(plan: &ReformPlan, text: &Catalogue) -> Vec<Figure> {
    let figure = |id: &str, value: String| Figure { name: text.say(id), value };
    let ended = match plan.termination {
        Termination::Optimal => "termination-optimal",
        Termination::Feasible(Limit::Numerics) => "termination-feasible-numerics",
        Termination::Feasible(Limit::Iterations) => "termination-feasible-iterations",
        Termination::Feasible(Limit::Interrupted) => "termination-feasible-interrupted",
        _ => "termination-feasible-time",
    };
    let unit = text.key("unit", &plan.unit.replace(' ', "-"));
    let proven = if plan.maximised { -plan.bounds.dual } else { plan.bounds.dual };
    let bound = if plan.maximised { "cert-ceiling" } else { "cert-dual" };
    let backend = text.key("solver", &plan.backend.replace([' ', '+'], "-"));
    let passed = text.say_with("report-violations", &[("n", 0.0.into())]);
    let check = figure(
        "cert-check",
        if recomputes_bound(plan) { passed } else { text.say_with("cert-check-word", &[("passed", (&passed).into())]) },
    );
    let seconds = figure("cert-seconds", text.say_with("cert-seconds-value", &[("n", plan.seconds.into())]));
    if matches!(plan.answer, ReformAnswer::Payment(_) | ReformAnswer::Access(_)) {
        // accounts and measurements are the optimum of nothing
        return vec![figure("cert-nature", text.say("cert-follows")), check, figure("cert-backend", backend), seconds];
    }
    vec![
        figure("cert-objective", format!("{} {unit}", text.exact(plan.objective, 4))),
        figure(bound, if proven.is_finite() { format!("{} {unit}", text.exact(proven, 4)) } else { text.say("cell-none") }),
        figure("cert-gap", if plan.bounds.gap().is_finite() { super::facts::gap(plan.bounds.gap()) } else { text.say("cell-none") }),
        figure("cert-termination", text.say(ended)),
        check,
        figure("cert-backend", backend),
        seconds,
    ]
}
