//! A proven lower bound for a partition: Lagrangian relaxation of the balance rows (DI3), without contiguity (DI4).
//!
//! For any multipliers `y_ql` (positive for the upper side of DI3, negative for the lower)
//!
//! ```text
//! L(y) = sum_t min_l (c_tl + sum_q y_ql w_qt) - sum_ql (y_ql^+ high_q - y_ql^- low_q) + k (p - 1)
//! ```
//!
//! is at most DI0 of every answer; the last term because p connected parts of a connected graph are parted by at least p - 1 pairs. The best
//! `y` is sought by subgradients with Polyak's step (B. T. Polyak 1969, doi:10.1016/0041-5553(69)90061-5); the bound holds wherever the
//! search stops, and reaches at best that of the linear relaxation. O(units x leaders) a step.

use super::Partition;

/// The best bound found within `steps`; `-inf` when a unit has nowhere to go. `upper` is the value of an answer (`inf` without one).
#[must_use]
pub fn lagrangian(partition: &Partition, upper: f64, steps: usize) -> f64 {
    let (n, p) = (partition.units(), partition.roots.len());
    if n == 0 || p == 0 {
        return f64::NEG_INFINITY;
    }
    let fixed: Vec<Option<usize>> = (0..n).map(|t| partition.root_of(t)).collect();
    let scale: Vec<f64> = partition.measures.iter().map(|q| f64::midpoint(q.low.max(0.0), q.high).clamp(1e-9, 1e300)).collect();
    let mut y = vec![0.0; p * partition.measures.len()];
    let mut best_y = y.clone();
    #[allow(clippy::cast_precision_loss)] // leaders are few
    let cuts = partition.cut * (p - 1) as f64;
    let (mut best, mut rate, mut since) = (f64::NEG_INFINITY, 1.0, 0);
    for _ in 0..=steps {
        let mut value = cuts;
        let mut load = vec![0.0; y.len()];
        #[allow(clippy::needless_range_loop)] // one position in several tables
        for t in 0..n {
            let price = |l: usize| {
                let weights = partition.measures.iter().enumerate().map(|(q, m)| y[q * p + l] * m.weight[t] / scale[q]);
                partition.cost_of(t, l) + weights.sum::<f64>()
            };
            let chosen = match fixed[t] {
                Some(l) => (price(l), l),
                None => (0..p).map(|l| (price(l), l)).fold((f64::INFINITY, 0), |b, x| if x.0 < b.0 { x } else { b }),
            };
            if chosen.0 == f64::INFINITY {
                return f64::NEG_INFINITY;
            }
            value += chosen.0;
            for (q, m) in partition.measures.iter().enumerate() {
                load[q * p + chosen.1] += m.weight[t] / scale[q];
            }
        }
        let mut slope = vec![0.0; y.len()];
        for (q, m) in partition.measures.iter().enumerate() {
            let (low, high) = (m.low / scale[q], m.high / scale[q]);
            for l in 0..p {
                let at = q * p + l;
                if y[at] > 0.0 {
                    value -= y[at] * high;
                } else if y[at] < 0.0 {
                    value -= y[at] * low;
                }
                slope[at] = if y[at] > 0.0 || load[at] > high {
                    load[at] - high
                } else if y[at] < 0.0 || load[at] < low {
                    load[at] - low
                } else {
                    0.0
                };
            }
        }
        since += 1;
        if value > best + 1e-12 * value.abs() {
            (best, since) = (value, 0);
            best_y.clone_from(&y);
        }
        let norm: f64 = slope.iter().map(|s| s * s).sum();
        if norm <= 1e-18 || best >= upper {
            break;
        }
        if since >= 20 {
            rate *= 0.6;
            since = 0;
            y.clone_from(&best_y);
            if rate < 1e-7 {
                break;
            }
            continue;
        }
        let aim = if upper.is_finite() { upper } else { best + 0.05 * best.abs().max(1e-9) };
        let step = rate * (aim - value).max(1e-9 * aim.abs()) / norm;
        for (a, s) in y.iter_mut().zip(&slope) {
            let next = *a + step * s;
            // a multiplier does not jump over the flat between the two sides
            *a = if *a * next < 0.0 { 0.0 } else { next };
        }
    }
    best
}
