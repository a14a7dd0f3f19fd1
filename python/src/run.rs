//! One command of the library: worked out on a thread of its own, while the calling thread hands events to Python and looks for Ctrl-C.

use fenji::cli::carry_out;
use fenji::cli::exit::{Answer, Fault as Reason};
use fenji::outcome::{Event, Observer};
use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyKeyboardInterrupt};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

create_exception!(fenji._fenji, Fault, PyException, "Why there is no answer: (kind, message, problems as JSON).");

/// How often Ctrl-C is looked for, and progress is told at most.
const TICK: Duration = Duration::from_millis(50);
/// Stack of the thread that works, as large as that of a main thread with room to spare.
const STACK: usize = 64 << 20;

/// The exception of a fault.
pub fn fault(reason: &Reason) -> PyErr {
    let told = reason.to_json(None);
    let error = &told["error"];
    let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
    Fault::new_err((text("kind"), text("message"), error["problems"].to_string()))
}

enum Message {
    Event(Event),
    Done(Box<Result<Answer, Trouble>>),
}

/// Why there is no answer.
enum Trouble {
    Reason(Reason),
    Panic(String),
}

/// Passes events on to the calling thread, and its wish to stop to the run.
struct Relay {
    events: Option<Sender<Message>>,
    told: Mutex<Option<Instant>>,
    stop: Arc<AtomicBool>,
}

impl Observer for Relay {
    fn event(&self, event: &Event) {
        let Some(events) = &self.events else { return };
        if matches!(event, Event::Progress { .. }) {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            if told.is_some_and(|t| t.elapsed() < TICK) {
                return;
            }
            *told = Some(Instant::now());
        }
        // Nobody listens any more after a second Ctrl-C.
        let _ = events.send(Message::Event(event.clone()));
    }

    fn stop_requested(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Carries out a command line. Returns the exit code, the answer as JSON and as text, and whether Ctrl-C cut it short.
///
/// The first Ctrl-C asks for the best so far; when there is none, or on a second one, `KeyboardInterrupt` is raised.
#[pyfunction]
#[pyo3(signature = (line, threads = None, on_event = None))]
pub fn run(py: Python<'_>, line: Vec<String>, threads: Option<usize>, on_event: Option<Py<PyAny>>) -> PyResult<(u8, String, String, bool)> {
    let stop = Arc::new(AtomicBool::new(false));
    let (sender, receiver) = channel();
    // In a lock, so that the wait can leave the interpreter.
    let messages = Mutex::new(receiver);
    let relay = Relay { events: on_event.is_some().then(|| sender.clone()), told: Mutex::default(), stop: Arc::clone(&stop) };
    thread::Builder::new().name("fenji".into()).stack_size(STACK).spawn(move || {
        let done = match catch_unwind(AssertUnwindSafe(|| in_pool(threads, || carry_out(line, &relay)))) {
            Ok(Ok(answer)) => answer.map_err(Trouble::Reason),
            Ok(Err(words)) => Err(Trouble::Panic(words)),
            Err(panic) => Err(Trouble::Panic(words(&*panic))),
        };
        let _ = sender.send(Message::Done(Box::new(done)));
    })?;
    let mut interrupted = false;
    // The first thing that Python said against going on.
    let mut objection: Option<PyErr> = None;
    let done = loop {
        match py.detach(|| messages.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(TICK)) {
            Ok(Message::Done(done)) => break *done,
            Ok(Message::Event(event)) => {
                if objection.is_none()
                    && let Some(on_event) = &on_event
                    && let Err(error) = told(py, &event).and_then(|e| on_event.call(py, (), Some(&e)))
                {
                    stop.store(true, Ordering::Relaxed);
                    // Ctrl-C comes through whatever Python is at: while the listener works it is Ctrl-C all the same
                    if !error.is_instance_of::<PyKeyboardInterrupt>(py) {
                        objection = Some(error);
                    } else if interrupted {
                        return Err(error);
                    } else {
                        interrupted = true;
                    }
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break Err(Trouble::Panic("the run ended without a word".into())),
        }
        if let Err(error) = py.check_signals() {
            if interrupted || !error.is_instance_of::<PyKeyboardInterrupt>(py) {
                // The thread ends by itself at its next look at the flag; it holds nothing of Python's.
                stop.store(true, Ordering::Relaxed);
                return Err(error);
            }
            interrupted = true;
            stop.store(true, Ordering::Relaxed);
        }
    };
    if let Some(error) = objection {
        return Err(error);
    }
    match done {
        Ok(answer) => Ok((answer.exit as u8, answer.json.to_string(), answer.text, interrupted)),
        Err(Trouble::Reason(Reason::Failed(_))) if interrupted => Err(PyKeyboardInterrupt::new_err("stopped before there was an answer")),
        Err(Trouble::Reason(reason)) => Err(fault(&reason)),
        Err(Trouble::Panic(words)) => Err(Fault::new_err(("panic", format!("fenji has a fault of its own: {words}"), "[]"))),
    }
}

/// Runs with a number of threads: in a pool of its own, so that the next run may have another.
fn in_pool<R: Send>(threads: Option<usize>, work: impl FnOnce() -> R + Send) -> Result<R, String> {
    match threads {
        None => Ok(work()),
        Some(n) => match rayon::ThreadPoolBuilder::new().num_threads(n).stack_size(STACK).build() {
            Ok(pool) => Ok(pool.install(work)),
            Err(e) => Err(e.to_string()),
        },
    }
}

/// Carries something out on a thread with a large stack, in a pool of a size; a panic comes back as its words. Holds nothing of Python's.
pub fn guarded<R: Send + 'static>(threads: Option<usize>, work: impl FnOnce() -> R + Send + 'static) -> Result<R, String> {
    let run = move || catch_unwind(AssertUnwindSafe(|| in_pool(threads, work))).unwrap_or_else(|panic| Err(words(&*panic)));
    let thread = thread::Builder::new().name("fenji".into()).stack_size(STACK).spawn(run).map_err(|e| e.to_string())?;
    thread.join().unwrap_or_else(|panic| Err(words(&*panic)))
}

/// What a panic says.
fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without words".into())
}

/// An event as keyword arguments.
fn told<'py>(py: Python<'py>, event: &Event) -> PyResult<Bound<'py, PyDict>> {
    let d = PyDict::new(py);
    match event {
        Event::Started { step, total } => {
            d.set_item("kind", "started")?;
            d.set_item("step", *step)?;
            d.set_item("total", *total)?;
        }
        Event::Progress { done } => {
            d.set_item("kind", "progress")?;
            d.set_item("done", *done)?;
        }
        Event::Improved { seconds, bounds } => {
            d.set_item("kind", "improved")?;
            d.set_item("seconds", *seconds)?;
            d.set_item("primal", bounds.primal)?;
            d.set_item("dual", bounds.dual)?;
        }
        Event::Finished => d.set_item("kind", "finished")?,
        Event::Note(text) => {
            d.set_item("kind", "note")?;
            d.set_item("text", text)?;
        }
    }
    Ok(d)
}
