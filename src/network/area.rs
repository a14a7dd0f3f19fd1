//! Areas, townships and settlements: the people's side of the network.

use super::Evidence;
use crate::ids::{AreaId, TownId};
use crate::travel::Position;
use crate::units::{Persons, Yuan};

/// A county or an urban district group.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// Code in the tables.
    pub code: String,
    /// Name for people, in the local script.
    pub name: String,
    /// Name in Latin letters, for reports in other languages.
    pub name_en: Option<String>,
    /// City core: urban speeds hold inside it, the in-county targets do not.
    pub urban: bool,
    /// Prefecture or group this area belongs to; areas of one prefecture are solved together when a province is decomposed.
    pub prefecture: Option<String>,
    /// Surface in square kilometres when known.
    pub area_km2: Option<f64>,
    /// Share of people enrolled in basic insurance.
    pub enrol_rate: f64,
    /// Fund income per enrolled head, yuan a year.
    pub fund_per_head: Yuan,
    /// How the row came to be.
    pub evidence: Evidence,
}

/// A township or subdistrict.
#[derive(Debug, Clone, PartialEq)]
pub struct Township {
    /// Code in the tables.
    pub code: String,
    /// Name for people, in the local script.
    pub name: String,
    /// Name in Latin letters, for reports in other languages.
    pub name_en: Option<String>,
    /// Area it lies in.
    pub area: AreaId,
    /// Population of record (settlements of the township sum to it).
    pub population: Persons,
    /// Seat.
    pub position: Position,
    /// How the row came to be.
    pub evidence: Evidence,
}

/// Code, or its beginning before a dash, of an area that the program makes for hospitals from outside of a part of a case: nobody lives there.
pub const OUTSIDE: &str = "outside";

/// A settlement: a village unit or neighbourhood, the node where demand arises.
#[derive(Debug, Clone, PartialEq)]
pub struct Settlement {
    /// Code in the tables.
    pub code: String,
    /// Name for people, in the local script.
    pub name: String,
    /// Name in Latin letters, for reports in other languages.
    pub name_en: Option<String>,
    /// Area it lies in.
    pub area: AreaId,
    /// Township it belongs to.
    pub town: TownId,
    /// Inhabitants.
    pub population: Persons,
    /// Where.
    pub position: Position,
    /// How the row came to be.
    pub evidence: Evidence,
}
