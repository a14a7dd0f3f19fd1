//! Access, measured again from its definition: catchments, index, coverage, Gini and Theil, and who is served worst.

use super::{Findings, VALUE};
use crate::demand::Problem;
use crate::ids::{FacilityId, SettlementId};
use crate::network::Case;
use crate::plan::reform::ReformPlan;
use crate::plan::reform::access::AccessAnswer;
use crate::travel::Place;

/// Catchments and standards of rank 1 to 4, minutes; weights of the ranks.
const MINUTES: [f64; 4] = [15.0, 30.0, 60.0, 120.0];
const WEIGHTS: [f64; 4] = [0.25, 0.30, 0.25, 0.20];

#[allow(clippy::cast_precision_loss)] // people are far below 2^53
fn float(n: u64) -> f64 {
    n as f64
}

fn decay(minutes: f64, limit: f64) -> f64 {
    let end = (-0.5_f64).exp();
    if minutes > limit { 0.0 } else { ((-(minutes * minutes) / (2.0 * limit * limit)).exp() - end) / (1.0 - end) }
}

pub(super) fn check(case: &Case, problem: &Problem, plan: &ReformPlan, a: &AccessAnswer, found: &mut Findings) {
    let n = &case.network;
    let rules = plan.scenario.reform.clone().unwrap_or_default().access;
    if a.rows.len() != n.settlements.len()
        || a.rows.iter().zip(&n.settlements).any(|(r, s)| r.settlement != s.code || r.people != s.population.0)
    {
        found.add(
            "names",
            "rows",
            float(a.rows.len() as u64),
            float(n.settlements.len() as u64),
            "The rows are not the settlements of the case.",
        );
        return;
    }
    let heads: Vec<f64> = n.settlements.iter().map(|s| float(s.population.0)).collect();
    let all: f64 = heads.iter().sum();
    let from: Vec<Place> = (0..heads.len()).map(|i| Place::Settlement(SettlementId::new(i))).collect();
    let open: Vec<usize> = (0..n.facilities.len()).filter(|&j| problem.beds[j] > 0.0 || problem.doctors[j] > 0.0).collect();
    let place = |j: &usize| Place::Facility(FacilityId::new(*j));
    let mut index = vec![0.0; heads.len()];
    let mut weight = 0.0;
    for level in 0..4 {
        let limit = MINUTES[level];
        let members: Vec<usize> = open.iter().copied().filter(|&j| usize::from(n.facilities[j].rank()) == level + 1).collect();
        // one facility after the other, where the measurement went one settlement after the other
        let mut reach = vec![0.0; heads.len()];
        let mut supply_used = 0.0;
        let times = case.travel.within(n, &from, &members.iter().map(place).collect::<Vec<_>>(), limit);
        let mut of_member: Vec<Vec<(usize, f64)>> = vec![Vec::new(); members.len()];
        for i in 0..heads.len() {
            for (m, t) in times.row(i) {
                of_member[m].push((i, decay(t, limit)));
            }
        }
        for (m, around) in of_member.iter().enumerate() {
            let f = &n.facilities[members[m]];
            let supply = if level < 2 { f.doctors.0 } else { f64::from(f.beds.0) };
            let demand: f64 = around.iter().map(|(i, w)| heads[*i] * w).sum();
            if demand > 0.0 {
                around.iter().for_each(|(i, w)| reach[*i] += supply / demand * w);
                supply_used += supply;
            }
        }
        let mean = reach.iter().zip(&heads).map(|(r, h)| r * h).sum::<f64>() / all;
        if mean > 0.0 {
            weight += WEIGHTS[level];
            index.iter_mut().zip(&reach).for_each(|(x, r)| *x += WEIGHTS[level] * r / mean);
        }
        let size = VALUE * supply_used.max(1.0);
        found.equal(
            "value",
            || format!("supply of rank {}", level + 1),
            a.supply[level],
            supply_used,
            size,
            "The supply reached is another.",
        );
        let upward: Vec<Place> = open.iter().filter(|&&j| usize::from(n.facilities[j].rank()) > level).map(place).collect();
        let nearest = case.travel.nearest(n, &from, &upward, 1);
        let mut beyond = 0_u64;
        for (i, row) in a.rows.iter().enumerate() {
            let t = nearest.row(i).next().map(|(_, t)| t);
            let at = || format!("{} rank {}", row.settlement, level + 1);
            let (is, should) = (row.minutes[level].unwrap_or(-1.0), t.unwrap_or(-1.0));
            found.equal("value", at, is, should, VALUE * should.abs().max(1.0), "The nearest facility is not as far.");
            found.equal("value", at, row.by_rank[level], reach[i], VALUE * reach[i].max(1e-3), "The access at this rank is another.");
            beyond += if t.is_some_and(|t| t <= limit) { 0 } else { row.people };
        }
        let at = || format!("rank {}", level + 1);
        found.equal("value", at, float(a.beyond[level]), float(beyond), 0.0, "Another number of people lie beyond the standard.");
        found.equal("value", at, a.coverage[level], 1.0 - float(beyond) / all, VALUE, "The share of people covered is another.");
    }
    if weight > 0.0 {
        index.iter_mut().for_each(|x| *x /= weight);
    }
    for (row, x) in a.rows.iter().zip(&index) {
        found.equal("value", || row.settlement.clone(), row.index, *x, VALUE * x.max(1.0), "The index is another.");
    }
    spread(plan, a, &index, &heads, found);
    areas(case, a, &index, &heads, found);
    let mut order: Vec<usize> = (0..heads.len())
        .filter(|&i| {
            let s = &n.settlements[i];
            let asked = rules.areas.is_empty() || rules.areas.contains(&n.area(s.area).code);
            asked && s.population.0 >= rules.least_people.max(1)
        })
        .collect();
    let hospital = |i: usize| a.rows[i].minutes[2].unwrap_or(f64::INFINITY);
    order.sort_by(|&x, &y| a.rows[x].index.total_cmp(&a.rows[y].index).then(hospital(y).total_cmp(&hospital(x))).then(x.cmp(&y)));
    let worst: Vec<&str> = order.iter().take(rules.worst as usize).map(|&i| a.rows[i].settlement.as_str()).collect();
    if a.worst != worst {
        found.add("value", "worst", float(a.worst.len() as u64), float(worst.len() as u64), "Others are served worst.");
    }
}

/// Gini by the trapezoid under the sorted curve, Theil by its sum.
fn spread(plan: &ReformPlan, a: &AccessAnswer, index: &[f64], heads: &[f64], found: &mut Findings) {
    let mut order: Vec<usize> = (0..index.len()).filter(|&i| heads[i] > 0.0).collect();
    order.sort_by(|&x, &y| index[x].total_cmp(&index[y]));
    let (all, total): (f64, f64) = (heads.iter().sum(), index.iter().zip(heads).map(|(x, h)| x * h).sum());
    let (mut area, mut below) = (0.0, 0.0);
    for &i in &order {
        let above = below + index[i] * heads[i] / total;
        area += (below + above) / 2.0 * heads[i] / all;
        below = above;
    }
    let gini = if total > 0.0 { 1.0 - 2.0 * area } else { 0.0 };
    found.equal("objective", || "Gini".into(), plan.objective, gini, VALUE, "The Gini coefficient is another.");
    let mean = total / all;
    let theil: f64 = order.iter().filter(|&&i| index[i] > 0.0).map(|&i| heads[i] / all * index[i] / mean * (index[i] / mean).ln()).sum();
    if total > 0.0 {
        found.equal("value", || "Theil".into(), a.theil, theil, VALUE, "The Theil index is another.");
    }
}

fn areas(case: &Case, a: &AccessAnswer, index: &[f64], heads: &[f64], found: &mut Findings) {
    let n = &case.network;
    let mut rows = a.areas.iter();
    for (k, area) in n.areas.iter().enumerate() {
        let here: Vec<usize> = (0..heads.len()).filter(|&i| n.settlements[i].area.index() == k).collect();
        let all: f64 = here.iter().map(|&i| heads[i]).sum();
        if all <= 0.0 {
            continue;
        }
        let Some(row) = rows.next().filter(|r| r.area == area.code) else {
            found.add("names", area.code.as_str(), 0.0, 1.0, "The areas are not those with people, in the order of the case.");
            return;
        };
        let mean = here.iter().map(|&i| heads[i] * index[i]).sum::<f64>() / all;
        found.equal("value", || area.code.clone(), row.index, mean, VALUE * mean.max(1.0), "The mean index of the area is another.");
        found.equal("value", || area.code.clone(), float(row.people), all, 0.0, "The area has another number of people.");
        for (level, limit) in MINUTES.iter().enumerate() {
            let within = |i: &&usize| a.rows[**i].minutes[level].is_some_and(|t| t <= *limit);
            let share = here.iter().filter(within).map(|&i| heads[i]).sum::<f64>() / all;
            found.equal("value", || area.code.clone(), row.coverage[level], share, VALUE, "The coverage of the area is another.");
        }
    }
}
