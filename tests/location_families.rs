//! Small families of the literature against their known values. Slow: run by name,
//! `cargo test --test location_families -- --ignored --nocapture`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // helpers of tests stop hard, as tests do

use fenji::check::check_location;
use fenji::instance::Problem;
use fenji::io::location::{ReadAs, read_location};
use fenji::location::{Method, Settings, solve, written};
use fenji::outcome::{Limits, Silent, Termination};
use std::path::Path;
use std::time::{Duration, Instant};

fn family(wanted: &dyn Fn(&str) -> Option<&'static str>, seconds: u64) {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/bench");
    let Ok(index) = std::fs::read_to_string(bench.join("INDEX.tsv")) else {
        println!("skipped: ../shared/bench is absent");
        return;
    };
    let mut compared = 0;
    for line in index.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let Some(kind) = wanted(cells[0]) else { continue };
        let (name, capacity) = match cells[0].split_once("#cap=") {
            Some((name, q)) => (name, Some(q.parse().unwrap())),
            None => (cells[0], None),
        };
        let known: f64 = cells[5].parse().unwrap();
        let file = read_location(&bench.join(name), ReadAs { format: None, capacity }).unwrap_or_else(|p| panic!("{name}: {p:?}"));
        let problem = match kind {
            "p-median" => Problem::PMedian { p: file.p.unwrap() },
            "cfl" => Problem::Capacitated,
            "sscfl" => Problem::SingleSource,
            _ => Problem::TwoLevel,
        };
        let settings = Settings { limits: Limits { time: Some(Duration::from_secs(seconds)), ..Limits::default() }, seed: 1 };
        let begin = Instant::now();
        let answer = solve(&file.instance, problem, Method::Auto, &settings, &Silent).unwrap();
        println!(
            "{:<32} {:>16.3} {:>16.3} known {known:>14.3} {:>8.2} s",
            cells[0],
            answer.bounds.primal,
            answer.bounds.dual,
            begin.elapsed().as_secs_f64()
        );
        let run =
            written::Run { format: file.format.name().into(), capacity, seconds: 1e9, peak_memory_bytes: None, method: "auto".into() };
        let plan = written::plan(&file.instance, problem, &settings, &answer, &run);
        assert_eq!(check_location(&file.instance, &plan), [], "{name}");
        assert!(answer.bounds.dual <= known * (1.0 + 1e-6), "{name}: the bound is above the known optimum");
        if answer.termination == Termination::Optimal {
            assert!((answer.bounds.primal - known).abs() <= 1e-6 * known, "{name}: {} is called optimal", answer.bounds.primal);
        }
        compared += 1;
    }
    assert!(compared > 0);
}

#[test]
#[ignore = "minutes"]
fn small_capacitated_of_the_or_library() {
    family(&|f| (f.starts_with("orlib_cap/") && !f.contains('#')).then_some("cfl"), 60);
}

#[test]
#[ignore = "minutes"]
fn medians_1_to_10_of_the_or_library() {
    let small = |f: &str| (1..=10).any(|k| f == format!("orlib_pmed/pmed{k}.txt"));
    family(&|f| small(f).then_some("p-median"), 60);
}

#[test]
#[ignore = "minutes"]
fn single_source_of_holmberg_1_to_6() {
    let few = |f: &str| (1..=6).any(|k| f == format!("holmberg_cflp/p{k}"));
    family(&|f| few(f).then_some("sscfl"), 60);
}

#[test]
#[ignore = "minutes"]
fn two_level_of_25_customers() {
    family(&|f| f.starts_with("two_level_ufl/input_11").then_some("two-level"), 60);
}
