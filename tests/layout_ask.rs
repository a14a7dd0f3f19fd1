//! What a planner asks next, against brute force on tiny networks.
#![allow(clippy::unwrap_used)] // a test may fail loudly

#[path = "common/tiny_layout.rs"]
mod tiny;

use fenji::demand::LayoutProblem;
use fenji::layout::ask::{self, AlternativeOptions, RegretOptions, WhyOptions};
use fenji::layout::evaluate::{Layout, evaluate, nearest};
use fenji::layout::{LayoutSolution, Method, SolveOptions, solve};
use fenji::outcome::{Limits, Silent, Termination};
use fenji::plan::layout_questions::{Force, ListEnd, Proof, RegretProof};
use fenji::policy::layout::{Budget, Objective};
use proptest::prelude::*;
use tiny::{all_levels, allowed, cost, least};

fn exact() -> SolveOptions {
    SolveOptions { method: Method::Direct, limits: Limits { gap: 1e-9, threads: 1, ..Limits::default() }, ..SolveOptions::default() }
}

fn solved(problem: &LayoutProblem) -> LayoutSolution {
    let s = solve(problem, &exact(), &Silent).unwrap();
    assert_eq!(s.termination, Termination::Optimal);
    s
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1.0) + 0.5
}

/// Levels allowed with one site forced; the site is opened at the level that stands there when the rules close it.
fn forced(problem: &LayoutProblem, site: usize, force: Force) -> Vec<[bool; 4]> {
    let mut may = allowed(problem);
    match force {
        Force::Close => may[site] = [true, false, false, false],
        Force::Open => may[site][0] = false,
    }
    may
}

fn intervals(problem: &LayoutProblem, plan: &Layout, most: usize) {
    let options = WhyOptions { solve: exact(), most, ..WhyOptions::default() };
    let all = ask::why(problem, plan, &options, &Silent).unwrap();
    assert_eq!(all.len(), problem.sites.len(), "every site is asked about");
    let best = least(problem, &allowed(problem)).unwrap();
    for (j, w) in all.iter().enumerate() {
        assert_eq!(w.code, problem.sites[j].code);
        assert_eq!(w.force, if plan.levels[j] > 0 { Force::Close } else { Force::Open });
        assert_eq!(w.against_rule, w.force == Force::Close && !problem.sites[j].allowed[0]);
        let truth = least(problem, &forced(problem, j, w.force)).map(|v| v - best);
        let Some(truth) = truth else {
            assert!(w.upper.is_none(), "{w:?}");
            assert!(w.impossible || most == 0 || w.proof != Proof::Solved, "{w:?}");
            continue;
        };
        assert!(!w.impossible, "{w:?} {truth}");
        let room = 1.0 + 1e-6 * best;
        assert!(w.lower.is_none_or(|l| l <= truth + room), "{w:?} {truth}");
        assert!(w.upper.is_none_or(|u| u >= truth - room), "{w:?} {truth}");
        assert!(w.lower.zip(w.upper).is_none_or(|(l, u)| l <= u), "{w:?}");
        assert!(w.against_rule || w.lower.is_some_and(|l| l >= 0.0), "{w:?}");
        if most > 0 {
            // what duals and a change leave open by less than a thousandth is not worked out again
            let close = |v: f64| near(v, truth) || (w.proof == Proof::Duals && (v - truth).abs() <= 1e-3 * truth.abs() + 1.0);
            assert!(w.lower.is_some_and(close) && w.upper.is_some_and(close), "{w:?} {truth}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn why_holds_the_true_regret(seed in 0u64..10_000, areas in 1usize..3) {
        let problem = tiny::problem(seed, areas, 4, 6);
        let plan = solved(&problem).layout;
        intervals(&problem, &plan, 100);
        intervals(&problem, &plan, 0);
    }

    #[test]
    fn alternatives_are_all_plans_within_the_distance(seed in 0u64..10_000) {
        let problem = tiny::problem(seed, 1, 5, 7);
        let best = solved(&problem);
        let options = AlternativeOptions { distance: 0.08, differ_by: 1, most: 200, solve: exact() };
        let found = ask::alternatives(&problem, &best.layout, &options, &Silent).unwrap();
        prop_assert_eq!(found.end, ListEnd::Proven);
        let value = best.value.of(Objective::Cost);
        // least cost of each set of open sites
        let mut sets: std::collections::BTreeMap<Vec<bool>, f64> = std::collections::BTreeMap::new();
        for (levels, cost) in all_levels(&problem, &allowed(&problem)) {
            let set = levels.iter().map(|l| *l > 0).collect();
            let least = sets.entry(set).or_insert(cost);
            *least = least.min(cost);
        }
        let mine: Vec<bool> = best.layout.levels.iter().map(|l| *l > 0).collect();
        sets.remove(&mine);
        let mut want: Vec<f64> = sets.into_values().filter(|c| *c <= value * 1.08).collect();
        want.sort_by(f64::total_cmp);
        prop_assert_eq!(found.plans.len(), want.len());
        for (p, w) in found.plans.iter().zip(want) {
            prop_assert!(near(p.bounds.primal, w), "{} {}", p.bounds.primal, w);
            prop_assert!(p.bounds.dual <= w + 1.0 && !(p.opened.is_empty() && p.closed.is_empty()));
        }
    }

    #[test]
    fn the_order_ends_at_the_plan(seed in 0u64..10_000, objective in 0usize..3, phased: bool) {
        let mut problem = tiny::problem(seed, 2, 5, 6);
        problem.rules.objective = vec![[Objective::Cost, Objective::Travel, Objective::Coverage][objective]];
        problem.rules.budget = (objective > 0).then_some(Budget { yuan: 1.5e6, counts: fenji::policy::layout::BudgetCounts::New });
        let best = solved(&problem);
        let first = problem.rules.objective[0];
        let phases = if phased { vec![4e5, 4e5, 4e5] } else { Vec::new() };
        let order = ask::order(&problem, &best.layout, &phases, &Silent);
        let last = order.steps.last().map_or(order.start.clone(), |s| s.after.clone());
        prop_assert!((last.objective - best.value.of(first)).abs() <= 1e-9 * last.objective.abs().max(1.0));
        prop_assert!(last.broken.is_empty(), "{:?}", last.broken);
        let total: f64 = order.steps.iter().map(|s| s.gain).sum();
        prop_assert!((order.start.objective - total - last.objective).abs() <= 1e-6 * last.objective.abs().max(1.0));
        let changed: Vec<&str> = order.steps.iter().flat_map(|s| &s.changes).map(|c| c.code.as_str()).collect();
        let want = problem.sites.iter().zip(&best.layout.levels).filter(|(s, l)| s.now != **l).count();
        prop_assert_eq!(changed.len(), want);
        // each stage is the layout that stands then, evaluated by hand
        let mut levels: Vec<u8> = problem.sites.iter().map(|s| s.now).collect();
        let mut spent = 0.0;
        for step in &order.steps {
            for c in &step.changes {
                levels[problem.sites.iter().position(|s| s.code == c.code).unwrap()] = c.level;
            }
            spent += step.yuan;
            prop_assert!((step.after.spent - spent).abs() < 1.0);
            if first == Objective::Cost {
                prop_assert!(near(step.after.objective, cost(&problem, &levels).unwrap()));
            }
            if let Some(phase) = step.phase {
                let money: f64 = phases.iter().take(phase as usize).sum();
                prop_assert!(phases.is_empty() || spent <= money + 1.0);
            }
        }
        if let Some(share) = order.guarantee {
            guaranteed(&problem, &order, share, first);
        }
    }

    #[test]
    fn the_least_worst_regret_is_that_of_brute_force(seed in 0u64..10_000) {
        let problem = tiny::problem(seed, 1, 4, 6);
        let mut draw = tiny::Draw(seed + 77);
        let scenarios: Vec<(String, LayoutProblem)> = (0..3)
            .map(|n| {
                let mut s = problem.clone();
                s.rules.trips.iter_mut().for_each(|t| *t *= 0.4 + 2.0 * draw.next());
                s.clients.iter_mut().for_each(|c| c.people = (c.people * (0.4 + 1.2 * draw.next())).round());
                s.people = s.clients.iter().map(|c| c.people).sum();
                (format!("s{n}"), s)
            })
            .collect();
        let plan = solved(&problem);
        let options = RegretOptions { solve: exact(), ..RegretOptions::default() };
        let found = ask::regrets(&problem, &plan.layout, &scenarios, &options, &Silent).unwrap();
        let best: Vec<f64> = scenarios.iter().map(|(_, s)| least(s, &allowed(s)).unwrap()).collect();
        let worst = |levels: &[u8]| scenarios.iter().zip(&best).map(|((_, s), b)| cost(s, levels).unwrap() - b).fold(0.0, f64::max);
        let want = all_levels(&problem, &allowed(&problem)).into_iter().map(|(l, _)| worst(&l)).min_by(f64::total_cmp).unwrap();
        prop_assert_eq!(found.proof, RegretProof::Exact);
        let room = 1.0 + 1e-6 * best[0];
        prop_assert!((found.least.primal - want).abs() <= room, "{} {}", found.least.primal, want);
        prop_assert!((found.least.dual - want).abs() <= room, "{} {}", found.least.dual, want);
        for (row, b) in found.scenarios.iter().zip(&best) {
            prop_assert!(near(row.best.primal, *b) && near(row.best.dual, *b));
        }
        for p in &found.plans {
            for r in p.regrets.iter().flatten() {
                prop_assert!(r.dual >= 0.0 && r.primal >= r.dual);
            }
        }
        prop_assert!((found.plans[0].worst.unwrap() - worst(&plan.layout.levels)).abs() <= room);
        // without the exact model the relaxation bounds from below, and the chosen plan from above
        let loose = RegretOptions { exact_columns: 0, ..options };
        let loose = ask::regrets(&problem, &plan.layout, &scenarios, &loose, &Silent).unwrap();
        prop_assert_eq!(loose.proof, RegretProof::AmongPlans);
        prop_assert!(loose.least.dual <= want + room && loose.least.primal >= want - room);
    }

    #[test]
    fn an_outage_is_the_layout_without_the_hospital(seed in 0u64..10_000) {
        let problem = tiny::problem(seed, 2, 4, 6);
        let plan = solved(&problem).layout;
        let before = evaluate(&problem, &plan);
        for o in ask::outages(&problem, &plan) {
            let out = problem.sites.iter().position(|s| s.code == o.code).unwrap();
            prop_assert_eq!(plan.levels[out], 3);
            let mut levels = plan.levels.clone();
            levels[out] = 0;
            let mut after = Layout { levels: levels.clone(), ..plan.clone() };
            after.uses = std::array::from_fn(|n| nearest(&problem, &levels, n + 1));
            let value = evaluate(&problem, &after);
            for n in 0..3 {
                let gone: f64 = plan.uses[n].iter().filter(|u| u.site as usize == out).map(|u| problem.clients[u.client as usize].people).sum();
                prop_assert!((o.stress.moved[n] + o.stress.unserved[n] - gone).abs() < 1e-6);
                let taken: f64 = o.receivers.iter().filter(|r| usize::from(r.level) == n + 1).map(|r| r.people).sum();
                prop_assert!((taken - o.stress.moved[n]).abs() < 1e-6);
                if o.stress.unserved[n] == 0.0 {
                    // mean minutes of everybody rise by what the moved lose
                    let rise = (value.mean[n] - before.mean[n]) * problem.people;
                    prop_assert!((rise - o.stress.moved[n] * o.stress.extra[n]).abs() < 1e-6 * problem.people);
                }
            }
        }
    }
}

/// After every step the saving is at least the share of the best that a subset of the steps of no more money saves.
fn guaranteed(problem: &LayoutProblem, order: &fenji::plan::layout_questions::BuildOrder, share: f64, objective: Objective) {
    let n = order.steps.len();
    let save = |subset: usize| {
        let mut levels: Vec<u8> = problem.sites.iter().map(|s| s.now).collect();
        for (_, s) in order.steps.iter().enumerate().filter(|(k, _)| subset >> k & 1 == 1) {
            for c in &s.changes {
                levels[problem.sites.iter().position(|x| x.code == c.code).unwrap()] = c.level;
            }
        }
        let layout = ask::layout_at(problem, &levels);
        order.start.objective - ask::stage::stage(problem, &layout, objective, order.away_minutes).objective
    };
    let money = |subset: usize| (0..n).filter(|k| subset >> k & 1 == 1).map(|k| order.steps[k].yuan).sum::<f64>();
    for k in 1..=n {
        let mine = (1 << k) - 1;
        let best = (0..1usize << n).filter(|s| money(*s) <= money(mine) + 1e-6).map(save).fold(0.0, f64::max);
        assert!(save(mine) >= share * best - 1e-6 * best.max(1.0), "step {k}: {} of {best}", save(mine));
    }
}

/// A budget joins the catchments: everything is one region, and the intervals still hold the truth.
#[test]
fn why_under_a_budget() {
    for seed in [3, 14, 159] {
        let mut problem = tiny::problem(seed, 2, 3, 5);
        problem.rules.budget = Some(Budget { yuan: 6e5, counts: fenji::policy::layout::BudgetCounts::New });
        let s = solve(&problem, &exact(), &Silent).unwrap();
        let money = |levels: &[u8]| {
            let new = problem.sites.iter().zip(levels).filter(|(s, l)| **l > s.now);
            new.map(|(s, l)| s.fixed_cost[usize::from(*l) - 1] - if s.now > 0 { s.fixed_cost[usize::from(s.now) - 1] } else { 0.0 })
                .sum::<f64>()
        };
        let best = |may: &[[bool; 4]]| {
            let all = all_levels(&problem, may).into_iter().filter(|(l, _)| money(l) <= 6e5 + 1e-6);
            all.map(|c| c.1).min_by(f64::total_cmp)
        };
        let z = best(&allowed(&problem)).unwrap();
        assert!(near(z, s.value.of(Objective::Cost)));
        let options = WhyOptions { solve: exact(), ..WhyOptions::default() };
        for (j, w) in ask::why(&problem, &s.layout, &options, &Silent).unwrap().iter().enumerate() {
            match best(&forced(&problem, j, w.force)) {
                Some(v) => assert!(w.lower.unwrap() <= v - z + 1.0 && w.upper.unwrap() >= v - z - 1.0, "{w:?} {}", v - z),
                None => assert!(w.impossible, "{w:?}"),
            }
        }
    }
}

#[test]
fn equal_answers_at_one_and_two_threads() {
    let problem = tiny::problem(5, 2, 5, 8);
    let plan = solved(&problem).layout;
    let at = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let why = ask::why(&problem, &plan, &WhyOptions { solve: exact(), ..WhyOptions::default() }, &Silent).unwrap();
            (why, ask::order(&problem, &plan, &[], &Silent), ask::outages(&problem, &plan))
        })
    };
    assert_eq!(at(1), at(2));
}

#[test]
fn a_population_that_needs_more_trips() {
    let problem = tiny::problem(8, 1, 4, 6);
    let plan = solved(&problem);
    let aged = ask::ageing(&problem, &plan.layout, [2.0; 3], [1.0; 2]);
    assert!(near(aged.before, plan.value.of(Objective::Cost)));
    assert!(near(aged.after, aged.before + plan.value.travel));
    assert_eq!(aged.beds_missing, None);
}
