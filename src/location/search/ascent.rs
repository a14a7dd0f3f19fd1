//! Ascent of the multipliers of a Lagrangian relaxation by a smoothed subgradient, with fixing by reduced costs on the way.
//!
//! Direction `d <- 0.7 d + 0.3 g` (Camerini, Fratta, Maffioli 1975, doi:10.1007/BFb0120697; the smoothing is that of the volume
//! algorithm, Barahona and Anbil 2000, doi:10.1007/s101070050002), Polyak step towards a target just above the incumbent:
//!
//! ```text
//! u <- u + alpha min(target - L(u), 2 (target - best)) d / |d|^2            alpha falls when L has not risen for a while
//! (F) base + reduced_j > threshold   =>  the opposite decision in all that is worth looking for
//! ```

use super::{Evaluation, Fix, Relaxation};

/// Relative error allowed for in sums: multipliers of 1e17 would otherwise "prove" differences of ten.
const ROUNDING: f64 = 1e-12;

/// How long and how boldly to ascend.
#[derive(Debug, Clone, Copy)]
pub struct Path {
    /// Evaluations at most.
    pub iterations: usize,
    /// First step factor.
    pub alpha: f64,
    /// Iterations without gain after which the factor falls.
    pub patience: usize,
    /// By how much it falls.
    pub shrink: f64,
}

impl Path {
    /// From far away.
    pub const ROOT: Self = Self { iterations: 1200, alpha: 1.0, patience: 12, shrink: 0.75 };
    /// From the parent's multipliers.
    pub const NODE: Self = Self { iterations: 40, alpha: 0.3, patience: 4, shrink: 0.6 };
}

/// Where an ascent ended.
#[derive(Debug, Clone)]
pub struct Ascent {
    /// Best bound.
    pub bound: f64,
    /// Its multipliers.
    pub multipliers: Vec<f64>,
    /// Smoothed share of the iterations in which each decision was open: an estimate of the primal of the relaxation.
    pub share: Vec<f64>,
    /// Smallest bound at which a decision was fixed by (F); `inf` when none was.
    pub floor: f64,
    /// Reduced costs at the best bound.
    pub reduced: Vec<f64>,
}

/// Climbs from `start`; fixes decisions in `fix` by (F) whenever the best bound rises. Ends early when the bound reaches `threshold`.
/// `each` is called with every evaluation and says whether to go on; it may lower the threshold by returning a new one.
pub fn ascend<R: Relaxation>(
    relaxation: &R,
    start: &[f64],
    fix: &mut [Fix],
    threshold: f64,
    path: Path,
    mut each: impl FnMut(usize, &Evaluation) -> Option<f64>,
) -> Ascent {
    let mut threshold = threshold;
    let mut u = start.to_vec();
    let mut direction = vec![0.0; u.len()];
    let mut now = Evaluation::default();
    let mut best = Ascent {
        bound: f64::NEG_INFINITY,
        multipliers: u.clone(),
        share: vec![0.0; relaxation.decisions()],
        floor: f64::INFINITY,
        reduced: vec![0.0; relaxation.decisions()],
    };
    let (mut alpha, mut idle, mut weight) = (path.alpha, 0, 1.0);
    for iteration in 0..path.iterations {
        relaxation.evaluate(&u, fix, &mut now);
        // what rounding can have added where large terms cancel
        let margin = ROUNDING * u.iter().map(|x| x.abs()).sum::<f64>();
        now.bound -= margin;
        now.base -= margin;
        let bound = relaxation.rounded(now.bound);
        for (s, &o) in best.share.iter_mut().zip(&now.open) {
            *s += weight * (o - *s);
        }
        weight = if iteration < 10 { 1.0 / (iteration as f64 + 2.0) } else { 0.1 };
        fix_by_reduced_costs(relaxation, &now, fix, threshold, &mut best.floor);
        if bound > best.bound + 1e-9 * best.bound.abs().max(1e-9) || best.bound == f64::NEG_INFINITY {
            idle = if now.bound > best.bound + 1e-5 * now.bound.abs() { 0 } else { idle + 1 };
            best.bound = bound;
            best.multipliers.copy_from_slice(&u);
            best.reduced.clone_from(&now.reduced);
        } else {
            idle += 1;
        }
        if let Some(lower) = each(iteration, &now) {
            threshold = threshold.min(lower);
        } else {
            break;
        }
        if best.bound >= threshold || fix.iter().all(|f| *f != Fix::Free) {
            break;
        }
        if idle >= path.patience {
            alpha *= path.shrink;
            idle = 0;
            if alpha < 1e-3 {
                break;
            }
            // begin again from the best point
            u.copy_from_slice(&best.multipliers);
        }
        let target =
            if threshold.is_finite() { threshold + 0.002 * threshold.abs() } else { best.bound + 0.05 * best.bound.abs().max(1.0) };
        for (d, g) in direction.iter_mut().zip(&now.gradient) {
            *d = 0.7f64.mul_add(*d, 0.3 * g);
        }
        let norm: f64 = direction.iter().map(|d| d * d).sum();
        if norm < 1e-14 {
            if now.gradient.iter().all(|g| g.abs() < 1e-9) {
                break;
            }
            direction.copy_from_slice(&now.gradient);
            continue;
        }
        // far below the best bound the plain Polyak step would run away
        let lag = (target - now.bound).min(2.0 * (target - best.bound)).max(1e-9 * target.abs());
        let step = alpha * lag / norm;
        for (x, d) in u.iter_mut().zip(&direction) {
            *x = step.mul_add(*d, *x);
        }
    }
    best
}

/// (F).
fn fix_by_reduced_costs<R: Relaxation>(relaxation: &R, now: &Evaluation, fix: &mut [Fix], threshold: f64, floor: &mut f64) {
    for (f, &r) in fix.iter_mut().zip(&now.reduced) {
        if *f == Fix::Free && r != 0.0 {
            let other = relaxation.rounded(now.base + r.abs() * (1.0 - ROUNDING));
            if other > threshold {
                *f = if r > 0.0 { Fix::Closed } else { Fix::Open };
                *floor = floor.min(other);
            }
        }
    }
}
