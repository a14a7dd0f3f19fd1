//! N21 and T25: telemedicine for 95 % of counties, then for primary care.

use super::{Goal, GoalUnit};
use crate::plan::reform::TelemedicineAnswer;
use crate::policy::pack::TargetSense;
use crate::policy::reform::Telemedicine;

/// Services that a link carries (T25), by key.
pub const SERVICES: [&str; 4] = ["imaging", "consultation", "monitoring", "teaching"];

pub(super) fn goals(a: &TelemedicineAnswer, rules: &Telemedicine) -> Vec<Goal> {
    let share = |[all, linked]: [u32; 2]| (all > 0).then(|| f64::from(linked) / f64::from(all));
    let last = a.steps.windows(2).last().map(|w| w[1].1 - w[0].1);
    let goal = |number: &str, what: &str, target: f64, planned: Option<f64>, price: Option<f64>| Goal {
        number: number.into(),
        what: what.into(),
        unit: GoalUnit::Share,
        target,
        sense: TargetSense::AtLeast,
        attainable: None,
        planned,
        price,
    };
    let mut out = vec![
        goal("N21", "telemedicine-county", rules.county_share, share(a.county), None),
        goal("N21", "telemedicine-primary", rules.primary_share, share(a.primary), last),
    ];
    // every link carries every service
    out.extend(SERVICES.iter().map(|s| goal("T25", &format!("telemedicine-{s}"), rules.primary_share, share(a.primary), None)));
    out
}
