//! One job: its child processes, measured and watched, and its result, which appears by one rename.

use super::expand::Job;
use super::folder::SCRATCH;
use super::sealed::place;
use super::spec::{Language, takes};
use super::{Record, Status};
use crate::io::process::{self, Bell, Ended};
use serde_json::Value;
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often the memory of a child is looked at.
const MEASURE: Duration = Duration::from_millis(20);
/// The end of what a failed program said.
const MESSAGE: usize = 600;
/// Signals by which a process is asked to stop: HUP, INT, TERM.
const STOPS: [i32; 3] = [1, 2, 15];
/// Largest answer that is kept.
const ANSWER: u64 = 256 << 20;

/// How jobs are run.
#[derive(Debug, Clone)]
pub struct How {
    /// The program.
    pub program: PathBuf,
    /// Folder that paths in arguments are relative to.
    pub home: PathBuf,
    /// Language of reports.
    pub lang: Language,
    /// Whether every plan gets a page with pictures.
    pub report: bool,
    /// Seconds a solve may take.
    pub time: Option<f64>,
    /// Seconds a job may take.
    pub limit: Option<f64>,
    /// Threads of a job.
    pub threads: usize,
}

/// What the surroundings of a running job tell it to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Go on.
    GoOn,
    /// Ctrl-C.
    Stop,
    /// It takes more memory than the batch may.
    TooLarge,
    /// Its memory does not suffice beside the others: back into the queue.
    PutBack,
}

/// How a job came out of its processes.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A result is there.
    Ended(Record),
    /// Nothing is there: it waits again, with the memory it had.
    PutBack(u64),
}

/// What ended a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    Itself,
    Stop,
    TooLarge(u64),
    PutBack(u64),
    Limit,
}

/// Runs a job; `ask` is told the memory it holds and says whether to go on; `over` is called when its
/// process has ended and only its results are left to be written. The result replaces what is there under its hash.
///
/// # Errors
/// When the system refuses: above all [`io::ErrorKind::StorageFull`], also when it is the child that has no room; nothing is then written.
pub fn run(job: &Job, jobs: &Path, how: &How, ask: &mut dyn FnMut(u64) -> Order, over: &dyn Fn()) -> io::Result<Outcome> {
    // Everything of the child goes to folders that disappear with us.
    let scratch = folder(jobs)?;
    let made = scratch.path();
    let aside = if job.flows { Some(folder(jobs)?) } else { None };
    let beside = aside.as_ref().map_or(made, tempfile::TempDir::path);
    let begin = Instant::now();
    let mut total = Ended::default();
    let steps: &[&str] = if job.flows { &["referral", "own"] } else { &["own"] };
    let mut last = (Cut::Itself, Value::Null, String::new());
    for step in steps {
        let own = *step == "own";
        let target = if own { made.join("result") } else { beside.join("flows") };
        let mut command = if own { command(job, how, &target, beside) } else { flows(job, how, &target) };
        let (said, complained) = (process::nameless()?, process::nameless()?);
        command.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(complained.try_clone()?).current_dir(&how.home);
        command.env_remove("FENJI_LOG").env("RAYON_NUM_THREADS", how.threads.max(1).to_string());
        process::leash(&mut command);
        let (cut, ended) = watch(&mut command, how, begin, ask)?;
        total.cpu = match (total.cpu, ended.cpu) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
        total.peak = total.peak.max(ended.peak);
        (total.exit, total.signal) = (ended.exit, ended.signal);
        last = (cut, serde_json::from_str(&text(said, ANSWER)?).unwrap_or(Value::Null), text(complained, 1 << 20)?);
        if cut != Cut::Itself || ended.exit != Some(0) || was_stopped(&last.1) {
            break;
        }
    }
    let (cut, mut answer, complained) = last;
    if let Cut::PutBack(memory) = cut {
        return Ok(Outcome::PutBack(memory));
    }
    over();
    let seconds = begin.elapsed().as_secs_f64();
    let record = judge(job, cut, &answer, &complained, total, seconds, how);
    if record.status == Status::Failed && no_room(&answer, &complained) {
        return Err(io::Error::from(io::ErrorKind::StorageFull));
    }
    // What a cut process left behind is no result, nor is what it was writing.
    if record.status != Status::Done {
        for left in fs::read_dir(made)? {
            let left = left?;
            if left.file_type()?.is_dir() { fs::remove_dir_all(left.path())? } else { fs::remove_file(left.path())? }
        }
    }
    if matches!(record.status, Status::Done | Status::Infeasible) {
        timeless(&mut answer);
        let mut bytes = serde_json::to_vec(&answer).map_err(io::Error::other)?;
        bytes.push(b'\n');
        fs::write(made.join("answer.json"), bytes)?;
    }
    let record = place(made, jobs, record)?;
    // it has moved
    let _ = scratch.keep();
    Ok(Outcome::Ended(record))
}

/// A scratch folder with the rights of any new folder: it becomes that of the job.
fn folder(jobs: &Path) -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    builder.prefix(SCRATCH).tempdir_in(jobs)
}

/// Waits for a process, which is ended when it must be.
fn watch(command: &mut Command, how: &How, begin: Instant, ask: &mut dyn FnMut(u64) -> Order) -> io::Result<(Cut, Ended)> {
    let mut child = command.spawn().map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", how.program.display())))?;
    let bell = Bell::of(&child);
    let mut measured: Option<Instant> = None;
    let mut cut = Cut::Itself;
    loop {
        if let Some(ended) = process::ended(&mut child)? {
            return Ok((cut, ended));
        }
        if cut == Cut::Itself && measured.is_none_or(|t| t.elapsed() >= MEASURE) {
            measured = Some(Instant::now());
            let memory = process::resident(child.id()).unwrap_or(0);
            cut = match ask(memory) {
                Order::GoOn if how.limit.is_some_and(|l| begin.elapsed().as_secs_f64() > l) => Cut::Limit,
                Order::GoOn => Cut::Itself,
                Order::Stop => Cut::Stop,
                Order::TooLarge => Cut::TooLarge(memory),
                Order::PutBack => Cut::PutBack(memory),
            };
            if cut != Cut::Itself {
                child.kill()?;
            }
        }
        bell.wait(measured.map_or(MEASURE, |t| MEASURE.saturating_sub(t.elapsed())));
    }
}

/// The command line of a job.
pub(super) fn command(job: &Job, how: &How, target: &Path, scratch: &Path) -> Command {
    let takes = takes(&job.entry.command);
    let mut c = shared(&job.entry.command, job, how, target);
    if takes.is_some_and(|t| t.threads) {
        c.arg("--threads").arg(how.threads.to_string());
    }
    if let Some(time) = how.time.filter(|_| takes.is_some_and(|t| t.time)) {
        c.arg("--time").arg(time.to_string());
    }
    if !how.report && takes.is_some_and(|t| t.tables) {
        c.arg("--tables");
    }
    if job.flows {
        c.arg("--referral").arg(scratch.join("flows").join("plan.json"));
    }
    c.args(&job.entry.arguments);
    c
}

/// The referral plan that a job rests on.
pub(super) fn flows(job: &Job, how: &How, target: &Path) -> Command {
    let mut c = shared("referral", job, how, target);
    c.arg("--no-report").arg("--threads").arg(how.threads.to_string());
    if let Some(time) = how.time {
        c.arg("--time").arg(time.to_string());
    }
    c
}

fn shared(name: &str, job: &Job, how: &How, target: &Path) -> Command {
    let mut c = Command::new(&how.program);
    c.arg(name).arg(&job.case).args(["--json", "--quiet", "--lang", how.lang.code()]).arg("--out").arg(target);
    if let Some(scenario) = &job.scenario {
        c.arg("--scenario").arg(scenario);
    }
    c
}

fn text(mut file: File, most: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.take(most).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn no_room(answer: &Value, complained: &str) -> bool {
    let said = answer["error"]["message"].as_str().unwrap_or("");
    [said, complained].iter().any(|t| t.contains("No space left on device") || t.contains("os error 28"))
}

/// Takes out of an answer what differs from run to run: seconds, and where it was written.
pub(super) fn timeless(answer: &mut Value) {
    match answer {
        Value::Object(map) => {
            map.retain(|key, _| key != "seconds" && key != "out");
            map.values_mut().for_each(timeless);
        }
        Value::Array(list) => list.iter_mut().for_each(timeless),
        _ => {}
    }
}

/// What a job came to, from how it ended and what it said; every key of the answer may be missing.
pub(super) fn judge(job: &Job, cut: Cut, answer: &Value, complained: &str, ended: Ended, seconds: f64, how: &How) -> Record {
    let number = |keys: &[&str]| {
        keys.iter().find_map(|k| k.split('.').try_fold(answer, |v, part| v.get(part)).and_then(Value::as_f64)).filter(|x| x.is_finite())
    };
    let termination = match &answer["termination"] {
        Value::String(s) => Some(s.clone()),
        Value::Object(o) => o.keys().next().cloned(),
        _ => None,
    };
    // schedulers send their signal to every process of a job: the child may end before its parent asks it to, with the best it had
    let stopped = cut == Cut::Itself && (was_stopped(answer) || ended.signal.is_some_and(|s| STOPS.contains(&s)));
    let status = match (cut, ended.exit) {
        (Cut::Stop, _) => Status::Interrupted,
        _ if stopped => Status::Interrupted,
        (Cut::TooLarge(_), _) => Status::Overmemory,
        (Cut::Limit, _) => Status::Limit,
        (_, Some(0)) => Status::Done,
        (_, Some(3)) if termination.as_deref() == Some("infeasible") => Status::Infeasible,
        (_, Some(1)) if answer["error"]["limit"] == "time" => Status::Limit,
        _ => Status::Failed,
    };
    let objective = number(&["objective"]).or_else(|| answer["objectives"][0]["value"].as_f64());
    let bound = number(&["bounds.dual"]).or_else(|| answer["objectives"][0]["bounds"]["dual"].as_f64());
    Record {
        hash: job.entry.hash.clone(),
        status,
        termination,
        exit: ended.exit,
        objective: objective.filter(|_| status == Status::Done),
        bound: bound.filter(|_| status == Status::Done),
        gap: number(&["gap"]).filter(|_| status == Status::Done),
        opens: None,
        message: message(status, cut, answer, complained, ended, how),
        seconds,
        cpu: ended.cpu,
        peak_memory: ended.peak,
    }
}

/// Whether an answer, or a part of it, says that it was stopped by a signal: then it is not what an undisturbed run gives.
pub(super) fn was_stopped(answer: &Value) -> bool {
    let says = |v: &Value| v == "interrupted" || v.as_object().is_some_and(|o| o.values().any(|v| v == "interrupted"));
    match answer {
        Value::Object(map) => map.iter().any(|(k, v)| (k == "termination" || k == "limit") && says(v) || was_stopped(v)),
        Value::Array(list) => list.iter().any(was_stopped),
        _ => false,
    }
}

/// Why there is no plan.
fn message(status: Status, cut: Cut, answer: &Value, complained: &str, ended: Ended, how: &How) -> String {
    let first = |list: &Value| list[0].as_str().map(str::to_owned);
    let tail = |text: &str| {
        let tail: Vec<char> = text.trim().chars().rev().take(MESSAGE).collect();
        tail.into_iter().rev().collect::<String>()
    };
    match (status, cut) {
        (Status::Done, _) => String::new(),
        (Status::Interrupted, Cut::Stop) => "cut short: the batch was stopped".into(),
        (Status::Interrupted, _) => "cut short by a signal to its process".into(),
        (Status::Overmemory, Cut::TooLarge(memory)) => format!("ended: it held {}, more than the whole batch may", mebibytes(memory)),
        (Status::Limit, Cut::Limit) => format!("ended: it ran longer than limit = {} s", how.limit.unwrap_or(0.0)),
        (Status::Infeasible, _) => first(&answer["repair"])
            .or_else(|| answer["missing"][0]["sentence"].as_str().map(str::to_owned))
            .unwrap_or_else(|| "what is asked cannot be had".into()),
        _ => {
            let problem = &answer["error"]["problems"][0];
            let place = problem["line"].as_u64().map_or_else(String::new, |l| format!(":{l}"));
            let told = problem["message"]
                .as_str()
                .map(|m| format!("{} {}{place}: {m}", problem["code"].as_str().unwrap_or(""), problem["file"].as_str().unwrap_or("")));
            let violated = answer["violations"][0]["message"].as_str().map(|m| format!("the plan failed its check: {m}"));
            let signal = ended.signal.map(|s| {
                let killed = if s == 9 { " (the system may have run out of memory)" } else { "" };
                format!("ended by signal {s}{killed}. {}", tail(complained))
            });
            let said = told.or(violated).or_else(|| answer["error"]["message"].as_str().map(str::to_owned)).or(signal);
            tail(&said.unwrap_or_else(|| complained.to_owned()))
        }
    }
}

/// Memory for people.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn mebibytes(bytes: u64) -> String {
    format!("{:.0} MiB", bytes as f64 / 1_048_576.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What a signal cut short is not a result, wherever in the answer that is said.
    #[test]
    fn an_answer_that_was_stopped_is_known() {
        for answer in [
            json!({"termination": {"feasible": "interrupted"}, "objective": 3.0}),
            json!({"error": {"message": "no plan was found before the run was stopped", "limit": "interrupted"}}),
            json!({"steps": [{"termination": "optimal"}, {"termination": {"no_solution": "interrupted"}}]}),
        ] {
            assert!(was_stopped(&answer), "{answer}");
        }
        for answer in [
            json!({"termination": {"feasible": "time"}}),
            json!({"termination": "optimal", "name": "interrupted"}),
            json!({"error": {"limit": "time"}}),
            json!(null),
        ] {
            assert!(!was_stopped(&answer), "{answer}");
        }
    }
}
