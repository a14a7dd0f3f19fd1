//! The metric travel model (model 2.4): straight distance x circuity / speed by class of road length, plus fixed minutes.

use super::{Crs, Position, Site};
use geo::{Distance, HaversineMeasure, Point};
use serde::{Deserialize, Serialize};

/// Mean Earth radius of the IUGG, km (Moritz 2000, Geodetic Reference System 1980, <https://doi.org/10.1007/s001900050278>).
pub const EARTH_RADIUS_KM: f64 = 6371.0088;

/// A speed that holds below a road length.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpeedClass {
    /// The class holds for road kilometres below this; the last class has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below_km: Option<f64>,
    /// Speed, km/h.
    pub kmh: f64,
}

/// Parameters of the metric model; the defaults are assumptions and are shown as such.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MetricParams {
    /// Road length over straight distance.
    pub circuity: f64,
    /// Minutes added to each trip.
    pub fixed_minutes: f64,
    /// Speed when both ends lie in the same city core, km/h.
    pub urban_kmh: f64,
    /// Speeds by road length, ascending; the last one has no limit.
    pub speeds: Vec<SpeedClass>,
}

impl Default for MetricParams {
    fn default() -> Self {
        Self {
            circuity: 1.3,
            fixed_minutes: 3.0,
            urban_kmh: 25.0,
            speeds: vec![
                SpeedClass { below_km: Some(60.0), kmh: 45.0 },
                SpeedClass { below_km: Some(400.0), kmh: 80.0 },
                SpeedClass { below_km: None, kmh: 220.0 },
            ],
        }
    }
}

impl MetricParams {
    /// Minutes between two positions; `same_core` when both lie in the same city core.
    #[must_use]
    pub fn minutes(&self, crs: Crs, a: Position, b: Position, same_core: bool) -> f64 {
        self.minutes_of_road(self.circuity * distance_km(crs, a, b), same_core)
    }

    /// Minutes between two sites.
    #[must_use]
    pub fn minutes_between(&self, crs: Crs, a: &Site, b: &Site) -> f64 {
        self.minutes(crs, a.position, b.position, a.same_core(b))
    }

    /// Minutes over a road length in km. Within one speed class the time grows with the length, but it falls where a faster
    /// class begins: 59 km at 45 km/h takes longer than 61 km at 80 km/h.
    #[must_use]
    pub fn minutes_of_road(&self, road_km: f64, same_core: bool) -> f64 {
        let kmh = if same_core {
            self.urban_kmh
        } else {
            self.speeds.iter().find(|s| s.below_km.is_none_or(|limit| road_km < limit)).map_or(self.urban_kmh, |s| s.kmh)
        };
        self.fixed_minutes + 60.0 * road_km / kmh
    }

    /// The speed classes as half-open pieces of road length, in ascending order.
    fn pieces(&self) -> impl Iterator<Item = Piece> + '_ {
        let beyond = std::iter::once(SpeedClass { below_km: None, kmh: self.urban_kmh });
        let mut from_km = 0.0_f64;
        self.speeds.iter().copied().chain(beyond).filter_map(move |class| {
            let to_km = class.below_km.unwrap_or(f64::INFINITY);
            let piece = Piece { from_km, to_km, kmh: class.kmh };
            (to_km > from_km).then(|| {
                from_km = to_km;
                piece
            })
        })
    }

    /// The least minutes any trip of at least `km` straight distance can take: what lets a search by distance stop when it looks
    /// for the nearest by time. `core` when urban speed may hold, too.
    #[must_use]
    pub fn least_minutes_beyond(&self, km: f64, core: bool) -> f64 {
        let road_km = self.circuity * km;
        let open = self.pieces().filter(|p| p.to_km > road_km).map(|p| self.fixed_minutes + 60.0 * road_km.max(p.from_km) / p.kmh);
        let urban = core.then(|| self.fixed_minutes + 60.0 * road_km / self.urban_kmh);
        open.chain(urban).fold(f64::INFINITY, f64::min)
    }

    /// The straight distance in km beyond which no trip takes at most `minutes`; `inf` when there is none, `None` when no trip at
    /// all is that short.
    #[must_use]
    pub fn reach_km(&self, minutes: f64, core: bool) -> Option<f64> {
        let moving = minutes - self.fixed_minutes;
        if moving.is_nan() || moving < 0.0 {
            return None;
        }
        let open =
            self.pieces().map(|p| (p.kmh * moving / 60.0, p)).filter(|(road, p)| *road >= p.from_km).map(|(road, p)| road.min(p.to_km));
        let urban = core.then_some(self.urban_kmh * moving / 60.0);
        Some(open.chain(urban).fold(0.0, f64::max) / self.circuity)
    }
}

/// A speed class with both ends.
#[derive(Debug, Clone, Copy)]
struct Piece {
    from_km: f64,
    to_km: f64,
    kmh: f64,
}

/// Straight distance in km: great circle (haversine) or plane.
#[must_use]
pub fn distance_km(crs: Crs, a: Position, b: Position) -> f64 {
    match crs {
        Crs::PlanarKm => (a.x - b.x).hypot(a.y - b.y),
        Crs::Wgs84 => {
            let km = HaversineMeasure::new(EARTH_RADIUS_KM).distance(Point::new(a.x, a.y), Point::new(b.x, b.y));
            // At the antipode rounding can take the sine above 1; the answer there is half a circumference.
            if km.is_nan() && [a.x, a.y, b.x, b.y].iter().all(|v| v.is_finite()) { std::f64::consts::PI * EARTH_RADIUS_KM } else { km }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(x: f64, y: f64) -> Position {
        Position { x, y }
    }

    #[test]
    fn haversine_agrees_with_the_formula() {
        for (a, b) in [(at(106.5, 29.5), at(108.8, 28.4)), (at(179.9, 70.0), at(-179.8, 71.0)), (at(0.0, 0.0), at(180.0, 0.0))] {
            let (lat1, lat2) = (a.y.to_radians(), b.y.to_radians());
            let s = ((lat2 - lat1) / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * ((b.x - a.x).to_radians() / 2.0).sin().powi(2);
            let own = 2.0 * 6371.0088 * s.sqrt().min(1.0).asin();
            assert!((distance_km(Crs::Wgs84, a, b) - own).abs() <= 1e-9 * own);
        }
        assert!((distance_km(Crs::PlanarKm, at(1.0, 2.0), at(4.0, 6.0)) - 5.0).abs() < 1e-12);
    }

    #[test]
    fn speeds_follow_road_length_and_core() {
        let m = MetricParams::default();
        let minutes = |km: f64, core| m.minutes(Crs::PlanarKm, at(0.0, 0.0), at(km, 0.0), core);
        assert!((minutes(10.0, false) - (3.0 + 60.0 * 13.0 / 45.0)).abs() < 1e-9);
        assert!((minutes(10.0, true) - (3.0 + 60.0 * 13.0 / 25.0)).abs() < 1e-9);
        assert!((minutes(100.0, false) - (3.0 + 60.0 * 130.0 / 80.0)).abs() < 1e-9);
        assert!((minutes(400.0, false) - (3.0 + 60.0 * 520.0 / 220.0)).abs() < 1e-9);
        // the class is chosen by road kilometres and its limit belongs to the next one
        assert!((m.minutes_of_road(60.0, false) - 48.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn bounds_hold(near in 0.0..900.0_f64, more in 0.0..900.0_f64, core in any::<bool>(), limits in prop::collection::vec((1.0..500.0_f64, 5.0..250.0_f64), 0..4), open in any::<bool>()) {
            let mut speeds: Vec<_> = limits.iter().map(|&(l, kmh)| SpeedClass { below_km: Some(l), kmh }).collect();
            if open { speeds.push(SpeedClass { below_km: None, kmh: 90.0 }); }
            let m = MetricParams { speeds, ..MetricParams::default() };
            let t = m.minutes_of_road(m.circuity * (near + more), core);
            prop_assert!(m.least_minutes_beyond(near, core) <= t * (1.0 + 1e-12));
            prop_assert!(m.reach_km(t, core).is_some_and(|km| km >= (near + more) * (1.0 - 1e-9)));
        }
    }
}
