//! Pre-hospital stations: fewest by brute force, ambulances by norm, expected coverage against every placing, repairs, refused plans.
#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp)] // tests stop hard

#[path = "common/tiny.rs"]
mod tiny;

use fenji::check::check_reform;
use fenji::demand::Problem;
use fenji::ids::{FacilityId, SettlementId};
use fenji::network::Case;
use fenji::outcome::{Limits, Silent, Termination};
use fenji::plan::reform::{EmergencyAnswer, Model, REFORM_KIND, REFORM_VERSION, ReformAnswer, ReformPlan};
use fenji::policy::reform::Emergency;
use fenji::policy::{Reform, Scenario, pack};
use fenji::reform::{ReformInput, Reformed, Repair, solve};
use fenji::travel::Place;
use fenji::travel::metric::distance_km;

fn ask(case: &Case, problem: &Problem, emergency: Emergency) -> Result<ReformPlan, Vec<Repair>> {
    let rules = Reform { emergency, ..Reform::default() };
    let pack = pack::load("P2025").unwrap();
    let input = ReformInput { case, problem, pack: &pack, rules: &rules, referral: None, limits: Limits::default(), seed: 1 };
    let solved = match solve(Model::Emergency, &input, &Silent).unwrap() {
        Reformed::Answer(solved) => solved,
        Reformed::Infeasible(repairs) => return Err(repairs),
    };
    Ok(ReformPlan {
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
        answer: solved.answer,
        backend: solved.backend,
        seconds: 0.0,
        provenance: Vec::new(),
    })
}

fn answer(plan: &ReformPlan) -> &EmergencyAnswer {
    match &plan.answer {
        ReformAnswer::Emergency(a) => a,
        _ => panic!("another model"),
    }
}

/// Candidate sites, and for every settlement the mask of those that cover it.
fn masks(case: &Case, rules: &Emergency) -> (Vec<usize>, Vec<u32>) {
    let n = &case.network;
    let sites: Vec<usize> =
        (0..n.facilities.len()).filter(|&j| n.facilities[j].area.is_some() && rules.tiers.contains(&n.facilities[j].tier)).collect();
    let masks = (0..n.settlements.len())
        .map(|i| {
            let s = &n.settlements[i];
            let urban = n.is_urban(s.area);
            let (km, minutes) = if urban { (rules.urban_km, rules.urban_minutes) } else { (rules.rural_km, rules.rural_minutes) };
            let mut mask = 0;
            for (bit, &j) in sites.iter().enumerate() {
                let t = case.travel.minutes_between(n, Place::Settlement(SettlementId::new(i)), Place::Facility(FacilityId::new(j)));
                if t.unwrap() <= minutes && distance_km(n.crs, s.position, n.facilities[j].position) <= km {
                    mask |= 1 << bit;
                }
            }
            mask
        })
        .collect();
    (sites, masks)
}

/// Every way to place `left` more ambulances over stations.
fn placings(stations: usize, left: u32, now: &mut Vec<u32>, all: &mut Vec<Vec<u32>>) {
    if now.len() == stations {
        if left == 0 {
            all.push(now.clone());
        }
        return;
    }
    for n in 0..=left {
        now.push(n);
        placings(stations, left - n, now, all);
        now.pop();
    }
}

#[test]
fn stations_are_as_few_as_enumeration_finds() {
    for seed in 0..12 {
        let case = tiny::network(seed, 2);
        let problem = tiny::problem(&case, "");
        let minutes = 8.0 + seed as f64;
        let rules = Emergency { rural_minutes: minutes, urban_minutes: minutes - 2.0, coverage: 0.0, ..Emergency::default() };
        let (sites, covers) = masks(&case, &rules);
        let fewest =
            (0_u32..1 << sites.len()).filter(|open| covers.iter().all(|m| *m == 0 || m & open != 0)).map(u32::count_ones).min().unwrap();
        if covers.iter().all(|m| *m == 0) {
            continue;
        }
        let plan = ask(&case, &problem, rules.clone()).unwrap();
        assert_eq!(plan.objective, f64::from(fewest), "seed {seed}");
        assert_eq!((plan.bounds.dual, plan.termination), (plan.objective, Termination::Optimal));
        assert_eq!(check_reform(&case, &problem, &plan, None), Vec::new());
        // a kept station stands, and the rest is as few as can be around it
        let kept = case.network.facilities[sites[0]].code.clone();
        let around = (0_u32..1 << sites.len())
            .filter(|open| open & 1 == 1 && covers.iter().all(|m| *m == 0 || m & open != 0))
            .map(u32::count_ones)
            .min()
            .unwrap();
        let plan = ask(&case, &problem, Emergency { keep: vec![kept.clone()], ..rules }).unwrap();
        assert_eq!(plan.objective, f64::from(around), "seed {seed} with one kept");
        assert!(answer(&plan).stations.iter().any(|s| s.facility == kept));
        assert_eq!(check_reform(&case, &problem, &plan, None), Vec::new());
    }
}

#[test]
fn no_placing_of_as_many_ambulances_exceeds_the_bound() {
    for seed in 0..6 {
        let case = tiny::network(seed, 2);
        let problem = tiny::problem(&case, "");
        let base = Emergency { people_per_ambulance: 4_000.0, coverage: 0.0, ..Emergency::default() };
        let placed = ask(&case, &problem, Emergency { availability: true, ..base.clone() }).unwrap();
        let by_load = ask(&case, &problem, base.clone()).unwrap();
        for plan in [&placed, &by_load] {
            assert_eq!(check_reform(&case, &problem, plan, None), Vec::new());
        }
        let a = answer(&placed);
        assert!(a.expected.people >= answer(&by_load).expected.people - 1e-6);
        let (sites, covers) = masks(&case, &base);
        let station: Vec<usize> =
            a.stations.iter().map(|s| sites.iter().position(|&j| case.network.facilities[j].code == s.facility).unwrap()).collect();
        // every placing of as many in each area
        let mut per_area: Vec<Vec<(usize, u32)>> = vec![Vec::new()];
        for f in &a.fleets {
            let mine: Vec<usize> = (0..station.len())
                .filter(|&s| {
                    let area = case.network.facilities[sites[station[s]]].area.unwrap();
                    case.network.area(area).code == f.area
                })
                .collect();
            let mut all = Vec::new();
            placings(mine.len(), f.ambulances, &mut Vec::new(), &mut all);
            per_area = per_area
                .iter()
                .flat_map(|before| {
                    all.iter()
                        .map(|p| before.iter().copied().chain(mine.iter().copied().zip(p.iter().copied())).collect())
                        .collect::<Vec<_>>()
                })
                .collect();
        }
        let mut best = 0.0_f64;
        for placing in &per_area {
            let people: f64 = (0..covers.len())
                .map(|i| {
                    let cars: u32 = placing.iter().filter(|(s, _)| covers[i] >> station[*s] & 1 == 1).map(|(_, n)| n).sum();
                    case.network.settlements[i].population.0 as f64 * (1.0 - base.busy.powf(f64::from(cars)))
                })
                .sum();
            best = best.max(people);
        }
        assert!(a.expected.most >= best - 1e-6, "seed {seed}: {} against {best}", a.expected.most);
        assert!(a.expected.people <= best + 1e-6 && a.expected.people >= 0.9 * best, "seed {seed}: {} of {best}", a.expected.people);
    }
}

#[test]
fn what_cannot_be_done_comes_with_places_and_altered_plans_are_refused() {
    let case = tiny::network(3, 2);
    let problem = tiny::problem(&case, "");
    let tight = Emergency { rural_minutes: 3.5, urban_minutes: 3.5, coverage: 0.9, ..Emergency::default() };
    let repairs = ask(&case, &problem, tight.clone()).unwrap_err();
    assert_eq!(repairs[0].kind, "emergency-coverage");
    let named: f64 = repairs[1..].iter().map(|r| r.amount).sum();
    assert!(repairs[0].amount > 0.0 && named >= repairs[0].amount - 1e-6);
    let nowhere = ask(&case, &problem, Emergency { tiers: Vec::new(), ..tight }).unwrap_err();
    assert_eq!(nowhere[0].kind, "emergency-sites");
    let plan = ask(&case, &problem, Emergency { coverage: 0.0, rural_minutes: 14.0, ..Emergency::default() }).unwrap();
    assert_eq!(check_reform(&case, &problem, &plan, None), Vec::new());
    type Change = fn(&mut ReformPlan, &mut EmergencyAnswer);
    let changes: [(&str, Change); 7] = [
        ("limit", |_, a| a.reached[0].covered = !a.reached[0].covered),
        ("value", |_, a| a.reached[0].minutes = Some(0.5)),
        ("value", |_, a| a.stations[0].people += 1),
        ("value", |_, a| a.stations[0].ambulances += 1),
        ("limit", |_, a| a.fleets[0].norm += 1),
        ("bounds", |_, a| a.expected.most = a.expected.people * 0.9),
        ("objective", |p, _| {
            p.objective += 1.0;
            p.bounds.primal += 1.0;
        }),
    ];
    for (n, (code, change)) in changes.into_iter().enumerate() {
        let (mut other, mut a) = (plan.clone(), answer(&plan).clone());
        change(&mut other, &mut a);
        other.answer = ReformAnswer::Emergency(a);
        let found = check_reform(&case, &problem, &other, None);
        assert!(found.iter().any(|v| v.code == code), "change {n} is not refused as {code}: {found:?}");
    }
}

#[test]
fn the_example_is_a_scenario() {
    let scenario: Scenario = toml::from_str(&std::fs::read_to_string("examples/reform/emergency.toml").unwrap()).unwrap();
    assert!(scenario.reform.unwrap().emergency.availability);
}
