//! A road cut, on a ring of four places where every way can be counted by hand.
#![allow(clippy::unwrap_used)] // a test may fail loudly

use fenji::demand::LayoutProblem;
use fenji::layout::{SolveOptions, ask, solve};
use fenji::network::Case;
use fenji::outcome::{Limits, Silent};
use fenji::policy::Scenario;
use fenji::synth::{SynthParams, generate};
use fenji::travel::road::RoadEdge;
use fenji::travel::{Crs, Position, RoadGraph, RoadParams, Travel};

/// Four settlements of one township on a ring: 0 - 1 - 2 - 3 ten minutes each, 3 - 0 twenty-five; the seat stands at 0.
fn ring() -> (Case, String) {
    let mut case = generate(&SynthParams { seed: 2, ..SynthParams::default() }).unwrap();
    let town = case.network.settlements[0].town;
    let area = case.network.settlements[0].area;
    case.network.settlements.truncate(4);
    case.network.crs = Crs::PlanarKm;
    let at = |n: usize| Position { x: 10.0 * n as f64, y: 0.0 };
    for (n, s) in case.network.settlements.iter_mut().enumerate() {
        (s.town, s.area, s.position) = (town, area, at(n));
    }
    let other = (0..case.network.areas.len()).find(|a| *a != area.index()).unwrap();
    for (t, here) in case.network.towns.iter_mut().enumerate() {
        if t == town.index() {
            here.position = at(0);
        } else {
            here.area = fenji::ids::AreaId::new(other);
        }
    }
    let road = |from, to, km| RoadEdge { from, to, km, kmh: 60.0, oneway: false };
    let edges = [road(0, 1, 10.0), road(1, 2, 10.0), road(2, 3, 10.0), road(3, 0, 25.0)];
    case.travel = Travel::Road(RoadGraph::new(Crs::PlanarKm, RoadParams::default(), (0..4).map(at).collect(), &edges).unwrap());
    let code = case.network.area(area).code.clone();
    (case, code)
}

#[test]
fn a_road_that_is_cut_sends_people_the_other_way_round() {
    let (case, area) = ring();
    let text = format!(
        "[layout]\nareas = [\"{area}\"]\nexisting = \"ignore\"\ncandidates = \"generated\"\nfixed_cost = [1e12, 4e6, 6e7]\n[layout.hospitals]\nmin = 1\nmax = 1\n"
    );
    let scenario: Scenario = toml::from_str(&text).unwrap();
    let problem = LayoutProblem::assemble(&case, &scenario).unwrap();
    let options = SolveOptions { limits: Limits { gap: 1e-9, ..Limits::default() }, ..SolveOptions::default() };
    let plan = solve(&problem, &options, &Silent).unwrap().layout;
    // clinics are beyond price: everyone goes to the seat
    assert_eq!(plan.levels.iter().filter(|l| **l > 0).count(), 1);
    let minutes: Vec<f64> = plan.uses[0].iter().map(|u| u.minutes).collect();
    assert!(minutes.iter().zip([0.0, 13.0, 23.0, 28.0]).all(|(m, want)| (m - want).abs() < 1e-6), "{minutes:?}");
    let people: Vec<f64> = problem.clients.iter().map(|c| c.people).collect();
    let cuts = ask::robust::cut_road(&case, &scenario, &problem, &plan, &[(0, 1), (2, 1), (3, 0)]).unwrap().unwrap();
    let both = people[1] + people[2];
    let want = [(both, (35.0 * people[1] + 15.0 * people[2]) / both), (people[2], 15.0), (people[3], 5.0)];
    assert_eq!(cuts.len(), 3);
    for (cut, (moved, extra)) in cuts.iter().zip(want) {
        for level in 0..3 {
            assert!((cut.stress.moved[level] - moved).abs() < 1e-6, "{cut:?}");
            assert!((cut.stress.extra[level] - extra).abs() < 1e-6, "{cut:?}");
            assert!(cut.stress.unserved[level] == 0.0, "{cut:?}");
        }
    }
    assert_eq!(cuts[1].what, "road 2-1");
    // no road between 0 and 2; and none at all where people do not travel on roads
    assert_eq!(ask::robust::cut_road(&case, &scenario, &problem, &plan, &[(0, 2), (0, 1)]), Err(vec![(0, 2)]));
    let metric = generate(&SynthParams { seed: 2, ..SynthParams::default() }).unwrap();
    assert_eq!(ask::robust::cut_road(&metric, &scenario, &problem, &plan, &[(0, 1)]), Ok(None));
}
