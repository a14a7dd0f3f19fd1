//! Mobile services: whom fixed sites do not reach, the tours, the teams, what is proven.

use super::super::ReportError;
use super::super::csv_out::Field;
use super::super::facts::Figure;
use super::{Column, Part, sheet};
use crate::plan::reform::MobileAnswer;
use crate::plan::reform::mobile::Round;
use crate::plot::reform::ReformPictureInput;

/// Villages named in sentences.
const MOST_NAMED: usize = 3;

#[allow(clippy::cast_precision_loss)] // people are far below 2^53
fn float(n: u64) -> f64 {
    n as f64
}

pub(super) fn part(input: &ReformPictureInput<'_>, a: &MobileAnswer) -> Result<Part, ReportError> {
    let text = input.text;
    let figure = |id: &str, value: String| Figure { name: text.say(id), value };
    let rules = input.plan.scenario.reform.clone().unwrap_or_default().mobile;
    let share = |n: u64| float(n) / float(a.people[0]).max(1.0);
    let covered = a.people[0].saturating_sub(a.people[3]);
    let teams: u32 = a.bases.iter().map(|b| b.teams).sum();
    let days: u32 = a.bases.iter().map(|b| b.days).sum();
    let mut sentences = vec![text.say_with(
        "mobile-reach",
        &[
            ("minutes", rules.reach_minutes.into()),
            ("share", share(a.people[1]).into()),
            ("people", float(a.people[0].saturating_sub(a.people[1])).into()),
            ("villages", float(a.settlements[0].saturating_sub(a.settlements[1])).into()),
        ],
    )];
    if a.tours.is_empty() {
        sentences.push(text.say("mobile-none"));
    } else {
        sentences.push(text.say_with(
            "mobile-result",
            &[
                ("tours", a.tours.len().into()),
                ("teams", f64::from(teams).into()),
                ("bases", a.bases.len().into()),
                ("days", f64::from(days).into()),
                ("share", share(covered).into()),
                ("yuan", a.cost.into()),
            ],
        ));
    }
    sentences.extend(farthest(input, a));
    let (travel, least): (f64, f64) = a.rounds.iter().fold((0.0, 0.0), |(t, l), r| (t + r.travel, l + r.least_travel));
    let exact = a.rounds.iter().filter(|r| r.exact).count();
    if !a.rounds.is_empty() {
        let args = [
            ("exact", exact.into()),
            ("all", a.rounds.len().into()),
            ("gap", ((travel - least) / travel.max(1.0)).into()),
            ("fewest", input.plan.bounds.dual.into()),
            ("days", input.plan.objective.into()),
        ];
        let closed = input.plan.bounds.gap() <= 0.0;
        sentences.push(text.say_with(
            if exact == a.rounds.len() {
                "mobile-proof-exact"
            } else if closed {
                "mobile-proof-days"
            } else {
                "mobile-proof-gap"
            },
            &args,
        ));
    }
    for b in &a.bases {
        if let Some(has) = b.has.filter(|has| *has > b.teams) {
            let name = input.facility_name(&b.base);
            let args = [("name", (&name).into()), ("has", f64::from(has).into()), ("needs", f64::from(b.teams).into())];
            sentences.push(text.say_with("mobile-idle", &args));
        }
    }
    Ok(Part {
        figures: vec![
            figure("col-mobile-villages", text.exact(float(a.settlements[2]), 0)),
            figure("col-mobile-people", text.count(float(a.people[2]))),
            figure("col-mobile-covered", format!("{} → {}", text.percent(share(a.people[1])), text.percent(share(covered)))),
            figure("col-mobile-teams", text.exact(f64::from(teams), 0)),
            figure("col-mobile-days", text.exact(f64::from(days), 0)),
            figure("col-yuan-year", text.money(a.cost)),
        ],
        sentences,
        sheets: vec![bases(input, a)?, tours(input, a)?, villages(input, a)?, rounds(input, a)?],
        notes: vec![text.say("mobile-assumed"), text.say("mobile-rhythms-apart")],
    })
}

fn farthest(input: &ReformPictureInput<'_>, a: &MobileAnswer) -> Option<String> {
    let text = input.text;
    let reach = input.plan.scenario.reform.clone().unwrap_or_default().mobile.reach_minutes;
    let mut far: Vec<_> = a.villages.iter().filter(|v| v.fixed_minutes.is_some_and(|t| t > reach)).collect();
    far.sort_by(|x, y| y.fixed_minutes.unwrap_or(0.0).total_cmp(&x.fixed_minutes.unwrap_or(0.0)).then(x.settlement.cmp(&y.settlement)));
    far.first()?;
    let named: Vec<String> = far
        .iter()
        .take(MOST_NAMED)
        .map(|v| {
            let (name, minutes) = (input.settlement_name(&v.settlement), v.fixed_minutes.unwrap_or(0.0));
            text.say_with("mobile-far-one", &[("name", (&name).into()), ("minutes", minutes.into()), ("people", float(v.people).into())])
        })
        .collect();
    Some(text.say_with("mobile-far", &[("names", (&named.join(&text.say("list-separator"))).into())]))
}

fn bases(input: &ReformPictureInput<'_>, a: &MobileAnswer) -> Result<super::Sheet, ReportError> {
    let rows = a.bases.iter().map(|b| {
        let mine = || a.villages.iter().filter(|v| v.base == b.base);
        let tours = || a.tours.iter().filter(|t| t.base == b.base);
        let minutes: f64 = tours().map(|t| t.travel * f64::from(t.rhythm.visits())).sum();
        vec![
            b.base.as_str().into(),
            Field::Words(input.facility_name(&b.base)),
            float(mine().count() as u64).into(),
            float(mine().map(|v| v.people).sum()).into(),
            float(tours().count() as u64).into(),
            f64::from(b.days).into(),
            f64::from(b.teams).into(),
            b.has.map(f64::from).into(),
            minutes.into(),
        ]
    });
    let columns = [
        Column::Code("base"),
        Column::Words("name", "col-mobile-base"),
        Column::Number("villages", "col-mobile-villages", 0),
        Column::Number("people", "col-people", 0),
        Column::Number("tours", "col-mobile-tours", 0),
        Column::Number("days", "col-mobile-days", 0),
        Column::Number("teams", "col-mobile-teams", 0),
        Column::Number("has", "col-mobile-has", 0),
        Column::Number("travel_minutes", "col-mobile-travel-period", 0),
    ];
    sheet(input.text, "mobile-bases", "mobile-bases", &columns, rows.collect())
}

fn tours(input: &ReformPictureInput<'_>, a: &MobileAnswer) -> Result<super::Sheet, ReportError> {
    let text = input.text;
    let rows = a.tours.iter().map(|t| {
        let days: Vec<String> = t.days.iter().map(u32::to_string).collect();
        let stops: Vec<String> = t.stops.iter().map(|s| input.settlement_name(s)).collect();
        vec![
            t.base.as_str().into(),
            Field::Words(input.facility_name(&t.base)),
            f64::from(t.team).into(),
            f64::from(t.rhythm.days()).into(),
            Field::Words(days.join(" ")),
            Field::Words(t.stops.join(" ")),
            Field::Words(stops.join(" → ")),
            t.travel.into(),
            t.service.into(),
            (t.travel + t.service).into(),
        ]
    });
    let columns = [
        Column::Code("base"),
        Column::Words("name", "col-mobile-base"),
        Column::Number("team", "col-mobile-team", 0),
        Column::Number("every_days", "col-mobile-every", 0),
        Column::Words("days", "col-mobile-on"),
        Column::Code("stops"),
        Column::Words("stop_names", "col-mobile-stops"),
        Column::Number("travel", "col-mobile-travel", 0),
        Column::Number("service", "col-mobile-service", 0),
        Column::Number("minutes", "col-minutes", 0),
    ];
    sheet(text, "mobile-tours", "mobile-tours", &columns, rows.collect())
}

fn villages(input: &ReformPictureInput<'_>, a: &MobileAnswer) -> Result<super::Sheet, ReportError> {
    let rows = a.villages.iter().map(|v| {
        vec![
            v.settlement.as_str().into(),
            Field::Words(input.settlement_name(&v.settlement)),
            float(v.people).into(),
            v.fixed_minutes.into(),
            v.base.as_str().into(),
            Field::Words(input.facility_name(&v.base)),
            f64::from(v.team).into(),
            f64::from(v.rhythm.days()).into(),
        ]
    });
    let columns = [
        Column::Code("settlement"),
        Column::Words("name", "col-settlement"),
        Column::Number("people", "col-people", 0),
        Column::Number("fixed_minutes", "col-mobile-fixed", 0),
        Column::Code("base"),
        Column::Words("base_name", "col-mobile-base"),
        Column::Number("team", "col-mobile-team", 0),
        Column::Number("every_days", "col-mobile-every", 0),
    ];
    sheet(input.text, "mobile-villages", "mobile-villages", &columns, rows.collect())
}

fn rounds(input: &ReformPictureInput<'_>, a: &MobileAnswer) -> Result<super::Sheet, ReportError> {
    let text = input.text;
    let gap = |r: &Round| if r.travel > 0.0 { (r.travel - r.least_travel) / r.travel } else { 0.0 };
    let rows = a.rounds.iter().map(|r| {
        vec![
            r.base.as_str().into(),
            Field::Words(input.facility_name(&r.base)),
            f64::from(r.rhythm.days()).into(),
            float(r.villages.len() as u64).into(),
            f64::from(r.tours).into(),
            f64::from(r.fewest).into(),
            r.travel.into(),
            r.least_travel.into(),
            (100.0 * gap(r)).into(),
            Field::Words(text.say(if r.exact { "mobile-exact" } else { "mobile-searched" })),
        ]
    });
    let columns = [
        Column::Code("base"),
        Column::Words("name", "col-mobile-base"),
        Column::Number("every_days", "col-mobile-every", 0),
        Column::Number("villages", "col-mobile-villages", 0),
        Column::Number("tours", "col-mobile-tours", 0),
        Column::Number("fewest", "col-mobile-fewest", 0),
        Column::Number("travel", "col-mobile-travel", 1),
        Column::Number("least_travel", "col-mobile-least", 1),
        Column::Number("gap_percent", "col-mobile-gap", 1),
        Column::Words("how", "col-mobile-how"),
    ];
    sheet(text, "mobile-rounds", "mobile-rounds", &columns, rows.collect())
}
