//! The last question by a MIP solver: what reduced costs leave of the sites once the answer is good is often small enough.
//!
//! Sites are decided against a cutoff just above the incumbent, so that the incumbent itself is among what is left and the solver begins with it:
//!
//! ```text
//! (17)  keep = { sets of value <= v + e },  v the incumbent       optimum >= min(bound on keep, v + e)
//! ```

use super::branch::Goal;
use super::core::Fate;
use super::dual::Ascent;
use super::engine::{offer, say};
use super::exact::{Effort, settle};
use super::watch::Watch;
use super::whole::Whole;

/// Pairs up to which the solver is asked. With three times as many it was seen to hold 17 GB, and not to end in two minutes.
const MOST: usize = 30_000;
/// Pairs of the lists of undecided sites, escapes not looked at, above which it is not even tried.
const LONG: usize = 4_000_000;
/// Nodes that it may take.
const NODES: usize = 2_000;

/// Asks the solver, when what is left is small, and smaller by a fifth than what it was asked before.
pub(super) fn finish(whole: &Whole<'_>, u: &[f64], asked: &mut usize, goal: Goal, watch: &Watch<'_>) {
    let best = watch.bounds().primal;
    let cutoff = best + 1e-6 * best.abs().max(1.0);
    if whole.core.rows.pairs() == 0 || watch.clock.stop() {
        return;
    }
    let mut ascent = Ascent::new(&whole.core, u.iter().copied(), 0.0);
    let bound = ascent.evaluate(&whole.core);
    ascent.fix(&whole.core, bound, cutoff);
    let free = (0..whole.core.sites()).filter(|&j| ascent.fate[j] == Fate::Free);
    if free.map(|j| whole.core.cols.of(j).len()).sum::<usize>() > LONG {
        return;
    }
    let (mut part, v) = whole.decided(&ascent.fate, u);
    let (slack, limit) = (cutoff - bound, part.core.rows.pairs());
    let pairs = part.core.trimmed_pairs(&v, slack);
    if pairs > MOST || pairs > *asked / 5 * 4 {
        return;
    }
    *asked = pairs;
    if pairs < limit {
        part.core = part.core.trimmed(&v, slack);
    }
    say(watch, "left", &part);
    let open = part.places(&watch.open());
    let start = part.core.count.is_none_or(|p| p == open.len()).then_some(open.as_slice());
    let clock = watch.clock;
    // of whole numbers the next lower one is all that is of interest
    let gap = if goal.integral { (0.9 / best.abs().max(1.0)).max(0.5 * goal.gap) } else { 0.5 * goal.gap };
    let effort = Effort { gap, nodes: Some(NODES), whole: goal.integral, start };
    let Ok(settled) = settle(&part.core, effort, &move || clock.stop()) else { return };
    // the incumbent is in what is left: a solver that finds nothing there is wrong, and proves nothing
    if settled.bound.is_infinite() {
        return;
    }
    if let Some(open) = settled.open {
        offer(&part, watch, &open);
    }
    watch.bound(goal.sharpened(settled.bound.min(cutoff)).min(watch.bounds().primal));
    say(watch, "settled", &part);
}
