//! The written solution of a location problem: everything that someone who has only the instance needs to verify it.

use crate::instance::{Mark, Problem};
use crate::outcome::{Bounds, Termination};
use serde::{Deserialize, Serialize};

/// Version of the shape of a location solution; one of another version is refused.
pub const LOCATION_VERSION: u32 = 1;
/// What `kind` says.
pub const LOCATION_KIND: &str = "location";

/// A checked solution of a location problem. Clients, sites and plants are named by their position in the instance, from 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocationPlan {
    /// Shape version.
    pub version: u32,
    /// Kind of plan: `location`.
    pub kind: String,
    /// Version of the program that made it.
    pub fenji: String,
    /// The instance it is of.
    pub instance: Source,
    /// The question.
    pub problem: Problem,
    /// Value of the solution.
    pub value: f64,
    /// Proven interval: value and bound. For maximal covering the bound is the upper one.
    pub bounds: Bounds,
    /// Relative gap between value and bound, `null` when nothing is proven.
    pub gap: Option<f64>,
    /// Relative gap that was asked for; `optimal` means that the bounds prove it.
    pub gap_asked: f64,
    /// Why the run ended.
    pub termination: Termination,
    /// Wall-clock seconds of the search.
    pub seconds: f64,
    /// Most memory the process held, bytes; absent where the system does not tell.
    pub peak_memory_bytes: Option<u64>,
    /// Open sites, increasing.
    pub open: Vec<u32>,
    /// Open plants of two-level and two-stage problems, increasing.
    pub upper_open: Vec<u32>,
    /// Who is served from where.
    pub assignment: Assignment,
    /// Clients that no candidate site can serve, increasing; they count in no sum.
    pub unreachable: Vec<u32>,
    /// Multipliers `u_i` of p-median and uncapacitated problems: evaluated on the whole instance they prove `certified_bound`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multipliers: Option<Vec<f64>>,
    /// The bound that the multipliers prove by themselves; a search may have proven more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certified_bound: Option<f64>,
    /// How the bounds moved.
    pub trace: Vec<TraceStep>,
    /// Seed of the run.
    pub seed: u64,
    /// Threads of the run.
    pub threads: u64,
    /// `own` or `mip`.
    pub method: String,
}

/// The instance a solution is of: its name, how the file was read, and its [`Mark`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// File name or title.
    pub name: String,
    /// Format that the file was read as.
    pub format: String,
    /// Capacity given on the command line, where the file leaves it open.
    pub capacity: Option<f64>,
    /// Sizes, sums and hash.
    pub mark: Mark,
}

/// Who is served from where, by column: all lists of a table have the same length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Assignment {
    /// Site of each client, `null` where it is served by none.
    Single {
        /// By client.
        site: Vec<Option<u32>>,
    },
    /// Amounts of demand.
    Split(Shipments),
    /// Depot and plant of each client, `null` where it is served by none.
    Paths {
        /// By client.
        depot: Vec<Option<u32>>,
        /// By client.
        plant: Vec<Option<u32>>,
    },
    /// Amounts on both stages.
    Stages {
        /// From plants to depots.
        upper: Shipments,
        /// From depots to clients.
        lower: Shipments,
    },
}

/// Amounts from one place to another.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shipments {
    /// Site (or plant) that sends.
    pub from: Vec<u32>,
    /// Client (or depot) that receives.
    pub to: Vec<u32>,
    /// Units of demand.
    pub amount: Vec<f64>,
}

impl Shipments {
    /// Adds a shipment.
    pub fn push(&mut self, from: u32, to: u32, amount: f64) {
        self.from.push(from);
        self.to.push(to);
        self.amount.push(amount);
    }

    /// Rows `(from, to, amount)`.
    pub fn rows(&self) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
        self.amount.iter().enumerate().map(|(n, &a)| (self.from[n] as usize, self.to[n] as usize, a))
    }
}

/// One line of the live table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TraceStep {
    /// Since the start, s.
    pub seconds: f64,
    /// Value and bound then.
    pub bounds: Bounds,
}
