//! How a batch shows itself: on a terminal one bar for all jobs and one for each at work, elsewhere a line for each job that ends.

use super::exit::visible;
use super::progress::{Progress, Style, say};
use crate::batch::job::mebibytes;
use crate::batch::{Said, Status, Watch};
use crate::outcome::Observer;
use crate::text::shorten;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often the memory of a job is shown anew.
const REFRESH: Duration = Duration::from_millis(250);

/// What is shown.
#[derive(Debug, Default)]
struct Shown {
    all: Option<ProgressBar>,
    places: BTreeMap<usize, (ProgressBar, Instant)>,
    waiting: usize,
    ended: usize,
    bad: usize,
}

/// The watch of the command line.
#[derive(Debug)]
pub struct Bars<'a> {
    progress: &'a Progress,
    style: Style,
    bars: MultiProgress,
    shown: Mutex<Shown>,
}

impl<'a> Bars<'a> {
    /// Shows a batch in the style of the command.
    #[must_use]
    pub fn new(progress: &'a Progress) -> Self {
        Self { progress, style: progress.style(), bars: MultiProgress::new(), shown: Mutex::new(Shown::default()) }
    }

    /// Takes the bars away.
    pub fn finish(&self) {
        let mut shown = self.lock();
        for (bar, _) in std::mem::take(&mut shown.places).into_values() {
            bar.finish_and_clear();
        }
        if let Some(bar) = shown.all.take() {
            bar.finish_and_clear();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line that stays, above the bars.
    fn line(&self, text: &str) {
        match self.style {
            Style::Quiet => {}
            Style::Lines => say(text),
            Style::Bars => self.bars.suspend(|| say(text)),
        }
    }

    fn started(&self, place: usize, label: &str) {
        if self.style != Style::Bars {
            return;
        }
        let bar = self.bars.add(ProgressBar::new_spinner().with_style(look("  {spinner} {elapsed:>4} {msg}")));
        bar.set_message(shorten(&visible(label), 100));
        bar.enable_steady_tick(Duration::from_millis(120));
        self.lock().places.insert(place, (bar, Instant::now()));
    }

    fn gone(&self, place: usize) {
        if let Some((bar, _)) = self.lock().places.remove(&place) {
            bar.finish_and_clear();
            self.bars.remove(&bar);
        }
    }
}

/// A wrong template falls back to the crate's own look.
fn look(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Watch for Bars<'_> {
    fn said(&self, said: &Said<'_>) {
        match said {
            Said::Note(text) => self.line(&visible(text)),
            Said::Begun { waiting, there } => {
                let mut shown = self.lock();
                shown.waiting = *waiting;
                if self.style == Style::Bars {
                    let bar = ProgressBar::new(*waiting as u64)
                        .with_style(look("{prefix} {bar:34} {human_pos}/{human_len} {elapsed} eta {eta} {msg}"));
                    bar.set_prefix("jobs");
                    bar.enable_steady_tick(Duration::from_millis(250));
                    shown.all = Some(self.bars.add(bar));
                }
                drop(shown);
                let before = if *there > 0 { format!(", {there} are there") } else { String::new() };
                self.line(&format!("{waiting} jobs to do{before}"));
            }
            Said::Started { place, label } => self.started(*place, label),
            Said::Alive { place, memory } => {
                let mut shown = self.lock();
                if let Some((bar, at)) = shown.places.get_mut(place).filter(|(_, at)| at.elapsed() >= REFRESH) {
                    let label = bar.message();
                    let label = label.split("  [").next().unwrap_or_default().to_owned();
                    bar.set_message(format!("{label}  [{}]", mebibytes(*memory)));
                    *at = Instant::now();
                }
            }
            Said::PutBack { place, label } => {
                self.gone(*place);
                self.line(&format!("waits for memory: {}", visible(label)));
            }
            Said::Ended { place, label, record } => {
                self.gone(*place);
                let mut shown = self.lock();
                shown.ended += 1;
                shown.bad += usize::from(record.status != Status::Done);
                if let Some(bar) = &shown.all {
                    bar.set_position(shown.ended as u64);
                    let bad = shown.bad;
                    if bad > 0 {
                        bar.set_message(format!("{bad} without a plan"));
                    }
                }
                let (ended, waiting) = (shown.ended, shown.waiting);
                drop(shown);
                if self.style == Style::Lines || !record.status.is_answer() {
                    let why = if record.message.is_empty() { String::new() } else { format!(": {}", shorten(&record.message, 120)) };
                    let memory = record.peak_memory.map_or_else(String::new, |m| format!(", {}", mebibytes(m)));
                    let word = record.status.word();
                    self.line(&visible(&format!("{ended}/{waiting} {word:<10} {label} ({:.1} s{memory}){why}", record.seconds)));
                }
            }
        }
    }

    fn stop_requested(&self) -> bool {
        self.progress.stop_requested()
    }
}
