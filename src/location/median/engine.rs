//! The order of work:
//!
//! 0. where lists are long, all of the following on every so manieth site first;
//! 1. interchange from the first answer;
//! 2. a short ascent on all sites, groups around every open site of the incumbent;
//! 3. guesses: an answer below `cap`, just above the bound, is looked for. Reduced costs take nearly all sites out of that question, so
//!    the ascent, the groups and the tree that follow are small; either an answer is found, or `cap` is proven to be a bound. The guess
//!    is then doubled, until it is the incumbent itself;
//! 4. between guesses the last question, what is left below the incumbent, goes to the MIP solver as soon as it is small. Where only few
//!    sites are opened among few, it is asked at once, and answered by looking at all sets;
//! 5. what guesses do not close gets shaken interchange where few sites are open, then the LP by cuts and its tree.

use super::branch::{Effort, Frame, Goal, search};
use super::core::Fate;
use super::cuts;
use super::distant::{MOST, distant, pairs};
use super::dual::Ascent;
use super::finish::finish;
use super::lists::short;
use super::regroup::{among_liked, group_size, improve};
use super::search::Search;
use super::sets::are_few;
use super::shake::shake;
use super::watch::Watch;
use super::whole::{Whole, nearest_two};
use crate::instance::Instance;
use std::collections::BTreeSet;

/// An ascent ends when its steps aim at less than this share of the value.
const STILL: f64 = 2e-6;
/// The same for the first one, which has all sites to deal with.
const COARSE: f64 = 2e-5;
/// Pairs up to which a node goes to the MIP solver.
const EXACT: usize = 1_500;

/// Clients times sites over open sites, from which on every so manieth site is worked on first. Lists hold two to four times as many pairs.
const SKETCH: usize = 8_000_000;

/// Pairs above which a tree is only grown as the last resort.
pub(super) const WIDE: usize = 300_000;

/// Pairs from which on lists are not made longer: it would take longer than what it gains.
const LONG: usize = 40_000_000;

/// Evaluations over which progress is measured.
const SPAN: usize = 50;

/// The factor of a step at which an ascent ends in any case.
const LEAST: f64 = 1e-9;

/// Rounds of groups among the liked sites, each twice as large as the one before.
const ROUNDS: usize = 4;

/// Share of the value that a round has to gain to be repeated.
pub(super) const PAYS: f64 = 4e-5;

/// Guesses before the LP gets its turn.
const GUESSES: usize = 3;

/// Nodes with which a guess counts as answered at once.
const AT_ONCE: usize = 8;

/// Times an ascent may ask for longer lists.
const GROWTHS: usize = 8;

/// What an ascent strives for.
#[derive(Debug, Clone, Copy)]
struct Aim {
    /// Answers from here on are of no interest.
    cap: f64,
    /// When to end, as a share of the value.
    still: f64,
    /// First step, as a share of Polyak's.
    factor: f64,
    /// Share of the gap that [`SPAN`] evaluations have to close, else the time is better spent on answers.
    pace: f64,
}

/// What remains to be done after a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing below the cutoff is left.
    Proven,
    Stopped,
    Going,
}

/// Works until the goal is proven or the clock says stop, on clients and sites of the instance. `first` is feasible.
pub(super) fn run(
    instance: &Instance,
    (clients, sites): (&[u32], &[u32]),
    count: Option<usize>,
    first: &[u32],
    goal: Goal,
    watch: &Watch<'_>,
) {
    let clock = watch.clock;
    let stop = move || clock.stop();
    let served: f64 = nearest_two(instance, clients, first).iter().map(|t| t[0].0).sum();
    let fixed: f64 = first.iter().map(|&j| if count.is_none() { instance.fixed_cost(j as usize) } else { 0.0 }).sum();
    watch.answer(fixed + served, first);
    let long = clients.len().saturating_mul(sites.len()) / first.len().max(1);
    // coarse to fine: each level begins where the last one ended
    let (mut known, mut every) = (None, long / SKETCH * 4);
    while every > 1 && pairs(long / every) <= MOST {
        known = sketch(instance, (clients, sites), count, every, known.take(), goal, watch);
        every /= 5;
    }
    if pairs(long) > MOST {
        distant(instance, (clients, long), count, known.as_deref(), watch);
        return;
    }
    // many clients a site make long lists: cut them closer, most multipliers end below the second-nearest anyway
    let factor = if known.is_some() { 1.1 } else { 1.35 };
    let Some(mut whole) = Whole::new(instance, (clients, sites), count, &watch.open(), factor, &stop) else { return };
    let own = begin(&whole, watch);
    say(watch, "interchange", &whole);
    // everybody at the nearest site there is: with an answer of value 0 an ascent comes as close as it likes and never there
    let floor = Ascent::new(&whole.core, std::iter::repeat(0.0), 0.0).evaluate(&whole.core);
    watch.bound(goal.sharpened(floor.min(goal.cutoff(watch.bounds().primal))));
    if floor >= goal.cutoff(watch.bounds().primal) {
        return;
    }
    let (mut u, first_step) = known.map_or((own, 0.15), |u| (u, 0.05));
    work(&mut whole, &mut u, first_step, usize::MAX, goal, watch);
}

/// The same work on every so manieth site: a good answer and good multipliers in a fraction of the time. Its bounds are not those of the
/// whole and are not told.
fn sketch(
    instance: &Instance,
    (clients, sites): (&[u32], &[u32]),
    count: Option<usize>,
    every: usize,
    known: Option<Vec<f64>>,
    goal: Goal,
    watch: &Watch<'_>,
) -> Option<Vec<f64>> {
    let clock = watch.clock;
    let own = Watch::quiet(clock);
    let first = watch.open();
    let some: Vec<u32> =
        sites.iter().enumerate().filter(|(k, j)| k % every == 0 || first.binary_search(j).is_ok()).map(|(_, &j)| j).collect();
    own.answer(watch.bounds().primal, &first);
    let factor = if known.is_some() { 1.1 } else { 1.35 };
    let mut part = Whole::new(instance, (clients, &some), count, &first, factor, &move || clock.stop())?;
    let started = begin(&part, &own);
    say(&own, "sketch", &part);
    let (mut u, first_step) = known.map_or((started, 0.15), |u| (u, 0.05));
    // its own gap says little of that of the whole
    work(&mut part, &mut u, first_step, 2, Goal { gap: 0.1 * goal.gap, ..goal }, &own);
    watch.answer(own.bounds().primal, &own.open());
    let two = nearest_two(instance, clients, &watch.open());
    let mut all: Vec<f64> = two.iter().map(|t| if t[1].0.is_finite() { f64::midpoint(t[0].0, t[1].0) } else { t[0].0 }).collect();
    let mut k = 0;
    for (i, name) in clients.iter().enumerate() {
        if part.clients.get(k) == Some(name) {
            all[i] = u[k];
            k += 1;
        }
    }
    Some(all)
}

/// Ascent, groups, a finer ascent towards the better answer, guesses.
fn work(whole: &mut Whole<'_>, u: &mut Vec<f64>, first_step: f64, rounds: usize, goal: Goal, watch: &Watch<'_>) {
    let all = Aim { cap: f64::INFINITY, still: COARSE, factor: first_step, pace: 0.015 };
    let state = ascend(whole, u, all, goal, watch);
    if state != State::Going {
        return;
    }
    say(watch, "ascent", whole);
    if among_liked(whole, u, 0, goal, watch) {
        // a better answer is a better target, and better prices make groups easy
        if ascend(whole, u, Aim { still: STILL, factor: 0.1, pace: 0.01, ..all }, goal, watch) != State::Going {
            return;
        }
        say(watch, "ascent", whole);
        among_liked(whole, u, 0, goal, watch);
    }
    improve(whole, u, group_size(whole, 0), goal, watch);
    say(watch, "groups", whole);
    let mut round = 1;
    while round < ROUNDS && !enough(goal, watch) {
        let before = watch.bounds().primal;
        if !among_liked(whole, u, round, goal, watch) {
            break;
        }
        improve(whole, u, group_size(whole, 0), goal, watch);
        say(watch, "groups", whole);
        // as long as it helps a size is kept
        round += usize::from(before - watch.bounds().primal < PAYS * before.abs());
    }
    // few sites among few: all sets are looked at sooner than guesses are asked one after the other
    let few = are_few(&whole.core);
    let (mut guess, mut round, mut asked) = (if few { 1.0 } else { 1.0 / 8.0 }, 0, usize::MAX);
    let (mut has_shaken, mut has_cut) = (false, false);
    // a sketch is not worked out to its end
    let mut last_question = |whole: &Whole<'_>, u: &[f64]| {
        if rounds == usize::MAX && !few {
            finish(whole, u, &mut asked, goal, watch);
        }
    };
    last_question(whole, u);
    while !watch.clock.stop() && round < rounds {
        let before = watch.bounds();
        if before.dual >= goal.cutoff(before.primal) {
            return;
        }
        let last = guess >= 1.0;
        if rounds == usize::MAX && !few && !has_shaken && (last || round >= GUESSES) {
            has_shaken = true;
            if shake(whole, u, goal, watch) {
                continue;
            }
        }
        // what guesses do not close, the LP and its tree may; once, and before the tree without a limit
        if rounds == usize::MAX && !few && !has_cut && (last || round >= GUESSES) && cuts::fits(whole, u, watch) {
            has_cut = true;
            cuts::cut(whole, u, goal, watch);
            continue;
        }
        let cap = if last { f64::INFINITY } else { before.dual + guess * (before.primal - before.dual) };
        let nodes = focus(whole, u, cap, if last { usize::MAX } else { 40 }, round, goal, watch);
        watch.priced(&whole.clients, u);
        say(watch, "guess", whole);
        round += 1;
        last_question(whole, u);
        let now = watch.bounds();
        // what could not be answered, and what was answered at once, lead to a bolder guess
        let open = now.primal >= before.primal && now.dual < cap;
        if open || last || nodes.is_some_and(|n| n <= AT_ONCE) {
            guess *= 2.0;
        }
    }
}

/// Whether what was asked for is there.
pub(super) fn enough(goal: Goal, watch: &Watch<'_>) -> bool {
    let now = watch.bounds();
    watch.clock.stop() || now.dual >= goal.cutoff(now.primal)
}

pub(super) fn say(watch: &Watch<'_>, what: &str, whole: &Whole<'_>) {
    watch.note(|| {
        let (b, core) = (watch.bounds(), &whole.core);
        format!(
            "{what}: {} to {}, {:.4} %; {} sites, {} clients, {} pairs",
            b.dual,
            b.primal,
            100.0 * b.gap(),
            core.sites(),
            core.clients(),
            core.rows.pairs()
        )
    });
}

/// Interchange from the first answer; multipliers half-way between nearest and second-nearest.
fn begin(whole: &Whole<'_>, watch: &Watch<'_>) -> Vec<f64> {
    let missing = 4.0 * watch.bounds().primal.abs() + 1.0;
    let cost = |i: usize, j: usize| whole.cost(i, j);
    let mut local = Search::new(&whole.core, &cost, &whole.places(&watch.open()), missing);
    let clock = watch.clock;
    local.descend(&move || clock.stop());
    offer(whole, watch, &local.open_sites());
    let half = |(a, b): (&(f64, u32), &(f64, u32))| if b.0 < missing { f64::midpoint(a.0, b.0) } else { a.0 };
    local.first.iter().zip(&local.second).map(half).collect()
}

/// Looks for answers below `cap` among the sites that could be in one; the nodes of the tree, where one was grown to its end.
fn focus(whole: &mut Whole<'_>, u: &mut Vec<f64>, cap: f64, nodes: usize, round: usize, goal: Goal, watch: &Watch<'_>) -> Option<usize> {
    let mut ascent = Ascent::new(&whole.core, u.iter().copied(), 0.0);
    let bound = ascent.evaluate(&whole.core);
    ascent.fix(&whole.core, bound, goal.cutoff(watch.bounds().primal).min(cap));
    let (mut part, mut v) = whole.decided(&ascent.fate, u);
    let ascent_sites = whole.core.sites();
    drop(ascent);
    // long lists are made again afterwards rather than kept twice
    if whole.core.rows.pairs() > LONG {
        whole.release();
    }
    say(watch, &format!("below {cap:.1}"), &part);
    // a guess that takes next to nothing out of the question is not worth asking
    let idle = cap.is_finite() && part.core.sites() * 4 > ascent_sites * 3 && part.core.rows.pairs() > WIDE;
    let mut grown = None;
    if !idle && !is_settled(&part, goal, cap, watch) {
        grown = narrow(&mut part, &mut v, cap, nodes, round, goal, watch);
    }
    let clients = std::mem::take(&mut part.clients);
    drop(part);
    let clock = watch.clock;
    if clock.stop() || (whole.core.rows.pairs() == 0 && !whole.restore(&move || clock.stop())) {
        return grown;
    }
    // better multipliers of the part may serve the whole as well
    let mut merged = u.clone();
    let mut k = 0;
    for (i, name) in whole.clients.iter().enumerate() {
        if clients.get(k) == Some(name) {
            merged[i] = v[k];
            k += 1;
        }
    }
    if Ascent::new(&whole.core, merged.iter().copied(), 0.0).evaluate(&whole.core) > bound {
        *u = merged;
    }
    grown
}

/// Ascent, groups and tree on what is left below `cap`.
fn narrow(part: &mut Whole<'_>, v: &mut Vec<f64>, cap: f64, nodes: usize, round: usize, goal: Goal, watch: &Watch<'_>) -> Option<usize> {
    if ascend(part, v, Aim { cap, still: STILL, factor: 0.2, pace: 0.005 }, goal, watch) != State::Going {
        return None;
    }
    say(watch, "ascent", part);
    if part.core.count.is_none_or(|p| p > 10) && improve(part, v, group_size(part, round), goal, watch) {
        say(watch, "groups", part);
    }
    let small = nodes == usize::MAX || part.core.rows.pairs() <= WIDE;
    (small && !watch.clock.stop()).then(|| tree(part, v, cap, nodes, goal, watch)).flatten()
}

/// Branch and bound for answers below `cap`; its nodes, when it ended.
fn tree(part: &Whole<'_>, u: &[f64], cap: f64, nodes: usize, goal: Goal, watch: &Watch<'_>) -> Option<usize> {
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
    let effort = Effort { root: 150, node: 80, nodes, exact: EXACT };
    let frame = Frame { core: &part.core, goal, effort, cap, cost: &cost, value: &value, stop: &stop };
    let found = search(&frame, u, watch.bounds().primal, &mut report);
    watch.note(|| format!("{} nodes, {}", found.nodes, if found.complete { "complete" } else { "given up" }));
    watch.bound(goal.sharpened(found.bound.min(cap)));
    found.complete.then_some(found.nodes)
}

/// An answer in numbers of the core.
pub(super) fn offer(whole: &Whole<'_>, watch: &Watch<'_>, open: &[u32]) -> bool {
    let names = whole.names(open);
    watch.answer(whole.value(&names), &names)
}

/// Raises the bound until it stands, deciding sites and trying what the dual chooses on the way.
fn ascend(whole: &mut Whole<'_>, u: &mut Vec<f64>, aim: Aim, goal: Goal, watch: &Watch<'_>) -> State {
    let clock = watch.clock;
    let stop = move || clock.stop();
    let (mut factor, mut tried, mut grown, mut mark) = (aim.factor, 0, 0, f64::NEG_INFINITY);
    loop {
        let mut ascent = Ascent::new(&whole.core, u.iter().copied(), factor);
        let (mut decided, mut since, mut opened) = (0, 0, false);
        let state = loop {
            let bound = ascent.evaluate(&whole.core);
            let cutoff = goal.cutoff(watch.bounds().primal).min(aim.cap);
            watch.bound(goal.sharpened(bound.min(cutoff)));
            if bound >= cutoff {
                break Some(State::Proven);
            }
            let news = ascent.fix(&whole.core, bound, cutoff);
            decided += news;
            opened |= news > 0 && ascent.fate.contains(&Fate::Open);
            (since, tried) = (since + 1, tried + 1);
            if watch.clock.stop() {
                break Some(State::Stopped);
            }
            if tried % 60 == 0 {
                attempt(whole, &ascent, watch);
            }
            if (decided * 4 > whole.core.sites() || (opened && since % 20 == 0)) && since >= 10 {
                break None;
            }
            let best = watch.bounds().primal;
            if tried % SPAN == 0 {
                let slow = ascent.best - mark < aim.pace * (cutoff - ascent.best);
                mark = ascent.best;
                if slow && since > 3 * SPAN {
                    break Some(State::Going);
                }
            }
            let target = (best + 0.0005 * best.abs()).min(aim.cap + 0.5 * (aim.cap - ascent.best));
            if ascent.factor() * (target - ascent.best) < aim.still * best.abs() || ascent.factor() < LEAST {
                break Some(State::Going);
            }
            ascent.advance(&whole.core, bound, target, 12);
        };
        factor = ascent.factor();
        *u = ascent.best_u.clone();
        if aim.cap.is_infinite() {
            watch.priced(&whole.clients, u);
        }
        if matches!(state, Some(State::Stopped | State::Proven)) {
            return state.unwrap_or(State::Stopped);
        }
        let grows: BTreeSet<u32> = if state == Some(State::Going) && grown < GROWTHS && whole.core.rows.pairs() < LONG {
            ascent.at_radius(&whole.core).iter().map(|&i| whole.clients[i as usize]).collect()
        } else {
            BTreeSet::new()
        };
        if decided > 0 {
            (*whole, *u) = whole.decided(&ascent.fate, u);
            if is_settled(whole, goal, aim.cap, watch) {
                return State::Proven;
            }
        }
        let few: Vec<u32> = (0..short(whole.clients.len())).filter(|&i| grows.contains(&whole.clients[i as usize])).collect();
        if !few.is_empty() {
            whole.grow(&few, 2.5, &stop);
            grown += 1;
            factor = 0.1;
            continue;
        }
        if let Some(state) = state {
            watch.note(|| format!("{tried} evaluations"));
            return state;
        }
    }
}

/// Whether no choice is left in a core; what is left is offered, and the cutoff is proven.
pub(super) fn is_settled(whole: &Whole<'_>, goal: Goal, cap: f64, watch: &Watch<'_>) -> bool {
    let (core, all) = (&whole.core, short(whole.core.sites()));
    let settled = all == 0 || core.count.is_some_and(|p| p == 0 || p >= core.sites());
    if settled {
        if core.count.is_none_or(|p| p <= core.sites()) {
            let open: Vec<u32> = if core.count == Some(0) { Vec::new() } else { (0..all).collect() };
            offer(whole, watch, &open);
        }
        watch.bound(goal.sharpened(goal.cutoff(watch.bounds().primal).min(cap)));
    }
    settled
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
