//! Two-stage capacitated location: plants send to depots, depots to clients, all within capacity.
//!
//! ```text
//! min  sum_k g_k t_k + sum_j f_j y_j + sum_jk e_jk z_jk + sum_ij c_ij x_ij
//! (1)  sum_j x_ij = 1                              relaxed, multipliers u_i
//! (2)  sum_k z_jk = sum_i w_i x_ij                 relaxed, multipliers v_j: the price of a unit at depot j
//! (3)  sum_i w_i x_ij <= q_j y_j,   x_ij <= y_j
//! (4)  sum_j z_jk <= Q_k t_k,       z_jk <= q_j t_k
//! (5)  sum_j q_j y_j >= W,          sum_k Q_k t_k >= W          implied, kept: they strengthen the bound
//! ```
//!
//! `L(u, v)` falls apart into a fractional knapsack for every depot and every plant, and one 0/1 knapsack (5) a level, exactly as in
//! [`crate::location::capacitated::lagrangian`] (Klose 2000, doi:10.1016/S0377-2217(99)00300-8). With all decisions fixed what remains is a
//! minimum-cost flow. Decisions are numbered depots first, then plants.

use super::stage_data::{Stages, TwoStage};
use crate::location::capacitated::knapsack::{Item, fractional};
use crate::location::capacitated::lagrangian::{Level, choose};
use crate::location::search::{Evaluation, Fix, Relaxation, Run};

impl TwoStage {
    /// Items of a depot at these prices.
    fn depot_items(&self, u: &[f64], v: f64, j: usize, items: &mut Vec<Item>) {
        items.clear();
        for (who, ((&c, &u), &weight)) in self.row(j).iter().zip(u).zip(&self.w).enumerate() {
            let value = weight.mul_add(-v, u - c);
            if value > 0.0 && weight > 0.0 {
                items.push(Item { value, weight, who });
            }
        }
    }

    /// Items of a plant: whole depots.
    fn plant_items(&self, v: &[f64], fix: &[Fix], k: usize, items: &mut Vec<Item>) {
        items.clear();
        for j in (0..self.m).filter(|&j| fix[j] != Fix::Closed) {
            let value = (v[j] - self.way(j, k)) * self.q[j];
            if value > 0.0 {
                items.push(Item { value, weight: self.q[j], who: j });
            }
        }
    }
}

impl Relaxation for TwoStage {
    type Solution = Stages;

    fn multipliers(&self) -> usize {
        self.n + self.m
    }

    fn decisions(&self) -> usize {
        self.m + self.k
    }

    fn evaluate(&self, multipliers: &[f64], fix: &[Fix], out: &mut Evaluation) {
        let (u, scaled) = multipliers.split_at(self.n);
        let v: Vec<f64> = scaled.iter().map(|x| x / self.scale).collect();
        let count = self.m + self.k;
        let mut items = Vec::new();
        let mut h = vec![0.0; count];
        for j in (0..self.m).filter(|&j| fix[j] != Fix::Closed) {
            self.depot_items(u, v[j], j, &mut items);
            h[j] = self.f[j] - fractional(&mut items, self.q[j], |_, _| {});
        }
        for k in (0..self.k).filter(|&k| fix[self.m + k] != Fix::Closed) {
            self.plant_items(&v, fix, k, &mut items);
            h[self.m + k] = self.g[k] - fractional(&mut items, self.big[k], |_, _| {});
        }
        for side in [&mut out.open, &mut out.reduced] {
            side.clear();
            side.resize(count, 0.0);
        }
        let mut base = u.iter().zip(&self.w).map(|(u, w)| if *w > 0.0 { *u } else { 0.0 }).sum::<f64>();
        let mut bound = base;
        for (range, capacity) in [(0..self.m, &self.q), (self.m..count, &self.big)] {
            let level = Level { capacity, total: self.total };
            let (open, reduced) = (&mut out.open[range.clone()], &mut out.reduced[range.clone()]);
            let (loose, tight) = choose(level, &h[range.clone()], &fix[range], open, reduced);
            base += loose;
            bound += tight;
        }
        (out.base, out.bound) = (base, bound);
        out.gradient.clear();
        out.gradient.resize(self.n, 1.0);
        out.gradient.resize(self.n + self.m, 0.0);
        let (served, balance) = out.gradient.split_at_mut(self.n);
        served.iter_mut().zip(&self.w).filter(|(_, w)| **w <= 0.0).for_each(|(g, _)| *g = 0.0);
        for j in (0..self.m).filter(|&j| out.open[j] > 0.0) {
            self.depot_items(u, v[j], j, &mut items);
            fractional(&mut items, self.q[j], |item, share| {
                served[item.who] -= share;
                balance[j] += share * item.weight / self.scale;
            });
        }
        for k in (0..self.k).filter(|&k| out.open[self.m + k] > 0.0) {
            self.plant_items(&v, fix, k, &mut items);
            fractional(&mut items, self.big[k], |item, share| balance[item.who] -= share * item.weight / self.scale);
        }
    }

    fn answer(&self, wish: &[bool]) -> Option<(f64, Stages)> {
        let found = self.send(&self.enough(wish));
        (found.left <= 0.0).then(|| (found.value, self.stages(&found)))
    }

    fn probes(&self) -> usize {
        5
    }

    fn searches(&self) -> usize {
        4
    }

    fn opened(&self, answer: &Stages) -> Vec<bool> {
        answer.open.clone()
    }

    fn polish(&self, wish: &[bool], stop: &dyn Fn() -> bool) -> Option<(f64, Stages)> {
        let sent = self.interchange(wish, stop);
        (sent.left <= 0.0).then(|| (sent.value, self.stages(&sent)))
    }

    fn leaf(&self, open: &[bool], _below: f64, _run: &mut Run<'_>) -> (f64, f64, Option<Stages>) {
        let found = self.send(open);
        if found.left > 0.0 {
            return (f64::INFINITY, f64::INFINITY, None);
        }
        // whole numbers leave no room for rounding
        let bound = if self.whole { found.value } else { found.value - found.slack() * self.total };
        (found.value, bound, Some(self.stages(&found)))
    }

    fn rounded(&self, bound: f64) -> f64 {
        if self.whole { 1e-9f64.mul_add(-bound.abs(), bound - 1e-6).ceil() } else { bound }
    }
}
