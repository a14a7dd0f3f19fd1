//! Prices and answers of a set covering problem.
//!
//! `L(u) = sum_r u_r + sum_j min(0, c_j - sum_{r in j} u_r)` for `u >= 0` is a lower bound (the Lagrangian of the covering rows). Multipliers move along the
//! subgradient `1 - times covered` by Polyak's step; every few steps the columns of negative reduced cost are completed greedily to an answer
//! (Beasley 1990, <https://doi.org/10.1002/1520-6750(199002)37:1%3C151::AID-NAV3220370110%3E3.0.CO;2-2>; Caprara, Fischetti & Toth 1999,
//! <https://doi.org/10.1287/opre.47.5.730>).

use super::super::watch::Watch;
use super::reduce::Cover;
use super::round_up;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Most steps of the subgradient.
const STEPS: usize = 500;
/// Steps without gain after which the step is halved.
const PATIENCE: usize = 20;
/// Work of the local search, entries looked at.
const WORK: usize = 60_000_000;

/// The state of a search: the best answer and the best bound.
pub(super) struct Priced {
    /// Columns of the best answer.
    pub chosen: Vec<u32>,
    /// Its cost.
    pub value: f64,
    /// The best bound, rounded up where costs are whole.
    pub bound: f64,
    /// `L(u)` of the best multipliers, before rounding.
    pub plain_bound: f64,
    /// Reduced costs at the best multipliers.
    pub reduced: Vec<f64>,
}

/// When the search may end: cost at most `target` found, or no cost at most `target` possible.
pub(super) fn decided(value: f64, bound: f64, target: Option<f64>, gap: f64) -> bool {
    match target {
        Some(t) => value <= t + 1e-9 || bound > t + 1e-9,
        None => value - bound <= gap * value.abs().max(1.0),
    }
}

/// Greedy, subgradient, local search. `say` is told of each gain.
pub(super) fn price(cover: &Cover, whole: bool, target: Option<f64>, gap: f64, seed: u64, watch: &Watch<'_>, say: &mut dyn FnMut(f64, f64)) -> Priced {
    let chosen = greedy(cover, &cover.cost, Vec::new());
    let value = cost_of(cover, &chosen);
    let mut best = Priced { chosen, value, bound: 0.0, plain_bound: 0.0, reduced: cover.cost.clone() };
    let (packing, start) = pack(cover);
    best.bound = packing;
    say(best.value, best.bound);
    if decided(best.value, best.bound, target, gap) {
        return best;
    }
    subgradient(cover, start, whole, target, gap, watch, &mut best, say);
    if !decided(best.value, best.bound, target, gap) {
        improve(cover, target, gap, seed, watch, &mut best, say);
    }
    best
}

fn cost_of(cover: &Cover, chosen: &[u32]) -> f64 {
    chosen.iter().map(|&c| cover.cost[c as usize]).sum()
}

/// Rows no two of which share a column, shortest rows first: each needs a column of its own. The bound, and multipliers to begin from.
fn pack(cover: &Cover) -> (f64, Vec<f64>) {
    let cheapest = |row: &[u32]| row.iter().map(|&c| cover.cost[c as usize]).fold(f64::INFINITY, f64::min);
    let weight = |row: &[u32]| row.iter().map(|&c| cover.cols[c as usize].len()).sum::<usize>();
    let mut order: Vec<(usize, usize)> = cover.rows.iter().enumerate().map(|(r, row)| (weight(row), r)).collect();
    order.sort_unstable();
    let mut taken = vec![false; cover.cost.len()];
    let mut bound = 0.0;
    let mut packed = vec![0.0; cover.rows.len()];
    for &(_, r) in &order {
        let row = &cover.rows[r];
        if row.iter().all(|&c| !taken[c as usize]) {
            row.iter().for_each(|&c| taken[c as usize] = true);
            packed[r] = cheapest(row);
            bound += packed[r];
        }
    }
    let share = |row: &[u32]| row.iter().map(|&c| cover.cost[c as usize] / cover.cols[c as usize].len() as f64).fold(f64::INFINITY, f64::min);
    let start = cover.rows.iter().zip(&packed).map(|(row, p)| 0.5 * (share(row) + p)).collect();
    (bound, start)
}

/// Completes a choice: the column of least price for each row that it newly covers, again and again; then what is not needed is dropped, dearest first.
fn greedy(cover: &Cover, price: &[f64], mut chosen: Vec<u32>) -> Vec<u32> {
    let mut times = vec![0_u32; cover.rows.len()];
    let mut in_it = vec![false; cover.cost.len()];
    for &c in &chosen {
        in_it[c as usize] = true;
        cover.cols[c as usize].iter().for_each(|&r| times[r as usize] += 1);
    }
    let mut open = times.iter().filter(|t| **t == 0).count();
    let fresh = |c: usize, times: &[u32]| cover.cols[c].iter().filter(|&&r| times[r as usize] == 0).count();
    // scores only grow, so that the first of the heap whose score still holds is the least
    let score = |c: usize, n: usize| (price[c].max(0.0) / n as f64).to_bits();
    let mut heap: BinaryHeap<Reverse<(u64, u32)>> = BinaryHeap::new();
    if open > 0 {
        for c in (0..cover.cost.len()).filter(|&c| !in_it[c]) {
            let n = fresh(c, &times);
            if n > 0 {
                heap.push(Reverse((score(c, n), super::id(c))));
            }
        }
    }
    while open > 0 {
        let Some(Reverse((old, c))) = heap.pop() else { break };
        let n = fresh(c as usize, &times);
        if n == 0 {
            continue;
        }
        let now = score(c as usize, n);
        if now > old && heap.peek().is_some_and(|Reverse(next)| (now, c) > *next) {
            heap.push(Reverse((now, c)));
            continue;
        }
        open -= n;
        chosen.push(c);
        cover.cols[c as usize].iter().for_each(|&r| times[r as usize] += 1);
    }
    chosen.sort_by(|&a, &b| cover.cost[b as usize].total_cmp(&cover.cost[a as usize]).then(cover.cols[a as usize].len().cmp(&cover.cols[b as usize].len())).then(a.cmp(&b)));
    chosen.retain(|&c| {
        let needed = cover.cols[c as usize].iter().any(|&r| times[r as usize] == 1);
        if !needed {
            cover.cols[c as usize].iter().for_each(|&r| times[r as usize] -= 1);
        }
        needed
    });
    chosen.sort_unstable();
    chosen
}

#[allow(clippy::too_many_arguments)] // the state of one loop
fn subgradient(
    cover: &Cover,
    mut u: Vec<f64>,
    whole: bool,
    target: Option<f64>,
    gap: f64,
    watch: &Watch<'_>,
    best: &mut Priced,
    say: &mut dyn FnMut(f64, f64),
) {
    let (mut factor, mut stale) = (1.0, 0);
    let mut plain = f64::NEG_INFINITY;
    let mut direction = vec![0.0; u.len()];
    let every = (cover.entries() / 200_000 + 2).min(25);
    for step in 0..STEPS {
        if watch.over().is_some() || factor < 1e-3 {
            return;
        }
        let reduced: Vec<f64> = cover.cols.iter().zip(&cover.cost).map(|(rows, c)| c - rows.iter().map(|&r| u[r as usize]).sum::<f64>()).collect();
        let value = u.iter().sum::<f64>() + reduced.iter().map(|r| r.min(0.0)).sum::<f64>();
        stale += 1;
        if value > plain + 1e-6 * plain.abs().max(1.0) {
            stale = 0;
        }
        if value > plain {
            plain = value;
            best.reduced.clone_from(&reduced);
            best.plain_bound = plain;
            let rounded = round_up(plain, whole);
            if rounded > best.bound {
                best.bound = rounded;
                say(best.value, best.bound);
            }
        }
        if step % every == 0 {
            let begin = (0..reduced.len()).filter(|&c| reduced[c] < -1e-9).map(super::id).collect();
            let chosen = greedy(cover, &reduced, begin);
            let value = cost_of(cover, &chosen);
            if value < best.value {
                (best.chosen, best.value) = (chosen, value);
                say(best.value, best.bound);
            }
        }
        if decided(best.value, best.bound, target, gap) {
            return;
        }
        if stale >= PATIENCE {
            (factor, stale) = (0.5 * factor, 0);
        }
        // smoothed: three parts new, seven parts old keeps the zigzag down
        let mut norm = 0.0;
        for (r, row) in cover.rows.iter().enumerate() {
            let times = row.iter().filter(|&&c| reduced[c as usize] < 0.0).count();
            let d: f64 = if step == 0 { 1.0 - times as f64 } else { 0.3 * (1.0 - times as f64) + 0.7 * direction[r] };
            // a multiplier at zero cannot fall
            direction[r] = if u[r] <= 0.0 && d < 0.0 { 0.0 } else { d };
            norm += direction[r] * direction[r];
        }
        if norm <= 0.0 {
            return;
        }
        let length = factor * (1.005 * best.value - value).max(1e-9) / norm;
        u.iter_mut().zip(&direction).for_each(|(u, d)| *u = (*u + length * d).max(0.0));
    }
}

/// Takes a part of the answer out and completes it again, many times; the part lies around a random column.
fn improve(cover: &Cover, target: Option<f64>, gap: f64, seed: u64, watch: &Watch<'_>, best: &mut Priced, say: &mut dyn FnMut(f64, f64)) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let rounds = (WORK / cover.entries().max(1)).min(300);
    let mut now = best.chosen.clone();
    let mut price = cover.cost.clone();
    for _ in 0..rounds {
        if now.is_empty() || watch.over().is_some() || decided(best.value, best.bound, target, gap) {
            return;
        }
        let center = now[rng.random_range(0..now.len())] as usize;
        let mut near = vec![false; cover.cost.len()];
        for &r in &cover.cols[center] {
            cover.rows[r as usize].iter().for_each(|&c| near[c as usize] = true);
        }
        let share = rng.random_range(0.0..0.2);
        let kept: Vec<u32> = now.iter().copied().filter(|&c| !near[c as usize] && rng.random_range(0.0..1.0) >= share).collect();
        price.iter_mut().zip(&best.reduced).zip(&cover.cost).for_each(|((p, r), c)| *p = (r.max(0.0) + 0.1 * c) * rng.random_range(0.8..1.2));
        let other = greedy(cover, &price, kept);
        let value = cost_of(cover, &other);
        if value <= cost_of(cover, &now) {
            now = other;
        }
        if value < best.value {
            (best.chosen, best.value) = (now.clone(), value);
            say(best.value, best.bound);
        }
    }
}
