//! Travel: positions, the metric model, the spatial index, road graphs and the sparse times that come of them.

pub mod index;
pub mod matrix;
pub mod metric;
pub mod road;

use serde::{Deserialize, Serialize};

/// How one travels in a case.
#[derive(Debug, Clone)]
pub enum Travel {
    /// Distance, circuity and speeds.
    Metric(metric::MetricParams),
    /// Times given by the user; a pair that is absent is unreachable.
    Table(matrix::TimesTable),
    /// Shortest paths on a road graph.
    Road(road::RoadGraph),
}

/// How positions are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Crs {
    /// WGS84 longitude and latitude in degrees (`x` = longitude, `y` = latitude).
    Wgs84,
    /// Plane coordinates in kilometres.
    PlanarKm,
}

/// A position in the coordinate system of its case.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Position {
    /// Longitude in degrees, or kilometres east.
    pub x: f64,
    /// Latitude in degrees, or kilometres north.
    pub y: f64,
}
