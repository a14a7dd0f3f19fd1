//! Staff (model 6.11): the oracle's value, enumeration of small cases, the formulation against the counting, training by hand.
#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp)] // a test may fail loudly

#[path = "common/demo.rs"]
mod demo;
#[path = "common/reform_run.rs"]
mod reform_run;
#[path = "common/tiny.rs"]
mod tiny;

use fenji::backend::default_mip;
use fenji::demand::Problem;
use fenji::model::reform::staff::{AreaNumbers, StaffNumbers, TownNumbers, build};
use fenji::network::Case;
use fenji::network::arc_rules::build_arcs;
use fenji::outcome::{Limits, Silent, Termination};
use fenji::plan::reform::{Model, ReformAnswer, StaffAnswer};
use fenji::policy::{Scenario, pack};
use fenji::reform::staff::contracts;
use fenji::reform::{ReformInput, Reformed, Repair, Solved, effect, solve};
use std::sync::Arc;

fn run(case: &Case, text: &str) -> Reformed {
    let scenario: Scenario = toml::from_str(text).unwrap();
    let pack = pack::load("P2025").unwrap();
    let problem = Problem::assemble(case, Arc::new(build_arcs(case, &Silent)), &pack, &scenario).unwrap();
    let rules = scenario.reform.unwrap_or_default();
    let limits = Limits { gap: 1e-9, threads: 1, ..Limits::default() };
    let input = ReformInput { case, problem: &problem, pack: &pack, rules: &rules, referral: None, limits, seed: 1 };
    solve(Model::Staff, &input, &Silent).unwrap()
}

fn answer(found: Reformed) -> (Solved, StaffAnswer) {
    let Reformed::Answer(solved) = found else { panic!("infeasible: {found:?}") };
    let ReformAnswer::Staff(answer) = solved.answer.clone() else { panic!("another model's answer") };
    (*solved, answer)
}

fn repairs(found: Reformed) -> Vec<Repair> {
    match found {
        Reformed::Infeasible(repairs) => repairs,
        Reformed::Answer(a) => panic!("an answer: {a:?}"),
    }
}

#[test]
fn the_oracles_sixty_practitioners() {
    let Some((case, _)) = demo::load() else { return };
    let want = &demo::expected().unwrap()["F2_gp"];
    let (solved, a) = answer(run(&case, "[reform.staff]\nnew_gps = 60\n"));
    let existing: f64 = a.towns.iter().map(|t| t.now).sum();
    assert!((existing - want["existing"].as_f64().unwrap()).abs() < 1e-9 && a.worked_out);
    assert_eq!(u64::from(a.towns.iter().map(|t| t.new).sum::<u32>()), want["added"].as_u64().unwrap());
    assert!((solved.objective - 0.441_314).abs() < 5e-7, "{}", solved.objective);
    assert!((solved.objective - want["min_cov"].as_f64().unwrap()).abs() < 1e-6);
    let people: u64 = a.towns.iter().map(|t| t.people).sum();
    let coverage = a.towns.iter().map(|t| t.contracts).sum::<f64>() / people as f64;
    assert!((coverage - 0.460_194).abs() < 5e-7, "{coverage}");
    let rate = (existing + 60.0) / people as f64 * 1e4;
    assert!((rate - want["gp_per_10k"].as_f64().unwrap()).abs() < 1e-4, "{rate}");
    let same = a.steps.iter().find(|s| s.new == 60).unwrap();
    assert!((same.least - solved.objective).abs() < 1e-12 && (same.coverage - coverage).abs() < 1e-12);
    assert!(a.steps.windows(2).all(|s| s[0].least <= s[1].least && s[0].coverage <= s[1].coverage));
}

/// Townships drawn from a seed, in two areas.
fn numbers(seed: u64, towns: usize, posting: bool) -> StaffNumbers {
    let mut r = tiny::Lcg(seed.wrapping_mul(77) + 5);
    let towns: Vec<TownNumbers> = (0..towns)
        .map(|t| TownNumbers {
            people: r.between(1000.0, 30_000.0).round(),
            priority: if r.unit() < 0.5 { 0.25 } else { 0.6 },
            now: r.between(0.0, 5.0).floor(),
            least: u32::from(r.unit() < 0.2),
            most: 4,
            area: t % 2,
        })
        .collect();
    let of = |a: usize| towns.iter().filter(|t| t.area == a).map(|t| t.least).sum::<u32>();
    let quota = |a: usize, x: f64| f64::from(of(a)) + x;
    let posted = if posting { [0.5, r.between(0.5, 4.0)] } else { [0.0, 0.0] };
    let tight = if r.unit() < 0.5 { 2.0 } else { f64::INFINITY };
    StaffNumbers {
        areas: vec![AreaNumbers { quota: quota(0, tight), posted }, AreaNumbers { quota: f64::INFINITY, posted: [0.0; 2] }],
        panel: 2000.0,
        weight: 1.5,
        effectiveness: 0.9,
        new: of(0) + of(1) + (r.unit() * 6.0) as u32,
        towns,
    }
}

#[test]
fn counting_is_enumeration() {
    for seed in 0..300 {
        let n = numbers(seed, 4, false);
        let found = contracts::solve(&n, &Limits::default(), &Silent).unwrap();
        let mut best = (-1.0, -1.0);
        for code in 0..625_u32 {
            let d: Vec<u32> = (0..4).map(|t| code / 5_u32.pow(t) % 5).collect();
            let bad = n.towns.iter().zip(&d).any(|(t, d)| *d < t.least || *d > t.most);
            let of = |a: usize| n.towns.iter().zip(&d).filter(|(t, _)| t.area == a).map(|(_, d)| f64::from(*d)).sum::<f64>();
            if bad || d.iter().sum::<u32>() > n.new || of(0) > n.areas[0].quota {
                continue;
            }
            let (mut least, mut value) = (1.0_f64, 0.0);
            for (t, d) in n.towns.iter().zip(&d) {
                let all = (2000.0 * (t.now + f64::from(*d))).min(t.people);
                least = least.min(all / t.people);
                value += all + 0.5 * all.min(t.priority * t.people);
            }
            if least > best.0 + 1e-12 || (least > best.0 - 1e-12 && value > best.1) {
                best = (least, value);
            }
        }
        assert!((found.least - best.0).abs() < 1e-12, "{seed}: {} against {}", found.least, best.0);
        assert!((found.weighted - best.1).abs() < 1e-6, "{seed}: {} against {}", found.weighted, best.1);
    }
}

#[test]
fn counting_with_postings_is_the_formulation() {
    let limits = Limits { gap: 1e-9, threads: 1, ..Limits::default() };
    for seed in 0..40 {
        let n = numbers(seed, 7, true);
        let found = contracts::solve(&n, &limits, &Silent).unwrap();
        let first = build(&n, None);
        let mip = default_mip().solve_mip(&first.model, None, &limits, &Silent).unwrap();
        assert!((found.least + mip.bounds.primal).abs() < 1e-6, "{seed}: {} against {:?}", found.least, mip.bounds);
        let second = build(&n, Some(-mip.bounds.primal - 1e-7));
        let mip = default_mip().solve_mip(&second.model, None, &limits, &Silent).unwrap();
        assert!((found.weighted + mip.bounds.primal).abs() < 0.5, "{seed}: {} against {:?}", found.weighted, mip.bounds);
        assert!(found.bounds.dual <= -found.weighted && found.bounds.gap() < 1e-6, "{seed}: {:?}", found.bounds);
        let sum = |a: usize| n.towns.iter().zip(&found.posted).filter(|(t, _)| t.area == a).map(|(_, o)| o).sum::<f64>();
        assert!(sum(0) >= n.areas[0].posted[0] - 1e-6 && sum(0) <= n.areas[0].posted[1] + 1e-6 && sum(1) == 0.0, "{seed}");
    }
}

#[test]
fn training_by_hand() {
    let case = tiny::network(3, 1);
    let people: u64 = case.network.settlements.iter().map(|s| s.population.0).sum();
    // one programme of a year's lead, nobody leaves: the seats of year one are what is missing in year two
    let text = "[reform.staff]\nnew_gps = 40\n[reform.staff.pipeline]\nyears = 3\nattrition = 0.0\nmissing = 1000000.0\nmilestones = [{ year = 2, per_10k = 8.0 }]\n\
                programmes = [{ name = \"a\", lead = 1, per_100k = 1000.0, keep = 0.5, cost = 10.0 }, { name = \"b\", lead = 0, per_100k = 1000.0, keep = 1.0, cost = 30.0 }]\n";
    let (_, a) = answer(run(&case, text));
    let now: f64 = a.towns.iter().map(|t| t.now).sum();
    let lacks = 8.0 * people as f64 / 1e4 - now;
    assert!(lacks > 1.0, "{lacks}");
    let p = &a.pipeline;
    assert!((p.cost - 20.0 * lacks).abs() < 1e-6, "{} against {}", p.cost, 20.0 * lacks);
    assert!((p.years[0].seats[0] - 2.0 * lacks).abs() < 1e-6 && p.years.iter().all(|y| y.seats[1].abs() < 1e-9), "{p:?}");
    assert!(p.bounds.gap() < 1e-9 && p.years[0].wanted == 0.0 && p.years[1].missing < 1e-6);
    // without enough seats somebody is missing, and no year is worse than doing nothing
    let short = text.replace("1000.0", "0.5");
    let (_, b) = answer(run(&case, &short));
    assert!(b.pipeline.years[1].missing > 0.0 && b.pipeline.cost > p.cost);
}

#[test]
fn what_contradicts_itself_is_told_with_amounts() {
    let mut case = tiny::network(5, 2);
    // a table that counts practitioners, and centres without one
    let station = case.network.facilities.iter().position(|f| f.rank() == 1).unwrap();
    case.network.facilities[station].gps.0 = 2.0;
    let centres = case.network.facilities.iter().filter(|f| f.rank() == 2).count();
    let found =
        repairs(run(&case, "[reform.staff]\nnew_gps = 1\nquotas = { A1 = 1 }\nposting = { max_share = 0.0, min_per_county = 2.0 }\n"));
    let of = |kind: &str| found.iter().filter(|r| r.kind == kind).map(|r| (r.place.clone(), r.amount)).collect::<Vec<_>>();
    assert_eq!(of("staff-gps"), [(String::new(), centres as f64 - 1.0)]);
    assert_eq!(of("staff-quota"), [("A1".to_owned(), 1.0)]);
    assert_eq!(of("staff-posting").len(), 2, "both counties, not the city: {found:?}");
    // repaired by what was told, it has an answer
    let text =
        format!("[reform.staff]\nnew_gps = {centres}\nquotas = {{ A1 = 2 }}\nposting = {{ max_share = 0.5, min_per_county = 2.0 }}\n");
    let (_, a) = answer(run(&case, &text));
    for f in case.network.facilities.iter().filter(|f| f.rank() == 2) {
        assert_eq!(a.sites.iter().find(|s| s.facility == f.code).map(|s| s.gps), Some(1), "{}", f.code);
    }
    let mut scenario = Scenario::default();
    assert!(effect(&ReformAnswer::Staff(a.clone()), &mut scenario));
    let moved: f64 = scenario.capacity.extra_doctors.values().sum();
    let posted: f64 = a.postings.iter().map(|p| p.doctors).sum();
    let clinics: f64 = a.sites.iter().map(|s| s.clinic).sum();
    assert!(posted >= 4.0 - 1e-6 && (moved - (centres as f64 + clinics - 0.1 * posted)).abs() < 1e-6, "{moved} {posted}");
    let problem = Problem::assemble(&case, Arc::new(build_arcs(&case, &Silent)), &pack::load("P2025").unwrap(), &scenario).unwrap();
    let before: f64 = case.network.facilities.iter().map(|f| f.doctors.0).sum();
    assert!((problem.doctors.iter().sum::<f64>() - before - moved).abs() < 1e-6);
    for f in case.network.facilities.iter().enumerate().filter(|(_, f)| f.tier.code() == "V") {
        assert!(problem.doctors[f.0] >= 1.0 - 1e-9, "{}", f.1.code);
    }
}

#[test]
fn specialists_are_shared_evenly() {
    use fenji::policy::reform::staff::Specialty;
    let s = Specialty { name: "x".into(), per_10k: 1.0, now_per_10k: [("a".to_owned(), 0.5)].into(), new: Some(5) };
    let rows = fenji::reform::staff::training::share_out(&s, &[("a".into(), 100_000.0), ("b".into(), 50_000.0), ("c".into(), 0.0)]);
    assert_eq!(rows.iter().map(|r| r.new).collect::<Vec<_>>(), [1, 4, 0], "{rows:?}");
    let all = fenji::reform::staff::training::share_out(&Specialty { new: None, ..s }, &[("a".into(), 100_000.0), ("b".into(), 50_000.0)]);
    assert_eq!(all.iter().map(|r| r.new).collect::<Vec<_>>(), [5, 5]);
}

#[test]
fn postings_add_contracts_and_keep_to_their_share() {
    let Some((case, _)) = demo::load() else { return };
    let (solved, a) = answer(run(&case, "[reform.staff]\nposting = { max_share = 0.05 }\n"));
    assert_eq!(solved.termination, Termination::Optimal);
    let (_, without) = answer(run(&case, "[reform.staff]\n"));
    let total = |a: &StaffAnswer| a.towns.iter().map(|t| t.contracts).sum::<f64>();
    assert!(total(&a) > total(&without) && !a.postings.is_empty());
    for hospital in case.network.facilities.iter().filter(|f| f.rank() == 3) {
        let posted: f64 = a.postings.iter().filter(|p| p.from == hospital.code).map(|p| p.doctors).sum();
        assert!(posted <= 0.05 * hospital.doctors.0 + 1e-5, "{}", hospital.code);
    }
}

#[test]
fn the_check_passes_and_refuses_altered_plans() {
    let mut case = tiny::network(7, 2);
    for f in case.network.facilities.iter_mut().filter(|f| f.rank() == 2) {
        f.gps.0 = 1.0;
    }
    let text = "[reform.staff]\nnew_gps = 5\nposting = { max_share = 0.03, min_per_county = 0.2 }\n";
    let p = reform_run::plan(&case, Model::Staff, text, None);
    let found = reform_run::checked(&case, &p, None);
    assert!(found.is_empty(), "{found:?}");
    let ReformAnswer::Staff(a) = &p.answer else { panic!() };
    assert!(!a.sites.is_empty() && !a.postings.is_empty() && !a.specialties.is_empty(), "{a:?}");
    let alter: [fn(&mut StaffAnswer); 9] = [
        |a| a.towns[0].contracts += 10.0,
        |a| a.towns[1].new += 1,
        |a| a.towns[0].now += 1.0,
        |a| a.new_gps += 1,
        |a| a.sites[0].gps += 1,
        |a| a.postings[0].doctors += 1.0,
        |a| a.pipeline.years[0].stock += 5.0,
        |a| a.pipeline.years[1].seats[0] += 5.0,
        |a| a.specialties[0].new += 2,
    ];
    for (n, change) in alter.iter().enumerate() {
        let mut q = p.clone();
        let ReformAnswer::Staff(a) = &mut q.answer else { panic!() };
        change(a);
        assert!(!reform_run::checked(&case, &q, None).is_empty(), "alteration {n}");
    }
}
