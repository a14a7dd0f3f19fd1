//! Every example of `examples/reform` is read, belongs to a model, and `fenji plan` holds together on a small case.
#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp)] // helpers of tests stop hard, as tests do

use assert_cmd::Command;
use fenji::io::read_scenario;
use fenji::plan::reform::Model;
use fenji::policy::Reform;
use serde_json::Value;
use std::path::PathBuf;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn run(args: &[&str]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_fenji")).args(args).arg("--json").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), serde_json::from_str(&text).unwrap_or_else(|e| panic!("{args:?}: {e}: {text}")))
}

#[test]
fn every_model_has_an_example_that_says_something() {
    for model in Model::ALL {
        let file = root().join("examples/reform").join(format!("{}.toml", model.name()));
        let read = read_scenario(&file, None).unwrap_or_else(|p| panic!("{}: {p:?}", file.display()));
        let asked = read.scenario.reform.unwrap_or_default();
        assert!(read.table["reform"].get(model.name()).is_some(), "{}", file.display());
        assert_ne!(asked, Reform::default(), "{} changes nothing", file.display());
    }
}

#[test]
fn mistakes_in_the_section_are_told_with_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.toml");
    std::fs::write(
        &file,
        "[reform.telemedicine]\ncounty_share = 1.5\n[reform.pairing]\nareas = [\"nowhere\"]\n[reform.pairing.gaps]\nX9 = -1\n",
    )
    .unwrap();
    let (code, answer) = run(&["pairing", "data/chongqing-southeast", "--scenario", file.to_str().unwrap(), "--out", "unused"]);
    assert_eq!(code, 4);
    let problems = answer["error"]["problems"].as_array().unwrap();
    let lines: Vec<i64> = problems.iter().filter_map(|p| p["line"].as_i64()).collect();
    assert!(lines.contains(&2) && lines.contains(&4) && lines.contains(&6), "{answer}");
}

#[test]
fn everything_together_on_a_small_case() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (case, out, ledger) = (path("case"), path("out"), path("ledger"));
    let made = [
        "generate",
        "--seed",
        "5",
        "--prefectures",
        "1",
        "--counties",
        "2",
        "--towns",
        "4",
        "--settlements",
        "30",
        "--people",
        "300000",
        "--out",
        &case,
    ];
    assert_eq!(run(&made).0, 0);
    let (code, answer) = run(&["plan", &case, "--out", &out]);
    assert_eq!(code, 0, "{answer}");
    let models: Vec<&str> = answer["models"].as_array().unwrap().iter().map(|m| m["model"].as_str().unwrap()).collect();
    assert!(models.len() >= 8, "{models:?}");
    assert!(answer["from_rest"]["value"].as_f64().unwrap() < 0.05, "{answer}");
    assert!(models.iter().all(|m| *m != "centres"), "one province sites no national centres");
    // without a word about beds in the scenario, the fewest are added that the floors need
    let told = run(&["beds", &case, "--out", &path("own")]).1;
    let needed = told["repairs"][0]["amount"].as_f64().unwrap().ceil();
    assert_eq!(answer["beds"]["question"]["add"].as_f64(), Some(needed));
    assert_eq!(run(&["check", &case, &format!("{out}/beds/plan.json")]).0, 0);
    let mut given = vec!["ledger".to_owned(), case.clone(), format!("{out}/referral/plan.json")];
    for model in &models {
        let plan = format!("{out}/{model}/plan.json");
        assert_eq!(run(&["check", &case, &plan]).0, 0, "{model}");
        given.push(plan);
    }
    given.extend(["--out".to_owned(), ledger]);
    let (code, told) = run(&given.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(code, 0, "{told}");
    // the ledger of the single plans is that of the whole, but for what was asked and cannot be had, of which there is no plan: that is missed
    let vain: Vec<&Value> = answer["missing"].as_array().unwrap().iter().filter(|m| m["infeasible"] == true).map(|m| &m["model"]).collect();
    let demands = fenji::policy::demands::all().unwrap();
    let judged = |d: &&fenji::policy::demands::Demand| matches!(&d.judged, fenji::policy::demands::Judged::Goals { goals } if vain.iter().any(|m| *m == goals));
    let missed = told["missed"].as_u64().unwrap() + demands.iter().filter(judged).count() as u64;
    assert_eq!((&told["met"], missed), (&answer["met"], answer["missed"].as_u64().unwrap()), "{vain:?}");
    // what to do, with the money of the plans themselves
    let measures = std::fs::read_to_string(format!("{out}/tables/measures.csv")).unwrap();
    let tele = answer["models"].as_array().unwrap().iter().find(|m| m["model"] == "telemedicine").unwrap();
    let row: Vec<&str> = measures.lines().find(|l| l.starts_with("telemedicine,")).unwrap().rsplit(',').collect();
    assert!((row[0].parse::<f64>().unwrap() - tele["objective"].as_f64().unwrap()).abs() < 1.0, "{measures}");
    // communities are monitored with the links of the telemedicine plan in force
    let plan: Value = serde_json::from_slice(&std::fs::read(format!("{out}/communities/plan.json")).unwrap()).unwrap();
    let monitored = plan["answer"]["communities"]["monitored"].as_array().unwrap().iter().find(|m| m["key"] == "tele").unwrap();
    let linked: Vec<f64> = monitored["values"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    assert!(linked.iter().any(|x| *x > 0.0), "{linked:?}");
    assert!(told["rows"].as_array().unwrap().len() >= 75);
    // every demand counts once, however many rows it has
    let count = |key: &str| told[key].as_u64().unwrap();
    assert_eq!(count("met") + count("met_in_part") + count("missed") + count("not_judged"), 75);
    let referral = format!("{out}/referral/plan.json");
    assert_eq!(run(&["ledger", &case, &referral, &referral, "--out", &path("twice")]).0, 2, "two plans of one kind");
}

/// A floor above what is there: the fewest beds are added, `fenji beds` asks the same of the same scenario, and the phases work towards it.
#[test]
fn beds_of_a_plan_are_what_its_phases_build() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (case, out, own, scenario) = (path("case"), path("out"), path("own"), path("beds.toml"));
    let small = "--prefectures 1 --counties 2 --towns 4 --settlements 30 --people 300000";
    let made: Vec<&str> = ["generate", "--seed", "5"].into_iter().chain(small.split(' ')).chain(["--out", &case]).collect();
    assert_eq!(run(&made).0, 0);
    let today = run(&["beds", &case, "--floor", "0", "--out", &own]).1;
    let lowest = today["before"]["lowest"].as_f64().unwrap();
    let floor = 1.1 * lowest;
    std::fs::write(&scenario, format!("[beds]\nfloor = {floor}\ngrowth = 0.5\n")).unwrap();
    let without = "access,communities,emergency,mobile,pairing,payment,staff,surge,telemedicine,grids";
    let (code, answer) = run(&["plan", &case, "--scenario", &scenario, "--without", without, "--out", &out]);
    assert_eq!(code, 0, "{answer}");
    let add = answer["beds"]["question"]["add"].as_u64().unwrap();
    let after = answer["beds"]["after"]["lowest"].as_f64().unwrap();
    assert!(add > 0 && after >= floor - 1e-9, "{answer}");
    // one bed fewer is too few, and the repair says so
    let fewer = (add - 1).to_string();
    let (code, told) = run(&["beds", &case, "--scenario", &scenario, "--add", &fewer, "--out", &own]);
    assert!(code == 3 && told["repair"][0].as_str().unwrap().contains("--add"), "{told}");
    let enough = add.to_string();
    let (code, told) = run(&["beds", &case, "--scenario", &scenario, "--add", &enough, "--out", &own]);
    assert_eq!((code, &told["after"]), (0, &answer["beds"]["after"]), "{told}");
    // what an option asks goes before what the scenario asks
    let (code, told) = run(&["beds", &case, "--scenario", &scenario, "--add", &enough, "--growth", "0", "--out", &own]);
    assert_eq!(code, 3, "{told}");
    let beds: serde_json::Value = serde_json::from_slice(&std::fs::read(format!("{out}/beds/plan.json")).unwrap()).unwrap();
    let phases: serde_json::Value = serde_json::from_slice(&std::fs::read(format!("{out}/phases/plan.json")).unwrap()).unwrap();
    let grown: Vec<_> = beds["areas"].as_array().unwrap().iter().filter(|a| a["after"].as_u64() > a["before"].as_u64()).collect();
    assert!(!grown.is_empty());
    for area in grown {
        let rate = 1000.0 * area["after"].as_f64().unwrap() / area["people"].as_f64().unwrap();
        let towards = phases["scenario"]["reform"]["phases"]["per_1000_of"][area["area"].as_str().unwrap()].as_f64().unwrap();
        assert!((towards - rate).abs() < 1e-9, "{area}");
    }
    // contradictions are told with their line
    std::fs::write(&scenario, "[beds]\ngoal = \"cost\"\n").unwrap();
    let (code, told) = run(&["beds", &case, "--scenario", &scenario, "--out", &own]);
    let problem = &told["error"]["problems"][0];
    assert!(code == 4 && problem["column"] == "beds.gini_limit" && problem["message"].as_str().unwrap().contains("goal"), "{told}");
}
