//! Convertible intensive care in two stages with a tail mean (model 6.17).
//!
//! ```text
//! min  sum_a k c_a + (1 - l) sum_s p_s Q_s + l (eta + sum_s p_s z_s / (1 - alpha))                       (SU0)
//!      Q_s = sum_a M u_as + sum_aq T t_aqs
//!  SU1  u_as + c_a + sum_q t_aqs - sum_q t_qas >= n_a f_s - i_a     patients beyond today's beds
//!  SU2  sum_q t_aqs <= n_a f_s                                      nobody is transferred who is not there
//!  SU3  z_s + eta >= Q_s                                            (Rockafellar and Uryasev 2000, <https://doi.org/10.21314/JOR.2000.038>)
//!  0 <= c_a <= m_a, u, t, z >= 0, eta free
//! ```

use super::super::LinearModel;
use super::super::rowwise::RowWise;

/// The numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SurgeNumbers {
    /// `n_a`.
    pub need: Vec<f64>,
    /// `i_a`.
    pub icu: Vec<f64>,
    /// `m_a`.
    pub most: Vec<f64>,
    /// Probability (of sum 1) and factor of each scenario.
    pub scenarios: Vec<(f64, f64)>,
    /// Pairs between which patients may be transferred, both ways each on its own.
    pub ways: Vec<(usize, usize)>,
    /// `k`, `M`, `T`.
    pub prices: [f64; 3],
    /// `alpha`.
    pub alpha: f64,
    /// `l`.
    pub lambda: f64,
}

/// The model with the positions of its columns.
#[derive(Debug, Clone)]
pub struct SurgeModel {
    /// The model.
    pub model: LinearModel,
    /// `c_a`.
    pub convertible: Vec<usize>,
    /// `u_as`, by scenario and area.
    pub unmet: Vec<Vec<usize>>,
    /// `t_aqs`, by scenario and way.
    pub transfers: Vec<Vec<usize>>,
    /// Row SU1, by scenario and area.
    pub patients: Vec<Vec<usize>>,
    /// Row SU3, by scenario.
    pub tail: Vec<usize>,
}

/// Writes the model. O(scenarios x ways).
#[must_use]
pub fn build(numbers: &SurgeNumbers) -> SurgeModel {
    let mut m = RowWise::default();
    let [keep, lost, moved] = numbers.prices;
    let convertible: Vec<u32> = numbers
        .most
        .iter()
        .map(|most| {
            let c = m.column(0.0, *most);
            m.charge(c, keep);
            c
        })
        .collect();
    // costs are never negative, so the best eta is none either, nor above the dearest scenario
    let dearest = lost * numbers.need.iter().sum::<f64>() * numbers.scenarios.iter().map(|s| s.1).fold(0.0, f64::max);
    let eta = m.column(0.0, dearest.max(1.0));
    m.charge(eta, numbers.lambda);
    let (mut unmet, mut transfers) = (Vec::new(), Vec::new());
    let (mut patients_of, mut tail_of) = (Vec::new(), Vec::new());
    for &(p, factor) in &numbers.scenarios {
        let tail = m.column(0.0, dearest.max(1.0));
        m.charge(tail, numbers.lambda * p / (1.0 - numbers.alpha));
        let u: Vec<u32> = numbers
            .need
            .iter()
            .map(|n| {
                let c = m.column(0.0, n * factor);
                m.charge(c, (1.0 - numbers.lambda) * p * lost);
                c
            })
            .collect();
        let t: Vec<u32> = numbers
            .ways
            .iter()
            .map(|&(a, _)| {
                let c = m.column(0.0, numbers.need[a] * factor);
                m.charge(c, (1.0 - numbers.lambda) * p * moved);
                c
            })
            .collect();
        let mut row: Vec<Vec<(u32, f64)>> = (0..numbers.need.len()).map(|a| vec![(u[a], 1.0), (convertible[a], 1.0)]).collect();
        let mut out: Vec<Vec<(u32, f64)>> = vec![Vec::new(); numbers.need.len()];
        for (&(a, q), &c) in numbers.ways.iter().zip(&t) {
            row[a].push((c, 1.0));
            row[q].push((c, -1.0));
            out[a].push((c, 1.0));
        }
        let mut rows = Vec::new();
        for (a, (entries, out)) in row.into_iter().zip(out).enumerate() {
            let patients = numbers.need[a] * factor;
            rows.push(m.row(patients - numbers.icu[a], f64::INFINITY, entries));
            if !out.is_empty() {
                m.row(f64::NEG_INFINITY, patients, out);
            }
        }
        let cost = u.iter().map(|&c| (c, -lost)).chain(t.iter().map(|&c| (c, -moved)));
        tail_of.push(m.row(0.0, f64::INFINITY, [(tail, 1.0), (eta, 1.0)].into_iter().chain(cost)));
        patients_of.push(rows);
        unmet.push(u);
        transfers.push(t);
    }
    let wide = |rows: &[Vec<u32>]| rows.iter().map(|r| r.iter().map(|c| *c as usize).collect()).collect();
    SurgeModel {
        model: m.finish(),
        convertible: convertible.iter().map(|c| *c as usize).collect(),
        unmet: wide(&unmet),
        transfers: wide(&transfers),
        patients: patients_of,
        tail: tail_of,
    }
}

/// Beds that cover the patients of all areas together when at most `gamma` of them exceed what is expected by `exceed[a]` (Bertsimas and Sim
/// 2004, <https://doi.org/10.1287/opre.1030.0065>): the worst choice of areas is that of the largest, so the protection is their sum; a
/// fractional budget takes a part of the next.
#[must_use]
pub fn protection(exceed: &[f64], gamma: u32) -> f64 {
    let mut sorted: Vec<f64> = exceed.iter().map(|x| x.max(0.0)).collect();
    sorted.sort_by(|x, y| y.total_cmp(x));
    sorted.iter().take(gamma as usize).sum()
}
