//! Plans that the solver makes pass the check, by every method and with every optional row; the same plans with one altered number do not.
#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp, clippy::cast_precision_loss)] // a test may fail loudly, and some values must be exact

#[path = "common/demo.rs"]
mod demo;

use fenji::check::{Violation, check_referral};
use fenji::demand::Problem;
use fenji::ids::ClassId;
use fenji::network::{Case, Tier};
use fenji::outcome::{Limits, Silent};
use fenji::plan::ReferralPlan;
use fenji::policy::{PolicyPack, Scenario, pack};
use fenji::referral::plan::{PlanInfo, to_plan};
use fenji::referral::{Method, SolveOptions, solve};
use fenji::units::Yuan;
use std::sync::Arc;

fn solved(change: impl FnOnce(&mut Case), scenario: &str, method: Method) -> Option<(Problem, ReferralPlan)> {
    solved_by(&SolveOptions::default().backend, change, scenario, method)
}

fn solved_by(backend: &str, change: impl FnOnce(&mut Case), scenario: &str, method: Method) -> Option<(Problem, ReferralPlan)> {
    let (mut case, arcs) = demo::load()?;
    change(&mut case);
    let scenario: Scenario = toml::from_str(scenario).unwrap();
    let pack: PolicyPack = pack::load("P2025").unwrap();
    let problem = Problem::assemble(&case, Arc::new(arcs), &pack, &scenario).unwrap();
    let options = SolveOptions { method, backend: backend.to_owned(), limits: Limits { threads: 2, ..Limits::default() } };
    let solution = solve(&problem, &options, &Silent).unwrap();
    let (plan, _) = to_plan(&problem, &case.travel, &pack, &solution, PlanInfo { scenario, gap: 1e-6, seconds: 0.0 });
    Some((problem, plan))
}

fn passes(problem: &Problem, plan: &ReferralPlan, what: &str) {
    let found = check_referral(problem, plan);
    assert!(found.is_empty(), "{what}: {} violations, the first {:#?}", found.len(), &found[..found.len().min(5)]);
    // ... and after writing and reading
    let text = serde_json::to_string(plan).unwrap();
    let read: ReferralPlan = serde_json::from_str(&text).unwrap();
    assert!(check_referral(problem, &read).is_empty(), "{what}, read back");
}

#[test]
fn solved_plans_pass_by_every_method() {
    for method in [Method::Text, Method::Direct, Method::Lazy, Method::Decomposed] {
        let Some((problem, plan)) = solved(|_| (), "gamma = 0.6", method) else { return };
        passes(&problem, &plan, &format!("{method:?}"));
    }
}

#[test]
fn a_plan_of_an_interior_point_solver_passes() {
    let Some((problem, plan)) = solved_by("clarabel", |_| (), "gamma = 0.6", Method::Direct) else { return };
    passes(&problem, &plan, "clarabel");
}

#[test]
fn solved_scenarios_pass() {
    let surge = "[demand]\nmultipliers = { H3 = 1.35, H4 = 1.25, E = 2.0, O2 = 1.5 }\n";
    for scenario in [
        "gamma = 0.0".to_string(),
        "gamma = 1.0".to_string(),
        "gamma = 0.6\n[tele]\ntiers = ['T', 'C', 'K', 'D']".to_string(),
        format!("gamma = 0.6\n{surge}"),
        "gamma = 0.3\n[choice]\nwaiting_weight = -0.2".to_string(),
        "gamma = 0.6\n[capacity]\nclosed = ['M2', 'C1K1']\nbeds_factor = 0.8".to_string(),
        "gamma = 0.6\n[targets]\nin_county = 0.5".to_string(),
    ] {
        let Some((problem, plan)) = solved(|_| (), &scenario, Method::Auto) else { return };
        passes(&problem, &plan, &scenario);
    }
}

#[test]
fn solved_plans_pass_with_every_optional_row() {
    let change = |case: &mut Case| {
        let last = ClassId::new(case.network.classes.len() - 1);
        let oc = ClassId::new(case.network.classes.iter().position(|k| k.code == "OC").unwrap());
        for (j, f) in case.network.facilities.iter_mut().enumerate() {
            f.mr_member = f.rank() >= 3 && j % 2 == 0;
            f.group_leader = f.tier == Tier::D;
            f.drug_gaps = if f.rank() == 2 && j % 3 == 0 { vec![oc, last] } else { Vec::new() };
            f.budget = (f.tier == Tier::M).then_some(Yuan(6e8));
        }
    };
    let scenario = "gamma = 0.5\n[switches]\ngroup_reserve = true\ndrug_linkage = true\nmutual_recognition = true\nfund_balance = 0.05\nfacility_budget = true\ndeployment = { min_per_county = 30.0 }";
    let Some((problem, plan)) = solved(change, scenario, Method::Auto) else { return };
    assert!(!plan.flows.postings.doctors.is_empty(), "doctors are posted");
    assert!(plan.shortfalls.iter().any(|s| s.target == "fund_balance") && plan.shortfalls.iter().any(|s| s.target == "facility_budget"));
    passes(&problem, &plan, scenario);
}

/// Alters one number and expects a refusal with one of the codes.
fn refused(problem: &Problem, plan: &ReferralPlan, codes: &[&str], change: impl FnOnce(&mut ReferralPlan)) {
    let mut altered = plan.clone();
    change(&mut altered);
    let found: Vec<Violation> = check_referral(problem, &altered);
    assert!(found.iter().any(|v| codes.contains(&v.code.as_str())), "{codes:?} expected, found {found:#?}");
}

/// Position of the largest number.
fn largest(values: &[f64]) -> usize {
    (0..values.len()).max_by(|a, b| values[*a].total_cmp(&values[*b])).unwrap()
}

#[test]
fn one_altered_number_of_a_solved_plan_is_refused() {
    let Some((p, plan)) = solved(|_| (), "gamma = 0.0", Method::Auto) else { return };
    let f = &plan.flows;
    for (row, cases) in f.first_contact.cases.iter().enumerate().step_by(97).filter(|(_, x)| **x > 1.0) {
        refused(&p, &plan, &["demand"], |a| a.flows.first_contact.cases[row] = cases * 1.02);
        refused(&p, &plan, &["floor"], |a| a.flows.first_contact.cases[row] = cases * 0.5);
    }
    let row = largest(&f.first_contact.displaced);
    refused(&p, &plan, &["floor"], |a| a.flows.first_contact.displaced[row] *= 0.99);
    let row = largest(&f.up.cases);
    refused(&p, &plan, &["balance"], |a| a.flows.up.cases[row] *= 1.001);
    let row = largest(&f.treated.cases);
    refused(&p, &plan, &["balance"], |a| a.flows.treated.cases[row] *= 0.999);
    let row = largest(&f.unserved.cases);
    refused(&p, &plan, &["balance"], |a| a.flows.unserved.cases[row] *= 0.9);
    let row = largest(&f.down.cases);
    refused(&p, &plan, &["part"], |a| a.flows.down.cases[row] *= 0.99);
    let row = largest(&f.redirect.cases);
    refused(&p, &plan, &["balance"], |a| a.flows.redirect.cases[row] *= 0.999);
    refused(&p, &plan, &["part"], |a| a.objective_parts.cost *= 1.0 + 1e-6);
    refused(&p, &plan, &["objective"], |a| a.objective *= 1.0 + 1e-6);
    refused(&p, &plan, &["bounds"], |a| a.bounds.primal *= 1.0 + 1e-6);
    refused(&p, &plan, &["bounds"], |a| a.bounds.dual *= 1.0 + 1e-5);
    refused(&p, &plan, &["termination"], |a| a.bounds.dual *= 0.999);
    for n in 0..plan.shortfalls.len() {
        refused(&p, &plan, &["target-wanted"], |a| a.shortfalls[n].wanted *= 1.001);
        refused(&p, &plan, &["part"], |a| a.shortfalls[n].short += 10.0);
    }
    // a bed taken from a full hospital
    let full = plan.marginals.bed.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
    let mut smaller = p.clone();
    smaller.beds[full] *= 0.99;
    assert!(check_referral(&smaller, &plan).iter().any(|v| v.code == "capacity-beds"));
    let full = plan.marginals.doctor.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
    let mut fewer = p.clone();
    fewer.doctors[full] *= 0.99;
    assert!(check_referral(&fewer, &plan).iter().any(|v| v.code == "capacity-doctors"));
    // a dearer treatment
    let mut dearer = p.clone();
    dearer.tiers.get_mut(Tier::M).visit_cost.0 += 1.0;
    assert!(check_referral(&dearer, &plan).iter().any(|v| v.code == "part"));
    // a rate, a population, a travel time
    let mut other = p.clone();
    other.demand[0] *= 1.01;
    assert!(check_referral(&other, &plan).iter().any(|v| v.code == "demand"));
    let mut slower = p.clone();
    let mut arcs = (*p.arcs).clone();
    arcs.up.iter_mut().for_each(|a| a.minutes += 1.0);
    slower.arcs = Arc::new(arcs);
    assert!(check_referral(&slower, &plan).iter().any(|v| v.code == "part"));
}
