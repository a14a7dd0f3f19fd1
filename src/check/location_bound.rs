//! The bound of p-median and uncapacitated problems from multipliers alone: what anyone can evaluate without trusting the search.
//!
//! For any `u`: `L(u) = sum_i u_i + min over at most p sites of sum_j rho_j`, `rho_j = sum_i min(0, c_ij - u_i)` (p-median), or
//! `L(u) = sum_i u_i + sum_j min(0, f_j + rho_j)` (uncapacitated), is a lower bound of the optimum (Cornuejols, Fisher & Nemhauser 1977,
//! <https://doi.org/10.1287/mnsc.23.8.789>). It is evaluated on every pair whose cost is below `u_i`: all pairs of a table, and for points those
//! within the distance at which the cost reaches `u_i`, found in a spatial index.

use super::Findings;
use crate::instance::{Distance, Instance, Metric, Problem};
use crate::plan::LocationPlan;
use crate::travel::{Crs, Position, SpatialIndex};
use rayon::prelude::*;

/// Relative room for the rounding of sums, against the sum of the multipliers' magnitudes.
const ROUNDING: f64 = 1e-9;
/// Parts of the clients that are summed in parallel, at any number of threads; the sums run over parts in order.
const PARTS: usize = 8;

/// `L(u)` on the full data; `None` for problems that have no such bound, or when a multiplier is no number or the list is of another length.
/// Clients in `unreachable` (increasing) count in no sum. O(pairs below their multipliers), in parallel, the same at any thread count.
#[must_use]
pub fn lagrangian_bound(instance: &Instance, problem: &Problem, unreachable: &[u32], multipliers: &[f64]) -> Option<f64> {
    if multipliers.len() != instance.clients() || multipliers.iter().any(|u| !u.is_finite()) {
        return None;
    }
    let p = match problem {
        Problem::PMedian { p } => Some(*p),
        Problem::Uncapacitated => None,
        _ => return None,
    };
    let clients: Vec<usize> =
        (0..instance.clients()).filter(|&i| unreachable.binary_search(&(u32::try_from(i).unwrap_or(u32::MAX))).is_err()).collect();
    let finder = Finder::new(instance);
    let part = |own: &[usize]| {
        let mut rho = vec![0.0; instance.sites()];
        own.iter().for_each(|&i| finder.below(instance, i, multipliers[i], |j, saving| rho[j] += saving));
        rho
    };
    let parts: Vec<Vec<f64>> = clients.par_chunks(clients.len().div_ceil(PARTS).max(1)).map(part).collect();
    let mut rho = vec![0.0; instance.sites()];
    for part in parts {
        rho.iter_mut().zip(part).for_each(|(r, s)| *r += s);
    }
    let total: f64 = clients.iter().map(|&i| multipliers[i]).sum();
    Some(match p {
        Some(p) => {
            rho.sort_by(f64::total_cmp);
            total + rho.iter().take(p).sum::<f64>()
        }
        None => total + rho.iter().enumerate().map(|(j, r)| (instance.fixed_cost(j) + r).min(0.0)).sum::<f64>(),
    })
}

/// Finds the sites whose cost for a client is below a multiplier.
enum Finder {
    Scan,
    Index(SpatialIndex, Metric),
}

impl Finder {
    fn new(instance: &Instance) -> Self {
        match &instance.service.distance {
            Distance::Points { sites, metric, .. } if instance.service.per_unit => {
                let crs = if *metric == Metric::GreatCircle { Crs::Wgs84 } else { Crs::PlanarKm };
                let positions = sites.iter().map(|s| Position { x: s[0], y: s[1] }).collect();
                Self::Index(SpatialIndex::new(crs, positions), *metric)
            }
            _ => Self::Scan,
        }
    }

    /// Calls `f` with each site and `c_ij - u_i` where that is negative; every site once, so that their order is of no importance.
    fn below(&self, instance: &Instance, i: usize, u: f64, mut f: impl FnMut(usize, f64)) {
        let mut saving = |j: usize| {
            let s = instance.cost(i, j) - u;
            if s < 0.0 {
                f(j, s);
            }
        };
        let w = instance.demand[i];
        match (self, &instance.service.distance) {
            (Self::Index(index, metric), Distance::Points { clients, .. }) if w > 0.0 && u > 0.0 => {
                // rounding takes at most 1 from a distance
                let room = if matches!(metric, Metric::FloorEuclid | Metric::RoundEuclid) { 1.0 } else { 0.0 };
                let radius = (u / w) * (1.0 + 1e-12) + room;
                let at = Position { x: clients[i][0], y: clients[i][1] };
                index.within(at, radius).iter().for_each(|n| saving(n.index));
            }
            // a client of no demand costs nothing anywhere; with a multiplier below zero no cost is below it
            _ if u <= 0.0 => {}
            _ => (0..instance.sites()).for_each(saving),
        }
    }
}

/// Refuses multipliers that do not prove what is said of them.
pub(super) fn certificate(instance: &Instance, plan: &LocationPlan, found: &mut Findings) {
    let Some(u) = &plan.multipliers else {
        if let Some(claimed) = plan.certified_bound {
            found.add("certificate", "certified_bound", claimed, f64::NAN, "A certified bound is given without multipliers.");
        }
        return;
    };
    let Some(bound) = lagrangian_bound(instance, &plan.problem, &plan.unreachable, u) else {
        found.add(
            "certificate",
            "multipliers",
            u.len() as f64,
            instance.clients() as f64,
            "The multipliers are not of this problem and instance.",
        );
        return;
    };
    let room = ROUNDING * u.iter().map(|u| u.abs()).sum::<f64>().max(1.0);
    let claimed = plan.certified_bound.unwrap_or(f64::NAN);
    found.equal(
        "certificate",
        || "certified_bound".into(),
        claimed,
        bound,
        room,
        "The multipliers prove another bound than is said of them.",
    );
    found.at_most("certificate", || "value".into(), bound, plan.value, room, "The multipliers prove that no solution can have this value.");
}
