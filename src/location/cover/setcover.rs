//! Set covering: reduce, price, fix by reduced costs, and finish the core with a MIP.
//!
//! A column whose reduced cost lifts `L(u)` to the best value or above is in no better answer and goes; one whose absence does is taken. What is proven
//! afterwards holds for better answers only, so that the bound of the whole is the lesser of it and the best value. With a target the question is only
//! whether some answer costs at most that much.

use super::core::{cover_model, run_mip};
use super::pairs::Near;
use super::price::{Priced, decided, price};
use super::reduce::{Cover, reduce};
use super::{Found, Run, all_whole, round_up};
use crate::backend::{BackendError, LpStatus};
use crate::location::serve;
use crate::outcome::{Bounds, Limit};

/// Rounds of fixing and pricing again.
const ROUNDS: usize = 6;

/// Solves (8) of `whole`: all clients within a distance of an open site.
pub(super) fn solve(run: &Run<'_>, within: f64) -> Result<Found, BackendError> {
    let rows = match Near::new(*run).within(within) {
        Ok(rows) => rows,
        Err(limit) => return Ok(Found { open: None, bound: 0.0, limit: Some(limit), repair: None }),
    };
    let cost = (0..run.instance.sites()).map(|j| serve::opening_cost(run.instance, &run.problem, j)).collect();
    let found = cover(run, Cover::new(rows, cost), None, Effort::Full)?;
    Ok(Found { open: found.chosen, bound: found.bound, limit: found.limit, repair: None })
}

/// What came of a set covering question.
pub(super) struct Outcome {
    /// Names of the chosen columns, the best found.
    pub chosen: Option<Vec<u32>>,
    /// Their cost.
    pub value: f64,
    /// No answer costs less; with a target: above the target when no answer costs at most the target.
    pub bound: f64,
    /// What ended the search early.
    pub limit: Option<Limit>,
}

/// How far a question is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    /// Reductions, prices and local search; undecided questions stay so.
    Quick,
    /// To the end.
    Full,
}

/// The best answer so far, with what has been said of it.
struct Best<'a> {
    run: &'a Run<'a>,
    outcome: Outcome,
    silent: bool,
}

impl Best<'_> {
    fn answer(&mut self, names: Vec<u32>, value: f64) {
        if value < self.outcome.value {
            (self.outcome.chosen, self.outcome.value) = (Some(names), value);
        }
    }

    /// Raises the bound; with `better_only` it holds for answers below the best value.
    fn raise(&mut self, bound: f64, target: Option<f64>) {
        let bound = if target.is_some() { bound } else { bound.min(self.outcome.value) };
        self.outcome.bound = self.outcome.bound.max(bound);
    }

    fn say(&self) {
        if !self.silent {
            self.run.watch.improved(Bounds { primal: self.outcome.value, dual: self.outcome.bound });
        }
    }
}

/// Solves a set covering problem, or answers whether some answer costs at most `target`. Says bounds only without a target.
pub(super) fn cover(run: &Run<'_>, mut cover: Cover, target: Option<f64>, effort: Effort) -> Result<Outcome, BackendError> {
    let whole = all_whole(cover.cost.iter());
    let gap = run.settings.limits.gap;
    let outcome = Outcome { chosen: None, value: f64::INFINITY, bound: 0.0, limit: None };
    let mut best = Best { run, outcome, silent: target.is_some() };
    let (mut taken, mut paid) = reduce(&mut cover, run.watch);
    for round in 0..ROUNDS {
        if cover.rows.is_empty() {
            best.answer(taken, paid);
            best.raise(paid, target);
            best.say();
            return Ok(best.outcome);
        }
        let here = target.map(|t| t - paid);
        let mut said = (best.outcome.value, best.outcome.bound);
        let priced = price(&cover, whole, here, gap, run.settings.seed, run.watch, &mut |value, bound| {
            let now = (said.0.min(paid + value), said.1.max((paid + bound).min(said.0.min(paid + value))));
            if now != said && target.is_none() {
                run.watch.improved(Bounds { primal: now.0, dual: now.1 });
            }
            said = now;
        });
        best.answer(taken.iter().copied().chain(priced.chosen.iter().map(|&c| cover.name[c as usize])).collect(), paid + priced.value);
        best.raise(paid + priced.bound, target);
        if decided(best.outcome.value, best.outcome.bound, target, gap) {
            return Ok(best.outcome);
        }
        if let Some(limit) = run.watch.over() {
            best.outcome.limit = Some(limit);
            return Ok(best.outcome);
        }
        let before = cover.cost.len();
        let cutoff = cutoff(best.outcome.value - paid, whole, here);
        let Some((names, cost)) = fix(&mut cover, &priced, cutoff) else {
            // a row lost its last column: nothing better exists
            best.raise(f64::INFINITY, target);
            return Ok(best.outcome);
        };
        taken.extend(names);
        paid += cost;
        let (names, cost) = reduce(&mut cover, run.watch);
        taken.extend(names);
        paid += cost;
        if effort == Effort::Quick && !cover.rows.is_empty() {
            return Ok(best.outcome);
        }
        if round + 1 == ROUNDS || cover.cost.len() as f64 > 0.8 * before as f64 {
            return finish(run, &cover, target, whole, taken, paid, best);
        }
    }
    Ok(best.outcome)
}

/// The cost that an answer worth looking for may have at most.
fn cutoff(value: f64, whole: bool, target: Option<f64>) -> f64 {
    let better = if whole { value - 1.0 } else { value };
    target.map_or(better, |t| t.min(better))
}

/// Drops and takes columns by reduced cost; `None` when a row is left without a column.
fn fix(cover: &mut Cover, priced: &Priced, cutoff: f64) -> Option<(Vec<u32>, f64)> {
    let room = 1e-6 * cutoff.abs().max(1.0);
    let take: Vec<bool> = priced.reduced.iter().map(|r| *r < 0.0 && priced.plain_bound - r > cutoff + room).collect();
    let drop: Vec<bool> = priced.reduced.iter().zip(&take).map(|(r, t)| !t && *r > 0.0 && priced.plain_bound + r > cutoff + room).collect();
    let out = |c: &u32| drop[*c as usize];
    if cover.rows.iter().any(|row| row.iter().all(out)) {
        return None;
    }
    let left: Vec<bool> = (0..take.len()).filter(|&c| !drop[c]).map(|c| take[c]).collect();
    cover.keep(&vec![false; cover.rows.len()], &drop);
    Some(cover.take(&left))
}

/// Solves what is left with a MIP.
fn finish(
    run: &Run<'_>,
    cover: &Cover,
    target: Option<f64>,
    whole: bool,
    taken: Vec<u32>,
    paid: f64,
    mut best: Best<'_>,
) -> Result<Outcome, BackendError> {
    if cover.rows.is_empty() {
        best.answer(taken, paid);
        best.raise(paid, target);
        best.say();
        return Ok(best.outcome);
    }
    let here = target.map(|t| t - paid);
    let model = cover_model(cover, here);
    let (value, bound) = (best.outcome.value, best.outcome.bound);
    let (found, limit) = run_mip(run, &model, None, target.is_some(), &|b| {
        // the solver's own answer counts when it is handed over
        target.is_none().then_some(Bounds { primal: value, dual: bound.max((paid + b.dual).min(value)) })
    })?;
    if !found.values.is_empty() {
        let chosen = (0..cover.cost.len()).filter(|&c| found.values[c] > 0.5);
        let names: Vec<u32> = taken.into_iter().chain(chosen.clone().map(|c| cover.name[c])).collect();
        best.answer(names, paid + chosen.map(|c| cover.cost[c]).sum::<f64>());
    }
    match (found.status, target) {
        (LpStatus::Infeasible, Some(t)) => best.raise(t + 1.0, target),
        (LpStatus::Infeasible, None) => best.raise(f64::INFINITY, None),
        (_, None) => best.raise(round_up(paid + found.bounds.dual, whole), None),
        _ => {}
    }
    best.outcome.limit = limit;
    best.say();
    Ok(best.outcome)
}
