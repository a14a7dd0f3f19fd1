//! A partition under change: who leads what, loads and values kept up as units move.

use super::Partition;

/// An assignment with what follows from it.
#[derive(Debug, Clone)]
pub(super) struct State<'a> {
    pub partition: &'a Partition,
    pub leader: Vec<usize>,
    /// Load by measure and leader.
    load: Vec<f64>,
    /// Units of each part.
    count: Vec<usize>,
    stamp: Vec<u32>,
    round: u32,
    queue: Vec<usize>,
}

impl<'a> State<'a> {
    pub fn new(partition: &'a Partition, leader: Vec<usize>) -> Self {
        let p = partition.roots.len();
        let mut load = vec![0.0; p * partition.measures.len()];
        let mut count = vec![0; p];
        for (t, &l) in leader.iter().enumerate() {
            count[l] += 1;
            for (q, m) in partition.measures.iter().enumerate() {
                load[q * p + l] += m.weight[t];
            }
        }
        Self { partition, stamp: vec![0; leader.len()], round: 0, queue: Vec::new(), leader, load, count }
    }

    fn p(&self) -> usize {
        self.partition.roots.len()
    }

    /// Missed balance if `leave` went from part `a` to `b` and `come` the other way.
    fn miss_change(&self, a: usize, b: usize, leave: usize, come: Option<usize>) -> f64 {
        let p = self.p();
        let mut change = 0.0;
        for (q, m) in self.partition.measures.iter().enumerate() {
            let moved = m.weight[leave] - come.map_or(0.0, |u| m.weight[u]);
            let (x, y) = (self.load[q * p + a], self.load[q * p + b]);
            change += m.miss(x - moved) + m.miss(y + moved) - m.miss(x) - m.miss(y);
        }
        change
    }

    /// Change of DI0 and of the missed balance when unit `t` joins leader `to`.
    pub fn move_change(&self, t: usize, to: usize) -> (f64, f64) {
        let from = self.leader[t];
        let part = self.partition;
        let mut value = part.cost_of(t, to) - part.cost_of(t, from);
        if part.cut > 0.0 {
            for &u in &part.neighbours[t] {
                if self.leader[u] == from {
                    value += part.cut;
                } else if self.leader[u] == to {
                    value -= part.cut;
                }
            }
        }
        (value, self.miss_change(from, to, t, None))
    }

    /// The same when `t` and `u` change places.
    pub fn swap_change(&self, t: usize, u: usize) -> (f64, f64) {
        let (a, b) = (self.leader[t], self.leader[u]);
        let part = self.partition;
        let mut value = part.cost_of(t, b) - part.cost_of(t, a) + part.cost_of(u, a) - part.cost_of(u, b);
        if part.cut > 0.0 {
            let after = |x: usize| {
                if x == t {
                    b
                } else if x == u {
                    a
                } else {
                    self.leader[x]
                }
            };
            for (x, other) in [(t, u), (u, t)] {
                for &y in part.neighbours[x].iter().filter(|&&y| y != other) {
                    value += part.cut * (f64::from(u8::from(after(x) != after(y))) - f64::from(u8::from(self.leader[x] != self.leader[y])));
                }
            }
        }
        (value, self.miss_change(a, b, t, Some(u)))
    }

    /// Whether the part of `t` stays connected without it; a root never leaves.
    pub fn may_leave(&mut self, t: usize) -> bool {
        let l = self.leader[t];
        let root = self.partition.roots[l];
        if root == t {
            return false;
        }
        let inside: Vec<usize> = self.partition.neighbours[t].iter().copied().filter(|&u| self.leader[u] == l).collect();
        if inside.len() <= 1 {
            return true;
        }
        self.reach(root, l, t) + 1 == self.count[l]
    }

    /// Units of part `l` that can be reached from `root` without `without`.
    fn reach(&mut self, root: usize, l: usize, without: usize) -> usize {
        self.round += 1;
        self.stamp[root] = self.round;
        self.queue.clear();
        self.queue.push(root);
        let mut reached = 0;
        while let Some(a) = self.queue.pop() {
            reached += 1;
            for &b in &self.partition.neighbours[a] {
                if b != without && self.leader[b] == l && self.stamp[b] != self.round {
                    self.stamp[b] = self.round;
                    self.queue.push(b);
                }
            }
        }
        reached
    }

    /// Moves a unit.
    pub fn shift(&mut self, t: usize, to: usize) {
        let (from, p) = (self.leader[t], self.p());
        for (q, m) in self.partition.measures.iter().enumerate() {
            self.load[q * p + from] -= m.weight[t];
            self.load[q * p + to] += m.weight[t];
        }
        self.count[from] -= 1;
        self.count[to] += 1;
        self.leader[t] = to;
    }

    /// Exchanges two units if both parts stay connected; otherwise nothing changes.
    pub fn exchange(&mut self, t: usize, u: usize) -> bool {
        let (a, b) = (self.leader[t], self.leader[u]);
        if self.partition.roots[a] == t || self.partition.roots[b] == u {
            return false;
        }
        self.shift(t, b);
        self.shift(u, a);
        let (root_a, root_b) = (self.partition.roots[a], self.partition.roots[b]);
        let none = usize::MAX;
        let sound = self.reach(root_a, a, none) == self.count[a] && self.reach(root_b, b, none) == self.count[b];
        if !sound {
            self.shift(t, a);
            self.shift(u, b);
        }
        sound
    }

    /// Leaders other than its own that unit `t` touches, ascending.
    pub fn touched(&self, t: usize) -> Vec<usize> {
        let mut out: Vec<usize> = self.partition.neighbours[t].iter().map(|&u| self.leader[u]).filter(|&l| l != self.leader[t]).collect();
        out.sort_unstable();
        out.dedup();
        out
    }
}
