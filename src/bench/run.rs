//! One child process, measured; and all runs that are not there yet.

use super::expand::Run;
use super::spec::Engine;
use super::{Record, Status, engine};
use crate::io::process::{self, load, tether};
use crate::io::write::write_file;
use crate::outcome::{Event, Observer};
use serde_json::Value;
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often a parent looks at its child: walls are true to this.
const LOOK: Duration = Duration::from_millis(2);
/// What a run may take beyond its limit before it is killed: reading and start-up are not part of the limit.
const GRACE: f64 = 15.0;
/// The end of what a failed program said.
const MESSAGE: usize = 600;

/// Runs what is not there yet, `jobs` at a time on disjoint cores; returns how many were run. Stops between and within runs when asked to:
/// a run that was cut short by Ctrl-C leaves nothing behind and is run again next time.
///
/// # Errors
/// When a result cannot be written or a process not be started.
pub fn all(runs: &[Run], folder: &Path, jobs: usize, cores: &[u32], observer: &dyn Observer) -> io::Result<u64> {
    let results = folder.join("runs");
    fs::create_dir_all(&results)?;
    // what a killed bench left half-way
    for entry in fs::read_dir(&results)?.filter_map(Result::ok).filter(|e| e.file_name().to_string_lossy().starts_with(".run-")) {
        fs::remove_dir_all(entry.path())?;
    }
    let queue: Mutex<VecDeque<&Run>> = Mutex::new(runs.iter().filter(|r| !results.join(format!("{}.json", r.hash)).is_file()).collect());
    let waiting = queue.lock().unwrap_or_else(PoisonError::into_inner).len() as u64;
    observer.event(&Event::Started { step: "runs", total: Some(waiting) });
    let done = AtomicU64::new(0);
    let share = (cores.len() / jobs.max(1)).max(1);
    let failed: Mutex<Option<io::Error>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for own in cores.chunks(share).take(jobs.max(1)) {
            let (queue, results, done, failed) = (&queue, &results, &done, &failed);
            scope.spawn(move || {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    let Some(run) = next.filter(|_| !observer.stop_requested()) else { return };
                    let threads = run.setting.threads.max(1) as usize;
                    match one(run, results, &own[..threads.min(own.len())], observer) {
                        Ok(true) => observer.event(&Event::Progress { done: done.fetch_add(1, Ordering::Relaxed) + 1 }),
                        Ok(false) => return,
                        Err(e) => {
                            failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(e);
                            return;
                        }
                    }
                }
            });
        }
    });
    observer.event(&Event::Finished);
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(done.into_inner()),
    }
}

/// One run; false when it was cut short.
fn one(run: &Run, results: &Path, cores: &[u32], observer: &dyn Observer) -> io::Result<bool> {
    // Everything of the child goes to a folder that disappears with us.
    let scratch = tempfile::Builder::new().prefix(".run-").tempdir_in(results)?;
    let mut command = command(run, scratch.path())?;
    let (said, complained) = (scratch.path().join("stdout"), scratch.path().join("stderr"));
    command.stdin(Stdio::null()).stdout(File::create(&said)?).stderr(File::create(&complained)?).env_remove("FENJI_LOG");
    tether(&mut command, cores);
    let load = load();
    let begin = Instant::now();
    let mut child = command.spawn().map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", run.program.display())))?;
    let most = Duration::from_secs_f64(run.time * 1.25 + GRACE);
    let mut killed = false;
    let ended = loop {
        if let Some(ended) = process::ended(&mut child)? {
            break ended;
        }
        let stop = observer.stop_requested();
        if stop || (!killed && begin.elapsed() > most) {
            killed = true;
            child.kill()?;
            if stop {
                while process::ended(&mut child)?.is_none() {
                    std::thread::sleep(LOOK);
                }
                return Ok(false);
            }
        }
        std::thread::sleep(LOOK);
    };
    let wall = begin.elapsed().as_secs_f64();
    // A child that ended while the bench was asked to stop may have been stopped itself (elsewhere Ctrl-C reaches both).
    if observer.stop_requested() {
        return Ok(false);
    }
    let answer: Value = serde_json::from_str(&text(&said)?).unwrap_or(Value::Null);
    let mut record = read(run, &answer, killed, ended.exit);
    record.wall = wall;
    record.cpu = ended.cpu;
    record.peak_memory = ended.peak;
    record.load = load;
    record.cores = cores.to_vec();
    if matches!(record.status, Status::Failed | Status::Overrun) {
        let all = text(&complained)?;
        let tail: Vec<char> = all.trim().chars().rev().take(MESSAGE).collect();
        let said: String = tail.into_iter().rev().collect();
        let told = answer["error"]["message"].as_str().map(str::to_owned);
        record.message = if killed { format!("killed after {wall:.0} s") } else { told.unwrap_or(said) };
    }
    let mut bytes = serde_json::to_vec(&record).map_err(io::Error::other)?;
    bytes.push(b'\n');
    write_file(&results.join(format!("{}.json", run.hash)), &bytes)?;
    Ok(true)
}

fn text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(256 << 20).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The command line of a run.
fn command(run: &Run, scratch: &Path) -> io::Result<Command> {
    let (p, s) = (&run.problem, &run.setting);
    let mut c = Command::new(&run.program);
    let mut pair = |flag: &str, value: String| {
        c.arg(flag).arg(value);
    };
    match p.engine {
        Engine::Mip => {
            let job = engine::Job {
                points: run.instance.points.clone().unwrap_or_default(),
                problem: p.problem.clone().unwrap_or_default(),
                p: p.p.unwrap_or(0),
                backend: seeded(s.backend_text().unwrap_or_else(|| crate::backend::names()[0].into()), run.seed),
                time: run.time,
                gap: s.gap,
                threads: s.threads,
            };
            let file = scratch.join("job.json");
            fs::write(&file, serde_json::to_vec(&job).map_err(io::Error::other)?)?;
            c.arg("bench").arg(&file).args(["--single", "--out"]).arg(scratch.join("none"));
        }
        Engine::Locate => {
            pair("locate", run.instance.path.display().to_string());
            pair("--problem", p.problem.clone().unwrap_or_default());
            if let Some(n) = p.p {
                pair("-p", n.to_string());
            }
            if let Some(t) = p.within {
                pair("--within", t.to_string());
            }
            pair("--seed", run.seed.to_string());
            pair("--out", scratch.join("solution.json").display().to_string());
        }
        Engine::Referral => {
            pair("referral", run.instance.path.display().to_string());
            if let Some(backend) = s.backend_text() {
                pair("--backend", backend);
            }
            if let Some(scenario) = &run.scenario {
                pair("--scenario", scenario.display().to_string());
            }
            pair("--out", scratch.join("plan").display().to_string());
            c.arg("--no-report");
        }
    }
    if p.engine != Engine::Mip {
        if let Some(method) = &s.method {
            c.arg("--method").arg(method);
        }
        c.args(["--time", &run.time.to_string(), "--gap", &s.gap.to_string(), "--threads", &s.threads.to_string()]);
    }
    c.args(&p.args).args(&s.args).args(["--json", "--quiet"]);
    Ok(c)
}

/// HiGHS with the seed of the run, unless the setting has its own.
fn seeded(backend: String, seed: u64) -> String {
    let (name, options) = crate::backend::split_options(&backend);
    if name != "highs" || options.iter().any(|(k, _)| k == "random_seed") {
        return backend;
    }
    let sign = if options.is_empty() { ':' } else { ',' };
    // HiGHS takes 31 bits
    format!("{backend}{sign}random_seed={}", seed % (1 << 31))
}

/// What an answer says; every key may be missing.
fn read(run: &Run, answer: &Value, killed: bool, exit: Option<i32>) -> Record {
    let number = |keys: &[&str]| {
        keys.iter().find_map(|k| k.split('.').try_fold(answer, |v, part| v.get(part)).and_then(Value::as_f64)).filter(|x| x.is_finite())
    };
    let value = number(&["value", "objective"]);
    let bound = number(&["bound", "bounds.dual"]);
    let maximise = run.problem.problem.as_deref() == Some("mclp");
    let between = value.zip(bound).map(|(v, b)| ((if maximise { b - v } else { v - b }) / v.abs().max(1.0)).max(0.0));
    let gap = number(&["gap"]).or(between);
    let word = answer["termination"]
        .as_str()
        .map_or_else(|| answer["termination"].as_object().and_then(|o| o.keys().next().cloned()).unwrap_or_default(), str::to_owned);
    let status = match word.as_str() {
        _ if killed => Status::Overrun,
        "infeasible" => Status::Infeasible,
        "optimal" => Status::Solved,
        _ if gap.is_some_and(|g| g <= run.setting.gap) => Status::Solved,
        "no_solution" => Status::NoAnswer,
        _ if value.is_some() => Status::Limit,
        _ if answer["error"]["message"].as_str().is_some_and(|m| m.contains("limit")) => Status::NoAnswer,
        _ => Status::Failed,
    };
    let pair = |v: &Value| Some((v.get(0)?.as_f64()?, v.get(1).and_then(Value::as_f64), v.get(2).and_then(Value::as_f64)));
    Record {
        hash: run.hash.clone(),
        instance: run.instance.name.clone(),
        problem: run.problem.name.clone(),
        setting: run.setting.name.clone(),
        seed: run.seed,
        threads: run.setting.threads,
        limit: run.time,
        gap_asked: run.setting.gap,
        maximise,
        status,
        exit,
        value,
        bound,
        gap,
        wall: 0.0,
        cpu: None,
        own_seconds: number(&["seconds"]),
        peak_memory: None,
        load: None,
        cores: Vec::new(),
        trace: answer["trace"].as_array().map(|t| t.iter().filter_map(pair).collect()).unwrap_or_default(),
        message: String::new(),
    }
}
