//! `fenji batch`: cases x scenarios x parameters x commands, resumable, on one machine or in shards on many.

use super::args::{Lang, OutArg};
use super::batch_args::{Machine, RunArgs, room};
pub use super::batch_finish::{Show, finish};
use super::batch_finish::{counted, page_of};
use super::batch_show::Bars;
use super::exit::{Answer, Exit, Fault, visible};
use super::progress::Progress;
use crate::batch::expand::{Expanded, Job, Places, expand};
use crate::batch::folder::{self, Batch, FORMAT, Folder, FolderError, Shard};
use crate::batch::gather::{Ended, gather};
use crate::batch::job::How;
use crate::batch::merge::{MergeError, merge};
use crate::batch::sealed::{self, There};
use crate::batch::shared::{self, Rounds};
use crate::batch::spec::{self, Read};
use crate::batch::{Entry, Status, Watch, data, run};
use crate::outcome::Observer;
use anyhow::{Context, anyhow};
use clap::{Parser, Subcommand};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Run many plans: cases x scenarios x parameters x commands as jobs of their own, resumable, with one data set and one page
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Run the jobs of a specification that are not there yet
    Run(RunArgs),
    /// Say how far a batch is
    Status {
        /// Folder of a batch
        dir: PathBuf,
    },
    /// Run the jobs again that failed, met a limit or were cut short
    Retry {
        /// Folder of a batch
        dir: PathBuf,
        /// How jobs are run.
        #[command(flatten)]
        machine: Machine,
    },
    /// Put shards of one batch together
    Merge {
        /// Folders of shards
        #[arg(required = true)]
        shards: Vec<PathBuf>,
        /// Where the whole goes.
        #[command(flatten)]
        out: OutArg,
    },
    /// Make the page of a batch: maps, ranking of areas, differences between scenarios, every job
    Report {
        /// Folder of a batch
        dir: PathBuf,
        /// Indicator of maps and ranking (a name of data/indicators; default: that of the specification)
        #[arg(long, value_name = "NAME")]
        indicator: Option<String>,
        /// Language of the page [default: that of the specification]
        #[arg(long, value_enum)]
        lang: Option<Lang>,
    },
}

/// Runs the command. Without `progress`, in a program that holds the library, nothing is done that starts processes of the command line.
///
/// # Errors
/// Everything that is wrong with the specification, at once; a foreign or locked folder; a failing disk.
pub fn run(args: &Args, progress: Option<&Progress>) -> Result<Answer, Fault> {
    let held = || Fault::Usage("a program that holds the library shares out jobs itself: see batch::inside".into());
    match &args.action {
        Action::Run(args) => start(args, progress.ok_or_else(held)?),
        Action::Status { dir } => status(dir),
        Action::Retry { dir, machine } => retry(dir, machine, progress.ok_or_else(held)?),
        Action::Merge { shards, out } => put_together(shards, &out.out),
        Action::Report { dir, indicator, lang } => report(dir, indicator.as_deref(), *lang),
    }
}

impl From<FolderError> for Fault {
    fn from(error: FolderError) -> Self {
        match error {
            FolderError::Io { .. } | FolderError::Damaged { .. } => Self::Failed(anyhow!(error)),
            other => Self::Usage(other.to_string()),
        }
    }
}

/// Whether a command line of this program can be meant.
fn understands(line: &[String]) -> Result<(), String> {
    let whole = std::iter::once("fenji".to_owned()).chain(line.iter().cloned());
    super::Cli::try_parse_from(whole).map(|_| ()).map_err(|e| {
        let said = e.render().to_string();
        said.lines().next().unwrap_or("").trim_start_matches("error: ").to_owned()
    })
}

fn start(args: &RunArgs, progress: &Progress) -> Result<Answer, Fault> {
    let program = std::env::current_exe().context("where this program is cannot be told")?;
    let Opened { read, folder, batch, jobs, rounds, known, left_out } =
        open(&args.spec, &args.out, &program, args.resume, args.shard, progress)?;
    let changed = known
        .filter(|k| k.program != batch.program)
        .map(|_| "the program has changed since this batch began: its jobs are other jobs now and are run anew".to_owned());
    let note: Vec<String> = changed.into_iter().chain(left_out).collect();
    let note = (!note.is_empty()).then(|| note.join("; "));
    go(&read, &folder, (batch, jobs, rounds), &args.machine, &|there| !there.is_final(), note.as_deref(), progress)
}

/// A batch whose folder is taken: nobody else works there as long as this lives.
#[derive(Debug)]
pub struct Opened {
    /// The specification.
    pub read: Read,
    /// The folder.
    pub folder: Folder,
    /// Its list.
    pub batch: Batch,
    /// Its jobs, those of other shards among them; those of the first round where hospitals are shared.
    pub jobs: Vec<Job>,
    /// Rounds of shared hospitals.
    pub rounds: Option<Rounds>,
    /// What was in the folder before.
    pub known: Option<Batch>,
    /// What is said of finished jobs that the specification no longer asks for.
    pub left_out: Option<String>,
}

/// Reads a specification, takes the folder and writes the list of jobs into it; `program` is what does the jobs, and counts among their inputs.
///
/// # Errors
/// Everything that is wrong with the specification; a foreign or locked folder, or one that holds another shard, or anything without `resume`.
pub fn open(spec: &Path, out: &Path, program: &Path, resume: bool, shard: Shard, observer: &dyn Observer) -> Result<Opened, Fault> {
    let read = spec::read(spec, &understands).map_err(Fault::Invalid)?;
    if read.spec.shared.is_some() && shard.count > 1 {
        return Err(Fault::Usage("a batch with [shared] cannot be cut into shards: each round rests on all jobs of the one before".into()));
    }
    let folder = Folder::take(out)?;
    let known = match folder::read_list(folder.root()) {
        Ok(list) => Some(list),
        Err(FolderError::NoBatch(_)) => None,
        // a damaged list is written again from the specification
        Err(FolderError::Damaged { .. }) if resume => None,
        Err(other) => return Err(other.into()),
    };
    if let Some(list) = &known {
        if !resume {
            return Err(Fault::Usage(format!("{} holds a batch already: give --resume to go on, or another --out", out.display())));
        }
        if list.shard != shard {
            let (i, n) = (list.shard.index, list.shard.count);
            return Err(Fault::Usage(format!("{} holds shard {i}/{n}: give --shard {i}/{n}, or another --out", out.display())));
        }
    }
    let (batch, jobs, rounds) = match expanded(spec, &read, &folder, program, shard, observer) {
        Ok(listed) => listed,
        Err(fault) => {
            folder.give_up();
            return Err(fault);
        }
    };
    let left_out = match known.as_ref().filter(|_| rounds.is_none()) {
        Some(known) => left_out(known, &batch, &folder)?,
        None => None,
    };
    folder.write_list(&batch, &read.text).map_err(|e| disk(&e, folder.root()))?;
    Ok(Opened { read, folder, batch, jobs, rounds, known, left_out })
}

/// Finished jobs of a folder that a specification does not ask for.
///
/// # Errors
/// Another specification that asks for none of them: it would put its data set and page in place of theirs.
fn left_out(known: &Batch, batch: &Batch, folder: &Folder) -> Result<Option<String>, Fault> {
    let entries: Vec<&Entry> = known.own().iter().map(|&n| &known.jobs[n]).collect();
    let there = sealed::look_at(folder.root(), &entries, false);
    let asked: BTreeSet<&str> = batch.jobs.iter().map(|e| e.hash.as_str()).collect();
    let finished: Vec<&Entry> = entries.iter().zip(&there).filter(|(_, t)| t.is_final()).map(|(e, _)| *e).collect();
    let dropped = finished.iter().filter(|e| !asked.contains(e.hash.as_str())).count();
    if dropped == 0 {
        return Ok(None);
    }
    if dropped == finished.len() && known.spec_path != batch.spec_path {
        return Err(Fault::Usage(format!(
            "{} holds {dropped} finished jobs of {}, and this specification asks for none of them: give another --out",
            folder.root().display(),
            known.spec_path.display()
        )));
    }
    Ok(Some(format!("{dropped} finished jobs are not asked for any more: their folders stay, data set and page leave them out")))
}

/// A batch with its jobs and rounds.
type Listed = (Batch, Vec<Job>, Option<Rounds>);

/// The batch of a specification, written into its folder, and its jobs.
fn listed(file: &Path, read: &Read, folder: &Folder, program: &Path, shard: Shard, observer: &dyn Observer) -> Result<Listed, Fault> {
    let found = expanded(file, read, folder, program, shard, observer)?;
    folder.write_list(&found.0, &read.text).map_err(|e| disk(&e, folder.root()))?;
    Ok(found)
}

/// The batch of a specification and its jobs.
fn expanded(file: &Path, read: &Read, folder: &Folder, program: &Path, shard: Shard, observer: &dyn Observer) -> Result<Listed, Fault> {
    let file = file.canonicalize().with_context(|| format!("cannot find {}", file.display()))?;
    let places = Places { spec: &file, out: folder.root(), program };
    let Expanded { jobs, program, spec, rounds } = expand(read, places, observer).map_err(Fault::Invalid)?;
    let cases: BTreeMap<String, PathBuf> = jobs.iter().map(|j| (j.entry.case.clone(), j.case.clone())).collect();
    let batch = Batch {
        format: FORMAT,
        name: read.spec.name.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        program,
        spec,
        spec_path: file,
        indicator: read.spec.indicator.clone(),
        lang: read.spec.lang,
        shard,
        jobs: jobs.iter().map(|j| j.entry.clone()).collect(),
        cases,
    };
    Ok((batch, jobs, rounds))
}

/// A failing disk; a full one is said so.
pub(super) fn disk(error: &std::io::Error, root: &Path) -> Fault {
    if error.kind() == ErrorKind::StorageFull || error.to_string().contains("os error 28") {
        return Fault::Failed(anyhow!(
            "the disk of {} is full; finished jobs are kept: make room and run the batch again with --resume",
            root.display()
        ));
    }
    Fault::Failed(anyhow!("{}: {error}; finished jobs are kept: --resume goes on", root.display()))
}

/// Runs the jobs of a batch that `wanted` says, round after round where hospitals are shared, and makes data set and page of all.
fn go(
    read: &Read,
    folder: &Folder,
    (mut batch, mut jobs, mut rounds): Listed,
    machine: &Machine,
    wanted: &dyn Fn(&There) -> bool,
    note: Option<&str>,
    progress: &Progress,
) -> Result<Answer, Fault> {
    let root = folder.root();
    let (room, threads) = room(machine);
    let how = How {
        program: std::env::current_exe().context("where this program is cannot be told")?,
        home: batch.spec_path.parent().map_or_else(PathBuf::new, Path::to_owned),
        lang: read.spec.lang,
        report: read.spec.report,
        time: read.spec.time,
        limit: read.spec.limit,
        threads,
    };
    let (mut now, mut kept, mut damaged) = (0, 0, 0);
    let (mut found, mut gathered): (Vec<There>, Option<Vec<String>>) = (Vec::new(), None);
    let mut said: Vec<String> = note.map(str::to_owned).into_iter().collect();
    let stopped = loop {
        // one pass, or one round: the jobs that joined the list since the last one
        let own = batch.own();
        let entries: Vec<&Entry> = own[found.len()..].iter().map(|&n| &batch.jobs[n]).collect();
        let before = sealed::look_at(root, &entries, true);
        let bad = before.iter().filter(|t| matches!(t, There::Damaged(_))).count();
        said.extend((bad > 0).then(|| format!("{bad} damaged results are done again")));
        let todo: Vec<&Job> = own[found.len()..].iter().zip(&before).filter(|(_, there)| wanted(there)).map(|(&n, _)| &jobs[n]).collect();
        let done = entries.iter().zip(&before).filter(|(_, t)| !wanted(t)).map(|(e, t)| (e.command.as_str(), t));
        let earlier = own.iter().zip(&found).map(|(&n, t)| (batch.jobs[n].command.as_str(), t));
        let known: Vec<(&str, &There)> = done.chain(earlier).collect();
        let bars = Bars::new(progress);
        for text in said.drain(..) {
            bars.said(&crate::batch::Said::Note(&text));
        }
        kept += entries.len() - todo.len();
        damaged += bad;
        if rounds.is_some() {
            let ran = run::all(&todo, &known, root, &how, room, &bars);
            bars.finish();
            now += ran.map_err(|e| disk(&e, root))?;
            found.extend(sealed::look_at(root, &entries, false));
        } else {
            // the list is whole: its data set is filled while jobs run
            let stay: Vec<bool> = before.iter().map(|there| !wanted(there)).collect();
            let ended = Ended::new(&bars);
            let (ran, filled) = std::thread::scope(|scope| {
                let filling = scope.spawn(|| gather(root, &batch, &own, &stay, &ended));
                let running = ended.until_dropped();
                let ran = run::all(&todo, &known, root, &how, room, &ended);
                drop(running);
                (ran, filling.join().unwrap_or_else(|_| Err(std::io::Error::other("the data set could not be read"))))
            });
            bars.finish();
            now += ran.map_err(|e| disk(&e, root))?;
            if let Ok((there, writing)) = filled {
                found = there;
                gathered = Some(writing.finish().map_err(|e| disk(&e, root))?);
            } else {
                // what was in the way may be gone; if it is not, it is told below
                found = sealed::look_at(root, &entries, true);
            }
        }
        let Some(rounds) = rounds.as_mut().filter(|_| !bars.stop_requested()) else { break bars.stop_requested() };
        let (more, words) = next_round(folder, &read.text, (&mut batch, &mut jobs, rounds), &found)?;
        said.extend(words);
        if more == 0 {
            said.iter().for_each(|text| bars.said(&crate::batch::Said::Note(text)));
            break false;
        }
    };
    let own = batch.own();
    let files = gathered.map_or_else(|| data::write(root, &batch, &own, &found), Ok).map_err(|e| disk(&e, root))?;
    let mut answer = page_of(root, &batch, &own, &found, (Show::default(), files), "run")?;
    if let Some(rounds) = &rounds {
        answer.json["shared"] = of_rounds(rounds);
        answer.text.push_str(&said.iter().map(|s| format!("\n{}", visible(s))).collect::<String>());
    }
    answer.json["run_now"] = json!(now);
    answer.json["there"] = json!(kept);
    answer.json["damaged_redone"] = json!(damaged);
    answer.json["stopped"] = json!(stopped);
    answer.json["jobs_at_a_time"] = json!(room.jobs);
    answer.json["memory_limit"] = json!(room.memory);
    let mut head = format!("{} jobs, {now} of them now, {} were there", own.len(), kept);
    if stopped {
        head.push_str("; stopped: --resume goes on");
        // whoever started it (a scheduler, a shell's `&&`) must not take it for done
        answer.exit = Exit::Failure;
        answer.json["ok"] = json!(false);
    }
    answer.text = format!("{head}\n{}", answer.text);
    Ok(answer)
}

/// Reads the round that has ended (`found`: what is there of each job on the list, in its order), writes what rounds came to, and puts the jobs of the
/// next one on the list and behind `jobs`. Returns how many these are, none when rounds are over, and a line a group of what the round came to.
///
/// # Errors
/// When the disk refuses, or the solver of the small LPs fails.
pub fn next_round(
    folder: &Folder,
    spec: &str,
    (batch, jobs, rounds): (&mut Batch, &mut Vec<Job>, &mut Rounds),
    found: &[There],
) -> Result<(usize, Vec<String>), Fault> {
    let root = folder.root();
    let status: BTreeMap<&str, Status> = found.iter().filter_map(There::record).map(|r| (r.hash.as_str(), r.status)).collect();
    let next = rounds.next(root, &|hash| status.get(hash).copied()).map_err(|e| disk(&e, root))?;
    rounds.write(root).map_err(|e| disk(&e, root))?;
    let more = next.jobs.len();
    if more > 0 {
        batch.jobs.extend(next.jobs.iter().map(|j| j.entry.clone()));
        jobs.extend(next.jobs);
        folder.write_list(batch, spec).map_err(|e| disk(&e, root))?;
    }
    Ok((more, next.said))
}

/// What rounds came to, a line a group.
#[must_use]
pub fn of_rounds(rounds: &Rounds) -> serde_json::Value {
    let of = |s: &shared::Summary| {
        let c = &s.certificate;
        json!({ "command": s.command, "scenario": s.scenario, "rounds": s.rounds.len(), "lower": c.lower, "upper": c.upper, "gap": c.gap,
                "best_round": c.best_round, "ended": s.ended })
    };
    rounds.summaries().iter().map(of).collect()
}

fn status(dir: &Path) -> Result<Answer, Fault> {
    let batch = folder::read_list(dir)?;
    let own = batch.own();
    let entries: Vec<&Entry> = own.iter().map(|&n| &batch.jobs[n]).collect();
    let found = sealed::look_at(dir, &entries, true);
    let busy = folder::is_busy(dir);
    let mut answer = counted(dir, &batch, own.len(), &found, "status");
    let seconds: f64 = found.iter().filter_map(There::record).map(|r| r.seconds).sum();
    let peak = found.iter().filter_map(There::record).filter_map(|r| r.peak_memory).max();
    answer.json["running"] = json!(busy);
    answer.json["job_seconds"] = json!(seconds);
    answer.json["largest_peak_memory"] = json!(peak);
    let running = if busy { "running now" } else { "nobody works on it now" };
    answer.text = format!(
        "{} jobs, {running}; {seconds:.1} s of work, largest peak {}\n{}",
        own.len(),
        peak.map_or_else(|| "-".into(), crate::batch::job::mebibytes),
        answer.text
    );
    Ok(answer)
}

fn retry(dir: &Path, machine: &Machine, progress: &Progress) -> Result<Answer, Fault> {
    let list = folder::read_list(dir)?;
    let folder = Folder::take(dir)?;
    let read = spec::read(&list.spec_path, &understands).map_err(Fault::Invalid)?;
    let program = std::env::current_exe().context("where this program is cannot be told")?;
    let (batch, jobs, rounds) = listed(&list.spec_path, &read, &folder, &program, list.shard, progress)?;
    // the list of before may have the jobs of further rounds
    let first = if rounds.is_some() { list.jobs.get(..batch.jobs.len()).unwrap_or_default() } else { &list.jobs[..] };
    let note = (folder::hash_of_list(&batch.jobs) != folder::hash_of_list(first))
        .then(|| "specification, inputs or program have changed since: what changed is run anew".to_owned());
    let wanted = |there: &There| !there.record().is_some_and(|r| r.status.is_answer());
    go(&read, &folder, (batch, jobs, rounds), machine, &wanted, note.as_deref(), progress)
}

fn put_together(shards: &[PathBuf], out: &Path) -> Result<Answer, Fault> {
    let merged = merge(shards, out).map_err(|e| match e {
        MergeError::Folder(e) => e.into(),
        MergeError::Io { path, error } => disk(&error, &path),
        other => Fault::Usage(other.to_string()),
    })?;
    let root = merged.folder.root();
    let own = merged.batch.own();
    let entries: Vec<&Entry> = own.iter().map(|&n| &merged.batch.jobs[n]).collect();
    let found = sealed::look_at(root, &entries, false);
    let mut answer = finish(root, &merged.batch, &own, &found, Show::default(), "merge")?;
    answer.json["taken"] = json!(merged.taken);
    answer.json["damaged_left_out"] = json!(merged.damaged.len());
    let mut head = format!("{} jobs taken over from {} folders", merged.taken, shards.len());
    for (path, why) in &merged.damaged {
        head.push_str(&format!("\n  damaged, left out: {}: {}", path.display(), visible(why)));
    }
    answer.text = format!("{head}\n{}", answer.text);
    Ok(answer)
}

fn report(dir: &Path, indicator: Option<&str>, lang: Option<Lang>) -> Result<Answer, Fault> {
    let batch = folder::read_list(dir)?;
    let folder = Folder::take(dir)?;
    let own = batch.own();
    let entries: Vec<&Entry> = own.iter().map(|&n| &batch.jobs[n]).collect();
    let found = sealed::look_at(folder.root(), &entries, true);
    finish(folder.root(), &batch, &own, &found, Show { indicator, lang: lang.map(Lang::code) }, "report")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_are_understood_or_not() {
        let line = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        assert!(understands(&line(&["referral", "CASE", "--out", "DIR", "--gap", "0.1"])).is_ok());
        assert!(understands(&line(&["referral", "CASE", "--out", "DIR", "--gap", "7"])).is_err());
        assert!(understands(&line(&["beds", "CASE", "--out", "DIR", "--frobnicate"])).is_err_and(|e| e.contains("frobnicate")));
    }
}
