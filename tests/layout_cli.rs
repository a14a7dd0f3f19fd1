//! `fenji layout --ask` and `fenji compare` of layouts, as a planner calls them.
#![allow(clippy::unwrap_used, clippy::float_cmp)] // a test may fail loudly

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

fn json(args: &[&str]) -> (i32, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fenji"));
    command.env_remove("FENJI_LOG");
    let output = command.args(args).arg("--json").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), serde_json::from_str(&text).unwrap())
}

#[test]
fn layouts_are_asked_and_compared() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (case, one, two) = (path("case"), path("one"), path("two"));
    let size = ["--prefectures", "1", "--counties", "1", "--towns", "6", "--settlements", "24", "--people", "200000"];
    let mut generate = vec!["generate", "--seed", "11", "--out", &case];
    generate.extend(size);
    assert_eq!(json(&generate).0, 0);
    let nothing = path("nothing.toml");
    fs::write(&nothing, "name = \"From nothing\"\n[layout]\nexisting = \"ignore\"\ncandidates = \"generated\"\n").unwrap();
    let ask = ["--ask", "order,why,robust", "--force-most", "3", "--ask-time", "20"];
    let mut args = vec!["layout", &case, "--scenario", &nothing, "--out", &one];
    args.extend(ask);
    let (code, answer) = json(&args);
    assert_eq!(code, 0, "{answer}");
    let asked = &answer["questions"];
    let opened = answer["sites"]["opened"].as_u64().unwrap();
    // every site that opens has its place in the order, and every hospital its outage
    let steps = asked["order"]["steps"].as_array().unwrap().len() as u64;
    assert_eq!(steps, opened, "{asked}");
    let written: Value = serde_json::from_slice(&fs::read(Path::new(&one).join("questions.json")).unwrap()).unwrap();
    assert_eq!(&written, asked);
    let plan: Value = serde_json::from_slice(&fs::read(Path::new(&one).join("plan.json")).unwrap()).unwrap();
    let hospitals = plan["sites"].as_array().unwrap().iter().filter(|s| s["level"] == 3).count();
    assert!(hospitals > 0);
    assert_eq!(asked["robust"]["outages"].as_array().unwrap().len(), hospitals, "{asked}");
    assert_eq!(json(&["check", &case, &format!("{one}/plan.json")]).0, 0);

    let (code, answer) = json(&["layout", &case, "--no-report", "--out", &two]);
    assert_eq!(code, 0, "{answer}");
    let plans = [format!("{one}/plan.json"), format!("{two}/plan.json")];
    let other: Value = serde_json::from_slice(&fs::read(&plans[1]).unwrap()).unwrap();
    let levels = |plan: &Value| -> std::collections::BTreeMap<String, u64> {
        let sites = plan["sites"].as_array().unwrap().iter();
        sites.map(|s| (s["code"].as_str().unwrap().to_owned(), s["level"].as_u64().unwrap())).filter(|s| s.1 > 0).collect()
    };
    let (before, after) = (levels(&plan), levels(&other));
    let opened = after.keys().filter(|k| !before.contains_key(*k)).count() as u64;
    let closed = before.keys().filter(|k| !after.contains_key(*k)).count() as u64;
    assert!(opened > 0 && closed > 0);
    for (lang, words) in [("en", "Sites of"), ("zh", "机构差异")] {
        let out = path(&format!("compare-{lang}"));
        let (code, answer) = json(&["compare", &case, &plans[0], &plans[1], "--lang", lang, "--out", &out]);
        assert_eq!(code, 0, "{answer}");
        assert_eq!(answer["kind"], "layout");
        let changes = &answer["changes"][0];
        assert_eq!((changes["opened"].as_u64().unwrap(), changes["closed"].as_u64().unwrap()), (opened, closed), "{changes}");
        let total = |n: usize| answer["plans"][n]["indicators"]["money_total"].as_f64().unwrap();
        assert!((total(0) - plan["money"]["total"].as_f64().unwrap()).abs() < 1e-6 && total(0) != total(1));
        let page = fs::read_to_string(Path::new(&out).join("compare.html")).unwrap();
        assert!(page.contains(words), "{lang}");
        assert!(Path::new(&out).join("pictures/layout-difference-1.png").exists());
        let table = fs::read_to_string(Path::new(&out).join("tables/changed_sites.csv")).unwrap();
        assert_eq!(table.lines().filter(|l| l.contains(",closed,")).count() as u64, closed);
    }
    // a layout against itself differs in nothing; a layout and a referral plan are not compared
    let out = path("same");
    let (_, same) = json(&["compare", &case, &plans[0], &plans[0], "--out", &out]);
    assert!(same["changes"][0].as_object().unwrap().iter().all(|(k, v)| k == "kept" || v == 0), "{same}");
    let referral = path("referral");
    let (code, _) = json(&["referral", &case, "--no-report", "--out", &referral]);
    assert_eq!(code, 0);
    let (code, _) = json(&["compare", &case, &plans[0], &format!("{referral}/plan.json"), "--out", &path("mixed")]);
    assert_eq!(code, 2);
}
