//! `plan.json`: written whole, read back with its version, its shape and its columns held to account.

use super::text_file::{self, LARGEST_JSON};
use super::write::write_file;
use crate::network::codes;
use crate::network::{Network, Place, Problem, Problems};
use crate::plan::ReferralPlan;
use crate::plan::beds::{BEDS_VERSION, BedsPlan};
use crate::plan::referral::PLAN_VERSION;
use crate::plan::reform::{REFORM_VERSION, ReformPlan};
use serde::Deserialize;
use std::io;
use std::path::Path;

/// Writes a plan whole or not at all.
///
/// # Errors
/// What the system says; an older file of the name is then as it was.
pub fn write_plan(path: &Path, plan: &ReferralPlan) -> io::Result<()> {
    write_file(path, &plan_bytes(plan)?)
}

/// The bytes of `plan.json`.
///
/// # Errors
/// When a number of the plan cannot be written as JSON.
pub fn plan_bytes(plan: &ReferralPlan) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(plan).map_err(io::Error::other)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The bytes of a `plan.json` of beds.
///
/// # Errors
/// When a number of the plan cannot be written as JSON.
pub fn beds_bytes(plan: &BedsPlan) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(plan).map_err(io::Error::other)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The bytes of a `plan.json` of a further model of the reform.
///
/// # Errors
/// When a number of the plan cannot be written as JSON.
pub fn reform_bytes(plan: &ReformPlan) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(plan).map_err(io::Error::other)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// What `kind` of plan a file says it is, when it can be told.
#[must_use]
pub fn kind(path: &Path) -> Option<String> {
    let text = text_file::read(path, "", LARGEST_JSON).ok().flatten()?;
    serde_json::from_str::<Head>(&text).ok()?.kind
}

/// Reads a bed plan; whether it fits its case is for [`crate::check::beds`] to tell.
///
/// # Errors
/// No JSON, cut short, another version, another shape.
pub fn read_beds(path: &Path) -> Result<BedsPlan, Vec<Problem>> {
    read_version(path, BEDS_VERSION)
}

/// Reads a plan of a further model; whether it fits its case is for [`crate::check::reform`] to tell.
///
/// # Errors
/// No JSON, cut short, another version, another shape.
pub fn read_reform(path: &Path) -> Result<ReformPlan, Vec<Problem>> {
    read_version(path, REFORM_VERSION)
}

fn read_version<T: serde::de::DeserializeOwned>(path: &Path, wanted: u32) -> Result<T, Vec<Problem>> {
    let shown = path.display().to_string();
    let text = match text_file::read(path, &shown, LARGEST_JSON) {
        Ok(Some(text)) => text,
        Ok(None) => return Err(vec![Problem::new(&codes::FILE_MISSING, Place::file(&shown), "there is no such plan")]),
        Err(problem) => return Err(vec![*problem]),
    };
    let head: Option<Head> = serde_json::from_str(&text).ok();
    if let Some(version) = head.and_then(|h| h.version).filter(|v| *v != u64::from(wanted)) {
        let message = format!("this program reads version {wanted}");
        return Err(vec![Problem::new(&codes::PLAN_VERSION, Place::file(&shown), message).column("version").value(version)]);
    }
    serde_json::from_str(&text).map_err(|e| {
        let rule = if e.is_data() { &codes::JSON_SHAPE } else { &codes::JSON_SYNTAX };
        vec![Problem::new(rule, Place::line(&shown, e.line() as u64), e.to_string()).column(&format!("character {}", e.column()))]
    })
}

/// What says whether the rest can be read.
#[derive(Deserialize)]
struct Head {
    version: Option<u64>,
    kind: Option<String>,
}

/// Reads a plan; with the network of a case, the plan must speak of that case.
///
/// # Errors
/// All problems of the file: no JSON, cut short, another version or kind, columns of different lengths, positions and numbers out of range, another case.
pub fn read_plan(path: &Path, network: Option<&Network>) -> Result<ReferralPlan, Vec<Problem>> {
    let shown = path.display().to_string();
    let file = || Place::file(&shown);
    let one = |p: Problem| Err(vec![p]);
    let text = match text_file::read(path, &shown, LARGEST_JSON) {
        Ok(Some(text)) => text,
        Ok(None) => return one(Problem::new(&codes::FILE_MISSING, file(), "there is no such plan")),
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
    if head.version != Some(u64::from(PLAN_VERSION)) {
        let message = format!("this program reads version {PLAN_VERSION}");
        let value = head.version.map_or_else(|| "none".to_owned(), |v| v.to_string());
        return one(Problem::new(&codes::PLAN_VERSION, file(), message).column("version").value(value));
    }
    if head.kind.as_deref() != Some("referral") {
        let value = head.kind.unwrap_or_else(|| "none".to_owned());
        return one(Problem::new(&codes::PLAN_BROKEN, file(), "the kind `referral` is wanted").column("kind").value(value));
    }
    let plan: ReferralPlan = match serde_json::from_str(&text) {
        Ok(plan) => plan,
        Err(e) => return one(refused(&e)),
    };
    let mut problems = Problems::default();
    columns(&plan, &shown, &mut problems);
    if let Some(network) = network {
        same_case(&plan, network, &shown, &mut problems);
    }
    if problems.errors() > 0 { Err(problems.into_sorted()) } else { Ok(plan) }
}

/// Every table of the plan: columns of one length, positions that exist, cases that are numbers from 0 on.
fn columns(plan: &ReferralPlan, file: &str, problems: &mut Problems) {
    let n = &plan.names;
    let (areas, settlements, facilities, classes) = (n.areas.len(), n.settlements.len(), n.facilities.len(), n.classes.len());
    let f = &plan.flows;
    let mut table = |name: &str, positions: &[(&str, &[u32], usize)], amounts: &[(&str, &[f64])]| {
        let mut say = |column: &str, value: String, message: &str| {
            let problem = Problem::new(&codes::PLAN_BROKEN, Place::file(file), message).column(&format!("flows.{name}.{column}"));
            problems.push(problem.value(value));
        };
        let length = amounts.first().map_or(0, |(_, a)| a.len());
        for (column, list, limit) in positions {
            if list.len() != length {
                say(column, list.len().to_string(), &format!("the column has another length than the amounts ({length})"));
            }
            if let Some(p) = list.iter().find(|p| **p as usize >= *limit) {
                say(column, p.to_string(), &format!("there are only {limit} names"));
            }
        }
        for (column, list) in amounts {
            if list.len() != length {
                say(column, list.len().to_string(), &format!("the column has another length than the others ({length})"));
            }
            if let Some(a) = list.iter().find(|a| !(a.is_finite() && **a >= 0.0)) {
                say(column, a.to_string(), "amounts are numbers from 0 on");
            }
        }
    };
    let x = &f.first_contact;
    let places =
        [("settlement", &x.settlement[..], settlements), ("facility", &x.facility[..], facilities), ("class", &x.class[..], classes)];
    table("first_contact", &places, &[("cases", &x.cases), ("displaced", &x.displaced)]);
    for (name, m) in [("up", &f.up), ("redirect", &f.redirect), ("down", &f.down)] {
        let ends = [("from", &m.from[..], facilities), ("to", &m.to[..], facilities)];
        table(name, &[("area", &m.area[..], areas), ends[0], ends[1], ("class", &m.class[..], classes)], &[("cases", &m.cases)]);
    }
    for (name, w) in [("treated", &f.treated), ("unserved", &f.unserved)] {
        let places = [("area", &w.area[..], areas), ("facility", &w.facility[..], facilities), ("class", &w.class[..], classes)];
        table(name, &places, &[("cases", &w.cases)]);
    }
    let z = &f.no_access;
    table("no_access", &[("settlement", &z.settlement, settlements), ("class", &z.class, classes)], &[("cases", &z.cases)]);
    let o = &f.postings;
    table("postings", &[("from", &o.from, facilities), ("to", &o.to, facilities)], &[("doctors", &o.doctors)]);
    let m = &plan.marginals;
    let lengths = [
        ("bed", m.bed.len(), facilities),
        ("doctor", m.doctor.len(), facilities),
        ("inertia", m.inertia.len(), settlements),
        ("case_cost", m.case_cost.len(), areas * classes),
    ];
    // A method without duals writes none.
    for (column, length, wanted) in lengths.into_iter().filter(|l| l.1 != 0 && l.1 != l.2) {
        let problem = Problem::new(&codes::PLAN_BROKEN, Place::file(file), format!("{wanted} numbers are wanted, or none"));
        problems.push(problem.column(&format!("marginals.{column}")).value(length));
    }
}

fn same_case(plan: &ReferralPlan, network: &Network, file: &str, problems: &mut Problems) {
    let mut list = |key: &str, names: &[String], codes_now: &mut dyn ExactSizeIterator<Item = &str>| {
        let place = || Place::file(file);
        if names.len() != codes_now.len() {
            let message = format!("the plan names {}, the case has {}", names.len(), codes_now.len());
            problems.push(Problem::new(&codes::PLAN_OTHER_CASE, place(), message).column(&format!("names.{key}")).value(names.len()));
        } else if let Some((at, (name, now))) = names.iter().zip(codes_now).enumerate().find(|(_, (name, now))| name != now) {
            let message = format!("where the plan says `{name}` the case has `{now}`");
            problems.push(Problem::new(&codes::PLAN_OTHER_CASE, place(), message).column(&format!("names.{key}[{at}]")).value(name));
        }
    };
    list("areas", &plan.names.areas, &mut network.areas.iter().map(|a| a.code.as_str()));
    list("settlements", &plan.names.settlements, &mut network.settlements.iter().map(|s| s.code.as_str()));
    list("facilities", &plan.names.facilities, &mut network.facilities.iter().map(|f| f.code.as_str()));
    list("classes", &plan.names.classes, &mut network.classes.iter().map(|k| k.code.as_str()));
}
