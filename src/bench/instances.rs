//! Seeded instances of location problems: points on a square, uniform or in clusters, with demands, capacities and fixed costs.
//!
//! Capacitated ones follow the scheme of Cornuejols, Sridharan and Thizy (1991, doi:10.1016/0377-2217(91)90261-S) in its usual form: demand
//! `U(5, 35)`, capacity `U(10, 160)` scaled so that all capacity is `ratio` times all demand, fixed cost `U(0, 90) + U(100, 110) sqrt(capacity)`,
//! and 10 times the distance on the unit square for a unit of demand.

use rand::RngExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// What to generate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PointsSpec {
    /// Clients.
    pub clients: u32,
    /// Candidate sites; 0: every client is one.
    pub sites: u32,
    /// Clusters; 0: uniform.
    pub clusters: u32,
    /// All capacity over all demand; 0: no capacities.
    pub ratio: f64,
    /// Seed.
    pub seed: u64,
}

impl Default for PointsSpec {
    fn default() -> Self {
        Self { clients: 50, sites: 0, clusters: 0, ratio: 0.0, seed: 1 }
    }
}

/// A generated instance; coordinates are in `[0, 1000]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    /// Clients: `x`, `y`, demand.
    pub clients: Vec<(f64, f64, f64)>,
    /// Sites: `x`, `y`, fixed cost, capacity (0 without).
    pub sites: Vec<(f64, f64, f64, f64)>,
    /// Whether every client is a site.
    pub both: bool,
}

/// Generates it: the same parameters give the same instance everywhere.
#[must_use]
pub fn generate(spec: &PointsSpec) -> Points {
    let mut rng = ChaCha8Rng::seed_from_u64(spec.seed);
    let mut unit = || rng.random::<f64>();
    let centres: Vec<(f64, f64)> = (0..spec.clusters).map(|_| (unit(), unit())).collect();
    let at = |unit: &mut dyn FnMut() -> f64, n: u32| -> (f64, f64) {
        let p = match centres.get(n as usize % centres.len().max(1)) {
            // the mean of three is bell-shaped enough
            Some(c) => {
                let mut near = || (unit() + unit() + unit()) / 3.0 - 0.5;
                ((c.0 + 0.4 * near()).clamp(0.0, 1.0), (c.1 + 0.4 * near()).clamp(0.0, 1.0))
            }
            None => (unit(), unit()),
        };
        ((p.0 * 1e6).round() / 1e3, (p.1 * 1e6).round() / 1e3)
    };
    let clients: Vec<(f64, f64, f64)> = (0..spec.clients)
        .map(|n| {
            let (x, y) = at(&mut unit, n);
            (x, y, (5.0 + 30.0 * unit()).round())
        })
        .collect();
    let both = spec.sites == 0;
    let places: Vec<(f64, f64)> =
        if both { clients.iter().map(|c| (c.0, c.1)).collect() } else { (0..spec.sites).map(|n| at(&mut unit, n)).collect() };
    let raw: Vec<f64> = places.iter().map(|_| 10.0 + 150.0 * unit()).collect();
    let (demand, all): (f64, f64) = (clients.iter().map(|c| c.2).sum(), raw.iter().sum());
    let sites = places
        .iter()
        .zip(raw)
        .map(|(p, raw)| {
            let capacity = if spec.ratio > 0.0 { (raw * spec.ratio * demand / all).ceil() } else { 0.0 };
            let size = if capacity > 0.0 { capacity } else { demand / f64::from(spec.clients.max(1)) * 10.0 };
            (p.0, p.1, (90.0 * unit() + (100.0 + 10.0 * unit()) * size.sqrt()).round(), capacity)
        })
        .collect();
    Points { clients, sites, both }
}

impl Points {
    /// Distance between a client and a site.
    #[must_use]
    pub fn distance(&self, client: usize, site: usize) -> f64 {
        let (c, s) = (self.clients[client], self.sites[site]);
        (c.0 - s.0).hypot(c.1 - s.1)
    }

    /// The table that `fenji locate` reads: `id,x,y,demand,fixed,capacity,role`.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let capacitated = self.sites.iter().any(|s| s.3 > 0.0);
        let mut out = String::from(if capacitated { "id,x,y,demand,fixed,capacity,role\n" } else { "id,x,y,demand,fixed,role\n" });
        let capacity = |c: f64| if capacitated { format!("{c},") } else { String::new() };
        for (n, (x, y, w)) in self.clients.iter().enumerate() {
            if self.both {
                let s = self.sites[n];
                let _ = writeln!(out, "p{n},{x},{y},{w},{},{}both", s.2, capacity(s.3));
            } else {
                let _ = writeln!(out, "c{n},{x},{y},{w},,{}client", if capacitated { "," } else { "" });
            }
        }
        for (n, (x, y, f, q)) in self.sites.iter().enumerate().filter(|_| !self.both) {
            let _ = writeln!(out, "s{n},{x},{y},,{f},{}site", capacity(*q));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_instance_and_another_seed_another() {
        let spec = PointsSpec { clients: 30, sites: 8, clusters: 3, ratio: 2.0, seed: 7 };
        let one = generate(&spec);
        assert_eq!(one, generate(&spec));
        assert_ne!(one, generate(&PointsSpec { seed: 8, ..spec }));
        let (demand, capacity): (f64, f64) = (one.clients.iter().map(|c| c.2).sum(), one.sites.iter().map(|s| s.3).sum());
        assert!((capacity / demand - 2.0).abs() < 0.1);
        let csv = one.to_csv();
        assert_eq!(csv.lines().count(), 1 + 30 + 8);
        assert!(csv.lines().all(|l| l.matches(',').count() == 6), "{csv}");
        assert!(generate(&PointsSpec { clients: 5, ..PointsSpec::default() }).to_csv().lines().all(|l| l.matches(',').count() == 5));
    }
}
