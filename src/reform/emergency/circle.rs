//! Among as many stations that cover the share asked for: those with most people within the minutes of the circle of one, first by exchanging
//! stations, then by (EM3) of [`crate::model::reform::emergency`] from there, as far as a short time takes it. The number of stations and the share
//! asked for stand.

use super::prices::THOUSAND;
use super::stations::EPS;
use crate::backend::guarded;
use crate::model::reform::emergency::build_circle;
use crate::outcome::{Limits, Observer};
use crate::reform::{ReformError, count};
use std::collections::BTreeMap;
use std::time::Duration;

/// Minutes of the circle (policy 2.6: the 15-minute circle of emergency care).
pub(super) const CIRCLE: f64 = 15.0;
/// Most rounds over all stations.
const ROUNDS: usize = 10;

/// Longest time of the model.
const PATIENCE: Duration = Duration::from_secs(10);

/// Settlements by site: those it covers, and those in its circle.
pub(super) struct Circle<'a> {
    pub people: &'a [f64],
    /// Settlements that a site covers within radius and minutes.
    pub covers: Vec<Vec<usize>>,
    /// Settlements within the minutes of the circle.
    pub near: Vec<Vec<usize>>,
}

/// Open sites once no exchange brings more people into a circle and leaves `need` people covered. Sites with `kept` stay.
///
/// Complexity: O(rounds x stations x (pairs of site and settlement)).
#[allow(clippy::needless_range_loop)] // the list changes at that place
pub(super) fn widen(circle: &Circle<'_>, mut open: Vec<usize>, kept: &dyn Fn(usize) -> bool, need: f64) -> Vec<usize> {
    let sites = circle.covers.len();
    let mut is_open = vec![false; sites];
    let (mut covered, mut near) = (vec![0_u32; circle.people.len()], vec![0_u32; circle.people.len()]);
    for &s in &open {
        is_open[s] = true;
        circle.covers[s].iter().for_each(|&i| covered[i] += 1);
        circle.near[s].iter().for_each(|&i| near[i] += 1);
    }
    let sum = |times: &[u32]| -> f64 { times.iter().zip(circle.people).filter(|(n, _)| **n > 0).map(|(_, p)| p).sum() };
    let (mut reached, mut inside) = (sum(&covered), sum(&near));
    let gain = |list: &[usize], times: &[u32]| -> f64 { list.iter().filter(|i| times[**i] == 0).map(|&i| circle.people[i]).sum() };
    for _ in 0..ROUNDS {
        let before = inside;
        for at in 0..open.len() {
            let s = open[at];
            if kept(s) {
                continue;
            }
            circle.covers[s].iter().for_each(|&i| covered[i] -= 1);
            circle.near[s].iter().for_each(|&i| near[i] -= 1);
            let (own_reach, own_near) = (gain(&circle.covers[s], &covered), gain(&circle.near[s], &near));
            let (rest, rest_near) = (reached - own_reach, inside - own_near);
            // the most people in circles, of those as many the most covered, of those the first site
            let best = (0..sites)
                .filter(|&c| !is_open[c])
                .map(|c| (gain(&circle.near[c], &near), c))
                .filter(|(more, _)| *more > own_near + EPS)
                .map(|(more, c)| (more, gain(&circle.covers[c], &covered), c))
                .filter(|(_, cover, _)| rest + cover >= need - EPS)
                .max_by(|x, y| x.0.total_cmp(&y.0).then(x.1.total_cmp(&y.1)).then(y.2.cmp(&x.2)));
            let (more, cover, chosen) = best.unwrap_or((own_near, own_reach, s));
            is_open[s] = false;
            is_open[chosen] = true;
            open[at] = chosen;
            circle.covers[chosen].iter().for_each(|&i| covered[i] += 1);
            circle.near[chosen].iter().for_each(|&i| near[i] += 1);
            (reached, inside) = (rest + cover, rest_near + more);
        }
        if inside <= before + EPS {
            break;
        }
    }
    open.sort_unstable();
    open
}

/// The same by the model, from `open`; whatever it ends with is no worse.
///
/// # Errors
/// A failing solver.
pub(super) fn best(
    circle: &Circle<'_>,
    open: Vec<usize>,
    kept: &dyn Fn(usize) -> bool,
    need: f64,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Vec<usize>, ReformError> {
    let sites = circle.covers.len();
    let (covers, circles) = (clients(circle, &circle.covers), clients(circle, &circle.near));
    let m = build_circle(sites, &covers, &circles, (need / THOUSAND, count(open.len())), kept);
    let mut start = vec![0.0; m.model.col_count()];
    open.iter().for_each(|&s| start[m.site[s]] = 1.0);
    for (lists, columns) in [(&covers, &m.covered), (&circles, &m.inside)] {
        let there = lists.iter().zip(columns).filter(|((list, _), _)| list.iter().any(|s| open.contains(s)));
        there.for_each(|(_, &z)| start[z] = 1.0);
    }
    let time = limits.time.map_or(PATIENCE, |t| t.div_f64(3.0).min(PATIENCE));
    let found = guarded::solve_mip(&m.model, Some(&start), &Limits { time: Some(time), ..*limits }, observer)?;
    if found.values.is_empty() {
        return Ok(open);
    }
    let other: Vec<usize> = (0..sites).filter(|&s| found.values[m.site[s]] > 0.5).collect();
    let people = |open: &[usize], lists: &[Vec<usize>]| -> f64 {
        let mut seen = vec![false; circle.people.len()];
        open.iter().flat_map(|&s| &lists[s]).for_each(|&i| seen[i] = true);
        circle.people.iter().zip(seen).filter(|(_, s)| *s).map(|(p, _)| p).sum()
    };
    // a solver's tolerance may leave some people out
    let sound = other.len() == open.len() && people(&other, &circle.covers) >= need - EPS;
    Ok(if sound && people(&other, &circle.near) > people(&open, &circle.near) { other } else { open })
}

/// Settlements with the same sites as one, thousands of people.
fn clients(circle: &Circle<'_>, lists: &[Vec<usize>]) -> Vec<(Vec<usize>, f64)> {
    let mut of: Vec<Vec<usize>> = vec![Vec::new(); circle.people.len()];
    for (s, list) in lists.iter().enumerate() {
        list.iter().for_each(|&i| of[i].push(s));
    }
    let mut alike: BTreeMap<Vec<usize>, f64> = BTreeMap::new();
    for (list, people) in of.into_iter().zip(circle.people).filter(|(list, _)| !list.is_empty()) {
        *alike.entry(list).or_default() += people / THOUSAND;
    }
    alike.into_iter().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::cast_precision_loss)] // a test may fail
mod tests {
    use super::*;

    /// Against all choices of as many sites: never worse than the start, sound, and never better than the best there is.
    #[test]
    fn more_people_live_in_circles_and_the_share_stands() {
        let mut gained = 0;
        for seed in 0..40_usize {
            let (sites, places) = (8, 20);
            let people: Vec<f64> = (0..places).map(|i| ((i * 7 + seed * 13) % 11 + 1) as f64).collect();
            let list = |salt: usize, share: usize| -> Vec<Vec<usize>> {
                (0..sites).map(|s| (0..places).filter(|i| (i * 31 + s * 17 + seed * 29 + salt + i * s) % 100 < share).collect()).collect()
            };
            let circle = Circle { people: &people, covers: list(3, 40), near: list(57, 15) };
            let of = |open: &[usize], lists: &[Vec<usize>]| -> f64 {
                (0..places).filter(|i| open.iter().any(|&s| lists[s].contains(i))).map(|i| people[i]).sum()
            };
            let start = vec![0, 1, 2];
            let need = of(&start, &circle.covers) * 0.9;
            let found = widen(&circle, start.clone(), &|s| s == 1, need);
            assert!(found.len() == 3 && found.contains(&1) && of(&found, &circle.covers) >= need - EPS, "{found:?}");
            let (before, after) = (of(&start, &circle.near), of(&found, &circle.near));
            let mut best = 0.0_f64;
            for a in 0..sites {
                for b in a + 1..sites {
                    let open = [a, b, 1];
                    if a != 1 && b != 1 && of(&open, &circle.covers) >= need - EPS {
                        best = best.max(of(&open, &circle.near));
                    }
                }
            }
            assert!(before <= after && after <= best + EPS, "{before} {after} {best}");
            let exact = super::best(&circle, found, &|s| s == 1, need, &Limits::default(), &crate::outcome::Silent).unwrap();
            assert!((of(&exact, &circle.near) - best).abs() < 1e-6, "seed {seed}: {} against {best}", of(&exact, &circle.near));
            gained += usize::from(after > before);
        }
        assert!(gained > 10, "{gained}");
    }
}
