//! `fenji locate` and `fenji check` from outside: keys, exit codes, and solutions that were altered.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests stop hard, as tests do

use assert_cmd::Command;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

const POINTS: &str = "id,x,y,demand,fixed,capacity\na,0,0,2,10,6\nb,3,0,1,12,6\nc,0,4,3,9,6\nd,9,9,2,8,6\ne,8,9,1,20,6\n";
const GRAPH: &str = "4 2 2\n1 2 5\n2 3 5\n";
const STAGES: &str = "1 2 3\n1\n2\n3\n50 9\n1 2\n10 5\n20 6\n1 2 3\n4 5 6\n";
const LEVELS: &str = "3 2 1\n\n1 2 3\n10 20\n30\n\n1 2\n3 4\n5 6\n\n7\n8\n";

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [("points.csv", POINTS), ("graph.txt", GRAPH), ("stages.txt", STAGES), ("levels.txt", LEVELS)] {
            fs::write(dir.path().join(name), text).unwrap();
        }
        Self(dir)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Exit code and the object of `--json`.
    fn run(&self, args: &[&str]) -> (i32, Value) {
        let output =
            Command::new(env!("CARGO_BIN_EXE_fenji")).current_dir(self.0.path()).args(args).args(["--json", "-q"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let value =
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("{args:?}: {e}: {text} {}", String::from_utf8_lossy(&output.stderr)));
        (output.status.code().unwrap(), value)
    }

    fn text(&self, args: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_fenji")).current_dir(self.0.path()).args(args).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
    }
}

const QUESTIONS: [(&str, &[&str]); 10] = [
    ("points.csv", &["--problem", "p-median", "-p", "2"]),
    ("points.csv", &["--problem", "p-center", "-p", "2"]),
    ("points.csv", &["--problem", "lscp", "--within", "5"]),
    ("points.csv", &["--problem", "mclp", "--within", "3", "-p", "1"]),
    ("points.csv", &["--problem", "ufl"]),
    ("points.csv", &["--problem", "cfl"]),
    ("points.csv", &["--problem", "sscfl"]),
    ("points.csv", &["--problem", "cpmp", "-p", "2"]),
    ("levels.txt", &["--problem", "two-level"]),
    ("stages.txt", &["--problem", "two-stage"]),
];

#[test]
fn every_problem_is_solved_written_and_checked() {
    let desk = Desk::new();
    for method in ["auto", "own", "mip"] {
        for (file, question) in QUESTIONS {
            let args = [&["locate", file, "--out", "s.json", "--method", method], question].concat();
            let (code, json) = desk.run(&args);
            assert_eq!((code, &json["ok"], &json["termination"]), (0, &json!(true), &json!("optimal")), "{args:?}: {json}");
            for key in [
                "value",
                "bound",
                "gap",
                "seconds",
                "open",
                "upper_open",
                "unreachable",
                "trace",
                "problem",
                "method",
                "format",
                "clients",
                "sites",
                "instance",
            ] {
                assert!(!json[key].is_null(), "{key} of {args:?}: {json}");
            }
            assert!(json["peak_memory_bytes"].as_u64().is_none_or(|b| b > 1_000_000));
            let (code, said) = desk.run(&["check", file, "s.json"]);
            assert_eq!((code, &said["ok"], &said["kind"]), (0, &json!(true), &json!("location")), "{args:?}: {said}");
            assert_eq!(said["value"], json["value"]);
        }
    }
}

#[test]
fn values_by_hand() {
    let desk = Desk::new();
    // of all pairs the least: enumerated here
    let points = [(0.0, 0.0, 2.0), (3.0, 0.0, 1.0), (0.0, 4.0, 3.0), (9.0, 9.0, 2.0), (8.0, 9.0, 1.0_f64)];
    let cost = |p: (f64, f64, f64), q: (f64, f64, f64)| (p.0 - q.0).hypot(p.1 - q.1) * p.2;
    let of_pair = |a: usize, b: usize| points.iter().map(|&p| cost(p, points[a]).min(cost(p, points[b]))).sum::<f64>();
    let best = (0..5).flat_map(|a| (0..a).map(move |b| (a, b))).map(|(a, b)| of_pair(a, b)).fold(f64::INFINITY, f64::min);
    let (_, json) = desk.run(&["locate", "points.csv", "--problem", "p-median", "-p", "2"]);
    assert!((json["value"].as_f64().unwrap() - best).abs() < 1e-9, "{best}: {json}");
    let (_, json) = desk.run(&["locate", "points.csv", "--problem", "lscp", "--within", "5"]);
    assert_eq!(json["value"], 17.0, "fixed costs of c and d, which reach everybody: {json}");
    let (_, json) = desk.run(&["locate", "points.csv", "--problem", "mclp", "--within", "4", "-p", "1"]);
    assert_eq!((json["value"].as_f64(), &json["open"]), (Some(6.0), &json!(["a"])));
}

#[test]
fn the_graph_file_brings_its_p_and_names_who_is_cut_off() {
    let desk = Desk::new();
    let (code, json) = desk.run(&["locate", "graph.txt", "--problem", "p-median"]);
    assert_eq!((code, &json["problem"]["p"], &json["unreachable"]), (0, &json!(2), &json!([])), "node 4 serves itself");
    fs::write(desk.path("cut.txt"), "id,lon,lat,role\na,0,0,client\nb,1,0,site\nc,90,0,client\n").unwrap();
    let (code, text) = desk.text(&["locate", "cut.txt", "--problem", "mclp", "--within", "200", "-p", "1", "-q"]);
    assert!(code == 0 && text.contains("unreachable clients (1)  c"), "{text}");
}

#[test]
fn exit_codes() {
    let desk = Desk::new();
    let code = |args: &[&str]| desk.text(args).0;
    assert_eq!(code(&["locate", "points.csv", "--problem", "magic"]), 2);
    assert_eq!(code(&["locate", "points.csv", "--problem", "p-median", "-p", "0"]), 2);
    assert_eq!(code(&["locate", "points.csv", "--problem", "lscp"]), 2, "no distance");
    assert_eq!(code(&["locate", "points.csv", "--problem", "lscp", "--within", "NaN"]), 2);
    assert_eq!(code(&["locate", "points.csv", "--problem", "ufl", "-p", "2"]), 2);
    assert_eq!(code(&["locate", "points.csv", "--problem", "ufl", "--within", "2"]), 2);
    assert_eq!(code(&["locate", "points.csv", "--problem", "ufl", "--out", "no/such/folder/s.json"]), 2);
    assert_eq!(code(&["locate", "points.csv", "--problem", "ufl", "--out", "."]), 2);
    assert_eq!(code(&["locate", "absent.csv", "--problem", "ufl"]), 4);
    assert_eq!(code(&["locate", "points.csv", "--problem", "ufl", "--format", "orlib-cap"]), 4);
    // the file lacks what the question needs
    for question in [&["--problem", "p-median"][..], &["--problem", "two-stage"]] {
        let (code, json) = desk.run(&[&["locate", "points.csv"], question].concat());
        assert_eq!((code, &json["error"]["problems"][0]["code"]), (4, &json!("E104")), "{json}");
    }
    let (code, json) = desk.run(&["locate", "graph.txt", "--problem", "cfl"]);
    assert!(code == 4 && json["error"]["problems"][0]["remedy"].as_str().unwrap().contains("--capacity"), "{json}");
    // infeasible, with its repair
    for (question, repair) in [
        (&["--problem", "p-median", "-p", "9"][..], "-p 5"),
        (&["--problem", "lscp", "--within", "0"], ""),
        (&["--problem", "cfl", "--capacity", "1"], "+4 capacity"),
        (&["--problem", "sscfl", "--capacity", "2"], "capacity 3 at least"),
        (&["--problem", "cpmp", "-p", "1"], "-p 2 at least"),
    ] {
        let (code, json) = desk.run(&[&["locate", "points.csv", "--out", "none.json"], question].concat());
        if repair.is_empty() {
            assert_eq!((code, json["open"].as_array().unwrap().len()), (0, 5), "each client has a site of its own: {json}");
            fs::remove_file(desk.path("none.json")).unwrap();
            continue;
        }
        assert_eq!((code, &json["termination"]), (3, &json!("infeasible")), "{json}");
        assert!(json["repair"].as_array().unwrap().iter().any(|r| r.as_str().unwrap().contains(repair)), "{repair}: {json}");
        assert!(!desk.path("none.json").exists(), "nothing is written");
    }
}

/// Input that nobody should send: a clear answer each, never a crash.
#[test]
fn hostile_points() {
    let desk = Desk::new();
    let ask = |body: &str, question: &[&str]| {
        fs::write(desk.path("hostile.csv"), format!("id,x,y,demand\n{body}")).unwrap();
        desk.run(&[&["locate", "hostile.csv"], question].concat())
    };
    let median = &["--problem", "p-median", "-p", "2"][..];
    for body in ["a,0,0,1\nb,NaN,1,1\n", "a,0,0,1\nb,inf,1,1\n", "a,0,0,1\nb,1,1,-3\n", "a,0,0,1\nb,1,1,NaN\n"] {
        let (code, json) = ask(body, median);
        assert_eq!(code, 4, "{body}: {json}");
        let problem = &json["error"]["problems"][0];
        assert!(problem["message"].as_str().is_some_and(|m| !m.is_empty()), "{json}");
    }
    for question in [median, &["--problem", "p-center", "-p", "2"], &["--problem", "lscp", "--within", "1"], &["--problem", "ufl"]] {
        let (code, json) = ask("a,5,5,1\nb,5,5,1\nc,5,5,1\n", question);
        assert_eq!((code, &json["termination"]), (0, &json!("optimal")), "points on one another: {json}");
        let (code, json) = ask("a,0,0,0\nb,1,0,0\nc,2,0,0\n", question);
        assert_eq!((code, &json["termination"]), (0, &json!("optimal")), "nobody has demand: {json}");
    }
    let (code, json) = ask("a,0,0,1\nb,1e18,0,1\nc,-1e18,0,1\n", median);
    assert_eq!((code, &json["error"]["problems"][0]["code"]), (4, &json!("E035")), "{json}");
}

/// Writes a solution, changes it, and returns the codes of what the check finds.
fn altered(desk: &Desk, file: &str, question: &[&str], change: &dyn Fn(&mut Value)) -> (i32, Vec<String>) {
    let (code, _) = desk.run(&[&["locate", file, "--out", "s.json"], question].concat());
    assert_eq!(code, 0);
    let mut solution: Value = serde_json::from_slice(&fs::read(desk.path("s.json")).unwrap()).unwrap();
    change(&mut solution);
    fs::write(desk.path("s.json"), solution.to_string()).unwrap();
    let (code, json) = desk.run(&["check", file, "s.json"]);
    let list = if code == 3 { &json["violations"] } else { &json["error"]["problems"] };
    let codes = list.as_array().map(|l| l.iter().map(|v| v["code"].as_str().unwrap().to_owned()).collect()).unwrap_or_default();
    (code, codes)
}

#[test]
fn an_altered_solution_is_refused_for_what_was_altered() {
    let desk = Desk::new();
    type Change<'a> = (&'a str, usize, &'a dyn Fn(&mut Value));
    let changes: [Change<'_>; 27] = [
        ("value", 0, &|s| s["value"] = json!(1.0)),
        ("bounds", 0, &|s| s["bounds"]["primal"] = json!(1.0)),
        ("bounds", 0, &|s| s["bounds"]["dual"] = json!(1e9)),
        ("bounds", 3, &|s| s["bounds"]["dual"] = json!(0.0)),
        ("gap", 0, &|s| s["gap"] = json!(0.5)),
        ("termination", 0, &|s| s["bounds"]["dual"] = json!(1.0)),
        ("termination", 0, &|s| s["termination"] = json!("infeasible")),
        ("closed", 0, &|s| s["open"] = json!([s["open"][0]])),
        ("count", 0, &|s| s["open"] = json!([0, 1, 2, 3])),
        ("shape", 0, &|s| s["open"] = json!([99])),
        ("shape", 0, &|s| s["open"] = json!([3, 1])),
        ("shape", 0, &|s| s["assignment"]["site"] = json!([0])),
        ("shape", 0, &|s| s["assignment"] = json!({ "kind": "split", "from": [], "to": [], "amount": [] })),
        ("unserved", 0, &|s| s["assignment"]["site"][0] = json!(null)),
        ("unreachable", 0, &|s| s["unreachable"] = json!([0])),
        ("within", 2, &|s| s["problem"]["within"] = json!(0.5)),
        ("within", 3, &|s| s["problem"]["within"] = json!(0.5)),
        ("value", 4, &|s| s["problem"] = json!({ "kind": "p-median", "p": 5 })),
        ("demand", 5, &|s| s["assignment"]["amount"][0] = json!(0.25)),
        ("value", 5, &|s| s["assignment"]["amount"][0] = json!(-1.0)),
        ("capacity", 6, &|s| {
            let site = s["open"][0].clone();
            s["assignment"]["site"] = json!([site, site, site, site, site]);
        }),
        ("closed", 8, &|s| s["upper_open"] = json!([])),
        ("shape", 8, &|s| s["assignment"]["plant"][0] = json!(null)),
        ("balance", 9, &|s| s["assignment"]["upper"]["amount"][0] = json!(0.5)),
        ("closed", 9, &|s| s["open"] = json!([])),
        ("bounds", 0, &|s| s["trace"][0]["bounds"] = json!({ "primal": 0.0, "dual": 0.0 })),
        ("certificate", 0, &|s| s["certified_bound"] = json!(1e6)),
    ];
    for (k, (wanted, question, change)) in changes.into_iter().enumerate() {
        let (file, question) = QUESTIONS[question];
        let (code, codes) = altered(&desk, file, question, change);
        assert!(code == 3 && codes.iter().any(|c| c == wanted), "change {k}: {wanted} in {codes:?} (exit {code})");
    }
}

#[test]
fn a_solution_of_another_kind_version_or_instance_is_no_input() {
    let desk = Desk::new();
    let (file, question) = QUESTIONS[0];
    for (wanted, change) in [
        ("E092", &(|s: &mut Value| s["version"] = json!(99)) as &dyn Fn(&mut Value)),
        ("E107", &|s| s["instance"]["mark"]["hash"] = json!("0123456789abcdef")),
        ("E107", &|s| s["instance"]["mark"]["clients"] = json!(7)),
        ("E091", &|s| s["open"] = json!("all")),
        ("E091", &|s| s["surprise"] = json!(1)),
    ] {
        let (code, codes) = altered(&desk, file, question, change);
        assert!(code == 4 && codes.iter().any(|c| c == wanted), "{wanted}: {codes:?} (exit {code})");
    }
    desk.run(&[&["locate", file, "--out", "s.json"], question].concat());
    let (code, json) = desk.run(&["check", "graph.txt", "s.json"]);
    assert_eq!(code, 4, "{json}");
    let half = fs::read(desk.path("s.json")).unwrap();
    fs::write(desk.path("s.json"), &half[..half.len() / 2]).unwrap();
    assert_eq!(desk.run(&["check", file, "s.json"]).0, 4);
    assert!(Path::new(&desk.path("points.csv")).exists());
}
