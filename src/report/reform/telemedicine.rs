//! Telemedicine: hubs, links, what more would cost, why each hub.

use super::super::ReportError;
use super::super::csv_out::Field;
use super::super::facts::Figure;
use super::{Column, Part, sheet};
use crate::indicators::reform::telemedicine::SERVICES;
use crate::plan::reform::TelemedicineAnswer;
use crate::plan::reform::telemedicine::HubWhy;
use crate::plot::reform::ReformPictureInput;

/// Hubs, and hospitals that are none, whose reasons are told in sentences; all are in the table.
const MOST_WHY: usize = 5;

pub(super) fn part(input: &ReformPictureInput<'_>, a: &TelemedicineAnswer) -> Result<Part, ReportError> {
    let text = input.text;
    let of = |[all, linked]: [u32; 2]| format!("{} / {}", text.exact(f64::from(linked), 0), text.exact(f64::from(all), 0));
    let figure = |id: &str, value: String| Figure { name: text.say(id), value };
    let hubs: f64 = a.hubs.iter().map(|h| h.cost).sum();
    let links: f64 = a.links.iter().map(|l| l.cost).sum();
    let mut sentences = vec![text.say_with(
        "tele-result",
        &[
            ("hubs", a.hubs.len().into()),
            ("links", a.links.len().into()),
            ("county", f64::from(a.county[1]).into()),
            ("counties", f64::from(a.county[0]).into()),
            ("primary", f64::from(a.primary[1]).into()),
            ("centres", f64::from(a.primary[0]).into()),
            ("yuan", input.plan.objective.into()),
        ],
    )];
    if let (Some(first), Some(last)) = (a.steps.first(), a.steps.last())
        && last.0 > first.0
    {
        let args = [("low", first.0.into()), ("high", last.0.into()), ("more", (last.1 - first.1).into())];
        sentences.push(text.say_with("tele-steps", &args));
    }
    let dear = |w: &HubWhy| w.otherwise.unwrap_or(f64::INFINITY);
    let mut open: Vec<&HubWhy> = a.why.iter().filter(|w| w.open && dear(w) > 0.5).collect();
    open.sort_by(|x, y| dear(y).total_cmp(&dear(x)).then(x.facility.cmp(&y.facility)));
    for w in open.into_iter().take(MOST_WHY) {
        let name = input.facility_name(&w.facility);
        sentences.push(match w.otherwise {
            Some(more) => text.say_with("tele-why-open", &[("name", (&name).into()), ("yuan", more.into())]),
            None => text.say_with("tele-why-needed", &[("name", (&name).into())]),
        });
    }
    let alike = |open: bool| a.why.iter().filter(|w| w.open == open && dear(w) <= 0.5).count();
    if alike(true) > 0 && alike(false) > 0 {
        sentences.push(text.say_with("tele-why-alike", &[("n", alike(true).into()), ("m", alike(false).into())]));
    }
    let mut shut: Vec<&HubWhy> = a.why.iter().filter(|w| !w.open && dear(w) > 0.5).collect();
    shut.sort_by(|x, y| dear(x).total_cmp(&dear(y)).then(x.facility.cmp(&y.facility)));
    for w in shut.into_iter().take(MOST_WHY) {
        let name = input.facility_name(&w.facility);
        let yuan = w.otherwise.unwrap_or_default();
        if w.otherwise.is_some() {
            sentences.push(text.say_with("tele-why-shut", &[("name", (&name).into()), ("yuan", yuan.into())]));
        }
    }
    sentences.push(text.say("tele-services"));
    let hub_rows = a.hubs.iter().map(|h| {
        let words = |s: String| Field::Words(s);
        vec![
            h.facility.as_str().into(),
            words(input.facility_name(&h.facility)),
            f64::from(h.links).into(),
            f64::from(h.capacity).into(),
            h.cost.into(),
        ]
    });
    let link_rows = a.links.iter().map(|l| {
        vec![
            l.spoke.as_str().into(),
            Field::Words(input.facility_name(&l.spoke)),
            l.hub.as_str().into(),
            Field::Words(input.facility_name(&l.hub)),
            l.cost.into(),
        ]
    });
    let hub_columns = [
        Column::Code("facility"),
        Column::Words("name", "col-hub"),
        Column::Number("links", "col-links", 0),
        Column::Number("capacity", "col-capacity", 0),
        Column::Number("yuan", "col-yuan-year", 0),
    ];
    let link_columns = [
        Column::Code("spoke"),
        Column::Words("spoke_name", "col-linked"),
        Column::Code("hub"),
        Column::Words("hub_name", "col-hub"),
        Column::Number("yuan", "col-yuan-year", 0),
    ];
    let service_rows = SERVICES.iter().map(|s| {
        let [county, primary] = [a.county, a.primary].map(of);
        vec![(*s).into(), Field::Words(text.key("service", s)), Field::Words(county), Field::Words(primary)]
    });
    let service_columns = [
        Column::Code("service"),
        Column::Words("name", "col-service"),
        Column::Words("county_hospitals", "col-tele-county"),
        Column::Words("centres", "col-tele-primary"),
    ];
    let why_rows = a.why.iter().map(|w| {
        let hub = text.say(if w.open { "cell-yes" } else { "cell-no" });
        vec![w.facility.as_str().into(), Field::Words(input.facility_name(&w.facility)), Field::Words(hub), w.otherwise.into()]
    });
    let why_columns = [
        Column::Code("facility"),
        Column::Words("name", "col-facility"),
        Column::Words("hub", "col-is-hub"),
        Column::Number("yuan_otherwise", "col-otherwise", 0),
    ];
    Ok(Part {
        figures: vec![
            figure("col-cost-year", text.money(input.plan.objective)),
            figure("col-hubs", text.exact(f64::from(u32::try_from(a.hubs.len()).unwrap_or(u32::MAX)), 0)),
            figure("col-tele-county", of(a.county)),
            figure("col-tele-primary", of(a.primary)),
            figure("col-hub-cost", text.money(hubs)),
            figure("col-link-cost", text.money(links)),
        ],
        sentences,
        sheets: vec![
            sheet(text, "telemedicine-services", "tele-services-title", &service_columns, service_rows.collect())?,
            sheet(text, "telemedicine-hubs", "tele-hubs", &hub_columns, hub_rows.collect())?,
            sheet(text, "telemedicine-why", "tele-why", &why_columns, why_rows.collect())?,
            sheet(text, "telemedicine-links", "tele-links", &link_columns, link_rows.collect())?,
        ],
        notes: vec![text.say("tele-assumed")],
    })
}
