//! Access: coverage by tier, inequality, areas, and the worst-served people by name and number.

use super::super::ReportError;
use super::super::csv_out::Field;
use super::super::facts::Figure;
use super::{Column, Part, sheet};
use crate::plan::reform::AccessAnswer;
use crate::plan::reform::access::AccessRow;
use crate::plot::reform::ReformPictureInput;
use std::collections::BTreeMap;

/// Worst-served settlements named in a sentence.
const MOST_NAMED: usize = 5;

#[allow(clippy::cast_precision_loss)] // people are far below 2^53
fn float(n: u64) -> f64 {
    n as f64
}

pub(super) fn part(input: &ReformPictureInput<'_>, a: &AccessAnswer) -> Result<Part, ReportError> {
    let text = input.text;
    let figure = |id: &str, value: String| Figure { name: text.say(id), value };
    let rules = input.plan.scenario.reform.clone().unwrap_or_default().access;
    let mut sentences = Vec::new();
    for level in 0..4 {
        let met = a.coverage[level] >= rules.coverage[level] - 1e-9;
        sentences.push(text.say_with(
            if met { "access-met" } else { "access-missed" },
            &[
                ("tier", (&text.say(&format!("legend-access-rank{}", level + 1))).into()),
                ("minutes", [15.0, 30.0, 60.0, 120.0][level].into()),
                ("share", a.coverage[level].into()),
                ("target", rules.coverage[level].into()),
                ("people", float(a.beyond[level]).into()),
            ],
        ));
    }
    sentences.push(text.say_with("access-gini", &[("gini", input.plan.objective.into()), ("theil", a.theil.into())]));
    let rows: BTreeMap<&str, &AccessRow> = a.rows.iter().map(|r| (r.settlement.as_str(), r)).collect();
    let worst: Vec<&AccessRow> = a.worst.iter().filter_map(|c| rows.get(c.as_str()).copied()).collect();
    let named: Vec<String> = worst
        .iter()
        .take(MOST_NAMED)
        .map(|r| {
            let name = input.settlement_name(&r.settlement);
            text.say_with("access-worst-one", &[("name", (&name).into()), ("people", float(r.people).into()), ("index", r.index.into())])
        })
        .collect();
    if !named.is_empty() {
        let people: u64 = worst.iter().map(|r| r.people).sum();
        let names = named.join(&text.say("list-separator"));
        let args = [("names", (&names).into()), ("n", worst.len().into()), ("people", float(people).into())];
        sentences.push(text.say_with("access-worst", &args));
    }
    let mut areas: Vec<_> = a.areas.iter().collect();
    areas.sort_by(|x, y| x.index.total_cmp(&y.index).then(x.area.cmp(&y.area)));
    if let (Some(low), Some(high)) = (areas.first(), areas.last()) {
        let (x, y) = (input.area_name(&low.area), input.area_name(&high.area));
        let args = [("low", (&x).into()), ("low_index", low.index.into()), ("high", (&y).into()), ("high_index", high.index.into())];
        sentences.push(text.say_with("access-areas", &args));
    }
    let worst_rows = worst.iter().map(|r| {
        let area = input.network.settlements.iter().find(|s| s.code == r.settlement).map(|s| input.network.area(s.area).code.clone());
        let mut row: Vec<Field> = vec![
            r.settlement.as_str().into(),
            Field::Words(input.settlement_name(&r.settlement)),
            Field::Words(area.map_or_else(String::new, |a| input.area_name(&a))),
            float(r.people).into(),
            r.index.into(),
        ];
        row.extend(r.minutes.map(Field::from));
        row
    });
    let worst_columns = [
        Column::Code("settlement"),
        Column::Words("name", "col-access-settlement"),
        Column::Words("area", "col-area"),
        Column::Number("people", "col-people", 0),
        Column::Number("index", "col-access-index", 3),
        Column::Number("minutes_rank1", "col-access-rank1", 0),
        Column::Number("minutes_rank2", "col-access-rank2", 0),
        Column::Number("minutes_rank3", "col-access-rank3", 0),
        Column::Number("minutes_rank4", "col-access-rank4", 0),
    ];
    let area_rows = areas.iter().map(|r| {
        let mut row: Vec<Field> =
            vec![r.area.as_str().into(), Field::Words(input.area_name(&r.area)), float(r.people).into(), r.index.into()];
        row.extend(r.coverage.map(|c| Field::from(100.0 * c)));
        row
    });
    let area_columns = [
        Column::Code("area"),
        Column::Words("name", "col-area"),
        Column::Number("people", "col-people", 0),
        Column::Number("index", "col-access-index", 3),
        Column::Number("coverage_rank1", "col-access-cover1", 1),
        Column::Number("coverage_rank2", "col-access-cover2", 1),
        Column::Number("coverage_rank3", "col-access-cover3", 1),
        Column::Number("coverage_rank4", "col-access-cover4", 1),
    ];
    Ok(Part {
        figures: vec![
            figure("col-access-gini", text.exact(input.plan.objective, 4)),
            figure("col-access-cover1", text.percent(a.coverage[0])),
            figure("col-access-cover2", text.percent(a.coverage[1])),
            figure("col-access-cover3", text.percent(a.coverage[2])),
            figure("col-access-cover4", text.percent(a.coverage[3])),
        ],
        sentences,
        sheets: vec![
            sheet(text, "access-worst", "access-worst-title", &worst_columns, worst_rows.collect())?,
            sheet(text, "access-areas", "access-areas-title", &area_columns, area_rows.collect())?,
        ],
        notes: vec![text.say("access-how"), text.say("access-assumed")],
    })
}
