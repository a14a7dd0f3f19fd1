//! The data of a two-stage problem. A client without demand takes no part: no flow could show who serves it.

use crate::instance::{Instance, Upper};

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
    /// No unit costs more on any way.
    pub dearest: f64,
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
        let unit = |at: usize| if w[at % n] > 0.0 { cost[at] / w[at % n] } else { 0.0 };
        let finite = |c: &f64| c.is_finite();
        let dearest = (0..m * n).map(unit).filter(finite).chain(upper.iter().copied().filter(finite)).map(f64::abs).fold(0.0, f64::max);
        Self { n, m, k, w, q, f, big, g, dearest, cost, upper, total, scale, whole }
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
}
