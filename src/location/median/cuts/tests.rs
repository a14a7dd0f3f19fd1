//! The LP and its tree against all sets, and their bounds against any set.

use super::islands::islands;
use super::tree::{Done, work};
use crate::instance::{Distance, Instance, Service};
use crate::location::Settings;
use crate::location::median::branch::Goal;
use crate::location::median::core::Fate;
use crate::location::median::watch::{Clock, Watch};
use crate::location::median::whole::Whole;
use crate::outcome::{Limits, Silent};
use proptest::prelude::*;

fn table(n: usize, m: usize, cost: &[u16], fixed: &[u16]) -> Instance {
    Instance {
        demand: vec![1.0; n],
        fixed: (0..m).map(|j| f64::from(fixed[j % fixed.len()])).collect(),
        service: Service {
            distance: Distance::Table { sites: m, values: (0..n * m).map(|k| f64::from(cost[k % cost.len()])).collect() },
            per_unit: true,
        },
        ..Instance::default()
    }
}

/// Value of the sites of a mask.
fn value(instance: &Instance, mask: usize, fixed: bool) -> f64 {
    let open: Vec<usize> = (0..instance.sites()).filter(|j| mask >> j & 1 == 1).collect();
    let cost: f64 = (0..instance.clients()).map(|i| open.iter().map(|&j| instance.cost(i, j)).fold(f64::INFINITY, f64::min)).sum();
    cost + if fixed { open.iter().map(|&j| instance.fixed_cost(j)).sum() } else { 0.0 }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    /// From any answer and any multipliers the tree ends at the least value of all sets, and never proves more.
    #[test]
    fn the_tree_ends_at_the_optimum(
        n in 3_usize..14, m in 3_usize..9, p in 1_usize..5, first in 0_usize..1000,
        cost in prop::collection::vec(0_u16..60, 126), fixed in prop::collection::vec(0_u16..90, 5), from in 0.0_f64..60.0,
    ) {
        let instance = table(n, m, &cost, &fixed);
        for count in [Some(p.min(m - 1)), None] {
            let masks: Vec<usize> = (1..1_usize << m).filter(|k| count.is_none_or(|p| k.count_ones() as usize == p)).collect();
            let optimum = masks.iter().map(|&k| value(&instance, k, count.is_none())).fold(f64::INFINITY, f64::min);
            let begin = masks[first % masks.len()];
            let settings = Settings { limits: Limits { time: None, gap: 0.0, threads: 1 }, seed: 1 };
            let watch = Watch::new(Clock::new(&settings, &Silent));
            let names: Vec<u32> = (0..u32::try_from(m).unwrap_or(0)).filter(|j| begin >> j & 1 == 1).collect();
            watch.answer(value(&instance, begin, count.is_none()), &names);
            let (clients, sites): (Vec<u32>, Vec<u32>) = ((0..u32::try_from(n).unwrap_or(0)).collect(), (0..u32::try_from(m).unwrap_or(0)).collect());
            let Some(whole) = Whole::new(&instance, (&clients, &sites), count, &names, 1.35, &|| false) else { unreachable!() };
            let goal = Goal { integral: true, gap: 0.0 };
            let done = work(&whole, &mut vec![from; n], goal, &watch);
            let bounds = watch.bounds();
            prop_assert!(bounds.dual <= optimum + 1e-9, "{bounds:?} above {optimum}");
            if cfg!(feature = "highs") {
                prop_assert!(done.is_ok_and(|d| d));
                prop_assert!((bounds.primal - optimum).abs() < 1e-9, "{bounds:?} {optimum}");
                prop_assert!((bounds.dual - optimum).abs() < 1e-9, "{bounds:?} {optimum}");
            }
        }
    }

    /// (4) with decisions and balls never exceeds an answer that keeps to them, whatever the multipliers.
    #[test]
    fn any_multipliers_of_balls_prove_a_bound(
        n in 2_usize..8, m in 3_usize..8, cost in prop::collection::vec(0_u16..60, 64), u in prop::collection::vec(0.0_f64..70.0, 8),
        ball in 1_usize..100, mu in 0.0_f64..50.0, shut in 0_usize..8, kept in 0_usize..8,
    ) {
        let instance = table(n, m, &cost, &[20]);
        let mut fate = vec![Fate::Free; m];
        fate[shut % m] = Fate::Closed;
        if kept % m != shut % m {
            fate[kept % m] = Fate::Open;
        }
        let ball: Vec<u32> = (0..u32::try_from(m).unwrap_or(0)).filter(|j| ball >> j & 1 == 1).collect();
        let (clients, sites): (Vec<u32>, Vec<u32>) = ((0..u32::try_from(n).unwrap_or(0)).collect(), (0..u32::try_from(m).unwrap_or(0)).collect());
        for count in [Some(2), None] {
            let Some(whole) = Whole::new(&instance, (&clients, &sites), count, &[0], 1.35, &|| false) else { unreachable!() };
            let keeps = |k: &usize| {
                count.is_none_or(|p| k.count_ones() as usize == p)
                    && (0..m).all(|j| match fate[j] {
                        Fate::Free => true,
                        Fate::Open => k >> j & 1 == 1,
                        Fate::Closed => k >> j & 1 == 0,
                    })
                    && ball.iter().any(|j| k >> j & 1 == 1)
            };
            let best = (1..1_usize << m).filter(keeps).map(|k| value(&instance, k, count.is_none())).fold(f64::INFINITY, f64::min);
            let priced = super::price::price(&whole.core, &u[..n], &[(&ball, mu)], &fate);
            prop_assert!(priced.bound <= best + 1e-9, "{} above {best}", priced.bound);
        }
    }
}

/// Three towns far apart, their people and sites at random places; every pair of a client and a site has its distance.
fn towns(seed: u64) -> Instance {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    let mut at = |town: usize| (draw(40) as f64 + [0.0, 300.0, 700.0][town], draw(40) as f64);
    let clients: Vec<(f64, f64)> = (0..15).map(|i| at(i % 3)).collect();
    let sites: Vec<(f64, f64)> = (0..12).map(|j| at(j % 3)).collect();
    let far = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).abs() + (a.1 - b.1).abs();
    Instance {
        demand: vec![1.0; clients.len()],
        fixed: vec![0.0; sites.len()],
        service: Service {
            distance: Distance::Table {
                sites: sites.len(),
                values: clients.iter().flat_map(|&c| sites.iter().map(move |&s| far(c, s))).collect(),
            },
            per_unit: true,
        },
        ..Instance::default()
    }
}

/// Towns far apart are worked out one by one, whatever the multipliers and the answer they begin with, and the sum is the least value of all sets.
#[test]
fn islands_add_up_to_the_optimum() {
    let mut fell_apart = 0;
    for seed in 0..120_usize {
        let instance = towns(seed as u64);
        let p = 3 + seed % 5;
        let sets: Vec<usize> = (1..1_usize << 12).filter(|k| k.count_ones() as usize == p).collect();
        let mut order: Vec<(f64, usize)> = sets.iter().map(|&k| (value(&instance, k, false), k)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        let optimum = order[0].0;
        let (first, mask) = order[(seed * 7) % 40];
        let settings = Settings { limits: Limits { time: None, gap: 0.0, threads: 1 }, seed: 1 };
        let watch = Watch::new(Clock::new(&settings, &Silent));
        let names: Vec<u32> = (0..12).filter(|j| mask >> j & 1 == 1).collect();
        watch.answer(first, &names);
        let (clients, sites): (Vec<u32>, Vec<u32>) = ((0..15).collect(), (0..12).collect());
        let Some(whole) = Whole::new(&instance, (&clients, &sites), Some(p), &names, 1.35, &|| false) else { unreachable!() };
        let near = crate::location::median::whole::nearest_two(&instance, &clients, &names);
        let u: Vec<f64> = near.iter().map(|t| t[0].0 + [0.0, 3.0, 9.0][seed % 3]).collect();
        let done = islands(&whole, &u, Goal { integral: true, gap: 0.0 }, f64::INFINITY, &watch);
        let bounds = watch.bounds();
        assert!(bounds.dual <= optimum + 1e-9, "seed {seed}: {bounds:?} above {optimum}");
        if cfg!(feature = "highs") {
            let Ok(done) = done else { unreachable!("the solver") };
            fell_apart += usize::from(done.is_some());
            assert!(done.is_none_or(|d| d == Done::Proven), "seed {seed}: {done:?}");
            if done.is_some() {
                assert!(
                    (bounds.primal - optimum).abs() < 1e-9 && (bounds.dual - optimum).abs() < 1e-9,
                    "seed {seed}: {bounds:?} {optimum}"
                );
                assert!((value(&instance, watch.open().iter().map(|j| 1 << j).sum(), false) - optimum).abs() < 1e-9);
            }
        }
    }
    assert!(fell_apart > 40 || !cfg!(feature = "highs"), "only {fell_apart} fell apart");
}
