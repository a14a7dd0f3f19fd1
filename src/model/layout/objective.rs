//! Objectives as terms, and the rows that worst, p90 and gini need (O1 to O3).

use super::{MONEY, Making, NO_COLUMN, PEOPLE, beds};
use crate::demand::layout::{LEVELS, LayoutProblem};
use crate::policy::layout::Objective;
use std::collections::BTreeMap;

/// Factor from an objective's own unit to the model's.
pub(super) fn scale(problem: &LayoutProblem, objective: Objective) -> f64 {
    match objective {
        Objective::Cost | Objective::Money => MONEY,
        // minutes of all people in a year, in thousands
        Objective::Travel => PEOPLE * problem.people,
        Objective::Coverage => PEOPLE,
        Objective::Worst | Objective::P90 | Objective::Gini | Objective::Clinics => 1.0,
    }
}

/// Travel terms: `factor` times minutes there and back, people and trips.
fn travel(making: &Making<'_>, factor: f64) -> (Vec<(u32, f64)>, f64) {
    let p = making.problem;
    let (mut terms, mut constant) = (Vec::new(), 0.0);
    for l in 1..=LEVELS {
        let lists = &making.lists[l - 1];
        for i in 0..lists.start.len().saturating_sub(1) {
            let weight = factor * 2.0 * p.clients[i].people * p.rules.trips[l - 1];
            for s in lists.of(i) {
                if s.column == NO_COLUMN {
                    constant += weight * s.minutes;
                } else {
                    terms.push((s.column, weight * s.minutes));
                }
            }
            if let Some((column, minutes)) = lists.outside[i] {
                terms.push((column, weight * minutes));
            }
        }
    }
    (terms, constant)
}

/// Terms and constant of an objective in the model's unit; a column may appear once only.
pub(super) fn terms(making: &Making<'_>, objective: Objective) -> (Vec<(u32, f64)>, f64) {
    let p = making.problem;
    match objective {
        Objective::Cost => {
            let (mut terms, mut constant) = money(making);
            let (more, rest) = travel(making, p.minute * MONEY);
            terms.extend(more);
            constant += rest;
            (terms, constant)
        }
        Objective::Money => money(making),
        Objective::Travel => travel(making, PEOPLE),
        Objective::Coverage => {
            let late = making.uncovered.iter().flat_map(|late| late.iter().enumerate());
            (late.filter(|(_, c)| **c != NO_COLUMN).map(|(i, &c)| (c, p.clients[i].people * PEOPLE)).collect(), 0.0)
        }
        Objective::Worst => (making.longest.iter().filter(|c| **c != NO_COLUMN).map(|&c| (c, 1.0)).collect(), 0.0),
        Objective::P90 => (making.usual.iter().filter(|c| **c != NO_COLUMN).map(|&c| (c, 1.0)).collect(), 0.0),
        Objective::Gini => (making.spread.clone(), 0.0),
        Objective::Clinics => {
            let sure = making.settled.iter().filter(|s| **s == Some(1)).count();
            (making.open.iter().map(|o| o[0]).filter(|c| *c != NO_COLUMN).map(|c| (c, 1.0)).collect(), sure as f64)
        }
    }
}

fn money(making: &Making<'_>) -> (Vec<(u32, f64)>, f64) {
    let p = making.problem;
    let (mut terms, mut constant) = (Vec::new(), 0.0);
    for (j, site) in p.sites.iter().enumerate().filter(|(_, s)| !s.city) {
        for l in 1..=LEVELS {
            if making.open[j][l - 1] != NO_COLUMN {
                terms.push((making.open[j][l - 1], site.fixed_cost[l - 1] * MONEY));
            }
        }
        constant += making.settled[j].filter(|l| *l > 0).map_or(0.0, |l| site.fixed_cost[usize::from(l) - 1] * MONEY);
        let charge = p.rules.beds.as_ref().map_or(0.0, |b| b.charge);
        for n in (0..2).filter(|&n| making.added[j][n] != NO_COLUMN) {
            terms.push((making.added[j][n], site.capital[n] * charge * MONEY));
        }
    }
    terms.extend(beds::flag_terms(making));
    (terms, constant)
}

/// Minutes of a client at a level as terms, its constant, and the largest value.
fn minutes(making: &Making<'_>, level: usize, client: usize) -> (Vec<(u32, f64)>, f64, f64) {
    let lists = &making.lists[level - 1];
    let list = lists.of(client);
    let most = list.iter().map(|s| s.minutes).chain(lists.outside[client].map(|o| o.1)).fold(0.0, f64::max);
    let constant = list.iter().filter(|s| s.column == NO_COLUMN).map(|s| s.minutes).sum();
    let mut terms: Vec<(u32, f64)> = list.iter().filter(|s| s.column != NO_COLUMN).map(|s| (s.column, s.minutes)).collect();
    terms.extend(lists.outside[client]);
    (terms, constant, most)
}

/// O1 to O3, for the objectives at work.
pub(super) fn rows(making: &mut Making<'_>) {
    let p = making.problem;
    let (worst, usual) = (making.asks(&[Objective::Worst]), making.asks(&[Objective::P90]));
    if worst || usual {
        for l in 1..=LEVELS {
            let longest = if worst { making.m.column(0.0, f64::INFINITY) } else { NO_COLUMN };
            let floor = making.options.floors[l - 1];
            let most_of_us = if usual { making.m.column(floor, f64::INFINITY) } else { NO_COLUMN };
            (making.longest[l - 1], making.usual[l - 1]) = (longest, most_of_us);
            let mut late = Vec::new();
            for i in 0..p.clients.len() {
                let (terms, constant, most) = minutes(making, l, i);
                let mut row: Vec<(u32, f64)> = terms.iter().map(|t| (t.0, -t.1)).collect();
                if worst {
                    row.push((longest, 1.0));
                    making.tie(constant, f64::INFINITY, row.clone());
                    row.pop();
                }
                if usual {
                    let e = making.m.binary();
                    row.extend([(most_of_us, 1.0), (e, (most - floor).max(0.0))]);
                    making.tie(constant, f64::INFINITY, row);
                    late.push((e, p.clients[i].people * PEOPLE));
                }
            }
            if usual {
                making.tie(f64::NEG_INFINITY, 0.1 * p.people * PEOPLE + 1e-5 * PEOPLE, late);
            }
        }
    }
    if making.asks(&[Objective::Gini]) {
        spread(making);
    }
}

/// O3: mean minutes a trip of each township, and the differences of pairs.
fn spread(making: &mut Making<'_>) {
    let p = making.problem;
    let trips: f64 = p.rules.trips.iter().sum();
    let mut towns: BTreeMap<usize, (f64, Vec<usize>)> = BTreeMap::new();
    for (i, c) in p.clients.iter().enumerate() {
        let town = towns.entry(c.town.index()).or_default();
        town.0 += c.people;
        town.1.push(i);
    }
    let mut means = Vec::new();
    for (people, clients) in towns.values() {
        let mean = making.m.column(0.0, f64::INFINITY);
        let (mut row, mut constant) = (vec![(mean, -1.0)], 0.0);
        for &i in clients {
            for l in 1..=LEVELS {
                let weight = p.clients[i].people * p.rules.trips[l - 1] / (people * trips);
                let (terms, sure, _) = minutes(making, l, i);
                row.extend(terms.iter().map(|t| (t.0, weight * t.1)));
                constant += weight * sure;
            }
        }
        making.tie(-constant, -constant, row);
        means.push((mean, *people));
    }
    for (g, &(mean_g, people_g)) in means.iter().enumerate() {
        for &(mean_h, people_h) in &means[g + 1..] {
            let apart = making.m.column(0.0, f64::INFINITY);
            making.tie(0.0, f64::INFINITY, vec![(apart, 1.0), (mean_g, -1.0), (mean_h, 1.0)]);
            making.tie(0.0, f64::INFINITY, vec![(apart, 1.0), (mean_g, 1.0), (mean_h, -1.0)]);
            // drawn at random, each pair comes twice
            making.spread.push((apart, 2.0 * people_g * people_h / (p.people * p.people)));
        }
    }
}
