//! The oracle's scenarios (model section 7, table A): objectives to 1e-6, with the dual bound equal to them.
#![allow(clippy::unwrap_used)] // a test may fail loudly

#[path = "common/demo.rs"]
mod demo;

use fenji::demand::Problem;
use fenji::outcome::{Limits, Silent, Termination};
use fenji::policy::{Scenario, pack};
use fenji::referral::{Method, ReferralSolution, SolveOptions, solve};
use std::sync::Arc;

/// The targets of the golden table, whatever the pack.
const TARGETS: &str = "[targets]\nfirst_contact = 0.70\nprimary_share = 0.65\nin_county = 0.90\nin_county_ip = 0.74\ndown_rate = 0.10\n";

fn scenario(text: &str) -> Scenario {
    toml::from_str(&format!("{text}\n{TARGETS}")).unwrap()
}

fn problem(scenario: &Scenario) -> Option<Problem> {
    let (case, arcs) = demo::load()?;
    Some(Problem::assemble(&case, Arc::new(arcs), &pack::load("P2025").unwrap(), scenario).unwrap())
}

fn run(problem: &Problem, method: Method) -> ReferralSolution {
    let options = SolveOptions { backend: "highs".into(), method, limits: Limits { threads: 2, ..Limits::default() } };
    solve(problem, &options, &Silent).unwrap()
}

/// Name in the oracle's file and scenario of each row of the table.
pub fn table() -> Vec<(&'static str, Scenario)> {
    let surge = "[demand]\nmultipliers = { H3 = 1.35, H4 = 1.25, E = 2.0, O2 = 1.5 }\n";
    vec![
        ("gamma_0.0", scenario("gamma = 0.0")),
        ("gamma_0.3", scenario("gamma = 0.3")),
        ("gamma_0.6", scenario("gamma = 0.6")),
        ("gamma_1.0", scenario("gamma = 1.0")),
        (
            "gamma_0_widegap",
            scenario(
                "gamma = 0.0\n[choice]\nfund_share = { V = 0.95, S = 0.95, T = 0.95, C = 0.95, K = 0.85, D = 0.85, M = 0.60, P = 0.45, R = 0.45, N = 0.40 }\n",
            ),
        ),
        ("gamma_0.6_tele", scenario("gamma = 0.6\n[tele]\ntiers = [\"T\", \"C\", \"K\", \"D\"]\n")),
        ("gamma_0.6_surge", scenario(&format!("gamma = 0.6\n{surge}"))),
        (
            "gamma_0.6_surge_convert15pct",
            scenario(&format!("gamma = 0.6\n{surge}[capacity]\nbeds_by_tier = {{ K = 1.15, D = 1.15, M = 1.15 }}\n")),
        ),
        (
            "pack2012_4beds_gamma0.6",
            scenario(&format!(
                "gamma = 0.6\n[demand]\nlength_of_stay = 1.15\nmultipliers = {{ O1 = {o}, OC = {o}, O2 = {o}, O3 = {o}, O4 = {o}, O5 = {o}, E = {o}, H2 = {h}, H3 = {h}, H4 = {h}, H5 = {h}, HR = {h} }}\n[capacity]\nbeds_factor = {b}\n",
                o = 5.09 / 7.60,
                h = 0.1316 / 0.213,
                b = 4.0 / 6.2845
            )),
        ),
    ]
}

#[test]
fn objectives_of_every_scenario_are_the_oracles_and_proven() {
    let Some(expected) = demo::expected() else { return };
    for (name, scenario) in table() {
        let Some(problem) = problem(&scenario) else { return };
        let want = expected["A"][name]["obj"].as_f64().unwrap();
        for method in [Method::Lazy, Method::Direct] {
            let t = std::time::Instant::now();
            let got = run(&problem, method);
            println!(
                "{name} {method:?}: {} want {want} bounds {:?} size {:?} iterations {} {:.2}s",
                got.parts.total(),
                got.bounds,
                got.size,
                got.iterations,
                t.elapsed().as_secs_f64()
            );
            assert_eq!(got.termination, Termination::Optimal, "{name} {method:?}");
            assert!((got.parts.total() / want - 1.0).abs() < 1e-6, "{name} {method:?}: {} against {want}", got.parts.total());
            assert!((got.bounds.dual / want - 1.0).abs() < 1e-6, "{name} {method:?}: bound {} against {want}", got.bounds.dual);
        }
    }
}

#[test]
fn the_form_of_the_text_has_the_size_of_the_text() {
    let Some(problem) = problem(&scenario("gamma = 0.6")) else { return };
    let t = std::time::Instant::now();
    let got = run(&problem, Method::Text);
    println!("text {:?} {:.2}s it {}", got.size, t.elapsed().as_secs_f64(), got.iterations);
    assert_eq!(got.size, [37_318, 18_105, 88_385]);
    assert!((got.parts.total() / 7_360_402_872.22 - 1.0).abs() < 1e-6);
}
