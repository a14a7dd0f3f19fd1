//! The command line from outside: help, completions, usage errors, exit codes, machine-readable output.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests stop hard, as tests do

use assert_cmd::Command;
use predicates::prelude::*;
use serde_json::Value;
use std::fs;

const COMMANDS: [&str; 29] = [
    "demo",
    "validate",
    "referral",
    "layout",
    "locate",
    "beds",
    "communities",
    "grids",
    "payment",
    "phases",
    "staff",
    "surge",
    "pairing",
    "access",
    "centres",
    "emergency",
    "mobile",
    "telemedicine",
    "plan",
    "ledger",
    "check",
    "report",
    "compare",
    "bench",
    "batch",
    "generate",
    "import",
    "schema",
    "completions",
];

fn fenji() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fenji"));
    command.env_remove("FENJI_LOG");
    command
}

/// Runs with `--json` and reads the one object on stdout.
fn json(args: &[&str]) -> (i32, Value) {
    let output = fenji().args(args).arg("--json").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{args:?}: {e}: {text}"));
    assert!(value.is_object(), "{args:?}: {value}");
    (output.status.code().unwrap(), value)
}

#[test]
fn every_command_has_help_that_shows_json_and_quiet() {
    for command in COMMANDS {
        let shown =
            predicate::str::contains("--json").and(predicate::str::contains("--quiet")).and(predicate::str::contains("Usage: fenji"));
        fenji().args([command, "--help"]).assert().success().stdout(shown).stderr("");
    }
    let all = fenji().arg("--help").output().unwrap();
    let text = String::from_utf8(all.stdout).unwrap();
    for command in COMMANDS {
        assert!(text.contains(&format!("  {command} ")), "{command} is missing in\n{text}");
    }
    assert!(text.contains("Exit codes: 0 fine"));
}

#[test]
fn referral_takes_the_documented_flags() {
    let output = fenji().args(["referral", "--help"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for flag in ["--scenario", "--policy", "--gamma", "--backend", "--time", "--gap", "--threads", "--lang", "--no-report", "--out"] {
        assert!(text.contains(flag), "{flag} is missing in\n{text}");
    }
}

#[test]
fn version_is_that_of_the_package() {
    fenji().arg("--version").assert().success().stdout(format!("fenji {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn usage_errors_end_with_two_and_leave_stdout_empty() {
    let cases: [&[&str]; 17] = [
        &[],
        &["fly"],
        &["referral"],
        &["referral", "case"],
        &["referral", "case", "--out", "o", "--gamma", "1.5"],
        &["referral", "case", "--out", "o", "--gamma", "NaN"],
        &["referral", "case", "--out", "o", "--time", "0"],
        &["referral", "case", "--out", "o", "--gap", "-1"],
        &["referral", "case", "--out", "o", "--threads", "0"],
        &["referral", "case", "--out", "o", "--lang", "fr"],
        &["referral", "case", "--out", "o", "--method", "magic"],
        &["referral", "case", "--out", "o", "--backend", "abacus"],
        &["referral", "case", "--out", "o", "--pareto", "1"],
        &["compare", "case", "one.json", "--out", "o"],
        &["check", "case"],
        &["completions", "cmd.exe"],
        &["generate", "--prefectures", "0", "--out", "o"],
    ];
    for args in cases {
        fenji().args(args).assert().code(2).stdout("").stderr(predicate::str::is_empty().not());
        // A machine gets one object, wherever the flag stands.
        for with_json in [[args, &["--json"]].concat(), [&["--json"], args].concat()] {
            let output = fenji().args(&with_json).assert().code(2).stderr(predicate::str::is_empty().not()).get_output().clone();
            let text = String::from_utf8(output.stdout).unwrap();
            let object: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{with_json:?}: {e}: {text}"));
            assert_eq!((object["code"].as_str(), object["exit"].as_i64(), object["ok"].as_bool()), (Some("usage"), Some(2), Some(false)));
            assert_eq!(object["command"].as_str(), args.first().copied().filter(|c| COMMANDS.contains(c)), "{with_json:?}");
            let message = object["error"]["message"].as_str().unwrap();
            assert!(!message.is_empty() && !message.contains("Usage:"), "{with_json:?}: {message}");
        }
    }
    // Behind `--` it is no flag, but a name.
    fenji().args(["validate", "--", "--json", "x"]).assert().code(2).stdout("");
}

#[test]
fn a_negative_zero_is_zero() {
    let southeast = concat!(env!("CARGO_MANIFEST_DIR"), "/data/chongqing-southeast");
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let out = out.to_str().unwrap();
    // Refused for its switch in the end; the share is read before.
    let (code, _) = json(&["referral", southeast, "--gamma=-0.0", "--backend", "abacus", "--out", out]);
    assert_eq!(code, 2);
    let path = dir.path().join("s.toml");
    fs::write(&path, "gamma = -0.0\n").unwrap();
    let case = fenji::io::read_case(std::path::Path::new(southeast)).unwrap().case;
    let scenario = fenji::io::read_scenario(&path, Some(&case.network)).unwrap().scenario;
    let pack = fenji::policy::pack::load("P2025").unwrap();
    let arcs = fenji::network::arc_rules::build_arcs(&case, &fenji::outcome::Silent);
    let problem = fenji::demand::Problem::assemble(&case, std::sync::Arc::new(arcs), &pack, &scenario).unwrap();
    assert!(problem.gamma == 0.0 && problem.gamma.is_sign_positive());
    let words = fenji::text::Catalogue::load("en").unwrap();
    assert_eq!((words.percent(problem.gamma), words.percent(-0.0)), ("0.0%".to_owned(), "0.0%".to_owned()));
}

/// Everything that is wrong with a scenario at once, each with code, file, line, key, value and remedy, in words that no reader of TOML speaks.
#[test]
fn a_broken_scenario_is_told_like_a_broken_case() {
    let southeast = concat!(env!("CARGO_MANIFEST_DIR"), "/data/chongqing-southeast");
    let dir = tempfile::tempdir().unwrap();
    let (file, out) = (dir.path().join("s.toml"), dir.path().join("out"));
    let (file, out) = (file.to_str().unwrap(), out.to_str().unwrap());
    fs::write(
        file,
        "gama = 0.5\nhard_targets = \"yes\"\ntargets_off = [\"in_county\", \"in_conty\"]\n[targets]\nin_county = 0.8\nfirst_contact = \"high\"\n\
         [demand]\nyear = 1999\nmultipliers = { H33 = 1.2 }\n[capacity]\nclosed = [\"NOWHERE\"]\nextra_beds = { R-CHENGD = 10 }\n\
         [limits]\ntele_share = 2.0\nredirect = 0.1\n[switches]\nfund_ballance = 0.1\n",
    )
    .unwrap();
    let (code, fault) = json(&["referral", southeast, "--scenario", file, "--out", out]);
    assert_eq!((code, fault["code"].as_str()), (4, Some("invalid_input")));
    let found: Vec<(&str, u64, &str, &str)> = fault["error"]["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| {
            let text = |key: &str| p[key].as_str().unwrap_or_else(|| panic!("{key} of {p}"));
            assert!(text("file") == file && !text("message").is_empty() && !text("remedy").is_empty(), "{p}");
            assert!(!text("message").contains("expected") && !text("message").contains("f64"), "{p}");
            (text("code"), p["line"].as_u64().unwrap(), text("column"), text("value"))
        })
        .collect();
    let expected = [
        ("E041", 1, "gama", "gama"),
        ("E043", 2, "hard_targets", "\"yes\""),
        ("E049", 3, "targets_off", "in_conty"),
        ("E096", 3, "targets_off", "in_county"),
        ("E043", 6, "targets.first_contact", "\"high\""),
        ("E046", 8, "demand.year", "1999"),
        ("E049", 9, "demand.multipliers.H33", "H33"),
        ("E049", 11, "capacity.closed", "NOWHERE"),
        ("E049", 12, "capacity.extra_beds.R-CHENGD", "R-CHENGD"),
        ("E046", 14, "limits.tele_share", "2"),
        ("E041", 15, "limits.redirect", "redirect"),
        ("E041", 17, "switches.fund_ballance", "fund_ballance"),
    ];
    for wanted in expected {
        assert!(found.contains(&wanted), "{wanted:?} is missing in {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    let said = |column: &str| {
        let p = fault["error"]["problems"].as_array().unwrap().iter().find(|p| p["column"] == column).unwrap();
        format!("{} {}", p["message"].as_str().unwrap(), p["remedy"].as_str().unwrap())
    };
    for (column, like) in [
        ("gama", "`gamma`"),
        ("switches.fund_ballance", "`fund_balance`"),
        ("demand.multipliers.H33", "`H3`"),
        ("capacity.extra_beds.R-CHENGD", "`R-CHENGDU`"),
        ("limits.redirect", "redirect_max"),
    ] {
        assert!(said(column).contains(like), "{column}: {}", said(column));
    }
    // A pack that the command line names, and a switch that finds nothing to work on.
    let (code, fault) = json(&["referral", southeast, "--policy", "P1999", "--out", out]);
    let problem = &fault["error"]["problems"][0];
    assert_eq!((code, problem["code"].as_str(), problem["file"].as_str()), (4, Some("E045"), Some("command line")));
    assert!(!std::path::Path::new(out).exists());
}

#[test]
fn completions_name_every_command_for_each_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let output = fenji().args(["completions", shell]).assert().success().stderr("").get_output().clone();
        let script = String::from_utf8(output.stdout).unwrap();
        for command in COMMANDS {
            assert!(script.contains(command), "{shell}: {command}");
        }
        let (code, object) = json(&["completions", shell]);
        assert_eq!((code, object["shell"].as_str()), (0, Some(shell)));
        assert_eq!(object["script"].as_str().unwrap(), script);
    }
}

#[test]
fn bash_accepts_its_completions() {
    let script = fenji().args(["completions", "bash"]).output().unwrap().stdout;
    let Ok(output) = Command::new("bash").args(["-n", "/dev/stdin"]).write_stdin(script).output() else {
        println!("skipped: no bash here");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn schemas_are_schemas_and_an_unknown_name_is_usage() {
    let (code, all) = json(&["schema"]);
    assert_eq!(code, 0);
    for name in ["plan.json", "scenario.toml"] {
        let (code, one) = json(&["schema", name]);
        assert_eq!((code, &one), (0, &all[name]));
        assert!(jsonschema::meta::is_valid(&one), "{name}");
    }
    let (code, fault) = json(&["schema", "no-such-file"]);
    assert_eq!((code, fault["error"]["kind"].as_str()), (2, Some("usage")));
}

#[test]
fn a_missing_case_is_invalid_input_for_every_command_that_reads_one() {
    let dir = tempfile::tempdir().unwrap();
    let (missing, out) = (dir.path().join("missing"), dir.path().join("out"));
    let (missing, out) = (missing.to_str().unwrap(), out.to_str().unwrap());
    let cases: [&[&str]; 6] = [
        &["validate", missing],
        &["referral", missing, "--out", out],
        &["check", missing, missing],
        &["report", missing, missing, "--out", out],
        &["compare", missing, missing, missing, "--out", out],
        &["import", missing, "--out", out],
    ];
    for args in cases {
        let (code, fault) = json(args);
        assert_eq!((code, fault["ok"].as_bool(), fault["exit"].as_i64()), (4, Some(false), Some(4)), "{args:?}: {fault}");
        assert_eq!(fault["command"], args[0]);
        let problem = &fault["error"]["problems"][0];
        for key in ["code", "severity", "file", "line", "column", "value", "message", "remedy"] {
            assert!(problem.get(key).is_some(), "{args:?}: {key} is missing in {problem}");
        }
        assert!(!dir.path().join("out").exists(), "{args:?} wrote something");
    }
}

#[test]
fn a_foreign_folder_is_refused_before_anything_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let thesis = dir.path().join("thesis.docx");
    fs::write(&thesis, "three years of work").unwrap();
    let out = dir.path().to_str().unwrap();
    let cases: [&[&str]; 6] = [
        &["referral", "missing", "--out", out],
        &["report", "missing", "missing", "--out", out],
        &["compare", "missing", "missing", "missing", "--out", out],
        &["demo", "--out", out],
        &["import", "missing", "--out", out],
        &["generate", "--out", out],
    ];
    for args in cases {
        fenji().args(args).assert().code(2).stdout("").stderr(predicate::str::contains("--out"));
    }
    assert_eq!(fs::read_to_string(&thesis).unwrap(), "three years of work");
}

#[test]
fn example_scenarios_are_valid_against_the_schema_of_the_program() {
    let (_, schema) = json(&["schema", "scenario.toml"]);
    let validator = jsonschema::validator_for(&schema).unwrap();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/scenarios");
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let value: toml::Value = toml::from_str(&text).unwrap();
        let value = serde_json::to_value(value).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
        let scenario: fenji::policy::Scenario = toml::from_str(&text).unwrap();
        assert_ne!(scenario, fenji::policy::Scenario::default(), "{} changes nothing", path.display());
        assert!(!scenario.name.is_empty(), "{} has no name", path.display());
        names.push(path.file_stem().unwrap().to_str().unwrap().to_string());
    }
    names.sort();
    assert_eq!(names, ["2012", "deployment", "gamma", "hard-targets", "surge", "tele", "wide-gap"]);
}

/// A job ends with the program that began it: told of another parent it does nothing and says why, told of this one it goes on.
#[cfg(target_os = "linux")]
#[test]
fn a_job_without_its_parent_ends_at_once() {
    let run = |parent: u32| fenji().args(["completions", "bash"]).env("FENJI_PARENT", parent.to_string()).assert();
    run(std::process::id()).success();
    run(1).failure().code(1).stdout("").stderr(predicate::str::contains("the program that began this job has ended"));
}
