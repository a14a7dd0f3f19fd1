//! The bench from outside: shipped specification, hostile ones, a kill in the middle and what is there afterwards.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests stop hard, as tests do

#[path = "common/program.rs"]
mod program;

use program::{fenji, json};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

/// Four small instances, two settings, one seed: eight runs of a fraction of a second.
const SPEC: &str = r#"
name = "test"
time = 20
seeds = [1]
targets = [0.01]
[[instance]]
name = "u"
points = { clients = 22, seed = 5 }
count = 4
[[problem]]
name = "pm"
engine = "mip"
problem = "p-median"
p = 4
[[setting]]
name = "plain"
[[setting]]
name = "other"
gap = 0.02
"#;

/// Finished runs with their bytes and the time they were written.
fn finished(out: &Path) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
    let Ok(folder) = fs::read_dir(out.join("runs")) else { return BTreeMap::new() };
    folder
        .filter_map(Result::ok)
        .filter(|e| e.path().extension().is_some_and(|x| x == "json"))
        .filter_map(|e| {
            Some((e.file_name().to_string_lossy().into_owned(), (fs::read(e.path()).ok()?, e.metadata().ok()?.modified().ok()?)))
        })
        .collect()
}

#[test]
fn killed_and_resumed_a_bench_repeats_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (spec, out) = (dir.path().join("spec.toml"), dir.path().join("out"));
    fs::write(&spec, SPEC).unwrap();
    let args = ["bench", spec.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let mut child = fenji(&args).arg("--quiet").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begin = Instant::now();
    while finished(&out).len() < 2 {
        assert!(begin.elapsed() < Duration::from_secs(120), "no run ended");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap(); // SIGKILL: no chance to tidy up
    child.wait().unwrap();
    let before = finished(&out);
    assert!(before.len() >= 2);
    let (code, answer) = json(&args);
    assert_eq!(code, 0, "{answer}");
    let after = finished(&out);
    assert_eq!((answer["runs"].as_u64(), answer["missing"].as_u64(), after.len()), (Some(8), Some(0), 8));
    assert_eq!(answer["run_now"].as_u64().unwrap() as usize, 8 - before.len());
    for (name, run) in &before {
        assert_eq!(&after[name], run, "{name} was run again");
    }
    assert!(fs::read_dir(out.join("runs")).unwrap().all(|e| !e.unwrap().file_name().to_string_lossy().starts_with(".run-")), "leftovers");
    // a third time nothing is run at all
    let (_, again) = json(&args);
    assert_eq!(again["run_now"], 0);
    assert_eq!(finished(&out), after);
    // a damaged result is run again, and only that
    let victim = out.join("runs").join(after.keys().next().unwrap());
    fs::remove_file(&victim).unwrap();
    assert_eq!(json(&args).1["run_now"], 1);
    // another limit is another run
    fs::write(&spec, SPEC.replace("time = 20", "time = 21")).unwrap();
    assert_eq!(json(&["bench", args[1], "--out", args[3], "--page-only"]).1["missing"], 8);
}

#[test]
fn what_a_bench_writes_is_whole_and_right() {
    let dir = tempfile::tempdir().unwrap();
    let (spec, out) = (dir.path().join("spec.toml"), dir.path().join("out"));
    let case = "\n[[instance]]\nname = \"c\"\ncase = { seed = 2, counties = 1, towns = 6, settlements = 18 }\n[[problem]]\nname = \"ref\"\nengine = \"referral\"\n";
    fs::write(&spec, SPEC.replace("count = 4", "count = 2") + case).unwrap();
    let (code, answer) = json(&["bench", spec.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert_eq!(code, 0, "{answer}");
    assert_eq!(answer["contradictions"], serde_json::json!([]));
    let mut table = csv::Reader::from_path(out.join("runs.csv")).unwrap();
    let rows: Vec<BTreeMap<String, String>> = table.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 6);
    for row in &rows {
        assert_eq!(row["status"], "solved", "{row:?}");
        let number = |key: &str| row[key].parse::<f64>().unwrap();
        assert!(number("bound") <= number("value") * (1.0 + 1e-9) && number("wall") > 0.0);
        assert!(number("wall") >= number("own_seconds"), "the process takes longer than its work: {row:?}");
        if cfg!(unix) {
            assert!(number("cpu") > 0.0 && number("peak_memory") > 1e6);
        }
        if cfg!(target_os = "linux") {
            assert_eq!(row["cores"].split(' ').count(), 1, "one thread, one core");
        }
    }
    // the exact setting and the one with a gap agree within it
    let value =
        |setting: &str| rows.iter().find(|r| r["setting"] == setting && r["problem"] == "pm").unwrap()["value"].parse::<f64>().unwrap();
    assert!(value("plain") <= value("other") + 1e-6 && value("other") <= value("plain") * 1.03);
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    for part in ["<svg", "table-settings", "table-cells", "table-runs", "Performance profile", "Time to a gap of 1 %"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("http://www.w3.org/1999/xhtml") && !page.contains("src=\"http"), "self-contained");
    assert!(cfg!(not(feature = "parquet")) || fs::read(out.join("runs.parquet")).unwrap().starts_with(b"PAR1"));
    for file in ["settings.csv", "profile.csv", "pictures/profile.svg", "pictures/time-to-gap-1.svg"] {
        assert!(out.join(file).is_file(), "{file}");
    }
}

#[test]
fn every_mistake_of_a_specification_is_named_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let (spec, out) = (dir.path().join("spec.toml"), dir.path().join("out"));
    let text = r#"time = -1
seeds = []
[[instance]]
name = "../etc"
points = { clients = 0 }
[[instance]]
name = "two"
files = "a"
folder = "b"
[[instance]]
name = "few"
points = { clients = 5 }
pints = 3
[[problem]]
name = "x"
engine = "mip"
problem = "tsp"
on = ["nowhere"]
[[problem]]
name = "pm"
engine = "mip"
problem = "p-median"
on = ["few"]
[[problem]]
name = "cfl"
engine = "mip"
problem = "cfl"
on = ["few"]
[[setting]]
name = "s"
backend = "cplex"
threads = 0
gap = 2.0
[[setting]]
name = "s"
options = { no_such_option = 1 }
on = ["y"]
"#;
    fs::write(&spec, text).unwrap();
    let (code, answer) = json(&["bench", spec.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert_eq!(code, 4, "{answer}");
    let problems = answer["error"]["problems"].as_array().unwrap();
    let found: Vec<(u64, &str)> = problems.iter().map(|p| (p["line"].as_u64().unwrap_or(0), p["column"].as_str().unwrap_or(""))).collect();
    for (line, column) in [
        (1, "time"),
        (2, "seeds"),
        (4, "instance.name"),
        (5, "instance.points"),
        (13, "instance.2.pints"),
        (17, "problem.problem"),
        (18, "problem.on"),
        (27, "problem.problem"),
        (31, "setting.backend"),
        (32, "setting.threads"),
        (33, "setting.gap"),
        (35, "setting.name"),
        (36, "setting.options"),
        (37, "setting.on"),
    ] {
        assert!(found.contains(&(line, column)), "line {line} {column} is missing in {found:?}");
    }
    for p in problems {
        assert!(p["code"].as_str().unwrap().starts_with('E') && !p["remedy"].as_str().unwrap().is_empty(), "{p}");
    }
    assert!(!out.exists(), "nothing is written");
    // a broken file, a missing one, a folder of somebody else
    fs::write(&spec, "name = = 1\n").unwrap();
    assert_eq!(json(&["bench", spec.to_str().unwrap(), "--out", out.to_str().unwrap()]).0, 4);
    assert_eq!(json(&["bench", "/nowhere.toml", "--out", out.to_str().unwrap()]).0, 4);
    fs::write(&spec, SPEC).unwrap();
    fs::create_dir(&out).unwrap();
    fs::write(out.join("thesis.docx"), "x").unwrap();
    assert_eq!(json(&["bench", spec.to_str().unwrap(), "--out", out.to_str().unwrap()]).0, 2);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
    let huge =
        fenji(&["bench", spec.to_str().unwrap(), "--out", dir.path().join("o2").to_str().unwrap(), "--jobs", "4000"]).output().unwrap();
    assert_eq!(huge.status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_a_bench_that_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (spec, out) = (dir.path().join("spec.toml"), dir.path().join("out"));
    fs::write(&spec, SPEC).unwrap();
    let args = ["bench", spec.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let child = fenji(&args).args(["--json", "--quiet"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let begin = Instant::now();
    while finished(&out).is_empty() {
        assert!(begin.elapsed() < Duration::from_secs(120), "no run ended");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let there = finished(&out).len();
    assert_eq!(answer["missing"].as_u64().unwrap() as usize, 8 - there);
    assert!(out.join("report.html").is_file(), "what is there is shown");
    assert_eq!(json(&args).1["missing"], 0);
}

#[test]
fn the_shipped_specification_is_valid() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = fenji::bench::spec::read(&root.join("examples/bench/small.toml"), 2);
    if cfg!(feature = "highs") {
        let spec = read.unwrap();
        // 3 uniform and clustered instances and 2 capacitated ones and a case, 2 seeds, 3 settings: at most 5 s each
        assert_eq!((spec.instance.len(), spec.problem.len(), spec.setting.len()), (4, 3, 3));
    }
}
