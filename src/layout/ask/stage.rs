//! What a layout on the way costs and gives: who goes where when only some of the changes are made, and how two layouts differ for people.
//!
//! People go to the nearest open site of a level. Where the plan sends some of them farther (sites with limits, nested catchments), they go
//! as in the plan once every site that they use there stands at that level. Whoever has no site of a level at all counts with `away` minutes,
//! the longest way of the whole table, so that the first site of a place is worth something finite.

use super::keeps::broken;
use crate::demand::LayoutProblem;
use crate::demand::layout::LEVELS;
use crate::layout::evaluate::{Layout, Use, Value, counted, evaluate, nearest, standards};
use crate::plan::layout_questions::{StageValue, Stress};
use crate::policy::layout::{BudgetCounts, Objective};

/// Longest way of the table, minutes.
#[must_use]
pub fn away(problem: &LayoutProblem) -> f64 {
    (0..problem.clients.len()).filter_map(|i| problem.times.row(i).last()).map(|t| t.1).fold(1.0, f64::max)
}

/// By level: whether the plan sends everybody to the nearest open site.
#[must_use]
pub fn nearest_is_the_plan(problem: &LayoutProblem, plan: &Layout) -> [bool; LEVELS] {
    std::array::from_fn(|n| {
        let near = nearest(problem, &plan.levels, n + 1);
        let minutes = |uses: &[Use]| {
            let mut out = vec![0.0; problem.clients.len()];
            uses.iter().for_each(|u| out[u.client as usize] += u.share * u.minutes);
            out
        };
        minutes(&near).iter().zip(minutes(&plan.uses[n])).all(|(a, b)| (a - b).abs() < 1e-6)
    })
}

/// Who goes where when the sites stand at `levels`; `follow[n]` says that level `n + 1` follows the plan where it can. O(pairs).
#[must_use]
pub fn uses_at(problem: &LayoutProblem, plan: &Layout, levels: &[u8], near: [bool; LEVELS]) -> [Vec<Use>; LEVELS] {
    std::array::from_fn(|n| {
        let mut out = nearest(problem, levels, n + 1);
        if near[n] {
            return out;
        }
        let mut of_plan: Vec<Vec<Use>> = vec![Vec::new(); problem.clients.len()];
        plan.uses[n].iter().for_each(|u| of_plan[u.client as usize].push(*u));
        let stands = |uses: &[Use]| !uses.is_empty() && uses.iter().all(|u| usize::from(levels[u.site as usize]) > n);
        out.retain(|u| !stands(&of_plan[u.client as usize]));
        out.extend(of_plan.iter().filter(|uses| stands(uses)).flatten());
        out.sort_by_key(|u| (u.client, u.site));
        out
    })
}

/// The layout with a way of `away` minutes for whoever has no site, and how many people those are by level.
#[must_use]
pub fn padded(problem: &LayoutProblem, layout: &Layout, away: f64) -> (Layout, [f64; LEVELS]) {
    let mut out = layout.clone();
    let mut unserved = [0.0; LEVELS];
    for (n, without) in unserved.iter_mut().enumerate() {
        let mut served = vec![false; problem.clients.len()];
        layout.uses[n].iter().for_each(|u| served[u.client as usize] = true);
        for i in (0..served.len()).filter(|&i| !served[i]) {
            *without += problem.clients[i].people;
            #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
            out.uses[n].push(Use { client: i as u32, site: 0, share: 1.0, minutes: away });
        }
    }
    (out, unserved)
}

/// Running cost of a value, yuan a year.
#[must_use]
pub fn running(value: &Value) -> f64 {
    value.of(Objective::Money)
}

/// What a layout on the way costs and gives.
#[must_use]
pub fn stage(problem: &LayoutProblem, layout: &Layout, objective: Objective, away: f64) -> StageValue {
    let (full, unserved) = padded(problem, layout, away);
    let value = evaluate(problem, &full);
    let fixed: f64 = problem.sites.iter().zip(&layout.levels).map(|(s, &l)| counted(s, l, BudgetCounts::New)).sum();
    StageValue {
        objective: value.of(objective),
        minutes: value.minutes,
        running: running(&value),
        spent: fixed + value.capital + value.capability,
        uncovered: value.uncovered,
        unserved,
        broken: broken(problem, layout, &value),
    }
}

/// Mean minutes of each client at a level (`inf` without a site), and the share that each site has is compared by the caller.
fn minutes(problem: &LayoutProblem, uses: &[Use]) -> Vec<f64> {
    let mut out = vec![f64::INFINITY; problem.clients.len()];
    for u in uses {
        let own = &mut out[u.client as usize];
        *own = if own.is_finite() { *own } else { 0.0 } + u.share * u.minutes;
    }
    out
}

/// Beds that sites lack for those they serve at centres and hospitals; `None` where the scenario states no need.
#[must_use]
pub fn beds_missing(problem: &LayoutProblem, layout: &Layout) -> Option<f64> {
    let need = problem.rules.beds.as_ref()?.need_per_1000;
    if need.iter().all(|n| *n <= 0.0) {
        return None;
    }
    let mut wanted = vec![0.0; problem.sites.len()];
    for n in 1..LEVELS {
        for u in &layout.uses[n] {
            wanted[u.site as usize] += problem.clients[u.client as usize].people * u.share * need[n - 1] / 1000.0;
        }
    }
    Some(wanted.iter().zip(&layout.beds).map(|(w, b)| (w - b).max(0.0)).filter(|m| *m > 1e-3).sum::<f64>() + 0.0)
}

/// How people fare in `after` (times of `then`) against `before` (times of `now`). The two problems have the same clients and sites.
#[must_use]
pub fn stress(now: &LayoutProblem, before: &Layout, then: &LayoutProblem, after: &Layout) -> Stress {
    let mut out =
        Stress { moved: [0.0; 3], extra: [0.0; 3], beyond: [0.0; 3], unserved: [0.0; 3], beds_missing: beds_missing(then, after) };
    let standard = standards(now);
    for n in 0..LEVELS {
        let (was, is) = (minutes(now, &before.uses[n]), minutes(then, &after.uses[n]));
        let changed = changed(now, &before.uses[n], &after.uses[n]);
        let near = |p: &LayoutProblem, levels: &[u8], i: usize| {
            p.times.row(i).take_while(|t| t.1 <= standard.minutes[n]).any(|t| usize::from(levels[t.0]) > n)
        };
        let mut sum = 0.0;
        for (i, c) in now.clients.iter().enumerate() {
            if is[i].is_infinite() && was[i].is_finite() {
                out.unserved[n] += c.people;
            } else if changed[i] || is[i] > was[i] + 1e-9 {
                out.moved[n] += c.people;
                sum += c.people * if was[i].is_finite() { is[i] - was[i] } else { 0.0 };
            }
            if standard.share[n] > 0.0 && near(now, &before.levels, i) && !near(then, &after.levels, i) {
                out.beyond[n] += c.people;
            }
        }
        out.extra[n] = if out.moved[n] > 0.0 { sum / out.moved[n] } else { 0.0 };
    }
    out
}

/// Whether the sites of each client differ.
fn changed(problem: &LayoutProblem, before: &[Use], after: &[Use]) -> Vec<bool> {
    let sites = |uses: &[Use]| {
        let mut out: Vec<Vec<u32>> = vec![Vec::new(); problem.clients.len()];
        uses.iter().for_each(|u| out[u.client as usize].push(u.site));
        out.iter_mut().for_each(|s| s.sort_unstable());
        out
    };
    sites(before).iter().zip(sites(after)).map(|(a, b)| *a != b).collect()
}

/// People who go farther at some level, and how many minutes more in the mean (each person at the level where it is most).
#[must_use]
pub fn farther(problem: &LayoutProblem, before: &Layout, after: &Layout) -> (f64, f64) {
    let mut most = vec![0.0_f64; problem.clients.len()];
    for n in 0..LEVELS {
        let (was, is) = (minutes(problem, &before.uses[n]), minutes(problem, &after.uses[n]));
        for (m, (w, i)) in most.iter_mut().zip(was.iter().zip(&is)).filter(|(_, (w, i))| w.is_finite() && i.is_finite()) {
            *m = m.max(i - w);
        }
    }
    let late: Vec<(f64, f64)> = most.iter().zip(&problem.clients).filter(|(m, _)| **m > 0.05).map(|(m, c)| (*m, c.people)).collect();
    // a sum of nothing is -0
    let people = late.iter().map(|l| l.1).sum::<f64>() + 0.0;
    let sum: f64 = late.iter().map(|l| l.0 * l.1).sum();
    (people, if people > 0.0 { sum / people } else { 0.0 })
}
