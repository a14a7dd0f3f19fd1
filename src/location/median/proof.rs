//! Multipliers handed out with an answer: one number a client, from which anyone can compute a bound on the whole instance
//! ([`lagrangian_bound`]) without trusting the search.
//!
//! They prove the bound of the Lagrangian dual, no more: what branching and guesses ([`super::engine`]) added to it rests on the search. While
//! sites are decided by reduced costs the multipliers of those left go on to move, so the last ones need not be the best for the whole: small
//! instances let them settle on all pairs, large ones keep the better of the first and the last.

use super::dual::Ascent;
use super::lists::short;
use super::watch::Watch;
use super::whole::Whole;
use crate::check::lagrangian_bound;
use crate::instance::{Instance, Problem};

/// Pairs up to which multipliers settle on all of them.
const SMALL: usize = 3_000_000;
/// Evaluations of that.
const STEPS: usize = 200;
/// Clients times sites over open sites up to which two sets of multipliers are compared: an evaluation looks at about twice as many pairs.
const COMPARED: usize = 20_000_000;
/// The same from which on it would take minutes to evaluate them: none are given.
const MOST: usize = 400_000_000;
/// Digits of multipliers behind their mean that are kept: rounding costs the bound as much at most.
const DIGITS: i32 = 9;

/// The best multipliers of a run, 0 for clients in `unreachable` (increasing) and for those that cost nothing; `None` when none were found, or
/// when they would take too long to evaluate.
pub(super) fn multipliers(instance: &Instance, count: Option<usize>, unreachable: &[u32], watch: &Watch<'_>) -> Option<Vec<f64>> {
    let problem = count.map_or(Problem::Uncapacitated, |p| Problem::PMedian { p });
    let [first, last] = watch.prices().map(|mut u| {
        u.resize(instance.clients(), 0.0);
        rounded(u)
    });
    if last.iter().all(|u| *u <= 0.0) {
        return None;
    }
    let pairs = instance.clients().saturating_mul(instance.sites());
    let long = pairs / watch.open().len().max(1);
    if long > MOST {
        return None;
    }
    if pairs > SMALL && long > COMPARED {
        return Some(last);
    }
    let value = |u: &[f64]| lagrangian_bound(instance, &problem, unreachable, u).unwrap_or(f64::NEG_INFINITY);
    let (of_first, of_last) = (value(&first), value(&last));
    let (best, bound) = if of_first > of_last { (first, of_first) } else { (last, of_last) };
    if pairs > SMALL || bound >= watch.bounds().dual || watch.clock.stop() {
        return Some(best);
    }
    let settled = rounded(settle(instance, count, unreachable, &best, watch)?);
    Some(if value(&settled) > bound { settled } else { best })
}

/// An ascent on all pairs.
fn settle(instance: &Instance, count: Option<usize>, unreachable: &[u32], from: &[f64], watch: &Watch<'_>) -> Option<Vec<f64>> {
    let clients: Vec<u32> = (0..short(instance.clients())).filter(|i| unreachable.binary_search(i).is_err()).collect();
    let sites: Vec<u32> = (0..short(instance.sites())).collect();
    let clock = watch.clock;
    let whole = Whole::new(instance, (&clients, &sites), count, &watch.open(), 1.0, &move || clock.stop())?;
    let mut ascent = Ascent::new(&whole.core, clients.iter().map(|&i| from[i as usize]), 0.3);
    let bounds = watch.bounds();
    for _ in 0..STEPS {
        let bound = ascent.evaluate(&whole.core);
        if ascent.best >= bounds.dual || clock.stop() {
            break;
        }
        ascent.advance(&whole.core, bound, bounds.dual + 1e-4 * bounds.dual.abs(), 10);
    }
    let mut out = vec![0.0; instance.clients()];
    clients.iter().zip(&ascent.best_u).for_each(|(&i, &u)| out[i as usize] = if u.is_finite() { u } else { 0.0 });
    Some(out)
}

/// Multipliers with few digits: any are valid, and short ones are short to write.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
fn rounded(mut u: Vec<f64>) -> Vec<f64> {
    let mean = u.iter().map(|u| u.abs()).sum::<f64>() / u.len().max(1) as f64;
    if !(mean.is_normal() && mean < 1e100 && mean > 1e-100) {
        return u;
    }
    let scale = 10_f64.powi(DIGITS - mean.log10().ceil() as i32);
    u.iter_mut().for_each(|u| *u = (*u * scale).round() / scale);
    u
}
