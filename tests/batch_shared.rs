//! Hospitals shared between the cases of a batch: the bounds enclose the optimum of the joint problem solved as one case, nothing is used twice, the
//! bound is worked out again from the plans of the jobs, prices stay away where nothing is scarce, a killed batch comes to the same.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::panic)] // helpers of tests stop hard, as tests do

#[path = "common/program.rs"]
mod program;

use program::{fenji, json};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, SystemTime};

/// A province: its people by settlement, beds of its own provincial hospital (0: none), its share of the shared hospitals.
#[derive(Clone, Copy)]
struct Province {
    people: [u64; 2],
    own_beds: u32,
    share: f64,
}

/// Beds and doctors of the two shared hospitals, a regional and a national one.
#[derive(Clone, Copy)]
struct Scarce {
    beds: [u32; 2],
    doctors: [u32; 2],
}

/// The tables of some provinces: one county each with two townships, and the shared hospitals with `share` of them, or all.
fn write_case(folder: &Path, provinces: &[(usize, Province)], scarce: Scarce, shares: [f64; 2]) {
    let (mut areas, mut towns) = ("id,name,urban\n".to_owned(), "id,name,area,pop,x,y\n".to_owned());
    let (mut places, mut arcs) = ("id,name,area,town,pop,x,y\n".to_owned(), "kind,from,to\n".to_owned());
    let mut facilities = "id,name,tier,area,town,x,y,beds,doctors,avail\n".to_owned();
    let mut tops = Vec::new();
    for (n, tier) in ["R", "N"].into_iter().enumerate() {
        let id = format!("top-{tier}");
        writeln!(facilities, "{id},{id},{tier},,,{},40,{},{},{}", 60 * n, scarce.beds[n], scarce.doctors[n], shares[n]).unwrap();
        tops.push(id);
    }
    for &(p, province) in provinces {
        let x = 80.0 * p as f64;
        let a = format!("a{p}");
        writeln!(areas, "{a},{a},0").unwrap();
        writeln!(facilities, "{a}-K,{a}-K,K,{a},{a}t0,{x},0,4000,4000,1\n{a}-M,{a}-M,M,{a},,{x},1,4000,4000,1").unwrap();
        let mut above = tops.clone();
        if province.own_beds > 0 {
            writeln!(facilities, "{a}-P,{a}-P,P,,,{x},15,{},{},1", province.own_beds, 2 * province.own_beds).unwrap();
            above.push(format!("{a}-P"));
        }
        for (t, pop) in province.people.into_iter().enumerate() {
            let y = 12 * t;
            writeln!(towns, "{a}t{t},{a}t{t},{a},{pop},{x},{y}").unwrap();
            writeln!(places, "{a}s{t},{a}s{t},{a},{a}t{t},{pop},{x},{y}").unwrap();
            writeln!(facilities, "{a}-V{t},{a}-V{t},V,{a},{a}t{t},{x},{y},0,800,1\n{a}-T{t},{a}-T{t},T,{a},{a}t{t},{x},{y},500,800,1")
                .unwrap();
            for first in [format!("{a}-V{t}"), format!("{a}-T{t}"), format!("{a}-K"), format!("{a}-M")].iter().chain(&above) {
                writeln!(arcs, "first,{a}s{t},{first}").unwrap();
            }
            writeln!(arcs, "up,{a}-V{t},{a}-T{t}\nup,{a}-T{t},{a}-K\ndown,{a}-K,{a}-T{t}").unwrap();
        }
        writeln!(arcs, "up,{a}-K,{a}-M\ndown,{a}-M,{a}-K").unwrap();
        for top in &above {
            writeln!(arcs, "up,{a}-M,{top}\ndown,{top},{a}-K").unwrap();
        }
    }
    fs::create_dir_all(folder).unwrap();
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let toml =
        format!("format = 1\nname = \"{name}\"\nyear = 2025\ncrs = \"planar_km\"\npolicy = \"P2025\"\n[travel]\nmode = \"metric\"\n");
    let tables = [("areas", areas), ("townships", towns), ("settlements", places), ("facilities", facilities), ("arcs", arcs)];
    tables.iter().for_each(|(table, text)| fs::write(folder.join(format!("{table}.csv")), text).unwrap());
    fs::write(folder.join("case.toml"), toml).unwrap();
}

/// Patients go where they are sent, and every target is one of a county: so the joint problem of the batch is that of one case.
const ASKED: &str = "gamma = 1.0\ntargets_off = [\"primary_share\", \"down_rate\"]\n";

/// Three provinces as cases `p-0` to `p-2`, the same as one case `joint`, and a specification.
fn nation(dir: &Path, provinces: [Province; 3], scarce: Scarce, shared: &str) -> PathBuf {
    for (p, one) in provinces.into_iter().enumerate() {
        write_case(&dir.join(format!("p-{p}")), &[(p, one)], scarce, [one.share; 2]);
    }
    let all: Vec<(usize, Province)> = provinces.into_iter().enumerate().collect();
    write_case(&dir.join("joint"), &all, scarce, [1.0; 2]);
    fs::write(dir.join("asked.toml"), ASKED).unwrap();
    let spec = format!(
        "name = \"nation\"\nreport = false\n[[case]]\npath = \"p-*\"\n[[scenario]]\nfile = \"asked.toml\"\n[[command]]\ncommand = \"referral\"\n{shared}"
    );
    fs::write(dir.join("spec.toml"), spec).unwrap();
    dir.join("spec.toml")
}

/// Shares that have nothing to do with who needs the hospitals: the second province has its own, the third a few beds.
const PROVINCES: [Province; 3] = [
    Province { people: [150_000, 90_000], own_beds: 0, share: 0.2 },
    Province { people: [120_000, 60_000], own_beds: 900, share: 0.5 },
    Province { people: [80_000, 70_000], own_beds: 30, share: 0.3 },
];
const SCARCE: Scarce = Scarce { beds: [60, 40], doctors: [300, 200] };
const PLENTY: Scarce = Scarce { beds: [20_000, 20_000], doctors: [90_000, 90_000] };
const SHARED: &str = "[shared]\ntiers = [\"R\", \"N\"]\nrounds = 14\ngap = 0.001\n";

fn run<'a>(spec: &'a Path, out: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["batch", "run", spec.to_str().unwrap(), "--out", out.to_str().unwrap(), "--jobs", "2"];
    args.extend(more);
    args
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

/// The optimum of the joint problem solved as one case, yuan: bounds within 1e-7.
fn joint(dir: &Path) -> (f64, f64) {
    let (case, out) = (dir.join("joint"), dir.join("joint-plan"));
    let asked = dir.join("asked.toml");
    let line = ["referral", case.to_str().unwrap(), "--scenario", asked.to_str().unwrap(), "--gap", "1e-7", "--no-report", "--out"];
    let (code, answer) = json(&[&line[..], &[out.to_str().unwrap()]].concat());
    assert_eq!(code, 0, "{answer}");
    (answer["bounds"]["dual"].as_f64().unwrap(), answer["objective"].as_f64().unwrap())
}

/// What a job proves of its case, from its plan alone: `v` and `s` of beds and doctors of both hospitals, in yuan a bed or doctor.
fn proved(out: &Path, job: &str, share: f64) -> (f64, [f64; 4]) {
    let plan = read(&out.join("jobs").join(job).join("result/plan.json"));
    let names: Vec<&str> = plan["names"]["facilities"].as_array().unwrap().iter().map(|n| n.as_str().unwrap()).collect();
    let (mut value, mut slope) = (plan["bounds"]["dual"].as_f64().unwrap(), [0.0; 4]);
    let capacity = &plan["scenario"]["capacity"];
    for (h, code) in ["top-N", "top-R"].into_iter().enumerate() {
        let j = names.iter().position(|n| *n == code).unwrap();
        // a bed of R and N is 365 x .93 bed-days
        for (n, (worth, usable, price, per)) in
            [("bed", "usable_beds", "bed_price", 365.0 * 0.93), ("doctor", "usable_doctors", "doctor_price", 1.0)].into_iter().enumerate()
        {
            let q = plan["marginals"][worth][j].as_f64().unwrap() / share;
            value += q * capacity[usable][code].as_f64().unwrap();
            slope[2 * h + n] = q + per * capacity[price][code].as_f64().unwrap_or(0.0);
        }
    }
    (value, slope)
}

#[test]
fn bounds_enclose_the_joint_optimum_and_nothing_is_used_twice() {
    let swap = [PROVINCES[2], PROVINCES[0], PROVINCES[1]];
    let busy = Scarce { beds: [90, 70], doctors: [25, 10] };
    for (provinces, scarce) in [(PROVINCES, SCARCE), (swap, busy)] {
        let dir = tempfile::tempdir().unwrap();
        let spec = nation(dir.path(), provinces, scarce, SHARED);
        let out = dir.path().join("out");
        let (code, answer) = json(&run(&spec, &out, &[]));
        assert_eq!(code, 0, "{answer}");
        let (bound, value) = joint(dir.path());
        let summary = read(&out.join("data/shared.json"))[0].clone();
        let certificate = &summary["certificate"];
        let (lower, upper) = (certificate["lower"].as_f64().unwrap(), certificate["upper"].as_f64().unwrap());
        println!("{} rounds; {lower} <= [{bound}, {value}] <= {upper}", summary["rounds"].as_array().unwrap().len());
        assert!(lower <= value * (1.0 + 1e-9), "the bound {lower} lies above the optimum {value}");
        assert!(upper >= bound * (1.0 - 1e-9), "the joint plan {upper} is better than the optimum {bound}");
        assert!((upper - lower) / upper <= 0.001 && certificate["gap"].as_f64().unwrap() <= 0.001, "{certificate}");
        let rounds = summary["rounds"].as_array().unwrap();
        assert!(rounds.len() > 1, "the shares of the tables are far from good: {rounds:?}");
        assert!(certificate["price"].as_array().unwrap().iter().any(|p| p.as_f64().unwrap() > 0.0), "{certificate}");

        // the bound once more, from the plans
        let cases = summary["cases"].as_array().unwrap();
        let total = list(&summary["total"]);
        let codes: Vec<&str> = summary["resources"].as_array().unwrap().iter().map(|r| r[0].as_str().unwrap()).collect();
        assert_eq!(codes, ["top-N", "top-N", "top-R", "top-R"]);
        let whole = [scarce.beds[1], scarce.doctors[1], scarce.beds[0], scarce.doctors[0]];
        total.iter().zip(whole).for_each(|(t, w)| assert!((t - f64::from(w)).abs() < 1e-6, "{total:?}"));
        let mut sum = 0.0;
        let mut slopes: BTreeMap<&str, [f64; 4]> = BTreeMap::new();
        for (p, one) in provinces.iter().enumerate() {
            let name = format!("p-{p}");
            let own: Vec<&Value> = cases.iter().filter(|c| c["case"] == name.as_str()).collect();
            let weights: f64 = own.iter().map(|c| c["weight"].as_f64().unwrap()).sum();
            for c in own {
                let w = c["weight"].as_f64().unwrap() / weights;
                assert!(w >= -1e-9);
                let (value, slope) = proved(&out, c["job"].as_str().unwrap(), one.share);
                sum += w * value;
                let at = slopes.entry(["p-0", "p-1", "p-2"][p]).or_default();
                at.iter_mut().zip(slope).for_each(|(s, x)| *s += w * x);
            }
        }
        let paid: f64 = (0..4).map(|r| total[r] * slopes.values().map(|s| s[r]).fold(0.0, f64::max)).sum();
        assert!(((sum - paid) - lower).abs() < 1e-9 * lower.abs(), "{} is not {lower}", sum - paid);

        // the joint plan once more: allotted within what there is, used within the allotment, costs what its plans cost
        let best = certificate["best_round"].as_u64().unwrap();
        let plans: Vec<&Value> = cases.iter().filter(|c| c["round"].as_u64() == Some(best)).collect();
        assert_eq!(plans.len(), 3);
        for (r, total) in total.iter().enumerate() {
            let used: f64 = plans.iter().map(|c| c["used"][r].as_f64().unwrap()).sum();
            assert!(used <= total * (1.0 + 1e-6) + 1e-6, "resource {r}: {used} of {total}");
        }
        let cost: f64 = plans
            .iter()
            .map(|c| {
                let plan = read(&out.join("jobs").join(c["job"].as_str().unwrap()).join("result/plan.json"));
                plan["objective"].as_f64().unwrap() - plan["objective_parts"]["capacity_use"].as_f64().unwrap_or(0.0)
            })
            .sum();
        assert!((cost - upper).abs() < 1e-9 * upper, "{cost} {upper}");
        for round in rounds.iter().filter(|r| !r["priced"].as_bool().unwrap()) {
            let own = cases.iter().filter(|c| c["round"] == round["round"]);
            let usable: Vec<Vec<f64>> = own.map(|c| list(&c["usable"])).collect();
            (0..4).for_each(|r| assert!(usable.iter().map(|u| u[r]).sum::<f64>() <= total[r] + 1e-9, "{usable:?}"));
        }
        // tables and page
        let table: Vec<BTreeMap<String, String>> =
            csv::Reader::from_path(out.join("data/shared.csv")).unwrap().deserialize().map(Result::unwrap).collect();
        assert_eq!(table.len(), rounds.len() * 3 * 4);
        let page = fs::read_to_string(out.join("report.html")).unwrap();
        assert!(page.contains("Shared hospitals") && page.contains("top-R"));
        // a priced plan passes its check, and says what it paid
        let priced = rounds.iter().find(|r| r["priced"].as_bool().unwrap()).unwrap();
        let job = cases.iter().find(|c| c["round"] == priced["round"] && c["case"] == "p-0").unwrap()["job"].as_str().unwrap();
        let plan = out.join("jobs").join(job).join("result/plan.json");
        let (code, answer) = json(&["check", dir.path().join("p-0").to_str().unwrap(), plan.to_str().unwrap()]);
        assert_eq!(code, 0, "{answer}");
    }
}

#[test]
fn the_use_of_a_facility_has_its_price() {
    let dir = tempfile::tempdir().unwrap();
    nation(dir.path(), PROVINCES, PLENTY, SHARED);
    let case = dir.path().join("p-2");
    let mut before = (0.0, f64::INFINITY);
    for (n, price) in [0.0, 400.0, 3000.0].into_iter().enumerate() {
        let scenario = dir.path().join("price.toml");
        let text = format!(
            "{ASKED}[capacity]\nbed_price = {{ top-R = {price:?}, top-N = {price:?} }}\ndoctor_price = {{ top-R = {:?} }}\n",
            100.0 * price
        );
        fs::write(&scenario, text).unwrap();
        let out = dir.path().join(format!("price-{n}"));
        let (code, answer) = json(&[
            "referral",
            case.to_str().unwrap(),
            "--scenario",
            scenario.to_str().unwrap(),
            "--tables",
            "--out",
            out.to_str().unwrap(),
        ]);
        assert_eq!(code, 0, "{answer}");
        let rows: Vec<BTreeMap<String, String>> =
            csv::Reader::from_path(out.join("tables/facilities.csv")).unwrap().deserialize().map(Result::unwrap).collect();
        let of = |code: &str, column: &str| rows.iter().find(|r| r["facility"] == code).unwrap()[column].parse::<f64>().unwrap_or(0.0);
        let days = of("top-R", "bed_days") + of("top-N", "bed_days");
        let paid = price * days + 100.0 * price * of("top-R", "doctor_load") * of("top-R", "doctors");
        let part = answer["objective_parts"]["capacity_use"].as_f64().unwrap_or(0.0);
        assert!((part - paid).abs() <= 1e-6 * paid.max(1.0), "{part} {paid}");
        let value = answer["objective"].as_f64().unwrap();
        assert!(value >= before.0 * (1.0 - 1e-6) && days <= before.1 * (1.0 + 1e-6), "price {price}: {value} {days}, before {before:?}");
        before = (value, days);
        let plan = out.join("plan.json");
        assert_eq!(json(&["check", case.to_str().unwrap(), plan.to_str().unwrap()]).0, 0);
        if part > 0.0 {
            let mut altered = read(&plan);
            altered["objective_parts"]["capacity_use"] = (part * 0.999).into();
            fs::write(&plan, altered.to_string()).unwrap();
            assert_eq!(json(&["check", case.to_str().unwrap(), plan.to_str().unwrap()]).0, 3, "less than was paid");
        }
    }
    assert!(before.1 < f64::INFINITY);
    for (key, message) in [
        ("usable_beds = { top-R = 1e5 }", "usable_beds"),
        ("bed_price = { nobody = 1 }", "nobody"),
        ("bed_price = { top-R = -1 }", "bed_price"),
    ] {
        let scenario = dir.path().join("bad.toml");
        fs::write(&scenario, format!("[capacity]\n{key}\n")).unwrap();
        let out = dir.path().join("bad");
        let (code, answer) = json(&[
            "referral",
            case.to_str().unwrap(),
            "--scenario",
            scenario.to_str().unwrap(),
            "--no-report",
            "--out",
            out.to_str().unwrap(),
        ]);
        assert!(code == 4 && answer.to_string().contains(message), "{key}: {answer}");
    }
}

#[test]
fn where_nothing_is_scarce_nothing_has_a_price() {
    let dir = tempfile::tempdir().unwrap();
    let spec = nation(dir.path(), PROVINCES, PLENTY, &SHARED.replace("0.001", "0.00001"));
    let out = dir.path().join("out");
    let (code, answer) = json(&run(&spec, &out, &[]));
    assert_eq!(code, 0, "{answer}");
    let summary = read(&out.join("data/shared.json"))[0].clone();
    assert_eq!(summary["rounds"].as_array().unwrap().len(), 1, "{}", summary["rounds"]);
    assert!(list(&summary["certificate"]["price"]).iter().all(|p| *p == 0.0), "{}", summary["certificate"]);
    let (bound, value) = joint(dir.path());
    let (lower, upper) = (summary["certificate"]["lower"].as_f64().unwrap(), summary["certificate"]["upper"].as_f64().unwrap());
    assert!(lower <= value * (1.0 + 1e-9) && upper >= bound * (1.0 - 1e-9), "{lower} {bound} {value} {upper}");
}

#[test]
fn a_killed_batch_comes_to_the_same_rounds() {
    let dir = tempfile::tempdir().unwrap();
    let spec = nation(dir.path(), PROVINCES, SCARCE, &SHARED.replace("0.001", "0.0002"));
    let (whole, cut) = (dir.path().join("whole"), dir.path().join("cut"));
    assert_eq!(json(&run(&spec, &whole, &[])).0, 0);
    let records = |out: &Path| -> BTreeMap<String, (Vec<u8>, SystemTime)> {
        let Ok(folder) = fs::read_dir(out.join("jobs")) else { return BTreeMap::new() };
        let of = |e: fs::DirEntry| {
            let (name, path) = (e.file_name().to_string_lossy().into_owned(), e.path().join("record.json"));
            (!name.starts_with('.')).then(|| Some((name, (fs::read(&path).ok()?, path.metadata().ok()?.modified().ok()?))))?
        };
        folder.filter_map(Result::ok).filter_map(of).collect()
    };
    let jobs = records(&whole).len();
    assert!(jobs > 6, "several rounds: {jobs} jobs");
    // killed when one, four, seven ... jobs are there: within rounds and between them
    let mut more: Vec<&str> = Vec::new();
    for stop in (1..jobs).step_by(3) {
        let mut child = fenji(&run(&spec, &cut, &more)).arg("--quiet").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while child.try_wait().unwrap().is_none() && records(&cut).len() < stop {
            std::thread::sleep(Duration::from_millis(3));
        }
        let _ = child.kill();
        child.wait().unwrap();
        let before = records(&cut);
        more = vec!["--resume"];
        if stop + 3 >= jobs {
            let (code, answer) = json(&run(&spec, &cut, &more));
            assert_eq!(code, 0, "{answer}");
            let after = records(&cut);
            before.iter().for_each(|(hash, record)| assert_eq!(Some(record), after.get(hash), "{hash} was done again"));
        }
    }
    assert_eq!(records(&whole).keys().collect::<Vec<_>>(), records(&cut).keys().collect::<Vec<_>>());
    for table in ["data/shared.json", "data/rounds.csv", "data/shared.csv", "data/indicators.parquet"] {
        let of = |out: &Path| fs::read(out.join(table)).ok();
        assert_eq!(of(&whole), of(&cut), "{table}");
    }
    // once more: everything is there
    let (_, answer) = json(&run(&spec, &cut, &["--resume"]));
    assert_eq!((answer["run_now"].as_u64(), answer["there"].as_u64()), (Some(0), Some(jobs as u64)), "{answer}");
    assert_eq!(json(&["batch", "status", cut.to_str().unwrap()]).1["jobs"].as_u64(), Some(jobs as u64));
    assert_eq!(json(&["batch", "report", cut.to_str().unwrap()]).0, 0);
}

#[test]
fn what_cannot_be_shared_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let refused = |spec: &Path, words: &[&str]| {
        let (code, answer) = json(&run(spec, &out, &[]));
        let said = answer.to_string();
        assert!(code == 4 && words.iter().all(|w| said.contains(w)), "{words:?}: {code} {said}");
        assert!(fs::read_dir(out.join("jobs")).map_or(0, Iterator::count) == 0, "nothing was run");
    };
    let with = |shared: &str| nation(dir.path(), PROVINCES, SCARCE, shared);
    refused(&with("[shared]\ntiers = [\"R\"]\nrounds = 0\n"), &["shared.rounds"]);
    refused(&with("[shared]\ntiers = [\"R\"]\ngap = -0.1\n"), &["shared.gap"]);
    refused(&with("[shared]\ntiers = []\n"), &["shared.tiers"]);
    refused(&with("[shared]\ntiers = [\"K\"]\n"), &["shared.tiers"]);
    refused(&with("[shared]\ntiers = [\"R\", \"R\"]\n"), &["shared.tiers"]);
    refused(&with("[shared]\ntiers = [\"R\"]\nround = 3\n"), &["round"]);
    refused(&with("[[command]]\ncommand = \"access\"\n[shared]\ntiers = [\"R\"]\n"), &["command.command", "access"]);
    // a tier that nobody shares: every provincial hospital is of one province
    refused(&with("[shared]\ntiers = [\"P\"]\n"), &["nothing is shared"]);
    let none = PROVINCES.map(|p| Province { own_beds: 0, ..p });
    refused(&nation(dir.path(), none, SCARCE, "[shared]\ntiers = [\"R\", \"P\"]\n"), &["no case has a hospital of this tier"]);
    // another number of beds in one case
    let spec = with(SHARED);
    write_case(&dir.path().join("p-1"), &[(1, PROVINCES[1])], Scarce { beds: [61, 40], ..SCARCE }, [PROVINCES[1].share; 2]);
    refused(&spec, &["differs between cases", "top-R", "61 beds", "p-1"]);
    // what rounds set themselves, and rows that other capacity rests on
    for (more, word) in
        [("[capacity]\nbed_price = { top-R = 3.0 }\n", "capacity.bed_price"), ("[choice]\nwaiting_weight = -1.0\n", "waiting")]
    {
        let spec = with(SHARED);
        fs::write(dir.path().join("asked.toml"), format!("{ASKED}{more}")).unwrap();
        refused(&spec, &[word]);
    }
    let spec = with(SHARED);
    let (code, answer) = json(&run(&spec, &out, &["--shard", "0/2"]));
    assert!(code == 2 && answer.to_string().contains("shards"), "{answer}");
}
