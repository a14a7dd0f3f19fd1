//! The scenario file of each switch parses and runs on the six mountain counties; its layout passes its check.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may fail loudly

use fenji::check::check_layout;
use fenji::demand::LayoutProblem;
use fenji::io::{read_case, read_scenario};
use fenji::layout::{PlanInfo, SolveOptions, front, solve, to_plan};
use fenji::outcome::{Limits, Silent, Termination};
use std::path::PathBuf;
use std::time::Duration;

#[test]
fn every_scenario_of_a_layout_runs_and_is_checked() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let case = read_case(&root.join("data/chongqing-southeast")).unwrap().case;
    let mut files: Vec<PathBuf> = std::fs::read_dir(root.join("examples/layout")).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 18);
    for file in files {
        let scenario = read_scenario(&file, Some(&case.network)).unwrap_or_else(|e| panic!("{}: {e:?}", file.display())).scenario;
        let problem = LayoutProblem::assemble(&case, &scenario).unwrap();
        let limits = Limits { gap: 5e-3, threads: 2, time: Some(Duration::from_secs(20)) };
        let options = SolveOptions { limits, ..SolveOptions::default() };
        let s = solve(&problem, &options, &Silent).unwrap();
        println!("{}: {:?} {:?}", file.display(), s.termination, s.stages);
        if file.ends_with("infeasible.toml") {
            assert_eq!(s.termination, Termination::Infeasible);
            continue;
        }
        assert!(matches!(s.termination, Termination::Optimal | Termination::Feasible(_)), "{}", file.display());
        let points = problem.rules.pareto.map_or_else(Vec::new, |ask| front(&problem, &ask, &options, &Silent).unwrap());
        if let Some(ask) = problem.rules.pareto {
            assert!(points.len() > 2, "{}", file.display());
            let value = |n: usize, name: &str| points[n].values[name];
            for n in 1..points.len() {
                let (a, b) = (value(n - 1, ask.minimise.name()), value(n, ask.minimise.name()));
                assert!(b <= a * (1.0 + 6e-3), "{}: {b} after {a}", file.display());
            }
        }
        let info = PlanInfo { policy: "P2025".into(), scenario, gap: 5e-3, seconds: 0.0, backend: "highs".into(), front: points };
        let plan = to_plan(&case.network, &problem, &s, info);
        assert_eq!(check_layout(&case.network, &problem, &plan), [], "{}", file.display());
    }
}
