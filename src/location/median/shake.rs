//! Shaken interchange, where few sites are open: some of the incumbent's sites change places at random with sites that are still in question, and
//! interchange goes on from there (variable neighbourhood search: Mladenovic, Hansen 1997, doi:10.1016/S0305-0548(97)00031-2).
//!
//! With many open sites groups find what random changes would not; with few, a group is the whole instance, and interchange alone ends
//! where two or three sites would have to move at once.

use super::branch::Goal;
use super::core::Fate;
use super::dual::Ascent;
use super::engine::{enough, offer, say};
use super::lists::short;
use super::search::Search;
use super::watch::Watch;
use super::whole::Whole;
use rand::seq::index::sample;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Open sites up to which it pays.
const FEW: usize = 100;
/// Interchanges at a time, whatever the number of threads.
const TOGETHER: usize = 4;
/// Pairs looked at in all, about: a few seconds.
const WORK: u64 = 6_000_000_000;
/// Looks at each pair of an interchange, about.
const LOOKS: usize = 4;
/// Interchanges at least and at most.
const TIMES: (usize, usize) = (40, 2_000);
/// Interchanges in a row without a gain after which it is enough.
const STALE: usize = 320;
/// Sites moved at most.
const STRONG: usize = 6;
/// What is drawn is the same in every run.
const SEED: u64 = 5_934;

/// Looks for a better answer among the sites that the bound leaves in question. True when there was one.
pub(super) fn shake(whole: &Whole<'_>, u: &[f64], goal: Goal, watch: &Watch<'_>) -> bool {
    let before = watch.bounds().primal;
    if whole.core.count.is_none_or(|p| p > FEW) || enough(goal, watch) {
        return false;
    }
    let mut ascent = Ascent::new(&whole.core, u.iter().copied(), 0.0);
    let bound = ascent.evaluate(&whole.core);
    ascent.fix(&whole.core, bound, goal.cutoff(before));
    // sites that must be open are left to move: what they may be swapped for is in question
    let mut fate: Vec<Fate> = ascent.fate.iter().map(|&f| if f == Fate::Closed { f } else { Fate::Free }).collect();
    whole.places(&watch.open()).into_iter().for_each(|j| fate[j as usize] = Fate::Free);
    drop(ascent);
    let (part, _) = whole.decided(&fate, u);
    let places = part.places(&watch.open());
    let closed = part.core.sites().saturating_sub(places.len());
    if part.core.count != Some(places.len()) || places.is_empty() || closed == 0 {
        return false;
    }
    say(watch, "shaken", &part);
    let times = usize::try_from(WORK / (LOOKS * part.core.rows.pairs().max(1)) as u64).unwrap_or(usize::MAX).clamp(TIMES.0, TIMES.1);
    let cost = |i: usize, j: usize| part.cost(i, j);
    let clock = watch.clock;
    let stop = move || clock.stop();
    let (mut best, mut value) = (places, f64::INFINITY);
    let (mut rng, mut stale) = (ChaCha8Rng::seed_from_u64(SEED), 0);
    for round in 0..times.div_ceil(TOGETHER) {
        if stop() || stale >= STALE {
            break;
        }
        stale += TOGETHER;
        let starts: Vec<Vec<u32>> =
            (0..TOGETHER).map(|k| shaken(&best, part.core.sites(), 2 + (round * TOGETHER + k) % (STRONG - 1), &mut rng)).collect();
        let search = |start: &Vec<u32>| {
            let mut local = Search::new(&part.core, &cost, start, 4.0 * before.abs() + 1.0);
            local.descend(&stop);
            (local.value(), local.open_sites())
        };
        let ends: Vec<(f64, Vec<u32>)> = starts.par_iter().map(search).collect();
        for (found, open) in ends {
            if found < value.min(before) {
                (value, stale) = (found, 0);
                offer(&part, watch, &open);
                best = open;
            }
        }
    }
    say(watch, "shaken", &part);
    watch.bounds().primal < before
}

/// As many open sites as said, or all, swapped for closed ones.
fn shaken(open: &[u32], sites: usize, strength: usize, rng: &mut ChaCha8Rng) -> Vec<u32> {
    let mut out = open.to_vec();
    for at in sample(rng, open.len(), strength.min(open.len())) {
        let new = short(rng.random_range(0..sites));
        if !out.contains(&new) {
            out[at] = new;
        }
    }
    out.sort_unstable();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shaking_swaps_as_many_as_it_says_at_most() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let open = [3, 8, 20, 41];
        for strength in 1..8 {
            let out = shaken(&open, 50, strength, &mut rng);
            let new = out.iter().filter(|j| !open.contains(j)).count();
            assert!(out.len() == 4 && new <= strength && out.windows(2).all(|w| w[0] < w[1]), "{out:?}");
        }
    }
}
