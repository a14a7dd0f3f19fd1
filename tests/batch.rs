//! Batches from outside: rows for whatever happens, hostile specifications, locks, damage, shards, and kills at random moments, after which
//! nothing may be lost, repeated or different.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::panic)] // helpers of tests stop hard, as tests do

#[path = "common/program.rs"]
mod program;

use program::{fenji, json};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

/// Three tiny prefectures `case-1` to `case-3`, a scenario that nothing meets, and a specification of them.
fn bench_of(dir: &Path, spec: &str) -> PathBuf {
    for seed in ["1", "2", "3"] {
        let out = dir.join(format!("case-{seed}"));
        let sizes = ["--counties", "2", "--towns", "7", "--settlements", "14", "--people", "200000"];
        let made = fenji(&["generate", "--seed", seed, "--out", out.to_str().unwrap(), "--quiet"]).args(sizes).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    fs::write(dir.join("hard.toml"), "hard_targets = true\n[targets]\nin_county = 0.9999\n").unwrap();
    fs::write(dir.join("spec.toml"), spec).unwrap();
    dir.join("spec.toml")
}

/// Twelve jobs that all have a plan.
const SPEC: &str = r#"
name = "test"
report = false
[[case]]
path = "case-*"
[[command]]
command = "referral"
[[command]]
command = "access"
[grid]
gamma = [0.3, 0.6]
"#;

fn run<'a>(spec: &'a Path, out: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["batch", "run", spec.to_str().unwrap(), "--out", out.to_str().unwrap(), "--jobs", "2"];
    args.extend(more);
    args
}

/// Rows of a CSV file.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

/// Finished jobs with the bytes of their record and the time it was written.
fn finished(out: &Path) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
    let Ok(folder) = fs::read_dir(out.join("jobs")) else { return BTreeMap::new() };
    let record = |e: fs::DirEntry| {
        let path = e.path().join("record.json");
        let name = e.file_name().to_string_lossy().into_owned();
        (!name.starts_with('.')).then(|| Some((name, (fs::read(&path).ok()?, path.metadata().ok()?.modified().ok()?))))?
    };
    folder.filter_map(Result::ok).filter_map(record).collect()
}

/// All files below a folder.
fn tree(root: &Path) -> Vec<PathBuf> {
    let (mut open, mut found) = (vec![root.to_owned()], Vec::new());
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path.strip_prefix(root).unwrap().to_owned()) }
        }
    }
    found.sort();
    found
}

/// Everything that a batch left, what timing changes taken out: seconds of plans and records (with the checksums over them), three columns
/// of jobs.csv, jobs.parquet (the same rows), the table of jobs on the page, and the folder's own name and shard.
fn timeless(out: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.retain(|k, _| !["seconds", "cpu", "peak_memory", "seal"].contains(&k.as_str()));
                if map.get("path").is_some_and(|p| p == "result/plan.json") {
                    map.retain(|k, _| k == "path");
                }
                map.values_mut().for_each(strip);
            }
            Value::Array(list) => list.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut all = BTreeMap::new();
    for path in tree(out) {
        let name = path.to_string_lossy().into_owned();
        let bytes = fs::read(out.join(&path)).unwrap();
        let kept = match name.as_str() {
            "lock" | "batch.json" | "data/jobs.parquet" => continue,
            "data/jobs.csv" => {
                let mut rows = rows(&out.join(&path));
                for row in &mut rows {
                    row.retain(|k, _| !["seconds", "cpu_seconds", "peak_memory"].contains(&k.as_str()));
                }
                format!("{rows:?}").into_bytes()
            }
            "report.html" => String::from_utf8(bytes).unwrap().split("id=\"jobs\"").next().unwrap().as_bytes().to_vec(),
            n if n.ends_with("record.json") || n.ends_with("plan.json") => {
                let mut value: Value = serde_json::from_slice(&bytes).unwrap();
                strip(&mut value);
                value.to_string().into_bytes()
            }
            _ => bytes,
        };
        all.insert(path, kept);
    }
    all
}

fn same(a: &Path, b: &Path) {
    let (a, b) = (timeless(a), timeless(b));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (path, bytes) in &a {
        assert!(bytes == &b[path], "{} differs", path.display());
    }
}

#[test]
fn whatever_happens_to_a_job_is_a_row() {
    let dir = tempfile::tempdir().unwrap();
    let text = "name = \"rows\"\n[[case]]\npath = \"case-*\"\n[[scenario]]\n[[scenario]]\nfile = \"hard.toml\"\n[[command]]\ncommand = \"referral\"\n[[command]]\ncommand = \"payment\"\nscenarios = [\"as-it-is\"]\ncases = [\"case-*\"]\n";
    let spec = bench_of(dir.path(), text);
    // a case that is none, and one whose scenario names a place that is not there
    fs::create_dir(dir.path().join("case-9")).unwrap();
    fs::write(dir.path().join("case-9/case.toml"), "format = 1\nname = \"=cmd|' /C calc'!A0 <script>alert(1)</script>\"\n").unwrap();
    let out = dir.path().join("out");
    let (code, answer) = json(&run(&spec, &out, &[]));
    assert_eq!(code, 0, "{answer}");
    // referral: 4 cases x 2 scenarios, payment: 4 cases
    let status = &answer["status"];
    assert_eq!((&answer["jobs"], &status["done"], &status["infeasible"], &status["failed"]), (&12.into(), &6.into(), &3.into(), &3.into()));
    let rows = rows(&out.join("data/jobs.csv"));
    let failed: Vec<_> = rows.iter().filter(|r| r["status"] == "failed").collect();
    assert!(failed.iter().all(|r| r["case"] == "case-9" && r["message"].contains('E') && r["exit"] == "4"), "{failed:?}");
    let infeasible: Vec<_> = rows.iter().filter(|r| r["status"] == "infeasible").collect();
    assert!(infeasible.iter().all(|r| r["scenario"] == "hard" && r["exit"] == "3" && !r["message"].is_empty()), "{infeasible:?}");
    for row in rows.iter().filter(|r| r["status"] == "done") {
        let number = |k: &str| row[k].parse::<f64>().unwrap();
        assert!(number("objective") != 0.0 && number("seconds") > 0.0, "{row:?}");
        assert!(!cfg!(unix) || number("peak_memory") > 1e6 && number("cpu_seconds") > 0.0);
        assert!(out.join(&row["folder"]).join(&row["opens"]).is_file() && row["opens"].ends_with("report.html"), "{row:?}");
    }
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    for part in ["table-jobs", "table-ranking", "batch-maps", "href=\"jobs", "<svg", "infeasible"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("<script>alert"), "escaped");
    // the same page in Chinese, and back
    for (lang, there, gone) in [("zh", "地区排名", "Ranking of areas"), ("en", "Ranking of areas", "地区排名")] {
        assert_eq!(json(&["batch", "report", out.to_str().unwrap(), "--lang", lang]).0, 0);
        let page = fs::read_to_string(out.join("report.html")).unwrap();
        assert!(page.contains(&format!("<html lang=\"{lang}\"")) && page.contains(there) && !page.contains(gone), "{lang}");
    }
    // a plan of the batch is a plan like any other
    let plan = out.join(&rows.iter().find(|r| r["status"] == "done" && r["case"] == "case-2").unwrap()["folder"]).join("result/plan.json");
    assert_eq!(json(&["check", dir.path().join("case-2").to_str().unwrap(), plan.to_str().unwrap()]).0, 0);
    // retry runs what has no answer, and nothing else
    let before = finished(&out);
    let (_, again) = json(&["batch", "retry", out.to_str().unwrap()]);
    assert_eq!(again["run_now"], 3, "{again}");
    let after = finished(&out);
    assert_eq!(before.iter().filter(|(k, v)| after[*k] == **v).count(), 9);
}

#[test]
fn every_mistake_of_a_specification_is_named_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let text = "nam = \"x\"\ntime = -1\n[[case]]\npath = \"case-*\"\nonly = [\"1\"]\n[[case]]\npath = \"\"\nname = \"a/b\"\n[[scenario]]\nname = \"s\"\n[[scenario]]\nname = \"s\"\nfile = \"x\"\n[[command]]\ncommand = \"referal\"\n[[command]]\ncommand = \"beds\"\nargs = [\"--frobnicate\"]\nscenarios = [\"t\"]\n[[command]]\ncommand = \"layout\"\nargs = [\"--out\", \"x\"]\nflows = true\n[grid]\ngamma = [0.5, 7.0]\ntargets.in_county = 0.9\ngama = [1]\n";
    let spec = bench_of(dir.path(), text);
    let out = dir.path().join("out");
    let (code, answer) = json(&run(&spec, &out, &[]));
    assert_eq!(code, 4, "{answer}");
    let problems = answer["error"]["problems"].as_array().unwrap();
    let found: Vec<(u64, &str)> = problems.iter().map(|p| (p["line"].as_u64().unwrap_or(0), p["column"].as_str().unwrap_or(""))).collect();
    for wanted in [
        (1, "nam"),
        (2, "time"),
        (5, "case.only"),
        (7, "case.path"),
        (8, "case.name"),
        (12, "scenario.name"),
        (15, "command.command"),
        (18, "command.args"),
        (19, "command.scenarios"),
        (22, "command.args"),
        (23, "command.flows"),
        (26, "grid.targets.in_county"),
    ] {
        assert!(found.contains(&wanted), "{wanted:?} is missing in {found:?}");
    }
    for p in problems {
        assert!(p["code"].as_str().unwrap().starts_with('E') && !p["remedy"].as_str().unwrap().is_empty(), "{p}");
    }
    assert!(!out.exists(), "nothing is written");
    // values that no scenario takes, patterns that match nothing: named with the key
    fs::write(&spec, SPEC.replace("gamma = [0.3, 0.6]", "gamma = [0.5, 7.0]\ngama = [1]")).unwrap();
    let (code, answer) = json(&run(&spec, &out, &[]));
    let said = answer.to_string();
    assert!(code == 4 && said.contains("grid.gamma") && said.contains("grid.gama"), "{said}");
    fs::write(&spec, SPEC.replace("case-*", "nowhere-*")).unwrap();
    let (code, answer) = json(&run(&spec, &out, &[]));
    assert!(code == 4 && answer.to_string().contains("nothing matches"), "{answer}");
    fs::write(&spec, SPEC.replace("[[command]]\ncommand = \"access\"", "[[scenario]]\nfile = \"none*.toml\"")).unwrap();
    assert!(json(&run(&spec, &out, &[])).1.to_string().contains("nothing matches"));
    assert_eq!(json(&run(Path::new("/nowhere.toml"), &out, &[])).0, 4);
    assert_eq!(json(&run(&spec, &out, &["--shard", "3/3"])).0, 2);
    // folders of somebody else, and folders that are none
    let mine = dir.path().join("mine");
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("thesis.docx"), "x").unwrap();
    fs::write(&spec, SPEC).unwrap();
    let (code, answer) = json(&run(&spec, &mine, &[]));
    assert!(code == 2 && answer.to_string().contains("did not write"), "{answer}");
    assert_eq!(fs::read_dir(&mine).unwrap().count(), 1);
    for action in ["status", "retry", "report"] {
        assert_eq!(json(&["batch", action, mine.to_str().unwrap()]).0, 2, "{action}");
    }
}

#[test]
fn a_folder_is_worked_in_once_and_damage_is_found_and_redone() {
    let dir = tempfile::tempdir().unwrap();
    let spec = bench_of(dir.path(), SPEC);
    let out = dir.path().join("out");
    let mut first = fenji(&run(&spec, &out, &["--quiet"])).stdout(Stdio::null()).spawn().unwrap();
    let begin = Instant::now();
    while finished(&out).is_empty() {
        assert!(begin.elapsed() < Duration::from_secs(120) && first.try_wait().unwrap().is_none(), "no job ended in time");
        std::thread::sleep(Duration::from_millis(2));
    }
    let (code, answer) = json(&run(&spec, &out, &["--resume"]));
    assert!(code == 2 && answer.to_string().contains("locked"), "{answer}");
    assert_eq!(json(&["batch", "status", out.to_str().unwrap()]).1["running"], true);
    assert!(first.wait().unwrap().success());
    let (code, answer) = json(&run(&spec, &out, &[]));
    assert!(code == 2 && answer.to_string().contains("--resume"), "{answer}");
    let before = finished(&out);
    assert_eq!(before.len(), 12);
    assert_eq!(json(&run(&spec, &out, &["--resume"])).1["run_now"], 0);
    let undisturbed = timeless(&out);
    // one bit of a plan, a record cut short, a table gone
    let names: Vec<PathBuf> = before.keys().map(|k| out.join("jobs").join(k)).collect();
    let plan = names[0].join("result/plan.json");
    let mut bytes = fs::read(&plan).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&plan, bytes).unwrap();
    let record = names[1].join("record.json");
    fs::write(&record, &fs::read(&record).unwrap()[..40]).unwrap();
    fs::remove_file(names[2].join("answer.json")).unwrap();
    let status = json(&["batch", "status", out.to_str().unwrap()]).1;
    assert_eq!((&status["damaged"], &status["running"]), (&3.into(), &false.into()), "{status}");
    let (_, again) = json(&run(&spec, &out, &["--resume"]));
    assert_eq!((&again["run_now"], &again["damaged_redone"], &again["damaged"]), (&3.into(), &3.into(), &0.into()));
    let after = finished(&out);
    assert!(before.iter().skip(3).all(|(k, v)| &after[k] == v), "the others were left alone");
    assert_eq!(timeless(&out), undisturbed);
}

#[test]
fn shards_put_together_are_one_run() {
    let dir = tempfile::tempdir().unwrap();
    let spec = bench_of(dir.path(), &SPEC.replace("path = \"case-*\"", "path = \"case-1\"\nevery = \"area\""));
    let whole = dir.path().join("whole");
    assert_eq!(json(&run(&spec, &whole, &[])).0, 0);
    let shards: Vec<PathBuf> = (0..3).map(|n| dir.path().join(format!("shard-{n}"))).collect();
    let mut jobs = 0;
    for (n, shard) in shards.iter().enumerate() {
        let (code, answer) = json(&run(&spec, shard, &["--shard", &format!("{n}/3")]));
        assert_eq!(code, 0, "{answer}");
        jobs += answer["jobs"].as_u64().unwrap();
    }
    // a city core and two counties, two commands, two values
    assert_eq!(jobs, 12);
    let merged = dir.path().join("merged");
    let mut args = vec!["batch", "merge", "--out", merged.to_str().unwrap()];
    args.extend(shards.iter().map(|s| s.to_str().unwrap()));
    let (code, answer) = json(&args);
    assert!(code == 0 && answer["taken"] == 12 && answer["missing"] == 0, "{answer}");
    let strip = |out: &Path| {
        let mut all = timeless(out);
        // inputs stay with the shards
        all.retain(|p, _| !p.starts_with("cases") && !p.starts_with("scenarios"));
        all
    };
    let (a, b) = (strip(&whole), strip(&merged));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (path, bytes) in &a {
        assert!(bytes == &b[path], "{} differs", path.display());
    }
    // again: nothing is left to take
    assert_eq!(json(&args).1["taken"], 0);
    // another specification, another version
    let other = dir.path().join("other");
    fs::write(&spec, SPEC.replace("0.3, 0.6", "0.3")).unwrap();
    assert_eq!(json(&run(&spec, &other, &[])).0, 0);
    let refused = |with: &Path| {
        json(&["batch", "merge", shards[0].to_str().unwrap(), with.to_str().unwrap(), "--out", dir.path().join("no").to_str().unwrap()])
    };
    let (code, answer) = refused(&other);
    assert!(code == 2 && answer.to_string().contains("specification differs"), "{answer}");
    let list = shards[1].join("batch.json");
    let text = fs::read_to_string(&list).unwrap();
    fs::write(&list, text.replace(&format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION")), "\"version\": \"0.0.9\"")).unwrap();
    let (code, answer) = refused(&shards[1]);
    assert!(code == 2 && answer.to_string().contains("version of the program differs"), "{answer}");
    assert!(!dir.path().join("no").exists());
}

#[test]
fn limits_of_time_and_memory_are_rows() {
    let dir = tempfile::tempdir().unwrap();
    let spec = bench_of(dir.path(), &format!("limit = 0.000001\n{}", SPEC.replace("case-*", "case-1")));
    let out = dir.path().join("out");
    let (code, answer) = json(&run(&spec, &out, &[]));
    assert!(code == 0 && answer["status"]["limit"] == 4, "{answer}");
    if cfg!(target_os = "linux") {
        fs::write(&spec, SPEC.replace("case-*", "case-1")).unwrap();
        let small = dir.path().join("small");
        let (code, answer) = json(&run(&spec, &small, &["--memory-limit", "64K"]));
        // one that ends between two looks is done
        let ended = answer["status"]["overmemory"].as_u64().unwrap();
        assert!(code == 0 && ended > 0 && ended + answer["status"]["done"].as_u64().unwrap() == 4, "{answer}");
        // with room all are done
        assert_eq!(json(&["batch", "retry", small.to_str().unwrap()]).1["status"]["done"], 4);
    }
}

/// A source of moments: the same every time (Numerical Recipes' generator).
struct Moments(u64);

impl Moments {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

fn begin(spec: &Path, out: &Path) -> Child {
    fenji(&run(spec, out, &["--resume", "--quiet"])).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Kills a batch at random moments until it has been killed so often, in as many folders as that takes; each folder is brought to its end
/// and held against an undisturbed run, byte for byte.
fn killed_so_often(kills: usize, seed: u64) {
    let dir = tempfile::tempdir().unwrap();
    let spec = bench_of(
        dir.path(),
        &SPEC.replace(
            "[[command]]\ncommand = \"referral\"",
            "[[case]]\npath = \"case-1\"\nname = \"part\"\nevery = \"area\"\n[[command]]\ncommand = \"referral\"",
        ),
    );
    let whole = dir.path().join("whole");
    let since = Instant::now();
    assert!(begin(&spec, &whole).wait().unwrap().success());
    let all = u64::try_from(since.elapsed().as_millis()).unwrap();
    assert_eq!(finished(&whole).len(), 24);
    let mut moments = Moments(seed);
    let (mut killed, mut folder, mut early, mut between, mut late) = (0, 0, 0, 0, 0);
    while killed < kills {
        let out = dir.path().join(format!("killed-{folder}"));
        folder += 1;
        let mut known: BTreeMap<String, (Vec<u8>, SystemTime)> = BTreeMap::new();
        loop {
            let mut child = begin(&spec, &out);
            if killed >= kills {
                assert!(child.wait().unwrap().success());
                break;
            }
            std::thread::sleep(Duration::from_millis(moments.next(all / 2 + 20)));
            if child.try_wait().unwrap().is_some() {
                break; // it was faster: the next folder
            }
            child.kill().unwrap(); // SIGKILL: no chance to tidy up
            child.wait().unwrap();
            killed += 1;
            let now = finished(&out);
            for (hash, record) in &known {
                assert_eq!(now.get(hash), Some(record), "{hash} was lost or run again (kill {killed})");
            }
            match now.len() {
                0 => early += 1,
                24 => late += 1,
                _ => between += 1,
            }
            let all_there = now.len() == 24;
            known = now;
            if all_there {
                break; // only data set and page were left
            }
        }
        assert_eq!(json(&run(&spec, &out, &["--resume"])).1["status"]["done"], 24);
        for (hash, record) in &known {
            assert_eq!(finished(&out).get(hash), Some(record), "{hash} was run again");
        }
        assert!(fs::read_dir(out.join("jobs")).unwrap().all(|e| !e.unwrap().file_name().to_string_lossy().starts_with('.')), "leftovers");
        same(&whole, &out);
        fs::remove_dir_all(&out).unwrap();
    }
    println!("{killed} kills in {folder} folders: {early} before the first job, {between} between, {late} after the last one");
    assert!(kills < 10 || between * 3 >= kills, "most kills missed the jobs: {early} {between} {late}");
}

#[test]
fn killed_a_few_times_a_batch_is_what_it_would_have_been() {
    killed_so_often(4, 20_261_122);
}

#[test]
#[ignore = "takes minutes: `make batch-kills` runs it"]
fn killed_fifty_times_a_batch_is_what_it_would_have_been() {
    killed_so_often(50, 7);
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_a_batch_that_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let spec = bench_of(dir.path(), SPEC);
    let out = dir.path().join("out");
    let child = fenji(&run(&spec, &out, &["--json", "--quiet"])).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let begin = Instant::now();
    while finished(&out).is_empty() {
        assert!(begin.elapsed() < Duration::from_secs(120), "no job ended");
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "a scheduler must not take it for done");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&answer["stopped"], &answer["ok"]), (&true.into(), &false.into()), "{answer}");
    assert_eq!(answer["status"]["failed"], 0, "a job that was cut short has not failed: {answer}");
    assert!(out.join("report.html").is_file() && out.join("data/jobs.csv").is_file(), "what is there is shown");
    assert_eq!(json(&run(&spec, &out, &["--resume"])).1["status"]["done"], 12);
}

#[test]
fn another_specification_does_not_take_a_finished_folder_over() {
    let dir = tempfile::tempdir().unwrap();
    let spec = bench_of(dir.path(), &SPEC.replace("command = \"referral\"", "command = \"staff\""));
    let out = dir.path().join("out");
    assert_eq!(json(&run(&spec, &out, &[])).0, 0);
    let before = fs::read(out.join("data/jobs.csv")).unwrap();
    // of a maximised value the bound is a ceiling, in answers and in the data set
    for row in rows(&out.join("data/jobs.csv")).iter().filter(|r| r["command"] == "staff") {
        let number = |key: &str| row[key].parse::<f64>().unwrap();
        assert!(number("objective") > 0.0 && number("bound") >= number("objective") - 1e-9, "{row:?}");
    }
    let other = dir.path().join("other.toml");
    fs::write(&other, "[[case]]\npath = \"case-1\"\n[[command]]\ncommand = \"pairing\"\n").unwrap();
    let (code, answer) = json(&run(&other, &out, &["--resume"]));
    assert!(code == 2 && answer.to_string().contains("asks for none of them"), "{answer}");
    assert_eq!(fs::read(out.join("data/jobs.csv")).unwrap(), before, "nothing was touched");
    // the same file with fewer jobs leaves some out, and says so
    fs::write(&spec, fs::read_to_string(&spec).unwrap().replace("gamma = [0.3, 0.6]", "gamma = [0.3]")).unwrap();
    let said = fenji(&run(&spec, &out, &["--resume"])).output().unwrap();
    let said = String::from_utf8_lossy(&said.stderr).into_owned() + &String::from_utf8_lossy(&said.stdout);
    assert!(said.contains("6 finished jobs are not asked for any more"), "{said}");
    // an indicator that no job has
    let dir = out.to_str().unwrap();
    let (code, answer) = json(&["batch", "report", dir, "--indicator", "objectiv"]);
    assert!(code == 2 && answer.to_string().contains("`objective` is meant"), "{answer}");
    assert_eq!(json(&["batch", "report", dir, "--indicator", "objective"]).0, 0);
}

#[test]
fn the_shipped_specifications_are_valid() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/batch");
    let specs: Vec<PathBuf> =
        fs::read_dir(root).unwrap().map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|x| x == "toml")).collect();
    assert!(!specs.is_empty());
    for spec in specs {
        let read = fenji::batch::spec::read(&spec, &|_| Ok(())).unwrap_or_else(|p| panic!("{}: {p:?}", spec.display()));
        for case in &read.spec.case {
            assert!(spec.parent().unwrap().join(&case.get_ref().path).join("case.toml").is_file(), "{:?}", case.get_ref());
        }
    }
}
