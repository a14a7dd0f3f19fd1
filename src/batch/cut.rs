//! Sub-cases: every county or prefecture of a case as a case of its own.
//!
//! A part holds the areas of its group with their townships, settlements and facilities, and of the hospitals above the county (rank 4 and
//! up) all that the group may refer to, wherever they stand. These are shared: of each, the part may use what it could use in the whole case,
//! times the people of the group over the people of all areas that may refer to it. So over all parts nothing is used twice and nothing is
//! lost. Whoever crosses the line of the group below that rank (a township beside a county border, say) does so no longer: that is what
//! a part leaves out, and the provenance of the part says so.
//!
//! A city hospital needs an area: those from outside stand in an area without people, one for each prefecture they come from.
//!
//! Cost: one pass over the arcs of the whole case for all parts, then O(rows) for each part.

use super::spec::Every;
use crate::ids::{AreaId, FacilityId, SettlementId, TownId};
use crate::network::area::OUTSIDE;
use crate::network::{Arcs, Area, Case, Evidence, Facility, Network, Provenance};
use crate::travel::{Place, TimesTable, Travel};
use std::collections::{BTreeMap, BTreeSet};

/// Hospitals from this rank on are shared between parts.
const SHARED_RANK: u8 = 4;

/// A group of areas that becomes a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Code of the area or prefecture.
    pub code: String,
    /// Name for people.
    pub name: String,
    /// Name in Latin letters.
    pub name_en: Option<String>,
    /// Areas, in table order.
    pub areas: Vec<AreaId>,
}

/// The groups of a case with people in them, in the order of their first area.
///
/// # Errors
/// Codes of areas without a prefecture, where prefectures are asked for.
pub fn groups(network: &Network, every: Every) -> Result<Vec<Group>, Vec<String>> {
    let people: BTreeSet<AreaId> = network.settlements.iter().filter(|s| s.population.0 > 0).map(|s| s.area).collect();
    let peopled = network.areas.iter().enumerate().map(|(a, area)| (AreaId::new(a), area)).filter(|(a, _)| people.contains(a));
    let mut out: Vec<Group> = Vec::new();
    let mut homeless = Vec::new();
    for (a, area) in peopled {
        match (every, &area.prefecture) {
            (Every::Area, _) => {
                out.push(Group { code: area.code.clone(), name: area.name.clone(), name_en: area.name_en.clone(), areas: vec![a] });
            }
            (Every::Prefecture, Some(code)) => match out.iter_mut().find(|g| &g.code == code) {
                Some(group) => group.areas.push(a),
                None => out.push(Group { code: code.clone(), name: code.clone(), name_en: None, areas: vec![a] }),
            },
            (Every::Prefecture, None) => homeless.push(area.code.clone()),
        }
    }
    if homeless.is_empty() { Ok(out) } else { Err(homeless) }
}

/// People of the areas that may refer to each facility: those whose settlements go there first, and those whose facilities refer to it, over
/// any number of steps.
#[derive(Debug, Clone)]
pub struct Reach {
    areas: Vec<BTreeSet<AreaId>>,
    people: Vec<u64>,
}

impl Reach {
    /// Follows the arcs of a case upwards. O(arcs x areas) at worst.
    #[must_use]
    pub fn of(network: &Network, arcs: &Arcs) -> Self {
        let people: Vec<u64> = (0..network.areas.len()).map(|a| network.area_population(AreaId::new(a)).0).collect();
        let mut areas: Vec<BTreeSet<AreaId>> = vec![BTreeSet::new(); network.facilities.len()];
        for (f, set) in network.facilities.iter().zip(&mut areas) {
            set.extend(f.area.filter(|a| people[a.index()] > 0));
        }
        for (i, s) in network.settlements.iter().enumerate().filter(|(_, s)| s.population.0 > 0) {
            for arc in arcs.first_of(SettlementId::new(i)).1 {
                areas[arc.facility.index()].insert(s.area);
            }
        }
        // Up arcs rise in rank: by rank of the sender every set is complete before it is handed on.
        let mut up: Vec<(FacilityId, FacilityId)> = arcs.up.iter().map(|a| (a.from, a.to)).collect();
        up.sort_by_key(|(from, to)| (network.facility(*from).rank(), *from, *to));
        for (from, to) in up {
            let below = areas[from.index()].clone();
            areas[to.index()].extend(below);
        }
        Self { areas, people }
    }

    /// Whether anybody of a group may get to a facility.
    fn reaches(&self, facility: usize, group: &Group) -> bool {
        group.areas.iter().any(|a| self.areas[facility].contains(a))
    }

    /// Share of a group in the people who may get to a facility, 0 to 1.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // people of a case stay below 2^53
    pub fn share(&self, facility: usize, group: &Group) -> f64 {
        let all: u64 = self.areas[facility].iter().map(|a| self.people[a.index()]).sum();
        let own: u64 = group.areas.iter().filter(|a| self.areas[facility].contains(a)).map(|a| self.people[a.index()]).sum();
        if all == 0 { 0.0 } else { own as f64 / all as f64 }
    }
}

/// The part of a case that a group is.
#[must_use]
pub fn cut(case: &Case, name_en: Option<&str>, reach: &Reach, group: &Group) -> (Case, Option<String>) {
    let n = &case.network;
    let own: BTreeSet<AreaId> = group.areas.iter().copied().collect();
    let mut areas: Vec<Area> = group.areas.iter().map(|a| n.area(*a).clone()).collect();
    let area_of: BTreeMap<AreaId, AreaId> = group.areas.iter().enumerate().map(|(k, a)| (*a, AreaId::new(k))).collect();
    let towns_kept = kept(n.towns.len(), |t| own.contains(&n.towns[t].area));
    let settlements_kept = kept(n.settlements.len(), |i| own.contains(&n.settlements[i].area));
    let inside = |f: &Facility| f.area.is_some_and(|a| own.contains(&a));
    let facilities_kept =
        kept(n.facilities.len(), |j| inside(&n.facilities[j]) || (n.facilities[j].rank() >= SHARED_RANK && reach.reaches(j, group)));
    let towns = picked(&towns_kept, |t| {
        let mut town = n.towns[t].clone();
        town.area = area_of[&town.area];
        town
    });
    let settlements = picked(&settlements_kept, |i| {
        let mut s = n.settlements[i].clone();
        s.area = area_of[&s.area];
        s.town = TownId::new(towns_kept[s.town.index()].unwrap_or_default());
        s
    });
    let mut elsewhere: BTreeMap<Option<String>, AreaId> = BTreeMap::new();
    let facilities = picked(&facilities_kept, |j| {
        let mut f = n.facilities[j].clone();
        if f.rank() >= SHARED_RANK {
            f.avail *= reach.share(j, group);
        }
        f.town = f.town.and_then(|t| towns_kept[t.index()]).map(TownId::new);
        f.area = f.area.map(|a| match area_of.get(&a) {
            Some(a) => *a,
            None => *elsewhere.entry(n.area(a).prefecture.clone()).or_insert_with_key(|prefecture| {
                areas.push(outside(n.area(a), prefecture.as_deref()));
                AreaId::new(areas.len() - 1)
            }),
        });
        f
    });
    let title = format!("{} · {}", n.name, group.name);
    let title_en = name_en.map(|t| format!("{t}: {}", group.name_en.as_deref().unwrap_or(&group.code)));
    let network = Network {
        name: title,
        year: n.year,
        crs: n.crs,
        areas,
        towns,
        settlements,
        facilities,
        classes: n.classes.clone(),
        tiers: n.tiers,
        provenance: provenance(n, group),
    };
    let travel = match &case.travel {
        Travel::Table(times) => Travel::Table(times_of(times, &settlements_kept, &facilities_kept)),
        other => other.clone(),
    };
    let arcs = case.arcs.as_ref().map(|lists| {
        let two = |list: &[(u32, u32)], from: &[Option<usize>]| {
            list.iter().filter_map(|&(a, b)| Some((whole(from[a as usize]?), whole(facilities_kept[b as usize]?)))).collect()
        };
        crate::network::ArcLists {
            first: two(&lists.first, &settlements_kept),
            up: two(&lists.up, &facilities_kept),
            down: two(&lists.down, &facilities_kept),
        }
    });
    let part = Case { network, travel, rules: case.rules, arcs, policy: case.policy.clone(), observed: case.observed };
    (part, title_en)
}

/// New position of each row that is kept.
fn kept(rows: usize, keep: impl Fn(usize) -> bool) -> Vec<Option<usize>> {
    let mut next = 0;
    (0..rows)
        .map(|n| {
            keep(n).then(|| {
                next += 1;
                next - 1
            })
        })
        .collect()
}

fn picked<T>(kept: &[Option<usize>], mut row: impl FnMut(usize) -> T) -> Vec<T> {
    (0..kept.len()).filter(|n| kept[*n].is_some()).map(&mut row).collect()
}

#[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
fn whole(n: usize) -> u32 {
    n as u32
}

/// Where city hospitals of other counties stand: an area without people.
fn outside(like: &Area, prefecture: Option<&str>) -> Area {
    Area {
        code: format!("{OUTSIDE}{}", prefecture.map_or_else(String::new, |p| format!("-{p}"))),
        name: prefecture.map_or_else(|| "区外".to_owned(), |p| format!("区外（{p}）")),
        name_en: Some(prefecture.map_or_else(|| "Outside".to_owned(), |p| format!("Outside ({p})"))),
        urban: true,
        prefecture: prefecture.map(str::to_owned),
        area_km2: None,
        enrol_rate: like.enrol_rate,
        fund_per_head: like.fund_per_head,
        evidence: Evidence::Modelled,
    }
}

fn times_of(times: &TimesTable, settlements: &[Option<usize>], facilities: &[Option<usize>]) -> TimesTable {
    let place = |p: Place| match p {
        Place::Settlement(i) => settlements[i.index()].map(|n| Place::Settlement(SettlementId::new(n))),
        Place::Facility(j) => facilities[j.index()].map(|n| Place::Facility(FacilityId::new(n))),
    };
    let entries: Vec<(Place, Place, f64)> = times.entries().filter_map(|(a, b, m)| Some((place(a)?, place(b)?, m))).collect();
    let count = |kept: &[Option<usize>]| kept.iter().flatten().count();
    // A part of a valid table is valid.
    TimesTable::new(count(settlements), count(facilities), &entries).unwrap_or_default()
}

/// What was done, beside what the whole case says of its numbers.
fn provenance(n: &Network, group: &Group) -> Vec<Provenance> {
    let names: Vec<&str> = group.areas.iter().map(|a| n.area(*a).code.as_str()).collect();
    let old = n.provenance.iter().find(|p| p.table == "facilities" && (p.column == "avail" || p.column == "*"));
    let mut out: Vec<Provenance> = n.provenance.iter().filter(|p| !(p.table == "facilities" && p.column == "avail")).cloned().collect();
    out.push(Provenance {
        table: "facilities".into(),
        column: "avail".into(),
        evidence: Evidence::Modelled,
        rule: format!(
            "Cut out of the case \"{}\" for {} (areas {}): of each hospital above the county that it may refer to, the value of the whole case times the people of the part over the people of all areas that may refer to the hospital{}",
            n.name,
            group.code,
            names.join(", "),
            old.map_or_else(String::new, |p| format!("; in the whole case: {}", p.rule))
        ),
        source: old.map_or_else(String::new, |p| p.source.clone()),
        rule_zh: Some(format!(
            "自“{}”中切出 {}（{}）：凡可转诊到的县级以上医院，可用份额为全案例的份额乘以本部分人口占可转诊到该院各地区人口之比",
            n.name,
            group.code,
            names.join("、")
        )),
        source_zh: old.and_then(|p| p.source_zh.clone()),
    });
    out.push(Provenance {
        table: "areas".into(),
        column: "part".into(),
        evidence: Evidence::Modelled,
        rule: format!(
            "One part of the case \"{}\": its own areas; hospitals above the county that stand in others are kept in areas without people named outside. First contact and referral below rank {SHARED_RANK} across the line of the part are left out",
            n.name
        ),
        source: String::new(),
        rule_zh: Some(format!("“{}”的一部分：仅本部分各地区；位于其他地区的县级以上医院置于无人口的“区外”。四级以下跨界就诊与转诊不计", n.name)),
        source_zh: None,
    });
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::network::arc_rules::build_arcs;
    use crate::outcome::Silent;
    use crate::synth::{SynthParams, generate};

    fn whole_case() -> (Case, Reach) {
        let params = SynthParams { seed: 3, prefectures: 2, counties: 2, towns: 12, settlements: 40, ..SynthParams::default() };
        let case = generate(&params).unwrap();
        let arcs = build_arcs(&case, &Silent);
        let reach = Reach::of(&case.network, &arcs);
        (case, reach)
    }

    #[test]
    fn parts_sum_to_the_whole_and_are_valid_cases() {
        let (case, reach) = whole_case();
        for every in [Every::Area, Every::Prefecture] {
            let groups = groups(&case.network, every).unwrap();
            let parts: Vec<Case> = groups.iter().map(|g| cut(&case, Some("Whole"), &reach, g).0).collect();
            assert!(parts.len() >= 2, "{every:?}");
            let people: u64 = parts.iter().map(|p| p.network.population().0).sum();
            assert_eq!(people, case.network.population().0, "{every:?}: everybody lives in one part");
            for f in &case.network.facilities {
                let used: Vec<f64> =
                    parts.iter().flat_map(|p| p.network.facilities.iter().filter(|x| x.code == f.code)).map(|x| x.avail).collect();
                let sum: f64 = used.iter().sum();
                assert!((sum - f.avail).abs() < 1e-9, "{every:?} {}: {sum} of {}", f.code, f.avail);
                assert!(f.rank() >= SHARED_RANK || used.len() == 1, "{} is shared", f.code);
            }
            let dir = tempfile::tempdir().unwrap();
            for (n, part) in parts.iter().enumerate() {
                let folder = dir.path().join(n.to_string());
                crate::io::write_case(part, &crate::io::Extras::default(), &folder, false).unwrap();
                let read = crate::io::read_case(&folder).unwrap();
                assert!(read.case.network.provenance.iter().any(|p| p.column == "avail" && p.rule.contains("Cut out of")));
                assert_eq!(read.case.network, part.network);
            }
        }
    }

    #[test]
    fn shares_are_those_of_people_who_may_refer() {
        let (case, reach) = whole_case();
        let n = &case.network;
        let groups = groups(n, Every::Area).unwrap();
        // everybody may go to the provincial centres
        let all = n.population().0 as f64;
        for j in (0..n.facilities.len()).filter(|&j| n.facilities[j].area.is_none()) {
            for g in &groups {
                let own: u64 = g.areas.iter().map(|a| n.area_population(*a).0).sum();
                assert!((reach.share(j, g) - own as f64 / all).abs() < 1e-12);
            }
        }
    }
}
