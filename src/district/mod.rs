//! Contiguous balanced partitions: units (townships) with neighbours are shared out among leaders, each of which sits in a root unit.
//!
//! ```text
//! min  sum_tl c_tl m_tl + k |{ {a,b} neighbours in different parts }|                               (DI0)
//!  DI1  sum_l m_tl = 1                        every unit has one leader
//!  DI2  m_{root_l, l} = 1                     the leader is inside its part
//!  DI3  low_q <= sum_t w_qt m_tl <= high_q    balance, for each measure q
//!  DI4  every part is connected by its own pairs of neighbours
//! ```
//!
//! [`search`] finds answers of any size (local search on moves and exchanges), [`bound`] proves how good they can be at best (Lagrangian
//! relaxation of DI3 without DI4), [`adjacency`] makes neighbours. The exact formulation with flows for DI4 stands in
//! [`crate::model::reform::communities`].

pub mod adjacency;
pub mod bound;
pub mod search;
mod state;

/// What is balanced: a weight for each unit, and the least and most of it that a part may hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// `w_qt`.
    pub weight: Vec<f64>,
    /// Least a part may hold.
    pub low: f64,
    /// Most a part may hold.
    pub high: f64,
}

/// A partition to be found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Partition {
    /// Neighbours of each unit; symmetric, ascending.
    pub neighbours: Vec<Vec<usize>>,
    /// Root unit of each leader; all different.
    pub roots: Vec<usize>,
    /// `c_tl` at `unit * leaders + leader`; infinite where a unit may not join.
    pub cost: Vec<f64>,
    /// Measures to balance.
    pub measures: Vec<Measure>,
    /// `k`: price of a pair of neighbours in different parts, at least 0.
    pub cut: f64,
}

impl Partition {
    /// Units.
    #[must_use]
    pub fn units(&self) -> usize {
        self.neighbours.len()
    }

    /// `c_tl`.
    #[must_use]
    pub fn cost_of(&self, unit: usize, leader: usize) -> f64 {
        self.cost[unit * self.roots.len() + leader]
    }

    /// The leader that must have a unit because it is its root.
    #[must_use]
    pub fn root_of(&self, unit: usize) -> Option<usize> {
        self.roots.iter().position(|&r| r == unit)
    }

    /// DI0 of an assignment.
    #[must_use]
    pub fn value(&self, leader: &[usize]) -> f64 {
        let way: f64 = leader.iter().enumerate().map(|(t, &l)| self.cost_of(t, l)).sum();
        way + self.cut * self.cuts(leader)
    }

    /// Pairs of neighbours in different parts.
    #[must_use]
    pub fn cuts(&self, leader: &[usize]) -> f64 {
        let mut cuts = 0.0;
        for (a, list) in self.neighbours.iter().enumerate() {
            cuts += list.iter().filter(|&&b| a < b && leader[a] != leader[b]).map(|_| 1.0).sum::<f64>();
        }
        cuts
    }

    /// By how much DI3 is missed, summed over measures and parts, each as a share of the mean of its sides.
    #[must_use]
    pub fn imbalance(&self, leader: &[usize]) -> f64 {
        let mut miss = 0.0;
        for q in &self.measures {
            let mut load = vec![0.0; self.roots.len()];
            for (t, &l) in leader.iter().enumerate() {
                load[l] += q.weight[t];
            }
            miss += load.iter().map(|&x| q.miss(x)).sum::<f64>();
        }
        miss
    }

    /// Whether every part is connected and holds its root (DI2, DI4). O(units + pairs).
    #[must_use]
    pub fn contiguous(&self, leader: &[usize]) -> bool {
        let mut reached = vec![false; self.units()];
        for (l, &root) in self.roots.iter().enumerate() {
            if leader[root] != l {
                return false;
            }
            let mut queue = vec![root];
            reached[root] = true;
            while let Some(a) = queue.pop() {
                for &b in &self.neighbours[a] {
                    if leader[b] == l && !reached[b] {
                        reached[b] = true;
                        queue.push(b);
                    }
                }
            }
        }
        reached.iter().all(|r| *r)
    }
}

impl Measure {
    /// How far a load is outside its sides, as a share of their mean; a hair's breadth counts as inside.
    #[must_use]
    pub fn miss(&self, load: f64) -> f64 {
        let mean = f64::midpoint(self.low.max(0.0), if self.high.is_finite() { self.high } else { self.low.max(1.0) }).max(1e-12);
        let miss = (self.low - load).max(load - self.high).max(0.0) / mean;
        if miss < 1e-9 { 0.0 } else { miss }
    }
}
