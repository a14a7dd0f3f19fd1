//! Beds by area and facility: the oracle's value, brute force on tiny cases, levelling as a second opinion, properties.
#![allow(clippy::unwrap_used, clippy::panic, clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

#[path = "common/demo.rs"]
mod demo;
#[path = "common/tiny.rs"]
mod tiny;

use fenji::check::beds::check_beds;
use fenji::demand::Problem;
use fenji::ids::AreaId;
use fenji::layout::beds::{BedsInput, BedsOptions, BedsOutcome, BedsRepairKind, solve};
use fenji::network::{Case, Owner};
use fenji::outcome::{Limits, Silent, Termination};
use fenji::plan::BedsPlan;
use fenji::plan::beds::{BedsGoal, BedsQuestion};
use fenji::units::Beds;
use proptest::prelude::*;

fn options() -> BedsOptions {
    BedsOptions { backend: fenji::backend::names()[0].into(), limits: Limits::default() }
}

fn outcome(problem: &Problem, question: &BedsQuestion, need: Option<&[f64]>) -> BedsOutcome {
    let scenario = fenji::policy::Scenario { policy: Some("P2025".into()), ..Default::default() };
    let source = if need.is_some() { "need.csv" } else { "none" };
    let input = BedsInput { network: &problem.network, beds: &problem.beds, need, need_source: source, scenario: &scenario };
    solve(&input, question, &options(), &Silent).unwrap()
}

fn planned(problem: &Problem, question: &BedsQuestion, need: Option<&[f64]>) -> BedsPlan {
    match outcome(problem, question, need) {
        BedsOutcome::Plan(plan) => {
            assert_eq!(check_beds(problem, &plan), vec![], "{question:?}");
            assert_eq!(plan.termination, Termination::Optimal);
            *plan
        }
        BedsOutcome::Infeasible(repairs) => panic!("{question:?}: {repairs:?}"),
    }
}

/// A tiny case: one city core, some counties; beds given for the hospital of each area.
fn small(seed: u64, counties: usize) -> (Case, Problem) {
    let case = tiny::network(seed, counties);
    let problem = tiny::problem(&case, "gamma = 0.6");
    (case, problem)
}

fn loose() -> BedsQuestion {
    BedsQuestion { floor: 0.0, add: Some(0), ..BedsQuestion::default() }
}

/// Gini by the definition over all pairs.
fn pairs_gini(rates: &[f64], heads: &[f64]) -> f64 {
    let (all, beds): (f64, f64) = (heads.iter().sum(), rates.iter().zip(heads).map(|(r, h)| r * h).sum());
    let mut sum = 0.0;
    for a in 0..rates.len() {
        for c in 0..rates.len() {
            sum += heads[a] * heads[c] * (rates[a] - rates[c]).abs();
        }
    }
    sum / (2.0 * all * beds)
}

/// The levelling answer: every area at a common rate, clamped to its bounds, the sum right.
fn levelled(plan: &BedsPlan, total: f64) -> Vec<f64> {
    let heads: Vec<f64> = plan.areas.iter().map(|a| a.people as f64 * a.need / 1000.0).collect();
    let at = |level: f64| -> Vec<f64> { plan.areas.iter().zip(&heads).map(|(a, h)| (level * h).clamp(a.lower, a.upper)).collect() };
    let (mut low, mut high) = (0.0, 1e6);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if at(middle).iter().sum::<f64>() < total { low = middle } else { high = middle }
    }
    at(high)
}

#[test]
fn nine_hundred_more_beds_in_the_prefecture_of_the_oracle() {
    let Some((case, arcs)) = demo::load() else { return };
    let scenario = fenji::policy::Scenario::default();
    let pack = fenji::policy::pack::load("P2025").unwrap();
    let problem = Problem::assemble(&case, std::sync::Arc::new(arcs), &pack, &scenario).unwrap();
    let question = BedsQuestion { add: Some(900), ..BedsQuestion::default() };
    let plan = planned(&problem, &question, None);
    assert!((plan.before.gini - 0.150_414).abs() < 5e-7, "{}", plan.before.gini);
    assert!((plan.objective - 0.107_741).abs() < 5e-7, "{}", plan.objective);
    assert!((plan.prices.bed_mean_held.unwrap() - 4.529_268_765_832_156e-5).abs() < 1e-10, "{:?}", plan.prices);
    let rate = |n: usize, beds: f64| 1000.0 * beds / plan.areas[n].people as f64;
    let close = |x: f64, y: f64| assert!((x - y).abs() < 5e-5, "{x} against {y}");
    for (n, (code, before, after)) in
        [("U1", 2.8222, 3.5278), ("C1", 5.3635, 5.5784), ("C2", 5.4526, 5.5784), ("C3", 5.1731, 5.5784)].into_iter().enumerate()
    {
        assert_eq!(plan.areas[n].area, code);
        close(rate(n, plan.areas[n].before as f64), before);
        close(rate(n, plan.areas[n].exact), after);
        assert!((plan.areas[n].after as f64 - plan.areas[n].exact).abs() < 1.0);
    }
    assert!((plan.after.gini - plan.objective).abs() < 1e-4, "whole beds: {}", plan.after.gini);
    // the urban core would take more: its growth limit has a price, the counties' limits have none
    assert!(plan.areas[0].price < -1e-6 && plan.areas[1..].iter().all(|a| a.price.abs() < 1e-9));
    // the price is a finite difference: one more bed allowed in the core
    let grown = BedsQuestion { growth: 0.25 + 10.0 / plan.areas[0].before as f64, ..question };
    let difference = (planned(&problem, &grown, None).objective - plan.objective) / 10.0;
    assert!((difference - plan.areas[0].price).abs() < 1e-8, "{difference} against {}", plan.areas[0].price);
    // so is the price of a bed in all
    let more = planned(&problem, &BedsQuestion { add: Some(910), ..question }, None);
    let difference = (more.objective - plan.objective) / 10.0;
    assert!((difference - plan.prices.bed.unwrap()).abs() < 1e-7, "{difference} against {:?}", plan.prices);
}

#[test]
fn no_plan_of_whole_beds_is_better_than_the_bound_and_ours_is_next_to_the_best() {
    for seed in 0..6 {
        let (_, problem) = small(seed, 2);
        let question = BedsQuestion { add: Some(12), growth: 0.4, ..loose() };
        let plan = planned(&problem, &question, None);
        let heads: Vec<f64> = plan.areas.iter().map(|a| a.people as f64).collect();
        let mut best = [f64::INFINITY; 3];
        let (b, most) = (|n: usize| plan.areas[n].before, |n: usize| plan.areas[n].upper.floor() as u64);
        for x in 0..=12_u64 {
            for y in 0..=12 - x {
                let beds = [b(0) + x, b(1) + y, b(2) + 12 - x - y];
                if (0..3).any(|n| beds[n] > most(n)) {
                    continue;
                }
                let rates: Vec<f64> = (0..3).map(|n| 1000.0 * beds[n] as f64 / heads[n]).collect();
                let mean = 1000.0 * beds.iter().sum::<u64>() as f64 / heads.iter().sum::<f64>();
                let deviation = (0..3).map(|n| heads[n] * (rates[n] - mean).abs()).sum::<f64>() / heads.iter().sum::<f64>();
                best[0] = best[0].min(pairs_gini(&rates, &heads));
                best[1] = best[1].min(-rates.iter().copied().fold(f64::INFINITY, f64::min));
                best[2] = best[2].min(deviation);
            }
        }
        for (n, goal) in [BedsGoal::Gini, BedsGoal::MaxMin, BedsGoal::MeanDeviation].into_iter().enumerate() {
            let plan = planned(&problem, &BedsQuestion { goal, ..question }, None);
            let whole = [plan.after.gini, -plan.after.lowest, plan.after.mean_deviation][n];
            assert!(plan.bounds.dual <= best[n] + 1e-9, "seed {seed} {goal:?}: bound {} above the best {}", plan.bounds.dual, best[n]);
            // a bed moves a rate by 1000 / heads: rounding costs no more than a few of these
            let step = 1000.0 / heads.iter().copied().fold(f64::INFINITY, f64::min);
            assert!(whole <= best[n] + 2.0 * step, "seed {seed} {goal:?}: {whole} against {}", best[n]);
        }
    }
}

#[test]
fn the_cheapest_plan_within_a_gini_limit_is_that_of_brute_force() {
    let mut tried = 0;
    for seed in 0..4 {
        let (_, problem) = small(seed, 2);
        let free = BedsQuestion { add: None, growth: 0.6, goal: BedsGoal::Cost, gini_limit: Some(1.0), ..loose() };
        let start = planned(&problem, &free, None);
        assert!(start.cost.abs() < 1e-9, "no limit, no cost");
        let limit = 0.8 * start.before.gini;
        let question = BedsQuestion { gini_limit: Some(limit), ..free };
        let BedsOutcome::Plan(plan) = outcome(&problem, &question, None) else { continue };
        assert_eq!(check_beds(&problem, &plan), vec![]);
        // all additions on a grid of whole beds, the cheap beds of the centres first
        let heads: Vec<f64> = plan.areas.iter().map(|a| a.people as f64).collect();
        let mut best = f64::INFINITY;
        let most: Vec<u64> = plan.areas.iter().map(|a| a.upper.floor() as u64 - a.before).collect();
        let price = |area: usize, n: u64| -> f64 {
            let code = &plan.areas[area].area;
            let cheap: u64 = problem
                .network
                .facilities
                .iter()
                .filter(|f| f.rank() == 2 && f.area.is_some_and(|a| &problem.network.area(a).code == code))
                .map(|f| u64::from(f.beds.0))
                .sum();
            let dear = if problem.network.is_urban(AreaId::new(area)) { 0.65e6 } else { 0.60e6 };
            0.25e6 * n.min(cheap) as f64 + dear * n.saturating_sub(cheap) as f64
        };
        for x in 0..=most[0] {
            for y in 0..=most[1] {
                for z in 0..=most[2] {
                    let beds = [plan.areas[0].before + x, plan.areas[1].before + y, plan.areas[2].before + z];
                    let rates: Vec<f64> = (0..3).map(|n| beds[n] as f64 / heads[n]).collect();
                    if pairs_gini(&rates, &heads) <= limit {
                        best = best.min(price(0, x) + price(1, y) + price(2, z));
                    }
                }
            }
        }
        assert!(plan.bounds.dual <= best + 1.0, "seed {seed}: bound {} above {best}", plan.bounds.dual);
        assert!(plan.after.gini <= limit + 1e-12, "seed {seed}: {} above {limit}", plan.after.gini);
        assert!(plan.cost <= best + 3.0 * 0.65e6, "seed {seed}: {} against {best}", plan.cost);
        tried += 1;
    }
    assert!(tried >= 2, "too few of the cases have a plan");
}

#[test]
fn contradictions_come_with_amounts() {
    let (_, problem) = small(3, 2);
    let kinds = |question: &BedsQuestion| match outcome(&problem, question, None) {
        BedsOutcome::Infeasible(repairs) => repairs,
        BedsOutcome::Plan(_) => panic!("{question:?} has a plan"),
    };
    // every repair that is named makes the question feasible
    let room = kinds(&BedsQuestion { add: Some(500), growth: 0.1, ..loose() });
    assert_eq!(room[0].kind, BedsRepairKind::NoRoom);
    let mended = BedsQuestion { add: Some(500), growth: room[0].growth.unwrap(), ..loose() };
    planned(&problem, &mended, None);
    let beds: f64 = problem.network.facilities.iter().filter(|f| matches!(f.rank(), 2 | 3)).map(|f| f64::from(f.beds.0)).sum();
    let least = planned(&problem, &loose(), None).before.lowest;
    let floors = kinds(&BedsQuestion { floor: least * 1.2, growth: 0.5, ..loose() });
    let more = floors.iter().find(|r| r.kind == BedsRepairKind::MoreBeds).unwrap();
    planned(&problem, &BedsQuestion { floor: least * 1.2, growth: 0.5, add: Some(more.amount as u32), ..loose() }, None);
    let limits = kinds(&BedsQuestion { floor: least * 3.0, growth: 0.5, add: Some(beds as u32), ..loose() });
    assert!(limits.iter().any(|r| r.kind == BedsRepairKind::AreaLimit && r.amount > 0.0 && r.growth.unwrap() > 0.5), "{limits:?}");
    let gini = kinds(&BedsQuestion { goal: BedsGoal::Cost, add: None, growth: 0.01, gini_limit: Some(0.0), ..loose() });
    assert_eq!(gini[0].kind, BedsRepairKind::GiniLimit);
    let reach = BedsQuestion { goal: BedsGoal::Cost, add: None, growth: 0.01, gini_limit: Some(gini[0].amount + 1e-6), ..loose() };
    let plan = planned(&problem, &reach, None);
    assert!((plan.exact.gini - gini[0].amount).abs() < 1e-5, "the least Gini within reach is reached");
    let wide = BedsQuestion { goal: BedsGoal::Cost, add: None, growth: gini[0].growth.unwrap(), gini_limit: Some(1e-6), ..loose() };
    assert!(planned(&problem, &wide, None).exact.gini < 1e-5);
}

#[test]
fn need_shifts_beds_to_where_it_is() {
    let (_, problem) = small(5, 3);
    let question = BedsQuestion { add: Some(60), growth: 1.0, ..loose() };
    let plain = planned(&problem, &question, None);
    let aged = planned(&problem, &question, Some(&[1.0, 1.0, 1.4, 1.0]));
    assert!(aged.areas[2].exact > plain.areas[2].exact - 1e-9);
    assert_eq!((plain.need_source.as_str(), aged.need_source.as_str()), ("none", "need.csv"));
}

#[test]
fn the_price_of_a_lower_limit_is_a_finite_difference() {
    let (_, problem) = small(2, 3);
    let question = BedsQuestion { add: Some(10), shrink: 0.05, growth: 0.5, ..loose() };
    let plan = planned(&problem, &question, None);
    let (n, held) = plan.areas.iter().enumerate().max_by(|x, y| x.1.price.total_cmp(&y.1.price)).unwrap();
    assert!(held.price > 1e-7 && (held.exact - held.lower).abs() < 1e-6, "{held:?}");
    // one bed less demanded there: the programme itself with that bound lowered
    use fenji::backend::by_name;
    use fenji::model::beds::{Area, BedsModel, Goal, Total};
    let area = |a: &fenji::plan::beds::AreaBeds, less: f64| Area {
        heads: a.people as f64 / 1000.0,
        before: a.before as f64,
        lower: a.lower - less,
        upper: a.upper,
        kinds: vec![(a.upper, 0.0)],
    };
    let value = |less: f64| {
        let areas: Vec<Area> = plan.areas.iter().enumerate().map(|(a, x)| area(x, if a == n { less } else { 0.0 })).collect();
        let model = BedsModel::build(&areas, Goal::Gini, Total::Exactly(10.0));
        let lp = by_name(fenji::backend::names()[0]).unwrap().solve(&model.linear, &Limits::default(), &Silent).unwrap();
        model.linear.objective(&lp.values)
    };
    let difference = (value(0.0) - value(0.5)) / 0.5;
    assert!((difference - held.price).abs() < 1e-8, "{difference} against {}", held.price);
}

#[test]
fn a_plan_that_was_tampered_with_is_refused() {
    let (_, problem) = small(4, 3);
    let plan = planned(&problem, &BedsQuestion { add: Some(30), growth: 0.5, freeze: Some(0.0), ..loose() }, None);
    let codes = |change: &dyn Fn(&mut BedsPlan)| -> Vec<String> {
        let mut other = plan.clone();
        change(&mut other);
        check_beds(&problem, &other).into_iter().map(|v| v.code).collect()
    };
    let hospital =
        plan.facilities.iter().position(|f| problem.network.facilities.iter().any(|x| x.code == f.facility && x.rank() == 3)).unwrap();
    type Change<'a> = (&'a str, &'a dyn Fn(&mut BedsPlan));
    let changes: [Change<'_>; 13] = [
        ("header", &|p| p.case = "other".into()),
        ("names", &|p| p.areas.swap(0, 1)),
        ("value", &|p| p.areas[0].exact = f64::NAN),
        ("people", &|p| p.areas[0].people += 1),
        ("need", &|p| p.areas[0].need = 1.1),
        ("before", &|p| p.facilities[0].before += 1),
        ("sum", &|p| p.areas[0].after += 1),
        ("limit", &|p| p.question.growth = 0.0),
        ("freeze", &|p| p.facilities[hospital].after += 1),
        ("total", &|p| p.question.add = Some(31)),
        ("measure", &|p| p.after.gini -= 1e-4),
        ("objective", &|p| p.objective -= 1e-4),
        ("bounds", &|p| p.bounds.dual += 1e-4),
    ];
    for (code, change) in changes {
        assert!(codes(change).iter().any(|c| c == code), "{code}: {:?}", codes(change));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn even_and_within_bounds(seed in 0_u64..500, counties in 1_usize..6, add in 0_u32..80, shrink in 0.0_f64..0.3, growth in 0.1_f64..1.5) {
        let (_, problem) = small(seed, counties);
        let question = BedsQuestion { add: Some(add), growth, shrink, ..loose() };
        let BedsOutcome::Plan(plan) = outcome(&problem, &question, None) else { return Ok(()) };
        prop_assert_eq!(check_beds(&problem, &plan), vec![]);
        prop_assert!((0.0..1.0).contains(&plan.objective.max(0.0)) && plan.after.gini < 1.0);
        prop_assert!(plan.bounds.dual <= plan.bounds.primal + 1e-9);
        // levelling gives the same value, for all three measures at once
        let heads: Vec<f64> = plan.areas.iter().map(|a| a.people as f64).collect();
        let beds = levelled(&plan, plan.exact.beds);
        let rates: Vec<f64> = beds.iter().zip(&heads).map(|(b, h)| b / h).collect();
        prop_assert!((pairs_gini(&rates, &heads) - plan.objective).abs() < 1e-7, "{} {}", pairs_gini(&rates, &heads), plan.objective);
        let least = 1000.0 * rates.iter().copied().fold(f64::INFINITY, f64::min);
        let worst = planned(&problem, &BedsQuestion { goal: BedsGoal::MaxMin, ..question }, None);
        prop_assert!((worst.exact.lowest - least).abs() < 1e-5 && (worst.exact.gini - plan.objective).abs() < 1e-6);
        let mad = planned(&problem, &BedsQuestion { goal: BedsGoal::MeanDeviation, ..question }, None);
        prop_assert!((mad.objective - plan.exact.mean_deviation).abs() < 1e-5);
        // more growth is never worse
        let wider = planned(&problem, &BedsQuestion { growth: growth + 0.3, ..question }, None);
        prop_assert!(wider.objective <= plan.objective + 1e-9);
        // the freeze holds, and is never better than none
        let frozen = BedsQuestion { freeze: Some(0.0), growth: 1.5, ..question };
        if let BedsOutcome::Plan(cold) = outcome(&problem, &frozen, None) {
            prop_assert_eq!(check_beds(&problem, &cold), vec![]);
            prop_assert!(cold.frozen);
            for f in &cold.facilities {
                let facility = problem.network.facilities.iter().find(|x| x.code == f.facility).unwrap();
                prop_assert!(facility.rank() < 3 || facility.owner == Owner::Social || f.after <= f.before);
            }
        }
    }

    #[test]
    fn equal_rates_have_no_inequality(people in proptest::collection::vec(1000_u64..90_000, 2..6), rate in 1_u32..8) {
        let mut case = tiny::network(1, people.len() - 1);
        for (a, n) in people.iter().enumerate() {
            // all people in one settlement, all beds in one hospital, the same rate everywhere
            let n = n / 1000 * 1000;
            let mut first = true;
            for s in case.network.settlements.iter_mut().filter(|s| s.area == AreaId::new(a)) {
                s.population.0 = if first { n } else { 0 };
                first = false;
            }
            let mut first = true;
            for f in case.network.facilities.iter_mut().filter(|f| f.area == Some(AreaId::new(a)) && f.rank() <= 3) {
                f.beds = Beds(if f.rank() == 3 && first { first = false; rate * (n / 1000) as u32 } else { 0 });
            }
        }
        let problem = tiny::problem(&case, "gamma = 0.6");
        let plan = planned(&problem, &loose(), None);
        prop_assert!(plan.before.gini < 1e-12 && plan.objective.abs() < 1e-9 && plan.after.gini < 1e-12);
        prop_assert!(plan.areas.iter().all(|a| a.before == a.after));
    }
}

#[test]
fn from_the_command_line_to_a_checked_plan() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let run = |args: &[&str]| {
        let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_fenji")).args(args).args(["--json", "-q"]).output().unwrap();
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code().unwrap(), value)
    };
    let (case, out) = (path("case"), path("out"));
    assert_eq!(run(&["generate", "--seed", "3", "--out", &case]).0, 0);
    let (code, answer) = run(&["beds", &case, "--add", "400", "--floor", "2", "--freeze", "5", "--out", &out]);
    assert_eq!(code, 0, "{answer}");
    assert!(answer["after"]["gini"].as_f64().unwrap() <= answer["before"]["gini"].as_f64().unwrap());
    for file in
        ["plan.json", "report.html", "pictures/bed-change.svg", "pictures/bed-change.png", "tables/areas.csv", "tables/facilities.csv"]
    {
        assert!(answer["files"].as_array().unwrap().iter().any(|f| f == file), "{file}");
    }
    let plan = format!("{out}/plan.json");
    assert_eq!(run(&["check", &case, &plan]).0, 0);
    let text = std::fs::read_to_string(&plan).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    value["areas"][0]["after"] = (value["areas"][0]["after"].as_u64().unwrap() + 1).into();
    std::fs::write(path("bad.json"), value.to_string()).unwrap();
    let (code, answer) = run(&["check", &case, &path("bad.json")]);
    assert_eq!((code, answer["violations"][0]["code"].as_str()), (3, Some("sum")));
    std::fs::write(path("cut.json"), "{\"kind\":\"beds\",\"version\":1}").unwrap();
    assert_eq!(run(&["check", &case, &path("cut.json")]).0, 4);
    let (code, answer) = run(&["beds", &case, "--add", "400", "--floor", "50", "--out", &out]);
    assert_eq!(code, 3);
    assert!(!answer["repairs"].as_array().unwrap().is_empty());
    for usage in [&["--objective", "cost"][..], &["--growth", "-1"], &["--backend", "microlp"], &["--gini-limit", "0.1"]] {
        assert_eq!(run_code(&[&["beds", &case, "--out", &out][..], usage].concat()), 2, "{usage:?}");
    }
}

fn run_code(args: &[&str]) -> i32 {
    assert_cmd::Command::new(env!("CARGO_BIN_EXE_fenji")).args(args).output().unwrap().status.code().unwrap()
}
