//! Minimum-cost flow by the network simplex method.
//!
//! A spanning tree with an artificial root, block pricing, and the leaving rule of Cunningham (1976, doi:10.1007/BF01580349), which keeps
//! the tree strongly feasible, so that the method cannot cycle. After a pivot only the subtree that moved is visited again. Arc costs may
//! be any finite numbers; flows stay integral when supplies and capacities are. A network with arcs more, or with an arc closed (its cost
//! raised above any path), goes on from the tree it has: its flow stays feasible.

/// An arc with a cost a unit and a capacity (`inf` allowed).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arc {
    /// Tail.
    pub from: usize,
    /// Head.
    pub to: usize,
    /// Cost a unit.
    pub cost: f64,
    /// Most that flows.
    pub capacity: f64,
}

/// Rounding of potentials, as a share of the penalty: they are sums of it and of some dozen costs.
const ROUNDING: f64 = 64.0 * f64::EPSILON;

/// An optimal flow.
#[derive(Debug, Clone, Default)]
pub struct Flow {
    /// On each arc of the beginning.
    pub amount: Vec<f64>,
    /// Potential of each node: an arc is used only where `cost + potential[from] - potential[to] <= 0`.
    pub potential: Vec<f64>,
    /// Cost of the flow on arcs, closed ones left out.
    pub cost: f64,
    /// What could not be sent.
    pub unmet: f64,
}

#[derive(Clone, Copy, PartialEq)]
enum At {
    Lower,
    Upper,
    Tree,
}

#[derive(Clone)]
struct Tree {
    arcs: Vec<Arc>,
    amount: Vec<f64>,
    at: Vec<At>,
    parent: Vec<usize>,
    /// Arc to the parent.
    link: Vec<usize>,
    depth: Vec<usize>,
    potential: Vec<f64>,
    /// Tree arcs of each node.
    near: Vec<Vec<usize>>,
}

/// A network with its optimal flow, from whose spanning tree the flow of a slightly other network is found in few pivots.
#[derive(Clone)]
pub struct Network {
    tree: Tree,
    supply: Vec<f64>,
    /// Arcs of the beginning; then comes the root's arc of each node, then what was added.
    real: usize,
    penalty: f64,
    tolerance: f64,
    next: usize,
    /// Arcs that were closed.
    closed: Vec<usize>,
}

impl Network {
    /// Sends the supplies (positive) to the demands (negative; they must sum to zero within rounding) at least cost. What finds no way is
    /// `unmet`, at a price above any path; `dearest` is no less than the size of the cost of any arc that is added later.
    /// `O(pivots * (block + moved nodes))`.
    #[must_use]
    pub fn new(supply: &[f64], arcs: &[Arc], dearest: f64) -> Self {
        let (n, real) = (supply.len(), arcs.len());
        let most = arcs.iter().map(|a| a.cost.abs()).fold(dearest, f64::max);
        let penalty = (most + 1.0) * (n + 1) as f64;
        let mut tree = Tree {
            arcs: arcs.to_vec(),
            amount: vec![0.0; real],
            at: vec![At::Lower; real],
            parent: vec![n; n + 1],
            link: vec![usize::MAX; n + 1],
            depth: vec![1; n + 1],
            potential: vec![0.0; n + 1],
            near: vec![Vec::new(); n + 1],
        };
        tree.depth[n] = 0;
        tree.parent[n] = usize::MAX;
        for (v, &s) in supply.iter().enumerate() {
            let (from, to) = if s >= 0.0 { (v, n) } else { (n, v) };
            tree.arcs.push(Arc { from, to, cost: penalty, capacity: f64::INFINITY });
            tree.amount.push(s.abs());
            tree.at.push(At::Tree);
            tree.link[v] = real + v;
            tree.potential[v] = if s >= 0.0 { -penalty } else { penalty };
            tree.near[v].push(real + v);
            tree.near[n].push(real + v);
        }
        let mut out = Self { tree, supply: supply.to_vec(), real, penalty, tolerance: ROUNDING * penalty, next: 0, closed: Vec::new() };
        out.optimise();
        out
    }

    /// The same with more arcs between its nodes; the first has the index [`Self::arcs`].
    #[must_use]
    pub fn with(&self, arcs: &[Arc]) -> Self {
        let mut out = self.clone();
        out.tree.arcs.extend_from_slice(arcs);
        out.tree.amount.resize(out.tree.arcs.len(), 0.0);
        out.tree.at.resize(out.tree.arcs.len(), At::Lower);
        out.optimise();
        out
    }

    /// The same with an arc closed: what still has to use it, since there is no other way, counts as unmet.
    #[must_use]
    pub fn without(&self, arc: usize) -> Self {
        let mut out = self.clone();
        out.tree.arcs[arc].cost = 4.0 * out.penalty;
        out.closed.push(arc);
        if out.tree.at[arc] == At::Tree {
            let Arc { from, to, .. } = out.tree.arcs[arc];
            let (child, parent) = if out.tree.parent[from] == to && out.tree.link[from] == arc { (from, to) } else { (to, from) };
            out.tree.hang(child, parent, arc);
        }
        out.optimise();
        out
    }

    /// By how much a unit may cost more than it must, at most: on every arc of a way the reduced cost may be wrong by rounding.
    #[must_use]
    pub fn slack(&self) -> f64 {
        8.0 * self.tolerance
    }

    /// How many arcs there are, those of the root counted.
    #[must_use]
    pub fn arcs(&self) -> usize {
        self.tree.arcs.len()
    }

    /// What flows on an arc.
    #[must_use]
    pub fn amount(&self, arc: usize) -> f64 {
        self.tree.amount[arc]
    }

    /// The flow on the arcs of the beginning, its cost that of all arcs.
    #[must_use]
    pub fn flow(&self) -> Flow {
        let (nodes, amount) = (self.supply.len(), &self.tree.amount);
        // nodes without supply have an arc to the root too
        let short: f64 = amount[self.real..].iter().zip(&self.supply).filter(|(_, s)| **s >= 0.0).map(|(a, _)| *a).sum();
        let through: f64 = self.closed.iter().map(|&a| amount[a]).sum();
        let own = (0..amount.len()).filter(|a| !(self.real..self.real + nodes).contains(a) && !self.closed.contains(a));
        let cost = own.map(|a| if amount[a] > 0.0 { amount[a] * self.tree.arcs[a].cost } else { 0.0 }).sum();
        Flow { amount: amount[..self.real].to_vec(), potential: self.tree.potential[..nodes].to_vec(), cost, unmet: short + through }
    }

    fn optimise(&mut self) {
        let count = self.tree.arcs.len();
        let block = (2.0 * (count as f64).sqrt()).max(30.0) as usize;
        // a bound far above what is ever needed, so that rounding can never keep it going
        for _ in 0..200 * (self.supply.len() + count) + 1000 {
            // arcs of the root too: where not all can be sent, the cheapest way to fall short is asked for
            let Some(arc) = self.tree.entering(count, block, &mut self.next, self.tolerance) else { break };
            self.tree.pivot(arc);
        }
    }
}

impl Tree {
    fn reduced(&self, a: usize) -> f64 {
        let arc = &self.arcs[a];
        arc.cost + self.potential[arc.from] - self.potential[arc.to]
    }

    /// The worst violator of the next blocks.
    fn entering(&self, count: usize, block: usize, next: &mut usize, tolerance: f64) -> Option<usize> {
        let (mut worst, mut found, mut seen) = (tolerance, None, 0);
        for step in 0..count {
            let a = (*next + step) % count;
            let violation = match self.at[a] {
                At::Lower => -self.reduced(a),
                At::Upper => self.reduced(a),
                At::Tree => 0.0,
            };
            if violation > worst {
                (worst, found) = (violation, Some(a));
            }
            seen += 1;
            if seen >= block && found.is_some() {
                *next = (a + 1) % count;
                return found;
            }
            if seen >= block {
                seen = 0;
            }
        }
        found
    }

    fn join(&self, mut a: usize, mut b: usize) -> usize {
        while a != b {
            if self.depth[a] >= self.depth[b] {
                a = self.parent[a];
            } else {
                b = self.parent[b];
            }
        }
        a
    }

    fn pivot(&mut self, entering: usize) {
        let arc = self.arcs[entering];
        let (first, second) = if self.at[entering] == At::Lower { (arc.from, arc.to) } else { (arc.to, arc.from) };
        let join = self.join(first, second);
        let (mut delta, mut leaving) = (arc.capacity, None);
        let mut u = first;
        while u != join {
            let e = self.link[u];
            let room = if self.arcs[e].from == u { self.amount[e] } else { self.arcs[e].capacity - self.amount[e] };
            if room < delta {
                (delta, leaving) = (room, Some((u, true)));
            }
            u = self.parent[u];
        }
        u = second;
        while u != join {
            let e = self.link[u];
            let room = if self.arcs[e].from == u { self.arcs[e].capacity - self.amount[e] } else { self.amount[e] };
            if room <= delta {
                (delta, leaving) = (room, Some((u, false)));
            }
            u = self.parent[u];
        }
        let delta = delta.max(0.0);
        if delta > 0.0 {
            self.amount[entering] += if self.at[entering] == At::Lower { delta } else { -delta };
            for (start, down) in [(first, true), (second, false)] {
                let mut u = start;
                while u != join {
                    let e = self.link[u];
                    let up = self.arcs[e].from == u;
                    self.amount[e] += if up == down { -delta } else { delta };
                    u = self.parent[u];
                }
            }
        }
        let Some((cut, on_first)) = leaving else {
            // the entering arc goes from one side to the other
            self.at[entering] = if self.at[entering] == At::Lower { At::Upper } else { At::Lower };
            self.amount[entering] = if self.at[entering] == At::Upper { arc.capacity } else { 0.0 };
            return;
        };
        let out = self.link[cut];
        let at_upper = self.amount[out] > 0.5 * self.arcs[out].capacity;
        self.at[out] = if at_upper { At::Upper } else { At::Lower };
        self.amount[out] = if at_upper { self.arcs[out].capacity } else { 0.0 };
        self.at[entering] = At::Tree;
        for end in [self.arcs[out].from, self.arcs[out].to] {
            self.near[end].retain(|&e| e != out);
        }
        self.near[arc.from].push(entering);
        self.near[arc.to].push(entering);
        let (inside, outside) = if on_first { (first, second) } else { (second, first) };
        self.hang(inside, outside, entering);
    }

    /// Hangs the subtree of `top` under `parent` by `link`, and renews what depends on it.
    fn hang(&mut self, top: usize, parent: usize, link: usize) {
        let mut open = vec![(top, parent, link)];
        while let Some((v, p, e)) = open.pop() {
            let arc = self.arcs[e];
            self.parent[v] = p;
            self.link[v] = e;
            self.depth[v] = self.depth[p] + 1;
            self.potential[v] = if arc.from == v { self.potential[p] - arc.cost } else { self.potential[p] + arc.cost };
            for &a in &self.near[v] {
                if a != e {
                    let other = if self.arcs[a].from == v { self.arcs[a].to } else { self.arcs[a].from };
                    open.push((other, v, a));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::by_name;
    use crate::model::LinearModel;
    use crate::outcome::{Limits, Silent};
    use proptest::prelude::*;

    fn arcs_of(raw: &[(usize, usize, i32, u32)]) -> Vec<Arc> {
        let arc = |r: &(usize, usize, i32, u32)| Arc { from: r.0, to: r.1, cost: f64::from(r.2), capacity: f64::from(r.3) };
        raw.iter().filter(|r| r.0 != r.1).map(arc).collect()
    }

    /// Node 6 balances.
    fn balanced(supplies: &[u32], demands: &[u32]) -> Vec<f64> {
        let mut supply: Vec<f64> = supplies.iter().map(|&s| f64::from(s)).chain(demands.iter().map(|&d| -f64::from(d))).collect();
        supply.push(-supply.iter().sum::<f64>());
        supply
    }

    const DEAREST: f64 = 20.0;

    fn total(flow: &Flow) -> f64 {
        flow.cost + 2.0 * (DEAREST + 1.0) * 8.0 * flow.unmet
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn agrees_with_a_linear_solver(
            supplies in prop::collection::vec(1u32..9, 3),
            demands in prop::collection::vec(1u32..9, 3),
            raw in prop::collection::vec((0usize..7, 0usize..7, -3i32..20, 0u32..9), 5..25),
        ) {
            let (supply, arcs) = (balanced(&supplies, &demands), arcs_of(&raw));
            let found = Network::new(&supply, &arcs, DEAREST).flow();
            let penalty = (DEAREST + 1.0) * 8.0;
            let mut m = LinearModel::new();
            let rows: Vec<usize> = supply.iter().map(|&s| m.add_row(s, s)).collect();
            for a in &arcs {
                m.add_col(a.cost, a.capacity, a.capacity, &[(rows[a.from], 1.0), (rows[a.to], -1.0)]);
            }
            for (&r, &s) in rows.iter().zip(&supply) {
                m.add_col(penalty, f64::INFINITY, 1e3, &[(r, if s >= 0.0 { 1.0 } else { -1.0 })]);
            }
            let lp = by_name("microlp").unwrap().solve(&m, &Limits::default(), &Silent).unwrap();
            prop_assert!((total(&found) - m.objective(&lp.values)).abs() < 1e-6 * (1.0 + total(&found).abs()), "{found:?} instead of {}", m.objective(&lp.values));
        }

        /// With an arc closed and others added, going on from the tree costs what beginning anew does.
        #[test]
        fn going_on_equals_beginning_anew(
            supplies in prop::collection::vec(1u32..9, 3),
            demands in prop::collection::vec(1u32..9, 3),
            raw in prop::collection::vec((0usize..7, 0usize..7, -3i32..20, 0u32..9), 8..25),
            more in prop::collection::vec((0usize..7, 0usize..7, -3i32..20, 0u32..9), 1..6),
            which in 0usize..100,
        ) {
            let (supply, mut arcs, more) = (balanced(&supplies, &demands), arcs_of(&raw), arcs_of(&more));
            prop_assume!(!arcs.is_empty());
            let which = which % arcs.len();
            let first = Network::new(&supply, &arcs, DEAREST);
            let begin = first.arcs();
            let closed = first.without(which);
            let both = closed.with(&more);
            arcs.remove(which);
            let anew = |arcs: &[Arc]| total(&Network::new(&supply, arcs, DEAREST).flow());
            prop_assert!((total(&closed.flow()) - anew(&arcs)).abs() < 1e-6 * (1.0 + anew(&arcs).abs()), "{:?} instead of {}", closed.flow(), anew(&arcs));
            arcs.extend(&more);
            prop_assert!((total(&both.flow()) - anew(&arcs)).abs() < 1e-6 * (1.0 + anew(&arcs).abs()), "{:?} instead of {}", both.flow(), anew(&arcs));
            prop_assert!(more.iter().enumerate().all(|(k, a)| (0.0..=a.capacity).contains(&both.amount(begin + k))));
        }
    }
}
