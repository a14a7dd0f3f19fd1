//! Facilities of all tiers.

use super::{Evidence, Tier};
use crate::ids::{AreaId, ClassId, TownId};
use crate::travel::Position;
use crate::units::{Beds, Fte, Yuan};
use serde::{Deserialize, Serialize};

/// Who runs a facility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// Government-run.
    #[default]
    Public,
    /// Social capital.
    Social,
}

/// A facility.
#[derive(Debug, Clone, PartialEq)]
pub struct Facility {
    /// Code in the tables.
    pub code: String,
    /// Name for people, in the local script.
    pub name: String,
    /// Name in Latin letters, for reports in other languages.
    pub name_en: Option<String>,
    /// Tier.
    pub tier: Tier,
    /// Owner.
    pub owner: Owner,
    /// Area it stands in and is counted for; `None` for provincial, regional and national centres.
    pub area: Option<AreaId>,
    /// Township it stands in; `None` above rank 3.
    pub town: Option<TownId>,
    /// Where.
    pub position: Position,
    /// Beds of record.
    pub beds: Beds,
    /// Intensive-care beds among them.
    pub icu: Beds,
    /// Doctors, full-time equivalents.
    pub doctors: Fte,
    /// General practitioners among them.
    pub gps: Fte,
    /// Nurses.
    pub nurses: Fte,
    /// Share of the facility this region may use, in (0, 1].
    pub avail: f64,
    /// Member of the mutual recognition of test results (C14).
    pub mr_member: bool,
    /// Linked to a telemedicine hub (C3t).
    pub tele: bool,
    /// Classes whose drugs are NOT linked with the upper tier (C13); empty means all are.
    pub drug_gaps: Vec<ClassId>,
    /// Leader of an urban medical group (C12).
    pub group_leader: bool,
    /// Budget of the facility for fund spending, yuan a year (C17).
    pub budget: Option<Yuan>,
    /// What a layout may do with it.
    pub siting: Siting,
    /// How the row came to be.
    pub evidence: Evidence,
}

/// What the optional columns of the table say for a layout (model 6.20). They change nothing elsewhere, except that a facility that does
/// not exist yet is closed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Siting {
    /// Stands today; otherwise it is a place where one may be opened.
    pub exist: bool,
    /// A layout may open, close or upgrade it; otherwise it stays as it is.
    pub candidate: bool,
    /// Fewest beds if open; the tier's bound when absent.
    pub bmin: Option<Beds>,
    /// Most beds if open; the tier's bound when absent.
    pub bmax: Option<Beds>,
    /// Capital of one more bed, yuan; the tier's price when absent.
    pub capex_bed: Option<Yuan>,
    /// Fixed cost while open at its own tier, yuan a year; the tier's price when absent.
    pub fixed_cost: Option<Yuan>,
}

impl Default for Siting {
    fn default() -> Self {
        Self { exist: true, candidate: true, bmin: None, bmax: None, capex_bed: None, fixed_cost: None }
    }
}

impl Facility {
    /// Rank of the tier.
    #[must_use]
    pub const fn rank(&self) -> u8 {
        self.tier.rank()
    }
}
