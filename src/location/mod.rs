//! Facility location with a certificate: every answer is a feasible choice of sites and a bound that no choice can beat.
//!
//! # The words used in every file
//!
//! | word | meaning |
//! | --- | --- |
//! | client, site | who is served, where one may open |
//! | service cost `c_ij` | of the whole client `i` from site `j` ([`crate::instance::Instance::cost`]) |
//! | incumbent | the best feasible answer so far; its value is the primal bound |
//! | multiplier `u_i` | what client `i` is worth to be served: the price of its assignment constraint |
//! | saving `rho_j(u)` | `sum_i min(0, c_ij - u_i)`: what site `j` gains at these prices when open, never positive |
//! | reduced cost | `f_j + rho_j(u)`, set against the threshold at which sites are opened: what opening `j` costs the bound |
//! | bound | `L(u)`: valid for ANY multipliers when every pair that could be negative was looked at |
//! | neighbour list | the sites of a client (or clients of a site) by growing cost, cut at a radius; grown on demand |
//! | core | the sites that reduced costs have neither fixed open nor fixed closed |
//! | certificate | the evaluation of the bound on the full data, not only on lists or core |
//!
//! # Which file does what
//!
//! Each engine is a function of `(&Instance, Problem, &Settings, &dyn Observer)`. Limits, Ctrl-C and infeasible questions are results
//! ([`Termination`]).

pub mod capacitated;
pub mod cover;
pub mod levels;
pub mod median;
pub mod preflight;
pub mod search;
pub mod serve;
pub mod solve;
pub mod watch;
pub mod whole;
mod whole_levels;
mod whole_repair;
pub mod written;

pub use solve::{Engine, Method, solve};

use crate::instance::Problem;
use crate::outcome::{Bounds, Limits, Termination};

/// How to run.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Time, gap, threads.
    pub limits: Limits,
    /// Seed of whatever is drawn at random; the answer is the same for a seed at any thread count as long as no clock ends the run.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { limits: Limits::default(), seed: 1 }
    }
}

/// Which client is served from where.
#[derive(Debug, Clone, PartialEq)]
pub enum Assignment {
    /// Site of each client; `None` where it is served by none (coverage problems).
    Single(Vec<Option<u32>>),
    /// `(client, site, amount of demand)`, by client then site.
    Split(Vec<(u32, u32, f64)>),
    /// `(depot, plant)` of each client; `(u32::MAX, u32::MAX)` where it is served by none ([`NOBODY`]).
    Paths(Vec<(u32, u32)>),
    /// `(plant, depot, amount)` and `(depot, client, amount)`.
    Stages {
        /// From plants to depots.
        upper: Vec<(u32, u32, f64)>,
        /// From depots to clients.
        lower: Vec<(u32, u32, f64)>,
    },
}

/// The depot and plant of a client that nobody serves.
pub const NOBODY: (u32, u32) = (u32::MAX, u32::MAX);

/// One line of the live table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Since the start, s.
    pub seconds: f64,
    /// Bounds then.
    pub bounds: Bounds,
}

/// What a run found. For [`crate::instance::Problem::MaxCover`], a maximisation, `primal` is the demand covered (a lower bound of the optimum) and `dual` what
/// no choice can exceed; everywhere else `dual <= optimum <= primal`.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Both bounds.
    pub bounds: Bounds,
    /// Why the run ended.
    pub termination: Termination,
    /// Open sites, increasing; empty when there is no answer.
    pub open: Vec<u32>,
    /// Open plants of two-level and two-stage problems, increasing.
    pub upper_open: Vec<u32>,
    /// Who is served from where.
    pub assignment: Assignment,
    /// Clients that no candidate site can serve (no way, or none within the distance asked for), increasing.
    pub unreachable: Vec<u32>,
    /// When infeasible: what is missing and what would repair it, in the units of the instance.
    pub repair: Vec<String>,
    /// Multipliers `u_i` (0 for unreachable clients) that prove `bounds.dual` of a p-median or uncapacitated problem when the bound is evaluated on the
    /// whole instance; `None` where the engine has none to give.
    pub multipliers: Option<Vec<f64>>,
    /// How the bounds moved.
    pub trace: Vec<Step>,
}

impl Answer {
    /// An answer without sites: nothing was found before a limit, or nothing can be found.
    #[must_use]
    pub fn none(problem: &Problem, termination: Termination, repair: Vec<String>) -> Self {
        let bounds = Bounds { primal: f64::INFINITY, dual: f64::NEG_INFINITY };
        Self {
            bounds: if problem.maximises() { Bounds { primal: bounds.dual, dual: bounds.primal } } else { bounds },
            termination,
            open: Vec::new(),
            upper_open: Vec::new(),
            assignment: Assignment::Single(Vec::new()),
            unreachable: Vec::new(),
            repair,
            multipliers: None,
            trace: Vec::new(),
        }
    }
}
