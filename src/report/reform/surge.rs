//! Surge: convertible beds by area, what each scenario leaves, what is full first, referral plans under stress.

use super::super::ReportError;
use super::super::csv_out::Field;
use super::super::facts::Figure;
use super::{Column, Part, sheet};
use crate::plan::reform::SurgeAnswer;
use crate::plan::reform::surge::Break;
use crate::plot::reform::ReformPictureInput;

pub(super) fn part(input: &ReformPictureInput<'_>, a: &SurgeAnswer) -> Result<Part, ReportError> {
    let text = input.text;
    let figure = |id: &str, value: String| Figure { name: text.say(id), value };
    let beds: f64 = a.areas.iter().map(|x| x.convertible).sum();
    let mut notes = vec![text.say("surge-assumed")];
    if !a.stress.is_empty() {
        notes.push(text.say("surge-stress-word"));
    }
    if a.worked_out {
        notes.push(text.say("surge-worked-out"));
    }
    if a.breaks.is_empty() && a.stress.is_empty() {
        notes.push(text.say("surge-no-referral"));
    }
    // where no facility was looked at there is no number of those that fill up
    let looked = !(a.breaks.is_empty() && a.stress.is_empty());
    let full = looked.then(|| figure("col-surge-breaks", text.exact(f64::from(u32::try_from(a.breaks.len()).unwrap_or(u32::MAX)), 0)));
    Ok(Part {
        figures: [
            figure("col-surge-value", text.money(input.plan.objective)),
            figure("col-surge-convertible", text.exact(beds, 1)),
            figure("col-surge-keeping", text.money(a.keeping)),
            figure("col-surge-mean", text.money(a.mean)),
            figure("col-surge-tail", text.money(a.tail)),
        ]
        .into_iter()
        .chain(full)
        .collect(),
        sentences: sentences(input, a, beds),
        sheets: sheets(input, a)?,
        notes,
    })
}

fn sentences(input: &ReformPictureInput<'_>, a: &SurgeAnswer, beds: f64) -> Vec<String> {
    let text = input.text;
    let icu: f64 = a.areas.iter().map(|x| x.icu).sum();
    let full = a.areas.iter().filter(|x| x.convertible > x.most - 1e-6 && x.most > 0.0).count();
    let mut out = vec![text.say_with(
        "surge-result",
        &[
            ("beds", beds.into()),
            ("icu", icu.into()),
            ("keeping", a.keeping.into()),
            ("full", full.into()),
            ("areas", a.areas.len().into()),
        ],
    )];
    for c in &a.cases {
        let moved: f64 = c.transfers.iter().map(|t| t.2).sum();
        let unmet: f64 = c.unmet.iter().sum();
        let name = text.key("surge-case", &c.name);
        let args = [
            ("name", (&name).into()),
            ("factor", c.factor.into()),
            ("share", c.probability.into()),
            ("unmet", unmet.into()),
            ("moved", moved.into()),
        ];
        out.push(text.say_with("surge-scenario", &args));
    }
    if let Some(x) = a.areas.iter().filter(|x| x.price > 1.0).max_by(|x, y| x.price.total_cmp(&y.price)) {
        let name = input.area_name(&x.area);
        out.push(text.say_with("surge-price", &[("name", (&name).into()), ("yuan", x.price.into())]));
    }
    if let Some(g) = a.robust.iter().find(|r| r.beyond > 1e-9) {
        out.push(text.say_with("surge-budget", &[("n", f64::from(g.gamma).into()), ("beds", g.beds.into())]));
    }
    let at_once = a.breaks.iter().filter(|b| b.at <= 0.0).count();
    if !a.breaks.is_empty() {
        out.push(text.say_with("surge-breaks", &[("n", a.breaks.len().into()), ("now", at_once.into())]));
    }
    for b in on_the_way(a).into_iter().take(3) {
        let name = input.facility_name(&b.facility);
        let what = text.say(if b.beds { "surge-beds" } else { "surge-doctors" });
        let args = [("name", (&name).into()), ("what", (&what).into()), ("load", b.surge.into()), ("lacks", b.lacks.into())];
        out.push(text.say_with("surge-first", &args));
    }
    for s in &a.stress {
        let name = text.key("surge-stress", &s.name);
        let args = [("name", (&name).into()), ("yuan", s.objective.into()), ("unmet", s.unmet.into()), ("displaced", s.displaced.into())];
        out.push(text.say_with("surge-stressed", &args));
    }
    out
}

/// First those that give out while the surge comes, the first first; then those that are full as usual, the one that lacks most first.
fn on_the_way(a: &SurgeAnswer) -> Vec<&Break> {
    let (mut full, mut out): (Vec<&Break>, Vec<&Break>) = a.breaks.iter().partition(|b| b.at <= 0.0);
    full.sort_by(|x, y| y.lacks.total_cmp(&x.lacks).then_with(|| x.facility.cmp(&y.facility)));
    out.extend(full);
    out
}

fn sheets(input: &ReformPictureInput<'_>, a: &SurgeAnswer) -> Result<Vec<super::Sheet>, ReportError> {
    let text = input.text;
    let worst = a.cases.iter().enumerate().max_by(|x, y| x.1.factor.total_cmp(&y.1.factor)).map(|x| x.0);
    let areas = a.areas.iter().enumerate().map(|(n, x)| {
        vec![
            x.area.as_str().into(),
            Field::Words(input.area_name(&x.area)),
            x.need.into(),
            x.icu.into(),
            x.most.into(),
            x.convertible.into(),
            worst.and_then(|s| a.cases[s].unmet.get(n).copied()).into(),
            x.price.into(),
        ]
    });
    let area_columns = [
        Column::Code("area"),
        Column::Words("name", "col-area"),
        Column::Number("need", "col-surge-need", 1),
        Column::Number("icu", "col-surge-icu", 1),
        Column::Number("most", "col-surge-most", 1),
        Column::Number("convertible", "col-surge-convertible", 1),
        Column::Number("unmet_worst", "col-surge-unmet", 1),
        Column::Number("price", "col-surge-price", 0),
    ];
    let mut out = vec![sheet(text, "surge-areas", "surge-areas", &area_columns, areas.collect())?];
    let moves: Vec<Vec<Field>> = a
        .cases
        .iter()
        .flat_map(|c| c.transfers.iter().map(move |t| (c, t)))
        .filter_map(|(c, t)| {
            let (from, to) = (a.areas.get(t.0 as usize)?, a.areas.get(t.1 as usize)?);
            Some(vec![
                Field::Words(text.key("surge-case", &c.name)),
                Field::Words(input.area_name(&from.area)),
                Field::Words(input.area_name(&to.area)),
                t.2.into(),
            ])
        })
        .collect();
    if !moves.is_empty() {
        let columns = [
            Column::Words("scenario", "col-surge-scenario"),
            Column::Words("from", "col-surge-from"),
            Column::Words("to", "col-surge-to"),
            Column::Number("patients", "col-surge-patients", 1),
        ];
        out.push(sheet(text, "surge-transfers", "surge-transfers", &columns, moves)?);
    }
    if !a.breaks.is_empty() {
        let rows = on_the_way(a).into_iter().map(|b| {
            vec![
                b.facility.as_str().into(),
                Field::Words(input.facility_name(&b.facility)),
                Field::Words(text.say(if b.beds { "surge-beds" } else { "surge-doctors" })),
                b.at.into(),
                b.load.into(),
                b.surge.into(),
                b.lacks.into(),
                b.protection.into(),
            ]
        });
        let columns = [
            Column::Code("facility"),
            Column::Words("name", "col-surge-facility"),
            Column::Words("what", "col-surge-what"),
            Column::Number("at", "col-surge-at", 3),
            Column::Number("load", "col-surge-load", 3),
            Column::Number("load_surge", "col-surge-load-surge", 3),
            Column::Number("lacks", "col-surge-lacks", 1),
            Column::Number("protection", "col-surge-protection", 1),
        ];
        out.push(sheet(text, "surge-breaks", "surge-first-full", &columns, rows.collect())?);
    }
    if !a.stress.is_empty() {
        let rows = a
            .stress
            .iter()
            .map(|s| vec![Field::Words(text.key("surge-stress", &s.name)), s.objective.into(), s.unmet.into(), s.displaced.into()]);
        let columns = [
            Column::Words("plan", "col-surge-stress"),
            Column::Number("objective", "col-surge-objective", 0),
            Column::Number("unmet", "col-surge-unserved", 0),
            Column::Number("displaced", "col-surge-displaced", 0),
        ];
        out.push(sheet(text, "surge-stress", "surge-under-stress", &columns, rows.collect())?);
    }
    Ok(out)
}
