//! Two-level uncapacitated location: every client is served over a path depot - plant.
//!
//! ```text
//! min  sum_j f_j y_j + sum_k g_k z_k + sum_ijk (c_ij + w_i e_jk) x_ijk
//! (1)  sum_jk x_ijk = 1                      relaxed, multipliers u_i
//! (2)  sum_k x_ijk <= y_j      (3)  sum_j x_ijk <= z_k        y, z in {0, 1}
//!
//! L(u) = sum_i u_i + min over plants Z of { sum_Z g_k + sum_j min(0, min_{k in Z} h_jk) },   h_jk = f_j + sum_i min(0, c_ij + w_i e_jk - u_i)
//! ```
//!
//! An open depot uses one open plant for all its clients, since plants have no limits; so the inner minimum is a small location problem of
//! depots over plants. Up to [`LISTED`] free plants it is solved by listing their sets, which also gives exact reduced costs of every
//! decision; with more of them a dual ascent bounds it (Erlenkotter 1978, doi:10.1287/opre.26.6.992). The model is that of Kaufman,
//! Vanden Eede, Hansen 1977 (doi:10.1057/jors.1977.25); Gendron, Khuong, Semet 2016 (doi:10.1287/trsc.2014.0575 has the family) branch on
//! the same decisions. Decisions are numbered depots first, then plants.

use crate::instance::{Instance, Upper};
use crate::location::search::{Evaluation, Fix, Relaxation, Run};

/// Free plants up to which their sets are listed.
const LISTED: usize = 10;

/// Data of a two-level problem.
#[derive(Debug, Clone)]
pub struct TwoLevel {
    /// Clients.
    pub n: usize,
    /// Depots.
    pub m: usize,
    /// Plants.
    pub k: usize,
    w: Vec<f64>,
    f: Vec<f64>,
    g: Vec<f64>,
    /// `c_ij` at `j * n + i`.
    cost: Vec<f64>,
    /// `e_jk` at `j * k + k'`.
    upper: Vec<f64>,
    whole: bool,
}

/// Depot and plant of each client.
pub type Paths = Vec<(usize, usize)>;

impl TwoLevel {
    /// Reads an instance.
    #[must_use]
    pub fn new(instance: &Instance, upper: &Upper) -> Self {
        let (n, m, k) = (instance.clients(), instance.sites(), upper.fixed.len());
        let cost: Vec<f64> = (0..m * n).map(|at| instance.cost(at % n, at / n)).collect();
        let f: Vec<f64> = (0..m).map(|j| instance.fixed_cost(j)).collect();
        let integral = |x: &f64| x.is_infinite() || ((x - x.round()).abs() < 1e-12 && x.abs() < 1e12);
        let whole = [&cost, &f, &upper.fixed, &upper.unit_cost, &instance.demand].iter().all(|v| v.iter().all(integral));
        Self { n, m, k, w: instance.demand.clone(), f, g: upper.fixed.clone(), cost, upper: upper.unit_cost.clone(), whole }
    }

    fn way(&self, j: usize, k: usize) -> f64 {
        self.upper[j * self.k + k]
    }

    /// Cost of the path of a client.
    #[must_use]
    pub fn path_cost(&self, i: usize, j: usize, k: usize) -> f64 {
        let e = self.way(j, k);
        if e.is_finite() { self.w[i].mul_add(e, self.cost[j * self.n + i]) } else { f64::INFINITY }
    }

    /// Clients that no path reaches.
    #[must_use]
    pub fn unreachable(&self) -> Vec<u32> {
        let best = |i: usize| (0..self.m).any(|j| (0..self.k).any(|k| self.path_cost(i, j, k).is_finite()));
        (0..self.n).filter(|&i| !best(i)).filter_map(|i| u32::try_from(i).ok()).collect()
    }

    /// First multipliers: between the cheapest path and the second cheapest depot's.
    #[must_use]
    pub fn first_multipliers(&self) -> Vec<f64> {
        let nearest: Vec<f64> = (0..self.m).map(|j| (0..self.k).map(|k| self.way(j, k)).fold(f64::INFINITY, f64::min)).collect();
        (0..self.n)
            .map(|i| {
                let (mut first, mut second) = (f64::INFINITY, f64::INFINITY);
                for (j, e) in nearest.iter().enumerate().filter(|(_, e)| e.is_finite()) {
                    let cost = self.w[i].mul_add(*e, self.cost[j * self.n + i]);
                    if cost < first {
                        (first, second) = (cost, first);
                    } else {
                        second = second.min(cost);
                    }
                }
                if second.is_finite() {
                    0.5 * (first + second)
                } else if first.is_finite() {
                    first
                } else {
                    0.0
                }
            })
            .collect()
    }

    /// Best plant of each open depot, then best depot of each client: value (of what is used) and paths.
    #[must_use]
    pub fn serve(&self, open: &[bool]) -> (f64, Paths) {
        let sites: Vec<(usize, usize)> = (0..self.m)
            .filter(|&j| open[j])
            .filter_map(|j| {
                let k = (0..self.k)
                    .filter(|&k| open[self.m + k] && self.way(j, k).is_finite())
                    .min_by(|&a, &b| self.way(j, a).total_cmp(&self.way(j, b)));
                k.map(|k| (j, k))
            })
            .collect();
        let mut value = 0.0;
        let mut used = vec![false; self.m + self.k];
        let mut paths = Vec::with_capacity(self.n);
        for i in 0..self.n {
            let best = sites.iter().map(|&(j, k)| (self.path_cost(i, j, k), j, k)).min_by(|a, b| a.0.total_cmp(&b.0));
            let Some((cost, j, k)) = best.filter(|b| b.0.is_finite()) else { return (f64::INFINITY, Vec::new()) };
            value += cost;
            used[j] = true;
            used[self.m + k] = true;
            paths.push((j, k));
        }
        let fixed = |d: usize| if d < self.m { self.f[d] } else { self.g[d - self.m] };
        value += (0..used.len()).filter(|&d| used[d] || fixed(d) < 0.0).map(fixed).sum::<f64>();
        (value, paths)
    }

    /// Which decisions paths use; those that earn by being open are open too.
    #[must_use]
    pub fn used(&self, paths: &[(usize, usize)]) -> Vec<bool> {
        let mut used = vec![false; self.m + self.k];
        for &(j, k) in paths {
            used[j] = true;
            used[self.m + k] = true;
        }
        (0..self.m).filter(|&j| self.f[j] < 0.0).for_each(|j| used[j] = true);
        (0..self.k).filter(|&k| self.g[k] < 0.0).for_each(|k| used[self.m + k] = true);
        used
    }

    /// Opens, closes and swaps depots and plants until nothing gains; first improvement in a fixed order.
    #[must_use]
    pub fn interchange(&self, start: &[bool], stop: &dyn Fn() -> bool) -> (f64, Paths) {
        let mut open = start.to_vec();
        let (mut value, mut paths) = self.serve(&open);
        let count = self.m + self.k;
        let mut idle = 0;
        let moves: Vec<(usize, usize)> = (0..count).map(|d| (d, d)).chain((0..count).flat_map(|a| (0..a).map(move |b| (a, b)))).collect();
        let mut at = 0;
        while idle < moves.len() && !stop() {
            let (a, b) = moves[at];
            at = (at + 1) % moves.len();
            idle += 1;
            if a != b && open[a] == open[b] {
                continue;
            }
            open[a] = !open[a];
            if a != b {
                open[b] = !open[b];
            }
            let (now, next) = self.serve(&open);
            if now < value - 1e-9 * value.abs().min(1e15) || (value.is_infinite() && now.is_finite()) {
                (value, paths) = (now, next);
                open = self.used(&paths);
                idle = 0;
            } else {
                open[a] = !open[a];
                if a != b {
                    open[b] = !open[b];
                }
            }
        }
        (value, paths)
    }

    /// `h_jk` at `j * k + k'`; `inf` where there is no way.
    fn savings(&self, u: &[f64], fix: &[Fix]) -> Vec<f64> {
        let mut h = vec![f64::INFINITY; self.m * self.k];
        for j in (0..self.m).filter(|&j| fix[j] != Fix::Closed) {
            let row = &self.cost[j * self.n..(j + 1) * self.n];
            for k in (0..self.k).filter(|&k| fix[self.m + k] != Fix::Closed) {
                let e = self.way(j, k);
                if e.is_finite() {
                    let saving: f64 = row.iter().zip(&self.w).zip(u).map(|((c, w), u)| (w.mul_add(e, c - u)).min(0.0)).sum();
                    h[j * self.k + k] = self.f[j] + saving;
                }
            }
        }
        h
    }
}

/// The best of the listed sets of plants, and the best with each decision turned.
struct Listing<'a> {
    problem: &'a TwoLevel,
    h: &'a [f64],
    fix: &'a [Fix],
    best: f64,
    set: Vec<bool>,
    /// Best value with the decision open, closed.
    opened: Vec<f64>,
    closed: Vec<f64>,
}

impl Listing<'_> {
    /// Goes through plants from `k` on; `least[j]` is the best `h_jk` of the plants chosen, `fixed` their cost.
    fn list(&mut self, k: usize, set: &mut Vec<bool>, least: &[f64], fixed: f64) {
        let p = self.problem;
        if k == p.k {
            self.weigh(set, least, fixed);
            return;
        }
        if self.fix[p.m + k] != Fix::Open {
            set.push(false);
            self.list(k + 1, set, least, fixed);
            set.pop();
        }
        if self.fix[p.m + k] != Fix::Closed {
            let next: Vec<f64> = (0..p.m).map(|j| least[j].min(self.h[j * p.k + k])).collect();
            set.push(true);
            self.list(k + 1, set, &next, fixed + p.g[k]);
            set.pop();
        }
    }

    fn weigh(&mut self, set: &[bool], least: &[f64], fixed: f64) {
        let p = self.problem;
        let part = |j: usize| match self.fix[j] {
            Fix::Open => least[j],
            Fix::Free => least[j].min(0.0),
            Fix::Closed => 0.0,
        };
        let value = fixed + (0..p.m).map(part).sum::<f64>();
        if !value.is_finite() {
            return;
        }
        for j in (0..p.m).filter(|&j| self.fix[j] == Fix::Free) {
            let rest = value - least[j].min(0.0);
            self.closed[j] = self.closed[j].min(rest);
            self.opened[j] = self.opened[j].min(rest + least[j]);
        }
        for (k, &is) in set.iter().enumerate() {
            let side = if is { &mut self.opened } else { &mut self.closed };
            side[p.m + k] = side[p.m + k].min(value);
        }
        if value < self.best {
            self.best = value;
            self.set = set.to_vec();
        }
    }
}

impl Relaxation for TwoLevel {
    type Solution = Paths;

    fn multipliers(&self) -> usize {
        self.n
    }

    fn decisions(&self) -> usize {
        self.m + self.k
    }

    fn evaluate(&self, u: &[f64], fix: &[Fix], out: &mut Evaluation) {
        let h = self.savings(u, fix);
        let prices: f64 = u.iter().sum();
        let count = self.m + self.k;
        out.open.clear();
        out.open.resize(count, 0.0);
        out.reduced.clear();
        out.reduced.resize(count, 0.0);
        out.gradient.clear();
        out.gradient.resize(self.n, 1.0);
        let free = (0..self.k).filter(|&k| fix[self.m + k] == Fix::Free).count();
        let set = if free <= LISTED {
            let mut listing = Listing {
                problem: self,
                h: &h,
                fix,
                best: f64::INFINITY,
                set: Vec::new(),
                opened: vec![f64::INFINITY; count],
                closed: vec![f64::INFINITY; count],
            };
            listing.list(0, &mut Vec::with_capacity(self.k), &vec![f64::INFINITY; self.m], 0.0);
            for d in (0..count).filter(|&d| fix[d] == Fix::Free) {
                out.reduced[d] =
                    if listing.opened[d] > listing.closed[d] { listing.opened[d] - listing.best } else { listing.best - listing.closed[d] };
            }
            out.bound = prices + listing.best;
            listing.set
        } else {
            let (value, set) = super::plants::bound(self, &h, fix, &mut out.reduced);
            out.bound = prices + value;
            set
        };
        out.base = out.bound;
        for (k, _) in set.iter().enumerate().filter(|(_, is)| **is) {
            out.open[self.m + k] = 1.0;
        }
        for j in (0..self.m).filter(|&j| fix[j] != Fix::Closed) {
            let best = (0..self.k).filter(|&k| set.get(k) == Some(&true)).min_by(|&a, &b| h[j * self.k + a].total_cmp(&h[j * self.k + b]));
            let Some(k) = best.filter(|&k| h[j * self.k + k].is_finite() && (fix[j] == Fix::Open || h[j * self.k + k] < 0.0)) else {
                continue;
            };
            out.open[j] = 1.0;
            let e = self.way(j, k);
            for (i, g) in out.gradient.iter_mut().enumerate() {
                if self.w[i].mul_add(e, self.cost[j * self.n + i]) < u[i] {
                    *g -= 1.0;
                }
            }
        }
    }

    fn answer(&self, wish: &[bool]) -> Option<(f64, Paths)> {
        let mut wish = wish.to_vec();
        if !wish[self.m..].contains(&true) {
            wish[self.m..].fill(true);
        }
        Some(self.serve(&wish)).filter(|(value, _)| value.is_finite())
    }

    fn opened(&self, answer: &Paths) -> Vec<bool> {
        self.used(answer)
    }

    fn polish(&self, wish: &[bool], stop: &dyn Fn() -> bool) -> Option<(f64, Paths)> {
        Some(self.interchange(wish, stop)).filter(|(value, _)| value.is_finite())
    }

    fn leaf(&self, open: &[bool], _below: f64, _run: &mut Run<'_>) -> (f64, f64, Option<Paths>) {
        let (value, paths) = self.serve(open);
        (value, value, value.is_finite().then_some(paths))
    }

    fn rounded(&self, bound: f64) -> f64 {
        if self.whole { 1e-9f64.mul_add(-bound.abs(), bound - 1e-6).ceil() } else { bound }
    }
}

impl TwoLevel {
    /// Fixed cost of a plant.
    #[must_use]
    pub fn plant_cost(&self, k: usize) -> f64 {
        self.g[k]
    }
}
