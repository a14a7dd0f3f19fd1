//! A bench for solver settings: instances x problems x settings x seeds, each run a process of its own, its result a file of its own.
//!
//! # How time is taken
//!
//! Every run is a child process of the same program (or of another build of it, to compare two). On Linux it is pinned to as many cores
//! as its setting has threads, disjoint from those of every other run, and one job at a time is the default: nothing of the bench runs
//! beside a measurement but a parent that sleeps. Wall time is from the start of the process to its end; processor time and peak
//! memory are those the system counts for the process when it ends (`wait4`). The program's own seconds, without start-up and reading,
//! are kept beside them. The load of the machine when a run began is written down: a bench on a busy machine shows that it was one.
//!
//! # How a bench is resumed
//!
//! The result of a run is written whole or not at all under a hash of everything that could change it: the instance's bytes or the
//! parameters that generate it, problem, setting, seed, limits, and the bytes of the program. What is there is not run again; a killed
//! bench goes on where it was, and a new build measures anew.
//!
//! # What is shown
//!
//! | file | what is there |
//! | --- | --- |
//! | [`spec`] | the specification, checked at the door |
//! | [`expand`] | from the specification to runs with their hashes |
//! | [`instances`] | seeded instances of location problems |
//! | [`engine`] | the textbook models of small location problems, for any backend and option |
//! | [`run`] | one child process, measured; all of them, in order |
//! | [`collect`] | results read back, judged, tabled |
//! | [`profile`] | performance profiles (Dolan and More 2002, doi:10.1007/s101070100263), time-to-gap curves, shifted geometric means |
//! | [`page`], `tables` | CSV, Parquet and one HTML page |

pub mod collect;
pub mod engine;
pub mod expand;
pub mod instances;
pub mod page;
#[cfg(feature = "parquet")]
pub mod parquet_out;
pub mod profile;
pub mod run;
pub mod spec;
mod tables;

use serde::{Deserialize, Serialize};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The gap asked for is proven.
    Solved,
    /// An answer, its gap wider than asked for, at the limit.
    Limit,
    /// Proven infeasible.
    Infeasible,
    /// A limit came before any answer.
    NoAnswer,
    /// Killed for running far over its limit.
    Overrun,
    /// The program failed.
    Failed,
}

impl Status {
    /// The word in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Solved => "solved",
            Self::Limit => "limit",
            Self::Infeasible => "infeasible",
            Self::NoAnswer => "no_answer",
            Self::Overrun => "overrun",
            Self::Failed => "failed",
        }
    }

    /// Whether it counts as solved: a proof of infeasibility is an answer.
    #[must_use]
    pub const fn is_solved(self) -> bool {
        matches!(self, Self::Solved | Self::Infeasible)
    }
}

/// What one run came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Hash of everything that could change the result.
    pub hash: String,
    /// Instance.
    pub instance: String,
    /// Problem.
    pub problem: String,
    /// Setting.
    pub setting: String,
    /// Seed.
    pub seed: u64,
    /// Threads.
    pub threads: u32,
    /// Time limit, s.
    pub limit: f64,
    /// Gap asked for.
    pub gap_asked: f64,
    /// Whether larger values are better.
    pub maximise: bool,
    /// How it ended.
    pub status: Status,
    /// Exit code of the process; `None` when a signal ended it.
    pub exit: Option<i32>,
    /// Value of the best answer.
    pub value: Option<f64>,
    /// Proven bound.
    pub bound: Option<f64>,
    /// Relative gap between them.
    pub gap: Option<f64>,
    /// From the start of the process to its end, s.
    pub wall: f64,
    /// Processor time of the process, s.
    pub cpu: Option<f64>,
    /// Seconds the program says of its own work.
    pub own_seconds: Option<f64>,
    /// Peak memory of the process, bytes.
    pub peak_memory: Option<u64>,
    /// Load of the machine (average of one minute) when it began.
    pub load: Option<f64>,
    /// Cores it was pinned to.
    pub cores: Vec<u32>,
    /// `(seconds, value, bound)` as they improved; nothing known is `None`.
    pub trace: Vec<(f64, Option<f64>, Option<f64>)>,
    /// The end of what the program said when it failed.
    pub message: String,
}
