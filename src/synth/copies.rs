//! Linked copies of a case: the yardstick for solving a province by prefectures.

use crate::ids::{AreaId, FacilityId, SettlementId, TownId};
use crate::network::{ArcLists, Area, Case, Evidence, Facility, Network, Provenance, Settlement, Township};
use crate::travel::{Place, TimesTable, Travel};
use crate::units::{Beds, Fte, Yuan};

/// `n` copies of everything in a case up to its city hospitals, which share its provincial, regional and national centres; those
/// keep the share this region may use and get `n` times the beds, staff and budget. Codes of copy c start with `c-`.
///
/// The copies lie on top of each other, each as a prefecture (or prefectures) of its own, and
/// [`within_prefecture`](crate::network::ArcRules::within_prefecture) is set, so that copies meet at the shared centres only. Exact
/// arc lists and a times table are copied with the rest. A plan for the copies therefore costs at most `n` times a plan for the
/// original, and exactly that at an optimum, because the copies are alike and the problem is convex.
#[must_use]
pub fn linked_copies(case: &Case, n: usize) -> Case {
    let old = &case.network;
    let shared = |f: &Facility| f.rank() >= 5;
    let own: Vec<usize> = (0..old.facilities.len()).filter(|j| !shared(&old.facilities[*j])).collect();
    // New position of facility j in copy c: the own ones copy by copy, then the shared ones.
    let rank_among = {
        let (mut owns, mut shares) = (0, 0);
        old.facilities.iter().map(|f| if shared(f) { post(&mut shares) } else { post(&mut owns) }).collect::<Vec<usize>>()
    };
    let facility = |c: usize, j: usize| {
        FacilityId::new(if shared(&old.facilities[j]) { n * own.len() + rank_among[j] } else { c * own.len() + rank_among[j] })
    };
    let settlement = |c: usize, i: usize| SettlementId::new(c * old.settlements.len() + i);

    let mut network = Network { areas: Vec::new(), towns: Vec::new(), settlements: Vec::new(), facilities: Vec::new(), ..old.clone() };
    for c in 0..n {
        let area = |id: AreaId| AreaId::new(c * old.areas.len() + id.index());
        let town = |id: TownId| TownId::new(c * old.towns.len() + id.index());
        let code = |code: &str| format!("{}-{code}", c + 1);
        network.areas.extend(old.areas.iter().map(|a| Area {
            code: code(&a.code),
            prefecture: Some(code(a.prefecture.as_deref().unwrap_or_default())),
            ..a.clone()
        }));
        network.towns.extend(old.towns.iter().map(|t| Township { code: code(&t.code), area: area(t.area), ..t.clone() }));
        network.settlements.extend(old.settlements.iter().map(|s| Settlement {
            code: code(&s.code),
            area: area(s.area),
            town: town(s.town),
            ..s.clone()
        }));
        network.facilities.extend(own.iter().map(|j| &old.facilities[*j]).map(|f| Facility {
            code: code(&f.code),
            area: f.area.map(area),
            town: f.town.map(town),
            ..f.clone()
        }));
    }
    network.facilities.extend(old.facilities.iter().filter(|f| shared(f)).map(|f| enlarged(f, n)));
    network.provenance.push(Provenance {
        table: "facilities".into(),
        column: "beds".into(),
        evidence: Evidence::Modelled,
        rule: format!("{n} linked copies of one case; provincial, regional and national centres {n} times as large"),
        source: "made by fenji to measure with".into(),
        rule_zh: Some(format!("同一案例的 {n} 个相连副本；省级、区域和国家中心放大为 {n} 倍")),
        source_zh: Some("由 fenji 为测量而制作".into()),
    });

    let mut rules = case.rules;
    rules.within_prefecture = true;
    let travel = match &case.travel {
        Travel::Table(table) => Travel::Table(copied_times(table, n, &network, settlement, facility)),
        other => other.clone(),
    };
    let arcs = case.arcs.as_ref().map(|lists| {
        let pairs = |list: &[(u32, u32)], from: &dyn Fn(usize, usize) -> u32| {
            let copies = (0..n).flat_map(|c| list.iter().map(move |p| (c, *p)));
            let mut all: Vec<(u32, u32)> = copies.map(|(c, (a, b))| (from(c, a as usize), facility(c, b as usize).0)).collect();
            all.sort_unstable();
            all.dedup(); // arcs between shared centres come once
            all
        };
        ArcLists {
            first: pairs(&lists.first, &|c, i| settlement(c, i).0),
            up: pairs(&lists.up, &|c, j| facility(c, j).0),
            down: pairs(&lists.down, &|c, j| facility(c, j).0),
        }
    });
    Case { network, travel, rules, arcs, policy: case.policy.clone(), observed: case.observed }
}

/// The count before it is raised.
fn post(count: &mut usize) -> usize {
    *count += 1;
    *count - 1
}

fn enlarged(f: &Facility, n: usize) -> Facility {
    let times = u32::try_from(n).unwrap_or(u32::MAX);
    let fte = |v: Fte| Fte(v.0 * n as f64);
    Facility {
        beds: Beds(f.beds.0.saturating_mul(times)),
        icu: Beds(f.icu.0.saturating_mul(times)),
        doctors: fte(f.doctors),
        gps: fte(f.gps),
        nurses: fte(f.nurses),
        budget: f.budget.map(|b| Yuan(b.0 * n as f64)),
        ..f.clone()
    }
}

/// The table for each copy; places of different copies are not joined.
fn copied_times(
    table: &TimesTable,
    n: usize,
    network: &Network,
    settlement: impl Fn(usize, usize) -> SettlementId,
    facility: impl Fn(usize, usize) -> FacilityId,
) -> TimesTable {
    let place = |c: usize, p: Place| match p {
        Place::Settlement(s) => Place::Settlement(settlement(c, s.index())),
        Place::Facility(f) => Place::Facility(facility(c, f.index())),
    };
    let mut entries: Vec<(Place, Place, f64)> =
        (0..n).flat_map(|c| table.entries().map(move |e| (c, e))).map(|(c, (a, b, m))| (place(c, a), place(c, b), m)).collect();
    entries.sort_by_key(|e| (e.0, e.1));
    entries.dedup_by_key(|e| (e.0, e.1)); // pairs of shared centres come once
    // A valid table copied place by place stays valid.
    TimesTable::new(network.settlements.len(), network.facilities.len(), &entries).unwrap_or_default()
}
