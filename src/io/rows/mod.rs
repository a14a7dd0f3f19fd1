//! The rows of the case tables: one type a table, from which header, reader, writer and JSON schema come.

mod facility;
mod other;
mod places;

pub use facility::FacilityRow;
pub use other::{ArcRow, ArcWord, ClassRow, EdgeRow, NodeRow, TierRow, TimeRow};
pub use places::{AreaRow, SettlementRow, TownshipRow};

use super::cells::{Cells, Column};
use super::csv_out::CsvOut;
use crate::network::tables::Table;
use crate::travel::{Crs, Position};
use serde::{Deserialize, Serialize};

/// A row of a table.
pub trait Row: Sized {
    /// The table.
    const TABLE: Table;
    /// Columns in the order they are written.
    fn columns(crs: Crs) -> Vec<Column>;
    /// Reads a row; what is wrong is reported to the cells.
    fn read(cells: &mut Cells<'_>, crs: Crs) -> Self;
    /// Writes the cells of a row in the order of [`Row::columns`].
    fn write(&self, out: &mut CsvOut);
}

/// The position columns of a row: `lon,lat` in a geographic case, `x,y` in a planar one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum At {
    /// WGS84 degrees.
    Geographic {
        /// Longitude.
        #[schemars(range(min = -180, max = 180))]
        lon: f64,
        /// Latitude.
        #[schemars(range(min = -90, max = 90))]
        lat: f64,
    },
    /// Plane kilometres.
    Planar {
        /// Kilometres east.
        #[schemars(range(min = -20000, max = 20000))]
        x: f64,
        /// Kilometres north.
        #[schemars(range(min = -20000, max = 20000))]
        y: f64,
    },
}

impl At {
    /// The columns of a position.
    #[must_use]
    pub fn of(crs: Crs, p: Position) -> Self {
        match crs {
            Crs::Wgs84 => Self::Geographic { lon: p.x, lat: p.y },
            Crs::PlanarKm => Self::Planar { x: p.x, y: p.y },
        }
    }

    /// The position.
    #[must_use]
    pub fn position(self) -> Position {
        match self {
            Self::Geographic { lon: x, lat: y } | Self::Planar { x, y } => Position { x, y },
        }
    }

    fn write(self, out: &mut CsvOut) {
        let p = self.position();
        out.number(p.x);
        out.number(p.y);
    }
}
