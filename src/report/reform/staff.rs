//! Staff: who is posted where, whom it contracts, what must be trained, which specialties are missing.

use super::super::ReportError;
use super::super::csv_out::Field;
use super::super::facts::Figure;
use super::{Column, Part, sheet};
use crate::plan::reform::StaffAnswer;
use crate::plot::reform::ReformPictureInput;

/// A share of people that a sentence can tell from another.
const TELLING: f64 = 5e-4;

pub(super) fn part(input: &ReformPictureInput<'_>, a: &StaffAnswer) -> Result<Part, ReportError> {
    let text = input.text;
    let figure = |id: &str, value: String| Figure { name: text.say(id), value };
    #[allow(clippy::cast_precision_loss)] // far below 2^53
    let people: f64 = a.towns.iter().map(|t| t.people as f64).sum();
    let now: f64 = a.towns.iter().map(|t| t.now).sum();
    let new: f64 = a.towns.iter().map(|t| f64::from(t.new)).sum();
    let contracts: f64 = a.towns.iter().map(|t| t.contracts).sum();
    let posted: f64 = a.postings.iter().map(|p| p.doctors).sum();
    let clinics: f64 = a.sites.iter().map(|s| s.clinic).sum();
    let coverage = if people > 0.0 { contracts / people } else { 1.0 };
    Ok(Part {
        figures: vec![
            figure("col-staff-new", text.exact(new, 0)),
            figure("col-staff-least", text.percent(input.plan.objective)),
            figure("col-staff-coverage", text.percent(coverage)),
            figure("col-staff-rate", text.exact(if people > 0.0 { (now + new) / people * 1e4 } else { 0.0 }, 2)),
            figure("col-staff-posted", text.exact(posted, 1)),
            figure("col-staff-clinics", text.exact(clinics, 1)),
        ],
        sentences: sentences(input, a, [people, now, new, coverage, posted, clinics]),
        sheets: sheets(input, a)?,
        notes: notes(input, a),
    })
}

fn notes(input: &ReformPictureInput<'_>, a: &StaffAnswer) -> Vec<String> {
    let text = input.text;
    let mut notes = vec![text.say("staff-assumed")];
    if a.worked_out {
        notes.push(text.say("staff-worked-out"));
    }
    let unknown = a.specialties.iter().filter(|s| s.now.is_none()).count();
    if unknown > 0 {
        notes.push(text.say_with("staff-unknown", &[("n", unknown.into())]));
    }
    notes
}

fn sentences(input: &ReformPictureInput<'_>, a: &StaffAnswer, [people, now, new, coverage, posted, clinics]: [f64; 6]) -> Vec<String> {
    let text = input.text;
    let mut out = vec![text.say_with(
        "staff-result",
        &[
            ("new", new.into()),
            ("given", f64::from(a.new_gps).into()),
            ("now", now.into()),
            ("least", input.plan.objective.into()),
            ("coverage", coverage.into()),
        ],
    )];
    #[allow(clippy::cast_precision_loss)] // far below 2^53
    let share = |t: &crate::plan::reform::staff::StaffTown| t.contracts / (t.people as f64).max(1.0);
    let mut worst: Vec<_> = a.towns.iter().filter(|t| t.people > 0).collect();
    worst.sort_by(|x, y| share(x).total_cmp(&share(y)).then(x.town.cmp(&y.town)));
    if let Some(t) = worst.first() {
        let name = input.town_name(&t.town);
        #[allow(clippy::cast_precision_loss)] // far below 2^53
        let args = [("name", (&name).into()), ("share", share(t).into()), ("people", (t.people as f64).into())];
        out.push(text.say_with("staff-worst", &args));
    }
    if new < f64::from(a.new_gps) && coverage < 1.0 {
        out.push(text.say_with("staff-unplaced", &[("n", (f64::from(a.new_gps) - new).into())]));
    }
    let further = |s: &&crate::plan::reform::staff::StaffStep| {
        s.new > a.new_gps && (s.least > input.plan.objective + TELLING || s.coverage > coverage + TELLING)
    };
    if let Some(more) = a.steps.iter().find(further) {
        let args = [("more", f64::from(more.new - a.new_gps).into()), ("least", more.least.into()), ("coverage", more.coverage.into())];
        out.push(text.say_with("staff-more", &args));
    }
    if posted > 0.0 {
        let hospitals: std::collections::BTreeSet<_> = a.postings.iter().map(|p| &p.from).collect();
        out.push(text.say_with("staff-posted", &[("doctors", posted.into()), ("hospitals", hospitals.len().into())]));
    }
    if clinics > 0.0 {
        let n = a.sites.iter().filter(|s| s.clinic > 0.0).count();
        out.push(text.say_with("staff-clinics", &[("doctors", clinics.into()), ("clinics", n.into())]));
    }
    let years = &a.pipeline.years;
    let seats: f64 = years.iter().flat_map(|y| &y.seats).sum();
    let yuan: f64 = years.iter().map(|y| y.yuan).sum();
    if let Some(last) = years.last() {
        let rate = if people > 0.0 { last.stock / people * 1e4 } else { 0.0 };
        let year = last.year.to_string();
        let args = [("seats", seats.into()), ("yuan", yuan.into()), ("year", (&year).into()), ("rate", rate.into())];
        out.push(text.say_with("staff-pipeline", &args));
    }
    if let Some(y) = years.iter().max_by(|x, y| x.missing.total_cmp(&y.missing)).filter(|y| y.missing > 0.5) {
        let until = years.iter().rposition(|y| y.missing > 0.5).and_then(|n| years.get(n + 1)).map(|y| y.year.to_string());
        let year = y.year.to_string();
        let args = [("n", y.missing.into()), ("year", (&year).into())];
        out.push(text.say_with("staff-missing", &args));
        out.push(match until {
            Some(year) => text.say_with("staff-reached", &[("year", (&year).into())]),
            None => text.say("staff-not-reached"),
        });
    }
    out
}

fn sheets(input: &ReformPictureInput<'_>, a: &StaffAnswer) -> Result<Vec<super::Sheet>, ReportError> {
    let text = input.text;
    #[allow(clippy::cast_precision_loss)] // far below 2^53
    let towns = a.towns.iter().map(|t| {
        let people = t.people as f64;
        vec![
            t.town.as_str().into(),
            Field::Words(input.town_name(&t.town)),
            people.into(),
            t.now.into(),
            f64::from(t.new).into(),
            t.posted.into(),
            t.contracts.into(),
            t.priority.into(),
            (t.contracts / people.max(1.0)).into(),
        ]
    });
    let town_columns = [
        Column::Code("town"),
        Column::Words("name", "col-staff-town"),
        Column::Number("people", "col-staff-people", 0),
        Column::Number("gps_now", "col-staff-now", 0),
        Column::Number("gps_new", "col-staff-new", 0),
        Column::Number("posted", "col-staff-posted", 2),
        Column::Number("contracts", "col-staff-contracts", 0),
        Column::Number("priority", "col-staff-priority", 0),
        Column::Number("share", "col-staff-share", 3),
    ];
    let postings = a.postings.iter().map(|p| {
        vec![
            p.from.as_str().into(),
            Field::Words(input.facility_name(&p.from)),
            p.to.as_str().into(),
            Field::Words(input.facility_name(&p.to)),
            p.doctors.into(),
            p.minutes.into(),
        ]
    });
    let posting_columns = [
        Column::Code("from"),
        Column::Words("from_name", "col-staff-from"),
        Column::Code("to"),
        Column::Words("to_name", "col-staff-to"),
        Column::Number("doctors", "col-staff-doctors", 2),
        Column::Number("minutes", "col-minutes", 0),
    ];
    let years = a.pipeline.years.iter().flat_map(|y| {
        y.seats.iter().zip(&y.arrivals).enumerate().map(|(n, (seats, arrive))| {
            let name = a.pipeline.programmes.get(n).map_or("", String::as_str);
            vec![
                Field::Words(y.year.to_string()),
                name.into(),
                Field::Words(text.key("programme", name)),
                (*seats).into(),
                a.pipeline.capacity.get(n).copied().into(),
                (*arrive).into(),
                y.stock.into(),
                y.wanted.into(),
                y.missing.into(),
            ]
        })
    });
    let year_columns = [
        Column::Words("year", "col-plan-year"),
        Column::Code("programme"),
        Column::Words("name", "col-staff-programme"),
        Column::Number("seats", "col-staff-seats", 0),
        Column::Number("seats_there_are", "col-staff-capacity", 0),
        Column::Number("arrive", "col-staff-arrive", 0),
        Column::Number("stock", "col-staff-stock", 0),
        Column::Number("wanted", "col-staff-wanted", 0),
        Column::Number("missing", "col-staff-missing", 0),
    ];
    let specialties = a.specialties.iter().map(|s| {
        vec![
            s.specialty.as_str().into(),
            Field::Words(text.key("specialty", &s.specialty)),
            s.area.as_str().into(),
            Field::Words(input.area_name(&s.area)),
            s.wanted.into(),
            s.now.into(),
            f64::from(s.new).into(),
        ]
    });
    let specialty_columns = [
        Column::Code("specialty"),
        Column::Words("name", "col-staff-specialty"),
        Column::Code("area"),
        Column::Words("area_name", "col-area"),
        Column::Number("wanted", "col-staff-wanted", 1),
        Column::Number("now", "col-staff-there-are", 1),
        Column::Number("new", "col-staff-specialists", 0),
    ];
    let mut out = vec![sheet(text, "staff-townships", "staff-townships", &town_columns, towns.collect())?];
    if !a.postings.is_empty() {
        out.push(sheet(text, "staff-postings", "staff-postings", &posting_columns, postings.collect())?);
    }
    out.push(sheet(text, "staff-training", "staff-training", &year_columns, years.collect())?);
    out.push(sheet(text, "staff-specialties", "staff-specialties", &specialty_columns, specialties.collect())?);
    Ok(out)
}
