//! Writing that leaves all of a set of files, or nothing.
//!
//! Everything is written and synced under a temporary name beside its goal first, which is where a full disk shows; only then it is moved. A folder
//! that is there stays the same folder (it may be the current one, or a mount), its old entries are moved aside and come back if anything fails.

use super::shelf;
use std::fs::{self, File};
use std::io::{self, Error, ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

/// A file to be written: its name inside the folder, with subfolders, and its content.
pub type NamedBytes = (String, Vec<u8>);

/// Writes one file whole or not at all; an existing one is replaced.
///
/// # Errors
/// What the system says; the old file is then as it was.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if shelf::replace_file(path, bytes) {
        return Ok(());
    }
    let parent = parent_of(path);
    let mut temporary = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(&parent).map_err(|e| with_path(&e, &parent))?;
    temporary.write_all(bytes).and_then(|()| temporary.as_file().sync_all()).map_err(|e| with_path(&e, path))?;
    open_to_all(temporary.path())?;
    temporary.persist(path).map_err(|e| with_path(&e.error, path))?;
    Ok(())
}

/// Temporary files and folders are made private; what is handed over gets the rights any new file would get.
#[cfg(unix)]
fn open_to_all(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = if path.is_dir() { 0o755 } else { 0o644 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Writes a folder that holds exactly these files. An absent or empty folder is filled; one that is not empty is replaced only when `may_replace` says so of it.
///
/// # Errors
/// `AlreadyExists` when the folder may not be replaced; else what the system says. The old folder is then as it was.
pub fn write_folder(folder: &Path, files: &[NamedBytes], may_replace: impl Fn(&Path) -> bool) -> io::Result<()> {
    let full = folder.is_dir() && !entries(folder).map_err(|e| with_path(&e, folder))?.is_empty();
    if full && !may_replace(folder) {
        return Err(Error::new(ErrorKind::AlreadyExists, format!("{} is not empty", folder.display())));
    }
    replace_folder(folder, files)
}

/// Beginning of the names of temporary folders; one that a killed run left behind counts as ours.
pub const TEMPORARY: &str = ".fenji-";

/// Makes `folder` hold exactly `files`. The caller has made sure that what is in it may go.
///
/// # Errors
/// What the system says; the folder is then as it was.
pub fn replace_folder(folder: &Path, files: &[NamedBytes]) -> io::Result<()> {
    if shelf::replace(folder, files) {
        return Ok(());
    }
    let exists = folder.is_dir();
    let beside = if exists { folder.to_owned() } else { parent_of(folder) };
    let made = make_folders(&beside)?;
    let result = stage_and_move(folder, exists, &beside, files);
    if result.is_err() {
        for dir in made {
            // Not empty means that somebody else has begun to use it.
            let _ = fs::remove_dir(dir);
        }
    }
    result
}

fn stage_and_move(folder: &Path, exists: bool, beside: &Path, files: &[NamedBytes]) -> io::Result<()> {
    let stage = tempfile::Builder::new().prefix(TEMPORARY).tempdir_in(beside).map_err(|e| with_path(&e, beside))?;
    let (new, old) = (stage.path().join("new"), stage.path().join("old"));
    fs::create_dir(&new)?;
    fs::create_dir(&old)?;
    for (name, bytes) in files {
        fill(&new, name, bytes).map_err(|e| with_path(&e, Path::new(name)))?;
    }
    if !exists {
        return fs::rename(&new, folder).map_err(|e| with_path(&e, folder));
    }
    let mut moved: Vec<(PathBuf, PathBuf)> = Vec::new();
    let mut step = |from: PathBuf, to: PathBuf| -> io::Result<()> {
        fs::rename(&from, &to).map_err(|e| with_path(&e, &from))?;
        moved.push((from, to));
        Ok(())
    };
    let mut swap = || -> io::Result<()> {
        for name in entries(folder)? {
            // by name: the folder may be given relative to where we are, the stage is absolute
            if stage.path().file_name() != Some(name.as_os_str()) {
                step(folder.join(&name), old.join(&name))?;
            }
        }
        for name in entries(&new)? {
            step(new.join(&name), folder.join(&name))?;
        }
        Ok(())
    };
    let result = swap();
    if result.is_err() {
        for (from, to) in moved.into_iter().rev() {
            // What cannot be moved back stays in the temporary folder, which is then kept.
            if fs::rename(&to, &from).is_err() {
                let _ = stage.keep();
                break;
            }
        }
    }
    result
}

/// Writes one file below `root`, making its folders. A name may not lead outside.
fn fill(root: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let relative = Path::new(name);
    if name.is_empty() || !relative.components().all(|c| matches!(c, Component::Normal(_))) {
        return Err(Error::new(ErrorKind::InvalidInput, "leads outside of its folder"));
    }
    let path = root.join(relative);
    fs::create_dir_all(path.parent().unwrap_or(root))?;
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Names in a folder, sorted.
fn entries(folder: &Path) -> io::Result<Vec<std::ffi::OsString>> {
    let mut names = fs::read_dir(folder)?.map(|e| e.map(|e| e.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// Makes a folder and its parents; returns those that were made, the deepest first.
fn make_folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let missing: Vec<PathBuf> = folder.ancestors().take_while(|a| !a.as_os_str().is_empty() && !a.exists()).map(Path::to_owned).collect();
    fs::create_dir_all(folder).map_err(|e| with_path(&e, folder))?;
    Ok(missing)
}

fn parent_of(path: &Path) -> PathBuf {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new(".")).to_owned()
}

fn with_path(error: &Error, path: &Path) -> Error {
    Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Vec<NamedBytes> {
        names.iter().map(|n| ((*n).to_owned(), n.as_bytes().to_vec())).collect()
    }

    /// All files below a folder, relative, sorted.
    fn tree(folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        let mut open = vec![folder.to_owned()];
        while let Some(dir) = open.pop() {
            for entry in fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { open.push(path) } else { found.push(path.strip_prefix(folder).unwrap().display().to_string()) }
            }
        }
        found.sort();
        found
    }

    #[test]
    fn an_absent_folder_appears_with_its_parents_and_is_replaced_as_a_whole() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("a/b/out");
        replace_folder(&out, &files(&["plan.json", "tables/x.csv"])).unwrap();
        assert_eq!(tree(&out), ["plan.json", "tables/x.csv"]);
        replace_folder(&out, &files(&["plan.json", "pictures/y.svg"])).unwrap();
        assert_eq!(tree(dir.path()), ["a/b/out/pictures/y.svg", "a/b/out/plan.json"], "no old and no temporary file is left");
        assert_eq!(fs::read_to_string(out.join("pictures/y.svg")).unwrap(), "pictures/y.svg");
    }

    #[test]
    fn a_failure_leaves_everything_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("new/out");
        for bad in ["../escape", "/etc/x", "", "a/../../b"] {
            assert!(replace_folder(&out, &files(&["plan.json", bad])).is_err(), "{bad}");
        }
        // A name that is a file and a folder at once fails half-way.
        assert!(replace_folder(&out, &files(&["x", "x/y"])).is_err());
        assert!(!dir.path().join("new").exists(), "made folders are taken away again");
        let out = dir.path().join("old");
        replace_folder(&out, &files(&["plan.json"])).unwrap();
        assert!(replace_folder(&out, &files(&["other.json", "x", "x/y"])).is_err());
        assert_eq!(tree(dir.path()), ["old/plan.json"]);
    }

    #[test]
    fn a_file_in_the_way_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "x").unwrap();
        assert!(replace_folder(&dir.path().join("file"), &files(&["a"])).is_err());
        assert!(replace_folder(&dir.path().join("file/below"), &files(&["a"])).is_err());
        assert_eq!(tree(dir.path()), ["file"]);
    }

    #[test]
    fn a_name_that_no_file_system_takes_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        // It fails after the first file was written, as a full disk would.
        let long = "n".repeat(300);
        assert!(write_folder(&dir.path().join("new/out"), &files(&["x", &long]), |_| true).is_err());
        assert!(tree(dir.path()).is_empty() && !dir.path().join("new").exists());
    }

    #[test]
    fn a_foreign_folder_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        fs::create_dir(&out).unwrap();
        fs::write(out.join("thesis.doc"), "mine").unwrap();
        let refused = write_folder(&out, &files(&["x"]), |_| false).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(tree(&out), ["thesis.doc"]);
        write_folder(&out, &files(&["x"]), |_| true).unwrap();
        assert_eq!(tree(&out), ["x"]);
        assert_eq!(tree(dir.path()), ["out/x"], "nothing is left beside it");
    }
}
