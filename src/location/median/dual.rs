//! The Lagrangian dual of a [`Core`]: multipliers `u_i` on the assignment constraints.
//!
//! ```text
//! (3)  rho_j(u) = f_j + sum_i min(0, c_ij - u_i)
//! (4)  L(u) = offset + sum_i u_i + (sum of the `count` smallest rho_j,  or  sum_j min(0, rho_j) without a count)
//! (5)  low_i <= u_i <= ceiling_i          low_i = cheapest pair: below it L only grows with u_i
//! ```
//!
//! `L(u)` bounds the optimum for ANY `u` within the ceilings (Cornuejols, Fisher, Nemhauser 1977, doi:10.1287/mnsc.23.8.789): pairs that the
//! lists leave out cost at least `u_i`. An escape is a site that is open at no cost; `u_i <= e_i` keeps its pair from being negative.
//! Rounding is paid for: what the sums can be off by is subtracted.
//!
//! The ascent follows a smoothed subgradient `d = 0.3 g + 0.7 d`, `g_i = 1 - (chosen sites with c_ij < u_i)`, with the step of Polyak
//! (doi:10.1016/0041-5553(69)90061-5) towards a target above the incumbent; its factor shrinks when nothing is gained.
//! One step costs the pairs with `c_ij < u_i`; sums are taken in an order that does not depend on threads.

use super::core::{Core, Fate};
use super::lists::short;
use rayon::prelude::*;

/// State of an ascent.
#[derive(Debug, Clone)]
pub(super) struct Ascent {
    /// Multipliers to be evaluated next.
    pub(super) u: Vec<f64>,
    direction: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
    /// Multipliers of the best bound.
    pub(super) best_u: Vec<f64>,
    /// The best bound.
    pub(super) best: f64,
    /// `rho_j` at the last evaluation.
    pub(super) rho: Vec<f64>,
    /// Sites chosen by the last evaluation, increasing.
    pub(super) chosen: Vec<u32>,
    /// The same as flags.
    pub(super) is_chosen: Vec<bool>,
    /// Share of recent evaluations that chose a site, smoothed: near the LP's `y`.
    pub(super) share: Vec<f64>,
    /// `rho` of the last chosen and of the first one not chosen.
    edge: (f64, f64),
    /// What reduced costs have decided.
    pub(super) fate: Vec<Fate>,
    factor: f64,
    stale: usize,
    evaluations: usize,
    partial: Vec<Vec<f64>>,
}

/// Parts in which the sum over clients is taken, whatever the number of threads.
const PARTS: usize = 8;
/// Fewer clients than this are summed in one part.
const SMALL: usize = 6000;

impl Ascent {
    /// Starts from multipliers, moved into their range.
    pub(super) fn new(core: &Core, u: impl Iterator<Item = f64>, factor: f64) -> Self {
        let high: Vec<f64> = (0..core.clients()).map(|i| core.ceiling(i)).collect();
        let low: Vec<f64> = (0..core.clients()).map(|i| core.rows.of(i).first().map_or(high[i], |a| a.cost()).min(high[i])).collect();
        let u: Vec<f64> = u.zip(low.iter().zip(&high)).map(|(u, (&l, &h))| u.max(l).min(h)).collect();
        let (n, m) = (core.clients(), core.sites());
        let parts = if n < SMALL { 1 } else { PARTS };
        Self {
            best_u: u.clone(),
            u,
            direction: vec![0.0; n],
            low,
            high,
            best: f64::NEG_INFINITY,
            rho: vec![0.0; m],
            chosen: Vec::new(),
            is_chosen: vec![false; m],
            share: vec![0.0; m],
            edge: (f64::NEG_INFINITY, f64::INFINITY),
            fate: vec![Fate::Free; m],
            factor,
            stale: 0,
            evaluations: 0,
            partial: vec![vec![0.0; m]; parts],
        }
    }

    /// How far the ascent is from its end: shrinks from 2 to 0.
    pub(super) fn factor(&self) -> f64 {
        self.factor
    }

    /// Evaluates (3) and (4) at `u`; returns a bound that is safe against rounding.
    pub(super) fn evaluate(&mut self, core: &Core) -> f64 {
        let (n, m, u) = (core.clients(), core.sites(), &self.u);
        let parts = self.partial.len();
        let sum_part = |(part, rho): (usize, &mut Vec<f64>)| {
            rho.fill(0.0);
            let mut total = 0.0;
            let own = part * n / parts..(part + 1) * n / parts;
            for (i, &ui) in own.clone().zip(&u[own]) {
                total += ui;
                for arc in core.rows.of(i) {
                    let gain = arc.cost() - ui;
                    if gain >= 0.0 {
                        break;
                    }
                    rho[arc.to as usize] += gain;
                }
            }
            total
        };
        let totals: Vec<f64> = if parts == 1 {
            self.partial.iter_mut().enumerate().map(sum_part).collect()
        } else {
            self.partial.par_iter_mut().enumerate().map(sum_part).collect()
        };
        self.rho.copy_from_slice(&core.fixed);
        for part in &self.partial {
            self.rho.iter_mut().zip(part).for_each(|(r, p)| *r += p);
        }
        self.choose(core);
        let prices: f64 = totals.iter().sum();
        if prices.is_infinite() {
            // a client that nothing can serve: no answer here
            self.best = f64::INFINITY;
            return f64::INFINITY;
        }
        let savings: f64 = self.chosen.iter().map(|&j| self.rho[j as usize]).sum();
        // sums of n + m terms are off by at most (n + m) roundings of the sum of magnitudes, here with room to spare
        #[allow(clippy::cast_precision_loss)]
        let slack = (n + m + 64) as f64 * f64::EPSILON * (prices.abs() + 2.0 * savings.abs() + core.offset.abs());
        let bound = core.offset + prices + savings - slack;
        if bound > self.best {
            self.stale = if bound > self.best + 1e-7 * bound.abs() { 0 } else { self.stale };
            self.best = bound;
            self.best_u.copy_from_slice(&self.u);
        }
        bound
    }

    fn choose(&mut self, core: &Core) {
        self.chosen.iter().for_each(|&j| self.is_chosen[j as usize] = false);
        let rho = &self.rho;
        match core.count {
            None => {
                self.chosen = (0..short(rho.len())).filter(|&j| rho[j as usize] < 0.0).collect();
                self.edge = (0.0, 0.0);
            }
            Some(p) => {
                let by_rho = |a: &u32, b: &u32| rho[*a as usize].total_cmp(&rho[*b as usize]).then(a.cmp(b));
                let mut all: Vec<u32> = (0..short(rho.len())).collect();
                self.edge.1 = f64::INFINITY;
                if p < all.len() {
                    let (_, &mut next, _) = all.select_nth_unstable_by(p, by_rho);
                    self.edge.1 = rho[next as usize];
                    all.truncate(p);
                }
                self.edge.0 = all.iter().map(|&j| rho[j as usize]).fold(f64::NEG_INFINITY, f64::max);
                all.sort_unstable();
                self.chosen = all;
            }
        }
        self.evaluations += 1;
        #[allow(clippy::cast_precision_loss)]
        let weight = (1.0 / self.evaluations as f64).max(0.04);
        self.share.iter_mut().for_each(|s| *s *= 1.0 - weight);
        for &j in &self.chosen {
            self.is_chosen[j as usize] = true;
            self.share[j as usize] += weight;
        }
    }

    /// Decides sites by the last evaluation: whatever costs the bound so much that it reaches `cutoff` cannot be in a better answer.
    /// Returns how many were newly decided.
    pub(super) fn fix(&mut self, core: &Core, bound: f64, cutoff: f64) -> usize {
        let mut news = 0;
        for j in 0..self.rho.len() {
            if self.fate[j] != Fate::Free {
                continue;
            }
            let (out, within) = match (core.count, self.is_chosen[j]) {
                (_, false) => (self.rho[j] - self.edge.0, false),
                (Some(_), true) => (self.edge.1 - self.rho[j], true),
                (None, true) => (-self.rho[j], true),
            };
            if bound + out * (1.0 - 1e-12) >= cutoff {
                self.fate[j] = if within { Fate::Open } else { Fate::Closed };
                news += 1;
            }
        }
        news
    }

    /// The next multipliers, on the way to `target`; `patience` evaluations without gain shrink the step.
    pub(super) fn advance(&mut self, core: &Core, bound: f64, target: f64, patience: usize) {
        self.stale += 1;
        if self.stale >= patience {
            self.stale = 0;
            self.factor *= 0.85;
        }
        let mut served = vec![0.0_f64; core.clients()];
        for &j in &self.chosen {
            for arc in core.cols.of(j as usize) {
                let i = arc.to as usize;
                if arc.cost() < self.u[i] {
                    served[i] += 1.0;
                }
            }
        }
        let mut norm = 0.0;
        for (i, &s) in served.iter().enumerate() {
            let d = 0.3 * (1.0 - s) + 0.7 * self.direction[i];
            self.direction[i] = d;
            let stuck = (d > 0.0 && self.u[i] >= self.high[i]) || (d < 0.0 && self.u[i] <= self.low[i]);
            norm += if stuck { 0.0 } else { d * d };
        }
        if norm <= 0.0 {
            return;
        }
        let step = self.factor * (target - bound).max(1e-9 * bound.abs()) / norm;
        for i in 0..self.u.len() {
            self.u[i] = (self.u[i] + step * self.direction[i]).max(self.low[i]).min(self.high[i]);
        }
    }

    /// Clients whose best multiplier stands at a radius beyond which there are more sites: longer lists could raise the bound.
    pub(super) fn at_radius(&self, core: &Core) -> Vec<u32> {
        (0..core.clients()).filter(|&i| core.radius[i] < core.escape[i] && self.best_u[i] >= core.radius[i]).map(short).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::median::lists::{Arc, Lists};
    use proptest::prelude::*;

    fn core(n: usize, m: usize, cost: &[u16], fixed: f64, count: Option<usize>) -> Core {
        let rows = Lists::build(n, |i, out| {
            let from = out.len();
            out.extend((0..m).map(|j| Arc { to: short(j), cost: f32::from(cost[i * m + j]) }));
            out[from..].sort_by(|a, b| a.cost.total_cmp(&b.cost).then(a.to.cmp(&b.to)));
        });
        Core {
            cols: rows.turned(m),
            rows,
            fixed: vec![fixed; m],
            count,
            escape: vec![f64::INFINITY; n],
            radius: vec![f64::INFINITY; n],
            offset: 0.0,
        }
    }

    fn best(core: &Core) -> f64 {
        let m = core.sites();
        let choices = (1..1_usize << m).filter(|k| core.count.is_none_or(|p| k.count_ones() as usize == p));
        choices
            .map(|k| {
                let is_open: Vec<bool> = (0..m).map(|j| k >> j & 1 == 1).collect();
                let open: Vec<u32> = (0..short(m)).filter(|&j| is_open[j as usize]).collect();
                core.estimate(&is_open, &open)
            })
            .fold(f64::INFINITY, f64::min)
    }

    proptest! {
        /// Any multipliers give a bound, decisions keep some optimum, and restriction keeps the value.
        #[test]
        fn bounds_hold_for_any_multipliers(
            n in 1_usize..8, m in 2_usize..7, p in 1_usize..4, cost in prop::collection::vec(0_u16..100, 60),
            u in prop::collection::vec(0.0_f64..120.0, 8), fixed in 0.0_f64..80.0,
        ) {
            for count in [Some(p.min(m - 1)), None] {
                let core = core(n, m, &cost, if count.is_some() { 0.0 } else { fixed }, count);
                let optimum = best(&core);
                let mut ascent = Ascent::new(&core, u.iter().copied(), 1.0);
                for _ in 0..30 {
                    let bound = ascent.evaluate(&core);
                    prop_assert!(bound <= optimum + 1e-9, "{bound} {optimum}");
                    ascent.fix(&core, bound, optimum + 1e-6);
                    ascent.advance(&core, bound, optimum, 10);
                }
                // (18): lists without the pairs that the cutoff takes away have the same optimum
                let (slim, pairs) = (core.trimmed(&ascent.best_u, optimum + 1.0 - ascent.best), core.trimmed_pairs(&ascent.best_u, optimum + 1.0 - ascent.best));
                prop_assert_eq!(slim.rows.pairs(), pairs);
                prop_assert!((best(&slim) - optimum).abs() <= 1e-6 * optimum.max(1.0), "{} {optimum}", best(&slim));
                let left = core.restrict(&ascent.fate).core;
                let nothing = if left.count.is_none_or(|p| p == 0) { left.estimate(&vec![false; left.sites()], &[]) } else { f64::INFINITY };
                let rest = best(&left).min(nothing);
                prop_assert!((rest - optimum).abs() <= 1e-6 * optimum.max(1.0), "{rest} {optimum}");
            }
        }
    }
}
