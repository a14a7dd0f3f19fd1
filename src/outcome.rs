//! What every solver and algorithm says of its run: limits going in, events on the way, termination and two bounds coming out.

use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// When a run has to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Wall-clock limit; `None` is no limit.
    pub time: Option<Duration>,
    /// Relative gap `(primal - dual) / max(1, |primal|)` at which the answer is good enough.
    pub gap: f64,
    /// Threads to use (at least 1).
    pub threads: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: None, gap: 1e-6, threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get) }
    }
}

/// A proven interval around the optimum of a minimisation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Bounds {
    /// Value of the best feasible answer (upper bound), `inf` when there is none; JSON has no infinity and says `null`.
    #[serde(deserialize_with = "or_infinity")]
    #[schemars(with = "Option<f64>")]
    pub primal: f64,
    /// No answer can be below this (lower bound), `-inf` when nothing is proven; `null` in JSON.
    #[serde(deserialize_with = "or_minus_infinity")]
    #[schemars(with = "Option<f64>")]
    pub dual: f64,
}

fn or_infinity<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Option::deserialize(deserializer).map(|v| v.unwrap_or(f64::INFINITY))
}

fn or_minus_infinity<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Option::deserialize(deserializer).map(|v| v.unwrap_or(f64::NEG_INFINITY))
}

impl Bounds {
    /// Relative gap `(primal - dual) / max(1, |primal|)`, never negative; infinite when a side is missing.
    #[must_use]
    pub fn gap(&self) -> f64 {
        if self.primal.is_finite() && self.dual.is_finite() {
            ((self.primal - self.dual) / self.primal.abs().max(1.0)).max(0.0)
        } else {
            f64::INFINITY
        }
    }
}

/// Which limit ended a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// The clock.
    Time,
    /// Iterations.
    Iterations,
    /// The user asked to stop (Ctrl-C).
    Interrupted,
    /// The arithmetic gave out before the tolerance was met.
    Numerics,
}

/// Why a run ended. Infeasible and limits are results, not errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Termination {
    /// The gap asked for is proven.
    Optimal,
    /// A feasible answer with bounds, ended by a limit.
    Feasible(Limit),
    /// Nothing feasible was found before a limit.
    NoSolution(Limit),
    /// No answer exists; the repair is told apart.
    Infeasible,
    /// The objective can fall without end: the model is wrong.
    Unbounded,
}

/// Something worth showing while work goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A step begins; `total` units of work when known.
    Started {
        /// What is being done, in a few words.
        step: &'static str,
        /// Units of work when known.
        total: Option<u64>,
    },
    /// Units of work done in the current step.
    Progress {
        /// Units done.
        done: u64,
    },
    /// New bounds.
    Improved {
        /// Seconds since the start of the run.
        seconds: f64,
        /// The bounds, yuan a year.
        bounds: Bounds,
    },
    /// The current step ended.
    Finished,
    /// A remark a user should read.
    Note(String),
}

/// Receives events and is asked whether to go on. The library never prints.
pub trait Observer: Sync {
    /// Called with each event, from any thread.
    fn event(&self, _event: &Event) {}
    /// True when the user wants the best answer so far now.
    fn stop_requested(&self) -> bool {
        false
    }
}

/// An observer that watches nothing.
#[derive(Debug, Default)]
pub struct Silent;

impl Observer for Silent {}

/// An observer with a stop flag and nothing else.
#[derive(Debug, Default)]
pub struct StopFlag(AtomicBool);

impl StopFlag {
    /// Ask the run to stop.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Observer for StopFlag {
    fn stop_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
