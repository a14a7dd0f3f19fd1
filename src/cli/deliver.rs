//! Puts a set of files, with subfolders, into a folder: whole or not at all.
//!
//! Everything is written and synced in a temporary folder beside its goal first, which is where a full disk shows; only then it is moved. A folder that is
//! there stays the same folder (it may be the current one, or a mount), its old entries are moved aside and come back if anything fails.

use super::steps::Files;
use std::fs::{self, File};
use std::io::{self, Error, ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

/// Beginning of the names of temporary folders; one that a killed run left behind counts as ours.
pub const TEMPORARY: &str = ".fenji-";

/// Makes `folder` hold exactly `files`. The caller has made sure that what is in it may go.
///
/// # Errors
/// What the system says; the folder is then as it was.
pub fn replace(folder: &Path, files: &Files) -> io::Result<()> {
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

fn stage_and_move(folder: &Path, exists: bool, beside: &Path, files: &Files) -> io::Result<()> {
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
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Files {
        names.iter().map(|n| ((*n).to_string(), n.as_bytes().to_vec())).collect()
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
        replace(&out, &files(&["plan.json", "tables/x.csv"])).unwrap();
        assert_eq!(tree(&out), ["plan.json", "tables/x.csv"]);
        replace(&out, &files(&["plan.json", "pictures/y.svg"])).unwrap();
        assert_eq!(tree(dir.path()), ["a/b/out/pictures/y.svg", "a/b/out/plan.json"], "no old and no temporary file is left");
        assert_eq!(fs::read_to_string(out.join("pictures/y.svg")).unwrap(), "pictures/y.svg");
    }

    #[test]
    fn a_failure_leaves_everything_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("new/out");
        for bad in ["../escape", "/etc/x", "", "a/../../b"] {
            assert!(replace(&out, &files(&["plan.json", bad])).is_err(), "{bad}");
        }
        // A name that is a file and a folder at once fails half-way.
        assert!(replace(&out, &files(&["x", "x/y"])).is_err());
        assert!(!dir.path().join("new").exists(), "made folders are taken away again");
        let out = dir.path().join("old");
        replace(&out, &files(&["plan.json"])).unwrap();
        assert!(replace(&out, &files(&["other.json", "x", "x/y"])).is_err());
        assert_eq!(tree(dir.path()), ["old/plan.json"]);
    }

    #[test]
    fn a_file_in_the_way_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "x").unwrap();
        assert!(replace(&dir.path().join("file"), &files(&["a"])).is_err());
        assert!(replace(&dir.path().join("file/below"), &files(&["a"])).is_err());
        assert_eq!(tree(dir.path()), ["file"]);
    }
}
