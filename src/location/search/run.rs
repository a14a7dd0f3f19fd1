//! The record of a run: clock, wish to stop, bounds and their trace.

use crate::location::{Settings, Step};
use crate::outcome::{Bounds, Event, Limit, Limits, Observer, Termination};
use std::time::{Duration, Instant};

/// Clock, limits and bounds of one run.
pub struct Run<'a> {
    started: Instant,
    settings: Settings,
    observer: &'a dyn Observer,
    bounds: Bounds,
    trace: Vec<Step>,
}

impl<'a> Run<'a> {
    /// Starts the clock.
    #[must_use]
    pub fn new(settings: &Settings, observer: &'a dyn Observer) -> Self {
        let bounds = Bounds { primal: f64::INFINITY, dual: f64::NEG_INFINITY };
        Self { started: Instant::now(), settings: *settings, observer, bounds, trace: Vec::new() }
    }

    /// Seconds since the start.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// Who watches.
    #[must_use]
    pub fn observer(&self) -> &'a dyn Observer {
        self.observer
    }

    /// Threads allowed, at least 1.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.settings.limits.threads.max(1)
    }

    /// Seed of whatever is drawn.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.settings.seed
    }

    /// Which limit is reached, if any.
    #[must_use]
    pub fn stopped(&self) -> Option<Limit> {
        if self.observer.stop_requested() {
            return Some(Limit::Interrupted);
        }
        self.settings.limits.time.filter(|&t| self.started.elapsed() >= t).map(|_| Limit::Time)
    }

    /// What is left of the time, `None` without a limit.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.settings.limits.time.map(|t| t.saturating_sub(self.started.elapsed()))
    }

    /// Limits of a step that may take at most `seconds` of what is left, on one thread, with the gap of the run.
    #[must_use]
    pub fn limits_of_step(&self, seconds: Option<f64>) -> Limits {
        let cap = seconds.map(|s| Duration::from_secs_f64(s.max(0.0)));
        let time = match (self.remaining(), cap) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Limits { time, gap: self.settings.limits.gap * 0.5, threads: 1 }
    }

    /// Both bounds.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// What cannot get below this need not be looked at: the incumbent less half of the gap asked for.
    #[must_use]
    pub fn threshold(&self) -> f64 {
        threshold(self.bounds.primal, self.settings.limits.gap)
    }

    /// Whether the gap asked for is proven.
    #[must_use]
    pub fn proven(&self) -> bool {
        self.bounds.gap() <= self.settings.limits.gap.max(1e-9)
    }

    /// A better answer was found.
    pub fn found(&mut self, value: f64) {
        if value < self.bounds.primal {
            self.bounds.primal = value;
            self.bounds.dual = self.bounds.dual.min(value);
            self.record();
        }
    }

    /// A bound was proven. What exceeds the incumbent (by rounding) is cut back to it.
    pub fn bound(&mut self, bound: f64) {
        let bound = bound.min(self.bounds.primal);
        if bound > self.bounds.dual {
            self.bounds.dual = bound;
            self.record();
        }
    }

    fn record(&mut self) {
        let step = Step { seconds: self.seconds(), bounds: self.bounds };
        self.observer.event(&Event::Improved { seconds: step.seconds, bounds: step.bounds });
        self.trace.push(step);
    }

    /// Termination and trace at the end.
    #[must_use]
    pub fn finish(self) -> (Bounds, Termination, Vec<Step>) {
        let limit = self.stopped().unwrap_or(Limit::Numerics);
        let termination = if self.bounds.primal.is_infinite() && self.bounds.dual == f64::INFINITY {
            Termination::Infeasible
        } else if self.bounds.primal.is_infinite() {
            Termination::NoSolution(limit)
        } else if self.proven() {
            Termination::Optimal
        } else {
            Termination::Feasible(limit)
        };
        (self.bounds, termination, self.trace)
    }
}

/// The incumbent less half of the relative gap asked for; the other half is for rounding.
fn threshold(primal: f64, gap: f64) -> f64 {
    if primal.is_finite() { (0.5 * gap.max(1e-9)).mul_add(-primal.abs().max(1.0), primal) } else { f64::INFINITY }
}
