//! Wards into the sub-counties of the census.
//!
//! A ward lies in one sub-county of the list. Where one of the census answers to it (by name or by [`crosswalk`](super::crosswalk)), the ward is its.
//! Where several do, wards are shared out: first those that bear a sub-county's name; each sub-county is to get wards in proportion to its people (at
//! least one), filled with the wards nearest to the middle of the facilities that bear its name; a sub-county that no facility is named after takes what lies
//! farthest from the others, and then what is nearest to that. All of this is *modelled*; people of sub-counties are not touched by it.

use super::crosswalk::{SUB_COUNTIES, key};
use super::tables::{CENSUS, Census, FACILITIES, Listed};
use crate::network::{Place, Problem, Problems, codes};
use crate::travel::metric::distance_km;
use crate::travel::{Crs, Position};
use std::collections::BTreeMap;

/// Shortest name, in letters, that is looked for inside other names.
const SHORTEST: usize = 4;

/// A ward.
#[derive(Debug, Clone, PartialEq)]
pub struct Ward {
    /// Name.
    pub name: String,
    /// County, by its order in the census.
    pub county: usize,
    /// Letters of the sub-county of the list.
    pub sub: String,
    /// Facilities in it, by position in the list.
    pub members: Vec<usize>,
    /// Sub-county of the census, by position.
    pub area: usize,
    /// Median of the places of its facilities.
    pub centre: Position,
    /// Whether none of its facilities has a place: the centre is then that of its sub-county (or county).
    pub unplaced: bool,
    /// Whether the area follows from names alone.
    pub by_name: bool,
}

/// Finds the wards and the area of each.
pub fn wards(census: &Census, list: &[Listed], problems: &mut Problems) -> Vec<Ward> {
    let mut by_code: BTreeMap<(usize, String, String, String), Vec<usize>> = BTreeMap::new();
    for (n, f) in list.iter().enumerate() {
        by_code.entry((f.county, key(&f.sub), f.ward.clone(), f.ward_id.clone())).or_default().push(n);
    }
    let nowhere = Position { x: f64::NAN, y: f64::NAN };
    let mut out: Vec<Ward> = by_code
        .into_iter()
        .map(|((county, sub, name, _), members)| {
            let centre = middle(members.iter().filter_map(|&m| list[m].at));
            let (unplaced, centre) = (centre.is_none(), centre.unwrap_or(nowhere));
            Ward { name, county, sub, members, area: usize::MAX, centre, unplaced, by_name: true }
        })
        .collect();
    place_unplaced(&mut out);
    let hosts = hosts(census, &out, problems);
    for component in components(census, &hosts) {
        share(census, list, &hosts, &component, &mut out);
    }
    for (n, s) in census.subs.iter().enumerate() {
        if !hosts[n].is_empty() && out.iter().all(|w| w.area != n) {
            let message = format!("{} gets no ward: the list has fewer wards there than the census has sub-counties", s.name);
            problems.push(Problem::new(&codes::NAME_UNKNOWN, Place::line(CENSUS, s.line), message).column("SubCounty").value(&s.name));
        }
    }
    let county = |w: &Ward| &census.counties[w.county];
    let mut said: Vec<(usize, &str)> = Vec::new();
    for w in out.iter().filter(|w| w.area == usize::MAX) {
        if !said.contains(&(w.county, w.sub.as_str())) {
            said.push((w.county, w.sub.as_str()));
            let first = &list[w.members[0]];
            let message = format!("no sub-county of the census in {} answers to {}", county(w), first.sub);
            let problem = Problem::new(&codes::NAME_UNKNOWN, Place::line(FACILITIES, first.line), message);
            problems.push(problem.column("sub_county_name").value(&first.sub));
        }
    }
    out
}

/// Wards without any place stand at the mean of the wards of their sub-county, else of their county, else of all.
fn place_unplaced(wards: &mut [Ward]) {
    let placed: Vec<(usize, String, Position)> =
        wards.iter().filter(|w| !w.unplaced).map(|w| (w.county, w.sub.clone(), w.centre)).collect();
    for w in wards.iter_mut().filter(|w| w.unplaced) {
        let near = mean(placed.iter().filter(|p| p.0 == w.county && p.1 == w.sub).map(|p| p.2))
            .or_else(|| mean(placed.iter().filter(|p| p.0 == w.county).map(|p| p.2)))
            .or_else(|| mean(placed.iter().map(|p| p.2)));
        // a list without a single place: the middle of the country stands in, and the case warns of every row
        w.centre = near.unwrap_or(Position { x: 37.9, y: 0.2 });
    }
}

fn middle(points: impl Iterator<Item = Position>) -> Option<Position> {
    let (mut x, mut y): (Vec<f64>, Vec<f64>) = points.map(|p| (p.x, p.y)).unzip();
    if x.is_empty() {
        return None;
    }
    x.sort_unstable_by(f64::total_cmp);
    y.sort_unstable_by(f64::total_cmp);
    let at = |v: &[f64]| 0.5 * (v[(v.len() - 1) / 2] + v[v.len() / 2]);
    Some(Position { x: at(&x), y: at(&y) })
}

fn mean(points: impl Iterator<Item = Position>) -> Option<Position> {
    let (mut n, mut x, mut y) = (0.0, 0.0, 0.0);
    points.for_each(|p| (n, x, y) = (n + 1.0, x + p.x, y + p.y));
    (n > 0.0).then(|| Position { x: x / n, y: y / n })
}

/// Sub-counties of the list that each one of the census lies in, as letters.
fn hosts(census: &Census, wards: &[Ward], problems: &mut Problems) -> Vec<Vec<String>> {
    census
        .subs
        .iter()
        .map(|s| {
            let county = &census.counties[s.county];
            let there = |sub: &String| wards.iter().any(|w| w.county == s.county && w.sub == *sub);
            let row = SUB_COUNTIES.iter().find(|r| key(r.0) == key(county) && key(r.1) == key(&s.name));
            let names: Vec<String> = row.map_or_else(|| vec![key(&s.name)], |r| r.2.split(';').map(key).collect());
            let names: Vec<String> = names.into_iter().filter(there).collect();
            if names.is_empty() {
                let message = format!("the facility list has no sub-county of {county} that answers to {}", s.name);
                let remedy = "add a row to the table of names that differ, or correct the spelling";
                let problem = Problem::new(&codes::NAME_UNKNOWN, Place::line(CENSUS, s.line), message).column("SubCounty").value(&s.name);
                problems.push(problem.remedy(remedy));
            }
            names
        })
        .collect()
}

/// Sub-counties of the census that hang together by the sub-counties of the list they lie in.
fn components(census: &Census, hosts: &[Vec<String>]) -> Vec<Vec<usize>> {
    let mut label: Vec<usize> = (0..hosts.len()).collect();
    let mut owner: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for (n, names) in hosts.iter().enumerate() {
        for name in names {
            let first = *owner.entry((census.subs[n].county, name.as_str())).or_insert(n);
            let (a, b) = (label[first], label[n]);
            label.iter_mut().filter(|l| **l == a.max(b)).for_each(|l| *l = a.min(b));
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    label.iter().enumerate().for_each(|(n, l)| groups.entry(*l).or_default().push(n));
    groups.into_values().collect()
}

/// Gives the wards of one component to its areas.
fn share(census: &Census, list: &[Listed], hosts: &[Vec<String>], areas: &[usize], wards: &mut [Ward]) {
    let county = census.subs[areas[0]].county;
    let may = |a: usize, w: &Ward| w.county == county && hosts[a].contains(&w.sub);
    let mine: Vec<usize> = (0..wards.len()).filter(|&w| areas.iter().any(|&a| may(a, &wards[w]))).collect();
    if let [only] = areas {
        mine.iter().for_each(|&w| wards[w].area = *only);
        return;
    }
    let names: Vec<String> = areas.iter().map(|&a| key(&census.subs[a].name)).collect();
    for &w in &mine {
        let ward = key(&wards[w].name);
        let best = (0..areas.len())
            .filter(|&n| names[n].len() >= SHORTEST && ward.contains(&names[n]) && may(areas[n], &wards[w]))
            .max_by_key(|&n| (names[n].len(), std::cmp::Reverse(n)));
        if let Some(n) = best {
            wards[w].area = areas[n];
        }
    }
    mine.iter().for_each(|&w| wards[w].by_name = wards[w].area != usize::MAX);
    let people: Vec<f64> = areas.iter().map(|&a| census.subs[a].people as f64).collect();
    let quota = super::apportion(mine.len() as u64, &people, u64::from(mine.len() >= areas.len()));
    let has = |n: usize, wards: &[Ward]| mine.iter().filter(|&&w| wards[w].area == areas[n]).count() as u64;
    let km = |a: Position, b: Position| distance_km(Crs::Wgs84, a, b);

    // the nearest wards to where the name is borne
    let centres: Vec<Option<Position>> = (0..areas.len())
        .map(|n| {
            let bears = |w: &usize| {
                let own = wards[*w].area == areas[n];
                let members = wards[*w].members.iter().filter(|&&m| names[n].len() >= SHORTEST && key(&list[m].name).contains(&names[n]));
                let places: Vec<Position> = members.filter_map(|&m| list[m].at).chain(own.then_some(wards[*w].centre)).collect();
                places
            };
            mean(mine.iter().filter(|&&w| may(areas[n], &wards[w])).flat_map(bears))
        })
        .collect();
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (n, centre) in centres.iter().enumerate() {
        let Some(centre) = centre else { continue };
        for &w in mine.iter().filter(|&&w| wards[w].area == usize::MAX && may(areas[n], &wards[w])) {
            pairs.push((km(*centre, wards[w].centre), n, w));
        }
    }
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    for (_, n, w) in pairs {
        if wards[w].area == usize::MAX && has(n, wards) < quota[n] {
            wards[w].area = areas[n];
        }
    }
    // those nobody is named after: far from the others first, then what is near
    for n in 0..areas.len() {
        while has(n, wards) < quota[n] {
            let free = || mine.iter().copied().filter(|&w| wards[w].area == usize::MAX && may(areas[n], &wards[w]));
            let of = |own: bool| {
                mean(mine.iter().filter(|&&w| wards[w].area != usize::MAX && (wards[w].area == areas[n]) == own).map(|&w| wards[w].centre))
            };
            let next = match (of(true), of(false)) {
                (Some(own), _) => free().min_by(|&a, &b| km(own, wards[a].centre).total_cmp(&km(own, wards[b].centre)).then(a.cmp(&b))),
                (None, Some(other)) => {
                    free().max_by(|&a, &b| km(other, wards[a].centre).total_cmp(&km(other, wards[b].centre)).then(b.cmp(&a)))
                }
                (None, None) => free().next(),
            };
            let Some(w) = next else { break };
            wards[w].area = areas[n];
        }
    }
    // what no quota took: to the area with most people a ward
    for &w in &mine {
        if wards[w].area == usize::MAX {
            let load = |n: usize| people[n] / (has(n, wards) as f64 + 1.0);
            let best = (0..areas.len()).filter(|&n| may(areas[n], &wards[w])).max_by(|&a, &b| load(a).total_cmp(&load(b)).then(b.cmp(&a)));
            if let Some(n) = best {
                wards[w].area = areas[n];
            }
        }
    }
}
