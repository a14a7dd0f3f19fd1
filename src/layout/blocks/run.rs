//! The course of a run: a layout of every catchment early, multipliers, prices, better layouts, until the gap or the time is reached.

use super::assign::{self, Plan};
use super::data::{Frame, Priced};
use super::dual::{Costs, Duals};
use super::master::{self, Offer};
use super::search;
use crate::backend::BackendError;
use crate::demand::LayoutProblem;
use crate::demand::layout::LEVELS;
use crate::layout::evaluate::Layout;
use crate::layout::parts::share_of;
use crate::layout::price::Clock;
use crate::layout::solve::Lack;
use crate::model::layout::RowKey;
use crate::outcome::{Bounds, Event, Limit, Limits, Observer, Termination};
use crate::policy::layout::Objective;
use rayon::prelude::*;
use std::time::Duration;

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Why it ended.
    pub termination: Termination,
    /// The layout.
    pub layout: Option<Layout>,
    /// Value and bound in the model's unit.
    pub bounds: Bounds,
    /// Prices of the shared rows.
    pub prices: Vec<(RowKey, f64)>,
    /// Catchments.
    pub blocks: usize,
    /// A shared row that no layout found keeps to.
    pub missing: Option<Lack>,
    /// Catchments without a layout, by their number in the problem.
    pub without: Vec<u32>,
}

/// Steps of the multipliers in the first round and in later ones.
const STEPS: [usize; 2] = [400, 120];
/// Rounds of prices.
const ROUNDS: usize = 40;
/// Weight of the best prices so far in the next.
const SMOOTHING: f64 = 0.4;

/// A layout of a catchment that was found.
#[derive(Debug, Clone)]
struct Found {
    levels: Vec<u8>,
    /// Which prices it was found at.
    round: usize,
}

struct Run<'a> {
    frame: &'a Frame<'a>,
    limits: &'a Limits,
    observer: &'a dyn Observer,
    clock: &'a Clock,
    duals: Vec<Option<Duals>>,
    /// Best levels of each catchment at the prices of the last round.
    levels: Vec<Option<Vec<u8>>>,
    offers: Vec<Offer>,
    found: Vec<Found>,
    /// Prices of each round.
    history: Vec<(Vec<f64>, bool)>,
    best: Option<(f64, Vec<usize>)>,
    bound: f64,
    best_prices: Vec<f64>,
}

/// One catchment in one round.
struct Turn {
    bound: f64,
    duals: Duals,
    levels: Vec<u8>,
    offers: Vec<(Vec<u8>, f64, Vec<f64>)>,
}

/// Solves a problem that [`super::fits`]; `None` where some client can reach no site of a level (the general method names them).
///
/// # Errors
/// When the solver fails.
pub(crate) fn solve(
    problem: &LayoutProblem,
    objective: Objective,
    caps: &[(Objective, f64)],
    limits: &Limits,
    clock: &Clock,
    observer: &dyn Observer,
) -> Result<Option<Answer>, BackendError> {
    let Some(frame) = Frame::new(problem, objective, caps) else { return Ok(None) };
    let n = frame.blocks.len();
    tracing::debug!(catchments = n, shared = frame.shared.len(), "layout by catchments");
    let run = Run {
        frame: &frame,
        limits,
        observer,
        clock,
        duals: vec![None; n],
        levels: vec![None; n],
        offers: Vec::new(),
        found: Vec::new(),
        history: Vec::new(),
        best: None,
        bound: f64::NEG_INFINITY,
        best_prices: vec![0.0; frame.shared.len()],
    };
    run.all().map(Some)
}

impl Run<'_> {
    fn stop(&self) -> bool {
        self.clock.out() || self.observer.stop_requested()
    }

    fn bounds(&self) -> Bounds {
        let primal = self.best.as_ref().map_or(f64::INFINITY, |b| b.0);
        Bounds { primal, dual: self.bound.min(primal) }
    }

    fn tell(&self) {
        self.observer.event(&Event::Improved { seconds: self.clock.seconds(), bounds: self.bounds() });
    }

    fn good(&self) -> bool {
        self.bounds().gap() <= self.limits.gap
    }

    fn sides(&self) -> Vec<(f64, f64)> {
        self.frame.shared.iter().map(|r| (r.low, r.high)).collect()
    }

    /// Every catchment at these prices; returns the sum of their bounds with the constant of the prices.
    fn round(&mut self, prices: &[f64], goal: bool, steps: usize) -> (f64, usize) {
        let round = self.history.len();
        self.history.push((prices.to_vec(), goal));
        let priced = Priced::new(self.frame, prices, goal);
        let gap = self.limits.gap / 4.0;
        // turns come in an order that does not depend on threads; what they give is put down in that order
        let turns: Vec<Turn> = (0..self.frame.blocks.len())
            .into_par_iter()
            .map(|k| {
                let costs = Costs::new(&self.frame.blocks[k], &priced);
                let (duals, levels) =
                    if goal { (self.duals[k].as_ref(), self.levels[k].as_ref()) } else { (None, self.levels[k].as_ref()) };
                self.turn(&costs, duals, levels, steps, gap)
            })
            .collect();
        let mut bound = if goal { self.frame.constant(prices) } else { 0.0 };
        let mut fresh = 0;
        for (k, turn) in turns.into_iter().enumerate() {
            bound += turn.bound;
            for (levels, cost, uses) in turn.offers {
                let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0);
                let known =
                    self.offers.iter().any(|o| o.block == k && near(o.cost, cost) && o.uses.iter().zip(&uses).all(|(a, b)| near(*a, *b)));
                if !known {
                    fresh += 1;
                    self.offers.push(Offer { block: k, cost, uses });
                    self.found.push(Found { levels, round });
                }
            }
            if goal {
                self.duals[k] = Some(turn.duals);
                self.levels[k] = Some(turn.levels);
            }
        }
        if goal && bound > self.bound {
            self.bound = bound;
            self.best_prices = prices.to_vec();
        }
        (bound, fresh)
    }

    fn turn(&self, costs: &Costs<'_>, before: Option<&Duals>, known: Option<&Vec<u8>>, steps: usize, gap: f64) -> Turn {
        let stop = || self.stop();
        let mut levels = known.cloned().unwrap_or_else(|| {
            let mut levels = vec![0; costs.block.sites.len()];
            costs.block.counts.choose(|j, l| costs.fixed[j as usize][l], &mut levels);
            levels
        });
        let mut score = search::improve(costs, &mut levels, &stop);
        let mut duals = before.cloned().unwrap_or_else(|| Duals::new(first(costs, &levels), levels.len()));
        let target = |s: search::Score| if s.short <= 1e-9 { s.cost } else { f64::INFINITY };
        let mut offers = Vec::new();
        let mut offer = |levels: &[u8]| {
            if let Some(plan) = assign::exact(costs, levels) {
                let (cost, uses) = assign::account(costs, &plan);
                offers.push((levels.to_vec(), cost, uses));
            }
        };
        duals.rise(costs, target(score), steps, gap, &stop);
        for start in 0..2 {
            if stop() {
                break;
            }
            let mut other = if start == 0 { duals.levels.clone() } else { usual(&duals) };
            if !costs.block.counts.hold(&other) {
                continue;
            }
            let now = search::improve(costs, &mut other, &stop);
            if now < score {
                offer(&levels);
                (score, levels) = (now, other);
            } else if other != levels {
                offer(&other);
            }
        }
        offer(&levels);
        Turn { bound: duals.bound, duals, levels, offers }
    }

    /// A choice becomes the best when it holds and costs less.
    fn offer(&mut self, chosen: Vec<usize>) {
        let mut uses = vec![0.0; self.frame.shared.len()];
        let mut value = 0.0;
        for &n in &chosen {
            value += self.offers[n].cost;
            uses.iter_mut().zip(&self.offers[n].uses).for_each(|(u, v)| *u += v);
        }
        let room = |side: f64| 1e-7 * side.abs().max(1.0);
        let holds = uses.iter().zip(&self.frame.shared).all(|(u, r)| *u >= r.low - room(r.low) && *u <= r.high + room(r.high));
        if holds && self.best.as_ref().is_none_or(|b| value < b.0) {
            self.best = Some((value, chosen));
        }
    }

    fn cheapest(&self) -> Option<Vec<usize>> {
        let mut best: Vec<Option<usize>> = vec![None; self.frame.blocks.len()];
        for (n, o) in self.offers.iter().enumerate() {
            let b = &mut best[o.block];
            if b.is_none_or(|b| o.cost < self.offers[b].cost) {
                *b = Some(n);
            }
        }
        best.into_iter().collect()
    }

    fn all(mut self) -> Result<Answer, BackendError> {
        let zero = vec![0.0; self.frame.shared.len()];
        let mut missing = None;
        let (bound, _) = self.round(&zero, true, STEPS[0]);
        tracing::debug!(bound, offers = self.offers.len(), seconds = self.clock.seconds(), "catchments, first round");
        if bound == f64::INFINITY {
            return Ok(self.answer(Termination::Infeasible, None));
        }
        if let Some(chosen) = self.cheapest() {
            self.offer(chosen);
        }
        self.tell();
        let every = |run: &Self| (0..run.frame.blocks.len()).all(|k| run.offers.iter().any(|o| o.block == k));
        if !every(&self) {
            return Ok(self.answer(Termination::NoSolution(if self.clock.out() { Limit::Time } else { Limit::Iterations }), None));
        }
        if !zero.is_empty() && self.best.is_none() {
            missing = self.possible();
            if let Some(lack) = missing
                && lack.least > 0.0
            {
                return Ok(self.answer(Termination::Infeasible, missing));
            }
        }
        if zero.is_empty() {
            self.again();
        } else {
            self.prices()?;
        }
        let termination = match (&self.best, self.good()) {
            (Some(_), true) => Termination::Optimal,
            (Some(_), false) => Termination::Feasible(self.limit()),
            (None, _) => Termination::NoSolution(self.limit()),
        };
        Ok(self.answer(termination, missing))
    }

    /// Without shared rows there is nothing to price: more steps, and layouts from where they lead, while that closes the gap.
    fn again(&mut self) {
        for _ in 0..ROUNDS {
            let before = self.bounds().gap();
            if self.good() || self.stop() {
                break;
            }
            self.round(&[], true, STEPS[0]);
            if let Some(chosen) = self.cheapest() {
                self.offer(chosen);
            }
            self.tell();
            if self.bounds().gap() > 0.97 * before {
                break;
            }
        }
    }

    fn limit(&self) -> Limit {
        if self.observer.stop_requested() {
            Limit::Interrupted
        } else if self.clock.out() {
            Limit::Time
        } else {
            Limit::Iterations
        }
    }

    /// For each upper side that no offer keeps to: the least use of that row alone, with its bound. The first that is proven too much is told.
    fn possible(&mut self) -> Option<Lack> {
        let mut told = None;
        for r in 0..self.frame.shared.len() {
            let row = self.frame.shared[r];
            if !row.high.is_finite() {
                continue;
            }
            let mut prices = vec![0.0; self.frame.shared.len()];
            prices[r] = -1.0;
            let room = 1e-7 * row.high.abs().max(1.0);
            let (mut least, mut most) = (f64::NEG_INFINITY, f64::INFINITY);
            // few steps mostly decide it; many are for what lies close
            for steps in [STEPS[1], STEPS[0]] {
                least = least.max(self.round(&prices, false, steps).0);
                let mut best = vec![f64::INFINITY; self.frame.blocks.len()];
                self.offers.iter().for_each(|o| best[o.block] = best[o.block].min(o.uses[r]));
                most = best.iter().sum();
                tracing::debug!(?row, least, most, seconds = self.clock.seconds(), "least use of a shared row");
                if most <= row.high + room || least > row.high + room || self.stop() {
                    break;
                }
            }
            if most > row.high + room {
                let least = if least > row.high + room { least - row.high } else { 0.0 };
                let lack = Lack { kind: row.kind, least, found: most - row.high };
                if least > 0.0 {
                    return Some(lack);
                }
                told = Some(lack);
            }
        }
        told
    }

    /// Rounds of prices from the master, then whole choices.
    fn prices(&mut self) -> Result<(), BackendError> {
        let sides = self.sides();
        let n = self.frame.blocks.len();
        let mut penalty = self.bound.abs().max(1.0);
        let quick = |left: Option<Duration>| {
            share_of(self.limits, Some(left.map_or(Duration::from_secs(60), |l| l.min(Duration::from_secs(60)))), 0.0)
        };
        for round in 0..ROUNDS {
            if self.stop() || self.good() {
                break;
            }
            let choice = master::choose(&self.offers, n, &sides, penalty, false, &quick(self.clock.left()), self.observer)?;
            if choice.weights.is_empty() {
                break;
            }
            if let Some(chosen) = master::round(&self.offers, n, &sides, &choice.weights) {
                self.offer(chosen);
            }
            let value: f64 = self.offers.iter().zip(&choice.weights).map(|(o, w)| o.cost * w).sum();
            // a price speaks of a side that is there: the sign of a dual may be off by rounding
            let side = |y: f64, (low, high): (f64, f64)| {
                let y = if low.is_finite() { y } else { y.min(0.0) };
                if high.is_finite() { y } else { y.max(0.0) }
            };
            let smooth = choice.prices.iter().zip(&self.best_prices).map(|(m, b)| SMOOTHING * b + (1.0 - SMOOTHING) * m);
            let prices: Vec<f64> = smooth.zip(&sides).map(|(y, s)| side(y, *s)).collect();
            let before = self.bound;
            let (bound, fresh) = self.round(&prices, true, STEPS[1]);
            tracing::debug!(
                round,
                bound,
                value,
                fresh,
                missing = choice.missing,
                ?prices,
                seconds = self.clock.seconds(),
                "catchments priced"
            );
            self.tell();
            let settled = choice.missing < 1e-7 && value - self.bound <= 0.25 * self.limits.gap * value.abs().max(1.0);
            if settled || (fresh == 0 && self.bound <= before) {
                if choice.missing > 1e-7 && penalty < 1e12 {
                    penalty *= 30.0;
                    continue;
                }
                break;
            }
        }
        if !self.good() && !self.observer.stop_requested() {
            let left = self.clock.left().map_or(Duration::from_secs(60), |l| l.clamp(Duration::from_secs(5), Duration::from_secs(60)));
            let limits = share_of(self.limits, Some(left), self.limits.gap / 10.0);
            let choice = master::choose(&self.offers, n, &sides, 1e4 * self.bound.abs().max(1.0), true, &limits, self.observer)?;
            if !choice.weights.is_empty()
                && let Some(chosen) = master::round(&self.offers, n, &sides, &choice.weights)
            {
                self.offer(chosen);
                self.tell();
            }
        }
        Ok(())
    }

    fn answer(&self, termination: Termination, missing: Option<Lack>) -> Answer {
        let frame = self.frame;
        let layout = self.best.as_ref().map(|(_, chosen)| self.layout(chosen));
        let number = |k: usize| frame.problem.clients[frame.blocks[k].clients[0] as usize].block;
        let without = (0..frame.blocks.len()).filter(|&k| !self.offers.iter().any(|o| o.block == k)).map(number).collect();
        let key = |kind| RowKey { kind, place: None, linking: true };
        let prices = frame.shared.iter().zip(&self.best_prices).map(|(r, &p)| (key(r.kind), p)).collect();
        Answer { termination, layout, bounds: self.bounds(), prices, blocks: frame.blocks.len(), missing, without }
    }

    fn layout(&self, chosen: &[usize]) -> Layout {
        let p = self.frame.problem;
        let plans: Vec<(usize, Plan, [Vec<crate::layout::evaluate::Use>; LEVELS])> = chosen
            .par_iter()
            .filter_map(|&n| {
                let (prices, goal) = &self.history[self.found[n].round];
                let priced = Priced::new(self.frame, prices, *goal);
                let k = self.offers[n].block;
                let costs = Costs::new(&self.frame.blocks[k], &priced);
                let plan = assign::exact(&costs, &self.found[n].levels)?;
                let uses = assign::uses(&costs, &plan);
                Some((k, plan, uses))
            })
            .collect();
        let mut out = Layout {
            levels: vec![0; p.sites.len()],
            beds: vec![0.0; p.sites.len()],
            flags: p.sites.iter().map(|s| s.has).collect(),
            uses: Default::default(),
        };
        for (k, plan, uses) in plans {
            for (j, &at) in self.frame.blocks[k].sites.iter().enumerate() {
                out.levels[at as usize] = plan.levels[j];
                out.beds[at as usize] = plan.beds[j];
            }
            out.uses.iter_mut().zip(uses).for_each(|(all, own)| all.extend(own));
        }
        for (flag, level) in out.flags.iter_mut().zip(&out.levels) {
            if *level == 0 {
                *flag = [false; 4];
            }
        }
        out.uses.iter_mut().for_each(|u| u.sort_unstable_by_key(|u| (u.client, u.site)));
        out
    }
}

/// Multipliers to begin with: each client's way in a layout, a tenth more, and the dearest bed it needs.
fn first(costs: &Costs<'_>, levels: &[u8]) -> [Vec<f64>; LEVELS] {
    let open = |j: u32, l: usize| usize::from(levels[j as usize]) >= l;
    std::array::from_fn(|n| {
        let l = n + 1;
        (0..costs.people.len())
            .map(|i| {
                let nearest = if l == 1 {
                    costs.row(i).find(|&(j, _)| open(j, 1)).map(|t| t.1)
                } else {
                    costs.block.far[i].iter().find(|&&(j, _)| open(j, l)).map(|t| t.1)
                };
                let beds = if l >= 2 {
                    let price = |j: &u32| costs.supply[*j as usize][l - 2].more[1].1.max(0.0);
                    costs.need[n][i] * costs.block.high.iter().filter(|&&j| open(j, l)).map(price).fold(0.0, f64::max)
                } else {
                    0.0
                };
                1.1 * costs.way[n][i] * nearest.unwrap_or(30.0) + beds
            })
            .collect()
    })
}

/// Levels that sites had most of the time.
fn usual(duals: &Duals) -> Vec<u8> {
    #[allow(clippy::cast_possible_truncation)] // there are three levels
    duals.open.iter().map(|o| (0..=LEVELS).rev().max_by(|&a, &b| o[a].total_cmp(&o[b])).unwrap_or(0) as u8).collect()
}
