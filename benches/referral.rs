//! Whole solves of the referral LP: the plain dual simplex on the form of the text against fenji's own way, in one run
//! (protocol and figures: `benches/RESULTS.md`). Not a Criterion bench: a solve takes seconds to minutes.
//!
//! `cargo bench --bench referral -- [COPIES ...]` with linked copies of the oracle's prefecture when `../shared` is there,
//! else with synthetic provinces of as many prefectures.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a bench may fail loudly, and it prints

use fenji::demand::Problem;
use fenji::model::{Form, ReferralModel};
use fenji::network::Case;
use fenji::network::arc_rules::build_arcs;
use fenji::outcome::{Limits, Silent};
use fenji::policy::pack;
use fenji::referral::{Method, ReferralSolution, SolveOptions, solve};
use fenji::synth::{SynthParams, generate, linked_copies};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

fn main() {
    let mut sizes: Vec<usize> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![1, 10];
    }
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/demo_instance.json");
    println!("| prefectures | columns | rows | build | plain dual simplex | fenji | ratio | gap | objective difference |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for n in sizes {
        let (case, scenario) = if reference.is_file() {
            let read = fenji::io::import_json(&reference).unwrap();
            let scenario = read.scenario.scenario.clone();
            (linked_copies(&read.case, n), scenario)
        } else {
            println!("skipped the oracle's prefecture: {} is absent; a synthetic province instead", reference.display());
            (generate(&SynthParams { prefectures: n, ..SynthParams::default() }).unwrap(), fenji::policy::Scenario::default())
        };
        let mut scenario = scenario;
        scenario.gamma = Some(0.6);
        measure(&case, n, &scenario);
    }
}

fn measure(case: &Case, n: usize, scenario: &fenji::policy::Scenario) {
    let arcs = Arc::new(build_arcs(case, &Silent));
    let problem = Problem::assemble(case, arcs, &pack::load("P2025").unwrap(), scenario).unwrap();
    let rounds = if n >= 30 { 1 } else { 3 };
    let (mut build, mut plain, mut own) = (Vec::new(), Vec::new(), Vec::new());
    let mut last: Option<(ReferralSolution, ReferralSolution)> = None;
    for _ in 0..rounds {
        let t = Instant::now();
        let model = ReferralModel::build(&problem, Form::Lean);
        build.push(t.elapsed().as_secs_f64());
        drop(model);
        let (a, text) = timed(&problem, Method::Text);
        let (b, auto) = timed(&problem, Method::Auto);
        plain.push(a);
        own.push(b);
        last = Some((text, auto));
    }
    let (text, auto) = last.unwrap();
    let (p, o) = (median(&mut plain), median(&mut own));
    println!(
        "| {n} | {} | {} | {:.3} s | {p:.2} s ({:.2}-{:.2}) | {o:.2} s ({:.2}-{:.2}, {}) | {:.1} | {:.1e} | {:.1e} |",
        text.size[0],
        text.size[1],
        median(&mut build),
        plain[0],
        plain[plain.len() - 1],
        own[0],
        own[own.len() - 1],
        auto.method.name(),
        p / o,
        auto.bounds.gap(),
        (text.parts.total() - auto.parts.total()).abs() / text.parts.total(),
    );
}

/// Seconds of a solve, model building included.
fn timed(problem: &Problem, method: Method) -> (f64, ReferralSolution) {
    let options = SolveOptions { method, limits: Limits { threads: 2, ..Limits::default() }, ..SolveOptions::default() };
    let t = Instant::now();
    let solution = solve(problem, &options, &Silent).unwrap();
    (t.elapsed().as_secs_f64(), solution)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
