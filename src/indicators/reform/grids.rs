//! T4: urban medical groups on a grid.

use super::{Goal, GoalUnit};
use crate::plan::reform::GridsAnswer;
use crate::policy::pack::TargetSense;
use crate::policy::reform::Grids;

#[allow(clippy::cast_precision_loss)] // counts of grids
pub(super) fn goals(a: &GridsAnswer, rules: &Grids) -> Vec<Goal> {
    let fewest = (0..a.groups.len()).map(|g| a.grids.iter().filter(|x| x.district.group as usize == g).count()).min();
    let members = a.grids.iter().map(|g| g.members.len()).min();
    let goal = |what: &str, target: f64, planned: Option<usize>| Goal {
        number: "T4".into(),
        what: what.into(),
        unit: GoalUnit::Count,
        target,
        sense: TargetSense::AtLeast,
        attainable: None,
        planned: planned.map(|n| n as f64),
        price: None,
    };
    vec![goal("grids-count", 2.0, fewest), goal("grids-members", f64::from(rules.members), members)]
}
