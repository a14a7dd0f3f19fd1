//! Batches: cases x scenarios x parameter grids x commands, each job a process of its own, its result a folder of its own.
//!
//! # How a batch is kept whole
//!
//! A job is identified by a hash of all that could change its result: the bytes of its case, of its scenario with its parameters, the
//! command and its arguments, and the program itself. It works in a scratch folder; when it has ended, its plan, its answer and its record
//! (with a checksum of every file) appear under `jobs/HASH/` by one rename. So there is no half result: what is there is read back against
//! its checksums, and what is damaged or missing is done again. A batch that was killed goes on where it was.
//!
//! # Folder of a batch
//!
//! | name | what is there |
//! | --- | --- |
//! | `batch.json` | what the batch is: hashes of specification and program, all jobs in their order, the shard |
//! | `spec.toml` | the specification as it was read |
//! | `cases/` | sub-cases that were cut out of larger ones |
//! | `scenarios/` | scenarios with their parameters laid over |
//! | `jobs/HASH/` | `record.json`, `answer.json`, `result/` with plan and report |
//! | `data/` | the data set: `jobs.csv`, and jobs, indicators, ledger, facilities, flows as Parquet |
//! | `report.html` | the page |
//!
//! # Files of the room
//!
//! | file | what is there |
//! | --- | --- |
//! | [`spec`], `spec_check` | the specification, checked at the door |
//! | [`grid`] | parameter grids laid over scenarios |
//! | [`cut`] | sub-cases |
//! | [`expand`], `inputs` | from the specification to jobs with their hashes |
//! | [`folder`], [`sealed`] | the folder: lock and list of jobs; results with their checksums |
//! | [`inside`] | one job inside this process, for the Python package |
//! | [`job`] | one job: child processes, measured and watched |
//! | [`shared`] | hospitals that several cases share: priced and shared out between rounds of jobs |
//! | [`run`] | all jobs, so many at a time, within the memory |
//! | [`data`], `tables` | the data set |
//! | [`merge`] | shards put together |
//! | [`page`], `page_tables`, `page_words`, `maps` | the page |

pub mod cut;
pub mod data;
pub mod expand;
pub mod folder;
pub mod gather;
pub mod grid;
mod inputs;
pub mod inside;
pub mod job;
mod maps;
pub mod merge;
pub mod page;
mod page_tables;
mod page_words;
pub mod run;
pub mod sealed;
pub mod shared;
pub mod spec;
mod spec_check;
mod tables;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A checked plan.
    Done,
    /// What was asked cannot be had; the answer says what would repair it.
    Infeasible,
    /// The program failed, or the input is not valid.
    Failed,
    /// A limit of time came before an answer.
    Limit,
    /// Ended for taking more memory than the batch may.
    Overmemory,
    /// Cut short by Ctrl-C; it is done again when the batch goes on.
    Interrupted,
}

impl Status {
    /// All, in the order in which they are counted.
    pub const ALL: [Self; 6] = [Self::Done, Self::Infeasible, Self::Failed, Self::Limit, Self::Overmemory, Self::Interrupted];

    /// The word in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Infeasible => "infeasible",
            Self::Failed => "failed",
            Self::Limit => "limit",
            Self::Overmemory => "overmemory",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether a batch that goes on leaves the job as it is.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Interrupted)
    }

    /// Whether the job has an answer: a plan, or the proof that there is none.
    #[must_use]
    pub const fn is_answer(self) -> bool {
        matches!(self, Self::Done | Self::Infeasible)
    }
}

/// A job as the list of a batch holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Hash of everything that could change the result; names the folder of the job.
    pub hash: String,
    /// Name of the case.
    pub case: String,
    /// Name of the case it was cut out of; the case itself otherwise.
    pub parent: String,
    /// Area or prefecture that a sub-case is.
    pub group: Option<String>,
    /// Name of the scenario.
    pub scenario: String,
    /// Command.
    pub command: String,
    /// Its further arguments.
    pub arguments: Vec<String>,
    /// Parameters of the grid, by scenario key.
    pub parameters: BTreeMap<String, toml::Value>,
}

impl Entry {
    /// A short name for people: `county-500114 referral gamma60 gamma=0.6`.
    #[must_use]
    pub fn label(&self) -> String {
        let mut out = format!("{} {} {}", self.case, self.command, self.scenario);
        for (key, value) in &self.parameters {
            out.push_str(&format!(" {key}={}", shown(value)));
        }
        out
    }

    /// Scenario and parameters for people, without the case.
    #[must_use]
    pub fn variant(&self) -> String {
        let mut out = self.scenario.clone();
        for (key, value) in &self.parameters {
            out.push_str(&format!(", {key} = {}", shown(value)));
        }
        out
    }
}

/// A parameter as people write it.
#[must_use]
pub fn shown(value: &toml::Value) -> String {
    match value {
        toml::Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

/// What a job came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Hash of the job.
    pub hash: String,
    /// How it ended.
    pub status: Status,
    /// Why its solve ended: `optimal`, `feasible`, ...
    pub termination: Option<String>,
    /// Exit code of its (last) process; `None` when a signal ended it.
    pub exit: Option<i32>,
    /// Value of the plan.
    pub objective: Option<f64>,
    /// Proven bound.
    pub bound: Option<f64>,
    /// Relative gap between them.
    pub gap: Option<f64>,
    /// Page or plan to open, inside the folder of the job.
    pub opens: Option<String>,
    /// What went wrong.
    pub message: String,
    /// Wall time of its processes, s.
    pub seconds: f64,
    /// Processor time of its processes, s.
    pub cpu: Option<f64>,
    /// Largest peak memory of its processes, bytes.
    pub peak_memory: Option<u64>,
}

/// What a batch says while it runs. The library never prints.
#[derive(Debug, Clone)]
pub enum Said<'a> {
    /// It begins: jobs to do, jobs that are there.
    Begun {
        /// To do.
        waiting: usize,
        /// There already.
        there: usize,
    },
    /// A job begins on a place (0 to jobs at a time - 1).
    Started {
        /// Place.
        place: usize,
        /// Its name.
        label: &'a str,
    },
    /// A job is still at work.
    Alive {
        /// Place.
        place: usize,
        /// Memory it holds, bytes.
        memory: u64,
    },
    /// A job waits again: the memory did not suffice beside the others.
    PutBack {
        /// Place.
        place: usize,
        /// Its name.
        label: &'a str,
    },
    /// A job ended.
    Ended {
        /// Place.
        place: usize,
        /// Its name.
        label: &'a str,
        /// What it came to.
        record: &'a Record,
    },
    /// A remark.
    Note(&'a str),
}

/// Receives what a batch says and is asked whether to go on; called from many threads.
pub trait Watch: Sync {
    /// Something happened.
    fn said(&self, said: &Said<'_>);
    /// True when the user wants the batch to stop.
    fn stop_requested(&self) -> bool;
}
