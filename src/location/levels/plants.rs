//! The inner problem of the two-level relaxation when there are too many plants to list: depots choose among plants, or none.
//!
//! ```text
//! min sum_k g_k z_k + sum_j min(0, min_{k: z_k = 1} h_jk)   >=   max sum_j v_j :  sum_j max(0, v_j - h_jk) <= g_k,  v_j <= 0
//! ```
//!
//! Dual ascent raises each `v_j` in turn from `min_k h_jk` as far as the slack of the plants allows. A plant's slack is its reduced cost,
//! a depot's is what is missing to `v_j = 0`.

use super::two_level::TwoLevel;
use crate::location::search::Fix;

/// A lower bound of the inner problem under fixings, and a set of plants that comes near it; fills the reduced costs of free decisions.
#[must_use]
pub fn bound(problem: &TwoLevel, h: &[f64], fix: &[Fix], reduced: &mut [f64]) -> (f64, Vec<bool>) {
    let (m, count) = (problem.m, problem.k);
    let at = |j: usize, k: usize| h[j * count + k];
    let mut base = 0.0;
    let mut slack: Vec<f64> = (0..count)
        .map(|k| match fix[m + k] {
            Fix::Free => problem.plant_cost(k).max(0.0),
            Fix::Open => 0.0,
            Fix::Closed => f64::INFINITY,
        })
        .collect();
    for k in (0..count).filter(|&k| fix[m + k] != Fix::Closed) {
        // a plant that must be open, or earns, is paid for at once
        if fix[m + k] == Fix::Open || problem.plant_cost(k) < 0.0 {
            base += problem.plant_cost(k);
        }
    }
    let ceiling = |j: usize| if fix[j] == Fix::Open { f64::INFINITY } else { 0.0 };
    let mut v: Vec<f64> = (0..m)
        .map(|j| if fix[j] == Fix::Closed { 0.0 } else { (0..count).map(|k| at(j, k)).fold(f64::INFINITY, f64::min).min(ceiling(j)) })
        .collect();
    if v.iter().any(|v| v.is_infinite()) {
        return (f64::INFINITY, vec![false; count]);
    }
    let open: Vec<usize> = (0..count).filter(|&k| fix[m + k] != Fix::Closed).collect();
    loop {
        let mut raised = false;
        for j in 0..m {
            if fix[j] == Fix::Closed || v[j] >= ceiling(j) {
                continue;
            }
            // to the next h_jk above, less where a plant that already pays has no slack
            // a plant within rounding of v_j pays too: charging it a little early keeps the dual feasible
            let here = 1e-12f64.mul_add(v[j].abs(), v[j]);
            let next = open.iter().map(|&k| at(j, k)).filter(|&x| x > here).fold(ceiling(j), f64::min);
            let allowed = open.iter().filter(|&&k| at(j, k) <= here).map(|&k| slack[k]).fold(f64::INFINITY, f64::min);
            let step = (next - v[j]).min(allowed);
            if step.is_finite() && step > 1e-9 * v[j].abs().max(1e-6) {
                for &k in &open {
                    if at(j, k) <= here {
                        slack[k] -= step;
                    }
                }
                v[j] += step;
                raised = true;
            }
        }
        if !raised {
            break;
        }
    }
    for k in (0..count).filter(|&k| fix[m + k] == Fix::Free) {
        reduced[m + k] = slack[k].max(0.0);
    }
    for j in (0..m).filter(|&j| fix[j] == Fix::Free) {
        reduced[j] = v[j].min(0.0);
    }
    // plants without slack, as long as each pays
    let mut set: Vec<bool> =
        (0..count).map(|k| fix[m + k] == Fix::Open || problem.plant_cost(k) < 0.0 && fix[m + k] == Fix::Free).collect();
    let mut least: Vec<f64> = (0..m).map(|j| (0..count).filter(|&k| set[k]).map(|k| at(j, k)).fold(ceiling(j), f64::min)).collect();
    let mut tight: Vec<usize> =
        (0..count).filter(|&k| !set[k] && fix[m + k] == Fix::Free && slack[k] <= 1e-6 * problem.plant_cost(k).abs().max(1e-6)).collect();
    tight.sort_by(|&a, &b| problem.plant_cost(a).total_cmp(&problem.plant_cost(b)).then(a.cmp(&b)));
    for k in tight {
        let gain: f64 = (0..m).filter(|&j| fix[j] != Fix::Closed).map(|j| (least[j] - at(j, k)).clamp(0.0, 1e300)).sum();
        if gain >= problem.plant_cost(k) {
            set[k] = true;
            (0..m).for_each(|j| least[j] = least[j].min(at(j, k)));
        }
    }
    (base + v.iter().sum::<f64>(), set)
}
