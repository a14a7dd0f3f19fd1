//! N1 and the bed table of 2025: beds of county and primary care for 1,000 people; N15: money that grows.

use super::{Goal, GoalUnit};
use crate::plan::reform::PhasesAnswer;
use crate::policy::pack::TargetSense;
use crate::policy::reform::Phases;

pub(super) fn goals(a: &PhasesAnswer, rules: &Phases) -> Vec<Goal> {
    let last = a.years.last();
    let aged = (1.0 + rules.ageing).powi(i32::try_from(rules.years).unwrap_or(i32::MAX));
    // people follow from what is wanted where one rate holds for all
    let people = last.filter(|y| rules.per_1000_of.is_empty() && rules.per_1000 > 0.0 && y.wanted > 0.0);
    let people = people.map(|y| y.wanted / (rules.per_1000 * aged));
    let per_1000 = last.zip(people).map(|(y, p)| y.beds / p / aged);
    let goal = |number: &str, what: &str, unit, target, planned, price| Goal {
        number: String::from(number),
        what: String::from(what),
        unit,
        target,
        sense: TargetSense::AtLeast,
        attainable: None,
        planned,
        price,
    };
    let dearest = a
        .rows
        .iter()
        .filter(|r| last.is_some_and(|y| y.year == r.year))
        .filter_map(|r| r.price)
        .fold(None, |m: Option<f64>, p| Some(m.map_or(p, |m| m.max(p))));
    let mut out = vec![goal("2.3", "phases-beds", GoalUnit::PerThousand, rules.per_1000, per_1000, dearest)];
    if rules.budget.is_some() && a.years.len() > 1 {
        out.push(goal("N15", "phases-budget", GoalUnit::Share, 0.0, Some(rules.budget_growth), None));
    }
    out
}
