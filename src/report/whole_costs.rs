//! What the plans of everything ask to be done: how much of what, where, when, and for how much money.

use super::ReportError;
use super::csv_out::Field;
use super::reform::{Column, Sheet, sheet};
use super::whole::WholeReport;
use crate::plan::LayoutPlan;
use crate::plan::layout::SiteStatus;
use crate::plan::reform::staff::PipelineYear;
use crate::plan::reform::{ReformAnswer, ReformPlan};
use crate::plot::reform::ReformPictureInput;
use crate::text::{Arg, Catalogue};
use std::collections::BTreeMap;

/// Places named in a row; the others are counted.
const NAMED: usize = 3;

/// Something to be done.
struct Measure {
    model: &'static str,
    what: String,
    /// Places, the largest first.
    places: Vec<String>,
    /// First and last year, where they are planned.
    years: Option<(i32, i32)>,
    /// Yuan once.
    once: Option<f64>,
    /// Yuan a year.
    yearly: Option<f64>,
}

/// The table of what is to be done, and the money in all: once, a year.
///
/// # Errors
/// The writer's, which does not happen in memory.
pub(super) fn measures(input: &WholeReport<'_>, text: &Catalogue) -> Result<(Sheet, f64, f64), ReportError> {
    let columns = [
        Column::Code("model"),
        Column::Words("title", "col-model"),
        Column::Words("what", "whole-col-what"),
        Column::Words("where", "whole-col-where"),
        Column::Words("when", "whole-col-when"),
        Column::Number("yuan_once", "whole-col-once", 0),
        Column::Number("yuan_a_year", "whole-col-yearly", 0),
    ];
    let changes = |l: &&LayoutPlan| l.sites.iter().any(|s| s.status != SiteStatus::Kept);
    let mut all: Vec<Measure> = input.layout.filter(changes).map(|l| layout(l, text)).into_iter().collect();
    all.extend(input.plans.iter().flat_map(|p| of_model(p, input, text)));
    let sum = |of: fn(&Measure) -> Option<f64>| all.iter().filter_map(of).sum::<f64>();
    let (once, yearly) = (sum(|m| m.once), sum(|m| m.yearly));
    let rows = all.iter().map(|m| {
        let row: [Field; 7] = [
            m.model.into(),
            text.say(&if m.model == "layout" { "whole-title-layout".to_owned() } else { format!("reform-{}", m.model) }).into(),
            m.what.clone().into(),
            places(&m.places, text).into(),
            m.years.map_or_else(|| text.say("cell-none"), |(a, b)| if a == b { a.to_string() } else { format!("{a}–{b}") }).into(),
            m.once.into(),
            m.yearly.into(),
        ];
        row.to_vec()
    });
    Ok((sheet(text, "measures", "whole-measures", &columns, rows.collect())?, once, yearly))
}

fn places(names: &[String], text: &Catalogue) -> String {
    let first = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(&text.say("list-comma"));
    match names.len() {
        0 => text.say("cell-none"),
        n if n <= NAMED => first,
        n => text.say_with("whole-places", &[("names", (&first).into()), ("more", (n - NAMED).into())]),
    }
}

fn layout(l: &LayoutPlan, text: &Catalogue) -> Measure {
    let n = |status: SiteStatus| l.sites.iter().filter(|s| s.status == status).count();
    let mut built: Vec<_> =
        l.sites.iter().filter(|s| matches!(s.status, SiteStatus::Opened | SiteStatus::Upgraded | SiteStatus::Grown)).collect();
    built.sort_by(|a, b| (b.beds - b.beds_before).total_cmp(&(a.beds - a.beds_before)).then_with(|| a.code.cmp(&b.code)));
    let args = [
        ("opened", n(SiteStatus::Opened).into()),
        ("raised", n(SiteStatus::Upgraded).into()),
        ("grown", n(SiteStatus::Grown).into()),
        ("closed", n(SiteStatus::Closed).into()),
    ];
    Measure {
        model: "layout",
        what: text.say_with("whole-do-layout", &args),
        places: built.iter().map(|s| text.place(&s.name, s.name_en.as_deref())).collect(),
        years: None,
        once: Some(l.money.capital),
        yearly: Some(l.money.fixed + l.money.capability - l.money.fixed_before),
    }
}

/// What a model asks to be done; nothing where it only measures, divides or settles.
fn of_model(plan: &ReformPlan, input: &WholeReport<'_>, text: &Catalogue) -> Vec<Measure> {
    let names = ReformPictureInput { network: input.network, name_en: input.name_en, plan, text };
    let model = plan.answer.model().name();
    let say = |id: &str, args: &[(&str, Arg<'_>)]| text.say_with(id, args);
    let one = |what: String, places: Vec<String>| Measure { model, what, places, years: None, once: None, yearly: None };
    match &plan.answer {
        ReformAnswer::Staff(a) => {
            let new: u32 = a.towns.iter().map(|t| t.new).sum();
            let mut towns: Vec<_> = a.towns.iter().filter(|t| t.new > 0).collect();
            towns.sort_by(|x, y| y.new.cmp(&x.new).then_with(|| x.town.cmp(&y.town)));
            let posts =
                one(say("whole-do-staff", &[("n", f64::from(new).into())]), towns.iter().map(|t| names.town_name(&t.town)).collect());
            let years = &a.pipeline.years;
            let opened = |y: &PipelineYear| y.seats.iter().sum::<f64>();
            let seats: f64 = years.iter().map(opened).sum();
            let training = Measure {
                years: span(years.iter().filter(|y| opened(y) > 0.5).map(|y| y.year)),
                once: Some(years.iter().map(|y| y.yuan).sum()),
                ..one(say("whole-do-training", &[("n", seats.into())]), Vec::new())
            };
            [(new > 0, posts), (seats > 0.5, training)].into_iter().filter_map(|(there, m)| there.then_some(m)).collect()
        }
        ReformAnswer::Telemedicine(a) if !a.hubs.is_empty() => {
            let mut hubs: Vec<_> = a.hubs.iter().collect();
            hubs.sort_by(|x, y| y.links.cmp(&x.links).then_with(|| x.facility.cmp(&y.facility)));
            let args = [("hubs", hubs.len().into()), ("links", a.links.len().into())];
            let places = hubs.iter().map(|h| names.facility_name(&h.facility)).collect();
            vec![Measure { yearly: Some(plan.objective), ..one(say("whole-do-telemedicine", &args), places) }]
        }
        ReformAnswer::Emergency(a) if !a.stations.is_empty() => {
            let mut stations: Vec<_> = a.stations.iter().collect();
            stations.sort_by(|x, y| y.ambulances.cmp(&x.ambulances).then_with(|| x.facility.cmp(&y.facility)));
            let cars: u32 = stations.iter().map(|s| s.ambulances).sum();
            let args = [("stations", stations.len().into()), ("ambulances", f64::from(cars).into())];
            let places = stations.iter().map(|s| names.facility_name(&s.facility)).collect();
            vec![Measure { yearly: Some(a.cost), ..one(say("whole-do-emergency", &args), places) }]
        }
        ReformAnswer::Mobile(a) if !a.bases.is_empty() => {
            let teams: u32 = a.bases.iter().map(|b| b.teams).sum();
            let args = [("teams", f64::from(teams).into()), ("villages", a.villages.len().into())];
            let places = a.bases.iter().map(|b| names.facility_name(&b.base)).collect();
            vec![Measure { yearly: Some(a.cost), ..one(say("whole-do-mobile", &args), places) }]
        }
        ReformAnswer::Pairing(a) if !a.pairs.is_empty() => {
            let args = [("pairs", a.pairs.len().into()), ("seats", a.seats.into())];
            let places = a.pairs.iter().map(|p| names.facility_name(&p.county)).collect();
            vec![one(say("whole-do-pairing", &args), places)]
        }
        ReformAnswer::Phases(a) => {
            let mut begun: BTreeMap<&str, f64> = BTreeMap::new();
            a.rows.iter().for_each(|r| *begun.entry(&r.area).or_default() += r.begun);
            let mut areas: Vec<(&str, f64)> = begun.into_iter().filter(|(_, n)| *n > 0.5).collect();
            areas.sort_by(|x, y| y.1.total_cmp(&x.1).then_with(|| x.0.cmp(y.0)));
            let beds: f64 = a.years.iter().map(|y| y.begun).sum();
            let built = Measure {
                years: span(a.years.iter().filter(|y| y.begun > 0.5).map(|y| y.year)),
                once: Some(a.years.iter().map(|y| y.yuan).sum()),
                ..one(say("whole-do-phases", &[("beds", beds.into())]), areas.iter().map(|(code, _)| names.area_name(code)).collect())
            };
            if beds > 0.5 { vec![built] } else { Vec::new() }
        }
        ReformAnswer::Surge(a) => {
            let mut areas: Vec<_> = a.areas.iter().filter(|x| x.convertible > 0.0).collect();
            areas.sort_by(|x, y| y.convertible.total_cmp(&x.convertible).then_with(|| x.area.cmp(&y.area)));
            let beds: f64 = areas.iter().map(|x| x.convertible).sum();
            let places = areas.iter().map(|x| names.area_name(&x.area)).collect();
            let kept = Measure { once: Some(a.keeping), ..one(say("whole-do-surge", &[("beds", beds.into())]), places) };
            if beds > 0.0 { vec![kept] } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

fn span(years: impl Iterator<Item = i32>) -> Option<(i32, i32)> {
    years.fold(None, |s, y| Some(s.map_or((y, y), |(a, b): (i32, i32)| (a.min(y), b.max(y)))))
}
