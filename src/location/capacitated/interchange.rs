//! Interchange of sites for clients that may be split: open, close, swap, each with its transportation problem.
//!
//! With the prices `u`, `lambda` of the present transportation problem, opening `j` cannot change the value by less than
//! `f_j + min sum (c_ij - u_i) x_ij` over its knapsack (adding `j` leaves the dual feasible): a move whose estimate is no gain is never
//! tried. Jacobsen 1983, doi:10.1016/0377-2217(83)90107-8, has the moves; the filter follows from linear duality.

use super::data::Data;
use super::knapsack::{Item, fractional};
use super::transport::{Transport, transport};

/// Opens, closes and swaps until nothing gains, or `stop` says so. Returns the best plan; its value may be `inf` when none is feasible.
#[must_use]
pub fn interchange(data: &Data, start: &[usize], tries: usize, stop: &dyn Fn() -> bool) -> Transport {
    let mut best = tidy(data, transport(data, start));
    let mut value = best.relaxed_value(data);
    'again: loop {
        if stop() {
            return best;
        }
        // open
        for (estimate, j) in estimates(data, &best, value).into_iter().take(tries) {
            let next = tidy(data, transport(data, &with(&best.open, j)));
            let now = next.relaxed_value(data);
            if better(now, value) {
                (best, value) = (next, now);
                continue 'again;
            }
            if estimate >= value || stop() {
                break;
            }
        }
        // close and swap, the least used sites first
        let mut order: Vec<usize> = (0..best.open.len()).collect();
        let load = |a: usize| best.flows[a].iter().map(|(_, t)| t).sum::<f64>() / data.q[best.open[a]].max(1e-9);
        order.sort_by(|&a, &b| load(a).total_cmp(&load(b)).then(a.cmp(&b)));
        for a in order {
            if stop() {
                return best;
            }
            let out = best.open[a];
            let rest: Vec<usize> = best.open.iter().copied().filter(|&j| j != out).collect();
            let without = transport(data, &rest);
            let now = without.relaxed_value(data);
            if better(now, value) {
                (best, value) = (tidy(data, without), now);
                continue 'again;
            }
            for (estimate, j) in estimates(data, &without, now).into_iter().take(tries) {
                if j == out || estimate >= value {
                    continue;
                }
                let next = tidy(data, transport(data, &with(&rest, j)));
                let now = next.relaxed_value(data);
                if better(now, value) {
                    (best, value) = (next, now);
                    continue 'again;
                }
            }
        }
        return best;
    }
}

fn better(now: f64, value: f64) -> bool {
    now < value - 1e-9 * value.abs().max(1e-9)
}

fn with(open: &[usize], j: usize) -> Vec<usize> {
    let mut out = open.to_vec();
    let at = out.partition_point(|&k| k < j);
    out.insert(at, j);
    out
}

/// Closes what serves nobody.
fn tidy(data: &Data, plan: Transport) -> Transport {
    let used: Vec<usize> = plan.used(data).collect();
    if used.len() == plan.open.len() {
        return plan;
    }
    Transport {
        open: used.iter().map(|&a| plan.open[a]).collect(),
        price: used.iter().map(|&a| plan.price[a]).collect(),
        flows: used.iter().map(|&a| plan.flows[a].clone()).collect(),
        left: plan.left,
        cost: plan.cost,
    }
}

/// Closed sites by the least value that opening one could give, only those that could gain.
pub(super) fn estimates(data: &Data, plan: &Transport, value: f64) -> Vec<(f64, usize)> {
    let u = plan.multipliers(data);
    // clients left over would pay any price
    let mut u = u;
    for &(i, _) in &plan.left {
        u[i] = u[i].max(2.0 * value.abs() / data.n.max(1) as f64);
    }
    let mut items = Vec::new();
    let mut out: Vec<(f64, usize)> = (0..data.m)
        .filter(|j| plan.open.binary_search(j).is_err())
        .filter_map(|j| {
            items.clear();
            for (who, ((&c, &u), &weight)) in data.row(j).iter().zip(&u).zip(&data.w).enumerate() {
                if u > c {
                    items.push(Item { value: u - c, weight, who });
                }
            }
            let gain = fractional(&mut items, data.q[j], |_, _| {}) - data.f[j];
            (gain > 0.0).then_some((value - gain, j))
        })
        .collect();
    out.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    out
}
