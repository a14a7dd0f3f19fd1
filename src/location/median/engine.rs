//! The run: start, interchange, dual ascent with fixing, groups, branch and bound.

use super::branch::{Effort, Frame, Goal, search};
use super::core::Fate;
use super::dual::Ascent;
use super::groups::{Size, polish};
use super::search::Search;
use super::watch::Watch;
use super::whole::Whole;

/// An ascent ends when its steps aim at less than this share of the value.
const STILL: f64 = 2e-6;

/// What remains to be done after a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Proven,
    Stopped,
    Going,
}

/// Works until the goal is proven or the clock says stop. `first` is feasible, in numbers of the instance.
pub(super) fn run(whole: &mut Whole<'_>, first: &[u32], goal: Goal, watch: &Watch<'_>) {
    let clock = watch.clock;
    let stop = move || clock.stop();
    watch.answer(whole.value(first), first);
    if stop() {
        return;
    }
    let missing = 4.0 * watch.bounds().primal.abs() + 1.0;
    let mut u: Vec<f64> = {
        let cost = |i: usize, j: usize| whole.cost(i, j);
        let mut local = Search::new(&whole.core, &cost, &whole.places(&watch.open()), missing);
        local.descend(&stop);
        offer(whole, watch, &local.open_sites());
        (0..whole.core.clients())
            .map(|i| {
                let (a, b) = (local.first[i].0, local.second[i].0);
                if b < missing { f64::midpoint(a, b) } else { a }
            })
            .collect()
    };
    watch.note(|| format!("interchange: {}, {} pairs", watch.bounds().primal, whole.core.rows.pairs()));
    let mut factor = 1.0;
    for pass in 0..3 {
        let state = ascend(whole, &mut u, factor, goal, watch);
        watch.note(|| {
            let b = watch.bounds();
            format!("pass {pass}: {:?}, gap {:.5} %, {} sites, {} clients, {} pairs", b, 100.0 * b.gap(), whole.core.sites(), whole.core.clients(), whole.core.rows.pairs())
        });
        if finished(state, watch, goal) {
            return;
        }
        let sites = [10, 25, 60][pass];
        let effort = Effort { root: 200, node: 40, nodes: 40 << pass };
        let gained = improve(whole, &u, Size { sites, pairs: 300_000 << pass, effort }, goal, watch);
        watch.note(|| format!("groups: {}", watch.bounds().primal));
        if stop() {
            return;
        }
        factor = 0.1;
        if !gained && pass > 0 {
            break;
        }
    }
    if finished(ascend(whole, &mut u, 0.1, goal, watch), watch, goal) {
        return;
    }
    // answers are looked for just above the bound first: a guess that no answer meets is a bound itself
    let mut guess = 1.0 / 32.0;
    while !stop() {
        let bounds = watch.bounds();
        if bounds.dual >= goal.cutoff(bounds.primal) {
            return;
        }
        let last = guess >= 1.0;
        let cap = if last { f64::INFINITY } else { bounds.dual + guess * (bounds.primal - bounds.dual) };
        let effort = Effort { root: 300, node: 80, nodes: if last { usize::MAX } else { 100 } };
        let before = bounds.primal;
        tree(whole, &u, cap, effort, goal, watch);
        if watch.bounds().primal >= before || last {
            guess *= 2.0;
        }
    }
}

/// Branch and bound for answers below `cap`.
fn tree(whole: &Whole<'_>, u: &[f64], cap: f64, effort: Effort, goal: Goal, watch: &Watch<'_>) {
    let mut ascent = Ascent::new(&whole.core, u.iter().copied(), 0.0);
    let bound = ascent.evaluate(&whole.core);
    ascent.fix(&whole.core, bound, goal.cutoff(watch.bounds().primal).min(cap));
    let (part, u) = whole.decided(&ascent.fate, u);
    watch.note(|| format!("tree below {cap:.1}: {} sites, {} clients, {} pairs", part.core.sites(), part.core.clients(), part.core.rows.pairs()));
    let value = |open: &[u32]| part.value(&part.names(open));
    let cost = |i: usize, j: usize| part.cost(i, j);
    let clock = watch.clock;
    let stop = move || clock.stop();
    let mut report = |value: f64, open: Option<&[u32]>, bound: f64| {
        if let Some(open) = open {
            watch.answer(value, &part.names(open));
        }
        watch.bound(goal.sharpened(bound.min(cap)));
    };
    let frame = Frame { core: &part.core, goal, effort, cap, cost: &cost, value: &value, stop: &stop };
    let found = search(&frame, &u, watch.bounds().primal, &mut report);
    watch.note(|| format!("{} nodes, {}", found.nodes, if found.complete { "complete" } else { "given up" }));
    watch.bound(goal.sharpened(found.bound.min(cap)));
}

fn finished(state: State, watch: &Watch<'_>, goal: Goal) -> bool {
    let bounds = watch.bounds();
    state != State::Going || bounds.dual >= goal.cutoff(bounds.primal)
}

/// An answer in numbers of the core.
fn offer(whole: &Whole<'_>, watch: &Watch<'_>, open: &[u32]) -> bool {
    let names = whole.names(open);
    watch.answer(whole.value(&names), &names)
}

/// Raises the bound until it stands, deciding sites and trying what the dual chooses on the way.
fn ascend(whole: &mut Whole<'_>, u: &mut Vec<f64>, factor: f64, goal: Goal, watch: &Watch<'_>) -> State {
    let mut factor = factor;
    let mut tried = 0;
    loop {
        let mut ascent = Ascent::new(&whole.core, u.iter().copied(), factor);
        let (mut decided, mut since, mut opened) = (0, 0, false);
        let state = loop {
            let bound = ascent.evaluate(&whole.core);
            let cutoff = goal.cutoff(watch.bounds().primal);
            watch.bound(goal.sharpened(bound.min(cutoff)));
            if bound >= cutoff {
                watch.bound(goal.sharpened(cutoff));
                break Some(State::Proven);
            }
            let news = ascent.fix(&whole.core, bound, cutoff);
            decided += news;
            opened |= news > 0 && ascent.fate.contains(&Fate::Open);
            since += 1;
            tried += 1;
            if watch.clock.stop() {
                break Some(State::Stopped);
            }
            if tried % 50 == 0 { watch.note(|| format!("it {tried} bound {:.1} best {:.1} factor {}", bound, ascent.best, ascent.factor())); }
            if tried % 60 == 0 {
                attempt(whole, &ascent, watch);
            }
            if (decided * 4 > whole.core.sites() || (opened && since % 20 == 0)) && since >= 10 {
                break None;
            }
            let best = watch.bounds().primal;
            let target = best + 0.0005 * best.abs();
            if ascent.factor() * (target - ascent.best) < STILL * best.abs() {
                break Some(State::Going);
            }
            ascent.advance(&whole.core, bound, target, std::env::var("PAT").map_or(10, |v| v.parse().unwrap_or(10)));
        };
        factor = ascent.factor();
        *u = ascent.best_u.clone();
        if decided > 0 {
            (*whole, *u) = whole.decided(&ascent.fate, u);
        }
        if whole.core.sites() == 0 || whole.core.count == Some(0) {
            offer(whole, watch, &[]);
            watch.bound(goal.sharpened(goal.cutoff(watch.bounds().primal)));
            return State::Proven;
        }
        let Some(state) = state else { continue };
        if state == State::Going {
            let short = if decided > 0 { Vec::new() } else { ascent.at_radius(&whole.core) };
            if !short.is_empty() {
                watch.note(|| format!("{} lists grow", short.len()));
                whole.grow(&short, 1.5);
                factor = 0.1;
                continue;
            }
        }
        return state;
    }
}

/// Interchange from what the dual chose.
fn attempt(whole: &Whole<'_>, ascent: &Ascent, watch: &Watch<'_>) {
    let best = watch.bounds().primal;
    let estimate = whole.core.estimate(&ascent.is_chosen, &ascent.chosen);
    if ascent.chosen.is_empty() || estimate > best + 0.05 * best.abs() {
        return;
    }
    let cost = |i: usize, j: usize| whole.cost(i, j);
    let mut local = Search::new(&whole.core, &cost, &ascent.chosen, 4.0 * best.abs() + 1.0);
    let clock = watch.clock;
    local.descend(&move || clock.stop());
    offer(whole, watch, &local.open_sites());
}

/// Groups around every open site of the incumbent.
fn improve(whole: &Whole<'_>, u: &[f64], size: Size, goal: Goal, watch: &Watch<'_>) -> bool {
    let places = whole.places(&watch.open());
    if whole.core.count.is_some_and(|p| p != places.len()) {
        return false;
    }
    let cost = |i: usize, j: usize| whole.cost(i, j);
    let before = watch.bounds().primal;
    let mut local = Search::new(&whole.core, &cost, &places, 4.0 * before.abs() + 1.0);
    let clock = watch.clock;
    polish(&whole.core, &cost, &mut local, u, size, Goal { gap: goal.gap.max(1e-9), ..goal }, &move || clock.stop(), &mut |state| {
        offer(whole, watch, &state.open_sites());
    });
    watch.bounds().primal < before
}
