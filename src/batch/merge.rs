//! Shards put together: folders of one specification, worked on by one version of the program, become the folder of the whole batch.

use super::folder::{Batch, Folder, FolderError, SCRATCH, Shard, hash_of_list, is_busy, read_list};
use super::maps::Places;
use super::sealed::{There, look, put};
use crate::io::write::write_file;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Why shards cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// They are of different batches.
    #[error("{first} and {other} are not shards of one batch: {what} differs; nothing was merged")]
    Different {
        /// The folder that the others are held against.
        first: PathBuf,
        /// The one that differs.
        other: PathBuf,
        /// What differs.
        what: &'static str,
    },
    /// The goal is one of them.
    #[error("{0} is both a shard and the folder to merge into; give another --out")]
    Itself(PathBuf),
    /// The system.
    #[error("{path}: {error}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What it says.
        error: io::Error,
    },
}

/// What a merge came to.
#[derive(Debug)]
pub struct Merged {
    /// The whole batch.
    pub batch: Batch,
    /// The folder, still locked.
    pub folder: Folder,
    /// Jobs taken over.
    pub taken: usize,
    /// Damaged results that were left out: folder and why.
    pub damaged: Vec<(PathBuf, String)>,
}

/// Copies the results of shards into `out`; what is there already stays. Results are checked against their checksums on the way.
///
/// # Errors
/// Folders of different specifications, versions or programs; a shard that is being worked on; a failing disk.
pub fn merge(shards: &[PathBuf], out: &Path) -> Result<Merged, MergeError> {
    let mut lists: Vec<(&PathBuf, Batch)> = Vec::new();
    for shard in shards {
        if is_busy(shard) {
            return Err(FolderError::Locked(shard.clone()).into());
        }
        if out.exists() && shard.canonicalize().ok() == out.canonicalize().ok() {
            return Err(MergeError::Itself(shard.clone()));
        }
        lists.push((shard, read_list(shard)?));
    }
    let Some((first, whole)) = lists.first().cloned() else {
        return Err(FolderError::NoBatch(out.to_owned()).into());
    };
    let there = if out.join("batch.json").is_file() { Some(read_list(out)?) } else { None };
    let goal = out.to_owned();
    for (path, list) in lists.iter().map(|(p, l)| (*p, l)).chain(there.iter().map(|l| (&goal, l))) {
        let differs = |what| Err(MergeError::Different { first: first.clone(), other: path.clone(), what });
        if list.spec != whole.spec {
            return differs("the specification");
        }
        if list.version != whole.version {
            return differs("the version of the program");
        }
        if list.program != whole.program {
            return differs("the program (another build)");
        }
        if hash_of_list(&list.jobs) != hash_of_list(&whole.jobs) {
            return differs("the list of jobs (a case or scenario has changed)");
        }
    }
    let folder = Folder::take(out)?;
    let root = folder.root().to_owned();
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| MergeError::Io { path, error }
    };
    let mut batch = Batch { shard: Shard::WHOLE, ..whole };
    let jobs = root.join("jobs");
    let (mut taken, mut damaged) = (0, Vec::new());
    let mut places: BTreeMap<String, Places> = BTreeMap::new();
    for path in lists.iter().map(|(p, _)| p.as_path()).chain([root.as_path()]) {
        let found: Option<BTreeMap<String, Places>> = fs::read(path.join("places.json")).ok().and_then(|b| serde_json::from_slice(&b).ok());
        places.extend(found.unwrap_or_default());
    }
    for (_, list) in &lists {
        for (name, case) in &list.cases {
            batch.cases.entry(name.clone()).or_insert_with(|| case.clone());
        }
    }
    for entry in &batch.jobs {
        if look(&jobs, &entry.hash, true).is_final() {
            continue;
        }
        for (path, _) in &lists {
            match look(&path.join("jobs"), &entry.hash, true) {
                There::Nothing => {}
                There::Damaged(why) => damaged.push((path.join("jobs").join(&entry.hash), why)),
                There::Whole(_) => {
                    copy(&path.join("jobs").join(&entry.hash), &jobs, &entry.hash).map_err(at(&jobs))?;
                    taken += 1;
                    break;
                }
            }
        }
    }
    let spec = fs::read_to_string(first.join("spec.toml")).map_err(at(&first.join("spec.toml")))?;
    folder.write_list(&batch, &spec).map_err(at(&root))?;
    let bytes = serde_json::to_vec(&places).map_err(io::Error::other).map_err(at(&root))?;
    write_file(&root.join("places.json"), &bytes).map_err(at(&root))?;
    Ok(Merged { batch, folder, taken, damaged })
}

/// Copies the folder of a job; it appears whole or not at all.
fn copy(from: &Path, jobs: &Path, hash: &str) -> io::Result<()> {
    let stage = tempfile::Builder::new().prefix(SCRATCH).tempdir_in(jobs)?;
    let made = stage.path().join("job");
    copy_tree(from, &made)?;
    put(&made, jobs, hash)
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
            File::open(&target)?.sync_all()?;
        }
    }
    Ok(())
}
