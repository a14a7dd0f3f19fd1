//! Case folders and the JSON form: what is written reads back the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::float_cmp)]

#[path = "bad_input/base.rs"]
mod base;

use fenji::io::export::export_json;
use fenji::io::{CaseRead, import_json, read_case, write_case};
use fenji::network::{ArcLists, Case, Severity};
use fenji::travel::road::{RoadEdge, RoadGraph, RoadParams};
use fenji::travel::{Place, Position, TimesTable, Travel};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn tiny() -> CaseRead {
    let dir = base::folder(&base::files());
    read_case(dir.path()).unwrap_or_else(|p| panic!("{}", lines(&p)))
}

fn lines(problems: &[fenji::io::Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn same(a: &Case, b: &Case) {
    assert_eq!(a.network, b.network);
    assert_eq!(a.arcs, b.arcs);
    assert_eq!((a.rules, a.observed, &a.policy), (b.rules, b.observed, &b.policy));
    match (&a.travel, &b.travel) {
        (Travel::Metric(x), Travel::Metric(y)) => assert_eq!(x, y),
        (Travel::Table(x), Travel::Table(y)) => assert_eq!(x, y),
        (Travel::Road(x), Travel::Road(y)) => {
            assert_eq!((x.params(), x.edges()), (y.params(), y.edges()));
            let nodes = |g: &RoadGraph| (0..g.node_count()).map(|n| g.node(n)).collect::<Vec<_>>();
            assert_eq!(nodes(x), nodes(y));
        }
        _ => panic!("another travel mode came back"),
    }
}

/// Writes and reads; compares the case, and the bytes of a second writing.
fn round_trip(read: &CaseRead) {
    let dir = tempfile::tempdir().unwrap();
    let (first, second) = (dir.path().join("first"), dir.path().join("second"));
    write_case(&read.case, &read.extras(), &first, false).unwrap();
    let back = read_case(&first).unwrap_or_else(|p| panic!("{}", lines(&p)));
    same(&read.case, &back.case);
    assert_eq!((&read.scenario, &read.name_en), (&back.scenario, &back.name_en));
    write_case(&back.case, &back.extras(), &second, false).unwrap();
    for entry in std::fs::read_dir(&first).unwrap() {
        let name = entry.unwrap().file_name();
        assert_eq!(std::fs::read(first.join(&name)).unwrap(), std::fs::read(second.join(&name)).unwrap(), "{name:?}");
    }
}

#[test]
fn the_tiny_case_reads_without_a_word_and_comes_back() {
    let read = tiny();
    assert_eq!(lines(&read.warnings), "");
    assert_eq!(read.case.network.population().0, 43_000);
    assert_eq!(read.scenario.scenario.gamma, Some(0.5));
    assert_eq!(read.name_en.as_deref(), Some("Little county"));
    let t1 = &read.case.network.facilities[3];
    let gaps: Vec<&str> = t1.drug_gaps.iter().map(|k| read.case.network.classes[k.index()].code.as_str()).collect();
    assert_eq!(gaps, ["OC", "H4"]);
    assert_eq!(read.case.network.areas[1].enrol_rate, 0.95);
    round_trip(&read);
}

#[test]
fn classes_tiers_and_arcs_come_back() {
    let mut read = tiny();
    read.case.network.classes[0].rate = 2.5;
    read.case.network.classes.swap(1, 4);
    read.case.network.tiers.0[4].fund_share = 0.75;
    for f in &mut read.case.network.facilities {
        f.drug_gaps.clear();
    }
    let first = (0..6).flat_map(|i| [(i, 5), (i, 7)]).collect();
    read.case.arcs = Some(ArcLists { first, up: vec![(3, 5), (5, 7), (7, 8)], down: vec![(8, 5), (5, 3)] });
    round_trip(&read);
}

#[test]
fn times_and_roads_come_back() {
    let mut read = tiny();
    let n = &read.case.network;
    let settlement = |i: usize| Place::Settlement(fenji::ids::SettlementId::new(i));
    let facility = |j: usize| Place::Facility(fenji::ids::FacilityId::new(j));
    let mut entries: Vec<_> =
        (0..6).flat_map(|i| (0..n.facilities.len()).map(move |j| (settlement(i), facility(j), 1.0 + i as f64 + 0.1 * j as f64))).collect();
    entries.push((facility(0), settlement(0), 99.5));
    read.case.travel = Travel::Table(TimesTable::new(6, n.facilities.len(), &entries).unwrap());
    round_trip(&read);

    let nodes: Vec<Position> = n_positions(&read.case);
    let edges: Vec<RoadEdge> =
        (1..nodes.len()).map(|to| RoadEdge { from: to - 1, to, km: 3.25 * to as f64, kmh: 40.0, oneway: false }).collect();
    let params = RoadParams { off_road_kmh: 12.5, ..RoadParams::default() };
    read.case.travel = Travel::Road(RoadGraph::new(read.case.network.crs, params, nodes, &edges).unwrap());
    round_trip(&read);
}

fn n_positions(case: &Case) -> Vec<Position> {
    case.network.settlements.iter().map(|s| s.position).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever stands in names (formulas, markup, quotes, commas) and numbers comes back.
    #[test]
    fn any_text_and_number_comes_back(
        name in "[=+\\-@'\"<>&,;a-z山水 ]{1,12}",
        code in "['=@a-z0-9,\"-]{1,8}",
        x in -1e3f64..1e3, km2 in 1e-9f64..1e6, doctors in 0.0f64..5e4, pop in 0u64..100_000_000,
    ) {
        prop_assume!(!name.trim().is_empty());
        let mut read = tiny();
        let n = &mut read.case.network;
        n.crs = fenji::travel::Crs::PlanarKm;
        for s in &mut n.settlements {
            s.position = Position { x: x + 1.0 / 3.0, y: -x };
        }
        for t in &mut n.towns {
            t.position = Position { x, y: -x };
        }
        for f in &mut n.facilities {
            f.position = Position { x, y: x.sqrt().abs().max(0.1) - x };
            if f.position.y.is_nan() {
                f.position.y = 0.1;
            }
        }
        n.areas[0].name = name.trim().to_owned();
        n.settlements[2].name_en = Some(format!("={}", name.trim()));
        n.areas[1].area_km2 = Some(km2);
        n.facilities[5].doctors.0 = doctors;
        n.facilities[4].code = format!("Z{code}");
        n.settlements[0].code.clone_from(&code);
        let before = n.settlements[1].population.0;
        n.settlements[1].population.0 = pop;
        n.towns[0].population.0 = n.towns[0].population.0 - before + pop;
        round_trip(&read);
    }
}

#[test]
fn a_foreign_folder_is_never_overwritten() {
    let read = tiny();
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("letter.txt"), "mine").unwrap();
    assert!(write_case(&read.case, &read.extras(), dir.path(), true).is_err());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    let case = dir.path().join("case");
    write_case(&read.case, &read.extras(), &case, false).unwrap();
    assert!(write_case(&read.case, &read.extras(), &case, false).is_err());
    std::fs::write(case.join("times.csv"), "left over").unwrap();
    write_case(&read.case, &read.extras(), &case, true).unwrap();
    assert!(!case.join("times.csv").exists());
}

#[test]
fn the_json_form_comes_back() {
    let mut read = tiny();
    read.scenario.table =
        toml::from_str("gamma = 0.5\ntargets_off = [\"down_rate\"]\n[prices]\nminute = 0.7\n[targets]\nin_county = 0.88\n").unwrap();
    read.scenario.scenario = read.scenario.table.clone().try_into().unwrap();
    let first = vec![(0, 0), (0, 7), (2, 5), (1, 7), (3, 3), (4, 4), (5, 4)];
    let grouped = vec![(0, 0), (0, 7), (2, 5), (1, 7), (3, 3), (4, 4), (5, 4)];
    read.case.arcs = Some(ArcLists { first, up: vec![(3, 5)], down: vec![(5, 3), (7, 5)] });
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c.json");
    std::fs::write(&path, export_json(&read.case, &read.extras()).unwrap()).unwrap();
    let back = import_json(&path).unwrap_or_else(|p| panic!("{}", lines(&p)));
    same(&read.case, &back.case);
    assert_eq!(back.case.arcs.as_ref().unwrap().first, grouped);
    assert_eq!(back.scenario, read.scenario);
    assert_eq!(back.name_en, read.name_en);
    assert_eq!(lines(&back.warnings), "");
}

fn oracle() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/demo_instance.json");
    if !path.exists() {
        println!("skipped: {} is not there", path.display());
    }
    path.exists().then_some(path)
}

#[test]
fn the_reference_prefecture_is_imported_in_full() {
    let Some(path) = oracle() else { return };
    let read = import_json(&path).unwrap_or_else(|p| panic!("{}", lines(&p)));
    assert!(read.warnings.iter().all(|w| w.severity == Severity::Warning));
    assert_eq!(lines(&read.warnings), "");
    let n = &read.case.network;
    assert_eq!((n.population().0, n.areas.len(), n.towns.len(), n.settlements.len(), n.facilities.len()), (2_060_002, 4, 41, 140, 193));
    let arcs = read.case.arcs.as_ref().unwrap();
    assert_eq!((arcs.up.len(), arcs.down.len()), (284, 191));
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    // Arc by arc, and class by class in the order of the file.
    let wanted: usize = json["first_arcs"].as_object().unwrap().values().map(|l| l.as_array().unwrap().len()).sum();
    assert_eq!(arcs.first.len(), wanted);
    for (pair, &(a, b)) in json["up_arcs"].as_array().unwrap().iter().zip(&arcs.up) {
        assert_eq!(
            (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()),
            (n.facilities[a as usize].code.as_str(), n.facilities[b as usize].code.as_str())
        );
    }
    let order: Vec<&str> = json["classes"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(n.classes.iter().map(|k| k.code.as_str()).collect::<Vec<_>>(), order);
    assert_eq!(n.classes, fenji::network::case_class::default_classes());
    assert_eq!(n.tiers, fenji::network::TierTable::default());
    // Its constants and targets are the defaults: nothing is left to say.
    assert_eq!(read.scenario, fenji::io::scenario::ScenarioFile::default());
    round_trip(&read);

    // Out as JSON and in again, with a price changed.
    let dir = tempfile::tempdir().unwrap();
    let mut text: serde_json::Value = serde_json::from_str(&export_json(&read.case, &read.extras()).unwrap()).unwrap();
    text["constants"]["VOT"] = serde_json::json!(0.75);
    text["targets"].as_object_mut().unwrap().remove("in_county");
    let path = dir.path().join("demo_instance.json");
    std::fs::write(&path, text.to_string()).unwrap();
    let changed = import_json(&path).unwrap_or_else(|p| panic!("{}", lines(&p)));
    same(&read.case, &changed.case);
    assert_eq!(changed.scenario.scenario.prices["minute"], 0.75);
    assert_eq!(changed.scenario.scenario.targets_off, ["in_county"]);
}
