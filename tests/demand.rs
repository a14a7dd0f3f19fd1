//! Demand and patient choice against the oracle, and by themselves.
#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp, clippy::cast_precision_loss)] // a test may fail loudly, and some values must be exact

#[path = "common/demo.rs"]
mod demo;
#[path = "common/hand_made.rs"]
mod tiny;

use fenji::demand::Problem;
use fenji::ids::{ClassId, SettlementId};
use fenji::network::Tier;
use fenji::policy::{Scenario, pack};
use std::sync::Arc;

fn near(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance
}

fn problem(scenario: &Scenario, policy: &str) -> Option<Problem> {
    let (case, arcs) = demo::load()?;
    Some(Problem::assemble(&case, Arc::new(arcs), &pack::load(policy).unwrap(), scenario).unwrap())
}

const GROUPS: [&str; 3] = ["pri", "sec", "ter"];

#[test]
fn calibration_gives_the_oracles_constants_and_shares() {
    let (Some(expected), Some(p)) = (demo::expected(), problem(&Scenario::default(), "P2025")) else { return };
    for (g, name) in GROUPS.into_iter().enumerate() {
        assert!(near(p.calibration.visits[g], expected["I_asc"]["O"][name].as_f64().unwrap(), 1e-9), "{:?}", p.calibration);
        assert!(near(p.calibration.stays[g], expected["I_asc"]["H"][name].as_f64().unwrap(), 1e-9), "{:?}", p.calibration);
        assert!(near(p.calibration.model_visits[g], expected["I_share_base"]["O"][name].as_f64().unwrap(), 1e-12));
        assert!(near(p.calibration.model_stays[g], expected["I_share_base"]["H"][name].as_f64().unwrap(), 1e-12));
    }
    assert!(p.calibration.rounds > 1 && p.calibration.rounds < 60, "{}", p.calibration.rounds);
}

/// The wider payment gap of model 7: V,S,T,C .95; K,D .85; M .60; P,R .45; N .40.
fn wide_gap() -> std::collections::BTreeMap<Tier, f64> {
    use Tier::{C, D, K, M, N, P, R, S, T, V};
    [(V, 0.95), (S, 0.95), (T, 0.95), (C, 0.95), (K, 0.85), (D, 0.85), (M, 0.6), (P, 0.45), (R, 0.45), (N, 0.4)].into()
}

#[test]
fn a_wider_payment_gap_moves_the_shares_with_the_constants_kept() {
    let mut scenario = Scenario::default();
    scenario.choice.fund_share = wide_gap();
    let (Some(expected), Some(p)) = (demo::expected(), problem(&scenario, "P2025")) else { return };
    for (g, name) in GROUPS.into_iter().enumerate() {
        assert!(
            near(p.calibration.model_visits[g], expected["I_share_wide_gap"]["O"][name].as_f64().unwrap(), 1e-9),
            "{:?}",
            p.calibration
        );
        assert!(near(p.calibration.model_stays[g], expected["I_share_wide_gap"]["H"][name].as_f64().unwrap(), 1e-9), "{:?}", p.calibration);
    }
    assert!(near(p.tiers.get(Tier::M).fund_share, 0.70, 0.0), "what the fund pays stays");

    // What patients see is the same when the fund itself pays so, and the constants are found again when that is asked for.
    let mut paid = Scenario::default();
    paid.payment.fund_share = wide_gap();
    let q = problem(&paid, "P2025").unwrap();
    assert_eq!(q.choice, p.choice);
    assert!(near(q.tiers.get(Tier::M).fund_share, 0.60, 0.0));
    paid.choice.recalibrate = true;
    let r = problem(&paid, "P2025").unwrap();
    for g in 0..3 {
        assert!(near(r.calibration.model_visits[g], r.calibration.observed_visits[g], 1e-11));
    }
    assert!(r.calibration.visits[2] > p.calibration.visits[2] + 0.01, "dearer city hospitals need a larger constant for the same share");
}

#[test]
fn shares_of_every_settlement_and_class_sum_to_one_and_follow_the_formula() {
    let Some(p) = problem(&Scenario::default(), "P2025") else { return };
    for i in 0..p.network.settlements.len() {
        let (first, arcs) = p.arcs.first_of(SettlementId::new(i));
        for (k, class) in p.classes.iter().enumerate() {
            let share = |n: usize| p.choice_of(first + n, ClassId::new(k));
            let total: f64 = (0..arcs.len()).map(share).sum();
            assert!(near(total, 1.0, 1e-12));
            // Odds of two arcs from the text of model 6.7, term by term.
            let utility = |n: usize| {
                let f = p.network.facility(arcs[n].facility);
                let (stay, r) = (class.code.starts_with('H'), f64::from(f.rank()));
                let constant = if stay { p.calibration.stays } else { p.calibration.visits }[match f.rank() {
                    1 | 2 => 0,
                    3 => 1,
                    _ => 2,
                }];
                let (bt, bp) = if stay { (-0.012, -0.000_15) } else { (-0.03, -0.004) };
                let own = 1.0 - p.tiers.get(f.tier).fund_share;
                constant + bt * arcs[n].minutes + bp * own * p.unit_cost(arcs[n].facility, ClassId::new(k))
                    - 0.9 * (f64::from(class.lowest_rank) - r).max(0.0)
                    - 0.5 * (r - 4.0).max(0.0)
            };
            let chosen: Vec<usize> = (0..arcs.len()).filter(|n| share(*n) > 0.0).collect();
            for pair in chosen.windows(2) {
                let odds = (share(pair[0]) / share(pair[1])).ln();
                assert!(near(odds, utility(pair[0]) - utility(pair[1]), 1e-9), "{} {}", i, class.code);
            }
            for (n, arc) in arcs.iter().enumerate() {
                let f = p.network.facility(arc.facility);
                let exists = match class.code.as_str() {
                    "E" => (3..=5).contains(&f.rank()) && arc.minutes <= 90.0,
                    _ => f.rank() <= class.highest_rank && !(class.code.starts_with('H') && f.rank() == 1),
                };
                assert_eq!(share(n) > 0.0, exists, "{} {}", f.code, class.code);
            }
        }
    }
}

#[test]
fn demand_scales_by_pack_year_and_multiplier_but_choice_does_not() {
    let Some(base) = problem(&Scenario::default(), "P2025") else { return };
    let old = problem(&Scenario::default(), "P2012").unwrap();
    let mut surge = Scenario::default();
    surge.demand.multipliers = [("H3".to_string(), 1.35), ("E".to_string(), 2.0)].into();
    let surged = problem(&surge, "P2025").unwrap();
    let mut year = Scenario::default();
    year.demand.year = Some(2018);
    let year = problem(&year, "P2025").unwrap();
    for (i, s) in base.network.settlements.iter().enumerate() {
        for (k, class) in base.classes.iter().enumerate() {
            let d = s.population.0 as f64 * class.rate;
            let at = |p: &Problem| p.demand_of(SettlementId::new(i), ClassId::new(k));
            let stay = class.code.starts_with('H');
            assert!(near(at(&base), d, 1e-9));
            assert!(near(at(&old), d * if stay { 0.1316 / 0.213 } else { 5.09 / 7.6 }, 1e-9));
            assert!(near(at(&year), d * if stay { 0.182 / 0.213 } else { 5.96 / 7.6 }, 1e-9));
            assert!(near(at(&surged), d * [1.0, 1.35, 2.0][usize::from(class.code == "H3") + 2 * usize::from(class.code == "E")], 1e-9));
        }
    }
    assert!(base.choice == old.choice && base.choice == surged.choice && base.choice == year.choice);
    assert!(near(old.classes[8].acute_days, 5.0 * 1.15, 1e-12) && near(old.classes[8].recovery_days, 2.5 * 1.15, 1e-12));
}

#[test]
fn capacities_links_and_closures_follow_the_scenario() {
    let scenario: Scenario = toml::from_str(
        r#"
        [capacity]
        beds_factor = 0.5
        beds_by_tier = { K = 1.15 }
        doctors_by_tier = { T = 2.0 }
        extra_beds = { C1K1 = 10.0, C1K2 = -3.0 }
        extra_doctors = { C1T01T = 1.5 }
        closed = ["M2"]
        [tele]
        tiers = ["T"]
        facilities = ["C1K1"]
        "#,
    )
    .unwrap();
    let Some(p) = problem(&scenario, "P2025") else { return };
    let at = |code: &str| p.network.facilities.iter().position(|f| f.code == code).unwrap();
    assert!(near(p.beds[at("C1K1")], 1200.0 * 0.5 * 1.15 + 10.0, 1e-9));
    assert!(near(p.beds[at("C1K2")], 600.0 * 0.5 * 1.15 - 3.0, 1e-9));
    assert!(near(p.beds[at("M1")], 1150.0, 1e-9) && near(p.beds[at("M2")], 0.0, 0.0) && near(p.doctors[at("M2")], 0.0, 0.0));
    assert!(near(p.doctors[at("C1T01T")], p.network.facilities[at("C1T01T")].doctors.0 * 2.0 + 1.5, 1e-9));
    assert!(p.tele[at("C1T01T")] && p.tele[at("C1K1")] && !p.tele[at("C1K2")] && !p.tele[at("U1T01C")]);
    for (n, arc) in p.arcs.first.iter().enumerate() {
        if arc.facility.index() == at("M2") {
            assert!((0..12).all(|k| near(p.choice_of(n, ClassId::new(k)), 0.0, 0.0)), "nobody chooses a closed hospital");
        }
    }
}

#[test]
fn all_problems_of_a_scenario_come_at_once() {
    let Some((case, arcs)) = demo::load() else { return };
    let scenario: Scenario = toml::from_str(
        r#"
        gamma = 1.2
        targets_off = ["nonsense"]
        [targets]
        in_county = 1.5
        [prices]
        minutes = 1.0
        base_rate = -1.0
        [limits]
        tele_share = 2.0
        [demand]
        year = 1999
        multipliers = { X1 = 1.0, H3 = -2.0 }
        [payment]
        fund_share = { M = 1.7 }
        [choice]
        waiting_weight = 0.5
        [capacity]
        beds_factor = nan
        extra_beds = { NOBODY = 1.0, C1K1 = -99999.0 }
        closed = ["NOWHERE"]
        [tele]
        facilities = ["NOONE"]
        [switches]
        fund_balance = -0.1
        "#,
    )
    .unwrap();
    let problems = Problem::assemble(&case, Arc::new(arcs), &pack::load("P2025").unwrap(), &scenario).unwrap_err();
    let fields: Vec<String> = problems
        .iter()
        .map(|p| {
            assert!(!p.remedy.is_empty() && !p.value.is_empty() && p.rule.code >= "E041", "{p}");
            if p.rule.code == "E046" { p.path.join(".") } else { format!("{}={}", p.path.join("."), p.value) }
        })
        .collect();
    for wanted in [
        "gamma",
        "targets_off=nonsense",
        "targets.in_county",
        "prices.minutes=minutes",
        "prices.base_rate",
        "limits.tele_share",
        "demand.year",
        "demand.multipliers.X1=X1",
        "demand.multipliers.H3",
        "payment.fund_share.M",
        "choice.waiting_weight",
        "capacity.beds_factor",
        "capacity.extra_beds.NOBODY=NOBODY",
        "capacity.closed=NOWHERE",
        "tele.facilities=NOONE",
        "switches.fund_balance",
    ] {
        assert!(fields.iter().any(|f| f == wanted), "{wanted} is missing in {fields:?}");
    }
}

#[test]
fn the_scenario_changes_targets_prices_and_limits() {
    let scenario: Scenario = toml::from_str(
        "targets_off = ['down_rate']\n[targets]\nin_county = 0.8\n[prices]\nminute = 0.7\n[limits]\nemergency_minutes = 60.0\n[demand]\nlength_of_stay = 0.9",
    )
    .unwrap();
    let Some(p) = problem(&scenario, "P2025") else { return };
    assert_eq!(p.targets.in_county, Some(0.8));
    assert_eq!(p.targets.down_rate, None);
    assert_eq!(p.targets.first_contact, Some(0.7));
    assert!(near(p.prices.minute, 0.7, 0.0) && near(p.limits.emergency_minutes, 60.0, 0.0));
    assert!(near(p.classes[8].acute_days, 4.5, 1e-12));
}

#[test]
fn waiting_spreads_patients_and_settles() {
    let mut scenario = Scenario::default();
    let Some(free) = problem(&scenario, "P2025") else { return };
    scenario.choice.waiting_weight = Some(0.0);
    let indifferent = problem(&scenario, "P2025").unwrap();
    assert!(free.choice.iter().zip(&indifferent.choice).all(|(a, b)| near(*a, *b, 1e-12)));
    scenario.choice.waiting_weight = Some(-0.5);
    let crowded = problem(&scenario, "P2025").unwrap();
    let report = crowded.calibration.congestion.unwrap();
    assert!(report.rounds > 1 && report.residual <= 1e-6 && report.mean_wait > 0.0, "{report:?}");
    assert!(crowded.calibration.model_visits != free.calibration.model_visits);
    assert!(crowded.choice.iter().all(|p| (0.0..=1.0).contains(p)));
}

#[test]
fn shares_do_not_depend_on_the_number_of_threads() {
    let Some(many) = problem(&Scenario::default(), "P2025") else { return };
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(|| problem(&Scenario::default(), "P2025").unwrap());
    assert_eq!(one.choice, many.choice);
    assert_eq!(one.calibration, many.calibration);
}

#[test]
fn a_tiny_network_is_calibrated_to_the_observed_shares() {
    let c = tiny::problem().calibration;
    for g in 0..3 {
        assert!(near(c.model_visits[g], c.observed_visits[g], 1e-9), "{c:?}");
        assert!(near(c.model_stays[g], c.observed_stays[g], 1e-9), "{c:?}");
    }
    assert!(near(c.visits[0], 0.0, 0.0) && near(c.stays[0], 0.0, 0.0));
}

#[test]
fn a_group_that_no_arc_leads_to_is_left_out_of_the_calibration() {
    // Without county hospitals the other two groups keep their observed odds.
    let mut network = tiny::network();
    network.facilities[tiny::K as usize].tier = Tier::M;
    let c = tiny::problem_of(network).calibration;
    assert!(near(c.model_visits[1], 0.0, 0.0) && near(c.visits[1], 0.0, 0.0));
    assert!(near(c.model_visits[2] / c.model_visits[0], c.observed_visits[2] / c.observed_visits[0], 1e-9), "{c:?}");
}
