//! The bound of phases from the prices in the plan: `p_at` of a bed wanted and `m_t` of a yuan of the year. What goes with them follows backwards
//! from the last year, with `f_t = (1 + r)^(1 - t)`, `b` a bed in use (PH1) and `c` the growth that an area is allowed (PH3):
//!
//! ```text
//! b_at = b_a,t+1 - p_at + g c_a,t+1                           a bed in use has no cost of its own
//! c_at = min(0, kappa (f_t + m_t) + b_a,t+L)                  nor may a bed begun gain anything
//! bound = sum_at p_at target_at + sum_a (b_a1 + g c_a1) now_a - sum_t m_t B_t
//! ```
//!
//! By weak duality that is a lower bound of the least cost for any `m >= 0` and any `p` between 0 and the price of a missing bed (any `p >= 0` in the
//! last year where no bed may be missing then). Whole projects have no such prices: their bound is the solver's word.

use super::super::{Findings, VALUE};
use crate::plan::reform::ReformPlan;
use crate::plan::reform::phases::PhasesAnswer;
use crate::policy::reform::Phases;

pub(super) fn check(rules: &Phases, plan: &ReformPlan, a: &PhasesAnswer, found: &mut Findings) {
    let years = rules.years as usize;
    let priced = rules.projects.is_none();
    let money = priced && rules.budget.is_some();
    if a.rows.iter().any(|r| r.price.is_some() != priced) || a.years.iter().any(|y| y.price.is_some() != money) {
        found.add("bounds", "prices", 0.0, 0.0, "Prices stand where there are none, or are missing.");
        return;
    }
    if !priced || years == 0 {
        return;
    }
    let factor = |t: usize| (1.0 + rules.discount).powi(-i32::try_from(t).unwrap_or(i32::MAX));
    let budget: Vec<f64> = a.years.iter().map(|y| y.price.unwrap_or_default()).collect();
    let mut sound = budget.iter().all(|m| m.is_finite() && *m >= 0.0);
    let mut bound: f64 = -a.years.iter().zip(&budget).map(|(y, m)| m * y.budget.unwrap_or_default()).sum::<f64>();
    for ((_, now), rows) in a.today.iter().zip(a.rows.chunks(years)) {
        let (mut in_use, mut growth) = (vec![0.0; years + rules.lead as usize + 1], 0.0);
        for t in (0..years).rev() {
            let told = rows[t].price.unwrap_or_default();
            let most = if rules.reach && t + 1 == years { f64::INFINITY } else { rules.missing * factor(t) };
            sound &= told.is_finite() && told >= 0.0 && told <= most * (1.0 + VALUE) + VALUE;
            let price = told.min(most);
            bound += price * rows[t].wanted;
            in_use[t] = in_use[t + 1] - price + rules.growth * growth;
            growth = (rules.capital * (factor(t) + budget[t]) + in_use[t + rules.lead as usize]).min(0.0);
        }
        bound += (in_use[0] + rules.growth * growth) * now;
    }
    if !sound {
        found.add("bounds", "prices", 0.0, 0.0, "A price is below zero or above that of a missing bed.");
        return;
    }
    let slack = VALUE * bound.abs().max(1.0);
    found.at_most("bounds", || "dual".into(), plan.bounds.dual, bound, slack, "The prices do not prove the bound.");
}
