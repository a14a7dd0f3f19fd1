//! Travel: positions, the metric model, the spatial index, road graphs and the sparse times that come of them.
//!
//! One interface serves all three ways to travel: [`Travel::minutes_between`] for one pair, and in parallel
//! [`Travel::minutes_of_pairs`], [`Travel::nearest`] and [`Travel::within`]. All of them give the same minutes for the same pair,
//! whatever the number of threads, and a pair without a path is `None` or absent, never a big number.

mod batch;
mod dijkstra;
pub mod index;
pub mod matrix;
pub mod metric;
pub mod road;

pub use index::SpatialIndex;
pub use matrix::{SparseTimes, TimesTable};
pub use metric::MetricParams;
pub use road::{RoadGraph, RoadParams};

use crate::ids::{AreaId, FacilityId, SettlementId};
use serde::{Deserialize, Serialize};

/// How one travels in a case.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // there is one in a case
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

/// An end of a trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A settlement.
    Settlement(SettlementId),
    /// A facility.
    Facility(FacilityId),
}

/// What travel needs to know of a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Site {
    /// Where.
    pub position: Position,
    /// The urban area it lies in, if any: urban speed holds between two sites of the same one.
    pub core: Option<AreaId>,
}

impl Site {
    /// Whether both sites lie in the same city core.
    #[must_use]
    pub fn same_core(&self, other: &Self) -> bool {
        self.core.is_some() && self.core == other.core
    }
}

/// Where the places of a network are; implemented by [`Network`](crate::network::Network).
pub trait Places: Sync {
    /// Coordinate system of all positions.
    fn crs(&self) -> Crs;
    /// Position and core of a place.
    fn site(&self, place: Place) -> Site;
}
