//! The data of a capacitated problem as the algorithms read them, and what makes an instance infeasible at first sight.

use crate::instance::{Instance, Problem};

/// Which question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Clients may be split.
    Split,
    /// Every client from one site.
    Single,
    /// Every client from one site, so many sites open, no fixed costs.
    Median(usize),
}

/// Costs by site, demands, capacities.
#[derive(Debug, Clone)]
pub struct Data {
    /// Clients.
    pub n: usize,
    /// Sites.
    pub m: usize,
    /// Demand of each client.
    pub w: Vec<f64>,
    /// Capacity of each site, no more than the total demand.
    pub q: Vec<f64>,
    /// Fixed cost of each site; 0 for the p-median.
    pub f: Vec<f64>,
    /// Cost of the whole client `i` from site `j` at `j * n + i`; `inf` where there is no way.
    pub cost: Vec<f64>,
    /// Total demand.
    pub total: f64,
    /// The question.
    pub kind: Kind,
    /// Whether every answer that matters has a whole value, so that bounds may be rounded up.
    pub whole: bool,
}

impl Data {
    /// Reads an instance; `None` when the problem is none of the capacitated ones.
    #[must_use]
    pub fn new(instance: &Instance, problem: Problem) -> Option<Self> {
        let kind = match problem {
            Problem::Capacitated => Kind::Split,
            Problem::SingleSource => Kind::Single,
            Problem::CapacitatedPMedian { p } => Kind::Median(p),
            _ => return None,
        };
        let (n, m) = (instance.clients(), instance.sites());
        let mut cost = vec![f64::INFINITY; n * m];
        for i in 0..n {
            // a client without demand has nothing to be split: no flow, no cost
            let nothing = kind == Kind::Split && instance.demand[i] <= 0.0 && (0..m).any(|j| instance.distance(i, j).is_finite());
            for j in 0..m {
                cost[j * n + i] = if nothing { 0.0 } else { instance.cost(i, j) };
            }
        }
        let total: f64 = instance.demand.iter().sum();
        let q: Vec<f64> = (0..m).map(|j| instance.capacity.get(j).map_or(total, |&q| q.min(total))).collect();
        let f: Vec<f64> = (0..m).map(|j| if matches!(kind, Kind::Median(_)) { 0.0 } else { instance.fixed_cost(j) }).collect();
        let integral = |x: &f64| x.is_infinite() || ((x - x.round()).abs() < 1e-12 && x.abs() < 1e12);
        let units_whole = || {
            (0..n).all(|i| (0..m).all(|j| instance.service.per_unit && integral(&instance.distance(i, j))))
                && instance.demand.iter().chain(&instance.capacity).all(integral)
        };
        let whole = f.iter().all(integral) && cost.iter().all(integral) && (kind != Kind::Split || units_whole());
        Some(Self { n, m, w: instance.demand.clone(), q, f, cost, total, kind, whole })
    }

    /// Costs of a site, by client.
    #[must_use]
    pub fn row(&self, site: usize) -> &[f64] {
        &self.cost[site * self.n..(site + 1) * self.n]
    }

    /// Cost of the whole client from a site.
    #[must_use]
    pub fn at(&self, client: usize, site: usize) -> f64 {
        self.cost[site * self.n + client]
    }

    /// Slack below which a capacity counts as kept.
    #[must_use]
    pub fn slack(&self) -> f64 {
        1e-9 * self.total.max(1.0)
    }

    /// Clients that no site can reach.
    #[must_use]
    pub fn unreachable(&self) -> Vec<u32> {
        (0..self.n).filter(|&i| (0..self.m).all(|j| !self.at(i, j).is_finite())).filter_map(|i| u32::try_from(i).ok()).collect()
    }

    /// What makes an answer impossible, and what would repair it; empty when nothing is seen.
    #[must_use]
    pub fn obstacles(&self) -> Vec<String> {
        let mut out = Vec::new();
        for (i, w) in self.w.iter().enumerate().filter(|(_, w)| !(w.is_finite() && **w >= 0.0)) {
            out.push(format!("demand of client {} is {w}: give a number not below zero", i + 1));
        }
        for (j, q) in self.q.iter().enumerate().filter(|(_, q)| q.is_nan() || **q < 0.0) {
            out.push(format!("capacity of site {} is {q}: give a number not below zero", j + 1));
        }
        for (j, f) in self.f.iter().enumerate().filter(|(_, f)| !f.is_finite()) {
            out.push(format!("fixed cost of site {} is {f}: give a finite number", j + 1));
        }
        if let Some(at) = self.cost.iter().position(|c| c.is_nan() || *c == f64::NEG_INFINITY) {
            out.push(format!("cost of client {} from site {} is no number", at % self.n.max(1) + 1, at / self.n.max(1) + 1));
        }
        if !out.is_empty() {
            return out;
        }
        let unreachable = self.unreachable();
        if !unreachable.is_empty() {
            let names: Vec<String> = unreachable.iter().take(5).map(|i| (i + 1).to_string()).collect();
            let more = if unreachable.len() > 5 { ", ..." } else { "" };
            out.push(format!(
                "{} clients can be reached from no site (client {}{more}): add a site or a way",
                unreachable.len(),
                names.join(", ")
            ));
        }
        let capacity: f64 = self.q.iter().sum();
        if capacity < self.total - self.slack() {
            out.push(format!(
                "capacity of all sites is {capacity} for a demand of {}: {} more is needed (+{} capacity)",
                self.total,
                self.total - capacity,
                self.total - capacity
            ));
        }
        if self.kind != Kind::Split {
            for i in 0..self.n {
                let largest = (0..self.m).filter(|&j| self.at(i, j).is_finite()).map(|j| self.q[j]).fold(f64::NEG_INFINITY, f64::max);
                if largest.is_finite() && largest < self.w[i] - self.slack() {
                    let (at, short) = (i + 1, self.w[i] - largest);
                    out.push(format!(
                        "client {at} has demand {}, the largest site that reaches it capacity {largest}: {short} more is needed there (capacity {} at least)",
                        self.w[i], self.w[i]
                    ));
                }
            }
        }
        if let Kind::Median(p) = self.kind {
            let mut sizes = self.q.clone();
            sizes.sort_by(|a, b| b.total_cmp(a));
            if p > self.m {
                out.push(format!("{p} sites are asked for and there are {}: lower p to {}", self.m, self.m));
            } else if out.is_empty() && sizes[..p].iter().sum::<f64>() < self.total - self.slack() {
                let mut sum = 0.0;
                let least = sizes
                    .iter()
                    .take_while(|&&q| {
                        let more = sum < self.total - self.slack();
                        sum += q;
                        more
                    })
                    .count();
                let short = self.total - sizes[..p].iter().sum::<f64>();
                out.push(format!(
                    "the {p} largest sites hold {short} less than the demand: raise p to at least {least} (-p {least} at least) or add that capacity"
                ));
            } else if p == 0 && self.n > 0 {
                out.push("no site may open and there are clients: raise p to at least 1".to_owned());
            }
        }
        out
    }
}
