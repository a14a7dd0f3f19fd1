//! The mix (8) of [`super`]: plans of all rounds mixed so that nothing is used twice, at least cost; whence the next allotment and the next prices.

use super::answers::Answer;
use super::pool::Pool;
use crate::backend::{self, BackendError, LpStatus};
use crate::model::LinearModel;
use crate::outcome::{Limits, Silent};

/// Money in the LP is in million yuan.
const MILLION: f64 = 1e-6;

/// A mix of plans.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mix {
    /// What it costs: an allotment of its uses has plans that cost no more, yuan.
    pub value: f64,
    /// What each case uses, `[case][resource]`.
    pub uses: Vec<Vec<f64>>,
    /// Worth of one more bed or doctor, yuan.
    pub price: Vec<f64>,
}

/// Mixes the answers, `[case][round]`; nothing when they do not fit together, which those of an allotted round do.
///
/// # Errors
/// When the solver fails.
pub(super) fn mix(pool: &Pool, answers: &[Vec<Answer>]) -> Result<Option<Mix>, BackendError> {
    let mut m = LinearModel::new();
    let resources = pool.total.len();
    // in shares of the total; the tolerance of the solver is no more than the rounding of what is allotted
    let rows: Vec<usize> = (0..resources).map(|r| m.add_row(f64::NEG_INFINITY, if pool.total[r] > 0.0 { 1.0 } else { 0.0 })).collect();
    let scale = |r: usize| if pool.total[r] > 0.0 { pool.total[r] } else { 1.0 };
    let ones: Vec<usize> = answers.iter().map(|_| m.add_row(1.0, 1.0)).collect();
    for (i, answers) in answers.iter().enumerate() {
        for a in answers {
            let of = |r: usize| (a.used[r] > 0.0).then(|| (rows[r], a.used[r] / scale(r)));
            let entries: Vec<(usize, f64)> = (0..resources).filter_map(of).chain([(ones[i], 1.0)]).collect();
            m.add_col((a.value - answers[0].value) * MILLION, f64::INFINITY, 1.0, &entries);
        }
    }
    let solved = backend::by_name(backend::names()[0])?.solve(&m, &Limits::default(), &Silent)?;
    if solved.status != LpStatus::Optimal || solved.values.len() != m.col_count() {
        return Ok(None);
    }
    let mut uses = vec![vec![0.0; resources]; answers.len()];
    let (mut value, mut at) = (0.0, 0);
    for (i, answers) in answers.iter().enumerate() {
        for (a, &x) in answers.iter().zip(&solved.values[at..]) {
            value += x * a.value;
            uses[i].iter_mut().zip(&a.used).for_each(|(sum, u)| *sum += x * u);
        }
        at += answers.len();
    }
    let price = (0..resources).map(|r| (-solved.duals.get(r).copied().unwrap_or(0.0)).max(0.0) / MILLION / scale(r)).collect();
    Ok(Some(Mix { value, uses, price }))
}

/// An allotment by uses: what is left over goes to all by their first shares, what is too much is taken from all alike. Never more in all than there is.
pub(super) fn allotment(pool: &Pool, uses: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut out = uses.to_vec();
    for (r, &total) in pool.total.iter().enumerate() {
        let used: f64 = uses.iter().map(|u| u[r]).sum();
        let shares: f64 = pool.start.iter().map(|s| s[r]).sum();
        for (own, start) in out.iter_mut().zip(&pool.start) {
            own[r] = if used > total {
                own[r] * total / used
            } else {
                own[r] + if shares > 0.0 { (total - used) * start[r] / shares } else { 0.0 }
            };
            own[r] = down(own[r]);
        }
    }
    out
}

/// Rounded down to a millionth, so that sums stay within.
pub(super) fn down(x: f64) -> f64 {
    ((x * 1e6).floor() / 1e6).max(0.0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn pool() -> Pool {
        Pool {
            resources: vec![("h".into(), super::super::Kind::Beds)],
            total: vec![10.0],
            per: vec![365.0],
            start: vec![vec![2.5], vec![7.5]],
            member: vec![vec![true], vec![true]],
            size: vec![1, 1],
        }
    }

    fn answer(value: f64, used: f64) -> Answer {
        Answer { value, open: 0.0, bound: value, worth: vec![0.0], used: vec![used] }
    }

    #[test]
    fn the_best_mix_uses_nothing_twice() {
        // the first saves 4 million a bed, the second 1 million: with 10 beds the first has its 8, the second what is left
        let answers = vec![vec![answer(100e6, 0.0), answer(68e6, 8.0)], vec![answer(50e6, 0.0), answer(42e6, 8.0)]];
        let mix = mix(&pool(), &answers).unwrap().unwrap();
        assert!((mix.value - (68e6 + 48e6)).abs() < 1.0, "{mix:?}");
        assert!((mix.uses[0][0] - 8.0).abs() < 1e-6 && (mix.uses[1][0] - 2.0).abs() < 1e-6, "{mix:?}");
        assert!((mix.price[0] - 1e6).abs() < 1.0, "the last bed is worth what the second saves: {mix:?}");
    }

    #[test]
    fn an_allotment_never_exceeds_what_there_is() {
        for uses in [[1.0, 2.0], [9.0, 9.0], [0.0, 0.0], [10.0 / 3.0, 20.0 / 3.0]] {
            let given = allotment(&pool(), &[vec![uses[0]], vec![uses[1]]]);
            let sum = given[0][0] + given[1][0];
            assert!(sum <= 10.0 && sum > 10.0 - 1e-5, "{uses:?} {given:?}");
        }
        assert_eq!(allotment(&pool(), &[vec![0.0], vec![4.0]]), [vec![1.5], vec![8.5]]);
    }
}
