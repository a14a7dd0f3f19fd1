//! The first open sites, before there are lists.
//!
//! Points: clients are cut into as many cells as sites are wanted, always halving the cell of greatest cost along its widest axis at the
//! median, so that cells end up about equally dear, which is how good medians lie; the site nearest to a cell's centre is opened.
//! `O(n log p)`. Tables: greedy addition, lazily evaluated (the gain of a site only falls; Minoux 1978, doi:10.1007/BFb0006528).

use super::lists::short;
use super::tree::{Tree, embed};
use crate::instance::{Distance, Instance};
use std::cmp::Ordering;
use std::collections::{BTreeSet, BinaryHeap};

/// A number that sorts, with a name that breaks ties towards the lower one.
#[derive(Debug, PartialEq)]
pub(super) struct Ranked(pub(super) f64, pub(super) usize);

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0).then(other.1.cmp(&self.1))
    }
}

struct Cell {
    members: Vec<u32>,
    centre: [f64; 3],
    axis: usize,
    cost: f64,
}

/// Sites (positions in `sites`) to begin with: `count` of them, or as many as seem to pay.
pub(super) fn open_first(instance: &Instance, clients: &[u32], sites: &[u32], count: Option<usize>) -> Vec<u32> {
    match &instance.service.distance {
        Distance::Points { clients: at, sites: site_at, metric } => {
            let place = |i: u32| embed(*metric, at[i as usize]);
            let scale = if *metric == crate::instance::Metric::GreatCircle { crate::travel::metric::EARTH_RADIUS_KM } else { 1.0 };
            let weight = |i: u32| if instance.service.per_unit { instance.demand[i as usize] * scale } else { scale };
            let tree = Tree::new(&sites.iter().map(|&j| embed(*metric, site_at[j as usize])).collect::<Vec<_>>());
            cells(clients, count, mean_fixed(instance, sites), &place, &weight, &tree)
        }
        Distance::Table { .. } => greedy(instance, clients, sites, count),
    }
}

#[allow(clippy::cast_precision_loss)]
fn mean_fixed(instance: &Instance, sites: &[u32]) -> f64 {
    sites.iter().map(|&j| instance.fixed_cost(j as usize)).sum::<f64>() / (sites.len().max(1)) as f64
}

fn cells(
    clients: &[u32],
    count: Option<usize>,
    fixed: f64,
    place: &dyn Fn(u32) -> [f64; 3],
    weight: &dyn Fn(u32) -> f64,
    tree: &Tree,
) -> Vec<u32> {
    let measured = |members: Vec<u32>| {
        let mut total = 0.0;
        let (mut centre, mut min, mut max) = ([0.0; 3], [f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for &i in &members {
            let (p, w) = (place(i), weight(i));
            total += w;
            for k in 0..3 {
                centre[k] += w * p[k];
                min[k] = min[k].min(p[k]);
                max[k] = max[k].max(p[k]);
            }
        }
        let centre = centre.map(|c| if total > 0.0 { c / total } else { c });
        let far = |i: u32| place(i).iter().zip(&centre).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
        let cost = members.iter().map(|&i| weight(i) * far(i)).sum();
        let axis = (0..3).max_by(|&a, &b| (max[a] - min[a]).total_cmp(&(max[b] - min[b]))).unwrap_or(0);
        Cell { members, centre, axis, cost }
    };
    let mut made = vec![measured(clients.to_vec())];
    let mut heap = BinaryHeap::from([Ranked(made[0].cost, 0)]);
    while made.len() < count.unwrap_or(tree.order.len()) {
        let Some(Ranked(cost, k)) = heap.pop() else { break };
        // halving a cell saves about a third of its cost
        if made[k].members.len() < 2 || cost <= 0.0 || (count.is_none() && cost < 3.0 * fixed) {
            continue;
        }
        let axis = made[k].axis;
        let mut members = std::mem::take(&mut made[k].members);
        let middle = members.len() / 2;
        members.select_nth_unstable_by(middle, |&a, &b| place(a)[axis].total_cmp(&place(b)[axis]).then(a.cmp(&b)));
        let rest = members.split_off(middle);
        let second = measured(rest);
        made[k] = measured(members);
        heap.push(Ranked(made[k].cost, k));
        heap.push(Ranked(second.cost, made.len()));
        made.push(second);
    }
    let mut open: BTreeSet<u32> = made.iter().filter_map(|c| tree.nearest_two(c.centre)[0].map(|f| f.1)).collect();
    // cells may share a nearest site, or be fewer than wanted: fill up in the order of the tree, evenly
    let want = count.unwrap_or(1).min(tree.order.len());
    let gap = (tree.order.len() / (want.saturating_sub(open.len())).max(1)).max(1);
    for from in 0..gap {
        for j in tree.order.iter().skip(from).step_by(gap) {
            if open.len() >= want {
                break;
            }
            open.insert(*j);
        }
    }
    open.into_iter().collect()
}

/// Greedy addition, also used to complete a covering set: every step opens the site of greatest gain.
fn greedy(instance: &Instance, clients: &[u32], sites: &[u32], count: Option<usize>) -> Vec<u32> {
    let worst = clients.iter().flat_map(|&i| sites.iter().map(move |&j| instance.cost(i as usize, j as usize))).filter(|c| c.is_finite());
    let far = 2.0 * worst.fold(0.0, f64::max) + 1.0;
    let mut nearest = vec![far; clients.len()];
    let gain = |nearest: &[f64], j: usize| {
        let saved: f64 = clients.iter().zip(nearest).map(|(&i, &d)| (d - instance.cost(i as usize, sites[j] as usize)).max(0.0)).sum();
        saved - if count.is_none() { instance.fixed_cost(sites[j] as usize) } else { 0.0 }
    };
    let mut heap: BinaryHeap<Ranked> = (0..sites.len()).map(|j| Ranked(gain(&nearest, j), j)).collect();
    let mut open = Vec::new();
    while open.len() < count.unwrap_or(usize::MAX) {
        let Some(Ranked(_, j)) = heap.pop() else { break };
        let now = gain(&nearest, j);
        if heap.peek().is_some_and(|next| *next > Ranked(now, j)) {
            heap.push(Ranked(now, j));
            continue;
        }
        if count.is_none() && now <= 0.0 && !open.is_empty() {
            break;
        }
        for (&i, d) in clients.iter().zip(&mut nearest) {
            *d = d.min(instance.cost(i as usize, sites[j] as usize));
        }
        open.push(short(j));
    }
    open.sort_unstable();
    open
}
