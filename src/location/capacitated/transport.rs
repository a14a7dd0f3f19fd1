//! The transportation problem of a set of open sites, by successive shortest paths over the sites.
//!
//! ```text
//! min sum_ia (c_ia / w_i) t_ia,    sum_a t_ia = w_i,    sum_i t_ia <= q_a
//! ```
//!
//! 1. Every client goes to its cheapest open site: optimal but for the capacities.
//! 2. Moving client `i` from `a` to `b` costs `(c_ib - c_ia) / w_i` a unit; the cheapest such client is the arc `(a, b)` of a graph of the
//!    open sites. A shortest path from an overloaded site to one with room is augmented; that keeps the flow optimal for its loads, so
//!    that the end is optimal (Ahuja, Magnanti, Orlin 1993, section 9.7).
//!    A last site without limit, dearer than any path, takes what finds no room: the plan is feasible when it stands empty.
//! 3. The distances to sites with room are the prices `lambda_a` of the capacities; `u_i = min_a (c_ia + w_i lambda_a)`.
//!
//! `O(augmentations * (s^2 * rounds + moved clients * s))` for `s` sites: a millisecond for 300 clients and 50 sites.

use super::data::Data;

/// Flows of an optimal plan for open sites, and prices.
#[derive(Debug, Clone, Default)]
pub struct Transport {
    /// Open sites, as they were given.
    pub open: Vec<usize>,
    /// For each open site the clients served and the amounts.
    pub flows: Vec<Vec<(usize, f64)>>,
    /// Clients and amounts that found no room.
    pub left: Vec<(usize, f64)>,
    /// Cost of service; what is left over counts at a price above every path.
    pub cost: f64,
    /// Price of a unit of capacity of each open site, `>= 0`.
    pub price: Vec<f64>,
}

/// Solves it; sites are positions, increasing.
#[must_use]
pub fn transport(data: &Data, open: &[usize]) -> Transport {
    let s = open.len();
    let mut state = State::new(data, open);
    let slack = data.slack();
    for _ in 0..50 * (data.n + s) + 1000 {
        if state.overload(slack) <= slack {
            break;
        }
        let (from, previous) = state.distances_from_overloaded(slack);
        let target =
            (0..=s).filter(|&b| from[b].is_finite() && state.load[b] < state.room(b) - slack).min_by(|&a, &b| from[a].total_cmp(&from[b]));
        let Some(target) = target else { break };
        state.augment(target, &previous);
    }
    let mut price = state.prices(slack);
    price.truncate(s);
    let mut cost = 0.0;
    for (a, flow) in state.flows.iter().enumerate() {
        for &(i, amount) in flow {
            let share = if data.w[i] > 0.0 { amount / data.w[i] } else { 1.0 };
            cost += share * if a < s { data.at(i, open[a]) } else { state.beyond * data.w[i].max(1.0) };
        }
    }
    let left = state.flows.pop().unwrap_or_default();
    Transport { open: open.to_vec(), flows: state.flows, left, cost, price }
}

struct State<'a> {
    data: &'a Data,
    open: &'a [usize],
    /// Cost a unit of client `i` at open site `a`: `i * s + a`.
    unit: Vec<f64>,
    flows: Vec<Vec<(usize, f64)>>,
    load: Vec<f64>,
    /// Cheapest move from `a` to `b` at `a * s + b`, and who moves.
    arc: Vec<(f64, usize)>,
    /// Cost a unit at the last site, which takes what finds no room.
    beyond: f64,
}

impl<'a> State<'a> {
    fn new(data: &'a Data, open: &'a [usize]) -> Self {
        let s = open.len() + 1;
        let mut unit = vec![0.0; data.n * s];
        let mut most = 0.0_f64;
        for (a, &j) in open.iter().enumerate() {
            for (i, (&c, &w)) in data.row(j).iter().zip(&data.w).enumerate() {
                let cost = if w > 0.0 { c / w } else { c };
                unit[i * s + a] = cost;
                if cost.is_finite() {
                    most = most.max(cost.abs());
                }
            }
        }
        let beyond = (most + 1.0) * (s + 1) as f64;
        let flows = vec![Vec::new(); s];
        let mut state = Self { data, open, unit, flows, load: vec![0.0; s], arc: vec![(f64::INFINITY, usize::MAX); s * s], beyond };
        for i in 0..data.n {
            state.unit[i * s + s - 1] = beyond;
            let costs = &state.unit[i * s..(i + 1) * s];
            let cheapest = (0..s).min_by(|&a, &b| costs[a].total_cmp(&costs[b])).unwrap_or(s - 1);
            state.flows[cheapest].push((i, data.w[i]));
            state.load[cheapest] += data.w[i];
        }
        for a in 0..s {
            state.refresh(a);
        }
        state
    }

    fn room(&self, a: usize) -> f64 {
        self.open.get(a).map_or(f64::INFINITY, |&j| self.data.q[j])
    }

    fn overload(&self, slack: f64) -> f64 {
        (0..self.load.len()).map(|a| self.load[a] - self.room(a)).filter(|&e| e > slack).sum()
    }

    /// The cheapest moves out of a site, anew.
    fn refresh(&mut self, a: usize) {
        let s = self.open.len() + 1;
        let row = &mut self.arc[a * s..(a + 1) * s];
        row.fill((f64::INFINITY, usize::MAX));
        for &(i, _) in self.flows[a].iter().filter(|(i, _)| self.data.w[*i] > 0.0) {
            offer(row, &self.unit[i * s..(i + 1) * s], a, i);
        }
    }

    /// Shortest distances from any overloaded site (Bellman and Ford: moves may gain).
    fn distances_from_overloaded(&self, slack: f64) -> (Vec<f64>, Vec<usize>) {
        let s = self.open.len() + 1;
        let mut distance: Vec<f64> = (0..s).map(|a| if self.load[a] > self.room(a) + slack { 0.0 } else { f64::INFINITY }).collect();
        let mut previous = vec![usize::MAX; s];
        let mut active: Vec<usize> = (0..s).filter(|&a| distance[a] == 0.0).collect();
        let mut queued = vec![false; s];
        for _ in 0..s {
            let mut next = Vec::new();
            for &a in &active {
                queued[a] = false;
            }
            for &a in &active {
                for b in 0..s {
                    let through = distance[a] + self.arc[a * s + b].0;
                    if through < distance[b] - 1e-9 * (1.0 + through.abs()) {
                        distance[b] = through;
                        previous[b] = a;
                        if !queued[b] {
                            queued[b] = true;
                            next.push(b);
                        }
                    }
                }
            }
            if next.is_empty() {
                break;
            }
            active = next;
        }
        (distance, previous)
    }

    /// Moves as much as the path to `target` takes.
    fn augment(&mut self, target: usize, previous: &[usize]) {
        let s = self.open.len() + 1;
        let mut path = vec![target];
        let mut at = target;
        while previous[at] != usize::MAX && path.len() <= s {
            at = previous[at];
            path.push(at);
        }
        path.reverse();
        let mut amount = (self.load[at] - self.room(at)).min(self.room(target) - self.load[target]);
        for pair in path.windows(2) {
            let who = self.arc[pair[0] * s + pair[1]].1;
            let held = self.flows[pair[0]].iter().find(|(i, _)| *i == who).map_or(0.0, |(_, t)| *t);
            amount = amount.min(held);
        }
        let moves: Vec<(usize, usize, usize)> = path.windows(2).map(|p| (p[0], p[1], self.arc[p[0] * s + p[1]].1)).collect();
        for (a, b, who) in moves {
            let mut emptied = false;
            if let Some(at) = self.flows[a].iter().position(|(i, _)| *i == who) {
                self.flows[a][at].1 -= amount;
                if self.flows[a][at].1 <= 1e-12 * self.data.w[who] {
                    self.flows[a].swap_remove(at);
                    emptied = true;
                }
            }
            match self.flows[b].iter_mut().find(|(i, _)| *i == who) {
                Some(entry) => entry.1 += amount,
                None => self.flows[b].push((who, amount)),
            }
            self.load[a] -= amount;
            self.load[b] += amount;
            if emptied {
                self.refresh(a);
            }
            offer(&mut self.arc[b * s..(b + 1) * s], &self.unit[who * s..(who + 1) * s], b, who);
        }
    }

    /// Distance of each site to the nearest one with room.
    fn prices(&self, slack: f64) -> Vec<f64> {
        let s = self.open.len() + 1;
        let mut price: Vec<f64> = (0..s).map(|a| if self.load[a] < self.room(a) - slack { 0.0 } else { f64::INFINITY }).collect();
        for _ in 0..s {
            let mut changed = false;
            for a in 0..s {
                let best = (0..s).map(|b| self.arc[a * s + b].0 + price[b]).fold(price[a], f64::min);
                if best < price[a] - 1e-9 * (1.0 + best.abs()) {
                    price[a] = best;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        let least = price.iter().copied().fold(f64::INFINITY, f64::min).min(0.0);
        let most = price.iter().copied().filter(|p| p.is_finite()).fold(0.0, f64::max);
        price.iter().map(|p| if p.is_finite() { p - least } else { most - least }).collect()
    }
}

/// Lets client `who`, now at `a`, offer its moves.
fn offer(row: &mut [(f64, usize)], unit: &[f64], a: usize, who: usize) {
    let here = unit[a];
    for (b, (arc, &there)) in row.iter_mut().zip(unit).enumerate() {
        let cost = there - here;
        if b != a && cost < arc.0 {
            *arc = (cost, who);
        }
    }
}

impl Transport {
    /// Cost of service and of the sites that serve somebody.
    #[must_use]
    pub fn value(&self, data: &Data) -> f64 {
        if self.left.is_empty() { self.relaxed_value(data) } else { f64::INFINITY }
    }

    /// As [`Self::value`], with what is left over at its price.
    #[must_use]
    pub fn relaxed_value(&self, data: &Data) -> f64 {
        self.cost + self.used(data).map(|a| data.f[self.open[a]]).sum::<f64>()
    }

    /// Positions in `open` of the sites that serve somebody, or earn something by being open.
    pub fn used<'b>(&'b self, data: &'b Data) -> impl Iterator<Item = usize> + 'b {
        (0..self.open.len()).filter(|&a| !self.flows[a].is_empty() || data.f[self.open[a]] < 0.0)
    }

    /// Prices of clients: `u_i = min_a (c_ia + w_i lambda_a)`, good multipliers of the Lagrangian.
    #[must_use]
    pub fn multipliers(&self, data: &Data) -> Vec<f64> {
        (0..data.n)
            .map(|i| {
                let best = self.open.iter().zip(&self.price).map(|(&j, p)| data.at(i, j) + data.w[i] * p).fold(f64::INFINITY, f64::min);
                if best.is_finite() { best } else { 0.0 }
            })
            .collect()
    }
}
