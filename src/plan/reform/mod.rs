//! The written plan of a further model of the reform, `plan.json` of kind `reform`: one shape around one answer a model.

pub mod pairing;
pub mod telemedicine;

pub use pairing::PairingAnswer;
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
    /// Tertiary hospitals paired with county hospitals (6.13).
    Pairing,
    /// Hubs and links of telemedicine (6.14).
    Telemedicine,
}

impl Model {
    /// All, in the order of the reports.
    pub const ALL: &[Self] = &[Self::Pairing, Self::Telemedicine];

    /// The name of the subcommand, the section of the scenario and the messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pairing => "pairing",
            Self::Telemedicine => "telemedicine",
        }
    }
}

/// The answer of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReformAnswer {
    /// Of [`Model::Pairing`].
    Pairing(PairingAnswer),
    /// Of [`Model::Telemedicine`].
    Telemedicine(TelemedicineAnswer),
}

impl ReformAnswer {
    /// Whose answer it is.
    #[must_use]
    pub const fn model(&self) -> Model {
        match self {
            Self::Pairing(_) => Model::Pairing,
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
