//! T24 and the time standards: people within reach of each tier.

use super::{Goal, GoalUnit};
use crate::plan::reform::AccessAnswer;
use crate::policy::pack::TargetSense;
use crate::policy::reform::Access;

pub(super) fn goals(a: &AccessAnswer, rules: &Access) -> Vec<Goal> {
    (0..4)
        .map(|level| Goal {
            number: "2.4".into(),
            what: format!("access-rank{}", level + 1),
            unit: GoalUnit::Share,
            target: rules.coverage[level],
            sense: TargetSense::AtLeast,
            attainable: None,
            planned: Some(a.coverage[level]),
            price: None,
        })
        .collect()
}
