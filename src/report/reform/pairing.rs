//! Pairing: who helps whom, what it gains, where one more place would help most.

use super::super::ReportError;
use super::super::csv_out::Field;
use super::super::facts::Figure;
use super::{Column, Part, sheet};
use crate::plan::reform::PairingAnswer;
use crate::plot::reform::ReformPictureInput;

pub(super) fn part(input: &ReformPictureInput<'_>, a: &PairingAnswer) -> Result<Part, ReportError> {
    let text = input.text;
    let figure = |id: &str, value: String| Figure { name: text.say(id), value };
    let cases: f64 = a.cases.iter().map(|c| c.1).sum();
    let classes: Vec<String> = a.classes.iter().map(|c| text.key("class", c)).collect();
    let mut sentences = vec![
        text.say_with("pairing-result", &[("pairs", a.pairs.len().into()), ("points", input.plan.objective.into())]),
        text.say_with("pairing-effect", &[("cases", cases.into()), ("classes", (&classes.join(&text.say("list-separator"))).into())]),
        text.say_with("pairing-seats", &[("seats", a.seats.into())]),
    ];
    let mut priced: Vec<_> = a.tertiary.iter().filter(|s| s.price > 1e-6).collect();
    priced.sort_by(|x, y| y.price.total_cmp(&x.price).then(x.facility.cmp(&y.facility)));
    for s in priced.into_iter().take(5) {
        let name = input.facility_name(&s.facility);
        sentences.push(text.say_with("pairing-price", &[("name", (&name).into()), ("points", s.price.into())]));
    }
    let forced = a.pairs.iter().filter(|p| p.value < 0.0).count();
    if forced > 0 {
        sentences.push(text.say_with("pairing-forced", &[("n", forced.into())]));
    }
    if let Some(far) = a.pairs.iter().max_by(|x, y| x.minutes.total_cmp(&y.minutes)) {
        let (from, to) = (input.facility_name(&far.tertiary), input.facility_name(&far.county));
        let args = [("tertiary", (&from).into()), ("county", (&to).into()), ("minutes", far.minutes.into())];
        sentences.push(text.say_with("pairing-far", &args));
    }
    let rows = a.pairs.iter().map(|p| {
        let side = |list: &[crate::plan::reform::pairing::Side], code: &str| list.iter().find(|s| s.facility == code).map(|s| s.level);
        vec![
            p.county.as_str().into(),
            Field::Words(input.facility_name(&p.county)),
            side(&a.county, &p.county).into(),
            p.tertiary.as_str().into(),
            Field::Words(input.facility_name(&p.tertiary)),
            side(&a.tertiary, &p.tertiary).into(),
            p.minutes.into(),
            p.value.into(),
            p.treats.into(),
        ]
    });
    let columns = [
        Column::Code("county"),
        Column::Words("county_name", "col-county-hospital"),
        Column::Number("gap", "col-gap-level", 2),
        Column::Code("tertiary"),
        Column::Words("tertiary_name", "col-tertiary-hospital"),
        Column::Number("strength", "col-strength", 2),
        Column::Number("minutes", "col-minutes", 0),
        Column::Number("points", "col-points", 2),
        Column::Number("treats", "col-treats", 3),
    ];
    let case_rows = a.cases.iter().map(|(area, n)| vec![area.as_str().into(), Field::Words(input.area_name(area)), (*n).into()]);
    let case_columns = [Column::Code("area"), Column::Words("name", "col-area"), Column::Number("cases", "col-cases-kept", 0)];
    let worked_out = a.county.iter().filter(|s| !s.given).count();
    let mut notes = vec![text.say("pairing-assumed")];
    if worked_out > 0 {
        notes.push(text.say_with("pairing-gaps-modelled", &[("n", worked_out.into())]));
    }
    Ok(Part {
        figures: vec![
            figure("col-pairs", text.exact(f64::from(u32::try_from(a.pairs.len()).unwrap_or(u32::MAX)), 0)),
            figure("col-points", text.exact(input.plan.objective, 1)),
            figure("col-cases-kept", text.count(cases)),
            figure("col-seats", text.exact(a.seats, 0)),
        ],
        sentences,
        sheets: vec![
            sheet(text, "pairing", "pairing-pairs", &columns, rows.collect())?,
            sheet(text, "pairing-cases", "pairing-cases", &case_columns, case_rows.collect())?,
        ],
        notes,
    })
}
