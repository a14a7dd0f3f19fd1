//! Mobile services: the golden value, brute force on small routing questions, proven bounds, repairs, and a check that refuses altered plans.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::float_cmp)] // tests stop hard

#[path = "common/demo.rs"]
mod demo;
#[path = "common/tiny.rs"]
mod tiny;

use fenji::check::check_reform;
use fenji::demand::Problem;
use fenji::ids::{FacilityId, SettlementId};
use fenji::network::Case;
use fenji::outcome::{Limits, Silent, Termination};
use fenji::plan::reform::mobile::MobileAnswer;
use fenji::plan::reform::{Model, REFORM_KIND, REFORM_VERSION, ReformAnswer, ReformPlan};
use fenji::policy::reform::Mobile;
use fenji::policy::reform::mobile::Rhythm;
use fenji::policy::{Reform, Scenario, pack};
use fenji::reform::{ReformInput, Reformed, Repair, Solved, solve};
use fenji::routing::{self, Stops, bound, route};
use fenji::travel::Place;
use proptest::prelude::*;
use std::sync::Arc;

fn ask(case: &Case, problem: &Problem, mobile: Mobile) -> Result<(Box<Solved>, ReformPlan), Vec<Repair>> {
    let rules = Reform { mobile, ..Reform::default() };
    let pack = pack::load("P2025").unwrap();
    let input = ReformInput { case, problem, pack: &pack, rules: &rules, referral: None, limits: Limits::default(), seed: 1 };
    let solved = match solve(Model::Mobile, &input, &Silent).unwrap() {
        Reformed::Answer(solved) => solved,
        Reformed::Infeasible(repairs) => return Err(repairs),
    };
    let plan = ReformPlan {
        version: REFORM_VERSION,
        kind: REFORM_KIND.into(),
        fenji: "test".into(),
        case: case.network.name.clone(),
        policy: "P2025".into(),
        scenario: Scenario { reform: Some(rules), ..Scenario::default() },
        objective: solved.objective,
        unit: solved.unit.into(),
        maximised: solved.maximised,
        bounds: solved.bounds,
        termination: solved.termination,
        answer: solved.answer.clone(),
        backend: solved.backend.clone(),
        seconds: 0.0,
        provenance: Vec::new(),
    };
    Ok((solved, plan))
}

fn answer(plan: &ReformPlan) -> &MobileAnswer {
    match &plan.answer {
        ReformAnswer::Mobile(a) => a,
        _ => panic!("another model"),
    }
}

#[test]
fn golden_nine_villages_of_the_prefecture_take_two_days() {
    let Some((case, arcs)) = demo::load() else { return };
    let expected = demo::expected().unwrap();
    let problem = Problem::assemble(&case, Arc::new(arcs), &pack::load("P2025").unwrap(), &Scenario::default()).unwrap();
    let n = &case.network;
    let base = n.facilities.iter().position(|f| f.code == "C3K1").unwrap();
    let area = n.facilities[base].area.unwrap();
    let mut far: Vec<(f64, usize)> = (0..n.settlements.len())
        .filter(|&i| n.settlements[i].area == area)
        .map(|i| {
            let t = case.travel.minutes_between(n, Place::Settlement(SettlementId::new(i)), Place::Facility(FacilityId::new(base)));
            (t.unwrap(), i)
        })
        .collect();
    far.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let villages = far[..9].iter().map(|(_, i)| n.settlements[*i].code.clone()).collect();
    let rules = Mobile { villages, bases: vec!["C3K1".into()], rhythm: Rhythm::FourWeekly, ..Mobile::default() };
    let (solved, plan) = ask(&case, &problem, rules).unwrap();
    let a = answer(&plan);
    let golden = &expected["G2_mobile"];
    assert_eq!(f64::from(a.rounds[0].tours), golden["days"].as_f64().unwrap());
    assert!((a.rounds[0].travel - golden["travel_min"].as_f64().unwrap()).abs() < 1e-4, "{}", a.rounds[0].travel);
    assert!((a.rounds[0].travel - 366.8793).abs() < 1e-4);
    assert_eq!(solved.termination, Termination::Optimal);
    assert_eq!(check_reform(&case, &problem, &plan, None), Vec::new());
}

/// Every partition of the stops into tours, every order of each: fewest tours, then least travel.
fn brute(stops: &Stops) -> (usize, f64) {
    fn least(stops: &Stops, tour: &mut Vec<usize>, k: usize) -> f64 {
        if k == tour.len() {
            return stops.travel(tour);
        }
        let mut best = f64::INFINITY;
        for i in k..tour.len() {
            tour.swap(k, i);
            best = best.min(least(stops, tour, k + 1));
            tour.swap(k, i);
        }
        best
    }
    fn share(stops: &Stops, i: usize, parts: &mut Vec<Vec<usize>>, best: &mut (usize, f64)) {
        if i == stops.len() {
            let mut travel = 0.0;
            for p in parts.iter() {
                let t = least(stops, &mut p.clone(), 0);
                if !stops.fits(t + p.iter().map(|&s| stops.service[s]).sum::<f64>()) {
                    return;
                }
                travel += t;
            }
            if parts.len() < best.0 || (parts.len() == best.0 && travel < best.1) {
                *best = (parts.len(), travel);
            }
            return;
        }
        for p in 0..parts.len() {
            parts[p].push(i);
            share(stops, i + 1, parts, best);
            parts[p].pop();
        }
        parts.push(vec![i]);
        share(stops, i + 1, parts, best);
        parts.pop();
    }
    let mut best = (usize::MAX, f64::INFINITY);
    share(stops, 0, &mut Vec::new(), &mut best);
    best
}

/// Stops on a plane around a base in its middle; ways back are a little longer than ways there.
fn plane(points: &[(f64, f64)], service: f64, day: f64) -> Stops {
    let all: Vec<(f64, f64)> = std::iter::once((50.0, 50.0)).chain(points.iter().copied()).collect();
    let minutes = (0..all.len())
        .map(|i| {
            (0..all.len())
                .map(|j| if i == j { 0.0 } else { (all[i].0 - all[j].0).hypot(all[i].1 - all[j].1) * if i < j { 1.0 } else { 1.1 } + 3.0 })
                .collect()
        })
        .collect();
    Stops { minutes, service: vec![service; points.len()], day }
}

/// What must hold of any answer.
fn valid(stops: &Stops, found: &routing::Tours) {
    let mut seen: Vec<usize> = found.tours.iter().flatten().copied().collect();
    seen.sort_unstable();
    assert_eq!(seen, (0..stops.len()).collect::<Vec<_>>());
    assert!(found.tours.iter().all(|t| !t.is_empty() && stops.fits(stops.length(t))));
    assert!(found.fewest <= found.tours.len() && found.least_travel <= found.travel + 1e-9);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn few_stops_are_exact_and_bounds_hold(points in prop::collection::vec((0.0..100.0_f64, 0.0..100.0_f64), 1..8), service in 0.0..60.0_f64, day in 220.0..480.0_f64) {
        let stops = plane(&points, service, day);
        let (tours, travel) = brute(&stops);
        let found = route(&stops, 1, &Silent).unwrap();
        valid(&stops, &found);
        prop_assert_eq!(found.tours.len(), tours);
        prop_assert!((found.travel - travel).abs() < 1e-9);
        // the bound and the search, which larger questions rest on, on the same stops
        let searched = routing::search::improve(&stops, routing::savings::solve(&stops), 1, &Silent);
        let value: f64 = searched.iter().map(|t| stops.travel(t)).sum();
        prop_assert!(searched.len() >= tours && (searched.len() > tours || value >= travel - 1e-9));
        let proof = bound::prove(&stops, &searched, value);
        prop_assert!(proof.fewest <= tours, "{} tours proven where {} do", proof.fewest, tours);
        if searched.len() == tours {
            prop_assert!(proof.least_travel <= travel + 1e-9);
        }
        // any multipliers are valid
        let wild: Vec<f64> = (0..=points.len()).map(|i| 7.0 * (i as f64 * 1.7).sin()).collect();
        prop_assert!(bound::least_travel(&stops, &wild, tours) <= travel + 1e-9);
    }

    #[test]
    fn many_stops_are_valid_and_close(seed in 0_u64..1000) {
        let mut r = tiny::Lcg(seed * 77 + 5);
        let points: Vec<(f64, f64)> = (0..30).map(|_| (r.between(0.0, 100.0), r.between(0.0, 100.0))).collect();
        let stops = plane(&points, 40.0, 480.0);
        let found = route(&stops, 3, &Silent).unwrap();
        valid(&stops, &found);
        prop_assert!(!found.exact && found.tours.len() <= found.fewest + 1);
        prop_assert!(found.travel <= 1.35 * found.least_travel, "{} against {}", found.travel, found.least_travel);
        prop_assert_eq!(&found, &route(&stops, 3, &Silent).unwrap());
    }
}

#[test]
fn sixteen_stops_are_searched_as_well_as_they_are_solved() {
    for seed in 0..4 {
        let mut r = tiny::Lcg(seed + 400);
        let points: Vec<(f64, f64)> = (0..14).map(|_| (r.between(0.0, 100.0), r.between(0.0, 100.0))).collect();
        let stops = plane(&points, 45.0, 420.0);
        let exact = route(&stops, 1, &Silent).unwrap();
        let searched = routing::search::improve(&stops, routing::savings::solve(&stops), 1, &Silent);
        let travel: f64 = searched.iter().map(|t| stops.travel(t)).sum();
        assert!(exact.exact && searched.len() == exact.tours.len());
        assert!(travel <= exact.travel * 1.002 + 1e-9, "{travel} against {}", exact.travel);
    }
}

/// A county whose villages lie far from every site, with its problem.
fn county(seed: u64) -> (Case, Problem) {
    let case = tiny::network(seed, 2);
    let problem = tiny::problem(&case, "");
    (case, problem)
}

fn everyone(case: &Case, rhythms: &[(usize, Rhythm)]) -> Mobile {
    let rural = case.network.settlements.iter().filter(|s| !case.network.is_urban(s.area));
    let villages: Vec<String> = rural.map(|s| s.code.clone()).collect();
    let rhythms = rhythms.iter().map(|(i, r)| (villages[*i].clone(), *r)).collect();
    Mobile { villages, rhythms, service_minutes: 30.0, ..Mobile::default() }
}

#[test]
fn rhythms_are_kept_and_altered_plans_are_refused() {
    let (case, problem) = county(3);
    let rules = everyone(&case, &[(0, Rhythm::Weekly), (1, Rhythm::Fortnightly), (2, Rhythm::Fortnightly)]);
    let (solved, plan) = ask(&case, &problem, rules).unwrap();
    assert_eq!(check_reform(&case, &problem, &plan, None), Vec::new());
    assert_eq!(solved.objective, solved.bounds.dual);
    let a = answer(&plan);
    for v in &a.villages {
        let mut days: Vec<u32> = a.tours.iter().filter(|t| t.stops.contains(&v.settlement)).flat_map(|t| t.days.clone()).collect();
        days.sort_unstable();
        assert_eq!(days.len() as u32, 28 / v.rhythm.days());
        assert!(days.windows(2).all(|w| w[1] - w[0] == v.rhythm.days()));
    }
    type Change = fn(&mut ReformPlan, &mut MobileAnswer);
    let changes: [(&str, Change); 11] = [
        ("value", |_, a| a.tours[0].travel -= 5.0),
        ("limit", |_, a| a.tours[0].days[0] += 1),
        ("limit", |_, a| a.tours[0].team += 1),
        ("limit", |_, a| {
            a.tours[0].stops.pop();
        }),
        ("names", |_, a| {
            a.villages.pop();
        }),
        ("value", |_, a| a.villages[0].people += 1),
        ("limit", |_, a| a.villages[0].rhythm = Rhythm::FourWeekly),
        ("bounds", |_, a| a.rounds[0].least_travel += 1.0),
        ("value", |_, a| a.cost += 1000.0),
        ("value", |_, a| a.bases[0].days += 1),
        ("objective", |p, _| {
            p.objective += 1.0;
            p.bounds.primal += 1.0;
        }),
    ];
    for (n, (code, change)) in changes.into_iter().enumerate() {
        let mut other = plan.clone();
        let mut a = answer(&plan).clone();
        change(&mut other, &mut a);
        other.answer = ReformAnswer::Mobile(a);
        let found = check_reform(&case, &problem, &other, None);
        assert!(found.iter().any(|v| v.code == code), "change {n} is not refused as {code}: {found:?}");
    }
}

#[test]
fn what_cannot_be_done_comes_with_amounts() {
    let (case, problem) = county(3);
    // a day too short for the farthest village: the amount mends it
    let short = Mobile { day_minutes: 45.0, ..everyone(&case, &[]) };
    let repairs = ask(&case, &problem, short.clone()).unwrap_err();
    assert!(!repairs.is_empty() && repairs.iter().all(|r| r.kind == "mobile-day"));
    let most = repairs.iter().map(|r| r.amount).fold(0.0, f64::max);
    assert!(ask(&case, &problem, Mobile { day_minutes: short.day_minutes + most + 1e-6, ..short.clone() }).is_ok());
    assert!(ask(&case, &problem, Mobile { day_minutes: short.day_minutes + most - 1e-3, ..short }).is_err());
    // no teams where some are needed, and more than enough
    let base = answer(&ask(&case, &problem, everyone(&case, &[])).unwrap().1).bases[0].base.clone();
    let none = Mobile { teams: [(base.clone(), 0)].into(), ..everyone(&case, &[]) };
    let repairs = ask(&case, &problem, none).unwrap_err();
    assert!(repairs.iter().any(|r| r.kind == "mobile-teams" && r.place == base && r.amount >= 1.0));
    let many = Mobile { teams: [(base, 99)].into(), ..everyone(&case, &[]) };
    let (_, plan) = ask(&case, &problem, many).unwrap();
    assert_eq!(check_reform(&case, &problem, &plan, None), Vec::new());
    // no hospital that may send a team
    let repairs = ask(&case, &problem, Mobile { base_tiers: Vec::new(), ..everyone(&case, &[]) }).unwrap_err();
    assert!(repairs.iter().all(|r| r.kind == "mobile-base" && r.now >= 1.0));
}

#[test]
fn nobody_out_of_reach_needs_no_team() {
    let (case, problem) = county(1);
    let (solved, plan) = ask(&case, &problem, Mobile { reach_minutes: 10_000.0, ..Mobile::default() }).unwrap();
    assert_eq!(check_reform(&case, &problem, &plan, None), Vec::new());
    assert!(answer(&plan).tours.is_empty() && solved.objective == 0.0);
    assert_eq!(answer(&plan).people[0], answer(&plan).people[1]);
}

#[test]
fn the_example_is_a_scenario() {
    let text = std::fs::read_to_string("examples/reform/mobile.toml").unwrap();
    let scenario: Scenario = toml::from_str(&text).unwrap();
    assert_eq!(scenario.reform.unwrap().mobile.service_per_100, 5.0);
}
