//! Who is served from where when the open sites are given, and who cannot be served at all. Exact, in parallel, in a fixed order.

use crate::instance::{Distance, Instance, Metric, Problem};
use crate::travel::{Crs, Position, SpatialIndex};
use rayon::prelude::*;

/// Open sites below which a scan beats a tree.
const SCAN: usize = 16;

/// The nearest open site of each client by distance, ties by the lower site; `None` where there is no way to any.
///
/// With points and many sites a spatial index is asked: rounding keeps the order of distances, so that its nearest is a nearest of ours.
/// O(clients x open) for tables, O(clients log open) for points.
#[must_use]
pub fn nearest(instance: &Instance, open: &[u32]) -> Vec<Option<u32>> {
    let scan = |i: usize| {
        let mut best = (f64::INFINITY, None);
        for &j in open {
            let d = instance.distance(i, j as usize);
            if d < best.0 {
                best = (d, Some(j));
            }
        }
        best.1
    };
    match &instance.service.distance {
        Distance::Points { clients, sites, metric } if open.len() > SCAN => {
            let index = index_of(*metric, open.iter().map(|&j| sites[j as usize]));
            clients.par_iter().map(|c| index.nearest(position(*c), 1).first().map(|n| open[n.index])).collect()
        }
        _ => (0..instance.clients()).into_par_iter().map(scan).collect(),
    }
}

/// A spatial index over points.
#[must_use]
pub fn index_of(metric: Metric, points: impl Iterator<Item = [f64; 2]>) -> SpatialIndex {
    let crs = if metric == Metric::GreatCircle { Crs::Wgs84 } else { Crs::PlanarKm };
    SpatialIndex::new(crs, points.map(position).collect())
}

/// A point as a position.
#[must_use]
pub fn position(p: [f64; 2]) -> Position {
    Position { x: p[0], y: p[1] }
}

/// Distance from each client to its nearest candidate site; `inf` where there is no way to any.
#[must_use]
pub fn reach(instance: &Instance) -> Vec<f64> {
    match &instance.service.distance {
        Distance::Points { clients, sites, metric } if sites.len() > SCAN => {
            let index = index_of(*metric, sites.iter().copied());
            let near = |i: usize| index.nearest(position(clients[i]), 1).first().map_or(f64::INFINITY, |n| instance.distance(i, n.index));
            (0..clients.len()).into_par_iter().map(near).collect()
        }
        _ => {
            let sites = instance.sites();
            let near = |i: usize| (0..sites).map(|j| instance.distance(i, j)).fold(f64::INFINITY, f64::min);
            (0..instance.clients()).into_par_iter().map(near).collect()
        }
    }
}

/// Clients that no candidate site can serve, increasing: no way to any (nor, for two levels, on to a plant), or for maximal covering none within the distance.
#[must_use]
pub fn unreachable(instance: &Instance, problem: &Problem) -> Vec<u32> {
    let far: Vec<bool> = match problem {
        Problem::MaxCover { within, .. } => reach(instance).iter().map(|d| d > within).collect(),
        Problem::TwoLevel | Problem::TwoStage => {
            let fed = fed_depots(instance);
            let served = |i: usize| (0..instance.sites()).any(|j| fed[j] && instance.distance(i, j).is_finite());
            (0..instance.clients()).into_par_iter().map(|i| !served(i)).collect()
        }
        _ => reach(instance).iter().map(|d| d.is_infinite()).collect(),
    };
    #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
    (0..far.len()).filter(|&i| far[i]).map(|i| i as u32).collect()
}

/// Depots that some plant can send to.
#[must_use]
pub fn fed_depots(instance: &Instance) -> Vec<bool> {
    let Some(upper) = &instance.upper else { return vec![false; instance.sites()] };
    let plants = upper.fixed.len();
    (0..instance.sites()).map(|j| (0..plants).any(|k| upper.unit_cost[j * plants + k].is_finite())).collect()
}

/// Sum of the service costs of an assignment, in the order of clients.
#[must_use]
pub fn service_cost(instance: &Instance, site: &[Option<u32>]) -> f64 {
    site.iter().enumerate().filter_map(|(i, j)| j.map(|j| instance.cost(i, j as usize))).sum()
}

/// Value of open sites for the problems whose clients simply go to the nearest: p-median, p-center, both coverage problems, uncapacitated. The assignment comes
/// with it; for coverage a client is assigned when it is covered. Infinite when a client that counts is left out.
#[must_use]
pub fn value_of_open(instance: &Instance, problem: &Problem, open: &[u32], unreachable: &[u32]) -> (f64, Vec<Option<u32>>) {
    let mut site = nearest(instance, open);
    let distance = |i: usize, j: u32| instance.distance(i, j as usize);
    if let Problem::SetCover { within } | Problem::MaxCover { within, .. } = problem {
        for (i, s) in site.iter_mut().enumerate() {
            *s = s.filter(|&j| distance(i, j) <= *within);
        }
    }
    let fixed: f64 = open.iter().map(|&j| opening_cost(instance, problem, j as usize)).sum();
    let left_out = site.iter().filter(|s| s.is_none()).count() > unreachable.len();
    let value = match problem {
        Problem::MaxCover { .. } => site.iter().zip(&instance.demand).filter(|(s, _)| s.is_some()).map(|(_, w)| w).sum(),
        _ if left_out => f64::INFINITY,
        Problem::PCenter { .. } => site.iter().enumerate().filter_map(|(i, s)| s.map(|j| distance(i, j))).fold(0.0, f64::max),
        Problem::SetCover { .. } => fixed,
        _ => fixed + service_cost(instance, &site),
    };
    (value, site)
}

/// What opening a site adds to the value of a problem.
#[must_use]
pub fn opening_cost(instance: &Instance, problem: &Problem, site: usize) -> f64 {
    match problem {
        Problem::SetCover { .. } => instance.fixed.get(site).copied().unwrap_or(1.0),
        Problem::PMedian { .. } | Problem::PCenter { .. } | Problem::MaxCover { .. } | Problem::CapacitatedPMedian { .. } => 0.0,
        _ => instance.fixed_cost(site),
    }
}
