//! T11: mobile and on-site services cover every village that no fixed site reaches.

use super::{Goal, GoalUnit};
use crate::plan::reform::MobileAnswer;
use crate::policy::pack::TargetSense;

#[allow(clippy::cast_precision_loss)] // people are far below 2^53
pub(super) fn goals(a: &MobileAnswer) -> Vec<Goal> {
    let [all, fixed, _, neither] = a.people;
    let share = |n: u64| (all > 0).then(|| n as f64 / all as f64);
    let goal = |what: &str, attainable: Option<f64>, planned: Option<f64>, price: Option<f64>| Goal {
        number: "T11".into(),
        what: what.into(),
        unit: GoalUnit::Share,
        target: 1.0,
        sense: TargetSense::AtLeast,
        attainable,
        planned,
        price,
    };
    vec![goal("mobile-coverage", Some(1.0), share(all - neither.min(all)), Some(a.cost)), goal("mobile-fixed", None, share(fixed), None)]
}
