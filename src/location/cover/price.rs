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
const STEPS: usize = 3000;
/// Steps without gain after which the level comes down.
const PATIENCE: usize = 30;
/// The level at which the search ends, as a share of the bound.
const LEVEL: f64 = 2e-5;
/// Work of the local search, entries looked at: of a problem, and of each question whether a target can be met.
const WORK: usize = 1_500_000_000;
const WORK_OF_QUESTION: usize = 100_000_000;
/// Most rounds of the local search.
const ROUNDS: usize = 60_000;

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
pub(super) fn price(
    cover: &Cover,
    whole: bool,
    target: Option<f64>,
    gap: f64,
    seed: u64,
    watch: &Watch<'_>,
    say: &mut dyn FnMut(f64, f64),
) -> Priced {
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
    let share =
        |row: &[u32]| row.iter().map(|&c| cover.cost[c as usize] / cover.cols[c as usize].len() as f64).fold(f64::INFINITY, f64::min);
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
    chosen.sort_by(|&a, &b| {
        cover.cost[b as usize]
            .total_cmp(&cover.cost[a as usize])
            .then(cover.cols[a as usize].len().cmp(&cover.cols[b as usize].len()))
            .then(a.cmp(&b))
    });
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
    // the best answer is far above what prices can reach: steps aim at a level above the best bound instead (Goffin & Kiwiel 1999)
    let mut level = 0.2 * (best.value - best.bound).max(1e-3 * best.value);
    let (start, mut stale) = (best.bound, 0);
    let mut plain = f64::NEG_INFINITY;
    let mut direction = vec![0.0; u.len()];
    let every = (cover.entries() / 200_000 + 2).min(25);
    for step in 0..STEPS {
        if watch.over().is_some() || level < LEVEL * best.value {
            return;
        }
        let reduced: Vec<f64> =
            cover.cols.iter().zip(&cover.cost).map(|(rows, c)| c - rows.iter().map(|&r| u[r as usize]).sum::<f64>()).collect();
        let value = u.iter().sum::<f64>() + reduced.iter().map(|r| r.min(0.0)).sum::<f64>();
        stale += 1;
        if value > plain {
            if value > plain + 0.01 * level {
                stale = 0;
            }
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
            (level, stale) = (0.7 * level, 0);
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
        let length = (plain.max(start) + level - value).max(1e-9) / norm;
        u.iter_mut().zip(&direction).for_each(|(u, d)| *u = (*u + length * d).max(0.0));
    }
}

/// Takes a few columns out that lie around a random one and covers what they leave open again, many times. What gets dearer is undone.
fn improve(cover: &Cover, target: Option<f64>, gap: f64, seed: u64, watch: &Watch<'_>, best: &mut Priced, say: &mut dyn FnMut(f64, f64)) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut local = Local::new(cover, &best.chosen);
    let mut value = best.value;
    let price: Vec<f64> = best.reduced.iter().zip(&cover.cost).map(|(r, c)| r.max(0.0) + 0.2 * c).collect();
    let mut rounds = 0;
    let work = if target.is_some() { WORK_OF_QUESTION } else { WORK };
    while local.work < work && rounds < ROUNDS && !local.chosen.is_empty() {
        if rounds % 64 == 0 && watch.over().is_some() {
            break;
        }
        rounds += 1;
        let out = local.neighbours(&mut rng);
        local.log.clear();
        local.exchange(&out, &price, &mut rng);
        let change = local.change();
        if change > 1e-12 * value {
            local.undo();
            continue;
        }
        value += change;
        if value < best.value - 1e-9 * best.value {
            best.chosen.clone_from(&local.chosen);
            best.chosen.sort_unstable();
            value = cost_of(cover, &best.chosen);
            best.value = value;
            say(best.value, best.bound);
            if decided(best.value, best.bound, target, gap) {
                return;
            }
        }
    }
}

/// An answer that is changed in places.
struct Local<'a> {
    cover: &'a Cover,
    /// Columns that cover each row.
    times: Vec<u32>,
    chosen: Vec<u32>,
    /// Place of each chosen column in `chosen`.
    place: Vec<u32>,
    /// Rows each candidate would newly cover; zero between rounds.
    fresh: Vec<u32>,
    /// Columns that came (true) and went since it was cleared.
    log: Vec<(u32, bool)>,
    /// Entries looked at.
    work: usize,
}

impl<'a> Local<'a> {
    fn new(cover: &'a Cover, chosen: &[u32]) -> Self {
        let mut local = Self {
            cover,
            times: vec![0; cover.rows.len()],
            chosen: Vec::new(),
            place: vec![u32::MAX; cover.cost.len()],
            fresh: vec![0; cover.cost.len()],
            log: Vec::new(),
            work: 0,
        };
        chosen.iter().for_each(|&c| local.add(c));
        local
    }

    fn add(&mut self, c: u32) {
        self.log.push((c, true));
        self.place[c as usize] = super::id(self.chosen.len());
        self.chosen.push(c);
        self.cover.cols[c as usize].iter().for_each(|&r| self.times[r as usize] += 1);
        self.work += self.cover.cols[c as usize].len();
    }

    fn remove(&mut self, c: u32) {
        self.log.push((c, false));
        let at = std::mem::replace(&mut self.place[c as usize], u32::MAX) as usize;
        self.chosen.swap_remove(at);
        if let Some(&moved) = self.chosen.get(at) {
            self.place[moved as usize] = super::id(at);
        }
        self.cover.cols[c as usize].iter().for_each(|&r| self.times[r as usize] -= 1);
        self.work += self.cover.cols[c as usize].len();
    }

    /// A random chosen column and some that are chosen near it.
    fn neighbours(&mut self, rng: &mut ChaCha8Rng) -> Vec<u32> {
        let many = rng.random_range(2..=6);
        let mut out = vec![self.chosen[rng.random_range(0..self.chosen.len())]];
        let mut tries = 0;
        while out.len() < many && tries < 4 * many {
            tries += 1;
            // a random row of a random one of them, a random column of it, a random row of that: where it is covered from
            let from = &self.cover.cols[out[rng.random_range(0..out.len())] as usize];
            let row = &self.cover.rows[from[rng.random_range(0..from.len())] as usize];
            let step = &self.cover.cols[row[rng.random_range(0..row.len())] as usize];
            let there = &self.cover.rows[step[rng.random_range(0..step.len())] as usize];
            self.work += there.len();
            if let Some(&c) = there.iter().find(|c| self.place[**c as usize] != u32::MAX && !out.contains(c)) {
                out.push(c);
            }
        }
        out
    }

    /// Takes columns out, covers again by randomised greedy, drops what is not needed any more.
    fn exchange(&mut self, out: &[u32], price: &[f64], rng: &mut ChaCha8Rng) {
        let cover = self.cover;
        out.iter().for_each(|&c| self.remove(c));
        let mut open: Vec<u32> =
            out.iter().flat_map(|&c| &cover.cols[c as usize]).copied().filter(|&r| self.times[r as usize] == 0).collect();
        open.sort_unstable();
        open.dedup();
        let mut candidates: Vec<u32> = Vec::new();
        for &r in &open {
            for &c in &cover.rows[r as usize] {
                if self.fresh[c as usize] == 0 {
                    candidates.push(c);
                }
                self.fresh[c as usize] += 1;
            }
            self.work += cover.rows[r as usize].len();
        }
        candidates.sort_unstable();
        let noise: Vec<f64> = candidates.iter().map(|_| rng.random_range(0.7..1.3)).collect();
        let (mut came, mut left) = (Vec::new(), open.len());
        while left > 0 {
            self.work += candidates.len();
            let score = |k: usize| price[candidates[k] as usize] * noise[k] / f64::from(self.fresh[candidates[k] as usize]);
            let live = (0..candidates.len()).filter(|&k| self.fresh[candidates[k] as usize] > 0);
            let Some(k) = live.min_by(|&a, &b| score(a).total_cmp(&score(b)).then(a.cmp(&b))) else { break };
            let c = candidates[k];
            for &r in cover.cols[c as usize].iter().filter(|&&r| self.times[r as usize] == 0) {
                cover.rows[r as usize].iter().for_each(|&c| self.fresh[c as usize] -= 1);
                left -= 1;
            }
            self.add(c);
            came.push(c);
        }
        // what covers the rows of the new columns may be needed no more
        let mut near: Vec<u32> = came
            .iter()
            .flat_map(|&c| &cover.cols[c as usize])
            .flat_map(|&r| &cover.rows[r as usize])
            .copied()
            .filter(|&c| self.place[c as usize] != u32::MAX)
            .collect();
        near.sort_by(|&a, &b| cover.cost[b as usize].total_cmp(&cover.cost[a as usize]).then(a.cmp(&b)));
        near.dedup();
        self.work += near.len();
        for c in near {
            if cover.cols[c as usize].iter().all(|&r| self.times[r as usize] > 1) {
                self.remove(c);
            }
        }
    }

    /// Takes the changes of the log back.
    fn undo(&mut self) {
        while let Some((c, added)) = self.log.pop() {
            if added {
                self.remove(c);
            } else {
                self.add(c);
            }
            self.log.pop();
        }
    }

    /// What the log has changed the cost by.
    fn change(&self) -> f64 {
        self.log.iter().map(|&(c, added)| if added { self.cover.cost[c as usize] } else { -self.cover.cost[c as usize] }).sum()
    }
}
