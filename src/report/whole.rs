//! The report of everything together: a page for who decides, then a section for each model, then the register.

use super::beds::{self, BedsReport};
use super::csv_out::Field;
use super::facts::Figure;
use super::reform::{Column, part, section, sheet};
use super::register::{RegisterReport, sheets, tally};
use super::{File, ReportError, html, sentences, whole_costs};
use crate::indicators::{Indicators, Values};
use crate::network::Network;
use crate::plan::beds::BedsGoal;
use crate::plan::layout::SiteStatus;
use crate::plan::reform::{ReformAnswer, ReformPlan};
use crate::plan::{BedsPlan, LayoutPlan, ReferralPlan};
use crate::plot::bed_equity::BedsPictureInput;
use crate::plot::reform::ReformPictureInput;
use crate::text::{Catalogue, Measure};
use minijinja::value::Serde;
use minijinja::{Value, context};

/// Indicators of the page for who decides: name, and whether more is better.
const SHOWN: [&str; 14] = [
    "first_contact",
    "primary_visits_of_demand",
    "in_county_all_of_demand",
    "in_county_ip_of_demand",
    "beds_per_1000",
    "doctors_per_1000",
    "gps_per_10k",
    "tele_coverage_county",
    "tele_coverage_township",
    "unmet",
    "displaced",
    "travel_minutes_per_case",
    "cost_per_head",
    "fund_balance_share",
];

/// What could not be had, in sentences.
#[derive(Debug, Clone, PartialEq)]
pub struct Missing {
    /// Name of the model.
    pub model: String,
    /// Why, and what would repair it.
    pub sentences: Vec<String>,
    /// What was asked cannot be had; else the case has nothing that the model is about, or a limit came first.
    pub infeasible: bool,
}

/// How near to rest the plans came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rest {
    /// Rounds.
    pub rounds: usize,
    /// Relative change of the referral plan's value in the last round.
    pub value: f64,
    /// Largest change of an indicator that is a share.
    pub share: f64,
}

/// What the report is made of.
#[derive(Debug, Clone, Copy)]
pub struct WholeReport<'a> {
    /// The case as it stands with the layout built.
    pub network: &'a Network,
    /// Its title in Latin letters, when it has one.
    pub name_en: Option<&'a str>,
    /// The layout, when one was asked for.
    pub layout: Option<&'a LayoutPlan>,
    /// The plan of beds, when there is one.
    pub beds: Option<&'a BedsPlan>,
    /// Plans of the further models, in the order of the report.
    pub plans: &'a [ReformPlan],
    /// What could not be had.
    pub missing: &'a [Missing],
    /// Today's referral plan and its indicators.
    pub before: (&'a ReferralPlan, &'a Indicators),
    /// The referral plan once everything is in force.
    pub after: (&'a ReferralPlan, &'a Indicators),
    /// The register.
    pub register: RegisterReport<'a>,
    /// How near to rest.
    pub rest: Rest,
}

/// Makes `report.html`, `pictures/*`, `tables/*`; the referral plan and the layout have reports of their own beside it.
///
/// # Errors
/// An unknown language, no font, or a picture or page that cannot be made.
pub fn write_bundle(input: &WholeReport<'_>, lang: &str) -> Result<Vec<File>, ReportError> {
    let text = &Catalogue::load(lang)?;
    let name = crate::text::shorten(&text.place(&input.network.name, input.name_en), 160);
    let year = input.network.year.to_string();
    let (mut sections, mut files, mut short) = (Vec::new(), Vec::new(), Vec::new());
    let mut money = Vec::new();
    if let Some(plan) = input.beds {
        let (shown, more) = beds::section(&BedsReport { network: input.network, name_en: input.name_en, plan }, text)?;
        sections.push(shown);
        files.extend(more);
        let title = text.say("reform-beds");
        let drawn = BedsPictureInput { network: input.network, name_en: input.name_en, plan, text };
        if let Some(first) = beds::sentences(&drawn).into_iter().next() {
            short.push(text.say_with("whole-short", &[("title", (&title).into()), ("sentence", (&first).into())]));
        }
        let gap = 100.0 * plan.bounds.gap();
        let ended = Field::Words(text.say(super::facts::termination(plan.termination)));
        let unit = if plan.question.goal == BedsGoal::Cost { text.key("unit", "yuan") } else { text.say("cell-none") };
        money.push(vec!["beds".into(), title.into(), plan.objective.into(), unit.into(), gap.is_finite().then_some(gap).into(), ended]);
    }
    for plan in input.plans {
        let drawn = ReformPictureInput { network: input.network, name_en: input.name_en, plan, text };
        let key = plan.answer.model().name();
        let (shown, more) = section(&drawn, &format!("{key}-"))?;
        sections.push(shown);
        files.extend(more);
        let title = text.say(&format!("reform-{key}"));
        if let Some(first) = part(&drawn)?.sentences.into_iter().next() {
            short.push(text.say_with("whole-short", &[("title", (&title).into()), ("sentence", (&first).into())]));
        }
        let gap = plan.bounds.gap();
        money.push(vec![
            key.into(),
            title.into(),
            plan.objective.into(),
            text.key("unit", &plan.unit.replace(' ', "-")).into(),
            gap.is_finite().then_some(100.0 * gap).into(),
            Field::Words(text.say(super::facts::termination(plan.termination))),
        ]);
    }
    let register = sheets(&input.register, text)?;
    let (measures, once, yearly) = whole_costs::measures(input, text)?;
    let to_do = (!measures.table.rows.is_empty()).then_some(measures);
    let mut tables: Vec<_> = to_do.into_iter().collect();
    tables.extend([achieved(input, text)?, sheet(text, "models", "whole-models", &MODELS, money)?, missed(input, text)?]);
    let mut sentences = lead_sentences(input, text, (once, yearly));
    sentences.extend(short);
    for m in input.missing {
        let title = text.say(&format!("reform-{}", m.model));
        for s in &m.sentences {
            sentences.push(text.say_with("whole-cannot", &[("title", (&title).into()), ("sentence", s.into())]));
        }
    }
    let show = |s: &super::reform::Sheet| context! { title => &s.title, note => &s.note, table => Value::from(Serde(&s.table)) };
    let summary = context! {
        figures => Value::from(Serde(figures(input, text))),
        sentences,
        tables => tables.iter().map(show).collect::<Vec<_>>(),
    };
    let appendix = context! { title => text.say("register-title"), tables => register.iter().map(show).collect::<Vec<_>>() };
    let page = html::page(
        "reform.html",
        text,
        context! {
            title => text.say_with("reform-title", &[("what", (&text.say("whole-title")).into()), ("name", (&name).into())]),
            lead => text.say_with("whole-lead", &[("name", (&name).into()), ("year", (&year).into())]),
            scenario => (!input.after.0.scenario.name.is_empty()).then(|| text.say_with("report-scenario", &[("scenario", (&input.after.0.scenario.name).into())])),
            made => text.say_with("report-made", &[("version", input.register.version.into())]),
            summary,
            sections,
            appendix,
        },
    )?;
    files.insert(0, ("report.html".to_owned(), page));
    files.extend(tables.into_iter().chain(register).map(|s| s.csv));
    Ok(files)
}

const MODELS: [Column; 6] = [
    Column::Code("model"),
    Column::Words("title", "col-model"),
    Column::Number("value", "col-value", 2),
    Column::Words("unit", "col-unit"),
    Column::Number("gap_percent", "col-gap-percent", 4),
    Column::Words("ended", "cert-termination"),
];

/// Practitioners of primary care for 10,000 people, today and with those that the staff plan posts; the indicator of a referral plan counts
/// those of hospitals too and knows of no posting.
fn practitioners(input: &WholeReport<'_>) -> Option<(f64, f64)> {
    let staff = input.plans.iter().find_map(|p| if let ReformAnswer::Staff(a) = &p.answer { Some(a) } else { None })?;
    #[allow(clippy::cast_precision_loss)] // people
    let people = staff.towns.iter().map(|t| t.people).sum::<u64>() as f64;
    let (now, new) = staff.towns.iter().fold((0.0, 0.0), |(now, new), t| (now + t.now, new + f64::from(t.new)));
    (people > 0.0).then(|| (1e4 * now / people, 1e4 * (now + new) / people))
}

/// What care costs and is missed, without the prices of targets: those of today and of the plan are not the same targets.
#[must_use]
pub fn care(plan: &ReferralPlan) -> f64 {
    plan.objective - plan.objective_parts.shortfall
}

fn figures(input: &WholeReport<'_>, text: &Catalogue) -> Vec<Figure> {
    let counted = tally(input.register.rows);
    let figure = |id: &str, value: String| Figure { name: text.say(id), value };
    let change = |key: &str| {
        let of = |v: &Values| v.get(key).map_or_else(|| text.say("cell-none"), |x| text.value(Measure::of_indicator(key), *x));
        Figure { name: text.key("indicator", key), value: format!("{} → {}", of(&input.before.1.region), of(&input.after.1.region)) }
    };
    let posted = practitioners(input).map(|(now, then)| format!("{} → {}", text.exact(now, 2), text.exact(then, 2)));
    let saved = care(input.before.0) - care(input.after.0);
    vec![
        figure(
            "whole-met",
            text.say_with("whole-met-of", &[("met", counted.met.into()), ("part", counted.part.into()), ("all", counted.judged().into())]),
        ),
        change("first_contact"),
        change("in_county_all_of_demand"),
        posted.map_or_else(|| change("gps_per_10k"), |value| figure("whole-gps", value)),
        figure("whole-saved", text.money(saved)),
    ]
}

fn lead_sentences(input: &WholeReport<'_>, text: &Catalogue, (once, yearly): (f64, f64)) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(layout) = input.layout {
        let n = |status: SiteStatus| layout.sites.iter().filter(|s| s.status == status).count();
        out.push(text.say_with(
            "whole-layout",
            &[
                ("opened", n(SiteStatus::Opened).into()),
                ("raised", n(SiteStatus::Upgraded).into()),
                ("grown", n(SiteStatus::Grown).into()),
                ("shrunk", n(SiteStatus::Shrunk).into()),
                ("lowered", n(SiteStatus::Downgraded).into()),
                ("closed", n(SiteStatus::Closed).into()),
                ("capital", layout.money.capital.into()),
                ("yearly", (layout.money.fixed - layout.money.fixed_before).into()),
            ],
        ));
    }
    let saved = care(input.before.0) - care(input.after.0);
    let id = if saved >= 0.0 { "whole-saves" } else { "whole-costs" };
    out.push(text.say_with(id, &[("yuan", saved.abs().into())]));
    if once != 0.0 || yearly != 0.0 {
        out.push(text.say_with("whole-price", &[("once", once.into()), ("yearly", yearly.into())]));
    }
    let rest = input.rest;
    let id = if rest.rounds > 1 { "whole-rest" } else { "whole-rest-once" };
    let args = [("rounds", rest.rounds.into()), ("value", (100.0 * rest.value).into()), ("share", (100.0 * rest.share).into())];
    out.push(text.say_with(id, &args));
    out
}

/// Indicators before and after.
fn achieved(input: &WholeReport<'_>, text: &Catalogue) -> Result<super::reform::Sheet, ReportError> {
    let columns = [
        Column::Code("indicator"),
        Column::Words("name", "col-indicator"),
        Column::Words("today", "col-today"),
        Column::Words("planned", "col-planned"),
        Column::Words("change", "col-change"),
    ];
    let staffed = practitioners(input).is_some();
    let rows = SHOWN.iter().filter(|key| !staffed || **key != "gps_per_10k").filter_map(|key| {
        let (b, a) = (*input.before.1.region.get(*key)?, *input.after.1.region.get(*key)?);
        let m = Measure::of_indicator(key);
        let row: [Field; 5] = [
            (*key).into(),
            text.key("indicator", key).into(),
            text.value(m, b).into(),
            text.value(m, a).into(),
            text.difference(m, a - b).into(),
        ];
        Some(row.to_vec())
    });
    sheet(text, "achieved", "whole-achieved", &columns, rows.collect())
}

/// Targets of the policy pack that the plan misses in the region.
fn missed(input: &WholeReport<'_>, text: &Catalogue) -> Result<super::reform::Sheet, ReportError> {
    let columns = [
        Column::Code("target"),
        Column::Words("name", "col-target"),
        Column::Words("asked", "col-target-value"),
        Column::Words("attainable", "col-attainable"),
        Column::Words("planned", "col-planned"),
    ];
    let rows = input.after.1.ledger.iter().filter(|r| r.area.is_none() && r.met == Some(false)).map(|r| {
        let m = Measure::of_unit(&r.unit);
        let shown = |v: Option<f64>| v.map_or_else(|| text.say("cell-none"), |v| text.value(m, v));
        // what misses by a hair is shown as exactly as that takes
        let missed = r.upper.filter(|u| r.planned.is_some_and(|p| p > *u)).unwrap_or(r.target);
        let planned = r.planned.map(|p| text.told_apart(m, p, missed));
        let row: [Field; 5] = [
            r.key.as_str().into(),
            text.key("target", &r.key).into(),
            sentences::asked(text, m, r.sense, r.target, r.upper).into(),
            shown(r.attainable).into(),
            planned.unwrap_or_else(|| text.say("cell-none")).into(),
        ];
        row.to_vec()
    });
    sheet(text, "missed", "whole-missed", &columns, rows.collect())
}
