//! What a model needs and the case has not: invalid input with code, place and remedy, never a failure.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests stop hard, as tests do

#[path = "common/program.rs"]
mod program;

use program::{fenji, json};
use std::fs;
use std::path::Path;

/// The smallest generated case without the facilities of some tiers.
fn case(folder: &Path, without: &[&str]) {
    let out = folder.to_str().unwrap();
    fenji(&["generate", "--seed", "3", "--counties", "2", "--towns", "6", "--settlements", "12", "--quiet", "--out", out])
        .status()
        .unwrap();
    let file = folder.join("facilities.csv");
    let text = fs::read_to_string(&file).unwrap();
    let head = text.lines().next().unwrap();
    let tier = head.split(',').position(|h| h == "tier").unwrap();
    let kept = text.lines().filter(|l| !without.contains(&l.split(',').nth(tier).unwrap_or("")));
    fs::write(&file, kept.map(|l| format!("{l}\n")).collect::<String>()).unwrap();
}

#[test]
fn lacks_are_invalid_input() {
    let root = tempfile::tempdir().unwrap();
    for (model, without) in [("pairing", &["K", "D"][..]), ("payment", &[][..])] {
        let folder = root.path().join(model);
        case(&folder, without);
        let out = root.path().join(format!("{model}-out"));
        let (code, told) = json(&[model, folder.to_str().unwrap(), "--out", out.to_str().unwrap()]);
        assert_eq!(code, 4, "{model}: {told}");
        assert!(told.to_string().contains("E099"), "{model}: {told}");
        assert!(!out.exists(), "{model}");
    }
}
