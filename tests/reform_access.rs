//! Access by tier: the golden Gini, the sum that must be the supply, and a check that refuses altered plans.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::float_cmp)] // tests stop hard

#[path = "common/demo.rs"]
mod demo;
#[path = "common/tiny.rs"]
mod tiny;

use fenji::check::check_reform;
use fenji::demand::Problem;
use fenji::network::Case;
use fenji::outcome::{Limits, Silent};
use fenji::plan::reform::{AccessAnswer, Model, REFORM_KIND, REFORM_VERSION, ReformAnswer, ReformPlan};
use fenji::policy::{Reform, Scenario, pack};
use fenji::reform::{ReformInput, Reformed, solve};
use std::sync::Arc;

fn measure(case: &Case, problem: &Problem, rules: Reform) -> ReformPlan {
    let pack = pack::load("P2025").unwrap();
    let input = ReformInput { case, problem, pack: &pack, rules: &rules, referral: None, limits: Limits::default(), seed: 1 };
    let Reformed::Answer(solved) = solve(Model::Access, &input, &Silent).unwrap() else { panic!("infeasible") };
    ReformPlan {
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
    }
}

fn answer(plan: &ReformPlan) -> &AccessAnswer {
    match &plan.answer {
        ReformAnswer::Access(a) => a,
        _ => panic!("another model"),
    }
}

#[test]
fn golden_gini_of_the_prefecture() {
    let Some((case, arcs)) = demo::load() else { return };
    let problem = Problem::assemble(&case, Arc::new(arcs), &pack::load("P2025").unwrap(), &Scenario::default()).unwrap();
    let plan = measure(&case, &problem, Reform::default());
    assert!((plan.objective - 0.078_966).abs() < 5e-7, "{}", plan.objective);
    assert_eq!(check_reform(&case, &problem, &plan, None), Vec::new());
}

#[test]
fn sums_hold_the_worst_come_first_and_altered_plans_are_refused() {
    for seed in 0..8 {
        let case = tiny::network(seed, 2);
        let problem = tiny::problem(&case, "");
        let mut rules = Reform::default();
        rules.access.worst = 4;
        let plan = measure(&case, &problem, rules);
        assert_eq!(check_reform(&case, &problem, &plan, None), Vec::new());
        let a = answer(&plan);
        for level in 0..4 {
            let sum: f64 = a.rows.iter().map(|r| r.people as f64 * r.by_rank[level]).sum();
            assert!((sum - a.supply[level]).abs() <= 1e-9 * sum.max(1.0), "rank {}: {sum} against {}", level + 1, a.supply[level]);
        }
        let of = |code: &String| a.rows.iter().find(|r| r.settlement == *code).unwrap().index;
        let worst = a.worst.iter().map(of).fold(0.0, f64::max);
        let better = a.rows.iter().filter(|r| !a.worst.contains(&r.settlement)).map(|r| r.index).fold(f64::INFINITY, f64::min);
        assert!(a.worst.len() == 4 && worst <= better);
        type Change = fn(&mut ReformPlan, &mut AccessAnswer);
        let changes: [(&str, Change); 7] = [
            ("value", |_, a| a.rows[0].index += 0.01),
            ("value", |_, a| a.rows[1].by_rank[0] += 0.01),
            ("value", |_, a| a.rows[0].minutes[2] = Some(1.0)),
            ("value", |_, a| a.coverage[1] -= 0.01),
            ("value", |_, a| a.worst.swap(0, 3)),
            ("value", |_, a| a.areas[0].index += 0.01),
            ("objective", |p, _| {
                p.objective += 0.01;
                p.bounds.primal += 0.01;
            }),
        ];
        for (n, (code, change)) in changes.into_iter().enumerate() {
            let (mut other, mut a) = (plan.clone(), answer(&plan).clone());
            change(&mut other, &mut a);
            other.answer = ReformAnswer::Access(a);
            let found = check_reform(&case, &problem, &other, None);
            assert!(found.iter().any(|v| v.code == code), "seed {seed}: change {n} is not refused as {code}: {found:?}");
        }
    }
}

#[test]
fn the_example_is_a_scenario() {
    let scenario: Scenario = toml::from_str(&std::fs::read_to_string("examples/reform/access.toml").unwrap()).unwrap();
    assert_eq!(scenario.reform.unwrap().access.worst, 30);
}
