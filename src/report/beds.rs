//! The report of a bed plan: what changes where, how even beds become, what the limits cost.

use super::csv_out::{Field, write};
use super::facts::Figure;
use super::referral::{figures, picture_files, render};
use super::tables::{Table, number, words};
use super::{File, ReportError, html};
use crate::network::Network;
use crate::outcome::Termination;
use crate::plan::BedsPlan;
use crate::plan::beds::BedsGoal;
use crate::plot::bed_equity::{self, BedsPictureInput};
use crate::text::{Arg, Catalogue};
use minijinja::context;
use minijinja::value::{Serde, Value};

/// Facilities on the page; all are in the CSV table.
const MOST_FACILITIES: usize = 250;
/// Areas whose prices are told in sentences.
const MOST_PRICES: usize = 5;
/// Smallest price that is told.
const NO_PRICE: f64 = 1e-11;

/// What a report of beds speaks of.
#[derive(Debug, Clone, Copy)]
pub struct BedsReport<'a> {
    /// The case.
    pub network: &'a Network,
    /// Its title in Latin letters, when it has one.
    pub name_en: Option<&'a str>,
    /// The checked plan.
    pub plan: &'a BedsPlan,
}

/// Makes all files: `report.html`, `pictures/*`, `tables/areas.csv`, `tables/facilities.csv`.
///
/// # Errors
/// An unknown language, no font, or a picture or page that cannot be made.
pub fn write_bundle(input: &BedsReport<'_>, lang: &str) -> Result<Vec<File>, ReportError> {
    let text = &Catalogue::load(lang)?;
    let drawn = BedsPictureInput { network: input.network, name_en: input.name_en, plan: input.plan, text };
    let pictures = bed_equity::draw(&drawn)?;
    let pixels = render(&pictures)?;
    let plan = input.plan;
    let name = crate::text::shorten(&drawn.case_name(), 160);
    let year = input.network.year.to_string();
    let (facilities, all) = facility_table(input, text);
    let note = (facilities.rows.len() < all)
        .then(|| text.say_with("report-facilities-some", &[("n", facilities.rows.len().into()), ("all", all.into())]));
    let page = html::page(
        "beds.html",
        text,
        context! {
            title => text.say_with("report-title-beds", &[("name", (&name).into())]),
            lead => text.say_with("report-lead-beds", &[("name", (&name).into()), ("year", (&year).into()), ("areas", plan.areas.len().into()), ("facilities", plan.facilities.len().into())]),
            scenario => (!plan.scenario.name.is_empty()).then(|| text.say_with("report-scenario", &[("scenario", (&plan.scenario.name).into())])),
            made => text.say_with("report-made", &[("version", (&plan.fenji).into())]),
            figures => Value::from(Serde(key_figures(plan, text))),
            findings => sentences(&drawn),
            pictures => figures(text, &pictures, &pixels),
            areas => Value::from(Serde(area_table(&drawn))),
            facilities => Value::from(Serde(facilities)),
            facilities_note => note,
            question => Value::from(Serde(question(plan, text))),
            certificate => Value::from(Serde(certificate(plan, text))),
        },
    )?;
    let mut files = vec![("report.html".to_owned(), page)];
    files.extend(picture_files(pictures, pixels));
    files.push(areas_csv(input)?);
    files.push(facilities_csv(input)?);
    Ok(files)
}

/// The section of a plan of beds in the report of everything together, and its pictures.
///
/// # Errors
/// As [`write_bundle`].
pub fn section(input: &BedsReport<'_>, text: &Catalogue) -> Result<(Value, Vec<File>), ReportError> {
    let drawn = BedsPictureInput { network: input.network, name_en: input.name_en, plan: input.plan, text };
    let pictures = bed_equity::draw(&drawn)?;
    let pixels = render(&pictures)?;
    let areas = context! { title => text.say("report-areas"), note => "", table => Value::from(Serde(area_table(&drawn))) };
    let shown = context! {
        id => "beds",
        title => text.say("reform-beds"),
        figures => Value::from(Serde(key_figures(input.plan, text))),
        sentences => sentences(&drawn),
        pictures => figures(text, &pictures, &pixels),
        tables => vec![areas],
        notes => vec![text.say("whole-beds-note")],
        certificate => Value::from(Serde(certificate(input.plan, text))),
    };
    Ok((shown, picture_files(pictures, pixels).collect()))
}

/// What the plan means, one sentence each: result, rounding, need, freeze, prices of the limits. Figures are of the plan, prices to first order.
#[must_use]
pub fn sentences(input: &BedsPictureInput<'_>) -> Vec<String> {
    let (text, plan) = (input.text, input.plan);
    let say = |id: &str, args: &[(&str, Arg<'_>)]| text.say_with(id, args);
    let (b, a) = (&plan.before, &plan.after);
    let mut out = vec![say(
        "beds-result",
        &[
            ("beds", (a.beds - b.beds).into()),
            ("gini_before", b.gini.into()),
            ("gini_after", a.gini.into()),
            ("low_before", b.lowest.into()),
            ("low_after", a.lowest.into()),
            ("cost", plan.cost.into()),
        ],
    )];
    if plan.question.add == Some(0) && plan.question.shrink <= 0.0 && plan.question.goal != BedsGoal::Cost {
        out.push(say("beds-nothing-may-move", &[]));
    }
    out.push(say("beds-rounding", &[("exact", plan.exact.gini.into()), ("whole", a.gini.into())]));
    out.push(if plan.need_source == "none" {
        say("beds-need-none", &[])
    } else {
        say("beds-need", &[("table", (&plan.need_source).into())])
    });
    if let Some(limit) = plan.question.freeze {
        let id = if plan.frozen { "beds-frozen" } else { "beds-not-frozen" };
        out.push(say(id, &[("density", plan.density.into()), ("limit", limit.into())]));
    }
    if let Some(price) = plan.prices.bed.filter(|p| p.abs() > NO_PRICE) {
        let id = match plan.question.goal {
            BedsGoal::Gini if price < 0.0 => "beds-price-total-gini-down",
            BedsGoal::Gini => "beds-price-total-gini-up",
            BedsGoal::MaxMin => "beds-price-total-worst",
            BedsGoal::MeanDeviation if price < 0.0 => "beds-price-total-mad-down",
            BedsGoal::MeanDeviation => "beds-price-total-mad-up",
            BedsGoal::Cost => "beds-price-total-cost",
        };
        out.push(say(id, &[("value", price.abs().into())]));
    }
    if let Some(saved) = plan.prices.gini_limit.filter(|p| p.abs() > NO_PRICE) {
        out.push(say("beds-price-gini-limit", &[("yuan", saved.min(plan.cost).into())]));
    }
    let mut priced: Vec<_> = plan.areas.iter().filter(|a| a.price.abs() > NO_PRICE).collect();
    // where more would help first, then where less is demanded
    priced.sort_by(|x, y| (x.price > 0.0).cmp(&(y.price > 0.0)).then(y.price.abs().total_cmp(&x.price.abs())).then(x.area.cmp(&y.area)));
    for area in priced.into_iter().take(MOST_PRICES) {
        let id = match (plan.question.goal, area.price < 0.0) {
            (BedsGoal::Gini, true) => "beds-price-area-gini",
            (BedsGoal::Gini, false) => "beds-price-floor-gini",
            (BedsGoal::MaxMin, true) => "beds-price-area-worst",
            (BedsGoal::MaxMin, false) => "beds-price-floor-worst",
            (BedsGoal::MeanDeviation, true) => "beds-price-area-mad",
            (BedsGoal::MeanDeviation, false) => "beds-price-floor-mad",
            (BedsGoal::Cost, true) => "beds-price-area-cost",
            (BedsGoal::Cost, false) => "beds-price-floor-cost",
        };
        let name = input.area_name(&area.area);
        out.push(say(id, &[("area", (&name).into()), ("value", area.price.abs().into())]));
    }
    out
}

fn figure(text: &Catalogue, id: &str, value: String) -> Figure {
    Figure { name: text.say(id), value }
}

fn key_figures(plan: &BedsPlan, text: &Catalogue) -> Vec<Figure> {
    let (b, a) = (&plan.before, &plan.after);
    let arrow = |x: f64, y: f64, digits: usize| format!("{} → {}", text.exact(x, digits), text.exact(y, digits));
    vec![
        figure(text, "col-gini", arrow(b.gini, a.gini, 4)),
        figure(text, "col-worst-off", arrow(b.lowest, a.lowest, 2)),
        figure(text, "col-best-off", arrow(b.highest, a.highest, 2)),
        figure(text, "col-mean-deviation", arrow(b.mean_deviation, a.mean_deviation, 3)),
        figure(text, "col-beds", arrow(b.beds, a.beds, 0)),
        figure(text, "col-capital-cost", text.money(plan.cost)),
    ]
}

fn question(plan: &BedsPlan, text: &Catalogue) -> Vec<Figure> {
    let q = &plan.question;
    let goal = match q.goal {
        BedsGoal::Gini => "beds-goal-gini",
        BedsGoal::MaxMin => "beds-goal-maxmin",
        BedsGoal::MeanDeviation => "beds-goal-mad",
        BedsGoal::Cost => "beds-goal-cost",
    };
    let none = || text.say("cell-none");
    vec![
        figure(text, "col-goal", text.say(goal)),
        figure(text, "col-beds-to-add", q.add.map_or_else(none, |n| text.exact(f64::from(n), 0))),
        figure(text, "col-area-growth", text.percent(q.growth)),
        figure(text, "col-area-shrink", text.percent(q.shrink)),
        figure(text, "col-facility-growth", text.percent(q.growth.max(q.facility_growth))),
        figure(text, "col-bed-floor", text.exact(q.floor, 2)),
        figure(text, "col-freeze", q.freeze.map_or_else(none, |f| text.exact(f, 2))),
        figure(text, "col-gini-limit", q.gini_limit.map_or_else(none, |g| text.exact(g, 4))),
    ]
}

fn certificate(plan: &BedsPlan, text: &Catalogue) -> Vec<Figure> {
    let ended = if plan.termination == Termination::Optimal { "termination-optimal" } else { "termination-feasible-numerics" };
    vec![
        figure(text, "cert-objective", text.exact(plan.objective, 6)),
        figure(text, "cert-dual", text.exact(plan.bounds.dual, 6)),
        figure(text, "cert-gap", super::facts::gap(plan.bounds.gap())),
        figure(text, "cert-termination", text.say(ended)),
        figure(text, "cert-check", text.say_with("report-violations", &[("n", 0.0.into())])),
        figure(text, "cert-backend", plan.backend.clone()),
        figure(text, "cert-seconds", text.say_with("cert-seconds-value", &[("n", plan.seconds.into())])),
    ]
}

#[allow(clippy::cast_precision_loss)] // people and beds are far below 2^53
fn float(n: u64) -> f64 {
    n as f64
}

fn area_table(input: &BedsPictureInput<'_>) -> Table {
    let text = input.text;
    let heads = [
        ("col-area", false),
        ("col-people", true),
        ("col-need", true),
        ("col-beds-before", true),
        ("col-beds-after", true),
        ("col-change", true),
        ("col-rate-before", true),
        ("col-rate-after", true),
        ("col-limit-price", true),
    ];
    let mut table = Table::new("beds-areas", text, &heads);
    for a in &input.plan.areas {
        let thousands = float(a.people) * a.need / 1000.0;
        let price = if a.price.abs() > NO_PRICE { number(text, a.price, 7) } else { words(text.say("cell-none")) };
        table.rows.push(vec![
            words(input.area_name(&a.area)),
            number(text, float(a.people), 0),
            number(text, a.need, 2),
            number(text, float(a.before), 0),
            number(text, float(a.after), 0),
            number(text, float(a.after) - float(a.before), 0),
            number(text, float(a.before) / thousands, 3),
            number(text, float(a.after) / thousands, 3),
            price,
        ]);
    }
    table
}

/// Facilities whose beds change most, and how many change at all.
fn facility_table(input: &BedsReport<'_>, text: &Catalogue) -> (Table, usize) {
    let heads = [
        ("col-facility", false),
        ("col-tier", false),
        ("col-area", false),
        ("col-beds-before", true),
        ("col-beds-after", true),
        ("col-change", true),
    ];
    let mut table = Table::new("beds-facilities", text, &heads);
    let mut changed: Vec<_> = input.plan.facilities.iter().filter(|f| f.after != f.before).collect();
    changed.sort_by_key(|f| (std::cmp::Reverse(f.after.abs_diff(f.before)), f.facility.clone()));
    let all = changed.len();
    for f in changed.into_iter().take(MOST_FACILITIES) {
        let Some(of) = input.network.facilities.iter().find(|x| x.code == f.facility) else { continue };
        let area = of.area.map_or_else(String::new, |a| {
            let a = input.network.area(a);
            text.place(&a.name, a.name_en.as_deref())
        });
        table.rows.push(vec![
            words(text.place(&of.name, of.name_en.as_deref())),
            words(text.say(&format!("tier-{}", of.tier.code()))),
            words(area),
            number(text, float(f.before), 0),
            number(text, float(f.after), 0),
            number(text, float(f.after) - float(f.before), 0),
        ]);
    }
    (table, all)
}

fn areas_csv(input: &BedsReport<'_>) -> Result<File, ReportError> {
    let heads = [
        "area",
        "name",
        "name_en",
        "people",
        "need",
        "before",
        "lower",
        "upper",
        "exact",
        "after",
        "change",
        "per_1000_before",
        "per_1000_after",
        "price",
    ];
    let rows = input.plan.areas.iter().map(|a| {
        let of = input.network.areas.iter().find(|x| x.code == a.area);
        let thousands = float(a.people) * a.need / 1000.0;
        let mut row: Vec<Field> = vec![
            a.area.as_str().into(),
            of.map_or("", |x| x.name.as_str()).into(),
            of.and_then(|x| x.name_en.as_deref()).unwrap_or("").into(),
        ];
        let (before, after) = (float(a.before), float(a.after));
        row.extend(
            [
                float(a.people),
                a.need,
                before,
                a.lower,
                a.upper,
                a.exact,
                after,
                after - before,
                before / thousands,
                after / thousands,
                a.price,
            ]
            .map(Field::from),
        );
        row
    });
    write("areas", &heads, rows)
}

fn facilities_csv(input: &BedsReport<'_>) -> Result<File, ReportError> {
    let rows = input.plan.facilities.iter().map(|f| {
        let of = input.network.facilities.iter().find(|x| x.code == f.facility);
        let mut row: Vec<Field> = vec![
            f.facility.as_str().into(),
            of.map_or("", |x| x.name.as_str()).into(),
            of.map_or("", |x| x.tier.code()).into(),
            f.area.as_str().into(),
        ];
        row.extend([float(f.before), float(f.after), float(f.after) - float(f.before)].map(Field::from));
        row
    });
    write("facilities", &["facility", "name", "tier", "area", "before", "after", "change"], rows)
}
