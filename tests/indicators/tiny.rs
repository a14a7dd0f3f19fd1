//! A county and a city core with four facilities and a plan of few flows, small enough to work every indicator out by hand; and scattered places.
//!
//! Demand: county O1 510, O2 200, H3 35, H4 20; core O1 390, O2 110, H4 10. Unserved: 10 O2 in the county, 5 H4 in the core.
//! First contact: county T 600, K 150 (100 O2, 30 H3, 20 H4), M 5 (H3); core C 390, M 115 (110 O2, 5 H4).
//! K redirects 10 O2 to T and refers its 20 H4 up to M, which steps 6 of them down to K.

#![allow(dead_code)] // each test takes what it needs

use fenji::demand::Problem;
use fenji::demand::choice::Calibration;
use fenji::ids::{AreaId, FacilityId, TownId};
use fenji::network::case_class::default_classes;
use fenji::network::{
    Arcs, Area, CaseClass, Evidence, Facility, FirstArc, Network, Owner, ReferralArc, Settlement, Tier, TierTable, Township,
};
use fenji::outcome::{Bounds, Termination};
use fenji::plan::flows::{AtFacility, FirstContact, Moves, NoAccess};
use fenji::plan::referral::{Marginals, Names, ObjectiveParts, Shortfall};
use fenji::plan::{Flows, ReferralPlan};
use fenji::policy::pack::{PolicyTarget, TargetSense};
use fenji::policy::{Limits, PolicyPack, Prices, Scenario, Switches, Targets};
use fenji::travel::{Crs, Position};
use fenji::units::{Beds, Fte, Persons, Yuan};
use std::sync::Arc;

fn area(code: &str, urban: bool, fund: f64) -> Area {
    Area {
        code: code.into(),
        name: code.into(),
        name_en: Some(code.into()),
        urban,
        prefecture: None,
        area_km2: None,
        enrol_rate: 0.95,
        fund_per_head: Yuan(fund),
        evidence: Evidence::Assumed,
    }
}

fn settlement(n: usize, area: usize, people: u64, position: Position) -> Settlement {
    Settlement {
        code: format!("s{n}"),
        name: format!("s{n}"),
        name_en: None,
        area: AreaId::new(area),
        town: TownId::new(0),
        population: Persons(people),
        position,
        evidence: Evidence::Assumed,
    }
}

fn facility(name: &str, tier: Tier, area: Option<usize>, beds: u32, doctors: f64, avail: f64, position: Position) -> Facility {
    Facility {
        code: name.into(),
        name: name.into(),
        name_en: None,
        tier,
        owner: Owner::Public,
        area: area.map(AreaId::new),
        town: None,
        position,
        beds: Beds(beds),
        icu: Beds(0),
        doctors: Fte(doctors),
        gps: Fte(0.0),
        nurses: Fte(0.0),
        avail,
        mr_member: false,
        tele: false,
        drug_gaps: Vec::new(),
        group_leader: false,
        budget: None,
        siting: Default::default(),
        evidence: Evidence::Assumed,
    }
}

fn problem(network: Network, arcs: Arcs, demand: Vec<f64>, targets: Targets) -> Problem {
    Problem {
        classes: network.classes.clone(),
        tiers: network.tiers,
        prices: Prices::default(),
        use_prices: fenji::policy::UsePrices::default(),
        limits: Limits::default(),
        targets,
        hard_targets: false,
        hard_service: false,
        gamma: 0.6,
        demand,
        choice: vec![0.0; arcs.first.len() * network.classes.len()],
        choosing: fenji::demand::Choosing::of(&network),
        calibration: Calibration::default(),
        beds: network.facilities.iter().map(|f| f64::from(f.beds.0)).collect(),
        doctors: network.facilities.iter().map(|f| f.doctors.0).collect(),
        tele: vec![false; network.facilities.len()],
        aid: vec![0.0; network.facilities.len()],
        switches: Switches::default(),
        network: Arc::new(network),
        arcs: Arc::new(arcs),
    }
}

fn network(crs: Crs, areas: Vec<Area>, settlements: Vec<Settlement>, facilities: Vec<Facility>, classes: Vec<CaseClass>) -> Network {
    let towns = vec![Township {
        code: "t".into(),
        name: "t".into(),
        name_en: None,
        area: AreaId(0),
        population: settlements.iter().map(|s| s.population).sum(),
        position: Position::default(),
        evidence: Evidence::Assumed,
    }];
    Network {
        name: "tiny".into(),
        year: 2025,
        crs,
        areas,
        towns,
        settlements,
        facilities,
        classes,
        tiers: TierTable::default(),
        provenance: Vec::new(),
    }
}

fn target(key: &str, value: f64) -> PolicyTarget {
    PolicyTarget {
        key: key.into(),
        value,
        upper: None,
        unit: "unit".into(),
        sense: TargetSense::AtLeast,
        sentence: "What is said".into(),
        source: "where".into(),
        sure: "low".into(),
    }
}

/// The problem, its plan and its pack.
pub fn all() -> (Problem, ReferralPlan, PolicyPack) {
    let classes: Vec<CaseClass> = default_classes().into_iter().filter(|c| ["O1", "O2", "H3", "H4"].contains(&c.code.as_str())).collect();
    let here = Position::default();
    let net = network(
        Crs::PlanarKm,
        vec![area("county", false, 1000.0), area("core", true, 0.0)],
        vec![settlement(0, 0, 1000, here), settlement(1, 1, 500, here)],
        vec![
            facility("Township", Tier::T, Some(0), 0, 50.0, 1.0, here),
            facility("County", Tier::K, Some(0), 4, 3.0, 0.5, here),
            facility("Community", Tier::C, Some(1), 0, 50.0, 1.0, here),
            facility("City", Tier::M, Some(1), 10, 20.0, 1.0, here),
        ],
        classes,
    );
    let first = |j: u32, minutes: f64| FirstArc { facility: FacilityId(j), minutes };
    let arc = |from: u32, to: u32, minutes: f64| ReferralArc { from: FacilityId(from), to: FacilityId(to), minutes };
    let arcs = Arcs {
        first_start: vec![0, 3, 5],
        first: vec![first(0, 5.0), first(1, 20.0), first(3, 70.0), first(2, 4.0), first(3, 10.0)],
        up: vec![arc(1, 3, 60.0)],
        down: vec![arc(1, 0, 15.0), arc(3, 1, 60.0)],
        unreachable: Vec::new(),
    };
    let demand = vec![510.0, 200.0, 35.0, 20.0, 390.0, 110.0, 0.0, 10.0];
    let targets = Targets { in_county: Some(0.99), ..Targets::default() };

    let (mut x, mut u, mut e, mut d) = (FirstContact::default(), Moves::default(), Moves::default(), Moves::default());
    let (mut w, mut z) = (AtFacility::default(), NoAccess::default());
    for (i, j, k, cases, displaced) in [
        (0, 0, 0, 510.0, 0.0),
        (0, 0, 1, 90.0, 0.0),
        (0, 1, 1, 100.0, 7.0),
        (0, 1, 2, 30.0, 0.0),
        (0, 1, 3, 20.0, 0.0),
        (0, 3, 2, 5.0, 0.0),
        (1, 2, 0, 390.0, 0.0),
        (1, 3, 1, 110.0, 0.0),
        (1, 3, 3, 5.0, 0.0),
    ] {
        x.push(i, j, k, cases, displaced);
    }
    u.push(0, 1, 3, 3, 20.0);
    e.push(0, 1, 0, 1, 10.0);
    d.push(0, 3, 1, 3, 6.0);
    for (a, j, k, cases) in [
        (0, 0, 0, 510.0),
        (0, 0, 1, 100.0),
        (0, 1, 1, 90.0),
        (0, 1, 2, 30.0),
        (0, 3, 2, 5.0),
        (0, 3, 3, 20.0),
        (1, 2, 0, 390.0),
        (1, 3, 1, 110.0),
        (1, 3, 3, 5.0),
    ] {
        w.push(a, j, k, cases);
    }
    z.push(0, 1, 10.0);
    z.push(1, 3, 5.0);
    let flows = Flows { first_contact: x, up: u, redirect: e, down: d, treated: w, no_access: z, ..Flows::default() };
    let plan = ReferralPlan {
        version: 1,
        kind: "referral".into(),
        fenji: "test".into(),
        case: "tiny".into(),
        policy: "test".into(),
        objective: 0.0,
        objective_parts: ObjectiveParts::default(),
        bounds: Bounds { primal: 0.0, dual: 0.0 },
        gap_asked: 1e-6,
        termination: Termination::Optimal,
        indicators: Default::default(),
        backend: "hand".into(),
        method: "hand".into(),
        seconds: 0.0,
        scenario: Scenario::default(),
        names: Names::default(),
        calibration: Calibration::default(),
        flows,
        shortfalls: vec![Shortfall { target: "in_county".into(), place: Some(0), wanted: 757.35, short: 27.35, price: 500.0 }],
        marginals: Marginals {
            bed: vec![0.0, 0.0, 0.0, 1234.0],
            doctor: vec![50.0, 0.0, 0.0, 0.0],
            inertia: vec![1000.0, 2000.0],
            case_cost: vec![100.0, 200.0, 6000.0, 15_000.0, 100.0, 300.0, 6500.0, 14_000.0],
        },
        provenance: Vec::new(),
    };
    let pack = PolicyPack {
        name: "test".into(),
        year: 2025,
        about: String::new(),
        visits_per_head: 7.6,
        admissions_per_head: 0.213,
        length_of_stay: 1.0,
        gamma: 0.6,
        targets,
        target: vec![target("salary_ratio", 1.0), target("beds_per_1000", 7.4)],
    };
    (problem(net, arcs, demand, targets), plan, pack)
}

/// Settlements and facilities of all ranks strewn over a square of `spread` times 100 km, or degrees, half of them in a city core; one in eight facilities is closed.
pub fn scattered(seed: u64, settlements: usize, facilities: usize, crs: Crs, spread: f64) -> Problem {
    let mut state = seed;
    // Steele, Lea and Flood's splitmix64.
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    };
    let at = |u: f64, v: f64| match crs {
        Crs::PlanarKm => Position { x: 100.0 * spread * u, y: 100.0 * spread * v },
        Crs::Wgs84 => Position { x: 105.0 + spread * u, y: 28.0 + 3.0 * spread * v },
    };
    let pick = |u: f64, n: usize| ((u * n as f64) as usize).min(n - 1);
    let places = (0..settlements).map(|n| settlement(n, pick(next(), 2), 100 + pick(next(), 5000) as u64, at(next(), next()))).collect();
    let tiers = [Tier::V, Tier::S, Tier::T, Tier::C, Tier::K, Tier::D, Tier::M, Tier::P];
    let mut closed = Vec::new();
    let sites = (0..facilities)
        .map(|n| {
            let tier = tiers[pick(next(), tiers.len())];
            let beds = if tier.is_outpatient_only() { 0 } else { 1 + pick(next(), 900) as u32 };
            closed.push(next() < 0.125);
            let area = (tier != Tier::P).then(|| pick(next(), 2));
            facility(&format!("f{n}"), tier, area, beds, 1.0 + 50.0 * next(), 1.0, at(next(), next()))
        })
        .collect();
    let net = network(crs, vec![area("county", false, 1000.0), area("core", true, 1000.0)], places, sites, default_classes());
    let arcs = Arcs { first_start: vec![0; settlements + 1], ..Arcs::default() };
    let mut problem = problem(net, arcs, vec![0.0; settlements * 12], Targets::default());
    for (j, closed) in closed.into_iter().enumerate() {
        if closed {
            problem.beds[j] = 0.0;
            problem.doctors[j] = 0.0;
        }
    }
    problem
}
