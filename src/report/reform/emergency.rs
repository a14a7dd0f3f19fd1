//! Pre-hospital stations: how many, whom they reach, ambulances by area, availability.

use super::super::ReportError;
use super::super::csv_out::Field;
use super::super::facts::Figure;
use super::{Column, Part, sheet};
use crate::plan::reform::EmergencyAnswer;
use crate::plot::reform::ReformPictureInput;

/// Settlements named in a sentence.
const MOST_NAMED: usize = 5;

#[allow(clippy::cast_precision_loss)] // people are far below 2^53
fn float(n: u64) -> f64 {
    n as f64
}

pub(super) fn part(input: &ReformPictureInput<'_>, a: &EmergencyAnswer) -> Result<Part, ReportError> {
    let text = input.text;
    let figure = |id: &str, value: String| Figure { name: text.say(id), value };
    let rules = input.plan.scenario.reform.clone().unwrap_or_default().emergency;
    let [all, covered, circle, bare] = a.people;
    let share = |n: u64| float(n) / float(all).max(1.0);
    let cars: u32 = a.stations.iter().map(|s| s.ambulances).sum();
    let everybody = &a.everybody;
    let more = everybody.stations.len().saturating_sub(a.stations.len());
    let mut sentences = vec![text.say_with(
        if more > 0 { "emergency-result-share" } else { "emergency-result" },
        &[
            ("stations", a.stations.len().into()),
            ("share", share(covered).into()),
            ("asked", rules.coverage.into()),
            ("fewest", input.plan.bounds.dual.into()),
            ("circle", share(circle).into()),
        ],
    )];
    if more > 0 {
        let missed = all.saturating_sub(bare).saturating_sub(covered);
        let args = [
            ("n", everybody.stations.len().into()),
            ("fewest", f64::from(everybody.fewest).into()),
            ("more", more.into()),
            ("people", float(missed).into()),
        ];
        sentences.push(text.say_with("emergency-everybody", &args));
    }
    sentences.extend([
        text.say_with(
            "emergency-cars",
            &[("n", f64::from(cars).into()), ("people", rules.people_per_ambulance.into()), ("yuan", a.cost.into())],
        ),
        text.say_with(
            if rules.availability { "emergency-expected-placed" } else { "emergency-expected" },
            &[
                ("busy", rules.busy.into()),
                ("share", (a.expected.people / float(all)).into()),
                ("most", (a.expected.most / float(all)).into()),
            ],
        ),
    ]);
    let mut uncovered: Vec<_> = a.reached.iter().filter(|r| !r.covered).collect();
    uncovered.sort_by(|x, y| y.people.cmp(&x.people).then(x.settlement.cmp(&y.settlement)));
    for (id, reachable) in [("emergency-left", true), ("emergency-bare", false)] {
        let these: Vec<_> = uncovered.iter().filter(|r| r.reachable == reachable).collect();
        if these.is_empty() {
            continue;
        }
        let named: Vec<String> = these
            .iter()
            .take(MOST_NAMED)
            .map(|r| {
                let name = input.settlement_name(&r.settlement);
                let time = r.minutes.map_or_else(|| text.say("unreachable"), |m| text.minutes(m));
                let args = [("name", (&name).into()), ("people", float(r.people).into()), ("time", (&time).into())];
                text.say_with("emergency-bare-one", &args)
            })
            .collect();
        let names = named.join(&text.say("list-separator"));
        let people: u64 = these.iter().map(|r| r.people).sum();
        let args = [("n", these.len().into()), ("people", float(people).into()), ("names", (&names).into())];
        sentences.push(text.say_with(id, &args));
    }
    let beyond: u32 = a.fleets.iter().map(|f| f.ambulances - f.norm.min(f.ambulances)).sum();
    if beyond > 0 {
        sentences.push(text.say_with("emergency-beyond", &[("n", f64::from(beyond).into())]));
    }
    let station_rows = a.stations.iter().map(|s| {
        let area = input.facility(&s.facility).and_then(|j| input.network.facilities[j].area).map(|a| input.network.area(a).code.clone());
        vec![
            s.facility.as_str().into(),
            Field::Words(input.facility_name(&s.facility)),
            Field::Words(area.map_or_else(String::new, |a| input.area_name(&a))),
            float(s.people).into(),
            f64::from(s.ambulances).into(),
            (float(s.people) / f64::from(s.ambulances.max(1))).into(),
        ]
    });
    let station_columns = [
        Column::Code("facility"),
        Column::Words("name", "col-emergency-station"),
        Column::Words("area", "col-area"),
        Column::Number("people", "col-people", 0),
        Column::Number("ambulances", "col-emergency-cars", 0),
        Column::Number("people_per_ambulance", "col-emergency-each", 0),
    ];
    let fleet_rows = a.fleets.iter().map(|f| {
        vec![
            f.area.as_str().into(),
            Field::Words(input.area_name(&f.area)),
            float(f.people).into(),
            f64::from(f.stations).into(),
            f64::from(f.norm).into(),
            f64::from(f.ambulances).into(),
        ]
    });
    let fleet_columns = [
        Column::Code("area"),
        Column::Words("name", "col-area"),
        Column::Number("people", "col-people", 0),
        Column::Number("stations", "col-emergency-stations", 0),
        Column::Number("norm", "col-emergency-norm", 0),
        Column::Number("ambulances", "col-emergency-cars", 0),
    ];
    let bare_rows = uncovered.iter().map(|r| {
        vec![
            r.settlement.as_str().into(),
            Field::Words(input.settlement_name(&r.settlement)),
            float(r.people).into(),
            Field::Words(r.station.as_deref().map_or_else(String::new, |s| input.facility_name(s))),
            r.minutes.into(),
            Field::Words(text.say(if r.reachable { "emergency-site-yes" } else { "emergency-site-no" })),
        ]
    });
    let bare_columns = [
        Column::Code("settlement"),
        Column::Words("name", "col-access-settlement"),
        Column::Number("people", "col-people", 0),
        Column::Words("station", "col-emergency-station"),
        Column::Number("minutes", "col-minutes", 0),
        Column::Words("site", "col-emergency-site"),
    ];
    let mut sheets = vec![
        sheet(text, "emergency-stations", "emergency-stations-title", &station_columns, station_rows.collect())?,
        sheet(text, "emergency-fleets", "emergency-fleets-title", &fleet_columns, fleet_rows.collect())?,
    ];
    if !uncovered.is_empty() {
        sheets.push(sheet(text, "emergency-uncovered", "emergency-uncovered-title", &bare_columns, bare_rows.collect())?);
    }
    Ok(Part {
        figures: vec![
            figure("col-emergency-stations", text.exact(float(a.stations.len() as u64), 0)),
            figure("col-emergency-cars", text.exact(f64::from(cars), 0)),
            figure("col-emergency-covered", text.percent(share(covered))),
            figure("col-emergency-circle", text.percent(share(circle))),
            figure("col-emergency-free", text.percent(a.expected.people / float(all).max(1.0))),
            figure("col-yuan-year", text.money(a.cost)),
        ],
        sentences,
        sheets,
        notes: vec![text.say_with(
            "emergency-assumed",
            &[
                ("urban_km", rules.urban_km.into()),
                ("urban_minutes", rules.urban_minutes.into()),
                ("rural_km", rules.rural_km.into()),
                ("rural_minutes", rules.rural_minutes.into()),
            ],
        )],
    })
}
