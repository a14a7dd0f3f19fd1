//! Centres: as many as asked, where they may stand, hosted within limits; means, shares and links worked out again.
//!
//! The bounds of national and regional nets are worked out again from their prices, those of all nets of a level together from prices and fees.
//! Those of provinces are of a branch and bound and cannot be
//! told from a plan alone: they are only held against the values. The dealing of specialties inside a province is looked at in `dealt`, its bound
//! worked out again from its fees.

mod dealt;

use super::{Findings, VALUE, facility, once};
use crate::demand::Problem;
use crate::ids::{FacilityId, SettlementId};
use crate::network::{Case, Tier};
use crate::plan::reform::ReformPlan;
use crate::plan::reform::centres::{CentresAnswer, Level, Net};
use crate::travel::Place;
use std::collections::{BTreeMap, BTreeSet};

#[allow(clippy::cast_precision_loss)] // counts and people are far below 2^53
fn float(n: u64) -> f64 {
    n as f64
}

pub(super) fn check(case: &Case, problem: &Problem, plan: &ReformPlan, a: &CentresAnswer, found: &mut Findings) {
    let rules = plan.scenario.reform.clone().unwrap_or_default().centres;
    let n = &case.network;
    let kinds = problem.classes.len();
    let cases: Vec<f64> = (0..n.settlements.len())
        .map(|i| problem.classes.iter().enumerate().filter(|(_, k)| k.lowest_rank == 5).map(|(k, _)| problem.demand[i * kinds + k]).sum())
        .collect();
    let province = |code: &str| code.chars().take(rules.province_digits as usize).collect::<String>();
    let mut people: BTreeMap<String, u64> = BTreeMap::new();
    for s in &n.settlements {
        *people.entry(province(&n.area(s.area).code)).or_default() += s.population.0;
    }
    let mut asked: Vec<(Level, String, u32)> = people
        .iter()
        .map(|(key, heads)| (Level::Provincial, key.clone(), (float(*heads) / rules.people_per_provincial).round().max(1.0) as u32))
        .collect();
    asked.extend(rules.specialties.iter().map(|s| (Level::Regional, s.name.clone(), s.regional)));
    asked.extend(rules.specialties.iter().map(|s| (Level::National, s.name.clone(), s.national)));
    if asked.len() != a.nets.len() || asked.iter().zip(&a.nets).any(|(q, net)| q.0 != net.level || q.1 != net.of) {
        found.add(
            "names",
            "nets",
            float(a.nets.len() as u64),
            float(asked.len() as u64),
            "The nets are not those asked for, in their order.",
        );
        return;
    }
    let mut hosts: BTreeMap<(Level, &str), u32> = BTreeMap::new();
    let (mut value, mut bound) = (0.0, 0.0);
    let all: f64 = cases.iter().sum();
    let mut provincial = [0.0; 2];
    for ((level, of, count), net) in asked.iter().zip(&a.nets) {
        let at = || format!("{level:?} {of}");
        once(net.sites.iter().map(String::as_str), found);
        found.equal("limit", at, float(net.sites.len() as u64), f64::from(*count), 0.0, "The net has not as many centres as asked.");
        let tiers = if *level == Level::National { &rules.national_tiers } else { &rules.regional_tiers };
        let mut sites = Vec::new();
        for code in &net.sites {
            let Some((j, f)) = facility(case, code, found) else { return };
            let home = f.area.map_or_else(|| province(&f.code), |x| province(&n.area(x).code));
            if !f.siting.exist || !tiers.contains(&f.tier) || (*level == Level::Provincial && home != *of) {
                found.add("exist", code.as_str(), 0.0, 1.0, "No centre of this net may stand here.");
            }
            *hosts.entry((*level, code)).or_default() += 1;
            sites.push(j);
        }
        let here: Vec<usize> =
            (0..cases.len()).filter(|&i| *level != Level::Provincial || province(&n.area(n.settlements[i].area).code) == *of).collect();
        let reach = reached(case, &cases, &here, &sites);
        let size = VALUE * reach.minutes.max(1.0);
        found.equal("value", at, net.cases, reach.cases, VALUE * reach.cases.max(1.0), "The net is there for another number of cases.");
        found.equal("value", at, net.minutes, reach.minutes, size, "The mean way is not as long.");
        found.at_most("bounds", at, net.least, net.minutes, size, "The bound of the net is above its value.");
        if *level != Level::Provincial {
            let proven = proven(case, &cases, tiers, (&net.prices, &BTreeMap::new()), *count as usize) / reach.cases.max(1e-12);
            found.at_most("bounds", at, net.least, proven.max(0.0), size, "The prices do not prove so much.");
        }
        #[allow(clippy::needless_range_loop)] // one position in several tables
        for k in 0..2 {
            found.equal("value", at, net.within[k], reach.within[k], VALUE, "The share within reach is another.");
            if *level == Level::Provincial {
                provincial[k] += reach.cases * reach.within[k] / all;
            }
        }
        let weight = if *level == Level::Provincial { reach.cases / all } else { 1.0 };
        value += weight * net.minutes;
        if *level == Level::Provincial {
            bound += weight * net.least;
        }
    }
    bound += together(case, &cases, plan, a, found);
    for ((level, code), n) in hosts {
        let most = match level {
            Level::National => rules.most_national,
            Level::Regional => rules.most_regional,
            Level::Provincial => 1,
        };
        found.at_most("limit", || code.to_owned(), f64::from(n), f64::from(most), 0.0, "The site hosts more centres than it may.");
    }
    #[allow(clippy::needless_range_loop)] // one position in several tables
    for k in 0..2 {
        found.equal(
            "value",
            || "provinces".into(),
            a.provincial_within[k],
            provincial[k],
            VALUE,
            "The share within reach of provincial centres is another.",
        );
    }
    found.equal("objective", || "plan".into(), plan.objective, value, VALUE * value.max(1.0), "The value is not the sum of the means.");
    found.equal(
        "bounds",
        || "plan".into(),
        plan.bounds.dual,
        bound,
        VALUE * value.max(1.0),
        "The bound is not the sum of those of the nets.",
    );
    dealt::check(case, &cases, &rules, a, found);
    links(case, a, found);
}

/// What is proven of the nets of specialties: the sum of their own bounds, or what prices and fees prove for all of a level.
fn together(case: &Case, cases: &[f64], plan: &ReformPlan, a: &CentresAnswer, found: &mut Findings) -> f64 {
    let rules = plan.scenario.reform.clone().unwrap_or_default().centres;
    let levels =
        [(Level::Regional, &rules.regional_tiers, rules.most_regional), (Level::National, &rules.national_tiers, rules.most_national)];
    if a.shares.len() != 2 {
        found.add("names", "shares", float(a.shares.len() as u64), 2.0, "There is a bound for each of the two levels.");
        return 0.0;
    }
    let all = cases.iter().sum::<f64>().max(1e-12);
    let mut bound = 0.0;
    for ((level, tiers, most), share) in levels.into_iter().zip(&a.shares) {
        let at = || format!("{level:?} nets together");
        if share.level != level || share.fees.values().any(|f| !f.is_finite() || *f < 0.0) {
            found.add("names", at(), 0.0, 1.0, "This is not the bound of that level, or a fee is below zero.");
        }
        let nets: Vec<&Net> = a.nets.iter().filter(|n| n.level == level).collect();
        let proven = if share.prices.is_empty() {
            nets.iter().map(|n| n.least).sum::<f64>()
        } else {
            let one: BTreeMap<u32, f64> = share
                .prices
                .iter()
                .map(|(count, prices)| (*count, proven(case, cases, tiers, (prices, &share.fees), *count as usize)))
                .collect();
            let sum: f64 = nets.iter().map(|n| u32::try_from(n.sites.len()).ok().and_then(|c| one.get(&c)).copied().unwrap_or(0.0)).sum();
            (sum - f64::from(most) * share.fees.values().sum::<f64>()) / all
        };
        found.at_most("bounds", at, share.least, proven.max(0.0), VALUE * proven.abs().max(1.0), "Prices and fees do not prove so much.");
        bound += share.least;
    }
    bound
}

/// What prices and fees prove: the sum of `w v` and the smallest savings (with their fees) of as many sites as asked, over all sites of the tiers.
fn proven(case: &Case, cases: &[f64], tiers: &[Tier], (prices, fees): (&[f64], &BTreeMap<String, f64>), count: usize) -> f64 {
    let n = &case.network;
    let clients: Vec<usize> = (0..cases.len()).filter(|&i| cases[i] > 0.0).collect();
    if prices.len() != clients.len() || prices.iter().any(|v| !v.is_finite()) {
        return 0.0;
    }
    let to: Vec<Place> = clients.iter().map(|&i| Place::Settlement(SettlementId::new(i))).collect();
    let sites: Vec<usize> =
        (0..n.facilities.len()).filter(|&j| n.facilities[j].siting.exist && tiers.contains(&n.facilities[j].tier)).collect();
    let from: Vec<Place> = sites.iter().copied().map(|j| Place::Facility(FacilityId::new(j))).collect();
    // settlement to site, as everywhere
    let times = case.travel.within(n, &to, &from, f64::INFINITY);
    let mut savings: Vec<f64> = sites.iter().map(|&j| fees.get(&n.facilities[j].code).copied().unwrap_or(0.0)).collect();
    for (row, &i) in clients.iter().enumerate() {
        for (site, t) in times.row(row) {
            if t < prices[row] {
                savings[site] += cases[i] * (t - prices[row]);
            }
        }
    }
    savings.sort_by(f64::total_cmp);
    clients.iter().zip(prices).map(|(&i, v)| cases[i] * v).sum::<f64>() + savings.iter().take(count).sum::<f64>()
}

/// What a net of sites reaches.
struct Reach {
    cases: f64,
    minutes: f64,
    within: [f64; 2],
}

fn reached(case: &Case, cases: &[f64], settlements: &[usize], sites: &[usize]) -> Reach {
    let from: Vec<Place> = settlements.iter().map(|&i| Place::Settlement(SettlementId::new(i))).collect();
    let to: Vec<Place> = sites.iter().map(|&j| Place::Facility(FacilityId::new(j))).collect();
    let near = case.travel.nearest(&case.network, &from, &to, 1);
    let mut out = Reach { cases: settlements.iter().map(|&i| cases[i]).sum(), minutes: 0.0, within: [0.0; 2] };
    let all = out.cases.max(1e-12);
    for (row, &i) in settlements.iter().enumerate() {
        if let Some((_, t)) = near.row(row).next() {
            out.minutes += cases[i] * t / all;
            for (share, limit) in out.within.iter_mut().zip([120.0, 240.0]) {
                *share += if t <= limit { cases[i] / all } else { 0.0 };
            }
        }
    }
    out
}

/// Every provincial centre with the specialties it leads, and every regional one, looks up to the nearest one above it.
fn links(case: &Case, a: &CentresAnswer, found: &mut Findings) {
    let at = |code: &str| case.network.facilities.iter().position(|f| f.code == code).map(|j| Place::Facility(FacilityId::new(j)));
    let net = |level: Level, of: &str| -> Option<&Net> { a.nets.iter().find(|n| n.level == level && n.of == of) };
    let led =
        |of: &str| a.dealt.iter().flat_map(|d| &d.led).filter(|l| l.specialty == of).flat_map(|l| &l.sites).cloned().collect::<Vec<_>>();
    let mut wanted: BTreeSet<(String, Level, String)> = BTreeSet::new();
    for regional in a.nets.iter().filter(|n| n.level == Level::Regional) {
        let name = || regional.of.clone();
        wanted.extend(led(&regional.of).into_iter().map(|p| (name(), Level::Provincial, p)));
        wanted.extend(regional.sites.iter().map(|r| (name(), Level::Regional, r.clone())));
    }
    for link in &a.links {
        let place = || format!("{} {}", link.specialty, link.from);
        if !wanted.remove(&(link.specialty.clone(), link.level, link.from.clone())) {
            found.add("names", place(), 1.0, 0.0, "The link is not one asked for, or stands twice.");
            continue;
        }
        let above = net(if link.level == Level::Provincial { Level::Regional } else { Level::National }, &link.specialty);
        let (Some(above), Some(from)) = (above, at(&link.from)) else { continue };
        if !above.sites.contains(&link.to) {
            found.add("exist", place(), 0.0, 1.0, "The upper end is no centre of the level above.");
        }
        let way = |to: &str| at(to).and_then(|to| case.travel.minutes_between(&case.network, from, to)).unwrap_or(f64::INFINITY);
        let nearest = above.sites.iter().map(|s| way(s)).fold(f64::INFINITY, f64::min);
        found.equal("value", place, link.minutes, way(&link.to), VALUE * link.minutes.max(1.0), "The link is not as long.");
        found.at_most("limit", place, link.minutes, nearest, VALUE * nearest.max(1.0), "Another centre above is nearer.");
    }
    if !wanted.is_empty() && a.nets.iter().any(|n| n.level == Level::National) {
        found.add("names", "links", float(a.links.len() as u64), float(a.links.len() as u64 + wanted.len() as u64), "Links are missing.");
    }
}
