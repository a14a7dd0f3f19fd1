//! Verification of the answers to what a planner asks next: what can be worked out from case and plan is worked out again.
//!
//! # Codes
//!
//! | code | what is wrong |
//! | --- | --- |
//! | `header` | version, kind, case, objective or value that is not the plan's |
//! | `order-change` | a step that changes a site otherwise than from today to the plan, twice, or not at all |
//! | `order-stage` | money, minutes, people or objective of a stage; they are those of the layout that stands then |
//! | `order-gain` | a gain that is not the difference of two stages; phases that cost more than their money |
//! | `why` | an interval upside down or below zero, a site that is unknown, a level that is not the plan's |
//! | `alternative` | bounds upside down, a plan beyond the distance, too like another, or of another value |
//! | `outage` | people, minutes or receivers of an outage |
//! | `regret` | a regret that is not value minus best, a choice that is not the least |
//!
//! Not recomputed: lower ends of intervals and bounds (they are proofs of a solver), stages and outages of plans that send people past the
//! nearest site as far as minutes go, values under scenarios that are not in the plan.

use super::{BEDS, MINUTES, PEOPLE, Read, SUM, read};
use crate::check::{Findings, Violation};
use crate::demand::LayoutProblem;
use crate::demand::layout::{LEVELS, LayoutSite};
use crate::network::Network;
use crate::plan::layout_questions::{Alternatives, BuildOrder, LayoutQuestions, Outage, QUESTIONS_VERSION, Regrets, StageValue, Why};
use crate::plan::{Bounds, LayoutPlan};
use crate::policy::layout::{Capability, Objective};
use std::collections::{BTreeMap, BTreeSet};

/// What the tests share.
struct Known<'a> {
    problem: &'a LayoutProblem,
    plan: Read,
    at: BTreeMap<&'a str, usize>,
    objective: Objective,
    /// The plan sends everybody to the nearest open site.
    nearest: bool,
}

/// Verifies answers against case and plan; an empty list means that every test passed. The plan itself is for
/// [`check_layout`](super::check_layout).
///
/// O((steps + hospitals) x pairs).
#[must_use]
pub fn check_questions(network: &Network, problem: &LayoutProblem, plan: &LayoutPlan, asked: &LayoutQuestions) -> Vec<Violation> {
    let mut found = Findings::default();
    if asked.version != QUESTIONS_VERSION || asked.kind != "layout_questions" || asked.case != plan.case {
        found.add("header", "questions", f64::from(asked.version), f64::from(QUESTIONS_VERSION), "Not answers about this plan.");
        return found.0;
    }
    let Some(read) = read(network, problem, plan, &mut found) else { return found.0 };
    let first = plan.objectives.first();
    if first.map(|o| o.objective) != Some(asked.objective) {
        found.add("header", "objective", f64::NAN, f64::NAN, "Not the first objective of the plan.");
    }
    let value = first.map_or(f64::NAN, |o| o.value);
    found.equal("header", || "value".into(), asked.bounds.primal, value, SUM * value.abs().max(1.0), "Not the value of the plan.");
    let at = problem.sites.iter().enumerate().map(|(j, s)| (s.code.as_str(), j)).collect();
    let mut known = Known { problem, plan: read, at, objective: asked.objective, nearest: true };
    known.nearest = goes_to_the_nearest(&known);
    if let Some(order) = &asked.order {
        stages(&known, order, &mut found);
    }
    for w in asked.why.iter().flatten() {
        interval(&known, w, &mut found);
    }
    if let Some(list) = &asked.alternatives {
        others(&known, list, value, &mut found);
    }
    if let Some(robust) = &asked.robust {
        robust.outages.iter().for_each(|o| outage(&known, o, &mut found));
        if let Some(r) = &robust.regrets {
            regret(r, &mut found);
        }
    }
    found.0
}

/// Minutes of a client to the nearest open site of a level above `n`.
fn way(problem: &LayoutProblem, levels: &[u8], i: usize, n: usize) -> Option<(usize, f64)> {
    problem.times.row(i).filter(|t| usize::from(levels[t.0]) > n).min_by(|a, b| a.1.total_cmp(&b.1))
}

fn goes_to_the_nearest(known: &Known<'_>) -> bool {
    let mut minutes = vec![[0.0; LEVELS]; known.problem.clients.len()];
    known.plan.uses.iter().for_each(|u| minutes[u.0][u.1] += u.3 * u.4);
    let near = |i: usize, n: usize| way(known.problem, &known.plan.levels, i, n).is_some_and(|w| (w.1 - minutes[i][n]).abs() < MINUTES);
    (0..minutes.len()).all(|i| (0..LEVELS).all(|n| near(i, n)))
}

/// A layout on the way, worked out again.
struct Again {
    running: f64,
    spent: f64,
    minutes: f64,
    uncovered: [f64; LEVELS],
    unserved: [f64; LEVELS],
    clinics: f64,
}

impl Again {
    /// Objectives that are sums.
    fn of(&self, objective: Objective, problem: &LayoutProblem) -> Option<f64> {
        match objective {
            Objective::Cost => Some(self.running + self.minutes * problem.people * problem.minute),
            Objective::Money => Some(self.running),
            Objective::Travel => Some(self.minutes),
            Objective::Coverage => Some(self.uncovered.iter().sum()),
            Objective::Clinics => Some(self.clinics),
            Objective::Worst | Objective::P90 | Objective::Gini => None,
        }
    }
}

/// `(running, spent)` of a site.
fn money(problem: &LayoutProblem, s: &LayoutSite, level: u8, beds: f64, flags: [bool; 4]) -> (f64, f64) {
    if level == 0 || s.city {
        return (0.0, 0.0);
    }
    let fixed = |l: u8| if l == 0 { 0.0 } else { s.fixed_cost[usize::from(l) - 1] };
    let capital = if level >= 2 { (beds - s.beds_now).max(0.0) * s.capital[usize::from(level) - 2] } else { 0.0 };
    let new = Capability::ALL.iter().filter(|c| flags[**c as usize] && !s.has[**c as usize]);
    let flags: f64 = new.map(|c| problem.rules.capability.get(c).map_or(0.0, |r| r.cost)).sum();
    let charge = problem.rules.beds.as_ref().map_or(0.0, |b| b.charge);
    let more = if level > s.now { (fixed(level) - fixed(s.now)).max(0.0) } else { 0.0 };
    (fixed(level) + capital * charge + flags, more + capital + flags)
}

fn again(problem: &LayoutProblem, at: &Read, away: f64) -> Again {
    let mut out = Again { running: 0.0, spent: 0.0, minutes: 0.0, uncovered: [0.0; 3], unserved: [0.0; 3], clinics: 0.0 };
    for (j, s) in problem.sites.iter().enumerate() {
        let (running, spent) = money(problem, s, at.levels[j], at.beds[j], at.flags[j]);
        out.running += running;
        out.spent += spent;
        out.clinics += f64::from(u8::from(at.levels[j] == 1 && !s.city));
    }
    let standard = problem.rules.coverage.unwrap_or_default();
    for (i, c) in problem.clients.iter().enumerate() {
        for n in 0..LEVELS {
            let near = way(problem, &at.levels, i, n).map(|w| w.1);
            out.unserved[n] += if near.is_none() { c.people } else { 0.0 };
            out.minutes += 2.0 * near.unwrap_or(away) * c.people * problem.rules.trips[n] / problem.people;
            if standard.share[n] > 0.0 && near.is_none_or(|m| m > standard.minutes[n]) {
                out.uncovered[n] += c.people;
            }
        }
    }
    out
}

fn stages(known: &Known<'_>, order: &BuildOrder, found: &mut Findings) {
    let problem = known.problem;
    let mut now = Read {
        levels: problem.sites.iter().map(|s| s.now).collect(),
        beds: problem.sites.iter().map(|s| s.beds_now).collect(),
        uses: Vec::new(),
        flags: problem.sites.iter().map(|s| s.has).collect(),
    };
    stage(known, &now, &order.start, order.away_minutes, "today", found);
    let mut last = &order.start;
    let mut spent = vec![0.0; order.phases.len()];
    for (n, step) in order.steps.iter().enumerate() {
        let name = format!("step {}", n + 1);
        for c in &step.changes {
            let Some(&j) = known.at.get(c.code.as_str()) else {
                found.add("order-change", &c.code, f64::NAN, f64::NAN, "The case has no such site.");
                continue;
            };
            let fits = c.level_before == now.levels[j] && c.level == known.plan.levels[j] && (c.beds - known.plan.beds[j]).abs() <= BEDS;
            if !fits || c.level_before != problem.sites[j].now {
                found.add("order-change", &c.code, f64::from(c.level), f64::from(known.plan.levels[j]), "Not from today to the plan.");
            }
            (now.levels[j], now.beds[j], now.flags[j]) = (known.plan.levels[j], known.plan.beds[j], known.plan.flags[j]);
        }
        stage(known, &now, &step.after, order.away_minutes, &name, found);
        let room = |v: f64| 1e-6 * v.abs().max(1.0);
        found.equal(
            "order-gain",
            || name.clone(),
            step.gain,
            last.objective - step.after.objective,
            room(last.objective),
            "Not the fall of the objective.",
        );
        found.equal(
            "order-gain",
            || name.clone(),
            step.yuan,
            step.after.spent - last.spent,
            room(step.after.spent),
            "Not the money of the step.",
        );
        if let Some(sum) = step.phase.and_then(|p| spent.get_mut(p as usize - 1)) {
            *sum += step.yuan;
        }
        last = &step.after;
    }
    let (mut have, mut used) = (0.0, 0.0);
    for (n, (money, sum)) in order.phases.iter().zip(&spent).enumerate() {
        have += money;
        used += sum;
        found.at_most(
            "order-gain",
            || format!("phase {}", n + 1),
            used,
            have,
            1e-6 * have.abs().max(1.0),
            "The steps cost more than the phases have.",
        );
    }
    for (j, s) in problem.sites.iter().enumerate() {
        if now.levels[j] != known.plan.levels[j] {
            found.add(
                "order-change",
                &s.code,
                f64::from(now.levels[j]),
                f64::from(known.plan.levels[j]),
                "The last stage is not the plan.",
            );
        }
    }
}

fn stage(known: &Known<'_>, now: &Read, told: &StageValue, away: f64, name: &str, found: &mut Findings) {
    let want = again(known.problem, now, away);
    let room = |v: f64| SUM * v.abs().max(1.0) * 10.0;
    let mut same = |what: &str, told: f64, want: f64, room: f64| {
        found.equal("order-stage", || format!("{name}, {what}"), told, want, room, "Not what the layout that stands then gives.");
    };
    same("running", told.running, want.running, room(want.running));
    same("spent", told.spent, want.spent, room(want.spent));
    for n in 0..LEVELS {
        same("uncovered", told.uncovered[n], want.uncovered[n], PEOPLE);
        same("unserved", told.unserved[n], want.unserved[n], PEOPLE);
    }
    if known.nearest {
        same("minutes", told.minutes, want.minutes, room(want.minutes));
        if let Some(objective) = want.of(known.objective, known.problem) {
            same("objective", told.objective, objective, room(objective));
        }
    }
}

fn interval(known: &Known<'_>, w: &Why, found: &mut Findings) {
    let Some(&j) = known.at.get(w.code.as_str()) else {
        found.add("why", &w.code, f64::NAN, f64::NAN, "The case has no such site.");
        return;
    };
    found.equal("why", || w.code.clone(), f64::from(w.level), f64::from(known.plan.levels[j]), 0.0, "Not its level in the plan.");
    if let (Some(lower), Some(upper)) = (w.lower, w.upper) {
        found.at_most("why", || w.code.clone(), lower, upper, 0.0, "The interval is upside down.");
    }
    if w.impossible && w.upper.is_some() {
        found.add("why", &w.code, f64::NAN, f64::NAN, "It cannot be impossible and have a price.");
    }
    if !w.against_rule && w.lower.is_some_and(|l| l < 0.0) {
        found.add("why", &w.code, w.lower.unwrap_or(f64::NAN), 0.0, "What the rules allow cannot cost less than nothing.");
    }
}

/// Whether nothing but levels decides what a layout is worth.
fn levels_say_all(problem: &LayoutProblem) -> bool {
    let r = &problem.rules;
    let free = r.max_people.iter().chain(&r.min_visits).all(|v| *v <= 0.0);
    free && !r.nested && r.beds.is_none() && r.capability.is_empty()
}

fn others(known: &Known<'_>, list: &Alternatives, best: f64, found: &mut Findings) {
    let problem = known.problem;
    let cap = best + list.distance * best.abs();
    let open: BTreeSet<&str> =
        problem.sites.iter().zip(&known.plan.levels).filter(|(_, l)| **l > 0).map(|(s, _)| s.code.as_str()).collect();
    let mut seen = vec![open.clone()];
    for (n, p) in list.plans.iter().enumerate() {
        let name = format!("alternative {}", n + 1);
        let Bounds { primal, dual } = p.bounds;
        found.at_most("alternative", || name.clone(), dual, primal, SUM * primal.abs(), "Bounds upside down.");
        found.at_most("alternative", || name.clone(), primal, cap, 1e-6 * cap.abs().max(1.0), "Beyond the distance.");
        let mut own = open.clone();
        p.closed.iter().for_each(|c| {
            own.remove(c.as_str());
        });
        own.extend(p.opened.iter().map(|c| c.0.as_str()));
        for (k, other) in seen.iter().enumerate() {
            let apart = own.symmetric_difference(other).count() as f64;
            if apart < f64::from(list.differ_by) {
                found.add("alternative", &name, apart, f64::from(list.differ_by), format!("Too like plan {k}."));
            }
        }
        seen.push(own);
        if !levels_say_all(problem) {
            continue;
        }
        let mut levels = known.plan.levels.clone();
        let changes =
            p.opened.iter().map(|(c, l)| (c, *l)).chain(p.closed.iter().map(|c| (c, 0))).chain(p.changed.iter().map(|(c, _, l)| (c, *l)));
        for (code, level) in changes {
            match known.at.get(code.as_str()) {
                Some(&j) => levels[j] = level,
                None => found.add("alternative", code, f64::NAN, f64::NAN, "The case has no such site."),
            }
        }
        let n = levels.len();
        let at = Read { levels, beds: vec![0.0; n], uses: Vec::new(), flags: vec![[false; 4]; n] };
        if let Some(value) = again(problem, &at, f64::INFINITY).of(known.objective, problem) {
            found.equal("alternative", || name.clone(), primal, value, 1e-6 * value.abs().max(1.0), "Not the value of its levels.");
        }
    }
}

fn outage(known: &Known<'_>, o: &Outage, found: &mut Findings) {
    let problem = known.problem;
    let Some(&out) = known.at.get(o.code.as_str()).filter(|j| known.plan.levels[**j] == 3) else {
        found.add("outage", &o.code, f64::NAN, 3.0, "No open hospital of the plan.");
        return;
    };
    let mut levels = known.plan.levels.clone();
    levels[out] = 0;
    for n in 0..LEVELS {
        let taken: f64 = o.receivers.iter().filter(|r| usize::from(r.level) == n + 1).map(|r| r.people).sum();
        found.at_most(
            "outage",
            || format!("{}, level {}", o.code, n + 1),
            taken,
            o.stress.moved[n],
            PEOPLE,
            "More are taken over than leave.",
        );
        if !known.nearest {
            continue;
        }
        let (mut people, mut unserved, mut extra) = (0.0, 0.0, 0.0);
        for u in known.plan.uses.iter().filter(|u| u.1 == n && u.2 == out) {
            let heads = problem.clients[u.0].people * u.3;
            match way(problem, &levels, u.0, n) {
                Some((_, minutes)) => (people, extra) = (people + heads, extra + heads * (minutes - u.4)),
                None => unserved += heads,
            }
        }
        let mut same = |told: f64, want: f64, what: &str| {
            found.equal("outage", || format!("{}, level {}", o.code, n + 1), told, want, PEOPLE.max(1e-6 * want.abs()), what);
        };
        same(o.stress.moved[n], people, "Not the people who go elsewhere.");
        same(o.stress.unserved[n], unserved, "Not the people who are left without.");
        same(o.stress.moved[n] * o.stress.extra[n], extra, "Not the minutes that they go farther, summed.");
    }
}

fn regret(r: &Regrets, found: &mut Findings) {
    let mut least = f64::INFINITY;
    for p in &r.plans {
        let mut worst = Some(0.0_f64);
        for ((s, value), told) in r.scenarios.iter().zip(&p.values).zip(&p.regrets) {
            let place = || format!("{} under {}", p.name, s.name);
            match (value, told) {
                (Some(v), Some(b)) => {
                    let room = 1e-6 * v.abs().max(1.0);
                    found.equal("regret", place, b.primal, (v - s.best.dual).max(0.0), room, "Not value minus the bound of the scenario.");
                    found.at_most("regret", place, b.dual, b.primal, 0.0, "The interval is upside down.");
                    worst = worst.map(|w| w.max(b.primal));
                }
                (None, None) => worst = None,
                _ => found.add("regret", place(), f64::NAN, f64::NAN, "A value without a regret, or a regret without a value."),
            }
        }
        if let (Some(told), Some(want)) = (p.worst, worst) {
            found.equal("regret", || p.name.clone(), told, want, 1e-6 * want.abs().max(1.0), "Not its largest regret.");
        }
        least = least.min(p.worst.unwrap_or(f64::INFINITY));
    }
    if let Some(worst) = r.chosen.and_then(|n| r.plans.get(n)).and_then(|p| p.worst) {
        found.at_most("regret", || "chosen".into(), worst, least, 1e-9 * least.abs().max(1.0), "Another plan has a smaller worst regret.");
    }
    found.at_most("regret", || "least".into(), r.least.dual, r.least.primal, 0.0, "The interval is upside down.");
}
