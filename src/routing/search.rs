//! Ruin and recreate: stops near a drawn one (now and then a whole tour) are taken out and put back where they cost least, a little worse
//! being accepted while the search is young; 2-opt and or-opt order every tour.
//!
//! After G. Schrimpf et al. 2000, <https://doi.org/10.1006/jcph.1999.6413>, with the neighbourhoods of J. Christiaens and G. Vanden Berghe
//! 2020, <https://doi.org/10.1287/trsc.2019.0914>. The number of rounds is fixed, so that the answer does not hang on the clock; it stops
//! early only when the user asks for it.

use super::{Stops, exact};
use crate::outcome::Observer;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Rounds of ruin and recreate, over all stops.
const ROUNDS: u32 = 30_000;
/// Most stops taken out at once.
const MOST_OUT: usize = 10;
/// One in so many rounds takes a whole tour out.
const WHOLE_TOUR: u32 = 6;
/// Temperature at the start, share of a day.
const HOT: f64 = 0.03;

/// Better tours from the ones given, never worse ones.
#[must_use]
pub fn improve(stops: &Stops, start: Vec<Vec<usize>>, seed: u64, observer: &dyn Observer) -> Vec<Vec<usize>> {
    let n = stops.len();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let near: Vec<Vec<usize>> = (0..n)
        .map(|i| {
            let mut all: Vec<usize> = (0..n).collect();
            all.sort_by(|&a, &b| stops.minutes[i + 1][a + 1].total_cmp(&stops.minutes[i + 1][b + 1]).then(a.cmp(&b)));
            all
        })
        .collect();
    let mut now: Vec<Vec<usize>> = start.into_iter().map(|t| opt(stops, t)).collect();
    let value = |tours: &[Vec<usize>]| (tours.len(), tours.iter().map(|t| stops.travel(t)).sum::<f64>());
    let mut here = value(&now);
    let (mut best, mut best_value) = (now.clone(), here);
    for round in 0..ROUNDS {
        if round % 256 == 0 && observer.stop_requested() {
            break;
        }
        let heat = HOT * stops.day * (1.0 - f64::from(round) / f64::from(ROUNDS)).powi(2);
        let mut trial = now.clone();
        let out = ruin(stops, &mut trial, &near, round, &mut rng);
        recreate(stops, &mut trial, out, &mut rng);
        let there = value(&trial);
        let worse = there.1 - here.1;
        let accept =
            there.0 < here.0 || (there.0 == here.0 && (worse <= 0.0 || rng.random_range(0.0..1.0) < (-worse / heat.max(1e-12)).exp()));
        if accept {
            (now, here) = (trial, there);
            if here.0 < best_value.0 || (here.0 == best_value.0 && here.1 < best_value.1 - 1e-9) {
                (best, best_value) = (now.clone(), here);
            }
        }
    }
    best.into_iter().map(|t| exact::reorder(stops, &opt(stops, t))).collect()
}

/// Takes stops out of the tours and returns them.
fn ruin(stops: &Stops, tours: &mut Vec<Vec<usize>>, near: &[Vec<usize>], round: u32, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let n = stops.len();
    let mut out: Vec<usize> = Vec::new();
    if round.is_multiple_of(WHOLE_TOUR) && tours.len() > 1 {
        // of two tours the shorter one: it is the likelier to be needless
        let (a, b) = (rng.random_range(0..tours.len()), rng.random_range(0..tours.len()));
        let at = if tours[b].len() < tours[a].len() { b } else { a };
        out.extend(&tours[at]);
    }
    let seed = out.first().copied().unwrap_or_else(|| rng.random_range(0..n));
    let wanted = out.len() + rng.random_range(1..=MOST_OUT.min(n));
    for &i in near[seed].iter().take(wanted.min(n)) {
        if !out.contains(&i) {
            out.push(i);
        }
    }
    for tour in tours.iter_mut() {
        tour.retain(|i| !out.contains(i));
    }
    tours.retain(|t| !t.is_empty());
    out
}

/// Puts stops back, each where it lengthens the tours least; a new tour only where none has room.
fn recreate(stops: &Stops, tours: &mut Vec<Vec<usize>>, mut out: Vec<usize>, rng: &mut ChaCha8Rng) {
    match rng.random_range(0..3_u32) {
        0 => out.sort_by(|&a, &b| stops.minutes[0][b + 1].total_cmp(&stops.minutes[0][a + 1]).then(a.cmp(&b))),
        1 => out.sort_by(|&a, &b| stops.service[b].total_cmp(&stops.service[a]).then(a.cmp(&b))),
        _ => {
            for k in (1..out.len()).rev() {
                out.swap(k, rng.random_range(0..=k));
            }
        }
    }
    let mut length: Vec<f64> = tours.iter().map(|t| stops.length(t)).collect();
    let m = &stops.minutes;
    for i in out {
        let mut best: Option<(f64, usize, usize)> = None;
        for (r, tour) in tours.iter().enumerate() {
            for at in 0..=tour.len() {
                let before = if at == 0 { 0 } else { tour[at - 1] + 1 };
                let after = tour.get(at).map_or(0, |q| q + 1);
                let more = m[before][i + 1] + m[i + 1][after] - m[before][after];
                // now and then a place is passed over, so that the search does not go in circles
                if stops.fits(length[r] + more + stops.service[i])
                    && best.is_none_or(|b| more < b.0)
                    && (best.is_none() || rng.random_range(0..100_u32) > 0)
                {
                    best = Some((more, r, at));
                }
            }
        }
        match best {
            Some((more, r, at)) => {
                tours[r].insert(at, i);
                length[r] += more + stops.service[i];
            }
            None => {
                tours.push(vec![i]);
                length.push(stops.length(&[i]));
            }
        }
    }
}

/// 2-opt and or-opt (up to three stops, either way round) until neither helps. `O(n^3)` a pass; tours are short.
#[must_use]
pub fn opt(stops: &Stops, tour: Vec<usize>) -> Vec<usize> {
    let mut tour = tour;
    let mut least = stops.travel(&tour);
    loop {
        let mut better: Option<Vec<usize>> = None;
        let mut consider = |trial: Vec<usize>| {
            let travel = stops.travel(&trial);
            if travel < least - 1e-9 {
                least = travel;
                better = Some(trial);
            }
        };
        for a in 0..tour.len() {
            for b in a + 1..tour.len() {
                let mut trial = tour.clone();
                trial[a..=b].reverse();
                consider(trial);
            }
            for count in 1..=3.min(tour.len() - a) {
                let mut rest = tour.clone();
                let part: Vec<usize> = rest.drain(a..a + count).collect();
                for at in 0..=rest.len() {
                    for turned in [false, true] {
                        let mut trial = rest.clone();
                        let part = part.iter().copied();
                        if turned {
                            trial.splice(at..at, part.rev());
                        } else {
                            trial.splice(at..at, part);
                        }
                        consider(trial);
                    }
                }
            }
        }
        match better {
            Some(trial) => tour = trial,
            None => return tour,
        }
    }
}
