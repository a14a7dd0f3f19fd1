//! The median engine against brute force, and what must hold of every answer: values and bounds, never one of several optima.

#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp)] // helpers of tests stop hard, as tests do; a value of exactly 0 is meant

use fenji::check::lagrangian_bound;
use fenji::instance::{Distance, Instance, Metric, Problem, Service};
use fenji::location::{Answer, Assignment, Settings, median};
use fenji::outcome::{Limits, Observer as _, Silent, StopFlag, Termination};
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn settings(threads: usize) -> Settings {
    Settings { limits: Limits { time: Some(Duration::from_secs(120)), gap: 1e-9, threads }, seed: 1 }
}

fn solve(instance: &Instance, problem: Problem) -> Answer {
    let answer = median::solve(instance, problem, &settings(2), &Silent).unwrap();
    verify(instance, problem, &answer);
    answer
}

/// Value of open sites, `inf` when a client that counts has none.
fn value(instance: &Instance, open: &[usize], fixed: bool, leave_out: &[u32]) -> f64 {
    let clients = (0..instance.clients()).filter(|i| !leave_out.contains(&u32::try_from(*i).unwrap()));
    let served: f64 = clients.map(|i| open.iter().map(|&j| instance.cost(i, j)).fold(f64::INFINITY, f64::min)).sum();
    served + if fixed { open.iter().map(|&j| instance.fixed_cost(j)).sum() } else { 0.0 }
}

/// What holds of every answer that has sites: the value is that of the sites and of the assignment, the bound is not above it.
fn verify(instance: &Instance, problem: Problem, answer: &Answer) {
    if answer.open.is_empty() {
        return;
    }
    let open: Vec<usize> = answer.open.iter().map(|&j| j as usize).collect();
    assert!(open.windows(2).all(|w| w[0] < w[1]));
    let ufl = problem == Problem::Uncapacitated;
    if let Problem::PMedian { p } = problem {
        assert_eq!(open.len(), p);
    }
    let plain = value(instance, &open, ufl, &answer.unreachable);
    assert!((plain - answer.bounds.primal).abs() <= 1e-9 * plain.abs().max(1.0), "{plain} {:?}", answer.bounds);
    assert!(answer.bounds.dual <= answer.bounds.primal);
    let Assignment::Single(by) = &answer.assignment else { panic!("one site each") };
    let fixed: f64 = if ufl { open.iter().map(|&j| instance.fixed_cost(j)).sum() } else { 0.0 };
    let served: f64 = by.iter().enumerate().filter_map(|(i, j)| j.map(|j| instance.cost(i, j as usize))).sum();
    assert!((fixed + served - plain).abs() <= 1e-9 * plain.abs().max(1.0));
    assert!(by.iter().flatten().all(|j| answer.open.contains(j)));
    if let Some(u) = &answer.multipliers {
        let proven = lagrangian_bound(instance, &problem, &answer.unreachable, u).unwrap();
        assert!(proven <= plain + 1e-9 * plain.abs().max(1.0), "{proven} {plain}");
    }
    assert!(answer.trace.windows(2).all(|w| w[1].bounds.primal <= w[0].bounds.primal && w[1].bounds.dual >= w[0].bounds.dual));
}

/// The least value over all choices of sites.
fn brute(instance: &Instance, problem: Problem, leave_out: &[u32]) -> f64 {
    let m = instance.sites();
    let ufl = problem == Problem::Uncapacitated;
    let fits = |mask: u32| match problem {
        Problem::PMedian { p } => mask.count_ones() as usize == p,
        _ => mask != 0,
    };
    let sites = |mask: u32| (0..m).filter(|&j| mask >> j & 1 == 1).collect::<Vec<_>>();
    (0..1_u32 << m).filter(|&k| fits(k)).map(|k| value(instance, &sites(k), ufl, leave_out)).fold(f64::INFINITY, f64::min)
}

fn table(n: usize, m: usize, cost: &[u16], demand: &[u8], fixed: &[u16]) -> Instance {
    Instance {
        demand: (0..n).map(|i| f64::from(demand[i % demand.len()])).collect(),
        fixed: (0..m).map(|j| f64::from(fixed[j % fixed.len()])).collect(),
        service: Service {
            distance: Distance::Table { sites: m, values: (0..n * m).map(|k| f64::from(cost[k % cost.len()])).collect() },
            per_unit: true,
        },
        ..Instance::default()
    }
}

fn points(at: &[(i16, i16)], demand: &[u8], fixed: f64, metric: Metric) -> Instance {
    let scale = if metric == Metric::GreatCircle { 0.1 } else { 1.0 };
    let place: Vec<[f64; 2]> = at.iter().map(|p| [f64::from(p.0) * scale, f64::from(p.1) * scale]).collect();
    Instance {
        demand: (0..at.len()).map(|i| f64::from(demand[i % demand.len()])).collect(),
        fixed: vec![fixed; at.len()],
        service: Service { distance: Distance::Points { clients: place.clone(), sites: place, metric }, per_unit: true },
        ..Instance::default()
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * b.abs().max(1.0)
}

/// A grid of towns with dense middles, larger than complete lists allow.
fn country(n: u32) -> Instance {
    let draw = |k: u32, s: u32| f64::from((k.wrapping_mul(2_654_435_761).wrapping_add(s.wrapping_mul(40_503))) >> 8 & 0xffff) / 65_535.0;
    let at: Vec<[f64; 2]> = (0..n)
        .map(|k| {
            let (town, r) = (k % 23, draw(k, 1).powi(3) * 4000.0);
            let angle = draw(k, 2) * std::f64::consts::TAU;
            [draw(town, 7) * 20_000.0 + r * angle.cos(), draw(town, 9) * 20_000.0 + r * angle.sin()]
        })
        .collect();
    Instance {
        demand: vec![1.0; at.len()],
        service: Service { distance: Distance::Points { clients: at.clone(), sites: at, metric: Metric::FloorEuclid }, per_unit: true },
        ..Instance::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn tables_as_brute_force(
        n in 1_usize..12, m in 1_usize..9, p in 1_usize..9,
        cost in prop::collection::vec(0_u16..200, 100), demand in prop::collection::vec(0_u8..4, 5), fixed in prop::collection::vec(0_u16..300, 4),
    ) {
        let instance = table(n, m, &cost, &demand, &fixed);
        for problem in [Problem::PMedian { p: p.min(m) }, Problem::Uncapacitated] {
            let answer = solve(&instance, problem);
            prop_assert_eq!(answer.termination, Termination::Optimal);
            let best = brute(&instance, problem, &[]);
            prop_assert!(near(answer.bounds.primal, best), "{problem:?} {best}: {:?}", answer.bounds);
            prop_assert!(answer.bounds.dual <= best + 1e-9);
        }
    }

    #[test]
    fn points_as_brute_force(
        at in prop::collection::vec((0_i16..60, 0_i16..60), 1..11), p in 1_usize..6,
        demand in prop::collection::vec(0_u8..4, 3), fixed in 0.0_f64..60.0, kind in 0_usize..4,
    ) {
        let metric = [Metric::Euclid, Metric::FloorEuclid, Metric::RoundEuclid, Metric::GreatCircle][kind];
        let instance = points(&at, &demand, fixed, metric);
        for problem in [Problem::PMedian { p: p.min(at.len()) }, Problem::Uncapacitated] {
            let answer = solve(&instance, problem);
            let best = brute(&instance, problem, &[]);
            prop_assert!(near(answer.bounds.primal, best), "{problem:?} {best}: {:?}", answer.bounds);
            prop_assert!(answer.bounds.dual <= best * (1.0 + 1e-9) + 1e-9);
        }
    }

    #[test]
    fn a_further_site_never_hurts(
        n in 2_usize..10, m in 2_usize..8, cost in prop::collection::vec(0_u16..200, 90), fixed in prop::collection::vec(0_u16..300, 4),
    ) {
        let wide = table(n, m, &cost, &[1], &fixed);
        let Distance::Table { values, .. } = &wide.service.distance else { unreachable!() };
        let mut narrow = wide.clone();
        let kept = values.chunks(m).flat_map(|row| row[..m - 1].to_vec()).collect();
        narrow.service.distance = Distance::Table { sites: m - 1, values: kept };
        narrow.fixed.truncate(m - 1);
        for problem in [Problem::PMedian { p: 1 }, Problem::Uncapacitated] {
            prop_assert!(solve(&wide, problem).bounds.primal <= solve(&narrow, problem).bounds.primal + 1e-9);
        }
    }

    #[test]
    fn gaps_in_the_table(
        n in 1_usize..9, m in 1_usize..7, p in 1_usize..7, gaps in prop::collection::vec(any::<bool>(), 60), cost in prop::collection::vec(0_u16..99, 60),
    ) {
        let mut instance = table(n, m, &cost, &[1], &[5]);
        if let Distance::Table { values, .. } = &mut instance.service.distance {
            values.iter_mut().zip(&gaps).filter(|(_, g)| **g).for_each(|(v, _)| *v = f64::INFINITY);
        }
        let lost: Vec<u32> = (0..n).filter(|&i| (0..m).all(|j| instance.cost(i, j).is_infinite())).map(|i| u32::try_from(i).unwrap()).collect();
        for problem in [Problem::PMedian { p: p.min(m) }, Problem::Uncapacitated] {
            let answer = solve(&instance, problem);
            let best = brute(&instance, problem, &lost);
            prop_assert_eq!(&answer.unreachable, &lost);
            if best.is_infinite() {
                prop_assert_eq!(answer.termination, Termination::Infeasible);
                prop_assert!(!answer.repair.is_empty());
            } else if lost.len() < n {
                prop_assert!(near(answer.bounds.primal, best), "{problem:?} {best}: {:?}", answer.bounds);
            }
        }
    }
}

#[test]
fn the_same_at_one_and_two_threads() {
    let instance = country(700);
    for problem in [Problem::PMedian { p: 9 }, Problem::PMedian { p: 60 }] {
        let one = median::solve(&instance, problem, &settings(1), &Silent).unwrap();
        let two = median::solve(&instance, problem, &settings(2), &Silent).unwrap();
        verify(&instance, problem, &one);
        assert_eq!((one.bounds, &one.open, one.termination), (two.bounds, &two.open, two.termination));
        assert_eq!(one.termination, Termination::Optimal);
    }
}

#[test]
fn multipliers_prove_the_bound_of_the_root() {
    // with many sites open the strong formulation is nearly tight, so that prices alone come close to the optimum
    for (n, problem) in [(300, Problem::PMedian { p: 40 }), (2300, Problem::PMedian { p: 300 })] {
        let instance = country(n);
        let limited = Settings { limits: Limits { time: Some(Duration::from_secs(20)), gap: 1e-4, threads: 2 }, seed: 1 };
        let answer = median::solve(&instance, problem, &limited, &Silent).unwrap();
        verify(&instance, problem, &answer);
        let u = answer.multipliers.unwrap();
        let proven = lagrangian_bound(&instance, &problem, &[], &u).unwrap();
        assert!(proven >= 0.98 * answer.bounds.dual, "{proven} {:?}", answer.bounds);
    }
}

#[test]
fn cut_lists_have_the_bound_of_complete_ones() {
    // 2,300 points: lists are cut; the bound must stand below what a plain greedy interchange cannot reach
    let instance = country(2300);
    let problem = Problem::PMedian { p: 40 };
    let limited = Settings { limits: Limits { time: Some(Duration::from_secs(20)), gap: 1e-4, threads: 2 }, seed: 1 };
    let answer = median::solve(&instance, problem, &limited, &Silent).unwrap();
    verify(&instance, problem, &answer);
    assert!(answer.bounds.gap() < 0.02, "{:?}", answer.bounds);
}

#[test]
fn limits_are_kept() {
    let instance = country(6000);
    let problem = Problem::PMedian { p: 300 };
    let limited = Settings { limits: Limits { time: Some(Duration::from_secs(1)), gap: 0.0, threads: 2 }, seed: 1 };
    let begun = Instant::now();
    let answer = median::solve(&instance, problem, &limited, &Silent).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    verify(&instance, problem, &answer);
    assert!(matches!(answer.termination, Termination::Feasible(_) | Termination::Optimal));
    let stopped = StopFlag::default();
    stopped.stop();
    assert!(stopped.stop_requested());
    let begun = Instant::now();
    let answer = median::solve(&instance, problem, &settings(2), &stopped).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(8));
    verify(&instance, problem, &answer);
    assert!(answer.bounds.primal.is_finite());
}

#[test]
fn questions_without_an_answer() {
    let instance = points(&[(0, 0), (3, 4), (6, 8)], &[1], 1.0, Metric::Euclid);
    for p in [0, 4] {
        let answer = median::solve(&instance, Problem::PMedian { p }, &settings(2), &Silent).unwrap();
        assert_eq!(answer.termination, Termination::Infeasible);
        assert!(answer.repair[0].contains("ask for at"), "{:?}", answer.repair);
    }
    let all = solve(&instance, Problem::PMedian { p: 3 });
    assert_eq!((all.bounds.primal, all.termination), (0.0, Termination::Optimal));
    let nobody = median::solve(&Instance::default(), Problem::Uncapacitated, &settings(1), &Silent).unwrap();
    assert_eq!(nobody.bounds.primal, 0.0);
    assert!(median::solve(&instance, Problem::PCenter { p: 1 }, &settings(1), &Silent).is_err());
}

#[test]
fn huge_distances_and_points_on_one_another() {
    let at = |k: f64| [k * 1e12, 0.0];
    let place: Vec<[f64; 2]> = [0.0, 0.0, 0.0, 1.0, 1.0, 2.0].map(at).to_vec();
    let instance = Instance {
        demand: vec![1e6; 6],
        service: Service {
            distance: Distance::Points { clients: place.clone(), sites: place, metric: Metric::FloorEuclid },
            per_unit: true,
        },
        ..Instance::default()
    };
    let answer = solve(&instance, Problem::PMedian { p: 2 });
    assert!(near(answer.bounds.primal, 1e18), "{:?}", answer.bounds);
    assert_eq!(solve(&instance, Problem::PMedian { p: 3 }).bounds.primal, 0.0);
}
