//! The master over layouts of catchments: prices from shares, an answer from whole choices.
//!
//! ```text
//! min sum cost_p w_p + penalty x missing    sum_{p of a catchment} w_p = 1    low <= sum uses_p w_p + missing <= high    w >= 0, or in {0,1}
//! ```

use crate::backend::{self, BackendError, guarded};
use crate::model::LinearModel;
use crate::outcome::{Limits, Observer, Silent};

/// A layout of one catchment, as the master sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// Catchment.
    pub block: usize,
    /// Cost by the objective.
    pub cost: f64,
    /// What it takes of each shared row.
    pub uses: Vec<f64>,
}

/// What a master came to.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Weight of each offer; empty without an answer.
    pub weights: Vec<f64>,
    /// Price of each shared row (not of whole choices).
    pub prices: Vec<f64>,
    /// What the shared rows lack, summed.
    pub missing: f64,
}

/// Solves the master. Every catchment has an offer.
///
/// # Errors
/// When the solver fails.
pub fn choose(
    offers: &[Offer],
    blocks: usize,
    sides: &[(f64, f64)],
    penalty: f64,
    whole: bool,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Choice, BackendError> {
    let mut m = LinearModel::new();
    for _ in 0..blocks {
        m.add_row(1.0, 1.0);
    }
    for &(low, high) in sides {
        m.add_row(low, high);
    }
    for o in offers {
        let mut entries = vec![(o.block, 1.0)];
        entries.extend(o.uses.iter().enumerate().filter(|u| *u.1 != 0.0).map(|(r, &u)| (blocks + r, u)));
        if whole {
            m.add_binary(o.cost, &entries);
        } else {
            m.add_col(o.cost, f64::INFINITY, 1.0, &entries);
        }
    }
    let first = m.col_count();
    for (r, &(low, high)) in sides.iter().enumerate() {
        let size = low.abs().min(high.abs()).max(1e-3);
        for (has, sign) in [(low.is_finite(), 1.0), (high.is_finite(), -1.0)] {
            if has {
                m.add_col(penalty / size, f64::INFINITY, 1e6 * size, &[(blocks + r, sign)]);
            }
        }
    }
    struct Still<'a>(&'a dyn Observer);
    impl Observer for Still<'_> {
        fn stop_requested(&self) -> bool {
            self.0.stop_requested()
        }
    }
    let (mut values, duals) = if whole {
        (guarded::unhurried(&m, None, limits, &Still(observer))?.values, Vec::new())
    } else {
        let s = backend::default_mip().solve(&m, limits, &Silent)?;
        (s.values, s.duals)
    };
    if values.is_empty() {
        return Ok(Choice { missing: f64::INFINITY, ..Choice::default() });
    }
    let missing = values[first..].iter().sum();
    values.truncate(first);
    Ok(Choice { weights: values, prices: duals.get(blocks..).map(<[f64]>::to_vec).unwrap_or_default(), missing })
}

/// A choice of one offer a catchment that keeps to the shared rows, from weights: the largest of each, then the exchange that lacks least a
/// yuan, until nothing is missing. `None` when exchanges do not get there.
#[must_use]
pub fn round(offers: &[Offer], blocks: usize, sides: &[(f64, f64)], weights: &[f64]) -> Option<Vec<usize>> {
    let mut own: Vec<Vec<usize>> = vec![Vec::new(); blocks];
    offers.iter().enumerate().for_each(|(n, o)| own[o.block].push(n));
    let mut chosen: Vec<usize> = own
        .iter()
        .map(|o| o.iter().copied().max_by(|a, b| weights[*a].total_cmp(&weights[*b]).then(b.cmp(a))))
        .collect::<Option<Vec<usize>>>()?;
    let lack = |uses: &[f64]| -> f64 {
        uses.iter()
            .zip(sides)
            .map(|(u, (low, high))| ((low - u).max(u - high).max(0.0) - 1e-7 * low.abs().min(high.abs()).max(1.0)).max(0.0))
            .sum()
    };
    let mut uses = vec![0.0; sides.len()];
    chosen.iter().for_each(|&n| uses.iter_mut().zip(&offers[n].uses).for_each(|(u, v)| *u += v));
    for _ in 0..4 * blocks {
        let now = lack(&uses);
        if now <= 0.0 {
            return Some(chosen);
        }
        let mut best = (f64::INFINITY, 0, 0);
        for (k, list) in own.iter().enumerate() {
            let old = &offers[chosen[k]];
            for &n in list {
                let after: Vec<f64> = uses.iter().zip(offers[n].uses.iter().zip(&old.uses)).map(|(u, (a, b))| u + a - b).collect();
                let gain = now - lack(&after);
                if gain > 1e-12 {
                    let rate = (offers[n].cost - old.cost) / gain;
                    if rate < best.0 {
                        best = (rate, k, n);
                    }
                }
            }
        }
        if !best.0.is_finite() {
            return None;
        }
        let (_, k, n) = best;
        uses.iter_mut().zip(offers[n].uses.iter().zip(&offers[chosen[k]].uses)).for_each(|(u, (a, b))| *u += a - b);
        chosen[k] = n;
    }
    None
}
