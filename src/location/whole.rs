//! Every problem as one mixed-integer model, solved by a backend: the reference for the engines, and the way for small instances.
//!
//! Clients `i`, sites `j`, `w_i` demand, `c_ij` service cost, `d_ij` distance, `f_j` fixed cost, `q_j` capacity; pairs without a way have no column.
//!
//! ```text
//! min  sum_j f_j y_j + sum_ij c_ij x_ij                                                            (1)
//!      sum_j x_ij = 1                          every client that can be served                    (2)
//!      x_ij <= y_j                             every pair                                         (3)
//!      sum_j y_j <= p                          p-median, p-center, capacitated p-median           (4)
//!      sum_i (w_i / q_j) x_ij <= y_j           capacitated, in shares of the capacity             (5)
//!      x_ij in {0, 1}                          single source                                      (6)
//! p-center:  min z,   sum_j d_ij x_ij <= z     every client                                       (7)
//! set covering:  min sum_j f_j y_j,  sum_{j: d_ij <= T} y_j >= 1                                  (8)
//! maximal covering:  max sum_i w_i s_i,  s_i <= sum_{j: d_ij <= T} y_j,  s_i <= 1,  and (4)       (9)
//! ```
//!
//! Costs are never negative, so that `<= p` and `= p` have the same optimum. (3) is the disaggregated form, whose relaxation is nearly tight
//! (Balinski 1965; ReVelle & Swain 1970, <https://doi.org/10.1111/j.1538-4632.1970.tb00142.x>; Church & ReVelle 1974, <https://doi.org/10.1007/BF01942293>;
//! Toregas et al. 1971, <https://doi.org/10.1287/opre.19.6.1363>). A client of no demand needs no service where it may be split.
//! Models with an upper level are in `whole_levels`.

use super::watch::{Watch, termination};
use super::{Answer, Assignment, Settings, preflight, serve, whole_levels, whole_repair};
use crate::backend::{Backend, BackendError, LpStatus, MipSolution};
use crate::instance::{Instance, Problem};
use crate::model::LinearModel;
use crate::outcome::{Bounds, Limit, Observer, Termination};

/// Most pairs of client and site for one model.
pub const MOST_PAIRS: usize = 30_000_000;

/// Share of a client below which a column counts as zero.
const SHARE: f64 = 1e-9;

/// Solves a problem as one model.
///
/// # Errors
/// When the solver fails, or the model would have more than [`MOST_PAIRS`] pairs. Infeasible questions and limits are results.
pub fn solve(
    instance: &Instance,
    problem: Problem,
    backend: &dyn Backend,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Answer, BackendError> {
    let unreachable = serve::unreachable(instance, &problem);
    if let Some(answer) = preflight::infeasible(instance, &problem, &unreachable) {
        return Ok(answer);
    }
    let levels = matches!(problem, Problem::TwoLevel | Problem::TwoStage);
    let depth = if problem == Problem::TwoLevel { instance.upper.as_ref().map_or(1, |u| u.fixed.len()) } else { 1 };
    if instance.clients().saturating_mul(instance.sites()).saturating_mul(depth) > MOST_PAIRS {
        let what = format!("{} clients x {} sites is too much for one model; use method `own`", instance.clients(), instance.sites());
        return Err(BackendError::Failed { backend: backend.name(), what });
    }
    let watch = Watch::new(observer, settings, problem.maximises(), true);
    if levels {
        return whole_levels::solve(instance, problem, backend, settings, watch, unreachable);
    }
    let served = reached(instance, &problem, &unreachable);
    let whole = build(instance, &problem, &served, Goal::Value);
    let found = backend.solve_mip(&whole.model, None, &watch.left(settings, 0.5 * settings.limits.gap), &watch)?;
    if found.status == LpStatus::Infeasible {
        let repair = whole_repair::repair(instance, &problem, &served, backend, &watch.left(settings, 1e-6), &watch)?;
        return Ok(Answer { unreachable, ..Answer::none(&problem, Termination::Infeasible, repair) });
    }
    let Some(limit) = limit_of(&found) else { return Ok(nothing(&problem, &found, unreachable, watch)) };
    let open = chosen(&found.values[..instance.sites()]);
    let (value, assignment) = match problem {
        Problem::Capacitated => {
            let shares = whole.pairs.iter().enumerate().map(|(k, &(i, j))| (i, j, found.values[whole.first_pair + k]));
            let flows = split(instance, &open, shares);
            let cost: f64 = flows.iter().map(|&(i, j, a)| a / instance.demand[i as usize] * instance.cost(i as usize, j as usize)).sum();
            let fixed: f64 = open.iter().map(|&j| instance.fixed_cost(j as usize)).sum();
            (fixed + cost, Assignment::Split(flows))
        }
        Problem::SingleSource | Problem::CapacitatedPMedian { .. } => {
            let mut site = vec![None; instance.clients()];
            for (k, &(i, j)) in whole.pairs.iter().enumerate() {
                if found.values[whole.first_pair + k] > 0.5 {
                    site[i as usize] = Some(j);
                }
            }
            let fixed: f64 = open.iter().map(|&j| serve::opening_cost(instance, &problem, j as usize)).sum();
            (fixed + serve::service_cost(instance, &site), Assignment::Single(site))
        }
        _ => {
            let (value, site) = serve::value_of_open(instance, &problem, &open, &unreachable);
            (value, Assignment::Single(site))
        }
    };
    Ok(finish(&problem, value, &found, limit, settings, watch, Answer { open, assignment, unreachable, ..blank(&problem) }))
}

/// What a model minimises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// The value of the problem.
    Value,
    /// The number of open sites, whatever `p` says.
    FewestSites,
    /// Capacity that is missing.
    LeastCapacity,
}

/// A model with the place of its columns: sites first, then (from `first_pair`) pairs.
pub(super) struct Whole {
    pub model: LinearModel,
    pub pairs: Vec<(u32, u32)>,
    pub first_pair: usize,
}

/// Clients that need a column: those that can be served, without those of no demand where clients may be split.
fn reached(instance: &Instance, problem: &Problem, unreachable: &[u32]) -> Vec<usize> {
    let mut left_out = vec![false; instance.clients()];
    unreachable.iter().for_each(|&i| left_out[i as usize] = true);
    let splits = matches!(problem, Problem::Capacitated);
    (0..instance.clients()).filter(|&i| !left_out[i] && (!splits || instance.demand[i] > 0.0)).collect()
}

/// Builds the model of a problem without upper level.
pub(super) fn build(instance: &Instance, problem: &Problem, served: &[usize], goal: Goal) -> Whole {
    match problem {
        Problem::SetCover { within } => cover(instance, problem, served, *within, None),
        Problem::MaxCover { p, within } => cover(instance, problem, served, *within, Some(*p)),
        _ => assign(instance, problem, served, goal),
    }
}

/// (8) and (9).
fn cover(instance: &Instance, problem: &Problem, served: &[usize], within: f64, p: Option<usize>) -> Whole {
    let m = instance.sites();
    let mut model = LinearModel::new();
    let least = if p.is_some() { 0.0 } else { 1.0 };
    let first = rows(&mut model, served.len(), least, f64::INFINITY);
    let count = p.map(|p| model.add_row(f64::NEG_INFINITY, p as f64));
    let mut entries = Vec::new();
    for j in 0..m {
        entries.clear();
        entries.extend(served.iter().enumerate().filter(|(_, i)| instance.distance(**i, j) <= within).map(|(r, _)| (first + r, 1.0)));
        entries.extend(count.map(|row| (row, 1.0)));
        model.add_binary(if p.is_some() { 0.0 } else { serve::opening_cost(instance, problem, j) }, &entries);
    }
    if p.is_some() {
        for (r, &i) in served.iter().enumerate() {
            model.add_col(-instance.demand[i], 1.0, 1.0, &[(first + r, -1.0)]);
        }
    }
    Whole { model, pairs: Vec::new(), first_pair: m }
}

/// (1) to (7).
fn assign(instance: &Instance, problem: &Problem, served: &[usize], goal: Goal) -> Whole {
    let m = instance.sites();
    let capacitated = matches!(problem, Problem::Capacitated | Problem::SingleSource | Problem::CapacitatedPMedian { .. });
    let whole = capacitated && *problem != Problem::Capacitated;
    let center = matches!(problem, Problem::PCenter { .. }) && goal == Goal::Value;
    let slack = goal == Goal::LeastCapacity;
    // a pair that can never be used has no column
    let fits = |i: usize, j: usize| {
        let (w, q) = (instance.demand[i], instance.capacity.get(j).copied().unwrap_or(0.0));
        !capacitated || slack || w <= 0.0 || if whole { w <= q } else { q > 0.0 }
    };
    let mut pairs = Vec::new();
    let mut row_of_client = Vec::new();
    for j in 0..m {
        for (r, &i) in served.iter().enumerate() {
            if instance.distance(i, j).is_finite() && fits(i, j) {
                #[allow(clippy::cast_possible_truncation)] // limited at the door
                pairs.push((i as u32, j as u32));
                row_of_client.push(r);
            }
        }
    }
    let mut model = LinearModel::new();
    rows(&mut model, served.len(), 1.0, 1.0);
    let link = served.len();
    rows(&mut model, pairs.len(), f64::NEG_INFINITY, 0.0);
    let full = link + pairs.len();
    if capacitated {
        rows(&mut model, m, f64::NEG_INFINITY, 0.0);
    }
    let count = problem.p().filter(|_| goal != Goal::FewestSites).map(|p| model.add_row(f64::NEG_INFINITY, p as f64));
    let worst = model.row_count();
    if center {
        rows(&mut model, served.len(), f64::NEG_INFINITY, 0.0);
    }
    let mut k = 0;
    let mut entries = Vec::new();
    for j in 0..m {
        entries.clear();
        while k < pairs.len() && pairs[k].1 as usize == j {
            entries.push((link + k, -1.0));
            k += 1;
        }
        if capacitated {
            entries.push((full + j, -scale(instance.capacity[j], slack)));
        }
        entries.extend(count.map(|row| (row, 1.0)));
        let cost = match goal {
            Goal::Value => serve::opening_cost(instance, problem, j),
            Goal::FewestSites => 1.0,
            Goal::LeastCapacity => 0.0,
        };
        model.add_binary(cost, &entries);
    }
    for (k, &(i, j)) in pairs.iter().enumerate() {
        let (i, j) = (i as usize, j as usize);
        entries.clear();
        entries.extend([(row_of_client[k], 1.0), (link + k, 1.0)]);
        if capacitated && instance.demand[i] > 0.0 {
            let q = instance.capacity[j];
            entries.push((full + j, if slack { instance.demand[i] } else { instance.demand[i] / q }));
        }
        if center {
            entries.push((worst + row_of_client[k], instance.distance(i, j)));
        }
        let cost = if center || goal != Goal::Value { 0.0 } else { instance.cost(i, j) };
        model.add_col(cost, 1.0, 1.0, &entries);
        if whole {
            model.make_last_integer();
        }
    }
    if center {
        let rows: Vec<(usize, f64)> = (0..served.len()).map(|r| (worst + r, -1.0)).collect();
        model.add_col(1.0, f64::INFINITY, f64::INFINITY, &rows);
    }
    if slack {
        for j in 0..m {
            model.add_col(1.0, f64::INFINITY, f64::INFINITY, &[(full + j, -1.0)]);
        }
    }
    Whole { model, pairs, first_pair: m }
}

/// Adds rows of the same sides; returns the first.
pub(super) fn rows(model: &mut LinearModel, n: usize, lower: f64, upper: f64) -> usize {
    let first = model.row_count();
    for _ in 0..n {
        model.add_row(lower, upper);
    }
    first
}

/// Rows of capacity are in shares of it, or in units where missing capacity is priced.
fn scale(capacity: f64, units: bool) -> f64 {
    if units { capacity } else { 1.0 }
}

/// Amounts from shares: dust is dropped, and what is left is scaled so that every client gets its demand.
fn split(instance: &Instance, open: &[u32], shares: impl Iterator<Item = (u32, u32, f64)>) -> Vec<(u32, u32, f64)> {
    let mut flows: Vec<(u32, u32, f64)> = shares.filter(|f| f.2 > SHARE && open.binary_search(&f.1).is_ok()).collect();
    flows.sort_by_key(|f| (f.0, f.1));
    let mut at = 0;
    while at < flows.len() {
        let client = flows[at].0;
        let end = at + flows[at..].iter().take_while(|f| f.0 == client).count();
        let total: f64 = flows[at..end].iter().map(|f| f.2).sum();
        flows[at..end].iter_mut().for_each(|f| f.2 *= instance.demand[client as usize] / total);
        at = end;
    }
    flows
}

/// Positions whose value is one.
#[allow(clippy::cast_possible_truncation)] // limited at the door
pub(super) fn chosen(values: &[f64]) -> Vec<u32> {
    values.iter().enumerate().filter(|(_, v)| **v > 0.5).map(|(j, _)| j as u32).collect()
}

/// An answer to be filled.
pub(super) fn blank(problem: &Problem) -> Answer {
    Answer::none(problem, Termination::Optimal, Vec::new())
}

/// `Some(limit)` when there is a point (and what ended the search, if anything did).
#[allow(clippy::option_option)] // no point at all, a point, a point and a limit
pub(super) fn limit_of(found: &MipSolution) -> Option<Option<Limit>> {
    (!found.values.is_empty()).then_some(match found.status {
        LpStatus::Stopped(limit) => Some(limit),
        _ => None,
    })
}

/// The bound of the model as a bound of the problem.
fn dual_of(problem: &Problem, found: &MipSolution) -> f64 {
    if problem.maximises() { -found.bounds.dual } else { found.bounds.dual }
}

/// The answer of a run that found nothing before a limit.
pub(super) fn nothing(problem: &Problem, found: &MipSolution, unreachable: Vec<u32>, watch: Watch<'_>) -> Answer {
    let limit = match found.status {
        LpStatus::Stopped(Limit::Interrupted) => watch.over().unwrap_or(Limit::Interrupted),
        LpStatus::Stopped(limit) => limit,
        _ => Limit::Numerics,
    };
    let mut answer = Answer { unreachable, ..Answer::none(problem, Termination::NoSolution(limit), Vec::new()) };
    answer.bounds.dual = dual_of(problem, found);
    answer.trace = watch.into_trace(answer.bounds);
    answer
}

/// Puts value, bound and termination together. The value was recomputed from the instance, so that it may differ from the model's in the last digits.
pub(super) fn finish(
    problem: &Problem,
    value: f64,
    found: &MipSolution,
    limit: Option<Limit>,
    settings: &Settings,
    watch: Watch<'_>,
    answer: Answer,
) -> Answer {
    let dual = dual_of(problem, found);
    let bounds = Bounds { primal: value, dual: if problem.maximises() { dual.max(value) } else { dual.min(value) } };
    let limit = limit.map(|l| if l == Limit::Interrupted { watch.over().unwrap_or(l) } else { l });
    let termination = termination(problem, &bounds, settings, limit);
    Answer { bounds, termination, trace: watch.into_trace(bounds), ..answer }
}
