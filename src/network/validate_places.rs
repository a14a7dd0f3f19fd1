//! Positions: outside of the globe, swapped, at zero, or so far from all the rest that they lie in the sea.
//!
//! No coastline with a usable licence ships with the program, so "in the sea" is told by distance: a robust centre (the median of the settlements)
//! and a robust spread (the median distance to it) are held against each place.

use super::Network;
use super::codes;
use super::problem::{Place, Problem, Problems};
use super::tables::{Lines, Table};
use crate::travel::metric::distance_km;
use crate::travel::{Crs, Position};
use rayon::prelude::*;

/// Farther than this from the centre of the settlements is an error in a case about a region, km.
pub const FAR_KM: f64 = 1000.0;
/// Spread of the settlements (half lie within it) from which on a case is as large as a large province, km.
const PROVINCE_SPREAD_KM: f64 = 100.0;
/// Median distance to the centre beyond which a case is about a country, where far places are only a warning, km.
const COUNTRY_SPREAD_KM: f64 = 300.0;
/// Farthest plane coordinate, km.
const PLANE_LIMIT_KM: f64 = 20_000.0;
/// Farther than this from its own township seat is odd for a settlement, km.
const TOWN_REACH_KM: f64 = 200.0;

/// Longitudes and latitudes of China, roughly: where swapped numbers are recognised.
fn in_china(p: Position) -> bool {
    (73.0..=136.0).contains(&p.x) && (3.0..=54.0).contains(&p.y)
}

fn swapped(p: Position) -> Position {
    Position { x: p.y, y: p.x }
}

fn on_globe(p: Position) -> bool {
    p.x.abs() <= 180.0 && p.y.abs() <= 90.0
}

/// A place with where it stands in the tables.
struct Spot {
    table: Table,
    row: usize,
    at: Position,
    /// Held against the centre: everything but provincial, regional and national centres, which stand where they stand.
    local: bool,
}

/// Checks all positions.
pub fn positions(network: &Network, lines: &Lines, problems: &mut Problems) {
    let settlements =
        network.settlements.iter().enumerate().map(|(row, s)| Spot { table: Table::Settlements, row, at: s.position, local: true });
    let towns = network.towns.iter().enumerate().map(|(row, t)| Spot { table: Table::Townships, row, at: t.position, local: true });
    let facilities =
        network.facilities.iter().enumerate().map(|(row, f)| Spot { table: Table::Facilities, row, at: f.position, local: f.rank() <= 4 });
    let spots: Vec<Spot> = settlements.chain(towns).chain(facilities).filter(|s| s.at.x.is_finite() && s.at.y.is_finite()).collect();
    let known: Vec<Position> = spots.iter().filter(|s| s.table == Table::Settlements).map(|s| s.at).collect();
    if known.is_empty() {
        return;
    }
    if network.crs == Crs::Wgs84 && geographic_as_a_whole(&known, lines, problems) {
        return;
    }
    if network.crs == Crs::PlanarKm && known.len() > 1 && known.iter().all(|&p| in_china(p)) {
        let message = "all settlements have x from 73 to 136 and y from 3 to 54";
        problems.push(Problem::new(&codes::PLANAR_LOOKS_GEOGRAPHIC, lines.whole(Table::Settlements), message).column("x"));
    }
    let inside = |p: Position| match network.crs {
        Crs::Wgs84 => on_globe(p),
        Crs::PlanarKm => p.x.abs() <= PLANE_LIMIT_KM && p.y.abs() <= PLANE_LIMIT_KM,
    };
    let valid: Vec<Position> = known.into_iter().filter(|&p| inside(p)).collect();
    let Some(centre) = centre(&valid) else {
        for s in &spots {
            range_problem(network.crs, s, lines, problems);
        }
        return;
    };
    let spread = median(valid.par_iter().map(|&p| distance_km(network.crs, p, centre)).collect());
    let far: Vec<f64> = spots.par_iter().map(|s| distance_km(network.crs, s.at, centre)).collect();
    for (s, km) in spots.iter().zip(far) {
        if inside(s.at) {
            far_problem(network.crs, s, (centre, km), spread, lines, problems);
        } else {
            range_problem(network.crs, s, lines, problems);
        }
    }
    towns_reach(network, lines, problems, inside);
}

/// Mistakes of a whole geographic case; true when it makes no sense to look at single rows.
fn geographic_as_a_whole(known: &[Position], lines: &Lines, problems: &mut Problems) -> bool {
    let place = || lines.whole(Table::Settlements);
    let beyond = known.iter().filter(|&&p| p.x.abs() > 180.0 || p.y.abs() > 180.0).count();
    if 2 * beyond > known.len() {
        let message = format!("{beyond} of {} settlements have numbers beyond 180 degrees", known.len());
        problems.push(Problem::new(&codes::GEOGRAPHIC_LOOKS_PLANAR, place(), message).column("lon"));
        return true;
    }
    let turned = known.iter().filter(|&&p| !in_china(p) && in_china(swapped(p))).count();
    if known.len() > 1 && turned == known.len() {
        let message = "every settlement lies in China once its two numbers are swapped, and none does as it stands";
        let first = known[0];
        let remedy = "swap the headers lon and lat";
        let value = format!("{}, {}", first.x, first.y);
        problems.push(Problem::new(&codes::POSITION_SWAPPED, place(), message).column("lon").value(value).remedy(remedy));
        return true;
    }
    false
}

fn columns(crs: Crs) -> (&'static str, &'static str) {
    match crs {
        Crs::Wgs84 => ("lon", "lat"),
        Crs::PlanarKm => ("x", "y"),
    }
}

fn range_problem(crs: Crs, s: &Spot, lines: &Lines, problems: &mut Problems) {
    let (x, y) = columns(crs);
    let place = lines.place(s.table, s.row);
    let value = format!("{}, {}", s.at.x, s.at.y);
    if crs == Crs::Wgs84 && on_globe(swapped(s.at)) && (in_china(swapped(s.at)) || s.at.y.abs() > 90.0 && s.at.x.abs() <= 90.0) {
        let remedy = format!("write lon = {} and lat = {}", s.at.y, s.at.x);
        let message = "the latitude is beyond 90 degrees; swapped, the two numbers are a place on Earth";
        problems.push(Problem::new(&codes::POSITION_SWAPPED, place, message).column(x).value(value).remedy(remedy));
        return;
    }
    let column = if (crs == Crs::Wgs84 && s.at.x.abs() > 180.0) || (crs == Crs::PlanarKm && s.at.x.abs() > PLANE_LIMIT_KM) { x } else { y };
    problems.push(Problem::new(&codes::POSITION_RANGE, place, "no such position").column(column).value(value));
}

fn far_problem(crs: Crs, s: &Spot, (centre, km): (Position, f64), spread: f64, lines: &Lines, problems: &mut Problems) {
    let (x, _) = columns(crs);
    let limit = reach(spread);
    let zero = crs == Crs::Wgs84 && s.at.x.abs() < 1e-9 && s.at.y.abs() < 1e-9;
    if !zero && (!s.local || km <= limit) {
        return;
    }
    let place = lines.place(s.table, s.row);
    let value = format!("{}, {}", s.at.x, s.at.y);
    if zero {
        let problem = Problem::new(&codes::POSITION_ZERO, place.clone(), "longitude and latitude are both 0").column(x).value(&value);
        problems.push(if km > FAR_KM && s.local { far_error(problem) } else { problem });
    }
    if !s.local || km <= limit || zero {
        return;
    }
    let back = swapped(s.at);
    let plausible = !in_china(s.at) || in_china(back);
    if crs == Crs::Wgs84 && plausible && on_globe(back) && distance_km(crs, back, centre) <= limit.max(10.0 * spread) {
        let remedy = format!("write lon = {} and lat = {}", back.x, back.y);
        let message = format!("{km:.0} km from the other settlements, but among them once swapped");
        problems.push(Problem::new(&codes::POSITION_SWAPPED, place, message).column(x).value(value).remedy(remedy));
        return;
    }
    let message = format!("{km:.0} km from the middle of the settlements, half of which lie within {spread:.0} km of it");
    let problem = Problem::new(&codes::POSITION_FAR, place, message).column(x).value(value);
    problems.push(if km > FAR_KM && spread < COUNTRY_SPREAD_KM { problem } else { problem.warning() });
}

/// How far from the middle a place of a case may lie, km: a whole country reaches far by itself, and so does a province along a desert road (Gansu: 1,600 km).
fn reach(spread: f64) -> f64 {
    let province = (10.0 * spread).min(5.0 * COUNTRY_SPREAD_KM);
    if spread >= PROVINCE_SPREAD_KM { FAR_KM.max(province).max(5.0 * spread) } else { FAR_KM.min((20.0 * spread).max(TOWN_REACH_KM)) }
}

fn far_error(mut problem: Problem) -> Problem {
    problem.severity = super::Severity::Error;
    problem
}

/// Settlements far from the seat of their own township: one by one, or the whole table when half of them are.
fn towns_reach(network: &Network, lines: &Lines, problems: &mut Problems, inside: impl Fn(Position) -> bool + Sync) {
    let reach = |(row, s): (usize, &super::Settlement)| {
        let town = network.towns.get(s.town.index())?;
        let km = (inside(s.position) && inside(town.position)).then(|| distance_km(network.crs, s.position, town.position))?;
        (km > TOWN_REACH_KM).then_some((row, km))
    };
    let far: Vec<(usize, f64)> = network.settlements.par_iter().enumerate().filter_map(reach).collect();
    if network.crs == Crs::Wgs84 && network.settlements.len() >= 4 && 2 * far.len() > network.settlements.len() {
        let message = format!(
            "{} of {} settlements lie more than {TOWN_REACH_KM} km from the seat of their township",
            far.len(),
            network.settlements.len()
        );
        let place: Place = lines.whole(Table::Settlements);
        problems.push(Problem::new(&codes::GEOGRAPHIC_LOOKS_PLANAR, place, message).column("lon"));
        return;
    }
    for (row, km) in far {
        let s = &network.settlements[row];
        let message = format!("{km:.0} km from the seat of township {}", network.towns[s.town.index()].code);
        let value = format!("{}, {}", s.position.x, s.position.y);
        let place = lines.place(Table::Settlements, row);
        problems.push(Problem::new(&codes::POSITION_FAR_FROM_TOWN, place, message).column(columns(network.crs).0).value(value));
    }
}

fn centre(points: &[Position]) -> Option<Position> {
    if points.is_empty() {
        return None;
    }
    Some(Position { x: median(points.iter().map(|p| p.x).collect()), y: median(points.iter().map(|p| p.y).collect()) })
}

/// Median (the upper one of an even number); 0 when there is nothing.
fn median(mut values: Vec<f64>) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A larger case reaches farther, without a step; half of Gansu's settlements lie within 174 km, its farthest 1,068 km away.
    #[test]
    fn the_reach_of_a_case_grows_with_it() {
        let all: Vec<f64> = (0..2000).map(|km| reach(f64::from(km))).collect();
        assert!(all.windows(2).all(|w| w[0] <= w[1] && w[1] - w[0] <= 20.0), "{all:?}");
        assert!(reach(174.0) > 1068.0 && reach(174.0) <= 1500.0 && reach(5.0) < 250.0);
    }
}
