//! The repair of infeasible cases mends them, and the Pareto front is one.
#![allow(clippy::unwrap_used)] // a test may fail loudly

#[path = "common/tiny.rs"]
mod tiny;

use fenji::demand::Problem;
use fenji::outcome::{Limits, Silent, Termination};
use fenji::referral::{Method, ReferralSolution, RepairKind, SolveOptions, frontier, solve};

fn options() -> SolveOptions {
    SolveOptions { method: Method::Lazy, limits: Limits { threads: 2, ..Limits::default() }, ..SolveOptions::default() }
}

fn run(problem: &Problem) -> ReferralSolution {
    solve(problem, &options(), &Silent).unwrap()
}

/// The problem with beds, doctors, minutes and targets relaxed as a diagnosis says.
fn mended(problem: &Problem, solution: &ReferralSolution) -> Problem {
    let mut out = problem.clone();
    let at = |code: &str| problem.network.facilities.iter().position(|f| f.code == code).unwrap();
    for repair in &solution.diagnosis.as_ref().unwrap().repairs {
        // a hair more, for the tolerance of the search
        let amount = repair.amount * (1.0 + 1e-6) + 1e-6;
        match repair.kind {
            RepairKind::Beds => out.beds[at(&repair.place)] += amount,
            RepairKind::Doctors => out.doctors[at(&repair.place)] += amount,
            RepairKind::Minutes => out.limits.emergency_minutes = out.limits.emergency_minutes.max(repair.now + amount),
            RepairKind::Target | RepairKind::Service => {}
        }
    }
    out
}

#[test]
fn beds_and_doctors_of_the_repair_make_full_service_feasible() {
    let mut seen = 0;
    for seed in 0..6 {
        let mut problem = tiny::problem(&tiny::network(seed, 1), "gamma = 0.8\nhard_service = true");
        problem.beds.iter_mut().for_each(|b| *b *= 0.6);
        problem.doctors.iter_mut().for_each(|h| *h *= 0.6);
        let tight = run(&problem);
        if tight.termination != Termination::Infeasible {
            continue;
        }
        let diagnosis = tight.diagnosis.as_ref().unwrap();
        assert!(diagnosis.repairs.iter().any(|r| matches!(r.kind, RepairKind::Beds | RepairKind::Doctors)), "{diagnosis:?}");
        assert!(diagnosis.repairs.iter().all(|r| r.amount > 0.0));
        let paid: f64 = diagnosis.repairs.iter().filter_map(|r| r.yuan).sum();
        assert!((paid - diagnosis.bed_yuan - diagnosis.doctor_yuan).abs() <= 1e-6 * paid);
        assert_eq!(run(&mended(&problem, &tight)).termination, Termination::Optimal, "seed {seed}: the repair does not mend");
        // and no half of it does
        let mut half = tight.clone();
        half.diagnosis.as_mut().unwrap().repairs.iter_mut().for_each(|r| r.amount *= 0.5);
        assert_eq!(run(&mended(&problem, &half)).termination, Termination::Infeasible, "seed {seed}: half of the repair is enough");
        seen += 1;
    }
    assert!(seen >= 3, "too few of the networks are short of anything: {seen}");
}

#[test]
fn the_floor_of_postings_is_hard_when_targets_are_and_the_rows_of_money_are_not() {
    let ask = |hard: bool, doctors: f64| {
        let switches = format!("[switches]\nfund_balance = 0.0\ndeployment = {{ min_per_county = {doctors}, max_share = 0.1 }}");
        let off = "targets_off = ['first_contact', 'primary_share', 'in_county', 'in_county_ip', 'down_rate']";
        tiny::problem(&tiny::network(2, 1), &format!("gamma = 1.0\n{off}\nhard_targets = {hard}\n{switches}"))
    };
    // More doctors than a tenth of those the county hospitals have.
    let soft = run(&ask(false, 1e4));
    let short = soft.shortfalls.iter().find(|s| s.target == "deployment").unwrap();
    assert!(soft.termination == Termination::Optimal && short.short > 1.0 && short.short < 1e4, "{short:?}");
    let hard = run(&ask(true, 1e4));
    assert_eq!(hard.termination, Termination::Infeasible);
    let repairs = hard.diagnosis.unwrap().repairs;
    let missing: Vec<_> = repairs.iter().filter(|r| r.target.as_deref() == Some("deployment")).collect();
    assert!(!missing.is_empty() && missing.iter().all(|r| r.kind == RepairKind::Target && (r.now - 1e4).abs() < 1e-6), "{repairs:?}");
    assert!((missing.iter().map(|r| r.amount).fold(0.0, f64::max) - short.short).abs() < 1e-3 * short.short, "{missing:?} {short:?}");
    // A floor that can be met is met, while no fund balances to the yuan and the plan is there all the same.
    let met = run(&ask(true, 0.01));
    assert_eq!(met.termination, Termination::Optimal);
    assert!(met.shortfalls.iter().filter(|s| s.target == "deployment").all(|s| s.short < 1e-6));
    assert!(met.shortfalls.iter().any(|s| s.target == "fund_balance" && s.short > 1.0), "{:?}", met.shortfalls);
}

#[test]
fn a_hard_target_out_of_reach_is_said_in_cases() {
    // all stays in the own county: the case mix alone forbids it
    let problem = tiny::problem(&tiny::network(2, 1), "gamma = 1.0\nhard_targets = true\n[targets]\nin_county_ip = 0.95");
    let s = run(&problem);
    assert_eq!(s.termination, Termination::Infeasible);
    let repairs = s.diagnosis.unwrap().repairs;
    let short = repairs.iter().find(|r| r.kind == RepairKind::Target && r.target.as_deref() == Some("in_county_ip")).unwrap();
    // at most the classes up to rank 3 can stay: 74.18 % of stays
    let stays = short.now / 0.95;
    assert!((short.amount / stays - (0.95 - 0.741_784)).abs() < 1e-3, "{} of {stays}", short.amount);
}

#[test]
fn a_case_taken_apart_is_as_infeasible_as_the_whole() {
    let apart = SolveOptions { method: Method::Decomposed, ..options() };
    for seed in 0..4 {
        for scenario in [
            "gamma = 0.8\nhard_service = true",
            "gamma = 1.0\nhard_targets = true",
            "gamma = 1.0\nhard_targets = true\n[targets]\nin_county = 0.5\nin_county_ip = 0.3\nfirst_contact = 0.3\nprimary_share = 0.3\ndown_rate = 0.0",
        ] {
            let problem = tiny::problem(&tiny::network(seed, 2), scenario);
            let (whole, parts) = (run(&problem), solve(&problem, &apart, &Silent).unwrap());
            assert_eq!(whole.termination, parts.termination, "seed {seed}: {scenario}");
            match (&whole.diagnosis, &parts.diagnosis) {
                (Some(a), Some(b)) => {
                    let yuan = |d: &fenji::referral::Diagnosis| d.bed_yuan + d.doctor_yuan;
                    assert!((yuan(a) - yuan(b)).abs() <= 1e-2 * yuan(a).max(1e6), "seed {seed}: {} against {}", yuan(a), yuan(b));
                }
                _ => assert!(
                    (whole.parts.total() / parts.parts.total() - 1.0).abs() < 1e-5,
                    "seed {seed}: {} against {}",
                    whole.parts.total(),
                    parts.parts.total()
                ),
            }
        }
    }
}

#[test]
fn an_emergency_out_of_reach_is_said_in_minutes() {
    let problem = tiny::problem(&tiny::network(3, 1), "gamma = 1.0\nhard_service = true\n[limits]\nemergency_minutes = 4.0");
    let s = run(&problem);
    assert_eq!(s.termination, Termination::Infeasible);
    let repairs = s.diagnosis.unwrap().repairs;
    let late: Vec<_> = repairs.iter().filter(|r| r.kind == RepairKind::Minutes).collect();
    assert!(!late.is_empty() && late.iter().all(|r| (r.now - 4.0).abs() < 1e-12 && r.amount > 0.0), "{repairs:?}");
}

#[test]
fn the_front_trades_travel_for_cost() {
    let problem = tiny::problem(&tiny::network(4, 2), "gamma = 0.7");
    let front = frontier(&problem, &options(), 6, &Silent).unwrap();
    assert_eq!(front.len(), 6);
    let rest = |p: &fenji::referral::ParetoPoint| p.parts.total() - p.parts.cost;
    for p in &front {
        assert!(p.parts.cost <= p.cost_limit * (1.0 + 1e-6), "{} over {}", p.parts.cost, p.cost_limit);
        assert!(p.bounds.gap() < 1e-4);
    }
    for pair in front.windows(2) {
        assert!(pair[1].cost_limit >= pair[0].cost_limit);
        assert!(rest(&pair[1]) <= rest(&pair[0]) * (1.0 + 1e-4), "{} then {}", rest(&pair[0]), rest(&pair[1]));
    }
    let (first, last) = (&front[0], &front[5]);
    assert!(last.parts.travel < first.parts.travel && last.parts.cost > first.parts.cost, "no trade: {front:?}");
    // the weighted optimum lies between the ends
    let z = run(&problem).parts.total();
    assert!(front.iter().all(|p| p.parts.total() >= z * (1.0 - 1e-6)));
}
