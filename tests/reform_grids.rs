//! Urban medical groups on a grid: the oracle's city by enumeration, repairs, the effect on the referral plan, altered plans refused.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss, clippy::float_cmp)] // a test may fail loudly

#[path = "common/demo.rs"]
mod demo;

use fenji::check::check_reform;
use fenji::demand::Problem;
use fenji::network::Case;
use fenji::network::arc_rules::build_arcs;
use fenji::network::seats::{home_town, seat_minutes};
use fenji::outcome::{Limits, Silent};
use fenji::plan::reform::{GridsAnswer, Model, REFORM_KIND, REFORM_VERSION, ReformAnswer, ReformPlan};
use fenji::policy::{Scenario, pack};
use fenji::reform::{ReformInput, Reformed, Repair, Solved, effect, solve};
use std::collections::BTreeSet;
use std::sync::Arc;

fn run(case: &Case, scenario: &str) -> (Problem, Scenario, Result<(Solved, GridsAnswer), Vec<Repair>>) {
    let scenario: Scenario = toml::from_str(scenario).unwrap();
    let pack = pack::load("P2025").unwrap();
    let problem = Problem::assemble(case, Arc::new(build_arcs(case, &Silent)), &pack, &scenario).unwrap();
    let rules = scenario.reform.clone().unwrap_or_default();
    let input = ReformInput {
        case,
        problem: &problem,
        pack: &pack,
        rules: &rules,
        referral: None,
        limits: Limits { threads: 1, ..Limits::default() },
        seed: 3,
    };
    let out = match solve(Model::Grids, &input, &Silent).unwrap() {
        Reformed::Answer(solved) => {
            let ReformAnswer::Grids(a) = solved.answer.clone() else { unreachable!() };
            Ok((*solved, a))
        }
        Reformed::Infeasible(repairs) => Err(repairs),
    };
    (problem, scenario, out)
}

/// The least minutes a head over all ways to share out the city's subdistricts between two leaders, over the pairs that the answer tells.
fn brute(case: &Case, a: &GridsAnswer, tolerance: f64) -> Option<f64> {
    let n = &case.network;
    let towns: Vec<usize> = (0..n.towns.len()).filter(|&t| n.is_urban(n.towns[t].area)).collect();
    let leads: Vec<usize> = a.grids.iter().map(|g| n.facilities.iter().position(|f| f.code == g.district.lead).unwrap()).collect();
    let seats: Vec<usize> = a.grids.iter().map(|g| towns.iter().position(|&t| n.towns[t].code == g.district.seat).unwrap()).collect();
    let at = |code: &String| towns.iter().position(|&t| n.towns[t].code == *code).unwrap();
    let pairs: Vec<(usize, usize)> = a.groups[0].neighbours.iter().map(|[x, y]| (at(x), at(y))).collect();
    let asked: Vec<_> = towns.iter().flat_map(|&t| leads.iter().map(move |&j| (t, j))).collect();
    let minutes: Vec<f64> = seat_minutes(case, &asked).into_iter().map(Option::unwrap).collect();
    let people: Vec<f64> = towns.iter().map(|&t| n.towns[t].population.0 as f64).collect();
    let total: f64 = people.iter().sum();
    let mut hospitals = vec![0; towns.len()];
    for (j, f) in n.facilities.iter().enumerate().filter(|(_, f)| f.rank() == 3) {
        if let Some(t) = home_town(n, j).and_then(|h| towns.iter().position(|&t| t == h)).filter(|_| f.siting.exist) {
            hospitals[t] += 1;
        }
    }
    let mut best: Option<f64> = None;
    for code in 0..1_usize << towns.len() {
        let part = |t: usize| code >> t & 1;
        let fine = (0..2).all(|l| {
            let mine: Vec<usize> = (0..towns.len()).filter(|&t| part(t) == l).collect();
            let heads: f64 = mine.iter().map(|&t| people[t]).sum();
            let mut reached = BTreeSet::from([seats[l]]);
            loop {
                let more: Vec<usize> = pairs
                    .iter()
                    .flat_map(|&(x, y)| [(x, y), (y, x)])
                    .filter(|(x, y)| reached.contains(x) && part(*y) == l && !reached.contains(y))
                    .map(|p| p.1)
                    .collect();
                if more.is_empty() {
                    break;
                }
                reached.extend(more);
            }
            part(seats[l]) == l
                && reached.len() == mine.len()
                && (heads / (total / 2.0) - 1.0).abs() <= tolerance + 1e-9
                && mine.iter().map(|&t| hospitals[t]).sum::<i32>() >= 1
        });
        if fine {
            let value = (0..towns.len()).map(|t| people[t] * minutes[t * 2 + part(t)]).sum::<f64>() / total;
            best = Some(best.map_or(value, |b: f64| b.min(value)));
        }
    }
    best
}

#[test]
fn the_oracles_city_by_enumeration() {
    let Some((case, _)) = demo::load() else { return };
    for tolerance in [0.5, 0.2, 0.05] {
        let (problem, scenario, out) = run(&case, &format!("[reform.grids]\npeople = {tolerance}\n"));
        let (solved, a) = match out {
            Ok(found) => found,
            Err(repairs) => {
                assert!(repairs[0].amount > tolerance || repairs[0].kind == "grids-members-apart", "{repairs:?}");
                continue;
            }
        };
        assert_eq!(a.grids.len(), 2);
        let best = brute(&case, &a, tolerance).unwrap();
        assert!((solved.objective - best).abs() < 1e-6, "{tolerance}: {} against {best}", solved.objective);
        assert!(solved.bounds.dual <= best + 1e-6);
        let plan = ReformPlan {
            version: REFORM_VERSION,
            kind: REFORM_KIND.into(),
            fenji: String::new(),
            case: case.network.name.clone(),
            policy: "P2025".into(),
            scenario,
            objective: solved.objective,
            unit: solved.unit.into(),
            maximised: false,
            bounds: solved.bounds,
            termination: solved.termination,
            answer: solved.answer.clone(),
            backend: String::new(),
            seconds: 0.0,
            provenance: Vec::new(),
        };
        assert_eq!(check_reform(&case, &problem, &plan, None), []);
        let refused = |change: &dyn Fn(&mut GridsAnswer)| {
            let mut altered = plan.clone();
            if let ReformAnswer::Grids(x) = &mut altered.answer {
                change(x);
            }
            assert!(!check_reform(&case, &problem, &altered, None).is_empty());
        };
        refused(&|x| x.grids[0].reserved_beds += 1.0);
        refused(&|x| x.grids[1].reserved_visits *= 1.01);
        refused(&|x| x.grids[0].members.clear());
        refused(&|x| drop(x.grids.pop()));
        refused(&|x| x.grids[0].district.people += 1);
        refused(&|x| x.grids[0].district.lead = "C1K1".into());
    }
    let (_, _, out) = run(&case, "[reform.grids]\npeople = 0.5\n");
    assert!(out.is_ok(), "{out:?}");
}

#[test]
fn leaders_keep_their_reserves_in_the_referral_plan() {
    let Some((case, _)) = demo::load() else { return };
    let (_, mut scenario, out) = run(&case, "");
    let (solved, a) = out.unwrap();
    assert!(effect(&solved.answer, &mut scenario));
    assert!(scenario.switches.group_reserve);
    let leads: BTreeSet<String> = a.grids.iter().map(|g| g.district.lead.clone()).collect();
    assert_eq!(scenario.switches.group_leaders.iter().cloned().collect::<BTreeSet<_>>(), leads);
    for f in &case.network.facilities {
        assert_eq!(scenario.switches.leads_group(f), leads.contains(&f.code));
    }
}

#[test]
fn a_city_without_two_tertiary_or_enough_secondary_hospitals_is_told_so() {
    let Some((case, _)) = demo::load() else { return };
    let without = |rank: u8| {
        let mut less = case.clone();
        let there = less.network.facilities.iter_mut().filter(|f| f.rank() == rank && f.area.is_some_and(|a| case.network.is_urban(a)));
        for (kept, f) in there.enumerate() {
            f.siting.exist = kept < 1;
        }
        less
    };
    let repairs = run(&without(4), "").2.unwrap_err();
    assert_eq!((repairs[0].kind, repairs[0].amount), ("grids-leaders", 1.0), "{repairs:?}");
    let repairs = run(&without(3), "").2.unwrap_err();
    assert_eq!((repairs[0].kind, repairs[0].amount), ("grids-members", 1.0), "{repairs:?}");
}
