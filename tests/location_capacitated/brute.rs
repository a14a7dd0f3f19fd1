//! Brute force, and the value of an answer from the instance alone.

use fenji::backend::{LpStatus, by_name};
use fenji::instance::{Instance, Problem};
use fenji::location::{Answer, Assignment};
use fenji::model::LinearModel;
use fenji::outcome::{Limits, Silent};

/// The optimum by trying every set of sites (and plants); `inf` when there is none.
pub fn best(instance: &Instance, problem: Problem) -> f64 {
    sets(instance, problem).into_iter().map(|s| with(instance, problem, &s)).fold(f64::INFINITY, f64::min)
}

/// The optimum with a site open, or closed.
pub fn best_with(instance: &Instance, problem: Problem, site: usize, open: bool) -> f64 {
    sets(instance, problem).into_iter().filter(|s| s[site] == open).map(|s| with(instance, problem, &s)).fold(f64::INFINITY, f64::min)
}

fn sets(instance: &Instance, problem: Problem) -> Vec<Vec<bool>> {
    let plants = instance.upper.as_ref().map_or(0, |u| u.fixed.len());
    let count = instance.sites() + plants;
    let all = (0u32..1 << count).map(|set| (0..count).map(|b| set >> b & 1 == 1).collect::<Vec<bool>>());
    all.filter(|s| if let Problem::CapacitatedPMedian { p } = problem { s.iter().filter(|o| **o).count() == p } else { true }).collect()
}

fn fixed_costs(instance: &Instance, problem: Problem, open: &[bool]) -> f64 {
    if matches!(problem, Problem::CapacitatedPMedian { .. }) {
        return 0.0;
    }
    let m = instance.sites();
    let upper = |k: usize| instance.upper.as_ref().map_or(0.0, |u| u.fixed[k]);
    (0..open.len()).filter(|&d| open[d]).map(|d| if d < m { instance.fixed_cost(d) } else { upper(d - m) }).sum()
}

fn with(instance: &Instance, problem: Problem, open: &[bool]) -> f64 {
    let service = match problem {
        Problem::Capacitated | Problem::TwoStage => linear(instance, open),
        Problem::TwoLevel => (0..instance.clients()).map(|i| cheapest_path(instance, open, i)).sum(),
        _ => whole(instance, open, 0, &mut instance.capacity.clone()),
    };
    fixed_costs(instance, problem, open) + service
}

fn cheapest_path(instance: &Instance, open: &[bool], i: usize) -> f64 {
    let (m, upper) = (instance.sites(), instance.upper.as_ref().unwrap());
    let plants = upper.fixed.len();
    let ways = (0..m).filter(|&j| open[j]).flat_map(|j| (0..plants).filter(|&k| open[m + k]).map(move |k| (j, k)));
    let cost = |(j, k): (usize, usize)| {
        let (c, e) = (instance.cost(i, j), upper.unit_cost[j * plants + k]);
        if e.is_infinite() { f64::INFINITY } else { c + instance.demand[i] * e }
    };
    ways.map(cost).fold(f64::INFINITY, f64::min)
}

/// Clients from one site each, in turn.
fn whole(instance: &Instance, open: &[bool], i: usize, room: &mut Vec<f64>) -> f64 {
    if i == instance.clients() {
        return 0.0;
    }
    let mut best = f64::INFINITY;
    for j in 0..instance.sites() {
        if open[j] && room[j] >= instance.demand[i] && instance.cost(i, j).is_finite() {
            room[j] -= instance.demand[i];
            best = best.min(instance.cost(i, j) + whole(instance, open, i + 1, room));
            room[j] += instance.demand[i];
        }
    }
    best
}

/// Flows by another solver.
fn linear(instance: &Instance, open: &[bool]) -> f64 {
    let (n, m) = (instance.clients(), instance.sites());
    let mut model = LinearModel::new();
    let served: Vec<usize> = (0..n).map(|_| model.add_row(1.0, 1.0)).collect();
    let room: Vec<usize> = (0..m).map(|j| model.add_row(f64::NEG_INFINITY, if open[j] { instance.capacity[j] } else { 0.0 })).collect();
    let balance: Vec<usize> = (0..m).map(|_| model.add_row(0.0, 0.0)).collect();
    // flows show nothing of a client without demand: it takes no part
    let counts = |i: usize| instance.demand[i] > 0.0;
    served.iter().enumerate().filter(|(i, _)| !counts(*i)).for_each(|(_, &row)| model.row_lower[row] = 0.0);
    for (i, &row) in served.iter().enumerate() {
        for j in (0..m).filter(|&j| open[j] && instance.cost(i, j).is_finite()) {
            let w = instance.demand[i];
            let mut entries = vec![(row, 1.0), (room[j], w)];
            if instance.upper.is_some() {
                entries.push((balance[j], w));
            }
            model.add_col(instance.cost(i, j), 1.0, 1.0, &entries);
        }
    }
    if let Some(upper) = &instance.upper {
        let plants = upper.fixed.len();
        for k in (0..plants).filter(|&k| open[m + k]) {
            let limit = model.add_row(f64::NEG_INFINITY, upper.capacity[k]);
            for j in (0..m).filter(|&j| open[j] && upper.unit_cost[j * plants + k].is_finite()) {
                model.add_col(upper.unit_cost[j * plants + k], f64::INFINITY, 1e4, &[(limit, 1.0), (balance[j], -1.0)]);
            }
        }
    }
    // a client without a column cannot be served; solvers differ in how they take empty rows
    let mut has: Vec<bool> = (0..n).map(|i| !counts(i)).collect();
    model.rows.iter().filter(|r| (**r as usize) < n).for_each(|&r| has[r as usize] = true);
    if has.contains(&false) {
        return f64::INFINITY;
    }
    let solution = by_name("microlp").unwrap().solve(&model, &Limits::default(), &Silent).unwrap();
    if solution.status == LpStatus::Optimal { model.objective(&solution.values) } else { f64::INFINITY }
}

/// What an answer costs, or what is wrong with it.
pub fn value(instance: &Instance, problem: Problem, answer: &Answer) -> Result<f64, String> {
    let (n, m) = (instance.clients(), instance.sites());
    let plants = instance.upper.as_ref().map_or(0, |u| u.fixed.len());
    let mut open = vec![false; m + plants];
    answer.open.iter().for_each(|&j| open[j as usize] = true);
    answer.upper_open.iter().for_each(|&k| open[m + k as usize] = true);
    if let Problem::CapacitatedPMedian { p } = problem
        && answer.open.len() != p
    {
        return Err(format!("{} sites instead of {p}", answer.open.len()));
    }
    let (mut load, mut made, mut served, mut cost) = (vec![0.0; m], vec![0.0; plants], vec![0.0; n], 0.0);
    let mut into = vec![0.0; m];
    let mut serve = |i: usize, j: usize, t: f64, cost: &mut f64| {
        load[j] += t;
        served[i] += t;
        *cost += instance.cost(i, j) * if instance.demand[i] > 0.0 { t / instance.demand[i] } else { 1.0 };
    };
    match &answer.assignment {
        Assignment::Split(flows) => flows.iter().for_each(|&(i, j, t)| serve(i as usize, j as usize, t, &mut cost)),
        Assignment::Single(sites) => {
            for (i, j) in sites.iter().enumerate() {
                serve(i, j.ok_or("a client without a site")? as usize, instance.demand[i], &mut cost);
            }
        }
        Assignment::Paths(paths) => {
            let upper = instance.upper.as_ref().ok_or("no plants")?;
            for (i, &(j, k)) in paths.iter().enumerate() {
                serve(i, j as usize, instance.demand[i], &mut cost);
                made[k as usize] += instance.demand[i];
                cost += instance.demand[i] * upper.unit_cost[j as usize * plants + k as usize];
                if !open[j as usize] || !open[m + k as usize] {
                    return Err(format!("client {i} uses what is closed"));
                }
            }
        }
        Assignment::Stages { upper: above, lower } => {
            let upper = instance.upper.as_ref().ok_or("no plants")?;
            let into = &mut into;
            for &(k, j, t) in above {
                into[j as usize] += t;
                made[k as usize] += t;
                cost += t * upper.unit_cost[j as usize * plants + k as usize];
            }
            lower.iter().for_each(|&(j, i, t)| serve(i as usize, j as usize, t, &mut cost));
        }
    }
    if let Some(j) = (0..m).find(|&j| matches!(answer.assignment, Assignment::Stages { .. }) && (into[j] - load[j]).abs() > 1e-6) {
        return Err(format!("depot {j} gets {} and gives {}", into[j], load[j]));
    }
    load.extend(made);
    for d in 0..m + plants {
        let given = if d < m { instance.capacity.get(d) } else { instance.upper.as_ref().and_then(|u| u.capacity.get(d - m)) };
        if load[d] > 0.0 && !open[d] || load[d] > given.copied().unwrap_or(f64::INFINITY) + 1e-6 {
            return Err(format!("{d} carries {} of {given:?}", load[d]));
        }
    }
    match (0..n).find(|&i| (served[i] - instance.demand[i]).abs() > 1e-6) {
        Some(i) => Err(format!("client {i} gets {} of {}", served[i], instance.demand[i])),
        None => Ok(cost + fixed_costs(instance, problem, &open)),
    }
}
