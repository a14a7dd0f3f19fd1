//! Phases (model 6.16): the oracle's value, a path by hand, whole projects by enumeration, money, reach with its repair, the check.
#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp)] // a test may fail loudly

#[path = "common/demo.rs"]
mod demo;
#[path = "common/reform_run.rs"]
mod reform_run;
#[path = "common/tiny.rs"]
mod tiny;

use fenji::model::reform::phases::{KindNumbers, PhasesNumbers, build};
use fenji::outcome::{Limits, Silent, Termination};
use fenji::plan::reform::{Model, PhasesAnswer, ReformAnswer};
use fenji::policy::Scenario;
use fenji::reform::effect;
use reform_run::{answer, checked, plan, repairs, run};

fn phases(found: &fenji::plan::reform::ReformPlan) -> &PhasesAnswer {
    let ReformAnswer::Phases(a) = &found.answer else { panic!("another model's answer") };
    a
}

#[test]
fn the_oracles_five_years() {
    let Some((case, _)) = demo::load() else { return };
    let want = &demo::expected().unwrap()["K_multi"];
    let p = plan(&case, Model::Phases, "[reform.phases]\n", None);
    assert!((p.objective / want["npv"].as_f64().unwrap() - 1.0).abs() < 1e-8, "{}", p.objective);
    assert!((p.objective / 769_169_708.95 - 1.0).abs() < 1e-9 && p.bounds.gap() < 1e-9, "{:?}", p.bounds);
    let a = phases(&p);
    for (code, beds) in want["path"].as_object().unwrap() {
        let mine: Vec<f64> = a.rows.iter().filter(|r| r.area == *code).map(|r| r.beds).collect();
        for (x, y) in mine.iter().zip(beds.as_array().unwrap()) {
            assert!((x - y.as_f64().unwrap()).abs() < 2e-3, "{code}: {mine:?}");
        }
        let short = a.rows.iter().rfind(|r| r.area == *code).unwrap().short;
        assert!((short - want["short_T"][code].as_f64().unwrap()).abs() < 2e-3, "{code}: {short}");
    }
    let price = a.rows.iter().rfind(|r| r.area == "U1").unwrap().price.unwrap();
    assert!((price - want["dual_target_U1_T"].as_f64().unwrap()).abs() < 0.01, "{price}");
    assert!(checked(&case, &p, None).is_empty(), "{:?}", checked(&case, &p, None));
    let mut scenario = Scenario::default();
    assert!(effect(&p.answer, &mut scenario));
    let more: f64 = scenario.capacity.extra_beds.values().sum();
    let grown: f64 = a.years.last().unwrap().beds - a.today.iter().map(|t| t.1).sum::<f64>();
    assert!((more - grown).abs() < 1e-6 && more > 0.0);
}

#[test]
fn money_and_lead_never_make_it_cheaper_and_are_kept() {
    let Some((case, _)) = demo::load() else { return };
    let free = plan(&case, Model::Phases, "[reform.phases]\n", None);
    let mut last = free.objective;
    for budget in [100e6, 50e6, 0.0] {
        let p = plan(&case, Model::Phases, &format!("[reform.phases]\nbudget = {budget:.1}\nbudget_growth = 0.1\n"), None);
        assert!(p.objective >= last - 1.0 && checked(&case, &p, None).is_empty(), "{budget}: {}", p.objective);
        assert!(phases(&p).years.iter().all(|y| y.yuan <= y.budget.unwrap() * (1.0 + 1e-9) + 1e-3));
        last = p.objective;
    }
    let late = plan(&case, Model::Phases, "[reform.phases]\nlead = 2\n", None);
    assert!(late.objective > free.objective && checked(&case, &late, None).is_empty());
    let never = plan(&case, Model::Phases, "[reform.phases]\nlead = 9\n", None);
    assert!(phases(&never).years.iter().all(|y| y.begun < 1e-6) && phases(&never).sites.is_empty());
}

#[test]
fn whole_projects_are_those_of_enumeration() {
    for seed in 0..25 {
        let mut r = tiny::Lcg(seed * 31 + 7);
        let now = r.between(50.0, 150.0).round();
        let kinds = vec![
            KindNumbers { area: 0, beds: 20.0, yuan: r.between(2e6, 12e6), lead: 0, count: 1.0 },
            KindNumbers { area: 0, beds: 35.0, yuan: r.between(4e6, 20e6), lead: 1, count: 2.0 },
        ];
        let wanted: Vec<f64> = (0..3).map(|t| now + 15.0 * f64::from(t) + r.between(0.0, 30.0)).collect();
        let numbers = PhasesNumbers {
            now: vec![now],
            wanted: vec![wanted.clone()],
            capital: 0.6e6,
            missing: 0.3e6,
            discount: 0.05,
            growth: 0.1,
            lead: 0,
            budget: vec![25e6, 18e6, 30e6],
            reach: false,
            kinds: Some(kinds.clone()),
        };
        let limits = Limits { gap: 1e-9, threads: 1, ..Limits::default() };
        let found = fenji::backend::default_mip().solve_mip(&build(&numbers).model, None, &limits, &Silent).unwrap();
        let mut best = f64::INFINITY;
        for code in 0..2_u32.pow(3) * 3_u32.pow(3) {
            let n: Vec<[f64; 2]> = (0..3).map(|t| [f64::from(code / 2_u32.pow(t) % 2), f64::from(code / 8 / 3_u32.pow(t) % 3)]).collect();
            if n.iter().map(|x| x[0]).sum::<f64>() > 1.0 || n.iter().map(|x| x[1]).sum::<f64>() > 2.0 {
                continue;
            }
            let (mut beds, mut cost, mut fits) = (now, 0.0, true);
            for t in 0..3 {
                let begun: f64 = (0..2).map(|k| n[t][k] * kinds[k].beds).sum();
                let yuan: f64 = (0..2).map(|k| n[t][k] * kinds[k].yuan).sum();
                fits &= begun <= 0.1 * beds + 35.0 + 1e-9 && yuan <= numbers.budget[t] + 1e-6;
                beds += n[t][0] * 20.0 + if t > 0 { n[t - 1][1] * 35.0 } else { 0.0 };
                cost += (yuan + 0.3e6 * (wanted[t] - beds).max(0.0)) / 1.05_f64.powi(i32::try_from(t).unwrap());
            }
            if fits {
                best = best.min(cost);
            }
        }
        assert!((found.bounds.primal - best).abs() < 1.0, "{seed}: {} against {best}", found.bounds.primal);
    }
}

#[test]
fn projects_of_a_case_are_checked_and_dearer_than_any_number_of_beds() {
    let case = tiny::network(4, 2);
    let text = "[reform.phases]\nper_1000 = 6.0\nlead = 1\n[reform.phases.projects]\nhospital_beds = 30.0\ncentre_beds = 10.0\ncentre_capital = 600e3\n\
                named = [{ name = \"wing\", facility = \"A1K\", beds = 12.0, yuan = 7e6, lead = 0 }]\n";
    let p = plan(&case, Model::Phases, text, None);
    assert_eq!(p.termination, Termination::Optimal);
    assert!(checked(&case, &p, None).is_empty(), "{:?}", checked(&case, &p, None));
    let a = phases(&p);
    assert!(!a.projects.is_empty() && a.projects.len() < 20);
    let mut altered = p.clone();
    if let ReformAnswer::Phases(x) = &mut altered.answer {
        x.projects[0].yuan += 1e6;
    }
    assert!(!checked(&case, &altered, None).is_empty());
}

#[test]
fn what_cannot_be_reached_is_told_in_beds() {
    let Some((case, _)) = demo::load() else { return };
    // at 8 % a year the last year can be reached, for more than it is worth at the price of a missing bed
    let reached = plan(&case, Model::Phases, "[reform.phases]\nreach = true\n", None);
    assert!(reached.objective > 769_169_709.0 && phases(&reached).years.last().unwrap().short < 1e-6, "{}", reached.objective);
    assert!(checked(&case, &reached, None).is_empty());
    let tight = repairs(run(&case, Model::Phases, "[reform.phases]\nreach = true\ngrowth = 0.01\n", None));
    let area = tight.iter().find(|r| r.place == "U1").unwrap();
    let now = area.now;
    let people: f64 =
        case.network.settlements.iter().filter(|s| case.network.area(s.area).code == "U1").map(|s| s.population.0 as f64).sum();
    let lacks = 3.5 * people / 1000.0 * 1.02_f64.powi(5) - now * 1.01_f64.powi(5);
    assert!((area.amount - lacks).abs() < 0.01, "{} against {lacks}", area.amount);
    // enough growth and it is an answer without a bed missing at the end
    let (_, a) = answer(run(&case, Model::Phases, "[reform.phases]\nreach = true\ngrowth = 0.2\n", None));
    let ReformAnswer::Phases(a) = a else { panic!() };
    assert!(a.years.last().unwrap().short < 1e-6);
}

#[test]
fn altered_plans_are_refused() {
    let case = tiny::network(6, 2);
    let p = plan(&case, Model::Phases, "[reform.phases]\nper_1000 = 8.0\nbudget = 3e6\n", None);
    assert!(checked(&case, &p, None).is_empty(), "{:?}", checked(&case, &p, None));
    let alter: [fn(&mut PhasesAnswer); 6] = [
        |a| a.rows[0].beds += 5.0,
        |a| a.rows[1].begun += 3.0,
        |a| a.rows[2].short = 0.0,
        |a| a.years[0].yuan += 1e6,
        |a| a.capital *= 1.01,
        |a| a.today[0].1 += 1.0,
    ];
    for (n, change) in alter.iter().enumerate() {
        let mut q = p.clone();
        if let ReformAnswer::Phases(a) = &mut q.answer {
            change(a);
        }
        assert!(!checked(&case, &q, None).is_empty() || q == p, "alteration {n}");
    }
}
