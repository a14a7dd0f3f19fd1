//! Communities: who leads whom, how even, how near, how round, and the monitoring sets.

use super::super::ReportError;
use super::super::csv_out::Field;
use super::super::facts::Figure;
use super::{Column, Part, sheet};
use crate::plan::reform::CommunitiesAnswer;
use crate::plan::reform::communities::{Basis, Community, NeighboursFrom};
use crate::plot::reform::ReformPictureInput;
use crate::text::Catalogue;

#[allow(clippy::cast_precision_loss)] // counts of people
pub(super) fn part(input: &ReformPictureInput<'_>, a: &CommunitiesAnswer) -> Result<Part, ReportError> {
    let text = input.text;
    let figure = |id: &str, value: String| Figure { name: text.say(id), value };
    let people: f64 = a.groups.iter().map(|g| g.people as f64).sum();
    let away: f64 = a.communities.iter().map(|c| c.away as f64).sum();
    let share = if people > 0.0 { away / people } else { 0.0 };
    let towns: usize = a.communities.iter().map(|c| c.towns.len()).sum();
    let minutes = a.communities.iter().map(|c| c.minutes * c.people as f64).sum::<f64>() / people.max(1.0);
    Ok(Part {
        figures: vec![
            figure("col-communities", text.exact(a.communities.len() as f64, 0)),
            figure("col-townships", text.exact(towns as f64, 0)),
            figure("col-people", text.count(people)),
            figure("col-mean-minutes", text.minutes(minutes)),
            figure("col-away", text.percent(share)),
        ],
        sentences: sentences(input, a, share, minutes),
        sheets: vec![
            sheet(text, "communities", "communities-table", &COLUMNS, a.communities.iter().map(|c| row(input, a, c)).collect())?,
            sheet(text, "communities-monitored", "communities-monitored", &MONITOR, monitor_rows(text, a))?,
            sheet(text, "communities-indicators", "communities-indicators", &EACH, each_rows(input, a))?,
            sheet(text, "communities-townships", "communities-townships", &TOWNS, town_rows(input, a))?,
        ],
        notes: notes(text, a),
    })
}

const COLUMNS: [Column; 13] = [
    Column::Code("lead"),
    Column::Words("lead_name", "col-lead"),
    Column::Words("seat_name", "col-seat"),
    Column::Number("townships", "col-townships", 0),
    Column::Number("people", "col-people", 0),
    Column::Number("people_share", "col-people-against", 3),
    Column::Number("beds", "col-beds-low", 0),
    Column::Number("fund", "col-fund", 0),
    Column::Number("minutes", "col-mean-minutes", 1),
    Column::Number("farthest", "col-farthest", 0),
    Column::Number("away", "col-away", 3),
    Column::Number("beyond", "col-beyond", 2),
    Column::Number("compactness", "col-compactness", 2),
];
const MONITOR: [Column; 7] = [
    Column::Words("set", "col-set"),
    Column::Words("number", "col-number-in-set"),
    Column::Words("indicator", "col-indicator"),
    Column::Words("basis", "col-basis"),
    Column::Number("least", "col-least", 3),
    Column::Number("mean", "col-monitor-mean", 3),
    Column::Number("most", "col-most", 3),
];
const EACH: [Column; 6] = [
    Column::Code("lead"),
    Column::Words("lead_name", "col-lead"),
    Column::Words("set", "col-set"),
    Column::Words("number", "col-number-in-set"),
    Column::Words("indicator", "col-indicator"),
    Column::Number("value", "col-value", 3),
];
const TOWNS: [Column; 5] = [
    Column::Code("township"),
    Column::Words("name", "col-township"),
    Column::Number("people", "col-people", 0),
    Column::Code("lead"),
    Column::Words("lead_name", "col-lead"),
];

#[allow(clippy::cast_precision_loss)] // counts of people
fn row(input: &ReformPictureInput<'_>, a: &CommunitiesAnswer, c: &Community) -> Vec<Field> {
    let group = &a.groups[c.group as usize];
    let parts = a.communities.iter().filter(|x| x.group == c.group).count().max(1) as f64;
    let mean = group.people as f64 / parts;
    let ratio = |x: f64, of: f64| (of > 0.0).then(|| x / of);
    vec![
        c.lead.as_str().into(),
        Field::Words(input.facility_name(&c.lead)),
        Field::Words(input.town_name(&c.seat)),
        (c.towns.len() as f64).into(),
        (c.people as f64).into(),
        ratio(c.people as f64, mean).into(),
        c.beds.into(),
        c.fund.into(),
        c.minutes.into(),
        c.farthest.into(),
        ratio(c.away as f64, c.people as f64).into(),
        c.beyond.into(),
        ratio(f64::from(c.pairs[0]), f64::from(c.pairs[1])).into(),
    ]
}

fn basis(text: &Catalogue, basis: Basis) -> String {
    text.say(match basis {
        Basis::Community => "basis-community",
        Basis::County => "basis-county",
        Basis::Input => "basis-input",
    })
}

fn indicator(text: &Catalogue, key: &str) -> String {
    text.key("monitor", key)
}

#[allow(clippy::cast_precision_loss)] // counts of communities
fn monitor_rows(text: &Catalogue, a: &CommunitiesAnswer) -> Vec<Vec<Field>> {
    a.monitored
        .iter()
        .map(|m| {
            let known: Vec<f64> = m.values.iter().flatten().copied().collect();
            let (mut low, mut high, mut sum) = (f64::INFINITY, f64::NEG_INFINITY, 0.0);
            known.iter().for_each(|&x| (low, high, sum) = (low.min(x), high.max(x), sum + x));
            let some = |x: f64| (!known.is_empty()).then_some(x);
            let mean = some(sum / known.len().max(1) as f64);
            vec![
                m.set.as_str().into(),
                m.number.as_str().into(),
                indicator(text, &m.key).into(),
                basis(text, m.basis).into(),
                some(low).into(),
                mean.into(),
                some(high).into(),
            ]
        })
        .collect()
}

fn each_rows(input: &ReformPictureInput<'_>, a: &CommunitiesAnswer) -> Vec<Vec<Field>> {
    let mut rows = Vec::new();
    for (n, c) in a.communities.iter().enumerate() {
        for m in a.monitored.iter().filter(|m| m.basis != Basis::Input) {
            rows.push(vec![
                c.lead.as_str().into(),
                Field::Words(input.facility_name(&c.lead)),
                m.set.as_str().into(),
                m.number.as_str().into(),
                indicator(input.text, &m.key).into(),
                m.values.get(n).copied().flatten().into(),
            ]);
        }
    }
    rows
}

#[allow(clippy::cast_precision_loss)] // counts of people
fn town_rows(input: &ReformPictureInput<'_>, a: &CommunitiesAnswer) -> Vec<Vec<Field>> {
    let mut rows = Vec::new();
    for c in &a.communities {
        for code in &c.towns {
            let people = input.network.towns.iter().find(|t| t.code == *code).map(|t| t.population.0 as f64);
            rows.push(vec![
                code.as_str().into(),
                Field::Words(input.town_name(code)),
                people.into(),
                c.lead.as_str().into(),
                Field::Words(input.facility_name(&c.lead)),
            ]);
        }
    }
    rows
}

fn sentences(input: &ReformPictureInput<'_>, a: &CommunitiesAnswer, share: f64, minutes: f64) -> Vec<String> {
    let text = input.text;
    let exact = a.groups.iter().filter(|g| g.bounds.gap() <= 1e-6).count();
    let mut out = vec![
        text.say_with(
            "communities-result",
            &[("n", a.communities.len().into()), ("groups", a.groups.len().into()), ("minutes", minutes.into())],
        ),
        text.say_with(
            if exact == a.groups.len() { "communities-proof-all" } else { "communities-proof" },
            &[("exact", exact.into()), ("groups", a.groups.len().into())],
        ),
        text.say_with("communities-away", &[("share", (share * 100.0).into())]),
    ];
    if let Some(far) = a.communities.iter().max_by(|x, y| x.farthest.total_cmp(&y.farthest)) {
        let lead = input.facility_name(&far.lead);
        out.push(text.say_with("communities-far", &[("lead", (&lead).into()), ("minutes", far.farthest.into())]));
    }
    let twins: Vec<&Community> = a.communities.iter().filter(|c| c.seat_elsewhere).collect();
    if let Some(first) = twins.first() {
        let lead = input.facility_name(&first.lead);
        out.push(text.say_with("communities-elsewhere", &[("n", twins.len().into()), ("lead", (&lead).into())]));
    }
    for (area, wanted, had) in a.fewer.iter().take(5) {
        let name = input.area_name(area);
        let args = [("name", (&name).into()), ("wanted", f64::from(*wanted).into()), ("had", f64::from(*had).into())];
        out.push(text.say_with("communities-fewer", &args));
    }
    for g in a.groups.iter().filter(|g| g.across) {
        let names: Vec<String> = g.areas.iter().map(|code| input.area_name(code)).collect();
        out.push(text.say_with("communities-across", &[("names", (&names.join(&text.say("list-comma"))).into())]));
    }
    let bridges: usize = a.groups.iter().map(|g| g.bridges.len()).sum();
    if bridges > 0 {
        out.push(text.say_with("communities-bridged", &[("n", bridges.into())]));
    }
    out
}

fn notes(text: &Catalogue, a: &CommunitiesAnswer) -> Vec<String> {
    let from = match a.neighbours_from {
        NeighboursFrom::Road => "communities-from-road",
        NeighboursFrom::Delaunay => "communities-from-delaunay",
        NeighboursFrom::Nearest => "communities-from-nearest",
    };
    let mut out = vec![text.say(from), text.say("communities-seats-note"), text.say("communities-monitor-note")];
    if a.monitored.iter().any(|m| m.key == "primary-visits" && m.values.iter().all(Option::is_none)) {
        out.push(text.say("communities-no-referral"));
    }
    out
}
