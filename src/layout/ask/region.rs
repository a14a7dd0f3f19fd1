//! Catchments that nothing joins are problems of their own; sites forced in or out; small changes of a layout around a site.
//!
//! A rule joins catchments when its row is about all of them at once: a budget, bed totals, a coverage share over all, an excluded layout; so do
//! the objectives worst, p90 and gini. Without such a rule the least cost of the whole is the sum of those of the catchments, and what forcing
//! a site costs is a matter of its own catchment.

use super::keeps::broken;
use super::stage::uses_at;
use crate::demand::LayoutProblem;
use crate::demand::layout::{Ground, LEVELS};
use crate::layout::evaluate::{Layout, Use, Value, evaluate};
use crate::model::layout::beds::frozen;
use crate::plan::layout_questions::Force;
use crate::policy::layout::{Capability, Objective};
use crate::travel::SparseTimes;

/// A catchment, or everything.
#[derive(Debug, Clone)]
pub struct Region {
    /// Its problem.
    pub problem: LayoutProblem,
    /// Site of the whole for each of its sites.
    pub sites: Vec<usize>,
    /// Client of the whole for each of its clients.
    pub clients: Vec<usize>,
    /// What a unit of its objective is in that of the whole (minutes a head of fewer heads).
    pub weight: f64,
}

/// Whether a rule or the objective joins catchments.
#[must_use]
pub fn joined(problem: &LayoutProblem, objective: Objective) -> bool {
    let r = &problem.rules;
    let beds = r.beds.as_ref().is_some_and(|b| {
        let totals = b.tier_min.iter().chain(&b.tier_max).any(|t| *t > 0.0);
        totals || b.target > 0.0 || b.social_share > 0.0 || (b.freeze && frozen(problem))
    });
    let shares = r.coverage.is_some_and(|c| !c.by_area && c.share.iter().any(|s| *s > 0.0)) && objective != Objective::Coverage;
    let capability = r.capability.values().any(|c| c.minutes > 0.0 && c.share > 0.0);
    let sum = matches!(objective, Objective::Cost | Objective::Money | Objective::Travel | Objective::Coverage | Objective::Clinics);
    !sum || r.budget.is_some() || beds || shares || capability || !r.exclude.is_empty()
}

/// The independent catchments of a problem in the order of their first area; one that is everything when something joins them.
#[must_use]
pub fn regions(problem: &LayoutProblem, objective: Objective) -> Vec<Region> {
    let mut blocks: Vec<u32> = problem.clients.iter().map(|c| c.block).collect();
    blocks.sort_unstable();
    blocks.dedup();
    if blocks.len() == 1 || joined(problem, objective) {
        let (sites, clients) = ((0..problem.sites.len()).collect(), (0..problem.clients.len()).collect());
        return vec![Region { problem: problem.clone(), sites, clients, weight: 1.0 }];
    }
    blocks.into_iter().map(|b| of_block(problem, objective, b)).collect()
}

fn of_block(problem: &LayoutProblem, objective: Objective, block: u32) -> Region {
    let sites: Vec<usize> = (0..problem.sites.len()).filter(|&j| problem.sites[j].block == block).collect();
    let clients: Vec<usize> = (0..problem.clients.len()).filter(|&i| problem.clients[i].block == block).collect();
    let mut place = vec![u32::MAX; problem.sites.len()];
    #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
    sites.iter().enumerate().for_each(|(n, &j)| place[j] = n as u32);
    let row = |i: usize| problem.times.row(clients[i]).filter(|t| place[t.0] != u32::MAX).map(|t| (place[t.0], t.1)).collect();
    let mut planned = vec![false; problem.planned.len()];
    clients.iter().for_each(|&i| planned[problem.clients[i].area.index()] = true);
    sites.iter().for_each(|&j| planned[problem.sites[j].area.index()] = true);
    let people: f64 = clients.iter().map(|&i| problem.clients[i].people).sum();
    let mut rules = problem.rules.clone();
    if let Some(beds) = &mut rules.beds {
        // a freeze in force joins everything; here there is none, and the beds of one catchment alone must not bring it about
        beds.freeze = false;
    }
    let part = LayoutProblem {
        rules,
        minute: problem.minute,
        planned,
        clients: clients.iter().map(|&i| problem.clients[i]).collect(),
        sites: sites.iter().map(|&j| problem.sites[j].clone()).collect(),
        times: SparseTimes::from_rows(clients.len(), || (), |(), i| row(i)),
        people,
    };
    Region { problem: part, sites, clients, weight: if objective == Objective::Travel { people / problem.people } else { 1.0 } }
}

impl Region {
    /// The part of a layout of the whole that lies here.
    #[must_use]
    pub fn part_of(&self, layout: &Layout) -> Layout {
        let place = |members: &[usize]| {
            let mut out = vec![u32::MAX; members.iter().max().map_or(0, |m| m + 1)];
            #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
            members.iter().enumerate().for_each(|(n, &m)| out[m] = n as u32);
            out
        };
        let (site_at, client_at) = (place(&self.sites), place(&self.clients));
        let own = |at: &[u32], n: u32| at.get(n as usize).copied().filter(|p| *p != u32::MAX);
        let uses = std::array::from_fn(|n| {
            let here = layout.uses[n].iter();
            here.filter_map(|u| Some(Use { client: own(&client_at, u.client)?, site: own(&site_at, u.site)?, ..*u })).collect()
        });
        Layout {
            levels: self.sites.iter().map(|&j| layout.levels[j]).collect(),
            beds: self.sites.iter().map(|&j| layout.beds[j]).collect(),
            flags: self.sites.iter().map(|&j| layout.flags[j]).collect(),
            uses,
        }
    }
}

/// Levels that a forced site may end at, and whether the rules allow that; `None` when it is not known what could stand there.
#[must_use]
pub fn forced_levels(problem: &LayoutProblem, site: usize, force: Force) -> Option<([bool; LEVELS + 1], bool)> {
    let s = &problem.sites[site];
    if force == Force::Close {
        return Some(([true, false, false, false], !s.allowed[0]));
    }
    let mut levels = s.allowed;
    levels[0] = false;
    if levels.iter().any(|l| *l) {
        return Some((levels, false));
    }
    match (s.now, s.ground) {
        (0, Ground::Settlement(_)) => levels[1] = true,
        (0, Ground::Seat(_)) => (levels[2], levels[3]) = (true, true),
        (0, Ground::Facility(_)) => return None,
        (now, _) => levels[usize::from(now)] = true,
    }
    Some((levels, true))
}

/// The layout with a site changed, everybody going on to the nearest site or as in the plan; `None` when that breaks a rule.
fn moved(problem: &LayoutProblem, plan: &Layout, near: [bool; LEVELS], changes: &[(usize, u8)]) -> Option<(Layout, Value)> {
    let mut out = plan.clone();
    for &(j, level) in changes {
        out.levels[j] = level;
        let site = &problem.sites[j];
        out.beds[j] = match level {
            0 | 1 => 0.0,
            l if problem.rules.beds.is_some() => {
                let n = usize::from(l) - 2;
                if site.now == l { site.beds_now.clamp(site.beds_min[n], site.beds_max[n]) } else { site.beds_min[n] }
            }
            _ => site.beds_now,
        };
        for which in Capability::ALL {
            let every = problem.rules.capability.get(&which).is_some_and(|c| c.every && level >= c.level);
            out.flags[j][which as usize] = level > 0 && (site.has[which as usize] || every);
        }
    }
    out.uses = uses_at(problem, plan, &out.levels, near);
    let value = evaluate(problem, &out);
    broken(problem, &out, &value).is_empty().then_some((out, value))
}

/// Partners tried for a change that needs one.
const PARTNERS: usize = 12;

/// The best layout that differs from the plan in the forced site, or in it and one other of its township or area; `None` when each breaks a
/// rule. Its value is an upper bound on the least value with the site forced.
#[must_use]
pub fn change(
    problem: &LayoutProblem,
    plan: &Layout,
    near: [bool; LEVELS],
    objective: Objective,
    site: usize,
    force: Force,
) -> Option<(Layout, f64)> {
    let (levels, _) = forced_levels(problem, site, force)?;
    let s = &problem.sites[site];
    let mut best: Option<(Layout, f64)> = None;
    let mut offer = |found: Option<(Layout, Value)>| {
        if let Some((layout, value)) = found {
            let v = value.of(objective);
            if best.as_ref().is_none_or(|b| v < b.1) {
                best = Some((layout, v));
            }
        }
    };
    let old = plan.levels[site];
    for level in (0..=LEVELS).filter(|&l| levels[l]) {
        #[allow(clippy::cast_possible_truncation)] // there are three levels
        let level = level as u8;
        offer(moved(problem, plan, near, &[(site, level)]));
        // one centre or hospital less or more: another takes its place, or gives way
        let rank = old.max(level);
        if rank < 2 {
            continue;
        }
        let joint = |j: usize| {
            let o = &problem.sites[j];
            j != site && !o.city && if rank == 3 { o.area == s.area } else { o.town.is_some() && o.town == s.town }
        };
        let partners: Vec<(usize, u8)> = match force {
            Force::Close => {
                let rises = |j: usize| (usize::from(rank)..=LEVELS).find(|&l| problem.sites[j].allowed[l]);
                let lower = (0..problem.sites.len()).filter(|&j| joint(j) && plan.levels[j] < rank);
                #[allow(clippy::cast_possible_truncation)] // there are three levels
                lower.filter_map(|j| rises(j).map(|l| (j, l as u8))).take(PARTNERS).collect()
            }
            Force::Open => {
                let falls = |j: usize| (0..usize::from(rank)).rev().find(|&l| problem.sites[j].allowed[l]);
                let upper = (0..problem.sites.len()).filter(|&j| joint(j) && plan.levels[j] >= rank);
                #[allow(clippy::cast_possible_truncation)] // there are three levels
                upper.filter_map(|j| falls(j).map(|l| (j, l as u8))).take(PARTNERS).collect()
            }
        };
        for (j, l) in partners {
            offer(moved(problem, plan, near, &[(site, level), (j, l)]));
        }
    }
    best
}
