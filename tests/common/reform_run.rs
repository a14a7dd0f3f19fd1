//! Running a further model on a case and checking its plan, as the command line does.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)] // each test takes what it needs, and may fail loudly

use fenji::check::{Violation, check_reform};
use fenji::demand::Problem;
use fenji::network::Case;
use fenji::network::arc_rules::build_arcs;
use fenji::outcome::{Limits, Silent};
use fenji::plan::ReferralPlan;
use fenji::plan::reform::{Model, REFORM_KIND, REFORM_VERSION, ReformAnswer, ReformPlan};
use fenji::policy::{Scenario, pack};
use fenji::reform::{ReformInput, Reformed, Repair, Solved, solve};
use std::sync::Arc;

pub fn problem(case: &Case, scenario: &Scenario) -> Problem {
    Problem::assemble(case, Arc::new(build_arcs(case, &Silent)), &pack::load("P2025").unwrap(), scenario).unwrap()
}

/// Runs a model under a scenario written as TOML.
pub fn run(case: &Case, model: Model, text: &str, referral: Option<&ReferralPlan>) -> Reformed {
    let scenario: Scenario = toml::from_str(text).unwrap();
    run_on(case, &problem(case, &scenario), model, &scenario, referral)
}

pub fn run_on(case: &Case, problem: &Problem, model: Model, scenario: &Scenario, referral: Option<&ReferralPlan>) -> Reformed {
    let pack = pack::load("P2025").unwrap();
    let rules = scenario.reform.clone().unwrap_or_default();
    let limits = Limits { gap: 1e-9, threads: 1, ..Limits::default() };
    let input = ReformInput { case, problem, pack: &pack, rules: &rules, referral, limits, seed: 1 };
    solve(model, &input, &Silent).unwrap()
}

pub fn answer(found: Reformed) -> (Solved, ReformAnswer) {
    let Reformed::Answer(solved) = found else { panic!("infeasible: {found:?}") };
    let answer = solved.answer.clone();
    (*solved, answer)
}

pub fn repairs(found: Reformed) -> Vec<Repair> {
    match found {
        Reformed::Infeasible(repairs) => repairs,
        Reformed::Answer(a) => panic!("an answer: {a:?}"),
    }
}

/// The plan of a model as it would be written.
pub fn plan(case: &Case, model: Model, text: &str, referral: Option<&ReferralPlan>) -> ReformPlan {
    let scenario: Scenario = toml::from_str(text).unwrap();
    let (solved, answer) = answer(run(case, model, text, referral));
    ReformPlan {
        version: REFORM_VERSION,
        kind: REFORM_KIND.into(),
        fenji: "test".into(),
        case: case.network.name.clone(),
        policy: "P2025".into(),
        scenario: Scenario { reform: Some(scenario.reform.clone().unwrap_or_default()), ..scenario },
        objective: solved.objective,
        unit: solved.unit.into(),
        maximised: solved.maximised,
        bounds: solved.bounds,
        termination: solved.termination,
        answer,
        backend: solved.backend,
        seconds: 0.0,
        provenance: Vec::new(),
    }
}

/// What the check has against a plan.
pub fn checked(case: &Case, plan: &ReformPlan, referral: Option<&ReferralPlan>) -> Vec<Violation> {
    check_reform(case, &problem(case, &plan.scenario), plan, referral)
}
