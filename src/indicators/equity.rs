//! Inequality of a rate over people: Lorenz curve, Gini (trapezoid on the sorted rates, model 6.18) and Theil index.
//!
//! `values` are rates per person (beds per head, an access index), `weights` the people who have them. The Gini of grouped data by trapezoids
//! equals half the mean absolute difference of two people over the mean rate, `sum_ac N_a N_c |r_a - r_c| / (2 N^2 rbar)`.

/// Lorenz curve from (0, 0) to (1, 1): cumulative share of people (poorest first) against cumulative share of what they have.
///
/// Empty when there are no people or nothing to share. `O(n log n)`.
#[must_use]
pub fn lorenz(values: &[f64], weights: &[f64]) -> Vec<(f64, f64)> {
    let Some((people, amount)) = totals(values, weights) else { return Vec::new() };
    let mut order: Vec<usize> = (0..values.len().min(weights.len())).filter(|&i| weights[i] > 0.0).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]).then(a.cmp(&b)));
    let mut curve = Vec::with_capacity(order.len() + 1);
    curve.push((0.0, 0.0));
    let (mut n, mut v) = (0.0, 0.0);
    for i in order {
        n += weights[i];
        v += weights[i] * values[i];
        curve.push((n / people, v / amount));
    }
    curve
}

/// Gini coefficient in [0, 1): 0 when everyone has the same; `None` when there are no people or nothing to share. Rates must not be negative.
///
/// `O(n log n)`.
#[must_use]
pub fn gini(values: &[f64], weights: &[f64]) -> Option<f64> {
    let curve = lorenz(values, weights);
    if curve.len() < 2 {
        return None;
    }
    let twice_area: f64 = curve.windows(2).map(|w| (w[1].0 - w[0].0) * (w[1].1 + w[0].1)).sum();
    // Rounding may leave a few ulp below zero for equal rates.
    Some((1.0 - twice_area).max(0.0))
}

/// Theil index `sum_i N_i/N (r_i/rbar) ln(r_i/rbar)`, at least 0; `None` when there are no people or nothing to share. `O(n)`.
#[must_use]
pub fn theil(values: &[f64], weights: &[f64]) -> Option<f64> {
    let (people, amount) = totals(values, weights)?;
    let mean = amount / people;
    let sum: f64 = values
        .iter()
        .zip(weights)
        .filter(|(v, w)| **v > 0.0 && **w > 0.0)
        .map(|(v, w)| {
            let relative = v / mean;
            w / people * relative * relative.ln()
        })
        .sum();
    Some(sum.max(0.0))
}

/// Smallest value that at least `share` of `whole` people do not exceed; `None` when fewer people than that have a value.
#[must_use]
pub fn quantile(values: &[f64], weights: &[f64], share: f64, whole: f64) -> Option<f64> {
    let mut order: Vec<usize> = (0..values.len().min(weights.len())).filter(|&i| weights[i] > 0.0).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]).then(a.cmp(&b)));
    let wanted = share * whole * (1.0 - 1e-12);
    let mut n = 0.0;
    order.into_iter().find_map(|i| {
        n += weights[i];
        (n >= wanted).then_some(values[i])
    })
}

/// People and amount, when both are above zero.
fn totals(values: &[f64], weights: &[f64]) -> Option<(f64, f64)> {
    let people: f64 = weights.iter().filter(|w| **w > 0.0).sum();
    let amount: f64 = values.iter().zip(weights).filter(|(_, w)| **w > 0.0).map(|(v, w)| v * w).sum();
    (people > 0.0 && amount > 0.0 && amount.is_finite()).then_some((people, amount))
}
