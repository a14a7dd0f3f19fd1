//! Indicators of solved plans against the oracle's (model section 7): 1e-5, except the down/up ratio, which is not unique (design lesson D7).
#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp)] // a test fails by panicking

#[path = "common/demo.rs"]
mod demo;
#[path = "indicators/tiny.rs"]
mod tiny;

use fenji::demand::Problem;
use fenji::indicators::{Indicators, compute};
use fenji::outcome::{Limits, Silent};
use fenji::plan::ReferralPlan;
use fenji::policy::{Scenario, pack};
use fenji::referral::{SolveOptions, solve};
use std::sync::Arc;

const TARGETS: &str = "[targets]\nfirst_contact = 0.70\nprimary_share = 0.65\nin_county = 0.90\nin_county_ip = 0.74\ndown_rate = 0.10\n";
const SURGE: &str = "[demand]\nmultipliers = { H3 = 1.35, H4 = 1.25, E = 2.0, O2 = 1.5 }\n";

fn solved(text: &str) -> Option<(Problem, Indicators)> {
    let (case, arcs) = demo::load()?;
    let scenario: Scenario = toml::from_str(&format!("{text}\n{TARGETS}")).unwrap();
    let pack = pack::load("P2025").unwrap();
    let problem = Problem::assemble(&case, Arc::new(arcs), &pack, &scenario).unwrap();
    let got =
        solve(&problem, &SolveOptions { limits: Limits { threads: 2, ..Limits::default() }, ..SolveOptions::default() }, &Silent).unwrap();
    let (_, shell, _) = tiny::all();
    let plan = ReferralPlan { flows: got.flows, shortfalls: got.shortfalls, marginals: got.marginals, ..shell };
    let said = compute(&problem, &plan, &pack);
    Some((problem, said))
}

#[test]
fn indicators_of_the_reference_scenarios() {
    let Some(expected) = demo::expected() else { return };
    let tele = "[tele]\ntiers = [\"T\", \"C\", \"K\", \"D\"]\n";
    let convert = "[capacity]\nbeds_by_tier = { K = 1.15, D = 1.15, M = 1.15 }\n";
    for (name, text) in [
        ("gamma_0.0", "gamma = 0.0".to_owned()),
        ("gamma_0.3", "gamma = 0.3".to_owned()),
        ("gamma_0.6", "gamma = 0.6".to_owned()),
        ("gamma_1.0", "gamma = 1.0".to_owned()),
        ("gamma_0.6_tele", format!("gamma = 0.6\n{tele}")),
        ("gamma_0.6_surge", format!("gamma = 0.6\n{SURGE}")),
        ("gamma_0.6_surge_convert15pct", format!("gamma = 0.6\n{SURGE}{convert}")),
    ] {
        let Some((problem, said)) = solved(&text) else { return };
        let golden = &expected["A"][name]["kpi"];
        let mut pairs: Vec<(String, f64)> = [
            ("visits", "visits"),
            ("admissions", "admissions"),
            ("primary_visit_share", "primary_visits"),
            ("first_contact_primary", "first_contact"),
            ("ip_share_primary", "ip_share_primary"),
            ("ip_share_county", "ip_share_county"),
            ("ip_share_city", "ip_share_city"),
            ("ip_share_prov+", "ip_share_top"),
            ("up_referrals", "up_referrals"),
            ("down_referrals", "down_referrals"),
            ("unmet", "unmet"),
            ("displaced", "displaced"),
            ("redirected", "redirected"),
            ("travel_min_per_case", "travel_minutes_per_case"),
            ("cost_per_capita", "cost_per_head"),
            ("fund_per_capita", "fund_per_head"),
            ("oop_share", "oop_share"),
            ("occ_primary", "occ_primary"),
            ("occ_county", "occ_county"),
            ("occ_city", "occ_city"),
        ]
        .into_iter()
        .map(|(theirs, ours)| (theirs.to_owned(), said.region[ours]))
        .collect();
        for (area, values) in problem.network.areas.iter().zip(&said.by_area).filter(|(a, _)| !a.urban) {
            pairs.push((format!("in_county_{}", area.code), values["in_county_all"]));
            pairs.push((format!("in_county_ip_{}", area.code), values["in_county_ip"]));
        }
        let mut off = Vec::new();
        for (key, ours) in pairs {
            let theirs = golden[&key].as_f64().unwrap();
            if (ours - theirs).abs() > 1e-5 * theirs.abs().max(1.0) {
                off.push(format!("{key}: {ours} against {theirs}"));
            }
        }
        assert!(off.is_empty(), "{name}: {off:#?}");
    }
}

#[test]
fn one_bed_and_one_doctor_are_worth_what_the_oracle_found() {
    let Some((problem, said)) = solved("gamma = 0.6") else { return };
    let hospital = problem.network.facilities.iter().position(|f| f.code == "U1D1").unwrap();
    let load = &said.facilities[hospital];
    // Model 6.5: checked there by finite differences.
    assert!((load.bed_worth - 126_828.0).abs() < 1.0, "{}", load.bed_worth);
    let centre = problem.network.facilities.iter().position(|f| f.code == "C3T01T").unwrap();
    assert!((said.facilities[centre].doctor_worth - 119_388.0).abs() < 1.0, "{}", said.facilities[centre].doctor_worth);
    assert!(said.bottlenecks.iter().any(|b| b.facility.index() == hospital), "{:?}", load);
    for id in ["finding-bed", "finding-bottleneck-count", "finding-target-short", "finding-inertia", "finding-targets-met"] {
        assert!(said.findings.iter().any(|f| f.id == id), "{id}");
    }
    // Every indicator and argument is a number, and no limit is exceeded.
    assert!(said.region.values().chain(said.by_area.iter().flat_map(|v| v.values())).all(|v| v.is_finite()));
    for (j, l) in said.facilities.iter().enumerate() {
        let design = problem.tiers.get(problem.network.facilities[j].tier).design_occupancy;
        assert!(l.occupancy.is_none_or(|o| o <= design + 1e-6) && l.doctor_load.is_none_or(|d| d <= 1.0 + 1e-6), "{j}: {l:?}");
    }
}
