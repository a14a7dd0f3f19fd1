//! Grids: who leads, who is a member, what is kept for referred patients.

use super::super::ReportError;
use super::super::csv_out::Field;
use super::super::facts::Figure;
use super::{Column, Part, sheet};
use crate::plan::reform::GridsAnswer;
use crate::plot::reform::ReformPictureInput;

const GRIDS: [Column; 10] = [
    Column::Code("lead"),
    Column::Words("lead_name", "col-lead"),
    Column::Words("members", "col-members"),
    Column::Number("subdistricts", "col-subdistricts", 0),
    Column::Number("people", "col-people", 0),
    Column::Number("minutes", "col-mean-minutes", 1),
    Column::Number("farthest", "col-farthest", 0),
    Column::Number("beyond", "col-beyond", 2),
    Column::Number("reserved_visits", "col-reserved-visits", 0),
    Column::Number("reserved_beds", "col-reserved-beds", 0),
];
const PLACES: [Column; 4] =
    [Column::Code("subdistrict"), Column::Words("name", "col-subdistrict"), Column::Code("lead"), Column::Words("lead_name", "col-lead")];

#[allow(clippy::cast_precision_loss)] // counts of people
pub(super) fn part(input: &ReformPictureInput<'_>, a: &GridsAnswer) -> Result<Part, ReportError> {
    let text = input.text;
    let figure = |id: &str, value: String| Figure { name: text.say(id), value };
    let visits: f64 = a.grids.iter().map(|g| g.reserved_visits).sum();
    let beds: f64 = a.grids.iter().map(|g| g.reserved_beds).sum();
    let people: f64 = a.groups.iter().map(|g| g.people as f64).sum();
    let minutes = a.grids.iter().map(|g| g.district.minutes * g.district.people as f64).sum::<f64>() / people.max(1.0);
    let rows = a.grids.iter().map(|g| {
        let members: Vec<String> = g.members.iter().map(|m| input.facility_name(m)).collect();
        vec![
            g.district.lead.as_str().into(),
            Field::Words(input.facility_name(&g.district.lead)),
            Field::Words(members.join(&text.say("list-separator"))),
            (g.district.towns.len() as f64).into(),
            (g.district.people as f64).into(),
            g.district.minutes.into(),
            g.district.farthest.into(),
            g.district.beyond.into(),
            g.reserved_visits.into(),
            g.reserved_beds.into(),
        ]
    });
    let places = a.grids.iter().flat_map(|g| {
        g.district.towns.iter().map(|t| {
            vec![
                t.as_str().into(),
                Field::Words(input.town_name(t)),
                g.district.lead.as_str().into(),
                Field::Words(input.facility_name(&g.district.lead)),
            ]
        })
    });
    let mut sentences = vec![
        text.say_with("grids-result", &[("n", a.grids.len().into()), ("cities", a.groups.len().into()), ("minutes", minutes.into())]),
        text.say_with("grids-reserve", &[("visits", visits.into()), ("beds", beds.into())]),
    ];
    let elsewhere = a.grids.iter().filter(|g| g.district.seat_elsewhere).count();
    if elsewhere > 0 {
        sentences.push(text.say_with("grids-elsewhere", &[("n", elsewhere.into())]));
    }
    Ok(Part {
        figures: vec![
            figure("col-grids", text.exact(a.grids.len() as f64, 0)),
            figure("col-mean-minutes", text.minutes(minutes)),
            figure("col-reserved-visits", text.count(visits)),
            figure("col-reserved-beds", text.count(beds)),
        ],
        sentences,
        sheets: vec![
            sheet(text, "grids", "grids-table", &GRIDS, rows.collect())?,
            sheet(text, "grids-subdistricts", "grids-subdistricts", &PLACES, places.collect())?,
        ],
        notes: vec![text.say("grids-assumed"), text.say("grids-effect")],
    })
}
