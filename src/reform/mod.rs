//! The further models of the reform: each takes the same case, answers with a proven interval or with what would make it possible, and
//! says what it does to the referral plan as a change of scenario ([`effect`]).
//!
//! One file a model; formulations with numbered rows stand in [`crate::model::reform`], what is asked in [`crate::policy::reform`], what is
//! written in [`crate::plan::reform`], and what verifies it in [`crate::check::reform`].

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

use crate::backend::BackendError;
use crate::demand::Problem;
use crate::network::{Case, Facility};
use crate::outcome::{Bounds, Limit, Limits, Observer, Termination};
use crate::plan::ReferralPlan;
use crate::plan::reform::{Model, ReformAnswer};
use crate::policy::{PolicyPack, Reform, Scenario};
use serde::Serialize;

/// What a model is given.
#[derive(Debug, Clone, Copy)]
pub struct ReformInput<'a> {
    /// The case.
    pub case: &'a Case,
    /// Its numbers under the scenario.
    pub problem: &'a Problem,
    /// Policy pack in force.
    pub pack: &'a PolicyPack,
    /// What is asked.
    pub rules: &'a Reform,
    /// A referral plan of the same case, for the models that need one.
    pub referral: Option<&'a ReferralPlan>,
    /// Time, gap, threads.
    pub limits: Limits,
    /// Seed of the algorithms that draw.
    pub seed: u64,
}

/// An answer with its proof.
#[derive(Debug, Clone, PartialEq)]
pub struct Solved {
    /// The answer.
    pub answer: ReformAnswer,
    /// Its value.
    pub objective: f64,
    /// Unit of the value: `yuan a year`, `points`, `minutes a head`, ...
    pub unit: &'static str,
    /// More is better; the bounds then hold negated values.
    pub maximised: bool,
    /// Proven interval, as of a minimisation.
    pub bounds: Bounds,
    /// Why the run ended.
    pub termination: Termination,
    /// Who did it.
    pub backend: String,
}

/// One relaxation of those that together make the question answerable. Its sentence is the message `repair-KIND` of the catalogue with
/// `name`, `amount`, `now` and `yuan`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Repair {
    /// Message id without `repair-`.
    pub kind: &'static str,
    /// Code of the place; empty for the whole region.
    pub place: String,
    /// Its name.
    pub name: String,
    /// By how much.
    pub amount: f64,
    /// What stands now.
    pub now: f64,
    /// What that costs, yuan, where a price is known.
    pub yuan: Option<f64>,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Reformed {
    /// An answer.
    Answer(Box<Solved>),
    /// The question contradicts itself or the tables; what would repair it.
    Infeasible(Vec<Repair>),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ReformError {
    /// A limit came first.
    #[error("no plan was found before a limit ({0:?}); give a longer --time")]
    Stopped(Limit),
    /// Something that the model needs is not there.
    #[error("{0}")]
    Lacks(String),
    /// The solver.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

/// Answers a model's question.
///
/// # Errors
/// A limit before the first answer, a missing input, a failing solver; infeasible questions are results.
pub fn solve(model: Model, input: &ReformInput<'_>, observer: &dyn Observer) -> Result<Reformed, ReformError> {
    match model {
        Model::Communities => communities::solve(input, observer),
        Model::Grids => grids::solve(input, observer),
        Model::Access => access::solve(input, observer),
        Model::Centres => centres::solve(input, observer),
        Model::Emergency => emergency::solve(input, observer),
        Model::Mobile => mobile::solve(input, observer),
        Model::Pairing => pairing::solve(input, observer),
        Model::Phases => phases::solve(input, observer),
        Model::Surge => surge::solve(input, observer),
        Model::Staff => staff::solve(input, observer),
        Model::Payment => payment::solve(input, observer),
        Model::Telemedicine => telemedicine::solve(input, observer),
    }
}

/// Lays what an answer does to the referral plan over a scenario; `false` when it does nothing there.
#[must_use]
pub fn effect(answer: &ReformAnswer, scenario: &mut Scenario) -> bool {
    match answer {
        // the referral rules of the tables know no communities
        ReformAnswer::Communities(_) => false,
        ReformAnswer::Grids(a) => grids::effect(a, scenario),
        // what is measured changes nothing; ambulances and mobile teams come to people, and where people go for the rest stays
        ReformAnswer::Access(_) | ReformAnswer::Centres(_) | ReformAnswer::Emergency(_) | ReformAnswer::Mobile(_) => false,
        ReformAnswer::Pairing(a) => pairing::effect(a, scenario),
        ReformAnswer::Phases(a) => phases::effect(a, scenario),
        ReformAnswer::Surge(a) => surge::effect(a, scenario),
        ReformAnswer::Staff(a) => staff::effect(a, scenario),
        ReformAnswer::Payment(a) => payment::effect(a, scenario),
        ReformAnswer::Telemedicine(a) => telemedicine::effect(a, scenario),
    }
}

/// Whether a facility stands and is in one of the areas asked for (all when none is named).
fn asked(input: &ReformInput<'_>, areas: &[String], facility: &Facility) -> bool {
    let network = &input.case.network;
    let area = facility.area.map(|a| network.area(a).code.as_str());
    facility.siting.exist && (areas.is_empty() || area.is_some_and(|a| areas.iter().any(|x| x == a)))
}

#[allow(clippy::cast_precision_loss)] // counts of places
fn count(n: usize) -> f64 {
    n as f64
}

#[allow(clippy::cast_precision_loss)] // far below 2^53
fn people(n: crate::units::Persons) -> f64 {
    n.0 as f64
}

/// An observer for follow-up questions: they are not told of, but can be stopped.
struct Hushed<'a>(&'a dyn Observer);

impl Observer for Hushed<'_> {
    fn stop_requested(&self) -> bool {
        self.0.stop_requested()
    }
}

/// How a MIP ended, in the words of every run.
fn ended(status: crate::backend::LpStatus) -> Termination {
    use crate::backend::LpStatus;
    match status {
        LpStatus::Optimal => Termination::Optimal,
        LpStatus::Stopped(limit) => Termination::Feasible(limit),
        LpStatus::Infeasible => Termination::Infeasible,
        LpStatus::Unbounded => Termination::Unbounded,
    }
}
