//! Capacitated and two-level location against brute force on tiny random instances, and what must hold on any.

#![allow(clippy::unwrap_used)] // helpers of tests stop hard, as tests do

mod location_capacitated {
    pub mod brute;
    pub mod made;
}

use fenji::instance::{Distance, Instance, Problem, Service};
use fenji::location::capacitated::data::Data;
use fenji::location::capacitated::lagrangian::evaluate;
use fenji::location::search::{Evaluation, Fix};
use fenji::location::{Answer, Assignment, Settings, capacitated, levels};
use fenji::outcome::{Limit, Limits, Silent, StopFlag, Termination};
use location_capacitated::{brute, made};
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn settings(threads: usize, seconds: f64) -> Settings {
    Settings { limits: Limits { time: Some(Duration::from_secs_f64(seconds)), gap: 1e-6, threads }, seed: 1 }
}

fn solve(instance: &Instance, problem: Problem, threads: usize) -> Answer {
    let two = matches!(problem, Problem::TwoLevel | Problem::TwoStage);
    let s = settings(threads, 60.0);
    if two { levels::solve(instance, problem, &s, &Silent) } else { capacitated::solve(instance, problem, &s, &Silent) }.unwrap()
}

/// The best value, and that the answer is what it says.
fn agrees(instance: &Instance, problem: Problem) -> Result<(), TestCaseError> {
    let best = brute::best(instance, problem);
    let answer = solve(instance, problem, 1);
    if best.is_infinite() {
        prop_assert_eq!(answer.termination, Termination::Infeasible);
        prop_assert!(!answer.repair.is_empty());
        return Ok(());
    }
    prop_assert_eq!(answer.termination, Termination::Optimal);
    let tolerance = 2e-6 * best.abs().max(1.0);
    prop_assert!((answer.bounds.primal - best).abs() <= tolerance, "{} instead of {best}", answer.bounds.primal);
    prop_assert!(answer.bounds.dual <= best + tolerance, "bound {} above {best}", answer.bounds.dual);
    let value = brute::value(instance, problem, &answer).map_err(TestCaseError::fail)?;
    prop_assert!((value - answer.bounds.primal).abs() <= tolerance, "the answer costs {value}, not {}", answer.bounds.primal);
    let again = solve(instance, problem, 2);
    prop_assert_eq!((&again.open, &again.upper_open, &again.assignment), (&answer.open, &answer.upper_open, &answer.assignment));
    prop_assert!(again.bounds == answer.bounds, "{:?} and {:?} with two threads", answer.bounds, again.bounds);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn split_clients(instance in made::single_level(5, 4)) {
        agrees(&instance, Problem::Capacitated)?;
    }

    #[test]
    fn clients_from_one_site(instance in made::single_level(5, 4)) {
        agrees(&instance, Problem::SingleSource)?;
    }

    #[test]
    fn capacitated_p_median(instance in made::single_level(5, 4), p in 0usize..6) {
        agrees(&instance, Problem::CapacitatedPMedian { p })?;
    }

    #[test]
    fn two_levels(instance in made::two_levels(5, 3, 3, false)) {
        agrees(&instance, Problem::TwoLevel)?;
    }

    #[test]
    fn two_levels_with_more_plants_than_are_listed(instance in made::two_levels(4, 3, 12, false)) {
        agrees(&instance, Problem::TwoLevel)?;
    }

    #[test]
    fn two_stages(instance in made::two_levels(4, 3, 2, true)) {
        agrees(&instance, Problem::TwoStage)?;
    }

    /// Ways a thousand times dearer than the rest, and sums that round.
    #[test]
    fn two_stages_with_dear_ways(instance in made::two_levels(5, 4, 2, true)) {
        agrees(&made::with_dear_ways(instance), Problem::TwoStage)?;
    }

    #[test]
    fn any_multipliers_give_a_bound(instance in made::single_level(5, 4), u in prop::collection::vec(-20.0f64..80.0, 5)) {
        for problem in [Problem::Capacitated, Problem::SingleSource, Problem::CapacitatedPMedian { p: 2 }] {
            let data = Data::new(&instance, problem).unwrap();
            let mut out = Evaluation::default();
            evaluate(&data, &u, &[Fix::Free; 4], &mut out);
            let best = brute::best(&instance, problem);
            prop_assert!(out.bound <= best + 1e-6 * best.abs(), "{problem:?}: bound {} above {best}", out.bound);
            prop_assert!(out.base <= out.bound + 1e-9 * out.bound.abs());
            // what turning a decision adds to the bound is a bound too
            for j in 0..4 {
                if out.reduced[j] == 0.0 || !out.base.is_finite() {
                    continue;
                }
                let best = brute::best_with(&instance, problem, j, out.reduced[j] > 0.0);
                prop_assert!(out.base + out.reduced[j].abs() <= best + 1e-6 * best.abs(), "{problem:?}: reduced cost of {j}: {}", out.reduced[j]);
            }
        }
    }

    #[test]
    fn another_site_never_hurts(instance in made::single_level(5, 4)) {
        let fewer = made::without_last_site(&instance);
        for problem in [Problem::Capacitated, Problem::SingleSource] {
            let (more, less) = (solve(&instance, problem, 1).bounds.primal, solve(&fewer, problem, 1).bounds.primal);
            prop_assert!(more <= less + 1e-5 * less.abs(), "{more} with one site more than {less}");
        }
    }
}

/// Instances on which the multipliers once ran away to 1e17, where reduced costs are rounding and fixed the optimum out.
#[test]
fn multipliers_do_not_run_away() {
    let table = |values: &[f64], per_unit| Service { distance: Distance::Table { sites: 4, values: values.to_vec() }, per_unit };
    let values = [
        0.0,
        10.819871339076087,
        0.0,
        35.0,
        0.0,
        29.0,
        0.0,
        35.98061209159559,
        10.0,
        18.0,
        10.0,
        0.0,
        0.0,
        15.0,
        0.0,
        7.0,
        0.0,
        16.0,
        0.0,
        10.0,
    ];
    let split = Instance {
        demand: vec![6.0, 1.0, 0.0, 1.0, 5.0],
        fixed: vec![10.0, 24.0, 10.0, 12.0],
        capacity: vec![0.0, 5.0, 0.0, 13.0],
        service: table(&values, false),
        ..Instance::default()
    };
    agrees(&split, Problem::Capacitated).unwrap();
    let values = [0.0, 0.0, 31.0, 32.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5.0, 0.0, 0.0, 1.0, 6.0, 0.0, 0.0, 5.0, 7.0];
    let median = Instance {
        demand: vec![1.0, 1.0, 7.0, 1.0, 4.0],
        fixed: vec![0.0; 4],
        capacity: vec![0.0, 0.0, 11.0, 6.0],
        service: table(&values, true),
        ..Instance::default()
    };
    agrees(&median, Problem::CapacitatedPMedian { p: 3 }).unwrap();
}

#[test]
fn larger_ones_keep_bound_below_value_and_do_not_depend_on_threads() {
    for (seed, problem) in [(1, Problem::Capacitated), (2, Problem::SingleSource), (3, Problem::CapacitatedPMedian { p: 5 })] {
        let instance = made::plane(40, 15, seed, 3.0);
        let (one, two) = (solve(&instance, problem, 1), solve(&instance, problem, 2));
        assert!(one.bounds.dual <= one.bounds.primal);
        assert_eq!(one.termination, Termination::Optimal, "{problem:?}");
        assert!((brute::value(&instance, problem, &one).unwrap() - one.bounds.primal).abs() < 1e-6 * one.bounds.primal);
        assert_eq!((one.open, one.assignment, one.bounds), (two.open, two.assignment, two.bounds), "{problem:?}");
    }
}

#[test]
fn a_time_limit_is_kept_with_a_valid_interval() {
    let instance = made::plane(300, 150, 7, 5.0);
    for problem in [Problem::Capacitated, Problem::SingleSource, Problem::CapacitatedPMedian { p: 40 }] {
        let started = Instant::now();
        let answer = capacitated::solve(&instance, problem, &settings(2, 0.4), &Silent).unwrap();
        assert!(started.elapsed() < Duration::from_secs(4), "{problem:?} took {:?}", started.elapsed());
        assert!(answer.bounds.dual <= answer.bounds.primal);
        if answer.bounds.primal.is_finite() {
            let value = brute::value(&instance, problem, &answer).unwrap();
            assert!((value - answer.bounds.primal).abs() < 1e-6 * value, "{problem:?}");
        }
    }
}

#[test]
fn a_wish_to_stop_is_heard_at_once() {
    let instance = made::plane(300, 150, 7, 5.0);
    let flag = StopFlag::default();
    flag.stop();
    let started = Instant::now();
    let answer = capacitated::solve(&instance, Problem::Capacitated, &settings(1, 60.0), &flag).unwrap();
    assert!(started.elapsed() < Duration::from_secs(3));
    assert!(matches!(answer.termination, Termination::Feasible(Limit::Interrupted) | Termination::NoSolution(Limit::Interrupted)));
}

#[test]
fn what_is_missing_is_said_in_amounts() {
    let mut instance = made::plane(6, 3, 1, 2.0);
    instance.demand = vec![10.0; 6];
    instance.capacity = vec![15.0; 3];
    let answer = solve(&instance, Problem::Capacitated, 1);
    assert_eq!(answer.termination, Termination::Infeasible);
    assert!(answer.repair[0].contains("15 more"), "{:?}", answer.repair);
    instance.capacity = vec![9.0, 30.0, 30.0];
    instance.demand[2] = 31.0;
    instance.demand[3] = 1.0;
    let answer = solve(&instance, Problem::SingleSource, 1);
    assert_eq!(answer.termination, Termination::Infeasible);
    assert!(answer.repair.iter().any(|r| r.contains("client 3")), "{:?}", answer.repair);
    instance.demand = vec![10.0; 6];
    let answer = solve(&instance, Problem::CapacitatedPMedian { p: 1 }, 1);
    assert!(answer.repair.iter().any(|r| r.contains("raise p to at least 2")), "{:?}", answer.repair);
    let answer = solve(&instance, Problem::CapacitatedPMedian { p: 9 }, 1);
    assert!(answer.repair.iter().any(|r| r.contains("lower p to 3")), "{:?}", answer.repair);
    if let Distance::Table { sites, values } = &mut instance.service.distance {
        values[4 * *sites..5 * *sites].fill(f64::INFINITY);
    }
    let answer = solve(&instance, Problem::Capacitated, 1);
    assert_eq!((answer.termination, answer.unreachable), (Termination::Infeasible, vec![4]));
}

#[test]
fn nothing_zero_and_huge_are_answered() {
    let empty = Instance::default();
    assert!(levels::solve(&empty, Problem::TwoLevel, &settings(1, 5.0), &Silent).is_err(), "no plants");
    for problem in [Problem::Capacitated, Problem::SingleSource, Problem::CapacitatedPMedian { p: 0 }] {
        let answer = solve(&empty, problem, 1);
        assert_eq!((answer.termination, answer.bounds.primal), (Termination::Optimal, 0.0), "{problem:?}");
        let mut instance = made::plane(8, 4, 3, 3.0);
        instance.demand.fill(0.0);
        let problem = if let Problem::CapacitatedPMedian { .. } = problem { Problem::CapacitatedPMedian { p: 2 } } else { problem };
        let answer = solve(&instance, problem, 1);
        assert_eq!(answer.termination, Termination::Optimal, "{problem:?} without demand");
        let mut instance = made::plane(8, 4, 3, 3.0);
        if let Distance::Table { values, .. } = &mut instance.service.distance {
            values.iter_mut().for_each(|v| *v *= 1e12);
        }
        instance.capacity[1] = 0.0;
        let answer = solve(&instance, problem, 1);
        assert!(answer.bounds.dual <= answer.bounds.primal, "{problem:?} with huge costs");
        assert!(matches!(answer.assignment, Assignment::Split(_) | Assignment::Single(_)));
    }
}
