//! A made-up but consistent plan for tests of pictures and reports: every case that is made goes somewhere and is treated, flows
//! balance, loads follow from flows. It is no optimum and claims none.
#![allow(dead_code, clippy::unwrap_used, clippy::cast_precision_loss)]

use fenji::demand::Problem;
use fenji::demand::choice::Calibration;
use fenji::ids::{AreaId, FacilityId};
use fenji::indicators::{Access, FacilityLoad, Finding, Indicators, LedgerRow};
use fenji::network::{Arcs, Facility, Kind, Network, Tier};
use fenji::outcome::{Bounds, Termination};
use fenji::plan::Flows;
use fenji::plan::referral::{Marginals, Names, ObjectiveParts, ReferralPlan};
use fenji::policy::pack::{PolicyPack, PolicyTarget, TargetSense};
use fenji::policy::{Limits, Prices, Scenario, Switches, Targets};
use fenji::travel::{Crs, Position};
use std::collections::BTreeMap;
use std::sync::Arc;

#[path = "sample_network.rs"]
mod sample_network;
pub use sample_network::{hash, network};

/// Everything a report needs.
pub struct Sample {
    pub problem: Problem,
    pub plan: ReferralPlan,
    pub indicators: Indicators,
    pub pack: PolicyPack,
}

fn km(a: Position, b: Position, crs: Crs) -> f64 {
    match crs {
        Crs::PlanarKm => (a.x - b.x).hypot(a.y - b.y),
        Crs::Wgs84 => ((a.x - b.x) * 111.2 * a.y.to_radians().cos()).hypot((a.y - b.y) * 111.2),
    }
}

/// The facility of at least a rank nearest to a position.
fn nearest(n: &Network, from: Position, keep: impl Fn(&Facility) -> bool) -> Option<(usize, f64)> {
    let mut best: Option<(usize, f64)> = None;
    for (j, f) in n.facilities.iter().enumerate().filter(|(_, f)| keep(f)) {
        let d = km(from, f.position, n.crs);
        if best.is_none_or(|b| d < b.1) {
            best = Some((j, d));
        }
    }
    best
}

/// The sample over the made-up network, at a steerability.
pub fn sample() -> Sample {
    over(network(), 0.6)
}

/// A plan over any network: `gamma` of first contacts go to the lowest sensible level, the rest to hospitals.
pub fn over(network: Network, gamma: f64) -> Sample {
    let network = Arc::new(network);
    let classes = network.classes.clone();
    let k_count = classes.len();
    let demand: Vec<f64> =
        network.settlements.iter().flat_map(|s| classes.iter().map(|k| s.population.0 as f64 * k.rate).collect::<Vec<_>>()).collect();
    let mut flows = Flows::default();
    let mut arrived: BTreeMap<(usize, usize, usize), f64> = BTreeMap::new();
    let low_share = 0.45 + 0.5 * gamma;
    for (i, s) in network.settlements.iter().enumerate() {
        let at = |r: u8| nearest(&network, s.position, |f| f.rank() == r && f.area.is_none_or(|a| a == s.area || r >= 4));
        let choice = [at(1), at(2), at(3), at(4)];
        for (k, class) in classes.iter().enumerate() {
            let d = demand[i * k_count + k];
            let remote = 0.25 * hash((i * 31 + k) as u64);
            let low = if class.kind == Kind::H || class.lowest_rank == 2 { 1 } else { 0 };
            let parts: [(usize, f64); 3] = if class.is_emergency() {
                [(2, 0.9), (3, 0.1), (0, 0.0)]
            } else {
                [(low, low_share - remote), (2, (1.0 - low_share + remote) * 0.6), (3, (1.0 - low_share + remote) * 0.4)]
            };
            for (n, share) in parts {
                let Some((j, _)) = choice[n].or(choice[2]).or(choice[3]) else { continue };
                if share > 0.0 {
                    flows.first_contact.push(i as u32, j as u32, k as u32, d * share, 0.0);
                    *arrived.entry((s.area.index(), j, k)).or_default() += d * share;
                }
            }
        }
    }
    // Referred up to the nearest facility that can treat the class; stays at city hospitals step down in part.
    let up_of: Vec<[Option<usize>; 8]> = network
        .facilities
        .iter()
        .map(|f| {
            std::array::from_fn(|r| {
                nearest(&network, f.position, |g| {
                    usize::from(g.rank()) >= r.max(2) && g.rank() <= r.max(2) as u8 + 1 && g.rank() > f.rank()
                })
                .map(|x| x.0)
            })
        })
        .collect();
    let mut treated: BTreeMap<(usize, usize, usize), f64> = BTreeMap::new();
    let mut up: BTreeMap<(usize, usize, usize, usize), f64> = BTreeMap::new();
    for (&(a, j, k), &c) in &arrived {
        let class = &classes[k];
        if class.treatable_at(network.facilities[j].tier) {
            *treated.entry((a, j, k)).or_default() += c;
        } else if let Some(to) = up_of[j][usize::from(class.lowest_rank).min(7)] {
            *up.entry((a, j, to, k)).or_default() += c;
            *treated.entry((a, to, k)).or_default() += c;
        } else {
            flows.unserved.push(a as u32, j as u32, k as u32, c);
        }
    }
    for ((a, from, to, k), c) in up {
        flows.up.push(a as u32, from as u32, to as u32, k as u32, c);
    }
    let mut days = vec![0.0; network.facilities.len()];
    for (&(a, j, k), &c) in &treated {
        flows.treated.push(a as u32, j as u32, k as u32, c);
        let class = &classes[k];
        if class.kind == Kind::H {
            let down = nearest(
                &network,
                network.towns.iter().find(|t| t.area.index() == a).map_or(network.facilities[j].position, |t| t.position),
                |f| f.rank() == 3 && f.area == Some(AreaId::new(a)),
            );
            match down.filter(|_| network.facilities[j].rank() >= 4 && !class.is_rehab()) {
                Some((to, _)) => {
                    flows.down.push(a as u32, j as u32, to as u32, k as u32, c * 0.3);
                    days[j] += c * (class.acute_days + 0.7 * class.recovery_days);
                    days[to] += c * 0.3 * class.recovery_days;
                }
                None => days[j] += c * (class.acute_days + class.recovery_days),
            }
        }
    }
    let facilities = loads(&network, &classes, &flows, &days);
    let marginals = Marginals {
        bed: facilities.iter().map(|l| l.bed_worth).collect(),
        doctor: facilities.iter().map(|l| l.doctor_worth).collect(),
        ..Marginals::default()
    };
    let indicators = indicators(&network, &flows, facilities);
    let pack = pack();
    let plan = ReferralPlan {
        version: 1,
        kind: "referral".into(),
        fenji: "0.1.0".into(),
        case: network.name.clone(),
        policy: pack.name.clone(),
        objective: 7_360_402_872.22,
        objective_parts: ObjectiveParts {
            travel: 1.2e9,
            cost: 5.6e9,
            over_treatment: 2.5e8,
            unmet_displaced: 1.0e7,
            shortfall: 300_402_872.22,
            capacity_use: 0.0,
        },
        bounds: Bounds { primal: 7_360_402_872.22, dual: 7_360_402_860.0 },
        gap_asked: 1e-6,
        termination: Termination::Optimal,
        indicators: indicators.region.clone(),
        backend: "highs".into(),
        method: "direct".into(),
        seconds: 3.21,
        scenario: Scenario { gamma: Some(gamma), ..Scenario::default() },
        names: Names {
            areas: network.areas.iter().map(|a| a.code.clone()).collect(),
            settlements: network.settlements.iter().map(|a| a.code.clone()).collect(),
            facilities: network.facilities.iter().map(|a| a.code.clone()).collect(),
            classes: classes.iter().map(|a| a.code.clone()).collect(),
        },
        calibration: Calibration::default(),
        flows,
        shortfalls: vec![],
        marginals,
        provenance: network.provenance.clone(),
    };
    let problem = Problem {
        arcs: Arc::new(Arcs::default()),
        classes,
        tiers: network.tiers,
        prices: Prices::default(),
        use_prices: fenji::policy::UsePrices::default(),
        limits: Limits::default(),
        targets: pack.targets,
        hard_targets: false,
        hard_service: false,
        gamma,
        demand,
        choice: vec![],
        choosing: fenji::demand::Choosing::of(&network),
        calibration: Calibration::default(),
        beds: network.facilities.iter().map(|f| f64::from(f.beds.0)).collect(),
        doctors: network.facilities.iter().map(|f| f.doctors.0).collect(),
        tele: network.facilities.iter().map(|f| f.tele).collect(),
        aid: vec![0.0; network.facilities.len()],
        switches: Switches::default(),
        network,
    };
    Sample { problem, plan, indicators, pack }
}

fn loads(n: &Network, classes: &[fenji::network::CaseClass], flows: &Flows, days: &[f64]) -> Vec<FacilityLoad> {
    let mut out: Vec<FacilityLoad> =
        n.facilities.iter().map(|f| FacilityLoad { beds: f64::from(f.beds.0), doctors: f.doctors.0, ..FacilityLoad::default() }).collect();
    for (_, j, _, x, _) in flows.first_contact.rows() {
        out[j].first_contacts += x;
    }
    for (_, from, to, _, c) in flows.up.rows() {
        out[from].referred_up += c;
        out[to].received_up += c;
    }
    for (_, from, to, _, c) in flows.down.rows() {
        out[from].stepped_down += c;
        out[to].received_down += c;
    }
    for (_, j, k, c) in flows.treated.rows() {
        if classes[k].kind == Kind::O { out[j].visits += c } else { out[j].admissions += c }
    }
    for (_, j, _, c) in flows.unserved.rows() {
        out[j].unserved += c;
    }
    for (j, l) in out.iter_mut().enumerate() {
        let p = n.tiers.get(n.facilities[j].tier);
        l.bed_days = days[j];
        l.occupancy = (l.beds > 0.0).then(|| l.bed_days / (365.0 * l.beds));
        let work = l.visits / p.visits_per_doctor_year() + p.bed_days_per_doctor_year().map_or(0.0, |q| l.bed_days / q);
        l.doctor_load = (l.doctors > 0.0).then(|| work / l.doctors);
        l.bed_worth = l.occupancy.filter(|o| *o > 0.9).map_or(0.0, |o| (o - 0.9) * 90_000.0);
        l.doctor_worth = l.doctor_load.filter(|o| *o > 0.95).map_or(0.0, |o| (o - 0.95) * 160_000.0);
    }
    out
}

fn indicators(n: &Network, flows: &Flows, facilities: Vec<FacilityLoad>) -> Indicators {
    let minutes = |p: Position, r: u8| nearest(n, p, |f| f.rank() >= r).map(|(_, km)| 3.0 + km * 1.3 / 45.0 * 60.0);
    let nearest_minutes: [Vec<Option<f64>>; 4] =
        std::array::from_fn(|r| n.settlements.iter().map(|s| minutes(s.position, r as u8 + 1)).collect());
    let heads: Vec<f64> = n.settlements.iter().map(|s| s.population.0 as f64).collect();
    let all: f64 = heads.iter().sum();
    let standard = [15.0, 30.0, 60.0, 120.0];
    let coverage = std::array::from_fn(|r| {
        nearest_minutes[r].iter().zip(&heads).filter(|(m, _)| m.is_some_and(|m| m <= standard[r])).map(|(_, p)| p).sum::<f64>() / all
    });
    let index: Vec<f64> = nearest_minutes[2].iter().map(|m| 40.0 / (10.0 + m.unwrap_or(500.0))).collect();
    let mut order: Vec<usize> = (0..index.len()).collect();
    order.sort_by(|a, b| index[*a].total_cmp(&index[*b]));
    let total: f64 = index.iter().zip(&heads).map(|(a, p)| a * p).sum();
    let (mut p, mut a, mut lorenz, mut area) = (0.0, 0.0, vec![(0.0, 0.0)], 0.0);
    for i in order {
        let before = (p, a);
        p += heads[i] / all;
        a += heads[i] * index[i] / total;
        area += (p - before.0) * (a + before.1) / 2.0;
        lorenz.push((p, a));
    }
    let visits: f64 = facilities.iter().map(|f| f.visits).sum();
    let stays: f64 = facilities.iter().map(|f| f.admissions).sum();
    let primary: f64 = n.facilities.iter().zip(&facilities).filter(|(f, _)| f.rank() <= 2).map(|(_, l)| l.visits).sum();
    let first: f64 = facilities.iter().map(|f| f.first_contacts).sum();
    let first_low: f64 = n.facilities.iter().zip(&facilities).filter(|(f, _)| f.rank() <= 2).map(|(_, l)| l.first_contacts).sum();
    let beds: f64 = facilities.iter().map(|f| f.beds).sum();
    let region: BTreeMap<String, f64> = [
        ("population", all),
        ("visits", visits),
        ("admissions", stays),
        ("demand", visits + stays),
        ("unmet", facilities.iter().map(|f| f.unserved).sum()),
        ("primary_visits", primary / visits),
        ("first_contact", first_low / first),
        ("in_county_all", 0.86),
        ("in_county_ip", 0.58),
        ("oop_share", 0.248),
        ("cost", 6.5e9),
        ("cost_per_head", 3162.0),
        ("fund_balance", -2.3e7),
        ("fund_balance_share", -0.009),
        ("occ_primary", 0.31),
        ("occ_county", 0.87),
        ("occ_city", 0.93),
        ("beds", beds),
        ("beds_per_1000", beds * 1000.0 / all),
        ("gini_access", 1.0 - 2.0 * area),
        ("coverage_rank3", 0.83),
        ("mean_minutes_rank3", 32.4),
        ("travel_minutes_per_case", 41.2),
        ("down_up_ratio", 0.42),
        ("displaced", 14.0),
    ]
    .into_iter()
    .map(|(k, v)| (k.to_owned(), v))
    .collect();
    let by_area = (0..n.areas.len())
        .map(|a| {
            let people = n.area_population(AreaId::new(a)).0 as f64;
            let visits: f64 = flows.treated.rows().filter(|r| r.0 == a).map(|r| r.3).sum();
            [
                ("population", people),
                ("visits", visits),
                ("in_county_ip", 0.5 + 0.05 * a as f64),
                ("first_contact", 0.72),
                ("fund_balance", 1e7 * (a as f64 - 2.0)),
            ]
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v))
            .collect()
        })
        .collect();
    let mut by_tier = BTreeMap::new();
    for tier in Tier::ALL {
        let mine: Vec<&FacilityLoad> = n.facilities.iter().zip(&facilities).filter(|(f, _)| f.tier == tier).map(|(_, l)| l).collect();
        if !mine.is_empty() {
            let sum = |v: &dyn Fn(&FacilityLoad) -> f64| mine.iter().map(|l| v(l)).sum::<f64>();
            let values = [
                ("facilities", mine.len() as f64),
                ("beds", sum(&|l| l.beds)),
                ("visits", sum(&|l| l.visits)),
                ("admissions", sum(&|l| l.admissions)),
                ("doctors", sum(&|l| l.doctors)),
            ];
            by_tier.insert(tier, values.into_iter().map(|(k, v)| (k.to_owned(), v)).collect());
        }
    }
    let row = |key: &str, area: Option<usize>, unit: &str, target: f64, attainable: Option<f64>, planned: Option<f64>| LedgerRow {
        key: key.into(),
        area: area.map(AreaId::new),
        unit: unit.into(),
        target,
        upper: None,
        sense: fenji::policy::pack::TargetSense::AtLeast,
        attainable,
        planned,
        gap: planned.map(|p| target - p),
        met: planned.map(|p| p >= target),
        price: planned.map(|p| if target > p { 500.0 } else { 0.0 }),
        origin: fenji::indicators::Origin::Pack,
        source: "about 90 % of illness is treated in the county (national plan)".into(),
        sure: "high".into(),
    };
    let ledger = vec![
        row("first_contact", None, "share", 0.7, Some(0.91), Some(first_low / first)),
        row("in_county_ip", None, "share", 0.74, Some(0.72), Some(0.58)),
        row("in_county_ip", Some(0), "share", 0.74, Some(0.71), Some(0.50)),
        row("in_county_ip", Some(1), "share", 0.74, Some(0.73), Some(0.55)),
        row("beds_per_1000", None, "beds per 1,000 residents", 7.4, None, Some(beds * 1000.0 / all)),
        row("hospice_pilot_batch", None, "batch", 3.0, None, None),
    ];
    let finding =
        |id: &str, facility: Option<usize>, area: Option<usize>, numbers: &[(&str, f64)], words: &[(&str, &str)], weight: f64| Finding {
            id: id.into(),
            facility: facility.map(FacilityId::new),
            area: area.map(AreaId::new),
            numbers: numbers.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect(),
            words: words.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            weight,
        };
    let hospital = n.facilities.iter().position(|f| f.rank() == 3).unwrap_or(0);
    let name = n.facilities[hospital].name.clone();
    let en = n.facilities[hospital].name_en.clone().unwrap_or_default();
    let findings = vec![
        finding(
            "finding-bed",
            Some(hospital),
            n.facilities[hospital].area.map(AreaId::index),
            &[("yuan", 126_828.0), ("beds", 300.0), ("occupancy", 0.98)],
            &[("facility", &name), ("facility_en", &en), ("tier", "K"), ("area", &n.areas[0].name)],
            126_828.0,
        ),
        finding(
            "finding-target-unattainable",
            None,
            Some(0),
            &[("target_value", 0.74), ("attainable", 0.71), ("planned", 0.5)],
            &[("target", "in_county_ip"), ("area", &n.areas[0].name)],
            9e4,
        ),
        finding(
            "finding-target-short",
            None,
            None,
            &[("target_value", 0.74), ("planned", 0.58), ("gap", 0.16), ("cases", 24_000.0), ("price", 500.0)],
            &[("target", "in_county_ip")],
            8e4,
        ),
        finding(
            "finding-target-gap",
            None,
            None,
            &[("target_value", 7.4), ("planned", 4.9), ("gap", 2.5)],
            &[("target", "beds_per_1000"), ("unit", "beds per 1,000 residents")],
            7e4,
        ),
        finding("finding-case-cost", None, Some(1), &[("yuan", 23_456.7)], &[("class", "H5"), ("area", &n.areas[1].name)], 6e4),
        finding("finding-inertia", None, None, &[("yuan_per_point", 2.3e7), ("gamma", 0.6)], &[], 5e4),
        finding("finding-idle-tier", None, None, &[("idle_beds", 812.0), ("occupancy", 0.31), ("design", 0.85)], &[("tier", "T")], 4e4),
    ];
    Indicators {
        region,
        by_area,
        by_tier,
        facilities,
        access: Access { index, nearest_minutes, coverage, gini: 1.0 - 2.0 * area, theil: 0.041, lorenz, ..Access::default() },
        ledger,
        findings,
        ..Indicators::default()
    }
}

/// A pack with the targets that pictures look for.
pub fn pack() -> PolicyPack {
    let target = |key: &str, value: f64, unit: &str| PolicyTarget {
        key: key.into(),
        value,
        upper: None,
        unit: unit.into(),
        sense: TargetSense::AtLeast,
        sentence: "made up".into(),
        source: "tests".into(),
        sure: "assumed".into(),
    };
    PolicyPack {
        name: "P2025".into(),
        year: 2025,
        about: "a pack for tests".into(),
        visits_per_head: 7.6,
        admissions_per_head: 0.213,
        length_of_stay: 1.0,
        gamma: 0.6,
        targets: Targets {
            first_contact: Some(0.7),
            primary_share: Some(0.65),
            in_county: Some(0.9),
            in_county_ip: Some(0.74),
            down_rate: Some(0.1),
        },
        target: vec![target("beds_per_1000", 7.4, "beds per 1,000 residents"), target("first_contact", 0.7, "share")],
    }
}
