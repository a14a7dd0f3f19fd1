//! The flow of a choice of depots and plants of a two-stage problem, and interchange over such choices.
//!
//! Nodes of the flow: source, plants, depots (in, out), clients, and a plant and a depot to spare, from which a closed site is tried without
//! beginning anew. A site is closed by a price on what goes through it.

use super::stage_data::{Stages, TwoStage};
use crate::location::capacitated::knapsack::{Item, fractional};
use crate::location::search::network::{Arc, Flow, Network};

/// Closed sites tried for an opening.
const TRIES: usize = 4;
/// The same where what is open cannot send everything.
const TRIES_SHORT: usize = 16;

/// Share of the total below which an amount is rounding.
const DUST: f64 = 1e-13;

/// The cheapest flow of a choice.
#[derive(Clone)]
pub struct Sent {
    /// Open depots.
    depots: Vec<usize>,
    /// Open plants.
    plants: Vec<usize>,
    /// What was closed afterwards.
    closed: Option<usize>,
    network: Network,
    arcs: Vec<Arc>,
    /// What could not be sent.
    pub left: f64,
    /// Cost of flows and of what is used; what is left over counts at its price.
    pub value: f64,
    /// Potentials of the nodes.
    price: Vec<f64>,
    used: Vec<bool>,
}

impl Sent {
    /// By how much a unit may cost more than it must, by rounding.
    #[must_use]
    pub fn slack(&self) -> f64 {
        self.network.slack()
    }
}

impl TwoStage {
    /// The cheapest flow of a choice.
    #[must_use]
    pub fn send(&self, open: &[bool]) -> Sent {
        let depots: Vec<usize> = (0..self.m).filter(|&j| open[j]).collect();
        let plants: Vec<usize> = (0..self.k).filter(|&k| open[self.m + k]).collect();
        let (a, b) = (plants.len(), depots.len());
        let mut supply = vec![0.0; 1 + a + 2 * b];
        supply[0] = self.total;
        supply.extend(self.w.iter().map(|w| -w));
        supply.extend([0.0; 3]);
        let mut arcs = Vec::with_capacity(a + b + a * b + b * self.n);
        for (p, &k) in plants.iter().enumerate() {
            arcs.push(Arc { from: 0, to: 1 + p, cost: 0.0, capacity: self.big[k] });
        }
        for (d, &j) in depots.iter().enumerate() {
            arcs.push(Arc { from: 1 + a + d, to: 1 + a + b + d, cost: 0.0, capacity: self.q[j] });
        }
        for (p, &k) in plants.iter().enumerate() {
            self.ways(1 + p, k, 1 + a, &depots, &mut arcs);
        }
        for (d, &j) in depots.iter().enumerate() {
            self.deliveries(1 + a + b + d, j, 1 + a + 2 * b, &mut arcs);
        }
        let network = Network::new(&supply, &arcs, self.dearest);
        let mut sent = Sent { depots, plants, closed: None, network, arcs, left: 0.0, value: 0.0, price: Vec::new(), used: Vec::new() };
        self.settle(&mut sent);
        sent
    }

    /// Ways of a plant at a node to depots, whose nodes begin at `first`.
    fn ways(&self, node: usize, plant: usize, first: usize, depots: &[usize], arcs: &mut Vec<Arc>) {
        for (d, &j) in depots.iter().enumerate().filter(|(_, j)| self.way(**j, plant).is_finite()) {
            arcs.push(Arc { from: node, to: first + d, cost: self.way(j, plant), capacity: f64::INFINITY });
        }
    }

    /// Ways of a depot at a node to clients, whose nodes begin at `first`.
    fn deliveries(&self, node: usize, depot: usize, first: usize, arcs: &mut Vec<Arc>) {
        for (i, (&c, &w)) in self.row(depot).iter().zip(&self.w).enumerate().filter(|(_, (c, w))| c.is_finite() && **w > 0.0) {
            arcs.push(Arc { from: node, to: first + i, cost: c / w, capacity: f64::INFINITY });
        }
    }

    /// What a flow is worth and what it uses.
    fn settle(&self, sent: &mut Sent) {
        let flow = sent.network.flow();
        sent.used = self.uses(sent, &flow);
        sent.left = self.short(flow.unmet);
        sent.value = self.worth(flow.cost, sent.left, &sent.used);
        sent.price = flow.potential;
    }

    /// Less than rounding is no flow.
    fn flows(&self, amount: f64) -> bool {
        amount > DUST * self.total
    }

    /// The open decisions that something flows through, or that earn.
    fn uses(&self, sent: &Sent, flow: &Flow) -> Vec<bool> {
        let mut used = vec![false; self.m + self.k];
        let decisions = sent.plants.iter().map(|k| self.m + k).chain(sent.depots.iter().copied());
        for (d, &amount) in decisions.zip(&flow.amount).filter(|(d, _)| Some(*d) != sent.closed) {
            used[d] = self.flows(amount) || self.fixed(d) < 0.0;
        }
        used
    }

    /// Less than rounding is nothing.
    fn short(&self, unmet: f64) -> f64 {
        if unmet > 1e-9 * self.total.max(1.0) { unmet } else { 0.0 }
    }

    fn worth(&self, cost: f64, left: f64, used: &[bool]) -> f64 {
        cost + (0..used.len()).filter(|&d| used[d]).map(|d| self.fixed(d)).sum::<f64>() + left * (self.dearest + 1.0) * 4.0
    }

    /// The flow without one of its decisions, from the flow with it.
    fn closed(&self, sent: &Sent, decision: usize) -> Sent {
        let at = if decision < self.m {
            sent.depots.binary_search(&decision).map(|d| sent.plants.len() + d)
        } else {
            sent.plants.binary_search(&(decision - self.m))
        };
        let mut out = sent.clone();
        if let Ok(at) = at {
            out.network = sent.network.without(at);
            out.closed = Some(decision);
            self.settle(&mut out);
        }
        out
    }

    /// What is left, value and use of a flow with one more decision, from the flow without it.
    fn opened(&self, sent: &Sent, decision: usize) -> (f64, f64, Vec<bool>) {
        let (a, b) = (sent.plants.len(), sent.depots.len());
        let first = 1 + a + 2 * b;
        let spare = first + self.n;
        let mut arcs = Vec::new();
        if decision < self.m {
            arcs.push(Arc { from: spare + 1, to: spare + 2, cost: 0.0, capacity: self.q[decision] });
            for (p, &k) in sent.plants.iter().enumerate() {
                self.ways(1 + p, k, spare + 1, &[decision], &mut arcs);
            }
            self.deliveries(spare + 2, decision, first, &mut arcs);
        } else {
            let k = decision - self.m;
            arcs.push(Arc { from: 0, to: spare, cost: 0.0, capacity: self.big[k] });
            self.ways(spare, k, 1 + a, &sent.depots, &mut arcs);
        }
        let network = sent.network.with(&arcs);
        let flow = network.flow();
        let mut used = self.uses(sent, &flow);
        used[decision] = self.flows(network.amount(sent.network.arcs())) || self.fixed(decision) < 0.0;
        let left = self.short(flow.unmet);
        (left, self.worth(flow.cost, left, &used), used)
    }

    /// Fixed cost of a decision.
    fn fixed(&self, d: usize) -> f64 {
        if d < self.m { self.f[d] } else { self.g[d - self.m] }
    }

    /// Limit of a decision.
    fn capacity(&self, d: usize) -> f64 {
        if d < self.m { self.q[d] } else { self.big[d - self.m] }
    }

    /// A flow as an answer.
    #[must_use]
    pub fn stages(&self, sent: &Sent) -> Stages {
        let (a, b) = (sent.plants.len(), sent.depots.len());
        let mut out = Stages { open: sent.used.clone(), ..Stages::default() };
        let amounts = sent.network.flow().amount;
        for (arc, amount) in sent.arcs.iter().zip(amounts).skip(a + b).filter(|(_, t)| self.flows(*t)) {
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

    /// Opens, closes and swaps on both levels until nothing gains. Openings are tried by the estimate of [`Self::estimates`]; where what is
    /// left cannot send everything its prices say little, and the prices of the whole flow are asked.
    #[must_use]
    pub fn interchange(&self, start: &[bool], stop: &dyn Fn() -> bool) -> Sent {
        let mut best = self.send(&self.send(&self.enough(start)).used);
        'again: loop {
            let room = 1e-9 * self.total;
            // what can be sent counts before what it costs
            let better = |left: f64, value: f64| {
                left < best.left - room || (left <= best.left + room && value < best.value - 1e-9 * best.value.abs())
            };
            // a flow that goes on may differ by rounding from one that begins anew: only the latter is kept, or two choices could take turns
            let anew = |used: &[bool]| Some(self.send(used)).filter(|next| better(next.left, next.value));
            let usual = self.estimates(&best);
            let outs = std::iter::once(None).chain((0..best.used.len()).filter(|&d| best.used[d]).map(Some));
            for out in outs {
                if stop() {
                    return best;
                }
                let without = out.map_or_else(|| best.clone(), |d| self.closed(&best, d));
                if better(without.left, without.value)
                    && let Some(next) = anew(&without.used)
                {
                    best = next;
                    continue 'again;
                }
                let candidates: Vec<usize> = if without.left > 0.0 {
                    // one site that makes good for another; where more than that is missing, any that helps
                    let enough = |d: usize| self.capacity(d) * (1.0 + 1e-9) >= without.left;
                    let fits = |d: usize| best.left > 0.0 || (enough(d) && out.is_none_or(|o| (o < self.m) == (d < self.m)));
                    usual.iter().map(|e| e.1).filter(|&d| fits(d)).take(TRIES_SHORT).collect()
                } else {
                    self.estimates(&without).into_iter().filter(|e| e.0 < best.value).map(|e| e.1).take(TRIES).collect()
                };
                for d in candidates.into_iter().filter(|&d| Some(d) != out) {
                    let (left, value, used) = self.opened(&without, d);
                    if better(left, value)
                        && let Some(next) = anew(&used)
                    {
                        best = next;
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
        let price = &sent.price;
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
        out.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
        out
    }
}
