//! Batches: the folder that the client works in, and one job as a worker does it.

use crate::run::{Fault, fault, guarded};
use crate::shelf::Shelf;
use fenji::batch::folder::{Shard, read_list};
use fenji::batch::inside::{self, Handed, Places};
use fenji::batch::{Entry, Record, sealed};
use fenji::cli::batch::{Opened, finish, open};
use fenji::cli::carry_out;
use fenji::cli::exit::Exit;
use fenji::io::shelf;
use fenji::outcome::{Observer, Silent};
use pyo3::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
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

/// A batch whose folder is taken: nobody else can work there as long as this lives.
#[pyclass(frozen, module = "fenji._fenji")]
pub struct Batch {
    opened: Opened,
    threads: usize,
}

#[pymethods]
impl Batch {
    #[new]
    fn new(py: Python<'_>, spec: PathBuf, out: PathBuf, program: PathBuf, resume: bool, threads: usize) -> PyResult<Self> {
        let opened = py.detach(|| open(&spec, &out, &program, resume, Shard::WHOLE, &Silent)).map_err(|reason| fault(&reason))?;
        if opened.rounds.is_some() {
            let why = "a specification with [shared] is run by `fenji batch run`: each round rests on the results of the one before";
            return Err(Fault::new_err(("usage", why, "[]")));
        }
        opened.folder.sweep().map_err(failed)?;
        Ok(Self { opened, threads: threads.max(1) })
    }

    fn root(&self) -> String {
        shown(self.opened.folder.root())
    }

    /// Jobs without a trustworthy final result, in the order of the batch.
    fn waiting(&self, py: Python<'_>) -> PyResult<Vec<Waiting>> {
        py.detach(|| {
            let batch = &self.opened.batch;
            let own = batch.own();
            let entries: Vec<&Entry> = own.iter().map(|&n| &batch.jobs[n]).collect();
            let found = sealed::look_at(self.opened.folder.root(), &entries, true);
            own.iter().zip(&found).filter(|(_, there)| !there.is_final()).map(|(&n, _)| self.handed(n)).collect()
        })
    }

    /// Puts the result of a job in place.
    #[pyo3(signature = (record, answer, files))]
    fn put(&self, py: Python<'_>, record: &str, answer: Option<String>, files: Vec<(String, Vec<u8>)>) -> PyResult<()> {
        let record: Record = serde_json::from_str(record).map_err(failed)?;
        let jobs = self.opened.folder.root().join("jobs");
        py.detach(|| inside::put(&jobs, &record, answer.as_deref().map(str::as_bytes), &files)).map_err(failed)
    }

    /// Makes data set and page of what is there; returns how many jobs there are of each status.
    fn collect(&self, py: Python<'_>) -> PyResult<String> {
        let done = py.detach(|| {
            let (root, batch) = (self.opened.folder.root(), &self.opened.batch);
            let own = batch.own();
            let entries: Vec<&Entry> = own.iter().map(|&n| &batch.jobs[n]).collect();
            let found = sealed::look_at(root, &entries, false);
            finish(root, batch, &own, &found, None, "run")
        });
        Ok(done.map_err(|reason| fault(&reason))?.json.to_string())
    }
}

impl Batch {
    fn handed(&self, n: usize) -> PyResult<Waiting> {
        let (job, spec) = (&self.opened.jobs[n], &self.opened.read.spec);
        let home = self.opened.batch.spec_path.parent().unwrap_or(Path::new(""));
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
