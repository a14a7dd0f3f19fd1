//! What `fenji locate` shows: the live table, the object and the text of an answer, the memory it took.

use super::exit::visible;
use super::output::grouped;
use crate::instance::{Instance, Problem};
use crate::location::{Answer, written::Run};
use crate::outcome::{Bounds, Event, Limit, Observer, Termination};
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};

/// Names listed for people before the rest is counted; `--json` has all.
const LISTED: usize = 20;
/// Least seconds between two lines of the table, but for the first.
const LINE_EVERY: f64 = 0.5;

/// Turns new bounds into lines of a table.
pub struct Table<'a> {
    inner: &'a dyn Observer,
    problem: Problem,
    /// Seconds of the last line; `None` before the head.
    last: Mutex<Option<f64>>,
}

impl<'a> Table<'a> {
    /// A table on top of an observer.
    #[must_use]
    pub fn new(inner: &'a dyn Observer, problem: Problem) -> Self {
        Self { inner, problem, last: Mutex::new(None) }
    }
}

impl Observer for Table<'_> {
    fn event(&self, event: &Event) {
        let Event::Improved { seconds, bounds } = event else { return self.inner.event(event) };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|t| seconds - t < LINE_EVERY) {
            return;
        }
        if last.is_none() {
            self.inner.event(&Event::Note(format!("{:>9}  {:>18}  {:>18}  {:>9}", "seconds", "value", "bound", "gap")));
        }
        *last = Some(*seconds);
        self.inner.event(&Event::Note(line(&self.problem, *seconds, bounds)));
    }

    fn stop_requested(&self) -> bool {
        self.inner.stop_requested()
    }
}

fn line(problem: &Problem, seconds: f64, bounds: &Bounds) -> String {
    let shown = |x: f64| if x.is_finite() { grouped(x, 3) } else { "-".to_owned() };
    format!("{seconds:9.1}  {:>18}  {:>18}  {:>9}", shown(bounds.primal), shown(bounds.dual), gap_text(problem, bounds))
}

fn gap_text(problem: &Problem, bounds: &Bounds) -> String {
    let gap = problem.gap(bounds);
    if gap.is_finite() { format!("{:.4} %", 100.0 * gap) } else { "-".to_owned() }
}

/// The object of `--json`. Sites and clients by name (position from 1 where they have none).
pub fn answer_json(instance: &Instance, problem: Problem, answer: &Answer, run: &Run) -> Value {
    let gap = problem.gap(&answer.bounds);
    let names = |list: &[u32], name: &dyn Fn(usize) -> String| -> Vec<String> { list.iter().map(|&x| name(x as usize)).collect() };
    let finite = |x: f64| x.is_finite().then_some(x);
    json!({
        "command": "locate", "ok": true, "instance": instance.name, "format": run.format, "clients": instance.clients(), "sites": instance.sites(),
        "problem": problem, "method": run.method, "value": finite(answer.bounds.primal), "bound": finite(answer.bounds.dual), "gap": finite(gap),
        "termination": answer.termination, "seconds": run.seconds, "peak_memory_bytes": run.peak_memory_bytes,
        "open": names(&answer.open, &|j| instance.site_name(j)), "upper_open": names(&answer.upper_open, &|k| (k + 1).to_string()),
        "unreachable": names(&answer.unreachable, &|i| instance.client_name(i)), "repair": answer.repair,
        "trace": answer.trace.iter().map(|s| json!({ "seconds": s.seconds, "value": finite(s.bounds.primal), "bound": finite(s.bounds.dual) })).collect::<Vec<_>>(),
    })
}

/// The answer for people.
pub fn answer_text(instance: &Instance, problem: Problem, answer: &Answer, run: &Run) -> String {
    let mut lines = vec![format!(
        "{}: {} clients, {} sites, read as {}; {} by method {}",
        visible(&instance.name),
        instance.clients(),
        instance.sites(),
        run.format,
        title(&problem),
        run.method
    )];
    if answer.termination == Termination::Infeasible {
        lines.push("infeasible: no choice of sites answers the question; nothing was written".to_owned());
        lines.push("what would repair it:".to_owned());
        lines.extend(answer.repair.iter().map(|r| format!("  {}", visible(r))));
        return lines.join("\n");
    }
    let shown = |x: f64| if x.is_finite() { grouped(x, 3) } else { "none".to_owned() };
    let what = if problem.maximises() { "demand covered" } else { "value" };
    lines.push(format!("{what}  {}", shown(answer.bounds.primal)));
    lines.push(format!(
        "bound  {}   gap {}   {}",
        shown(answer.bounds.dual),
        gap_text(&problem, &answer.bounds),
        ended(answer.termination)
    ));
    let memory = run.peak_memory_bytes.map_or(String::new(), |b| format!("   peak memory {:.1} MiB", b as f64 / f64::from(1 << 20)));
    lines.push(format!("seconds  {:.2}{memory}", run.seconds));
    lines.push(list("open", &answer.open, &|j| instance.site_name(j)));
    if !answer.upper_open.is_empty() {
        lines.push(list("plants open", &answer.upper_open, &|k| (k + 1).to_string()));
    }
    if !answer.unreachable.is_empty() {
        lines.push(list("unreachable clients", &answer.unreachable, &|i| instance.client_name(i)));
        let lost: f64 = answer.unreachable.iter().map(|&i| instance.demand[i as usize]).sum();
        lines.push(format!("  their demand of {lost} is in no sum"));
    }
    lines.join("\n")
}

fn list(what: &str, positions: &[u32], name: &dyn Fn(usize) -> String) -> String {
    let mut out: Vec<String> = positions.iter().take(LISTED).map(|&x| visible(&name(x as usize))).collect();
    if positions.len() > LISTED {
        out.push(format!("and {} more (all with --json)", positions.len() - LISTED));
    }
    format!("{what} ({})  {}", positions.len(), out.join(", "))
}

fn title(problem: &Problem) -> String {
    match problem {
        Problem::PMedian { p } | Problem::PCenter { p } | Problem::CapacitatedPMedian { p } => format!("{} with p = {p}", problem.name()),
        Problem::SetCover { within } => format!("lscp within {within}"),
        Problem::MaxCover { p, within } => format!("mclp with p = {p} within {within}"),
        _ => problem.name().to_owned(),
    }
}

fn ended(termination: Termination) -> &'static str {
    let limit = |l: Limit| match l {
        Limit::Time => "stopped by the time limit",
        Limit::Iterations => "stopped by an iteration limit",
        Limit::Interrupted => "stopped on request",
        Limit::Numerics => "the arithmetic gave out before the gap was proven",
    };
    match termination {
        Termination::Optimal => "proven to the gap asked for",
        Termination::Feasible(l) | Termination::NoSolution(l) => limit(l),
        Termination::Infeasible => "infeasible",
        Termination::Unbounded => "unbounded",
    }
}

/// Most memory this process has held, bytes: `VmHWM` of Linux, nothing elsewhere.
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_table_say_the_gap_of_either_direction() {
        let bounds = Bounds { primal: 1000.0, dual: 1100.0 };
        assert!(line(&Problem::MaxCover { p: 1, within: 1.0 }, 1.0, &bounds).ends_with("10.0000 %"));
        assert!(line(&Problem::Uncapacitated, 1.0, &Bounds { primal: f64::INFINITY, dual: 1.0 }).ends_with('-'));
    }

    #[test]
    fn memory_is_told_where_the_system_tells_it() {
        if cfg!(target_os = "linux") {
            assert!(peak_memory().is_some_and(|b| b > 1 << 20));
        }
    }
}
