//! Independent verification of a layout against its case: plain loops over sites, settlements and the written plan, with the rules of model
//! 6.8 written again. Imports no model, backend, solver or algorithm.
//!
//! # Codes
//!
//! | code | what is wrong |
//! | --- | --- |
//! | `header` | version, kind or case of the plan |
//! | `names` | codes of areas or settlements are not those of the case |
//! | `shape` | columns of different length, positions outside, numbers that are not finite or below zero |
//! | `site` | a site the case does not have, one given twice, or one of today's that is missing; its level, beds, owner or place of today |
//! | `level` | a level the site may not end at (forced, closed, kept, not to be raised) |
//! | `status`, `tier` | not what levels and beds make |
//! | `site-money` | fixed cost or capital of a site |
//! | `site-people` | people served of a site |
//! | `assign` | a settlement whose shares are not 1 at a level, or who is served by a closed or foreign site, or twice by one |
//! | `minutes` | minutes of an assignment |
//! | `centres`, `hospitals` | counts (L4, L5) |
//! | `beds-bounds` | beds of a site outside its bounds (L6, C27) |
//! | `need`, `crowd`, `volume` | L7, L8, L9 |
//! | `coverage` | C21 |
//! | `tier-beds`, `target` | C23 |
//! | `budget` | C24 |
//! | `closest` | C25 |
//! | `freeze`, `social` | C26 |
//! | `capability` | C28 |
//! | `nested` | N1 |
//! | `excluded` | N2 |
//! | `money`, `access`, `coverage-table`, `beds-table` | tables of the plan |
//! | `objective`, `bounds`, `termination` | value of an objective, its interval, the claim of optimality |
//! | `front` | a point of the front that contradicts the plan |

mod questions;
mod rules;
mod tables;

use super::{Findings, Violation};
use crate::demand::LayoutProblem;
use crate::demand::layout::LEVELS;
use crate::network::{Network, Tier};
use crate::plan::layout::{LAYOUT_VERSION, LayoutPlan, SiteStatus};
pub use questions::check_questions;
use std::collections::BTreeMap;

/// Tolerance of beds.
pub const BEDS: f64 = 1e-3;
/// Tolerance of people.
pub const PEOPLE: f64 = 0.05;
/// Relative tolerance of money and of sums.
pub const SUM: f64 = 1e-7;
/// Tolerance of minutes.
pub const MINUTES: f64 = 1e-6;

/// The plan by the positions of the problem.
struct Read {
    /// Level of each site of the problem.
    levels: Vec<u8>,
    /// Beds of each site.
    beds: Vec<f64>,
    /// `(client, level from 0, site, share, minutes)`.
    uses: Vec<(usize, usize, usize, f64, f64)>,
    /// Capabilities of each site.
    flags: Vec<[bool; 4]>,
}

/// Verifies a layout; an empty list means that every test passed. `problem` must be assembled from the case and the plan's own scenario.
///
/// O(uses x log + pairs within the standards).
#[must_use]
pub fn check_layout(network: &Network, problem: &LayoutProblem, plan: &LayoutPlan) -> Vec<Violation> {
    let mut found = Findings::default();
    header(network, plan, &mut found);
    if !found.0.is_empty() || !shape(network, plan, &mut found) {
        return found.0;
    }
    let Some(read) = read(network, problem, plan, &mut found) else { return found.0 };
    rules::check(network, problem, &read, &mut found);
    tables::check(network, problem, plan, &read, &mut found);
    found.0
}

fn header(network: &Network, plan: &LayoutPlan, found: &mut Findings) {
    if plan.version != LAYOUT_VERSION {
        found.add("header", "version", f64::from(plan.version), f64::from(LAYOUT_VERSION), "The plan is of another version.");
    }
    if plan.kind != "layout" {
        found.add("header", "kind", f64::NAN, f64::NAN, format!("The plan is of kind `{}`, not `layout`.", plan.kind));
    }
    if plan.case != network.name {
        let message = format!("The plan is for the case `{}`, not for `{}`.", plan.case, network.name);
        found.add("header", "case", f64::NAN, f64::NAN, message);
    }
    let same = |mine: &[String], theirs: &mut dyn ExactSizeIterator<Item = &str>| {
        mine.len() == theirs.len() && mine.iter().zip(theirs).all(|(a, b)| a == b)
    };
    if !same(&plan.areas, &mut network.areas.iter().map(|a| a.code.as_str())) {
        found.add("names", "areas", f64::NAN, f64::NAN, "The area codes are not those of the case.");
    }
    if !same(&plan.settlements, &mut network.settlements.iter().map(|s| s.code.as_str())) {
        found.add("names", "settlements", f64::NAN, f64::NAN, "The settlement codes are not those of the case.");
    }
}

#[allow(clippy::cast_precision_loss)] // counts of rows
fn shape(network: &Network, plan: &LayoutPlan, found: &mut Findings) -> bool {
    let a = &plan.assignments;
    let n = a.settlement.len();
    for (name, len) in [("level", a.level.len()), ("site", a.site.len()), ("share", a.share.len()), ("minutes", a.minutes.len())] {
        if len != n {
            found.add("shape", format!("assignments.{name}"), len as f64, n as f64, "Columns of one table differ in length.");
        }
    }
    let inside = |what: &str, most: Option<u32>, limit: usize, found: &mut Findings| {
        if let Some(bad) = most.filter(|m| *m as usize >= limit) {
            found.add("shape", what, f64::from(bad), limit as f64, "A position outside the table.");
        }
    };
    inside("assignments.settlement", a.settlement.iter().max().copied(), network.settlements.len(), found);
    inside("assignments.site", a.site.iter().max().copied(), plan.sites.len(), found);
    if let Some(bad) = a.level.iter().find(|l| !(1..=3).contains(*l)) {
        found.add("shape", "assignments.level", f64::from(*bad), 3.0, "A level is 1, 2 or 3.");
    }
    for (name, values) in [("share", &a.share), ("minutes", &a.minutes)] {
        if let Some(bad) = values.iter().find(|v| !(v.is_finite() && **v >= 0.0)) {
            found.add("shape", format!("assignments.{name}"), *bad, 0.0, "A number, zero or more.");
        }
    }
    for s in &plan.sites {
        let numbers = [s.beds, s.beds_before, s.fixed_cost, s.capital, s.people[0], s.people[1], s.people[2]];
        if let Some(bad) = numbers.iter().find(|v| !(v.is_finite() && **v >= 0.0)) {
            found.add("shape", &s.code, *bad, 0.0, "Numbers of a site are zero or more.");
        }
        if s.level > 3 || s.level_before > 3 {
            found.add("shape", &s.code, f64::from(s.level), 3.0, "A level is 0 to 3.");
        }
    }
    found.0.is_empty()
}

/// Brings the plan to the positions of the problem; `None` when it cannot be.
fn read(network: &Network, problem: &LayoutProblem, plan: &LayoutPlan, found: &mut Findings) -> Option<Read> {
    let position: BTreeMap<&str, usize> = problem.sites.iter().enumerate().map(|(j, s)| (s.code.as_str(), j)).collect();
    let mut out = Read {
        levels: vec![0; problem.sites.len()],
        beds: vec![0.0; problem.sites.len()],
        uses: Vec::with_capacity(plan.assignments.site.len()),
        flags: vec![[false; 4]; problem.sites.len()],
    };
    let mut seen = vec![false; problem.sites.len()];
    let mut place = Vec::with_capacity(plan.sites.len());
    for s in &plan.sites {
        let Some(&j) = position.get(s.code.as_str()) else {
            found.add("site", &s.code, f64::NAN, f64::NAN, "The case has no such site under this scenario.");
            place.push(usize::MAX);
            continue;
        };
        place.push(j);
        if seen[j] {
            found.add("site", &s.code, 2.0, 1.0, "The site is in the plan twice.");
        }
        seen[j] = true;
        let site = &problem.sites[j];
        found.equal("site", || s.code.clone(), f64::from(s.level_before), f64::from(site.now), 0.0, "Not the level of today.");
        found.equal("site", || s.code.clone(), s.beds_before, site.beds_now, BEDS, "Not the beds of today.");
        found.equal("site", || s.code.clone(), f64::from(s.area), f64::from(site.area.0), 0.0, "Not its area.");
        found.equal("site", || s.code.clone(), s.x, site.position.x, 1e-9, "Not its position.");
        found.equal("site", || s.code.clone(), s.y, site.position.y, 1e-9, "Not its position.");
        if s.owner != site.owner || s.town != site.town.map(|t| network.town(t).code.clone()) {
            found.add("site", &s.code, f64::NAN, f64::NAN, "Not its owner or township.");
        }
        if !site.allowed[usize::from(s.level)] {
            found.add("level", &s.code, f64::from(s.level), f64::from(site.now), "The site may not end at this level.");
        }
        if s.status != SiteStatus::of(site.now, s.level, site.beds_now, s.beds) {
            found.add("status", &s.code, f64::NAN, f64::NAN, format!("`{}` is not what levels and beds make.", s.status.name()));
        }
        let shown = if s.level == 0 { site.now } else { s.level };
        if s.tier.rank().min(3) != shown || (s.tier == Tier::M) != site.city {
            found.add("tier", &s.code, f64::from(s.tier.rank()), f64::from(shown), "The tier is not one of the level.");
        }
        out.levels[j] = s.level;
        out.beds[j] = s.beds;
        for c in &s.capabilities {
            out.flags[j][*c as usize] = true;
        }
    }
    for (j, site) in problem.sites.iter().enumerate() {
        if site.now > 0 && !seen[j] {
            found.add("site", &site.code, 0.0, 1.0, "A site of today is missing in the plan.");
        }
    }
    let mut client_of = vec![usize::MAX; network.settlements.len()];
    problem.clients.iter().enumerate().for_each(|(i, c)| client_of[c.settlement.index()] = i);
    let a = &plan.assignments;
    for n in 0..a.settlement.len() {
        let (client, site) = (client_of[a.settlement[n] as usize], place[a.site[n] as usize]);
        if client == usize::MAX {
            let code = &plan.settlements[a.settlement[n] as usize];
            found.add("assign", code, f64::NAN, f64::NAN, "The settlement is not planned, or nobody lives there.");
        } else if site != usize::MAX {
            out.uses.push((client, usize::from(a.level[n]) - 1, site, a.share[n], a.minutes[n]));
        }
    }
    found.0.is_empty().then_some(out)
}

/// Share of each client at each level that is served, summed.
fn served(problem: &LayoutProblem, read: &Read) -> Vec<[f64; LEVELS]> {
    let mut sums = vec![[0.0; LEVELS]; problem.clients.len()];
    read.uses.iter().for_each(|u| sums[u.0][u.1] += u.3);
    sums
}

/// Code of a client's settlement.
fn client(network: &Network, problem: &LayoutProblem, i: usize) -> String {
    network.settlement(problem.clients[i].settlement).code.clone()
}
