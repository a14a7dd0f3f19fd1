//! T5: every county hospital has a tertiary hospital that helps it. Seats for further training (N3) are told in the plan, where they follow from
//! the question and so judge nothing.

use super::{Goal, GoalUnit};
use crate::plan::reform::PairingAnswer;
use crate::policy::pack::TargetSense;
use std::collections::BTreeSet;

#[allow(clippy::cast_precision_loss)] // counts of hospitals
pub(super) fn goals(a: &PairingAnswer) -> Vec<Goal> {
    let helped: BTreeSet<&str> = a.pairs.iter().map(|p| p.county.as_str()).collect();
    let share = (!a.county.is_empty()).then(|| helped.len() as f64 / a.county.len() as f64);
    let goal = |number: &str, what: &str, unit: GoalUnit, target: f64, planned: Option<f64>| Goal {
        number: number.into(),
        what: what.into(),
        unit,
        target,
        sense: TargetSense::AtLeast,
        attainable: None,
        planned,
        price: None,
    };
    vec![goal("T5", "pairing-helped", GoalUnit::Share, 1.0, share)]
}
