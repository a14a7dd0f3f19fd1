//! Beds by area and facility, as even as can be ([`crate::model::beds`] has the formulation): solve, round to whole beds, share out.
//!
//! 1. [`Frame`]: bounds of every area and facility from the case and the question; bounds that contradict each other are a result with
//!    the amounts that would repair them ([`repair`]).
//! 2. The linear programme, with both bounds and the prices of its limits. Max-min solves twice: the rate of the worst-off area, then the
//!    least Gini among the plans that reach it.
//! 3. Whole beds by largest remainder, area first, then facility in proportion to the beds that are there ([`whole`]); all measures are
//!    worked out again. With a Gini limit, single beds are added where they help most until the limit holds in whole beds too.
//!
//! Without cost and freeze the optimum of gini, mad and max-min is one and the same: rates clamped to a common level. The programme
//! is solved all the same, for its proof and its prices; the tests compare the two.

pub mod frame;
pub mod repair;
pub mod whole;

pub use frame::Frame;
pub use repair::{BedsRepair, BedsRepairKind};

use crate::backend::{self, Backend, BackendError, LpSolution, LpStatus};
use crate::model::beds::{Area, BedsModel, Goal, Total};
use crate::network::Network;
use crate::outcome::{Bounds, Event, Limit, Limits, Observer, Termination};
use crate::plan::beds::{AreaBeds, BEDS_KIND, BEDS_VERSION, BedsGoal, BedsPlan, BedsPrices, BedsQuestion, FacilityBeds};
use crate::policy::Scenario;
use crate::policy::params::bed_capital;
use frame::{count, float};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BedsError {
    /// Nobody to have beds for.
    #[error("no area of the case has people")]
    NoPeople,
    /// The pairs would not fit.
    #[error("{0} areas with people; the exact Gini takes at most {most}: plan province by province", most = crate::model::beds::MOST_AREAS)]
    TooManyAreas(usize),
    /// A need weight.
    #[error("the need of area `{0}` is not above zero")]
    Need(String),
    /// A limit came first.
    #[error("no plan was found before a limit ({0:?})")]
    Stopped(Limit),
    /// The solver.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

/// What is asked beside the question.
#[derive(Debug, Clone)]
pub struct BedsInput<'a> {
    /// The case.
    pub network: &'a Network,
    /// Beds in force of each facility.
    pub beds: &'a [f64],
    /// Need of a head in each area of the table; `None`: 1 everywhere.
    pub need: Option<&'a [f64]>,
    /// Where it comes from, `none` without.
    pub need_source: &'a str,
    /// The scenario in force, kept in the plan.
    pub scenario: &'a Scenario,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub enum BedsOutcome {
    /// A plan.
    Plan(Box<BedsPlan>),
    /// The question contradicts itself; what would repair it.
    Infeasible(Vec<BedsRepair>),
}

/// How to solve.
#[derive(Debug, Clone)]
pub struct BedsOptions {
    /// Name of the backend; one with duals, so `highs` or `clarabel`.
    pub backend: String,
    /// Time, gap, threads.
    pub limits: Limits,
}

/// Answers the question.
///
/// # Errors
/// No area with people, more than [`crate::model::beds::MOST_AREAS`] of them, a need weight that is not above zero, a failing solver, a limit.
pub fn solve(
    input: &BedsInput<'_>,
    question: &BedsQuestion,
    options: &BedsOptions,
    observer: &dyn Observer,
) -> Result<BedsOutcome, BedsError> {
    let frame = Frame::read(input.network, input.beds, question, input.need)?;
    let solver = Solver { backend: backend::by_name(&options.backend)?, limits: options.limits, observer };
    let repairs = repair::bounds(input, question, &frame);
    if !repairs.is_empty() {
        return Ok(BedsOutcome::Infeasible(repairs));
    }
    observer.event(&Event::Started { step: "beds", total: None });
    let most = question.most();
    let total = if question.goal == BedsGoal::Cost { Total::AtMost(most) } else { Total::Exactly(most) };
    let goal = match question.goal {
        BedsGoal::Gini => Goal::Gini,
        BedsGoal::MaxMin => Goal::MaxMin,
        BedsGoal::MeanDeviation => Goal::MeanDeviation,
        BedsGoal::Cost => Goal::Cost { gini: question.gini_limit.unwrap_or(1.0) },
    };
    let first = solver.run(&frame.areas, goal, total)?;
    let Some(first) = first else { return Ok(BedsOutcome::Infeasible(repair::gini(input, question, &frame, total, &solver)?)) };
    let placed = if goal == Goal::MaxMin {
        let worst = -first.bounds.primal;
        let raised: Vec<Area> =
            frame.areas.iter().map(|a| Area { lower: a.lower.max((worst * a.heads - 1e-9).min(a.upper)), ..a.clone() }).collect();
        solver.run(&raised, Goal::Gini, total)?.unwrap_or_else(|| first.clone())
    } else {
        first.clone()
    };
    observer.event(&Event::Finished);
    Ok(BedsOutcome::Plan(Box::new(plan(input, question, options, &frame, (&first, &placed)))))
}

/// A solved programme.
#[derive(Debug, Clone)]
pub(crate) struct Solved {
    /// Beds of each area.
    pub beds: Vec<f64>,
    /// Beds added of each kind.
    pub added: Vec<Vec<f64>>,
    /// Both bounds.
    pub bounds: Bounds,
    /// What one more bed in each area does to the objective, total held: the price of its limit.
    limits: Vec<f64>,
    /// Dual of B2.
    total: f64,
    /// Change by a higher mean in B5.
    mean: f64,
    /// Dual of B6.
    gini: f64,
}

/// A backend with its limits.
pub(crate) struct Solver<'a> {
    backend: Box<dyn Backend>,
    limits: Limits,
    observer: &'a dyn Observer,
}

impl Solver<'_> {
    /// Solves one programme; `None` when it is infeasible.
    pub(crate) fn run(&self, areas: &[Area], goal: Goal, total: Total) -> Result<Option<Solved>, BedsError> {
        let model = BedsModel::build(areas, goal, total);
        let LpSolution { status, values, duals, .. } = self.backend.solve(&model.linear, &self.limits, self.observer)?;
        match status {
            LpStatus::Optimal if !values.is_empty() => {}
            LpStatus::Stopped(limit) => return Err(BedsError::Stopped(limit)),
            _ => return Ok(None),
        }
        let dual = |row: usize| duals.get(row).copied().unwrap_or(0.0);
        let (beds, added) = model.beds(areas, &values);
        // The lower limit of an area is also a bound of its columns, so that its price may sit there: what one more bed here does to
        // the objective is the reduced cost without B1. With cost, kinds of beds have prices of their own and B1 speaks for itself.
        let price = |a: usize| {
            let own = dual(model.limits[a]);
            let single = !matches!(goal, Goal::Cost { .. }) && areas[a].kinds.len() == 1 && !duals.is_empty();
            if single { model.linear.reduced_cost(model.added[a], &duals) + own } else { own }
        };
        Ok(Some(Solved {
            beds,
            added,
            bounds: Bounds { primal: model.linear.objective(&values), dual: model.linear.dual_bound(&duals) },
            limits: (0..areas.len()).map(price).collect(),
            total: dual(model.total),
            mean: model.deviations.iter().map(|&(below, above)| dual(below) - dual(above)).sum(),
            gini: model.gini.map_or(0.0, dual),
        }))
    }
}

/// The plan of a solution: rounded, shared out, measured.
fn plan(
    input: &BedsInput<'_>,
    question: &BedsQuestion,
    options: &BedsOptions,
    frame: &Frame,
    (first, placed): (&Solved, &Solved),
) -> BedsPlan {
    let sum: f64 = placed.beds.iter().sum();
    let most = frame.before() + question.most();
    let whole = if question.goal == BedsGoal::Cost { (sum - 1e-6).ceil() } else { sum.round() };
    let mut after = whole::largest_remainder(&placed.beds, count(whole.min(most)));
    if let (BedsGoal::Cost, Some(limit)) = (question.goal, question.gini_limit) {
        mend(frame, &mut after, limit, most);
    }
    let by_site = whole::by_site(frame, &after, &placed.added);
    let network = input.network;
    let heads: f64 = frame.areas.iter().map(|a| a.heads).sum();
    let prices = BedsPrices {
        bed_mean_held: (question.goal == BedsGoal::Gini).then_some(first.total),
        bed: match question.goal {
            BedsGoal::Gini => Some(first.total - first.bounds.primal / sum),
            BedsGoal::MeanDeviation => Some(first.total + first.mean / heads),
            BedsGoal::MaxMin => Some(first.total),
            BedsGoal::Cost => question.add.map(|_| first.total),
        },
        gini_limit: (question.goal == BedsGoal::Cost).then_some(-first.gini * heads * sum * 0.01),
    };
    let areas = (0..frame.ids.len()).map(|a| AreaBeds {
        area: network.areas[frame.ids[a]].code.clone(),
        people: frame.people[a],
        need: frame.need[a],
        before: count(frame.areas[a].before),
        lower: frame.areas[a].lower,
        upper: frame.areas[a].upper,
        exact: placed.beds[a],
        after: after[a],
        price: first.limits[a],
    });
    let facilities: Vec<FacilityBeds> = frame
        .sites
        .iter()
        .zip(&by_site)
        .map(|(s, &after)| FacilityBeds {
            facility: network.facilities[s.facility].code.clone(),
            area: network.areas[frame.ids[s.area]].code.clone(),
            before: s.before,
            after,
        })
        .collect();
    let cost = frame
        .sites
        .iter()
        .zip(&by_site)
        .map(|(s, &after)| float(after.saturating_sub(s.before)) * bed_capital(network.facilities[s.facility].tier))
        .sum();
    let before: Vec<f64> = frame.areas.iter().map(|a| a.before).collect();
    let after_beds: Vec<f64> = after.iter().map(|&b| float(b)).collect();
    let proven = first.bounds.gap() <= options.limits.gap.max(1e-6);
    BedsPlan {
        version: BEDS_VERSION,
        kind: BEDS_KIND.into(),
        fenji: env!("CARGO_PKG_VERSION").into(),
        case: network.name.clone(),
        policy: input.scenario.policy.clone().unwrap_or_default(),
        scenario: input.scenario.clone(),
        question: *question,
        need_source: input.need_source.into(),
        density: frame.density,
        frozen: frame.frozen,
        objective: first.bounds.primal,
        bounds: first.bounds,
        termination: if proven { Termination::Optimal } else { Termination::Feasible(Limit::Numerics) },
        cost,
        before: whole::measures(frame, &before),
        exact: whole::measures(frame, &placed.beds),
        after: whole::measures(frame, &after_beds),
        areas: areas.collect(),
        facilities,
        prices,
        backend: options.backend.clone(),
        seconds: 0.0,
        provenance: network.provenance.clone(),
    }
}

/// Rounding may leave the Gini coefficient a little above its limit: single beds go where they lower it most, as long as there is room.
fn mend(frame: &Frame, after: &mut [u64], limit: f64, most: f64) {
    let gini = |beds: &[u64]| whole::measures(frame, &beds.iter().map(|&b| float(b)).collect::<Vec<_>>()).gini;
    for _ in 0..4 * after.len() {
        let now = gini(after);
        if now <= limit || float(after.iter().sum()) >= most {
            return;
        }
        let mut better: Option<(f64, usize)> = None;
        for a in (0..after.len()).filter(|&a| float(after[a] + 1) <= frame.areas[a].upper + 1e-9) {
            let mut tried = after.to_vec();
            tried[a] += 1;
            let g = gini(&tried);
            if g < better.map_or(now, |(best, _)| best) {
                better = Some((g, a));
            }
        }
        let Some((_, a)) = better else { return };
        after[a] += 1;
    }
}
