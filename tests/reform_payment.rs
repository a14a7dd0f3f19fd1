//! Total payment: the oracle's four accounts, the lesson of differentiated reimbursement against the oracle's displaced patients,
//! properties of the sharing rules, and a check that refuses what was altered.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss, clippy::float_cmp)] // a test may fail loudly

#[path = "common/demo.rs"]
mod demo;
#[path = "common/hand_made.rs"]
mod hand_made;
#[path = "common/tiny.rs"]
mod tiny;

use fenji::check::check_reform;
use fenji::demand::Problem;
use fenji::ids::{ClassId, FacilityId};
use fenji::network::{ArcRules, Case, ObservedShares, Tier};
use fenji::outcome::{Limits, Silent};
use fenji::plan::reform::payment::{FlowsOf, WidthPaid};
use fenji::plan::reform::{Model, PaymentAnswer, REFORM_KIND, REFORM_VERSION, ReformAnswer, ReformPlan};
use fenji::plan::{Flows, ReferralPlan};
use fenji::policy::reform::payment::{Beyond, Payment};
use fenji::policy::{Reform, Scenario, pack};
use fenji::reform::payment::settle;
use fenji::reform::{ReformError, ReformInput, Reformed, Solved, solve};
use fenji::travel::{MetricParams, Travel};
use proptest::prelude::*;
use std::sync::Arc;

#[test]
fn the_oracles_accounts() {
    let rules = Payment::default();
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-6 * b.abs().max(1.0), "{a} against {b}");
    for (spend, retained, returned, community, fund) in
        [(420e6, 30e6, 0.0, 0.0, 0.0), (390e6, 45e6, 15e6, 0.0, 0.0), (470e6, 0.0, 0.0, 12e6, 8e6), (520e6, 0.0, 0.0, 52e6, 18e6)]
    {
        let a = settle(&rules, "C1", 1.0, 450e6, spend);
        near(a.retained, retained);
        near(a.returned, returned);
        near(a.community_bears, community);
        near(a.fund_bears, fund);
        near(a.split.iter().sum(), retained);
    }
    let a = settle(&rules, "C1", 1.0, 450e6, 420e6);
    for (part, want) in a.split.iter().zip([18e6, 9e6, 3e6]) {
        near(*part, want);
    }
    if let Some(expected) = demo::expected() {
        for row in expected["G_capitation"].as_array().unwrap() {
            let number = |v: &serde_json::Value| v.as_f64().unwrap();
            let a = settle(&rules, "", 1.0, number(&row["args"][0]), number(&row["args"][1]));
            for (told, key) in [
                (a.surplus, "surplus"),
                (a.overspend, "overspend"),
                (a.retained, "retained"),
                (a.returned, "returned"),
                (a.community_bears, "community_bears"),
                (a.fund_bears, "fund_bears"),
            ] {
                near(told, number(&row["res"][key]));
            }
        }
    }
}

proptest! {
    #[test]
    fn every_yuan_is_accounted_for(budget in 1.0_f64..1e9, ratio in 0.0_f64..2.0, band in 0.0_f64..1.0, retain in 0.0_f64..1.0, share in 0.0_f64..1.0, fund in any::<bool>()) {
        let rules = Payment { band, retain, share_over: share, beyond: if fund { Beyond::Fund } else { Beyond::Community }, ..Payment::default() };
        let spend = budget * ratio;
        let a = settle(&rules, "x", 1.0, budget, spend);
        let slack = 1e-9 * budget;
        prop_assert!((a.surplus - a.overspend - (budget - spend)).abs() < slack);
        prop_assert!(a.surplus == 0.0 || a.overspend == 0.0);
        prop_assert!((a.retained + a.returned - a.surplus).abs() < slack);
        prop_assert!((a.community_bears + a.fund_bears - a.overspend).abs() < slack);
        prop_assert!((a.split.iter().sum::<f64>() - a.retained).abs() < slack);
        prop_assert!(a.retained <= band * budget + slack && a.retained >= 0.0 && a.returned >= -slack);
        // spending more never pays
        let more = settle(&rules, "x", 1.0, budget, spend + 0.01 * budget);
        prop_assert!(more.retained - more.community_bears <= a.retained - a.community_bears + slack);
    }
}

/// A case, its problem and a referral plan with the given flows.
fn hand() -> (Case, Problem, ReferralPlan) {
    let mut problem = hand_made::problem();
    // its choice is made by hand, not by the model whose curves are drawn here
    problem.choice.clear();
    let case = Case {
        network: hand_made::network(),
        travel: Travel::Metric(MetricParams::default()),
        rules: ArcRules::default(),
        arcs: None,
        policy: "P2025".into(),
        observed: ObservedShares::default(),
    };
    let plan = hand_made::plan(&problem);
    (case, problem, plan)
}

fn run(case: &Case, problem: &Problem, rules: &Reform, referral: Option<&ReferralPlan>) -> Result<(Solved, PaymentAnswer), ReformError> {
    let pack = pack::load("P2025").unwrap();
    let input = ReformInput { case, problem, pack: &pack, rules, referral, limits: Limits::default(), seed: 1 };
    match solve(Model::Payment, &input, &Silent)? {
        Reformed::Answer(solved) => {
            let ReformAnswer::Payment(a) = solved.answer.clone() else { unreachable!() };
            Ok((*solved, a))
        }
        Reformed::Infeasible(r) => unreachable!("{r:?}"),
    }
}

fn plan(case: &Case, rules: &Reform, solved: &Solved) -> ReformPlan {
    ReformPlan {
        version: REFORM_VERSION,
        kind: REFORM_KIND.into(),
        fenji: String::new(),
        case: case.network.name.clone(),
        policy: "P2025".into(),
        scenario: Scenario { reform: Some(rules.clone()), ..Scenario::default() },
        objective: solved.objective,
        unit: solved.unit.into(),
        maximised: solved.maximised,
        bounds: solved.bounds,
        termination: solved.termination,
        answer: solved.answer.clone(),
        backend: solved.backend.clone(),
        seconds: 0.0,
        provenance: Vec::new(),
    }
}

#[test]
fn accounts_follow_the_flows_and_the_check_sees_what_was_altered() {
    let (case, problem, referral) = hand();
    let mut rules = Reform::default();
    rules.payment.risk.insert(case.network.areas[0].code.clone(), 1.2);
    assert!(matches!(run(&case, &problem, &rules, None), Err(ReformError::Lacks(_))));
    let (solved, a) = run(&case, &problem, &rules, Some(&referral)).unwrap();
    // all that the fund pays for the residents, by area and by tier, is the same money
    let by_area: f64 = a.accounts.iter().map(|x| x.spend).sum();
    let by_tier: f64 = a.tiers.iter().map(|t| t.fund).sum();
    assert!(by_area > 0.0 && (by_area - by_tier).abs() < 1e-6 * by_area, "{by_area} {by_tier}");
    let sound = plan(&case, &rules, &solved);
    assert_eq!(check_reform(&case, &problem, &sound, Some(&referral)), []);
    assert!(check_reform(&case, &problem, &sound, None).iter().any(|v| v.code == "exist"));
    let refused = |change: &dyn Fn(&mut PaymentAnswer)| {
        let mut altered = sound.clone();
        if let ReformAnswer::Payment(x) = &mut altered.answer {
            change(x);
        }
        assert!(!check_reform(&case, &problem, &altered, Some(&referral)).is_empty());
    };
    refused(&|x| x.accounts[0].budget *= 1.01);
    refused(&|x| x.accounts[0].spend += 10.0);
    refused(&|x| x.accounts[0].split[2] += 5.0);
    refused(&|x| x.accounts[0].community_bears += 5.0);
    refused(&|x| x.tiers[0].fund += 5.0);
    refused(&|x| x.pools[0].weight += 5.0);
    refused(&|x| x.pools.iter_mut().for_each(|p| p.drg = false));
    refused(&|x| x.gap[0].overflow += 10.0);
    refused(&|x| x.gap[0].first_contact += 0.01);
    refused(&|x| {
        x.gap.pop();
    });
    refused(&|x| drop(x.accounts.pop()));
    refused(&|x| drop(x.widths.pop()));
    refused(&|x| x.widths.swap(0, 1));
    for n in 0..2 {
        refused(&|x| x.widths[n].areas[0].fund += 5.0);
        refused(&|x| x.widths[n].areas[0].own += 5.0);
        refused(&|x| x.widths[n].areas[0].retained += 5.0);
        refused(&|x| x.widths[n].areas[0].community_bears += 5.0);
        refused(&|x| x.widths[n].areas[0].fund_bears += 5.0);
        refused(&|x| x.widths[n].tiers[0].own += 5.0);
    }
    let mut dearer = sound.clone();
    dearer.objective += 100.0;
    assert!(!check_reform(&case, &problem, &dearer, Some(&referral)).is_empty());
}

/// Money at every width: what the fund pays and what patients pay is all that is paid, today's shares give the accounts, and where people go by
/// themselves every case is paid for once, told here case by case.
#[test]
fn money_at_every_width_is_whole() {
    for seed in 0..4 {
        let case = tiny::network(seed, 3);
        let problem = tiny::problem(&case, "");
        // a plan that treats every class of all areas but one at two sites that can
        let (_, _, mut referral) = hand();
        let mut flows = Flows::default();
        for area in 0..case.network.areas.len() as u32 - 1 {
            for (k, class) in problem.classes.iter().enumerate() {
                let able = || (0..case.network.facilities.len()).filter(|&j| class.treatable_at(case.network.facilities[j].tier));
                for (j, cases) in able().next().into_iter().zip([3.0]).chain(able().next_back().into_iter().zip([1.0])) {
                    flows.treated.push(area, j as u32, k as u32, cases);
                }
            }
        }
        referral.flows = flows;
        whole(&case, &problem, &referral);
        // people see no fund share at some sites, and some sites are closed: today's choice stays that of the referral plan, as the check holds
        let county = case.network.facilities.iter().find(|f| f.tier == Tier::K).unwrap();
        let other = format!("[capacity]\nclosed = [\"{}\"]\n[choice.fund_share]\nT = 0.1\nC = 0.1\n", county.code);
        let changed = tiny::problem(&case, &other);
        assert_ne!(changed.choice, problem.choice);
        whole(&case, &changed, &referral);
    }
}

/// Today comes first, widths go up, each once, however they are asked for.
#[test]
fn widths_begin_today() {
    let (case, problem, referral) = hand();
    let mut rules = Reform::default();
    for (asked, want) in [(vec![1.0, 0.5, 1.0], vec![0.0, 0.5, 1.0]), (vec![], vec![0.0]), (vec![0.0, 1.0], vec![0.0, 1.0])] {
        rules.payment.widths = asked;
        let (solved, a) = run(&case, &problem, &rules, Some(&referral)).unwrap();
        let widths: Vec<f64> = a.widths.iter().filter(|w| w.flows == FlowsOf::Choice).map(|w| w.width).collect();
        assert_eq!(widths, want);
        assert_eq!(check_reform(&case, &problem, &plan(&case, &rules, &solved), Some(&referral)), []);
    }
}

fn whole(case: &Case, problem: &Problem, referral: &ReferralPlan) {
    let rules = Reform::default();
    let (solved, a) = run(case, problem, &rules, Some(referral)).unwrap();
    assert_eq!(check_reform(case, problem, &plan(case, &rules, &solved), Some(referral)), []);
    assert_eq!(a.widths.len(), 2 * rules.payment.widths.len());
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9 * b.abs().max(1.0), "{a} against {b}");
    let all = |w: &WidthPaid| w.areas.iter().map(|x| x.fund + x.own).sum::<f64>();
    let of = |flows: FlowsOf| a.widths.iter().filter(move |w| w.flows == flows);
    for (account, x) in a.accounts.iter().zip(&of(FlowsOf::Plan).next().unwrap().areas) {
        near(x.fund, account.spend);
        near(x.own, account.own);
        near(x.retained - x.community_bears, account.retained - account.community_bears);
    }
    for w in &a.widths {
        near(w.tiers.iter().map(|t| t.fund + t.own).sum(), all(w));
    }
    // shares alone move money between fund and patients only
    of(FlowsOf::Plan).for_each(|w| near(all(w), all(of(FlowsOf::Plan).next().unwrap())));
    // by choice, at today's shares: settlement by settlement, with the plan's sites where the first one cannot treat
    let network = &problem.network;
    let kinds = problem.class_count();
    let (mut cost, mut cases, mut moved_on) = (0.0, 0.0, 0.0);
    for i in 0..network.settlements.len() {
        for (k, class) in problem.classes.iter().enumerate() {
            let price = |j: usize| problem.unit_cost(FacilityId::new(j), ClassId::new(k));
            let of_area = |area: Option<usize>| -> Vec<(usize, f64)> {
                let rows = referral.flows.treated.rows().filter(|r| r.2 == k && area.is_none_or(|a| r.0 == a));
                rows.filter(|r| class.treatable_at(network.facilities[r.1].tier) && r.3 > 0.0).map(|r| (r.1, r.3)).collect()
            };
            let own = of_area(Some(network.settlements[i].area.index()));
            let mix = if own.is_empty() { of_area(None) } else { own };
            let treated: f64 = mix.iter().map(|m| m.1).sum();
            let mean = if treated > 0.0 { mix.iter().map(|m| m.1 * price(m.0)).sum::<f64>() / treated } else { 0.0 };
            for arc in problem.arcs.first_start[i]..problem.arcs.first_start[i + 1] {
                let j = problem.arcs.first[arc].facility.index();
                let n = problem.demand[i * kinds + k] * problem.choice_of(arc, ClassId::new(k));
                let able = class.treatable_at(network.facilities[j].tier) || problem.share_beyond(j, k) >= 1.0;
                cases += n;
                moved_on += if able { 0.0 } else { n };
                cost += n * if able { price(j) } else { mean };
            }
        }
    }
    assert!(moved_on > 0.0 && moved_on < cases, "{moved_on} of {cases}");
    near(all(of(FlowsOf::Choice).next().unwrap()), cost);
    // a wider gap pays primary care more
    let primary = |w: &WidthPaid| w.tiers.iter().filter(|t| t.tier.rank() <= 2).map(|t| t.fund + t.own).sum::<f64>();
    let choice: Vec<f64> = of(FlowsOf::Choice).map(primary).collect();
    assert!(choice.windows(2).all(|p| p[1] >= p[0] - 1e-6) && choice.last() > choice.first(), "{choice:?}");
}

#[test]
fn a_wider_gap_without_more_doctors_fills_full_rooms() {
    let Some((case, arcs)) = demo::load() else { return };
    let pack = pack::load("P2025").unwrap();
    let problem = Problem::assemble(&case, Arc::new(arcs), &pack, &Scenario { gamma: Some(0.0), ..Scenario::default() }).unwrap();
    let (_, _, mut referral) = hand();
    referral.flows = Flows::default();
    let (_, a) = run(&case, &problem, &Reform::default(), Some(&referral)).unwrap();
    let at = |width: f64, doctors: f64| a.gap.iter().find(|g| g.width == width && g.doctors == doctors).unwrap();
    let (today, wide) = (at(0.0, 1.0), at(1.0, 1.0));
    // the oracle's displaced and unserved patients at gamma 0: 186,608 + 4,230 today, 227,056 + 3,493 under the wider gap
    let expected = demo::expected().unwrap();
    for (name, point) in [("gamma_0.0", today), ("gamma_0_widegap", wide)] {
        let kpi = &expected["A"][name]["kpi"];
        let turned_away = kpi["displaced"].as_f64().unwrap() + kpi["unmet"].as_f64().unwrap();
        assert!(
            point.overflow > 0.5 * turned_away && point.overflow <= turned_away * (1.0 + 1e-6),
            "{name}: {} of {turned_away}",
            point.overflow
        );
    }
    assert!(wide.overflow > 1.1 * today.overflow, "{} to {}", today.overflow, wide.overflow);
    assert!(wide.first_contact > today.first_contact + 0.01, "{} to {}", today.first_contact, wide.first_contact);
    // more doctors take it up again
    assert!(at(1.0, 1.5).overflow < today.overflow);
    for pair in a.gap.windows(2).filter(|p| p[0].width == p[1].width) {
        assert!(pair[1].overflow <= pair[0].overflow);
    }
}

#[test]
fn pooling_areas_are_taken_by_size_up_to_the_share() {
    let (case, problem, referral) = hand();
    for share in [0.0, 0.5, 1.0] {
        let mut rules = Reform::default();
        rules.payment.drg_share = share;
        let (_, a) = run(&case, &problem, &rules, Some(&referral)).unwrap();
        let under: Vec<f64> = a.pools.iter().filter(|p| p.drg).map(|p| p.fund).collect();
        let other: Vec<f64> = a.pools.iter().filter(|p| !p.drg).map(|p| p.fund).collect();
        assert_eq!(under.len(), (share * a.pools.len() as f64).ceil() as usize);
        assert!(under.iter().all(|u| other.iter().all(|o| u >= o)));
    }
}
