//! Invariants of model section 7 on random small networks, and the LP against brute force and other solvers.
#![allow(clippy::unwrap_used)] // a test may fail loudly

#[path = "common/tiny.rs"]
mod tiny;

use fenji::backend;
use fenji::demand::Problem;
use fenji::network::{Kind, Tier};
use fenji::outcome::{Limits, Silent, Termination};
use fenji::referral::{Method, ReferralSolution, SolveOptions, solve};
use proptest::prelude::*;

fn run_with(problem: &Problem, backend: &str, method: Method) -> ReferralSolution {
    let options = SolveOptions { backend: backend.into(), method, limits: Limits { threads: 2, ..Limits::default() } };
    solve(problem, &options, &Silent).unwrap()
}

fn best() -> &'static str {
    backend::names()[0]
}

fn z(problem: &Problem) -> f64 {
    run_with(problem, best(), Method::Lazy).parts.total()
}

fn close(a: f64, b: f64, rel: f64) -> bool {
    (a - b).abs() <= rel * a.abs().max(b.abs()).max(1.0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn primal_equals_dual_and_every_method_agrees(seed in 0u64..100_000, gamma in 0.0f64..1.0) {
        let p = tiny::problem(&tiny::network(seed, 2), &format!("gamma = {gamma}"));
        let lean = run_with(&p, best(), Method::Lazy);
        prop_assert_eq!(lean.termination, Termination::Optimal);
        prop_assert!(close(lean.bounds.primal, lean.bounds.dual, 1e-7), "{:?}", lean.bounds);
        for method in [Method::Text, Method::Direct, Method::Decomposed] {
            let other = run_with(&p, best(), method);
            prop_assert!(close(other.parts.total(), lean.parts.total(), 1e-6), "{:?}: {} against {}", method, other.parts.total(), lean.parts.total());
            prop_assert!(other.bounds.dual <= lean.bounds.primal * (1.0 + 1e-9));
        }
    }

    #[test]
    fn cases_are_conserved_and_nobody_is_treated_below_need(seed in 0u64..100_000, gamma in 0.0f64..1.0) {
        let p = tiny::problem(&tiny::network(seed, 2), &format!("gamma = {gamma}"));
        let s = run_with(&p, best(), Method::Lazy);
        let sum = |v: &[f64]| v.iter().sum::<f64>();
        let demand: f64 = p.demand.iter().sum();
        let out = sum(&s.flows.treated.cases) + sum(&s.flows.unserved.cases) + sum(&s.flows.no_access.cases);
        prop_assert!(close(out, demand, 1e-6), "{} of {}", out, demand);
        for (_, j, k, cases) in s.flows.treated.rows() {
            let (rank, class) = (p.network.facilities[j].rank(), &p.classes[k]);
            prop_assert!(class.lowest_rank <= rank && rank <= class.highest_rank, "{} of {} at rank {}", cases, class.code, rank);
        }
        let mut treated = std::collections::HashMap::new();
        for (a, j, k, cases) in s.flows.treated.rows() {
            treated.insert((a, j, k), cases);
        }
        let mut down = std::collections::HashMap::new();
        for (a, j, _, k, cases) in s.flows.down.rows() {
            *down.entry((a, j, k)).or_insert(0.0) += cases;
        }
        for (key, cases) in down {
            prop_assert!(cases <= 0.6 * treated[&key] * (1.0 + 1e-6) + 1e-6);
        }
    }

    #[test]
    fn steering_more_never_costs_more(seed in 0u64..100_000, low in 0.0f64..0.9, more in 0.01f64..0.1) {
        let case = tiny::network(seed, 1);
        let (a, b) = (z(&tiny::problem(&case, &format!("gamma = {low}"))), z(&tiny::problem(&case, &format!("gamma = {}", low + more))));
        prop_assert!(b <= a * (1.0 + 1e-9), "{} then {}", a, b);
    }

    #[test]
    fn a_bed_never_costs_and_is_worth_its_dual(seed in 0u64..100_000, pick in 0usize..1000) {
        let mut p = tiny::problem(&tiny::network(seed, 1), "gamma = 0.3");
        let s = run_with(&p, best(), Method::Lazy);
        let with_beds: Vec<usize> = (0..p.beds.len()).filter(|&j| p.beds[j] > 0.0).collect();
        let j = with_beds[pick % with_beds.len()];
        let step = 1e-3;
        p.beds[j] += step;
        let more = z(&p);
        prop_assert!(more <= s.parts.total() * (1.0 + 1e-9));
        p.beds[j] -= 2.0 * step;
        let less = z(&p);
        // the dual lies between the one-sided differences
        let (right, left) = ((s.parts.total() - more) / step, (less - s.parts.total()) / step);
        let worth = s.marginals.bed[j];
        let slack = 1e-3 * worth.max(1000.0);
        prop_assert!(right - slack <= worth && worth <= left + slack, "{} <= {} <= {}", right, worth, left);
    }

    #[test]
    fn twice_the_people_and_capacity_cost_twice(seed in 0u64..100_000) {
        let p = tiny::problem(&tiny::network(seed, 1), "gamma = 0.5");
        let mut q = p.clone();
        for v in [&mut q.demand, &mut q.beds, &mut q.doctors] {
            v.iter_mut().for_each(|x| *x *= 2.0);
        }
        prop_assert!(close(2.0 * z(&p), z(&q), 1e-7));
    }

    #[test]
    fn the_order_of_settlements_does_not_matter(seed in 0u64..100_000) {
        let case = tiny::network(seed, 1);
        let mut turned = case.clone();
        turned.network.settlements.reverse();
        prop_assert!(close(z(&tiny::problem(&case, "gamma = 0.4")), z(&tiny::problem(&turned, "gamma = 0.4")), 1e-7));
    }

    #[test]
    fn the_answer_does_not_depend_on_threads(seed in 0u64..100_000) {
        let p = tiny::problem(&tiny::network(seed, 3), "gamma = 0.2");
        let at = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| run_with(&p, best(), Method::Decomposed));
        let (one, four) = (at(1), at(4));
        prop_assert_eq!(one.flows, four.flows);
    }
}

/// C12 is written with floors on the left (text) and moved to the right (lean): both must say the same.
#[test]
fn reserves_of_group_leaders_are_the_same_in_every_form() {
    let mut bites = false;
    for seed in 0..4 {
        let mut case = tiny::network(seed, 2);
        case.network.facilities.iter_mut().filter(|f| f.rank() == 3).for_each(|f| f.group_leader = true);
        let free = z(&tiny::problem(&case, "gamma = 0.3"));
        let p = tiny::problem(&case, "gamma = 0.3\n[switches]\ngroup_reserve = true");
        let text = run_with(&p, best(), Method::Text).parts.total();
        bites |= text > free * (1.0 + 1e-6);
        for method in [Method::Lazy, Method::Direct, Method::Decomposed] {
            let other = run_with(&p, best(), method).parts.total();
            assert!(close(other, text, 1e-6), "seed {seed} {method:?}: {other} against {text}");
        }
    }
    assert!(bites, "the reserve binds nowhere, so this shows nothing");
}

#[test]
fn other_solvers_agree() {
    for seed in 0..3 {
        let p = tiny::problem(&tiny::network(seed, 1), "gamma = 0.3");
        let mut values = Vec::new();
        for name in backend::names() {
            let s = run_with(&p, name, Method::Direct);
            assert!(close(s.bounds.primal, s.bounds.dual, 1e-6), "{name}: {:?}", s.bounds);
            values.push((name, s.parts.total()));
        }
        for (name, v) in &values {
            assert!(close(*v, values[0].1, 1e-6), "{name} says {v}, {} says {}", values[0].0, values[0].1);
        }
    }
}

/// One settlement, a clinic, a centre and a hospital, one class: every way of dealing with whole cases, by enumeration.
#[test]
fn the_lp_is_the_best_of_all_ways() {
    for (clinic, centre, hospital) in [(3.0, 5.0, 20.0), (0.0, 4.0, 3.0), (12.0, 12.0, 12.0), (6.0, 2.0, 1.0)] {
        let mut case = tiny::network(1, 0);
        let net = &mut case.network;
        net.areas[0].urban = false;
        net.settlements.truncate(1);
        net.towns.truncate(1);
        net.settlements[0].population = fenji::units::Persons(10);
        net.towns[0].population = fenji::units::Persons(10);
        net.classes.retain(|k| k.code == "O2");
        net.classes[0].rate = 1.0;
        let at = (net.settlements[0].position.x, net.settlements[0].position.y);
        let tier = |t: Tier| *net.tiers.get(t);
        // doctors such that exactly so many consultations fit
        let fte = |t: Tier, consultations: f64| consultations / tier(t).visits_per_doctor_year();
        net.facilities = vec![
            tiny::facility("V", Tier::V, Some(0), Some(0), at, 0, fte(Tier::V, clinic)),
            tiny::facility("T", Tier::T, Some(0), Some(0), (at.0 + 5.0, at.1), 0, fte(Tier::T, centre)),
            tiny::facility("K", Tier::K, Some(0), None, (at.0 + 20.0, at.1), 0, fte(Tier::K, hospital)),
        ];
        let p = tiny::problem(
            &case,
            "gamma = 1.0\ntargets_off = [\"first_contact\", \"primary_share\", \"in_county\", \"in_county_ip\", \"down_rate\"]",
        );
        assert_eq!(p.classes[0].kind, Kind::O);
        let minutes = |km: f64| 3.0 + 60.0 * 1.3 * km / 45.0;
        let (tv, tt, tk) = (minutes(0.0), minutes(5.0), minutes(20.0));
        let (vt, tk2) = (minutes(5.0), minutes(15.0));
        let unmet = 3.0 * (230.0 + 1000.0);
        // ways: cost, consultations at V, T, K
        let ways = [
            (tv + 0.5 * vt + 20.0 + 95.0, [1, 1, 0]),
            (tv + 0.5 * vt + 20.0 + 0.5 * tk2 + 20.0 + 230.0 + 60.0, [1, 1, 1]),
            (tt + 95.0, [0, 1, 0]),
            (tt + 0.5 * tk2 + 20.0 + 230.0 + 60.0, [0, 1, 1]),
            (tk + 230.0 + 60.0, [0, 0, 1]),
            (unmet, [0, 0, 0]),
        ];
        let mut best = f64::INFINITY;
        enumerate(10, &ways, &mut |n| {
            let used = |at: usize| ways.iter().zip(n).map(|(w, &c)| w.1[at] * c).sum::<usize>() as f64;
            if used(0) <= clinic && used(1) <= centre && used(2) <= hospital {
                best = best.min(ways.iter().zip(n).map(|(w, &c)| w.0 * c as f64).sum());
            }
        });
        for name in backend::names() {
            let s = run_with(&p, name, Method::Direct);
            assert!(close(s.parts.total(), best, 1e-6), "{name} ({clinic}, {centre}, {hospital}): {} against {best}", s.parts.total());
        }
    }
}

/// Calls `f` with every way of splitting `left` cases over the ways.
fn enumerate<T>(left: usize, ways: &[T], f: &mut impl FnMut(&[usize])) {
    fn go(left: usize, slots: usize, taken: &mut Vec<usize>, f: &mut impl FnMut(&[usize])) {
        if slots == 1 {
            taken.push(left);
            f(taken);
            taken.pop();
            return;
        }
        for n in 0..=left {
            taken.push(n);
            go(left - n, slots - 1, taken, f);
            taken.pop();
        }
    }
    go(left, ways.len(), &mut Vec::new(), f);
}
