//! The tables of a layout: money, access, coverage, beds, sites, objectives and their intervals.

use super::{BEDS, MINUTES, PEOPLE, Read, SUM};
use crate::check::Findings;
use crate::demand::LayoutProblem;
use crate::demand::layout::LEVELS;
use crate::network::Network;
use crate::plan::Termination;
use crate::plan::layout::{Access, LayoutPlan};
use crate::policy::layout::{BudgetCounts, Capability, Objective};
use std::collections::BTreeMap;

/// What the plan's tables must say.
struct Own {
    fixed: f64,
    charge: f64,
    capability: f64,
    capital: f64,
    budget: f64,
    minutes: f64,
    mean: [f64; LEVELS],
    p90: [f64; LEVELS],
    longest: [f64; LEVELS],
    uncovered: [f64; LEVELS],
    spread: f64,
    trip: f64,
}

pub(super) fn check(network: &Network, problem: &LayoutProblem, plan: &LayoutPlan, read: &Read, found: &mut Findings) {
    sites(problem, plan, read, found);
    let standard = problem.rules.coverage.unwrap_or_default();
    let own = own(problem, read, standard.minutes, standard.share);
    money(problem, plan, &own, found);
    access(problem, plan, &own, found);
    coverage(network, problem, plan, read, found);
    beds(network, problem, plan, read, found);
    objectives(problem, plan, read, &own, found);
}

fn close(value: f64) -> f64 {
    SUM * value.abs().max(1.0)
}

fn sites(problem: &LayoutProblem, plan: &LayoutPlan, read: &Read, found: &mut Findings) {
    let mut people = vec![[0.0; LEVELS]; problem.sites.len()];
    read.uses.iter().for_each(|u| people[u.2][u.1] += problem.clients[u.0].people * u.3);
    let position: BTreeMap<&str, usize> = problem.sites.iter().enumerate().map(|(j, s)| (s.code.as_str(), j)).collect();
    for s in &plan.sites {
        let Some(&j) = position.get(s.code.as_str()) else { continue };
        let site = &problem.sites[j];
        for (n, (mine, right)) in s.people.iter().zip(&people[j]).enumerate() {
            let place = || format!("{}, level {}", s.code, n + 1);
            found.equal("site-people", place, *mine, *right, PEOPLE, "Not the people that the assignments send there.");
        }
        let level = usize::from(s.level);
        let fixed = if level == 0 || site.city { 0.0 } else { site.fixed_cost[level - 1] };
        let capital = if level < 2 { 0.0 } else { (s.beds - site.beds_now).max(0.0) * site.capital[level - 2] };
        found.equal("site-money", || s.code.clone(), s.fixed_cost, fixed, close(fixed), "Not its fixed cost.");
        found.equal("site-money", || s.code.clone(), s.capital, capital, close(capital), "Not the capital of its beds.");
    }
}

/// Everything again, from levels, beds and assignments.
fn own(problem: &LayoutProblem, read: &Read, standard: [f64; LEVELS], share: [f64; LEVELS]) -> Own {
    let rules = &problem.rules;
    let mut o = Own {
        fixed: 0.0,
        charge: 0.0,
        capability: 0.0,
        capital: 0.0,
        budget: 0.0,
        minutes: 0.0,
        mean: [0.0; LEVELS],
        p90: [0.0; LEVELS],
        longest: [0.0; LEVELS],
        uncovered: [0.0; LEVELS],
        spread: 0.0,
        trip: 0.0,
    };
    for (j, site) in problem.sites.iter().enumerate().filter(|(j, s)| read.levels[*j] > 0 && !s.city) {
        let level = usize::from(read.levels[j]);
        o.fixed += site.fixed_cost[level - 1];
        o.budget += match rules.budget.map_or(BudgetCounts::New, |b| b.counts) {
            BudgetCounts::New if site.now > 0 => {
                (site.fixed_cost[level - 1] - site.fixed_cost[usize::from(site.now) - 1]).max(0.0)
                    * f64::from(u8::from(level > usize::from(site.now)))
            }
            _ => site.fixed_cost[level - 1],
        };
        if level >= 2 {
            o.capital += (read.beds[j] - site.beds_now).max(0.0) * site.capital[level - 2];
        }
        for which in Capability::ALL.into_iter().filter(|w| read.flags[j][*w as usize] && !site.has[*w as usize]) {
            o.capability += rules.capability.get(&which).map_or(0.0, |c| c.cost);
        }
    }
    o.charge = o.capital * rules.beds.as_ref().map_or(0.0, |b| b.charge);
    o.budget += o.capital + o.capability;
    let mut ways = vec![[0.0; LEVELS]; problem.clients.len()];
    read.uses.iter().for_each(|u| ways[u.0][u.1] += u.3 * u.4);
    let trips: f64 = rules.trips.iter().sum();
    let mut towns: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for (i, c) in problem.clients.iter().enumerate() {
        let town = towns.entry(c.town.0).or_default();
        town.0 += c.people;
        for n in 0..LEVELS {
            o.minutes += 2.0 * ways[i][n] * c.people * rules.trips[n];
            o.mean[n] += ways[i][n] * c.people / problem.people;
            o.longest[n] = o.longest[n].max(ways[i][n]);
            town.1 += ways[i][n] * c.people * rules.trips[n] / trips;
            let near = problem.times.row(i).any(|t| t.1 <= standard[n] && usize::from(read.levels[t.0]) > n);
            o.uncovered[n] += if share[n] > 0.0 && !near { c.people } else { 0.0 };
        }
    }
    for n in 0..LEVELS {
        let mut sorted: Vec<(f64, f64)> = ways.iter().zip(&problem.clients).map(|(w, c)| (w[n], c.people)).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        // the first way that leaves at most a tenth of the people beyond it
        let mut beyond: f64 = sorted.iter().map(|s| s.1).sum();
        for &(way, people) in &sorted {
            beyond -= people;
            if beyond <= 0.1 * problem.people + 1e-5 {
                o.p90[n] = way;
                break;
            }
        }
    }
    let means: Vec<(f64, f64)> = towns.values().map(|t| (t.1 / t.0, t.0)).collect();
    o.trip = means.iter().map(|m| m.0 * m.1).sum::<f64>() / problem.people;
    for a in &means {
        for b in &means {
            o.spread += a.1 * b.1 * (a.0 - b.0).abs() / (problem.people * problem.people);
        }
    }
    o
}

fn money(problem: &LayoutProblem, plan: &LayoutPlan, own: &Own, found: &mut Findings) {
    let m = &plan.money;
    let travel = own.minutes * problem.minute;
    let total = own.fixed + own.charge + own.capability + travel;
    let before: f64 = problem.sites.iter().filter(|s| s.now > 0 && !s.city).map(|s| s.fixed_cost[usize::from(s.now) - 1]).sum();
    for (name, mine, right) in [
        ("fixed", m.fixed, own.fixed),
        ("charge", m.charge, own.charge),
        ("capability", m.capability, own.capability),
        ("travel", m.travel, travel),
        ("total", m.total, total),
        ("capital", m.capital, own.capital),
        ("budget_used", m.budget_used, own.budget),
        ("fixed_before", m.fixed_before, before),
    ] {
        found.equal("money", || name.into(), mine, right, close(right), "Not what levels, beds and assignments make.");
    }
    let mut travel_before = Some(0.0);
    for n in 0..LEVELS {
        for (i, c) in problem.clients.iter().enumerate() {
            let way = problem.times.row(i).find(|t| usize::from(problem.sites[t.0].now) > n).map(|t| t.1);
            travel_before = travel_before.zip(way).map(|(sum, way)| sum + 2.0 * way * c.people * problem.rules.trips[n] * problem.minute);
        }
    }
    let value = |v: Option<f64>| v.unwrap_or(-1.0);
    let right = value(travel_before);
    found.equal("money", || "travel_before".into(), value(m.travel_before), right, close(right), "Not the travel to today's sites.");
}

fn access(problem: &LayoutProblem, plan: &LayoutPlan, own: &Own, found: &mut Findings) {
    if plan.access.len() != LEVELS + 1 {
        found.add("access", "access", plan.access.len() as f64, LEVELS as f64 + 1.0, "One row a level and one for all.");
        return;
    }
    let rules = &problem.rules;
    let trips: f64 = rules.trips.iter().sum();
    for (n, row) in plan.access.iter().enumerate() {
        let all = n == LEVELS;
        let weighted: f64 = (0..LEVELS).map(|l| own.p90[l] * rules.trips[l] / trips).sum();
        let right = if all {
            (0.0, own.trip, weighted, own.longest.iter().copied().fold(0.0, f64::max))
        } else {
            (n as f64 + 1.0, own.mean[n], own.p90[n], own.longest[n])
        };
        let mut say = |name: &str, mine: f64, right: f64| {
            found.equal("access", || format!("row {n}, {name}"), mine, right, MINUTES, "Not what the assignments make.");
        };
        say("level", f64::from(row.level), right.0);
        say("mean", row.mean, right.1);
        say("p90", row.p90, right.2);
        say("longest", row.longest, right.3);
        let gini = if all { if own.trip > 0.0 { own.spread / (2.0 * own.trip) } else { 0.0 } } else { -1.0 };
        say("gini", row.gini.unwrap_or(-1.0), gini);
        say("mean_before", row.mean_before.unwrap_or(-1.0), before(problem, row));
    }
}

/// Mean minutes to today's sites; -1 where somebody has none.
fn before(problem: &LayoutProblem, row: &Access) -> f64 {
    let rules = &problem.rules;
    let trips: f64 = rules.trips.iter().sum();
    let mut sum = 0.0;
    for n in (0..LEVELS).filter(|n| row.level == 0 || usize::from(row.level) == n + 1) {
        let weight = if row.level == 0 { rules.trips[n] / trips } else { 1.0 };
        for (i, c) in problem.clients.iter().enumerate() {
            let Some((_, way)) = problem.times.row(i).find(|t| usize::from(problem.sites[t.0].now) > n) else { return -1.0 };
            sum += weight * way * c.people / problem.people;
        }
    }
    sum
}

fn coverage(network: &Network, problem: &LayoutProblem, plan: &LayoutPlan, read: &Read, found: &mut Findings) {
    let standard = problem.rules.coverage.unwrap_or_default();
    let asked = problem.rules.coverage;
    let mut rows = plan.coverage.iter();
    for n in 0..LEVELS {
        let near =
            |i: usize, level: &dyn Fn(usize) -> u8| problem.times.row(i).any(|t| t.1 <= standard.minutes[n] && usize::from(level(t.0)) > n);
        for area in std::iter::once(None).chain((0..network.areas.len()).map(Some)) {
            let ours: Vec<usize> =
                (0..problem.clients.len()).filter(|&i| area.is_none_or(|a| problem.clients[i].area.index() == a)).collect();
            let people: f64 = ours.iter().map(|&i| problem.clients[i].people).sum();
            if people <= 0.0 {
                continue;
            }
            let share = |level: &dyn Fn(usize) -> u8| {
                ours.iter().filter(|&&i| near(i, level)).map(|&i| problem.clients[i].people).sum::<f64>() / people
            };
            let Some(row) = rows.next() else {
                found.add("coverage-table", format!("level {}", n + 1), plan.coverage.len() as f64, f64::NAN, "A row is missing.");
                return;
            };
            let wanted = asked.filter(|c| c.share[n] > 0.0 && c.by_area == area.is_some()).map(|c| c.share[n]);
            let position = |a: Option<usize>| a.map_or(-1.0, |a| a as f64);
            for (name, mine, right) in [
                ("level", f64::from(row.level), n as f64 + 1.0),
                ("area", position(row.area.map(|a| a as usize)), position(area)),
                ("minutes", row.minutes, standard.minutes[n]),
                ("people", row.people, people),
                ("before", row.before, share(&|j| problem.sites[j].now)),
                ("after", row.after, share(&|j| read.levels[j])),
                ("wanted", row.wanted.unwrap_or(-1.0), wanted.unwrap_or(-1.0)),
            ] {
                let place = || format!("level {}, {}, {name}", n + 1, area.map_or("all", |a| network.areas[a].code.as_str()));
                found.equal("coverage-table", place, mine, right, close(right), "Not what the open sites cover.");
            }
        }
    }
    if rows.next().is_some() {
        found.add("coverage-table", "rows", plan.coverage.len() as f64, f64::NAN, "There are rows too many.");
    }
}

fn beds(network: &Network, problem: &LayoutProblem, plan: &LayoutPlan, read: &Read, found: &mut Findings) {
    let mut rows = plan.beds.iter();
    for level in 2..=4_u8 {
        for area in std::iter::once(None).chain((0..network.areas.len()).map(Some)) {
            let ours = |j: &usize| area.is_none_or(|a| problem.sites[*j].area.index() == a);
            let at = |j: usize, l: u8| if problem.sites[j].city { 4 } else { l } == level && l >= 2;
            let before: f64 =
                (0..problem.sites.len()).filter(ours).filter(|&j| at(j, problem.sites[j].now)).map(|j| problem.sites[j].beds_now).sum();
            let after: f64 = (0..problem.sites.len()).filter(ours).filter(|&j| at(j, read.levels[j])).map(|j| read.beds[j]).sum();
            let heads: f64 = problem.clients.iter().filter(|c| area.is_none_or(|a| c.area.index() == a)).map(|c| c.people).sum();
            if heads <= 0.0 || (area.is_some() && before <= 0.0 && after <= 0.0) {
                continue;
            }
            let Some(row) = rows.next() else {
                found.add("beds-table", format!("level {level}"), plan.beds.len() as f64, f64::NAN, "A row is missing.");
                return;
            };
            let position = |a: Option<usize>| a.map_or(-1.0, |a| a as f64);
            for (name, mine, right, room) in [
                ("level", f64::from(row.level), f64::from(level), 0.0),
                ("area", position(row.area.map(|a| a as usize)), position(area), 0.0),
                ("before", row.before, before, BEDS + close(before)),
                ("after", row.after, after, BEDS + close(after)),
                ("per_1000", row.per_1000, 1000.0 * after / heads, 1e-6),
            ] {
                let place = || format!("level {level}, {}, {name}", area.map_or("all", |a| network.areas[a].code.as_str()));
                found.equal("beds-table", place, mine, right, room, "Not the sum over sites.");
            }
        }
    }
    if rows.next().is_some() {
        found.add("beds-table", "rows", plan.beds.len() as f64, f64::NAN, "There are rows too many.");
    }
}

fn objectives(problem: &LayoutProblem, plan: &LayoutPlan, read: &Read, own: &Own, found: &mut Findings) {
    let value = |objective: Objective| match objective {
        Objective::Cost => own.fixed + own.charge + own.capability + own.minutes * problem.minute,
        Objective::Money => own.fixed + own.charge + own.capability,
        Objective::Travel => own.minutes / problem.people,
        Objective::Coverage => own.uncovered.iter().sum(),
        Objective::Worst => own.longest.iter().sum(),
        Objective::P90 => own.p90.iter().sum(),
        Objective::Gini => own.spread,
        Objective::Clinics => problem.sites.iter().zip(&read.levels).filter(|(s, l)| **l == 1 && !s.city).count() as f64,
    };
    let asked = &problem.rules.objective;
    if plan.objectives.is_empty() || plan.objectives.len() > asked.len() {
        found.add("objective", "objectives", plan.objectives.len() as f64, asked.len() as f64, "Not the objectives that were asked.");
        return;
    }
    for (n, o) in plan.objectives.iter().enumerate() {
        let name = o.objective.name();
        if o.objective != asked[n] || o.unit != o.objective.unit() {
            found.add("objective", name, n as f64, n as f64, "Not the objective asked for, or not its unit.");
        }
        let right = value(o.objective);
        found.equal("objective", || name.into(), o.value, right, close(right), "Not what levels, beds and assignments make.");
        found.equal("bounds", || name.into(), o.bounds.primal, right, close(right), "The primal value is not the objective.");
        found.at_most("bounds", || name.into(), o.bounds.dual, right, close(right) * 10.0, "The dual bound is above the value.");
    }
    if !plan.gap_asked.is_finite() || plan.gap_asked < 0.0 {
        found.add("termination", "gap_asked", plan.gap_asked, 0.0, "The gap is a number, zero or more.");
    }
    match plan.termination {
        Termination::Optimal => {
            // later objectives are worked out among layouts that give up `tolerance` of the earlier ones
            for (n, o) in plan.objectives.iter().enumerate() {
                let later = if n + 1 < plan.objectives.len() { problem.rules.tolerance } else { 0.0 };
                let room = (plan.gap_asked + later) * 1.01 + 1e-6;
                found.at_most(
                    "termination",
                    || o.objective.name().into(),
                    o.bounds.gap(),
                    room,
                    0.0,
                    "Called optimal with a gap that is not.",
                );
            }
            if plan.objectives.len() < asked.len() {
                found.add(
                    "termination",
                    "objectives",
                    plan.objectives.len() as f64,
                    asked.len() as f64,
                    "Called optimal before all objectives were.",
                );
            }
        }
        Termination::Feasible(_) => {}
        _ => found.add("termination", "termination", f64::NAN, f64::NAN, "A plan of a run that found none."),
    }
    for (name, price) in &plan.prices {
        if !price.is_finite() || *price < 0.0 {
            found.add("shape", name, *price, 0.0, "A price is a number, zero or more.");
        }
    }
    for (n, point) in plan.front.iter().enumerate() {
        let bad = point.values.values().any(|v| !v.is_finite());
        let ask = problem.rules.pareto;
        let above = ask.is_some_and(|a| {
            let (bound, least) = (point.values.get(a.bound.name()), point.values.get(a.minimise.name()));
            let over = bound.zip(point.limit).is_some_and(|(v, limit)| *v > limit + 1e-5 * limit.abs().max(1.0));
            over || least.zip(point.dual).is_some_and(|(v, dual)| *v < dual - 1e-5 * dual.abs().max(1.0))
        });
        if bad || above || ask.is_none() {
            found.add("front", format!("point {n}"), f64::NAN, f64::NAN, "A point breaks its own limit or bound, or nobody asked for it.");
        }
    }
}
