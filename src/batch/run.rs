//! All jobs, so many at a time on a rayon pool, within the memory.
//!
//! A job is let in when the memory that it is expected to take, beside what is expected of those at work, stays within the limit: expected is
//! the largest peak of the jobs of its command so far, and [`UNKNOWN`] before there is one. Jobs go in their order; one that does not fit
//! waits, and all behind it, until it does; alone, every job is let in. What is expected may be wrong: the memory of every job is looked at
//! while it runs. One that alone holds more than the limit is ended, and that is its row. When several together do, the youngest goes back
//! into the queue with what it held, to be run when there is room.

use super::expand::Job;
use super::job::{self, How, Order, Outcome};
use super::sealed::There;
use super::{Said, Status, Watch};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Memory expected of a job of a command that none has run of, bytes.
pub const UNKNOWN: u64 = 512 << 20;
/// Added to the largest peak of a command.
const SLACK: f64 = 1.1;
/// How long a worker sleeps before it looks again whether it may start.
const AGAIN: Duration = Duration::from_millis(25);

/// What a batch may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Jobs at a time.
    pub jobs: usize,
    /// Memory of all of them together, bytes.
    pub memory: u64,
}

/// A job that waits.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    job: usize,
    /// Memory it held when it was put back.
    held: Option<u64>,
}

/// A job at work.
#[derive(Debug, Clone, Copy)]
struct Working {
    expected: u64,
    holds: u64,
    /// The higher, the younger.
    turn: u64,
    /// Its process has ended; its results are being sealed, which takes no job's place.
    over: bool,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Waiting>,
    working: BTreeMap<usize, Working>,
    peaks: BTreeMap<String, u64>,
    turns: u64,
    ended: usize,
    failed: Option<io::Error>,
}

impl State {
    fn expected(&self, command: &str, held: Option<u64>) -> u64 {
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let known = self.peaks.get(command).map_or(UNKNOWN, |p| (*p as f64 * SLACK) as u64);
        known.max(held.unwrap_or(0))
    }

    /// Whether the first of the queue may start now.
    fn admits(&self, expected: u64, room: Room) -> bool {
        let running = || self.working.values().filter(|w| !w.over);
        if running().count() >= room.jobs.max(1) {
            return false;
        }
        running().count() == 0 || running().map(|w| w.expected.max(w.holds)).sum::<u64>().saturating_add(expected) <= room.memory
    }

    /// What a job at a place has to do, given what it holds.
    fn order(&mut self, place: usize, holds: u64, room: Room) -> Order {
        let Some(own) = self.working.get_mut(&place) else { return Order::GoOn };
        own.holds = holds;
        let turn = own.turn;
        if holds > room.memory {
            return Order::TooLarge;
        }
        let running = || self.working.values().filter(|w| !w.over);
        let all: u64 = running().map(|w| w.holds).sum();
        let youngest = running().all(|w| w.turn <= turn);
        if all > room.memory && youngest && running().count() > 1 { Order::PutBack } else { Order::GoOn }
    }
}

struct Yard<'a> {
    state: Mutex<State>,
    changed: Condvar,
    jobs: &'a [&'a Job],
    folder: &'a Path,
    how: &'a How,
    room: Room,
    watch: &'a dyn Watch,
}

/// Runs jobs; `known` is what is there of jobs (for the memory of their commands). Returns how many ended now.
///
/// # Errors
/// When a result cannot be written or a process not be started; jobs at work are ended then and nothing of them is kept.
pub fn all(jobs: &[&Job], known: &[(&str, &There)], folder: &Path, how: &How, room: Room, watch: &dyn Watch) -> io::Result<usize> {
    let mut state = State { queue: (0..jobs.len()).map(|job| Waiting { job, held: None }).collect(), ..State::default() };
    for (command, there) in known {
        if let Some(peak) = there.record().filter(|r| r.status == Status::Done).and_then(|r| r.peak_memory) {
            let most = state.peaks.entry((*command).to_owned()).or_default();
            *most = peak.max(*most);
        }
    }
    watch.said(&Said::Begun { waiting: jobs.len(), there: known.iter().filter(|(_, t)| t.is_final()).count() });
    let folder = folder.join("jobs");
    let yard = Yard { state: Mutex::new(state), changed: Condvar::new(), jobs, folder: &folder, how, room, watch };
    // one more than jobs at a time: while results are sealed, the next job runs
    let workers = room.jobs.max(1).saturating_add(1).min(jobs.len().max(1));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(workers).build().map_err(io::Error::other)?;
    pool.broadcast(|context| yard.work(context.index()));
    let state = yard.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    match state.failed {
        Some(error) => Err(error),
        None => Ok(state.ended),
    }
}

impl Yard<'_> {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A worker: one job after the other until there is none.
    fn work(&self, place: usize) {
        while let Some(next) = self.next(place) {
            let job = self.jobs[next.job];
            let label = job.entry.label();
            self.watch.said(&Said::Started { place, label: &label });
            let mut ask = |memory: u64| {
                self.watch.said(&Said::Alive { place, memory });
                if self.watch.stop_requested() {
                    return Order::Stop;
                }
                let mut state = self.lock();
                if state.failed.is_some() { Order::Stop } else { state.order(place, memory, self.room) }
            };
            let over = || {
                if let Some(own) = self.lock().working.get_mut(&place) {
                    own.over = true;
                }
                self.changed.notify_all();
            };
            let outcome = job::run(job, self.folder, self.how, &mut ask, &over);
            let mut state = self.lock();
            state.working.remove(&place);
            match outcome {
                Ok(Outcome::Ended(record)) => {
                    state.ended += usize::from(record.status.is_final());
                    if record.status == Status::Done {
                        let most = state.peaks.entry(job.entry.command.clone()).or_default();
                        *most = record.peak_memory.unwrap_or(0).max(*most);
                    }
                    self.watch.said(&Said::Ended { place, label: &label, record: &record });
                }
                Ok(Outcome::PutBack(held)) => {
                    state.queue.push_front(Waiting { job: next.job, held: Some(held.saturating_add(held / 2)) });
                    self.watch.said(&Said::PutBack { place, label: &label });
                }
                Err(error) => {
                    state.failed.get_or_insert(error);
                }
            }
            drop(state);
            self.changed.notify_all();
        }
    }

    /// The next job, once it may start; nothing when there is none or the batch is asked to stop.
    fn next(&self, place: usize) -> Option<Waiting> {
        let mut state = self.lock();
        loop {
            if state.failed.is_some() || self.watch.stop_requested() {
                return None;
            }
            match state.queue.front().copied() {
                // one at work may still be put back
                None if state.working.is_empty() => return None,
                Some(next) => {
                    let expected = state.expected(&self.jobs[next.job].entry.command, next.held);
                    if state.admits(expected, self.room) {
                        state.queue.pop_front();
                        state.turns += 1;
                        let turn = state.turns;
                        state.working.insert(place, Working { expected, holds: 0, turn, over: false });
                        return Some(next);
                    }
                }
                None => {}
            }
            state = self.changed.wait_timeout(state, AGAIN).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(working: &[(u64, u64)]) -> State {
        let working = working
            .iter()
            .enumerate()
            .map(|(n, &(expected, holds))| (n, Working { expected, holds, turn: n as u64, over: false }))
            .collect();
        State { working, ..State::default() }
    }

    #[test]
    fn jobs_are_let_in_within_the_memory_and_always_alone() {
        let room = Room { jobs: 4, memory: 1000 };
        assert!(state(&[]).admits(5000, room), "alone");
        let mut one = state(&[(900, 900)]);
        let single = Room { jobs: 1, memory: 5000 };
        assert!(!one.admits(1, single), "one at a time");
        one.working.values_mut().for_each(|w| w.over = true);
        assert!(one.admits(5000, single) && one.admits(5000, room), "what is being sealed takes no place");
        assert!(state(&[(400, 100)]).admits(600, room));
        assert!(!state(&[(400, 100)]).admits(601, room));
        assert!(!state(&[(400, 700)]).admits(400, room), "one that holds more than expected counts with what it holds");
        let mut known = state(&[]);
        assert_eq!(known.expected("referral", None), UNKNOWN);
        known.peaks.insert("referral".into(), 1000);
        assert_eq!(
            (known.expected("referral", None), known.expected("referral", Some(5000)), known.expected("beds", None)),
            (1100, 5000, UNKNOWN)
        );
    }

    #[test]
    fn one_that_is_too_large_ends_and_of_several_the_youngest_waits() {
        let room = Room { jobs: 2, memory: 1000 };
        assert_eq!(state(&[(0, 0)]).order(0, 1001, room), Order::TooLarge);
        assert_eq!(state(&[(0, 0)]).order(0, 1000, room), Order::GoOn);
        assert_eq!(state(&[(0, 600), (0, 0)]).order(1, 500, room), Order::PutBack);
        assert_eq!(state(&[(0, 0), (0, 500)]).order(0, 600, room), Order::GoOn, "the older one goes on");
    }
}
