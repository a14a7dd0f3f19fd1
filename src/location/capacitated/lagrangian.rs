//! The knapsack Lagrangian of capacitated location (Geoffrion and McBride 1978, doi:10.1080/05695557808975181; Cornuejols, Sridharan,
//! Thizy 1991, doi:10.1016/0377-2217(91)90261-S):
//!
//! ```text
//! min  sum_j f_j y_j + sum_ij c_ij x_ij
//! (1)  sum_j x_ij = 1                      relaxed, multipliers u_i
//! (2)  sum_i w_i x_ij <= q_j y_j           (3)  x_ij <= y_j        x in [0, 1] when clients may be split, else {0, 1}
//! (4)  sum_j q_j y_j >= sum_i w_i          implied by (1) and (2), kept: it strengthens the bound
//! (5)  sum_j y_j = p                       the capacitated p-median only
//!
//! L(u) = sum_i u_i + min { sum_j h_j y_j : (4), (5) },     h_j = f_j + min { sum_i (c_ij - u_i) x_ij : (2), (3) at y_j = 1 }
//! ```
//!
//! The inner minimum is a knapsack a site, the outer one a knapsack over sites, solved exactly. With `theta` the price of (4) in the
//! fractional outer knapsack, `h_j - theta q_j` is the reduced cost of a site.

use super::data::{Data, Kind};
use super::knapsack::{Item, Packed, by_ratio, fractional, whole};
use crate::location::search::{Evaluation, Fix};

/// Evaluates `L(u)` under fixings.
pub fn evaluate(data: &Data, u: &[f64], fix: &[Fix], out: &mut Evaluation) {
    let mut items = Vec::new();
    let mut packed = Packed::default();
    let mut h = vec![0.0; data.m];
    for (j, h) in h.iter_mut().enumerate().filter(|(j, _)| fix[*j] != Fix::Closed) {
        gather(data, u, j, &mut items);
        let saving = if data.kind == Kind::Split {
            fractional(&mut items, data.q[j], |_, _| {})
        } else {
            whole(&mut items, data.q[j], &mut packed);
            packed.bound
        };
        *h = data.f[j] - saving;
    }
    out.open.clear();
    out.open.resize(data.m, 0.0);
    out.reduced.clear();
    out.reduced.resize(data.m, 0.0);
    let (base, bound) = match data.kind {
        Kind::Median(p) => choose_count(data, &h, fix, p, out),
        _ => choose(Level { capacity: &data.q, total: data.total }, &h, fix, &mut out.open, &mut out.reduced),
    };
    let prices: f64 = u.iter().sum();
    out.base = prices + base;
    out.bound = prices + bound;
    out.gradient.clear();
    out.gradient.resize(data.n, 1.0);
    for j in (0..data.m).filter(|&j| out.open[j] > 0.0) {
        gather(data, u, j, &mut items);
        let gradient = &mut out.gradient;
        if data.kind == Kind::Split {
            fractional(&mut items, data.q[j], |item, share| gradient[item.who] -= share);
        } else {
            whole(&mut items, data.q[j], &mut packed);
            for (item, _) in items.iter().zip(&packed.taken).filter(|(_, t)| **t) {
                gradient[item.who] -= 1.0;
            }
        }
    }
}

/// The clients that are worth serving from a site at these prices, and fit.
fn gather(data: &Data, u: &[f64], j: usize, items: &mut Vec<Item>) {
    items.clear();
    let largest = if data.kind == Kind::Split { f64::INFINITY } else { data.q[j] };
    for (who, ((&c, &u), &weight)) in data.row(j).iter().zip(u).zip(&data.w).enumerate() {
        if u > c && weight <= largest {
            items.push(Item { value: u - c, weight, who });
        }
    }
}

/// Sites with their capacities, of which enough must be open for a total demand.
#[derive(Debug, Clone, Copy)]
pub struct Level<'a> {
    /// Capacity of each site, no more than the total.
    pub capacity: &'a [f64],
    /// Total demand.
    pub total: f64,
}

/// `min sum h y` under (4): `(fractional value, value)`; fills `open` and `reduced`, both zero before. What stays closed among sites of
/// positive `h` is a 0/1 knapsack with the spare capacity as its size.
pub fn choose(level: Level<'_>, h: &[f64], fix: &[Fix], open: &mut [f64], reduced: &mut [f64]) -> (f64, f64) {
    let slack = 1e-9 * level.total.max(1.0);
    let (mut value, mut capacity) = (0.0, 0.0);
    let mut items = Vec::new();
    for (j, &fix) in fix.iter().enumerate() {
        match fix {
            Fix::Closed => continue,
            Fix::Free if h[j] > 0.0 => items.push(Item { value: h[j], weight: level.capacity[j], who: j }),
            _ => {
                open[j] = 1.0;
                value += h[j];
            }
        }
        capacity += level.capacity[j];
    }
    let spare = capacity - level.total;
    if spare < -slack {
        return (f64::INFINITY, f64::INFINITY);
    }
    let spare = spare.max(0.0) + slack;
    let all: f64 = items.iter().map(|i| i.value).sum();
    let mut theta = 0.0;
    let fits = items.iter().map(|i| i.weight).sum::<f64>() <= spare;
    let closed = fractional(&mut items, spare, |item, share| {
        if share < 1.0 {
            theta = item.value / item.weight;
        }
    });
    if !fits && theta == 0.0 {
        // the spare capacity ends exactly between two items
        by_ratio(&mut items);
        let mut left = spare;
        let beyond = items.iter().find(|i| {
            left -= i.weight;
            left < 0.0
        });
        theta = beyond.map_or(0.0, |i| i.value / i.weight);
    }
    let mut packed = Packed::default();
    whole(&mut items, spare, &mut packed);
    for (item, _) in items.iter().zip(&packed.taken).filter(|(_, taken)| !**taken) {
        open[item.who] = 1.0;
    }
    for (j, _) in fix.iter().enumerate().filter(|(_, f)| **f == Fix::Free) {
        reduced[j] = h[j] - theta * level.capacity[j];
    }
    (value + all - closed, value + all - packed.bound.min(closed))
}

/// `min sum h y` under (5), with (4) priced by the best `theta` of a short search.
fn choose_count(data: &Data, h: &[f64], fix: &[Fix], p: usize, out: &mut Evaluation) -> (f64, f64) {
    let forced: Vec<usize> = (0..data.m).filter(|&j| fix[j] == Fix::Open).collect();
    let mut free: Vec<usize> = (0..data.m).filter(|&j| fix[j] == Fix::Free).collect();
    let Some(count) = p.checked_sub(forced.len()).filter(|&c| c <= free.len()) else { return (f64::INFINITY, f64::INFINITY) };
    let mut sizes: Vec<f64> = free.iter().map(|&j| data.q[j]).collect();
    sizes.sort_by(|a, b| b.total_cmp(a));
    let held: f64 = forced.iter().map(|&j| data.q[j]).sum();
    if held + sizes[..count].iter().sum::<f64>() < data.total - data.slack() {
        return (f64::INFINITY, f64::INFINITY);
    }
    let key = |j: usize, theta: f64| h[j] - theta * data.q[j];
    let mut order = |theta: f64| {
        free.sort_unstable_by(|&a, &b| key(a, theta).total_cmp(&key(b, theta)).then(a.cmp(&b)));
        let capacity = held + free[..count].iter().map(|&j| data.q[j]).sum::<f64>();
        let value = forced.iter().chain(&free[..count]).map(|&j| key(j, theta)).sum::<f64>() + theta * data.total;
        (value, capacity, free.clone())
    };
    let (mut best_theta, mut best) = (0.0, order(0.0));
    if best.1 < data.total - data.slack() {
        let scale = h.iter().map(|x| x.abs()).fold(0.0, f64::max) / data.total.max(1e-9);
        let (mut low, mut high) = (0.0, scale.max(1e-9));
        while order(high).1 < data.total - data.slack() && high < 1e6 * scale.max(1.0) {
            low = high;
            high *= 4.0;
        }
        for _ in 0..12 {
            let theta = 0.5 * (low + high);
            let now = order(theta);
            if now.1 < data.total - data.slack() {
                low = theta;
            } else {
                high = theta;
            }
            if now.0 > best.0 {
                (best_theta, best) = (theta, now);
            }
        }
    }
    let (value, _, sorted) = best;
    let last_in = count.checked_sub(1).map(|c| key(sorted[c], best_theta));
    let first_out = sorted.get(count).map(|&j| key(j, best_theta));
    for &j in &forced {
        out.open[j] = 1.0;
    }
    for (rank, &j) in sorted.iter().enumerate() {
        if rank < count {
            out.open[j] = 1.0;
            // without a substitute the site cannot be closed
            out.reduced[j] = first_out.map_or(f64::NEG_INFINITY, |k| key(j, best_theta) - k);
        } else {
            out.reduced[j] = last_in.map_or(f64::INFINITY, |k| key(j, best_theta) - k);
        }
    }
    (value, value)
}
