//! What a planner asks next on a county of the oracle's prefecture: answers that pass their check, and mistakes that do not.
#![allow(clippy::unwrap_used)] // a test may fail loudly

#[path = "common/demo.rs"]
mod demo;

use fenji::check::{check_layout, check_questions};
use fenji::demand::LayoutProblem;
use fenji::layout::ask::{self, AlternativeOptions, RegretOptions, WhyOptions};
use fenji::layout::{PlanInfo, SolveOptions, solve, to_plan};
use fenji::network::Case;
use fenji::outcome::{Limits, Silent, Termination};
use fenji::plan::layout_questions::{LayoutQuestions, ListEnd, Proof, QUESTIONS_VERSION, Robust};
use fenji::plan::{Bounds, LayoutPlan};
use fenji::policy::Scenario;
use std::time::Duration;

fn answers(case: &Case, text: &str) -> (LayoutProblem, LayoutPlan, LayoutQuestions) {
    let scenario: Scenario = toml::from_str(text).unwrap();
    let problem = LayoutProblem::assemble(case, &scenario).unwrap();
    let options = SolveOptions { limits: Limits { gap: 1e-7, threads: 2, ..Limits::default() }, ..SolveOptions::default() };
    let solution = solve(&problem, &options, &Silent).unwrap();
    assert_eq!(solution.termination, Termination::Optimal);
    let info = PlanInfo { policy: "P2025".into(), scenario, gap: 1e-7, seconds: 0.0, backend: "highs".into(), front: Vec::new() };
    let plan = to_plan(&case.network, &problem, &solution, info);
    assert!(check_layout(&case.network, &problem, &plan).is_empty());
    let layout = ask::layout_of(&problem, &plan).unwrap();
    assert_eq!(layout, solution.layout, "a plan can be read back into its layout");
    let older = ask::robust::aged(&problem, [1.0, 1.2, 1.6], [1.0, 1.0]);
    let scenarios = vec![("as planned".to_owned(), problem.clone()), ("older".to_owned(), older)];
    let why = WhyOptions { solve: options, most: 12, each: Duration::from_secs(20) };
    let alternatives = AlternativeOptions { most: 2, solve: options, ..AlternativeOptions::default() };
    let regrets = RegretOptions { solve: options, exact_columns: 0, ..RegretOptions::default() };
    let objective = ask::objective(&problem);
    let asked = LayoutQuestions {
        version: QUESTIONS_VERSION,
        kind: "layout_questions".into(),
        fenji: String::new(),
        case: plan.case.clone(),
        objective,
        unit: objective.unit().into(),
        bounds: plan.objectives[0].bounds,
        order: Some(ask::order(&problem, &layout, &[2e6, 2e6], &Silent)),
        why: Some(ask::why(&problem, &layout, &why, &Silent).unwrap()),
        alternatives: Some(ask::alternatives(&problem, &layout, &alternatives, &Silent).unwrap()),
        robust: Some(Robust {
            outages: ask::outages(&problem, &layout),
            cuts: Vec::new(),
            ageing: Some(ask::ageing(&problem, &layout, [1.0, 1.2, 1.6], [1.0, 1.0])),
            regrets: Some(ask::regrets(&problem, &layout, &scenarios, &regrets, &Silent).unwrap()),
            remarks: Vec::new(),
        }),
        seconds: 0.0,
    };
    (problem, plan, asked)
}

#[test]
fn answers_of_a_county_pass_their_check_and_mistakes_do_not() {
    let Some((case, _)) = demo::load() else { return };
    let (problem, plan, asked) = answers(&case, "[layout]\nareas = [\"C3\"]\nexisting = \"free\"\n");
    let check = |a: &LayoutQuestions| check_questions(&case.network, &problem, &plan, a);
    assert_eq!(check(&asked), Vec::new());
    let order = asked.order.as_ref().unwrap();
    assert!(!order.steps.is_empty(), "the plan changes something");
    let why = asked.why.as_ref().unwrap();
    assert!(why.iter().any(|w| w.proof == Proof::Solved) && why.iter().any(|w| w.lower.is_some() && w.upper.is_some()));
    assert!(asked.alternatives.as_ref().unwrap().end != ListEnd::Limit);
    // it goes through its file unharmed
    let back: LayoutQuestions = serde_json::from_slice(&serde_json::to_vec(&asked).unwrap()).unwrap();
    assert_eq!(check(&back), Vec::new());
    let refused = |name: &str, code: &str, change: &dyn Fn(&mut LayoutQuestions)| {
        let mut wrong = asked.clone();
        change(&mut wrong);
        let found = check(&wrong);
        assert!(found.iter().any(|v| v.code == code), "{name}: {found:?}");
    };
    refused("another objective value", "header", &|a| a.bounds = Bounds { primal: 1.0, dual: 0.0 });
    refused("a stage that is cheaper", "order-stage", &|a| a.order.as_mut().unwrap().steps[0].after.running -= 1e5);
    refused("a stage that is better", "order-stage", &|a| a.order.as_mut().unwrap().steps[0].after.objective -= 1e5);
    refused("a gain too large", "order-gain", &|a| a.order.as_mut().unwrap().steps[0].gain += 1e5);
    refused("a step left out", "order-change", &|a| a.order.as_mut().unwrap().steps.truncate(1));
    refused("an interval upside down", "why", &|a| {
        let w = &mut a.why.as_mut().unwrap()[0];
        (w.lower, w.upper, w.impossible) = (Some(2.0), Some(1.0), false);
    });
    refused("a foreign site", "why", &|a| a.why.as_mut().unwrap()[0].code = "nowhere".into());
    refused("an outage that moves more", "outage", &|a| a.robust.as_mut().unwrap().outages[0].stress.moved[0] += 10.0);
    refused("an outage that leaves nobody out", "outage", &|a| a.robust.as_mut().unwrap().outages[0].stress.unserved[2] -= 10.0);
    refused("a regret that is smaller", "regret", &|a| {
        a.robust.as_mut().unwrap().regrets.as_mut().unwrap().plans[0].regrets[1].as_mut().unwrap().primal -= 1e6;
    });
    if !asked.alternatives.as_ref().unwrap().plans.is_empty() {
        refused("an alternative too cheap", "alternative", &|a| a.alternatives.as_mut().unwrap().plans[0].bounds.primal -= 1e5);
    }
}

#[test]
fn a_way_that_is_cut_sends_people_elsewhere() {
    let Some((case, _)) = demo::load() else { return };
    let scenario: Scenario = toml::from_str("[layout]\nareas = [\"C3\"]\nexisting = \"free\"\n").unwrap();
    let problem = LayoutProblem::assemble(&case, &scenario).unwrap();
    let plan = solve(&problem, &SolveOptions::default(), &Silent).unwrap().layout;
    let u = plan.uses[0][0];
    let client = &problem.clients[u.client as usize];
    let way = (case.network.settlement(client.settlement).code.clone(), problem.sites[u.site as usize].code.clone());
    let cut = ask::cut_ways(&case.network, &problem, &plan, std::slice::from_ref(&way)).unwrap();
    assert!((cut[0].stress.moved[0] - client.people).abs() < 1e-9);
    let next = problem.times.row(u.client as usize).find(|t| t.0 != u.site as usize && plan.levels[t.0] >= 1).unwrap();
    assert!((cut[0].stress.extra[0] - (next.1 - u.minutes)).abs() < 1e-9);
    assert_eq!(ask::cut_ways(&case.network, &problem, &plan, &[("x".into(), way.1)]).unwrap_err().len(), 1);
    // the case travels by distance: there is no road to cut
    assert_eq!(ask::cut_road(&case, &scenario, &problem, &plan, &[(0, 1)]), Ok(None));
}
