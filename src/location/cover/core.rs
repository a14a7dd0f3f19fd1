//! What reductions and prices leave goes to a MIP solver; its bounds are passed on as bounds of the whole problem.

use super::super::watch::Watch;
use super::Run;
use super::reduce::Cover;
use crate::backend::{BackendError, LpStatus, MipSolution, guarded};
use crate::model::LinearModel;
use crate::outcome::{Bounds, Event, Limit, Observer};
use std::sync::atomic::{AtomicBool, Ordering};

/// Passes bounds of a core on, and may stop the solver at its first answer.
struct Relay<'a> {
    watch: &'a Watch<'a>,
    whole: &'a (dyn Fn(Bounds) -> Option<Bounds> + Sync),
    first: bool,
    stop: AtomicBool,
}

impl Observer for Relay<'_> {
    fn event(&self, event: &Event) {
        if let Event::Improved { bounds, .. } = event {
            self.stop.fetch_or(self.first && bounds.primal.is_finite(), Ordering::Relaxed);
            if let Some(bounds) = (self.whole)(*bounds) {
                self.watch.improved(bounds);
            }
        }
    }

    fn stop_requested(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.watch.over().is_some()
    }
}

/// Solves a core model. `whole` turns bounds of the core into bounds of the problem; `first` stops at the first answer.
pub(super) fn run_mip(
    run: &Run<'_>,
    model: &LinearModel,
    start: Option<&[f64]>,
    first: bool,
    whole: &(dyn Fn(Bounds) -> Option<Bounds> + Sync),
) -> Result<(MipSolution, Option<Limit>), BackendError> {
    let relay = Relay { watch: run.watch, whole, first, stop: AtomicBool::new(false) };
    let limits = run.watch.left(run.settings, 0.5 * run.settings.limits.gap);
    let found = guarded::solve_mip(model, start, &limits, &relay)?;
    let limit = match found.status {
        LpStatus::Stopped(l) => run.watch.over().or((!first || found.values.is_empty()).then_some(l)),
        _ => None,
    };
    Ok((found, limit))
}

/// The model of a set covering core: `min sum c_j y_j`, every row covered, and with a target `sum c_j y_j <= target`.
pub(super) fn cover_model(cover: &Cover, target: Option<f64>) -> LinearModel {
    let mut model = LinearModel::new();
    for _ in &cover.rows {
        model.add_row(1.0, f64::INFINITY);
    }
    let most = target.map(|t| model.add_row(f64::NEG_INFINITY, t));
    let mut entries = Vec::new();
    for (rows, &cost) in cover.cols.iter().zip(&cover.cost) {
        entries.clear();
        entries.extend(rows.iter().map(|&r| (r as usize, 1.0)));
        entries.extend(most.map(|row| (row, cost)));
        model.add_binary(cost, &entries);
    }
    model
}
