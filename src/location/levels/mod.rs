//! Location on two levels with a certificate: two-level uncapacitated, two-stage capacitated. Both are Lagrangian relaxations climbed and
//! branched by [`super::search`], as the capacitated ones are.
//!
//! | file | what |
//! | --- | --- |
//! | `two_level`, `plants` | depots and plants without limits: the relaxation, and its inner problem when plants are many |
//! | `two_stage`, `stage_data`, `stage_flow` | depots and plants with limits: the relaxation; its data; flows and interchange |

mod plants;
mod stage_data;
mod stage_flow;
mod two_level;
mod two_stage;

use super::search::{Fix, Path, Relaxation, Root, Run, TreeSettings, ascend, branch_and_bound};
use super::{Answer, Assignment, Settings};
use crate::backend::BackendError;
use crate::instance::{Instance, Problem, Upper};
use crate::outcome::{Bounds, Observer, Termination};
use stage_data::TwoStage;
use two_level::{Paths, TwoLevel};

/// Solves a problem on two levels.
///
/// # Errors
/// When the problem is another one, the instance has no upper level, or a backend fails; infeasible and limits are results.
pub fn solve(instance: &Instance, problem: Problem, settings: &Settings, observer: &dyn Observer) -> Result<Answer, BackendError> {
    let wrong = |what: String| Err(BackendError::Failed { backend: "levels", what });
    let Some(upper) = &instance.upper else { return wrong("the instance has no plants".to_owned()) };
    let run = Run::new(settings, observer);
    match problem {
        Problem::TwoLevel => Ok(uncapacitated(instance, upper, run)),
        Problem::TwoStage => Ok(staged(instance, upper, run)),
        _ => wrong(format!("it does not solve {}", problem.name())),
    }
}

fn infeasible(assignment: Assignment, unreachable: Vec<u32>, repair: Vec<String>) -> Answer {
    let bounds = Bounds { primal: f64::INFINITY, dual: f64::INFINITY };
    Answer {
        multipliers: None,
        bounds,
        termination: Termination::Infeasible,
        open: Vec::new(),
        upper_open: Vec::new(),
        assignment,
        unreachable,
        repair,
        trace: Vec::new(),
    }
}

/// Numbers that are none, by the word for what they belong to.
fn bad_numbers(instance: &Instance, upper: &Upper) -> Vec<String> {
    let mut out = Vec::new();
    for (i, w) in instance.demand.iter().enumerate().filter(|(_, w)| !(w.is_finite() && **w >= 0.0)) {
        out.push(format!("demand of client {} is {w}: give a number not below zero", i + 1));
    }
    for (what, values) in [("fixed cost of site", &instance.fixed), ("fixed cost of plant", &upper.fixed)] {
        for (j, f) in values.iter().enumerate().filter(|(_, f)| !f.is_finite()) {
            out.push(format!("{what} {} is {f}: give a finite number", j + 1));
        }
    }
    for (what, values) in [("capacity of site", &instance.capacity), ("capacity of plant", &upper.capacity)] {
        for (j, q) in values.iter().enumerate().filter(|(_, q)| q.is_nan() || **q < 0.0) {
            out.push(format!("{what} {} is {q}: give a number not below zero", j + 1));
        }
    }
    let broken = |c: f64| c.is_nan() || c == f64::NEG_INFINITY;
    for i in 0..instance.clients() {
        if let Some(j) = (0..instance.sites()).find(|&j| broken(instance.cost(i, j))) {
            out.push(format!("cost of client {} from site {} is no number", i + 1, j + 1));
        }
    }
    if let Some(at) = upper.unit_cost.iter().position(|&c| broken(c)) {
        out.push(format!(
            "cost between site {} and plant {} is no number",
            at / upper.fixed.len().max(1) + 1,
            at % upper.fixed.len().max(1) + 1
        ));
    }
    out
}

/// What is said of clients that nothing reaches.
fn no_way(unreachable: &[u32]) -> Vec<String> {
    if unreachable.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = unreachable.iter().take(5).map(|i| (i + 1).to_string()).collect();
    let more = if unreachable.len() > 5 { ", ..." } else { "" };
    vec![format!(
        "{} clients have no way over a site to a plant (client {}{more}): add a site, a plant or a way",
        unreachable.len(),
        names.join(", ")
    )]
}

#[allow(clippy::cast_possible_truncation)] // sites and clients are numbered by u32 in answers
fn uncapacitated(instance: &Instance, upper: &Upper, mut run: Run<'_>) -> Answer {
    let bad = bad_numbers(instance, upper);
    if !bad.is_empty() {
        return infeasible(Assignment::Paths(Vec::new()), Vec::new(), bad);
    }
    let problem = TwoLevel::new(instance, upper);
    let unreachable = problem.unreachable();
    if !unreachable.is_empty() {
        let repair = no_way(&unreachable);
        return infeasible(Assignment::Paths(Vec::new()), unreachable, repair);
    }
    let start = problem.first_multipliers();
    let paths: Paths = climb_and_branch(&problem, &start, &mut run).unwrap_or_default();
    let used = problem.used(&paths);
    let (bounds, termination, trace) = run.finish();
    let numbers = |from: usize, to: usize| (from..to).filter(|&d| used[d]).map(|d| (d - from) as u32).collect::<Vec<u32>>();
    Answer {
        multipliers: None,
        bounds,
        termination,
        open: numbers(0, problem.m),
        upper_open: numbers(problem.m, problem.m + problem.k),
        assignment: Assignment::Paths(paths.iter().map(|&(j, k)| (j as u32, k as u32)).collect()),
        unreachable: Vec::new(),
        repair: Vec::new(),
        trace,
    }
}

#[allow(clippy::cast_possible_truncation)] // sites and clients are numbered by u32 in answers
fn staged(instance: &Instance, upper: &Upper, mut run: Run<'_>) -> Answer {
    let none = || Assignment::Stages { upper: Vec::new(), lower: Vec::new() };
    let bad = bad_numbers(instance, upper);
    if !bad.is_empty() {
        return infeasible(none(), Vec::new(), bad);
    }
    let problem = TwoStage::new(instance, upper);
    let unreachable = problem.unreachable();
    let repair = if unreachable.is_empty() { problem.obstacles() } else { no_way(&unreachable) };
    if !repair.is_empty() {
        return infeasible(none(), unreachable, repair);
    }
    let start = problem.first_multipliers();
    let stages = climb_and_branch(&problem, &start, &mut run).unwrap_or_default();
    let (bounds, termination, trace) = run.finish();
    let numbers =
        |from: usize, to: usize| (from..to).filter(|&d| stages.open.get(d) == Some(&true)).map(|d| (d - from) as u32).collect::<Vec<u32>>();
    let pairs = |flows: &[(usize, usize, f64)]| flows.iter().map(|&(a, b, t)| (a as u32, b as u32, t)).collect::<Vec<_>>();
    Answer {
        multipliers: None,
        bounds,
        termination,
        open: numbers(0, problem.m),
        upper_open: numbers(problem.m, problem.m + problem.k),
        assignment: Assignment::Stages { upper: pairs(&stages.upper), lower: pairs(&stages.lower) },
        unreachable: Vec::new(),
        repair: Vec::new(),
        trace,
    }
}

/// Two climbs with a local search between, then branch and bound.
fn climb_and_branch<R: Relaxation>(problem: &R, start: &[f64], run: &mut Run<'_>) -> Option<R::Solution> {
    let mut best = None;
    let mut fix = vec![Fix::Free; problem.decisions()];
    let (mut floor, mut u) = (f64::INFINITY, start.to_vec());
    let mut seen: Vec<Vec<bool>> = Vec::new();
    for path in [Path { iterations: 250, ..Path::ROOT }, Path { alpha: 0.5, ..Path::ROOT }] {
        let mut wishes: Vec<(f64, Vec<bool>)> = Vec::new();
        let ascent = ascend(problem, &u, &mut fix, run.threshold(), path, |iteration, now| {
            if iteration % 10 == 9 || iteration == 0 {
                run.bound(problem.rounded(now.bound).min(floor));
                let wish: Vec<bool> = now.open.iter().map(|&o| o > 0.5).collect();
                if !seen.contains(&wish) {
                    if let Some((value, answer)) = problem.answer(&wish) {
                        wishes.push((value, wish.clone()));
                        if value < run.bounds().primal {
                            run.found(value);
                            best = Some(answer);
                        }
                    }
                    seen.push(wish);
                }
            }
            run.stopped().is_none().then(|| run.threshold())
        });
        floor = floor.min(ascent.floor);
        run.bound(ascent.bound.min(floor));
        u = ascent.multipliers;
        if run.proven() || run.stopped().is_some() {
            return best;
        }
        wishes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut starts: Vec<Vec<bool>> = wishes.into_iter().take(3).map(|w| w.1).collect();
        starts.push(ascent.share.iter().map(|&s| s > 0.5).collect());
        for wish in starts {
            if let Some((value, answer)) = problem.polish(&wish, &|| run.stopped().is_some())
                && value < run.bounds().primal
            {
                run.found(value);
                best = Some(answer);
            }
        }
    }
    branch_and_bound(problem, &Root { fix, multipliers: u, floor, incumbent: best }, &TreeSettings::default(), run)
}
