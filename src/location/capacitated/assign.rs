//! Clients to open sites, each to one: the generalized assignment problem of a set of sites, by regret and local search.
//!
//! 1. The transportation problem gives prices of capacity `lambda_a`; a client's costs are `c_ia + w_i lambda_a`.
//! 2. Clients by falling regret (second best less best) go to the best site with room (Martello and Toth 1981's order).
//! 3. Shift, swap, and ejection (a client moves in, another moves on) while cost plus penalty times overload falls; the penalty grows
//!    until nothing is overloaded (Yagiura, Ibaraki, Glover 2004, doi:10.1287/ijoc.1030.0036, have the neighbourhoods).

use super::data::Data;
use super::transport::Transport;

/// A site (position in `open`) for each client, and its cost of service; `None` when no feasible one was found.
#[must_use]
pub fn assign(data: &Data, plan: &Transport) -> Option<(f64, Vec<usize>)> {
    if plan.open.is_empty() {
        return (data.n == 0).then(|| (0.0, Vec::new()));
    }
    let mut search = Search::new(data, plan);
    let mut penalty = plan.price.iter().copied().fold(0.0, f64::max).max(search.typical_unit());
    for _ in 0..12 {
        search.descend(penalty);
        if search.overload() <= data.slack() {
            return Some((search.cost(), search.site));
        }
        penalty *= 3.0;
    }
    None
}

struct Search<'a> {
    data: &'a Data,
    open: &'a [usize],
    site: Vec<usize>,
    load: Vec<f64>,
}

impl<'a> Search<'a> {
    fn new(data: &'a Data, plan: &'a Transport) -> Self {
        let s = plan.open.len();
        let mut site = vec![usize::MAX; data.n];
        let mut load = vec![0.0; s];
        for (a, flow) in plan.flows.iter().enumerate() {
            for &(i, amount) in flow {
                // the unsplit ones stay
                if amount >= data.w[i] * (1.0 - 1e-9) {
                    site[i] = a;
                    load[a] += data.w[i];
                }
            }
        }
        let mut rest: Vec<(f64, usize)> = Vec::new();
        for i in (0..data.n).filter(|&i| site[i] == usize::MAX) {
            let (mut first, mut second) = (f64::INFINITY, f64::INFINITY);
            for a in 0..s {
                let key = data.at(i, plan.open[a]) + data.w[i] * plan.price[a];
                if key < first {
                    (first, second) = (key, first);
                } else {
                    second = second.min(key);
                }
            }
            rest.push((if second.is_finite() { data.w[i] * 1e-6 + second - first } else { f64::MAX }, i));
        }
        rest.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, i) in rest {
            let key = |a: usize| {
                let over = (load[a] + data.w[i] - data.q[plan.open[a]]).max(0.0);
                (over > data.slack(), data.at(i, plan.open[a]) + data.w[i] * plan.price[a], over)
            };
            let order = |a: &usize, b: &usize| {
                let (x, y) = (key(*a), key(*b));
                let dead = |k: (bool, f64, f64)| k.1.is_infinite();
                dead(x).cmp(&dead(y)).then(x.0.cmp(&y.0)).then(if x.0 { x.2.total_cmp(&y.2) } else { x.1.total_cmp(&y.1) })
            };
            let a = (0..s).min_by(order).unwrap_or(0);
            site[i] = a;
            load[a] += data.w[i];
        }
        Self { data, open: &plan.open, site, load }
    }

    fn typical_unit(&self) -> f64 {
        let units =
            (0..self.data.n).filter(|&i| self.data.w[i] > 0.0).map(|i| self.data.at(i, self.open[self.site[i]]).abs() / self.data.w[i]);
        units.filter(|u| u.is_finite()).fold(1e-6, f64::max)
    }

    fn room(&self, a: usize) -> f64 {
        self.data.q[self.open[a]]
    }

    fn overload(&self) -> f64 {
        (0..self.load.len()).map(|a| (self.load[a] - self.room(a)).max(0.0)).filter(|&o| o > self.data.slack()).sum()
    }

    fn cost(&self) -> f64 {
        self.site.iter().enumerate().map(|(i, &a)| self.data.at(i, self.open[a])).sum()
    }

    /// Overload of a site after its load changes.
    fn over(&self, a: usize, change: f64) -> f64 {
        (self.load[a] + change - self.room(a)).max(0.0)
    }

    /// What a move of `i` to `b` adds, with the loads as they are.
    fn step(&self, i: usize, b: usize) -> f64 {
        self.data.at(i, self.open[b]) - self.data.at(i, self.open[self.site[i]])
    }

    fn shift(&mut self, i: usize, b: usize) {
        let a = self.site[i];
        self.load[a] -= self.data.w[i];
        self.load[b] += self.data.w[i];
        self.site[i] = b;
    }

    fn descend(&mut self, penalty: f64) {
        let (n, s) = (self.data.n, self.open.len());
        for _ in 0..200 {
            let mut moved = false;
            for i in 0..n {
                moved |= self.best_shift(i, penalty);
            }
            if !moved {
                for i in 0..n {
                    moved |= self.first_swap(i, penalty);
                }
            }
            if !moved && n * s * n <= 20_000_000 {
                for i in 0..n {
                    moved |= self.first_ejection(i, penalty);
                }
            }
            if !moved {
                return;
            }
        }
    }

    fn gains(&self, delta: f64) -> bool {
        delta < -1e-9 * (1.0 + delta.abs())
    }

    fn best_shift(&mut self, i: usize, penalty: f64) -> bool {
        let (a, w) = (self.site[i], self.data.w[i]);
        let relief = self.over(a, 0.0) - self.over(a, -w);
        let delta = |b: usize| self.step(i, b) + penalty * (self.over(b, w) - self.over(b, 0.0) - relief);
        let best = (0..self.open.len()).filter(|&b| b != a).map(|b| (delta(b), b)).min_by(|x, y| x.0.total_cmp(&y.0));
        match best {
            Some((d, b)) if self.gains(d) && d.is_finite() => {
                self.shift(i, b);
                true
            }
            _ => false,
        }
    }

    fn first_swap(&mut self, i: usize, penalty: f64) -> bool {
        for k in i + 1..self.data.n {
            let (a, b) = (self.site[i], self.site[k]);
            if a == b {
                continue;
            }
            let cost = self.step(i, b) + self.step(k, a);
            let change = self.data.w[k] - self.data.w[i];
            let over = self.over(a, change) - self.over(a, 0.0) + self.over(b, -change) - self.over(b, 0.0);
            let delta = penalty.mul_add(over, cost);
            if self.gains(delta) && delta.is_finite() {
                self.shift(i, b);
                self.shift(k, a);
                return true;
            }
        }
        false
    }

    /// `i` from `a` to `b`, some `k` from `b` to `c`.
    fn first_ejection(&mut self, i: usize, penalty: f64) -> bool {
        let (a, w) = (self.site[i], self.data.w[i]);
        let relief = self.over(a, 0.0) - self.over(a, -w);
        for k in 0..self.data.n {
            let b = self.site[k];
            if b == a {
                continue;
            }
            let into = self.step(i, b);
            if !into.is_finite() {
                continue;
            }
            let at_b = self.over(b, w - self.data.w[k]) - self.over(b, 0.0);
            for c in (0..self.open.len()).filter(|&c| c != a && c != b) {
                let over = at_b - relief + self.over(c, self.data.w[k]) - self.over(c, 0.0);
                let delta = penalty.mul_add(over, into + self.step(k, c));
                if self.gains(delta) && delta.is_finite() {
                    self.shift(i, b);
                    self.shift(k, c);
                    return true;
                }
            }
        }
        false
    }
}
