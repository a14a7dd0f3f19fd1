//! Maximal covering: Lagrangian bound, greedy with interchange, fixing by reduced costs, and a MIP on the core.
//!
//! With multipliers `0 <= u_i <= w_i` on `s_i <= sum_{j in N(i)} y_j`, `L(u) = sum_i (w_i - u_i) + sum of the p largest sigma_j`, `sigma_j = sum_{i in N^-1(j)} u_i`,
//! bounds the demand that `p` sites can cover from above (Galvao & ReVelle 1996, <https://doi.org/10.1016/0377-2217(94)00159-6>). Clients with the same sites count as
//! one. A site outside of the `p` best whose entry lowers `L` to what is covered already stays closed; one inside whose exit does stays open.

use super::core::run_mip;
use super::pairs::Near;
use super::swap::Rows;
use super::{Found, Run, all_whole};
use crate::backend::{BackendError, LpStatus};
use crate::model::LinearModel;
use crate::outcome::{Bounds, Limit};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::HashMap;

/// Most steps of the subgradient.
const STEPS: usize = 600;
/// Steps without gain after which the step is halved.
const PATIENCE: usize = 20;
/// Rounds of the perturbed interchange.
const ROUNDS: usize = 10;

/// Solves (9) of `whole`.
pub(super) fn solve(run: &Run<'_>, p: usize, within: f64) -> Result<Found, BackendError> {
    let lists = match Near::new(*run).within(within) {
        Ok(lists) => lists,
        Err(limit) => return Ok(Found { open: None, bound: f64::INFINITY, limit: Some(limit), repair: None }),
    };
    let rows = alike(run, lists);
    let whole = all_whole(rows.weight.iter());
    let total: f64 = rows.weight.iter().sum();
    let mut state = State { run, rows: &rows, p, whole, chosen: Vec::new(), value: 0.0, bound: total, plain: total, sigma: Vec::new() };
    state.offer(rows.greedy(Vec::new(), p));
    state.offer(rows.interchange(state.chosen.clone(), run.watch));
    state.say();
    if !state.decided() {
        state.subgradient();
    }
    state.perturb();
    let limit = if state.decided() { None } else { state.finish()? };
    Ok(Found { open: Some(state.chosen), bound: state.bound, limit, repair: None })
}

/// Clients with weight, those of the same sites as one.
fn alike(run: &Run<'_>, lists: Vec<Vec<u32>>) -> Rows {
    let mut place: HashMap<Vec<u32>, usize> = HashMap::new();
    let mut rows = Rows { rows: Vec::new(), cols: vec![Vec::new(); run.instance.sites()], weight: Vec::new() };
    for (list, &i) in lists.into_iter().zip(run.clients) {
        let w = run.instance.demand[i as usize];
        if w <= 0.0 || list.is_empty() {
            continue;
        }
        let next = rows.rows.len();
        let r = *place.entry(list.clone()).or_insert(next);
        if r == next {
            list.iter().for_each(|&c| rows.cols[c as usize].push(super::id(r)));
            rows.rows.push(list);
            rows.weight.push(0.0);
        }
        rows.weight[r] += w;
    }
    rows
}

struct State<'a> {
    run: &'a Run<'a>,
    rows: &'a Rows,
    p: usize,
    whole: bool,
    chosen: Vec<u32>,
    value: f64,
    /// The bound, rounded down where weights are whole.
    bound: f64,
    /// `L(u)` of the best multipliers.
    plain: f64,
    /// `sigma` at the best multipliers.
    sigma: Vec<f64>,
}

impl State<'_> {
    fn offer(&mut self, chosen: Vec<u32>) {
        let value = self.rows.covered(&chosen);
        if value > self.value || self.chosen.is_empty() {
            (self.chosen, self.value) = (chosen, value);
        }
    }

    fn say(&self) {
        self.run.watch.improved(Bounds { primal: self.value, dual: self.bound.max(self.value) });
    }

    fn decided(&self) -> bool {
        self.bound - self.value <= self.run.settings.limits.gap * self.value.abs().max(1.0)
    }

    fn rounded(&self, bound: f64) -> f64 {
        if self.whole { (bound + 1e-6 * bound.abs().clamp(1.0, 1e5)).floor() } else { bound }
    }

    fn subgradient(&mut self) {
        let rows = self.rows;
        let mut u: Vec<f64> = rows.weight.iter().zip(&rows.rows).map(|(w, row)| w / (1.0 + row.len() as f64).sqrt()).collect();
        let (mut factor, mut stale) = (1.0, 0);
        let mut direction = vec![0.0; u.len()];
        let mut order: Vec<u32> = (0..rows.cols.len()).map(super::id).collect();
        for step in 0..STEPS {
            if self.run.watch.over().is_some() || factor < 1e-3 || self.decided() {
                return;
            }
            let sigma: Vec<f64> = rows.cols.iter().map(|c| c.iter().map(|&r| u[r as usize]).sum()).collect();
            order.sort_unstable_by(|&a, &b| sigma[b as usize].total_cmp(&sigma[a as usize]).then(a.cmp(&b)));
            let set = &order[..self.p.min(order.len())];
            let value = rows.weight.iter().zip(&u).map(|(w, u)| w - u).sum::<f64>() + set.iter().map(|&c| sigma[c as usize]).sum::<f64>();
            stale += 1;
            if value < self.plain - 1e-6 * self.plain.abs().max(1.0) {
                stale = 0;
            }
            let before = (self.value, self.bound);
            if value < self.plain || self.sigma.is_empty() {
                self.plain = value;
                self.sigma.clone_from(&sigma);
                self.bound = self.bound.min(self.rounded(value));
            }
            let mut times = vec![0.0; u.len()];
            set.iter().for_each(|&c| rows.cols[c as usize].iter().for_each(|&r| times[r as usize] += 1.0));
            if step % 5 == 0 {
                let mut chosen = set.to_vec();
                chosen.sort_unstable();
                self.offer(chosen);
            }
            if (self.value, self.bound) != before {
                self.say();
            }
            if stale >= PATIENCE {
                (factor, stale) = (0.5 * factor, 0);
            }
            let mut norm = 0.0;
            for (r, d) in direction.iter_mut().enumerate() {
                let g: f64 = if step == 0 { times[r] - 1.0 } else { 0.3 * (times[r] - 1.0) + 0.7 * *d };
                // a multiplier at an end of its range cannot move beyond it
                let stuck = (g > 0.0 && u[r] <= 0.0) || (g < 0.0 && u[r] >= rows.weight[r]);
                *d = if stuck { 0.0 } else { g };
                norm += *d * *d;
            }
            if norm <= 0.0 {
                return;
            }
            let length = factor * (value - 0.995 * self.value).max(1e-9) / norm;
            for (r, u) in u.iter_mut().enumerate() {
                *u = (*u - length * direction[r]).clamp(0.0, rows.weight[r]);
            }
        }
    }

    /// Interchange from the best choice with a part of it changed.
    fn perturb(&mut self) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.run.settings.seed);
        self.offer(self.rows.interchange(self.chosen.clone(), self.run.watch));
        for _ in 0..ROUNDS {
            if self.decided() || self.run.watch.over().is_some() {
                break;
            }
            let kept = self.chosen.iter().copied().filter(|_| rng.random_range(0.0..1.0) > 0.3).collect();
            let before = self.value;
            self.offer(self.rows.interchange(self.rows.greedy(kept, self.p), self.run.watch));
            if self.value > before {
                self.say();
            }
        }
        self.say();
    }

    /// Fixes sites by reduced costs and solves what is left with a MIP.
    fn finish(&mut self) -> Result<Option<Limit>, BackendError> {
        if let Some(limit) = self.run.watch.over() {
            return Ok(Some(limit));
        }
        let (open, free) = self.fixed();
        let mut seen = vec![false; self.rows.rows.len()];
        open.iter().for_each(|&c| self.rows.cols[c as usize].iter().for_each(|&r| seen[r as usize] = true));
        let sure: f64 = seen.iter().zip(&self.rows.weight).filter(|(s, _)| **s).map(|(_, w)| w).sum();
        let left: Vec<usize> = (0..seen.len()).filter(|&r| !seen[r]).collect();
        let mut place = vec![usize::MAX; seen.len()];
        left.iter().enumerate().for_each(|(k, &r)| place[r] = k);
        let mut model = LinearModel::new();
        left.iter().for_each(|_| {
            model.add_row(0.0, f64::INFINITY);
        });
        let count = model.add_row(f64::NEG_INFINITY, self.p.saturating_sub(open.len()) as f64);
        for &c in &free {
            let mut entries: Vec<(usize, f64)> =
                self.rows.cols[c as usize].iter().map(|&r| place[r as usize]).filter(|&k| k != usize::MAX).map(|k| (k, 1.0)).collect();
            entries.push((count, 1.0));
            model.add_binary(0.0, &entries);
        }
        for (k, &r) in left.iter().enumerate() {
            model.add_col(-self.rows.weight[r], 1.0, 1.0, &[(k, -1.0)]);
        }
        let start = self.start(&open, &free, &left);
        let (value, bound) = (self.value, self.bound);
        let (found, limit) = run_mip(self.run, &model, start.as_deref(), false, &|b| {
            // the solver's own answer counts when it is handed over
            Some(Bounds { primal: value, dual: bound.min((sure - b.dual).max(value)) })
        })?;
        if !found.values.is_empty() {
            let mut chosen: Vec<u32> =
                free.iter().enumerate().filter(|(k, _)| found.values[*k] > 0.5).map(|(_, &c)| c).chain(open).collect();
            chosen.sort_unstable();
            self.offer(chosen);
        }
        // what was fixed holds for better choices only
        let proven = if found.status == LpStatus::Infeasible { self.value } else { self.rounded(sure - found.bounds.dual).max(self.value) };
        self.bound = self.bound.min(proven);
        self.say();
        Ok(limit)
    }

    /// Sites that every better choice opens, and those that it may open.
    fn fixed(&self) -> (Vec<u32>, Vec<u32>) {
        let all = || (Vec::new(), (0..self.rows.cols.len()).map(super::id).collect());
        if self.sigma.is_empty() || self.p == 0 || self.p >= self.sigma.len() {
            return all();
        }
        let mut order: Vec<u32> = (0..self.sigma.len()).map(super::id).collect();
        let sigma = |c: u32| self.sigma[c as usize];
        order.sort_unstable_by(|&a, &b| sigma(b).total_cmp(&sigma(a)).then(a.cmp(&b)));
        let (last, next) = (sigma(order[self.p - 1]), sigma(order[self.p]));
        // a choice worth looking for covers at least this much
        let wanted = self.value + if self.whole { 1.0 } else { 0.0 };
        let room = 1e-6 * wanted.abs().max(1.0);
        let (mut open, mut free) = (Vec::new(), Vec::new());
        for (k, &c) in order.iter().enumerate() {
            if k < self.p && self.plain - sigma(c) + next < wanted - room {
                open.push(c);
            } else if k < self.p || self.plain - last + sigma(c) >= wanted - room {
                free.push(c);
            }
        }
        free.sort_unstable();
        (open, free)
    }

    /// The best choice as a point of the core, where it lies in it.
    fn start(&self, open: &[u32], free: &[u32], left: &[usize]) -> Option<Vec<f64>> {
        let inside = self.chosen.iter().all(|c| open.contains(c) || free.binary_search(c).is_ok());
        let complete = open.iter().all(|c| self.chosen.binary_search(c).is_ok());
        (inside && complete).then(|| {
            let mut seen = vec![false; self.rows.rows.len()];
            self.chosen.iter().for_each(|&c| self.rows.cols[c as usize].iter().for_each(|&r| seen[r as usize] = true));
            let sites = free.iter().map(|c| if self.chosen.binary_search(c).is_ok() { 1.0 } else { 0.0 });
            sites.chain(left.iter().map(|&r| if seen[r] { 1.0 } else { 0.0 })).collect()
        })
    }
}
