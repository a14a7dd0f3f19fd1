//! T1 and T3: national, national regional and provincial regional centres and their radiation.

use super::{Goal, GoalUnit};
use crate::plan::reform::CentresAnswer;
use crate::plan::reform::centres::Level;
use crate::policy::pack::TargetSense;

#[allow(clippy::cast_precision_loss)] // counts of centres
pub(super) fn goals(a: &CentresAnswer) -> Vec<Goal> {
    let count = |level: Level| a.nets.iter().filter(|n| n.level == level).map(|n| n.sites.len()).sum::<usize>() as f64;
    let goal = |number: &str, what: &str, unit: GoalUnit, target: f64, planned: f64| Goal {
        number: number.into(),
        what: what.into(),
        unit,
        target,
        sense: TargetSense::AtLeast,
        attainable: None,
        planned: Some(planned),
        price: None,
    };
    vec![
        goal("T1", "centres-national", GoalUnit::Count, 13.0, count(Level::National)),
        goal("T1", "centres-regional", GoalUnit::Count, 125.0, count(Level::Regional)),
        goal("T3", "centres-provincial", GoalUnit::Count, 114.0, count(Level::Provincial)),
        goal("T3", "centres-four-hours", GoalUnit::Share, 0.95, a.provincial_within[1]),
    ]
}
