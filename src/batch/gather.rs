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

    /// Says that the run is over when it is dropped: what has not ended by then will not.
    #[must_use]
    pub fn until_dropped(&self) -> Over<'_, 'a> {
        Over(self)
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next jobs that are as they stay (at least one), and whether each was looked at in this run: those that were not to be run (`kept`)
    /// and those that ended; when the run is over, all. Waits for the first.
    fn ready(&self, next: &[(&str, bool)]) -> Vec<bool> {
        let mut known = self.lock();
        loop {
            let seen = |(hash, kept): &(&str, bool)| *kept || known.ended.contains(*hash);
            let ready: Vec<bool> = next.iter().map(seen).take_while(|seen| *seen || known.over).collect();
            if !ready.is_empty() || next.is_empty() {
                return ready;
            }
            known = self.changed.wait(known).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A run that goes on as long as this lives, however it ends.
pub struct Over<'e, 'a>(&'e Ended<'a>);

impl Drop for Over<'_, '_> {
    fn drop(&mut self) {
        self.0.lock().over = true;
        self.0.changed.notify_all();
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
            // what nobody looked at in this run may be damaged
            let now: Vec<There> = some.iter().zip(ended.ready(some)).map(|((hash, _), seen)| look(&jobs, hash, !seen)).collect();
            writing.add(&own[at..].iter().copied().zip(&now).collect::<Vec<_>>())?;
            found.extend(now);
        }
        Ok((found, writing))
    })
}
