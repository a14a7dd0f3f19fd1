//! How few stations can do: the share asked for, and everybody whom a site can cover, each with what the prices in the plan prove.
//!
//! For any prices `y >= 0` of settlements that no kept station covers, those of the same sites together, weak duality gives
//!
//! ```text
//! everybody     sum_i y_i + sum_j min(0, 1 - sum_{i of j} y_i)                 rounded up in each part of the region that shares no site with another
//! D people      p D + sum_i min(0, y_i - p N_i) + sum_j min(0, 1 - sum_{i of j} y_i)                                              rounded up
//! ```
//!
//! stations beside the kept ones. Where leaving out the fewest people is already too many, everybody must be covered, and the first holds for the share.

use super::super::{Findings, facility, listed, number, once};
use super::float;
use super::people::Reach;
use crate::network::Case;
use crate::plan::reform::ReformPlan;
use crate::plan::reform::emergency::EmergencyAnswer;
use crate::policy::reform::Emergency;
use std::collections::{BTreeMap, BTreeSet};

/// Rounding that a bound of whole stations forgives.
const EPS: f64 = 1e-6;
/// People of a unit of the price of the share.
const THOUSAND: f64 = 1e3;

/// Settlements that the same sites cover: people, price for the share, price for everybody.
type Clients<'a> = BTreeMap<&'a [usize], [f64; 3]>;

pub(super) fn check(
    case: &Case,
    rules: &Emergency,
    plan: &ReformPlan,
    (a, reach): (&EmergencyAnswer, &Reach),
    stations: &[usize],
    found: &mut Findings,
) {
    let prices = a.reached.iter().flat_map(|r| [r.price, r.price_all]).chain([a.share_price]);
    if prices.into_iter().any(|y| !y.is_finite() || y < 0.0) {
        found.add("bounds", "prices", 0.0, 0.0, "A price is below zero or no number.");
        return;
    }
    let facilities = &case.network.facilities;
    // what must be kept stands among the candidates of someone or of nobody: it is counted where it may stand
    let kept: BTreeSet<usize> = stations.iter().copied().filter(|&j| rules.keep.contains(&facilities[j].code)).collect();
    let (mut clients, mut all, mut base) = (Clients::new(), 0.0, 0.0);
    for (row, (r, sites)) in a.reached.iter().zip(&reach.covers).enumerate() {
        let heads = float(reach.heads(case, row));
        all += heads;
        if sites.iter().any(|j| kept.contains(j)) {
            base += heads;
        } else if !sites.is_empty() {
            let sums = clients.entry(sites).or_default();
            *sums = [sums[0] + heads, sums[1] + r.price, sums[2] + r.price_all];
        }
    }
    let beside = number(kept.len());
    let everybody = beside + for_all(&clients);
    let total: f64 = clients.values().map(|c| c[0]).sum();
    let least = clients.values().map(|c| c[0]).fold(f64::INFINITY, f64::min);
    let need = rules.coverage * all - base;
    let proven = if need > total - least + EPS { everybody } else { beside + for_share(&clients, a.share_price, need.max(0.0)) };
    found.at_most("bounds", || "priced".into(), f64::from(a.priced), proven, 0.0, "The prices do not prove that many stations.");
    let at_most = plan.objective;
    found.at_most("bounds", || "priced".into(), f64::from(a.priced), at_most, 0.0, "More stations are said to be needed than there are.");
    covers_all(case, reach, a, &kept, found);
    let e = &a.everybody;
    found.at_most("bounds", || "everybody".into(), f64::from(e.priced), everybody, 0.0, "The prices do not prove that many stations.");
    let (fewest, there) = (f64::from(e.fewest), number(e.stations.len()));
    found.at_most("bounds", || "everybody".into(), fewest, there, 0.0, "More stations are said to be needed than there are.");
    found.at_most("bounds", || "everybody".into(), f64::from(e.priced), fewest, 0.0, "The prices prove more than is said.");
}

/// The stations for everybody may stand, hold the kept ones, and cover whoever can be covered.
fn covers_all(case: &Case, reach: &Reach, a: &EmergencyAnswer, kept: &BTreeSet<usize>, found: &mut Findings) {
    once(a.everybody.stations.iter().map(String::as_str), found);
    let mut open = BTreeSet::new();
    for code in &a.everybody.stations {
        let Some((j, _)) = facility(case, code, found) else { return };
        if !reach.candidates.contains(&j) {
            found.add("exist", code.as_str(), 0.0, 1.0, "No station may stand here.");
        }
        open.insert(j);
    }
    let codes = open.iter().map(|&j| case.network.facilities[j].code.as_str());
    listed("everybody", a.everybody.stations.iter().map(String::as_str), codes, found);
    for j in kept.iter().filter(|j| !open.contains(*j)) {
        found.add("limit", case.network.facilities[*j].code.as_str(), 0.0, 1.0, "A station that must be kept is missing for everybody.");
    }
    for (r, sites) in a.reached.iter().zip(&reach.covers) {
        if !sites.is_empty() && !sites.iter().any(|j| open.contains(j)) {
            found.add("limit", r.settlement.as_str(), 0.0, 1.0, "The stations for everybody do not cover the settlement.");
        }
    }
}

fn for_share(clients: &Clients<'_>, price: f64, need: f64) -> f64 {
    let mut rest: BTreeMap<usize, f64> = BTreeMap::new();
    let mut bound = price * need / THOUSAND;
    for (sites, [people, y, _]) in clients {
        bound += (y - price * people / THOUSAND).min(0.0);
        sites.iter().for_each(|&j| *rest.entry(j).or_insert(1.0) -= y);
    }
    (bound + rest.values().map(|r| r.min(0.0)).sum::<f64>() - EPS).ceil().max(0.0)
}

fn for_all(clients: &Clients<'_>) -> f64 {
    // parts of the region: every site names another of its part, one of them itself
    let mut part: BTreeMap<usize, usize> = clients.keys().flat_map(|sites| sites.iter().map(|&j| (j, j))).collect();
    fn first(part: &mut BTreeMap<usize, usize>, mut j: usize) -> usize {
        while part[&j] != j {
            let next = part[&part[&j]];
            part.insert(j, next);
            j = next;
        }
        j
    }
    for sites in clients.keys() {
        for &j in *sites {
            let (x, y) = (first(&mut part, sites[0]), first(&mut part, j));
            part.insert(x.max(y), x.min(y));
        }
    }
    let mut rest: BTreeMap<usize, f64> = part.keys().map(|&j| (j, 1.0)).collect();
    let mut bound: BTreeMap<usize, f64> = BTreeMap::new();
    for (sites, [_, _, y]) in clients {
        *bound.entry(first(&mut part, sites[0])).or_default() += y;
        for j in *sites {
            if let Some(r) = rest.get_mut(j) {
                *r -= y;
            }
        }
    }
    for (&j, r) in &rest {
        *bound.entry(first(&mut part, j)).or_default() += r.min(0.0);
    }
    bound.values().map(|b| (b - EPS).ceil().max(0.0)).sum()
}
