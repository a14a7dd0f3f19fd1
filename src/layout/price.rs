//! Rows that join everything are priced: Lagrangian relaxation of the shared rows, Dantzig-Wolfe master for the prices, integer master for the answer.
//!
//! ```text
//! whole:      min sum_k c_k x_k    A_k x_k <= b_k, x_k whole where asked;   lower <= sum_k S_k x_k <= upper   (few rows)
//! bound:      L(pi) = sum_k min_{x_k} (c_k - S_k' pi) x_k + pi+ lower - pi- upper        for ANY prices pi
//! master:     min sum_k sum_p cost_kp w_kp + penalties     sum_p w_kp = 1,   shared rows over w;   w >= 0 (prices) or in {0,1} (answer)
//! ```
//!
//! Each part is solved by branch and bound at the current prices; its proven bound, not its value, enters `L`, so the bound holds even where a
//! part was stopped early. Prices are smoothed towards the best so far (P. Wentges, Int. Trans. Oper. Res. 4 (1997),
//! <https://doi.org/10.1111/j.1475-3995.1997.tb00072.x>). With few shared rows few parts are split in the master, so its whole-number answer is close.

use super::parts::{self, Parts, share_of, solve_part};
use crate::backend::{self, BackendError, LpStatus, guarded};
use crate::model::LinearModel;
use crate::outcome::{Bounds, Event, Limit, Limits, Observer};
use rayon::prelude::*;
use std::time::{Duration, Instant};

/// What a mixed-integer model came to.
#[derive(Debug, Clone)]
pub struct Found {
    /// Status; `Optimal` within the gap asked for.
    pub status: LpStatus,
    /// Values of all columns; empty without an answer.
    pub values: Vec<f64>,
    /// Both bounds.
    pub bounds: Bounds,
    /// Prices of the rows set aside, in their order (empty where none were).
    pub prices: Vec<f64>,
    /// Parts it fell into.
    pub parts: usize,
    /// Rounds of pricing.
    pub rounds: usize,
}

/// Rounds of pricing at most.
const MOST_ROUNDS: usize = 60;
/// Columns above which a part is large.
const LARGE_PART: usize = 2000;
/// Weight of the best prices so far in the next ones.
const SMOOTHING: f64 = 0.4;

/// One way to run a part.
#[derive(Debug, Clone)]
struct Proposal {
    part: usize,
    cost: f64,
    /// Use of the shared rows.
    uses: Vec<f64>,
    values: Vec<f64>,
}

/// Time that is left.
pub(crate) struct Clock {
    begin: Instant,
    limit: Option<Duration>,
}

impl Clock {
    pub(crate) fn new(limit: Option<Duration>) -> Self {
        Self { begin: Instant::now(), limit }
    }

    pub(crate) fn left(&self) -> Option<Duration> {
        self.limit.map(|l| l.saturating_sub(self.begin.elapsed()))
    }

    pub(crate) fn out(&self) -> bool {
        self.left().is_some_and(|l| l.is_zero())
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.begin.elapsed().as_secs_f64()
    }
}

/// Solves a model in parts, its `aside` rows priced. `start` is a feasible point, if one is known.
///
/// # Errors
/// When the solver fails.
pub fn solve(
    model: &LinearModel,
    aside: &[usize],
    start: Option<&[f64]>,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Found, BackendError> {
    let clock = Clock::new(limits.time);
    let split = parts::split(model, aside);
    if split.broken {
        return Ok(nothing(LpStatus::Infeasible, split.parts.len()));
    }
    tracing::debug!(parts = split.parts.len(), shared = aside.len(), "layout model in parts");
    let mut run = Run::new(&split, model, limits, observer, clock);
    if let Some(point) = start.filter(|p| p.len() == model.col_count()) {
        run.propose_point(point);
    }
    run.all()
}

fn nothing(status: LpStatus, parts: usize) -> Found {
    Found {
        status,
        values: Vec::new(),
        bounds: Bounds { primal: f64::INFINITY, dual: f64::NEG_INFINITY },
        prices: Vec::new(),
        parts,
        rounds: 0,
    }
}

struct Run<'a> {
    split: &'a Parts,
    columns: usize,
    limits: &'a Limits,
    observer: &'a dyn Observer,
    clock: Clock,
    proposals: Vec<Proposal>,
    /// Positions of the proposals of each part.
    of_part: Vec<Vec<usize>>,
    /// Value and bound of parts that no shared row names, once solved.
    alone: Vec<Option<f64>>,
    best: Option<(f64, Vec<usize>)>,
    bound: f64,
    best_prices: Vec<f64>,
    stopped: Option<Limit>,
}

/// What one round of pricing came to.
enum Round {
    /// A bound, and how many proposals were new.
    Done { bound: f64, fresh: usize },
    /// A part cannot be met, whatever the prices.
    Impossible,
}

impl<'a> Run<'a> {
    fn new(split: &'a Parts, model: &LinearModel, limits: &'a Limits, observer: &'a dyn Observer, clock: Clock) -> Self {
        let n = split.parts.len();
        Self {
            split,
            columns: model.col_count(),
            limits,
            observer,
            clock,
            proposals: Vec::new(),
            of_part: vec![Vec::new(); n],
            alone: vec![None; n],
            best: None,
            bound: f64::NEG_INFINITY,
            best_prices: vec![0.0; split.sides.len()],
            stopped: None,
        }
    }

    fn uses(&self, part: usize, values: &[f64]) -> Vec<f64> {
        let mut uses = vec![0.0; self.split.sides.len()];
        for &(row, column, v) in &self.split.parts[part].shared {
            uses[row as usize] += v * values[column as usize];
        }
        uses
    }

    /// Adds a proposal unless the part has one that costs and uses the same.
    fn propose(&mut self, part: usize, values: Vec<f64>) -> bool {
        let cost = self.split.parts[part].model.objective(&values);
        let uses = self.uses(part, &values);
        let same = |p: &Proposal| {
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0);
            near(p.cost, cost) && p.uses.iter().zip(&uses).all(|(a, b)| near(*a, *b))
        };
        if self.of_part[part].iter().any(|&n| same(&self.proposals[n])) {
            return false;
        }
        self.of_part[part].push(self.proposals.len());
        self.proposals.push(Proposal { part, cost, uses, values });
        true
    }

    fn propose_point(&mut self, point: &[f64]) {
        for k in 0..self.split.parts.len() {
            let values = self.split.parts[k].columns.iter().map(|&j| point[j as usize]).collect();
            self.propose(k, values);
        }
        let chosen: Vec<usize> = self.of_part.iter().map(|p| p[0]).collect();
        self.offer(chosen);
    }

    /// A choice of one proposal for each part becomes the incumbent when it holds and is better.
    fn offer(&mut self, chosen: Vec<usize>) {
        let mut uses = vec![0.0; self.split.sides.len()];
        let mut value = self.split.constant;
        for &n in &chosen {
            value += self.proposals[n].cost;
            uses.iter_mut().zip(&self.proposals[n].uses).for_each(|(u, v)| *u += v);
        }
        let room = |side: f64| 1e-7 * side.abs().max(1.0);
        let holds = uses.iter().zip(&self.split.sides).all(|(u, (low, high))| *u >= low - room(*low) && *u <= high + room(*high));
        if holds && self.best.as_ref().is_none_or(|b| value < b.0) {
            self.best = Some((value, chosen));
            self.tell();
        }
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

    /// Prices of shared rows with the side that a price speaks of.
    fn price_constant(&self, prices: &[f64]) -> f64 {
        prices
            .iter()
            .zip(&self.split.sides)
            .map(|(&y, &(low, high))| {
                if y > 0.0 {
                    y * low
                } else if y < 0.0 {
                    y * high
                } else {
                    0.0
                }
            })
            .sum()
    }

    /// A part with its costs at these prices.
    fn priced(&self, part: usize, prices: &[f64]) -> LinearModel {
        let part = &self.split.parts[part];
        let mut model = part.model.clone();
        for &(row, column, v) in &part.shared {
            model.cost[column as usize] -= prices[row as usize] * v;
        }
        model
    }

    /// Solves every part at these prices.
    fn round(&mut self, prices: &[f64], gap: f64) -> Result<Round, BackendError> {
        // where there are rounds to come, a large part gets its share of the time and no more; the clock is looked at for each
        let large = self.split.parts.iter().filter(|p| p.model.col_count() > LARGE_PART).count().max(1);
        let share = self.clock.left().map(|l| {
            let fair = l.mul_f64(self.limits.threads.max(1) as f64 / (2.0 * large as f64));
            if self.split.sides.is_empty() { l } else { fair.max(Duration::from_secs(2)) }
        });
        let answers: Vec<Option<Result<backend::MipSolution, BackendError>>> = (0..self.split.parts.len())
            .into_par_iter()
            .map(|k| {
                if self.alone[k].is_some() {
                    return None;
                }
                let model = self.priced(k, prices);
                let start = self.of_part[k].iter().map(|&n| &self.proposals[n].values);
                let start = start.min_by(|a, b| model.objective(a).total_cmp(&model.objective(b)));
                let own = self.clock.left().zip(share).map(|(left, share)| left.min(share));
                let limits = share_of(self.limits, own, gap);
                Some(solve_part(&model, start.map(Vec::as_slice), &limits, self.observer))
            })
            .collect();
        let mut bound = self.split.constant + self.price_constant(prices);
        let mut fresh = 0;
        for (k, answer) in answers.into_iter().enumerate() {
            let Some(answer) = answer else {
                bound += self.alone[k].unwrap_or(f64::NEG_INFINITY);
                continue;
            };
            let answer = answer?;
            match answer.status {
                LpStatus::Infeasible => return Ok(Round::Impossible),
                LpStatus::Stopped(limit) => self.stopped = Some(limit),
                LpStatus::Unbounded => self.stopped = Some(Limit::Numerics),
                LpStatus::Optimal => {}
            }
            bound += if answer.bounds.dual.is_finite() { answer.bounds.dual } else { floor(&self.priced(k, prices)) };
            if !answer.values.is_empty() && self.propose(k, answer.values) {
                fresh += 1;
            }
            if self.split.parts[k].shared.is_empty() && answer.status == LpStatus::Optimal {
                self.alone[k] = Some(answer.bounds.dual);
            }
        }
        if bound > self.bound {
            self.bound = bound;
            self.best_prices = prices.to_vec();
            self.tell();
        }
        Ok(Round::Done { bound, fresh })
    }

    /// Parts that were stopped before their first answer get half of the time that is left; false when one still has none.
    fn fill(&mut self, prices: &[f64]) -> Result<bool, BackendError> {
        let empty: Vec<usize> = (0..self.of_part.len()).filter(|&k| self.of_part[k].is_empty()).collect();
        let threads = self.limits.threads.clamp(1, empty.len().max(1)) as f64;
        let own = self.clock.left().map(|l| l.mul_f64(0.5 * threads / empty.len() as f64));
        tracing::debug!(parts = empty.len(), seconds = own.map(|t| t.as_secs_f64()), "parts without an answer");
        // any answer will do: better ones come with the prices
        let limits = share_of(self.limits, own, 0.2);
        let answers: Vec<_> = empty.par_iter().map(|&k| solve_part(&self.priced(k, prices), None, &limits, self.observer)).collect();
        for (&k, answer) in empty.iter().zip(answers) {
            let values = answer?.values;
            if !values.is_empty() {
                self.propose(k, values);
            }
        }
        Ok(self.of_part.iter().all(|p| !p.is_empty()))
    }

    /// The master over the proposals; `whole` asks for an answer, otherwise for prices. Returns weights, prices, and what is missing.
    fn master(&self, whole: bool, penalty: f64, limits: &Limits) -> Result<(Vec<f64>, Vec<f64>, f64), BackendError> {
        let mut m = LinearModel::new();
        for _ in &self.of_part {
            m.add_row(1.0, 1.0);
        }
        let parts = self.of_part.len();
        for &(low, high) in &self.split.sides {
            m.add_row(low, high);
        }
        for p in &self.proposals {
            let mut entries = vec![(p.part, 1.0)];
            entries.extend(p.uses.iter().enumerate().filter(|u| *u.1 != 0.0).map(|(r, &u)| (parts + r, u)));
            if whole {
                m.add_binary(p.cost, &entries);
            } else {
                m.add_col(p.cost, f64::INFINITY, 1.0, &entries);
            }
        }
        let first = m.col_count();
        for (r, &(low, high)) in self.split.sides.iter().enumerate() {
            let size = low.abs().min(high.abs()).max(1e-3);
            for sign in [1.0, -1.0] {
                m.add_col(penalty / size, f64::INFINITY, 1e6 * size, &[(parts + r, sign)]);
            }
        }
        let (values, duals) = if whole {
            let start = self.best.as_ref().map(|b| {
                let mut point = vec![0.0; m.col_count()];
                b.1.iter().for_each(|&n| point[n] = 1.0);
                point
            });
            (guarded::unhurried(&m, start.as_deref(), limits, &Still(self.observer))?.values, Vec::new())
        } else {
            let solution = backend::default_mip().solve(&m, limits, &Still(self.observer))?;
            (solution.values, solution.duals)
        };
        let missing = values.get(first..).map_or(f64::INFINITY, |s| s.iter().sum());
        let prices = duals.get(parts..).map(<[f64]>::to_vec).unwrap_or_default();
        Ok((values, prices, missing))
    }

    /// One proposal for each part out of the weights of a master.
    fn chosen(&self, weights: &[f64]) -> Option<Vec<usize>> {
        self.of_part.iter().map(|own| own.iter().copied().max_by(|a, b| weights[*a].total_cmp(&weights[*b]))).collect()
    }

    fn all(mut self) -> Result<Found, BackendError> {
        let shared = self.split.sides.len();
        // parts are proven closer than the whole, so that their sum is
        let gap = (self.limits.gap / 4.0).clamp(1e-9, 1e-3);
        let mut prices = vec![0.0; shared];
        let mut rounds = 0;
        let mut penalty = f64::NAN;
        let mut tight = gap;
        while rounds < MOST_ROUNDS {
            rounds += 1;
            let fresh = match self.round(&prices, tight)? {
                Round::Impossible => return Ok(nothing(LpStatus::Infeasible, self.split.parts.len())),
                Round::Done { bound, fresh } => {
                    tracing::debug!(rounds, bound, fresh, ?prices, seconds = self.clock.seconds(), "priced");
                    fresh
                }
            };
            if shared == 0 {
                break;
            }
            if self.of_part.iter().any(Vec::is_empty) && !self.fill(&prices)? {
                break;
            }
            if penalty.is_nan() {
                penalty = (self.bound - self.split.constant).abs().max(1.0);
            }
            if self.clock.out() || self.observer.stop_requested() {
                break;
            }
            let (weights, master_prices, missing) = self.master(false, penalty, &share_of(self.limits, self.clock.left(), 0.0))?;
            if weights.is_empty() {
                break;
            }
            if let Some(chosen) = self.chosen(&weights) {
                self.offer(chosen);
            }
            let value: f64 = self.split.constant + self.proposals.iter().zip(&weights).map(|(p, w)| p.cost * w).sum::<f64>();
            let settled = missing < 1e-7 && value - self.bound <= 0.5 * self.limits.gap * value.abs().max(1.0);
            if settled || (fresh == 0 && prices == master_prices) {
                if missing > 1e-7 && penalty < 1e9 {
                    penalty *= 30.0;
                    continue;
                }
                if !settled && tight > 1e-7 {
                    tight = (tight / 10.0).max(1e-7);
                    continue;
                }
                break;
            }
            let smooth = if fresh == 0 { 0.0 } else { SMOOTHING };
            prices = master_prices.iter().zip(&self.best_prices).map(|(m, b)| smooth * b + (1.0 - smooth) * m).collect();
        }
        self.answer(rounds)
    }

    /// The whole-number master and its answer.
    fn answer(mut self, rounds: usize) -> Result<Found, BackendError> {
        if self.split.sides.is_empty() {
            if let Some(chosen) = self.of_part.iter().map(|p| p.last().copied()).collect::<Option<Vec<usize>>>() {
                self.offer(chosen);
            }
        } else if !self.good() && self.of_part.iter().all(|p| !p.is_empty()) && !self.observer.stop_requested() {
            let left = self.clock.left().map(|l| l.max(Duration::from_secs(5)));
            let limits =
                share_of(self.limits, Some(left.unwrap_or(Duration::from_secs(120)).min(Duration::from_secs(120))), self.limits.gap / 10.0);
            let (weights, _, missing) = self.master(true, 1e4 * (self.bound - self.split.constant).abs().max(1.0), &limits)?;
            if missing < 1e-6
                && let Some(chosen) = self.chosen(&weights)
            {
                self.offer(chosen);
            }
        }
        let bounds = self.bounds();
        let stop = if self.observer.stop_requested() { Some(Limit::Interrupted) } else { self.stopped };
        let status = match (&self.best, self.good()) {
            (Some(_), true) => LpStatus::Optimal,
            _ if self.clock.out() => LpStatus::Stopped(stop.unwrap_or(Limit::Time)),
            _ => LpStatus::Stopped(stop.unwrap_or(Limit::Iterations)),
        };
        let mut values = Vec::new();
        if let Some((_, chosen)) = &self.best {
            values.clone_from(&self.split.fixed);
            values.resize(self.columns, 0.0);
            for &n in chosen {
                let p = &self.proposals[n];
                self.split.parts[p.part].columns.iter().zip(&p.values).for_each(|(&j, &v)| values[j as usize] = v);
            }
        }
        Ok(Found { status, values, bounds, prices: self.best_prices, parts: self.split.parts.len(), rounds })
    }
}

/// A bound that needs no solver, for a part that was stopped before its first: every row `= 1` (somebody is served) is worth its cheapest
/// column, as far as rows before it have not claimed that cost. Weak duality makes it hold whatever the rest of the part says.
fn floor(model: &LinearModel) -> f64 {
    let mut left = model.cost.clone();
    let mut of_row: Vec<Vec<usize>> = vec![Vec::new(); model.row_count()];
    for j in 0..model.col_count() {
        for (r, v) in model.column(j) {
            if (v - 1.0).abs() < 1e-12 && (model.row_lower[r] - 1.0).abs() < 1e-12 && (model.row_upper[r] - 1.0).abs() < 1e-12 {
                of_row[r].push(j);
            }
        }
    }
    let mut duals = vec![0.0; model.row_count()];
    for (r, own) in of_row.iter().enumerate().filter(|(_, o)| !o.is_empty()) {
        let cheapest = own.iter().map(|&j| left[j]).fold(f64::INFINITY, f64::min);
        duals[r] = cheapest;
        own.iter().for_each(|&j| left[j] -= cheapest);
    }
    model.dual_bound(&duals)
}

/// Passes the wish to stop on, and no events.
struct Still<'a>(&'a dyn Observer);

impl Observer for Still<'_> {
    fn stop_requested(&self) -> bool {
        self.0.stop_requested()
    }
}

#[cfg(test)]
mod tests;
