//! Specialties of provincial regional centres: as many sites for each as the rules say, of those of the province, none with too many; means, shares
//! and the bound worked out again. Over so many sets that a bound from fees would take too long, no set is nearer than all sites together.

use super::super::{Findings, VALUE, facility, once};
use super::float;
use crate::ids::{FacilityId, SettlementId};
use crate::network::Case;
use crate::plan::reform::centres::{CentresAnswer, Dealt, Level, MOST_SETS, Net, WEEK};
use crate::policy::reform::Centres;
use crate::travel::Place;
use std::collections::BTreeMap;

/// Share of the cases of the province, and minutes to each of its sites.
type Rows = Vec<(f64, Vec<f64>)>;

pub(super) fn check(case: &Case, cases: &[f64], rules: &Centres, a: &CentresAnswer, found: &mut Findings) {
    let nets: Vec<&Net> = a.nets.iter().filter(|n| n.level == Level::Provincial).collect();
    if nets.len() != a.dealt.len() || nets.iter().zip(&a.dealt).any(|(n, d)| n.of != d.province) {
        found.add(
            "names",
            "dealt",
            float(a.dealt.len() as u64),
            float(nets.len() as u64),
            "Specialties are dealt in every province, in the order of the nets.",
        );
        return;
    }
    for (net, dealt) in nets.into_iter().zip(&a.dealt) {
        if !dealt.led.iter().map(|l| &l.specialty).eq(rules.specialties.iter().map(|s| &s.name)) {
            found.add("names", dealt.province.as_str(), 0.0, 1.0, "The specialties are not those asked for, in their order.");
            continue;
        }
        one(case, cases, rules, net, dealt, found);
        swaps(case, a, net, dealt, found);
    }
}

fn one(case: &Case, cases: &[f64], rules: &Centres, net: &Net, dealt: &Dealt, found: &mut Findings) {
    let place = |what: &str| format!("{} {what}", dealt.province);
    // as the rules say, counted here again: what sites lead together, shared out evenly
    let (sites, asked) = (net.sites.len().max(1), rules.specialties.len().max(1));
    let most = (rules.most_provincial as usize).max(asked.div_ceil(sites)).min(asked);
    let together = sites * most;
    found.equal(
        "limit",
        || place("most"),
        f64::from(dealt.most),
        float(most as u64),
        0.0,
        "A site leads another number of specialties at most.",
    );
    let Some(rows) = rows(case, cases, rules, net, found) else { return };
    let mut hosts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
    let mut sum = 0.0;
    for (k, led) in dealt.led.iter().enumerate() {
        once(led.sites.iter().map(String::as_str), found);
        let count = sites.min(together / asked + usize::from(k < together % asked));
        found.equal(
            "limit",
            || place(&led.specialty),
            float(led.sites.len() as u64),
            float(count as u64),
            0.0,
            "The specialty has not as many sites as it is to have.",
        );
        *counts.entry(count).or_default() += 1.0;
        let own: Vec<usize> = led.sites.iter().filter_map(|s| net.sites.iter().position(|n| n == s)).collect();
        if own.len() != led.sites.len() {
            found.add(
                "exist",
                place(&led.specialty),
                float(own.len() as u64),
                float(led.sites.len() as u64),
                "A site is none of the province's centres.",
            );
        }
        led.sites.iter().for_each(|s| *hosts.entry(s).or_default() += 1);
        let near = |row: &[f64]| own.iter().map(|&s| row[s]).fold(f64::INFINITY, f64::min);
        let mean: f64 = rows.iter().map(|(w, row)| w * near(row).min(WEEK)).sum();
        found.equal("value", || place(&led.specialty), led.minutes, mean, VALUE * mean.max(1.0), "The mean way is not as long.");
        for (told, limit) in led.within.into_iter().zip([120.0, 240.0]) {
            let share: f64 = rows.iter().filter(|(_, row)| near(row) <= limit).map(|(w, _)| w).sum();
            found.equal("value", || place(&led.specialty), told, share, VALUE, "The share within reach is another.");
        }
        sum += mean;
    }
    for (site, n) in hosts {
        found.at_most("limit", || place(site), float(n), float(most as u64), 0.0, "The site leads more specialties than it may.");
    }
    found.equal("value", || place("minutes"), dealt.minutes, sum, VALUE * sum.max(1.0), "The sum is not that of the means.");
    found.at_most("bounds", || place("least"), dealt.least, dealt.minutes, VALUE * sum.max(1.0), "The bound is above the value.");
    let fees: Vec<f64> = net.sites.iter().map(|s| dealt.fees.get(s).copied().unwrap_or(0.0)).collect();
    if dealt.fees.values().any(|f| !f.is_finite() || *f < 0.0) || dealt.fees.keys().any(|s| !net.sites.contains(s)) {
        found.add("names", place("fees"), 0.0, 1.0, "A fee is below zero, or of a site of no centre.");
        return;
    }
    let proven = proven(&rows, &fees, &counts, most);
    found.at_most("bounds", || place("least"), dealt.least, proven.max(0.0), VALUE * sum.max(1.0), "The fees do not prove so much.");
}

/// No two specialties with as many sites have shorter ways to their regional centres when they change places.
fn swaps(case: &Case, a: &CentresAnswer, net: &Net, dealt: &Dealt, found: &mut Findings) {
    let at = |code: &String| case.network.facilities.iter().position(|f| f.code == *code).map(|j| Place::Facility(FacilityId::new(j)));
    let above: Vec<Vec<Place>> = dealt
        .led
        .iter()
        .map(|l| {
            a.nets.iter().filter(|n| n.level == Level::Regional && n.of == l.specialty).flat_map(|n| &n.sites).filter_map(at).collect()
        })
        .collect();
    let ways: BTreeMap<&str, Vec<f64>> = net
        .sites
        .iter()
        .filter_map(|s| {
            let from = at(s)?;
            let to =
                |ends: &Vec<Place>| ends.iter().filter_map(|&e| case.travel.minutes_between(&case.network, from, e)).fold(WEEK, f64::min);
            Some((s.as_str(), above.iter().map(to).collect()))
        })
        .collect();
    let cost = |k: usize, sites: &[String]| -> f64 { sites.iter().filter_map(|s| ways.get(s.as_str())).map(|w| w[k]).sum() };
    for (k, x) in dealt.led.iter().enumerate() {
        for (l, y) in dealt.led.iter().enumerate().skip(k + 1).filter(|(_, y)| y.sites.len() == x.sites.len()) {
            let (now, swapped) = (cost(k, &x.sites) + cost(l, &y.sites), cost(k, &y.sites) + cost(l, &x.sites));
            let place = || format!("{} {} {}", dealt.province, x.specialty, y.specialty);
            found.at_most(
                "limit",
                place,
                now,
                swapped,
                VALUE * now.max(1.0),
                "The ways to the regional centres are shorter when the two change places.",
            );
        }
    }
}

/// Cases of the province and minutes to its sites.
fn rows(case: &Case, cases: &[f64], rules: &Centres, net: &Net, found: &mut Findings) -> Option<Rows> {
    let network = &case.network;
    let sites =
        net.sites.iter().map(|s| facility(case, s, found).map(|(j, _)| Place::Facility(FacilityId::new(j)))).collect::<Option<Vec<_>>>()?;
    let digits = rules.province_digits as usize;
    let home = |i: usize| network.area(network.settlements[i].area).code.chars().take(digits).eq(net.of.chars());
    let here: Vec<usize> = (0..cases.len()).filter(|&i| cases[i] > 0.0 && home(i)).collect();
    let from: Vec<Place> = here.iter().map(|&i| Place::Settlement(SettlementId::new(i))).collect();
    let times = case.travel.within(network, &from, &sites, f64::INFINITY);
    let all: f64 = here.iter().map(|&i| cases[i]).sum();
    let row = |(at, &i): (usize, &usize)| {
        let mut row = vec![f64::INFINITY; sites.len()];
        times.row(at).for_each(|(s, t)| row[s] = t);
        (cases[i] / all.max(1e-12), row)
    };
    Some(here.iter().enumerate().map(row).collect())
}

/// `sum_r n_r min over |S| = r of (m_S + fees of S) - h sum of fees`, over all subsets of the sites; over too many, the mean over all sites.
fn proven(rows: &Rows, fees: &[f64], counts: &BTreeMap<usize, f64>, most: usize) -> f64 {
    let sites = fees.len();
    let mean = |set: &[usize]| -> f64 { rows.iter().map(|(w, row)| w * set.iter().map(|&s| row[s]).fold(WEEK, f64::min)).sum() };
    let sets_of = |size: usize| (0..size).fold(1.0, |n, p| n * float((sites - p) as u64) / float(p as u64 + 1));
    if counts.keys().map(|size| sets_of(*size)).sum::<f64>() > float(MOST_SETS as u64) + 0.5 {
        return counts.values().sum::<f64>() * mean(&(0..sites).collect::<Vec<_>>());
    }
    let mut bound = -float(most as u64) * fees.iter().sum::<f64>();
    for (size, specialties) in counts {
        let mut best = f64::INFINITY;
        let mut set = Vec::with_capacity(*size);
        subsets(sites, *size, 0, &mut set, &mut |set| best = best.min(mean(set) + set.iter().map(|&s| fees[s]).sum::<f64>()));
        bound += specialties * best;
    }
    bound
}

/// Visits all subsets of a size.
fn subsets(sites: usize, size: usize, from: usize, set: &mut Vec<usize>, visit: &mut dyn FnMut(&[usize])) {
    if set.len() == size {
        visit(set);
        return;
    }
    for s in from..sites {
        set.push(s);
        subsets(sites, size, s + 1, set, visit);
        set.pop();
    }
}
