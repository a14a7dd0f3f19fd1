//! The core: sites and pairs that reduced costs have not excluded, as a model for the MIP solver.
//!
//! A pair `(i, j)` of a problem whose clients are not split can be left out when every answer that uses it is at or above the threshold:
//!
//! ```text
//! (A)  base - min(0, r_j) + r_j + penalty_ij > threshold      r_j = h_j - theta q_j
//!      penalty_ij = what serving i from j adds to the knapsack of j, by its fractional price
//! ```
//!
//! The bound of the whole is the smaller of the core's bound and of the smallest left side of (A).

use super::data::{Data, Kind};
use super::knapsack::{Item, fractional};
use crate::location::search::{Evaluation, Fix};
use crate::model::LinearModel;

/// Pairs and sites of the core.
#[derive(Debug, Clone, Default)]
pub struct Core {
    /// `(client, site)`, by site.
    pub pairs: Vec<(usize, usize)>,
    /// Sites that may be open, increasing.
    pub sites: Vec<usize>,
    /// Smallest bound at which something was left out.
    pub floor: f64,
}

/// What (A) leaves, given the evaluation at multipliers `u` (unsplit clients only). Pairs of `keep` stay.
#[must_use]
pub fn core(data: &Data, u: &[f64], fix: &[Fix], at: &Evaluation, threshold: f64, keep: &[(usize, usize)]) -> Core {
    let mut out = Core { floor: f64::INFINITY, ..Core::default() };
    let mut kept = vec![false; data.n * data.m];
    let mut used = vec![false; data.m];
    for &(i, j) in keep {
        kept[j * data.n + i] = true;
        used[j] = true;
    }
    let mut items = Vec::new();
    for j in 0..data.m {
        if fix[j] == Fix::Closed && !used[j] {
            continue;
        }
        items.clear();
        for (who, ((&c, &u), &weight)) in data.row(j).iter().zip(u).zip(&data.w).enumerate() {
            if u > c && weight <= data.q[j] {
                items.push(Item { value: u - c, weight, who });
            }
        }
        let exact = {
            let mut packed = super::knapsack::Packed::default();
            super::knapsack::whole(&mut items, data.q[j], &mut packed);
            packed.bound
        };
        let mut price = 0.0;
        let loose = fractional(&mut items, data.q[j], |item, share| {
            if share < 1.0 {
                price = item.value / item.weight;
            }
        });
        let reduced = if fix[j] == Fix::Free { at.reduced[j] } else { 0.0 };
        let opened = at.base + reduced.max(0.0);
        for i in 0..data.n {
            let c = data.at(i, j);
            if !c.is_finite() || data.w[i] > data.q[j] + data.slack() {
                continue;
            }
            let cost = data.w[i].mul_add(price, c - u[i]).max(0.0);
            // the exact knapsack may be below the fractional one: its difference comes off the penalty
            let penalty = (cost - (loose - exact).max(0.0)).max(0.0);
            let bound = if reduced < 0.0 { at.base + penalty } else { opened + penalty };
            if kept[j * data.n + i] || (fix[j] != Fix::Closed && bound <= threshold) {
                out.pairs.push((i, j));
                used[j] = true;
            } else if fix[j] != Fix::Closed {
                out.floor = out.floor.min(bound);
            }
        }
    }
    // a site without pairs may still count towards p, or earn by being open
    out.sites = (0..data.m).filter(|&j| used[j] || fix[j] != Fix::Closed).collect();
    out
}

/// The model of a core: columns `y` of its sites, then `x` of its pairs, all whole. Sites of `open` are open in every answer.
#[must_use]
pub fn model(data: &Data, core: &Core, open: &[bool]) -> LinearModel {
    let mut model = LinearModel::new();
    let served: Vec<usize> = (0..data.n).map(|_| model.add_row(1.0, 1.0)).collect();
    let mut room = vec![usize::MAX; data.m];
    for &j in &core.sites {
        room[j] = model.add_row(f64::NEG_INFINITY, 0.0);
    }
    let links: Vec<usize> = core.pairs.iter().map(|_| model.add_row(f64::NEG_INFINITY, 0.0)).collect();
    let enough = model.add_row(data.total - data.slack(), f64::INFINITY);
    let count = if let Kind::Median(p) = data.kind { Some(model.add_row(p as f64, p as f64)) } else { None };
    let mut by_site: Vec<Vec<usize>> = vec![Vec::new(); data.m];
    for (at, &(_, j)) in core.pairs.iter().enumerate() {
        by_site[j].push(links[at]);
    }
    for &j in &core.sites {
        let mut entries = vec![(room[j], -data.q[j]), (enough, data.q[j])];
        entries.extend(by_site[j].iter().map(|&row| (row, -1.0)));
        entries.extend(count.map(|row| (row, 1.0)));
        let column = model.add_binary(data.f[j], &entries);
        if open[j] {
            model.col_lower[column] = 1.0;
        }
    }
    for (at, &(i, j)) in core.pairs.iter().enumerate() {
        model.add_binary(data.at(i, j), &[(served[i], 1.0), (room[j], data.w[i]), (links[at], 1.0)]);
    }
    model
}

/// A point of the model for a choice of sites and a site for each client.
#[must_use]
pub fn point(core: &Core, open: &[usize], site: &[usize]) -> Vec<f64> {
    let one = |b: bool| if b { 1.0 } else { 0.0 };
    let sites = core.sites.iter().map(|j| one(open.binary_search(j).is_ok()));
    sites.chain(core.pairs.iter().map(|&(i, j)| one(site[i] == j))).collect()
}
