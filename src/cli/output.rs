//! Where results go: which folders may be written, and the lines and tables that commands print.

use super::exit::Fault;
use super::steps::Files;
use crate::io::write::{TEMPORARY, replace_folder};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// The list of its files that fenji leaves in a result folder. A folder that holds anything not on its list is left alone.
const MANIFEST: &str = "files.txt";
/// First line of the list.
const MANIFEST_HEAD: &str = "written by fenji: this folder is replaced as a whole by the next run into it";

/// Makes sure that results may go to `folder`, before the long work: it is absent, empty, or holds only what fenji wrote there.
///
/// # Errors
/// [`Fault::Usage`] (exit 2) when it is a file or holds something else; nothing of anybody else's is ever deleted.
pub fn claim_results(folder: &Path) -> Result<(), Fault> {
    if crate::io::shelf::holds(folder) {
        return Ok(());
    }
    let found = entries(folder)?;
    // what cannot be written to is said now, not after the work
    if let Some(place) = folder.ancestors().map(|a| if a.as_os_str().is_empty() { Path::new(".") } else { a }).find(|a| a.is_dir()) {
        tempfile::Builder::new()
            .prefix(TEMPORARY)
            .tempdir_in(place)
            .map_err(|e| anyhow::Error::from(e).context(format!("cannot write {}; nothing was written", folder.display())))?;
    }
    if found.is_empty() {
        return Ok(());
    }
    let list = fs::read_to_string(folder.join(MANIFEST)).unwrap_or_default();
    let own: std::collections::HashSet<&str> =
        if list.starts_with(MANIFEST_HEAD) { list.lines().skip(1).chain([MANIFEST]).collect() } else { std::collections::HashSet::new() };
    match stranger(folder, "", &own)? {
        None => Ok(()),
        Some(name) => Err(Fault::Usage(format!(
            "--out {}: the folder holds `{}`, which fenji did not write; give an absent or empty folder (nothing was written)",
            folder.display(),
            super::exit::visible(&name)
        ))),
    }
}

/// The first file below `folder` that is not on the list.
fn stranger(folder: &Path, inside: &str, own: &std::collections::HashSet<&str>) -> Result<Option<String>, Fault> {
    for name in entries(folder)? {
        if inside.is_empty() && name.starts_with(TEMPORARY) {
            continue;
        }
        let path = folder.join(&name);
        let relative = format!("{inside}{name}");
        if path.is_dir() && !path.is_symlink() {
            if let Some(found) = stranger(&path, &format!("{relative}/"), own)? {
                return Ok(Some(found));
            }
        } else if !own.contains(relative.as_str()) {
            return Ok(Some(relative));
        }
    }
    Ok(None)
}

/// Makes sure that a case may go to `folder`: it is absent or empty. Tables that someone may have edited are never replaced.
///
/// # Errors
/// [`Fault::Usage`] (exit 2) otherwise.
pub fn claim_case(folder: &Path) -> Result<(), Fault> {
    if crate::io::shelf::holds(folder) || entries(folder)?.is_empty() {
        return Ok(());
    }
    Err(Fault::Usage(format!("--out {}: the folder is not empty, and a case is never written over another", folder.display())))
}

fn entries(folder: &Path) -> Result<Vec<String>, Fault> {
    let read = match fs::read_dir(folder) {
        Ok(read) => read,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) if e.kind() == ErrorKind::NotADirectory => {
            return Err(Fault::Usage(format!("--out {} is a file; give a folder", folder.display())));
        }
        Err(e) => return Err(anyhow::Error::from(e).context(format!("cannot look into {}", folder.display())).into()),
    };
    let mut names = Vec::new();
    for entry in read {
        let entry = entry.map_err(anyhow::Error::from)?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Writes results, whole or not at all. The folder is looked at again: the work may have taken hours.
///
/// # Errors
/// [`Fault::Usage`] as for [`claim_results`]; a failure when the disk refuses.
pub fn write_results(folder: &Path, files: &Files) -> Result<(), Fault> {
    claim_results(folder)?;
    let mut names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let list = format!("{MANIFEST_HEAD}\n{}\n", names.join("\n"));
    let mut files = files.clone();
    files.push((MANIFEST.into(), list.into_bytes()));
    write(folder, &files)
}

/// Writes a case, whole or not at all.
///
/// # Errors
/// [`Fault::Usage`] as for [`claim_case`]; a failure when the disk refuses.
pub fn write_case(folder: &Path, files: &Files) -> Result<(), Fault> {
    claim_case(folder)?;
    write(folder, files)
}

fn write(folder: &Path, files: &Files) -> Result<(), Fault> {
    Ok(replace_folder(folder, files)
        .map_err(|e| anyhow::Error::from(e).context(format!("cannot write {}; nothing was written", folder.display())))?)
}

/// Prints on stdout. A reader that has gone away (`fenji ... | head`) is no failure.
///
/// # Errors
/// When stdout cannot be written for any other reason.
pub fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let done = out.write_all(text.as_bytes()).and_then(|()| if text.ends_with('\n') { Ok(()) } else { out.write_all(b"\n") });
    match done.and_then(|()| out.flush()) {
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Prints on stderr; a closed stderr is no reason to stop.
pub fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Money for people: `7,360.4 million yuan`, or plain yuan below a million.
#[must_use]
pub fn yuan(value: f64) -> String {
    if value.abs() >= 1e6 { format!("{} million yuan", grouped(value / 1e6, 1)) } else { format!("{} yuan", grouped(value, 0)) }
}

/// A number with thousands separators and a fixed number of decimals.
#[must_use]
pub fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    let sign = if value < 0.0 && text.chars().any(|c| c.is_ascii_digit() && c != '0') { "-" } else { "" };
    format!("{sign}{out}{rest}")
}

/// A share as percent with one decimal.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{} %", grouped(100.0 * share, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!(grouped(1_234_567.891, 1), "1,234,567.9");
        assert_eq!(grouped(-999.0, 0), "-999");
        assert_eq!(grouped(-0.01, 0), "0");
        assert_eq!(grouped(0.0, 2), "0.00");
        assert_eq!(yuan(7_360_402_872.22), "7,360.4 million yuan");
        assert_eq!(yuan(126_828.4), "126,828 yuan");
        assert_eq!(percent(0.9098), "91.0 %");
        assert_eq!((percent(-0.0).as_str(), percent(-0.0001).as_str(), percent(-0.25).as_str()), ("0.0 %", "0.0 %", "-25.0 %"));
    }

    #[test]
    fn a_foreign_folder_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        assert!(claim_results(&out).is_ok() && claim_case(&out).is_ok(), "absent");
        fs::create_dir(&out).unwrap();
        assert!(claim_results(&out).is_ok() && claim_case(&out).is_ok(), "empty");
        let files: Files = vec![("plan.json".into(), b"{}".to_vec()), ("tables/areas.csv".into(), b"id".to_vec())];
        write_results(&out, &files).unwrap();
        write_results(&out, &files).unwrap();
        assert!(claim_results(&out).is_ok(), "ours");
        assert!(matches!(claim_case(&out), Err(Fault::Usage(_))), "a case goes into an empty folder only");
        fs::write(out.join("tables/thesis.docx"), "").unwrap();
        assert!(matches!(claim_results(&out), Err(Fault::Usage(m)) if m.contains("tables/thesis.docx")), "foreign");
        let mine = dir.path().join("mine");
        fs::create_dir(&mine).unwrap();
        fs::write(mine.join("report.html"), "my thesis").unwrap();
        assert!(
            matches!(claim_results(&mine), Err(Fault::Usage(m)) if m.contains("report.html")),
            "a name of ours in a folder that is not"
        );
        assert!(matches!(claim_results(&out.join("plan.json")), Err(Fault::Usage(_))), "a file");
    }
}
