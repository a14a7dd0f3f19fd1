//! The order of rooms: a module of `src/` uses only the rooms above it. Read from the source text: the paths of `use` items and
//! the paths written in code. Comments, strings and `#[cfg(test)]` modules do not count: docs may point and tests may look anywhere.

#![allow(clippy::unwrap_used)] // helpers of tests stop hard, as tests do

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the top down; each uses only those before it.
const ROOMS: &[&str] = &[
    "ids",
    "units",
    "outcome",
    "travel",
    "instance",
    "network",
    "policy",
    "demand",
    "synth",
    "plan",
    "check",
    "indicators",
    "model",
    "backend",
    "location",
    "district",
    "routing",
    "layout",
    "referral",
    "reform",
    "io",
    "text",
    "plot",
    "report",
    "bench",
    "batch",
    "cli",
];

/// Rooms that are kept poorer than their place in the order allows: whoever verifies must not lean on what it verifies.
const RESTRICTED: &[(&str, &[&str])] = &[("check", &["ids", "units", "travel", "instance", "network", "policy", "demand", "plan"])];

/// Pairs against the order that are right all the same: file or folder under `src/`, room it may use, reason. One that is no longer needed fails.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

/// Crates that solve; only `backend/` names them.
const SOLVERS: &[&str] = &["highs", "highs_sys", "good_lp", "clarabel", "microlp"];

/// The longest file that reads well, lines.
const LONGEST_FILE: usize = 500;

/// One breach: what is used, and the sentence that says so.
#[derive(Debug, PartialEq)]
struct Breach {
    room: String,
    uses: String,
    line: usize,
}

/// A word, `::` or a sign of the source, with its line.
#[derive(Debug, Clone, PartialEq)]
struct Token {
    text: String,
    line: usize,
}

/// Cuts source text into tokens, without comments, strings, characters and lifetimes.
fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let (mut found, mut i, mut line) = (Vec::new(), 0, 1);
    while i < chars.len() {
        let c = chars[i];
        if c == '\n' {
            line += 1;
            i += 1;
        } else if c == '/' && at(i + 1) == '/' {
            while i < chars.len() && chars[i] != '\n' {
                i += 1;
            }
        } else if c == '/' && at(i + 1) == '*' {
            let mut depth = 0;
            while i < chars.len() {
                match (chars[i], at(i + 1)) {
                    ('/', '*') => (depth, i) = (depth + 1, i + 2),
                    ('*', '/') => (depth, i) = (depth - 1, i + 2),
                    (c, _) => (line, i) = (line + usize::from(c == '\n'), i + 1),
                }
                if depth == 0 {
                    break;
                }
            }
        } else if let Some((hashes, open)) = raw_string(&chars, i) {
            i = open;
            while i < chars.len() && !(chars[i] == '"' && (1..=hashes).all(|h| at(i + h) == '#')) {
                line += usize::from(chars[i] == '\n');
                i += 1;
            }
            i += 1 + hashes;
        } else if c == '"' {
            i += 1;
            while i < chars.len() && chars[i] != '"' {
                line += usize::from(chars[i] == '\n');
                if chars[i] == '\\' {
                    i += 1;
                    line += usize::from(at(i) == '\n');
                }
                i += 1;
            }
            i += 1;
        } else if c == '\'' {
            // A character 'x' or '\n' ends with a quote; a lifetime does not.
            if at(i + 1) == '\\' {
                i += 3;
                while i < chars.len() && chars[i] != '\'' {
                    i += 1;
                }
                i += 1;
            } else if at(i + 2) == '\'' {
                i += 3;
            } else {
                i += 1;
            }
        } else if c.is_alphanumeric() || c == '_' {
            let begin = i;
            while at(i).is_alphanumeric() || at(i) == '_' {
                i += 1;
            }
            found.push(Token { text: chars[begin..i].iter().collect(), line });
        } else if c == ':' && at(i + 1) == ':' {
            found.push(Token { text: "::".into(), line });
            i += 2;
        } else {
            if !c.is_whitespace() {
                found.push(Token { text: c.to_string(), line });
            }
            i += 1;
        }
    }
    found
}

/// Number of hashes and position after the opening quote when a raw string (`r"`, `br#"`) begins here.
fn raw_string(chars: &[char], start: usize) -> Option<(usize, usize)> {
    if start > 0 && (chars[start - 1].is_alphanumeric() || chars[start - 1] == '_') {
        return None;
    }
    let mut i = start;
    if chars.get(i) == Some(&'b') {
        i += 1;
    }
    if chars.get(i) != Some(&'r') {
        return None;
    }
    i += 1;
    let hashes = chars[i..].iter().take_while(|c| **c == '#').count();
    (chars.get(i + hashes) == Some(&'"')).then_some((hashes, i + hashes + 1))
}

/// Drops `#[cfg(test)] mod name { ... }` and `#[cfg(test)] mod name;`.
fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let text = |i: usize| tokens.get(i).map_or("", |t: &Token| t.text.as_str());
    let (mut kept, mut i) = (Vec::new(), 0);
    while i < tokens.len() {
        let opens = ["#", "[", "cfg", "(", "test", ")", "]", "mod"].iter().enumerate().all(|(n, word)| text(i + n) == *word);
        if !opens {
            kept.push(tokens[i].clone());
            i += 1;
            continue;
        }
        i += 9;
        let mut depth = 0;
        while i < tokens.len() {
            depth += i32::from(text(i) == "{") - i32::from(text(i) == "}");
            i += 1;
            if depth == 0 {
                break;
            }
        }
    }
    kept
}

/// Expands one `use` tree that begins at `i` into full paths; returns the position after it.
fn use_tree(tokens: &[Token], mut i: usize, prefix: &[String], found: &mut Vec<(Vec<String>, usize)>) -> usize {
    let mut path = prefix.to_vec();
    while let Some(token) = tokens.get(i) {
        match token.text.as_str() {
            "::" => i += 1,
            "{" => {
                i += 1;
                while tokens.get(i).is_some_and(|t| t.text != "}") {
                    i = use_tree(tokens, i, &path, found);
                    if tokens.get(i).is_some_and(|t| t.text == ",") {
                        i += 1;
                    }
                }
                return i + 1;
            }
            "," | "}" | ";" => break,
            "as" => i += 2,
            word => {
                path.push(word.to_string());
                i += 1;
            }
        }
    }
    let line = tokens.get(i.saturating_sub(1)).map_or(0, |t| t.line);
    found.push((path, line));
    i
}

/// All paths of a file, each as it is seen from the crate root when it begins with `crate`, `self` or `super`.
fn paths(file: &str, source: &str) -> Vec<(Vec<String>, usize)> {
    let tokens = without_tests(&tokens(source));
    let text = |i: usize| tokens.get(i).map_or("", |t: &Token| t.text.as_str());
    let mut here = module_of(file);
    let mut blocks: Vec<bool> = Vec::new(); // true: the brace opened an inline module
    let (mut found, mut i) = (Vec::new(), 0);
    while i < tokens.len() {
        let mut raw = Vec::new();
        match text(i) {
            "mod" if text(i + 2) == "{" => {
                here.push(text(i + 1).to_string());
                blocks.push(true);
                i += 3;
            }
            "{" => {
                blocks.push(false);
                i += 1;
            }
            "}" => {
                if blocks.pop() == Some(true) {
                    here.pop();
                }
                i += 1;
            }
            "use" => i = use_tree(&tokens, i + 1, &[], &mut raw),
            word if word.starts_with(|c: char| c.is_alphabetic() || c == '_') && text(i + 1) == "::" => {
                let line = tokens[i].line;
                let mut path = vec![word.to_string()];
                while text(i + 1) == "::" && text(i + 2).starts_with(|c: char| c.is_alphabetic() || c == '_') {
                    path.push(text(i + 2).to_string());
                    i += 2;
                }
                raw.push((path, line));
                i += 1;
            }
            _ => i += 1,
        }
        found.extend(raw.into_iter().map(|(path, line)| (resolve(&here, path), line)));
    }
    found
}

/// The module path of a file under `src/`: `travel/metric.rs` is `travel::metric`, `travel/mod.rs` is `travel`.
fn module_of(file: &str) -> Vec<String> {
    let mut parts: Vec<String> = file.trim_end_matches(".rs").split('/').map(String::from).collect();
    if parts.last().is_some_and(|p| p == "mod" || p == "lib" || p == "main") {
        parts.pop();
    }
    parts
}

/// `crate::a::b` for a path that begins with `self` or `super`; others stay.
fn resolve(here: &[String], path: Vec<String>) -> Vec<String> {
    let ups = path.iter().take_while(|p| *p == "super").count();
    let selfs = usize::from(path.first().is_some_and(|p| p == "self"));
    if ups + selfs == 0 {
        return path;
    }
    let base = &here[..here.len().saturating_sub(ups)];
    ["crate".to_string()].into_iter().chain(base.iter().cloned()).chain(path.into_iter().skip(ups + selfs)).collect()
}

/// Everything in a file that goes against the order, exceptions not yet considered.
fn breaches(file: &str, source: &str) -> Vec<Breach> {
    let Some(room) = module_of(file).first().cloned() else { return Vec::new() };
    let Some(place) = ROOMS.iter().position(|r| *r == room) else {
        return vec![Breach { room, uses: "a room that is not in the order of rooms".into(), line: 1 }];
    };
    let allowed = RESTRICTED.iter().find(|(r, _)| *r == room).map(|(_, a)| *a);
    let mut found = Vec::new();
    for (path, line) in paths(file, source) {
        let first = path.first().map_or("", String::as_str);
        let used = if first == "crate" || first == "fenji" { path.get(1).map_or("", String::as_str) } else { "" };
        if let Some(other) = ROOMS.iter().position(|r| *r == used) {
            let fine = other == place || allowed.map_or(other < place, |a| a.contains(&used));
            if !fine {
                found.push(Breach { room: room.clone(), uses: used.into(), line });
            }
        }
        if SOLVERS.contains(&first) && room != "backend" {
            found.push(Breach { room: room.clone(), uses: first.into(), line });
        }
    }
    found
}

fn is_excepted(file: &str, breach: &Breach, exception: &(&str, &str, &str)) -> bool {
    file.starts_with(exception.0) && breach.uses == exception.1
}

/// All Rust files under a folder of the project, sorted, as paths relative to it.
fn rust_files(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut open: Vec<PathBuf> = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(dir) = open.pop() {
        let Ok(entries) = fs::read_dir(&dir) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn rooms_use_only_rooms_above_them() {
    let files = rust_files("src");
    assert!(files.len() > 30, "only {} files found: the test looks in the wrong place", files.len());
    let mut wrong = Vec::new();
    let mut used = vec![false; EXCEPTIONS.len()];
    for (file, source) in &files {
        for breach in breaches(file, source) {
            match EXCEPTIONS.iter().position(|e| is_excepted(file, &breach, e)) {
                Some(e) => used[e] = true,
                None => wrong.push(format!("src/{file}:{}: `{}` must not use `{}`", breach.line, breach.room, breach.uses)),
            }
        }
    }
    wrong.extend(EXCEPTIONS.iter().zip(used).filter(|(_, u)| !u).map(|(e, _)| format!("exception no longer needed: {e:?}")));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn files_stay_readable() {
    let long: Vec<String> = ["src", "tests", "benches"]
        .iter()
        .flat_map(|folder| rust_files(folder).into_iter().map(move |(file, source)| (format!("{folder}/{file}"), source.lines().count())))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(file, lines)| format!("{file} has {lines} lines, {LONGEST_FILE} are allowed"))
        .collect();
    assert!(long.is_empty(), "\n{}", long.join("\n"));
}

#[test]
fn the_binary_is_thin() {
    let main = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs")).unwrap();
    assert!(main.lines().count() < 60, "main.rs has {} lines", main.lines().count());
}

fn uses(file: &str, source: &str) -> Vec<String> {
    breaches(file, source).into_iter().map(|b| format!("{}:{}", b.line, b.uses)).collect()
}

#[test]
fn the_checker_sees_bad_files() {
    assert_eq!(uses("check/mod.rs", "use crate::{plan::ReferralPlan, model::linear};"), ["1:model"]);
    assert_eq!(uses("check/mod.rs", "use crate::indicators;"), ["1:indicators"]);
    assert_eq!(uses("travel/metric.rs", "\nfn f() { let _ = crate::network::Tier::V; }"), ["2:network"]);
    assert_eq!(uses("travel/metric.rs", "use super::super::network;"), ["1:network"]);
    assert_eq!(uses("policy/mod.rs", "pub(crate) use super::{ids::AreaId, io as files};"), ["1:io"]);
    assert_eq!(uses("model/linear.rs", "use highs::RowProblem;\nfn f(x: good_lp::Variable) {}"), ["1:highs", "2:good_lp"]);
    assert_eq!(uses("model/linear.rs", "use highs;"), ["1:highs"]);
    assert_eq!(uses("attic/mod.rs", "").len(), 1, "an unknown room is reported");
    assert_eq!(uses("demand/mod.rs", "mod inner { use super::super::plan::Flows; }"), ["1:plan"]);
    assert_eq!(uses("demand/mod.rs", "let x = r#\"crate::plan\"#; let c = '\"'; use crate::plan;"), ["1:plan"]);
}

#[test]
fn the_checker_lets_good_files_pass() {
    for (file, source) in [
        ("check/mod.rs", "use crate::plan::ReferralPlan; use crate::demand::Problem; use std::fmt;"),
        ("network/case.rs", "use super::Network; use crate::travel::Travel;"),
        ("plan/mod.rs", "pub mod referral; pub use self::referral::ReferralPlan; mod x { use super::referral; }"),
        ("ids.rs", "//! See [`Network`](crate::network::Network).\n/* crate::io */ const A: &str = \"crate::cli\";"),
        ("backend/highs.rs", "use highs::Model; use crate::model::linear;"),
        ("referral/mod.rs", "use crate::backend::{highs::Highs, clarabel}; fn f() { crate::backend::microlp::solve(); }"),
        ("ids.rs", "#[cfg(test)]\nmod tests { use crate::cli; fn f() { crate::io::x() } }"),
        ("plan/flows.rs", "fn f<'a>(x: &'a str) -> char { 'x' }"),
    ] {
        assert_eq!(uses(file, source), Vec::<String>::new(), "{file}: {source}");
    }
}
