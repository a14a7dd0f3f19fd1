//! Local search for contiguous balanced partitions: grow parts from their roots, then move single units and exchange pairs across the
//! borders while parts stay connected, then disturb and search again (iterated local search; H. R. Lourenço, O. C. Martin, T. Stützle 2003,
//! doi:10.1007/0-306-48056-5_11). Missed balance is priced, and the price rises until it is gone.
//!
//! Use it where the exact formulation is too large, and to give that a start. A step looks at every unit on a border:
//! O(borders x measures) and a walk through one part for contiguity. The draws come from the seed alone, so that the same seed and number
//! of rounds give the same answer at any thread count; a clock that cuts the rounds short may change it.

use super::Partition;
use super::state::State;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::time::Instant;

/// How long and from which seed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SearchParams {
    /// Disturbances.
    pub rounds: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// No round begins after this.
    pub until: Option<Instant>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Leader of each unit.
    pub leader: Vec<usize>,
    /// DI0.
    pub value: f64,
    /// By how much DI3 is missed (0: an answer).
    pub miss: f64,
}

/// The best partition found: the least missed balance, then the least value. `None` when some unit cannot be reached from any root
/// that it may join.
#[must_use]
pub fn search(partition: &Partition, params: &SearchParams, stop: &dyn Fn() -> bool) -> Option<Found> {
    let mut rng = ChaCha8Rng::seed_from_u64(params.seed);
    let mut state = State::new(partition, grow(partition)?);
    let price = first_price(partition);
    let mut best = found(&state);
    descend(&mut state, price, &mut best);
    let mut at = state.clone();
    for round in 0..params.rounds {
        if params.until.is_some_and(|u| Instant::now() >= u) || stop() {
            break;
        }
        disturb(&mut state, &mut rng);
        descend(&mut state, price, &mut best);
        let worth = |s: &State<'_>| partition.value(&s.leader) + price * partition.imbalance(&s.leader);
        // now and then a worse place is taken, or the search stays in one valley
        if worth(&state) <= worth(&at) * (1.0 + 1e-12) || round % 50 == 49 {
            at = state.clone();
        } else {
            state = at.clone();
        }
        if round % 100 == 99 {
            state = State::new(partition, best.leader.clone());
            at = state.clone();
        }
    }
    Some(best)
}

fn found(state: &State<'_>) -> Found {
    let p = state.partition;
    Found { leader: state.leader.clone(), value: p.value(&state.leader), miss: p.imbalance(&state.leader) }
}

/// A miss of all of a part's balance costs as much as all ways together at first.
fn first_price(partition: &Partition) -> f64 {
    let p = partition.roots.len();
    let nearest = |t: usize| (0..p).map(|l| partition.cost_of(t, l)).fold(f64::INFINITY, f64::min);
    let total: f64 = (0..partition.units()).map(nearest).filter(|c| c.is_finite()).sum();
    total.max(1e-6) + partition.cut
}

/// Units join in the order of their cost, each to a part it touches (Prim's order): parts are connected from the start.
fn grow(partition: &Partition) -> Option<Vec<usize>> {
    let (n, p) = (partition.units(), partition.roots.len());
    let mut leader = vec![usize::MAX; n];
    let mut open: Vec<(f64, usize, usize)> = Vec::new();
    for (l, &r) in partition.roots.iter().enumerate() {
        leader[r] = l;
    }
    let push = |open: &mut Vec<(f64, usize, usize)>, from: usize, l: usize, leader: &[usize]| {
        for &u in &partition.neighbours[from] {
            let cost = partition.cost_of(u, l);
            if leader[u] == usize::MAX && cost.is_finite() {
                // what counts is how much worse this leader is than the best
                let least = (0..p).map(|k| partition.cost_of(u, k)).fold(f64::INFINITY, f64::min);
                open.push((cost - least, u, l));
            }
        }
    };
    for l in 0..p {
        push(&mut open, partition.roots[l], l, &leader);
    }
    while let Some(at) = (0..open.len()).min_by(|&a, &b| open[a].0.total_cmp(&open[b].0).then(open[a].cmp_rest(&open[b]))) {
        let (_, u, l) = open.swap_remove(at);
        if leader[u] == usize::MAX {
            leader[u] = l;
            push(&mut open, u, l, &leader);
        }
    }
    leader.iter().all(|l| *l != usize::MAX).then_some(leader)
}

/// Ties by unit and leader.
trait CompareRest {
    fn cmp_rest(&self, other: &Self) -> std::cmp::Ordering;
}

impl CompareRest for (f64, usize, usize) {
    fn cmp_rest(&self, other: &Self) -> std::cmp::Ordering {
        (self.1, self.2).cmp(&(other.1, other.2))
    }
}

/// Improves until nothing does; the price of missed balance doubles while some is left.
fn descend(state: &mut State<'_>, price: f64, best: &mut Found) {
    let ceiling = price * 64.0;
    let mut now = price;
    loop {
        while step_move(state, now) || step_swap(state, now) {}
        let here = found(state);
        if (here.miss, here.value) < (best.miss, best.value) {
            *best = here.clone();
        }
        if here.miss <= 0.0 || now >= ceiling {
            return;
        }
        now *= 2.0;
    }
}

/// The best improving move, taken; false when there is none.
fn step_move(state: &mut State<'_>, price: f64) -> bool {
    let mut moves: Vec<(f64, usize, usize)> = Vec::new();
    for t in 0..state.partition.units() {
        for l in state.touched(t) {
            if state.partition.cost_of(t, l).is_finite() {
                let (value, miss) = state.move_change(t, l);
                let change = value + price * miss;
                if change < -1e-10 * price {
                    moves.push((change, t, l));
                }
            }
        }
    }
    moves.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.cmp_rest(b)));
    let mut any = false;
    for (_, t, l) in moves {
        // those further down may no longer pay, or no longer touch, after the first was taken
        if state.leader[t] == l || !state.touched(t).contains(&l) {
            continue;
        }
        let (value, miss) = state.move_change(t, l);
        if value + price * miss < -1e-10 * price && state.may_leave(t) {
            state.shift(t, l);
            any = true;
        }
    }
    any
}

/// The best improving exchange of two units across a border, taken; false when there is none.
fn step_swap(state: &mut State<'_>, price: f64) -> bool {
    let n = state.partition.units();
    let touched: Vec<Vec<usize>> = (0..n).map(|t| state.touched(t)).collect();
    let mut border: Vec<Vec<usize>> = vec![Vec::new(); state.partition.roots.len()];
    for t in (0..n).filter(|&t| !touched[t].is_empty()) {
        border[state.leader[t]].push(t);
    }
    let mut swaps: Vec<(f64, usize, usize)> = Vec::new();
    for t in 0..n {
        for &l in touched[t].iter().filter(|&&l| l > state.leader[t]) {
            for &u in border[l].iter().filter(|&&u| touched[u].contains(&state.leader[t])) {
                if state.partition.cost_of(t, l).is_finite() && state.partition.cost_of(u, state.leader[t]).is_finite() {
                    let (value, miss) = state.swap_change(t, u);
                    let change = value + price * miss;
                    if change < -1e-10 * price {
                        swaps.push((change, t, u));
                    }
                }
            }
        }
    }
    swaps.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.cmp_rest(b)));
    swaps.into_iter().any(|(_, t, u)| state.exchange(t, u))
}

/// Some units on borders near one another change sides, whatever it costs.
fn disturb(state: &mut State<'_>, rng: &mut ChaCha8Rng) {
    let n = state.partition.units();
    let border: Vec<usize> = (0..n).filter(|&t| !state.touched(t).is_empty()).collect();
    if border.is_empty() {
        return;
    }
    let mut t = border[rng.random_range(0..border.len())];
    let times = rng.random_range(2..=6);
    for _ in 0..times {
        let to = state.touched(t);
        if !to.is_empty() && state.may_leave(t) {
            let l = to[rng.random_range(0..to.len())];
            if state.partition.cost_of(t, l).is_finite() {
                state.shift(t, l);
            }
        }
        let near = &state.partition.neighbours[t];
        if near.is_empty() {
            return;
        }
        t = near[rng.random_range(0..near.len())];
    }
}
