//! Files that go out: schemas hold for real files, plans come back or are refused, layers are sound GeoJSON.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::float_cmp)]

#[path = "bad_input/base.rs"]
mod base;

use fenji::demand::choice::Calibration;
use fenji::io::{geojson, read_case, read_plan, schema, write_plan};
use fenji::network::Network;
use fenji::outcome::{Bounds, Limit, Termination};
use fenji::plan::flows::Flows;
use fenji::plan::referral::{Marginals, Names, ObjectiveParts, PLAN_VERSION, ReferralPlan};
use fenji::policy::Scenario;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn network() -> Network {
    let dir = base::folder(&base::files());
    read_case(dir.path()).unwrap().case.network
}

/// A plan with one flow of each kind.
fn plan(n: &Network) -> ReferralPlan {
    let mut flows = Flows::default();
    flows.first_contact.push(0, 2, 0, 10.5, 0.0);
    flows.first_contact.push(0, 2, 1, 4.0, 1.0);
    flows.first_contact.push(3, 5, 8, 2.0, 0.0);
    flows.up.push(1, 3, 5, 3, 7.0);
    flows.up.push(0, 3, 5, 4, 0.5);
    flows.redirect.push(0, 7, 6, 3, 1.5);
    flows.down.push(1, 5, 3, 8, 0.25);
    flows.treated.push(0, 2, 0, 14.5);
    flows.treated.push(1, 5, 8, 9.0);
    flows.no_access.push(5, 1, 0.125);
    let codes = |list: Vec<&String>| list.into_iter().cloned().collect::<Vec<String>>();
    ReferralPlan {
        version: PLAN_VERSION,
        kind: "referral".into(),
        fenji: "0.1.0".into(),
        case: n.name.clone(),
        policy: "P2025".into(),
        objective: 1.0 / 3.0,
        objective_parts: ObjectiveParts { travel: 1.0 / 3.0, ..ObjectiveParts::default() },
        bounds: Bounds { primal: 1.0 / 3.0, dual: f64::NEG_INFINITY },
        gap_asked: 1e-6,
        termination: Termination::Feasible(Limit::Time),
        indicators: [("in_county".to_owned(), 0.9)].into(),
        backend: "highs".into(),
        method: "direct".into(),
        seconds: 1.5,
        scenario: Scenario { gamma: Some(0.6), ..Scenario::default() },
        names: Names {
            areas: codes(n.areas.iter().map(|a| &a.code).collect()),
            settlements: codes(n.settlements.iter().map(|s| &s.code).collect()),
            facilities: codes(n.facilities.iter().map(|f| &f.code).collect()),
            classes: codes(n.classes.iter().map(|k| &k.code).collect()),
        },
        calibration: Calibration::default(),
        flows,
        shortfalls: Vec::new(),
        marginals: Marginals { bed: vec![2.5; n.facilities.len()], doctor: vec![0.0; n.facilities.len()], ..Marginals::default() },
        provenance: n.provenance.clone(),
    }
}

#[test]
fn a_plan_comes_back_and_altered_ones_are_refused() {
    let n = network();
    let plan = plan(&n);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("plan.json");
    write_plan(&path, &plan).unwrap();
    assert_eq!(read_plan(&path, Some(&n)).unwrap(), plan);
    let good: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    // The figures a reader wants stand at the top.
    assert!(good["objective"].is_f64() && good["bounds"]["dual"].is_null() && good["termination"]["feasible"] == "time");
    let refused = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let problems = read_plan(&path, Some(&n)).unwrap_err();
        assert!(problems.iter().all(|p| !p.remedy.is_empty()));
        problems.into_iter().map(|p| (p.code, p.column.unwrap_or_default())).collect::<Vec<_>>()
    };
    let altered = |change: &dyn Fn(&mut Value)| {
        let mut value = good.clone();
        change(&mut value);
        refused(&value.to_string())
    };
    let is = |code: &str, column: &str| vec![(code.to_owned(), column.to_owned())];
    let text = good.to_string();
    assert_eq!(refused(&text[..text.len() / 2])[0].0, "E090");
    assert_eq!(refused("[]")[0].0, "E091");
    assert_eq!(refused("")[0].0, "E007");
    assert_eq!(altered(&|v| v["version"] = json!(99)), is("E092", "version"));
    assert_eq!(altered(&|v| drop(v.as_object_mut().unwrap().remove("version"))), is("E092", "version"));
    assert_eq!(altered(&|v| v["kind"] = json!("layout")), is("E095", "kind"));
    assert_eq!(altered(&|v| v["surprise"] = json!(1))[0].0, "E091");
    assert_eq!(altered(&|v| drop(v["flows"]["up"]["to"].as_array_mut().unwrap().pop())), is("E095", "flows.up.to"));
    assert_eq!(altered(&|v| v["flows"]["up"]["to"][0] = json!(999)), is("E095", "flows.up.to"));
    assert_eq!(altered(&|v| v["flows"]["treated"]["cases"][0] = json!(-1.0)), is("E095", "flows.treated.cases"));
    assert_eq!(altered(&|v| v["marginals"]["bed"] = json!([1.0])), is("E095", "marginals.bed"));
    assert_eq!(altered(&|v| v["names"]["facilities"][3] = json!("other")), is("E093", "names.facilities[3]"));
    let both = altered(&|v| {
        v["names"]["areas"][0] = json!("other");
        v["flows"]["down"]["cases"][0] = json!(-1.0);
    });
    assert_eq!(both.len(), 2);
    let problems = read_plan(&dir.path().join("gone.json"), None).unwrap_err();
    assert_eq!(problems[0].code, "E003");
}

/// The cells of a table as the schema sees them: numbers where it says so, empty cells left out.
fn rows(path: &Path, schema: &Value) -> Vec<Value> {
    let kind = |name: &str| {
        let own = &schema["properties"][name]["type"];
        let number = |t: &Value| t == "number" || t == "integer" || t.as_array().is_some_and(|l| l.iter().any(|t| t == "number"));
        number(own) || (["lon", "lat", "x", "y"].contains(&name) && own.is_null())
    };
    let mut table = csv::Reader::from_path(path).unwrap();
    let header = table.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        let cells = header.iter().zip(record.iter()).filter(|(_, cell)| !cell.is_empty()).map(|(name, cell)| {
            let value = if kind(name) { serde_json::from_str(cell).unwrap() } else { json!(cell) };
            (name.to_owned(), value)
        });
        Value::Object(cells.collect())
    };
    table.records().map(|r| row(r.unwrap())).collect()
}

fn holds(folder: &Path) {
    for (name, schema) in schema::all() {
        let path = folder.join(name);
        if !path.exists() {
            continue;
        }
        let validator = jsonschema::validator_for(&schema).unwrap();
        let values = if name == "case.toml" {
            let table: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
            vec![serde_json::to_value(table).unwrap()]
        } else {
            rows(&path, &schema)
        };
        for value in values {
            if let Err(e) = validator.validate(&value) {
                panic!("{}: {e}\n{value}", path.display());
            }
        }
    }
}

#[test]
fn schemas_hold_for_cases_and_plans() {
    let dir = base::folder(&base::files());
    let arcs = "kind,from,to\nfirst,s1,CC1\nup,T1,K1\n";
    let extra = [("arcs.csv", arcs), ("times.csv", "from,to,minutes\ns1,K1,9.5\n"), ("road_nodes.csv", "id,lon,lat\na,1,2.5\n")];
    for (name, text) in extra.into_iter().chain([("road_edges.csv", "from,to,km,kmh,oneway\na,b,1,2.5,1\n")]) {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    holds(dir.path());
    // What the program itself writes, all optional tables with it.
    let written = tempfile::tempdir().unwrap();
    let good = base::folder(&base::files());
    let mut read = read_case(good.path()).unwrap();
    read.case.network.classes[0].rate = 2.5;
    read.case.network.tiers.0[4].fund_share = 0.75;
    fenji::io::write_case(&read.case, &read.extras(), &written.path().join("case"), false).unwrap();
    holds(&written.path().join("case"));
    // The cases that ship.
    for name in ["chongqing", "chongqing-southeast"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
        if folder.exists() {
            holds(&folder);
        } else {
            println!("skipped: {} is not there", folder.display());
        }
    }
    let (_, schema) = schema::all().into_iter().find(|(name, _)| *name == "plan.json").unwrap();
    let plan = serde_json::to_value(plan(&read.case.network)).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.validate(&plan).is_ok(), "{}", validator.validate(&plan).unwrap_err());
}

#[test]
fn schemas_refuse_what_the_reader_refuses() {
    let schema = |name: &str| jsonschema::validator_for(&schema::all().into_iter().find(|(n, _)| *n == name).unwrap().1).unwrap();
    let s = schema("settlements.csv");
    let good = json!({"id": "s", "name": "n", "area": "a", "town": "t", "pop": 3, "lon": 108.0, "lat": 29.0});
    assert!(s.is_valid(&good));
    for (key, value) in [("pop", json!(-1)), ("pop", json!(1.5)), ("lat", json!(95)), ("id", json!("")), ("people", json!(1))] {
        let mut bad = good.clone();
        bad[key] = value;
        assert!(!s.is_valid(&bad), "{bad}");
    }
    let mut no_place = good;
    no_place.as_object_mut().unwrap().remove("lat");
    assert!(!s.is_valid(&no_place));
    let c = schema("case.toml");
    assert!(c.is_valid(&json!({"format": 1, "name": "n", "year": 2025, "crs": "wgs84", "policy": "P2025"})));
    assert!(!c.is_valid(&json!({"format": 2, "name": "n", "year": 2025, "crs": "wgs84", "policy": "P2025"})));
    assert!(!c.is_valid(&json!({"format": 1, "year": 2025, "crs": "wgs84", "policy": "P2025"})));
    assert!(!c.is_valid(&json!({"format": 1, "name": "n", "year": 2025, "crs": "wgs84", "policy": "P2025", "extra": 1})));
    let p = schema("policy.toml");
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/policy")).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('P')) {
            let table: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
            assert!(p.is_valid(&serde_json::to_value(table).unwrap()), "{}", path.display());
        }
    }
}

#[test]
fn layers_are_sound_geojson() {
    let n = network();
    let plan = plan(&n);
    let parse = |text: String| {
        // Sound GeoJSON first, then plain JSON to look into.
        text.parse::<::geojson::GeoJson>().unwrap();
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let sites = parse(geojson::sites(&n, Some(&plan)));
    assert_eq!(sites["features"].as_array().unwrap().len(), n.facilities.len());
    assert_eq!(sites["features"][2]["properties"]["visits"], json!(14.5));
    assert_eq!(sites["features"][5]["properties"]["stays"], json!(9.0));
    assert_eq!(sites["features"][5]["geometry"]["coordinates"], json!([108.92, 29.6]));
    assert_eq!(parse(geojson::settlements(&n))["features"].as_array().unwrap().len(), 6);
    let flows = parse(geojson::flows(&n, &plan));
    let list: Vec<(String, String, String, f64)> = flows["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            let text = |k: &str| f["properties"][k].as_str().unwrap().to_owned();
            (text("kind"), text("from"), text("to"), f["properties"]["cases_a_year"].as_f64().unwrap())
        })
        .collect();
    let expected = [("first_contact", "s1", "CC1", 14.5), ("first_contact", "s4", "K1", 2.0), ("up", "T1", "K1", 7.5)];
    let more = [("redirect", "M1", "D1", 1.5), ("down", "K1", "T1", 0.25)];
    let expected: Vec<_> =
        expected.iter().chain(&more).map(|(k, a, b, c)| ((*k).to_owned(), (*a).to_owned(), (*b).to_owned(), *c)).collect();
    assert_eq!(list, expected);
    // Two settlements make no polygon; the four of the county make a hull that says what it is.
    let areas = parse(geojson::areas(&n));
    assert_eq!(areas["features"][0]["geometry"]["type"], "MultiPoint");
    assert_eq!(areas["features"][1]["geometry"]["type"], "Polygon");
    assert_eq!(areas["features"][1]["properties"]["note"], geojson::HULL_NOTE);
    assert!(areas.get("note").is_none());
    let planar = Network { crs: fenji::travel::Crs::PlanarKm, ..n };
    assert_eq!(parse(geojson::areas(&planar))["note"], geojson::PLANAR_NOTE);
}
