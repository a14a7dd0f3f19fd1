//! Location problems on small random instances: every problem by every method against plain enumeration, and what must hold of any instance.
#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp)] // helpers of tests stop hard, as tests do

#[path = "location_small/brute.rs"]
mod brute;

use brute::{optimum, random};
use fenji::check::{check_location, lagrangian_bound};
use fenji::instance::{Distance, Instance, Metric, Problem, Service};
use fenji::location::{Answer, Method, Settings, solve, written};
use fenji::outcome::{Limits, Silent, StopFlag, Termination};
use proptest::prelude::*;

fn settings(threads: usize) -> Settings {
    Settings { limits: Limits { time: None, gap: 1e-9, threads }, seed: 1 }
}

fn run(instance: &Instance, problem: Problem, method: Method) -> Answer {
    solve(instance, problem, method, &settings(1), &Silent).unwrap()
}

/// Everything asked of a small instance.
fn questions(p: usize, within: f64) -> [Problem; 10] {
    [
        Problem::PMedian { p },
        Problem::PCenter { p },
        Problem::SetCover { within },
        Problem::MaxCover { p, within },
        Problem::Uncapacitated,
        Problem::Capacitated,
        Problem::SingleSource,
        Problem::CapacitatedPMedian { p },
        Problem::TwoLevel,
        Problem::TwoStage,
    ]
}

/// The answer has the optimum as value and bound, and passes its check; or both say that there is none.
fn agrees(instance: &Instance, problem: Problem, method: Method, context: &str) {
    let answer = run(instance, problem, method);
    let best = optimum(instance, &problem);
    let Some(best) = best else {
        assert_eq!(answer.termination, Termination::Infeasible, "{context} {problem:?} {method:?}: {answer:?}");
        assert!(!answer.repair.is_empty(), "{context} {problem:?}: no repair");
        return;
    };
    assert_eq!(answer.termination, Termination::Optimal, "{context} {problem:?} {method:?}: best {best}, {answer:?}");
    let near = |x: f64| (x - best).abs() <= 1e-6 * best.abs().max(1.0);
    assert!(
        near(answer.bounds.primal) && near(answer.bounds.dual),
        "{context} {problem:?} {method:?}: {:?} where the optimum is {best}",
        answer.bounds
    );
    let run = written::Run { format: "points".into(), capacity: None, seconds: 1e9, peak_memory_bytes: None, method: "own".into() };
    let plan = written::plan(instance, problem, &settings(1), &answer, &run);
    assert_eq!(check_location(instance, &plan), [], "{context} {problem:?} {method:?}");
}

#[test]
fn every_problem_by_every_method_is_what_enumeration_finds() {
    let mut feasible = 0;
    for seed in 0..24 {
        let instance = random(seed);
        let context = format!("seed {seed}");
        for problem in questions(1 + seed as usize % 3, 25.0 + seed as f64) {
            feasible += usize::from(optimum(&instance, &problem).is_some());
            for method in [Method::Mip, Method::Own] {
                agrees(&instance, problem, method, &context);
            }
        }
    }
    assert!(feasible > 100, "only {feasible} questions had an answer: the instances are too hard to tell anything");
}

#[test]
fn edges_of_the_questions() {
    let table = |values: Vec<f64>, sites: usize, demand: Vec<f64>| Instance {
        demand,
        service: Service { distance: Distance::Table { sites, values }, per_unit: true },
        ..Instance::default()
    };
    // more sites asked for than there are
    let two = table(vec![1.0, 2.0, 3.0, 1.0], 2, vec![1.0, 1.0]);
    for problem in [Problem::PMedian { p: 3 }, Problem::PCenter { p: 3 }, Problem::MaxCover { p: 3, within: 1.0 }] {
        let answer = run(&two, problem, Method::Auto);
        assert_eq!(answer.termination, Termination::Infeasible);
        assert!(answer.repair[0].contains("-p 2"), "{:?}", answer.repair);
    }
    // too short a distance: the smallest that works is said
    let answer = run(&two, Problem::SetCover { within: 0.5 }, Method::Own);
    assert!(answer.termination == Termination::Infeasible && answer.repair[0].contains("--within 1 "), "{:?}", answer.repair);
    // two parts without a way between them need two sites
    let inf = f64::INFINITY;
    let parts = table(vec![1.0, inf, inf, 1.0], 2, vec![1.0, 1.0]);
    for method in [Method::Own, Method::Mip] {
        for problem in [Problem::PMedian { p: 1 }, Problem::PCenter { p: 1 }] {
            let answer = run(&parts, problem, method);
            assert_eq!(answer.termination, Termination::Infeasible, "{problem:?}");
            assert!(answer.repair[0].contains("-p 2"), "{:?}", answer.repair);
        }
    }
    // a client that nobody reaches is named and left out
    let lonely = table(vec![1.0, 2.0, inf, inf], 2, vec![1.0, 5.0]);
    for problem in
        [Problem::PMedian { p: 1 }, Problem::PCenter { p: 1 }, Problem::SetCover { within: 1.0 }, Problem::MaxCover { p: 1, within: 1.0 }]
    {
        let answer = run(&lonely, problem, Method::Own);
        assert_eq!((answer.unreachable.as_slice(), answer.bounds.primal), (&[1_u32][..], 1.0), "{problem:?}");
    }
    // nobody wants anything
    let idle = table(vec![1.0, 2.0, 3.0, 1.0], 2, vec![0.0, 0.0]);
    for problem in questions(1, 1.0).into_iter().take(5) {
        for method in [Method::Own, Method::Mip] {
            let answer = run(&idle, problem, method);
            assert_eq!(answer.termination, Termination::Optimal, "{problem:?} {method:?}");
        }
    }
    // what an instance lacks is said
    assert!(run(&two, Problem::Capacitated, Method::Auto).repair[0].contains("capacities"));
    assert!(run(&two, Problem::TwoLevel, Method::Auto).repair[0].contains("plants"));
}

#[test]
fn capacity_that_is_missing_is_told_in_units() {
    let mut instance = Instance {
        demand: vec![4.0, 6.0],
        capacity: vec![3.0, 5.0],
        service: Service { distance: Distance::Table { sites: 2, values: vec![1.0; 4] }, per_unit: true },
        ..Instance::default()
    };
    assert!(run(&instance, Problem::Capacitated, Method::Mip).repair[0].starts_with("+2 capacity"));
    assert!(run(&instance, Problem::SingleSource, Method::Mip).repair.iter().any(|r| r.contains("capacity 6 at least")));
    // enough in all, but no client fits beside another: one more unit somewhere
    instance.demand = vec![5.0, 5.0, 2.0];
    instance.capacity = vec![6.0, 6.0];
    instance.service.distance = Distance::Table { sites: 2, values: vec![1.0; 6] };
    let answer = run(&instance, Problem::SingleSource, Method::Mip);
    assert_eq!(answer.termination, Termination::Infeasible);
    assert!(answer.repair[0].starts_with("+1.000000 capacity at site"), "{:?}", answer.repair);
}

#[test]
fn a_wish_to_stop_ends_the_run_with_what_is_there() {
    let stop = StopFlag::default();
    stop.stop();
    let instance = scattered(400, 7, Metric::FloorEuclid);
    for problem in [Problem::PCenter { p: 10 }, Problem::SetCover { within: 60.0 }, Problem::MaxCover { p: 10, within: 60.0 }] {
        let answer = solve(&instance, problem, Method::Own, &settings(1), &stop).unwrap();
        assert!(
            matches!(answer.termination, Termination::Feasible(_) | Termination::NoSolution(_)),
            "{problem:?}: {:?}",
            answer.termination
        );
    }
}

/// Points at random, clients and sites at once.
fn scattered(n: usize, seed: u64, metric: Metric) -> Instance {
    let mut state = brute::Lcg(seed);
    let points: Vec<[f64; 2]> = (0..n).map(|_| [(state.next() % 1000) as f64, (state.next() % 1000) as f64]).collect();
    let demand = (0..n).map(|_| (state.next() % 4) as f64).collect();
    let distance = Distance::Points { clients: points.clone(), sites: points, metric };
    Instance { demand, service: Service { distance, per_unit: true }, ..Instance::default() }
}

/// The same distances as a table.
fn as_table(instance: &Instance) -> Instance {
    let (n, m) = (instance.clients(), instance.sites());
    let values = (0..n * m).map(|k| instance.distance(k / m, k % m)).collect();
    Instance { service: Service { distance: Distance::Table { sites: m, values }, per_unit: true }, ..instance.clone() }
}

#[test]
fn points_and_tables_and_threads_agree() {
    for metric in [Metric::Euclid, Metric::FloorEuclid, Metric::RoundEuclid] {
        let points = scattered(120, 3, metric);
        let table = as_table(&points);
        for problem in [Problem::PCenter { p: 6 }, Problem::SetCover { within: 150.0 }, Problem::MaxCover { p: 6, within: 150.0 }] {
            let one = run(&points, problem, Method::Own);
            let two = solve(&points, problem, Method::Own, &settings(2), &Silent).unwrap();
            assert_eq!((one.bounds, &one.open, &one.assignment), (two.bounds, &two.open, &two.assignment), "{problem:?}: threads");
            let other = run(&table, problem, Method::Own);
            assert!((one.bounds.primal - other.bounds.primal).abs() < 1e-9, "{problem:?} {metric:?}: {:?} {:?}", one.bounds, other.bounds);
            assert_eq!(one.termination, Termination::Optimal);
            for pool in [1, 2] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(pool).build().unwrap();
                let again = pool.install(|| run(&points, problem, Method::Own));
                assert_eq!((again.bounds, again.open), (one.bounds, one.open.clone()), "{problem:?}: pools");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_multipliers_bound_from_below(seed in 0_u64..1000, scale in 0.0..80.0_f64) {
        let instance = random(seed);
        let mut state = brute::Lcg(seed + 77);
        let u: Vec<f64> = (0..instance.clients()).map(|_| scale * (state.next() % 1000) as f64 / 100.0).collect();
        for problem in [Problem::PMedian { p: 2 }, Problem::Uncapacitated] {
            if let Some(best) = optimum(&instance, &problem) {
                let bound = lagrangian_bound(&instance, &problem, &[], &u).unwrap();
                prop_assert!(bound <= best + 1e-6 * best.abs().max(1.0), "{problem:?}: {bound} above {best}");
            }
        }
    }

    #[test]
    fn another_candidate_never_hurts(seed in 0_u64..1000) {
        let points = scattered(30, seed, Metric::Euclid);
        let Distance::Points { clients, sites, metric } = &points.service.distance else { unreachable!() };
        let fewer = Instance {
            service: Service { distance: Distance::Points { clients: clients.clone(), sites: sites[..20].to_vec(), metric: *metric }, per_unit: true },
            ..points.clone()
        };
        for problem in [Problem::PCenter { p: 3 }, Problem::MaxCover { p: 3, within: 200.0 }, Problem::PMedian { p: 3 }] {
            let (few, all) = (run(&fewer, problem, Method::Auto).bounds, run(&points, problem, Method::Auto).bounds);
            let worse = if problem.maximises() { few.primal - all.primal } else { all.primal - few.primal };
            prop_assert!(worse <= 1e-6 * all.primal.abs().max(1.0), "{problem:?}: {few:?} {all:?}");
            for b in [few, all] {
                let crossed = if problem.maximises() { b.primal - b.dual } else { b.dual - b.primal };
                prop_assert!(crossed <= 1e-9 * b.primal.abs().max(1.0));
            }
        }
    }

    #[test]
    fn points_on_the_certificate_scan_and_index_agree(seed in 0_u64..500, radius in 1.0..900.0_f64) {
        for metric in [Metric::Euclid, Metric::FloorEuclid, Metric::RoundEuclid] {
            let points = scattered(60, seed, metric);
            let table = as_table(&points);
            let u: Vec<f64> = points.demand.iter().map(|w| w * radius).collect();
            let (a, b) = (lagrangian_bound(&points, &Problem::PMedian { p: 4 }, &[], &u).unwrap(), lagrangian_bound(&table, &Problem::PMedian { p: 4 }, &[], &u).unwrap());
            prop_assert!((a - b).abs() <= 1e-9 * a.abs().max(1.0), "{a} {b}");
        }
    }
}
