//! Indicators against values worked out by hand, brute force and, where it is present, the reference prefecture.
#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp, clippy::needless_range_loop)] // a test fails by panicking

#[path = "common/demo.rs"]
mod demo;
#[path = "indicators/tiny.rs"]
mod tiny;

use fenji::demand::Problem;
use fenji::ids::{AreaId, FacilityId};
use fenji::indicators::access::{MINUTES, access, decay};
use fenji::indicators::attainable::{FlowTarget, by_area, of_region};
use fenji::indicators::{Resource, Values, compute, compute_with_access, equity};
use fenji::network::Tier;
use fenji::policy::Scenario;
use fenji::travel::{Crs, Position, Travel, metric::MetricParams};
use proptest::prelude::*;
use std::sync::Arc;

fn near(values: &Values, name: &str, expected: f64) {
    match values.get(name) {
        Some(v) => assert!((v - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{name} is {v}, expected {expected}"),
        None => panic!("{name} is absent, expected {expected}"),
    }
}

#[test]
fn region_values_by_hand() {
    let (problem, plan, pack) = tiny::all();
    let r = compute(&problem, &plan, &pack).region;
    near(&r, "visits", 1200.0);
    near(&r, "admissions", 60.0);
    near(&r, "primary_visits", 1000.0 / 1200.0);
    near(&r, "primary_visits_of_demand", 1000.0 / 1210.0);
    near(&r, "first_contact", 990.0 / 1260.0);
    near(&r, "first_contact_of_demand", 990.0 / 1275.0);
    near(&r, "unmet", 15.0);
    near(&r, "no_access", 15.0);
    near(&r, "displaced", 7.0);
    near(&r, "redirected", 10.0);
    near(&r, "up_referrals", 20.0);
    near(&r, "down_referrals", 6.0);
    near(&r, "down_up_ratio", 6.0 / 20.0);
    // No referral starts at rank 1-2.
    near(&r, "up_rate", 0.0);
    // 25 H4 are treated at the city hospital, 30 are asked for.
    near(&r, "down_rate", 6.0 / 25.0);
    near(&r, "down_rate_of_demand", 6.0 / 30.0);
    near(&r, "step_down_rate", 6.0 / 60.0);
    // Only the county counts: 610 + 90 + 30 of its 755 treated cases are treated in it.
    near(&r, "in_county_all", 730.0 / 755.0);
    near(&r, "in_county_all_of_demand", 730.0 / 765.0);
    near(&r, "in_county_ip", 30.0 / 55.0);
    near(&r, "out_referral", 25.0 / 755.0);
    near(&r, "tertiary_share", 140.0 / 1260.0);
    // Rank 2 would do for the 90 O2 at K and the 110 at M, rank 3 for the 5 H3 at M.
    near(&r, "over_tier_share", 205.0 / 1260.0);
    near(&r, "ip_share_primary", 0.0);
    near(&r, "ip_share_county", 30.0 / 60.0);
    near(&r, "ip_share_city", 30.0 / 60.0);
    near(&r, "ip_share_top", 0.0);
    assert!(!r.contains_key("occ_top"), "there are no beds above the city, so their use is unknown");
    assert!(!r.contains_key("icu_per_100k") && !r.contains_key("nurses_per_1000"), "no such column is filled in");
}

#[test]
fn loads_by_hand() {
    let (problem, plan, pack) = tiny::all();
    let said = compute(&problem, &plan, &pack);
    let [t, k, c, m] = [0, 1, 2, 3].map(|j| said.facilities[j]);
    // Bed-days: H3 7.5 days, H4 10 days with 4 of recovery; 6 step down from M to K.
    assert!((k.bed_days - (30.0 * 7.5 + 6.0 * 4.0)).abs() < 1e-9);
    assert!((m.bed_days - (5.0 * 7.5 + 25.0 * 10.0 - 6.0 * 4.0)).abs() < 1e-9);
    // K may use half of its 4 beds.
    assert!((k.occupancy.unwrap() - 249.0 / (365.0 * 2.0)).abs() < 1e-12);
    assert_eq!(c.occupancy, None, "no beds, no bed use");
    // Doctors of K: 90 visits treated, 20 cases referred and 10 redirected (one consult each), and the bed-days.
    let visits_year = 251.0 * 6.1 / 0.6;
    let days_year = 365.0 * 2.4 / 0.4;
    let expected = ((90.0 + 20.0 + 10.0) / visits_year + 249.0 / days_year) / (3.0 * 0.5);
    assert!((k.doctor_load.unwrap() - expected).abs() < 1e-12, "{:?} {expected}", k.doctor_load);
    assert!((t.first_contacts - 600.0).abs() < 1e-9 && (k.referred_up - 20.0).abs() < 1e-9 && (m.received_up - 20.0).abs() < 1e-9);
    near(&said.region, "occ_county", 249.0 / (365.0 * 2.0));
    near(&said.region, "occ_city", 263.5 / (365.0 * 10.0));
    near(&said.by_tier[&Tier::K], "occupancy", 249.0 / (365.0 * 2.0));
    near(&said.by_tier[&Tier::T], "visit_share", 610.0 / 1200.0);
    assert!(!said.by_tier.contains_key(&Tier::N));
}

#[test]
fn money_and_travel_by_hand() {
    let (problem, plan, pack) = tiny::all();
    let said = compute(&problem, &plan, &pack);
    let (o_t, o_c, o_k, o_m) = (95.0, 190.0, 230.0, 370.0);
    let h = |weight: f64, coefficient: f64| weight * 8000.0 * coefficient;
    let visits = 610.0 * o_t + 390.0 * o_c + 90.0 * o_k + 110.0 * o_m;
    let stays_k = 30.0 * h(0.85, 0.9);
    let stays_m = 5.0 * h(0.85, 1.15) + 25.0 * h(1.6, 1.15);
    near(&said.region, "cost", visits + stays_k + stays_m);
    let fund = 0.9 * (610.0 * o_t + 390.0 * o_c) + 0.8 * (90.0 * o_k + stays_k) + 0.7 * (110.0 * o_m + stays_m);
    near(&said.region, "fund", fund);
    near(&said.region, "oop_share", 1.0 - fund / (visits + stays_k + stays_m));
    near(&said.region, "cost_per_visit", visits / 1200.0);
    near(&said.region, "cost_per_stay", (stays_k + stays_m) / 60.0);
    near(&said.by_tier[&Tier::K], "cost_per_stay", h(0.85, 0.9));
    // County: income 0.95 x 1,000 x 1,000 yuan.
    near(&said.by_area[0], "fund_income", 950_000.0);
    let county = 0.9 * 610.0 * o_t + 0.8 * (90.0 * o_k + 30.0 * h(0.85, 0.9)) + 0.7 * (5.0 * h(0.85, 1.15) + 20.0 * h(1.6, 1.15));
    let spent = said.by_area[0]["fund"];
    near(&said.by_area[0], "fund_balance", 950_000.0 - spent);
    near(&said.by_area[0], "fund", county);
    near(&said.by_area[0], "fund_in_county", (0.9 * 610.0 * o_t + 0.8 * (90.0 * o_k + 30.0 * h(0.85, 0.9))) / county);
    // Minutes: first contact both ways, each move once.
    let minutes = 2.0 * (600.0 * 5.0 + 150.0 * 20.0 + 5.0 * 70.0 + 390.0 * 4.0 + 115.0 * 10.0) + 20.0 * 60.0 + 10.0 * 15.0 + 6.0 * 60.0;
    near(&said.region, "travel_minutes_per_case", minutes / 1260.0);
    // The area of the city core has no fund income in its row, so the region's balance is unknown.
    assert!(!said.by_area[1].contains_key("fund_balance") && !said.region.contains_key("fund_balance"));
}

#[test]
fn ledger_and_findings_by_hand() {
    let (problem, plan, pack) = tiny::all();
    let said = compute(&problem, &plan, &pack);
    let row = |key: &str, area: Option<u32>| said.ledger.iter().find(|r| r.key == key && r.area == area.map(AreaId)).unwrap();
    let county = row("in_county", Some(0));
    // O1, O2 and H3 can be treated in the county; H4 (20 of 765) needs rank 4.
    assert!((county.attainable.unwrap() - 745.0 / 765.0).abs() < 1e-12);
    assert!((county.planned.unwrap() - 730.0 / 765.0).abs() < 1e-12);
    assert!((county.gap.unwrap() - (0.99 - 730.0 / 765.0)).abs() < 1e-12);
    assert_eq!(county.price, Some(500.0));
    assert!(said.ledger.iter().all(|r| r.key != "in_county" || r.area != Some(AreaId(1))), "a city core has no county target");
    let unjudged = row("salary_ratio", None);
    assert_eq!((unjudged.planned, unjudged.gap), (None, None));
    let beds = row("beds_per_1000", None);
    assert!((beds.gap.unwrap() - (7.4 - 12.0 / 1.5)).abs() < 1e-9);
    assert_eq!((county.origin, county.source.as_str()), (fenji::indicators::Origin::Scenario, ""), "the pack has no such entry");

    let find = |id: &str| said.findings.iter().find(|f| f.id == id);
    let impossible = find("finding-target-unattainable").unwrap();
    assert_eq!(impossible.words["target"], "in_county");
    assert!((impossible.numbers["attainable"] - 745.0 / 765.0).abs() < 1e-12);
    let bed = find("finding-bed").unwrap();
    assert_eq!((bed.facility, bed.words["facility"].as_str()), (Some(FacilityId(3)), "City"));
    assert!((bed.numbers["yuan"] - 1234.0).abs() < 1e-9);
    assert!(find("finding-gp").unwrap().facility == Some(FacilityId(0)) && find("finding-doctor").is_none());
    // Ten visits weigh less than five major stays.
    let unmet: Vec<_> = said.findings.iter().filter(|f| f.id == "finding-unmet-area").collect();
    assert_eq!(unmet.iter().map(|f| f.area).collect::<Vec<_>>(), [Some(AreaId(1)), Some(AreaId(0))]);
    assert!((unmet[0].numbers["cases"] - 5.0).abs() < 1e-9 && (unmet[1].numbers["share"] - 10.0 / 765.0).abs() < 1e-12);
    let short = find("finding-target-short").unwrap();
    assert!((short.numbers["cases"] - 27.35).abs() < 1e-9 && (short.weight - 27.35 * 500.0).abs() < 1e-6);
    assert!((find("finding-inertia").unwrap().numbers["yuan_per_point"] - 30.0).abs() < 1e-9);
    assert!(said.findings.windows(2).all(|w| w[0].weight >= w[1].weight));
    // Nobody is at a limit in this plan, whatever the duals say.
    assert!(said.bottlenecks.is_empty());
    let documented = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/findings.md")).unwrap();
    for f in &said.findings {
        let line =
            documented.lines().find(|l| l.starts_with(&format!("| `{}` |", f.id))).unwrap_or_else(|| panic!("{} is not documented", f.id));
        for name in f.numbers.keys().chain(f.words.keys()).filter(|n| !n.ends_with("_en")) {
            assert!(line.contains(&format!("`{name}`")), "{}: argument {name} is not documented", f.id);
        }
    }
}

#[test]
fn a_full_hospital_is_a_bottleneck() {
    let (mut problem, plan, pack) = tiny::all();
    // M has 263.5 bed-days; with 263.5 / (365 x 0.93) beds it is exactly at its design use.
    problem.beds[3] = 263.5 / (365.0 * 0.93);
    let said = compute(&problem, &plan, &pack);
    assert_eq!(said.bottlenecks.len(), 1);
    assert_eq!((said.bottlenecks[0].facility, said.bottlenecks[0].resource), (FacilityId(3), Resource::Beds));
    near(&said.region, "over_occupied", 1.0);
    problem.beds[3] *= 1.01;
    assert!(compute(&problem, &plan, &pack).bottlenecks.is_empty());
}

#[test]
fn a_bottleneck_is_named_once() {
    let (mut problem, mut plan, pack) = tiny::all();
    // City beds and county doctors at their limit, each with a price.
    problem.beds[3] = 263.5 / (365.0 * 0.93);
    let load = compute(&problem, &plan, &pack).facilities[1].doctor_load.unwrap();
    problem.doctors[1] *= load;
    plan.marginals.bed = vec![0.0, 0.0, 0.0, 10.0];
    plan.marginals.doctor = vec![0.0, 900.0, 0.0, 0.0];
    let said = compute(&problem, &plan, &pack);
    assert_eq!(said.bottlenecks.len(), 2);
    for b in &said.bottlenecks {
        let id = if b.resource == Resource::Beds { "finding-bed" } else { "finding-doctor" };
        let of: Vec<&str> =
            said.findings.iter().filter(|f| f.facility == Some(b.facility) && f.id != "finding-idle").map(|f| f.id.as_str()).collect();
        assert_eq!(of, [id], "{b:?}");
    }
    let count = said.findings.iter().find(|f| f.id == "finding-bottleneck-count").unwrap();
    assert_eq!((count.numbers["count"], count.numbers["beds"], count.numbers["doctors"]), (2.0, 1.0, 1.0));
}

#[test]
fn no_more_than_all_is_attainable() {
    let (mut problem, plan, mut pack) = tiny::all();
    // All stays step down, but only H4 stays are the base of C11: 0.6 of 65 stays against 30.
    problem.limits.step_down_max = 1.0;
    problem.targets.down_rate = Some(0.1);
    pack.target.clear();
    let reach = by_area(&problem, FlowTarget::DownRate);
    let all = of_region(&problem, FlowTarget::DownRate, &reach);
    assert!(all.most > all.base && all.base > 0.0, "{all:?}");
    assert_eq!(all.share(), Some(1.0));
    let said = compute(&problem, &plan, &pack);
    let row = said.ledger.iter().find(|r| r.key == "down_rate").unwrap();
    assert_eq!(row.attainable, Some(1.0));
    assert!(said.ledger.iter().all(|r| r.attainable.is_none_or(|a| a <= 1.0 && a >= r.planned.unwrap_or(0.0))));
}

#[test]
fn a_range_is_met_inside_and_missed_on_either_side() {
    use fenji::policy::pack::{PolicyTarget, TargetSense};
    let (problem, plan, mut pack) = tiny::all();
    // The city hospital of the tiny network has 10 beds.
    let beds = compute(&problem, &plan, &pack).region["beds_per_hospital_city"];
    assert_eq!(beds, 10.0);
    for (low, high, sense, gap, met) in [
        (5.0, Some(15.0), TargetSense::About, 0.0, true),
        (10.0, Some(15.0), TargetSense::About, 0.0, true),
        (5.0, Some(10.0), TargetSense::About, 0.0, true),
        (12.0, Some(15.0), TargetSense::About, 2.0, false),
        (2.0, Some(4.0), TargetSense::About, 6.0, false),
        // Within 5 % of the lower end, and still not in the range.
        (10.4, Some(15.0), TargetSense::About, 0.4, false),
        (10.4, None, TargetSense::About, 0.4, true),
        (4.0, Some(8.0), TargetSense::AtMost, 2.0, false),
        (4.0, Some(12.0), TargetSense::AtMost, -2.0, true),
        (12.0, None, TargetSense::AtLeast, 2.0, false),
    ] {
        pack.target = vec![PolicyTarget {
            key: "city_hospital_beds".into(),
            value: low,
            upper: high,
            unit: "beds per hospital".into(),
            sense,
            sentence: "so many beds".into(),
            source: "a test".into(),
            sure: "high".into(),
        }];
        let said = compute(&problem, &plan, &pack);
        let row = said.ledger.iter().find(|r| r.key == "city_hospital_beds").unwrap();
        assert_eq!((row.target, row.upper, row.met), (low, high, Some(met)), "{row:?}");
        assert!((row.gap.unwrap() - gap).abs() < 1e-9, "{row:?}");
        let gaps: Vec<_> = said.findings.iter().filter(|f| f.id == "finding-target-gap").collect();
        assert_eq!(gaps.len(), usize::from(!met), "{row:?}");
        assert!(gaps.iter().all(|f| f.numbers.get("target_upper").copied() == high));
    }
}

#[test]
fn links_raise_what_is_attainable() {
    let (mut problem, _, _) = tiny::all();
    let share = |p: &fenji::demand::Problem| of_region(p, FlowTarget::PrimaryShare, &by_area(p, FlowTarget::PrimaryShare)).share().unwrap();
    assert!((share(&problem) - 1.0).abs() < 1e-12, "O1 and O2 are both within reach of rank 2");
    // Were O2 specialist care (rank 3), only O1 could be treated at rank 2, and a tenth of O2 in the county over a link at T.
    problem.classes[1].lowest_rank = 3;
    let without = share(&problem);
    assert!((without - 900.0 / 1210.0).abs() < 1e-12);
    problem.tele[0] = true;
    assert!((share(&problem) - (900.0 + 0.10 * 200.0) / 1210.0).abs() < 1e-12);
}

#[test]
fn nothing_over_nothing_is_absent() {
    let (problem, mut plan, pack) = tiny::all();
    plan.flows = fenji::plan::Flows::default();
    let said = compute(&problem, &plan, &pack);
    for name in ["primary_visits", "first_contact", "in_county_all", "oop_share", "cost_per_visit", "down_rate", "down_up_ratio"] {
        assert!(!said.region.contains_key(name), "{name}");
    }
    near(&said.region, "in_county_all_of_demand", 0.0);
    let maps = std::iter::once(&said.region).chain(&said.by_area).chain(said.by_tier.values());
    assert!(maps.flat_map(|m| m.values()).all(|v| v.is_finite()));
}

#[test]
fn gini_of_known_distributions() {
    assert_eq!(equity::gini(&[3.0, 3.0, 3.0], &[1.0, 5.0, 2.0]).unwrap(), 0.0);
    // One of four has everything: (n - 1) / n.
    assert!((equity::gini(&[0.0, 0.0, 0.0, 8.0], &[1.0; 4]).unwrap() - 0.75).abs() < 1e-12);
    assert!((equity::theil(&[0.0, 0.0, 0.0, 8.0], &[1.0; 4]).unwrap() - 4.0_f64.ln()).abs() < 1e-12);
    assert_eq!(equity::gini(&[0.0, 0.0], &[1.0, 1.0]), None);
    assert_eq!(equity::gini(&[], &[]), None);
    assert_eq!(equity::quantile(&[3.0, 1.0, 2.0], &[1.0, 1.0, 2.0], 0.5, 4.0), Some(2.0));
    assert_eq!(equity::quantile(&[1.0], &[1.0], 0.95, 2.0), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn gini_is_the_mean_difference(rows in prop::collection::vec((0.0_f64..50.0, 1.0_f64..1000.0), 1..25), scale in 0.01_f64..100.0) {
        let (v, w): (Vec<f64>, Vec<f64>) = rows.into_iter().unzip();
        let (n, amount) = v.iter().zip(&w).fold((0.0, 0.0), |s, (v, w)| (s.0 + w, s.1 + v * w));
        prop_assume!(amount > 1e-6);
        let pairs: f64 = v.iter().zip(&w).flat_map(|(a, na)| v.iter().zip(&w).map(move |(b, nb)| na * nb * (a - b).abs())).sum();
        let brute = pairs / (2.0 * n * amount);
        let gini = equity::gini(&v, &w).unwrap();
        prop_assert!((gini - brute).abs() < 1e-9, "{gini} {brute}");
        prop_assert!((0.0..1.0).contains(&gini));
        let scaled: Vec<f64> = v.iter().map(|x| x * scale).collect();
        prop_assert!((equity::gini(&scaled, &w).unwrap() - gini).abs() < 1e-9);
        let theil = equity::theil(&v, &w).unwrap();
        prop_assert!(theil >= 0.0 && theil <= (n / w.iter().copied().fold(f64::INFINITY, f64::min)).ln() + 1e-9);
        prop_assert!((equity::theil(&scaled, &w).unwrap() - theil).abs() < 1e-9);
        let curve = equity::lorenz(&v, &w);
        prop_assert!(curve.windows(2).all(|p| p[1].0 >= p[0].0 && p[1].1 >= p[0].1 - 1e-12) && curve.iter().all(|p| p.1 <= p.0 + 1e-9));
        prop_assert!((curve.last().unwrap().0 - 1.0).abs() < 1e-9 && (curve.last().unwrap().1 - 1.0).abs() < 1e-9);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Catchments, nearest times and the invariant of 6.18 against loops over all pairs, on the globe and in the plane.
    #[test]
    fn access_equals_brute_force(seed in any::<u64>(), settlements in 1_usize..40, facilities in 1_usize..40, planar in any::<bool>(), spread in 0.05_f64..6.0) {
        let crs = if planar { Crs::PlanarKm } else { Crs::Wgs84 };
        let problem = tiny::scattered(seed, settlements, facilities, crs, spread);
        let params = MetricParams::default();
        let net = &problem.network;
        let minutes = |i: usize, j: usize| {
            let (s, f) = (&net.settlements[i], &net.facilities[j]);
            params.minutes(crs, s.position, f.position, f.area == Some(s.area) && net.is_urban(s.area))
        };
        let found = access(&problem, &Travel::Metric(params.clone()));
        let open = |j: usize| problem.beds[j] > 0.0 || problem.doctors[j] > 0.0;
        for level in 0..4 {
            let mut by_rank = vec![0.0; settlements];
            let mut supply = 0.0;
            for j in (0..facilities).filter(|&j| open(j) && usize::from(net.facilities[j].rank()) == level + 1) {
                let f: Vec<f64> = (0..settlements).map(|i| decay(minutes(i, j), MINUTES[level])).collect();
                let demand: f64 = f.iter().zip(&net.settlements).map(|(f, s)| f * s.population.0 as f64).sum();
                if demand > 0.0 {
                    let s = if level < 2 { net.facilities[j].doctors.0 } else { f64::from(net.facilities[j].beds.0) };
                    supply += s;
                    by_rank.iter_mut().zip(&f).for_each(|(a, f)| *a += s / demand * f);
                }
            }
            let served: f64 = found.by_rank[level].iter().zip(&net.settlements).map(|(a, s)| a * s.population.0 as f64).sum();
            prop_assert!((served - supply).abs() < 1e-6 * supply.max(1.0) && (found.supply[level] - supply).abs() < 1e-9);
            for i in 0..settlements {
                prop_assert!((found.by_rank[level][i] - by_rank[i]).abs() < 1e-9 * by_rank[i].max(1e-6));
                let nearest = (0..facilities)
                    .filter(|&j| open(j) && usize::from(net.facilities[j].rank()) > level)
                    .map(|j| minutes(i, j))
                    .reduce(f64::min);
                prop_assert_eq!(found.nearest_minutes[level][i], nearest);
            }
        }
    }
}

/// The reference prefecture under its pack of 2025; `None` when the folder is absent.
fn reference() -> Option<Problem> {
    let (case, arcs) = demo::load()?;
    let pack = fenji::policy::pack::load("P2025").unwrap();
    Some(Problem::assemble(&case, Arc::new(arcs), &pack, &Scenario::default()).unwrap())
}

#[test]
fn access_of_the_reference_prefecture() {
    let (Some(problem), Some(expected)) = (reference(), demo::expected()) else { return };
    let travel = Travel::Metric(MetricParams::default());
    let found = access(&problem, &travel);
    let golden = &expected["H_h2sfca"];
    let number = |v: &serde_json::Value| v.as_f64().unwrap();
    assert!((found.gini - number(&golden["gini"])).abs() < 1e-6, "{}", found.gini);
    let (low, high) = found.index.iter().fold((f64::INFINITY, 0.0_f64), |(lo, hi), a| (lo.min(*a), hi.max(*a)));
    assert!((low - number(&golden["min"])).abs() < 1e-4 && (high - number(&golden["max"])).abs() < 1e-4, "{low} {high}");
    for level in 0..4 {
        let supply = number(&golden["invariant"][(level + 1).to_string()][1]);
        assert!((found.supply[level] - supply).abs() < 1e-6, "{level}: {} {supply}", found.supply[level]);
    }
    let (_, plan, pack) = tiny::all();
    let empty =
        fenji::plan::ReferralPlan { flows: fenji::plan::Flows::default(), shortfalls: Vec::new(), marginals: Default::default(), ..plan };
    let said = compute_with_access(&problem, &empty, &pack, &travel);
    for (a, area) in problem.network.areas.iter().enumerate() {
        let index = said.by_area[a]["access_index"];
        assert!((index - number(&golden["area_index"][&area.code])).abs() < 1e-4, "{}: {index}", area.code);
        let before = number(&expected["C_bed_equity"]["before"][&area.code]);
        assert!((said.by_area[a]["beds_per_1000_county_primary"] - before).abs() < 1e-4);
    }
    assert!((said.region["gini_beds"] - number(&expected["C_bed_equity"]["gini_before"])).abs() < 1e-6);
    assert!((said.region["gini_access"] - found.gini).abs() < 1e-15);
}

#[test]
fn attainable_maxima_of_the_reference_prefecture() {
    let Some(problem) = reference() else { return };
    for (target, all) in [(FlowTarget::InCounty, 0.909_766), (FlowTarget::InCountyIp, 0.741_784), (FlowTarget::PrimaryShare, 0.736_842)] {
        let areas = by_area(&problem, target);
        assert!((of_region(&problem, target, &areas).share().unwrap() - all).abs() < 1e-6, "{target:?}");
        if target != FlowTarget::PrimaryShare {
            for (a, reach) in areas.iter().enumerate().filter(|(a, _)| !problem.network.areas[*a].urban) {
                assert!((reach.share().unwrap() - all).abs() < 1e-6, "{target:?} in area {a}");
            }
        }
    }
}

#[test]
fn planar_and_geographic_points_agree_close_to_the_equator() {
    // 0.01 degree at the equator is 1.11 km: the same layout in both systems gives nearly the same index.
    let mut flat = tiny::scattered(7, 30, 20, Crs::PlanarKm, 0.2);
    let mut globe = flat.clone();
    let net = std::sync::Arc::make_mut(&mut globe.network);
    net.crs = Crs::Wgs84;
    let degrees = |p: Position| Position { x: p.x / 111.195, y: p.y / 111.195 };
    net.settlements.iter_mut().for_each(|s| s.position = degrees(s.position));
    net.facilities.iter_mut().for_each(|f| f.position = degrees(f.position));
    let travel = Travel::Metric(MetricParams::default());
    let (a, b) = (access(&flat, &travel), access(&globe, &travel));
    for (x, y) in a.nearest_minutes[0].iter().zip(&b.nearest_minutes[0]) {
        assert!((x.unwrap() - y.unwrap()).abs() < 0.05 * x.unwrap());
    }
    // A closed facility is not reached.
    flat.beds.iter_mut().for_each(|b| *b = 0.0);
    flat.doctors.iter_mut().for_each(|d| *d = 0.0);
    let closed = access(&flat, &travel);
    assert!(closed.nearest_minutes.iter().flatten().all(Option::is_none) && closed.coverage.iter().all(|c| *c == 0.0));
}
