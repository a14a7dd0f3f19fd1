//! What would make an infeasible question about beds feasible, in beds and in the growth limit that would do.
//!
//! Without a Gini limit the programme is a box with one sum, so that the smallest repair can be read off its bounds. A Gini limit out of
//! reach is answered with the least Gini within reach (Dinkelbach's method) and with the growth limit from which on the wish is met.

use super::frame::Frame;
use super::{BedsError, BedsInput, Solver};
use crate::model::beds::{Goal, Total};
use crate::plan::beds::{BedsGoal, BedsQuestion};

/// The largest growth limit that is tried.
const MOST_GROWTH: f64 = 20.0;
/// Most areas for which the growth limit that meets a Gini limit is searched for.
const MOST_SEARCHED: usize = 120;

/// What would have to give way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BedsRepairKind {
    /// The floor of an area is above its growth limit: beds beyond the limit.
    AreaLimit,
    /// The floors take more beds than there are: beds to add in all.
    MoreBeds,
    /// The beds to add find no room: beds without a place.
    NoRoom,
    /// The Gini limit is out of reach: the least Gini within it.
    GiniLimit,
}

/// One relaxation.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct BedsRepair {
    /// What.
    pub kind: BedsRepairKind,
    /// Code of the area; empty for the whole region.
    pub place: String,
    /// Its name.
    pub name: String,
    /// How much: beds, or the least Gini coefficient.
    pub amount: f64,
    /// What stands now: most beds of the area, beds to add, room, Gini limit.
    pub now: f64,
    /// The growth limit that would do, where one does.
    pub growth: Option<f64>,
}

/// What bounds contradict each other; empty when none do.
#[must_use]
pub fn bounds(input: &BedsInput<'_>, question: &BedsQuestion, frame: &Frame) -> Vec<BedsRepair> {
    let region = |kind, amount, now, growth| BedsRepair { kind, place: String::new(), name: String::new(), amount, now, growth };
    let mut out = Vec::new();
    for (a, &id) in frame.areas.iter().zip(&frame.ids).filter(|(a, _)| a.lower > a.upper + 1e-9) {
        let area = &input.network.areas[id];
        let growth = least_growth(input, question, |f| {
            f.ids.iter().position(|&i| i == id).is_some_and(|n| f.areas[n].lower <= f.areas[n].upper + 1e-9)
        });
        let (place, name) = (area.code.clone(), area.name.clone());
        out.push(BedsRepair { kind: BedsRepairKind::AreaLimit, place, name, amount: a.lower - a.upper, now: a.upper, growth });
    }
    let lower: f64 = frame.areas.iter().map(|a| a.lower).sum();
    let asked = question.most();
    if lower > frame.before() + asked + 1e-9 {
        out.push(region(BedsRepairKind::MoreBeds, lower - frame.before() - asked, asked, None));
    }
    let upper: f64 = frame.areas.iter().map(|a| a.upper.max(a.lower)).sum();
    if question.goal != BedsGoal::Cost && frame.before() + asked > upper + 1e-9 {
        let growth = least_growth(input, question, |f| f.before() + asked <= f.areas.iter().map(|a| a.upper).sum::<f64>() + 1e-9);
        out.push(region(BedsRepairKind::NoRoom, (frame.before() + asked - upper).ceil(), upper - frame.before(), growth));
    }
    out
}

/// A Gini limit that no plan within the bounds keeps.
pub(super) fn gini(
    input: &BedsInput<'_>,
    question: &BedsQuestion,
    frame: &Frame,
    total: Total,
    solver: &Solver<'_>,
) -> Result<Vec<BedsRepair>, BedsError> {
    let limit = question.gini_limit.unwrap_or(1.0);
    let amount = least_gini(frame, total, solver)?;
    let mut failed = None;
    let growth = if frame.ids.len() <= MOST_SEARCHED {
        least_growth(input, question, |f| match least_gini(f, total, solver) {
            Ok(least) => least <= limit,
            Err(e) => {
                failed = Some(e);
                false
            }
        })
    } else {
        None
    };
    match failed {
        Some(error) => Err(error),
        None => {
            let (place, name) = (String::new(), String::new());
            Ok(vec![BedsRepair { kind: BedsRepairKind::GiniLimit, place, name, amount, now: limit, growth }])
        }
    }
}

/// The least Gini coefficient within the bounds when the total is free: Dinkelbach's method, each step one programme, superlinear.
fn least_gini(frame: &Frame, total: Total, solver: &Solver<'_>) -> Result<f64, BedsError> {
    let mut ratio = 1.0;
    for _ in 0..30 {
        let Some(step) = solver.run(&frame.areas, Goal::Ratio { lambda: ratio }, total)? else { return Ok(1.0) };
        let next = super::whole::measures(frame, &step.beds).gini;
        if next >= ratio - 1e-10 {
            return Ok(ratio.min(next));
        }
        ratio = next;
    }
    Ok(ratio)
}

/// The smallest growth limit above the one asked for at which something holds, rounded up to a tenth of a percent.
fn least_growth(input: &BedsInput<'_>, question: &BedsQuestion, mut holds: impl FnMut(&Frame) -> bool) -> Option<f64> {
    let mut at =
        |growth: f64| Frame::read(input.network, input.beds, &BedsQuestion { growth, ..*question }, input.need).is_ok_and(|f| holds(&f));
    if !at(MOST_GROWTH) {
        return None;
    }
    let (mut low, mut high) = (question.growth, MOST_GROWTH);
    while high - low > 5e-4 {
        let middle = f64::midpoint(low, high);
        if at(middle) { high = middle } else { low = middle }
    }
    let shown = (high * 1000.0).ceil() / 1000.0;
    Some(shown)
}
