//! Populations: the rank-size rule and exact apportionment.

/// Weights `k^-exponent` for k = 1..=n (G. K. Zipf: Human Behavior and the Principle of Least Effort, 1949).
pub(super) fn rank_size(n: usize, exponent: f64) -> Vec<f64> {
    (1..=n).map(|k| (k as f64).powf(-exponent)).collect()
}

/// Whole shares of `total` in proportion to `weights`, each at least `least`, that sum to it exactly: the method of largest
/// remainders (Hamilton), ties to the earlier. When the minimum alone exceeds `total`, everyone gets the minimum.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // shares of a u64 by weights that are not negative
pub(crate) fn apportion(total: u64, weights: &[f64], least: u64) -> Vec<u64> {
    let spare = total.saturating_sub(least * weights.len() as u64);
    let sum: f64 = weights.iter().sum();
    if weights.is_empty() || sum <= 0.0 {
        return vec![least; weights.len()];
    }
    let exact: Vec<f64> = weights.iter().map(|w| spare as f64 * w / sum).collect();
    let mut shares: Vec<u64> = exact.iter().map(|e| e.floor() as u64).collect();
    let given: u64 = shares.iter().sum();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|a, b| exact[*b].fract().total_cmp(&exact[*a].fract()).then(a.cmp(b)));
    for i in order.into_iter().cycle().take(spare.saturating_sub(given) as usize) {
        shares[i] += 1;
    }
    shares.into_iter().map(|s| s + least).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shares_sum_and_follow_the_weights(total in 0..3_000_000_000_u64, weights in prop::collection::vec(0.01..10.0_f64, 1..60), least in 0..3_u64) {
            let shares = apportion(total, &weights, least);
            let base = least * weights.len() as u64;
            prop_assert_eq!(shares.iter().sum::<u64>(), total.max(base));
            let sum: f64 = weights.iter().sum();
            for (s, w) in shares.iter().zip(&weights) {
                let exact = total.saturating_sub(base) as f64 * w / sum;
                prop_assert!(((*s - least) as f64 - exact).abs() <= 1.0 + 1e-6);
            }
        }
    }

    #[test]
    fn rank_size_falls() {
        let w = rank_size(4, 1.0);
        assert!((w[3] - 0.25).abs() < 1e-15 && w[0] > w[1]);
    }
}
