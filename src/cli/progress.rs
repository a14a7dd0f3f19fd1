//! Progress on stderr: bars on a terminal, plain lines elsewhere, nothing when quiet; and the stop flag that Ctrl-C sets.

use super::output::grouped;
use crate::outcome::{Bounds, Event, Observer};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Set by Ctrl-C; the run ends with the best plan so far.
static STOP: AtomicBool = AtomicBool::new(false);

/// Seconds between two plain lines about the same step.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Not at all.
    Quiet,
    /// Lines.
    Lines,
    /// Bars that redraw themselves.
    Bars,
}

impl Style {
    /// What suits: quiet when asked for, bars on a terminal (unless log lines would run through them), else lines.
    #[must_use]
    pub fn choose(quiet: bool, verbose: bool) -> Self {
        if quiet {
            Self::Quiet
        } else if std::io::stderr().is_terminal() && !verbose {
            Self::Bars
        } else {
            Self::Lines
        }
    }
}

/// The observer of the command line.
#[derive(Debug)]
pub struct Progress {
    style: Style,
    steps: Mutex<Vec<Step>>,
}

/// A step that is under way.
#[derive(Debug)]
struct Step {
    name: &'static str,
    total: Option<u64>,
    begin: Instant,
    said: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Shows progress in a style.
    #[must_use]
    pub fn new(style: Style) -> Self {
        Self { style, steps: Mutex::new(Vec::new()) }
    }

    /// How progress is shown.
    #[must_use]
    pub const fn style(&self) -> Style {
        self.style
    }

    /// Makes Ctrl-C (and SIGTERM) ask for the best plan so far; a second one ends the program at once.
    pub fn catch_interrupt(&self) {
        let style = self.style;
        let installed = ctrlc::set_handler(move || {
            if STOP.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
            if style != Style::Quiet {
                say("stopping with what there is so far; once more to leave at once");
            }
        });
        if let Err(error) = installed {
            tracing::warn!("Ctrl-C cannot be caught: {error}");
        }
    }

    fn started(&self, steps: &mut Vec<Step>, name: &'static str, total: Option<u64>) {
        let now = Instant::now();
        let bar = (self.style == Style::Bars).then(|| bar(name, total));
        if self.style == Style::Lines {
            say(&format!("{name} ..."));
        }
        steps.push(Step { name, total, begin: now, said: now, bar });
    }

    fn remark(&self, steps: &[Step], text: &str) {
        match steps.iter().rev().find_map(|s| s.bar.as_ref()) {
            Some(bar) => bar.suspend(|| say(text)),
            None => say(text),
        }
    }
}

impl Observer for Progress {
    fn event(&self, event: &Event) {
        if self.style == Style::Quiet {
            return;
        }
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Started { step, total } => self.started(&mut steps, step, *total),
            Event::Progress { done } => {
                let Some(step) = steps.last_mut() else { return };
                match &step.bar {
                    Some(bar) => bar.set_position(*done),
                    None if step.said.elapsed() >= LINE_EVERY => {
                        step.said = Instant::now();
                        let of = step.total.map_or(String::new(), |t| format!(" of {t}"));
                        say(&format!("{}: {done}{of}", step.name));
                    }
                    None => {}
                }
            }
            Event::Improved { seconds, bounds } => match steps.last_mut() {
                Some(Step { bar: Some(bar), .. }) => bar.set_message(bounds_text(bounds)),
                Some(step) if step.said.elapsed() < LINE_EVERY => {}
                step => {
                    if let Some(step) = step {
                        step.said = Instant::now();
                    }
                    say(&format!("{seconds:9.1} s  {}", bounds_text(bounds)));
                }
            },
            Event::Finished => {
                let Some(step) = steps.pop() else { return };
                let seconds = step.begin.elapsed().as_secs_f64();
                match step.bar {
                    Some(bar) => bar.finish_and_clear(),
                    None => say(&format!("{}: {seconds:.1} s", step.name)),
                }
            }
            Event::Note(text) => self.remark(&steps, &super::exit::visible(text)),
        }
    }

    fn stop_requested(&self) -> bool {
        STOP.load(Ordering::Relaxed)
    }
}

/// `value 7,360,402,872  bound 7,360,402,871 yuan a year  gap 0.0001 %`; the bound is left out until there is one.
fn bounds_text(bounds: &Bounds) -> String {
    let value = grouped(bounds.primal, 0);
    if !bounds.dual.is_finite() {
        return format!("value {value} yuan a year, no bound yet");
    }
    format!("value {value}  bound {} yuan a year  gap {:.4} %", grouped(bounds.dual, 0), 100.0 * bounds.gap())
}

fn bar(name: &'static str, total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), "{prefix:28} {bar:30} {human_pos}/{human_len} {elapsed} {msg}"),
        None => (ProgressBar::new_spinner(), "{prefix:28} {spinner} {elapsed} {msg}"),
    };
    // A wrong template falls back to the crate's own look.
    let bar = bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_prefix(name);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A line on stderr; a closed stderr is no reason to stop.
pub(super) fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_nest_and_end_in_any_order_of_events() {
        let progress = Progress::new(Style::Lines);
        progress.event(&Event::Finished);
        progress.event(&Event::Started { step: "outer", total: Some(2) });
        progress.event(&Event::Started { step: "inner", total: None });
        progress.event(&Event::Progress { done: 1 });
        progress.event(&Event::Finished);
        assert_eq!(progress.steps.lock().unwrap().len(), 1);
        progress.event(&Event::Improved { seconds: 1.0, bounds: Bounds { primal: 2.0, dual: f64::NEG_INFINITY } });
        progress.event(&Event::Finished);
        assert!(progress.steps.lock().unwrap().is_empty());
    }

    #[test]
    fn quiet_wins() {
        assert_eq!(Style::choose(true, true), Style::Quiet);
        assert_eq!(bounds_text(&Bounds { primal: 200.0, dual: 199.0 }), "value 200  bound 199 yuan a year  gap 0.5000 %");
        assert_eq!(bounds_text(&Bounds { primal: 7.0e6, dual: f64::NEG_INFINITY }), "value 7,000,000 yuan a year, no bound yet");
    }
}
