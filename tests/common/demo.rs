//! The oracle's prefecture as a [`Case`] and its [`Arcs`], read from `../shared/reference`; `None` (with a printed reason) when that folder is absent.
#![allow(dead_code, clippy::unwrap_used, clippy::print_stdout)] // each test takes what it needs, and may fail loudly

use fenji::ids::{AreaId, FacilityId, TownId};
use fenji::network::{
    Arcs, Area, Case, CaseClass, Evidence, Facility, FirstArc, Kind, Network, ObservedShares, Owner, ReferralArc, Settlement, Tier,
    TierTable, Township,
};
use fenji::travel::metric::MetricParams;
use fenji::travel::{Crs, Position, Travel};
use fenji::units::{Beds, Fte, Persons, Yuan};
use serde_json::Value;
use std::collections::HashMap;
use std::path::PathBuf;

fn reference(file: &str) -> Option<Value> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/reference").join(file);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(_) => {
            println!("skipped: {} is absent", path.display());
            None
        }
    }
}

/// `demo_expected.json`.
pub fn expected() -> Option<Value> {
    reference("demo_expected.json")
}

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_default().to_string()
}

fn position(v: &Value) -> Position {
    Position { x: v["x"].as_f64().unwrap(), y: v["y"].as_f64().unwrap() }
}

/// The prefecture and its exact arcs.
pub fn load() -> Option<(Case, Arcs)> {
    let v = reference("demo_instance.json")?;
    let rows = |key: &str| v[key].as_array().unwrap().clone();
    let index = |key: &str| -> HashMap<String, usize> { rows(key).iter().enumerate().map(|(n, r)| (text(&r["id"]), n)).collect() };
    let (area, town, site) = (index("areas"), index("towns"), index("facilities"));
    let areas = rows("areas")
        .iter()
        .map(|a| Area {
            code: text(&a["id"]),
            name: text(&a["id"]),
            name_en: None,
            urban: a["urban"].as_i64() == Some(1),
            prefecture: None,
            area_km2: None,
            enrol_rate: 0.95,
            fund_per_head: Yuan(1000.0),
            evidence: Evidence::Assumed,
        })
        .collect();
    let towns = rows("towns")
        .iter()
        .map(|t| Township {
            code: text(&t["id"]),
            name: text(&t["id"]),
            name_en: None,
            area: AreaId::new(area[&text(&t["area"])]),
            population: Persons(t["pop"].as_u64().unwrap()),
            position: position(t),
            evidence: Evidence::Assumed,
        })
        .collect();
    let settlements: Vec<Settlement> = rows("nodes")
        .iter()
        .map(|n| Settlement {
            code: text(&n["id"]),
            name: text(&n["id"]),
            name_en: None,
            area: AreaId::new(area[&text(&n["area"])]),
            town: TownId::new(town[&text(&n["town"])]),
            population: Persons(n["pop"].as_u64().unwrap()),
            position: position(n),
            evidence: Evidence::Assumed,
        })
        .collect();
    let facilities: Vec<Facility> = rows("facilities")
        .iter()
        .map(|f| Facility {
            code: text(&f["id"]),
            name: text(&f["id"]),
            name_en: None,
            tier: Tier::from_code(f["tier"].as_str().unwrap()).unwrap(),
            owner: Owner::Public,
            area: f["area"].as_str().map(|a| AreaId::new(area[a])),
            town: f["town"].as_str().map(|t| TownId::new(town[t])),
            position: position(f),
            beds: Beds(u32::try_from(f["beds"].as_u64().unwrap()).unwrap()),
            icu: Beds(0),
            doctors: Fte(f["doctors"].as_f64().unwrap()),
            gps: Fte(0.0),
            nurses: Fte(0.0),
            avail: f["avail"].as_f64().unwrap(),
            mr_member: false,
            tele: false,
            drug_gaps: Vec::new(),
            group_leader: false,
            budget: None,
            siting: Default::default(),
            evidence: Evidence::Assumed,
        })
        .collect();
    let classes = v["classes"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(code, c)| CaseClass {
            code: code.clone(),
            kind: if c["kind"] == "O" { Kind::O } else { Kind::H },
            lowest_rank: u8::try_from(c["tau"].as_u64().unwrap()).unwrap(),
            highest_rank: u8::try_from(c["sig"].as_u64().unwrap()).unwrap(),
            rate: c["rate"].as_f64().unwrap(),
            acute_days: c["LA"].as_f64().unwrap(),
            recovery_days: c["LB"].as_f64().unwrap(),
            weight: c["rw"].as_f64().unwrap(),
            elective: c["elective"].as_i64() == Some(1),
        })
        .collect();
    let mut tiers = TierTable::default();
    for (code, t) in v["tiers"].as_object().unwrap() {
        let row = tiers.get_mut(Tier::from_code(code).unwrap());
        row.design_occupancy = t["theta"].as_f64().unwrap();
        row.visits_per_doctor_day = t["vbar"].as_f64().unwrap();
        row.bed_days_per_doctor_day = t["qbar"].as_f64().unwrap();
        row.visit_cost = Yuan(t["cO"].as_f64().unwrap());
        row.inpatient_coefficient = t["gam"].as_f64().unwrap();
        row.fund_share = t["rho"].as_f64().unwrap();
    }
    let travel = MetricParams::default();
    let core = |a: Option<AreaId>, b: Option<AreaId>| a.is_some() && a == b && a == Some(AreaId::new(area["U1"]));
    let mut first = Vec::new();
    let mut first_start = vec![0];
    for s in &settlements {
        let mut mine: Vec<FirstArc> = v["first_arcs"][&s.code]
            .as_array()
            .unwrap()
            .iter()
            .map(|code| {
                let j = site[code.as_str().unwrap()];
                let f = &facilities[j];
                let minutes = travel.minutes(Crs::PlanarKm, s.position, f.position, core(Some(s.area), f.area));
                FirstArc { facility: FacilityId::new(j), minutes }
            })
            .collect();
        mine.sort_by_key(|a| a.facility);
        first.extend(mine);
        first_start.push(first.len());
    }
    let pairs = |key: &str| -> Vec<ReferralArc> {
        let mut list: Vec<ReferralArc> = rows(key)
            .iter()
            .map(|pair| {
                let (from, to) = (site[pair[0].as_str().unwrap()], site[pair[1].as_str().unwrap()]);
                let (f, g) = (&facilities[from], &facilities[to]);
                let minutes = travel.minutes(Crs::PlanarKm, f.position, g.position, core(f.area, g.area));
                ReferralArc { from: FacilityId::new(from), to: FacilityId::new(to), minutes }
            })
            .collect();
        list.sort_by_key(|a| (a.from, a.to));
        list
    };
    let arcs = Arcs { first_start, first, up: pairs("up_arcs"), down: pairs("down_arcs"), unreachable: Vec::new() };
    let network = Network {
        name: "oracle".into(),
        year: 2025,
        crs: Crs::PlanarKm,
        areas,
        towns,
        settlements,
        facilities,
        classes,
        tiers,
        provenance: Vec::new(),
    };
    let case = Case {
        network,
        travel: Travel::Metric(travel),
        rules: Default::default(),
        arcs: None,
        policy: "P2025".into(),
        observed: ObservedShares::default(),
    };
    Some((case, arcs))
}
