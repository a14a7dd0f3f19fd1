//! The data of a two-stage problem, the flow of a choice of depots and plants, and interchange over such choices. A client without demand
//! takes no part: no flow could show who serves it.

use crate::instance::{Instance, Upper};
use crate::location::capacitated::knapsack::{Item, fractional};
use crate::location::search::network::{Arc, Flow, flow};

/// Closed sites tried for an opening.
const TRIES: usize = 4;
/// The same where what is open cannot send everything: prices of what is left over tell closed sites apart but poorly.
const TRIES_SHORT: usize = 16;

/// Data.
#[derive(Debug, Clone)]
pub struct TwoStage {
    /// Clients.
    pub n: usize,
    /// Depots.
    pub m: usize,
    /// Plants.
    pub k: usize,
    /// Demand of each client.
    pub w: Vec<f64>,
    /// Capacity of each depot, no more than the total.
    pub q: Vec<f64>,
    /// Fixed cost of each depot.
    pub f: Vec<f64>,
    /// Capacity of each plant, no more than the total.
    pub big: Vec<f64>,
    /// Fixed cost of each plant.
    pub g: Vec<f64>,
    /// Cost of the whole client `i` from depot `j` at `j * n + i`.
    cost: Vec<f64>,
    /// Unit cost from plant `k` to depot `j` at `j * plants + k`.
    upper: Vec<f64>,
    /// Total demand.
    pub total: f64,
    /// Units of the multipliers `v`: they are kept as `v_j * scale`, so that both kinds step alike.
    pub scale: f64,
    /// Whether every answer that matters has a whole value.
    pub whole: bool,
}

/// `(plant, depot, amount)`, `(depot, client, amount)`, and the open decisions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stages {
    /// Upper flows.
    pub upper: Vec<(usize, usize, f64)>,
    /// Lower flows.
    pub lower: Vec<(usize, usize, f64)>,
    /// Depots, then plants.
    pub open: Vec<bool>,
}

/// The cheapest flow of a choice.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Open depots.
    depots: Vec<usize>,
    /// Open plants.
    plants: Vec<usize>,
    arcs: Vec<Arc>,
    flow: Flow,
    /// What could not be sent.
    pub left: f64,
    /// Cost of flows and of what is used; what is left over counts at its price.
    pub value: f64,
    used: Vec<bool>,
}

impl TwoStage {
    /// Reads an instance.
    #[must_use]
    pub fn new(instance: &Instance, upper: &Upper) -> Self {
        let (n, m, k) = (instance.clients(), instance.sites(), upper.fixed.len());
        let cost: Vec<f64> = (0..m * n).map(|at| instance.cost(at % n, at / n)).collect();
        let total: f64 = instance.demand.iter().sum();
        let limited = |given: &[f64], count: usize| (0..count).map(|j| given.get(j).map_or(total, |q| q.min(total))).collect::<Vec<f64>>();
        let (q, big) = (limited(&instance.capacity, m), limited(&upper.capacity, k));
        let f: Vec<f64> = (0..m).map(|j| instance.fixed_cost(j)).collect();
        let integral = |x: &f64| x.is_infinite() || ((x - x.round()).abs() < 1e-12 && x.abs() < 1e12);
        let units = instance.service.per_unit && (0..n).all(|i| (0..m).all(|j| integral(&instance.distance(i, j))));
        let whole = units && [&f, &q, &big, &upper.fixed, &upper.unit_cost, &instance.demand].iter().all(|v| v.iter().all(integral));
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len().max(1) as f64;
        let scale = (mean(&instance.demand) * mean(&q)).sqrt().max(1e-6);
        let (w, g, upper) = (instance.demand.clone(), upper.fixed.clone(), upper.unit_cost.clone());
        Self { n, m, k, w, q, f, big, g, cost, upper, total, scale, whole }
    }

    /// Cost of whole clients from a depot.
    #[must_use]
    pub fn row(&self, j: usize) -> &[f64] {
        &self.cost[j * self.n..(j + 1) * self.n]
    }

    /// Unit cost between depot and plant.
    #[must_use]
    pub fn way(&self, j: usize, k: usize) -> f64 {
        self.upper[j * self.k + k]
    }

    /// Clients that no path reaches.
    #[must_use]
    pub fn unreachable(&self) -> Vec<u32> {
        let fed: Vec<bool> = (0..self.m).map(|j| (0..self.k).any(|k| self.way(j, k).is_finite())).collect();
        let lost = |i: &usize| self.w[*i] > 0.0 && !(0..self.m).any(|j| fed[j] && self.cost[j * self.n + i].is_finite());
        (0..self.n).filter(lost).filter_map(|i| u32::try_from(i).ok()).collect()
    }

    /// What capacity is missing, in words.
    #[must_use]
    pub fn obstacles(&self) -> Vec<String> {
        let mut out = Vec::new();
        for (what, q) in [("sites", &self.q), ("plants", &self.big)] {
            let capacity: f64 = q.iter().sum();
            if capacity < self.total * (1.0 - 1e-9) {
                out.push(format!(
                    "capacity of all {what} is {capacity} for a demand of {}: {} more is needed",
                    self.total,
                    self.total - capacity
                ));
            }
        }
        if out.is_empty() {
            let left = self.send(&vec![true; self.m + self.k]).left;
            if left > 0.0 {
                out.push(format!(
                    "with everything open {left} of the demand finds no room where there is a way: add that capacity, or ways"
                ));
            }
        }
        out
    }

    /// First multipliers: fixed costs spread over capacities, cheapest ways.
    #[must_use]
    pub fn first_multipliers(&self) -> Vec<f64> {
        let spread = |f: f64, q: f64| if q > 0.0 { f.max(0.0) / q } else { f64::INFINITY };
        let v: Vec<f64> = (0..self.m)
            .map(|j| (0..self.k).map(|k| self.way(j, k) + spread(self.g[k], self.big[k])).fold(f64::INFINITY, f64::min))
            .map(|v| if v.is_finite() { v } else { 0.0 })
            .collect();
        let price = |i: usize, j: usize| self.w[i].mul_add(v[j] + spread(self.f[j], self.q[j]), self.cost[j * self.n + i]);
        let u = (0..self.n)
            .map(|i| (0..self.m).map(|j| price(i, j)).fold(f64::INFINITY, f64::min))
            .map(|u| if u.is_finite() { u } else { 0.0 });
        u.chain(v.iter().map(|v| v * self.scale)).collect()
    }

    /// A wish completed to enough capacity on both levels, cheapest a unit first.
    #[must_use]
    pub fn enough(&self, wish: &[bool]) -> Vec<bool> {
        let mut open = wish.to_vec();
        for (from, q, f) in [(0, &self.q, &self.f), (self.m, &self.big, &self.g)] {
            let mut capacity: f64 = (0..q.len()).filter(|&j| open[from + j]).map(|j| q[j]).sum();
            let mut rest: Vec<usize> = (0..q.len()).filter(|&j| !open[from + j] && q[j] > 0.0).collect();
            rest.sort_by(|&a, &b| (f[a] / q[a]).total_cmp(&(f[b] / q[b])).then(a.cmp(&b)));
            for j in rest {
                if capacity >= self.total {
                    break;
                }
                capacity += q[j];
                open[from + j] = true;
            }
        }
        open
    }

    /// The cheapest flow of a choice. Nodes: source, plants, depots (in, out), clients.
    #[must_use]
    pub fn send(&self, open: &[bool]) -> Sent {
        let depots: Vec<usize> = (0..self.m).filter(|&j| open[j]).collect();
        let plants: Vec<usize> = (0..self.k).filter(|&k| open[self.m + k]).collect();
        let (a, b) = (plants.len(), depots.len());
        let mut supply = vec![0.0; 1 + a + 2 * b];
        supply[0] = self.total;
        supply.extend(self.w.iter().map(|w| -w));
        let mut arcs = Vec::with_capacity(a + b + a * b + b * self.n);
        for (p, &k) in plants.iter().enumerate() {
            arcs.push(Arc { from: 0, to: 1 + p, cost: 0.0, capacity: self.big[k] });
        }
        for (d, &j) in depots.iter().enumerate() {
            arcs.push(Arc { from: 1 + a + d, to: 1 + a + b + d, cost: 0.0, capacity: self.q[j] });
        }
        for (p, &k) in plants.iter().enumerate() {
            for (d, &j) in depots.iter().enumerate() {
                if self.way(j, k).is_finite() {
                    arcs.push(Arc { from: 1 + p, to: 1 + a + d, cost: self.way(j, k), capacity: f64::INFINITY });
                }
            }
        }
        for (d, &j) in depots.iter().enumerate() {
            for (i, (&c, &w)) in self.row(j).iter().zip(&self.w).enumerate() {
                if c.is_finite() && w > 0.0 {
                    arcs.push(Arc { from: 1 + a + b + d, to: 1 + a + 2 * b + i, cost: c / w, capacity: f64::INFINITY });
                }
            }
        }
        let found = flow(&supply, &arcs);
        let mut used = vec![false; self.m + self.k];
        plants.iter().enumerate().for_each(|(p, &k)| used[self.m + k] = found.amount[p] > 0.0 || self.g[k] < 0.0);
        depots.iter().enumerate().for_each(|(d, &j)| used[j] = found.amount[a + d] > 0.0 || self.f[j] < 0.0);
        let fixed = (0..used.len()).filter(|&d| used[d]).map(|d| self.fixed(d)).sum::<f64>();
        let most = arcs.iter().map(|a| a.cost.abs()).fold(0.0, f64::max);
        let left = if found.unmet > 1e-9 * self.total.max(1.0) { found.unmet } else { 0.0 };
        let value = found.cost + fixed + left * (most + 1.0) * 4.0;
        Sent { depots, plants, arcs, flow: found, left, value, used }
    }

    /// Fixed cost of a decision.
    #[must_use]
    pub fn fixed(&self, d: usize) -> f64 {
        if d < self.m { self.f[d] } else { self.g[d - self.m] }
    }

    /// A flow as an answer.
    #[must_use]
    pub fn stages(&self, sent: &Sent) -> Stages {
        let (a, b) = (sent.plants.len(), sent.depots.len());
        let mut out = Stages { open: sent.used.clone(), ..Stages::default() };
        for (arc, &amount) in sent.arcs.iter().zip(&sent.flow.amount).skip(a + b).filter(|(_, t)| **t > 0.0) {
            if arc.from <= a {
                out.upper.push((sent.plants[arc.from - 1], sent.depots[arc.to - 1 - a], amount));
            } else {
                out.lower.push((sent.depots[arc.from - 1 - a - b], arc.to - 1 - a - 2 * b, amount));
            }
        }
        out.upper.sort_by_key(|f| (f.0, f.1));
        out.lower.sort_by_key(|f| (f.0, f.1));
        out
    }

    /// Opens, closes and swaps on both levels until nothing gains; openings are tried by the estimate of [`Self::estimates`].
    #[must_use]
    pub fn interchange(&self, start: &[bool], stop: &dyn Fn() -> bool) -> Sent {
        let mut best = self.send(&self.enough(start));
        'again: loop {
            let open = best.used.clone();
            let better = |sent: &Sent| sent.value < best.value - 1e-9 * best.value.abs();
            let outs = std::iter::once(None).chain((0..open.len()).filter(|&d| open[d]).map(Some));
            for out in outs {
                if stop() {
                    return best;
                }
                let mut rest = open.clone();
                if let Some(d) = out {
                    rest[d] = false;
                }
                let without = self.send(&rest);
                if better(&without) {
                    best = without;
                    continue 'again;
                }
                let tries = if without.left > 0.0 { TRIES_SHORT } else { TRIES };
                for (estimate, d) in self.estimates(&without).into_iter().take(tries) {
                    if Some(d) == out || estimate >= best.value {
                        continue;
                    }
                    let mut next = rest.clone();
                    next[d] = true;
                    let sent = self.send(&next);
                    if better(&sent) {
                        best = sent;
                        continue 'again;
                    }
                }
            }
            return best;
        }
    }

    /// Closed decisions by the least value that opening one could give, by the prices of the flow (its dual stays feasible when the new
    /// site's own knapsack is paid for).
    fn estimates(&self, sent: &Sent) -> Vec<(f64, usize)> {
        let (a, b) = (sent.plants.len(), sent.depots.len());
        let price = &sent.flow.potential;
        let source = price[0];
        let mut items: Vec<Item> = Vec::new();
        let mut out = Vec::new();
        for j in (0..self.m).filter(|j| sent.depots.binary_search(j).is_err()) {
            let fed = sent.plants.iter().enumerate().map(|(p, &k)| price[1 + p] + self.way(j, k)).fold(f64::INFINITY, f64::min);
            items.clear();
            for (who, (&c, &weight)) in self.row(j).iter().zip(&self.w).enumerate() {
                let value = weight * (price[1 + a + 2 * b + who] - fed) - c;
                if value > 0.0 {
                    items.push(Item { value, weight, who });
                }
            }
            out.push((sent.value + self.f[j] - fractional(&mut items, self.q[j], |_, _| {}), j));
        }
        for k in (0..self.k).filter(|k| sent.plants.binary_search(k).is_err()) {
            items.clear();
            for (d, &j) in sent.depots.iter().enumerate() {
                let value = (price[1 + a + d] - source - self.way(j, k)) * self.q[j];
                if value > 0.0 {
                    items.push(Item { value, weight: self.q[j], who: j });
                }
            }
            out.push((sent.value + self.g[k] - fractional(&mut items, self.big[k], |_, _| {}), self.m + k));
        }
        out.retain(|(estimate, _)| *estimate < sent.value);
        out.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
        out
    }
}
