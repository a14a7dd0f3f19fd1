//! T7, N23 and T14: surplus kept and overspending shared, pooling areas under DRG/DIP, payment tilted toward primary care.

use super::{Goal, GoalUnit};
use crate::plan::reform::PaymentAnswer;
use crate::policy::pack::TargetSense;
use crate::policy::reform::Payment;

#[allow(clippy::cast_precision_loss)] // counts of areas
pub(super) fn goals(a: &PaymentAnswer, rules: &Payment) -> Vec<Goal> {
    let goal = |number: &str, what: &str, target: f64, attainable: Option<f64>, planned: Option<f64>| Goal {
        number: number.into(),
        what: what.into(),
        unit: GoalUnit::Share,
        target,
        sense: TargetSense::AtLeast,
        attainable,
        planned,
        price: None,
    };
    let accounts = a.accounts.len().max(1) as f64;
    let within = a.accounts.iter().filter(|x| x.overspend <= rules.band * x.budget + 1e-6).count() as f64 / accounts;
    let drg = a.pools.iter().filter(|p| p.drg).count() as f64 / a.pools.len().max(1) as f64;
    let today = a.gap.iter().find(|g| g.width <= 0.0).map(|g| g.first_contact);
    let widest = a.gap.iter().map(|g| g.first_contact).fold(None, |m: Option<f64>, x| Some(m.map_or(x, |m| m.max(x))));
    vec![
        goal("T7", "payment-within", 1.0, None, Some(within)),
        goal("N23", "payment-drg", rules.drg_share, Some(1.0), Some(drg)),
        goal("T14", "payment-first", 0.70, widest, today),
    ]
}
