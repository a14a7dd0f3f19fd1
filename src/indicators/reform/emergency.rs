//! T24: the rural pre-hospital emergency care system; the standards of policy 2.6.

use super::{Goal, GoalUnit};
use crate::plan::reform::EmergencyAnswer;
use crate::policy::pack::TargetSense;
use crate::policy::reform::Emergency;

#[allow(clippy::cast_precision_loss)] // people are far below 2^53
pub(super) fn goals(a: &EmergencyAnswer, rules: &Emergency) -> Vec<Goal> {
    let [all, covered, circle, bare] = a.people;
    let share = |n: u64| (all > 0).then(|| n as f64 / all as f64);
    let cars: f64 = a.stations.iter().map(|s| f64::from(s.ambulances)).sum();
    let goal = |what: &str, unit: GoalUnit, target: f64, attainable: Option<f64>, planned: Option<f64>| Goal {
        number: "T24".into(),
        what: what.into(),
        unit,
        target,
        sense: TargetSense::AtLeast,
        attainable,
        planned,
        price: None,
    };
    vec![
        goal("emergency-covered", GoalUnit::Share, rules.coverage, share(all - bare), share(covered)),
        goal("emergency-circle", GoalUnit::Share, 0.90, None, share(circle)),
        goal("emergency-ambulances", GoalUnit::Count, (all as f64 / rules.people_per_ambulance).ceil(), None, Some(cars)),
    ]
}
