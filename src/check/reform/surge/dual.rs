//! The bound of convertible beds from prices alone. For any prices `y_sa >= 0` of a bed in a scenario and weights `w_s >= 0`, weak duality gives
//!
//! ```text
//! sum_sa y_sa (n_a f_s - i_a) + sum_a m_a min(0, k - sum_s y_sa)                                        convertible beds
//!   + Q min(0, l - sum_s w_s) + sum_s Q min(0, l p_s / (1 - alpha) - w_s)                               threshold and excess
//!   + sum_sa n_a f_s min(0, (1 - l) p_s M - y_sa + w_s M)                                               without a bed
//!   + sum_sa n_a f_s min(0, min over ways a-q of (1 - l) p_s T - y_sa + y_sq + w_s T)                   transferred
//! ```
//!
//! as a lower bound of the least cost: each term is the least that a column, or the transfers out of an area together, can add between its bounds.
//! `Q`, the cost of all patients of the worst scenario without a bed, bounds threshold and excess in some best answer.

use super::super::{Findings, VALUE};
use crate::plan::reform::ReformPlan;
use crate::plan::reform::surge::SurgeAnswer;
use crate::policy::reform::Surge;

pub(super) fn check(rules: &Surge, plan: &ReformPlan, a: &SurgeAnswer, ways: &[(usize, usize)], found: &mut Findings) {
    let areas = a.areas.len();
    let sound = |x: &f64| x.is_finite() && *x >= 0.0;
    if a.cases.iter().any(|c| c.bed_prices.len() != areas || !c.bed_prices.iter().chain([&c.weight]).all(sound)) {
        found.add("bounds", "prices", 0.0, 0.0, "The prices of beds are not those of the areas, or below zero: they prove nothing.");
        return;
    }
    for (n, x) in a.areas.iter().enumerate() {
        let price = (a.cases.iter().map(|c| c.bed_prices[n]).sum::<f64>() - rules.cost).max(0.0);
        found.equal("value", || x.area.clone(), x.price, price, VALUE * price.max(1.0), "One more convertible bed would save another sum.");
    }
    let bound = bound(rules, a, ways);
    let slack = VALUE * bound.abs().max(1.0);
    found.at_most("bounds", || "dual".into(), plan.bounds.dual, bound, slack, "The prices of beds do not prove the bound.");
}

fn bound(rules: &Surge, a: &SurgeAnswer, ways: &[(usize, usize)]) -> f64 {
    let all: f64 = a.areas.iter().map(|x| x.need).sum();
    let dearest = (rules.unmet * all * a.cases.iter().map(|c| c.factor).fold(0.0, f64::max)).max(1.0);
    let mut bound = dearest * (rules.lambda - a.cases.iter().map(|c| c.weight).sum::<f64>()).min(0.0);
    for (n, x) in a.areas.iter().enumerate() {
        bound += x.most * (rules.cost - a.cases.iter().map(|c| c.bed_prices[n]).sum::<f64>()).min(0.0);
    }
    for c in &a.cases {
        let counts = (1.0 - rules.lambda) * c.probability + c.weight;
        bound += dearest * (rules.lambda * c.probability / (1.0 - rules.alpha) - c.weight).min(0.0);
        let mut cheapest = vec![0.0_f64; a.areas.len()];
        for &(from, to) in ways {
            cheapest[from] = cheapest[from].min(counts * rules.transfer - c.bed_prices[from] + c.bed_prices[to]);
        }
        for (n, x) in a.areas.iter().enumerate() {
            let (patients, price) = (x.need * c.factor, c.bed_prices[n]);
            bound += price * (patients - x.icu) + patients * ((counts * rules.unmet - price).min(0.0) + cheapest[n]);
        }
    }
    bound
}
