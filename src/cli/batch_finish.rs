//! How a batch ends: data set, page, and how many jobs there are of each status.

use super::batch::disk;
use super::exit::{Answer, Fault, visible};
use crate::batch::folder::Batch;
use crate::batch::sealed::{self, There};
use crate::batch::{Status, data, page};
use crate::io::write::write_file;
use anyhow::anyhow;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

/// What the page shows, where it is not what the specification says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Show<'a> {
    /// Indicator of maps and ranking.
    pub indicator: Option<&'a str>,
    /// Language.
    pub lang: Option<&'a str>,
}

/// Data set and page of what is there, and the answer.
///
/// # Errors
/// When the disk refuses, or the page cannot be made.
pub fn finish(root: &Path, batch: &Batch, own: &[usize], found: &[There], show: Show<'_>, action: &str) -> Result<Answer, Fault> {
    let files = data::write(root, batch, own, found).map_err(|e| disk(&e, root))?;
    page_of(root, batch, own, found, (show, files), action)
}

/// The page of what is there beside the files of its data set, and the answer.
pub(super) fn page_of(
    root: &Path,
    batch: &Batch,
    own: &[usize],
    found: &[There],
    (show, mut files): (Show<'_>, Vec<String>),
    action: &str,
) -> Result<Answer, Fault> {
    let asked = show.indicator.or(batch.indicator.as_deref());
    let unknown = asked.and_then(|name| page::unknown(root, batch, own, found, name).map(|like| (name, like)));
    let said = unknown.map(|(name, like)| {
        let like = like.map_or_else(String::new, |l| format!("; perhaps `{l}` is meant"));
        format!("no job has the indicator `{}`{like} (data/indicators lists all)", visible(name))
    });
    if let (Some(said), Some(_)) = (&said, show.indicator) {
        return Err(Fault::Usage(format!("--indicator: {said}")));
    }
    let page = page::make(root, batch, own, found, show.indicator, show.lang).map_err(|e| anyhow!(e))?;
    write_file(&root.join("report.html"), &page).map_err(|e| disk(&e, root))?;
    files.push("report.html".into());
    let mut answer = counted(root, batch, own.len(), found, action);
    answer.json["files"] = json!(files);
    if let Some(said) = said {
        answer.text.push_str(&format!("\nwarning: indicator of the specification: {said}; the page shows another"));
    }
    answer.text.push_str(&format!("\nwritten: {}", root.join("report.html").display()));
    Ok(answer)
}

/// How many jobs there are of each status.
pub(super) fn counted(root: &Path, batch: &Batch, own: usize, found: &[There], action: &str) -> Answer {
    let (counts, missing, damaged) = sealed::count(found);
    let mut said: Vec<String> = counts.iter().filter(|(_, n)| *n > 0).map(|(s, n)| format!("{n} {}", s.word())).collect();
    said.extend((missing > 0).then(|| format!("{missing} not run yet")));
    said.extend((damaged > 0).then(|| format!("{damaged} damaged")));
    let mut text = said.join(", ");
    let bad = |s: Status| !s.is_answer();
    let unhappy = found.iter().filter_map(There::record).filter(|r| bad(r.status) || r.status == Status::Infeasible);
    let labels: BTreeMap<&str, String> = batch.jobs.iter().map(|e| (e.hash.as_str(), e.label())).collect();
    for r in unhappy.take(10) {
        let label = labels.get(r.hash.as_str()).map_or("", String::as_str);
        text.push_str(&format!("\n  {:<11} {}: {}", r.status.word(), visible(label), visible(&crate::text::shorten(&r.message, 160))));
    }
    let by: serde_json::Map<String, serde_json::Value> = counts.iter().map(|(s, n)| (s.word().to_owned(), json!(n))).collect();
    let json = json!({
        "command": "batch", "action": action, "ok": true, "name": batch.name, "jobs": own, "status": by, "missing": missing,
        "damaged": damaged, "shard": [batch.shard.index, batch.shard.count], "out": root,
    });
    Answer::fine(json, text)
}
