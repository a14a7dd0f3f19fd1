//! Pairs of neighbouring townships, held against the rule they are said to come from.

use super::super::neighbours::{hangs_together, natural, plane};
use super::{Findings, Known};
use crate::plan::reform::communities::{CommunitiesAnswer, NeighboursFrom};
use crate::policy::reform::communities::LONG_KM;
use crate::travel::Travel;
use crate::travel::metric::distance_km;
use std::collections::{BTreeMap, BTreeSet};

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
    // whether a pair may be one, and whether it must be one
    let sound: Box<dyn Fn(usize, usize) -> (bool, bool)> = match (from, &known.case.travel) {
        (NeighboursFrom::Delaunay, _) => {
            // far apart, a township of another county between them parts two townships, unless that takes the group apart
            let all = plane(network.crs, (0..network.towns.len()).map(position));
            let own = plane(network.crs, towns.iter().map(|&t| position(t)));
            let index: BTreeMap<usize, usize> = towns.iter().enumerate().map(|(n, &t)| (t, n)).collect();
            let among = move |a: usize, b: usize| match (index.get(&a), index.get(&b)) {
                (Some(&a), Some(&b)) => natural(&own, a, b),
                _ => (false, false),
            };
            let strict = move |a: usize, b: usize| {
                let (may, must) = among(a, b);
                let far = may && distance_km(network.crs, position(a), position(b)) > LONG_KM;
                let (may_all, must_all) = if far { natural(&all, a, b) } else { (true, true) };
                ((may && may_all, must && must_all), (may, must))
            };
            let apart = !hangs_together(towns, |a, b| strict(a, b).0.0);
            Box::new(move |a, b| if apart { strict(a, b).1 } else { strict(a, b).0 })
        }
        (NeighboursFrom::Nearest, _) => {
            let k = known.rules.nearest as usize;
            let rank = move |a: usize, b: usize| {
                let key = |t: usize| (distance_km(network.crs, position(a), position(t)), t);
                towns.iter().filter(|&&t| t != a && t != b).filter(|&&t| key(t).0.total_cmp(&key(b).0).then(t.cmp(&b)).is_lt()).count()
            };
            Box::new(move |a, b| {
                let near = rank(a, b) < k || rank(b, a) < k;
                (near, near)
            })
        }
        (NeighboursFrom::Road, Travel::Road(_)) => Box::new(|_, _| (true, false)),
        (NeighboursFrom::Road, _) => Box::new(|_, _| (false, false)),
    };
    for &(a, b) in all.iter().filter(|p| !bridges.contains(p)) {
        if !towns.contains(&a) || !towns.contains(&b) || !sound(a, b).0 {
            let place = format!("{} {}", network.towns[a].code, network.towns[b].code);
            found.add("communities-pairs", place, 1.0, 0.0, "These are no neighbours by the stated rule.");
        }
    }
    for (n, &a) in towns.iter().enumerate() {
        for &b in towns[n + 1..].iter().filter(|&&b| !all.contains(&(a, b)) && sound(a, b).1) {
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

pub(super) fn reach(from: usize, pairs: &[(usize, usize)], inside: impl Fn(usize) -> bool) -> usize {
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
    reached.len()
}
