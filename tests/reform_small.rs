//! Telemedicine and pairing: the oracle's values, the formulation of the text and enumeration as second opinions, repairs, altered plans, effects.
#![allow(clippy::unwrap_used, clippy::panic, clippy::cast_precision_loss, clippy::float_cmp)] // tests stop hard

#[path = "common/demo.rs"]
mod demo;
#[path = "common/tiny.rs"]
mod tiny;

use fenji::backend::default_mip;
use fenji::check::check_reform;
use fenji::demand::Problem;
use fenji::ids::FacilityId;
use fenji::model::reform::telemedicine::{HubNumbers, TelemedicineNumbers, build};
use fenji::model::rowwise::RowWise;
use fenji::network::{Case, Tier};
use fenji::outcome::{Limits, Silent, Termination};
use fenji::plan::reform::{Model, REFORM_KIND, REFORM_VERSION, ReformAnswer, ReformPlan};
use fenji::policy::{Reform, Scenario, pack};
use fenji::reform::{ReformInput, Reformed, effect, solve};
use fenji::travel::Place;
use proptest::prelude::*;

fn run(case: &Case, problem: &Problem, model: Model, rules: &Reform) -> Reformed {
    let pack = pack::load("P2025").unwrap();
    let input = ReformInput { case, problem, pack: &pack, rules, referral: None, limits: Limits::default(), seed: 1 };
    solve(model, &input, &Silent).unwrap()
}

fn planned(case: &Case, problem: &Problem, model: Model, rules: &Reform) -> ReformPlan {
    let Reformed::Answer(s) = run(case, problem, model, rules) else { panic!("{model:?} is infeasible") };
    let plan = ReformPlan {
        version: REFORM_VERSION,
        kind: REFORM_KIND.into(),
        fenji: "test".into(),
        case: case.network.name.clone(),
        policy: "P2025".into(),
        scenario: Scenario { reform: Some(rules.clone()), ..Scenario::default() },
        objective: s.objective,
        unit: s.unit.into(),
        maximised: s.maximised,
        bounds: s.bounds,
        termination: s.termination,
        answer: s.answer,
        backend: s.backend,
        seconds: 0.0,
        provenance: Vec::new(),
    };
    assert_eq!(check_reform(case, problem, &plan, None), vec![], "{model:?}");
    assert_eq!(plan.termination, Termination::Optimal);
    plan
}

fn rules(toml: &str) -> Reform {
    toml::from_str(toml).unwrap()
}

const GOLDEN_PAIRING: &str = r#"
[pairing]
areas = ["C1", "C2", "C3"]
capacity = {}
capacities = { M1 = 2, M2 = 2, P1 = 1, R1 = 1 }
strengths = { M1 = 0.7, M2 = 0.6, P1 = 0.9, R1 = 1.0 }
gaps = { C1K1 = 0.35, C1K2 = 0.6, C2K1 = 0.45, C2K2 = 0.65, C3K1 = 0.8 }
"#;

const GOLDEN_TELEMEDICINE: &str = r#"
[telemedicine]
community_centres = false
hubs = { M1 = 0, M2 = 0, P1 = 0, C1K1 = 0, C2K1 = 0, C3K1 = 1e6 }
"#;

fn demo_problem() -> Option<(Case, Problem)> {
    let (case, arcs) = demo::load()?;
    let problem = Problem::assemble(&case, std::sync::Arc::new(arcs), &pack::load("P2025").unwrap(), &Scenario::default()).unwrap();
    Some((case, problem))
}

#[test]
fn the_oracles_pairing() {
    let Some((case, problem)) = demo_problem() else { return };
    let plan = planned(&case, &problem, Model::Pairing, &rules(GOLDEN_PAIRING));
    let ReformAnswer::Pairing(a) = &plan.answer else { panic!() };
    assert!((plan.objective - 178.946918).abs() < 1e-6, "{}", plan.objective);
    let mut pairs: Vec<String> = a.pairs.iter().map(|p| format!("{}-{}", p.county, p.tertiary)).collect();
    pairs.sort();
    assert_eq!(pairs, ["C1K1-M2", "C1K2-P1", "C2K1-M1", "C2K2-M1", "C3K1-R1"]);
}

#[test]
fn the_oracles_telemedicine() {
    let Some((case, problem)) = demo_problem() else { return };
    let plan = planned(&case, &problem, Model::Telemedicine, &rules(GOLDEN_TELEMEDICINE));
    let ReformAnswer::Telemedicine(a) = &plan.answer else { panic!() };
    assert!((plan.objective - 7.28e6).abs() < 1e-3, "{}", plan.objective);
    assert_eq!(a.hubs.iter().map(|h| h.facility.as_str()).collect::<Vec<_>>(), ["C1K1", "C3K1", "M1"]);
    assert_eq!(a.links.len(), 31);
}

/// The formulation of the text: a variable for every facility and hub.
fn text_form(n: &TelemedicineNumbers) -> Option<f64> {
    let mut m = RowWise::default();
    let hubs: Vec<u32> = n.hubs.iter().map(|_| m.binary()).collect();
    hubs.iter().zip(&n.hubs).for_each(|(c, h)| m.charge(*c, h.cost));
    // county hospitals: the county hubs first, then the others; centres by county
    let mut spokes: Vec<(Option<usize>, Option<usize>)> =
        (0..n.hubs.len()).filter(|&k| n.hubs[k].county.is_some()).map(|k| (None, Some(k))).collect();
    spokes.resize(n.hospitals as usize, (None, None));
    for (c, count) in n.centres.iter().enumerate() {
        spokes.extend((0..*count as usize).map(|_| (Some(c), None)));
    }
    let (mut all, mut of_hub) = ([Vec::new(), Vec::new()], vec![Vec::new(); n.hubs.len()]);
    for &(county, itself) in &spokes {
        let mut own = Vec::new();
        for (k, h) in n.hubs.iter().enumerate() {
            if h.county.is_some() && (county.is_none() || h.county != county) {
                continue;
            }
            let z = m.binary();
            m.charge(z, n.link[usize::from(h.county.is_none())]);
            m.row(f64::NEG_INFINITY, 0.0, [(z, 1.0), (hubs[k], -1.0)]);
            own.push((z, 1.0));
            of_hub[k].push((z, 1.0));
            all[usize::from(county.is_some())].push((z, 1.0));
        }
        m.row(f64::NEG_INFINITY, 1.0, own.clone());
        if let Some(k) = itself {
            m.row(f64::NEG_INFINITY, 0.0, own.into_iter().map(|(z, _)| (z, -1.0)).chain([(hubs[k], 1.0)]));
        }
    }
    for (k, links) in of_hub.into_iter().enumerate() {
        m.row(f64::NEG_INFINITY, 0.0, links.into_iter().chain([(hubs[k], -n.hubs[k].capacity)]));
    }
    for (links, demanded) in all.into_iter().zip(n.demanded) {
        m.row(demanded, f64::INFINITY, links);
    }
    let found = default_mip().solve_mip(&m.finish(), None, &Limits::default(), &Silent).unwrap();
    (!found.values.is_empty()).then_some(found.bounds.primal)
}

fn numbers() -> impl Strategy<Value = TelemedicineNumbers> {
    let hub = (0..4usize, 1..3u32, 1..6u32);
    (prop::collection::vec(hub, 1..6), prop::collection::vec(0..5u32, 3), 0..4u32, 0..101u32, 0..101u32).prop_map(
        |(hubs, centres, more, k, t)| {
            let hubs: Vec<HubNumbers> = hubs
                .into_iter()
                .map(|(county, cost, room)| HubNumbers {
                    cost: 10.0 * f64::from(cost),
                    capacity: f64::from(room),
                    county: (county < 3).then_some(county),
                })
                .collect();
            let hospitals = hubs.iter().filter(|h| h.county.is_some()).count() as f64 + f64::from(more);
            let centres: Vec<f64> = centres.into_iter().map(f64::from).collect();
            let all: f64 = centres.iter().sum();
            let demanded = [(hospitals * f64::from(k) / 100.0).ceil(), (all * f64::from(t) / 100.0).ceil()];
            TelemedicineNumbers { hubs, centres, hospitals, link: [3.0, 4.0], demanded }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counts_and_the_form_of_the_text_have_one_value(n in numbers()) {
        let found = default_mip().solve_mip(&build(&n, None).model, None, &Limits::default(), &Silent).unwrap();
        let value = (!found.values.is_empty()).then_some(found.bounds.primal);
        match (value, text_form(&n)) {
            (Some(a), Some(b)) => prop_assert!((a - b).abs() < 1e-6, "{a} in counts, {b} in the text"),
            (a, b) => prop_assert_eq!(a, b),
        }
    }

    #[test]
    fn pairing_is_the_best_of_all_pairings(seed in 0..200u64, counties in 1..4usize, places in 1..3u32) {
        let case = tiny::network(seed, counties);
        let problem = tiny::problem(&case, "");
        let mut rules = Reform::default();
        rules.pairing.capacity = [Tier::M, Tier::P, Tier::R, Tier::N].map(|t| (t, places)).into();
        let tertiary: Vec<usize> = (0..case.network.facilities.len()).filter(|&j| case.network.facilities[j].rank() > 3).collect();
        let county: Vec<usize> = (0..case.network.facilities.len()).filter(|&j| case.network.facilities[j].rank() == 3).collect();
        if (tertiary.len() as u32) * places < county.len() as u32 {
            let Reformed::Infeasible(repairs) = run(&case, &problem, Model::Pairing, &rules) else { panic!("places are missing") };
            prop_assert_eq!(repairs[0].amount, (county.len() as u32 - tertiary.len() as u32 * places) as f64);
            return Ok(());
        }
        let plan = planned(&case, &problem, Model::Pairing, &rules);
        let ReformAnswer::Pairing(a) = &plan.answer else { panic!() };
        let level = |list: &[fenji::plan::reform::pairing::Side], j: usize| list.iter().find(|s| s.facility == case.network.facilities[j].code).unwrap().level;
        let place = |j: usize| Place::Facility(FacilityId::new(j));
        let mut best = f64::NEG_INFINITY;
        for code in 0..tertiary.len().pow(county.len() as u32) {
            let (mut rest, mut value, mut used) = (code, 0.0, vec![0; tertiary.len()]);
            for &q in &county {
                let m = rest % tertiary.len();
                rest /= tertiary.len();
                used[m] += 1;
                let t = case.travel.minutes_between(&case.network, place(tertiary[m]), place(q)).unwrap();
                value += 100.0 * level(&a.tertiary, tertiary[m]) * level(&a.county, q) - 0.1 * t;
            }
            if used.iter().all(|u| *u <= places) {
                best = best.max(value);
            }
        }
        prop_assert!((plan.objective - best).abs() < 1e-6, "{} instead of {best}", plan.objective);
    }
}

#[test]
fn altered_plans_are_refused() {
    let case = tiny::network(3, 2);
    let problem = tiny::problem(&case, "");
    let mut rules = Reform::default();
    rules.pairing.capacity.insert(Tier::M, 9);
    let codes = |plan: &ReformPlan| check_reform(&case, &problem, plan, None).into_iter().map(|v| v.code).collect::<Vec<_>>();
    for model in [Model::Pairing, Model::Telemedicine] {
        let plan = planned(&case, &problem, model, &rules);
        let dearer = ReformPlan { objective: plan.objective * 1.001 + 1.0, ..plan.clone() };
        assert!(codes(&dearer).iter().any(|c| c == "objective"), "{model:?}");
        let mut proud = plan.clone();
        proud.bounds.dual = proud.bounds.primal + 1.0 + proud.bounds.primal.abs() * 0.01;
        assert!(codes(&proud).iter().any(|c| c == "bounds"), "{model:?}");
        let mut less = plan.clone();
        match &mut less.answer {
            ReformAnswer::Pairing(a) => drop(a.pairs.pop()),
            ReformAnswer::Telemedicine(a) => drop(a.links.pop()),
            _ => unreachable!(),
        }
        assert!(!codes(&less).is_empty(), "{model:?}");
        let mut elsewhere = plan.clone();
        match &mut elsewhere.answer {
            ReformAnswer::Pairing(a) => a.pairs[0].tertiary = a.pairs[0].county.clone(),
            ReformAnswer::Telemedicine(a) => a.links[0].hub = a.links[0].spoke.clone(),
            _ => unreachable!(),
        }
        assert!(codes(&elsewhere).iter().any(|c| c == "exist"), "{model:?}");
    }
    // the prices of a pairing prove its bound: with a bound that lets a worse plan look best, or with other prices, they do not
    let plan = planned(&case, &problem, Model::Pairing, &rules);
    let mut flattered = plan.clone();
    flattered.bounds.dual += 0.01 * plan.objective.abs().max(1.0);
    assert!(codes(&flattered).iter().any(|c| c == "bounds"));
    let mut priced = plan;
    let ReformAnswer::Pairing(a) = &mut priced.answer else { unreachable!() };
    a.county.iter_mut().for_each(|s| s.price -= 1.0);
    assert!(codes(&priced).iter().any(|c| c == "bounds"), "{:?}", codes(&priced));
}

#[test]
fn what_cannot_be_reached_says_how_much_is_missing() {
    let case = tiny::network(3, 3);
    let problem = tiny::problem(&case, "");
    let mut asked = Reform::default();
    asked.telemedicine.hub_links = [(Tier::M, 1), (Tier::K, 0), (Tier::P, 1)].into();
    asked.telemedicine.county_share = 1.0;
    asked.telemedicine.primary_share = 1.0;
    let Reformed::Infeasible(repairs) = run(&case, &problem, Model::Telemedicine, &asked) else { panic!("there is no room") };
    assert_eq!(repairs.len(), 1, "{repairs:?}");
    let f = &case.network.facilities;
    let wanted = f.iter().filter(|f| f.rank() == 3 || matches!(f.tier, Tier::T | Tier::C)).count();
    let room = f.iter().filter(|f| matches!(f.tier, Tier::M | Tier::P)).count();
    assert_eq!((repairs[0].kind, repairs[0].amount), ("telemedicine-links", (wanted - room) as f64));
}

#[test]
fn help_lets_a_county_treat_what_it_could_not() {
    let case = tiny::network(5, 2);
    let plain = tiny::problem(&case, "gamma = 1.0");
    let mut rules = Reform::default();
    rules.pairing.capacity.insert(Tier::M, 9);
    let plan = planned(&case, &plain, Model::Pairing, &rules);
    let mut changed = Scenario { gamma: Some(1.0), ..Scenario::default() };
    assert!(effect(&plan.answer, &mut changed));
    let helped = tiny::problem(&case, &toml::to_string(&changed).unwrap());
    let options = fenji::referral::SolveOptions { backend: fenji::backend::names()[0].into(), ..Default::default() };
    let value = |p: &Problem| fenji::referral::solve(p, &options, &Silent).unwrap();
    let (before, after) = (value(&plain), value(&helped));
    assert!(after.bounds.primal < before.bounds.primal - 1.0, "{} after, {} before", after.bounds.primal, before.bounds.primal);
}
