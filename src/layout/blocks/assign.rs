//! Who uses which site, and how many beds each has, at given levels: greedily, or exactly as a linear program over the cheapest sites.

use super::dual::Costs;
use super::search::{self, Ways};
use crate::backend::{self, LpStatus};
use crate::demand::layout::LEVELS;
use crate::layout::evaluate::Use;
use crate::model::LinearModel;
use crate::outcome::{Limits, Silent};

/// A catchment's layout in full.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Level of each site, by own position.
    pub levels: Vec<u8>,
    /// Beds of each site.
    pub beds: Vec<f64>,
    /// Uses by level: client, site (own positions), share, minutes.
    pub ways: [Ways; LEVELS],
}

/// Sites of a client at level 2 that the linear program looks at, the cheapest first.
const LOOKED_AT: usize = 8;

/// The plan of levels, greedily; `None` when somebody finds no room.
#[must_use]
pub fn greedy(costs: &Costs<'_>, levels: &[u8]) -> Option<Plan> {
    let (mut near, mut far) = (Ways::new(), [Ways::new(), Ways::new()]);
    let short = search::near(costs, levels, Some(&mut near)).short + search::far(costs, levels, Some(&mut far)).short;
    let people: f64 = costs.people.iter().sum();
    if short > 1e-9 * people {
        return None;
    }
    let [two, three] = far;
    let mut plan = Plan { levels: levels.to_vec(), beds: vec![0.0; levels.len()], ways: [near, two, three] };
    beds(costs, &mut plan);
    Some(plan)
}

/// Beds that the uses of a plan need, and those that pay for themselves.
fn beds(costs: &Costs<'_>, plan: &mut Plan) {
    let p = costs.priced.frame.problem;
    let mut used = vec![0.0; plan.levels.len()];
    for l in 2..=LEVELS {
        for &(i, j, share, _) in &plan.ways[l - 1] {
            used[j as usize] += share * costs.need[l - 1][i as usize];
        }
    }
    #[allow(clippy::needless_range_loop)] // one position in several tables
    for j in 0..plan.levels.len() {
        let (site, level) = (&p.sites[costs.block.sites[j] as usize], usize::from(plan.levels[j]));
        plan.beds[j] = match level {
            0 | 1 => 0.0,
            _ if site.city || p.rules.beds.is_none() => site.beds_now,
            l => {
                let supply = &costs.supply[j][l - 2];
                supply.at_least(used[j]).clamp(site.beds_min[l - 2], site.beds_max[l - 2])
            }
        };
    }
}

/// The plan with the exact assignment to centres and hospitals over the cheapest sites of each client and those of the greedy plan.
#[must_use]
pub fn exact(costs: &Costs<'_>, levels: &[u8]) -> Option<Plan> {
    let mut plan = greedy(costs, levels)?;
    let bedded = costs.priced.frame.problem.rules.beds.is_some() && costs.need.iter().flatten().any(|n| *n > 0.0);
    let crowded = costs.crowd.iter().any(|c| c[1].is_finite() || c[2].is_finite());
    if bedded || crowded {
        two_levels(costs, &mut plan);
    }
    beds(costs, &mut plan);
    Some(plan)
}

fn two_levels(costs: &Costs<'_>, plan: &mut Plan) {
    let mut m = LinearModel::new();
    let sites = plan.levels.len();
    let open = |j: usize| plan.levels[j] >= 2;
    let mut need = vec![usize::MAX; sites];
    let mut crowd = vec![[usize::MAX; 2]; sites];
    for &j in costs.block.high.iter().filter(|&&j| open(j as usize)) {
        let j = j as usize;
        let supply = &costs.supply[j][usize::from(plan.levels[j]) - 2];
        if supply.least.is_finite() {
            need[j] = m.add_row(f64::NEG_INFINITY, supply.least);
            for (length, price) in supply.more {
                if length > 0.0 {
                    m.add_col(price, length, length, &[(need[j], -1.0)]);
                }
            }
        }
        #[allow(clippy::needless_range_loop)] // one position in several tables
        for n in 0..2 {
            if costs.crowd[j][n + 1].is_finite() {
                crowd[j][n] = m.add_row(f64::NEG_INFINITY, costs.crowd[j][n + 1] * 1e-3);
            }
        }
    }
    let mut columns: Vec<(usize, u32, u32, f64)> = Vec::new();
    for l in 2..=LEVELS {
        let mut greedy: Vec<Vec<u32>> = vec![Vec::new(); costs.people.len()];
        plan.ways[l - 1].iter().for_each(|w| greedy[w.0 as usize].push(w.1));
        for (i, chosen) in greedy.iter().enumerate() {
            let row = m.add_row(1.0, 1.0);
            let (way, beds) = (costs.way[l - 1][i], costs.need[l - 1][i]);
            let mut looked = 0;
            for &(j, t) in costs.block.far[i].iter().filter(|(j, _)| usize::from(plan.levels[*j as usize]) >= l) {
                looked += 1;
                if looked > LOOKED_AT && !chosen.contains(&j) {
                    continue;
                }
                let mut entries = vec![(row, 1.0)];
                if need[j as usize] != usize::MAX && beds > 0.0 {
                    entries.push((need[j as usize], beds));
                }
                if crowd[j as usize][l - 2] != usize::MAX {
                    entries.push((crowd[j as usize][l - 2], costs.people[i] * 1e-3));
                }
                let column = m.add_col(way * t, 1.0, 1.0, &entries);
                #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
                columns.push((column, (i as u32) << 2 | l as u32, j, t));
            }
        }
    }
    let Ok(s) = backend::default_mip().solve(&m, &Limits { threads: 1, ..Limits::default() }, &Silent) else { return };
    if s.status != LpStatus::Optimal {
        return;
    }
    let mut ways: [Ways; 2] = Default::default();
    for (column, who, j, t) in columns {
        let share = s.values[column];
        if share > 1e-9 {
            ways[(who & 3) as usize - 2].push((who >> 2, j, share, t));
        }
    }
    let [two, three] = ways;
    (plan.ways[1], plan.ways[2]) = (two, three);
    for l in 2..=LEVELS {
        let mut sum = vec![0.0; costs.people.len()];
        plan.ways[l - 1].iter().for_each(|w| sum[w.0 as usize] += w.2);
        plan.ways[l - 1].iter_mut().for_each(|w| w.2 /= sum[w.0 as usize]);
    }
}

/// Cost of a plan by the objective, and what it takes of each shared row: from levels, beds and ways alone.
#[must_use]
pub fn account(costs: &Costs<'_>, plan: &Plan) -> (f64, Vec<f64>) {
    let frame = costs.priced.frame;
    let p = frame.problem;
    let mut way = 0.0;
    for l in 1..=LEVELS {
        for &(i, _, share, t) in &plan.ways[l - 1] {
            way += 2.0 * costs.people[i as usize] * p.rules.trips[l - 1] * share * t;
        }
    }
    let mut cost = frame.goal.way * way;
    let mut uses: Vec<f64> = frame.shared.iter().map(|r| r.weights.map_or(0.0, |w| w.way * way)).collect();
    for (j, &level) in plan.levels.iter().enumerate() {
        let (at, level) = (costs.block.sites[j] as usize, usize::from(level));
        let site = &p.sites[at];
        if level == 0 || site.city {
            continue;
        }
        cost += frame.goal.money * site.fixed_cost[level - 1];
        let bedded = level >= 2 && p.rules.beds.is_some();
        let (beds, added) = if bedded { (plan.beds[j], (plan.beds[j] - site.beds_now).max(0.0)) } else { (0.0, 0.0) };
        if bedded {
            cost += frame.goal.money * frame.charge() * site.capital[level - 2] * added;
        }
        for (r, u) in uses.iter_mut().enumerate() {
            *u += frame.fixed_use(r, at, level);
            if bedded {
                let (per_bed, per_added) = frame.bed_use(r, at, level - 2);
                *u += per_bed * beds + per_added * added;
            }
        }
    }
    (cost, uses)
}

/// Uses of a plan with the positions of the whole problem, by client then site.
#[must_use]
pub fn uses(costs: &Costs<'_>, plan: &Plan) -> [Vec<Use>; LEVELS] {
    let block = costs.block;
    std::array::from_fn(|n| {
        let of = |&(i, j, share, minutes): &(u32, u32, f64, f64)| Use {
            client: block.clients[i as usize],
            site: block.sites[j as usize],
            share: f64::min(share, 1.0),
            minutes,
        };
        let mut out: Vec<Use> = plan.ways[n].iter().map(of).collect();
        out.sort_unstable_by_key(|u| (u.client, u.site));
        out
    })
}
