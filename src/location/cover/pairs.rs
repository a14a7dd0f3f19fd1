//! Which sites are within a distance of a client.

use super::Run;
use crate::instance::{Distance, Metric};
use crate::location::serve;
use crate::outcome::Limit;
use crate::travel::SpatialIndex;
use rayon::prelude::*;

/// Clients of a block; the clock is looked at between blocks.
const BLOCK: usize = 2048;

/// Finds sites near clients.
pub(super) struct Near<'a> {
    run: Run<'a>,
    index: Option<(SpatialIndex, Metric)>,
}

impl<'a> Near<'a> {
    /// Builds the index where the instance has points.
    pub fn new(run: Run<'a>) -> Self {
        let index = match &run.instance.service.distance {
            Distance::Points { sites, metric, .. } => Some((serve::index_of(*metric, sites.iter().copied()), *metric)),
            Distance::Table { .. } => None,
        };
        Self { run, index }
    }

    /// Calls `f` with every site whose distance to a client is at most `radius`.
    fn each(&self, client: usize, radius: f64, mut f: impl FnMut(u32, f64)) {
        let instance = self.run.instance;
        match (&self.index, &instance.service.distance) {
            (Some((index, metric)), Distance::Points { clients, .. }) => {
                // rounding takes at most 1 from a distance, and the index may differ in the last digit
                let room = if matches!(metric, Metric::FloorEuclid | Metric::RoundEuclid) { 1.0 } else { 0.0 };
                for n in index.within(serve::position(clients[client]), radius * (1.0 + 1e-12) + room) {
                    let d = instance.distance(client, n.index);
                    if d <= radius {
                        f(super::id(n.index), d);
                    }
                }
            }
            _ => {
                for j in 0..instance.sites() {
                    let d = instance.distance(client, j);
                    if d <= radius {
                        f(super::id(j), d);
                    }
                }
            }
        }
    }

    /// The sites within `radius` of each client of the run, each list increasing.
    ///
    /// # Errors
    /// The limit that ended the work.
    pub fn within(&self, radius: f64) -> Result<Vec<Vec<u32>>, Limit> {
        self.within_of(self.run.clients, radius)
    }

    /// The same for some clients.
    ///
    /// # Errors
    /// The limit that ended the work.
    pub fn within_of(&self, clients: &[u32], radius: f64) -> Result<Vec<Vec<u32>>, Limit> {
        let mut out: Vec<Vec<u32>> = Vec::with_capacity(clients.len());
        for block in clients.chunks(BLOCK) {
            if let Some(limit) = self.run.watch.over() {
                return Err(limit);
            }
            let list = |&i: &u32| {
                let mut sites = Vec::new();
                self.each(i as usize, radius, |j, _| sites.push(j));
                sites.sort_unstable();
                sites.shrink_to_fit();
                sites
            };
            out.extend(block.par_iter().map(list).collect::<Vec<_>>());
        }
        Ok(out)
    }

    /// The smallest distance of any pair above `radius` and at most `most`; `None` when there is none.
    ///
    /// # Errors
    /// The limit that ended the work.
    pub fn next_distance(&self, radius: f64, most: f64) -> Result<Option<f64>, Limit> {
        let mut best = f64::INFINITY;
        for block in self.run.clients.chunks(BLOCK) {
            if let Some(limit) = self.run.watch.over() {
                return Err(limit);
            }
            let limit = best.min(most);
            let least = |&i: &u32| {
                let mut least = f64::INFINITY;
                self.each(i as usize, limit, |_, d| {
                    if d > radius && d < least {
                        least = d;
                    }
                });
                least
            };
            best = block.par_iter().map(least).reduce(|| f64::INFINITY, f64::min).min(best);
        }
        Ok((best <= most).then_some(best))
    }
}
