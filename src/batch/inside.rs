//! One job inside this process, for a program that holds the library and shares out jobs itself: the Python package does, in threads or on a
//! cluster. The job is handed over as text, its inputs and its result stand wherever its paths say; [`put`] puts a result in place.

use super::expand::Job;
use super::folder::SCRATCH;
use super::job::{Cut, How, command, flows, judge, timeless, was_stopped};
use super::sealed::place;
use super::spec::Language;
use super::{Entry, Record, Status};
use crate::io::process::Ended;
use crate::io::write::NamedBytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// A job with how it is run, as it is handed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Handed {
    /// The job.
    pub entry: Entry,
    /// Whether a referral plan is worked out first.
    pub flows: bool,
    /// Language of reports.
    pub lang: Language,
    /// Whether every plan gets a page with pictures.
    pub report: bool,
    /// Seconds a solve may take.
    pub time: Option<f64>,
    /// Seconds a job may take.
    pub limit: Option<f64>,
    /// Threads of the job.
    pub threads: usize,
}

/// Where the inputs of a job stand, and where its result goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Places {
    /// Case folder.
    pub case: PathBuf,
    /// Scenario file.
    pub scenario: Option<PathBuf>,
    /// Folder of the result.
    pub result: PathBuf,
    /// Folder of what is worked out first.
    pub scratch: PathBuf,
}

/// How a command line ended: exit code, and what it says as JSON.
pub type Said = (i32, Value);

/// Runs a job: `carry` carries out a command line, its first word the command. Returns the record and the answer, which is there for a plan
/// and for a proof that there is none. A limit of the job that came, as `over` says, is a record like any other.
pub fn run(
    handed: &Handed,
    places: &Places,
    carry: &mut dyn FnMut(Vec<String>) -> Said,
    over: &dyn Fn() -> bool,
) -> (Record, Option<Value>) {
    let begin = Instant::now();
    let job = Job { entry: handed.entry.clone(), case: places.case.clone(), scenario: places.scenario.clone(), flows: handed.flows };
    let how = How {
        program: PathBuf::new(),
        home: PathBuf::new(),
        lang: handed.lang,
        report: handed.report,
        time: handed.time,
        limit: handed.limit,
        threads: handed.threads,
    };
    let mut said = (0, Value::Null);
    if job.flows {
        said = carry(words(&flows(&job, &how, &places.scratch.join("flows"))));
    }
    if said.0 == 0 && !was_stopped(&said.1) {
        said = carry(words(&command(&job, &how, &places.result, &places.scratch)));
    }
    let (exit, mut answer) = said;
    let cut = if over() { Cut::Limit } else { Cut::Itself };
    let ended = Ended { exit: Some(exit), ..Ended::default() };
    let record = judge(&job, cut, &answer, "", ended, begin.elapsed().as_secs_f64(), &how);
    let kept = record.status.is_answer().then(|| {
        timeless(&mut answer);
        answer
    });
    (record, kept)
}

/// The words of a command line, without the program.
fn words(command: &Command) -> Vec<String> {
    command.get_args().map(|a| a.to_string_lossy().into_owned()).collect()
}

/// Puts a result in place under the hash of its job, by one rename; what was there before is replaced.
///
/// # Errors
/// What the system says; nothing is then changed.
pub fn put(jobs: &Path, record: &Record, answer: Option<&[u8]>, files: &[NamedBytes]) -> io::Result<()> {
    let scratch = tempfile::Builder::new().prefix(SCRATCH).tempdir_in(jobs)?;
    let made = scratch.path().join("job");
    fs::create_dir(&made)?;
    if record.status == Status::Done {
        crate::io::write::replace_folder(&made.join("result"), files)?;
    }
    if let Some(answer) = answer.filter(|_| record.status.is_answer()) {
        fs::write(made.join("answer.json"), answer)?;
    }
    place(&made, jobs, record.clone()).map(|_| ())
}
