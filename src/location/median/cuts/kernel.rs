//! Good answers before branching: the sites that the LP likes best, worked out by the MIP solver.

use crate::location::median::branch::Goal;
use crate::location::median::engine::{offer, say};
use crate::location::median::exact::{Effort, settle};
use crate::location::median::regroup::thinned;
use crate::location::median::watch::Watch;
use crate::location::median::whole::Whole;

/// Pairs up to which the solver is asked.
const PAIRS: usize = 18_000;
/// Nodes that it may take.
const NODES: usize = 200;

/// Asks for the best answer among the sites of least `rho` and those of the incumbent (kernel search: Angelelli, Mansini, Speranza 2010,
/// doi:10.1016/j.cor.2010.02.002), as many as the solver can be expected to deal with. True when it found a better one.
pub(super) fn kernel(part: &Whole<'_>, u: &[f64], goal: Goal, watch: &Watch<'_>) -> bool {
    let places = part.places(&watch.open());
    if part.core.count.is_some_and(|p| p != places.len()) || watch.clock.stop() {
        return false;
    }
    let mut most = 2 * places.len() + 10;
    let (small, v) = loop {
        let (small, v) = thinned(part, u, &places, most);
        if small.core.rows.pairs() <= PAIRS || most <= places.len() {
            break (small, v);
        }
        most = most * 9 / 10;
    };
    if small.core.rows.pairs() > 2 * PAIRS {
        return false;
    }
    let best = watch.bounds().primal;
    say(watch, "kernel", &small);
    let trimmed = small.core.trimmed(&v, best - watch.bounds().dual);
    let start = small.places(&watch.open());
    let clock = watch.clock;
    let gap = if goal.integral { 0.9 / best.abs().max(1.0) } else { 0.1 * goal.gap };
    let effort = Effort { gap, nodes: Some(NODES), whole: goal.integral, start: Some(&start) };
    let settled = settle(&trimmed, effort, &move || clock.stop());
    settled.is_ok_and(|s| s.open.is_some_and(|open| offer(&small, watch, &open)))
}
