//! A spatial index that is right on the globe and on the plane.
//!
//! Longitude and latitude are not a plane: an R-tree over degrees misses true neighbours at 40-55 degrees north and everything across
//! the date line. Geographic points are therefore indexed as unit vectors in space, where the chord grows with the great circle;
//! plane points as `[x, y, 0]`. The tree only proposes candidates in order of chord; what is returned is decided by
//! [`distance_km`], ties by the lower index, so answers equal those of a scan over all points.
//!
//! Source: N. Beckmann, H.-P. Kriegel, R. Schneider, B. Seeger: The R*-tree, SIGMOD 1990, <https://doi.org/10.1145/93597.98741>;
//! bulk loading after Lee & Lee (OMT), CAiSE 2003 (`rstar`).

use super::metric::{EARTH_RADIUS_KM, distance_km};
use super::{Crs, Position};
use rstar::RTree;
use rstar::primitives::GeomWithData;

/// Chord and haversine round differently, most of all near the antipode: candidates are asked for with this much room.
const RELATIVE_ROOM: f64 = 1e-7;
const ROOM_KM: f64 = 1e-9;

/// A point found by the index.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Position of the point in the list the index was built from.
    pub index: usize,
    /// Straight distance, km.
    pub km: f64,
}

/// An R*-tree over positions. Built in O(n log n); a search for k takes O(k log n) on average.
#[derive(Debug, Clone)]
pub struct SpatialIndex {
    crs: Crs,
    positions: Vec<Position>,
    tree: RTree<GeomWithData<[f64; 3], u32>>,
}

impl Default for SpatialIndex {
    fn default() -> Self {
        Self::new(Crs::PlanarKm, Vec::new())
    }
}

impl SpatialIndex {
    /// Index positions. One that is not finite is never found.
    #[must_use]
    #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
    pub fn new(crs: Crs, positions: Vec<Position>) -> Self {
        let finite = positions.iter().enumerate().filter(|(_, p)| p.x.is_finite() && p.y.is_finite());
        let tree = RTree::bulk_load(finite.map(|(i, p)| GeomWithData::new(in_space(crs, *p), i as u32)).collect());
        Self { crs, positions, tree }
    }

    /// Coordinate system of the positions.
    #[must_use]
    pub fn crs(&self) -> Crs {
        self.crs
    }

    /// Number of positions indexed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// Whether there is nothing to find.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    /// The indexed position.
    #[must_use]
    pub fn position(&self, index: usize) -> Position {
        self.positions[index]
    }

    /// The `k` nearest points by straight distance, ties by index; fewer when there are fewer.
    #[must_use]
    pub fn nearest(&self, from: Position, k: usize) -> Vec<Neighbour> {
        let mut best: Vec<Neighbour> = Vec::with_capacity(k.min(self.len()) + 1);
        for (index, at_least) in self.candidates(from) {
            if best.len() == k && best.last().is_none_or(|worst| at_least > worst.km) {
                break;
            }
            let km = distance_km(self.crs, from, self.positions[index]);
            let at = best.partition_point(|b| (b.km, b.index) < (km, index));
            best.insert(at, Neighbour { index, km });
            best.truncate(k);
        }
        best
    }

    /// All points within `km`, nearest first, ties by index.
    #[must_use]
    pub fn within(&self, from: Position, km: f64) -> Vec<Neighbour> {
        if km.is_nan() || km < 0.0 || !(from.x.is_finite() && from.y.is_finite()) {
            return Vec::new();
        }
        let reach = chord(self.crs, km * (1.0 + RELATIVE_ROOM) + ROOM_KM);
        let near = self.tree.locate_within_distance(in_space(self.crs, from), reach * reach);
        let mut found: Vec<Neighbour> = near
            .map(|point| {
                let index = point.data as usize;
                Neighbour { index, km: distance_km(self.crs, from, self.positions[index]) }
            })
            .filter(|n| n.km <= km)
            .collect();
        found.sort_unstable_by(|a, b| a.km.total_cmp(&b.km).then(a.index.cmp(&b.index)));
        found
    }

    /// Points in order of chord, each with a distance in km that neither it nor any later one undercuts.
    pub(super) fn candidates(&self, from: Position) -> impl Iterator<Item = (usize, f64)> + '_ {
        let start = in_space(self.crs, from);
        let finite = from.x.is_finite() && from.y.is_finite();
        let near = finite.then(|| self.tree.nearest_neighbor_iter_with_distance_2(&start));
        near.into_iter().flatten().map(|(point, chord2)| {
            let km = match self.crs {
                Crs::PlanarKm => chord2.sqrt(),
                Crs::Wgs84 => 2.0 * EARTH_RADIUS_KM * (chord2.sqrt() / 2.0).min(1.0).asin(),
            };
            (point.data as usize, km * (1.0 - RELATIVE_ROOM) - ROOM_KM)
        })
    }
}

/// The point as a vector: on the unit sphere, or on the plane.
fn in_space(crs: Crs, p: Position) -> [f64; 3] {
    match crs {
        Crs::PlanarKm => [p.x, p.y, 0.0],
        Crs::Wgs84 => {
            let ((sin_lon, cos_lon), (sin_lat, cos_lat)) = (p.x.to_radians().sin_cos(), p.y.to_radians().sin_cos());
            [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat]
        }
    }
}

/// The chord of a straight distance, in the units of [`in_space`].
fn chord(crs: Crs, km: f64) -> f64 {
    match crs {
        Crs::PlanarKm => km,
        Crs::Wgs84 => {
            let half = km / EARTH_RADIUS_KM / 2.0;
            if half < std::f64::consts::FRAC_PI_2 { 2.0 * half.sin() } else { 2.0 + RELATIVE_ROOM }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scan(crs: Crs, points: &[Position], from: Position) -> Vec<Neighbour> {
        let mut all: Vec<_> = points.iter().enumerate().map(|(index, p)| Neighbour { index, km: distance_km(crs, from, *p) }).collect();
        all.sort_by(|a, b| a.km.total_cmp(&b.km).then(a.index.cmp(&b.index)));
        all
    }

    fn check(crs: Crs, points: Vec<Position>, from: Position, k: usize, km: f64) {
        let all = scan(crs, &points, from);
        let index = SpatialIndex::new(crs, points);
        assert_eq!(index.nearest(from, k), all[..k.min(all.len())]);
        assert_eq!(index.within(from, km), all.iter().copied().filter(|n| n.km <= km).collect::<Vec<_>>());
    }

    /// Coordinates on a coarse grid half of the time, so that ties and identical points occur.
    fn globe() -> impl Strategy<Value = Position> {
        prop_oneof![
            (-180.0..=180.0_f64, -90.0..=90.0_f64).prop_map(|(x, y)| Position { x, y }),
            (-180..=180_i32, 60..=90_i32).prop_map(|(x, y)| Position { x: f64::from(x), y: f64::from(y) }),
            (prop_oneof![-180.0..-178.0_f64, 178.0..180.0_f64], -20..20_i32).prop_map(|(x, y)| Position { x, y: f64::from(y) }),
        ]
    }

    proptest! {
        #[test]
        fn globe_equals_a_scan(points in prop::collection::vec(globe(), 0..200), from in globe(), k in 0usize..12, km in prop_oneof![0.0..500.0_f64, 0.0..21_000.0_f64]) {
            check(Crs::Wgs84, points, from, k, km);
        }

        #[test]
        fn plane_equals_a_scan(points in prop::collection::vec((-9..9_i32, -9..9_i32), 0..120), from in (-9..9_i32, -9..9_i32), k in 0usize..12, km in 0.0..12.0_f64) {
            let at = |(x, y): (i32, i32)| Position { x: f64::from(x), y: f64::from(y) };
            check(Crs::PlanarKm, points.into_iter().map(at).collect(), at(from), k, km);
        }
    }

    #[test]
    fn neighbours_across_the_date_line_and_over_the_pole() {
        let points = vec![Position { x: -179.9, y: 60.0 }, Position { x: 178.0, y: 60.0 }, Position { x: 0.0, y: 89.9 }];
        let index = SpatialIndex::new(Crs::Wgs84, points);
        assert_eq!(index.nearest(Position { x: 179.9, y: 60.0 }, 1)[0].index, 0);
        assert_eq!(index.nearest(Position { x: 180.0, y: 89.9 }, 1)[0].index, 2);
    }

    #[test]
    fn what_is_not_finite_is_not_found() {
        let index = SpatialIndex::new(Crs::Wgs84, vec![Position { x: f64::NAN, y: 1.0 }, Position { x: 1.0, y: 1.0 }]);
        assert_eq!(index.nearest(Position { x: 0.0, y: 0.0 }, 5).len(), 1);
        assert!(index.nearest(Position { x: f64::NAN, y: 0.0 }, 5).is_empty());
        assert!(index.within(Position { x: f64::INFINITY, y: 0.0 }, 5.0).is_empty());
    }
}
