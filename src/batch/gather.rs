//! The data set of a batch, filled while its jobs run: rows of jobs that have ended are read, in the order of the list, beside the next job.

use super::data::{AT_A_TIME, Writing};
use super::folder::Batch;
use super::sealed::{There, look};
use super::{Said, Watch};
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

#[derive(Debug, Default)]
struct Known {
    /// Hashes of jobs that ended in this run.
    ended: BTreeSet<String>,
    /// No more will end.
    over: bool,
}

/// A watch that knows which jobs have ended.
pub struct Ended<'a> {
    watch: &'a dyn Watch,
    known: Mutex<Known>,
    changed: Condvar,
}

impl<'a> Ended<'a> {
    /// Hands everything on to a watch.
    #[must_use]
    pub fn new(watch: &'a dyn Watch) -> Self {
        Self { watch, known: Mutex::default(), changed: Condvar::new() }
    }

    /// The run is over: what has not ended will not.
    pub fn over(&self) {
        self.lock().over = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many of the next jobs are as they stay (at least one): those that were not to be run (`kept`) and those that ended. Waits for the first.
    fn ready(&self, next: &[(&str, bool)]) -> usize {
        let mut known = self.lock();
        loop {
            let count = next.iter().take_while(|(hash, kept)| *kept || known.over || known.ended.contains(*hash)).count();
            if count > 0 || next.is_empty() {
                return count;
            }
            known = self.changed.wait(known).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Watch for Ended<'_> {
    fn said(&self, said: &Said<'_>) {
        if let Said::Ended { record, .. } = said {
            self.lock().ended.insert(record.hash.clone());
            self.changed.notify_all();
        }
        self.watch.said(said);
    }

    fn stop_requested(&self) -> bool {
        self.watch.stop_requested()
    }
}

/// Reads the rows of all jobs of a batch (`own`: positions in its list; `kept`: whether each stays as it is) as they end, until the run is over.
/// Returns what is there of each, and the data set to be put in place.
///
/// # Errors
/// What the system says.
pub fn gather<'a>(
    root: &'a Path,
    batch: &'a Batch,
    own: &[usize],
    kept: &[bool],
    ended: &Ended<'_>,
) -> io::Result<(Vec<There>, Writing<'a>)> {
    let jobs = root.join("jobs");
    let waiting: Vec<(&str, bool)> = own.iter().zip(kept).map(|(&n, k)| (batch.jobs[n].hash.as_str(), *k)).collect();
    // one thread of its own: the cores belong to the jobs
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().map_err(io::Error::other)?;
    pool.install(|| {
        let mut writing = Writing::begin(root, batch)?;
        let mut found: Vec<There> = Vec::with_capacity(own.len());
        while found.len() < own.len() {
            let at = found.len();
            let some = &waiting[at..own.len().min(at + AT_A_TIME)];
            let now: Vec<There> = some[..ended.ready(some)].iter().map(|(hash, _)| look(&jobs, hash, false)).collect();
            writing.add(&own[at..].iter().copied().zip(&now).collect::<Vec<_>>())?;
            found.extend(now);
        }
        Ok((found, writing))
    })
}
