//! One solve of the referral LP: form, method, backend, bounds.

use super::repair::{self, Diagnosis};
use super::{coarse, decompose, lazy};
use crate::backend::{self, Backend, BackendError, LpSolution, LpStatus};
use crate::demand::Problem;
use crate::model::columns::{ColKey, Var};
use crate::model::referral_extract::objective_parts;
use crate::model::{Form, ReferralModel};
use crate::outcome::{Bounds, Event, Limit, Limits, Observer, Termination};
use crate::plan::Flows;
use crate::plan::referral::{Marginals, ObjectiveParts, Shortfall};

/// How the LP is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// Chosen by size and structure.
    #[default]
    Auto,
    /// The form of the text, all columns at once.
    Text,
    /// The lean form, all columns at once.
    Direct,
    /// The lean form, columns on demand.
    Lazy,
    /// The lean form by areas, shared beds priced.
    Decomposed,
}

impl Method {
    /// Name as it stands in the plan.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Text => "text",
            Self::Direct => "direct",
            Self::Lazy => "lazy",
            Self::Decomposed => "decomposed",
        }
    }
}

/// What a solve is asked to do.
#[derive(Debug, Clone, PartialEq)]
pub struct SolveOptions {
    /// Backend name.
    pub backend: String,
    /// Method.
    pub method: Method,
    /// Limits.
    pub limits: Limits,
}

impl Default for SolveOptions {
    fn default() -> Self {
        Self { backend: backend::names()[0].to_owned(), method: Method::Auto, limits: Limits::default() }
    }
}

/// What a solve returns.
#[derive(Debug, Clone)]
pub struct ReferralSolution {
    /// Flows; empty when there is no answer.
    pub flows: Flows,
    /// Shortfalls of the targets.
    pub shortfalls: Vec<Shortfall>,
    /// Prices.
    pub marginals: Marginals,
    /// Parts of the objective, yuan a year.
    pub parts: ObjectiveParts,
    /// Bounds, yuan a year.
    pub bounds: Bounds,
    /// Why the run ended.
    pub termination: Termination,
    /// Backend that did it.
    pub backend: &'static str,
    /// Method that did it.
    pub method: Method,
    /// What would make an infeasible case feasible.
    pub diagnosis: Option<Diagnosis>,
    /// Columns, rows and nonzeros of the LP.
    pub size: [usize; 3],
    /// Iterations of the solver.
    pub iterations: u64,
}

/// Why no solve took place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SolveError {
    /// The backend.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

/// Solves the referral LP of a problem.
///
/// # Errors
/// When the backend is unknown or fails; infeasible and limits are results.
pub fn solve(problem: &Problem, options: &SolveOptions, observer: &dyn Observer) -> Result<ReferralSolution, SolveError> {
    let backend = backend::by_name(&options.backend)?;
    let method = choose(problem, options.method);
    let hard = problem.hard_targets || problem.hard_service;
    if method == Method::Decomposed && hard {
        return repair_first(problem, backend.as_ref(), options, observer);
    }
    let mut out = attempt(problem, problem, backend.as_ref(), method, options, observer)?;
    if out.termination == Termination::Infeasible {
        out.diagnosis = Some(repaired(problem, backend.as_ref(), method, &options.limits, observer)?);
    }
    Ok(out)
}

fn repaired(
    problem: &Problem,
    backend: &dyn Backend,
    method: Method,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Diagnosis, SolveError> {
    observer.event(&Event::Started { step: "repair", total: None });
    let diagnosis = repair::diagnose(problem, backend, method, limits, &Unbounded(observer))?;
    observer.event(&Event::Finished);
    Ok(diagnosis)
}

/// Hard rows of a large case: the smallest repair is worked out first. Where one is needed the case is infeasible and the answer
/// known; where none is, the plan follows.
fn repair_first(
    problem: &Problem,
    backend: &dyn Backend,
    options: &SolveOptions,
    observer: &dyn Observer,
) -> Result<ReferralSolution, SolveError> {
    let begun = std::time::Instant::now();
    let diagnosis = repaired(problem, backend, Method::Decomposed, &options.limits, observer)?;
    if diagnosis.smallest && diagnosis.needed {
        return Ok(ReferralSolution {
            flows: Flows::default(),
            shortfalls: Vec::new(),
            marginals: Marginals::default(),
            parts: ObjectiveParts::default(),
            bounds: Bounds { primal: f64::INFINITY, dual: f64::NEG_INFINITY },
            termination: Termination::Infeasible,
            backend: backend.name(),
            method: Method::Decomposed,
            size: diagnosis.size,
            iterations: diagnosis.iterations,
            diagnosis: Some(diagnosis),
        });
    }
    let left = Limits { time: options.limits.time.map(|t| t.saturating_sub(begun.elapsed())), ..options.limits };
    let mut out = attempt_by_penalty(problem, backend, &SolveOptions { limits: left, ..options.clone() }, observer)?;
    if out.termination == Termination::Infeasible {
        out.diagnosis = Some(diagnosis);
    }
    Ok(out)
}

/// One solve of `asked`; prices and flows are read as those of `problem`, which differs in its penalties at most.
fn attempt(
    problem: &Problem,
    asked: &Problem,
    backend: &dyn Backend,
    method: Method,
    options: &SolveOptions,
    observer: &dyn Observer,
) -> Result<ReferralSolution, SolveError> {
    observer.event(&Event::Started { step: "model", total: None });
    let form = if method == Method::Text { Form::Text } else { Form::Lean };
    let model = ReferralModel::build(asked, form);
    observer.event(&Event::Finished);
    observer.event(&Event::Started { step: "solve", total: None });
    let lp = run(asked, &model, backend, method, &options.limits, observer)?;
    observer.event(&Event::Finished);
    Ok(read(problem, &model, &lp, backend.name(), method, options.limits.gap))
}

/// Hard rows of a case that is taken apart: a block by itself cannot tell whether the whole is infeasible, so the hard rows get
/// a penalty far above every price of the plan. Where nothing is left of them the plan is that of the hard case (the penalty
/// is exact) and its bound holds for it; where something is, the case is infeasible.
fn attempt_by_penalty(
    problem: &Problem,
    backend: &dyn Backend,
    options: &SolveOptions,
    observer: &dyn Observer,
) -> Result<ReferralSolution, SolveError> {
    let dearest = (0..problem.classes.len()).map(|k| problem.unmet_price(crate::ids::ClassId::new(k))).fold(0.0, f64::max);
    let mut asked = Problem { hard_targets: false, hard_service: false, ..problem.clone() };
    if problem.hard_targets {
        asked.prices.target_shortfall = HARD_TARGET * dearest;
    }
    if problem.hard_service {
        asked.prices.unmet_factor *= HARD_SERVICE;
        asked.prices.displaced_share /= HARD_SERVICE;
    }
    let mut out = attempt(problem, &asked, backend, Method::Decomposed, options, observer)?;
    let demand: f64 = problem.demand.iter().sum();
    let short: f64 =
        out.shortfalls.iter().filter(|s| !matches!(s.target.as_str(), "fund_balance" | "facility_budget")).map(|s| s.short).sum();
    let unmet: f64 = out.flows.unserved.cases.iter().chain(&out.flows.no_access.cases).sum();
    let missed = (problem.hard_targets && short > HARD_SLACK * demand) || (problem.hard_service && unmet > HARD_SLACK * demand);
    if missed && matches!(out.termination, Termination::Optimal | Termination::Feasible(_)) {
        out.termination = Termination::Infeasible;
    }
    Ok(out)
}

/// Price of a case short of a hard target, in dearest cases of unmet need: a plan may have to leave several unserved to gain one.
const HARD_TARGET: f64 = 50.0;
/// Factor on the price of unmet need when service is hard.
const HARD_SERVICE: f64 = 20.0;
/// Share of demand below which what a penalty leaves is rounding.
const HARD_SLACK: f64 = 1e-7;

/// What `auto` means: several blocks of some size are taken apart, a small case is solved whole.
pub(crate) fn choose(problem: &Problem, asked: Method) -> Method {
    match asked {
        Method::Auto if problem.network.settlements.len() > SMALL_CASE && problem.network.areas.len() > 1 => Method::Decomposed,
        Method::Auto => Method::Lazy,
        m => m,
    }
}

pub(crate) fn run(
    problem: &Problem,
    model: &ReferralModel,
    backend: &dyn Backend,
    method: Method,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<LpSolution, BackendError> {
    match method {
        Method::Decomposed => decomposed(problem, model, backend, &Shape::AS_IS, limits, observer),
        Method::Lazy => {
            let likely = likely_columns(problem, model);
            lazy::solve(&model.linear, backend, |j| likely[j], limits, observer)
        }
        _ => backend.solve(&model.linear, limits, observer),
    }
}

/// What has been done to a model since it was built from its problem, to be done to its coarse picture too.
pub(crate) struct Shape<'a> {
    /// The change.
    pub apply: &'a (dyn Fn(&Problem, &mut ReferralModel) + Sync),
    /// Factor on the costs of the plan's own objective.
    pub scale: f64,
}

impl Shape<'_> {
    /// Nothing.
    const AS_IS: Self = Shape { apply: &|_, _| {}, scale: 1.0 };
}

/// By blocks, guided by a coarse picture where the case is large.
pub(crate) fn decomposed(
    problem: &Problem,
    model: &ReferralModel,
    backend: &dyn Backend,
    shape: &Shape<'_>,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<LpSolution, BackendError> {
    let begun = std::time::Instant::now();
    let blocks = Blocks::of(problem);
    let block_of = blocks.of_columns(problem, model);
    let for_guide = Limits { time: limits.time.map(|t| t.mul_f64(GUIDE_SHARE)), ..*limits };
    let guide = guide(problem, model, &blocks, backend, shape, &for_guide, observer)?;
    let limits = &Limits { time: limits.time.map(|t| t.saturating_sub(begun.elapsed())), ..*limits };
    let likely = guide.as_ref().map_or_else(|| likely_columns(problem, model), |g| coarse::likely(model, &g.duals, shape.scale));
    let start = |j: usize| likely[j];
    let partition = decompose::Partition { block_of: &block_of, weight: &blocks.weight, start: &start, guide: guide.as_ref() };
    match decompose::solve(&model.linear, backend, &partition, limits, observer)? {
        Some(solution) => Ok(solution),
        None => lazy::solve(&model.linear, backend, start, limits, observer),
    }
}

/// Solves the coarse picture, when the case has many settlements a township.
fn guide(
    problem: &Problem,
    model: &ReferralModel,
    blocks: &Blocks,
    backend: &dyn Backend,
    shape: &Shape<'_>,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Option<decompose::Guide>, BackendError> {
    let rough = coarse::coarsen(problem);
    let (few, many) = (rough.problem.network.settlements.len(), problem.network.settlements.len());
    if many < COARSE_FROM || few * COARSE_RATIO > many {
        return Ok(None);
    }
    let mut small = ReferralModel::build_with(&rough.problem, Form::Lean, model.rows.treatment_cost.is_some());
    (shape.apply)(&rough.problem, &mut small);
    let method = if few > COARSE_WHOLE { Method::Decomposed } else { Method::Lazy };
    let lp = run(&rough.problem, &small, backend, method, &Limits { gap: limits.gap.max(1e-3), ..*limits }, &Unbounded(observer))?;
    if lp.values.is_empty() || lp.duals.is_empty() {
        return Ok(None);
    }
    let duals = coarse::lift_duals(&rough, &small, &lp.duals, problem, model);
    let usage = coarse::usage(&small, &blocks.of_columns(&rough.problem, &small), &lp.values, model, blocks.weight.len());
    tracing::debug!(settlements = few, objective = small.linear.objective(&lp.values), bound = model.linear.dual_bound(&duals), "coarse");
    Ok(Some(decompose::Guide { duals, usage }))
}

/// Passes everything on but bounds: those of a coarse picture or of a repair are no plan's of the case, and who hears of a plan may ask for it by stopping.
struct Unbounded<'a>(&'a dyn Observer);

impl Observer for Unbounded<'_> {
    fn event(&self, event: &Event) {
        if !matches!(event, Event::Improved { .. }) {
            self.0.event(event);
        }
    }

    fn stop_requested(&self) -> bool {
        self.0.stop_requested()
    }
}

/// Part of the time limit that a coarse picture may take.
const GUIDE_SHARE: f64 = 0.25;

/// Settlements up to which a coarse picture is solved whole.
const COARSE_WHOLE: usize = 100;

/// Settlements from which a coarse picture pays.
const COARSE_FROM: usize = 800;
/// Settlements a township from which a coarse picture pays.
const COARSE_RATIO: usize = 3;

/// Blocks of areas.
struct Blocks {
    of_area: Vec<u32>,
    weight: Vec<f64>,
}

impl Blocks {
    /// Prefectures where the case names several and they are not too large; else every area by itself.
    fn of(problem: &Problem) -> Self {
        let net = &problem.network;
        let mut names: Vec<&str> = Vec::new();
        let mut of_area = Vec::with_capacity(net.areas.len());
        for area in &net.areas {
            let name = area.prefecture.as_deref().unwrap_or("");
            let n = names.iter().position(|x| *x == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            });
            of_area.push(crate::ids::AreaId::new(n).0);
        }
        if names.len() < 2 || net.settlements.len() > names.len() * LARGEST_BLOCK {
            of_area = (0..net.areas.len()).map(|a| crate::ids::AreaId::new(a).0).collect();
        }
        let mut weight = vec![0.0; of_area.iter().max().map_or(0, |m| *m as usize + 1)];
        for s in &net.settlements {
            weight[of_area[s.area.index()] as usize] += s.population.0 as f64;
        }
        Self { of_area, weight }
    }

    fn of_columns(&self, problem: &Problem, model: &ReferralModel) -> Vec<Option<u32>> {
        model.keys.iter().map(|key| self.of_column(problem, model, key)).collect()
    }

    fn of_column(&self, problem: &Problem, model: &ReferralModel, key: &ColKey) -> Option<u32> {
        let area = match key.var {
            Var::First | Var::Displaced | Var::NoAccess => problem.network.settlements[key.place as usize].area.index(),
            Var::Shortfall => {
                let target = &model.targets[key.place as usize];
                if target.name == "facility_budget" {
                    return None;
                }
                target.place? as usize
            }
            // what mends a hospital that several areas use mends it for all of them
            Var::Repair if problem.network.facilities[key.from as usize].rank() > 2 => return None,
            _ => key.place as usize,
        };
        Some(self.of_area[area])
    }
}

/// Violation of a row, relative to its side, at which values are no answer.
const FEASIBLE: f64 = 1e-6;

/// Settlements up to which a case is solved whole.
const SMALL_CASE: usize = 400;

/// Settlements a block may have on average before prefectures are split into areas.
const LARGEST_BLOCK: usize = 200;

/// Columns to begin with: everything but displaced first contact, redirects and long first-contact arcs.
pub(crate) fn likely_columns(_problem: &Problem, model: &ReferralModel) -> Vec<bool> {
    model.keys.iter().map(|key| !matches!(key.var, Var::Displaced)).collect()
}

fn read(problem: &Problem, model: &ReferralModel, lp: &LpSolution, backend: &'static str, method: Method, gap: f64) -> ReferralSolution {
    let size = [model.linear.col_count(), model.linear.row_count(), model.linear.nonzero_count()];
    let yuan = 1.0 / crate::model::referral_rows::MONEY;
    let dual = if lp.duals.is_empty() { f64::NEG_INFINITY } else { model.linear.dual_bound(&lp.duals) * yuan };
    tracing::debug!(violation = if lp.values.is_empty() { f64::NAN } else { model.linear.violation(&lp.values) }, "read");
    let usable = !lp.values.is_empty() && lp.status != LpStatus::Infeasible && model.linear.violation(&lp.values) < FEASIBLE;
    let mut out = ReferralSolution {
        flows: Flows::default(),
        shortfalls: Vec::new(),
        marginals: model.marginals(problem, &lp.duals),
        parts: ObjectiveParts::default(),
        bounds: Bounds { primal: f64::INFINITY, dual },
        termination: Termination::Infeasible,
        backend,
        method,
        diagnosis: None,
        size,
        iterations: lp.iterations,
    };
    if usable {
        out.flows = model.flows(problem, &lp.values);
        out.shortfalls = model.shortfalls(&lp.values, &lp.duals);
        out.parts = objective_parts(problem, &out.flows, &out.shortfalls);
        out.bounds.primal = out.parts.total();
    }
    out.termination = match lp.status {
        LpStatus::Optimal if usable && out.bounds.gap() <= gap => Termination::Optimal,
        LpStatus::Optimal if usable => Termination::Feasible(Limit::Numerics),
        LpStatus::Optimal => Termination::NoSolution(Limit::Numerics),
        LpStatus::Stopped(limit) if usable => Termination::Feasible(limit),
        LpStatus::Stopped(limit) => Termination::NoSolution(limit),
        LpStatus::Infeasible => Termination::Infeasible,
        LpStatus::Unbounded => Termination::Unbounded,
    };
    out
}
