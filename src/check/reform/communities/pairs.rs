//! Pairs of neighbouring townships, held against the rule they are said to come from.

use super::super::neighbours::{natural, plane};
use super::{Findings, Known};
use crate::plan::reform::communities::{CommunitiesAnswer, NeighboursFrom};
use crate::policy::reform::communities::BORDER_SHARE;
use crate::travel::Travel;
use crate::travel::metric::distance_km;
use std::collections::{BTreeMap, BTreeSet};

/// What the stated rule says of a pair.
struct Kin {
    /// It may be one.
    may: bool,
    /// It must be one.
    must: bool,
    /// It may be one only where it joins what would be apart without it.
    joins: bool,
}

/// The pairs of a group by position, verified against the rule they are said to come from.
pub(super) fn pairs(
    known: &Known<'_>,
    from: NeighboursFrom,
    g: usize,
    answer: &CommunitiesAnswer,
    towns: &[usize],
    found: &mut Findings,
) -> Vec<(usize, usize)> {
    let network = &known.case.network;
    let at = |code: &String| known.towns[code.as_str()];
    let both = |list: &[[String; 2]]| list.iter().map(|[a, b]| (at(a).min(at(b)), at(a).max(at(b)))).collect::<BTreeSet<_>>();
    let (all, bridges) = (both(&answer.groups[g].neighbours), both(&answer.groups[g].bridges));
    let position = |t: usize| network.towns[t].position;
    let all_plane = plane(network.crs, (0..network.towns.len()).map(position));
    let own_plane = plane(network.crs, towns.iter().map(|&t| position(t)));
    let index: BTreeMap<usize, usize> = towns.iter().enumerate().map(|(n, &t)| (t, n)).collect();
    let among = |a: usize, b: usize| match (index.get(&a), index.get(&b)) {
        (Some(&a), Some(&b)) => natural(&own_plane, a, b, BORDER_SHARE),
        _ => (false, false),
    };
    let sound: Box<dyn Fn(usize, usize) -> Kin> = match (from, &known.case.travel) {
        (NeighboursFrom::Delaunay, _) => Box::new(|a: usize, b: usize| {
            // a township of another county between them parts two townships, unless that takes the group apart
            let (may, must) = among(a, b);
            if answer.groups[g].across {
                return Kin { may, must, joins: false };
            }
            let (may_all, must_all) = if may { natural(&all_plane, a, b, BORDER_SHARE) } else { (false, false) };
            Kin { may, must: must && must_all, joins: may && !may_all }
        }),
        (NeighboursFrom::Nearest, _) => {
            let k = known.rules.nearest as usize;
            let rank = move |a: usize, b: usize| {
                let key = |t: usize| (distance_km(network.crs, position(a), position(t)), t);
                towns.iter().filter(|&&t| t != a && t != b).filter(|&&t| key(t).0.total_cmp(&key(b).0).then(t.cmp(&b)).is_lt()).count()
            };
            Box::new(move |a, b| {
                let near = rank(a, b) < k || rank(b, a) < k;
                Kin { may: near, must: near, joins: false }
            })
        }
        (NeighboursFrom::Road, Travel::Road(_)) => Box::new(|_, _| Kin { may: true, must: false, joins: false }),
        (NeighboursFrom::Road, _) => Box::new(|_, _| Kin { may: false, must: false, joins: false }),
    };
    for &(a, b) in all.iter().filter(|p| !bridges.contains(p)) {
        let place = || format!("{} {}", network.towns[a].code, network.towns[b].code);
        let kin = sound(a, b);
        if !towns.contains(&a) || !towns.contains(&b) || !kin.may {
            found.add("communities-pairs", place(), 1.0, 0.0, "These are no neighbours by the stated rule.");
        } else if kin.joins {
            let rest: Vec<(usize, usize)> = all.iter().copied().filter(|p| *p != (a, b)).collect();
            let here = reached(a, &rest, |t| towns.contains(&t));
            let km = distance_km(network.crs, position(a), position(b));
            let shorter = |c: usize, d: usize| distance_km(network.crs, position(c), position(d)) < km - 1e-9 && among(c, d).1;
            if here.contains(&b) {
                found.add(
                    "communities-pairs",
                    place(),
                    1.0,
                    0.0,
                    "A township of another county lies between these, and nothing needs the pair.",
                );
            } else if here.iter().any(|&c| towns.iter().any(|&d| !here.contains(&d) && shorter(c, d))) {
                found.add("communities-pairs", place(), km, 0.0, "A shorter pair would join what this one joins.");
            }
        }
    }
    for (n, &a) in towns.iter().enumerate() {
        for &b in towns[n + 1..].iter().filter(|&&b| !all.contains(&(a, b)) && sound(a, b).must) {
            let place = format!("{} {}", network.towns[a].code, network.towns[b].code);
            found.add("communities-pairs", place, 0.0, 1.0, "This pair is missing.");
        }
    }
    // bridges join what the others leave apart, so each of them is needed
    for bridge in &bridges {
        let rest: Vec<(usize, usize)> = all.iter().copied().filter(|p| p != bridge).collect();
        if !all.contains(bridge) || reach(towns[0], &rest, |t| towns.contains(&t)) == towns.len() {
            found.add("communities-pairs", network.towns[bridge.0].code.clone(), 1.0, 0.0, "A bridge that joins nothing.");
        }
    }
    all.into_iter().collect()
}

/// How many townships are reached from one.
pub(super) fn reach(from: usize, pairs: &[(usize, usize)], inside: impl Fn(usize) -> bool) -> usize {
    reached(from, pairs, inside).len()
}

fn reached(from: usize, pairs: &[(usize, usize)], inside: impl Fn(usize) -> bool) -> BTreeSet<usize> {
    let mut near: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for &(a, b) in pairs {
        near.entry(a).or_default().push(b);
        near.entry(b).or_default().push(a);
    }
    let mut reached = BTreeSet::from([from]);
    let mut queue = vec![from];
    while let Some(t) = queue.pop() {
        for &u in near.get(&t).into_iter().flatten() {
            if inside(u) && reached.insert(u) {
                queue.push(u);
            }
        }
    }
    reached
}
