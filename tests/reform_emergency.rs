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

/// Shares of people: as asked for, of those whom a mask of sites covers.
fn people(case: &Case, covers: &[u32], open: u32) -> f64 {
    let heads = |i: usize| case.network.settlements[i].population.0 as f64;
    (0..covers.len()).filter(|&i| covers[i] & open != 0).map(heads).sum()
}

/// The question with the largest share that the sites of the case allow.
fn everybody(case: &Case, rules: Emergency) -> Emergency {
    let (_, covers) = masks(case, &rules);
    let all: f64 = case.network.settlements.iter().map(|s| s.population.0 as f64).sum();
    Emergency { coverage: people(case, &covers, u32::MAX) / all * (1.0 - 1e-12), ..rules }
}

#[test]
fn stations_are_as_few_as_enumeration_finds() {
    let (mut fewer, mut asked) = (0, 0);
    for seed in 0..12 {
        let case = tiny::network(seed, 2);
        let problem = tiny::problem(&case, "");
        let minutes = 8.0 + seed as f64;
        let rules = Emergency { rural_minutes: minutes, urban_minutes: minutes - 2.0, ..Emergency::default() };
        let (sites, covers) = masks(&case, &rules);
        let all: f64 = case.network.settlements.iter().map(|s| s.population.0 as f64).sum();
        let kept = case.network.facilities[sites[0]].code.clone();
        let reachable = people(&case, &covers, u32::MAX);
        // fewest for a number of people, with a mask that must be open
        let fewest = |wanted: f64, must: u32| {
            let enough = |open: &u32| open & must == must && people(&case, &covers, *open) >= wanted - 1e-6;
            (0_u32..1 << sites.len()).filter(enough).map(u32::count_ones).min()
        };
        for share in [0.0, 0.35, 0.6, 0.8, 0.9, reachable / all * (1.0 - 1e-12)] {
            let ask_for = Emergency { coverage: share, ..rules.clone() };
            let Some(best) = fewest(share * all, 0) else {
                assert!(ask(&case, &problem, ask_for).is_err());
                continue;
            };
            let plan = ask(&case, &problem, ask_for.clone()).unwrap();
            let a = answer(&plan);
            assert_eq!(plan.objective, f64::from(best), "seed {seed}, share {share}");
            assert_eq!((plan.bounds.dual, plan.termination), (plan.objective, Termination::Optimal));
            assert_eq!(check_reform(&case, &problem, &plan, None), Vec::new(), "seed {seed}, share {share}");
            let whole = fewest(reachable, 0).unwrap();
            assert_eq!((a.everybody.stations.len() as u32, a.everybody.fewest), (whole, whole), "seed {seed}");
            asked += 1;
            fewer += u32::from(best < whole);
            // a kept station stands, and the rest is as few as can be around it
            let plan = ask(&case, &problem, Emergency { keep: vec![kept.clone()], ..ask_for }).unwrap();
            assert_eq!(Some(plan.objective as u32), fewest(share * all, 1), "seed {seed}, share {share} with one kept");
            assert!(answer(&plan).stations.iter().any(|s| s.facility == kept));
            assert_eq!(check_reform(&case, &problem, &plan, None), Vec::new());
        }
    }
    assert!(fewer > 10 && asked > 40, "a share rarely takes fewer than everybody: {fewer} of {asked}");
}

#[test]
fn no_placing_of_as_many_ambulances_exceeds_the_bound() {
    for seed in 0..6 {
        let case = tiny::network(seed, 2);
        let problem = tiny::problem(&case, "");
        let base = everybody(&case, Emergency { people_per_ambulance: 4_000.0, ..Emergency::default() });
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
    let plan = ask(&case, &problem, everybody(&case, Emergency { rural_minutes: 14.0, ..Emergency::default() })).unwrap();
    assert_eq!(check_reform(&case, &problem, &plan, None), Vec::new());
    type Change = fn(&mut ReformPlan, &mut EmergencyAnswer);
    let changes: [(&str, Change); 16] = [
        ("limit", |_, a| a.reached[0].covered = !a.reached[0].covered),
        ("value", |_, a| a.reached[0].minutes = Some(0.5)),
        ("value", |_, a| a.stations[0].people += 1),
        ("value", |_, a| a.stations[0].ambulances += 1),
        ("limit", |_, a| a.fleets[0].norm += 1),
        ("bounds", |_, a| a.expected.most = a.expected.people * 0.9),
        ("bounds", |_, a| a.expected.most *= 1.1),
        ("value", |_, a| a.reached[0].people += 1),
        ("value", |_, a| a.reached[0].station = Some("elsewhere".into())),
        ("limit", |_, a| a.reached[0].reachable = !a.reached[0].reachable),
        ("limit", |_, a| drop(a.everybody.stations.remove(0))),
        ("bounds", |_, a| a.everybody.priced += 1),
        ("bounds", |_, a| a.everybody.fewest += 1),
        ("bounds", |_, a| a.priced += 1),
        ("bounds", |_, a| a.reached.iter_mut().for_each(|r| (r.price, r.price_all) = (0.0, 0.0))),
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
