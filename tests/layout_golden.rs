//! The oracle's layout and clinic cover (model section 7, table B).
#![allow(clippy::unwrap_used)] // a test may fail loudly

#[path = "common/demo.rs"]
mod demo;

use fenji::demand::LayoutProblem;
use fenji::layout::{LayoutSolution, Method, SolveOptions, solve};
use fenji::network::Case;
use fenji::outcome::{Limits, Silent, Termination};
use fenji::policy::Scenario;
use fenji::policy::layout::Objective;

fn options(method: Method) -> SolveOptions {
    SolveOptions { method, limits: Limits { gap: 1e-9, threads: 2, ..Limits::default() }, ..SolveOptions::default() }
}

fn run(case: &Case, text: &str, method: Method) -> (LayoutProblem, LayoutSolution) {
    let scenario: Scenario = toml::from_str(text).unwrap();
    let problem = LayoutProblem::assemble(case, &scenario).unwrap();
    let solution = solve(&problem, &options(method), &Silent).unwrap();
    (problem, solution)
}

const LAYOUT: &str = "[layout]\nareas = [\"C3\"]\nexisting = \"ignore\"\n[layout.hospitals]\nmin = 1\nmax = 1\n";

#[test]
fn the_layout_of_county_c3() {
    let Some((case, _)) = demo::load() else { return };
    let want = demo::expected().unwrap()["B_layout_p3_1"].clone();
    for method in [Method::Direct, Method::Auto, Method::Parts] {
        let (problem, s) = run(&case, LAYOUT, method);
        assert_eq!(s.termination, Termination::Optimal, "{method:?}");
        let cost = s.value.of(Objective::Cost);
        assert!((cost - want["obj"].as_f64().unwrap()).abs() < 0.01, "{method:?}: {cost}");
        assert!((cost - 113_920_012.02).abs() < 0.01, "{method:?}: {cost}");
        let bounds = s.stages[0].bounds;
        assert!(bounds.gap() < 1e-8, "{method:?}: {bounds:?}");
        let count = |level: u8| s.layout.levels.iter().filter(|l| **l == level).count();
        assert_eq!((count(1), count(2), count(3)), (25, 7, 1), "{method:?}");
        let hospital = s.layout.levels.iter().position(|l| *l == 3).unwrap();
        assert_eq!(problem.sites[hospital].code, "township:C3T01", "{method:?}");
    }
}

#[test]
fn clinics_that_cover_county_c3() {
    let Some((case, _)) = demo::load() else { return };
    let expected = demo::expected().unwrap();
    for (minutes, counts) in [(6, [28, 25, 23]), (8, [22, 19, 17]), (10, [15, 13, 10])] {
        for (share, count) in ["1.0", "0.95", "0.9"].iter().zip(counts) {
            let text = format!(
                "[layout]\nareas = [\"C3\"]\nexisting = \"ignore\"\nobjective = [\"clinics\"]\n[layout.coverage]\nminutes = [{minutes}.0, 0.0, 0.0]\nshare = [{share}, 0.0, 0.0]\n"
            );
            let (_, s) = run(&case, &text, Method::Direct);
            assert_eq!(s.termination, Termination::Optimal, "{minutes} {share}");
            let clinics = s.value.of(Objective::Clinics);
            assert!((clinics - f64::from(count)).abs() < 1e-9, "{minutes} {share}: {clinics}");
            // priced, the share leaves a gap that is no error: the interval must hold the optimum
            let (_, s) = run(&case, &text, Method::Parts);
            let bounds = s.stages[0].bounds;
            assert!(bounds.dual <= clinics + 1e-6 && clinics <= bounds.primal + 1e-9, "{minutes} {share}: {bounds:?}");
            let oracle = &expected["B2_clinics_needed"][format!("T{minutes}_f{share}")];
            assert_eq!(oracle.as_i64(), Some(i64::from(count)), "{minutes} {share}");
        }
    }
}
