//! The check on a hand-made network with a hand-made plan: it passes; one altered number of any kind is refused with the right code.
#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp, clippy::cast_precision_loss)] // a test may fail loudly, and some values must be exact

#[path = "common/hand_made.rs"]
mod tiny;

use fenji::check::{Violation, check_referral, indicators};
use fenji::demand::Problem;
use fenji::ids::ClassId;
use fenji::outcome::{Bounds, Limit, Termination};
use fenji::plan::referral::Shortfall;
use fenji::plan::{Flows, ReferralPlan};
use fenji::units::Yuan;
use proptest::prelude::*;
use std::sync::Arc;
use tiny::{C, E, H3, H4, K, M, O1, O3, T, V, network, plan, problem, problem_of};

fn codes(found: &[Violation]) -> Vec<&str> {
    found.iter().map(|v| v.code.as_str()).collect()
}

/// The plan with one change is refused, and `code` is among the reasons.
fn refused(code: &str, change: impl FnOnce(&mut ReferralPlan)) {
    refused_of(&problem(), code, change);
}

fn refused_of(problem: &Problem, code: &str, change: impl FnOnce(&mut ReferralPlan)) {
    let mut altered = plan(problem);
    change(&mut altered);
    let found = check_referral(problem, &altered);
    assert!(codes(&found).contains(&code), "`{code}` expected, found {found:#?}");
    for v in &found {
        assert!(!v.place.is_empty() && v.message.ends_with('.'), "{v:?}");
    }
}

#[test]
fn the_hand_made_plan_passes() {
    let p = problem();
    let found = check_referral(&p, &plan(&p));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_core_indicators_are_those_worked_out_by_hand() {
    let p = problem();
    let plan = plan(&p);
    for (name, own) in indicators::CORE.into_iter().zip(indicators::core(&p, &plan)) {
        assert!((own.unwrap() - plan.indicators[name]).abs() < 1e-9, "{name}");
    }
}

#[test]
fn header_names_shape_and_values() {
    refused("header", |p| p.version += 1);
    refused("header", |p| p.kind = "layout".into());
    refused("header", |p| p.case = "another".into());
    refused("names", |p| p.names.areas.swap(0, 1));
    refused("names", |p| p.names.settlements[1] = "s9".into());
    refused("names", |p| p.names.facilities.push("X".into()));
    refused("names", |p| p.names.classes[0].clear());
    refused("shape", |p| p.flows.first_contact.facility[0] = 6);
    refused("shape", |p| p.flows.first_contact.displaced.push(0.0));
    refused("shape", |p| p.flows.up.area[0] = 2);
    refused("shape", |p| p.flows.treated.class[0] = 5);
    refused("shape", |p| _ = p.flows.down.to.pop());
    refused("shape", |p| p.flows.no_access.settlement[0] = u32::MAX);
    refused("shape", |p| p.flows.postings.to.clear());
    refused("value", |p| p.flows.treated.cases[0] = f64::NAN);
    refused("value", |p| p.flows.redirect.cases[0] = -1.0);
    refused("value", |p| p.flows.first_contact.displaced[0] = f64::INFINITY);
    refused("value", |p| p.shortfalls[0].short = -5.0);
}

#[test]
fn flows_that_may_not_exist() {
    let first = |i, j, k| move |p: &mut ReferralPlan| p.flows.first_contact.push(i, j, k, 5.0, 0.0);
    refused("exist-first", first(1, V, O1)); // no such arc
    refused("exist-first", first(0, V, H3)); // no stays at a clinic
    refused("exist-first", first(0, T, E)); // emergencies need rank 3
    refused("exist-first", first(0, M, E)); // 100 minutes are too far
    let treated = |a, j, k| move |p: &mut ReferralPlan| p.flows.treated.push(a, j, k, 5.0);
    refused("exist-treated", treated(0, V, O3)); // above its rank
    refused("exist-treated", treated(0, T, H3)); // links are for visits
    refused("exist-treated", treated(1, C, O3)); // not linked
    refused("exist-treated", treated(1, T, O1)); // rank 2 serves its own area
    refused("exist-treated", treated(0, K, H4)); // above its rank
    let up = |a, j, q, k| move |p: &mut ReferralPlan| p.flows.up.push(a, j, q, k, 5.0);
    refused("exist-up", up(0, V, K, O1)); // no such arc
    refused("exist-up", up(0, V, T, H3)); // clinics do not refer stays
    refused("exist-up", up(1, T, K, O3)); // rank 2 serves its own area
    let redirect = |a, j, q, k| move |p: &mut ReferralPlan| p.flows.redirect.push(a, j, q, k, 5.0);
    refused("exist-redirect", redirect(0, M, T, O1)); // no such arc
    refused("exist-redirect", redirect(0, M, K, H4)); // the receiver cannot treat it
    refused("exist-redirect", redirect(1, M, K, O1)); // not the patient's own area
    let down = |a, j, q, k| move |p: &mut ReferralPlan| p.flows.down.push(a, j, q, k, 5.0);
    refused("exist-down", down(0, K, M, H3)); // that way is up
    refused("exist-down", down(0, M, K, O1)); // visits do not step down
    refused("exist-down", down(1, M, K, H4)); // not the patient's own area
    refused("exist-down", down(0, K, T, H4)); // the sender does not treat it
}

#[test]
fn demand_floors_and_balances() {
    refused("demand", |p| p.flows.first_contact.cases[0] += 1.0);
    refused("demand", |p| p.flows.no_access.cases[0] -= 1.0);
    // the same case, but to a facility where the patient does not insist on going
    refused("floor", |p| {
        p.flows.first_contact.cases[2] -= 1.0;
        p.flows.first_contact.cases[0] += 1.0;
    });
    refused("floor", |p| p.flows.first_contact.displaced[2] = 9.0);
    // the floor of an arc that the plan does not mention at all
    refused("floor", |p| {
        for list in [&mut p.flows.first_contact.settlement, &mut p.flows.first_contact.facility, &mut p.flows.first_contact.class] {
            list.remove(2);
        }
        p.flows.first_contact.cases.remove(2);
        p.flows.first_contact.displaced.remove(2);
    });
    refused("balance", |p| p.flows.treated.cases[3] += 1.0);
    refused("balance", |p| p.flows.unserved.cases[0] += 1.0);
    refused("balance", |p| p.flows.up.cases[2] += 1.0);
    refused("balance", |p| p.flows.redirect.cases[0] -= 1.0);
}

#[test]
fn shares() {
    // more over the link than a tenth of 600 arrivals
    refused("tele-share", |p| {
        p.flows.treated.cases[4] = 70.0;
        p.flows.up.cases[0] = 530.0;
        p.flows.treated.cases[5] = 930.0;
    });
    refused("step-down-share", |p| p.flows.down.cases[0] = 61.0);
    refused("redirect-share", |p| {
        p.flows.redirect.cases[0] = 29.0;
        p.flows.treated.cases[2] = 161.0;
        p.flows.treated.cases[3] = 29.0;
    });
}

#[test]
fn capacities() {
    let mut p = problem();
    p.beds[K as usize] = 2.0; // 755 bed-days against 365 x 0.9 x 2 = 657
    refused_of(&p, "capacity-beds", |_| ());
    let mut p = problem();
    p.beds[T as usize] = 0.0;
    refused_of(&p, "capacity-beds", |_| ());
    let mut p = problem();
    p.doctors[K as usize] = 1.7; // 1120 / 2551.8 + 755 / 2190 = 0.784 of work, and 1 doctor posted away
    refused_of(&p, "capacity-doctors", |_| ());
    let mut p = problem();
    p.doctors[V as usize] = 0.4; // 1480 / 3012
    refused_of(&p, "capacity-doctors", |_| ());
    // township centre: 940 / 4141.5 + 75 / 1003.75 = 0.302 of work; the posted doctor brings 0.9
    let mut p = problem();
    p.doctors[T as usize] = 0.0;
    let found = check_referral(&p, &plan(&p));
    assert!(found.is_empty(), "{found:#?}");
    refused_of(&p, "capacity-doctors", |plan| plan.flows.postings.doctors[0] = 0.3);
}

#[test]
fn targets_and_their_shortfalls() {
    refused("target-missing", |p| _ = p.shortfalls.remove(3));
    refused("target-unknown", |p| p.shortfalls[5].target = "nonsense".into());
    refused("target-unknown", |p| p.shortfalls.push(p.shortfalls[0].clone()));
    refused("target-missing", |p| p.shortfalls[0].place = Some(7));
    for n in 0..7 {
        refused("target-wanted", |p| p.shortfalls[n].wanted *= 1.01);
        refused("target-price", |p| p.shortfalls[n].price = 500_001_000.0);
        refused("target-price", |p| p.shortfalls[n].price = -1.0);
    }
    for n in [1, 2, 4, 6] {
        refused("target-short", |p| p.shortfalls[n].short *= 0.99);
        refused("target-short", |p| p.shortfalls[n].short *= 1.5);
        refused("part", |p| p.shortfalls[n].short *= 1.01);
    }
    let mut p = problem();
    p.hard_targets = true;
    refused_of(&p, "hard-target", |_| ());
    p.hard_targets = false;
    p.hard_service = true;
    refused_of(&p, "hard-service", |_| ());
}

#[test]
fn optional_rows() {
    let mut p = problem();
    p.switches.group_reserve = true;
    let found = check_referral(&p, &plan(&p));
    assert!(found.is_empty(), "{found:#?}");
    p.beds[K as usize] = 3.0; // 60 x 7.5 + 50 x 10 = 950 direct bed-days against 0.75 x 365 x 0.9 x 3 = 739
    refused_of(&p, "reserve", |_| ());
    p.beds[K as usize] = 50.0;
    p.doctors[K as usize] = 0.4; // 500 direct visits against 2/3 x 2551.8 x 0.6 x 0.4 = 408
    refused_of(&p, "reserve", |_| ());

    let mut linked = network();
    linked.facilities[T as usize].drug_gaps = vec![ClassId(H3)];
    let mut p = problem_of(linked);
    assert!(check_referral(&p, &plan(&p)).is_empty());
    p.switches.drug_linkage = true;
    refused_of(&p, "drugs", |_| ());

    // C14: K1 and M1 save 0.25 x 230 = 57.50 of the 60 yuan of each of 50 referrals
    let mut members = network();
    members.facilities[K as usize].mr_member = true;
    members.facilities[M as usize].mr_member = true;
    let mut p = problem_of(members);
    p.switches.mutual_recognition = true;
    refused_of(&p, "part", |_| ());
    let mut cheaper = plan(&p);
    cheaper.objective_parts.travel -= 50.0 * 57.5;
    cheaper.objective -= 50.0 * 57.5;
    cheaper.bounds = Bounds { primal: cheaper.objective, dual: cheaper.objective };
    let found = check_referral(&p, &cheaper);
    assert!(found.is_empty(), "{found:#?}");

    refused("posting", |p| p.flows.postings.to[0] = C);
    refused("posting", |p| p.flows.postings.doctors[0] = 2.1);
    refused("target-short", |p| p.flows.postings.doctors[0] = 0.9);
    let mut p = problem();
    p.switches.deployment = None;
    refused_of(&p, "posting", |_| ());
}

#[test]
fn fund_balance_and_budgets() {
    let mut p = problem();
    p.switches.fund_balance = Some(0.1);
    p.switches.facility_budget = true;
    refused_of(&p, "target-missing", |_| ());
    // Spending on people of the county 1,342,235 of an income of 1,800,000; on people of the core 851,950 of 900,000.
    let row = |target: &str, place, wanted, short| Shortfall { target: target.into(), place: Some(place), wanted, short, price: 0.2 };
    let rows = [
        row("fund_balance", 0, 1_980_000.0, 0.0),
        row("fund_balance", 0, 1_620_000.0, 277_765.0),
        row("fund_balance", 1, 990_000.0, 0.0),
        row("fund_balance", 1, 810_000.0, 0.0),
        row("facility_budget", M, 1e9, 0.0),
    ];
    let with_rows = |plan: &mut ReferralPlan| {
        plan.shortfalls.extend(rows.clone());
        plan.objective_parts.shortfall += 0.2 * 277_765.0;
        plan.objective += 0.2 * 277_765.0;
        plan.bounds = Bounds { primal: plan.objective, dual: plan.objective };
    };
    let mut balanced = plan(&p);
    with_rows(&mut balanced);
    let found = check_referral(&p, &balanced);
    assert!(found.is_empty(), "{found:#?}");
    refused_of(&p, "target-short", |plan| {
        with_rows(plan);
        plan.shortfalls[8].short -= 1000.0;
    });
    // Spending at M1: 0.7 x 1,724,800 = 1,207,360
    let mut tight = network();
    tight.facilities[M as usize].budget = Some(Yuan(1_200_000.0));
    let mut p = problem_of(tight);
    p.switches.facility_budget = true;
    let over = |plan: &mut ReferralPlan, short: f64| {
        plan.shortfalls.push(row("facility_budget", M, 1_200_000.0, short));
        plan.objective_parts.shortfall += 0.2 * short;
        plan.objective += 0.2 * short;
        plan.bounds = Bounds { primal: plan.objective, dual: plan.objective };
    };
    let mut honest = plan(&p);
    over(&mut honest, 7360.0);
    let found = check_referral(&p, &honest);
    assert!(found.is_empty(), "{found:#?}");
    refused_of(&p, "target-short", |plan| over(plan, 7000.0));
}

#[test]
fn money_bounds_and_termination() {
    refused("part", |p| p.objective_parts.travel += 1.0);
    refused("part", |p| p.objective_parts.cost += 1.0);
    refused("part", |p| p.objective_parts.over_treatment += 1.0);
    refused("part", |p| p.objective_parts.unmet_displaced += 1.0);
    refused("part", |p| p.objective_parts.shortfall += 1.0);
    refused("objective", |p| p.objective += 1.0);
    refused("bounds", |p| p.bounds.primal += 1.0);
    refused("bounds", |p| p.bounds.dual *= 1.001);
    refused("bounds", |p| p.bounds.dual = f64::NAN);
    refused("termination", |p| p.bounds.dual *= 0.99);
    refused("termination", |p| p.bounds.dual = f64::NEG_INFINITY);
    refused("termination", |p| p.termination = Termination::Infeasible);
    let p = problem();
    let mut limited = plan(&p);
    limited.bounds.dual = f64::NEG_INFINITY;
    limited.termination = Termination::Feasible(Limit::Time);
    let found = check_referral(&p, &limited);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn indicators_calibration_and_marginals() {
    for name in indicators::CORE {
        refused("indicator", |p| *p.indicators.get_mut(name).unwrap() += 0.01);
        refused("indicator-missing", |p| _ = p.indicators.remove(name));
    }
    refused("calibration", |p| p.calibration.visits[2] += 0.01);
    refused("calibration", |p| p.calibration.model_stays[0] += 0.01);
    refused("marginal", |p| p.marginals.bed.push(0.0));
    refused("marginal", |p| p.marginals.doctor[0] = -1.0);
    refused("marginal", |p| p.marginals.inertia[0] = f64::NAN);
    refused("marginal", |p| _ = p.marginals.case_cost.pop());
}

#[test]
fn every_code_that_a_violation_may_carry_is_documented() {
    let docs = include_str!("../src/check/mod.rs");
    let sources = [
        include_str!("../src/check/existence.rs"),
        include_str!("../src/check/indicators.rs"),
        include_str!("../src/check/money.rs"),
        include_str!("../src/check/rows.rs"),
        include_str!("../src/check/shape.rs"),
        include_str!("../src/check/targets.rs"),
    ];
    let mut seen = 0;
    for source in sources {
        for method in ["found.add(", "found.equal(", "found.at_most("] {
            for part in source.split(method).skip(1) {
                let code = part.split('"').nth(1).unwrap();
                assert!(docs.contains(&format!("`{code}`")), "{code}");
                seen += 1;
            }
        }
    }
    assert!(seen > 40, "{seen}");
}

/// All flow columns, to change one entry.
fn columns(f: &mut Flows) -> Vec<&mut Vec<f64>> {
    vec![
        &mut f.first_contact.cases,
        &mut f.first_contact.displaced,
        &mut f.up.cases,
        &mut f.redirect.cases,
        &mut f.down.cases,
        &mut f.treated.cases,
        &mut f.unserved.cases,
        &mut f.no_access.cases,
        &mut f.postings.doctors,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any flow, changed by more than the tolerances, is noticed.
    #[test]
    fn any_altered_flow_is_refused(column in 0_usize..9, row in 0_usize..64, change in 0.1_f64..50.0, down in any::<bool>()) {
        let p = problem();
        let mut altered = plan(&p);
        let mut columns = columns(&mut altered.flows);
        let list = &mut columns[column];
        let n = row % list.len();
        list[n] = if down { list[n] - change } else { list[n] + change };
        let found = check_referral(&p, &altered);
        prop_assert!(!found.is_empty());
    }

    /// Any patient sent from one place to another without the rest of the plan following is noticed.
    #[test]
    fn any_flow_sent_elsewhere_is_refused(table in 0_usize..7, row in 0_usize..64, to in 0_u32..6) {
        let p = problem();
        let mut altered = plan(&p);
        let f = &mut altered.flows;
        let list = [
            &mut f.first_contact.facility,
            &mut f.up.from,
            &mut f.up.to,
            &mut f.redirect.to,
            &mut f.down.to,
            &mut f.treated.facility,
            &mut f.unserved.facility,
        ][table % 7].as_mut_slice();
        let n = row % list.len();
        prop_assume!(list[n] != to);
        list[n] = to;
        prop_assert!(!check_referral(&p, &altered).is_empty());
    }

    /// Doubling people, flows, beds and doctors keeps a plan whole: the check knows no absolute numbers.
    #[test]
    fn a_plan_scales(factor in 1_u32..400) {
        let x = f64::from(factor);
        let mut p = problem();
        let mut net = (*p.network).clone();
        for s in &mut net.settlements {
            s.population.0 *= u64::from(factor);
        }
        p.network = Arc::new(net);
        for list in [&mut p.demand, &mut p.beds, &mut p.doctors] {
            list.iter_mut().for_each(|v| *v *= x);
        }
        p.switches.deployment.as_mut().unwrap().min_per_county *= x;
        let mut plan = plan(&p);
        columns(&mut plan.flows).into_iter().flatten().for_each(|v| *v *= x);
        for s in &mut plan.shortfalls {
            s.wanted *= x;
            s.short *= x;
        }
        let o = &mut plan.objective_parts;
        for part in [&mut o.travel, &mut o.cost, &mut o.over_treatment, &mut o.unmet_displaced, &mut o.shortfall] {
            *part *= x;
        }
        plan.objective *= x;
        plan.bounds = Bounds { primal: plan.objective, dual: plan.objective };
        for name in ["visits", "admissions", "unmet", "displaced", "redirected", "up_referrals", "down_referrals"] {
            *plan.indicators.get_mut(name).unwrap() *= x;
        }
        let found = check_referral(&p, &plan);
        prop_assert!(found.is_empty(), "{:#?}", found);
    }
}
