//! The quadratic step of a proximal bundle method, solved by Clarabel.
//!
//! For a master LP `min c'l  s.t.  lo <= U l <= hi (linking rows), sum_t l_bt = 1 (the other rows), l >= 0` the proposals' picture
//! of the Lagrangian bound at prices `p` is the largest value of its dual with the linking duals at `p`. The next prices
//!
//! ```text
//! max over (p, t)   sum_l side_l p_l + sum_b t_b - 1/2 sum_l weight_l (p_l - centre_l)^2
//! s.t.              U_j'p + t_b(j) <= c_j   (each proposal j),   p_l <= 0 on <= rows,  p_l >= 0 on >= rows
//! ```
//!
//! Kiwiel, "Proximity control in bundle methods for convex nondifferentiable minimization", Mathematical Programming 46 (1990),
//! doi:10.1007/BF01585731.

use crate::model::LinearModel;
use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettingsBuilder, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus, ZeroConeT};

/// Prices of the first `links` rows of the master, and what the proposals promise there; `None` when the solver fails.
/// `centre` and `weight` have one entry a linking row.
#[must_use]
pub fn maximise(master: &LinearModel, links: usize, centre: &[f64], weight: &[f64]) -> Option<(Vec<f64>, f64)> {
    let rows = master.row_count();
    let side = |r: usize| -> f64 {
        match (master.row_lower[r].is_finite(), master.row_upper[r].is_finite()) {
            (true, _) => master.row_lower[r],
            (false, true) => master.row_upper[r],
            (false, false) => 0.0,
        }
    };
    // unknowns in lengths of the pull, so that one unit means the same in every direction
    let unit: Vec<f64> = (0..rows).map(|r| if r < links { 1.0 / weight[r].max(1e-12).sqrt() } else { 1.0 }).collect();
    let quadratic = CscMatrix::new(rows, rows, (0..=rows).map(|r| r.min(links)).collect(), (0..links).collect(), vec![1.0; links]);
    let linear: Vec<f64> = (0..rows).map(|r| -side(r) * unit[r] - if r < links { centre[r] / unit[r] } else { 0.0 }).collect();
    // one constraint a proposal, then the signs of the linking prices; free rows are held at zero
    let (mut entries, mut bound): (Vec<Vec<(usize, f64)>>, Vec<f64>) = (vec![Vec::new(); rows], Vec::new());
    for j in 0..master.col_count() {
        for (r, v) in master.column(j) {
            entries[r].push((j, v * unit[r]));
        }
        bound.push(master.cost[j]);
    }
    let mut cones = vec![NonnegativeConeT(master.col_count())];
    for (r, list) in entries.iter_mut().enumerate().take(links) {
        let sign = match (master.row_lower[r].is_finite(), master.row_upper[r].is_finite()) {
            (true, true) => continue,
            (true, false) => -1.0,
            (false, _) => 1.0,
        };
        list.push((bound.len(), sign));
        bound.push(0.0);
        let free = !master.row_lower[r].is_finite() && !master.row_upper[r].is_finite();
        cones.push(if free { ZeroConeT(1) } else { NonnegativeConeT(1) });
    }
    let mut start = vec![0];
    let (mut index, mut value) = (Vec::new(), Vec::new());
    for list in &entries {
        index.extend(list.iter().map(|e| e.0));
        value.extend(list.iter().map(|e| e.1));
        start.push(index.len());
    }
    let constraints = CscMatrix::new(bound.len(), rows, start, index, value);
    let settings = DefaultSettingsBuilder::default().verbose(false).max_iter(200).build().ok()?;
    let mut solver = DefaultSolver::new(&quadratic, &linear, &constraints, &bound, &cones, settings).ok()?;
    solver.solve();
    if !matches!(solver.solution.status, SolverStatus::Solved | SolverStatus::AlmostSolved) {
        return None;
    }
    let y: Vec<f64> = solver.solution.x.iter().zip(&unit).map(|(x, u)| x * u).collect();
    let prices: Vec<f64> = (0..links)
        .map(|r| match (master.row_lower[r].is_finite(), master.row_upper[r].is_finite()) {
            (true, true) => y[r],
            (true, false) => y[r].max(0.0),
            (false, true) => y[r].min(0.0),
            (false, false) => 0.0,
        })
        .collect();
    let promise = (0..rows).map(|r| side(r) * if r < links { prices[r] } else { y[r] }).sum();
    Some((prices, promise))
}
