//! Who reaches whom, and in how many minutes: the boundary between access measures and the travel model.
//!
//! Under the metric model a bound in minutes becomes a bound in kilometres, candidates come from an index, and each candidate's minutes are
//! computed exactly. Points are indexed on the unit sphere (or in the plane): an index on degrees gives wrong neighbours. Speeds rise with
//! road length, so minutes are *not* monotone in distance (59 km at 45 km/h take longer than 61 km at 80 km/h); the search for the nearest goes
//! on until no farther place can be faster.

use crate::network::Network;
use crate::travel::metric::{MetricParams, distance_km};
use crate::travel::{Crs, Position, Travel};
use rayon::prelude::*;
use rstar::RTree;
use rstar::primitives::GeomWithData;

/// Mean Earth radius of the IUGG, km: turns kilometres into chords of the unit sphere.
const EARTH_RADIUS_KM: f64 = 6371.0088;
/// Slack for rounding when a bound is turned into a radius; candidates are tested exactly afterwards.
const SLACK: f64 = 1.0 + 1e-9;

type Point = GeomWithData<[f64; 3], u32>;

/// For each facility of `facilities` (positions in the table) the settlements within `limit` minutes, one way, with their minutes, by settlement.
///
/// `None` when the travel model cannot be asked. `O(m log n + pairs)` over `m` facilities and `n` settlements, in parallel, same result at any thread count.
#[must_use]
pub fn times_within(network: &Network, travel: &Travel, facilities: &[usize], limit: f64) -> Option<Vec<Vec<(u32, f64)>>> {
    let Travel::Metric(params) = travel else { return None };
    let crs = network.crs;
    let tree = index(network.settlements.iter().map(|s| s.position), crs);
    let radius = chord(crs, farthest_km(params, limit) / params.circuity) * SLACK;
    let of_facility = |&j: &usize| {
        let f = &network.facilities[j];
        let mut found: Vec<(u32, f64)> = tree
            .locate_within_distance(point(f.position, crs), radius * radius)
            .filter_map(|p| {
                let minutes = minutes(network, params, p.data as usize, j);
                (minutes <= limit).then_some((p.data, minutes))
            })
            .collect();
        found.sort_unstable_by_key(|(i, _)| *i);
        found
    };
    Some(facilities.par_iter().map(of_facility).collect())
}

/// Minutes from each settlement to the nearest (in time) of `facilities`; an entry is `None` when there is none.
///
/// `None` when the travel model cannot be asked. `O(n log m)` for well spread facilities, in parallel, same result at any thread count.
#[must_use]
pub fn nearest(network: &Network, travel: &Travel, facilities: &[usize]) -> Option<Vec<Option<f64>>> {
    let Travel::Metric(params) = travel else { return None };
    let crs = network.crs;
    let tree = {
        let points = facilities.iter().map(|&j| entry(point(network.facilities[j].position, crs), j)).collect();
        RTree::bulk_load(points)
    };
    let of_settlement = |i: usize| {
        let here = network.settlements[i].position;
        let mut best: Option<f64> = None;
        for p in tree.nearest_neighbor_iter(&point(here, crs)) {
            let j = p.data as usize;
            let road_km = params.circuity * distance_km(crs, here, network.facilities[j].position);
            if best.is_some_and(|b| least_minutes(params, road_km / SLACK) >= b) {
                break;
            }
            let t = minutes(network, params, i, j);
            best = Some(best.map_or(t, |b| b.min(t)));
        }
        best
    };
    Some((0..network.settlements.len()).into_par_iter().map(of_settlement).collect())
}

/// Minutes between a settlement and a facility; urban speed holds when both lie in the same city core.
fn minutes(network: &Network, params: &MetricParams, settlement: usize, facility: usize) -> f64 {
    let (s, f) = (&network.settlements[settlement], &network.facilities[facility]);
    let same_core = f.area == Some(s.area) && network.is_urban(s.area);
    params.minutes(network.crs, s.position, f.position, same_core)
}

/// Speed bands `(from, to, kmh)` by road kilometres, as [`MetricParams::minutes`] reads them.
fn bands(params: &MetricParams) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
    let mut from = 0.0_f64;
    let last = params.speeds.last().and_then(|s| s.below_km);
    let rest = (params.speeds.is_empty() || last.is_some()).then(|| (last.unwrap_or(0.0), f64::INFINITY, params.urban_kmh));
    params
        .speeds
        .iter()
        .map(move |s| {
            let band = (from, s.below_km.unwrap_or(f64::INFINITY), s.kmh);
            from = band.1;
            band
        })
        .chain(rest)
        .chain(std::iter::once((0.0, f64::INFINITY, params.urban_kmh)))
}

/// Road kilometres beyond which nothing is within `limit` minutes.
fn farthest_km(params: &MetricParams, limit: f64) -> f64 {
    bands(params)
        .filter_map(|(from, to, kmh)| {
            let reach = (limit - params.fixed_minutes) * kmh / 60.0;
            (reach >= from).then_some(reach.min(to))
        })
        .fold(0.0, f64::max)
}

/// No place at `road_km` or farther is reached in fewer minutes than this.
fn least_minutes(params: &MetricParams, road_km: f64) -> f64 {
    bands(params)
        .filter(|(_, to, _)| *to > road_km)
        .map(|(from, _, kmh)| params.fixed_minutes + 60.0 * road_km.max(from) / kmh)
        .fold(f64::INFINITY, f64::min)
}

fn index(positions: impl Iterator<Item = Position>, crs: Crs) -> RTree<Point> {
    RTree::bulk_load(positions.enumerate().map(|(i, p)| entry(point(p, crs), i)).collect())
}

#[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
fn entry(at: [f64; 3], row: usize) -> Point {
    GeomWithData::new(at, row as u32)
}

/// A position as a point of the index: on the unit sphere, or in the plane.
fn point(p: Position, crs: Crs) -> [f64; 3] {
    match crs {
        Crs::PlanarKm => [p.x, p.y, 0.0],
        Crs::Wgs84 => {
            let (lon, lat) = (p.x.to_radians(), p.y.to_radians());
            [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
        }
    }
}

/// Length in the index of a straight distance: itself in the plane, the chord on the unit sphere.
fn chord(crs: Crs, km: f64) -> f64 {
    match crs {
        Crs::PlanarKm => km,
        Crs::Wgs84 => 2.0 * (km / (2.0 * EARTH_RADIUS_KM)).min(std::f64::consts::FRAC_PI_2).sin(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold_at_every_distance() {
        let params = MetricParams::default();
        let minutes = |km: f64, core| {
            let b = Position { x: km / params.circuity, y: 0.0 };
            params.minutes(Crs::PlanarKm, Position::default(), b, core)
        };
        let roads: Vec<f64> = (0..6000).map(|n| f64::from(n) * 0.1).collect();
        for limit in [2.0, 15.0, 30.0, 60.0, 84.0, 120.0] {
            let far = farthest_km(&params, limit) + 1e-6;
            assert!(roads.iter().filter(|km| **km > far).all(|km| minutes(*km, false) > limit && minutes(*km, true) > limit));
        }
        for (n, km) in roads.iter().enumerate() {
            let least = least_minutes(&params, *km);
            let true_least = roads[n..].iter().map(|x| minutes(*x, false).min(minutes(*x, true))).fold(f64::INFINITY, f64::min);
            assert!(least <= true_least + 1e-9, "{km}: {least} > {true_least}");
            assert!(least >= true_least - 0.3, "{km}: the bound {least} is too weak against {true_least}");
        }
    }
}
