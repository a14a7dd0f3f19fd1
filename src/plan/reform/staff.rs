//! Staff, as written: who is posted where, whom that contracts, and what must be trained.

use crate::outcome::Bounds;
use serde::{Deserialize, Serialize};

/// General practitioners of a township.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffTown {
    /// Code of the township.
    pub town: String,
    /// People.
    pub people: u64,
    /// General practitioners today.
    pub now: f64,
    /// New ones.
    pub new: u32,
    /// Doctors posted here by hospitals of the county, as they leave there.
    pub posted: f64,
    /// People with a contract.
    pub contracts: f64,
    /// Those of them in the priority groups.
    pub priority: f64,
}

/// New doctors of a facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffSite {
    /// Code of the facility.
    pub facility: String,
    /// New general practitioners.
    pub gps: u32,
    /// Doctors that bring a village clinic to its least number.
    pub clinic: f64,
}

/// Doctors posted from a hospital to the centres of a township.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffPosting {
    /// Code of the hospital.
    pub from: String,
    /// Code of the centre.
    pub to: String,
    /// Doctors as they leave the hospital, full-time equivalents.
    pub doctors: f64,
    /// Minutes between the two; absent where there is no way.
    pub minutes: Option<f64>,
}

/// What one more or fewer practitioners would bring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffStep {
    /// New general practitioners.
    pub new: u32,
    /// Share with a contract in the township that has least.
    pub least: f64,
    /// Share of all with a contract.
    pub coverage: f64,
}

/// A year of the pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PipelineYear {
    /// Year.
    pub year: i32,
    /// Seats opened, by programme.
    pub seats: Vec<f64>,
    /// Practitioners who take up a post, by programme.
    pub arrivals: Vec<f64>,
    /// Practitioners who leave.
    pub leave: f64,
    /// Practitioners at the end of the year.
    pub stock: f64,
    /// Practitioners wanted.
    pub wanted: f64,
    /// Practitioners missing.
    pub missing: f64,
    /// Cost of the seats opened, yuan.
    pub yuan: f64,
    /// What one more practitioner wanted in this year would add to the cost, yuan (dual of PI2); these prices prove the bound.
    #[serde(default)]
    pub price: f64,
}

/// The pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PipelinePlan {
    /// Names of the programmes.
    pub programmes: Vec<String>,
    /// Seats a year there are, by programme.
    pub capacity: Vec<f64>,
    /// The years.
    pub years: Vec<PipelineYear>,
    /// Cost of all seats and of what is missing at its price, yuan.
    pub cost: f64,
    /// Proven interval around the least cost.
    pub bounds: Bounds,
}

/// Doctors of a specialty in an area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpecialtyRow {
    /// Name of the specialty.
    pub specialty: String,
    /// Code of the area.
    pub area: String,
    /// Doctors wanted.
    pub wanted: f64,
    /// Doctors there are; absent: not known, and counted as none.
    pub now: Option<f64>,
    /// New doctors.
    pub new: u32,
}

/// The answer of model 6.11.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffAnswer {
    /// Townships, in the order of the case.
    pub towns: Vec<StaffTown>,
    /// Facilities that get doctors, in the order of the case.
    pub sites: Vec<StaffSite>,
    /// Postings, in the order of the case.
    pub postings: Vec<StaffPosting>,
    /// Share of a posted doctor's time that arrives.
    pub effectiveness: f64,
    /// Practitioners of today are worked out by the rate of the scenario; the table counts none.
    pub worked_out: bool,
    /// New practitioners that could be posted.
    pub new_gps: u32,
    /// Contracts with those of the priority groups at their weight, and the proven interval of that (as of a minimisation).
    pub weighted: f64,
    /// Proven interval around `-weighted`, once the least covered township has what it can have.
    pub weighted_bounds: Bounds,
    /// What other numbers of new practitioners would bring.
    pub steps: Vec<StaffStep>,
    /// Practitioners missing to each rate of the pipeline, by area code: rate, code, number.
    pub missing: Vec<(f64, String, f64)>,
    /// Training over the years.
    pub pipeline: PipelinePlan,
    /// Specialties in short supply.
    pub specialties: Vec<SpecialtyRow>,
}
