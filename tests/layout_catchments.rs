//! Layouts by catchments against the whole model solved by branch and bound: the interval holds the optimum, whatever is asked.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may fail loudly

use fenji::check::check_layout;
use fenji::demand::LayoutProblem;
use fenji::layout::{LayoutSolution, Method, PlanInfo, SolveOptions, lacks, solve, to_plan};
use fenji::network::Case;
use fenji::outcome::{Limits, Silent, Termination};
use fenji::policy::Scenario;
use fenji::synth::{SynthParams, generate};

fn case(seed: u64) -> Case {
    generate(&SynthParams { seed, ..SynthParams::default() }).unwrap()
}

fn run(case: &Case, text: &str, method: Method, threads: usize) -> (LayoutProblem, LayoutSolution) {
    let scenario: Scenario = toml::from_str(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let problem = LayoutProblem::assemble(case, &scenario).unwrap();
    let options = SolveOptions { method, limits: Limits { gap: 1e-6, threads, ..Limits::default() }, neighbours: 0 };
    let solution = solve(&problem, &options, &Silent).unwrap();
    (problem, solution)
}

const NOTHING: &str = "[layout]\nexisting = \"ignore\"\ncandidates = \"generated\"\n";

/// Solves both ways; returns value and bound by catchments, and the optimum of the whole model.
fn both(case: &Case, text: &str, worst: f64) -> (f64, f64, f64) {
    let (problem, whole) = run(case, text, Method::Direct, 2);
    assert_eq!(whole.termination, Termination::Optimal, "{text}");
    let (_, s) = run(case, text, Method::Catchments, 2);
    assert_eq!(s.method, Method::Catchments, "{text}");
    assert!(!s.stages.is_empty(), "{text}: {:?}", s.termination);
    let (best, found) = (whole.stages[0].bounds, s.stages[0].bounds);
    let near = 1e-6 * best.primal.abs();
    assert!(found.dual <= best.primal + near, "{text}: bound {} above the optimum {}", found.dual, best.primal);
    assert!(found.primal >= best.dual - near, "{text}: value {} below the optimum {}", found.primal, best.dual);
    assert!(found.gap() <= worst, "{text}: {found:?} against {}", best.primal);
    let info = PlanInfo {
        policy: "P2025".into(),
        scenario: toml::from_str(text).unwrap(),
        gap: 1e-6,
        seconds: 0.0,
        backend: "highs".into(),
        front: Vec::new(),
    };
    let plan = to_plan(&case.network, &problem, &s, info);
    assert_eq!(check_layout(&case.network, &problem, &plan), [], "{text}");
    (found.primal, found.dual, best.primal)
}

#[test]
fn the_interval_of_catchments_holds_the_optimum_of_the_whole() {
    let case = case(5);
    let beds = "[layout.beds]\nneed_per_1000 = [0.8, 2.0]\n";
    both(&case, NOTHING, 0.005);
    both(&case, &format!("{NOTHING}objective = [\"travel\"]\n"), 0.02);
    both(&case, &format!("{NOTHING}{beds}"), 0.01);
    both(&case, &format!("{NOTHING}{beds}target = 4.0\n"), 0.01);
    both(&case, &format!("{NOTHING}{beds}tier_max = [1.2, 2.2]\n"), 0.02);
    both(&case, "[layout]\nexisting = \"free\"\n", 0.01);
}

#[test]
fn a_budget_is_priced_and_a_smaller_one_is_refused_with_what_is_missing() {
    let case = case(6);
    let beds = "[layout.beds]\nneed_per_1000 = [0.8, 2.0]\n";
    let text = |yuan: f64| format!("{NOTHING}{beds}[layout.budget]\nyuan = {yuan:.0}\ncounts = \"all\"\n");
    let (_, free) = run(&case, &text(1e15), Method::Direct, 2);
    let (_, least) = run(
        &case,
        &format!("{NOTHING}objective = [\"money\"]\n{beds}charge = 1.0\n[layout.budget]\nyuan = 1e15\ncounts = \"all\"\n"),
        Method::Direct,
        2,
    );
    // with the whole capital charged, money is what the budget counts
    let (from, to) = (least.value.budget, free.value.budget);
    assert!(from < to - 1e3, "{from} {to}");
    let (value, bound, optimum) = both(&case, &text(from + 0.5 * (to - from)), 0.02);
    assert!(value >= free.value.of(fenji::policy::layout::Objective::Cost) - 1.0 && bound <= optimum + 1e-6 * optimum);
    let (_, none) = run(&case, &text(0.9 * from), Method::Catchments, 2);
    assert_eq!(none.termination, Termination::Infeasible);
    let lack = none.missing.unwrap();
    let mend = lacks(&lack);
    let truth = 0.1 * from;
    assert!(mend.at_least.unwrap() <= truth * (1.0 + 1e-6) && mend.amount >= truth * (1.0 - 1e-6), "{mend:?} against {truth}");
    assert!(mend.amount - mend.at_least.unwrap() <= 0.02 * from, "{mend:?}");
}

#[test]
fn people_a_site_serves_at_most() {
    let case = case(7);
    let beds = "[layout.beds]\nneed_per_1000 = [0.8, 2.0]\n";
    let most = |a: f64, b: f64, c: f64| format!("{NOTHING}max_people = [{a}, {b}, {c}]\n");
    let people = LayoutProblem::assemble(&case, &toml::from_str::<Scenario>(NOTHING).unwrap()).unwrap();
    let clients = people.clients.len() as f64;
    let mean = people.people / clients;
    both(&case, &most(6.0 * mean, 0.0, 0.0), 0.05);
    both(&case, &format!("{}{beds}", most(0.0, people.people / 4.0, people.people / 2.0)), 0.05);
}

#[test]
fn threads_do_not_matter_and_more_hospitals_than_seats_are_refused() {
    let case = case(8);
    let text = format!("{NOTHING}[layout.beds]\nneed_per_1000 = [0.8, 2.0]\n");
    let (_, one) = run(&case, &text, Method::Catchments, 1);
    let (_, two) = run(&case, &text, Method::Catchments, 2);
    assert_eq!(one.layout, two.layout);
    assert_eq!(one.stages, two.stages);
    // no number of hospitals has the beds: counted before anything is solved
    let (_, none) = run(&case, &format!("{NOTHING}[layout.beds]\nneed_per_1000 = [0.8, 900.0]\n"), Method::Catchments, 2);
    assert_eq!(none.termination, Termination::Infeasible);
    assert!(!none.without.is_empty());
}
