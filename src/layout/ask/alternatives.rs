//! Truly different plans within a distance of the best.
//!
//! ```text
//! A_0 = plan;   A_k = argmin z   under the rules,   z <= (1 + distance) value(A_0),
//!                                sites open in one of (A_k, A_i) and closed in the other >= differ_by  for all i < k      (N2, O4)
//! ```
//!
//! The list ends with a proof when that problem is infeasible: no further plan within the distance differs enough from those listed. The bound
//! of each is what no plan that differs from all before it can undercut. Whether two plans differ is a matter of which sites are open; the same
//! sites at other levels count as one plan.

use super::stage::running;
use crate::backend::BackendError;
use crate::demand::LayoutProblem;
use crate::layout::evaluate::{Layout, evaluate};
use crate::layout::price::Clock;
use crate::layout::solve::{SolveOptions, under};
use crate::outcome::{Event, Limits, Observer, Termination};
use crate::plan::layout_questions::{Alternative, Alternatives, ListEnd};

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub struct AlternativeOptions {
    /// Share by which the objective may lie above the plan's.
    pub distance: f64,
    /// Sites by which plans differ at least.
    pub differ_by: u32,
    /// Plans wanted at most.
    pub most: usize,
    /// Method, gap, time over all.
    pub solve: SolveOptions,
}

impl Default for AlternativeOptions {
    fn default() -> Self {
        Self { distance: 0.02, differ_by: 3, most: 5, solve: SolveOptions::default() }
    }
}

/// Codes of open sites.
#[must_use]
pub fn open_codes(problem: &LayoutProblem, layout: &Layout) -> Vec<String> {
    problem.sites.iter().zip(&layout.levels).filter(|(_, l)| **l > 0).map(|(s, _)| s.code.clone()).collect()
}

/// Looks for different plans, one after the other.
///
/// # Errors
/// When the solver fails.
pub fn alternatives(
    problem: &LayoutProblem,
    plan: &Layout,
    options: &AlternativeOptions,
    observer: &dyn Observer,
) -> Result<Alternatives, BackendError> {
    let objective = super::objective(problem);
    let clock = Clock::new(options.solve.limits.time);
    let best = evaluate(problem, plan).of(objective);
    let cap = best + options.distance * best.abs();
    // half a thousandth of a unit of the arithmetic, so that a plan at the very distance is within it
    let cap = cap + 1e-9 * cap.abs();
    let mut asked = problem.clone();
    asked.rules.differ_by = options.differ_by.max(1);
    asked.rules.exclude.push(open_codes(problem, plan));
    let mut out =
        Alternatives { distance: options.distance, differ_by: asked.rules.differ_by, plans: Vec::new(), end: ListEnd::Enough, next: None };
    observer.event(&Event::Started { step: "alternatives", total: Some(options.most as u64) });
    while out.plans.len() < options.most {
        if clock.out() || observer.stop_requested() {
            out.end = ListEnd::Limit;
            break;
        }
        let time = clock.left().map(|left| left / u32::try_from(options.most - out.plans.len()).unwrap_or(1));
        let solve = SolveOptions { limits: Limits { time, ..options.solve.limits }, ..options.solve };
        let found = under(&asked, &[objective], vec![(objective, cap)], &solve, &super::relax::Still(observer))?;
        let Some(stage) = found.stages.first() else {
            out.end = if found.termination == Termination::Infeasible { ListEnd::Proven } else { ListEnd::Limit };
            out.next = (out.end == ListEnd::Proven).then_some(cap);
            break;
        };
        if stage.bounds.primal > cap {
            // an answer within tolerance of the cap, and no more
            out.end = if stage.bounds.dual > cap { ListEnd::Proven } else { ListEnd::Limit };
            out.next = stage.bounds.dual.is_finite().then_some(stage.bounds.dual);
            break;
        }
        let levels = &found.layout.levels;
        let codes = |keep: &dyn Fn(u8, u8) -> bool| {
            let all = problem.sites.iter().zip(plan.levels.iter().zip(levels));
            all.filter(|(_, (a, b))| keep(**a, **b)).map(|(s, _)| s.code.clone()).collect()
        };
        let changed = problem.sites.iter().zip(plan.levels.iter().zip(levels)).filter(|(_, (a, b))| **a > 0 && **b > 0 && a != b);
        let opened = problem.sites.iter().zip(plan.levels.iter().zip(levels)).filter(|(_, (a, b))| **a == 0 && **b > 0);
        out.plans.push(Alternative {
            bounds: stage.bounds,
            distance: (stage.bounds.primal - best) / best.abs().max(f64::MIN_POSITIVE),
            opened: opened.map(|(s, (_, b))| (s.code.clone(), *b)).collect(),
            closed: codes(&|was, is| was > 0 && is == 0),
            changed: changed.map(|(s, (a, b))| (s.code.clone(), *a, *b)).collect(),
            minutes: found.value.minutes,
            running: running(&found.value),
            uncovered: found.value.uncovered,
        });
        asked.rules.exclude.push(open_codes(problem, &found.layout));
        observer.event(&Event::Progress { done: out.plans.len() as u64 });
    }
    if out.end == ListEnd::Enough {
        // plans come best first: the next is no better than the last one's bound
        out.next = out.plans.last().map(|p| p.bounds.dual).filter(|d| d.is_finite());
    }
    observer.event(&Event::Finished);
    Ok(out)
}
