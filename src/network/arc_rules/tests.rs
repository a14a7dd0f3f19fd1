//! AR-1 against the oracle's arc lists and against a plain scan of all pairs.

use super::*;
use crate::ids::{AreaId, TownId};
use crate::network::{Area, Evidence, Facility, ObservedShares, Owner, Settlement, Tier, TierTable, Township, case_class::default_classes};
use crate::outcome::Silent;
use crate::travel::{Crs, MetricParams, Position, RoadGraph, RoadParams, TimesTable, Travel, road::RoadEdge};
use crate::units::{Beds, Fte, Persons, Yuan};
use proptest::prelude::*;

fn area(code: &str, urban: bool, prefecture: &str) -> Area {
    Area {
        code: code.into(),
        name: code.into(),
        name_en: None,
        urban,
        prefecture: Some(prefecture.into()),
        area_km2: None,
        enrol_rate: 0.95,
        fund_per_head: Yuan(1000.0),
        evidence: Evidence::Assumed,
    }
}

fn town(code: &str, area: usize, position: Position) -> Township {
    Township {
        code: code.into(),
        name: code.into(),
        name_en: None,
        area: AreaId::new(area),
        population: Persons(0),
        position,
        evidence: Evidence::Assumed,
    }
}

fn settlement(code: &str, area: usize, town: usize, position: Position) -> Settlement {
    Settlement {
        code: code.into(),
        name: code.into(),
        name_en: None,
        area: AreaId::new(area),
        town: TownId::new(town),
        population: Persons(100),
        position,
        evidence: Evidence::Assumed,
    }
}

fn facility(code: &str, tier: Tier, area: Option<usize>, town: Option<usize>, position: Position) -> Facility {
    Facility {
        code: code.into(),
        name: code.into(),
        name_en: None,
        tier,
        owner: Owner::Public,
        area: area.map(AreaId::new),
        town: town.map(TownId::new),
        position,
        beds: Beds(10),
        icu: Beds(0),
        doctors: Fte(5.0),
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

fn case(crs: Crs, areas: Vec<Area>, towns: Vec<Township>, settlements: Vec<Settlement>, facilities: Vec<Facility>) -> Case {
    Case {
        network: Network {
            name: "test".into(),
            year: 2025,
            crs,
            areas,
            towns,
            settlements,
            facilities,
            classes: default_classes(),
            tiers: TierTable::default(),
            provenance: Vec::new(),
        },
        travel: Travel::Metric(MetricParams::default()),
        rules: ArcRules::default(),
        arcs: None,
        policy: "P2025".into(),
        observed: ObservedShares::default(),
    }
}

/// The oracle's prefecture, if it is at hand.
fn demo() -> Option<(Case, serde_json::Value)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference/demo_instance.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: no {path}");
        return None;
    };
    let demo: serde_json::Value = serde_json::from_str(&text).unwrap();
    let list = |key: &str| demo[key].as_array().unwrap().clone();
    let text = |v: &serde_json::Value, key: &str| v[key].as_str().unwrap_or_default().to_owned();
    let at = |v: &serde_json::Value| Position { x: v["x"].as_f64().unwrap(), y: v["y"].as_f64().unwrap() };
    let find = |all: &[serde_json::Value], id: &serde_json::Value| all.iter().position(|v| !id.is_null() && v["id"] == *id);
    let (areas, towns) = (list("areas"), list("towns"));
    let case = case(
        Crs::PlanarKm,
        areas.iter().map(|a| area(&text(a, "id"), a["urban"] == 1, "demo")).collect(),
        towns.iter().map(|t| town(&text(t, "id"), find(&areas, &t["area"]).unwrap(), at(t))).collect(),
        list("nodes")
            .iter()
            .map(|n| settlement(&text(n, "id"), find(&areas, &n["area"]).unwrap(), find(&towns, &n["town"]).unwrap(), at(n)))
            .collect(),
        list("facilities")
            .iter()
            .map(|f| {
                let tier = Tier::from_code(&text(f, "tier")).unwrap();
                facility(&text(f, "id"), tier, find(&areas, &f["area"]), find(&towns, &f["town"]), at(f))
            })
            .collect(),
    );
    Some((case, demo))
}

#[test]
fn rules_reproduce_the_oracle() {
    let Some((mut case, demo)) = demo() else { return };
    let name = |id: FacilityId| case.network.facility(id).code.clone();
    let arcs = build_arcs(&case, &Silent);
    assert!(arcs.unreachable.is_empty());
    for (i, s) in case.network.settlements.iter().enumerate() {
        let got: BTreeSet<String> = arcs.first_of(SettlementId::new(i)).1.iter().map(|a| name(a.facility)).collect();
        let wanted: BTreeSet<String> =
            demo["first_arcs"][&s.code].as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect();
        assert_eq!(got, wanted, "{}", s.code);
    }
    let pairs = |key: &str| -> BTreeSet<(String, String)> {
        let pair = |v: &serde_json::Value| (v[0].as_str().unwrap().to_owned(), v[1].as_str().unwrap().to_owned());
        demo[key].as_array().unwrap().iter().map(pair).collect()
    };
    let named = |arcs: &[ReferralArc]| -> BTreeSet<(String, String)> { arcs.iter().map(|a| (name(a.from), name(a.to))).collect() };
    assert_eq!(named(&arcs.up), pairs("up_arcs"));
    assert_eq!(named(&arcs.down), pairs("down_arcs"));
    assert_eq!((arcs.up.len(), arcs.down.len()), (284, 191));

    // The same lists given one by one, out of order and with a double, make the same arcs with the same times.
    let ids = |list: &[ReferralArc]| list.iter().rev().map(|a| (a.from.0, a.to.0)).collect::<Vec<_>>();
    let mut first: Vec<(u32, u32)> = (0..arcs.first_start.len() - 1)
        .flat_map(|i| arcs.first_of(SettlementId::new(i)).1.iter().map(move |a| (i as u32, a.facility.0)))
        .collect();
    first.push(first[3]);
    first.reverse();
    case.arcs = Some(ArcLists { first, up: ids(&arcs.up), down: ids(&arcs.down) });
    assert_eq!(build_arcs(&case, &Silent), arcs);
}

/// AR-1 once more, as plainly as it can be said: a scan over all facilities.
fn scan(case: &Case) -> Arcs {
    let (n, r) = (&case.network, case.rules);
    let minutes = |a: Place, b: usize| case.travel.minutes_between(n, a, Place::Facility(FacilityId::new(b)));
    let near = |from: Place, k: usize, wanted: &dyn Fn(&Facility) -> bool| -> Vec<usize> {
        let mut all: Vec<(f64, usize)> =
            (0..n.facilities.len()).filter(|j| wanted(&n.facilities[*j])).filter_map(|j| Some((minutes(from, j)?, j))).collect();
        all.sort_by(|a, b| a.partial_cmp(b).unwrap());
        all.into_iter().take(k).map(|(_, j)| j).collect()
    };
    let all_or = |k: usize| if k == 0 { usize::MAX } else { k };
    let mut arcs = Arcs { first_start: vec![0], ..Arcs::default() };
    let pref = |a: Option<AreaId>| a.map(|a| n.area(a).prefecture.clone());
    // "overall" within the prefecture when the rules say so and it has the rank
    let same = |a: Option<AreaId>, rank: u8, f: &Facility| {
        !r.within_prefecture || pref(a) == pref(f.area) || !n.facilities.iter().any(|g| g.rank() == rank && pref(g.area) == pref(a))
    };
    for (i, s) in n.settlements.iter().enumerate() {
        let from = Place::Settlement(SettlementId::new(i));
        let mut ids = BTreeSet::new();
        for (rank, k) in [(1, r.first_rank1), (2, r.first_rank2), (3, r.first_rank3), (4, r.first_city)] {
            let own = rank <= 2 && r.primary_own_area;
            ids.extend(near(from, k, &|f| f.rank() == rank && if own { f.area == Some(s.area) } else { same(Some(s.area), rank, f) }));
        }
        ids.extend(near(from, r.first_rank3_own, &|f| f.rank() == 3 && f.area == Some(s.area)));
        for rank in 5..=7 {
            ids.extend(near(from, all_or(r.first_top), &|f| f.rank() == rank));
        }
        arcs.first.extend(ids.into_iter().map(|j| FirstArc { facility: FacilityId::new(j), minutes: minutes(from, j).unwrap() }));
        arcs.first_start.push(arcs.first.len());
    }
    for (j, g) in n.facilities.iter().enumerate() {
        let from = Place::Facility(FacilityId::new(j));
        let mut up;
        let mut down = Vec::new();
        match g.rank() {
            1 => {
                up = near(from, 1, &|f| f.rank() == 2 && f.town.is_some() && f.town == g.town);
                if !n.facilities.iter().any(|f| f.rank() == 2 && f.town.is_some() && f.town == g.town) {
                    up = near(from, 1, &|f| f.rank() == 2 && f.area == g.area);
                }
            }
            2 => {
                let own = n.facilities.iter().any(|f| f.rank() == 3 && f.area == g.area);
                up = near(from, r.up_rank2, &|f| f.rank() == 3 && if own { f.area == g.area } else { same(g.area, 3, f) });
                up.extend(near(from, r.up_rank2_city, &|f| f.rank() == 4 && same(g.area, 4, f)));
            }
            3 => {
                up = near(from, all_or(r.up_rank3_city), &|f| f.rank() == 4 && same(g.area, 4, f));
                up.extend(near(from, all_or(r.up_top), &|f| f.rank() == 5));
                down = near(from, all_or(r.down_partners), &|f| f.rank() == 2 && f.area == g.area);
            }
            rank => {
                up = near(from, usize::MAX, &|f| f.rank() > rank.max(5));
                if rank == 4 {
                    up.extend(near(from, all_or(r.up_top), &|f| f.rank() == 5));
                }
                let serves = |a: Option<AreaId>| {
                    rank != 5
                        || r.up_top == 0
                        || r.down_partners == 0
                        || (0..n.facilities.len()).any(|q| {
                            let (at, g) = (Place::Facility(FacilityId::new(q)), &n.facilities[q]);
                            (g.rank() == 3 && g.area == a || g.rank() == 4 && same(a, 4, g))
                                && near(at, r.up_top, &|f| f.rank() == 5).contains(&j)
                        })
                };
                for a in 0..n.areas.len() {
                    let a = Some(AreaId::new(a));
                    if rank == 4 && !same(a, 4, g) || !serves(a) {
                        continue;
                    }
                    down.extend(near(from, all_or(r.down_partners), &|f| f.rank() == 3 && f.area == a));
                    if rank == 4 {
                        down.extend(near(from, all_or(r.down_partners), &|f| f.rank() == 2 && f.area == a));
                    }
                }
                if rank == 6 {
                    up.clear();
                }
            }
        }
        let arc = |q: usize| ReferralArc { from: FacilityId::new(j), to: FacilityId::new(q), minutes: minutes(from, q).unwrap() };
        for (ids, list) in [(up, &mut arcs.up), (down, &mut arcs.down)] {
            list.extend(ids.into_iter().collect::<BTreeSet<_>>().into_iter().map(arc));
        }
    }
    arcs
}

/// Cases of a few areas and two prefectures with coordinates on a grid, so that ties and equal places occur, and far enough apart
/// to cross all speed classes.
fn any_case() -> impl Strategy<Value = Case> {
    let spots = (0..4_usize, 0..3_usize, -7..8_i32, -7..8_i32);
    let tiers = prop::sample::select(Tier::ALL.to_vec());
    let rules = (0..4_usize, 0..3_usize, 0..3_usize, any::<bool>(), any::<bool>(), 0..3_usize);
    let crs = prop::sample::select(vec![(Crs::PlanarKm, 4.0), (Crs::PlanarKm, 40.0), (Crs::Wgs84, 0.2)]);
    (prop::collection::vec(spots.clone(), 1..25), prop::collection::vec((tiers, spots, any::<bool>()), 1..60), rules, crs).prop_map(
        |(people, sites, (near, top, partners, inside, own, top_up), (crs, scale))| {
            let at = |x: i32, y: i32| Position { x: f64::from(x) * scale, y: f64::from(y) * scale };
            let areas = (0..4).map(|a| area(&format!("a{a}"), a % 2 == 0, if a < 2 { "p" } else { "q" })).collect();
            let towns = (0..12).map(|t| town(&format!("t{t}"), t / 3, at(0, 0))).collect();
            let people = people.into_iter().enumerate().map(|(i, (a, t, x, y))| settlement(&format!("s{i}"), a, 3 * a + t, at(x, y)));
            let sites = sites.into_iter().enumerate().map(|(j, (tier, (a, t, x, y), in_town))| {
                let stands = tier.rank() <= 4;
                facility(&format!("f{j}"), tier, stands.then_some(a), (stands && in_town).then_some(3 * a + t), at(x, y))
            });
            let mut case = case(crs, areas, towns, people.collect(), sites.collect());
            case.rules.first_rank1 = near;
            case.rules.first_rank3 = near;
            case.rules.first_top = top;
            case.rules.up_rank2 = top + 1;
            case.rules.up_rank3_city = top;
            case.rules.up_top = top_up;
            case.rules.down_partners = partners;
            case.rules.within_prefecture = inside;
            case.rules.primary_own_area = own;
            case
        },
    )
}

proptest! {
    #[test]
    fn rules_equal_a_scan(case in any_case()) {
        let arcs = build_arcs(&case, &Silent);
        prop_assert!(arcs.unreachable.is_empty() || case.network.facilities.is_empty());
        prop_assert_eq!(arcs, scan(&case));
    }

    /// The same rules over a times table that has every pair but those of one facility, which is nobody's then.
    #[test]
    fn tables_equal_a_scan(mut case in any_case(), lost in 0..60_usize) {
        let n = &case.network;
        let lost = Place::Facility(FacilityId::new(lost % n.facilities.len()));
        let places: Vec<Place> = (0..n.settlements.len()).map(|i| Place::Settlement(SettlementId::new(i)))
            .chain((0..n.facilities.len()).map(|j| Place::Facility(FacilityId::new(j)))).collect();
        let mut entries = Vec::new();
        for (i, a) in places.iter().enumerate() {
            for b in places[..i].iter().filter(|b| *a != lost && **b != lost) {
                entries.push((*b, *a, case.travel.minutes_between(n, *b, *a).unwrap()));
            }
        }
        case.travel = Travel::Table(TimesTable::new(n.settlements.len(), n.facilities.len(), &entries).unwrap());
        let arcs = build_arcs(&case, &Silent);
        let plain = scan(&case);
        prop_assert_eq!((&arcs.first, &arcs.up, &arcs.down), (&plain.first, &plain.up, &plain.down));
        let reaches = |a: &Place| *a != lost;
        prop_assert!(arcs.first.iter().all(|a| reaches(&Place::Facility(a.facility))));
    }
}

#[test]
fn pairs_without_a_road_are_reported() {
    let at = |x: f64| Position { x, y: 0.0 };
    let site = |code: &str, tier, x| facility(code, tier, Some(0), Some(0), at(x));
    let mut case = case(
        Crs::PlanarKm,
        vec![area("a", false, "p")],
        vec![town("t", 0, at(0.0))],
        vec![settlement("near", 0, 0, at(0.0)), settlement("island", 0, 0, at(100.0))],
        vec![site("V", Tier::V, 1.0), site("T", Tier::T, 2.0), site("K", Tier::K, 101.0)],
    );
    let nodes = vec![at(0.0), at(1.0), at(2.0), at(100.0), at(101.0)];
    let road = |from, to| RoadEdge { from, to, km: 1.0, kmh: 60.0, oneway: false };
    let edges = [road(0, 1), road(1, 2), road(3, 4)];
    case.travel = Travel::Road(RoadGraph::new(Crs::PlanarKm, RoadParams::default(), nodes, &edges).unwrap());
    let arcs = build_arcs(&case, &Silent);
    let minutes = |s: usize| arcs.first_of(SettlementId::new(s)).1.iter().map(|a| (a.facility.0, a.minutes)).collect::<Vec<_>>();
    assert_eq!(minutes(0), [(0, 4.0), (1, 5.0)]);
    assert_eq!(minutes(1), [(2, 4.0)]);
    let lost = |s: usize, rank| Unreachable::Settlement { settlement: SettlementId::new(s), rank };
    let pair = |a: usize, b: usize| Unreachable::Referral { from: FacilityId::new(a), to: FacilityId::new(b) };
    assert_eq!(arcs.unreachable, [lost(0, 3), lost(1, 1), lost(1, 2), pair(1, 2), pair(2, 1)]);
    assert_eq!(arcs.up.len(), 1);

    // The same through lists.
    case.arcs = Some(ArcLists { first: vec![(0, 0), (0, 2)], up: vec![(1, 2), (0, 1)], down: vec![(2, 1)] });
    let arcs = build_arcs(&case, &Silent);
    assert_eq!(arcs.first_start, [0, 1, 1]);
    assert_eq!(arcs.unreachable, [lost(0, 3), pair(1, 2), pair(2, 1)]);
    assert_eq!(arcs.up.len(), 1);
}
