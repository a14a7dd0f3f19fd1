//! The solution file of a location problem: written whole, read back with its version and shape held to account.

use super::super::text_file::{self, LARGEST_JSON};
use super::super::write::write_file;
use crate::network::codes;
use crate::network::{Place, Problem};
use crate::plan::LocationPlan;
use crate::plan::location::{LOCATION_KIND, LOCATION_VERSION};
use serde::Deserialize;
use std::io;
use std::path::Path;

/// Writes a solution whole or not at all.
///
/// # Errors
/// What the system says; an older file of the name is then as it was.
pub fn write_solution(path: &Path, plan: &LocationPlan) -> io::Result<()> {
    write_file(path, &solution_bytes(plan)?)
}

/// The bytes of a solution file.
///
/// # Errors
/// When a number cannot be written as JSON.
pub fn solution_bytes(plan: &LocationPlan) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(plan).map_err(io::Error::other)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[derive(Deserialize)]
struct Head {
    version: Option<u64>,
    kind: Option<String>,
}

/// What a plan file says it is: `referral`, `location`, ...; `None` when it cannot be read as such.
#[must_use]
pub fn solution_kind(path: &Path) -> Option<String> {
    let text = text_file::read(path, "", LARGEST_JSON).ok()??;
    serde_json::from_str::<Head>(&text).ok()?.kind
}

/// Reads a solution.
///
/// # Errors
/// The problem of the file: no JSON, cut short, another version or kind, another shape.
pub fn read_solution(path: &Path) -> Result<LocationPlan, Vec<Problem>> {
    let shown = path.display().to_string();
    let one = |p: Problem| Err(vec![p]);
    let text = match text_file::read(path, &shown, LARGEST_JSON) {
        Ok(Some(text)) => text,
        Ok(None) => {
            return one(Problem::new(&codes::FILE_MISSING, Place::file(&shown), "there is no such solution").remedy("check the path"));
        }
        Err(problem) => return one(*problem),
    };
    let refused = |e: &serde_json::Error| {
        let rule = if e.is_data() { &codes::JSON_SHAPE } else { &codes::JSON_SYNTAX };
        Problem::new(rule, Place::line(&shown, e.line() as u64), e.to_string()).column(&format!("character {}", e.column()))
    };
    let head: Head = match serde_json::from_str(&text) {
        Ok(head) => head,
        Err(e) => return one(refused(&e)),
    };
    if head.kind.as_deref() != Some(LOCATION_KIND) {
        let value = head.kind.unwrap_or_else(|| "none".to_owned());
        return one(Problem::new(&codes::PLAN_BROKEN, Place::file(&shown), "the kind `location` is wanted").column("kind").value(value));
    }
    if head.version != Some(u64::from(LOCATION_VERSION)) {
        let value = head.version.map_or_else(|| "none".to_owned(), |v| v.to_string());
        let message = format!("this program reads version {LOCATION_VERSION}");
        return one(Problem::new(&codes::PLAN_VERSION, Place::file(&shown), message).column("version").value(value));
    }
    serde_json::from_str(&text).map_err(|e| vec![refused(&e)])
}
