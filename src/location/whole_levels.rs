//! Problems with plants above the depots, each as one mixed-integer model.
//!
//! Plants `k` with fixed cost `g_k` and capacity `Q_k`, unit cost `e_jk` from plant `k` to depot `j`.
//!
//! ```text
//! two-level:  min  sum_j f_j y_j + sum_k g_k z_k + sum_ijk (c_ij + w_i e_jk) x_ijk                   (10)
//!                  sum_jk x_ijk = 1                every client that can be served                   (11)
//!                  sum_k x_ijk <= y_j,   sum_j x_ijk <= z_k                                          (12)
//! two-stage:  min  sum_j f_j y_j + sum_k g_k z_k + sum_jk e_jk v_jk + sum_ij c_ij x_ij              (13)
//!                  sum_j x_ij = 1,  x_ij <= y_j                                                      (14)
//!                  sum_i (w_i / q_j) x_ij <= y_j,   sum_j v_jk / Q_k <= z_k                          (15)
//!                  sum_k v_jk = sum_i w_i x_ij     what comes in goes out                            (16)
//!                  v_jk <= min(q_j, Q_k) z_k       every pair that has a way                         (17)
//! ```
//!
//! (12) is the strong form of Gao & Robinson (1992), <https://doi.org/10.1002/1520-6750(199205)39:3%3C303::AID-NAV3220390302%3E3.0.CO;2-J>.

use super::watch::Watch;
use super::whole::{blank, chosen, finish, limit_of, nothing, rows};
use super::{Answer, Assignment, NOBODY, Settings};
use crate::backend::{Backend, BackendError, LpStatus};
use crate::instance::{Instance, Problem, Upper};
use crate::model::LinearModel;
use crate::outcome::Termination;

/// Solves a two-level or two-stage problem that passed the preflight.
pub(super) fn solve(
    instance: &Instance,
    problem: Problem,
    backend: &dyn Backend,
    settings: &Settings,
    watch: Watch<'_>,
    unreachable: Vec<u32>,
) -> Result<Answer, BackendError> {
    let Some(upper) = &instance.upper else {
        return Ok(Answer::none(&problem, Termination::Infeasible, vec!["the instance has no plants: add them".to_owned()]));
    };
    let mut left_out = vec![false; instance.clients()];
    unreachable.iter().for_each(|&i| left_out[i as usize] = true);
    let served: Vec<usize> =
        (0..instance.clients()).filter(|&i| !left_out[i] && (problem == Problem::TwoLevel || instance.demand[i] > 0.0)).collect();
    let model = if problem == Problem::TwoLevel { paths(instance, upper, &served) } else { stages(instance, upper, &served) };
    let found = backend.solve_mip(&model, None, &watch.left(settings, 0.5 * settings.limits.gap), &watch)?;
    if found.status == LpStatus::Infeasible {
        let repair =
            vec!["more capacity, or more ways between plants, depots and clients: what is there cannot carry the demand".to_owned()];
        return Ok(Answer { unreachable, ..Answer::none(&problem, Termination::Infeasible, repair) });
    }
    let Some(limit) = limit_of(&found) else { return Ok(nothing(&problem, &found, unreachable, watch)) };
    let (m, q) = (instance.sites(), upper.fixed.len());
    let (open, upper_open) = (chosen(&found.values[..m]), chosen(&found.values[m..m + q]));
    let (cost, assignment) = if problem == Problem::TwoLevel {
        best_paths(instance, upper, &open, &upper_open, &left_out)
    } else {
        flows(instance, upper, &served, &found.values[m + q..])
    };
    let fixed: f64 = open.iter().map(|&j| instance.fixed_cost(j as usize)).chain(upper_open.iter().map(|&k| upper.fixed[k as usize])).sum();
    let answer = Answer { open, upper_open, assignment, unreachable, ..blank(&problem) };
    Ok(finish(&problem, fixed + cost, &found, limit, settings, watch, answer))
}

/// (10) to (12). Columns: depots, plants, paths.
fn paths(instance: &Instance, upper: &Upper, served: &[usize]) -> LinearModel {
    let (m, q) = (instance.sites(), upper.fixed.len());
    let mut model = LinearModel::new();
    rows(&mut model, served.len(), 1.0, 1.0);
    let depot = served.len();
    rows(&mut model, served.len() * (m + q), f64::NEG_INFINITY, 0.0);
    let plant = depot + served.len() * m;
    for j in 0..m {
        let links: Vec<(usize, f64)> = (0..served.len()).map(|r| (depot + r * m + j, -1.0)).collect();
        model.add_binary(instance.fixed_cost(j), &links);
    }
    for k in 0..q {
        let links: Vec<(usize, f64)> = (0..served.len()).map(|r| (plant + r * q + k, -1.0)).collect();
        model.add_binary(upper.fixed[k], &links);
    }
    for (r, &i) in served.iter().enumerate() {
        for j in 0..m {
            for k in 0..q {
                let cost = path_cost(instance, upper, i, j, k);
                if cost.is_finite() {
                    model.add_col(cost, 1.0, 1.0, &[(r, 1.0), (depot + r * m + j, 1.0), (plant + r * q + k, 1.0)]);
                }
            }
        }
    }
    model
}

/// Cost of the whole path of a client; infinite where a step has no way.
fn path_cost(instance: &Instance, upper: &Upper, client: usize, depot: usize, plant: usize) -> f64 {
    let step = upper.unit_cost[depot * upper.fixed.len() + plant];
    let c = instance.cost(client, depot);
    if c.is_infinite() || step.is_infinite() { f64::INFINITY } else { c + instance.demand[client] * step }
}

/// The cheapest path of each client over what is open, ties by depot then plant.
fn best_paths(instance: &Instance, upper: &Upper, open: &[u32], plants: &[u32], left_out: &[bool]) -> (f64, Assignment) {
    let mut total = 0.0;
    let mut list = Vec::with_capacity(left_out.len());
    for (i, &out) in left_out.iter().enumerate() {
        let mut best = (f64::INFINITY, NOBODY);
        for &j in open.iter().filter(|_| !out) {
            for &k in plants {
                let cost = path_cost(instance, upper, i, j as usize, k as usize);
                if cost < best.0 {
                    best = (cost, (j, k));
                }
            }
        }
        total += if out { 0.0 } else { best.0 };
        list.push(best.1);
    }
    (total, Assignment::Paths(list))
}

/// Pairs of depot and plant that have a way, by depot.
fn upper_pairs(instance: &Instance, upper: &Upper) -> Vec<(usize, usize)> {
    let q = upper.fixed.len();
    let way = |&(j, k): &(usize, usize)| upper.unit_cost[j * q + k].is_finite() && instance.capacity[j] > 0.0 && upper.capacity[k] > 0.0;
    (0..instance.sites()).flat_map(|j| (0..q).map(move |k| (j, k))).filter(way).collect()
}

/// Pairs of client and depot that have a way, by client.
fn lower_pairs(instance: &Instance, served: &[usize]) -> Vec<(usize, usize, usize)> {
    let way = |&(_, i, j): &(usize, usize, usize)| instance.distance(i, j).is_finite() && instance.capacity[j] > 0.0;
    served.iter().enumerate().flat_map(|(r, &i)| (0..instance.sites()).map(move |j| (r, i, j))).filter(way).collect()
}

/// (13) to (17). Columns: depots, plants, `v_jk` in units of demand over the largest, `x_ij`.
fn stages(instance: &Instance, upper: &Upper, served: &[usize]) -> LinearModel {
    let (m, q) = (instance.sites(), upper.fixed.len());
    let (above, below) = (upper_pairs(instance, upper), lower_pairs(instance, served));
    let mut model = LinearModel::new();
    rows(&mut model, served.len(), 1.0, 1.0);
    let link = served.len();
    rows(&mut model, below.len(), f64::NEG_INFINITY, 0.0);
    let full = link + below.len();
    rows(&mut model, m + q, f64::NEG_INFINITY, 0.0);
    let balance = full + m + q;
    rows(&mut model, m, 0.0, 0.0);
    let strong = balance + m;
    rows(&mut model, above.len(), f64::NEG_INFINITY, 0.0);
    let mut of_depot: Vec<Vec<(usize, f64)>> = (0..m).map(|j| vec![(full + j, -1.0)]).collect();
    for (n, &(_, _, j)) in below.iter().enumerate() {
        of_depot[j].push((link + n, -1.0));
    }
    for (j, links) in of_depot.iter().enumerate() {
        model.add_binary(instance.fixed_cost(j), links);
    }
    let mut of_plant: Vec<Vec<(usize, f64)>> = (0..q).map(|k| vec![(full + m + k, -1.0)]).collect();
    for (n, &(j, k)) in above.iter().enumerate() {
        of_plant[k].push((strong + n, -instance.capacity[j].min(upper.capacity[k])));
    }
    for (k, links) in of_plant.iter().enumerate() {
        model.add_binary(upper.fixed[k], links);
    }
    for (n, &(j, k)) in above.iter().enumerate() {
        let rows = [(full + m + k, 1.0 / upper.capacity[k]), (balance + j, 1.0), (strong + n, 1.0)];
        let most = instance.capacity[j].min(upper.capacity[k]);
        model.add_col(upper.unit_cost[j * q + k], most, most, &rows);
    }
    for (n, &(r, i, j)) in below.iter().enumerate() {
        let w = instance.demand[i];
        model.add_col(instance.cost(i, j), 1.0, 1.0, &[(r, 1.0), (link + n, 1.0), (full + j, w / instance.capacity[j]), (balance + j, -w)]);
    }
    model
}

/// Amounts on both stages; dust is dropped, and both stages are scaled so that clients get their demand and depots get what they send.
#[allow(clippy::cast_possible_truncation)] // limited at the door
fn flows(instance: &Instance, upper: &Upper, served: &[usize], values: &[f64]) -> (f64, Assignment) {
    const DUST: f64 = 1e-9;
    let (above, below) = (upper_pairs(instance, upper), lower_pairs(instance, served));
    let q = upper.fixed.len();
    let shares = &values[above.len()..];
    let mut per_client = vec![0.0; served.len()];
    let kept = |n: &usize| shares[*n] > DUST;
    (0..below.len()).filter(kept).for_each(|n| per_client[below[n].0] += shares[n]);
    let mut sent = vec![0.0; instance.sites()];
    let (mut lower, mut cost) = (Vec::new(), 0.0);
    for n in (0..below.len()).filter(kept) {
        let (r, i, j) = below[n];
        let amount = instance.demand[i] * shares[n] / per_client[r];
        sent[j] += amount;
        cost += amount / instance.demand[i] * instance.cost(i, j);
        lower.push((j as u32, i as u32, amount));
    }
    lower.sort_by_key(|f| (f.0, f.1));
    let mut got = vec![0.0; instance.sites()];
    let dust = |n: usize| values[n] <= DUST * instance.capacity[above[n].0];
    (0..above.len()).filter(|&n| !dust(n)).for_each(|n| got[above[n].0] += values[n]);
    let mut higher = Vec::new();
    for n in (0..above.len()).filter(|&n| !dust(n) && sent[above[n].0] > 0.0) {
        let (j, k) = above[n];
        let amount = values[n] * sent[j] / got[j];
        cost += amount * upper.unit_cost[j * q + k];
        higher.push((k as u32, j as u32, amount));
    }
    higher.sort_by_key(|f| (f.0, f.1));
    (cost, Assignment::Stages { upper: higher, lower })
}
