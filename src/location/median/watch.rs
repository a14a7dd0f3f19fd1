//! Clock, user and record of a run: when to stop, the best answer so far, how the bounds moved.

use crate::location::{Settings, Step};
use crate::outcome::{Bounds, Event, Limit, Observer};
use std::cell::RefCell;
use std::time::{Duration, Instant};

/// The best answer and bound so far; every change is told and recorded.
pub(super) struct Watch<'a> {
    pub(super) clock: Clock<'a>,
    /// Whether anybody is told.
    loud: bool,
    state: RefCell<State>,
}

/// When to stop.
#[derive(Clone, Copy)]
pub(super) struct Clock<'a> {
    begun: Instant,
    time: Option<Duration>,
    observer: &'a dyn Observer,
}

struct State {
    bounds: Bounds,
    open: Vec<u32>,
    trace: Vec<Step>,
    /// Multipliers told so far, by client of the instance: the first ones, and the last ones.
    priced: [Vec<f64>; 2],
}

impl<'a> Clock<'a> {
    pub(super) fn new(settings: &Settings, observer: &'a dyn Observer) -> Self {
        Self { begun: Instant::now(), time: settings.limits.time, observer }
    }

    /// The limit that was reached, if any.
    pub(super) fn limit(&self) -> Option<Limit> {
        if self.observer.stop_requested() {
            Some(Limit::Interrupted)
        } else {
            self.time.filter(|t| self.begun.elapsed() >= *t).map(|_| Limit::Time)
        }
    }

    pub(super) fn stop(&self) -> bool {
        self.limit().is_some()
    }

    pub(super) fn left(&self) -> Option<Duration> {
        self.time.map(|t| t.saturating_sub(self.begun.elapsed()))
    }
}

impl<'a> Watch<'a> {
    pub(super) fn new(clock: Clock<'a>) -> Self {
        let bounds = Bounds { primal: f64::INFINITY, dual: f64::NEG_INFINITY };
        Self { clock, loud: true, state: RefCell::new(State { bounds, open: Vec::new(), trace: Vec::new(), priced: Default::default() }) }
    }

    /// For a part of the run whose bounds are not those of the whole.
    pub(super) fn quiet(clock: Clock<'a>) -> Self {
        Self { loud: false, ..Self::new(clock) }
    }

    pub(super) fn bounds(&self) -> Bounds {
        self.state.borrow().bounds
    }

    pub(super) fn open(&self) -> Vec<u32> {
        self.state.borrow().open.clone()
    }

    pub(super) fn trace(&self) -> Vec<Step> {
        self.state.borrow().trace.clone()
    }

    /// A new answer, kept when it is better: value and open sites of the instance.
    pub(super) fn answer(&self, value: f64, open: &[u32]) -> bool {
        let better = value < self.bounds().primal;
        if better {
            let mut state = self.state.borrow_mut();
            state.bounds.primal = value;
            state.open = open.to_vec();
            state.open.sort_unstable();
            drop(state);
            self.tell();
        }
        better
    }

    /// A new bound, kept when it is better; never above the incumbent.
    pub(super) fn bound(&self, bound: f64) {
        let now = self.bounds();
        let bound = bound.min(now.primal);
        if bound > now.dual {
            self.state.borrow_mut().bounds.dual = bound;
            // a line of the table is worth it from a hundredth of the remaining gap on
            if now.dual.is_infinite() || bound >= now.primal || bound - now.dual > 0.01 * (now.primal - now.dual) {
                self.tell();
            }
        }
    }

    /// Multipliers of some clients of the instance; what was said of others before stays.
    pub(super) fn priced(&self, clients: &[u32], u: &[f64]) {
        let mut state = self.state.borrow_mut();
        let [first, last] = &mut state.priced;
        let width = clients.iter().max().map_or(0, |&i| i as usize + 1).max(last.len());
        last.resize(width, 0.0);
        clients.iter().zip(u).filter(|(_, u)| u.is_finite()).for_each(|(&i, &u)| last[i as usize] = u);
        if first.is_empty() {
            first.clone_from(last);
        }
    }

    /// The first and the last multipliers that were told.
    pub(super) fn prices(&self) -> [Vec<f64>; 2] {
        self.state.borrow().priced.clone()
    }

    fn tell(&self) {
        let (seconds, bounds) = (self.clock.begun.elapsed().as_secs_f64(), self.bounds());
        self.state.borrow_mut().trace.push(Step { seconds, bounds });
        if self.loud {
            self.clock.observer.event(&Event::Improved { seconds, bounds });
        }
    }

    pub(super) fn note(&self, text: impl FnOnce() -> String) {
        self.clock.observer.event(&Event::Note(text()));
    }
}
