//! Batches: the folder that the client works in, and one job as a worker does it.

use crate::run::{Fault, fault, guarded};
use crate::shelf::Shelf;
use fenji::batch::expand::Job;
use fenji::batch::folder::{self, Folder, Shard, read_list};
use fenji::batch::inside::{self, Handed, Places};
use fenji::batch::sealed::{self, There};
use fenji::batch::shared::Rounds;
use fenji::batch::spec::Read;
use fenji::batch::{Entry, Record};
use fenji::cli::batch::{Opened, Show, finish, next_round, of_rounds, open};
use fenji::cli::carry_out;
use fenji::cli::exit::Exit;
use fenji::io::shelf;
use fenji::outcome::{Observer, Silent};
use pyo3::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Beginning of the names of files that arguments of a job name, and that are shipped with it.
const FILES: &str = "@files";

/// Counted up by every wish to stop: a job ends when it has changed since the job began.
static STOPS: AtomicU64 = AtomicU64::new(0);

/// A job as Python shares it out: hash, label, the job as text, case folder, files (name for the job, path).
type Waiting = (String, String, String, String, Vec<(String, String)>);

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn failed(error: impl std::fmt::Display) -> PyErr {
    Fault::new_err(("failure", error.to_string(), "[]"))
}

/// The jobs of a batch so far; with shared hospitals those of further rounds join it.
struct List {
    batch: folder::Batch,
    jobs: Vec<Job>,
    rounds: Option<Rounds>,
    /// Jobs on the list before this one are of rounds that have ended.
    round: usize,
}

/// A batch whose folder is taken: nobody else can work there as long as this lives.
#[pyclass(frozen, module = "fenji._fenji")]
pub struct Batch {
    read: Read,
    folder: Folder,
    /// Held without the lock of the interpreter only.
    list: Mutex<List>,
    threads: usize,
}

#[pymethods]
impl Batch {
    #[new]
    fn new(py: Python<'_>, spec: PathBuf, out: PathBuf, program: PathBuf, resume: bool, threads: usize) -> PyResult<Self> {
        let opened = py.detach(|| open(&spec, &out, &program, resume, Shard::WHOLE, &Silent)).map_err(|reason| fault(&reason))?;
        let Opened { read, folder, batch, jobs, rounds, .. } = opened;
        folder.sweep().map_err(failed)?;
        Ok(Self { read, folder, list: Mutex::new(List { batch, jobs, rounds, round: 0 }), threads: threads.max(1) })
    }

    fn root(&self) -> String {
        shown(self.folder.root())
    }

    /// Jobs of the round without a trustworthy final result, in the order of the batch; with `retry` those without an answer, too.
    fn waiting(&self, py: Python<'_>, retry: bool) -> PyResult<Vec<Waiting>> {
        py.detach(|| {
            let list = self.list();
            let own = list.batch.own().split_off(list.round);
            let entries: Vec<&Entry> = own.iter().map(|&n| &list.batch.jobs[n]).collect();
            let found = sealed::look_at(self.folder.root(), &entries, true);
            let there = |t: &There| if retry { t.record().is_some_and(|r| r.status.is_answer()) } else { t.is_final() };
            own.iter().zip(&found).filter(|(_, t)| !there(t)).map(|(&n, _)| self.handed(&list, n)).collect()
        })
    }

    /// Reads the round of shared hospitals that has ended and puts the jobs of the next one on the list: whether there is a next one, and what is
    /// said of the one that ended. Nothing where no hospital is shared.
    fn next_round(&self, py: Python<'_>) -> PyResult<Option<(bool, Vec<String>)>> {
        py.detach(|| {
            let list = &mut *self.list();
            let Some(rounds) = &mut list.rounds else { return Ok(None) };
            let entries: Vec<&Entry> = list.batch.jobs.iter().collect();
            let found = sealed::look_at(self.folder.root(), &entries, false);
            list.round = found.len();
            let next = next_round(&self.folder, &self.read.text, (&mut list.batch, &mut list.jobs, rounds), &found);
            let (more, said) = next.map_err(|reason| fault(&reason))?;
            Ok(Some((more > 0, said)))
        })
    }

    /// Puts the result of a job in place.
    #[pyo3(signature = (record, answer, files))]
    fn put(&self, py: Python<'_>, record: &str, answer: Option<String>, files: Vec<(String, Vec<u8>)>) -> PyResult<()> {
        let record: Record = serde_json::from_str(record).map_err(failed)?;
        let jobs = self.folder.root().join("jobs");
        py.detach(|| inside::put(&jobs, &record, answer.as_deref().map(str::as_bytes), &files)).map_err(failed)
    }

    /// Makes data set and page of what is there; returns how many jobs there are of each status, and what rounds came to.
    fn collect(&self, py: Python<'_>) -> PyResult<String> {
        let done = py.detach(|| {
            let (root, list) = (self.folder.root(), self.list());
            let own = list.batch.own();
            let entries: Vec<&Entry> = own.iter().map(|&n| &list.batch.jobs[n]).collect();
            let found = sealed::look_at(root, &entries, false);
            let mut json = finish(root, &list.batch, &own, &found, Show::default(), "run")?.json;
            if let Some(rounds) = &list.rounds {
                json["shared"] = of_rounds(rounds);
            }
            Ok(json.to_string())
        });
        done.map_err(|reason| fault(&reason))
    }
}

impl Batch {
    fn list(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handed(&self, list: &List, n: usize) -> PyResult<Waiting> {
        let (job, spec) = (&list.jobs[n], &self.read.spec);
        let home = list.batch.spec_path.parent().unwrap_or(Path::new(""));
        let mut files: Vec<(String, String)> = job.scenario.iter().map(|s| ("scenario.toml".to_owned(), shown(s))).collect();
        let mut entry = job.entry.clone();
        for (n, argument) in entry.arguments.iter_mut().enumerate() {
            let (option, value) = argument.split_once('=').filter(|(o, _)| o.starts_with("--")).unwrap_or(("", argument.as_str()));
            let path = home.join(value);
            let path = if path.join("plan.json").is_file() { path.join("plan.json") } else { path };
            let Some(name) = path.file_name().filter(|_| !value.is_empty() && !value.starts_with('-') && path.is_file()) else { continue };
            let name = format!("{FILES}/{n}/{}", name.to_string_lossy());
            let changed = if option.is_empty() { name.clone() } else { format!("{option}={name}") };
            files.push((name, shown(&path)));
            *argument = changed;
        }
        let handed = Handed {
            entry,
            flows: job.flows,
            lang: spec.lang,
            report: spec.report,
            time: spec.time,
            limit: spec.limit,
            threads: self.threads,
        };
        let told = serde_json::to_string(&handed).map_err(failed)?;
        Ok((job.entry.hash.clone(), job.entry.label(), told, shown(&job.case), files))
    }
}

/// Ends what runs when asked to, or when the time of the job is over.
struct Watched {
    stops: u64,
    end: Option<Instant>,
}

impl Watched {
    fn over(&self) -> bool {
        self.end.is_some_and(|end| Instant::now() >= end)
    }
}

impl Observer for Watched {
    fn stop_requested(&self) -> bool {
        self.over() || STOPS.load(Ordering::Relaxed) != self.stops
    }
}

/// Carries out a job. `beside` holds its scenario and the files that its arguments name; its result goes to `out`. Returns its hash, its record
/// and its answer as JSON.
#[pyfunction]
pub fn batch_job(py: Python<'_>, job: &str, case: PathBuf, beside: &Shelf, out: &Shelf) -> PyResult<(String, String, Option<String>)> {
    let mut handed: Handed = serde_json::from_str(job).map_err(failed)?;
    let files = beside.0.path().join(FILES).display().to_string();
    for argument in &mut handed.entry.arguments {
        *argument = argument.replacen(FILES, &files, 1);
    }
    let scratch = shelf::Shelf::new();
    let scenario = beside.0.file("scenario.toml").map(|_| beside.0.path().join("scenario.toml"));
    let places = Places { case, scenario, result: out.0.path(), scratch: scratch.path() };
    let hash = handed.entry.hash.clone();
    let threads = handed.threads;
    let (record, answer) = py
        .detach(|| {
            guarded(Some(threads), move || {
                let end = handed.limit.filter(|l| l.is_finite()).map(|l| Instant::now() + Duration::from_secs_f64(l.clamp(0.0, 1e9)));
                let watched = Watched { stops: STOPS.load(Ordering::Relaxed), end };
                let mut carry = |words: Vec<String>| match carry_out(std::iter::once("fenji".to_owned()).chain(words), &watched) {
                    Ok(answer) => (code(answer.exit), answer.json),
                    Err(reason) => (code(reason.exit()), reason.to_json(Some(&handed.entry.command))),
                };
                inside::run(&handed, &places, &mut carry, &|| watched.over())
            })
        })
        .map_err(|words| Fault::new_err(("panic", words, "[]")))?;
    drop(scratch);
    let text = serde_json::to_string(&record).map_err(failed)?;
    let answer = answer.map(|a| format!("{a}\n"));
    Ok((hash, text, answer))
}

fn code(exit: Exit) -> i32 {
    i32::from(exit as u8)
}

/// Asks all jobs that run in this process to end.
#[pyfunction]
pub fn batch_stop() {
    STOPS.fetch_add(1, Ordering::Relaxed);
}

/// How many jobs of a batch there are of each status, `missing` and `damaged` among them.
#[pyfunction]
pub fn batch_counts(py: Python<'_>, folder: PathBuf) -> PyResult<Vec<(String, usize)>> {
    py.detach(|| {
        let batch = read_list(&folder).map_err(|e| fault(&e.into()))?;
        let own = batch.own();
        let entries: Vec<&Entry> = own.iter().map(|&n| &batch.jobs[n]).collect();
        let (counts, missing, damaged) = sealed::count(&sealed::look_at(&folder, &entries, true));
        let mut out: Vec<(String, usize)> = counts.iter().map(|(s, n)| (s.word().to_owned(), *n)).collect();
        out.extend([("missing".to_owned(), missing), ("damaged".to_owned(), damaged)]);
        Ok(out)
    })
}
