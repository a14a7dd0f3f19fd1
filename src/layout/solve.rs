//! A layout worked out: objectives in their order, method by size, lists grown until nothing that was left out can matter.

use super::blocks;
use super::evaluate::{Layout, Use, Value, evaluate, nearest};
use super::price::{Clock, Found, solve as solve_parts};
use crate::backend::{BackendError, LpStatus, guarded};
use crate::demand::LayoutProblem;
use crate::demand::layout::LEVELS;
use crate::model::layout::{BuildOptions, LayoutModel, NO_COLUMN, build, scale};
use crate::outcome::{Bounds, Event, Limit, Limits, Observer, Termination};
use crate::policy::layout::Objective;
use std::collections::BTreeMap;

pub use super::solution::{Lack, LayoutSolution, Method, SolveOptions, Stage};

/// Columns up to which everything goes into one branch and bound.
const DIRECT_COLUMNS: usize = 12_000;

/// Pairs of settlement and site from which on catchments are worked out by multipliers: without limits on what a site serves, where branch and
/// bound is quick, and with them.
const CATCHMENT_PAIRS: [usize; 2] = [8_000_000, 1_500_000];

/// Columns up to which what the parts leave open is finished by one branch and bound.
const FINISH_COLUMNS: usize = 120_000;

/// Solves the problem: every objective of the list, the later under caps on the earlier.
///
/// # Errors
/// When the solver fails; infeasible and limits are results.
pub fn solve(problem: &LayoutProblem, options: &SolveOptions, observer: &dyn Observer) -> Result<LayoutSolution, BackendError> {
    under(problem, &problem.rules.objective, Vec::new(), options, observer)
}

/// As [`solve`] for a list of objectives, with caps to begin with.
///
/// # Errors
/// As [`solve`].
pub fn under(
    problem: &LayoutProblem,
    objectives: &[Objective],
    mut caps: Vec<(Objective, f64)>,
    options: &SolveOptions,
    observer: &dyn Observer,
) -> Result<LayoutSolution, BackendError> {
    let clock = Clock::new(options.limits.time);
    let mut out = LayoutSolution {
        termination: Termination::Optimal,
        layout: Layout::default(),
        value: Value::default(),
        stages: Vec::new(),
        prices: Vec::new(),
        method: options.method,
        size: (0, 0),
        parts: 1,
        missing: None,
        without: Vec::new(),
    };
    for (n, &objective) in objectives.iter().enumerate() {
        observer.event(&Event::Started { step: "layout", total: None });
        let stage = one(problem, objective, &caps, options, &clock, observer)?;
        observer.event(&Event::Finished);
        if n == 0 {
            out.method = stage.method;
            out.size = stage.size;
            out.parts = stage.parts;
            out.prices = stage.prices;
            out.missing = stage.missing;
            out.without = stage.without;
        }
        let Some((layout, value)) = stage.layout else {
            if n == 0 {
                out.termination = stage.termination;
            } else if let Termination::NoSolution(limit) = stage.termination {
                out.termination = Termination::Feasible(limit);
            }
            break;
        };
        // a later stage that was cut short may be worse at its own objective than the layout it began with, or give up more of an earlier one
        let kept = n == 0 || (value.of(objective) <= out.value.of(objective) && within(problem, &caps, &value));
        if kept {
            (out.layout, out.value) = (layout, value);
        }
        let reached = out.value.of(objective);
        let bounds = Bounds { primal: reached, dual: stage.dual.min(reached) };
        out.stages.push(Stage { objective, bounds });
        // proven for a layout that is not kept is not proven for the one that is
        let lost = !kept && stage.termination == Termination::Optimal && bounds.gap() > options.limits.gap.max(1e-7);
        let ended = if lost { Termination::Feasible(Limit::Iterations) } else { stage.termination };
        if ended != Termination::Optimal {
            out.termination = ended;
            if !matches!(ended, Termination::Feasible(Limit::Iterations)) {
                break;
            }
        }
        let room = problem.rules.tolerance * reached.abs() + 1e-7 / scale(problem, objective);
        caps.push((objective, reached + room));
    }
    // an earlier objective is told at the layout that came out in the end
    for stage in &mut out.stages {
        stage.bounds.primal = out.value.of(stage.objective);
        stage.bounds.dual = stage.bounds.dual.min(stage.bounds.primal);
    }
    Ok(out)
}

/// Whether a layout keeps to caps on objectives, as far as rounding goes.
fn within(problem: &LayoutProblem, caps: &[(Objective, f64)], value: &Value) -> bool {
    caps.iter().all(|&(objective, cap)| value.of(objective) <= cap + 1e-9 * cap.abs() + 1e-7 / scale(problem, objective))
}

/// One objective.
struct One {
    termination: Termination,
    layout: Option<(Layout, Value)>,
    dual: f64,
    method: Method,
    size: (usize, usize),
    parts: usize,
    prices: Vec<(crate::model::layout::RowKey, f64)>,
    missing: Option<Lack>,
    without: Vec<u32>,
}

/// One objective by catchments, where that knows every rule and the problem is large (or that was asked for).
fn by_catchments(
    problem: &LayoutProblem,
    objective: Objective,
    caps: &[(Objective, f64)],
    options: &SolveOptions,
    clock: &Clock,
    observer: &dyn Observer,
) -> Result<Option<One>, BackendError> {
    let r = &problem.rules;
    let limited = r.max_people.iter().any(|m| *m > 0.0) || r.beds.as_ref().is_some_and(|b| b.need_per_1000.iter().any(|n| *n > 0.0));
    let wanted = match options.method {
        Method::Catchments => true,
        Method::Auto => problem.times.len() >= CATCHMENT_PAIRS[usize::from(limited)],
        Method::Direct | Method::Parts => false,
    };
    if !wanted || !blocks::fits(problem, objective, caps) {
        return Ok(None);
    }
    let factor = scale(problem, objective);
    let Some(answer) = blocks::solve(problem, objective, caps, &options.limits, clock, &InUnits { observer, factor })? else {
        return Ok(None);
    };
    // catchments in which the search found no room, and nothing proves that there is none, are for branch and bound
    let lost = answer.termination == Termination::NoSolution(Limit::Iterations) && !answer.without.is_empty();
    if lost && !clock.out() && !observer.stop_requested() {
        return Ok(None);
    }
    let layout = answer.layout.map(|l| {
        let value = evaluate(problem, &l);
        (l, value)
    });
    Ok(Some(One {
        termination: answer.termination,
        layout,
        dual: answer.bounds.dual / factor,
        method: Method::Catchments,
        size: (problem.times.len(), answer.prices.len()),
        parts: answer.blocks,
        prices: answer.prices,
        missing: answer.missing,
        without: answer.without,
    }))
}

fn one(
    problem: &LayoutProblem,
    objective: Objective,
    caps: &[(Objective, f64)],
    options: &SolveOptions,
    clock: &Clock,
    observer: &dyn Observer,
) -> Result<One, BackendError> {
    if let Some(found) = by_catchments(problem, objective, caps, options, clock, observer)? {
        return Ok(found);
    }
    let mut build_options = BuildOptions {
        neighbours: if options.method == Method::Direct { 0 } else { options.neighbours },
        grown: BTreeMap::new(),
        caps: caps.to_vec(),
        elastic: false,
        floors: if objective == Objective::P90 { super::p90::floors(problem, options, clock, observer)? } else { [0.0; LEVELS] },
    };
    let factor = scale(problem, objective);
    let mut dual = if objective == Objective::P90 { build_options.floors.iter().sum() } else { f64::NEG_INFINITY };
    let mut last = None;
    for _ in 0..8 {
        let model = build(problem, objective, &build_options);
        let limits = Limits { time: clock.left(), ..options.limits };
        // nothing to choose is nothing for a solver: the parts know what to say of rows without columns
        let direct = match options.method {
            Method::Direct => model.lp.col_count() > 0,
            Method::Parts => false,
            Method::Auto | Method::Catchments => (1..=DIRECT_COLUMNS).contains(&model.lp.col_count()),
        };
        tracing::debug!(columns = model.lp.col_count(), rows = model.lp.row_count(), direct, ?objective, "layout model");
        let observer = &InUnits { observer, factor };
        let aside: Vec<usize> = (0..model.rows.len()).filter(|&r| model.rows[r].linking).collect();
        let found = if model.lp.col_count() == 0 {
            settled(&model.lp)
        } else if direct {
            let s = guarded::unhurried(&model.lp, None, &limits, observer)?;
            Found { status: s.status, values: s.values, bounds: s.bounds, prices: Vec::new(), parts: 1, rounds: 1 }
        } else {
            let found = solve_parts(&model.lp, &aside, None, &limits, observer)?;
            finish(&model, found, options, clock, observer)?
        };
        let mut out = One {
            termination: termination(&found),
            layout: None,
            dual: found.bounds.dual / factor,
            method: if direct { Method::Direct } else { Method::Parts },
            size: (model.lp.col_count(), model.lp.row_count()),
            parts: found.parts,
            prices: aside.iter().zip(&found.prices).map(|(&r, &price)| (model.rows[r], price)).collect(),
            missing: None,
            without: Vec::new(),
        };
        dual = dual.max(out.dual);
        out.dual = dual;
        // a model without columns has an answer without values
        if !found.bounds.primal.is_finite() {
            return Ok(out);
        }
        let grown = outside_used(&model, &found.values, &mut build_options, clock.out());
        let layout = read(problem, &model, &found.values);
        if let Some(layout) = layout {
            let value = evaluate(problem, &layout);
            let reached = value.of(objective);
            let gap = Bounds { primal: reached, dual }.gap();
            // a settlement beyond its list counts the least way there: what was capped may be farther in truth
            let held = within(problem, caps, &value);
            let tight = (held && gap <= options.limits.gap.max(1e-9) * 1.000_001) || !grown;
            if gap <= options.limits.gap && !matches!(out.termination, Termination::Optimal) {
                out.termination = Termination::Optimal;
            } else if gap > options.limits.gap.max(1e-7) && matches!(out.termination, Termination::Optimal) {
                out.termination = Termination::Feasible(Limit::Iterations);
            }
            out.layout = Some((layout, value));
            if tight || clock.out() || observer.stop_requested() {
                return Ok(out);
            }
            last = Some(out);
        } else if clock.out() || observer.stop_requested() || !grown {
            // lists that cannot grow leave nothing to try: what the solver says cannot be read as a layout
            let limit = if observer.stop_requested() { Limit::Interrupted } else { Limit::Numerics };
            out.termination = Termination::NoSolution(if clock.out() { Limit::Time } else { limit });
            return Ok(out);
        }
    }
    // lists still grow: the last layout stands, with the bound as far as it got
    Ok(last.unwrap_or(One {
        termination: Termination::NoSolution(Limit::Iterations),
        layout: None,
        dual,
        method: Method::Parts,
        size: (0, 0),
        parts: 0,
        prices: Vec::new(),
        missing: None,
        without: Vec::new(),
    }))
}

/// What pricing leaves open, on a model that is not too large: one branch and bound from the answer of the parts. Bounds can only get closer.
fn finish(
    model: &LayoutModel,
    found: Found,
    options: &SolveOptions,
    clock: &Clock,
    observer: &dyn Observer,
) -> Result<Found, BackendError> {
    let open = matches!(found.status, LpStatus::Stopped(Limit::Iterations));
    if options.method != Method::Auto || !open || clock.out() || observer.stop_requested() || model.lp.col_count() > FINISH_COLUMNS {
        return Ok(found);
    }
    let limits = Limits { time: clock.left(), ..options.limits };
    let start = (!found.values.is_empty()).then_some(found.values.as_slice());
    let s = guarded::unhurried(&model.lp, start, &limits, observer)?;
    let mut out = found.clone();
    if s.status == LpStatus::Infeasible && found.values.is_empty() {
        out.status = LpStatus::Infeasible;
        return Ok(out);
    }
    if !s.values.is_empty() && s.bounds.primal < out.bounds.primal {
        out.values = s.values;
        out.bounds.primal = s.bounds.primal;
    }
    out.bounds.dual = out.bounds.dual.max(s.bounds.dual).min(out.bounds.primal);
    out.status = if out.bounds.gap() <= options.limits.gap { LpStatus::Optimal } else { s.status };
    Ok(out)
}

/// A model that leaves nothing to choose: its rows hold, or they do not. Solvers differ on what they say of an empty model.
fn settled(lp: &crate::model::LinearModel) -> Found {
    let room = 1e-7;
    let holds = lp.row_lower.iter().zip(&lp.row_upper).all(|(low, high)| *low <= room && *high >= -room);
    let (status, primal, dual) =
        if holds { (LpStatus::Optimal, lp.offset, lp.offset) } else { (LpStatus::Infeasible, f64::INFINITY, f64::NEG_INFINITY) };
    Found { status, values: Vec::new(), bounds: Bounds { primal, dual }, prices: Vec::new(), parts: 0, rounds: 0 }
}

/// Passes events on with bounds in the objective's own unit.
struct InUnits<'a> {
    observer: &'a dyn Observer,
    factor: f64,
}

impl Observer for InUnits<'_> {
    fn event(&self, event: &Event) {
        if let Event::Improved { seconds, bounds } = event {
            let bounds = Bounds { primal: bounds.primal / self.factor, dual: bounds.dual / self.factor };
            self.observer.event(&Event::Improved { seconds: *seconds, bounds });
        } else {
            self.observer.event(event);
        }
    }

    fn stop_requested(&self) -> bool {
        self.observer.stop_requested()
    }
}

fn termination(found: &Found) -> Termination {
    match (found.status, !found.bounds.primal.is_finite()) {
        (LpStatus::Optimal, false) => Termination::Optimal,
        (LpStatus::Optimal, true) => Termination::NoSolution(Limit::Numerics),
        (LpStatus::Infeasible, _) => Termination::Infeasible,
        (LpStatus::Unbounded, _) => Termination::Unbounded,
        (LpStatus::Stopped(limit), true) => Termination::NoSolution(limit),
        (LpStatus::Stopped(limit), false) => Termination::Feasible(limit),
    }
}

/// Notes the lists whose `outside` was used, to be longer next time; true when there are any.
#[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
fn outside_used(model: &LayoutModel, values: &[f64], options: &mut BuildOptions, late: bool) -> bool {
    let mut any = false;
    for (n, lists) in model.lists.iter().enumerate() {
        for (i, outside) in lists.outside.iter().enumerate() {
            let Some((column, _)) = outside else { continue };
            if values[*column as usize] > 1e-7 && !late {
                options.grown.insert((i as u32, n as u8 + 1), lists.of(i).len() * 4);
                any = true;
            }
        }
    }
    any
}

/// The layout of the values of a model; `None` when a list was too short to say who serves whom.
fn read(problem: &LayoutProblem, model: &LayoutModel, values: &[f64]) -> Option<Layout> {
    let at = |c: u32| if c == NO_COLUMN { 0.0 } else { values[c as usize] };
    let n = problem.sites.len();
    let levels: Vec<u8> = (0..n)
        .map(|j| {
            model.settled[j].unwrap_or_else(|| {
                let open = (1..=LEVELS).rev().find(|&l| model.open[j][l - 1] != NO_COLUMN && at(model.open[j][l - 1]) > 0.5);
                #[allow(clippy::cast_possible_truncation)] // there are three levels
                let level = open.unwrap_or(0) as u8;
                level
            })
        })
        .collect();
    let beds = (0..n)
        .map(|j| {
            let site = &problem.sites[j];
            if problem.rules.beds.is_none() || site.city {
                return if levels[j] >= 2 { site.beds_now } else { 0.0 };
            }
            let sum: f64 = model.beds[j].iter().map(|&c| at(c)).sum();
            match levels[j] {
                0 | 1 => 0.0,
                l => sum.clamp(site.beds_min[usize::from(l) - 2], site.beds_max[usize::from(l) - 2]),
            }
        })
        .collect();
    let mut flags = vec![[false; 4]; n];
    for (which, columns) in &model.flags {
        for j in 0..n {
            flags[j][*which as usize] = at(columns[j]) > 0.5;
        }
    }
    for (site, flag) in problem.sites.iter().zip(&mut flags) {
        for (c, has) in site.has.iter().enumerate() {
            flag[c] |= has;
        }
    }
    for (flag, level) in flags.iter_mut().zip(&levels) {
        if *level == 0 {
            *flag = [false; 4];
        }
    }
    let mut uses: [Vec<Use>; LEVELS] = Default::default();
    for l in 1..=LEVELS {
        uses[l - 1] = uses_of(problem, model, values, &levels, l)?;
    }
    Some(Layout { levels, beds, flags, uses })
}

fn uses_of(problem: &LayoutProblem, model: &LayoutModel, values: &[f64], levels: &[u8], level: usize) -> Option<Vec<Use>> {
    let r = &problem.rules;
    let limited = r.max_people[level - 1] > 0.0
        || r.min_visits[level - 1] > 0.0
        || r.beds.as_ref().is_some_and(|b| level >= 2 && b.need_per_1000[level - 2] > 0.0)
        || (r.nested && level >= 2);
    let lists = &model.lists[level - 1];
    if !limited || lists.start.len() <= 1 {
        return Some(nearest(problem, levels, level));
    }
    let mut out = Vec::new();
    for i in 0..problem.clients.len() {
        if lists.outside[i].is_some_and(|(c, _)| values[c as usize] > 1e-7) {
            return None;
        }
        let list = lists.of(i);
        let weight = |s: &crate::model::layout::Serve| if s.column == NO_COLUMN { 1.0 } else { values[s.column as usize] };
        let open = |s: &crate::model::layout::Serve| usize::from(levels[s.site as usize]) >= level;
        let kept: Vec<_> = list.iter().map(|s| (s, weight(s))).filter(|(s, w)| *w > 1e-9 && open(s)).collect();
        let total: f64 = kept.iter().map(|k| k.1).sum();
        (total > 0.0).then_some(())?;
        #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
        out.extend(kept.iter().map(|(s, w)| Use { client: i as u32, site: s.site, share: w / total, minutes: s.minutes }));
    }
    Some(out)
}
