//! Instances made for tests.

use fenji::instance::{Distance, Instance, Service, Upper};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn table(sites: usize, values: Vec<f64>, per_unit: bool) -> Service {
    Service { distance: Distance::Table { sites, values }, per_unit }
}

/// Small whole or broken numbers, some ways missing, zero demand and capacity among them.
pub fn single_level(n: usize, m: usize) -> impl Strategy<Value = Instance> {
    let way = prop_oneof![12 => (0u32..40).prop_map(f64::from), 3 => 0.0f64..40.0, 1 => Just(f64::INFINITY)];
    (prop::collection::vec(0u32..10, n), prop::collection::vec((0u32..22, 0u32..60), m), prop::collection::vec(way, n * m), any::<bool>())
        .prop_map(move |(demand, sites, values, per_unit)| Instance {
            demand: demand.into_iter().map(f64::from).collect(),
            capacity: sites.iter().map(|s| f64::from(s.0)).collect(),
            fixed: sites.iter().map(|s| f64::from(s.1)).collect(),
            service: table(m, values, per_unit),
            ..Instance::default()
        })
}

/// Depots and plants, with capacities or without.
pub fn two_levels(n: usize, m: usize, k: usize, limited: bool) -> impl Strategy<Value = Instance> {
    let way = || prop_oneof![15 => (0u32..40).prop_map(f64::from), 1 => Just(f64::INFINITY)];
    (
        prop::collection::vec(0u32..10, n),
        prop::collection::vec((4u32..30, 0u32..60), m),
        prop::collection::vec((4u32..40, 0u32..90), k),
        prop::collection::vec(way(), n * m),
        prop::collection::vec(way(), m * k),
    )
        .prop_map(move |(demand, depots, plants, values, unit_cost)| {
            let capacity = |sites: &[(u32, u32)]| if limited { sites.iter().map(|s| f64::from(s.0)).collect() } else { Vec::new() };
            let fixed = |sites: &[(u32, u32)]| sites.iter().map(|s| f64::from(s.1)).collect::<Vec<f64>>();
            Instance {
                demand: demand.into_iter().map(f64::from).collect(),
                capacity: capacity(&depots),
                fixed: fixed(&depots),
                service: table(m, values, true),
                upper: Some(Upper { fixed: fixed(&plants), capacity: capacity(&plants), unit_cost }),
                ..Instance::default()
            }
        })
}

/// Ways that were missing become very dear, all others fractions.
pub fn with_dear_ways(mut instance: Instance) -> Instance {
    let dear = |c: &mut f64| *c = if c.is_finite() { *c / 7.0 } else { 1e4 };
    if let Distance::Table { values, .. } = &mut instance.service.distance {
        values.iter_mut().for_each(dear);
    }
    if let Some(upper) = &mut instance.upper {
        upper.unit_cost.iter_mut().for_each(dear);
    }
    instance
}

/// Points in a square; capacity of all sites is about `ratio` times the demand.
pub fn plane(n: usize, m: usize, seed: u64, ratio: f64) -> Instance {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut point = || [rng.random_range(0.0..100.0), rng.random_range(0.0..100.0)];
    let clients: Vec<[f64; 2]> = (0..n).map(|_| point()).collect();
    let sites: Vec<[f64; 2]> = (0..m).map(|_| point()).collect();
    let demand: Vec<f64> = (0..n).map(|_| f64::from(rng.random_range(5u32..36))).collect();
    let mean = ratio * demand.iter().sum::<f64>() / m as f64;
    let capacity: Vec<f64> = (0..m).map(|_| (mean * rng.random_range(0.6..1.4)).round()).collect();
    let fixed = capacity.iter().map(|q: &f64| (q.sqrt() * rng.random_range(100.0..110.0)).round()).collect();
    let values = clients.iter().flat_map(|a| sites.iter().map(|b| (a[0] - b[0]).hypot(a[1] - b[1])).collect::<Vec<f64>>()).collect();
    Instance { demand, capacity, fixed, service: table(m, values, true), ..Instance::default() }
}

/// The instance less its last site.
pub fn without_last_site(instance: &Instance) -> Instance {
    let mut out = instance.clone();
    out.capacity.pop();
    out.fixed.pop();
    if let Distance::Table { sites, values } = &mut out.service.distance {
        let m = *sites;
        *values = values.chunks(m).flat_map(|row| row[..m - 1].to_vec()).collect();
        *sites = m - 1;
    }
    out
}
