//! The written plan of a further model of the reform, `plan.json` of kind `reform`: one shape around one answer a model.

pub mod access;
pub mod centres;
pub mod communities;
pub mod emergency;
pub mod grids;
pub mod mobile;
pub mod pairing;
pub mod payment;
pub mod phases;
pub mod staff;
pub mod surge;
pub mod telemedicine;

pub use access::AccessAnswer;
pub use centres::CentresAnswer;
pub use communities::CommunitiesAnswer;
pub use emergency::EmergencyAnswer;
pub use grids::GridsAnswer;
pub use mobile::MobileAnswer;
pub use pairing::PairingAnswer;
pub use payment::PaymentAnswer;
pub use phases::PhasesAnswer;
pub use staff::StaffAnswer;
pub use surge::SurgeAnswer;
pub use telemedicine::TelemedicineAnswer;

use crate::network::Provenance;
use crate::outcome::{Bounds, Termination};
use crate::policy::Scenario;
use serde::{Deserialize, Serialize};

/// Version of the shape; a plan of another version is refused.
pub const REFORM_VERSION: u32 = 1;
/// What `kind` says.
pub const REFORM_KIND: &str = "reform";

/// The further models of the reform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// County medical communities (6.10 D).
    Communities,
    /// Urban medical groups on a grid (6.10 E).
    Grids,
    /// Access by tier (6.18).
    Access,
    /// National, national regional and provincial regional centres.
    Centres,
    /// Pre-hospital stations and ambulances.
    Emergency,
    /// Mobile services (6.12).
    Mobile,
    /// Tertiary hospitals paired with county hospitals (6.13).
    Pairing,
    /// Staff (6.11).
    Staff,
    /// Convertible intensive care and what breaks first (6.17).
    Surge,
    /// Beds and money over the years (6.16).
    Phases,
    /// Total payment of communities (6.15).
    Payment,
    /// Hubs and links of telemedicine (6.14).
    Telemedicine,
}

impl Model {
    /// All, in the order of the reports.
    pub const ALL: &[Self] = &[
        Self::Communities,
        Self::Grids,
        Self::Staff,
        Self::Mobile,
        Self::Emergency,
        Self::Access,
        Self::Pairing,
        Self::Telemedicine,
        Self::Phases,
        Self::Payment,
        Self::Surge,
        Self::Centres,
    ];

    /// The name of the subcommand, the section of the scenario and the messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Communities => "communities",
            Self::Grids => "grids",
            Self::Access => "access",
            Self::Centres => "centres",
            Self::Emergency => "emergency",
            Self::Mobile => "mobile",
            Self::Pairing => "pairing",
            Self::Phases => "phases",
            Self::Surge => "surge",
            Self::Staff => "staff",
            Self::Payment => "payment",
            Self::Telemedicine => "telemedicine",
        }
    }
}

/// The answer of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReformAnswer {
    /// Of [`Model::Communities`].
    Communities(CommunitiesAnswer),
    /// Of [`Model::Grids`].
    Grids(GridsAnswer),
    /// Of [`Model::Access`].
    Access(AccessAnswer),
    /// Of [`Model::Centres`].
    Centres(CentresAnswer),
    /// Of [`Model::Emergency`].
    Emergency(EmergencyAnswer),
    /// Of [`Model::Mobile`].
    Mobile(MobileAnswer),
    /// Of [`Model::Pairing`].
    Pairing(PairingAnswer),
    /// Of [`Model::Phases`].
    Phases(PhasesAnswer),
    /// Of [`Model::Surge`].
    Surge(SurgeAnswer),
    /// Of [`Model::Staff`].
    Staff(StaffAnswer),
    /// Of [`Model::Payment`].
    Payment(PaymentAnswer),
    /// Of [`Model::Telemedicine`].
    Telemedicine(TelemedicineAnswer),
}

impl ReformAnswer {
    /// Whose answer it is.
    #[must_use]
    pub const fn model(&self) -> Model {
        match self {
            Self::Communities(_) => Model::Communities,
            Self::Grids(_) => Model::Grids,
            Self::Access(_) => Model::Access,
            Self::Centres(_) => Model::Centres,
            Self::Emergency(_) => Model::Emergency,
            Self::Mobile(_) => Model::Mobile,
            Self::Pairing(_) => Model::Pairing,
            Self::Phases(_) => Model::Phases,
            Self::Surge(_) => Model::Surge,
            Self::Staff(_) => Model::Staff,
            Self::Payment(_) => Model::Payment,
            Self::Telemedicine(_) => Model::Telemedicine,
        }
    }
}

/// A checked plan of a further model of the reform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReformPlan {
    /// Shape version.
    pub version: u32,
    /// Kind of plan: `reform`.
    pub kind: String,
    /// Version of the program that made it.
    pub fenji: String,
    /// Name of the case.
    pub case: String,
    /// Policy pack in force.
    pub policy: String,
    /// The scenario, with what was asked in `reform`.
    pub scenario: Scenario,
    /// Value of the plan, in `unit`.
    pub objective: f64,
    /// Unit of objective and bounds.
    pub unit: String,
    /// Whether more is better; bounds then hold the negated values, as of a minimisation.
    pub maximised: bool,
    /// Proven interval around the optimum, as of a minimisation.
    pub bounds: Bounds,
    /// Why the run ended.
    pub termination: Termination,
    /// The answer.
    pub answer: ReformAnswer,
    /// Solver or algorithm that did it.
    pub backend: String,
    /// Seconds from reading the tables to the checked plan.
    pub seconds: f64,
    /// Where the numbers of the case come from.
    pub provenance: Vec<Provenance>,
}
