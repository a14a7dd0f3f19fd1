//! The proven bound of a batch with shared resources: (4) to (7) of [`super`].

use super::pool::Pool;
use crate::backend::{self, BackendError, LpStatus};
use crate::model::LinearModel;
use crate::outcome::{Limits, Silent};

/// What a job proves of its case: it costs at least `value - slope * a` when it may use `a` (4).
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// `v`, yuan.
    pub value: f64,
    /// `s`, yuan a bed or doctor, by resource.
    pub slope: Vec<f64>,
}

impl Cut {
    /// The cut of a job with its proven bound, prices, what it might use, and the worth of more of it.
    #[must_use]
    pub fn of(bound: f64, price: &[f64], usable: &[f64], worth: &[f64]) -> Self {
        let value = bound + worth.iter().zip(usable).map(|(q, a)| q * a).sum::<f64>();
        Self { value, slope: price.iter().zip(worth).map(|(p, q)| p + q).collect() }
    }
}

/// (7): the bound that weights prove, and the price of each resource in it. `cuts` and `weights` are `[case][round]`; weights are brought to a sum of 1.
#[must_use]
pub fn lower(cuts: &[Vec<Cut>], weights: &[Vec<f64>], total: &[f64]) -> (f64, Vec<f64>) {
    let mut price = vec![0.0_f64; total.len()];
    let mut sum = 0.0;
    if weights.len() != cuts.len() {
        return (f64::NEG_INFINITY, price);
    }
    for (cuts, weights) in cuts.iter().zip(weights) {
        let whole: f64 = weights.iter().map(|w| w.max(0.0)).sum();
        if cuts.is_empty() || whole.is_nan() || whole <= 0.0 {
            return (f64::NEG_INFINITY, price);
        }
        let mut slope = vec![0.0; total.len()];
        for (cut, w) in cuts.iter().zip(weights).map(|(c, w)| (c, w.max(0.0) / whole)).filter(|(_, w)| *w > 0.0) {
            sum += w * cut.value;
            slope.iter_mut().zip(&cut.slope).for_each(|(s, c)| *s += w * c);
        }
        price.iter_mut().zip(slope).for_each(|(p, s)| *p = p.max(s));
    }
    (sum - price.iter().zip(total).map(|(p, b)| p * b).sum::<f64>(), price)
}

/// Money in the LP is in million yuan.
const MILLION: f64 = 1e-6;

/// The best weights, by the LP (6); of the same or a lower value when the solver stops early, as any weights prove a bound.
///
/// # Errors
/// When the solver fails.
pub(super) fn weights(pool: &Pool, cuts: &[Vec<Cut>]) -> Result<Vec<Vec<f64>>, BackendError> {
    let mut m = LinearModel::new();
    let resources = pool.total.len();
    // p_r - sum_t l_it s_itr >= 0, one row a case and resource of it; sum_t l_it = 1
    let mut rows = vec![vec![usize::MAX; resources]; cuts.len()];
    for (i, member) in pool.member.iter().enumerate() {
        for r in (0..resources).filter(|r| member[*r]) {
            rows[i][r] = m.add_row(0.0, f64::INFINITY);
        }
    }
    let ones: Vec<usize> = cuts.iter().map(|_| m.add_row(1.0, 1.0)).collect();
    for r in 0..resources {
        let entries: Vec<(usize, f64)> = rows.iter().filter(|row| row[r] != usize::MAX).map(|row| (row[r], 1.0)).collect();
        let most = cuts.iter().flatten().map(|c| c.slope[r]).fold(0.0, f64::max) * MILLION;
        m.add_col(pool.total[r], f64::INFINITY, most, &entries);
    }
    for (i, cuts) in cuts.iter().enumerate() {
        // all are measured from the first: what is the same for all of a case decides nothing
        let from = cuts.first().map_or(0.0, |c| c.value);
        for cut in cuts {
            let of = |r: usize| (rows[i][r] != usize::MAX && cut.slope[r] != 0.0).then(|| (rows[i][r], -cut.slope[r] * MILLION));
            let entries: Vec<(usize, f64)> = (0..resources).filter_map(of).chain([(ones[i], 1.0)]).collect();
            m.add_col(-(cut.value - from) * MILLION, f64::INFINITY, 1.0, &entries);
        }
    }
    let solved = backend::by_name(backend::names()[0])?.solve(&m, &Limits::default(), &Silent)?;
    let mut at = resources;
    let mut out = Vec::new();
    for cuts in cuts {
        let own = solved.values.get(at..at + cuts.len()).map(<[f64]>::to_vec);
        at += cuts.len();
        let equal = vec![1.0; cuts.len()];
        out.push(own.filter(|w| solved.status == LpStatus::Optimal && w.iter().sum::<f64>() > 0.5).unwrap_or(equal));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_priced_round_is_the_sum_less_prices_times_beds() {
        let cuts = vec![vec![Cut::of(100.0, &[2.0], &[10.0], &[0.0])], vec![Cut::of(50.0, &[2.0], &[10.0], &[0.0])]];
        let (bound, price) = lower(&cuts, &[vec![1.0], vec![1.0]], &[10.0]);
        assert!((bound - 130.0).abs() < 1e-12 && (price[0] - 2.0).abs() < 1e-12, "{bound} {price:?}");
    }

    #[test]
    fn one_allotted_round_gives_all_to_whom_it_is_worth_most() {
        // V1(a) >= 100 - 5 (a - 4), V2(a) >= 50 - 1 (a - 6): with 10 in all, the least is everything to the first
        let cuts = vec![vec![Cut::of(100.0, &[0.0], &[4.0], &[5.0])], vec![Cut::of(50.0, &[0.0], &[6.0], &[1.0])]];
        let (bound, _) = lower(&cuts, &[vec![1.0], vec![1.0]], &[10.0]);
        assert!((bound - (100.0 - 30.0 + 50.0 + 6.0)).abs() < 1e-12, "{bound}");
        assert!(lower(&[vec![]], &[vec![]], &[10.0]).0.is_infinite());
    }

    proptest::proptest! {
        /// Whatever the weights: no allotment of the beds has cases that cost less, as far as their cuts know.
        #[test]
        fn any_weights_prove_a_bound(
            cuts in proptest::collection::vec(proptest::collection::vec((0.0..100.0_f64, 0.0..5.0_f64, 0.0..5.0_f64), 1..4), 2..4),
            weights in proptest::collection::vec(0.0..1.0_f64, 12),
            total in (0.0..20.0_f64, 0.0..20.0_f64),
            shares in proptest::collection::vec((0.0..1.0_f64, 0.0..1.0_f64), 4),
        ) {
            let total = [total.0, total.1];
            let cuts: Vec<Vec<Cut>> =
                cuts.into_iter().map(|own| own.into_iter().map(|(value, a, b)| Cut { value, slope: vec![a, b] }).collect()).collect();
            let weights: Vec<Vec<f64>> = cuts.iter().enumerate().map(|(i, own)| (0..own.len()).map(|t| 0.01 + weights[4 * i + t]).collect()).collect();
            let (bound, _) = lower(&cuts, &weights, &total);
            let sum: [f64; 2] = [0, 1].map(|r| shares[..cuts.len()].iter().map(|s| if r == 0 { s.0 } else { s.1 }).sum::<f64>().max(1e-9));
            let cost: f64 = cuts
                .iter()
                .zip(&shares)
                .map(|(own, s)| {
                    let a = [total[0] * s.0 / sum[0], total[1] * s.1 / sum[1]];
                    own.iter().map(|c| c.value - c.slope[0] * a[0] - c.slope[1] * a[1]).fold(f64::NEG_INFINITY, f64::max)
                })
                .sum();
            proptest::prop_assert!(bound <= cost + 1e-9, "{} above {}", bound, cost);
        }
    }

    #[test]
    fn the_best_weights_are_found() {
        // V(a) = max(12 - 2a, 4 - a/2) for both cases, 6 in all: 3 each, where both pieces give 6 and 2.5; 12 - 6 = 6 each is the least
        let cut = |v: f64, s: f64| Cut { value: v, slope: vec![s] };
        let cuts = vec![vec![cut(12.0, 2.0), cut(4.0, 0.5)], vec![cut(12.0, 2.0), cut(4.0, 0.5)]];
        let pool = Pool {
            resources: vec![("h".into(), super::super::Kind::Beds)],
            total: vec![6.0],
            per: vec![365.0],
            start: vec![vec![3.0], vec![3.0]],
            member: vec![vec![true], vec![true]],
            size: vec![1, 1],
        };
        let weights = weights(&pool, &cuts).unwrap_or_default();
        let (bound, _) = lower(&cuts, &weights, &pool.total);
        // by hand, on a grid of allotments
        let value = |a: f64| (12.0 - 2.0 * a).max(4.0 - 0.5 * a);
        let least = (0..=600).map(|n| f64::from(n) / 100.0).map(|a| value(a) + value(6.0 - a)).fold(f64::INFINITY, f64::min);
        assert!((bound - least).abs() < 1e-6, "{bound} {least} {weights:?}");
    }
}
