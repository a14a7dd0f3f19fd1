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

/// Cells of a column of a table, by row.
fn column(file: &Path, name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let at = reader.headers().unwrap().iter().position(|h| h == name).unwrap();
    reader.records().map(|r| r.unwrap()[at].to_owned()).collect()
}

/// What a question names and cannot count is told with its key, not passed over.
#[test]
fn what_cannot_count_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("case");
    case(&folder, &[]);
    let table = folder.join("facilities.csv");
    let (ids, tiers, areas) = (column(&table, "id"), column(&table, "tier"), column(&table, "area"));
    let hospital = (0..ids.len()).find(|&j| tiers[j] == "K").unwrap();
    let other = areas.iter().find(|a| !a.is_empty() && **a != areas[hospital]).unwrap();
    let questions = [
        ("emergency", format!("keep = [\"{}\"]\nareas = [\"{other}\"]", ids[hospital]), "E049", "reform.emergency.keep"),
        ("surge", "multipliers = { ZZ = 2.0 }".to_owned(), "E049", "reform.surge.multipliers.ZZ"),
        ("communities", "adjacency = \"road\"".to_owned(), "E099", "adjacency"),
        ("grids", "adjacency = \"road\"".to_owned(), "E099", "adjacency"),
    ];
    for (model, keys, rule, column) in questions {
        let scenario = root.path().join("scenario.toml");
        fs::write(&scenario, format!("[reform.{model}]\n{keys}\n")).unwrap();
        let out = root.path().join(format!("{model}-out"));
        let (code, told) =
            json(&[model, folder.to_str().unwrap(), "--scenario", scenario.to_str().unwrap(), "--out", out.to_str().unwrap()]);
        assert_eq!(code, 4, "{model}: {told}");
        assert!(told.to_string().contains(rule) && told.to_string().contains(column), "{model}: {told}");
        assert!(!out.exists(), "{model}");
    }
}

/// A village named by hand is visited; that fixed sites reach it as well stays true.
#[test]
fn a_village_named_by_hand_stays_reached() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("case");
    case(&folder, &[]);
    let village = column(&folder.join("settlements.csv"), "id")[0].clone();
    let run = |name: &str, keys: &str| {
        let (scenario, out) = (root.path().join(format!("{name}.toml")), root.path().join(name));
        fs::write(&scenario, format!("[reform.mobile]\nreach_minutes = 10000\n{keys}\n")).unwrap();
        let args =
            ["mobile", folder.to_str().unwrap(), "--scenario", scenario.to_str().unwrap(), "--tables", "--out", out.to_str().unwrap()];
        let (code, told) = json(&args);
        assert_eq!(code, 0, "{told}");
        let plan: serde_json::Value = serde_json::from_slice(&fs::read(out.join("plan.json")).unwrap()).unwrap();
        plan["answer"]["mobile"].clone()
    };
    let without = run("without", "");
    let with = run("with", &format!("villages = [\"{village}\"]"));
    assert_eq!(without["villages"].as_array().map(Vec::len), Some(0), "{without}");
    assert_eq!(with["villages"][0]["settlement"], village.as_str(), "{with}");
    let [all, reached, visited, neither] = [0, 1, 2, 3].map(|k| with["settlements"][k].as_u64().unwrap());
    assert_eq!((reached, visited, neither), (all, 1, 0), "{with}");
}
