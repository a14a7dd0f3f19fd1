//! Layouts against brute force, their invariants, the parts against the one model, and what the check refuses.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may fail loudly

use fenji::check::check_layout;
use fenji::demand::LayoutProblem;
use fenji::demand::layout::LEVELS;
use fenji::layout::evaluate::nearest;
use fenji::layout::{Layout, LayoutSolution, Method, PlanInfo, SolveOptions, Value, evaluate, repair, solve, to_plan};
use fenji::network::{Case, Owner};
use fenji::outcome::{Limits, Silent, StopFlag, Termination};
use fenji::plan::LayoutPlan;
use fenji::plan::layout::SiteStatus;
use fenji::policy::Scenario;
use fenji::policy::layout::{Capability, Objective};
use fenji::synth::{SynthParams, generate};
use std::time::Duration;

fn case(seed: u64) -> Case {
    generate(&SynthParams { seed, ..SynthParams::default() }).unwrap()
}

/// The first settlements of a county, so that all layouts can be listed.
fn tiny(seed: u64) -> Case {
    let mut case = case(seed);
    let county = case.network.areas.iter().position(|a| !a.urban).unwrap();
    case.network.settlements.retain(|s| s.area.index() == county);
    case.network.settlements.truncate(6);
    // seats of townships without people would only lengthen the list
    let lived: Vec<usize> = case.network.settlements.iter().map(|s| s.town.index()).collect();
    let other = case.network.areas.iter().position(|a| a.urban).unwrap();
    for (_, town) in case.network.towns.iter_mut().enumerate().filter(|(t, _)| !lived.contains(t)) {
        town.area = fenji::ids::AreaId::new(other);
    }
    case
}

fn scenario(text: &str) -> Scenario {
    toml::from_str(text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

fn options(method: Method, gap: f64) -> SolveOptions {
    SolveOptions { method, limits: Limits { gap, threads: 2, ..Limits::default() }, ..SolveOptions::default() }
}

fn run(case: &Case, text: &str, method: Method) -> (LayoutProblem, LayoutSolution) {
    let problem = LayoutProblem::assemble(case, &scenario(text)).unwrap();
    let solution = solve(&problem, &options(method, 1e-9), &Silent).unwrap();
    (problem, solution)
}

fn plan(case: &Case, text: &str, problem: &LayoutProblem, s: &LayoutSolution, gap: f64) -> LayoutPlan {
    let info = PlanInfo { policy: "P2025".into(), scenario: scenario(text), gap, seconds: 0.0, backend: "highs".into(), front: Vec::new() };
    to_plan(&case.network, problem, s, info)
}

/// Every layout of a tiny problem without beds: the best value of an objective among those that `good` lets through.
fn brute(problem: &LayoutProblem, objective: Objective, good: &dyn Fn(&Layout, &Value) -> bool) -> Option<f64> {
    let choices: Vec<Vec<u8>> = problem.sites.iter().map(|s| (0..=3).filter(|&l| s.allowed[l]).map(|l| l as u8).collect()).collect();
    let mut at = vec![0usize; choices.len()];
    let mut best: Option<f64> = None;
    loop {
        let levels: Vec<u8> = at.iter().zip(&choices).map(|(n, c)| c[*n]).collect();
        let uses: [Vec<_>; LEVELS] = std::array::from_fn(|n| nearest(problem, &levels, n + 1));
        let layout = Layout { beds: vec![0.0; levels.len()], flags: vec![[false; 4]; levels.len()], levels, uses };
        if counts_hold(problem, &layout) && layout.uses.iter().all(|u| u.len() == problem.clients.len()) {
            let value = evaluate(problem, &layout);
            if good(&layout, &value) && best.is_none_or(|b| value.of(objective) < b) {
                best = Some(value.of(objective));
            }
        }
        let Some(next) = (0..at.len()).find(|&n| at[n] + 1 < choices[n].len()) else { return best };
        at[next] += 1;
        at[..next].fill(0);
    }
}

/// One centre in each township where people live, one or two hospitals.
fn counts_hold(problem: &LayoutProblem, layout: &Layout) -> bool {
    let hospitals = layout.levels.iter().filter(|l| **l == 3).count();
    let towns: std::collections::BTreeSet<_> = problem.clients.iter().map(|c| c.town).collect();
    (1..=2).contains(&hospitals)
        && towns.iter().all(|t| {
            let here = problem.sites.iter().zip(&layout.levels).filter(|(s, l)| s.town == Some(*t) && **l >= 2);
            here.count() == 1
        })
}

const NOTHING: &str = "[layout]\nexisting = \"ignore\"\ncandidates = \"generated\"\n";

#[test]
fn every_objective_is_what_listing_all_layouts_gives() {
    for seed in [3, 4] {
        let case = tiny(seed);
        let area = case.network.area(case.network.settlements[0].area).code.clone();
        let head = format!("[layout]\nexisting = \"ignore\"\ncandidates = \"generated\"\nareas = [\"{area}\"]\n");
        let free = |_: &Layout, _: &Value| true;
        for objective in [Objective::Cost, Objective::Money, Objective::Worst, Objective::P90, Objective::Gini, Objective::Clinics] {
            let (problem, s) = run(&case, &format!("{head}objective = [\"{}\"]\n", objective.name()), Method::Auto);
            let want = brute(&problem, objective, &free).unwrap();
            let got = s.value.of(objective);
            assert!((got - want).abs() <= 1e-6 * want.abs().max(1.0), "{seed} {objective:?}: {got} against {want}");
            assert!(s.stages[0].bounds.dual <= got + 1e-6 * got.abs().max(1.0), "{seed} {objective:?}");
            assert_eq!(s.termination, Termination::Optimal, "{seed} {objective:?}");
        }
        let (problem, cheapest) = run(&case, &format!("{head}objective = [\"money\"]\n"), Method::Auto);
        for more in [0.0, 0.13e6, 0.3e6, 70e6] {
            let yuan = cheapest.value.budget + more;
            let text = format!("{head}objective = [\"travel\"]\n[layout.budget]\nyuan = {yuan:.1}\ncounts = \"all\"\n");
            let (_, s) = run(&case, &text, Method::Auto);
            let want = brute(&problem, Objective::Travel, &|_, v| v.budget <= yuan + 0.5).unwrap();
            let got = s.value.of(Objective::Travel);
            assert!((got - want).abs() <= 1e-6 * want.max(1.0), "{seed} budget {yuan}: {got} against {want}");
        }
        for share in [0.5, 0.8, 1.0] {
            let text =
                format!("{head}objective = [\"cost\"]\n[layout.coverage]\nminutes = [6.0, 0.0, 0.0]\nshare = [{share:.1}, 0.0, 0.0]\n");
            let (problem, s) = run(&case, &text, Method::Auto);
            let want = brute(&problem, Objective::Cost, &|_, v| v.uncovered[0] <= (1.0 - share) * problem.people + 0.01).unwrap();
            let got = s.value.of(Objective::Cost);
            assert!((got - want).abs() <= 1e-6 * want, "{seed} share {share}: {got} against {want}");
        }
    }
}

#[test]
fn more_money_is_never_worse_and_the_budget_holds() {
    let case = case(5);
    let base = "[layout]\nexisting = \"keep\"\nobjective = [\"travel\"]\n";
    let mut last = f64::INFINITY;
    for yuan in [0.0, 5e6, 60e6, 130e6] {
        let text = format!("{base}[layout.budget]\nyuan = {yuan:.1}\n");
        let (problem, s) = run(&case, &text, Method::Auto);
        assert_eq!(s.termination, Termination::Optimal);
        assert!(s.value.budget <= yuan + 1.0, "{} of {yuan}", s.value.budget);
        let travel = s.value.of(Objective::Travel);
        assert!(travel <= last * (1.0 + 1e-9), "{yuan}: {travel} after {last}");
        last = travel;
        assert_eq!(check_layout(&case.network, &problem, &plan(&case, &text, &problem, &s, 1e-9)), []);
    }
}

#[test]
fn candidates_never_hurt() {
    for seed in [1, 2] {
        let case = case(seed);
        let cost = |candidates: &str| {
            let (_, s) = run(&case, &format!("[layout]\nexisting = \"free\"\ncandidates = \"{candidates}\"\n"), Method::Auto);
            (s.value.of(Objective::Cost), s.stages[0].bounds.dual)
        };
        let ((none, _), (all, bound)) = (cost("none"), cost("generated"));
        assert!(all <= none * (1.0 + 1e-8), "{seed}: {all} against {none}");
        assert!(bound <= all * (1.0 + 1e-12), "{seed}");
    }
}

/// Short lists let a settlement count the least way beyond them; what an earlier objective reached is kept all the same, and the check takes the plan.
#[test]
fn a_later_objective_gives_up_no_more_of_an_earlier_one_than_it_may() {
    for seed in 1..=4 {
        let case = case(seed);
        let text = "[layout]\nobjective = [\"travel\", \"money\"]\n[layout.hospitals]\nmax = 4\n[layout.budget]\nyuan = 90e6\n";
        let problem = LayoutProblem::assemble(&case, &scenario(text)).unwrap();
        for (neighbours, gap) in [(1, 0.05), (2, 0.01), (3, 1e-4)] {
            let options = SolveOptions { neighbours, ..options(Method::Parts, gap) };
            let first = fenji::layout::solve::under(&problem, &[Objective::Travel], Vec::new(), &options, &Silent).unwrap();
            let both = solve(&problem, &options, &Silent).unwrap();
            let (alone, after) = (first.value.of(Objective::Travel), both.value.of(Objective::Travel));
            assert!(after <= alone * (1.0 + problem.rules.tolerance) + 1e-6, "{seed} {neighbours} {gap}: {after} after {alone}");
            assert_eq!(check_layout(&case.network, &problem, &plan(&case, text, &problem, &both, gap)), [], "{seed} {neighbours} {gap}");
        }
    }
}

#[test]
fn a_freeze_keeps_public_hospital_beds_at_those_of_today() {
    let case = case(6);
    let rule = |freeze: bool| {
        format!(
            "[layout]\n[layout.hospitals]\nmax = 6\n[layout.beds]\nfreeze = {freeze}\nfreeze_at = 0.5\ntier_min = [1.2, 0.0]\nshrink = true\n"
        )
    };
    let text = rule(true);
    let (problem, s) = run(&case, &text, Method::Auto);
    assert_eq!(s.termination, Termination::Optimal);
    let sum = |levels: &dyn Fn(usize) -> u8, beds: &dyn Fn(usize) -> f64| -> f64 {
        let public = |j: &usize| problem.sites[*j].owner == Owner::Public && !problem.sites[*j].city;
        (0..problem.sites.len()).filter(public).filter(|&j| levels(j) == 3).map(beds).sum()
    };
    let now = sum(&|j| problem.sites[j].now, &|j| problem.sites[j].beds_now);
    let after = sum(&|j| s.layout.levels[j], &|j| s.layout.beds[j]);
    assert!(after <= now + 1e-3, "{after} above {now}");
    assert_eq!(check_layout(&case.network, &problem, &plan(&case, &text, &problem, &s, 1e-9)), []);
    let centres: f64 = (0..problem.sites.len()).filter(|&j| s.layout.levels[j] == 2).map(|j| s.layout.beds[j]).sum();
    assert!(centres >= 1.2e-3 * problem.people - 1e-3);
}

#[test]
fn parts_and_the_one_model_agree_on_a_middle_size() {
    let case = case(8);
    let texts = [
        format!(
            "{NOTHING}[layout.beds]\nneed_per_1000 = [0.5, 1.0]\n[layout.budget]\nyuan = 2.4e9\ncounts = \"all\"\n[layout.hospitals]\nmax = 5\n"
        ),
        format!("{NOTHING}objective = [\"travel\"]\n[layout.budget]\nyuan = 520e6\ncounts = \"all\"\n[layout.hospitals]\nmax = 5\n"),
        format!("{NOTHING}[layout.coverage]\nminutes = [10.0, 30.0, 60.0]\nshare = [0.9, 0.9, 0.5]\n[layout.hospitals]\nmax = 5\n"),
        format!("{NOTHING}max_people = [30000.0, 0.0, 0.0]\n"),
    ];
    for text in &texts {
        let problem = LayoutProblem::assemble(&case, &scenario(text)).unwrap();
        let limits = |gap: f64| Limits { gap, threads: 2, time: Some(Duration::from_secs(100)) };
        let whole = solve(&problem, &SolveOptions { method: Method::Direct, limits: limits(1e-5), neighbours: 0 }, &Silent).unwrap();
        let parts = solve(&problem, &SolveOptions { method: Method::Parts, limits: limits(1e-4), neighbours: 6 }, &Silent).unwrap();
        assert!(!whole.stages.is_empty() && !parts.stages.is_empty(), "{text}: {:?} {:?}", whole.termination, parts.termination);
        let (a, b) = (whole.stages[0].bounds, parts.stages[0].bounds);
        assert!(b.dual <= a.primal * (1.0 + 1e-9), "{text}: bound {} above a value {}", b.dual, a.primal);
        assert!(a.dual <= b.primal * (1.0 + 1e-9), "{text}: value {} below a bound {}", b.primal, a.dual);
        assert!(b.gap() < 0.05 && b.primal / a.primal - 1.0 < 0.03, "{text}: {a:?} {b:?}");
        assert!(parts.parts > 1, "{text}");
        assert_eq!(check_layout(&case.network, &problem, &plan(&case, text, &problem, &parts, 0.05)), [], "{text}");
    }
}

#[test]
fn what_cannot_be_met_is_told_in_amounts() {
    let case = case(9);
    let area = case.network.areas.iter().find(|a| !a.urban).unwrap().code.clone();
    let head = format!("[layout]\nareas = [\"{area}\"]\nexisting = \"ignore\"\ncandidates = \"generated\"\n");
    for (rule, what) in [
        ("[layout.budget]\nyuan = 1e6\ncounts = \"all\"\n", "budget"),
        ("[layout.hospitals]\nmin = 40\nmax = 40\n", "hospitals"),
        ("[layout.beds]\ntarget = 900.0\n", "beds"),
        ("[layout.coverage]\nminutes = [0.0, 0.0, 4.0]\nshare = [0.0, 0.0, 1.0]\n", "coverage"),
    ] {
        let text = format!("{head}{rule}");
        let problem = LayoutProblem::assemble(&case, &scenario(&text)).unwrap();
        let s = solve(&problem, &options(Method::Auto, 1e-6), &Silent).unwrap();
        assert_eq!(s.termination, Termination::Infeasible, "{what}");
        let limits = Limits { time: Some(Duration::from_secs(60)), ..Limits::default() };
        let (mends, proven) = repair(&problem, &case.network, &limits, &Silent).unwrap();
        assert!(proven && mends.iter().any(|m| m.what == what && m.amount > 0.0), "{what}: {mends:?}");
        if what == "coverage" {
            assert!(mends.iter().any(|m| m.minutes.is_some_and(|t| t > 4.0)), "{mends:?}");
        }
    }
}

#[test]
fn a_stopped_run_says_so() {
    let case = case(2);
    let problem = LayoutProblem::assemble(&case, &scenario(NOTHING)).unwrap();
    let flag = StopFlag::default();
    flag.stop();
    let s = solve(&problem, &options(Method::Parts, 1e-6), &flag).unwrap();
    assert!(matches!(s.termination, Termination::Feasible(_) | Termination::NoSolution(_) | Termination::Optimal));
    assert!(s.stages.iter().all(|g| g.bounds.dual <= g.bounds.primal));
}

/// A change of a plan with the code that must be found.
type Alteration = (&'static str, Box<dyn Fn(&mut LayoutPlan)>);

fn alterations() -> Vec<Alteration> {
    let new = |code: &'static str, f: fn(&mut LayoutPlan)| -> Alteration { (code, Box::new(f)) };
    vec![
        new("header", |p| p.version = 99),
        new("header", |p| p.case = "another".into()),
        new("names", |p| p.settlements[0].push('x')),
        new("shape", |p| p.assignments.share[0] = f64::NAN),
        new("shape", |p| p.assignments.site[0] = u32::MAX),
        new("site", |p| p.sites[0].code = "nobody".into()),
        new("site", |p| p.sites[0].beds_before += 5.0),
        new("site", |p| p.sites[0].x += 0.1),
        new("status", |p| p.sites[0].status = SiteStatus::Closed),
        new("assign", |p| {
            let clinic = p.sites.iter().position(|s| s.level == 1).unwrap();
            let use_of_hospital = p.assignments.level.iter().position(|l| *l == 3).unwrap();
            p.assignments.site[use_of_hospital] = clinic as u32;
        }),
        new("level", |p| {
            let clinic = p.sites.iter().position(|s| s.level == 1).unwrap();
            p.sites[clinic].level = 3;
        }),
        new("assign", |p| p.assignments.share[3] = 0.5),
        new("minutes", |p| p.assignments.minutes[2] += 1.0),
        new("centres", |p| {
            let centres = &mut p.scenario.layout.as_mut().unwrap().centres;
            (centres.min, centres.max) = (2, 2);
        }),
        new("beds-bounds", |p| {
            let j = p.sites.iter().position(|s| s.level == 2).unwrap();
            p.sites[j].beds = 5000.0;
        }),
        new("site-people", |p| p.sites[0].people[0] += 100.0),
        new("site-money", |p| p.sites[0].fixed_cost += 100.0),
        new("money", |p| p.money.travel *= 1.01),
        new("money", |p| p.money.travel_before = Some(1.0)),
        new("access", |p| p.access[1].p90 += 1.0),
        new("coverage-table", |p| p.coverage[0].after -= 0.01),
        new("coverage-table", |p| p.coverage.truncate(3)),
        new("beds-table", |p| p.beds[0].after += 10.0),
        new("objective", |p| p.objectives[0].value *= 0.999),
        new("bounds", |p| p.objectives[0].bounds.dual = p.objectives[0].value * 1.1),
        new("termination", |p| p.objectives[0].bounds.dual = p.objectives[0].value * 0.5),
        new("capability", |p| {
            let j = p.sites.iter().position(|s| s.capabilities.contains(&Capability::TcmHall)).unwrap();
            p.sites[j].capabilities.clear();
        }),
        new("budget", |p| p.scenario.layout.as_mut().unwrap().budget.as_mut().unwrap().yuan = 10.0),
        new("coverage", |p| p.scenario.layout.as_mut().unwrap().coverage.as_mut().unwrap().minutes[2] = 3.1),
        new("hospitals", |p| p.scenario.layout.as_mut().unwrap().hospitals.min = 50),
        new("target", |p| p.scenario.layout.as_mut().unwrap().beds.as_mut().unwrap().target = 50.0),
        new("tier-beds", |p| p.scenario.layout.as_mut().unwrap().beds.as_mut().unwrap().tier_max[0] = 0.01),
        new("need", |p| p.scenario.layout.as_mut().unwrap().beds.as_mut().unwrap().need_per_1000[1] = 50.0),
        new("crowd", |p| p.scenario.layout.as_mut().unwrap().max_people[0] = 10.0),
        new("volume", |p| p.scenario.layout.as_mut().unwrap().min_visits[0] = 1e9),
        new("excluded", |p| {
            let open: Vec<String> = p.sites.iter().filter(|s| s.level > 0).map(|s| s.code.clone()).collect();
            p.scenario.layout.as_mut().unwrap().exclude = vec![open];
        }),
        new("social", |p| p.scenario.layout.as_mut().unwrap().beds.as_mut().unwrap().social_share = 1.0),
        new("front", |p| {
            p.front.push(fenji::plan::layout::FrontPoint {
                limit: None,
                values: Default::default(),
                dual: None,
                opened: vec![],
                closed: vec![],
            });
        }),
    ]
}

#[test]
fn the_check_takes_the_plan_and_refuses_every_alteration() {
    let case = case(11);
    let text = format!(
        "{NOTHING}[layout.coverage]\nminutes = [15.0, 30.0, 60.0]\nshare = [0.5, 0.5, 0.3]\n[layout.beds]\ntarget = 1.0\n[layout.budget]\nyuan = 9e9\n[layout.capability.tcm_hall]\nlevel = 2\nevery = true\n"
    );
    let problem = LayoutProblem::assemble(&case, &scenario(&text)).unwrap();
    let s = solve(&problem, &options(Method::Auto, 1e-4), &Silent).unwrap();
    assert_eq!(s.termination, Termination::Optimal);
    let good = plan(&case, &text, &problem, &s, 1e-4);
    assert_eq!(check_layout(&case.network, &problem, &good), []);
    for (code, alter) in alterations() {
        let mut bad = good.clone();
        alter(&mut bad);
        // as `fenji check` does: the problem comes from the plan's own scenario
        let problem = LayoutProblem::assemble(&case, &bad.scenario).unwrap();
        let found = check_layout(&case.network, &problem, &bad);
        assert!(found.iter().any(|v| v.code == code), "{code} not among {:?}", found.iter().map(|v| &v.code).collect::<Vec<_>>());
    }
}
