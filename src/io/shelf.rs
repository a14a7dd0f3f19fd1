//! Files in memory that have a path.
//!
//! What a program holds itself (a case made of data frames, a scenario it composed, a plan it was handed) is read like files of a disk: by the
//! same readers, with the same checks and codes. Results can be put there as well. The Python package works this way; the command line never does.
//!
//! A [`Shelf`] has the path `memory:N`, its files lie below; all of it stands until the shelf is dropped. A case that was read once can be
//! [put](Shelf::put_case) there whole: reading the path then hands out that case, without walking through its tables again.

use super::case_folder::CaseRead;
use super::write::NamedBytes;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Beginning of the path of a shelf.
const PREFIX: &str = "memory:";

/// All shelves that stand.
static SHELVES: RwLock<BTreeMap<u64, Content>> = RwLock::new(BTreeMap::new());
static NEXT: AtomicU64 = AtomicU64::new(1);

#[derive(Debug, Default)]
struct Content {
    files: BTreeMap<String, Bytes>,
    case: Option<Arc<CaseRead>>,
}

/// Bytes that many may hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bytes(Arc<Vec<u8>>);

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// A set of files in memory.
#[derive(Debug)]
pub struct Shelf(u64);

impl Shelf {
    /// An empty shelf.
    #[must_use]
    pub fn new() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        write().insert(number, Content::default());
        Self(number)
    }

    /// The path that readers and writers take for this shelf.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        PathBuf::from(format!("{PREFIX}{}", self.0))
    }

    /// Puts a file there; an older one of the name goes. Subfolders are written with `/`.
    pub fn put(&self, name: &str, bytes: Vec<u8>) {
        if let Some(content) = write().get_mut(&self.0) {
            content.files.insert(name.to_owned(), Bytes(Arc::new(bytes)));
        }
    }

    /// Puts a case there that was read already.
    pub fn put_case(&self, read: CaseRead) {
        if let Some(content) = write().get_mut(&self.0) {
            content.case = Some(Arc::new(read));
        }
    }

    /// A file.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<Bytes> {
        read().get(&self.0)?.files.get(name).cloned()
    }

    /// Takes a file away.
    pub fn remove(&self, name: &str) -> Option<Bytes> {
        write().get_mut(&self.0)?.files.remove(name)
    }

    /// Names of its files, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        read().get(&self.0).map(|c| c.files.keys().cloned().collect()).unwrap_or_default()
    }

    /// The case that was put there.
    #[must_use]
    pub fn case(&self) -> Option<Arc<CaseRead>> {
        read().get(&self.0)?.case.clone()
    }
}

impl Default for Shelf {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        // taken out under the lock, freed after it: a case may be large
        let gone = write().remove(&self.0);
        drop(gone);
    }
}

/// Whether a path is that of a standing shelf, or lies below one.
#[must_use]
pub fn holds(path: &Path) -> bool {
    split(path).is_some_and(|(number, _)| read().contains_key(&number))
}

/// Whether a path is that of a file, on a shelf or on the disk.
#[must_use]
pub fn is_file(path: &Path) -> bool {
    if holds(path) { bytes(path).is_some() } else { path.is_file() }
}

/// The bytes of a file on a shelf.
pub(super) fn bytes(path: &Path) -> Option<Bytes> {
    let (number, name) = split(path)?;
    read().get(&number)?.files.get(&name).cloned()
}

/// The case on the shelf of this path.
pub(super) fn case(path: &Path) -> Option<Arc<CaseRead>> {
    let (number, name) = split(path)?;
    if name.is_empty() { read().get(&number)?.case.clone() } else { None }
}

/// Makes what lies below a path exactly these files, when the path is on a shelf; false when it is not.
pub(super) fn replace(path: &Path, files: &[NamedBytes]) -> bool {
    let Some((number, inside)) = split(path) else { return false };
    let mut all = write();
    let Some(content) = all.get_mut(&number) else { return false };
    let below = if inside.is_empty() { String::new() } else { format!("{inside}/") };
    content.files.retain(|name, _| !name.starts_with(&below));
    content.files.extend(files.iter().map(|(name, bytes)| (format!("{below}{name}"), Bytes(Arc::new(bytes.clone())))));
    true
}

/// Writes one file, when the path is on a shelf; false when it is not.
pub(super) fn replace_file(path: &Path, bytes: &[u8]) -> bool {
    let Some((number, name)) = split(path) else { return false };
    let mut all = write();
    let Some(content) = all.get_mut(&number) else { return false };
    content.files.insert(name, Bytes(Arc::new(bytes.to_vec())));
    true
}

/// Number of a shelf and name of a file there.
fn split(path: &Path) -> Option<(u64, String)> {
    let mut parts = path.components();
    let Component::Normal(first) = parts.next()? else { return None };
    let number = first.to_str()?.strip_prefix(PREFIX)?.parse().ok()?;
    let names: Vec<String> = parts.map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
    Some((number, names.join("/")))
}

fn read() -> RwLockReadGuard<'static, BTreeMap<u64, Content>> {
    SHELVES.read().unwrap_or_else(PoisonError::into_inner)
}

fn write() -> RwLockWriteGuard<'static, BTreeMap<u64, Content>> {
    SHELVES.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail
mod tests {
    use super::*;
    use crate::io::{case_folder, folder_out, write as disk};
    use crate::synth::{SynthParams, generate};

    #[test]
    fn files_have_paths_until_the_shelf_is_dropped() {
        let shelf = Shelf::new();
        shelf.put("a/b.csv", b"x".to_vec());
        let path = shelf.path().join("a/b.csv");
        assert_eq!(bytes(&path).unwrap().as_ref(), b"x");
        assert!(holds(&path) && holds(&shelf.path()) && is_file(&path) && !is_file(&shelf.path().join("a")));
        assert!(!holds(Path::new("memory:x")) && !holds(Path::new("/memory:1")) && !holds(Path::new("memory:0")));
        drop(shelf);
        assert!(!holds(&path) && bytes(&path).is_none());
    }

    #[test]
    fn writers_of_folders_and_files_write_there() {
        let shelf = Shelf::new();
        shelf.put("out/old", Vec::new());
        shelf.put("keep", Vec::new());
        disk::replace_folder(&shelf.path().join("out"), &[("plan.json".into(), b"{}".to_vec())]).unwrap();
        disk::write_file(&shelf.path().join("one"), b"1").unwrap();
        assert_eq!(shelf.names(), ["keep", "one", "out/plan.json"]);
    }

    #[test]
    fn a_case_reads_the_same_from_a_disk_and_from_memory() {
        let case = generate(&SynthParams { seed: 3, settlements: 60, towns: 12, ..SynthParams::default() }).unwrap();
        let files = folder_out::case_files(&case, &folder_out::Extras::default()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        disk::replace_folder(&dir.path().join("case"), &files).unwrap();
        let shelf = Shelf::new();
        for (name, bytes) in &files {
            shelf.put(name, bytes.clone());
        }
        let (disk, memory) = (case_folder::read_case(&dir.path().join("case")).unwrap(), case_folder::read_case(&shelf.path()).unwrap());
        assert_eq!(disk.case.network, memory.case.network);
        shelf.put_case(memory);
        shelf.remove("areas.csv");
        assert_eq!(case_folder::read_case(&shelf.path()).unwrap().case.network, disk.case.network);
    }

    #[test]
    fn what_is_wrong_has_the_same_codes_and_lines() {
        let case = generate(&SynthParams { seed: 3, settlements: 60, towns: 12, ..SynthParams::default() }).unwrap();
        let mut files = folder_out::case_files(&case, &folder_out::Extras::default()).unwrap();
        files.retain(|(name, _)| name != "townships.csv");
        for (name, bytes) in &mut files {
            if name == "areas.csv" {
                let text = String::from_utf8(bytes.clone()).unwrap();
                *bytes = text.replacen(",0,", ",7,", 1).into_bytes();
            }
        }
        let dir = tempfile::tempdir().unwrap();
        disk::replace_folder(&dir.path().join("case"), &files).unwrap();
        let shelf = Shelf::new();
        disk::replace_folder(&shelf.path(), &files).unwrap();
        let (disk, memory) =
            (case_folder::read_case(&dir.path().join("case")).unwrap_err(), case_folder::read_case(&shelf.path()).unwrap_err());
        assert!(disk.len() >= 2);
        assert_eq!(disk, memory);
    }
}
