//! Shapes and rows of a location solution: who is served from where, and whether that may be.

use super::Findings;
use super::location::AMOUNT;
use crate::instance::{Instance, Problem};
use crate::plan::LocationPlan;
use crate::plan::location::{Assignment, Shipments};

/// What the assignment comes to.
pub(super) struct Served {
    /// Clients that are served (or covered).
    pub clients: Vec<bool>,
    /// Sum of service costs; for p-center the largest distance, for maximal covering the demand covered.
    pub cost: f64,
}

/// Lists of the right kind and length, positions inside the instance, increasing.
pub(super) fn shape(instance: &Instance, plan: &LocationPlan, found: &mut Findings) -> bool {
    let before = found.0.len();
    let (n, m) = (instance.clients(), instance.sites());
    let plants = instance.upper.as_ref().map_or(0, |u| u.fixed.len());
    for (name, list, limit) in [("open", &plan.open, m), ("upper_open", &plan.upper_open, plants), ("unreachable", &plan.unreachable, n)] {
        if list.iter().any(|&x| x as usize >= limit) || list.windows(2).any(|w| w[0] >= w[1]) {
            found.add("shape", name, list.len() as f64, limit as f64, "Positions must lie inside the instance and increase.");
        }
    }
    let mut fits = |name: &str, mut list: &mut dyn Iterator<Item = u32>, limit: usize| {
        if let Some(x) = Iterator::find(&mut list, |&x| x as usize >= limit) {
            found.add("shape", name, f64::from(x), limit as f64, "A position lies outside the instance.");
        }
    };
    let mut lengths = Vec::new();
    let mut amounts: Vec<(&str, &[f64])> = Vec::new();
    let kind = match (&plan.assignment, &plan.problem) {
        (Assignment::Single { site }, p) if !matches!(p, Problem::Capacitated | Problem::TwoLevel | Problem::TwoStage) => {
            lengths.push(("assignment.site", site.len(), n));
            fits("assignment.site", &mut site.iter().flatten().copied(), m);
            true
        }
        (Assignment::Split(s), Problem::Capacitated) => {
            shipments("assignment", s, &mut lengths);
            amounts.push(("assignment", &s.amount));
            fits("assignment.from", &mut s.from.iter().copied(), m);
            fits("assignment.to", &mut s.to.iter().copied(), n);
            true
        }
        (Assignment::Paths { depot, plant }, Problem::TwoLevel) => {
            lengths.extend([("assignment.depot", depot.len(), n), ("assignment.plant", plant.len(), n)]);
            fits("assignment.depot", &mut depot.iter().flatten().copied(), m);
            fits("assignment.plant", &mut plant.iter().flatten().copied(), plants);
            true
        }
        (Assignment::Stages { upper, lower }, Problem::TwoStage) => {
            shipments("assignment.upper", upper, &mut lengths);
            shipments("assignment.lower", lower, &mut lengths);
            amounts.extend([("assignment.upper", &upper.amount[..]), ("assignment.lower", &lower.amount[..])]);
            fits("assignment.upper.from", &mut upper.from.iter().copied(), plants);
            fits("assignment.upper.to", &mut upper.to.iter().copied(), m);
            fits("assignment.lower.from", &mut lower.from.iter().copied(), m);
            fits("assignment.lower.to", &mut lower.to.iter().copied(), n);
            true
        }
        _ => false,
    };
    if !kind {
        found.add("shape", "assignment", 0.0, 1.0, "The assignment is of another kind than the problem wants.");
    }
    for (name, length, wanted) in lengths.into_iter().filter(|l| l.1 != l.2) {
        found.add("shape", name, length as f64, wanted as f64, "The list has another length than it must.");
    }
    for (name, list) in amounts {
        if let Some(x) = list.iter().find(|x| !(x.is_finite() && **x >= 0.0)) {
            found.add("value", name, *x, 0.0, "Amounts are numbers from 0 on.");
        }
    }
    found.0.len() == before
}

fn shipments<'a>(name: &'a str, s: &Shipments, lengths: &mut Vec<(&'a str, usize, usize)>) {
    lengths.extend([(name, s.from.len(), s.amount.len()), (name, s.to.len(), s.amount.len())]);
}

/// Walks through the assignment: open sites, ways, distances, capacities, demands.
pub(super) fn served(instance: &Instance, plan: &LocationPlan, found: &mut Findings) -> Served {
    let mut open = vec![false; instance.sites()];
    plan.open.iter().for_each(|&j| open[j as usize] = true);
    let mut plants = vec![false; instance.upper.as_ref().map_or(0, |u| u.fixed.len())];
    plan.upper_open.iter().for_each(|&k| plants[k as usize] = true);
    match &plan.assignment {
        Assignment::Single { site } => single(instance, plan, site, &open, found),
        Assignment::Split(s) => split(instance, s, &open, found),
        Assignment::Paths { depot, plant } => paths(instance, depot, plant, &open, &plants, found),
        Assignment::Stages { upper, lower } => stages(instance, upper, lower, &open, &plants, found),
    }
}

fn site_is_open(instance: &Instance, open: &[bool], j: usize, found: &mut Findings) {
    if !open[j] {
        found.add("closed", format!("site {}", instance.site_name(j)), 1.0, 0.0, "A client is served from a site that is not open.");
    }
}

fn single(instance: &Instance, plan: &LocationPlan, site: &[Option<u32>], open: &[bool], found: &mut Findings) -> Served {
    let within = match plan.problem {
        Problem::SetCover { within } | Problem::MaxCover { within, .. } => within,
        _ => f64::INFINITY,
    };
    let mut load = vec![0.0; instance.sites()];
    let (mut cost, mut worst, mut covered) = (0.0, 0.0_f64, 0.0);
    for (i, j) in site.iter().enumerate() {
        let Some(j) = j.map(|j| j as usize) else { continue };
        site_is_open(instance, open, j, found);
        let d = instance.distance(i, j);
        if d.is_infinite() {
            found.add("no-way", format!("client {}", instance.client_name(i)), d, 0.0, "There is no way between the client and its site.");
        } else if d > within {
            found.add("within", format!("client {}", instance.client_name(i)), d, within, "The site is further away than asked for.");
        }
        load[j] += instance.demand[i];
        cost += instance.cost(i, j);
        worst = worst.max(d);
        covered += instance.demand[i];
    }
    if matches!(plan.problem, Problem::SingleSource | Problem::CapacitatedPMedian { .. }) {
        capacities(instance, &load, &instance.capacity, "site", found);
    }
    let cost = match plan.problem {
        Problem::PCenter { .. } => worst,
        Problem::MaxCover { .. } => covered,
        _ => cost,
    };
    Served { clients: site.iter().map(Option::is_some).collect(), cost }
}

fn capacities(instance: &Instance, load: &[f64], capacity: &[f64], what: &str, found: &mut Findings) {
    for (j, (&load, &q)) in load.iter().zip(capacity).enumerate() {
        let name = || if what == "site" { format!("site {}", instance.site_name(j)) } else { format!("{what} {}", j + 1) };
        found.at_most("capacity", name, load, q, AMOUNT * q.max(1.0), "More is served from here than there is capacity.");
    }
}

/// Amounts by client against demand; a client of no demand needs nothing.
fn demands(instance: &Instance, got: &[f64]) -> Vec<bool> {
    got.iter().zip(&instance.demand).map(|(g, w)| *g > 0.0 || *w <= 0.0).collect()
}

fn full(instance: &Instance, got: &[f64], found: &mut Findings) {
    for (i, (&g, &w)) in got.iter().zip(&instance.demand).enumerate() {
        if g > 0.0 {
            found.equal(
                "demand",
                || format!("client {}", instance.client_name(i)),
                g,
                w,
                AMOUNT * w.max(1.0),
                "The client does not get its demand.",
            );
        }
    }
}

/// Cost of an amount for a client.
fn share_cost(instance: &Instance, i: usize, j: usize, amount: f64, found: &mut Findings) -> f64 {
    let w = instance.demand[i];
    if amount <= 0.0 || w <= 0.0 {
        return 0.0;
    }
    let c = instance.cost(i, j);
    if c.is_infinite() {
        found.add("no-way", format!("client {}", instance.client_name(i)), amount, 0.0, "There is no way between the client and its site.");
    }
    c * amount / w
}

fn split(instance: &Instance, s: &Shipments, open: &[bool], found: &mut Findings) -> Served {
    let (mut load, mut got, mut cost) = (vec![0.0; instance.sites()], vec![0.0; instance.clients()], 0.0);
    for (j, i, amount) in s.rows() {
        site_is_open(instance, open, j, found);
        load[j] += amount;
        got[i] += amount;
        cost += share_cost(instance, i, j, amount, found);
    }
    capacities(instance, &load, &instance.capacity, "site", found);
    full(instance, &got, found);
    Served { clients: demands(instance, &got), cost }
}

fn paths(
    instance: &Instance,
    depot: &[Option<u32>],
    plant: &[Option<u32>],
    open: &[bool],
    plants: &[bool],
    found: &mut Findings,
) -> Served {
    let Some(upper) = &instance.upper else { return Served { clients: Vec::new(), cost: f64::NAN } };
    let mut cost = 0.0;
    let mut clients = vec![false; instance.clients()];
    for (i, (j, k)) in depot.iter().zip(plant).enumerate() {
        let (Some(j), Some(k)) = (j.map(|j| j as usize), k.map(|k| k as usize)) else {
            if j.is_some() != k.is_some() {
                found.add("shape", format!("client {}", instance.client_name(i)), 0.0, 1.0, "A path has a depot and a plant, or neither.");
            }
            continue;
        };
        site_is_open(instance, open, j, found);
        if !plants[k] {
            found.add("closed", format!("plant {}", k + 1), 1.0, 0.0, "A path leads over a plant that is not open.");
        }
        let c =
            instance.cost(i, j) + if instance.demand[i] > 0.0 { instance.demand[i] * upper.unit_cost[j * plants.len() + k] } else { 0.0 };
        if c.is_infinite() || upper.unit_cost[j * plants.len() + k].is_infinite() {
            found.add("no-way", format!("client {}", instance.client_name(i)), c, 0.0, "There is no way along the path of the client.");
        }
        clients[i] = true;
        cost += c;
    }
    Served { clients, cost }
}

fn stages(instance: &Instance, above: &Shipments, below: &Shipments, open: &[bool], plants: &[bool], found: &mut Findings) -> Served {
    let Some(upper) = &instance.upper else { return Served { clients: Vec::new(), cost: f64::NAN } };
    let (m, q) = (instance.sites(), plants.len());
    let (mut sent, mut received, mut from_plant) = (vec![0.0; m], vec![0.0; m], vec![0.0; q]);
    let (mut got, mut cost) = (vec![0.0; instance.clients()], 0.0);
    for (k, j, amount) in above.rows() {
        if !plants[k] {
            found.add("closed", format!("plant {}", k + 1), amount, 0.0, "A plant that is not open sends.");
        }
        site_is_open(instance, open, j, found);
        received[j] += amount;
        from_plant[k] += amount;
        let unit = upper.unit_cost[j * q + k];
        if unit.is_infinite() && amount > 0.0 {
            found.add("no-way", format!("plant {}", k + 1), amount, 0.0, "There is no way between the plant and the depot.");
        }
        cost += if amount > 0.0 { unit * amount } else { 0.0 };
    }
    for (j, i, amount) in below.rows() {
        site_is_open(instance, open, j, found);
        sent[j] += amount;
        got[i] += amount;
        cost += share_cost(instance, i, j, amount, found);
    }
    for j in 0..m {
        let slack = AMOUNT * received[j].max(1.0);
        found.equal(
            "balance",
            || format!("depot {}", instance.site_name(j)),
            sent[j],
            received[j],
            slack,
            "A depot sends other than it gets.",
        );
    }
    capacities(instance, &sent, &instance.capacity, "site", found);
    capacities(instance, &from_plant, &upper.capacity, "plant", found);
    full(instance, &got, found);
    Served { clients: demands(instance, &got), cost }
}

/// Nobody is dropped: whoever is not served is named as unreachable, and whoever is named cannot be served.
pub(super) fn nobody_dropped(instance: &Instance, plan: &LocationPlan, served: &[bool], found: &mut Findings) {
    let mut named = vec![false; instance.clients()];
    plan.unreachable.iter().for_each(|&i| named[i as usize] = true);
    let fed: Vec<bool> = match &instance.upper {
        Some(u) if matches!(plan.problem, Problem::TwoLevel | Problem::TwoStage) => {
            let q = u.fixed.len();
            (0..instance.sites()).map(|j| (0..q).any(|k| u.unit_cost[j * q + k].is_finite())).collect()
        }
        _ => vec![true; instance.sites()],
    };
    let within = if let Problem::MaxCover { within, .. } = plan.problem { within } else { f64::MAX };
    let can = |i: usize| (0..instance.sites()).any(|j| fed[j] && instance.distance(i, j) <= within);
    for i in 0..instance.clients() {
        let place = || format!("client {}", instance.client_name(i));
        // A client of no demand needs nothing where amounts are sent.
        let needs = instance.demand[i] > 0.0 || !matches!(plan.problem, Problem::Capacitated | Problem::TwoStage);
        match (named[i], served[i]) {
            (true, served) if can(i) || (served && needs) => {
                found.add("unreachable", place(), 1.0, 0.0, "The client is named as unreachable, and a candidate site can serve it.");
            }
            (false, false) if !plan.problem.maximises() => {
                found.add("unserved", place(), 0.0, 1.0, "The client is served by none and not named.");
            }
            (false, false) if !can(i) => {
                found.add("unserved", place(), 0.0, 1.0, "No candidate site can serve the client, and it is not named.");
            }
            _ => {}
        }
    }
}
