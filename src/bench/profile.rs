//! What many runs say together.
//!
//! * **Performance profile** (Dolan and More: Benchmarking optimization software with performance profiles, 2002, doi:10.1007/s101070100263):
//!   for problem `q` and setting `s`, `r[q,s] = t[q,s] / min_s t[q,s]` and infinite when `s` does not solve `q`; `rho_s(tau)` is the share of
//!   problems with `r[q,s] <= tau`. `rho_s(1)` is how often `s` is fastest, the right end how much it solves.
//! * **Time-to-gap curve**: share of runs whose gap has come down to a target within `t` seconds.
//! * **Shifted geometric mean** `(prod (t_i + s))^(1/n) - s`: small times do not dominate, nor do the largest (Achterberg, Constraint integer
//!   programming, 2007, appendix A).

/// `(prod (t_i + shift))^(1/n) - shift`; `None` of nothing. `O(n)`.
#[must_use]
#[allow(clippy::cast_precision_loss)] // counts of runs
pub fn shifted_geometric_mean(times: &[f64], shift: f64) -> Option<f64> {
    if times.is_empty() {
        return None;
    }
    let sum: f64 = times.iter().map(|t| (t + shift).ln()).sum();
    Some((sum / times.len() as f64).exp() - shift)
}

/// Ratios `r[q,s]` by problem and setting from times, `None` where unsolved; problems that nobody solves have no ratio and count for nobody.
#[must_use]
pub fn ratios(times: &[Vec<Option<f64>>]) -> Vec<Vec<Option<f64>>> {
    times
        .iter()
        .map(|row| {
            let best = row.iter().flatten().copied().fold(f64::INFINITY, f64::min);
            row.iter().map(|t| t.map(|t| if best > 0.0 { t / best } else { 1.0 })).collect()
        })
        .collect()
}

/// The profile of one setting: corners `(tau, rho)` of its step function, from `tau = 1`; the last step runs on to the right.
#[must_use]
#[allow(clippy::cast_precision_loss)] // counts of runs
pub fn profile(ratios: &[Vec<Option<f64>>], setting: usize) -> Vec<(f64, f64)> {
    let mut solved: Vec<f64> = ratios.iter().filter_map(|row| row[setting]).collect();
    solved.sort_by(f64::total_cmp);
    steps(&solved, ratios.len(), 1.0)
}

/// The share of runs that reached a gap within a time: corners from 0 s; `reached` has a time for each run that did, `all` counts them all.
#[must_use]
pub fn reached_by(reached: &[f64], all: usize) -> Vec<(f64, f64)> {
    let mut times = reached.to_vec();
    times.sort_by(f64::total_cmp);
    steps(&times, all, 0.0)
}

#[allow(clippy::cast_precision_loss)]
fn steps(sorted: &[f64], all: usize, from: f64) -> Vec<(f64, f64)> {
    let mut out = vec![(from, 0.0)];
    for (n, &x) in sorted.iter().enumerate() {
        let share = (n + 1) as f64 / all.max(1) as f64;
        match out.last_mut() {
            Some(last) if last.0.total_cmp(&x).is_ge() => last.1 = share,
            _ => out.push((x, share)),
        }
    }
    out
}

/// When the gap of a run first was at most `target`; bounds and values of a trace only ever improve, so that the best so far counts.
#[must_use]
pub fn time_to_gap(trace: &[(f64, Option<f64>, Option<f64>)], target: f64, maximise: bool) -> Option<f64> {
    let sign = if maximise { -1.0 } else { 1.0 };
    let (mut value, mut bound) = (f64::INFINITY, f64::NEG_INFINITY);
    for &(seconds, v, b) in trace {
        value = value.min(v.map_or(f64::INFINITY, |v| sign * v));
        bound = bound.max(b.map_or(f64::NEG_INFINITY, |b| sign * b));
        if value.is_finite() && bound.is_finite() && (value - bound).max(0.0) / value.abs().max(1.0) <= target {
            return Some(seconds);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_by_hand() {
        // four problems, two settings: times, None unsolved
        let times = vec![vec![Some(1.0), Some(2.0)], vec![Some(8.0), Some(2.0)], vec![Some(3.0), None], vec![None, None]];
        let r = ratios(&times);
        assert_eq!(r, vec![vec![Some(1.0), Some(2.0)], vec![Some(4.0), Some(1.0)], vec![Some(1.0), None], vec![None, None]]);
        // of four: fastest on two, within 4 on three, never all
        assert_eq!(profile(&r, 0), vec![(1.0, 0.5), (4.0, 0.75)]);
        assert_eq!(profile(&r, 1), vec![(1.0, 0.25), (2.0, 0.5)]);
        assert_eq!(profile(&[vec![None]], 0), vec![(1.0, 0.0)]);
    }

    #[test]
    fn means_and_curves_by_hand() {
        // (1 + 1)(7 + 1) = 16, its root 4, less 1
        assert!(shifted_geometric_mean(&[1.0, 7.0], 1.0).is_some_and(|m| (m - 3.0).abs() < 1e-12));
        assert!(shifted_geometric_mean(&[2.0, 8.0], 0.0).is_some_and(|m| (m - 4.0).abs() < 1e-12));
        assert_eq!(shifted_geometric_mean(&[], 1.0), None);
        assert_eq!(reached_by(&[3.0, 1.0, 3.0], 4), vec![(0.0, 0.0), (1.0, 0.25), (3.0, 0.75)]);
        let trace = [(0.1, Some(120.0), None), (0.5, Some(110.0), Some(90.0)), (1.0, None, Some(105.0)), (2.0, Some(106.0), Some(80.0))];
        assert_eq!(time_to_gap(&trace, 0.2, false), Some(0.5));
        assert_eq!(time_to_gap(&trace, 0.05, false), Some(1.0));
        assert_eq!(time_to_gap(&trace, 0.01, false), Some(2.0));
        assert_eq!(time_to_gap(&trace, 0.001, false), None);
        assert_eq!(time_to_gap(&[(1.0, Some(90.0), Some(100.0))], 0.12, true), Some(1.0));
        assert_eq!(time_to_gap(&[(1.0, Some(90.0), Some(100.0))], 0.1, true), None);
    }
}
