//! The network that stands against one chosen from nothing: the choice is the best of all choices (brute force), chance is what a draw hits.

#![allow(clippy::unwrap_used)] // a test may fail

use fenji::layout::reality::{Ask, compare};
use fenji::location::Settings;
use fenji::network::Case;
use fenji::outcome::{Limits, Silent};
use fenji::synth::{SynthParams, generate};
use fenji::travel::metric::distance_km;
use std::collections::BTreeSet;
use std::process::Command;

fn small() -> Case {
    let params = SynthParams { seed: 5, counties: 2, towns: 6, settlements: 30, people_per_prefecture: 200_000, ..SynthParams::default() };
    generate(&params).unwrap()
}

fn ask(draws: u32) -> Ask {
    let limits = Limits { gap: 1e-9, ..Limits::default() };
    Ask { settings: Settings { limits, seed: 3 }, draws, near_km: 1.0, layout: None }
}

/// Mean kilometres to the nearest of some facilities.
fn mean_km(case: &Case, open: &[usize]) -> f64 {
    let n = &case.network;
    let way = |s: &fenji::network::Settlement| {
        open.iter().map(|&j| distance_km(n.crs, s.position, n.facilities[j].position)).fold(f64::INFINITY, f64::min)
    };
    n.settlements.iter().map(|s| s.population.0 as f64 * way(s)).sum::<f64>() / n.population().0 as f64
}

/// Every choice of `p` of `from`, to `each`.
fn choices(from: &[usize], p: usize, chosen: &mut Vec<usize>, each: &mut dyn FnMut(&[usize])) {
    if chosen.len() == p {
        return each(chosen);
    }
    for (n, &x) in from.iter().enumerate() {
        chosen.push(x);
        choices(&from[n + 1..], p, chosen, each);
        chosen.pop();
    }
}

#[test]
fn the_choice_is_the_best_of_all() {
    let case = small();
    let n = &case.network;
    let rows = compare(&case, &ask(5), &Silent).unwrap();
    assert_eq!(rows.iter().map(|r| r.rank).collect::<Vec<_>>(), [2, 3, 4]);
    let mut seen = BTreeSet::new();
    let places: Vec<usize> = (0..n.facilities.len())
        .filter(|&j| seen.insert((n.facilities[j].position.x.to_bits(), n.facilities[j].position.y.to_bits())))
        .collect();
    let mut looked_at = 0;
    for r in &rows {
        assert_eq!(r.candidates, places.len());
        assert!(
            (r.real.km - mean_km(&case, &(0..n.facilities.len()).filter(|&j| n.facilities[j].rank() >= r.rank).collect::<Vec<_>>())).abs()
                < 1e-9
        );
        assert!(r.bound_km <= r.best.km + 1e-9 && r.best.km <= r.real.km + 1e-9 && r.best.km <= r.random.km + 1e-9);
        // 4 of 60 places are 490,000 choices; more are left to the bound, which is proven on the whole
        if r.real.places > 4 {
            assert!(r.gap < 1e-6, "{}", r.gap);
            continue;
        }
        looked_at += 1;
        let mut best = f64::INFINITY;
        choices(&places, r.real.places, &mut Vec::new(), &mut |open| best = best.min(mean_km(&case, open)));
        assert!((r.best.km - best).abs() < 1e-9, "rank {}: {} against {best}", r.rank, r.best.km);
    }
    assert!(looked_at > 0, "{:?}", rows.iter().map(|r| r.real.places).collect::<Vec<_>>());
}

#[test]
fn chance_hits_in_proportion_and_a_layout_of_the_real_sites_is_the_real_network() {
    let case = small();
    let n = &case.network;
    let real = |rank: u8| (0..n.facilities.len()).filter(|&j| n.facilities[j].rank() >= rank).map(fenji::ids::FacilityId::new).collect();
    let rows = compare(&case, &Ask { layout: Some([real(2), real(3), real(4)]), ..ask(400) }, &Silent).unwrap();
    for r in rows {
        let chance = r.real.places as f64 / r.candidates as f64;
        assert!((r.random.same - chance).abs() < 0.05, "{} against {chance}", r.random.same);
        let layout = r.layout.unwrap();
        assert_eq!((layout.same, layout.places, layout.within), (1.0, r.real.places, r.real.within));
        assert!((layout.mean - r.real.mean).abs() < 1e-12 && r.real.same >= 1.0 && r.real.near >= 1.0);
        assert!(r.real.within.windows(2).all(|w| w[0] <= w[1]) && r.real.curve.last().is_some_and(|c| *c <= 1.0 + 1e-9));
    }
}

#[test]
fn the_command_writes_page_pictures_and_tables() {
    let dir = tempfile::tempdir().unwrap();
    let (case, out) = (dir.path().join("case"), dir.path().join("out"));
    fenji::io::write_case(&small(), &fenji::io::Extras::default(), &case, false).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_fenji")).arg("reality").arg(&case).arg("--out").arg(&out).arg("--json").output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let json: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(json["ranks"].as_array().unwrap().len(), 3);
    for file in
        ["report.html", "pictures/reality-3.png", "pictures/reality-ways-3.svg", "tables/ways.csv", "tables/tiers.csv", "tables/chosen.csv"]
    {
        assert!(std::fs::metadata(out.join(file)).unwrap().len() > 100, "{file}");
    }
    let ways = std::fs::read_to_string(out.join("tables/ways.csv")).unwrap();
    assert_eq!(ways.lines().count(), 1 + 3 * 3);
}
