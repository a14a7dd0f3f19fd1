//! The domain: tiers, areas, settlements, facilities, case classes and the arcs along which patients are referred.
//!
//! A [`Network`] is immutable once built and valid: [`NetworkBuilder`](builder::NetworkBuilder) is the only door and reports every problem at once.

pub mod arc_rules;
pub mod arcs;
pub mod area;
pub mod builder;
pub mod case;
pub mod case_class;
pub mod codes;
pub mod evidence;
pub mod facility;
pub mod problem;
mod row_codes;
pub mod seats;
mod sites;
pub mod tables;
pub mod tier;
pub mod validate;
mod validate_arcs;
mod validate_places;

pub use arcs::{ArcRules, Arcs, FirstArc, ReferralArc};
pub use area::{Area, Settlement, Township};
pub use case::{ArcLists, Case, ObservedShares};
pub use case_class::{CaseClass, Kind};
pub use evidence::{Evidence, Provenance};
pub use facility::{Facility, Owner, Siting};
pub use problem::{Place, Problem, Problems, Severity};
pub use tier::{Tier, TierParams, TierTable};

use crate::ids::{AreaId, FacilityId, SettlementId, TownId};
use crate::travel::Crs;
use crate::units::Persons;

/// A graded network: who lives where, which facilities serve them, what falls ill.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// Name of the case, for titles.
    pub name: String,
    /// Year the tables speak of.
    pub year: i32,
    /// How positions are to be read.
    pub crs: Crs,
    /// Counties and urban district groups.
    pub areas: Vec<Area>,
    /// Townships and subdistricts.
    pub towns: Vec<Township>,
    /// Settlements: where demand arises.
    pub settlements: Vec<Settlement>,
    /// Facilities of all tiers.
    pub facilities: Vec<Facility>,
    /// Case classes.
    pub classes: Vec<CaseClass>,
    /// Parameters by tier.
    pub tiers: TierTable,
    /// Where each table and column comes from.
    pub provenance: Vec<Provenance>,
}

impl Network {
    /// Total population of the settlements.
    #[must_use]
    pub fn population(&self) -> Persons {
        self.settlements.iter().map(|s| s.population).sum()
    }

    /// Population of one area, from its settlements.
    #[must_use]
    pub fn area_population(&self, area: AreaId) -> Persons {
        self.settlements.iter().filter(|s| s.area == area).map(|s| s.population).sum()
    }

    /// The area of an id.
    #[must_use]
    pub fn area(&self, id: AreaId) -> &Area {
        &self.areas[id.index()]
    }

    /// The township of an id.
    #[must_use]
    pub fn town(&self, id: TownId) -> &Township {
        &self.towns[id.index()]
    }

    /// The settlement of an id.
    #[must_use]
    pub fn settlement(&self, id: SettlementId) -> &Settlement {
        &self.settlements[id.index()]
    }

    /// The facility of an id.
    #[must_use]
    pub fn facility(&self, id: FacilityId) -> &Facility {
        &self.facilities[id.index()]
    }

    /// Whether an area is a city core, where urban speeds hold and county targets do not.
    #[must_use]
    pub fn is_urban(&self, id: AreaId) -> bool {
        self.areas[id.index()].urban
    }
}
