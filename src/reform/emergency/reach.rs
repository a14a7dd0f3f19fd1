//! Sites opened and shut, and whom that covers.

use super::stations::EPS;

/// Most rounds of exchanges.
const ROUNDS: usize = 3;

/// Open sites and how often each client is covered.
pub(super) struct Reach<'a> {
    lists: &'a [(Vec<usize>, f64)],
    of_site: Vec<Vec<usize>>,
    pub(super) open: Vec<bool>,
    pub(super) times: Vec<u32>,
    people: f64,
}

impl<'a> Reach<'a> {
    pub(super) fn new(lists: &'a [(Vec<usize>, f64)], sites: usize) -> Self {
        let mut of_site = vec![Vec::new(); sites];
        for (i, (list, _)) in lists.iter().enumerate() {
            list.iter().for_each(|&s| of_site[s].push(i));
        }
        Self { lists, of_site, open: vec![false; sites], times: vec![0; lists.len()], people: 0.0 }
    }

    pub(super) fn stations(&self) -> usize {
        self.open.iter().filter(|o| **o).count()
    }

    pub(super) fn set(&mut self, site: usize, open: bool) {
        self.open[site] = open;
        for &i in &self.of_site[site] {
            if open {
                self.people += if self.times[i] == 0 { self.lists[i].1 } else { 0.0 };
                self.times[i] += 1;
            } else {
                self.times[i] -= 1;
                self.people -= if self.times[i] == 0 { self.lists[i].1 } else { 0.0 };
            }
        }
    }

    /// People whom only this site covers, or would cover.
    fn alone(&self, site: usize) -> f64 {
        let times = u32::from(self.open[site]);
        self.of_site[site].iter().filter(|i| self.times[**i] == times).map(|&i| self.lists[i].1).sum()
    }

    /// Opens what covers most until enough people are covered, then shuts what is not needed.
    pub(super) fn greedy(&mut self, need: f64) {
        while self.people < need - EPS {
            let closed = (0..self.open.len()).filter(|&s| !self.open[s]);
            let Some(best) = closed.max_by(|&a, &b| self.alone(a).total_cmp(&self.alone(b)).then(b.cmp(&a))) else { return };
            self.set(best, true);
        }
        let mut open: Vec<usize> = (0..self.open.len()).filter(|&s| self.open[s]).collect();
        open.sort_by(|&a, &b| self.alone(a).total_cmp(&self.alone(b)).then(b.cmp(&a)));
        for s in open {
            if self.people - self.alone(s) >= need - EPS {
                self.set(s, false);
            }
        }
    }

    /// Exchanges a station for another site while that covers more people.
    pub(super) fn exchange(&mut self) {
        for _ in 0..ROUNDS {
            let before = self.people;
            for s in (0..self.open.len()).filter(|&s| self.open[s]).collect::<Vec<_>>() {
                self.set(s, false);
                let closed = (0..self.open.len()).filter(|&c| !self.open[c]);
                let best = closed.max_by(|&a, &b| self.alone(a).total_cmp(&self.alone(b)).then(b.cmp(&a))).unwrap_or(s);
                let better = self.alone(best) > self.alone(s) + EPS;
                self.set(if better { best } else { s }, true);
            }
            if self.people <= before + EPS {
                return;
            }
        }
    }
}
