//! A proven bound on tours from a base: spanning trees with Lagrange multipliers.
//!
//! Without its way home every tour is a path from the base, so K tours make a spanning tree of base and stops; the K ways home end in K
//! different stops. With multipliers `p_i` on the degrees (2 at a stop, 2K at the base) the following is below the travel of any K tours,
//! whatever the multipliers:
//!
//! ```text
//! L(p, K) = tree(p) + the K smallest of (t_0i + p_0 + p_i) - 2 sum_i p_i - 2 K p_0
//!           with edges min(t_ij, t_ji) + p_i + p_j
//! ```
//!
//! (N. Christofides, A. Mingozzi, P. Toth 1981, <https://doi.org/10.1007/BF01589353>, after Held and Karp 1971.) Multipliers come from
//! subgradient steps. K tours hold at most K days, so K is too few when the service and `L(p, K)` exceed K days: that gives the bound on
//! the number of tours. `O(n^2)` an evaluation.

use super::{SLACK, Stops, Tours};

/// Subgradient steps.
const STEPS: u32 = 400;

/// A tree with ways home.
struct Tree {
    value: f64,
    /// Degree of every place.
    degree: Vec<f64>,
}

/// `L(p, K)`, minutes. `multipliers` has one entry a place, base first.
#[must_use]
pub fn least_travel(stops: &Stops, multipliers: &[f64], tours: usize) -> f64 {
    tree(stops, multipliers, tours).value
}

/// No plan has fewer tours than this, by the multipliers given and by none at all.
#[must_use]
pub fn fewest_tours(stops: &Stops, multipliers: &[Vec<f64>]) -> usize {
    let service: f64 = stops.service.iter().sum();
    let none = vec![0.0; stops.len() + 1];
    let mut tours = 1;
    while tours < stops.len() {
        let least = multipliers.iter().chain([&none]).filter(|p| p.len() == none.len()).map(|p| least_travel(stops, p, tours));
        let least = least.fold(0.0, f64::max);
        if service + least <= count(tours) * stops.day + SLACK {
            break;
        }
        tours += 1;
    }
    tours
}

/// Bounds for the tours found.
#[must_use]
pub fn prove(stops: &Stops, tours: &[Vec<usize>], travel: f64) -> Tours {
    let for_travel = ascend(stops, tours.len(), travel);
    let for_count = if tours.len() > 1 { ascend(stops, tours.len() - 1, travel) } else { Vec::new() };
    let least = least_travel(stops, &for_travel, tours.len()).min(travel);
    let multipliers = [for_travel, for_count];
    let fewest = fewest_tours(stops, &multipliers).min(tours.len());
    Tours { fewest, least_travel: least, multipliers, ..Tours::default() }
}

/// Multipliers that make `L(p, K)` large.
fn ascend(stops: &Stops, tours: usize, travel: f64) -> Vec<f64> {
    let mut p = vec![0.0; stops.len() + 1];
    let (mut best, mut best_value) = (p.clone(), f64::NEG_INFINITY);
    let mut scale = 1.0;
    let mut stale = 0;
    for _ in 0..STEPS {
        let tree = tree(stops, &p, tours);
        if tree.value > best_value + 1e-9 {
            (best, best_value, stale) = (p.clone(), tree.value, 0);
        } else {
            stale += 1;
            if stale > 15 {
                (scale, stale) = (scale * 0.6, 0);
                p.clone_from(&best);
            }
        }
        let off: Vec<f64> = tree.degree.iter().enumerate().map(|(i, d)| d - if i == 0 { 2.0 * count(tours) } else { 2.0 }).collect();
        let norm: f64 = off.iter().map(|d| d * d).sum();
        if norm < 0.5 {
            break;
        }
        let step = scale * (1.02 * travel - tree.value).max(1e-3 * travel) / norm;
        p.iter_mut().zip(&off).for_each(|(p, d)| *p += step * d);
    }
    // written and read back with few digits: any multipliers are valid
    best.iter().map(|v| (v * 1e6).round() / 1e6).collect()
}

/// Prim's tree under the multipliers and the ways home.
fn tree(stops: &Stops, p: &[f64], tours: usize) -> Tree {
    let n = stops.len() + 1;
    let edge = |i: usize, j: usize| stops.minutes[i][j].min(stops.minutes[j][i]) + p[i] + p[j];
    let mut degree = vec![0.0; n];
    let mut near: Vec<(f64, usize)> = (0..n).map(|j| (if j == 0 { f64::INFINITY } else { edge(0, j) }, 0)).collect();
    let mut inside = vec![false; n];
    inside[0] = true;
    let mut value = 0.0;
    for _ in 1..n {
        let Some(j) = (0..n).filter(|&j| !inside[j]).min_by(|&a, &b| near[a].0.total_cmp(&near[b].0)) else { break };
        inside[j] = true;
        value += near[j].0;
        degree[j] += 1.0;
        degree[near[j].1] += 1.0;
        for q in (0..n).filter(|&q| !inside[q]) {
            let e = edge(j, q);
            if e < near[q].0 {
                near[q] = (e, j);
            }
        }
    }
    let mut home: Vec<(f64, usize)> = (1..n).map(|i| (edge(0, i), i)).collect();
    home.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    for &(e, i) in home.iter().take(tours) {
        value += e;
        degree[i] += 1.0;
        degree[0] += 1.0;
    }
    value -= 2.0 * p[1..].iter().sum::<f64>() + 2.0 * count(tours) * p[0];
    Tree { value, degree }
}

#[allow(clippy::cast_precision_loss)] // tours are few
fn count(n: usize) -> f64 {
    n as f64
}
