//! Writing that leaves all of a set of files, or nothing.
//!
//! Files are first written and synced under a temporary name beside where they go (that is where a full disk shows), then renamed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file to be written: its name inside the folder, and its content.
pub type NamedBytes = (String, Vec<u8>);

fn parent_of(path: &Path) -> PathBuf {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new(".")).to_owned()
}

fn with_path(e: &io::Error, path: &Path) -> io::Error {
    io::Error::new(e.kind(), format!("{}: {e}", path.display()))
}

/// A name is one component: nothing may be written outside of the folder.
fn plain_name(name: &str) -> io::Result<&str> {
    let path = Path::new(name);
    match path.components().next() {
        Some(std::path::Component::Normal(c)) if c == path.as_os_str() => Ok(name),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, format!("`{name}` is not a plain file name"))),
    }
}

fn fill(folder: &Path, files: &[NamedBytes]) -> io::Result<()> {
    for (name, bytes) in files {
        let path = folder.join(plain_name(name)?);
        let write = || -> io::Result<()> {
            let mut file = File::create(&path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(|e| with_path(&e, Path::new(name)))?;
    }
    Ok(())
}

/// Writes one file whole or not at all; an existing one is replaced.
///
/// # Errors
/// What the system says; the old file is then as it was.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let parent = parent_of(path);
    let mut temporary = tempfile::Builder::new().prefix(".fenji-").tempfile_in(&parent).map_err(|e| with_path(&e, &parent))?;
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

/// Writes a set of files into a folder, all or none. The folder is made when it is absent; other files in it stay.
///
/// # Errors
/// What the system says (no space, no right, a file in the way); nothing is left of the set then, and files it would have replaced are as they were.
pub fn write_set(folder: &Path, files: &[NamedBytes]) -> io::Result<()> {
    let (existed, beside) = match fs::metadata(folder) {
        Ok(meta) if !meta.is_dir() => {
            return Err(io::Error::new(io::ErrorKind::NotADirectory, format!("{} is not a folder", folder.display())));
        }
        Ok(_) => (true, folder.to_owned()),
        Err(_) => (false, parent_of(folder)),
    };
    let made = if existed { Vec::new() } else { make_parents(&beside)? };
    let result = write_beside(folder, &beside, existed, files);
    if result.is_err() {
        // Only folders made here, and only while they are empty.
        for path in made.iter().rev() {
            let _ = fs::remove_dir(path);
        }
    }
    result
}

/// Makes a folder and its parents; returns those that were not there, outermost first.
fn make_parents(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut absent: Vec<PathBuf> =
        folder.ancestors().filter(|p| !p.as_os_str().is_empty()).take_while(|p| !p.exists()).map(Path::to_owned).collect();
    absent.reverse();
    fs::create_dir_all(folder).map_err(|e| with_path(&e, folder))?;
    Ok(absent)
}

fn write_beside(folder: &Path, beside: &Path, existed: bool, files: &[NamedBytes]) -> io::Result<()> {
    let temporary = tempfile::Builder::new().prefix(".fenji-").tempdir_in(beside).map_err(|e| with_path(&e, beside))?;
    fill(temporary.path(), files)?;
    if !existed {
        open_to_all(temporary.path())?;
        fs::rename(temporary.path(), folder).map_err(|e| with_path(&e, folder))?;
        // The name has gone; there is nothing to clean up.
        let _ = temporary.keep();
        return Ok(());
    }
    let aside = temporary.path().join(".old");
    fs::create_dir(&aside)?;
    let mut done: Vec<(&str, bool)> = Vec::new();
    for (name, _) in files {
        let target = folder.join(name);
        let replaced = fs::symlink_metadata(&target).is_ok();
        let step = || -> io::Result<()> {
            if target.is_dir() {
                return Err(io::Error::new(io::ErrorKind::IsADirectory, "a folder has this name"));
            }
            if replaced {
                fs::rename(&target, aside.join(name))?;
            }
            fs::rename(temporary.path().join(name), &target)
        };
        if let Err(e) = step() {
            if replaced && !target.exists() {
                let _ = fs::rename(aside.join(name), &target);
            }
            for (name, replaced) in done.into_iter().rev() {
                let _ = fs::remove_file(folder.join(name));
                if replaced {
                    let _ = fs::rename(aside.join(name), folder.join(name));
                }
            }
            return Err(with_path(&e, &target));
        }
        done.push((name, replaced));
    }
    Ok(())
}

/// Writes a folder that holds exactly these files. An absent or empty folder is filled; one that is not empty is replaced only when `may_replace` says so of it.
///
/// # Errors
/// `AlreadyExists` when the folder may not be replaced; else what the system says. The old folder is then as it was.
pub fn write_folder(folder: &Path, files: &[NamedBytes], may_replace: impl Fn(&Path) -> bool) -> io::Result<()> {
    let exists = fs::symlink_metadata(folder).is_ok();
    if exists {
        let empty = fs::read_dir(folder).map_err(|e| with_path(&e, folder))?.next().is_none();
        if !empty && !may_replace(folder) {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} is not empty", folder.display())));
        }
    }
    let beside = parent_of(folder);
    let made = if exists { Vec::new() } else { make_parents(&beside)? };
    let replace = || -> io::Result<()> {
        let temporary = tempfile::Builder::new().prefix(".fenji-").tempdir_in(&beside).map_err(|e| with_path(&e, &beside))?;
        fill(temporary.path(), files)?;
        open_to_all(temporary.path())?;
        if exists {
            let old = tempfile::Builder::new().prefix(".fenji-").tempdir_in(&beside)?;
            let aside = old.path().join("old");
            fs::rename(folder, &aside).map_err(|e| with_path(&e, folder))?;
            if let Err(e) = fs::rename(temporary.path(), folder) {
                let _ = fs::rename(&aside, folder);
                return Err(with_path(&e, folder));
            }
        } else {
            fs::rename(temporary.path(), folder).map_err(|e| with_path(&e, folder))?;
        }
        let _ = temporary.keep();
        Ok(())
    };
    let result = replace();
    if result.is_err() {
        for path in made.iter().rev() {
            let _ = fs::remove_dir(path);
        }
    }
    result
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Vec<NamedBytes> {
        names.iter().map(|n| ((*n).to_owned(), n.as_bytes().to_vec())).collect()
    }

    fn listing(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_set_appears_whole() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("a/b");
        write_set(&out, &files(&["x", "y"])).unwrap();
        assert_eq!(listing(&out), ["x", "y"]);
        write_set(&out, &files(&["y", "z"])).unwrap();
        assert_eq!(listing(&out), ["x", "y", "z"]);
        assert_eq!(listing(&dir.path().join("a")), ["b"]);
    }

    #[test]
    fn a_failure_on_the_way_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        // The second name is longer than any file system takes: it fails after the first was written, as a full disk would.
        let long = "n".repeat(300);
        let out = dir.path().join("new/out");
        assert!(write_set(&out, &files(&["x", &long])).is_err());
        assert!(listing(dir.path()).is_empty());
        assert!(write_folder(&out, &files(&["x", &long]), |_| true).is_err());
        assert!(listing(dir.path()).is_empty());
        assert!(write_set(&out, &files(&["../x"])).is_err());
        assert!(listing(dir.path()).is_empty());
    }

    #[test]
    fn a_failure_while_renaming_puts_the_old_files_back() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("x"), "old").unwrap();
        fs::create_dir(dir.path().join("y")).unwrap();
        assert!(write_set(dir.path(), &files(&["w", "x", "y"])).is_err());
        assert_eq!(listing(dir.path()), ["x", "y"]);
        assert_eq!(fs::read_to_string(dir.path().join("x")).unwrap(), "old");
    }

    #[test]
    fn a_foreign_folder_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        fs::create_dir(&out).unwrap();
        fs::write(out.join("thesis.doc"), "mine").unwrap();
        let refused = write_folder(&out, &files(&["x"]), |_| false).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(listing(&out), ["thesis.doc"]);
        write_folder(&out, &files(&["x"]), |_| true).unwrap();
        assert_eq!(listing(&out), ["x"]);
        assert_eq!(listing(dir.path()), ["out"]);
    }

    #[cfg(unix)]
    #[test]
    fn no_space_is_an_error_and_leaves_nothing() {
        // /dev/full takes nothing: a file there stands for a full disk.
        if Path::new("/dev/full").exists() {
            let mut full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
            assert!(full.write_all(b"x").is_err());
        }
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "").unwrap();
        assert!(write_set(&dir.path().join("file/out"), &files(&["x"])).is_err());
        assert!(write_set(&dir.path().join("file"), &files(&["x"])).is_err());
        assert_eq!(listing(dir.path()), ["file"]);
    }
}
