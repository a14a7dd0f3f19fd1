//! The least cost of a network of telemedicine, exactly and without a solver.
//!
//! Cost depends on numbers alone: which hubs, how many centres `v` are linked inside their counties, how many links go above. With as many links as are
//! asked for (fewer are never dearer) and `h` county hubs, each of which is linked upward itself,
//!
//! ```text
//! least over h, v of   county(h, v) + c_in v + c_up (d - v + x) + above(d - v + x),   x = max(asked of county hospitals, h)
//! ```
//!
//! where `county(h, v)` is the least price of `h` county hubs that can carry `v` links, no county more than it has centres, and `above(n)` that of hubs
//! above with room for `n`: both by running through hubs one after another (a knapsack). A hub forced open is always taken, one forced shut never.

use super::super::{Findings, VALUE, asked, listed};
use crate::network::{Case, Tier};
use crate::plan::Termination;
use crate::plan::reform::ReformPlan;
use crate::plan::reform::telemedicine::{MOST_FORCED, STEPS, TelemedicineAnswer};
use crate::policy::reform::Telemedicine;
use std::collections::BTreeMap;

/// A hospital that may be a hub.
#[derive(Debug, Clone, PartialEq)]
struct Hub {
    cost: f64,
    room: usize,
    county: Option<usize>,
}

struct Numbers {
    /// Positions among the facilities.
    sites: Vec<usize>,
    hubs: Vec<Hub>,
    /// Centres by area.
    centres: Vec<usize>,
    hospitals: usize,
    link: [f64; 2],
    /// County hospitals that must be linked.
    county: usize,
}

pub(super) fn check(case: &Case, rules: &Telemedicine, plan: &ReformPlan, a: &TelemedicineAnswer, found: &mut Findings) {
    let numbers = Numbers::read(case, rules);
    let all: usize = numbers.centres.iter().sum();
    let demanded = whole(rules.primary_share, all);
    let Some(least) = numbers.least(demanded, None) else {
        found.add("limit", "plan", 0.0, 1.0, "The shares asked for cannot be reached.");
        return;
    };
    let slack = VALUE * least.max(1.0);
    found.at_most("bounds", || "dual".into(), plan.bounds.dual, least, slack, "A cheaper network exists than is said to be possible.");
    // a run that was stopped may leave out steps, and prove less of what is forced
    let finished = plan.termination == Termination::Optimal;
    steps(&numbers, (demanded, all), a, finished, found);
    why(case, &numbers, demanded, plan, a, finished, found);
}

/// Least whole number that is at least a share.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // counts of facilities
fn whole(share: f64, of: usize) -> usize {
    (share * of as f64 - 1e-9).ceil().max(0.0) as usize
}

#[allow(clippy::cast_precision_loss)] // counts of facilities
fn steps(numbers: &Numbers, (demanded, all): (usize, usize), a: &TelemedicineAnswer, finished: bool, found: &mut Findings) {
    let asked = demanded as f64 / all.max(1) as f64;
    let more = STEPS.into_iter().filter(|s| whole(*s, all) > demanded);
    let mut told = a.steps.iter().peekable();
    for share in std::iter::once(asked).chain(more).filter(|_| all > 0) {
        let Some(least) = numbers.least(whole(share, all), None) else { continue };
        let at = || format!("{:.1} % of the centres", 100.0 * share);
        match told.next_if(|s| (s.0 - share).abs() < 1e-9) {
            Some((_, cost)) => found.equal("value", at, *cost, least, 4.0 * VALUE * least.max(1.0), "That share costs another sum."),
            None if finished => found.add("value", at(), 0.0, least, "What that share costs is missing."),
            None => {}
        }
    }
    if let Some((share, cost)) = told.next() {
        found.add(
            "value",
            format!("{:.1} % of the centres", 100.0 * share),
            *cost,
            0.0,
            "A share stands there that is not one of the steps.",
        );
    }
}

fn why(case: &Case, numbers: &Numbers, demanded: usize, plan: &ReformPlan, a: &TelemedicineAnswer, finished: bool, found: &mut Findings) {
    let code = |k: usize| case.network.facilities[numbers.sites[k]].code.as_str();
    let told_for = if numbers.hubs.len() > MOST_FORCED { 0 } else { numbers.hubs.len() };
    if !listed("why", a.why.iter().map(|w| w.facility.as_str()), (0..told_for).map(code), found) {
        return;
    }
    let open: Vec<bool> = (0..told_for).map(|k| a.hubs.iter().any(|h| h.facility == code(k))).collect();
    for (k, w) in a.why.iter().enumerate() {
        if w.open != open[k] {
            found.add("value", code(k), f64::from(u8::from(w.open)), f64::from(u8::from(open[k])), "Whether it is a hub is told wrongly.");
        }
        let alike: Vec<usize> = (0..told_for).filter(|&n| numbers.hubs[n] == numbers.hubs[k]).collect();
        // what was worked out for the first of its like holds for all
        if alike[0] != k {
            let first = &a.why[alike[0]];
            if first.otherwise != w.otherwise {
                found.add(
                    "value",
                    code(k),
                    w.otherwise.unwrap_or(-1.0),
                    first.otherwise.unwrap_or(-1.0),
                    "Another of its like costs as much.",
                );
            }
            continue;
        }
        // with one of its like on the other side it changes places at no cost
        let forced = (alike.iter().all(|&n| open[n] == open[k])).then_some((k, !open[k]));
        let least = forced.map_or(Some(plan.objective), |f| numbers.least(demanded, Some(f)));
        let further = least.map(|l| (l - plan.objective).max(0.0));
        let slack = 4.0 * VALUE * (plan.objective + further.unwrap_or_default()).max(1.0);
        let (is, at) = (w.otherwise.unwrap_or(f64::INFINITY), || code(k).to_owned());
        let should = further.unwrap_or(f64::INFINITY);
        if is.is_infinite() && should.is_infinite() {
            continue;
        }
        found.at_most("value", at, is, should, slack, "Forced otherwise, the whole costs less than that.");
        if finished {
            found.at_most("value", at, should, is, slack, "Forced otherwise, the whole costs more than that.");
        }
    }
}

impl Numbers {
    fn read(case: &Case, rules: &Telemedicine) -> Self {
        let network = &case.network;
        let mut centres = vec![0; network.areas.len()];
        let (mut hospitals, mut sites, mut hubs) = (0, Vec::new(), Vec::new());
        for (j, f) in network.facilities.iter().enumerate().filter(|(_, f)| f.siting.exist) {
            let here = asked(case, &rules.areas, f);
            hospitals += usize::from(here && f.rank() == 3);
            if let Some(area) = f.area.filter(|_| here && (f.tier == Tier::T || (f.tier == Tier::C && rules.community_centres))) {
                centres[area.index()] += 1;
            }
            let named = rules.hubs.get(&f.code);
            let may = f.rank() > 3 || (f.rank() == 3 && here);
            let Some(price) = rules.hub_cost.get(&f.tier).filter(|_| may && (rules.hubs.is_empty() || named.is_some())) else { continue };
            sites.push(j);
            hubs.push(Hub {
                cost: named.copied().filter(|c| *c > 0.0).unwrap_or(*price),
                room: rules.hub_links.get(&f.tier).map_or(0, |n| *n as usize),
                county: f.area.filter(|_| f.rank() == 3).map(crate::ids::AreaId::index),
            });
        }
        let county = whole(rules.county_share, hospitals);
        Self { sites, hubs, centres, hospitals, link: [rules.county_link, rules.upper_link], county }
    }

    /// Least cost of `demanded` links of centres and of those of county hospitals; `None` when there is no room.
    fn least(&self, demanded: usize, forced: Option<(usize, bool)>) -> Option<f64> {
        let county = self.in_counties(demanded, forced);
        let above = self.above(demanded + self.hospitals, forced);
        let mut best = f64::INFINITY;
        for (h, row) in county.iter().enumerate() {
            let x = self.county.max(h);
            if x > self.hospitals {
                continue;
            }
            for (v, price) in row.iter().enumerate().filter(|(_, p)| p.is_finite()) {
                let up = demanded - v + x;
                #[allow(clippy::cast_precision_loss)] // counts of facilities
                let links = self.link[0] * v as f64 + self.link[1] * up as f64;
                best = best.min(price + links + above[up]);
            }
        }
        best.is_finite().then_some(best)
    }

    /// Least price of as many county hubs (row) as can carry as many links (column, at most `demanded`).
    fn in_counties(&self, demanded: usize, forced: Option<(usize, bool)>) -> Vec<Vec<f64>> {
        let mut table = vec![vec![f64::INFINITY; demanded + 1]];
        table[0][0] = 0.0;
        for (area, &centres) in self.centres.iter().enumerate() {
            let mine: Vec<usize> = (0..self.hubs.len()).filter(|&k| self.hubs[k].county == Some(area)).collect();
            if mine.is_empty() {
                continue;
            }
            // hubs of this county and links that they can carry: least price
            let mut sets: BTreeMap<(usize, usize), f64> = BTreeMap::from([((0, 0), 0.0)]);
            for &k in &mine {
                let force = forced.filter(|f| f.0 == k).map(|f| f.1);
                let mut with = if force == Some(true) { BTreeMap::new() } else { sets.clone() };
                for ((h, v), price) in sets.iter().filter(|_| force != Some(false)) {
                    let key = (h + 1, (v + self.hubs[k].room).min(centres).min(demanded));
                    let entry = with.entry(key).or_insert(f64::INFINITY);
                    *entry = entry.min(price + self.hubs[k].cost);
                }
                sets = with;
            }
            let mut next = vec![vec![f64::INFINITY; demanded + 1]; table.len() + mine.len()];
            for (h, row) in table.iter().enumerate() {
                for (v, price) in row.iter().enumerate().filter(|(_, p)| p.is_finite()) {
                    for ((hubs, links), more) in &sets {
                        let cell = &mut next[h + hubs][(v + links).min(demanded)];
                        *cell = cell.min(price + more);
                    }
                }
            }
            table = next;
        }
        // who can carry more can carry fewer
        for row in &mut table {
            for v in (0..demanded).rev() {
                row[v] = row[v].min(row[v + 1]);
            }
        }
        table
    }

    /// Least price of hubs above the county with room for as many links.
    fn above(&self, most: usize, forced: Option<(usize, bool)>) -> Vec<f64> {
        let mut table = vec![f64::INFINITY; most + 1];
        table[0] = 0.0;
        for (k, hub) in self.hubs.iter().enumerate().filter(|(_, h)| h.county.is_none()) {
            let force = forced.filter(|f| f.0 == k).map(|f| f.1);
            let mut next = if force == Some(true) { vec![f64::INFINITY; most + 1] } else { table.clone() };
            for (links, price) in table.iter().enumerate().filter(|_| force != Some(false)) {
                let cell = &mut next[links.saturating_add(hub.room).min(most)];
                *cell = cell.min(price + hub.cost);
            }
            table = next;
        }
        for n in (0..most).rev() {
            table[n] = table[n].min(table[n + 1]);
        }
        table
    }
}
