//! Interchange local search on a [`Core`]: one site in, one out; without a count also one in or one out alone.
//!
//! ```text
//! (6)  loss_r    = sum over clients of r  (d2_i - d1_i)  - f_r             closing r
//! (7)  gain_j    = sum_i max(0, d1_i - c_ij)  - f_j                        opening j
//! (8)  extra_jr  = what closing r no longer costs once j is open
//! (9)  profit    = gain_j - loss_r + extra_jr
//! ```
//!
//! (Whitaker 1983; Resende and Werneck 2007, doi:10.1016/j.ejor.2005.05.064.) `extra` is zero but for sites whose clients reach `j`, so the best `r` is
//! one of those or the one of least loss: each candidate costs one pass over its clients, and no table of pairs is kept. A sweep evaluates
//! candidates in parallel, then takes them by falling profit, each evaluated again before it is carried out; afterwards only
//! sites near a change are evaluated anew.

use super::core::Core;
use super::lists::short;
use rayon::prelude::*;

/// Nobody: the client is served by its escape, or by nothing.
pub(super) const NONE: u32 = u32::MAX;

/// True cost of a pair that is in no list.
pub(super) type Cost<'a> = &'a (dyn Fn(usize, usize) -> f64 + Sync);

/// A set of open sites with nearest and second-nearest of each client.
pub(super) struct Search<'a> {
    core: &'a Core,
    cost: Cost<'a>,
    pub(super) is_open: Vec<bool>,
    open: Vec<u32>,
    place: Vec<u32>,
    pub(super) first: Vec<(f64, u32)>,
    pub(super) second: Vec<(f64, u32)>,
    loss: Vec<f64>,
    /// Stands for having no site at all: dearer than any answer worth looking at.
    missing: f64,
    dirty: Vec<bool>,
    /// Clients once served from beyond their list.
    far: Vec<u32>,
    is_far: Vec<bool>,
}

/// A move: site in and site out, either may be [`NONE`].
#[derive(Debug, Clone, Copy, PartialEq)]
struct Move {
    profit: f64,
    into: u32,
    out: u32,
}

impl<'a> Search<'a> {
    /// From open sites; `missing` must be more than a good answer costs in all.
    pub(super) fn new(core: &'a Core, cost: Cost<'a>, open: &[u32], missing: f64) -> Self {
        let (n, m) = (core.clients(), core.sites());
        let mut search = Self {
            core,
            cost,
            is_open: vec![false; m],
            open: Vec::new(),
            place: vec![NONE; m],
            first: vec![(missing, NONE); n],
            second: vec![(missing, NONE); n],
            loss: core.fixed.iter().map(|f| -f).collect(),
            missing,
            dirty: vec![true; m],
            far: Vec::new(),
            is_far: vec![false; n],
        };
        for &j in open {
            search.mark_open(j);
        }
        let nearest: Vec<_> = (0..n).into_par_iter().map(|i| search.nearest_two(i)).collect();
        for (i, two) in nearest.into_iter().enumerate() {
            search.settle(i, two);
        }
        search
    }

    /// Value by lists, escapes and true costs beyond the lists.
    pub(super) fn value(&self) -> f64 {
        let fixed: f64 = self.open_sites().iter().map(|&j| self.core.fixed[j as usize]).sum();
        self.core.offset + fixed + self.first.iter().map(|f| f.0).sum::<f64>()
    }

    /// Open sites, increasing.
    pub(super) fn open_sites(&self) -> Vec<u32> {
        let mut open = self.open.clone();
        open.sort_unstable();
        open
    }

    fn mark_open(&mut self, j: u32) {
        self.is_open[j as usize] = true;
        self.place[j as usize] = short(self.open.len());
        self.open.push(j);
    }

    fn mark_closed(&mut self, j: u32) {
        self.is_open[j as usize] = false;
        let at = self.place[j as usize] as usize;
        self.open.swap_remove(at);
        if let Some(&moved) = self.open.get(at) {
            self.place[moved as usize] = short(at);
        }
    }

    /// The two cheapest ways of serving a client, and whether that took a look beyond its list.
    fn nearest_two(&self, i: usize) -> ([(f64, u32); 2], bool) {
        let none = (self.missing, NONE);
        let mut two = [none; 2];
        let push = |two: &mut [(f64, u32); 2], c: (f64, u32)| {
            if c.0 < two[0].0 {
                *two = [c, two[0]];
            } else if c.0 < two[1].0 {
                two[1] = c;
            }
        };
        push(&mut two, (self.core.escape[i], NONE));
        let mut found = 0;
        for arc in self.core.rows.of(i) {
            if self.is_open[arc.to as usize] {
                push(&mut two, (arc.cost(), arc.to));
                found += 1;
                if found == 2 {
                    break;
                }
            }
        }
        if found == 2 || two[1].0 <= self.core.radius[i] || self.core.radius[i].is_infinite() {
            return (two, false);
        }
        let mut two = [none; 2];
        push(&mut two, (self.core.escape[i], NONE));
        let mut open = self.open.clone();
        open.sort_unstable();
        for j in open {
            push(&mut two, ((self.cost)(i, j as usize), j));
        }
        (two, true)
    }

    fn settle(&mut self, i: usize, (two, far): ([(f64, u32); 2], bool)) {
        (self.first[i], self.second[i]) = (two[0], two[1]);
        if two[0].1 != NONE {
            self.loss[two[0].1 as usize] += two[1].0 - two[0].0;
        }
        if far && !self.is_far[i] {
            self.is_far[i] = true;
            self.far.push(short(i));
        }
    }

    fn unsettle(&mut self, i: usize) {
        let (a, b) = (self.first[i], self.second[i]);
        if a.1 != NONE {
            self.loss[a.1 as usize] -= b.0 - a.0;
        }
        for arc in self.core.rows.of(i) {
            if arc.cost() >= b.0 {
                break;
            }
            self.dirty[arc.to as usize] = true;
        }
    }

    /// Opens a site.
    pub(super) fn insert(&mut self, j: u32) {
        if self.is_open[j as usize] {
            return;
        }
        self.mark_open(j);
        let core = self.core;
        for arc in core.cols.of(j as usize) {
            let (i, c) = (arc.to as usize, arc.cost());
            if c < self.first[i].0 {
                self.unsettle(i);
                self.settle(i, ([(c, j), self.first[i]], false));
            } else if c < self.second[i].0 {
                self.unsettle(i);
                self.settle(i, ([self.first[i], (c, j)], false));
            }
        }
    }

    /// Closes a site.
    pub(super) fn remove(&mut self, r: u32) {
        if !self.is_open[r as usize] {
            return;
        }
        self.mark_closed(r);
        let core = self.core;
        let far = std::mem::take(&mut self.far);
        let listed = core.cols.of(r as usize).iter().map(|a| a.to);
        for i in listed.chain(far.iter().copied()) {
            let i = i as usize;
            if self.first[i].1 == r || self.second[i].1 == r {
                self.unsettle(i);
                let two = self.nearest_two(i);
                self.settle(i, two);
                // what the client may be worth to others has grown
                for arc in core.rows.of(i).iter().take_while(|a| a.cost() < self.second[i].0) {
                    self.dirty[arc.to as usize] = true;
                }
            }
        }
        let added = std::mem::replace(&mut self.far, far);
        self.far.extend(added);
        self.dirty[r as usize] = true;
    }

    /// The open site that is cheapest to close.
    fn least_loss(&self) -> (f64, u32) {
        let worst = (f64::INFINITY, NONE);
        self.open
            .iter()
            .map(|&r| (self.loss[r as usize], r))
            .fold(worst, |a, b| if b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)).is_lt() { b } else { a })
    }

    /// The best move that opens `j`, by (9). `extra` is all zero before and after.
    fn evaluate(&self, j: u32, least: (f64, u32), extra: &mut [f64], touched: &mut Vec<u32>) -> Move {
        let mut gain = -self.core.fixed[j as usize];
        for arc in self.core.cols.of(j as usize) {
            let (i, c) = (arc.to as usize, arc.cost());
            let (d2, first) = (self.second[i].0, self.first[i]);
            if c < d2 {
                gain += (first.0 - c).max(0.0);
                if first.1 != NONE {
                    let e = &mut extra[first.1 as usize];
                    if *e == 0.0 {
                        touched.push(first.1);
                    }
                    *e += d2 - c.max(first.0);
                }
            }
        }
        let mut best = Move { profit: gain - least.0, into: j, out: least.1 };
        if self.core.count.is_none() && gain > best.profit {
            best = Move { profit: gain, into: j, out: NONE };
        }
        for &r in touched.iter() {
            let profit = gain - self.loss[r as usize] + extra[r as usize];
            if profit > best.profit || (profit >= best.profit && r < best.out) {
                best = Move { profit, into: j, out: r };
            }
            extra[r as usize] = 0.0;
        }
        touched.clear();
        best
    }

    fn carry_out(&mut self, step: Move) {
        if step.into != NONE {
            self.insert(step.into);
        }
        if step.out != NONE {
            self.remove(step.out);
        }
    }

    /// Moves until none pays, or `stop` says so.
    pub(super) fn descend(&mut self, stop: &(dyn Fn() -> bool + Sync)) {
        let m = self.core.sites();
        let mut scratch = (vec![0.0; m], Vec::new());
        let floor = 1e-9 * self.value().abs().min(1e12) + 1e-12;
        loop {
            if self.core.count.is_none() {
                loop {
                    let (loss, r) = self.least_loss();
                    if r == NONE || loss >= -floor || self.open.len() == 1 {
                        break;
                    }
                    self.remove(r);
                }
            }
            let least = self.least_loss();
            let todo: Vec<u32> = (0..short(m)).filter(|&j| self.dirty[j as usize] && !self.is_open[j as usize]).collect();
            todo.iter().for_each(|&j| self.dirty[j as usize] = false);
            let this = &*self;
            let mut moves: Vec<Move> = todo
                .par_iter()
                .with_min_len(32)
                .map_init(|| (vec![0.0; m], Vec::new()), |(extra, touched), &j| this.evaluate(j, least, extra, touched))
                .filter(|step| step.profit > floor)
                .collect();
            if moves.is_empty() {
                return;
            }
            moves.sort_by(|a, b| b.profit.total_cmp(&a.profit).then(a.into.cmp(&b.into)));
            for step in moves {
                if stop() {
                    return;
                }
                let again = self.evaluate(step.into, self.least_loss(), &mut scratch.0, &mut scratch.1);
                if again.profit > floor {
                    self.carry_out(again);
                }
            }
        }
    }
}
