use fenji::{
    demand::Problem,
    ids::*,
    network::*,
    outcome::*,
    policy::{Scenario, pack},
    referral::*,
    travel::*,
    units::*,
};
use std::collections::HashMap;
use std::sync::Arc;
fn rows(dir: &str, f: &str) -> Vec<HashMap<String, String>> {
    let mut r = csv::Reader::from_path(format!("{dir}/{f}.csv")).unwrap();
    r.deserialize().map(|x| x.unwrap()).collect()
}
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let gamma = std::env::args().nth(2).unwrap();
    let method = match std::env::args().nth(3).as_deref() {
        Some("text") => Method::Text,
        Some("lazy") => Method::Lazy,
        Some("direct") => Method::Direct,
        _ => Method::Auto,
    };
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .without_time()
        .with_target(false)
        .with_writer(std::io::stderr)
        .init();
    let g = |m: &HashMap<String, String>, k: &str| m.get(k).cloned().unwrap_or_default();
    let n = |m: &HashMap<String, String>, k: &str| m.get(k).and_then(|x| x.parse::<f64>().ok()).unwrap_or(0.0);
    let p = |m: &HashMap<String, String>| Position { x: n(m, "lon"), y: n(m, "lat") };
    let (ra, rt, rs, rf) = (rows(&dir, "areas"), rows(&dir, "townships"), rows(&dir, "settlements"), rows(&dir, "facilities"));
    let ai: HashMap<String, usize> = ra.iter().enumerate().map(|(i, a)| (g(a, "id"), i)).collect();
    let ti: HashMap<String, usize> = rt.iter().enumerate().map(|(i, a)| (g(a, "id"), i)).collect();
    let net = Network {
        name: dir.clone(),
        year: 2025,
        crs: Crs::Wgs84,
        areas: ra
            .iter()
            .map(|a| Area {
                code: g(a, "id"),
                name: g(a, "name"),
                name_en: None,
                urban: n(a, "urban") > 0.0,
                prefecture: Some(g(a, "prefecture")),
                area_km2: None,
                enrol_rate: 0.95,
                fund_per_head: Yuan(1180.0),
                evidence: Evidence::Assumed,
            })
            .collect(),
        towns: rt
            .iter()
            .map(|a| Township {
                code: g(a, "id"),
                name: g(a, "name"),
                name_en: None,
                area: AreaId::new(ai[&g(a, "area")]),
                population: Persons(n(a, "pop") as u64),
                position: p(a),
                evidence: Evidence::Assumed,
            })
            .collect(),
        settlements: rs
            .iter()
            .map(|a| Settlement {
                code: g(a, "id"),
                name: g(a, "name"),
                name_en: None,
                area: AreaId::new(ai[&g(a, "area")]),
                town: TownId::new(ti[&g(a, "town")]),
                population: Persons(n(a, "pop") as u64),
                position: p(a),
                evidence: Evidence::Assumed,
            })
            .collect(),
        facilities: rf
            .iter()
            .map(|a| Facility {
                code: g(a, "id"),
                name: g(a, "name"),
                name_en: None,
                tier: Tier::from_code(&g(a, "tier")).unwrap(),
                owner: Owner::Public,
                area: ai.get(&g(a, "area")).map(|x| AreaId::new(*x)),
                town: ti.get(&g(a, "town")).map(|x| TownId::new(*x)),
                position: p(a),
                beds: Beds(n(a, "beds") as u32),
                icu: Beds(0),
                doctors: Fte(n(a, "doctors")),
                gps: Fte(0.),
                nurses: Fte(0.),
                avail: if g(a, "avail").is_empty() { 1.0 } else { n(a, "avail") },
                mr_member: false,
                tele: false,
                drug_gaps: vec![],
                group_leader: false,
                budget: None,
                evidence: Evidence::Assumed,
            })
            .collect(),
        classes: case_class::default_classes(),
        tiers: TierTable::default(),
        provenance: vec![],
    };
    let case = Case {
        network: net,
        travel: Travel::Metric(Default::default()),
        rules: ArcRules::default(),
        arcs: None,
        policy: "P2025".into(),
        observed: ObservedShares::default(),
    };
    let t = std::time::Instant::now();
    let arcs = arc_rules::build_arcs(&case, &Silent);
    eprintln!("arcs {:.2} first {} up {} down {}", t.elapsed().as_secs_f64(), arcs.first.len(), arcs.up.len(), arcs.down.len());
    let foreign = case
        .network
        .settlements
        .iter()
        .enumerate()
        .map(|(i, s)| {
            arcs.first_of(SettlementId::new(i))
                .1
                .iter()
                .filter(|a| {
                    let f = case.network.facility(a.facility);
                    f.rank() <= 2 && f.area != Some(s.area)
                })
                .count()
        })
        .sum::<usize>();
    eprintln!("foreign rank<=2 first arcs {foreign}");
    let scenario: Scenario = toml::from_str(&format!("gamma = {gamma}")).unwrap();
    let t = std::time::Instant::now();
    let p = Problem::assemble(&case, Arc::new(arcs), &pack::load("P2025").unwrap(), &scenario).unwrap();
    eprintln!("assemble {:.2}", t.elapsed().as_secs_f64());
    let t = std::time::Instant::now();
    let m = fenji::model::ReferralModel::build(&p, fenji::model::Form::Lean);
    eprintln!("build {:.2} {} {} {}", t.elapsed().as_secs_f64(), m.linear.col_count(), m.linear.row_count(), m.linear.nonzero_count());
    drop(m);
    let t = std::time::Instant::now();
    let s =
        solve(&p, &SolveOptions { backend: "highs".into(), method, limits: Limits { threads: 2, ..Default::default() } }, &Silent).unwrap();
    println!(
        "{:?} total {:.2}s obj {} bounds {:?} gap {:.2e} it {}",
        s.method,
        t.elapsed().as_secs_f64(),
        s.parts.total(),
        s.bounds,
        s.bounds.gap(),
        s.iterations
    );
    println!("{:?}", s.parts);
    let (plan, ind) = to_plan(&p, &case.travel, &pack::load("P2025").unwrap(), &s, PlanInfo { scenario, seconds: 0.0 });
    println!("{:?}", plan.indicators);
    println!("plan {} MB", serde_json::to_vec(&plan).unwrap().len() / 1_000_000);
    let _ = ind;
}
