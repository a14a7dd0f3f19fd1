//! The land: a grid of prefectures, areas in each, and branching valleys along which people settle. All lengths in km.

use super::SynthParams;
use crate::travel::{Crs, Position, metric::EARTH_RADIUS_KM};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::f64::consts::{PI, TAU};

/// Where the middle of the land lies on the globe.
const MIDDLE: Position = Position { x: 106.0, y: 32.0 };

/// A point on the plane of the land, km from its middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    pub(super) x: f64,
    pub(super) y: f64,
}

impl Spot {
    pub(super) fn step(self, heading: f64, km: f64) -> Self {
        Self { x: self.x + km * heading.cos(), y: self.y + km * heading.sin() }
    }

    fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// A spot scattered around this one with the given standard deviation.
    pub(super) fn near(self, km: f64, rng: &mut ChaCha8Rng) -> Self {
        Self { x: self.x + km * normal(rng), y: self.y + km * normal(rng) }
    }
}

/// The grid of prefectures.
pub(super) struct Land {
    crs: Crs,
    side: f64,
    columns: usize,
    rows: usize,
}

impl Land {
    pub(super) fn new(params: &SynthParams) -> Self {
        let columns = params.columns();
        Self { crs: params.crs, side: params.side_km(), columns, rows: params.prefectures.div_ceil(columns) }
    }

    pub(super) fn side(&self) -> f64 {
        self.side
    }

    /// How far an area stretches from its seat.
    pub(super) fn reach(&self, core: bool) -> f64 {
        self.side * if core { 0.07 } else { 0.22 }
    }

    /// Seats of the areas of a prefecture: the core near the middle, the counties around it.
    pub(super) fn areas(&self, prefecture: usize, areas: usize, rng: &mut ChaCha8Rng) -> Vec<Spot> {
        let row = prefecture / self.columns;
        // Rows run to and fro, so that prefectures next to each other in number are neighbours.
        let column = if row.is_multiple_of(2) { prefecture % self.columns } else { self.columns - 1 - prefecture % self.columns };
        let middle = |i: usize, n: usize| (i as f64 + 0.5 - n as f64 / 2.0) * self.side;
        let centre = Spot { x: middle(column, self.columns), y: middle(row, self.rows) };
        let core = centre.near(0.03 * self.side, rng);
        let turn = rng.random_range(0.0..TAU);
        let mut spots = vec![core];
        for county in 1..areas {
            let share = TAU / (areas - 1) as f64;
            let heading = turn + share * (county as f64 + rng.random_range(-0.2..0.2));
            spots.push(core.step(heading, self.side * rng.random_range(0.30..0.42)));
        }
        spots
    }

    /// The written position: km to three decimals, degrees to five (about a metre).
    pub(super) fn position(&self, spot: Spot) -> Position {
        let round = |v: f64, digits: i32| (v * 10_f64.powi(digits)).round() / 10_f64.powi(digits);
        match self.crs {
            Crs::PlanarKm => Position { x: round(spot.x, 3), y: round(spot.y, 3) },
            Crs::Wgs84 => {
                let degree = PI / 180.0 * EARTH_RADIUS_KM;
                let lat = MIDDLE.y + spot.y / degree;
                Position { x: round(MIDDLE.x + spot.x / (degree * lat.to_radians().cos()), 5), y: round(lat, 5) }
            }
        }
    }
}

/// A stretch of valley with its seat.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    pub(super) seat: Spot,
    heading: f64,
    length: f64,
}

impl Reach {
    /// A spot along the stretch, a little off the valley floor.
    pub(super) fn along(&self, rng: &mut ChaCha8Rng) -> Spot {
        let along = self.seat.step(self.heading, self.length * rng.random_range(-0.5..0.5));
        along.step(self.heading + PI / 2.0, 0.08 * self.length * normal(rng))
    }
}

/// A tree of valleys: a main valley through the seat of the area, and side valleys that branch off.
pub(super) struct Valleys(Vec<Reach>);

impl Valleys {
    /// Grow valleys of `count` stretches from `seat`, none of which starts farther than `reach` from it.
    pub(super) fn grow(seat: Spot, reach: f64, count: usize, rng: &mut ChaCha8Rng) -> Self {
        let length = 1.3 * reach / (count as f64).sqrt();
        let main = rng.random_range(0.0..TAU);
        let mut stretches = vec![Reach { seat, heading: main, length }];
        let mut heads = vec![(seat, main), (seat, main + PI)];
        let mut next = 0;
        while stretches.len() < count {
            if heads.is_empty() {
                // All valleys have ended: one more rises from a stretch there is.
                let from = stretches[rng.random_range(0..stretches.len())];
                heads.push((from.seat, rng.random_range(0.0..TAU)));
            }
            next %= heads.len();
            let (at, heading) = heads[next];
            let heading = heading + 0.25 * normal(rng);
            let there = at.step(heading, length * rng.random_range(0.8..1.2));
            if there.distance(seat) > reach {
                heads.swap_remove(next);
                continue;
            }
            stretches.push(Reach { seat: there, heading, length });
            heads[next] = (there, heading);
            if rng.random_bool(0.3) {
                let side = if rng.random_bool(0.5) { 1.0 } else { -1.0 };
                heads.push((there, heading + side * rng.random_range(0.7..1.4)));
            }
            next += 1;
        }
        stretches.truncate(count);
        Self(stretches)
    }

    pub(super) fn reaches(&self) -> impl Iterator<Item = &Reach> {
        self.0.iter()
    }
}

/// A standard normal number (Box and Muller 1958, <https://doi.org/10.1214/aoms/1177706645>), cut at four.
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let radius = (-2.0 * rng.random_range(f64::EPSILON..1.0).ln()).sqrt();
    (radius * rng.random_range(0.0..TAU).cos()).clamp(-4.0, 4.0)
}
