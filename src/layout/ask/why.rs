//! Why a site is open, and why another is not: what forcing it the other way would cost, as a proven interval.
//!
//! ```text
//! regret(j) = z(j forced) - z          z the least first objective under the rules, z(j forced) the same with j open, or closed
//! dual(j forced) - value  <=  regret(j)  <=  value(j forced) - dual          value, dual: best plan found and bound of the same region
//! ```
//!
//! 1. Where nothing joins catchments ([`regions`]), all four numbers are those of the site's own catchment: the gap of the rest does not enter.
//! 2. One relaxation of each region bounds every forced problem from below ([`relax`](super::relax)); the plan changed around the site bounds it
//!    from above ([`change`]).
//! 3. Sites are then forced in truth, the most important first: open hospitals, centres and clinics, then closed candidates from the one that
//!    the relaxation thinks cheapest, `most` in all. Each takes `each` seconds at most; the interval only gets narrower.
//!
//! Without a limit of time that strikes, the answer does not depend on the number of threads.

use super::region::{Region, change, forced_levels, regions};
use super::relax::{Relaxed, Still, relax};
use super::stage::{farther, nearest_is_the_plan};
use crate::backend::BackendError;
use crate::demand::LayoutProblem;
use crate::layout::evaluate::{Layout, evaluate};
use crate::layout::price::Clock;
use crate::layout::solve::{SolveOptions, under};
use crate::outcome::{Event, Limits, Observer, Termination};
use crate::plan::layout_questions::{Force, Proof, Why};
use crate::policy::layout::Objective;
use rayon::prelude::*;
use std::time::Duration;

/// How far to go.
#[derive(Debug, Clone, Copy)]
pub struct WhyOptions {
    /// Method, gap, time over all.
    pub solve: SolveOptions,
    /// Time of each forced problem.
    pub each: Duration,
    /// Sites that are forced in truth, at most.
    pub most: usize,
}

impl Default for WhyOptions {
    fn default() -> Self {
        Self { solve: SolveOptions::default(), each: Duration::from_secs(20), most: 400 }
    }
}

/// Pairs of site and settlement of a region above which only open sites are changed for an upper end.
const MANY: usize = 20_000_000;

/// A region with what is known of it.
struct Known {
    region: Region,
    plan: Layout,
    near: [bool; 3],
    value: f64,
    dual: f64,
    relaxed: Option<Relaxed>,
}

/// One question with the answer so far, in the unit of its region.
struct Question {
    region: usize,
    site: usize,
    force: Force,
    against_rule: bool,
    impossible: bool,
    lower: Option<f64>,
    upper: Option<f64>,
    proof: Proof,
    people: f64,
    minutes: f64,
}

/// The interval of every site that may be asked about, in the order of the sites. `plan` is the layout that is explained.
///
/// # Errors
/// When the solver fails.
pub fn why(problem: &LayoutProblem, plan: &Layout, options: &WhyOptions, observer: &dyn Observer) -> Result<Vec<Why>, BackendError> {
    let objective = super::objective(problem);
    let clock = Clock::new(options.solve.limits.time);
    observer.event(&Event::Started { step: "why", total: None });
    let known: Vec<Known> = regions(problem, objective)
        .into_par_iter()
        .map(|r| know(r, plan, objective, options, &clock, observer))
        .collect::<Result<_, _>>()?;
    let mut questions: Vec<Question> = known.par_iter().enumerate().flat_map(|(n, k)| cheap(n, k, objective, &clock)).collect();
    let mut turn: Vec<usize> = (0..questions.len()).collect();
    let rank = |q: &Question| known[q.region].plan.levels[q.site];
    let lower = |q: &Question| q.lower.unwrap_or(f64::NEG_INFINITY) * known[q.region].region.weight;
    turn.sort_by(|&a, &b| {
        let (a, b) = (&questions[a], &questions[b]);
        rank(b).cmp(&rank(a)).then(lower(a).total_cmp(&lower(b))).then((a.region, a.site).cmp(&(b.region, b.site)))
    });
    turn.retain(|&n| !tight(&questions[n]));
    turn.truncate(options.most);
    let solved: Vec<(usize, Option<Forced>)> = turn
        .par_iter()
        .map(|&n| Ok((n, force(&known[questions[n].region], &questions[n], objective, options, &clock, observer)?)))
        .collect::<Result<_, BackendError>>()?;
    for (n, forced) in solved {
        let k = &known[questions[n].region];
        if let Some(forced) = forced {
            improve(&mut questions[n], k, &forced);
        }
    }
    observer.event(&Event::Finished);
    let mut out: Vec<(usize, Why)> = questions.iter().map(|q| tell(problem, &known, q)).collect();
    out.sort_by_key(|w| w.0);
    Ok(out.into_iter().map(|w| w.1).collect())
}

fn one_thread(options: &WhyOptions, time: Option<Duration>) -> SolveOptions {
    // intervals are differences: the whole's gap would drown them
    let limits = Limits { time, gap: options.solve.limits.gap.min(1e-7), threads: 1 };
    SolveOptions { limits, ..options.solve }
}

fn time_of(options: &WhyOptions, clock: &Clock, factor: u32) -> Option<Duration> {
    let most = options.each * factor;
    Some(clock.left().map_or(most, |left| left.min(most).max(Duration::from_millis(50))))
}

/// Solves a region without anything forced, and its relaxation.
fn know(
    region: Region,
    whole: &Layout,
    objective: Objective,
    options: &WhyOptions,
    clock: &Clock,
    observer: &dyn Observer,
) -> Result<Known, BackendError> {
    let plan = region.part_of(whole);
    let problem = &region.problem;
    let mut value = evaluate(problem, &plan).of(objective);
    let mut dual = f64::NEG_INFINITY;
    let base = under(problem, &[objective], Vec::new(), &one_thread(options, time_of(options, clock, 3)), &Still(observer))?;
    if let Some(stage) = base.stages.first() {
        (value, dual) = (value.min(stage.bounds.primal), stage.bounds.dual);
    }
    let limits = Limits { time: time_of(options, clock, 1), gap: 1e-7, threads: 1 };
    let relaxed = relax(problem, objective, options.solve.neighbours, &limits, observer)?;
    if let Some(r) = &relaxed {
        dual = dual.max(r.bound());
    }
    let near = nearest_is_the_plan(problem, &plan);
    Ok(Known { plan, near, value, dual: dual.min(value), relaxed, region })
}

/// Questions of a region with the intervals that cost no forced solve.
fn cheap(number: usize, known: &Known, objective: Objective, clock: &Clock) -> Vec<Question> {
    let problem = &known.region.problem;
    let many = problem.sites.len().saturating_mul(problem.clients.len()) > MANY;
    let ask = |site: usize| {
        let open = known.plan.levels[site] > 0;
        let force = if open { Force::Close } else { Force::Open };
        let s = &problem.sites[site];
        // a city hospital is no part of the plan, and a closed site that nothing lets open is no candidate
        if s.city || (!open && s.now == 0 && s.highest() == 0) {
            return None;
        }
        let (_, against_rule) = forced_levels(problem, site, force)?;
        let bound = if against_rule { None } else { known.relaxed.as_ref().and_then(|r| r.forced(site, force)) };
        let mut q = Question {
            region: number,
            site,
            force,
            against_rule,
            impossible: false,
            lower: bound.map(|b| b - known.value),
            upper: None,
            proof: if bound.is_some() { Proof::Duals } else { Proof::Change },
            people: 0.0,
            minutes: 0.0,
        };
        if !against_rule {
            q.lower = Some(q.lower.unwrap_or(0.0).max(0.0));
        }
        if (open || !many)
            && !clock.out()
            && let Some((layout, value)) = change(problem, &known.plan, known.near, objective, site, force)
        {
            q.upper = Some(value - known.dual).filter(|u| u.is_finite());
            (q.people, q.minutes) = farther(problem, &known.plan, &layout);
        }
        Some(q)
    };
    (0..problem.sites.len()).into_par_iter().filter_map(ask).collect()
}

/// Whether a cheap interval says enough.
fn tight(q: &Question) -> bool {
    matches!((q.lower, q.upper), (Some(l), Some(u)) if u - l <= 1e-3 * u.abs() + 1e-9)
}

/// What a forced problem came to.
struct Forced {
    impossible: bool,
    value: Option<f64>,
    dual: f64,
    layout: Layout,
}

fn force(
    known: &Known,
    q: &Question,
    objective: Objective,
    options: &WhyOptions,
    clock: &Clock,
    observer: &dyn Observer,
) -> Result<Option<Forced>, BackendError> {
    let Some((levels, _)) = forced_levels(&known.region.problem, q.site, q.force).filter(|_| !clock.out() && !observer.stop_requested())
    else {
        return Ok(None);
    };
    let mut problem = known.region.problem.clone();
    problem.sites[q.site].allowed = levels;
    let s = under(&problem, &[objective], Vec::new(), &one_thread(options, time_of(options, clock, 1)), &Still(observer))?;
    let stage = s.stages.first();
    Ok(Some(Forced {
        impossible: s.termination == Termination::Infeasible,
        value: stage.map(|g| g.bounds.primal),
        dual: stage.map_or(f64::NEG_INFINITY, |g| g.bounds.dual),
        layout: s.layout,
    }))
}

/// Narrows an interval by what a forced problem came to.
fn improve(q: &mut Question, known: &Known, forced: &Forced) {
    q.proof = Proof::Solved;
    if forced.impossible {
        (q.impossible, q.lower, q.upper) = (true, None, None);
        (q.people, q.minutes) = (0.0, 0.0);
        return;
    }
    if forced.dual.is_finite() {
        q.lower = Some(q.lower.unwrap_or(f64::NEG_INFINITY).max(forced.dual - known.value));
    }
    if let Some(upper) = forced.value.map(|v| v - known.dual).filter(|u| u.is_finite() && q.upper.is_none_or(|have| *u <= have)) {
        q.upper = Some(upper);
        (q.people, q.minutes) = farther(&known.region.problem, &known.plan, &forced.layout);
    }
}

/// The answer in the unit and by the site of the whole.
fn tell(problem: &LayoutProblem, known: &[Known], q: &Question) -> (usize, Why) {
    let k = &known[q.region];
    let site = k.region.sites[q.site];
    let weight = k.region.weight;
    let upper = q.upper.map(|u| u * weight);
    // both ends are proven; what lies between them by less than the arithmetic is one number
    let lower = q.lower.map(|l| l * weight).map(|l| upper.map_or(l, |u| l.min(u)));
    let why = Why {
        code: problem.sites[site].code.clone(),
        level: k.plan.levels[q.site],
        force: q.force,
        against_rule: q.against_rule,
        impossible: q.impossible,
        lower,
        upper,
        proof: q.proof,
        people: q.people,
        minutes: q.minutes,
    };
    (site, why)
}
