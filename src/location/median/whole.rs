//! The instance as a [`Core`], and what its clients and sites are called there.

use super::core::{Core, Fate};
use super::lists::{neighbours, short};
use super::tree::{Tree, embed};
use crate::instance::{Distance, Instance, Metric};
use rayon::prelude::*;

/// Pairs up to which lists are complete from the start.
const COMPLETE: usize = 3_000_000;

/// The core of an instance, smaller and smaller as sites are decided.
pub(super) struct Whole<'a> {
    pub(super) instance: &'a Instance,
    pub(super) core: Core,
    /// Clients of the core, in the instance.
    pub(super) clients: Vec<u32>,
    /// Sites of the core, in the instance.
    pub(super) sites: Vec<u32>,
    /// Sites decided open, in the instance.
    pub(super) opened: Vec<u32>,
    /// Clients that count, all of them, in the instance.
    pub(super) everybody: Vec<u32>,
}

impl<'a> Whole<'a> {
    /// Lists with a radius of `factor` times the second-nearest of some open sites (instance numbers); `None` when `stop` said so first.
    pub(super) fn new(
        instance: &'a Instance,
        (clients, sites): (&[u32], &[u32]),
        count: Option<usize>,
        open: &[u32],
        factor: f64,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Option<Self> {
        let radius = if clients.len().saturating_mul(sites.len()) <= COMPLETE {
            vec![f64::INFINITY; clients.len()]
        } else {
            let two = nearest_two(instance, clients, open);
            two.iter().map(|t| if t[1].0.is_finite() { t[1].0 * factor + 1e-9 } else { f64::INFINITY }).collect()
        };
        let rows = neighbours(instance, clients, sites, &radius, stop)?;
        let core = Core {
            cols: rows.turned(sites.len()),
            rows,
            fixed: if count.is_some() { vec![0.0; sites.len()] } else { sites.iter().map(|&j| instance.fixed_cost(j as usize)).collect() },
            count,
            escape: vec![f64::INFINITY; clients.len()],
            radius,
            offset: 0.0,
        };
        Some(Self { instance, core, clients: clients.to_vec(), sites: sites.to_vec(), opened: Vec::new(), everybody: clients.to_vec() })
    }

    /// Cost of a pair of the core.
    pub(super) fn cost(&self, client: usize, site: usize) -> f64 {
        self.instance.cost(self.clients[client] as usize, self.sites[site] as usize)
    }

    /// Open sites of the core as sites of the instance, with those decided open.
    pub(super) fn names(&self, open: &[u32]) -> Vec<u32> {
        let mut all: Vec<u32> = open.iter().map(|&j| self.sites[j as usize]).chain(self.opened.iter().copied()).collect();
        all.sort_unstable();
        all
    }

    /// Those sites of the instance that the core has, in the core.
    pub(super) fn places(&self, open: &[u32]) -> Vec<u32> {
        (0..short(self.sites.len())).filter(|&j| open.binary_search(&self.sites[j as usize]).is_ok()).collect()
    }

    /// True value of open sites of the instance.
    pub(super) fn value(&self, open: &[u32]) -> f64 {
        let fixed: f64 = if self.core.count.is_some() { 0.0 } else { open.iter().map(|&j| self.instance.fixed_cost(j as usize)).sum() };
        fixed + nearest_two(self.instance, &self.everybody, open).iter().map(|t| t[0].0).sum::<f64>()
    }

    /// What is left when some sites are decided, with its multipliers.
    pub(super) fn decided(&self, fate: &[Fate], u: &[f64]) -> (Self, Vec<f64>) {
        let smaller = self.core.restrict(fate);
        let opened = (0..fate.len()).filter(|&j| fate[j] == Fate::Open).map(|j| self.sites[j]);
        let left = Self {
            instance: self.instance,
            core: smaller.core,
            clients: smaller.clients.iter().map(|&i| self.clients[i as usize]).collect(),
            sites: smaller.sites.iter().map(|&j| self.sites[j as usize]).collect(),
            opened: self.opened.iter().copied().chain(opened).collect(),
            everybody: self.everybody.clone(),
        };
        (left, smaller.clients.iter().map(|&i| u[i as usize]).collect())
    }

    /// Longer lists for some clients of the core; nothing changes when `stop` says so before they are made.
    pub(super) fn grow(&mut self, clients: &[u32], factor: f64, stop: &(dyn Fn() -> bool + Sync)) {
        let mut radius = self.core.radius.clone();
        clients.iter().for_each(|&i| radius[i as usize] *= factor);
        let limit: Vec<f64> = radius.iter().zip(&self.core.escape).map(|(r, e)| r.min(*e)).collect();
        if let Some(rows) = neighbours(self.instance, &self.clients, &self.sites, &limit, stop) {
            self.core.cols = rows.turned(self.sites.len());
            self.core.rows = rows;
            self.core.radius = radius;
        }
    }
}

impl Whole<'_> {
    /// Lets go of the lists; radii and escapes stay.
    pub(super) fn release(&mut self) {
        (self.core.rows, self.core.cols) = Default::default();
    }

    /// Makes the lists again; false when `stop` said so first.
    pub(super) fn restore(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        self.grow(&[], 1.0, stop);
        self.core.rows.len() == self.core.clients()
    }
}

/// The two cheapest open sites of each client (`inf` and `u32::MAX` where there are none); equal costs by the lower number.
pub(super) fn nearest_two(instance: &Instance, clients: &[u32], open: &[u32]) -> Vec<[(f64, u32); 2]> {
    let none = (f64::INFINITY, u32::MAX);
    match &instance.service.distance {
        Distance::Points { clients: at, sites, metric } => {
            let tree = Tree::new(&open.iter().map(|&j| embed(*metric, sites[j as usize])).collect::<Vec<_>>());
            let of = |&i: &u32| {
                tree.nearest_two(embed(*metric, at[i as usize]))
                    .map(|f| f.map_or(none, |(_, k)| (instance.cost(i as usize, open[k as usize] as usize), open[k as usize])))
            };
            clients.par_iter().with_min_len(256).map(of).collect()
        }
        Distance::Table { .. } => {
            let of = |&i: &u32| {
                let mut two = [none; 2];
                for &j in open {
                    let c = instance.cost(i as usize, j as usize);
                    if c < two[0].0 {
                        two = [(c, j), two[0]];
                    } else if c < two[1].0 {
                        two[1] = (c, j);
                    }
                }
                two
            };
            clients.par_iter().with_min_len(64).map(of).collect()
        }
    }
}

/// Order of clients and sites in which neighbours in the plane are neighbours in memory.
pub(super) fn in_order(instance: &Instance, clients: &[u32], sites: &[u32]) -> (Vec<u32>, Vec<u32>) {
    match &instance.service.distance {
        Distance::Table { .. } => (clients.to_vec(), sites.to_vec()),
        Distance::Points { clients: at, sites: site_at, metric } => {
            let by = |points: &[[f64; 2]], which: &[u32], metric: Metric| -> Vec<u32> {
                let tree = Tree::new(&which.iter().map(|&i| embed(metric, points[i as usize])).collect::<Vec<_>>());
                tree.order.iter().map(|&k| which[k as usize]).collect()
            };
            (by(at, clients, *metric), by(site_at, sites, *metric))
        }
    }
}

/// Whether every answer of the instance has a whole value.
pub(super) fn is_integral(instance: &Instance, with_fixed: bool) -> bool {
    let whole = |v: f64| !v.is_finite() || v.fract() == 0.0;
    let distances = match &instance.service.distance {
        Distance::Table { values, .. } => values.par_iter().all(|&v| whole(v)),
        Distance::Points { metric, .. } => matches!(metric, Metric::FloorEuclid | Metric::RoundEuclid),
    };
    distances
        && (!instance.service.per_unit || instance.demand.iter().all(|&d| whole(d)))
        && (!with_fixed || instance.fixed.iter().all(|&f| whole(f)))
}
