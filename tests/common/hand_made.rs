//! A hand-made network of two areas and six facilities, and a hand-made feasible plan for it with every kind of flow.
#![allow(dead_code, clippy::unwrap_used)] // each test takes what it needs, and may fail loudly

use fenji::demand::Problem;
use fenji::ids::{AreaId, FacilityId, TownId};
use fenji::network::{
    Arcs, Area, Case, CaseClass, Evidence, Facility, FirstArc, Kind, Network, ObservedShares, Owner, ReferralArc, Settlement, Tier,
    TierTable, Township,
};
use fenji::outcome::{Bounds, Termination};
use fenji::plan::referral::{Marginals, Names, ObjectiveParts, PLAN_VERSION, Shortfall};
use fenji::plan::{Flows, ReferralPlan};
use fenji::policy::{Scenario, pack};
use fenji::travel::{Crs, Position, Travel, metric::MetricParams};
use fenji::units::{Beds, Fte, Persons, Yuan};
use std::sync::Arc;

// Facilities and classes by position.
pub const V: u32 = 0;
pub const T: u32 = 1;
pub const K: u32 = 2;
pub const C: u32 = 3;
pub const M: u32 = 4;
pub const P: u32 = 5;
pub const O1: u32 = 0;
pub const O3: u32 = 1;
pub const E: u32 = 2;
pub const H3: u32 = 3;
pub const H4: u32 = 4;

pub fn facility(code: &str, tier: Tier, area: Option<usize>, beds: u32, doctors: f64, avail: f64) -> Facility {
    Facility {
        code: code.into(),
        name: format!("Facility {code}"),
        name_en: None,
        tier,
        owner: Owner::Public,
        area: area.map(AreaId::new),
        town: area.filter(|_| tier.rank() <= 2).map(TownId::new),
        position: Position::default(),
        beds: Beds(beds),
        icu: Beds(0),
        doctors: Fte(doctors),
        gps: Fte(0.0),
        nurses: Fte(0.0),
        avail,
        mr_member: false,
        tele: code == "T1",
        drug_gaps: Vec::new(),
        group_leader: code == "K1",
        budget: (code == "M1").then_some(Yuan(1e9)),
        siting: Default::default(),
        evidence: Evidence::Assumed,
    }
}

/// A county (area 0) and a city core (area 1), one settlement in each.
pub fn network() -> Network {
    let area = |code: &str, urban| Area {
        code: code.into(),
        name: code.into(),
        name_en: None,
        urban,
        prefecture: None,
        area_km2: None,
        enrol_rate: 0.9,
        fund_per_head: Yuan(2000.0),
        evidence: Evidence::Assumed,
    };
    let people = [1000, 500];
    let town = |n: usize| Township {
        code: format!("town{n}"),
        name: format!("town{n}"),
        name_en: None,
        area: AreaId::new(n),
        population: Persons(people[n]),
        position: Position::default(),
        evidence: Evidence::Assumed,
    };
    let settlement = |n: usize| Settlement {
        code: format!("s{n}"),
        name: format!("Settlement {n}"),
        name_en: None,
        area: AreaId::new(n),
        town: TownId::new(n),
        population: Persons(people[n]),
        position: Position::default(),
        evidence: Evidence::Assumed,
    };
    let class = |code: &str, kind, lowest_rank, highest_rank, rate, acute_days, recovery_days, weight| CaseClass {
        code: code.into(),
        kind,
        lowest_rank,
        highest_rank,
        rate,
        acute_days,
        recovery_days,
        weight,
        elective: code != "E",
    };
    Network {
        name: "tiny".into(),
        year: 2025,
        crs: Crs::PlanarKm,
        areas: vec![area("county", false), area("core", true)],
        towns: vec![town(0), town(1)],
        settlements: vec![settlement(0), settlement(1)],
        facilities: vec![
            facility("V1", Tier::V, Some(0), 0, 5.0, 1.0),
            facility("T1", Tier::T, Some(0), 20, 5.0, 1.0),
            facility("K1", Tier::K, Some(0), 50, 10.0, 1.0),
            facility("C1", Tier::C, Some(1), 10, 5.0, 1.0),
            facility("M1", Tier::M, Some(1), 100, 50.0, 1.0),
            facility("P1", Tier::P, None, 100, 50.0, 0.5),
        ],
        classes: vec![
            class("O1", Kind::O, 1, 5, 2.0, 0.0, 0.0, 0.0),
            class("O3", Kind::O, 3, 6, 1.0, 0.0, 0.0, 0.0),
            class("E", Kind::O, 3, 5, 0.1, 0.0, 0.0, 0.0),
            class("H3", Kind::H, 3, 6, 0.1, 5.0, 2.5, 0.85),
            class("H4", Kind::H, 4, 7, 0.05, 6.0, 4.0, 1.6),
        ],
        tiers: TierTable::default(),
        provenance: Vec::new(),
    }
}

pub fn arcs() -> Arcs {
    let first = |j: u32, minutes| FirstArc { facility: FacilityId(j), minutes };
    let move_ = |from: u32, to: u32, minutes| ReferralArc { from: FacilityId(from), to: FacilityId(to), minutes };
    Arcs {
        first_start: vec![0, 5, 8],
        first: vec![
            first(V, 5.0),
            first(T, 15.0),
            first(K, 40.0),
            first(M, 100.0),
            first(P, 200.0),
            first(C, 10.0),
            first(M, 20.0),
            first(P, 150.0),
        ],
        up: vec![move_(V, T, 15.0), move_(T, K, 30.0), move_(K, M, 80.0), move_(M, P, 120.0)],
        down: vec![move_(K, T, 30.0), move_(M, K, 80.0), move_(M, C, 25.0), move_(P, K, 150.0)],
        unreachable: Vec::new(),
    }
}

/// The problem with two choice floors: 200 cases of O1 at M1 and 30 of H3 at K1, both from the county.
pub fn problem_of(network: Network) -> Problem {
    let case = Case {
        network,
        travel: Travel::Metric(MetricParams::default()),
        rules: Default::default(),
        arcs: None,
        policy: "P2025".into(),
        observed: ObservedShares::default(),
    };
    let scenario: Scenario = toml::from_str("gamma = 0.5\n[switches]\ndeployment = { min_per_county = 2.0 }").unwrap();
    let mut p = Problem::assemble(&case, Arc::new(arcs()), &pack::load("P2025").unwrap(), &scenario).unwrap();
    p.choice.fill(0.0);
    p.choice[3 * 5 + O1 as usize] = 0.2;
    p.choice[2 * 5 + H3 as usize] = 0.6;
    p
}

pub fn problem() -> Problem {
    problem_of(network())
}

pub fn flows() -> Flows {
    let mut f = Flows::default();
    for (i, j, k, cases, displaced) in [
        (0, V, O1, 1500.0, 0.0),
        (0, T, O1, 300.0, 0.0),
        (0, M, O1, 190.0, 10.0),
        (0, T, O3, 600.0, 0.0),
        (0, K, O3, 400.0, 0.0),
        (0, K, E, 100.0, 0.0),
        (0, K, H3, 60.0, 0.0),
        (0, T, H3, 40.0, 0.0),
        (0, K, H4, 50.0, 0.0),
        (1, C, O1, 900.0, 0.0),
        (1, M, O1, 100.0, 0.0),
        (1, M, O3, 500.0, 0.0),
        (1, M, E, 50.0, 0.0),
        (1, M, H3, 50.0, 0.0),
        (1, M, H4, 25.0, 0.0),
    ] {
        f.first_contact.push(i, j, k, cases, displaced);
    }
    f.no_access.push(0, O1, 10.0);
    f.unserved.push(0, V, O1, 20.0);
    for (a, j, q, k, cases) in [(0, T, K, O3, 550.0), (0, T, K, H3, 40.0), (0, K, M, H4, 50.0), (1, M, P, H4, 5.0)] {
        f.up.push(a, j, q, k, cases);
    }
    f.redirect.push(0, M, K, O1, 20.0);
    for (a, j, q, k, cases) in [(0, K, T, H3, 30.0), (0, M, K, H4, 20.0), (1, M, C, H3, 10.0)] {
        f.down.push(a, j, q, k, cases);
    }
    for (a, j, k, cases) in [
        (0, V, O1, 1480.0),
        (0, T, O1, 300.0),
        (0, M, O1, 170.0),
        (0, K, O1, 20.0),
        (0, T, O3, 50.0),
        (0, K, O3, 950.0),
        (0, K, E, 100.0),
        (0, K, H3, 100.0),
        (0, M, H4, 50.0),
        (1, C, O1, 900.0),
        (1, M, O1, 100.0),
        (1, M, O3, 500.0),
        (1, M, E, 50.0),
        (1, M, H3, 50.0),
        (1, M, H4, 20.0),
        (1, P, H4, 5.0),
    ] {
        f.treated.push(a, j, k, cases);
    }
    f.postings.from.push(K);
    f.postings.to.push(T);
    f.postings.doctors.push(1.0);
    f
}

/// The plan; every number of it is worked out by hand from model 6.4 and policy 3.3.
pub fn plan(p: &Problem) -> ReferralPlan {
    let short = |target: &str, place, wanted, short, price| Shortfall { target: target.into(), place, wanted, short, price };
    // travel: 88,500 first contact + 24,050 up + 1,400 redirect - 42,425 down
    let objective_parts = ObjectiveParts {
        travel: 71_525.0,
        cost: 2_944_350.0,
        over_treatment: 132_600.0,
        unmet_displaced: 153_360.0,
        shortfall: 753_000.0,
        capacity_use: 0.0,
    };
    let objective = 4_054_835.0;
    let values = [
        ("primary_visits", 2730.0 / 4620.0),
        ("first_contact", 3340.0 / 4715.0),
        ("in_county_all", 3000.0 / 3220.0),
        ("in_county_ip", 100.0 / 150.0),
        ("up_rate", 590.0 / 3340.0),
        ("down_rate", 60.0 / 75.0),
        ("visits", 4620.0),
        ("admissions", 225.0),
        ("unmet", 30.0),
        ("displaced", 10.0),
        ("redirected", 20.0),
        ("up_referrals", 645.0),
        ("down_referrals", 60.0),
        ("cost_per_head", 2_944_350.0 / 1500.0),
        ("fund_per_head", 2_194_185.0 / 1500.0),
        ("oop_share", 1.0 - 2_194_185.0 / 2_944_350.0),
        ("fund_in_county", 783_005.0 / 1_342_235.0),
        ("fund_primary", 96_525.0 / 783_005.0),
        ("travel_minutes_per_case", 203_650.0 / 4845.0),
        ("occ_primary", 100.0 / (365.0 * 30.0)),
        ("occ_county", 755.0 / (365.0 * 50.0)),
        ("occ_city", 970.0 / (365.0 * 100.0)),
    ];
    let codes = |list: &[&str]| list.iter().map(ToString::to_string).collect();
    ReferralPlan {
        version: PLAN_VERSION,
        kind: "referral".into(),
        fenji: "0.1.0".into(),
        case: "tiny".into(),
        policy: "P2025".into(),
        objective,
        objective_parts,
        bounds: Bounds { primal: objective, dual: objective },
        gap_asked: 1e-6,
        termination: Termination::Optimal,
        indicators: values.into_iter().map(|(name, value)| (name.to_string(), value)).collect(),
        backend: "hand".into(),
        method: "direct".into(),
        seconds: 0.0,
        scenario: Scenario::default(),
        names: Names {
            areas: codes(&["county", "core"]),
            settlements: codes(&["s0", "s1"]),
            facilities: codes(&["V1", "T1", "K1", "C1", "M1", "P1"]),
            classes: codes(&["O1", "O3", "E", "H3", "H4"]),
        },
        calibration: p.calibration,
        flows: flows(),
        shortfalls: vec![
            short("first_contact", Some(0), 2205.0, 0.0, 0.0),
            short("first_contact", Some(1), 1102.5, 202.5, 500.0),
            short("primary_share", None, 3022.5, 292.5, 500.0),
            short("in_county", Some(0), 2925.0, 0.0, 0.0),
            short("in_county_ip", Some(0), 111.0, 11.0, 500.0),
            short("down_rate", None, 7.5, 0.0, 0.0),
            short("deployment", Some(0), 2.0, 1.0, 500_000.0),
        ],
        marginals: Marginals { bed: vec![0.0; 6], doctor: vec![0.0; 6], inertia: vec![0.0; 2], case_cost: vec![0.0; 10] },
        provenance: Vec::new(),
    }
}
