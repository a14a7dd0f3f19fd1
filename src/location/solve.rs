//! Which engine answers which question.

use super::{Answer, Settings, capacitated, cover, levels, median, preflight, whole};
use crate::backend::BackendError;
use crate::backend::guarded::Guarded;
use crate::instance::{Instance, Problem};
use crate::outcome::{Observer, Termination};

/// How a problem is to be solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// The engine made for the problem, or one model where that is as good.
    #[default]
    Auto,
    /// The engine made for the problem.
    Own,
    /// One model, by a solver.
    Mip,
}

/// What does the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Set covering, maximal covering, p-center ([`cover`]).
    Cover,
    /// p-median and uncapacitated location ([`median`]).
    Median,
    /// Capacities, split or single-source ([`capacitated`]).
    Capacitated,
    /// Two levels ([`levels`]).
    Levels,
    /// One mixed-integer model ([`whole`]).
    Whole,
}

impl Engine {
    /// `own` or `mip`, as a solution file says.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cover | Self::Median | Self::Capacitated | Self::Levels => "own",
            Self::Whole => "mip",
        }
    }
}

/// The engine of a method for a problem.
#[must_use]
pub fn engine(problem: &Problem, method: Method) -> Engine {
    match (method, problem) {
        (Method::Mip, _) => Engine::Whole,
        (_, Problem::SetCover { .. } | Problem::MaxCover { .. } | Problem::PCenter { .. }) => Engine::Cover,
        (_, Problem::PMedian { .. } | Problem::Uncapacitated) => Engine::Median,
        (_, Problem::Capacitated | Problem::SingleSource | Problem::CapacitatedPMedian { .. }) => Engine::Capacitated,
        (_, Problem::TwoLevel | Problem::TwoStage) => Engine::Levels,
    }
}

/// Solves a problem.
///
/// # Errors
/// When a solver fails; infeasible questions and limits are results.
pub fn solve(
    instance: &Instance,
    problem: Problem,
    method: Method,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Answer, BackendError> {
    if let Some(what) = preflight::lacks(instance, &problem) {
        let repair = vec![format!("the instance has no {what}: add them")];
        return Ok(Answer::none(&problem, Termination::Infeasible, repair));
    }
    match engine(&problem, method) {
        Engine::Cover => cover::solve(instance, problem, settings, observer),
        Engine::Median => median::solve(instance, problem, settings, observer),
        Engine::Capacitated => capacitated::solve(instance, problem, settings, observer),
        Engine::Levels => levels::solve(instance, problem, settings, observer),
        Engine::Whole => whole::solve(instance, problem, &Guarded, settings, observer),
    }
}
