//! The metric travel model (model 2.4): straight distance x circuity / speed by class of road length, plus fixed minutes.

use super::{Crs, Position};
use serde::{Deserialize, Serialize};

/// Mean Earth radius of the IUGG, km.
const EARTH_RADIUS_KM: f64 = 6371.0088;

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
        let road_km = self.circuity * distance_km(crs, a, b);
        let kmh = if same_core {
            self.urban_kmh
        } else {
            self.speeds.iter().find(|s| s.below_km.is_none_or(|limit| road_km < limit)).map_or(self.urban_kmh, |s| s.kmh)
        };
        self.fixed_minutes + 60.0 * road_km / kmh
    }
}

/// Straight distance: great circle (haversine) or plane.
#[must_use]
pub fn distance_km(crs: Crs, a: Position, b: Position) -> f64 {
    match crs {
        Crs::PlanarKm => (a.x - b.x).hypot(a.y - b.y),
        Crs::Wgs84 => {
            let (lat1, lat2) = (a.y.to_radians(), b.y.to_radians());
            let s = ((lat2 - lat1) / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * ((b.x - a.x).to_radians() / 2.0).sin().powi(2);
            2.0 * EARTH_RADIUS_KM * s.sqrt().min(1.0).asin()
        }
    }
}
