//! A made-up network of six counties for tests of pictures and reports.
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use fenji::ids::{AreaId, TownId};
use fenji::network::case_class::default_classes;
use fenji::network::{Area, Evidence, Facility, Network, Owner, Provenance, Settlement, Tier, TierTable, Township};
use fenji::travel::{Crs, Position};
use fenji::units::{Beds, Fte, Persons, Yuan};

/// A number in [0, 1) that depends on its seed only.
pub fn hash(seed: u64) -> f64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Six counties of nine townships with four settlements each, about 29.5 N 108.5 E, with hospitals up to a far national centre.
pub fn network() -> Network {
    let names = [
        ("黔溪县", "Qianxi"),
        ("乌山县", "Wushan"),
        ("石河县", "Shihe"),
        ("秀水县", "Xiushui"),
        ("酉岭县", "Youling"),
        ("彭谷区", "Penggu"),
    ];
    let (mut areas, mut towns, mut settlements, mut facilities) = (vec![], vec![], vec![], vec![]);
    for (a, (name, en)) in names.iter().enumerate() {
        let (cx, cy) = (108.0 + (a % 3) as f64 * 0.62 + hash(a as u64) * 0.15, 29.0 + (a / 3) as f64 * 0.62 + hash(90 + a as u64) * 0.15);
        areas.push(Area {
            code: format!("A{a}"),
            name: (*name).into(),
            name_en: Some((*en).into()),
            urban: a == 5,
            prefecture: None,
            area_km2: Some(2400.0 + 100.0 * a as f64),
            enrol_rate: 0.95,
            fund_per_head: Yuan(1180.0),
            evidence: Evidence::Observed,
        });
        for t in 0..9 {
            let seed = (a * 100 + t) as u64;
            let at = if t == 0 { (cx, cy) } else { (cx + (hash(seed) - 0.5) * 0.55, cy + (hash(seed + 7000) - 0.5) * 0.5) };
            let town = TownId::new(towns.len());
            let mut sum = 0;
            for s in 0..4 {
                let seed = seed * 10 + s;
                let population = ((if t == 0 { 22_000.0 } else { 4_000.0 }) * (0.4 + hash(seed))) as u64;
                sum += population;
                let position = Position { x: at.0 + (hash(seed + 1) - 0.5) * 0.09, y: at.1 + (hash(seed + 2) - 0.5) * 0.08 };
                settlements.push(Settlement {
                    code: format!("A{a}T{t}S{s}"),
                    name: format!("{name}{t}乡{s}村"),
                    name_en: Some(format!("{en} {t}-{s}")),
                    area: AreaId::new(a),
                    town,
                    population: Persons(population),
                    position,
                    evidence: Evidence::Modelled,
                });
                let tier = if a == 5 && t < 3 { Tier::S } else { Tier::V };
                facilities.push(facility(
                    &format!("A{a}T{t}V{s}"),
                    &format!("{name}{t}乡{s}村卫生室"),
                    &format!("{en} clinic {t}-{s}"),
                    tier,
                    Some(a),
                    Some(town),
                    position,
                    0,
                    2.0,
                ));
            }
            towns.push(Township {
                code: format!("A{a}T{t}"),
                name: format!("{name}{t}乡"),
                name_en: Some(format!("{en} {t}")),
                area: AreaId::new(a),
                population: Persons(sum),
                position: Position { x: at.0, y: at.1 },
                evidence: Evidence::Observed,
            });
            let tier = if a == 5 && t < 3 { Tier::C } else { Tier::T };
            facilities.push(facility(
                &format!("A{a}T{t}C"),
                &format!("{name}{t}乡卫生院"),
                &format!("{en} township centre {t}"),
                tier,
                Some(a),
                Some(town),
                Position { x: at.0, y: at.1 },
                30 + (hash(seed + 50) * 40.0) as u32,
                14.0,
            ));
        }
        for h in 0..2 {
            let p = Position { x: cx + 0.01 * f64::from(h), y: cy - 0.012 * f64::from(h) };
            let (zh, en2) = if h == 0 { ("人民医院", "People's Hospital") } else { ("中医院", "Hospital of Chinese Medicine") };
            let tier = if a == 5 && h == 1 { Tier::D } else { Tier::K };
            facilities.push(facility(
                &format!("A{a}K{h}"),
                &format!("{name}{zh}"),
                &format!("{en} {en2}"),
                tier,
                Some(a),
                None,
                p,
                300 - 120 * h as u32,
                150.0,
            ));
        }
    }
    facilities.push(facility(
        "M1",
        "东南中心医院",
        "South-east Central Hospital",
        Tier::M,
        Some(5),
        None,
        Position { x: 109.3, y: 29.7 },
        1200,
        560.0,
    ));
    facilities.push(facility(
        "M2",
        "市立第二医院",
        "Second City Hospital",
        Tier::M,
        Some(0),
        None,
        Position { x: 108.1, y: 29.15 },
        800,
        380.0,
    ));
    facilities.push(facility("P1", "省立医院", "Provincial Hospital", Tier::P, None, None, Position { x: 106.5, y: 29.56 }, 900, 400.0));
    facilities.push(facility(
        "R1",
        "西南区域医疗中心",
        "South-west Regional Centre",
        Tier::R,
        None,
        None,
        Position { x: 104.06, y: 30.64 },
        400,
        190.0,
    ));
    facilities.push(facility(
        "N1",
        "国家医学中心",
        "National Medical Centre",
        Tier::N,
        None,
        None,
        Position { x: 116.4, y: 39.9 },
        120,
        60.0,
    ));
    Network {
        name: "六县示例".into(),
        year: 2025,
        crs: Crs::Wgs84,
        areas,
        towns,
        settlements,
        facilities,
        classes: default_classes(),
        tiers: TierTable::default(),
        provenance: vec![
            provenance("settlements", "*", Evidence::Modelled, "Village units placed around the township seat by a seeded rule"),
            provenance("settlements", "pop", Evidence::Observed, "Census"),
            provenance("facilities", "*", Evidence::Modelled, "Published rates per 1,000 people"),
            provenance("classes", "*", Evidence::Assumed, "Default classes"),
        ],
    }
}

fn provenance(table: &str, column: &str, evidence: Evidence, rule: &str) -> Provenance {
    Provenance {
        table: table.into(),
        column: column.into(),
        evidence,
        rule: rule.into(),
        source: "made up for tests".into(),
        rule_zh: None,
        source_zh: None,
    }
}

#[allow(clippy::too_many_arguments)]
pub fn facility(
    code: &str,
    name: &str,
    en: &str,
    tier: Tier,
    area: Option<usize>,
    town: Option<TownId>,
    position: Position,
    beds: u32,
    doctors: f64,
) -> Facility {
    Facility {
        code: code.into(),
        name: name.into(),
        name_en: Some(en.into()),
        tier,
        owner: Owner::Public,
        area: area.map(AreaId::new),
        town,
        position,
        beds: Beds(beds),
        icu: Beds(beds / 20),
        doctors: Fte(doctors),
        gps: Fte((doctors / 4.0).floor()),
        nurses: Fte(f64::from(beds) * 0.6),
        avail: 1.0,
        mr_member: false,
        tele: false,
        drug_gaps: vec![],
        group_leader: false,
        budget: None,
        siting: Default::default(),
        evidence: Evidence::Modelled,
    }
}
