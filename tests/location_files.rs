//! Files of location instances: every format read right, and a corpus of broken ones, each refused with code, line, value and remedy.
#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp, clippy::print_stdout)] // helpers of tests stop hard, as tests do

use fenji::instance::{Distance, Metric};
use fenji::io::Problem;
use fenji::io::location::{Format, LocationFile, ReadAs, parse, read_location};
use std::fs;
use std::path::Path;

fn read(text: &str) -> Result<LocationFile, Vec<Problem>> {
    parse("file", text, ReadAs::default())
}

fn good(text: &str, format: Format) -> LocationFile {
    let file = read(text).unwrap_or_else(|p| panic!("{p:?}"));
    assert_eq!(file.format, format, "{text}");
    assert_eq!(parse("file", text, ReadAs { format: Some(format), capacity: None }).unwrap().instance.mark(), file.instance.mark());
    // Windows line ends and a missing last line feed change nothing
    assert_eq!(read(text.trim_end().replace('\n', "\r\n").as_str()).unwrap().instance.mark(), file.instance.mark());
    file
}

const PMED: &str = " 4 4 2\n 1 2 5\n 2 3 5\n 1 2 9\n 3 1 1\n";
const CAP: &str = " 2 3\n 10 7.5\n 20 0.\n 4\n 1.5 2.5\n 5\n 3 4\n 6\n 5 6\n";
const CAPA: &str = " 2 2\n capacity 100.\n capacity 200.\n 4\n 1 2\n 5\n 3 4\n";
const TSP: &str = "NAME : t\nTYPE : TSP\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n1 0 0\n2 1.5e0 2\n3 3 4\nEOF\n";
const TSP_BARE: &str = "3\n1 0 0\n2 1.5 2\n3 3 4\n";
const TBED: &str = "2 3\n\n1 2 3\n10 20\n7 8\n1 2 3\n4 5 6\n";
const HOLMBERG: &str = "2 3\n10 7\n20 8\n 1. 2. 3.\n 1 2 3\n 4 5 6\n";
const GK: &str = "[CFLP-PROBLEMFILE]\ngenerated\n#customers: 2\n\n[DEPOTS]\ncapacity fixcost varcost xcoord ycoord name\n10 5 0 1 1 D0\n20 6 2 2 2 D1\n\n[CUSTOMERS]\ndemand xcoord ycoord name\n3 0 0 C0\n4 1 1 C1\n\n[COSTMATRIX]\nc= d\n[MATRIX]\nDim 2 2\n1 2\n3 4\n";
const UFL: &str = "FILE: x\n2 3 0\n1 100 1 2 3\n2 200 4 5 6\n";
const TWO_LEVEL: &str = "3 2 1\n\n1 2 3\n10 20\n30\n\n1 2\n3 4\n5 6\n\n7\n8\n";
const TWO_STAGE: &str = "1 2 3\n1\n2\n3\n50 9\n1 2\n10 5\n20 6\n1 2 3\n4 5 6\n";
const CSV: &str = "id,x,y,demand,fixed,capacity,role\na,0,0,2,,,client\nb,3,4,1,5,10,both\n";
const CSV_GLOBE: &str = "id,lon,lat\n重庆,106.55,29.56\n成都,104.07,30.67\n";

#[test]
fn every_format_is_found_and_read() {
    let f = good(PMED, Format::OrlibPmed);
    assert_eq!((f.p, f.instance.clients()), (Some(2), 4));
    // the last duplicate of an edge wins, paths are shortest, node 4 is cut off
    assert_eq!((f.instance.distance(0, 1), f.instance.distance(0, 2), f.instance.distance(0, 3)), (6.0, 1.0, f64::INFINITY));
    let f = good(CAP, Format::OrlibCap);
    assert_eq!((f.instance.capacity[1], f.instance.fixed[0], f.instance.demand[2], f.instance.cost(1, 1)), (20.0, 7.5, 6.0, 4.0));
    let f = good(CAPA, Format::OrlibCap);
    assert!(f.capacity_open && f.instance.capacity.is_empty());
    assert_eq!(parse("f", CAPA, ReadAs { format: None, capacity: Some(9.0) }).unwrap().instance.capacity, [9.0, 9.0]);
    for text in [TSP, TSP_BARE] {
        let f = good(text, Format::Tsplib);
        assert_eq!((f.instance.distance(0, 1), f.instance.distance(0, 2)), (2.0, 5.0));
    }
    let f = good(TBED, Format::Tbed1);
    assert_eq!((f.instance.clients(), f.instance.sites(), f.instance.cost(2, 1), f.instance.cost(1, 0)), (3, 2, 18.0, 4.0));
    let f = good(HOLMBERG, Format::Holmberg);
    assert_eq!((f.instance.capacity[1], f.instance.cost(2, 1), f.instance.cost(0, 1)), (20.0, 6.0, 4.0));
    let f = good(GK, Format::GkCflp);
    // costs are of the whole client; the variable cost of a depot comes on top for each unit
    assert_eq!(
        (f.instance.site_name(1), f.instance.client_name(0), f.instance.cost(1, 0), f.instance.cost(0, 1)),
        ("D1".into(), "C0".into(), 2.0, 9.0)
    );
    let f = good(UFL, Format::UfllibKg);
    assert_eq!((f.instance.fixed[1], f.instance.cost(2, 0), f.instance.clients()), (200.0, 3.0, 3));
    let f = good(TWO_LEVEL, Format::TwoLevelUfl);
    assert_eq!((f.instance.cost(2, 1), f.instance.upper.unwrap().unit_cost), (18.0, vec![7.0, 8.0]));
    let f = good(TWO_STAGE, Format::TwoStageCflp);
    let upper = f.instance.upper.clone().unwrap();
    assert_eq!(
        (f.instance.capacity.clone(), f.instance.distance(2, 1), upper.capacity, upper.fixed, upper.unit_cost),
        (vec![10.0, 20.0], 6.0, vec![50.0], vec![9.0], vec![1.0, 2.0])
    );
    let f = good(CSV, Format::Points);
    assert_eq!((f.instance.clients(), f.instance.sites(), f.instance.distance(0, 0), f.instance.fixed[0]), (2, 1, 5.0, 5.0));
    let f = good(CSV_GLOBE, Format::Points);
    assert!(matches!(f.instance.service.distance, Distance::Points { metric: Metric::GreatCircle, .. }));
    assert!((f.instance.distance(0, 1) - 269.0).abs() < 3.0 && f.instance.client_name(0) == "重庆");
}

/// A broken text: code, line and part of the value that must be reported.
type Broken = (&'static str, String, &'static str, Option<u64>, &'static str);

fn corpus() -> Vec<Broken> {
    let b = |name, text: &str, code, line, value| (name, text.to_owned(), code, line, value);
    vec![
        b("nothing", "", "E007", None, ""),
        b("blank lines only", "\n\n  \n", "E007", None, ""),
        b("prose", "once upon a time\nthere was\n", "E100", Some(1), "once"),
        b("seven counts", "1 2 3 4 5 6 7\n", "E100", Some(1), "1 2"),
        b("graph cut short", "4 4 2\n1 2 5\n2 3 5\n", "E101", Some(3), ""),
        b("graph cut inside an edge", "4 2 2\n1 2 5\n2 3\n", "E101", Some(3), ""),
        b("graph that goes on", "2 1 1\n1 2 5\n1 2 6\n", "E102", Some(3), "1"),
        b("node zero", "2 1 1\n0 2 5\n", "E106", Some(2), "0"),
        b("node beyond the graph", "2 1 1\n1 3 5\n", "E106", Some(2), "3"),
        b("half a node", "2 1 1\n1.5 2 5\n", "E106", Some(2), "1.5"),
        b("negative edge", "2 1 1\n1 2 -5\n", "E034", Some(2), "-5"),
        b("edge of text", "2 1 1\n1 2 far\n", "E031", Some(2), "far"),
        b("edge that is not a number", "2 1 1\n1 2 NaN\n", "E032", Some(2), "NaN"),
        b("endless edge", "2 1 1\n1 2 inf\n", "E032", Some(2), "inf"),
        b("p of more than the nodes", "2 1 3\n1 2 5\n", "E103", Some(1), "3"),
        b("p of zero", "2 1 0\n1 2 5\n", "E103", Some(1), "0"),
        b("no nodes", "0 1 1\n1 2 5\n", "E103", Some(1), "0"),
        b("a graph of billions", "900000000 1 1\n1 2 5\n", "E103", Some(1), "900000000"),
        b("a table beyond memory", "1000000 1 1\n1 2 5\n", "E105", Some(1), "1000000"),
        b("cost beyond counting", "2 1 1\n1 2 1e300\n", "E035", Some(2), "1e300"),
        b("cost beyond floats", "2 1 1\n1 2 1e999\n", "E032", Some(2), "1e999"),
        b("capacitated cut short", "2 3\n10 7.5\n20 0.\n4\n1.5 2.5\n5\n3\n", "E101", Some(7), ""),
        b("capacitated that goes on", &format!("{CAP}9\n"), "E102", Some(10), "9"),
        b("negative demand", &CAP.replace(" 4\n", " -4\n"), "E034", Some(4), "-4"),
        b("negative capacity", &CAP.replace(" 10 7.5", " -10 7.5"), "E034", Some(2), "-10"),
        b("capacity of text", &CAP.replace(" 20 0.", " much 0."), "E031", Some(3), "much"),
        b("half a site", "2.5 3\n10 7\n", "E103", Some(1), "2.5"),
        b("counts that do not match", "3 3\n10 7\n20 8\n 1. 2. 3.\n 1 2 3\n 4 5 6\n", "E101", Some(6), ""),
        b("thousands separators", "2 3\n\n1 2 3\n10 2,000\n7 8\n1 2 3\n4 5 6\n", "E031", Some(4), "2,000"),
        b("no points section", "NAME : t\nDIMENSION : 3\nEOF\n", "E108", None, ""),
        b("no dimension", "NAME : t\nNODE_COORD_SECTION\n1 0 0\n", "E108", Some(2), ""),
        b("dimension of text", &TSP.replace(": 3", ": three"), "E103", Some(3), "three"),
        b("points on a sphere", &TSP.replace("EUC_2D", "GEO"), "E108", Some(4), "GEO"),
        b("points missing", &TSP.replace("3 3 4\n", ""), "E031", Some(8), "EOF"),
        b("points out of order", "2\n1 0 0\n3 1 1\n", "E103", Some(3), "3"),
        b("points that go on", "1\n1 0 0\n2 1 1\n", "E102", Some(3), "2"),
        b("coordinate of text", "1\n1 0 east\n", "E031", Some(2), "east"),
        b("line of a site too short", "FILE: x\n2 3 0\n1 100 1 2\n2 200 4 5 6\n", "E103", Some(4), "200"),
        b("sections missing", "[CFLP-PROBLEMFILE]\n[DEPOTS]\n", "E108", None, ""),
        b("matrix of other size", &GK.replace("Dim 2 2", "Dim 2 3"), "E103", Some(18), "2 3"),
        b("depot of text", &GK.replace("10 5 0", "ten 5 0"), "E031", Some(7), "ten"),
        b("two levels cut short", "3 2 1\n\n1 2 3\n10 20\n30\n\n1 2\n", "E101", Some(7), ""),
        b("two stages cut short", "1 2 3\n1\n2\n3\n50 9\n", "E101", Some(5), ""),
        b("column missing", "id,x\na,1\n", "E020", Some(1), ""),
        b("column nobody knows", "id,x,y,demnad\na,1,2,3\n", "E021", Some(1), "demnad"),
        b("column twice", "id,x,y,x\na,1,2,3\n", "E022", Some(1), "x"),
        b("two systems", "id,x,y,lon,lat\na,1,2,3,4\n", "E021", Some(1), "id,x"),
        b("ragged row", "id,x,y\na,1\n", "E023", Some(2), "a,1"),
        b("header alone", "id,x,y\n", "E024", None, ""),
        b("id missing", "id,x,y\n,1,2\n", "E030", Some(2), ""),
        b("id twice", "id,x,y\na,1,2\na,3,4\n", "E050", Some(3), "a"),
        b("position missing", "id,x,y\na,,2\n", "E030", Some(2), ""),
        b("position of text", "id,x,y\na,left,2\n", "E031", Some(2), "left"),
        b("NaN position", "id,x,y\na,NaN,2\n", "E032", Some(2), "NaN"),
        b("off the globe", "id,lon,lat\na,200,2\n", "E060", Some(2), "200"),
        b("beyond the pole", "id,lon,lat\na,20,-91\n", "E060", Some(2), "-91"),
        b("negative weight", "id,x,y,demand\na,1,2,-3\n", "E034", Some(2), "-3"),
        b("empty capacity", "id,x,y,capacity\na,1,2,\n", "E030", Some(2), ""),
        b("role nobody knows", "id,x,y,role\na,1,2,depot\n", "E036", Some(2), "depot"),
        b("no sites", "id,x,y,role\na,1,2,client\n", "E103", None, ""),
        b("broken quotes", "id,x,y\n\"a,1,2\n", "E026", Some(2), "a,1"),
    ]
}

#[test]
fn every_broken_file_is_refused_where_it_is_broken() {
    let corpus = corpus();
    assert!(corpus.len() >= 30, "{}", corpus.len());
    let mut wrong = String::new();
    for (name, text, code, line, value) in &corpus {
        match read(text) {
            Ok(file) => wrong += &format!("{name}: was read as {}\n", file.format.name()),
            Err(problems) => {
                let fits = |p: &Problem| {
                    p.code == *code && (line.is_none() || p.line == *line) && p.value.as_deref().unwrap_or_default().contains(value)
                };
                if !problems.iter().any(fits) {
                    wrong += &format!("{name}: {code} at {line:?} is missing in {problems:#?}\n");
                }
                if problems.iter().any(|p| p.remedy.is_empty() || p.message.is_empty() || p.file != "file") {
                    wrong += &format!("{name}: a problem without remedy, message or file\n");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn files_that_are_no_text_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let code = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        read_location(&path, ReadAs::default()).map_or_else(|p| p[0].code.clone(), |f| f.format.name().to_owned())
    };
    assert_eq!(code("empty", b""), "E007");
    assert_eq!(code("bom", b"\xEF\xBB\xBF"), "E007");
    assert_eq!(code("gbk", b"id,x,y\n\xd6\xd8\xc7\xec,1,2\n"), "E010");
    assert_eq!(code("utf16", b"\xFF\xFEi\0d\0,\0x\0"), "E011");
    assert_eq!(code("nul", b"id,x,y\na\0,1,2\n"), "E013");
    assert_eq!(code("with-bom", "\u{feff}id,x,y\r\na,1,2\r\n".as_bytes()), "points");
    assert_eq!(read_location(&dir.path().join("absent"), ReadAs::default()).unwrap_err()[0].code, "E003");
    assert_eq!(read_location(dir.path(), ReadAs::default()).unwrap_err()[0].code, "E005");
}

#[test]
fn a_million_bad_rows_cost_no_memory() {
    let text: String = std::iter::once("id,x,y\n".to_owned()).chain((0..300_000).map(|k| format!("{k},x,0\n"))).collect();
    let problems = read(&text).unwrap_err();
    assert!(problems.len() < 30, "{}", problems.len());
    assert!(problems.iter().any(|p| p.message.contains("299980 more")), "{:?}", problems.last());
}

#[test]
fn the_stored_families_are_read() {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/bench");
    if !bench.is_dir() {
        println!("skipped: ../shared/bench is absent");
        return;
    }
    for (file, format, clients, sites) in [
        ("orlib_pmed/pmed1.txt", Format::OrlibPmed, 100, 100),
        ("orlib_cap/cap41.txt", Format::OrlibCap, 50, 16),
        ("orlib_cap/capa.txt", Format::OrlibCap, 1000, 100),
        ("tsplib/ch71009.tsp", Format::Tsplib, 71009, 71009),
        ("tsplib/rl1304.tsp", Format::Tsplib, 1304, 1304),
        ("tbed1/i300_1.plc", Format::Tbed1, 300, 300),
        ("holmberg_cflp/p1", Format::Holmberg, 50, 10),
        ("gk_cflp/T1500x300_10_1.cfl", Format::GkCflp, 1500, 300),
        ("ufllib_kg/gs250a-1", Format::UfllibKg, 250, 250),
        ("two_level_ufl/input_111.txt", Format::TwoLevelUfl, 25, 10),
        ("two_stage_cflp/PSC1-C1-50.txt", Format::TwoStageCflp, 200, 100),
    ] {
        let read = read_location(&bench.join(file), ReadAs::default()).unwrap_or_else(|p| panic!("{file}: {p:?}"));
        assert_eq!((read.format, read.instance.clients(), read.instance.sites()), (format, clients, sites), "{file}");
    }
}
