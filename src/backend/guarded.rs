//! A MIP solve that ends when it should even where the solver does not look at the clock.
//!
//! HiGHS asks neither its time limit nor its interrupt callback inside a round of cut separation: on set covering cores of some thousand sites one round of
//! mod-k cuts was seen to take half a minute. The solver therefore runs in a thread of its own; when it has not come back [`PATIENCE`] after it was asked to, it
//! is left to itself, and the bound it had proven until then is the result, with the start it was given as the answer where that is one. It ends on its own at
//! its next look at the clock, and holds its memory until then.

use super::{Backend, BackendError, LpSolution, LpStatus, MipSolution, default_mip, names, with_options};
use crate::model::LinearModel;
use crate::outcome::{Bounds, Event, Limit, Limits, Observer};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a solver may take to come back once it has been asked to.
pub const PATIENCE: Duration = Duration::from_millis(700);
/// The same for models whose best answer so far, which only the solver knows, is worth a wait ([`unhurried`]).
pub const LONG_PATIENCE: Duration = Duration::from_secs(60);
/// How often the caller's wish to stop is looked at.
const TICK: Duration = Duration::from_millis(50);

/// How far a start may be from the rows and from whole numbers to be an answer.
const ROOM: f64 = 1e-6;

/// What the solver's thread says, and is told. Only that thread has it: when it is gone, even by a panic, the other side hears so.
struct Line {
    events: Mutex<Sender<Message>>,
    stop: Arc<AtomicBool>,
}

enum Message {
    Event(Event),
    Done(Box<Result<MipSolution, BackendError>>),
}

impl Line {
    fn send(&self, message: Message) {
        // the other side may have left: what is said then is of no use
        let _ = self.events.lock().unwrap_or_else(PoisonError::into_inner).send(message);
    }
}

impl Observer for Line {
    fn event(&self, event: &Event) {
        self.send(Message::Event(event.clone()));
    }

    fn stop_requested(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Solves with the default MIP backend; returns within [`PATIENCE`] and a bit of the time limit or of `observer`'s wish to stop.
/// A solver that was left alone gives the start as its values, if that is an answer (else none), and the last bound it told (`Stopped`).
///
/// # Errors
/// As [`Backend::solve_mip`].
pub fn solve_mip(
    model: &LinearModel,
    start: Option<&[f64]>,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<MipSolution, BackendError> {
    watched(model, start, limits, None, PATIENCE, observer)
}

/// The same with [`LONG_PATIENCE`].
///
/// # Errors
/// As [`Backend::solve_mip`].
pub fn unhurried(
    model: &LinearModel,
    start: Option<&[f64]>,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<MipSolution, BackendError> {
    watched(model, start, limits, None, LONG_PATIENCE, observer)
}

/// The same as [`solve_mip`] within a number of branch and bound nodes, where the solver takes one (HiGHS): a limit that, unlike the clock, is the same on every machine.
///
/// # Errors
/// As [`Backend::solve_mip`].
pub fn solve_mip_within(
    model: &LinearModel,
    start: Option<&[f64]>,
    limits: &Limits,
    nodes: Option<usize>,
    observer: &dyn Observer,
) -> Result<MipSolution, BackendError> {
    watched(model, start, limits, nodes, PATIENCE, observer)
}

fn watched(
    model: &LinearModel,
    start: Option<&[f64]>,
    limits: &Limits,
    nodes: Option<usize>,
    patience: Duration,
    observer: &dyn Observer,
) -> Result<MipSolution, BackendError> {
    let begin = Instant::now();
    let solver = match nodes.filter(|_| names().contains(&"highs")) {
        Some(n) => with_options("highs", &[("mip_max_nodes".to_owned(), n.to_string())])?,
        None => default_mip(),
    };
    let (send, receive) = channel();
    let stop = Arc::new(AtomicBool::new(false));
    let theirs = Line { events: Mutex::new(send), stop: Arc::clone(&stop) };
    let (their_model, their_start, their_limits) = (model.clone(), start.map(<[f64]>::to_vec), *limits);
    let spawned = std::thread::Builder::new().name("mip".into()).spawn(move || {
        let found = solver.solve_mip(&their_model, their_start.as_deref(), &their_limits, &theirs);
        theirs.send(Message::Done(Box::new(found)));
    });
    let failed = |what: String| BackendError::Failed { backend: "mip", what };
    spawned.map_err(|e| failed(format!("no thread could be made: {e}")))?;
    let mut asked: Option<(Instant, Limit)> = None;
    let mut dual = f64::NEG_INFINITY;
    loop {
        match receive.recv_timeout(TICK) {
            Ok(Message::Done(found)) => return (*found).map(|found| reason(found, asked.map(|(_, limit)| limit))),
            Ok(Message::Event(event)) => {
                if let Event::Improved { bounds, .. } = &event {
                    dual = dual.max(bounds.dual);
                }
                observer.event(&event);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(failed("its thread ended without an answer".into())),
        }
        if asked.is_none() {
            let late = limits.time.is_some_and(|t| begin.elapsed() >= t);
            let limit = if observer.stop_requested() { Some(Limit::Interrupted) } else { late.then_some(Limit::Time) };
            if let Some(limit) = limit {
                stop.store(true, Ordering::Relaxed);
                asked = Some((Instant::now(), limit));
            }
        }
        if let Some((_, limit)) = asked.filter(|(since, _)| since.elapsed() >= patience) {
            return Ok(left_alone(model, start, dual, limit));
        }
    }
}

/// A solver that was asked to stop because of the clock says that it was interrupted: the reason is the clock.
fn reason(mut found: MipSolution, asked: Option<Limit>) -> MipSolution {
    if let (LpStatus::Stopped(Limit::Interrupted), Some(limit)) = (found.status, asked) {
        found.status = LpStatus::Stopped(limit);
    }
    found
}

/// What is known without the solver's last word.
fn left_alone(model: &LinearModel, start: Option<&[f64]>, dual: f64, limit: Limit) -> MipSolution {
    let whole = |x: &[f64]| x.iter().all(|x| x.is_finite()) && model.integer.iter().all(|&j| (x[j] - x[j].round()).abs() <= ROOM);
    let values = start.filter(|x| x.len() == model.col_count() && whole(x) && model.violation(x) <= ROOM).unwrap_or_default().to_vec();
    let primal = if values.is_empty() { f64::INFINITY } else { model.objective(&values) };
    MipSolution { status: LpStatus::Stopped(limit), values, bounds: Bounds { primal, dual }, nodes: 0 }
}

/// The default MIP backend behind [`solve_mip`], for what takes any backend.
#[derive(Debug, Clone, Copy, Default)]
pub struct Guarded;

impl Backend for Guarded {
    fn name(&self) -> &'static str {
        default_mip().name()
    }

    fn solve(&self, model: &LinearModel, limits: &Limits, observer: &dyn Observer) -> Result<LpSolution, BackendError> {
        default_mip().solve(model, limits, observer)
    }

    fn solve_mip(
        &self,
        model: &LinearModel,
        start: Option<&[f64]>,
        limits: &Limits,
        observer: &dyn Observer,
    ) -> Result<MipSolution, BackendError> {
        solve_mip(model, start, limits, observer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Silent, StopFlag};

    /// A start that breaks a row, or is not whole, is no answer.
    #[test]
    fn a_solver_left_alone_gives_back_a_start_that_is_an_answer() {
        let mut m = LinearModel::new();
        let row = m.add_row(1.0, f64::INFINITY);
        m.add_binary(3.0, &[(row, 1.0)]);
        m.add_binary(2.0, &[(row, 1.0)]);
        let left = |x: &[f64]| left_alone(&m, Some(x), 1.5, Limit::Time);
        let good = left(&[1.0, 0.0]);
        assert_eq!((good.values, good.bounds.primal, good.bounds.dual), (vec![1.0, 0.0], 3.0, 1.5));
        for bad in [vec![0.0, 0.0], vec![0.5, 0.5], vec![1.0], vec![2.0, 0.0], vec![f64::NAN, 1.0]] {
            assert!(left(&bad).values.is_empty() && left(&bad).bounds.primal.is_infinite(), "{bad:?}");
        }
        assert!(left_alone(&m, None, 1.5, Limit::Time).values.is_empty());
    }

    #[test]
    fn a_clock_that_ended_the_run_is_no_interruption() {
        let stopped = |limit| MipSolution {
            status: LpStatus::Stopped(limit),
            values: Vec::new(),
            bounds: Bounds { primal: f64::INFINITY, dual: 0.0 },
            nodes: 0,
        };
        assert_eq!(reason(stopped(Limit::Interrupted), Some(Limit::Time)).status, LpStatus::Stopped(Limit::Time));
        assert_eq!(reason(stopped(Limit::Interrupted), Some(Limit::Interrupted)).status, LpStatus::Stopped(Limit::Interrupted));
        assert_eq!(reason(stopped(Limit::Numerics), Some(Limit::Time)).status, LpStatus::Stopped(Limit::Numerics));
        assert_eq!(reason(stopped(Limit::Interrupted), None).status, LpStatus::Stopped(Limit::Interrupted));
    }

    #[test]
    fn the_answer_is_that_of_the_backend() -> Result<(), BackendError> {
        let mut m = LinearModel::new();
        let row = m.add_row(1.0, f64::INFINITY);
        m.add_binary(3.0, &[(row, 1.0)]);
        m.add_binary(2.0, &[(row, 1.0)]);
        let found = solve_mip(&m, None, &Limits::default(), &Silent)?;
        assert_eq!((found.status, found.values), (LpStatus::Optimal, vec![0.0, 1.0]));
        let stop = StopFlag::default();
        stop.stop();
        let begin = Instant::now();
        solve_mip(&m, None, &Limits::default(), &stop)?;
        assert!(begin.elapsed() < PATIENCE + Duration::from_secs(1));
        Ok(())
    }
}
