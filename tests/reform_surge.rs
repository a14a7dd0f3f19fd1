//! Surge (model 6.17): the oracle's value, the tail mean, budgets of uncertainty by enumeration, breaks of a referral plan, referral plans under stress.
#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp)] // a test may fail loudly

#[path = "common/demo.rs"]
mod demo;
#[path = "common/reform_run.rs"]
mod reform_run;
#[path = "common/tiny.rs"]
mod tiny;

use fenji::demand::Problem;
use fenji::model::reform::surge::protection;
use fenji::outcome::{Limits, Silent};
use fenji::plan::reform::{Model, ReformAnswer, SurgeAnswer};
use fenji::policy::{Scenario, pack};
use fenji::reform::effect;
use fenji::reform::surge::{load, tail};
use reform_run::{answer, checked, plan, problem, run_on};
use std::sync::Arc;

fn surge(found: &ReformAnswer) -> &SurgeAnswer {
    let ReformAnswer::Surge(a) = found else { panic!("another model's answer") };
    a
}

#[test]
fn the_oracles_convertible_beds() {
    let Some((case, _)) = demo::load() else { return };
    let want = &demo::expected().unwrap()["L_cvar"];
    let p = plan(&case, Model::Surge, "[reform.surge]\n", None);
    assert!((p.objective - 20_555_419.18).abs() < 0.01 && (p.objective - want["obj"].as_f64().unwrap()).abs() < 0.01, "{}", p.objective);
    assert!(p.bounds.gap() < 1e-8, "{:?}", p.bounds);
    let a = surge(&p.answer);
    for x in &a.areas {
        assert!((x.convertible - want["convertible"][&x.area].as_f64().unwrap()).abs() < 1e-3, "{x:?}");
        assert!((x.convertible - x.most).abs() < 1e-6, "all areas keep 12 for 100,000 people: {x:?}");
    }
    assert!(checked(&case, &p, None).is_empty(), "{:?}", checked(&case, &p, None));
}

#[test]
fn means_of_the_worst_and_budgets_are_those_of_enumeration() {
    let of = |costs: &[(f64, f64)]| -> Vec<fenji::plan::reform::surge::SurgeCase> {
        let case = |&(probability, yuan): &(f64, f64)| fenji::plan::reform::surge::SurgeCase {
            name: String::new(),
            probability,
            factor: 1.0,
            unmet: Vec::new(),
            transfers: Vec::new(),
            yuan,
            bed_prices: Vec::new(),
            weight: 0.0,
        };
        costs.iter().map(case).collect()
    };
    assert!((tail(&of(&[(0.5, 1.0), (0.3, 5.0), (0.2, 10.0)]), 0.8) - 10.0).abs() < 1e-12);
    assert!((tail(&of(&[(0.5, 1.0), (0.3, 5.0), (0.2, 10.0)]), 0.5) - (0.2 * 10.0 + 0.3 * 5.0) / 0.5).abs() < 1e-12);
    assert!((tail(&of(&[(0.5, 1.0), (0.5, 3.0)]), 0.0) - 2.0).abs() < 1e-12);
    let mut r = tiny::Lcg(9);
    for _ in 0..50 {
        let exceed: Vec<f64> = (0..6).map(|_| r.between(0.0, 10.0)).collect();
        for gamma in 0..=7_u32 {
            let worst = (0..64_u32)
                .filter(|s| s.count_ones() <= gamma)
                .map(|s| (0..6).filter(|a| s >> a & 1 == 1).map(|a| exceed[a]).sum::<f64>())
                .fold(0.0, f64::max);
            assert!((protection(&exceed, gamma) - worst).abs() < 1e-9);
        }
    }
}

#[test]
fn more_allowed_never_costs_more_and_transfers_help() {
    let case = tiny::network(8, 3);
    let at = |most: f64, extra: &str| {
        let p = plan(&case, Model::Surge, &format!("[reform.surge]\nmost_per_100k = {most:.1}\n{extra}"), None);
        assert!(checked(&case, &p, None).is_empty(), "{:?}", checked(&case, &p, None));
        p
    };
    let mut last = f64::INFINITY;
    for most in [0.0, 4.0, 12.0, 40.0] {
        let p = at(most, "");
        assert!(p.objective <= last + 1e-6);
        last = p.objective;
    }
    let alone = at(4.0, "transfer_minutes = 0.0\n");
    assert!(alone.objective >= at(4.0, "").objective - 1e-6);
    assert!(surge(&alone.answer).cases.iter().all(|c| c.transfers.is_empty()));
    // the price of the bound is the difference of one more bed in one area
    let p = at(4.0, "");
    let a = surge(&p.answer);
    assert!(a.areas.iter().all(|x| x.price >= 0.0));
    for change in [
        (|a: &mut SurgeAnswer| a.areas[0].convertible += 1.0) as fn(&mut SurgeAnswer),
        |a| a.cases[2].unmet[0] = 0.0,
        |a| a.tail *= 0.9,
        |a| a.robust[1].beds += 1.0,
        |a| a.areas[0].icu += 2.0,
    ] {
        let mut q = p.clone();
        if let ReformAnswer::Surge(x) = &mut q.answer {
            change(x);
        }
        assert!(q == p || !checked(&case, &q, None).is_empty());
    }
}

#[test]
fn what_breaks_first_is_where_the_load_reaches_one() {
    let case = tiny::network(5, 2);
    let scenario: Scenario = toml::from_str("[reform.surge]\nmultipliers = { H3 = 3.0, H2 = 2.0, O2 = 2.5, E = 4.0 }\n").unwrap();
    let rules = scenario.reform.clone().unwrap().surge;
    let usual = problem(&case, &scenario);
    let options = fenji::referral::SolveOptions { limits: Limits { threads: 1, ..Limits::default() }, ..Default::default() };
    let found = fenji::referral::solve(&usual, &options, &Silent).unwrap();
    let breaks = load::breaks(&usual, &found.flows, &rules);
    assert!(!breaks.is_empty() && breaks.windows(2).all(|b| b[0].at <= b[1].at));
    for b in &breaks {
        assert!(b.surge > 1.0 && b.load <= 1.0 + 1e-6 && (0.0..=1.0).contains(&b.at) && b.lacks > 0.0, "{b:?}");
        // linear between both ends
        if b.at > 0.0 {
            assert!((b.load + b.at * (b.surge - b.load) - 1.0).abs() < 1e-6, "{b:?}");
        }
    }
}

#[test]
fn the_oracles_referral_plans_under_stress() {
    let Some((case, arcs)) = demo::load() else { return };
    let expected = demo::expected().unwrap();
    let text = "gamma = 0.6\n[targets]\nfirst_contact = 0.70\nprimary_share = 0.65\nin_county = 0.90\nin_county_ip = 0.74\ndown_rate = 0.10\n[reform.surge]\nstress = true\ngamma = 2\n";
    let scenario: Scenario = toml::from_str(text).unwrap();
    let usual = Problem::assemble(&case, Arc::new(arcs), &pack::load("P2025").unwrap(), &scenario).unwrap();
    let (_, found) = answer(run_on(&case, &usual, Model::Surge, &scenario, None));
    let a = surge(&found);
    let of = |name: &str| a.stress.iter().find(|s| s.name == name).unwrap();
    for (name, key) in [("usual", "gamma_0.6"), ("surge", "gamma_0.6_surge"), ("convertible", "gamma_0.6_surge_convert15pct")] {
        let want = expected["A"][key]["obj"].as_f64().unwrap();
        assert!((of(name).objective / want - 1.0).abs() < 1e-6, "{name}: {} against {want}", of(name).objective);
    }
    assert!((of("surge").objective / 1e6 - 8_720.86).abs() < 0.01 && (of("convertible").objective / 1e6 - 8_479.93).abs() < 0.01);
    assert!((of("surge").unmet - 26_137.0).abs() < 1.0 && (of("convertible").unmet - 1_078.0).abs() < 1.0);
    assert!(of("protected").objective >= of("usual").objective - 1.0, "beds held back cannot help");
    assert!(!a.breaks.is_empty());
    // the effect is the scenario that was solved
    let mut changed = scenario;
    assert!(effect(&found, &mut changed));
    assert_eq!(changed.demand.multipliers["H3"], 1.35);
    assert_eq!(changed.capacity.beds_by_tier[&fenji::network::Tier::M], 1.15);
}
