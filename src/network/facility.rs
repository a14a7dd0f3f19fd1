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
    /// How the row came to be.
    pub evidence: Evidence,
}

impl Facility {
    /// Rank of the tier.
    #[must_use]
    pub const fn rank(&self) -> u8 {
        self.tier.rank()
    }
}
