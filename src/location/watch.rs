//! The clock of a run: its deadline, the user's wish to stop, and the trace of its bounds.

use super::{Settings, Step};
use crate::instance::Problem;
use crate::outcome::{Bounds, Event, Limit, Limits, Observer, Termination};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Passes events on with the time since the start of the whole run, and keeps the trace.
pub struct Watch<'a> {
    inner: &'a dyn Observer,
    begin: Instant,
    deadline: Option<Instant>,
    /// Bounds that come from a minimisation of `-value`.
    negated: bool,
    /// Keep the bounds of events that inner solvers send; off while they work on something else than the whole problem.
    listen: bool,
    trace: Mutex<Vec<Step>>,
}

impl<'a> Watch<'a> {
    /// Starts the clock. `negated`: events of inner solvers are of `-value`.
    #[must_use]
    pub fn new(inner: &'a dyn Observer, settings: &Settings, negated: bool, listen: bool) -> Self {
        let begin = Instant::now();
        // a limit too long to be added is none
        let deadline = settings.limits.time.and_then(|t| begin.checked_add(t));
        Self { inner, begin, deadline, negated, listen, trace: Mutex::new(Vec::new()) }
    }

    /// Seconds since the start.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.begin.elapsed().as_secs_f64()
    }

    /// Why the run has to end now; `None` when it may go on.
    #[must_use]
    pub fn over(&self) -> Option<Limit> {
        if self.inner.stop_requested() {
            Some(Limit::Interrupted)
        } else if self.deadline.is_some_and(|d| Instant::now() >= d) {
            Some(Limit::Time)
        } else {
            None
        }
    }

    /// The limits that are left for an inner solver.
    #[must_use]
    pub fn left(&self, settings: &Settings, gap: f64) -> Limits {
        let time = self.deadline.map(|d| d.saturating_duration_since(Instant::now()).max(Duration::from_millis(1)));
        Limits { time, gap, threads: settings.limits.threads }
    }

    /// Says new bounds of the whole problem.
    pub fn improved(&self, bounds: Bounds) {
        let step = Step { seconds: self.seconds(), bounds };
        self.trace.lock().unwrap_or_else(PoisonError::into_inner).push(step);
        self.inner.event(&Event::Improved { seconds: step.seconds, bounds });
    }

    /// The trace, with the final bounds as its last line.
    #[must_use]
    pub fn into_trace(self, last: Bounds) -> Vec<Step> {
        let seconds = self.seconds();
        let mut trace = self.trace.into_inner().unwrap_or_else(PoisonError::into_inner);
        if trace.last().is_none_or(|s| s.bounds != last) {
            trace.push(Step { seconds, bounds: last });
        }
        trace
    }
}

impl Observer for Watch<'_> {
    fn event(&self, event: &Event) {
        match event {
            Event::Improved { bounds, .. } if self.listen => {
                let b = *bounds;
                self.improved(if self.negated { Bounds { primal: -b.primal, dual: -b.dual } } else { b });
            }
            Event::Improved { .. } => {}
            other => self.inner.event(other),
        }
    }

    fn stop_requested(&self) -> bool {
        // a solver without a time limit of its own is stopped by the clock as well
        self.over().is_some()
    }
}

/// What a run with a feasible answer ended by: optimal when the gap asked for is proven, else the limit.
#[must_use]
pub fn termination(problem: &Problem, bounds: &Bounds, settings: &Settings, limit: Option<Limit>) -> Termination {
    if problem.gap(bounds) <= settings.limits.gap { Termination::Optimal } else { Termination::Feasible(limit.unwrap_or(Limit::Numerics)) }
}
