//! Which clients can be served at all, and whether so few sites can serve them; a first answer.

use super::lists::short;
use super::start::open_first;
use super::watch::Clock;
use super::whole::nearest_two;
use crate::backend::{BackendError, LpStatus, guarded};
use crate::instance::{Distance, Instance};
use crate::model::LinearModel;
use crate::outcome::{Limit, Limits, Silent};
use std::collections::BTreeSet;

/// What can be said before the search.
pub(super) enum Feasible {
    /// An answer exists: the clients that count, and open sites that serve them all (numbers of the instance).
    Yes { clients: Vec<u32>, first: Vec<u32>, unreachable: Vec<u32> },
    /// None exists.
    No { repair: Vec<String>, unreachable: Vec<u32> },
    /// A limit came first.
    Unknown { limit: Limit, unreachable: Vec<u32> },
}

/// Looks at sizes and gaps in the table; `count` sites are to be opened.
///
/// # Errors
/// When the solver that covers a disconnected instance fails.
pub(super) fn check(instance: &Instance, count: Option<usize>, clock: &Clock<'_>) -> Result<Feasible, BackendError> {
    let sites: Vec<u32> = (0..short(instance.sites())).collect();
    let (clients, unreachable) = reachable(instance);
    let no = |repair: String, unreachable| Ok(Feasible::No { repair: vec![repair], unreachable });
    match count {
        Some(p) if p > sites.len() => {
            return no(format!("{p} sites are to be opened but there are {n}: ask for at most {n} (-p {n})", n = sites.len()), unreachable);
        }
        Some(0) if !clients.is_empty() => {
            return no("no site may be opened but there are clients: ask for at least 1 (-p 1)".to_owned(), unreachable);
        }
        _ => {}
    }
    if clients.is_empty() {
        let served = instance.clients() > unreachable.len();
        let fixed = |j: &u32| instance.fixed_cost(*j as usize);
        let first = match count {
            Some(p) => sites.into_iter().take(p).collect(),
            None => sites.into_iter().min_by(|a, b| fixed(a).total_cmp(&fixed(b))).filter(|_| served).into_iter().collect(),
        };
        return Ok(Feasible::Yes { clients, first, unreachable });
    }
    let mut first = open_first(instance, &clients, &sites, count);
    let unserved = |open: &[u32]| -> Vec<u32> {
        let two = nearest_two(instance, &clients, open);
        clients.iter().zip(two).filter(|(_, t)| !t[0].0.is_finite()).map(|(&i, _)| i).collect()
    };
    let missing = unserved(&first);
    if !missing.is_empty() {
        match count {
            None => {
                for i in missing {
                    let cost = |j: &u32| instance.cost(i as usize, *j as usize);
                    first.extend(sites.iter().copied().filter(|j| cost(j).is_finite()).min_by(|a, b| cost(a).total_cmp(&cost(b))));
                }
                first.sort_unstable();
                first.dedup();
            }
            Some(p) => match cover(instance, &clients, clock)? {
                Err(limit) => return Ok(Feasible::Unknown { limit, unreachable }),
                Ok(least) if least.len() > p => {
                    let what = format!(
                        "{p} sites cannot reach all clients: {n} can, so ask for {} more (-p {n})",
                        least.len() - p,
                        n = least.len()
                    );
                    return no(what, unreachable);
                }
                Ok(mut least) => {
                    let more: Vec<u32> = first.into_iter().chain(sites).filter(|j| !least.contains(j)).collect();
                    let mut seen = BTreeSet::new();
                    let rest = p - least.len();
                    least.extend(more.into_iter().filter(|&j| seen.insert(j)).take(rest));
                    least.sort_unstable();
                    first = least;
                }
            },
        }
    }
    Ok(Feasible::Yes { clients, first, unreachable })
}

/// Clients that count, and those that no site reaches. On points every client is reached; those without demand cost nothing anywhere.
fn reachable(instance: &Instance) -> (Vec<u32>, Vec<u32>) {
    let all = 0..short(instance.clients());
    let reached = |i: u32| (0..instance.sites()).any(|j| instance.cost(i as usize, j).is_finite());
    let (some, none): (Vec<u32>, Vec<u32>) = all.partition(|&i| reached(i));
    let counts = |i: &u32| {
        let free = instance.service.per_unit && instance.demand[*i as usize] <= 0.0;
        !free || matches!(instance.service.distance, Distance::Table { .. })
    };
    (some.into_iter().filter(counts).collect(), none)
}

/// The fewest sites that reach every client: `min sum y, sum over reachable j of y_j >= 1`, one row for each different set of sites.
fn cover(instance: &Instance, clients: &[u32], clock: &Clock<'_>) -> Result<Result<Vec<u32>, Limit>, BackendError> {
    let row =
        |i: u32| -> Vec<u32> { (0..short(instance.sites())).filter(|&j| instance.cost(i as usize, j as usize).is_finite()).collect() };
    let rows: BTreeSet<Vec<u32>> = clients.iter().map(|&i| row(i)).collect();
    let mut entries: Vec<Vec<(usize, f64)>> = vec![Vec::new(); instance.sites()];
    let mut model = LinearModel::new();
    for sites in &rows {
        let r = model.add_row(1.0, f64::INFINITY);
        sites.iter().for_each(|&j| entries[j as usize].push((r, 1.0)));
    }
    // sites that reach the same clients are one column
    let mut seen = BTreeSet::new();
    let mut names = Vec::new();
    for (j, own) in entries.iter().enumerate() {
        if !own.is_empty() && seen.insert(own.iter().map(|e| e.0).collect::<Vec<_>>()) {
            model.add_binary(1.0, own);
            names.push(short(j));
        }
    }
    let limits = Limits { time: clock.left(), gap: 0.0, threads: 1 };
    let solution = guarded::solve_mip(&model, None, &limits, &Silent)?;
    match solution.status {
        LpStatus::Optimal => Ok(Ok(names.iter().zip(&solution.values).filter(|(_, v)| **v > 0.5).map(|(&j, _)| j).collect())),
        LpStatus::Stopped(limit) => Ok(Err(limit)),
        other => Err(BackendError::Failed { backend: "mip", what: format!("the covering question ended as {other:?}") }),
    }
}
