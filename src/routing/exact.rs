//! Fewest tours, then least travel, by dynamic programming over subsets.
//!
//! 1. `B[S][l]`: least travel from the base over all of `S`, ending at `l` (Held and Karp 1962, doi:10.1137/0110015).
//! 2. `c[S] = min_l B[S][l] + t_l0`: least travel of one tour over `S`; `S` fits when `c[S]` and its service fit into a day.
//! 3. `F[S] = min over fitting T within S holding the first stop of S of F[S - T] + (1, c[T])`, lexicographic.
//!
//! `O(2^n n^2 + 3^n)` time, `O(2^n n)` memory: 15 stops take some tenths of a second and 4 MB.

use super::{Stops, Tours};

/// Tours of at most [`super::MOST_EXACT`] stops, each of which fits into a day of its own.
#[must_use]
pub fn solve(stops: &Stops) -> Tours {
    let n = stops.len();
    let full = (1_usize << n) - 1;
    let paths = paths(stops);
    let closing = |set: usize| -> f64 {
        (0..n).filter(|l| set >> l & 1 == 1).map(|l| paths[set * n + l] + stops.minutes[l + 1][0]).fold(f64::INFINITY, f64::min)
    };
    let tour: Vec<f64> = (0..=full).map(|set| if set == 0 { 0.0 } else { closing(set) }).collect();
    let fits: Vec<bool> =
        (0..=full).map(|set| stops.fits(tour[set] + (0..n).filter(|i| set >> i & 1 == 1).map(|i| stops.service[i]).sum::<f64>())).collect();
    let mut best: Vec<(u32, f64)> = vec![(u32::MAX, f64::INFINITY); full + 1];
    let mut last = vec![0_usize; full + 1];
    best[0] = (0, 0.0);
    for set in 1..=full {
        let first = set & set.wrapping_neg();
        let mut part = set;
        while part > 0 {
            if part & first != 0 && fits[part] {
                let (tours, travel) = best[set ^ part];
                if tours < u32::MAX {
                    let found = (tours + 1, travel + tour[part]);
                    if found.0 < best[set].0 || (found.0 == best[set].0 && found.1 < best[set].1) {
                        best[set] = found;
                        last[set] = part;
                    }
                }
            }
            part = (part - 1) & set;
        }
    }
    let mut tours = Vec::new();
    let mut set = full;
    while set > 0 && last[set] > 0 {
        tours.push(order(stops, &paths, last[set]));
        set ^= last[set];
    }
    let travel: f64 = tours.iter().map(|t| stops.travel(t)).sum();
    Tours { fewest: tours.len(), least_travel: travel, tours, travel, exact: true, multipliers: [Vec::new(), Vec::new()] }
}

/// The best order of one tour; stops beyond [`super::MOST_EXACT`] are left as they are.
#[must_use]
pub fn reorder(stops: &Stops, tour: &[usize]) -> Vec<usize> {
    if tour.len() < 3 || tour.len() > super::MOST_EXACT {
        return tour.to_vec();
    }
    let places: Vec<usize> = std::iter::once(0).chain(tour.iter().map(|i| i + 1)).collect();
    let minutes = places.iter().map(|&a| places.iter().map(|&b| stops.minutes[a][b]).collect()).collect();
    let here = Stops { minutes, service: tour.iter().map(|&i| stops.service[i]).collect(), day: stops.day };
    let found: Vec<usize> = order(&here, &paths(&here), (1 << tour.len()) - 1).into_iter().map(|i| tour[i]).collect();
    if stops.travel(&found) < stops.travel(tour) { found } else { tour.to_vec() }
}

/// `B[S][l]`, `inf` where there is no such path.
fn paths(stops: &Stops) -> Vec<f64> {
    let n = stops.len();
    let mut least = vec![f64::INFINITY; n << n];
    for i in 0..n {
        least[(1 << i) * n + i] = stops.minutes[0][i + 1];
    }
    for set in 1_usize..1 << n {
        for l in (0..n).filter(|l| set >> l & 1 == 1) {
            let here = least[set * n + l];
            if here.is_finite() {
                for q in (0..n).filter(|q| set >> q & 1 == 0) {
                    let there = &mut least[(set | 1 << q) * n + q];
                    *there = there.min(here + stops.minutes[l + 1][q + 1]);
                }
            }
        }
    }
    least
}

/// The stops of a set in the order of their least tour, read back from its end.
fn order(stops: &Stops, paths: &[f64], set: usize) -> Vec<usize> {
    let n = stops.len();
    let (mut set, mut next, mut out) = (set, 0, Vec::new());
    while set > 0 {
        let reach = |l: usize| paths[set * n + l] + stops.minutes[l + 1][next];
        let Some(l) = (0..n).filter(|l| set >> l & 1 == 1).min_by(|&a, &b| reach(a).total_cmp(&reach(b))) else { break };
        out.push(l);
        set ^= 1 << l;
        next = l + 1;
    }
    out.reverse();
    out
}
