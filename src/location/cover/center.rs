//! p-center: the smallest distance within which `p` sites reach everybody.
//!
//! The optimum is the distance of some pair, and `p` sites within `r` exist exactly when a set covering problem has an answer of `p` columns
//! (Minieka 1970, <https://doi.org/10.1137/1012016>). So the interval between a distance that is too small and one that was reached is halved: a yes lowers the
//! value to what its sites really reach, a no lifts the bound to the next distance of any pair. Both sides are valid at all times. It begins with the distance
//! of the client furthest from any site, and with farthest-first sites (Gonzalez 1985, <https://doi.org/10.1016/0304-3975(85)90224-5>).
//! A question is asked of a sample of the clients first (Chen & Chen 2009, <https://doi.org/10.1016/j.cor.2008.03.009>): a no holds for all of them, and
//! sites that reach the sample are measured on all clients, of whom those left out furthest join the sample. Lists are made for each distance anew, by
//! range queries where there are points: memory grows with the pairs of the sample within reach, not with all.

use super::pairs::Near;
use super::reduce::Cover;
use super::setcover::{Effort, cover};
use super::{Found, Run};
use crate::backend::BackendError;
use crate::instance::Distance;
use crate::location::serve;
use crate::outcome::{Bounds, Limit};
use rayon::prelude::*;

/// Part of the value below which the ends of a search with quick questions have met.
const NARROW: f64 = 0.002;

/// Solves (7) of `whole`.
pub(super) fn solve(run: &Run<'_>, p: usize) -> Result<Found, BackendError> {
    if run.clients.is_empty() {
        return Ok(Found { open: Some(Vec::new()), bound: 0.0, limit: None, repair: None });
    }
    let reach = serve::reach(run.instance);
    let mut bound = run.clients.iter().map(|&i| reach[i as usize]).fold(0.0, f64::max);
    let near = Near::new(*run);
    let (mut open, mut value, mut sample) = farthest_first(run, p);
    let stop = |open: Option<Vec<u32>>, bound: f64, limit: Limit| Ok(Found { open, bound, limit: Some(limit), repair: None });
    if value.is_infinite() {
        // several parts without a way between them: is p enough at all?
        let most = largest(run);
        match question(run, &near, most, p, Effort::Full, &mut sample, &mut (Vec::new(), value))? {
            Said::Yes(sites) => (open, value) = measured(run, sites),
            Said::No => {
                let fewest = match near.within(most) {
                    Ok(rows) => cover(run, Cover::new(rows, vec![1.0; run.instance.sites()]), None, Effort::Full)?,
                    Err(limit) => return stop(None, bound, limit),
                };
                let repair = vec![format!("-p {} at least: {p} sites cannot reach every client", fewest.bound.ceil())];
                return Ok(Found { open: None, bound, limit: None, repair: Some(repair) });
            }
            Said::Unknown(limit) => return stop(None, bound, limit),
        }
    }
    let say = |value: f64, bound: f64| run.watch.improved(Bounds { primal: value, dual: bound });
    say(value, bound);
    // Quick questions first, from both ends: below the first radius that stays open the bound rises, above the last the value falls. Only what is left
    // between is asked to the end.
    let close = |value: f64, bound: f64| value - bound <= run.settings.limits.gap * value.max(1.0);
    let mut undecided: Option<(f64, f64)> = None;
    let mut effort = Effort::Quick;
    while !close(value, bound) {
        let (low, high) = match undecided {
            _ if effort == Effort::Full => (bound, value),
            None => (bound, value),
            Some((first, _)) if first - bound > NARROW * value => (bound, first),
            Some((_, last)) => (last, value),
        };
        let middle = low + 0.5 * (high - low);
        let r = if middle < value { middle } else { low };
        if effort == Effort::Quick && undecided.is_some() && high - low <= NARROW * value {
            effort = Effort::Full;
            continue;
        }
        let mut best = (Vec::new(), value);
        let said = question(run, &near, r, p, effort, &mut sample, &mut best)?;
        if best.1 < value {
            // sites for the sample may serve everybody better than any before, though not within r
            (open, value) = best;
            undecided = undecided.filter(|u| u.0 < value).map(|u| (u.0, u.1.min(value)));
        }
        match said {
            Said::Yes(sites) => {
                let (sites, reached) = measured(run, sites);
                if reached >= value {
                    break;
                }
                (open, value) = (sites, reached);
                undecided = undecided.filter(|u| u.0 < value).map(|u| (u.0, u.1.min(value)));
            }
            // the value is the distance of a pair, so that there is always a next one
            Said::No => match near.next_distance(r, value) {
                Ok(next) => {
                    bound = next.unwrap_or(value);
                    undecided = undecided.filter(|u| u.1 >= bound).map(|u| (u.0.max(bound), u.1));
                }
                Err(limit) => return stop(Some(open), bound.max(r), limit),
            },
            Said::Unknown(_) if effort == Effort::Quick && run.watch.over().is_none() => {
                undecided = Some(undecided.map_or((r, r), |u| (u.0.min(r), u.1.max(r))));
            }
            Said::Unknown(limit) => return stop(Some(open), bound, run.watch.over().unwrap_or(limit)),
        }
        say(value, bound);
    }
    Ok(Found { open: Some(open), bound, limit: None, repair: None })
}

/// Whether `p` sites reach everybody within a distance.
enum Said {
    Yes(Vec<u32>),
    No,
    Unknown(Limit),
}

/// Asks for a sample of the clients, which grows until a no holds or the sites reach everybody. Sites that reach everybody within less than `best` are
/// kept there.
fn question(
    run: &Run<'_>,
    near: &Near<'_>,
    radius: f64,
    p: usize,
    effort: Effort,
    sample: &mut Vec<u32>,
    best: &mut (Vec<u32>, f64),
) -> Result<Said, BackendError> {
    loop {
        let rows = match near.within_of(sample, radius) {
            Ok(rows) => rows,
            Err(limit) => return Ok(Said::Unknown(limit)),
        };
        if rows.iter().any(Vec::is_empty) {
            return Ok(Said::No);
        }
        let found = cover(run, Cover::new(rows, vec![1.0; run.instance.sites()]), Some(p as f64), effort)?;
        let sites = match found.chosen {
            Some(sites) if sites.len() <= p => sites,
            _ if found.bound > p as f64 + 1e-9 => return Ok(Said::No),
            _ => return Ok(Said::Unknown(found.limit.unwrap_or(Limit::Numerics))),
        };
        let far = distances(run, &sites);
        let value = far.iter().fold(0.0, |a: f64, b| a.max(*b));
        if value <= radius {
            return Ok(Said::Yes(sites));
        }
        if value < best.1 {
            *best = measured(run, sites);
        }
        let before = sample.len();
        join(run, sample, &far, radius, (p / 2).clamp(10, 500));
        if let Some(limit) = run.watch.over() {
            return Ok(Said::Unknown(limit));
        }
        if sample.len() == before {
            // all that are left out are in the sample already: rounding of distances
            return Ok(Said::Unknown(Limit::Numerics));
        }
    }
}

/// Adds clients beyond the radius, the furthest first, none close to another new one.
fn join(run: &Run<'_>, sample: &mut Vec<u32>, far: &[f64], radius: f64, most: usize) {
    let mut left: Vec<usize> = (0..far.len()).filter(|&k| far[k] > radius).collect();
    left.sort_unstable_by(|&a, &b| far[b].total_cmp(&far[a]).then(a.cmp(&b)));
    let known: std::collections::BTreeSet<u32> = sample.iter().copied().collect();
    let apart = |a: u32, b: u32| match &run.instance.service.distance {
        Distance::Points { clients, .. } => {
            let (a, b) = (clients[a as usize], clients[b as usize]);
            (a[0] - b[0]).hypot(a[1] - b[1])
        }
        Distance::Table { .. } => f64::INFINITY,
    };
    // on a globe coordinates are degrees: whatever this leaves out joins later
    let room = 0.5 * radius;
    let mut new: Vec<u32> = Vec::new();
    for (tried, k) in left.into_iter().enumerate() {
        let i = run.clients[k];
        if new.len() >= most || (tried > 50 * most && !new.is_empty()) {
            break;
        }
        if !known.contains(&i) && (new.is_empty() || new.iter().all(|&j| apart(i, j) > room)) {
            new.push(i);
        }
    }
    sample.extend(new);
}

/// Distance of each client of the run to the nearest of some sites.
fn distances(run: &Run<'_>, open: &[u32]) -> Vec<f64> {
    let site = serve::nearest(run.instance, open);
    run.clients.iter().map(|&i| site[i as usize].map_or(f64::INFINITY, |j| run.instance.distance(i as usize, j as usize))).collect()
}

/// Open sites in order, with the distance that they really reach everybody within.
fn measured(run: &Run<'_>, mut open: Vec<u32>) -> (Vec<u32>, f64) {
    open.sort_unstable();
    let value = distances(run, &open).into_iter().fold(0.0, f64::max);
    (open, value)
}

/// Opens the site nearest to the client furthest from what is open, `p` times; also says who these clients were, and who is furthest in the end.
/// O(p x (clients + sites)).
fn farthest_first(run: &Run<'_>, p: usize) -> (Vec<u32>, f64, Vec<u32>) {
    let instance = run.instance;
    let sites = instance.sites();
    let mut distance = vec![f64::INFINITY; run.clients.len()];
    let mut open: Vec<u32> = Vec::with_capacity(p);
    let mut picked = Vec::new();
    while open.len() <= p && run.watch.over().is_none() {
        let key = |n: usize| (distance[n], std::cmp::Reverse(n));
        let Some(far) = (0..distance.len()).max_by(|&a, &b| key(a).0.total_cmp(&key(b).0).then(key(a).1.cmp(&key(b).1))) else { break };
        if distance[far] <= 0.0 {
            break;
        }
        let client = run.clients[far] as usize;
        picked.push(run.clients[far]);
        if open.len() == p {
            break;
        }
        let nearest = (0..sites)
            .into_par_iter()
            .map(|j| (instance.distance(client, j), j))
            .reduce(|| (f64::INFINITY, usize::MAX), |a, b| if (b.0, b.1) < (a.0, a.1) { b } else { a });
        if nearest.0.is_infinite() || open.contains(&super::id(nearest.1)) {
            break;
        }
        open.push(super::id(nearest.1));
        distance.par_iter_mut().zip(run.clients).for_each(|(d, &i)| *d = d.min(instance.distance(i as usize, nearest.1)));
    }
    let (open, value) = measured(run, open);
    (open, value, picked)
}

/// The largest distance of any pair that has a way.
fn largest(run: &Run<'_>) -> f64 {
    let of =
        |&i: &u32| (0..run.instance.sites()).map(|j| run.instance.distance(i as usize, j)).filter(|d| d.is_finite()).fold(0.0, f64::max);
    run.clients.par_iter().map(of).reduce(|| 0.0, f64::max)
}
