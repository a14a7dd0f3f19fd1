//! The LP and its tree against all sets, and their bounds against any set.

use super::tree::work;
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
