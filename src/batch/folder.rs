//! The folder of a batch: locked while somebody works in it, with its list of jobs.

use super::Entry;
use super::spec::Language;
use crate::io::fingerprint::Fingerprint;
use crate::io::write::{TEMPORARY, write_file};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Version of the files of a batch folder.
pub const FORMAT: u32 = 1;
/// Beginning of the names of scratch folders of running jobs.
pub const SCRATCH: &str = ".run-";

const LIST: &str = "batch.json";
const LOCK: &str = "lock";

/// A shard: jobs whose place in the list sorted by hash leaves this rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Number of the shard, from 0.
    pub index: usize,
    /// Number of shards.
    pub count: usize,
}

impl Shard {
    /// The whole batch.
    pub const WHOLE: Self = Self { index: 0, count: 1 };
}

/// What a batch is, as `batch.json` holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// Version of the folder.
    pub format: u32,
    /// Title.
    pub name: String,
    /// Version of the program.
    pub version: String,
    /// Hash of the program.
    pub program: String,
    /// Hash of the specification.
    pub spec: String,
    /// Where the specification was read from.
    pub spec_path: PathBuf,
    /// Indicator of maps and ranking, where the specification names one.
    pub indicator: Option<String>,
    /// Language of the page, that of the plans' reports.
    #[serde(default = "english")]
    pub lang: Language,
    /// The shard that this folder is; a merged folder is whole.
    pub shard: Shard,
    /// All jobs of the specification in its order, those of other shards among them.
    pub jobs: Vec<Entry>,
    /// Case folders by name, for maps.
    pub cases: std::collections::BTreeMap<String, PathBuf>,
}

/// What batches of before spoke.
const fn english() -> Language {
    Language::En
}

impl Batch {
    /// Positions in the list of the jobs of the shard, in the order of the list.
    #[must_use]
    pub fn own(&self) -> Vec<usize> {
        let mut sorted: Vec<usize> = (0..self.jobs.len()).collect();
        sorted.sort_by(|a, b| self.jobs[*a].hash.cmp(&self.jobs[*b].hash));
        let mut own: Vec<usize> =
            sorted.into_iter().enumerate().filter(|(n, _)| n % self.shard.count == self.shard.index).map(|(_, job)| job).collect();
        own.sort_unstable();
        own
    }
}

/// Why a folder cannot be worked in.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Somebody else's things are in it.
    #[error("{0}: the folder holds something that fenji batch did not write; give an absent or empty folder (nothing was written)")]
    Foreign(PathBuf),
    /// There is no batch in it.
    #[error("{0} is no folder of a batch: there is no batch.json")]
    NoBatch(PathBuf),
    /// Another process works in it.
    #[error("{0} is locked: another fenji batch works in this folder; wait for its end, or give another folder")]
    Locked(PathBuf),
    /// Its list cannot be read.
    #[error("{path}: the list of jobs is damaged ({reason}); run the batch again with --resume, finished jobs are kept")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The system.
    #[error("{path}: {error}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What it says.
        error: io::Error,
    },
}

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> FolderError + '_ {
    move |error| FolderError::Io { path: path.to_owned(), error }
}

/// A folder that nobody else works in as long as this lives; a process that dies lets go of it.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    _lock: File,
    /// It was not there before.
    made: bool,
}

impl Folder {
    /// Takes a folder, made if it is absent.
    ///
    /// # Errors
    /// Foreign, locked, or not to be written.
    pub fn take(root: &Path) -> Result<Self, FolderError> {
        let listed = match fs::read_dir(root) {
            Ok(read) => read.filter_map(Result::ok).map(|e| e.file_name().to_string_lossy().into_owned()).collect::<Vec<_>>(),
            Err(e) if e.kind() == ErrorKind::NotFound => Vec::new(),
            Err(e) if e.kind() == ErrorKind::NotADirectory => return Err(FolderError::Foreign(root.to_owned())),
            Err(error) => return Err(FolderError::Io { path: root.to_owned(), error }),
        };
        // A batch that was killed before its list was written has left its lock, inputs and temporary files at most.
        let own = |n: &String| n == LOCK || ["cases", "scenarios", "jobs", "spec.toml"].contains(&n.as_str()) || n.starts_with(TEMPORARY);
        let has = |name: &str| listed.iter().any(|n| n == name);
        if !(has(LIST) || has(LOCK) || listed.is_empty()) {
            return Err(FolderError::Foreign(root.to_owned()));
        }
        if !has(LIST) && !listed.iter().all(own) {
            return Err(FolderError::Foreign(root.to_owned()));
        }
        let made = !root.exists();
        fs::create_dir_all(root).map_err(io_at(root))?;
        let path = root.join(LOCK);
        let lock = File::options().create(true).append(true).open(&path).map_err(io_at(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(FolderError::Locked(root.to_owned())),
            Err(TryLockError::Error(error)) => return Err(FolderError::Io { path, error }),
        }
        let root = root.canonicalize().map_err(io_at(root))?;
        let folder = Self { root, _lock: lock, made };
        folder.sweep().map_err(io_at(&folder.root))?;
        Ok(folder)
    }

    /// Where it is, from the root.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Leaves nothing behind where a batch did not come about: a folder that holds no list yet loses what was prepared in it and was not used.
    pub fn give_up(self) {
        if self.root.join(LIST).exists() {
            return;
        }
        // only what is empty goes; where anything stays, so does the lock that says whose it is
        for prepared in ["jobs", "cases", "scenarios"] {
            let _ = fs::remove_dir(self.root.join(prepared));
        }
        let alone = fs::read_dir(&self.root).is_ok_and(|mut left| left.all(|e| e.is_ok_and(|e| e.file_name() == LOCK)));
        if alone {
            let _ = fs::remove_file(self.root.join(LOCK));
            if self.made {
                let _ = fs::remove_dir(&self.root);
            }
        }
    }

    /// Takes away what a killed batch left half-way: scratch folders of jobs, files that were being written. Nobody else works here.
    ///
    /// # Errors
    /// When something cannot be taken away.
    pub fn sweep(&self) -> io::Result<()> {
        let jobs = self.root.join("jobs");
        fs::create_dir_all(&jobs)?;
        remove_named(&jobs, SCRATCH)?;
        let mut folders = vec![self.root.clone(), self.root.join("data"), self.root.join("scenarios")];
        if let Ok(cases) = fs::read_dir(self.root.join("cases")) {
            folders.extend(cases.filter_map(Result::ok).map(|e| e.path()).filter(|p| p.is_dir()));
        }
        folders.iter().filter(|f| f.is_dir()).try_for_each(|f| remove_named(f, TEMPORARY))
    }

    /// Writes the list of jobs and a copy of the specification.
    ///
    /// # Errors
    /// What the system says.
    pub fn write_list(&self, batch: &Batch, spec: &str) -> io::Result<()> {
        let mut bytes = serde_json::to_vec_pretty(batch).map_err(io::Error::other)?;
        bytes.push(b'\n');
        write_file(&self.root.join("spec.toml"), spec.as_bytes())?;
        write_file(&self.root.join(LIST), &bytes)
    }
}

/// Removes what stands directly in a folder under a name that begins like this.
fn remove_named(folder: &Path, prefix: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder)?.filter_map(Result::ok).filter(|e| e.file_name().to_string_lossy().starts_with(prefix)) {
        let path = entry.path();
        if path.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
    }
    Ok(())
}

/// Whether somebody works in a folder now.
#[must_use]
pub fn is_busy(root: &Path) -> bool {
    File::options().append(true).open(root.join(LOCK)).is_ok_and(|f| matches!(f.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Reads the list of a batch.
///
/// # Errors
/// No batch, or a damaged list.
pub fn read_list(root: &Path) -> Result<Batch, FolderError> {
    let path = root.join(LIST);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Err(FolderError::NoBatch(root.to_owned())),
        Err(error) => return Err(FolderError::Io { path, error }),
    };
    let batch: Batch = serde_json::from_slice(&bytes).map_err(|e| FolderError::Damaged { path: path.clone(), reason: e.to_string() })?;
    if batch.format != FORMAT {
        return Err(FolderError::Damaged { path, reason: format!("format {}, this program reads {FORMAT}", batch.format) });
    }
    let shard = batch.shard;
    if shard.count == 0 || shard.index >= shard.count {
        return Err(FolderError::Damaged { path, reason: format!("shard {} of {}", shard.index, shard.count) });
    }
    Ok(batch)
}

/// Hash of the jobs of a batch in their order.
#[must_use]
pub fn hash_of_list(jobs: &[Entry]) -> String {
    jobs.iter().fold(Fingerprint::new(), |f, e| f.add(e.hash.as_bytes())).text()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_taken_once_and_never_from_somebody_else() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("a/out");
        let first = Folder::take(&out).unwrap();
        assert!(matches!(Folder::take(&out), Err(FolderError::Locked(_))) && is_busy(&out));
        drop(first);
        assert!(!is_busy(&out) && Folder::take(&out).is_ok());
        // a batch that does not come about leaves nothing, and what is there stays
        let (fresh, mine_too) = (dir.path().join("fresh"), dir.path().join("mine-too"));
        fs::create_dir(&mine_too).unwrap();
        [&fresh, &mine_too].into_iter().for_each(|f| Folder::take(f).unwrap().give_up());
        assert!(!fresh.exists() && fs::read_dir(&mine_too).unwrap().next().is_none());
        let used = Folder::take(&fresh).unwrap();
        fs::create_dir_all(fresh.join("cases/a")).unwrap();
        used.give_up();
        assert!(fresh.join("cases/a").exists() && Folder::take(&fresh).is_ok(), "a folder with inputs is still known");
        let mine = dir.path().join("mine");
        fs::create_dir(&mine).unwrap();
        fs::write(mine.join("thesis.docx"), "x").unwrap();
        assert!(matches!(Folder::take(&mine), Err(FolderError::Foreign(_))));
        assert!(matches!(read_list(&mine), Err(FolderError::NoBatch(_))));
    }

    #[test]
    fn shards_share_out_all_jobs() {
        let jobs: Vec<Entry> = (0..10)
            .map(|n| Entry {
                hash: format!("{:02}", (n * 7) % 10),
                case: "c".into(),
                parent: "c".into(),
                group: None,
                scenario: "s".into(),
                command: "referral".into(),
                arguments: Vec::new(),
                parameters: std::collections::BTreeMap::new(),
            })
            .collect();
        let batch = |index, count| Batch {
            format: FORMAT,
            name: String::new(),
            version: String::new(),
            program: String::new(),
            spec: String::new(),
            spec_path: PathBuf::new(),
            indicator: None,
            lang: Language::En,
            shard: Shard { index, count },
            jobs: jobs.clone(),
            cases: std::collections::BTreeMap::new(),
        };
        let mut all: Vec<usize> = (0..3).flat_map(|i| batch(i, 3).own()).collect();
        all.sort_unstable();
        assert_eq!(all, (0..10).collect::<Vec<_>>());
        assert_eq!(batch(0, 1).own(), all);
    }
}
