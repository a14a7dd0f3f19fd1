//! Results of jobs, sealed: every file has its checksum in the record, and is held against it when it is read back.

use super::{Entry, Record, Status};
use crate::io::fingerprint::of_bytes;
use crate::io::write::write_file;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// A file of a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    path: String,
    bytes: u64,
    hash: String,
}

/// `record.json`: what a job came to and what it left, sealed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seal {
    record: Record,
    files: Vec<Sealed>,
    seal: String,
}

impl Seal {
    fn hash(record: &Record, files: &[Sealed]) -> io::Result<String> {
        Ok(of_bytes(&serde_json::to_vec(&(record, files)).map_err(io::Error::other)?))
    }
}

/// Writes the record of a job into its folder, which holds everything else already; all of it is on the disk when this returns. What is below
/// `result/` was synced file by file by the command that wrote it ([`crate::io::write`]).
///
/// # Errors
/// What the system says.
pub fn seal(folder: &Path, record: &Record) -> io::Result<()> {
    let mut files = Vec::new();
    for path in tree(folder)? {
        let bytes = fs::read(folder.join(&path))?;
        if !path.starts_with("result/") {
            File::open(folder.join(&path))?.sync_all()?;
        }
        files.push(Sealed { path, bytes: bytes.len() as u64, hash: of_bytes(&bytes) });
    }
    let seal = Seal { seal: Seal::hash(record, &files)?, record: record.clone(), files };
    let mut bytes = serde_json::to_vec_pretty(&seal).map_err(io::Error::other)?;
    bytes.push(b'\n');
    write_file(&folder.join("record.json"), &bytes)
}

/// Seals the folder of a job and puts it in place under its hash by one rename; what was there before is replaced. Returns the record as
/// written, with the page or plan to open.
///
/// # Errors
/// What the system says; nothing is then changed.
pub fn place(made: &Path, jobs: &Path, record: Record) -> io::Result<Record> {
    let opens = ["result/report.html", "result/plan.json"].into_iter().find(|p| made.join(p).is_file());
    let record = Record { opens: opens.map(str::to_owned), ..record };
    seal(made, &record)?;
    put(made, jobs, &record.hash)?;
    Ok(record)
}

/// Puts a folder in place by one rename; what was there before is replaced.
///
/// # Errors
/// What the system says.
pub fn put(made: &Path, jobs: &Path, hash: &str) -> io::Result<()> {
    let goal = jobs.join(hash);
    if goal.exists() {
        fs::remove_dir_all(&goal)?;
    }
    fs::rename(made, &goal)?;
    // the name is on the disk, too
    File::open(jobs)?.sync_all()
}

/// All files below a folder, relative, sorted.
fn tree(root: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec![String::new()];
    while let Some(inside) = open.pop() {
        for entry in fs::read_dir(root.join(&inside))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if inside.is_empty() { name } else { format!("{inside}/{name}") };
            if entry.file_type()?.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// What is there of a job.
#[derive(Debug, Clone, PartialEq)]
pub enum There {
    /// Nothing.
    Nothing,
    /// A result that cannot be trusted, and why.
    Damaged(String),
    /// A whole result.
    Whole(Record),
}

impl There {
    /// The record of a whole result.
    #[must_use]
    pub const fn record(&self) -> Option<&Record> {
        if let Self::Whole(record) = self { Some(record) } else { None }
    }

    /// Whether a batch that goes on leaves the job as it is.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.record().is_some_and(|r| r.status.is_final())
    }
}

/// Reads the result of a job back; with `thorough`, every file of it is held against its checksum.
#[must_use]
pub fn look(jobs: &Path, hash: &str, thorough: bool) -> There {
    let folder = jobs.join(hash);
    if !folder.exists() {
        return There::Nothing;
    }
    let read = || -> Result<Record, String> {
        let bytes = fs::read(folder.join("record.json")).map_err(|e| format!("record.json: {e}"))?;
        let seal: Seal = serde_json::from_slice(&bytes).map_err(|e| format!("record.json: {e}"))?;
        if Seal::hash(&seal.record, &seal.files).map_err(|e| e.to_string())? != seal.seal {
            return Err("record.json does not match its checksum".into());
        }
        if seal.record.hash != hash {
            return Err("record.json is of another job".into());
        }
        for file in seal.files.iter().filter(|_| thorough) {
            let bytes = fs::read(folder.join(&file.path)).map_err(|e| format!("{}: {e}", file.path))?;
            if bytes.len() as u64 != file.bytes || of_bytes(&bytes) != file.hash {
                return Err(format!("{} does not match its checksum", file.path));
            }
        }
        Ok(seal.record)
    };
    read().map_or_else(There::Damaged, There::Whole)
}

/// Looks at many jobs, in parallel, in their order.
#[must_use]
pub fn look_at(root: &Path, entries: &[&Entry], thorough: bool) -> Vec<There> {
    let jobs = root.join("jobs");
    entries.par_iter().map(|e| look(&jobs, &e.hash, thorough)).collect()
}

/// How many jobs there are of each status, and how many have no (trustworthy) result.
#[must_use]
pub fn count(found: &[There]) -> (Vec<(Status, usize)>, usize, usize) {
    let of = |s: Status| found.iter().filter(|t| t.record().is_some_and(|r| r.status == s)).count();
    let damaged = found.iter().filter(|t| matches!(t, There::Damaged(_))).count();
    let missing = found.iter().filter(|t| matches!(t, There::Nothing)).count();
    (Status::ALL.into_iter().map(|s| (s, of(s))).collect(), missing, damaged)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    pub fn record(hash: &str, status: Status) -> Record {
        Record {
            hash: hash.into(),
            status,
            termination: None,
            exit: Some(0),
            objective: Some(0.1 + 0.2),
            bound: Some(1e-300),
            gap: None,
            opens: None,
            message: String::new(),
            seconds: 1.25,
            cpu: Some(1.0),
            peak_memory: Some(1),
        }
    }

    #[test]
    fn damage_of_any_byte_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let job = dir.path().join("abc");
        fs::create_dir_all(job.join("result/tables")).unwrap();
        fs::write(job.join("result/plan.json"), "{}").unwrap();
        fs::write(job.join("result/tables/a.csv"), "id\n1\n").unwrap();
        assert!(matches!(look(dir.path(), "abc", true), There::Damaged(_)), "no record yet");
        seal(&job, &record("abc", Status::Done)).unwrap();
        assert_eq!(look(dir.path(), "abc", true), There::Whole(record("abc", Status::Done)));
        assert_eq!(look(dir.path(), "other", true), There::Nothing);
        for file in ["result/plan.json", "result/tables/a.csv", "record.json"] {
            let old = fs::read(job.join(file)).unwrap();
            for n in 0..old.len() {
                let mut bad = old.clone();
                bad[n] = bad[n].wrapping_add(1);
                fs::write(job.join(file), &bad).unwrap();
                let found = look(dir.path(), "abc", true);
                // white space of the record carries nothing, nor does a digit beyond the precision of a number: the record is the same
                let harmless = file == "record.json" && found == There::Whole(record("abc", Status::Done));
                assert!(harmless || matches!(found, There::Damaged(_)), "{file} byte {n}: {found:?}");
            }
            fs::write(job.join(file), &old[..old.len() - 1]).unwrap();
            assert!(file == "record.json" || matches!(look(dir.path(), "abc", true), There::Damaged(_)), "{file} cut short");
            fs::write(job.join(file), &old).unwrap();
        }
        fs::remove_file(job.join("result/plan.json")).unwrap();
        assert!(matches!(look(dir.path(), "abc", true), There::Damaged(_)));
        assert!(matches!(look(dir.path(), "abc", false), There::Whole(_)), "a quick look does not read the files");
    }
}
