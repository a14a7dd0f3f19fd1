//! Phases: what is begun when, the ledger of the years, what stays missing and what one more bed or yuan is worth.

use super::super::ReportError;
use super::super::csv_out::Field;
use super::super::facts::Figure;
use super::{Column, Part, sheet};
use crate::plan::reform::PhasesAnswer;
use crate::plot::reform::ReformPictureInput;

pub(super) fn part(input: &ReformPictureInput<'_>, a: &PhasesAnswer) -> Result<Part, ReportError> {
    let text = input.text;
    let rules = input.plan.scenario.reform.clone().unwrap_or_default().phases;
    let figure = |id: &str, value: String| Figure { name: text.say(id), value };
    let today: f64 = a.today.iter().map(|t| t.1).sum();
    let begun: f64 = a.years.iter().map(|y| y.begun).sum();
    let (end, short) = a.years.last().map_or((today, 0.0), |y| (y.beds, y.short));
    let mut notes = vec![text.say("phases-assumed")];
    if rules.projects.is_none() {
        notes.push(text.say("phases-spread"));
    }
    Ok(Part {
        figures: vec![
            figure("col-phases-value", text.money(input.plan.objective)),
            figure("col-phases-capital", text.money(a.capital)),
            figure("col-phases-begun", text.exact(begun, 0)),
            figure("col-phases-today", text.exact(today, 0)),
            figure("col-phases-end", text.exact(end, 0)),
            figure("col-phases-short", text.exact(short, 0)),
        ],
        sentences: sentences(input, a, today),
        sheets: sheets(input, a)?,
        notes,
    })
}

fn sentences(input: &ReformPictureInput<'_>, a: &PhasesAnswer, today: f64) -> Vec<String> {
    let text = input.text;
    let begun: f64 = a.years.iter().map(|y| y.begun).sum();
    let Some(last) = a.years.last() else { return Vec::new() };
    let year = last.year.to_string();
    let mut out = vec![text.say_with(
        "phases-result",
        &[
            ("begun", begun.into()),
            ("capital", a.capital.into()),
            ("today", today.into()),
            ("beds", last.beds.into()),
            ("wanted", last.wanted.into()),
            ("year", (&year).into()),
        ],
    )];
    // what is begun late opens late: the plan ends before it pays
    let idle = a.years.iter().rev().take_while(|y| y.begun < 0.5).count();
    let growing = idle < a.years.len() && a.years.iter().rev().take(idle + 1).is_sorted_by(|later, earlier| later.short >= earlier.short);
    if idle > 0 && last.short > 0.5 && growing {
        let from = (last.year + 1 - i32::try_from(idle).unwrap_or_default()).to_string();
        out.push(text.say_with("phases-horizon", &[("from", (&from).into()), ("year", (&year).into())]));
    }
    let mut worst: Vec<_> = a.rows.iter().filter(|r| r.year == last.year && r.short > 0.5).collect();
    worst.sort_by(|x, y| y.short.total_cmp(&x.short).then(x.area.cmp(&y.area)));
    if worst.is_empty() {
        out.push(text.say_with("phases-enough", &[("year", (&year).into())]));
    }
    for r in worst.iter().take(3) {
        let name = input.area_name(&r.area);
        out.push(text.say_with("phases-worst", &[("name", (&name).into()), ("beds", r.short.into()), ("year", (&year).into())]));
    }
    let dearest =
        a.rows.iter().filter(|r| r.price.is_some_and(|p| p > 1.0)).max_by(|x, y| x.price.unwrap_or(0.0).total_cmp(&y.price.unwrap_or(0.0)));
    if let Some(r) = dearest {
        let (name, in_year) = (input.area_name(&r.area), r.year.to_string());
        let args = [("name", (&name).into()), ("year", (&in_year).into()), ("yuan", r.price.unwrap_or_default().into())];
        out.push(text.say_with("phases-price", &args));
    }
    for y in a.years.iter().filter(|y| y.price.is_some_and(|p| p > 1e-9)) {
        let in_year = y.year.to_string();
        out.push(text.say_with("phases-money", &[("year", (&in_year).into()), ("yuan", (1e6 * y.price.unwrap_or_default()).into())]));
    }
    out
}

fn sheets(input: &ReformPictureInput<'_>, a: &PhasesAnswer) -> Result<Vec<super::Sheet>, ReportError> {
    let text = input.text;
    let years = a.years.iter().map(|y| {
        vec![
            Field::Words(y.year.to_string()),
            y.wanted.into(),
            y.beds.into(),
            y.begun.into(),
            y.short.into(),
            y.yuan.into(),
            y.budget.into(),
        ]
    });
    let year_columns = [
        Column::Words("year", "col-plan-year"),
        Column::Number("wanted", "col-phases-wanted", 0),
        Column::Number("beds", "col-phases-beds", 0),
        Column::Number("begun", "col-phases-begun", 0),
        Column::Number("short", "col-phases-short", 0),
        Column::Number("yuan", "col-phases-spent", 0),
        Column::Number("budget", "col-phases-budget", 0),
    ];
    let rows = a.rows.iter().map(|r| {
        vec![
            r.area.as_str().into(),
            Field::Words(input.area_name(&r.area)),
            Field::Words(r.year.to_string()),
            r.wanted.into(),
            r.beds.into(),
            r.begun.into(),
            r.short.into(),
            r.yuan.into(),
            r.price.into(),
        ]
    });
    let row_columns = [
        Column::Code("area"),
        Column::Words("name", "col-area"),
        Column::Words("year", "col-plan-year"),
        Column::Number("wanted", "col-phases-wanted", 1),
        Column::Number("beds", "col-phases-beds", 1),
        Column::Number("begun", "col-phases-begun", 1),
        Column::Number("short", "col-phases-short", 1),
        Column::Number("yuan", "col-phases-spent", 0),
        Column::Number("price", "col-phases-price", 0),
    ];
    let mut out = vec![
        sheet(text, "phases-years", "phases-years", &year_columns, years.collect())?,
        sheet(text, "phases-areas", "phases-areas", &row_columns, rows.collect())?,
    ];
    if !a.projects.is_empty() {
        let projects = a.projects.iter().map(|p| {
            vec![
                p.facility.as_str().into(),
                Field::Words(input.facility_name(&p.facility)),
                Field::Words(if p.name.is_empty() { text.say("phases-extension") } else { p.name.clone() }),
                Field::Words(p.begun.to_string()),
                Field::Words(p.ready.to_string()),
                p.beds.into(),
                p.yuan.into(),
            ]
        });
        let columns = [
            Column::Code("facility"),
            Column::Words("name", "col-phases-facility"),
            Column::Words("project", "col-phases-project"),
            Column::Words("begun", "col-phases-start"),
            Column::Words("ready", "col-phases-ready"),
            Column::Number("beds", "col-phases-beds", 0),
            Column::Number("yuan", "col-phases-spent", 0),
        ];
        out.push(sheet(text, "phases-projects", "phases-projects", &columns, projects.collect())?);
    }
    Ok(out)
}
