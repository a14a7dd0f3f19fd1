//! The bundle of a layout: page and pictures (its tables and layers are written by `io`).

use super::facts::{self, Figure, gap};
use super::referral::{figures, picture_files, render};
use super::tables::{Cell, Table, number, value, words};
use super::{File, ReportError, html, layout_questions};
use crate::demand::LayoutProblem;
use crate::network::{Evidence, Network};
use crate::plan::layout::SiteStatus;
use crate::plan::{LayoutPlan, LayoutQuestions};
use crate::plot::{self, layout_coverage, layout_front, layout_map};
use crate::text::{Catalogue, Measure};
use minijinja::value::Serde;
use minijinja::{Value, context};

/// Sites listed on the page; the rest is in the CSV table.
const MOST_SITES: usize = 250;

/// What a report of a layout speaks of.
#[derive(Debug, Clone, Copy)]
pub struct LayoutReport<'a> {
    /// The network.
    pub network: &'a Network,
    /// The problem.
    pub problem: &'a LayoutProblem,
    /// The plan.
    pub plan: &'a LayoutPlan,
    /// Title of the case in Latin letters.
    pub name_en: Option<&'a str>,
    /// Answers to what was asked next, if anything was.
    pub questions: Option<&'a LayoutQuestions>,
}

/// Makes `report.html` and `pictures/*` in a language (`en`, `zh`, or the path of a `.ftl` file). Nothing is written to disk.
///
/// # Errors
/// An unknown language, no font, or a picture or page that cannot be made.
pub fn write_bundle(input: &LayoutReport<'_>, lang: &str) -> Result<Vec<File>, ReportError> {
    let text = Catalogue::load(lang)?;
    let name = text.place(&input.network.name, input.name_en);
    let pictures = drawn(input, &name, &text)?;
    let pixels = render(&pictures)?;
    let page = page(input, &text, &name, figures(&text, &pictures, &pixels))?;
    let mut files = vec![("report.html".to_owned(), page)];
    files.extend(picture_files(pictures, pixels));
    Ok(files)
}

fn page(input: &LayoutReport<'_>, text: &Catalogue, name: &str, pictures: Vec<Value>) -> Result<Vec<u8>, ReportError> {
    let (plan, n) = (input.plan, input.network);
    let name = crate::text::shorten(name, 160);
    let year = n.year.to_string();
    let open = plan.sites.iter().filter(|s| s.level > 0).count();
    let lead = text.say_with(
        "layout-lead",
        &[
            ("name", (&name).into()),
            ("year", (&year).into()),
            ("people", input.problem.people.into()),
            ("settlements", input.problem.clients.len().into()),
            ("sites", open.into()),
            ("policy", (&plan.policy).into()),
        ],
    );
    let scenario =
        (!plan.scenario.name.is_empty()).then(|| text.say_with("report-scenario", &[("scenario", (&plan.scenario.name).into())]));
    let (sites, all) = changes(input, text);
    let sites_note =
        (sites.rows.len() < all).then(|| text.say_with("layout-sites-some", &[("n", sites.rows.len().into()), ("all", all.into())]));
    html::page(
        "layout.html",
        text,
        context! {
            title => text.say_with("layout-title", &[("name", (&name).into())]),
            lead,
            scenario,
            made => text.say_with("report-made", &[("version", (&plan.fenji).into())]),
            figures => Value::from(Serde(cards(input, text))),
            pictures,
            objectives => Value::from(Serde(objectives(plan, text))),
            coverage => Value::from(Serde(coverage(input, text))),
            access => Value::from(Serde(access(plan, text))),
            beds => Value::from(Serde(beds(input, text))),
            money => Value::from(Serde(money(input, text))),
            prices => Value::from(Serde(prices(plan, text))),
            sites => Value::from(Serde(sites)),
            sites_note,
            front => Value::from(Serde(front(plan, text))),
            questions => Value::from(Serde(input.questions.map(|q| layout_questions::sections(n, plan, q, text)).unwrap_or_default())),
            provenance => Value::from(Serde(provenance(n, text))),
            certificate => Value::from(Serde(certificate(plan, text))),
        },
    )
}

fn cards(input: &LayoutReport<'_>, text: &Catalogue) -> Vec<Figure> {
    let plan = input.plan;
    let count = |keep: &dyn Fn(SiteStatus) -> bool| plan.sites.iter().filter(|s| keep(s.status)).count() as f64;
    let row = |id: &str, value: String| Figure { name: text.say(id), value };
    let whole = |v: f64| text.exact(v, 0);
    let beds: f64 = plan.beds.iter().filter(|r| r.area.is_none() && r.level < 4).map(|r| r.after).sum();
    let mut out = vec![
        row("layout-card-open", whole(plan.sites.iter().filter(|s| s.level > 0).count() as f64)),
        row("layout-card-opened", whole(count(&|s| s == SiteStatus::Opened))),
        row("layout-card-closed", whole(count(&|s| s == SiteStatus::Closed))),
        row("layout-card-raised", whole(count(&|s| s == SiteStatus::Upgraded))),
        row("layout-card-beds", whole(beds)),
        row("layout-card-cost", text.value(Measure::Yuan, plan.money.total)),
        row("layout-card-gap", gap(plan.objectives.first().map_or(f64::INFINITY, |o| o.bounds.gap()))),
    ];
    for r in plan.coverage.iter().filter(|r| r.area.is_none()) {
        let level = text.say(&format!("layout-level-{}", r.level));
        let name = text.say_with("layout-coverage-bar", &[("level", (&level).into()), ("minutes", r.minutes.into())]);
        out.push(Figure { name, value: text.percent(r.after) });
    }
    out
}

fn objectives(plan: &LayoutPlan, text: &Catalogue) -> Table {
    let mut t =
        Table::new("objectives", text, &[("col-objective", false), ("col-value", true), ("col-bound", true), ("col-proven-gap", true)]);
    for o in &plan.objectives {
        let bound = if o.bounds.dual.is_finite() { number(text, o.bounds.dual, 2) } else { words(text.say("cell-none")) };
        let name = text.say(&format!("layout-objective-{}", o.objective.name()));
        t.rows.push(vec![words(name), number(text, o.value, 2), bound, words(gap(o.bounds.gap()))]);
    }
    t
}

fn area(input: &LayoutReport<'_>, text: &Catalogue, area: Option<u32>) -> Cell {
    let place = area.and_then(|a| input.network.areas.get(a as usize));
    words(place.map_or_else(|| text.say("whole-region"), |a| text.place(&a.name, a.name_en.as_deref())))
}

fn coverage(input: &LayoutReport<'_>, text: &Catalogue) -> Table {
    let heads = [
        ("col-level", false),
        ("col-area", false),
        ("col-minutes", true),
        ("col-people", true),
        ("col-share-before", true),
        ("col-share-after", true),
        ("col-wanted", true),
    ];
    let mut t = Table::new("coverage", text, &heads);
    for r in &input.plan.coverage {
        let share = |v: Option<f64>| value(text, Measure::Share, v);
        t.rows.push(vec![
            words(text.say(&format!("layout-level-{}", r.level))),
            area(input, text, r.area),
            number(text, r.minutes, 0),
            number(text, r.people, 0),
            share(Some(r.before)),
            share(Some(r.after)),
            share(r.wanted),
        ]);
    }
    t
}

fn access(plan: &LayoutPlan, text: &Catalogue) -> Table {
    let heads = [("col-level", false), ("col-mean-before", true), ("col-mean", true), ("col-p90", true), ("col-longest", true)];
    let mut t = Table::new("access", text, &heads);
    for a in &plan.access {
        t.rows.push(vec![
            words(text.say(&format!("layout-level-{}", a.level))),
            a.mean_before.map_or_else(|| words(text.say("cell-none")), |m| number(text, m, 1)),
            number(text, a.mean, 1),
            number(text, a.p90, 1),
            number(text, a.longest, 1),
        ]);
    }
    t
}

fn beds(input: &LayoutReport<'_>, text: &Catalogue) -> Table {
    let heads =
        [("col-level", false), ("col-area", false), ("col-beds-before", true), ("col-beds-after", true), ("col-beds-per-1000", true)];
    let mut t = Table::new("beds", text, &heads);
    for r in &input.plan.beds {
        t.rows.push(vec![
            words(text.say(&format!("layout-beds-{}", r.level))),
            area(input, text, r.area),
            number(text, r.before, 0),
            number(text, r.after, 0),
            number(text, r.per_1000, 2),
        ]);
    }
    t
}

fn money(input: &LayoutReport<'_>, text: &Catalogue) -> Vec<Figure> {
    let m = &input.plan.money;
    let mut rows = vec![
        ("layout-money-fixed-before", m.fixed_before),
        ("layout-money-fixed", m.fixed),
        ("layout-money-charge", m.charge),
        ("layout-money-capability", m.capability),
        ("layout-money-travel", m.travel),
        ("layout-money-total", m.total),
        ("layout-money-capital", m.capital),
    ];
    if let Some(b) = input.problem.rules.budget {
        rows.extend([("layout-money-budget", m.budget_used), ("layout-money-budget-limit", b.yuan)]);
    }
    rows.into_iter().map(|(id, v)| Figure { name: text.say(id), value: text.value(Measure::Yuan, v) }).collect()
}

fn prices(plan: &LayoutPlan, text: &Catalogue) -> Vec<Figure> {
    plan.prices.iter().filter(|(_, v)| **v > 0.0).map(|(k, v)| Figure { name: k.clone(), value: text.exact(*v, 4) }).collect()
}

/// Sites that change, the highest levels first, and how many there are.
fn changes(input: &LayoutReport<'_>, text: &Catalogue) -> (Table, usize) {
    let heads = [
        ("col-name", false),
        ("col-area", false),
        ("col-tier", false),
        ("col-status", false),
        ("col-beds-before", true),
        ("col-beds-after", true),
    ];
    let mut t = Table::new("sites", text, &heads);
    let mut rows: Vec<_> = input.plan.sites.iter().filter(|s| s.status != SiteStatus::Kept).collect();
    rows.sort_by(|a, b| b.tier.rank().cmp(&a.tier.rank()).then(a.status.cmp(&b.status)).then(a.code.cmp(&b.code)));
    let all = rows.len();
    for s in rows.into_iter().take(MOST_SITES) {
        t.rows.push(vec![
            words(text.place(&s.name, s.name_en.as_deref())),
            area(input, text, Some(s.area)),
            words(text.say(&format!("tier-{}", s.tier.code()))),
            words(text.say(&format!("layout-word-{}", s.status.name()))),
            number(text, s.beds_before, 0),
            number(text, s.beds, 0),
        ]);
    }
    (t, all)
}

fn front(plan: &LayoutPlan, text: &Catalogue) -> Table {
    let mut t = Table::new("front", text, &[]);
    let names: Vec<&str> = crate::policy::layout::Objective::ALL.iter().map(|o| o.name()).collect();
    t.heads = names.iter().map(|n| super::tables::Head { text: text.say(&format!("layout-objective-{n}")), numeric: true }).collect();
    for p in &plan.front {
        t.rows.push(names.iter().map(|n| p.values.get(*n).map_or_else(|| words(""), |v| number(text, *v, 2))).collect());
    }
    t
}

fn provenance(network: &Network, text: &Catalogue) -> Table {
    let heads = [("col-table", false), ("col-column", false), ("col-evidence", false), ("col-rule", false), ("col-source", false)];
    let mut table = Table::new("provenance", text, &heads);
    for p in &network.provenance {
        let evidence = text.say(match p.evidence {
            Evidence::Observed => "evidence-observed",
            Evidence::Modelled => "evidence-modelled",
            Evidence::Assumed => "evidence-assumed",
        });
        table.rows.push([&p.table, &p.column, &evidence, &p.rule, &p.source].map(|s| words(crate::text::clean(s))).to_vec());
    }
    table
}

fn certificate(plan: &LayoutPlan, text: &Catalogue) -> Vec<Figure> {
    let row = |id: &str, value: String| Figure { name: text.say(id), value };
    vec![
        row("cert-termination", text.say(facts::termination(plan.termination))),
        row("cert-check", text.say_with("report-violations", &[("n", 0.into())])),
        row("cert-backend", format!("{}, {}", plan.backend, plan.method)),
        row("cert-seconds", text.say_with("cert-seconds-value", &[("n", plan.seconds.into())])),
        row("cert-version", format!("fenji {}", plan.fenji)),
    ]
}

/// The pictures alone.
///
/// # Errors
/// As [`write_bundle`].
pub fn pictures(input: &LayoutReport<'_>, lang: &str) -> Result<Vec<plot::Picture>, ReportError> {
    let text = Catalogue::load(lang)?;
    let name = text.place(&input.network.name, input.name_en);
    Ok(drawn(input, &name, &text)?)
}

fn drawn(input: &LayoutReport<'_>, name: &str, text: &Catalogue) -> Result<Vec<plot::Picture>, plot::PlotError> {
    let (network, plan) = (input.network, input.plan);
    let mut out = vec![layout_map::draw(network, plan, name, text)?, layout_coverage::draw(network, plan, name, text)?];
    if let Some(ask) = plan.scenario.layout.as_ref().and_then(|l| l.pareto.as_ref()) {
        out.extend(layout_front::draw(&plan.front, ask, text)?);
    }
    Ok(out)
}
