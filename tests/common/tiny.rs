//! Small random networks with every tier, made anew for each seed.
#![allow(dead_code, clippy::unwrap_used)] // each test takes what it needs

use fenji::demand::Problem;
use fenji::ids::{AreaId, TownId};
use fenji::network::arc_rules::build_arcs;
use fenji::network::{
    ArcRules, Area, Case, Evidence, Facility, Network, ObservedShares, Owner, Settlement, Tier, TierTable, Township,
    case_class::default_classes,
};
use fenji::outcome::Silent;
use fenji::policy::{Scenario, pack};
use fenji::travel::metric::MetricParams;
use fenji::travel::{Crs, Position, Travel};
use fenji::units::{Beds, Fte, Persons, Yuan};
use std::sync::Arc;

/// Numbers in [0, 1) from a seed.
pub struct Lcg(pub u64);

impl Lcg {
    pub fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / (1u64 << 31) as f64
    }

    pub fn between(&mut self, lo: f64, hi: f64) -> f64 {
        lo + (hi - lo) * self.unit()
    }
}

/// A facility with nothing but tier, place, beds and doctors.
pub fn facility(code: &str, tier: Tier, area: Option<usize>, town: Option<usize>, at: (f64, f64), beds: u32, doctors: f64) -> Facility {
    Facility {
        code: code.into(),
        name: code.into(),
        name_en: None,
        tier,
        owner: Owner::Public,
        area: area.map(AreaId::new),
        town: town.map(TownId::new),
        position: Position { x: at.0, y: at.1 },
        beds: Beds(beds),
        icu: Beds(0),
        doctors: Fte(doctors),
        gps: Fte(0.0),
        nurses: Fte(0.0),
        avail: 1.0,
        mr_member: false,
        tele: false,
        drug_gaps: Vec::new(),
        group_leader: false,
        budget: None,
        siting: Default::default(),
        evidence: Evidence::Assumed,
    }
}

/// An area.
pub fn area(code: &str, urban: bool) -> Area {
    Area {
        code: code.into(),
        name: code.into(),
        name_en: None,
        urban,
        prefecture: None,
        area_km2: None,
        enrol_rate: 0.95,
        fund_per_head: Yuan(1180.0),
        evidence: Evidence::Assumed,
    }
}

/// One urban area and `counties` counties, two townships each, two settlements a township; capacities are drawn so that some bind.
pub fn network(seed: u64, counties: usize) -> Case {
    let mut r = Lcg(seed.wrapping_mul(0x9e37_79b9) ^ 0x1234_5678);
    let mut net = Network {
        name: format!("tiny {seed}"),
        year: 2025,
        crs: Crs::PlanarKm,
        areas: Vec::new(),
        towns: Vec::new(),
        settlements: Vec::new(),
        facilities: Vec::new(),
        classes: default_classes(),
        tiers: TierTable::default(),
        provenance: Vec::new(),
    };
    for a in 0..=counties {
        let urban = a == 0;
        net.areas.push(area(&format!("A{a}"), urban));
        let centre = (r.between(-40.0, 40.0), r.between(-40.0, 40.0));
        let mut people = 0;
        for _ in 0..2 {
            let t = net.towns.len();
            let seat = (centre.0 + r.between(-12.0, 12.0), centre.1 + r.between(-12.0, 12.0));
            let (l1, l2) = if urban { (Tier::S, Tier::C) } else { (Tier::V, Tier::T) };
            let mut town_people = 0;
            for v in 0..2 {
                let p = r.between(800.0, 9000.0) as u64;
                town_people += p;
                let at = (seat.0 + r.between(-4.0, 4.0), seat.1 + r.between(-4.0, 4.0));
                let code = format!("A{a}T{t}v{v}");
                net.settlements.push(Settlement {
                    code: code.clone(),
                    name: code.clone(),
                    name_en: None,
                    area: AreaId::new(a),
                    town: TownId::new(t),
                    population: Persons(p),
                    position: Position { x: at.0, y: at.1 },
                    evidence: Evidence::Assumed,
                });
                let doctors = p as f64 / 1000.0 * r.between(0.4, 1.4);
                net.facilities.push(facility(&format!("{code}{l1}"), l1, Some(a), Some(t), at, 0, doctors));
            }
            net.towns.push(Township {
                code: format!("A{a}T{t}"),
                name: format!("A{a}T{t}"),
                name_en: None,
                area: AreaId::new(a),
                population: Persons(town_people),
                position: Position { x: seat.0, y: seat.1 },
                evidence: Evidence::Assumed,
            });
            people += town_people;
            let k = town_people as f64 / 1000.0;
            net.facilities.push(facility(
                &format!("A{a}T{t}{l2}"),
                l2,
                Some(a),
                Some(t),
                seat,
                (k * r.between(0.5, 2.0)) as u32,
                k * r.between(0.6, 1.2),
            ));
        }
        let tier = if urban { Tier::D } else { Tier::K };
        let beds = people as f64 / 1000.0 * r.between(1.5, 4.0);
        net.facilities.push(facility(&format!("A{a}{tier}"), tier, Some(a), None, centre, beds as u32, beds * 0.62));
    }
    let k = net.population().0 as f64 / 1000.0;
    let at = (net.settlements[0].position.x, net.settlements[0].position.y);
    for (code, tier, dx, beds) in
        [("M1", Tier::M, 1.0, 2.0), ("P1", Tier::P, 150.0, 0.4), ("R1", Tier::R, 165.0, 0.2), ("N1", Tier::N, 700.0, 0.1)]
    {
        let beds = k * beds * r.between(0.5, 1.2) + 1.0;
        let home = if tier == Tier::M { Some(0) } else { None };
        net.facilities.push(facility(code, tier, home, None, (at.0 + dx, at.1), beds as u32, beds * 0.7));
    }
    Case {
        network: net,
        travel: Travel::Metric(MetricParams::default()),
        rules: ArcRules::default(),
        arcs: None,
        policy: "P2025".into(),
        observed: ObservedShares::default(),
    }
}

/// The problem of a case under a scenario written as TOML.
pub fn problem(case: &Case, scenario: &str) -> Problem {
    let scenario: Scenario = toml::from_str(scenario).unwrap();
    let arcs = Arc::new(build_arcs(case, &Silent));
    Problem::assemble(case, arcs, &pack::load("P2025").unwrap(), &scenario).unwrap()
}
