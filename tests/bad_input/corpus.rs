//! The corpus: each entry breaks the good tiny case in one way (or in several) and says which problems must come of it, no more and no fewer.

use super::base;
use super::corpus_travel::{arcs, travel};
use std::path::Path;

/// A change to the written folder.
pub enum Change {
    /// Replace the first occurrence of a text in a file.
    Sub(&'static str, &'static str, &'static str),
    /// Write a file.
    Put(&'static str, Vec<u8>),
    /// Remove a file.
    Remove(&'static str),
    /// Anything else.
    Do(fn(&Path)),
}

use Change::{Do, Put, Remove, Sub};

/// A problem that must be reported: code, file, line, part of the value, column.
pub type Expected = (&'static str, &'static str, Option<u64>, &'static str, &'static str);

/// One broken case folder.
pub struct Broken {
    pub name: &'static str,
    pub changes: Vec<Change>,
    pub expected: Vec<Expected>,
}

impl Broken {
    /// Writes the good case and breaks it.
    pub fn folder(&self) -> tempfile::TempDir {
        let dir = base::folder(&base::files());
        for change in &self.changes {
            match change {
                Sub(file, from, to) => {
                    let path = dir.path().join(file);
                    let text = std::fs::read_to_string(&path).unwrap();
                    assert!(text.contains(from), "{}: `{from}` is not in {file}", self.name);
                    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
                }
                Put(file, bytes) => std::fs::write(dir.path().join(file), bytes).unwrap(),
                Remove(file) => std::fs::remove_file(dir.path().join(file)).unwrap(),
                Do(change) => change(dir.path()),
            }
        }
        dir
    }
}

pub fn one(name: &'static str, change: Change, expected: Expected) -> Broken {
    Broken { name, changes: vec![change], expected: vec![expected] }
}

pub fn many(name: &'static str, changes: Vec<Change>, expected: Vec<Expected>) -> Broken {
    Broken { name, changes, expected }
}

pub const C: &str = "case.toml";
const A: &str = "areas.csv";
const T: &str = "townships.csv";
pub const S: &str = "settlements.csv";
pub const F: &str = "facilities.csv";

/// All broken folders.
pub fn corpus() -> Vec<Broken> {
    [files(), encodings(), shapes(), cells(), toml(), references(), positions(), people(), arcs(), travel(), together()]
        .into_iter()
        .flatten()
        .collect()
}

fn files() -> Vec<Broken> {
    let mut list = vec![
        one("no case.toml", Remove(C), ("E003", C, None, "", "")),
        one("no settlements", Remove(S), ("E003", S, None, "", "")),
        one("no facilities", Remove(F), ("E003", F, None, "", "")),
        one("no areas", Remove(A), ("E003", A, None, "", "")),
        one("no townships", Remove(T), ("E003", T, None, "", "")),
        one("empty table", Put(S, vec![]), ("E007", S, None, "", "")),
        one("only a byte-order mark", Put(A, b"\xEF\xBB\xBF".to_vec()), ("E007", A, None, "", "")),
        one("blank lines only", Put(T, b"\n\n\r\n".to_vec()), ("E007", T, None, "", "")),
        one("a folder instead of a table", Do(|dir| swap(dir, F, |p| std::fs::create_dir(p))), ("E005", F, None, "", "")),
        one("a times table nobody uses", Put("times.csv", b"from,to,minutes\n".to_vec()), ("E009", "times.csv", None, "", "")),
    ];
    #[cfg(target_os = "linux")]
    list.extend([
        one("a circle of links", Do(|dir| swap(dir, A, |p| std::os::unix::fs::symlink(p, p))), ("E006", A, None, "", "")),
        one("a link to nothing", Do(|dir| swap(dir, T, |p| std::os::unix::fs::symlink("gone.csv", p))), ("E006", T, None, "", "")),
        one("a device", Do(|dir| swap(dir, S, |p| std::os::unix::fs::symlink("/dev/zero", p))), ("E005", S, None, "", "")),
        // Reading this file fails for everyone, also for root, whom no access right stops.
        one("unreadable", Do(|dir| swap(dir, S, |p| std::os::unix::fs::symlink("/proc/self/mem", p))), ("E004", S, None, "", "")),
    ]);
    list
}

fn swap(dir: &Path, file: &str, put: impl Fn(&Path) -> std::io::Result<()>) {
    let path = dir.join(file);
    std::fs::remove_file(&path).unwrap();
    put(&path).unwrap();
}

fn recoded(text: &str, encoding: &'static encoding_rs::Encoding) -> Vec<u8> {
    encoding.encode(text).0.into_owned()
}

fn encodings() -> Vec<Broken> {
    let utf16 = |text: &str, mark: bool| {
        let head = if mark { vec![0xFF, 0xFE] } else { Vec::new() };
        head.into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect::<Vec<u8>>()
    };
    let mut nul = base::SETTLEMENTS.as_bytes().to_vec();
    nul[200] = 0;
    let nul_line = 1 + nul[..200].iter().filter(|&&b| b == b'\n').count() as u64;
    vec![
        one("GBK", Put(S, recoded(base::SETTLEMENTS, encoding_rs::GBK)), ("E010", S, Some(2), "东社区", "")),
        one("GB18030", Put(F, recoded(base::FACILITIES, encoding_rs::GB18030)), ("E010", F, Some(2), "东站", "")),
        one("GBK in case.toml", Put(C, recoded(base::CASE_TOML, encoding_rs::GBK)), ("E010", C, Some(2), "小县", "")),
        one("UTF-16", Put(A, utf16(base::AREAS, true)), ("E011", A, Some(1), "", "")),
        one(
            "UTF-16 without a mark",
            Put(A, utf16("id,name,urban,evidence,prefecture\nU1,Town,1,observed,\n", false)),
            ("E011", A, Some(1), "", ""),
        ),
        one("Latin-1", Put(A, b"id,name,urban\nU1,Caf\xE9,1\n".to_vec()), ("E012", A, Some(2), "", "")),
        one("a NUL byte", Put(S, nul), ("E013", S, Some(nul_line), "", "")),
    ]
}

fn shapes() -> Vec<Broken> {
    vec![
        many(
            "missing column",
            vec![Sub(S, "pop,lon", "people,lon")],
            vec![("E020", S, Some(1), "", "pop"), ("E021", S, Some(1), "people", "people")],
        ),
        one("unknown column", Sub(A, "prefecture", "prefectur"), ("E021", A, Some(1), "prefectur", "prefectur")),
        many("a column twice", vec![Sub(F, "gps,nurses", "gps,gps")], vec![("E022", F, Some(1), "gps", "gps")]),
        one("a cell too many", Sub(F, "P1,省医院,,P", "P1,省医院,,,P"), ("E023", F, Some(10), "P1,", "")),
        one("a cell too few", Sub(S, "s3,甲一村,,C1", "s3,甲一村,C1"), ("E023", S, Some(4), "s3,", "")),
        one("header only", Put(S, b"id,name,area,town,pop,lon,lat\n".to_vec()), ("E024", S, None, "", "")),
        one("no facility in the table", Put(F, b"id,name,tier,area,town,lon,lat,beds,doctors\n".to_vec()), ("E024", F, None, "", "")),
        one("a quote left open", Sub(F, "N1,国家中心", "N1,\"国家中心"), ("E026", F, Some(11), "N1", "")),
        one("text after a quote", Sub(T, "C1T1,甲乡", "C1T1,\"甲\"乡"), ("E026", T, Some(3), "C1T1", "")),
        one("one endless line", Do(|dir| std::fs::write(dir.join(S), vec![b'a'; 3 << 20]).unwrap()), ("E027", S, Some(1), "", "")),
    ]
}

fn cells() -> Vec<Broken> {
    vec![
        one("no name", Sub(S, "s2,西社区", "s2,"), ("E030", S, Some(3), "", "name")),
        one("no id", Sub(F, "T2,乙卫生院", ",乙卫生院"), ("E030", F, Some(6), "", "id")),
        one("empty population", Sub(S, "C1T1,3000,", "C1T1,,"), ("E030", S, Some(5), "", "pop")),
        one("no number", Sub(S, "C1T1,3000,", "C1T1,many,"), ("E031", S, Some(5), "many", "pop")),
        one("thousands separator", Sub(S, "U1T1,18000,", "U1T1,\"18,000\","), ("E031", S, Some(2), "18,000", "pop")),
        one("full-width digits", Sub(F, ",420,12,", ",４２０,12,"), ("E031", F, Some(7), "４２０", "beds")),
        one("NaN", Sub(F, ",420,12,180,", ",420,12,NaN,"), ("E032", F, Some(7), "NaN", "doctors")),
        one("infinity", Sub(S, ",108.93,29.69", ",inf,29.69"), ("E032", S, Some(5), "inf", "lon")),
        one("half a person", Sub(T, "C1,8000,", "C1,8000.5,"), ("E033", T, Some(3), "8000.5", "pop")),
        one("half a bed", Sub(F, ",45,0,18,", ",45.5,0,18,"), ("E033", F, Some(5), "45.5", "beds")),
        one("negative people", Sub(S, "C1T2,1500,", "C1T2,-1500,"), ("E034", S, Some(7), "-1500", "pop")),
        one("negative doctors", Sub(F, ",500,20,220,", ",500,20,-220,"), ("E034", F, Some(8), "-220", "doctors")),
        one("absurd people", Sub(S, "C1T2,1500,", "C1T2,1500000000,"), ("E035", S, Some(7), "1500000000", "pop")),
        one("absurd beds", Sub(F, ",1500,60,", ",1500000,60,"), ("E035", F, Some(9), "1500000", "beds")),
        one("absurd doctors", Sub(F, ",800,0,1200,", ",8e9,0,1200,"), ("E035", F, Some(9), "8000000000", "doctors")),
        one("availability zero", Sub(F, ",3000,0.05,", ",3000,0,"), ("E035", F, Some(10), "0", "avail")),
        one("availability above one", Sub(F, ",3000,0.05,", ",3000,1.5,"), ("E035", F, Some(10), "1.5", "avail")),
        one("enrolment above one", Sub(A, ",0.96,", ",96,"), ("E035", A, Some(2), "96", "enrol_rate")),
        one("unknown owner", Sub(F, "V,social", "V,private"), ("E036", F, Some(3), "private", "owner")),
        one("no flag", Sub(A, "Town,1,", "Town,yes,"), ("E036", A, Some(2), "yes", "urban")),
        one("unknown evidence", Sub(T, "29.70,observed", "29.70,rumour"), ("E036", T, Some(3), "rumour", "evidence")),
        one("control characters in a name", Sub(F, "县医院", "县\u{1b}[31m医院"), ("E037", F, Some(7), "\\u{1b}", "name")),
        one("a line feed in a name", Sub(S, "东社区", "\"东\n社区\""), ("E037", S, Some(2), "\\n", "name")),
        one("a direction mark in an id", Sub(S, "s6,", "s6\u{202e},"), ("E037", S, Some(7), "\\u{202e}", "id")),
        one("no tier", Sub(F, "县医院,,K,", "县医院,,,"), ("E038", F, Some(7), "", "tier")),
        one("unknown tier", Sub(F, "县医院,,K,", "县医院,,X,"), ("E039", F, Some(7), "X", "tier")),
        one("tier in lower case", Sub(F, "甲卫生院,,T,", "甲卫生院,,t,"), ("E039", F, Some(5), "t", "tier")),
        one(
            "share of a tier above one",
            Put("tiers.csv", tiers("K,0.9,6.1,2.4,230,0.9,1.8")),
            ("E035", "tiers.csv", Some(2), "1.8", "fund_share"),
        ),
        one(
            "a tier twice",
            Put("tiers.csv", tiers("K,0.9,6.1,2.4,230,0.9,0.8\nK,0.9,6.1,2.4,230,0.9,0.7")),
            ("E058", "tiers.csv", Some(3), "K", "tier"),
        ),
        one(
            "class ranks the wrong way round",
            Put("classes.csv", classes("X1,O,4,2,1.0,0,0,0,1")),
            ("E078", "classes.csv", Some(4), "4", "lowest_rank"),
        ),
        one(
            "class rate not finite",
            Put("classes.csv", classes("X1,O,1,5,1e999,0,0,0,1")),
            ("E032", "classes.csv", Some(4), "1e999", "rate"),
        ),
        one("class twice", Put("classes.csv", classes("OC,O,1,5,1.0,0,0,0,1")), ("E050", "classes.csv", Some(4), "OC", "code")),
        one("class of no kind", Put("classes.csv", classes("X1,Z,1,5,1.0,0,0,0,1")), ("E036", "classes.csv", Some(4), "Z", "kind")),
        one("rank eight", Put("classes.csv", classes("X1,O,1,8,1.0,0,0,0,1")), ("E035", "classes.csv", Some(4), "8", "highest_rank")),
    ]
}

fn tiers(rows: &str) -> Vec<u8> {
    let head = "tier,design_occupancy,visits_per_doctor_day,bed_days_per_doctor_day,visit_cost,inpatient_coefficient,fund_share\n";
    format!("{head}{rows}\n").into_bytes()
}

/// The two classes that the tiny case names, and one more row.
fn classes(row: &str) -> Vec<u8> {
    let head = "code,kind,lowest_rank,highest_rank,rate,acute_days,recovery_days,weight,elective\n";
    format!("{head}OC,O,1,5,1.8,0,0,0,1\nH4,H,4,7,0.045,6,4,1.6,1\n{row}\n").into_bytes()
}

fn toml() -> Vec<Broken> {
    vec![
        one(
            "TOML cut short",
            Sub(C, "rule = \"invented for a test\"\n\n[scenario]\ngamma = 0.5\n", "rule = \"inven"),
            ("E040", C, Some(26), "rule", ""),
        ),
        one("TOML with two equal signs", Sub(C, "circuity = 1.4", "circuity = = 1.4"), ("E040", C, Some(11), "circuity", "")),
        one("a key nobody knows", Sub(C, "year = 2025", "year = 2025\npolicie = \"P2025\""), ("E041", C, Some(5), "policie", "policie")),
        one(
            "an arc rule nobody knows",
            Sub(C, "first_rank1 = 1", "first_rank9 = 1"),
            ("E041", C, Some(17), "first_rank9", "arcs.first_rank9"),
        ),
        one("no name", Sub(C, "name = \"小县\"\n", ""), ("E042", C, None, "", "name")),
        many(
            "nothing but a format",
            vec![Put(C, b"format = 1\n".to_vec())],
            vec![
                ("E042", C, None, "", "crs"),
                ("E042", C, None, "", "name"),
                ("E042", C, None, "", "policy"),
                ("E042", C, None, "", "year"),
            ],
        ),
        one("provenance without a rule", Sub(C, "rule = \"invented for a test\"\n", ""), ("E042", C, Some(22), "", "provenance.0")),
        one("year as text", Sub(C, "year = 2025", "year = \"now\""), ("E043", C, Some(4), "now", "year")),
        one("unknown coordinate system", Sub(C, "\"wgs84\"", "\"gcj02\""), ("E043", C, Some(5), "gcj02", "crs")),
        one("unknown travel mode", Sub(C, "mode = \"metric\"", "mode = \"helicopter\""), ("E043", C, Some(9), "helicopter", "travel.mode")),
        one("two shares instead of three", Sub(C, "[0.5, 0.2, 0.3]", "[0.5, 0.5]"), ("E043", C, Some(20), "", "observed.visits")),
        one("another format", Sub(C, "format = 1", "format = 2"), ("E044", C, Some(1), "2", "format")),
        one("unknown policy pack", Sub(C, "\"P2025\"", "\"P1949\""), ("E045", C, Some(6), "P1949", "policy")),
        one(
            "roads shorter than straight",
            Sub(C, "circuity = 1.4", "circuity = 0.4"),
            ("E046", C, Some(11), "0.4", "travel.metric.circuity"),
        ),
        one("speed zero", Sub(C, "urban_kmh = 25.0", "urban_kmh = 0.0"), ("E046", C, Some(13), "0", "travel.metric.urban_kmh")),
        one("a share of two", Sub(C, "[0.5, 0.2, 0.3]", "[2.0, -0.5, -0.5]"), ("E046", C, Some(20), "2.0", "observed.visits")),
        one("shares sum to less", Sub(C, "[0.5, 0.2, 0.3]", "[0.5, 0.2, 0.2]"), ("E047", C, Some(20), "0.2", "observed.visits")),
        one("a year of the Tang", Sub(C, "year = 2025", "year = 755"), ("E048", C, Some(4), "755", "year")),
        one(
            "speeds fall",
            Sub(C, "{ kmh = 80.0 }", "{ below_km = 30.0, kmh = 80.0 }, { kmh = 90.0 }"),
            ("E087", C, Some(14), "60", "travel.metric.speeds"),
        ),
        one("no last speed", Sub(C, ", { kmh = 80.0 }]", "]"), ("E087", C, Some(14), "60", "travel.metric.speeds")),
        one("gamma of two", Sub(C, "gamma = 0.5", "gamma = 2.0"), ("E046", C, Some(29), "2", "scenario.gamma")),
        one(
            "a price nobody knows",
            Sub(C, "gamma = 0.5", "prices = { minutes = 1.0 }"),
            ("E041", C, Some(29), "minutes", "scenario.prices.minutes"),
        ),
    ]
}

fn references() -> Vec<Broken> {
    vec![
        one("settlement twice", Sub(S, "s4,", "s3,"), ("E050", S, Some(5), "s3", "id")),
        one("facility twice", Sub(F, "M1,", "D1,"), ("E050", F, Some(9), "D1", "id")),
        many("area twice", vec![Put(A, base::AREAS.replace("C1,山县", "U1,山县").into_bytes())], area_twice()),
        many(
            "township twice",
            vec![Sub(T, "C1T2,乙乡", "C1T1,乙乡")],
            vec![
                ("E050", T, Some(4), "C1T1", "id"),
                ("E052", S, Some(6), "C1T2", "town"),
                ("E052", S, Some(7), "C1T2", "town"),
                ("E052", F, Some(6), "C1T2", "town"),
            ],
        ),
        one("unknown area of a settlement", Sub(S, "甲一村,,C1", "甲一村,,C9"), ("E051", S, Some(4), "C9", "area")),
        one("unknown area of a facility", Sub(F, "K,public,C1,,", "K,public,C9,,"), ("E051", F, Some(7), "C9", "area")),
        one("unknown township of a settlement", Sub(S, "C1,C1T2,1500", "C1,C9T9,1500"), ("E052", S, Some(7), "C9T9", "town")),
        one("unknown township of a clinic", Sub(F, "social,C1,C1T1", "social,C1,C9T9"), ("E052", F, Some(3), "C9T9", "town")),
        one("unknown drug class", Sub(F, "OC;H4", "OC;H9"), ("E054", F, Some(5), "H9", "drug_gaps")),
        one("settlement in another area than its township", Sub(S, "乙一村,,C1", "乙一村,,U1"), ("E055", S, Some(6), "C1T2", "town")),
        one("clinic in another area than its township", Sub(F, "social,C1,C1T1", "social,U1,C1T1"), ("E055", F, Some(3), "C1T1", "town")),
    ]
}

/// Once C1 is gone, every row that names it dangles.
fn area_twice() -> Vec<Expected> {
    let mut list: Vec<Expected> = vec![("E050", A, Some(3), "U1", "id")];
    list.extend((3..=4).map(|l| ("E051", T, Some(l), "C1", "area")));
    list.extend((4..=7).map(|l| ("E051", S, Some(l), "C1", "area")));
    list.extend([3, 5, 6, 7].map(|l| ("E051", F, Some(l), "C1", "area")));
    // The second U1 has nobody.
    list.push(("E057", A, Some(3), "U1", "id"));
    list
}

fn positions() -> Vec<Broken> {
    let swapped_columns = base::SETTLEMENTS.replace("pop,lon,lat", "pop,lat,lon").into_bytes();
    let mut kilometres = base::SETTLEMENTS.to_owned();
    for (from, to) in [("108.", "1108."), (",29.", ",529.")] {
        kilometres = kilometres.replace(from, to);
    }
    vec![
        one("latitude beyond the pole", Sub(S, ",108.93,29.69", ",108.93,129.69"), ("E060", S, Some(5), "129.69", "lat")),
        one("longitude beyond the date line", Sub(F, ",108.92,29.60", ",1089.2,29.60"), ("E060", F, Some(7), "1089.2", "lon")),
        one("one row swapped", Sub(S, ",108.93,29.69", ",29.69,108.93"), ("E061", S, Some(5), "29.69, 108.93", "lon")),
        one("a facility swapped", Sub(F, ",109.00,29.40,", ",29.40,109.00,"), ("E061", F, Some(6), "29.4, 109", "lon")),
        many("the headers swapped", vec![Put(S, swapped_columns)], vec![("E061", S, None, "29.51, 108.71", "lon")]),
        many(
            "in the sea",
            vec![Sub(S, ",108.93,29.69", ",125.93,29.69")],
            vec![("E062", S, Some(5), "125.93", "lon"), ("E066", S, Some(5), "125.93", "lon")],
        ),
        one("a county hospital far away", Sub(F, ",108.92,29.60", ",88.92,43.60"), ("E062", F, Some(7), "88.92, 43.6", "lon")),
        many(
            "zero, zero",
            vec![Sub(S, ",108.93,29.69", ",0,0")],
            vec![("E063", S, Some(5), "0, 0", "lon"), ("E066", S, Some(5), "0, 0", "lon")],
        ),
        many(
            "degrees in a planar case",
            vec![Sub(C, "\"wgs84\"", "\"planar_km\""), Sub(S, "lon,lat", "x,y"), Sub(T, "lon,lat", "x,y"), Sub(F, "lon,lat", "x,y")],
            vec![("E064", S, None, "", "x")],
        ),
        one("kilometres in a geographic case", Put(S, kilometres.into_bytes()), ("E065", S, None, "", "lon")),
        many(
            "plane columns in a geographic case",
            vec![Sub(T, "lon,lat", "x,y")],
            vec![
                ("E020", T, Some(1), "", "lon"),
                ("E020", T, Some(1), "", "lat"),
                ("E021", T, Some(1), "x", "x"),
                ("E021", T, Some(1), "y", "y"),
            ],
        ),
        one("beyond the plane", Do(planar_far), ("E060", S, Some(7), "90000", "y")),
    ]
}

/// A planar case with one settlement 90,000 km north.
fn planar_far(dir: &Path) {
    let edit = |file: &str, f: &dyn Fn(String) -> String| {
        let path = dir.join(file);
        std::fs::write(&path, f(std::fs::read_to_string(&path).unwrap())).unwrap();
    };
    edit(C, &|t| t.replace("wgs84", "planar_km"));
    for file in [T, S, F] {
        edit(file, &|t| t.replace("lon,lat", "x,y").replace(",108.", ",8.").replace(",109.", ",9."));
    }
    edit(S, &|t| t.replace("9.03,29.38", "9.03,90000"));
}

fn people() -> Vec<Broken> {
    let empty = |text: &str| {
        let mut out = text.to_owned();
        for pop in ["30000", "18000", "12000", "8000", "5000", "3000", "3500", "1500"] {
            out = out.replace(&format!(",{pop},"), ",0,");
        }
        out.into_bytes()
    };
    vec![
        many(
            "nobody lives here",
            vec![Put(S, empty(base::SETTLEMENTS)), Put(T, empty(base::TOWNSHIPS))],
            vec![("E070", S, None, "0", "pop")],
        ),
        one("township total off by one", Sub(T, ",8000,", ",8001,"), ("E071", T, Some(3), "8001", "pop")),
        one("county hospital without area", Sub(F, "K,public,C1,,", "K,public,,,"), ("E072", F, Some(7), "", "area")),
        one("city hospital without area", Sub(F, "M,public,U1,,", "M,public,,,"), ("E072", F, Some(9), "", "area")),
        one("provincial hospital with area", Sub(F, "P,public,,,", "P,public,U1,,"), ("E073", F, Some(10), "U1", "area")),
        one("clinic without township", Sub(F, "social,C1,C1T1", "social,C1,"), ("E074", F, Some(3), "", "town")),
        one("beds at a station", Sub(F, "29.51,0,0,12", "29.51,6,0,12"), ("E075", F, Some(2), "6", "beds")),
        one("more intensive care than beds", Sub(F, ",420,12,", ",420,1200,"), ("E076", F, Some(7), "1200", "icu")),
        one("more GPs than doctors", Sub(F, ",18,2,20,", ",18,25,20,"), ("E076", F, Some(5), "25", "gps")),
        one(
            "a class no facility can treat",
            Put("classes.csv", classes("X9,O,6,6,1.0,0,0,0,1")),
            ("E079", "classes.csv", Some(4), "X9", "code"),
        ),
        one("an area without people", Sub(A, "C1,山县", "C2,空县,,0,,,,,\nC1,山县"), ("E057", A, Some(3), "C2", "id")),
    ]
}

fn together() -> Vec<Broken> {
    vec![
        many(
            "a mistake in every file",
            vec![
                Sub(C, "\"P2025\"", "\"P1949\""),
                Sub(C, "circuity = 1.4", "circuty = 1.4"),
                Sub(A, "Town,1,", "Town,yes,"),
                Sub(T, ",8000,", ",8001,"),
                Sub(S, "s6,", "s5,"),
                Sub(S, ",108.93,29.69", ",29.69,108.93"),
                Sub(F, "县医院,,K,", "县医院,,X,"),
                Sub(F, "OC;H4", "OC;H9"),
                Sub(F, ",1500,60,", ",1500000,60,"),
                Put("arcs.csv", b"kind,from,to\nfirst,s1,CC1\nup,T1,Z9\n".to_vec()),
            ],
            vec![
                ("E045", C, Some(6), "P1949", "policy"),
                ("E041", C, Some(11), "circuty", "travel.metric.circuty"),
                ("E036", A, Some(2), "yes", "urban"),
                ("E050", S, Some(7), "s5", "id"),
                ("E061", S, Some(5), "29.69, 108.93", "lon"),
                ("E039", F, Some(7), "X", "tier"),
                ("E054", F, Some(5), "H9", "drug_gaps"),
                ("E035", F, Some(9), "1500000", "beds"),
                ("E053", "arcs.csv", Some(3), "Z9", "to"),
                ("E085", S, Some(3), "s2", "id"),
                ("E085", S, Some(4), "s3", "id"),
                ("E085", S, Some(5), "s4", "id"),
                ("E085", S, Some(6), "s5", "id"),
                ("E085", S, Some(7), "s5", "id"),
            ],
        ),
        many(
            "two mistakes in a row",
            vec![Sub(S, "s4,甲二村,,C1,C1T1,3000,108.93", "s4,,,C9,C1T1,-3,abc")],
            vec![
                ("E030", S, Some(5), "", "name"),
                ("E051", S, Some(5), "C9", "area"),
                ("E034", S, Some(5), "-3", "pop"),
                ("E031", S, Some(5), "abc", "lon"),
            ],
        ),
    ]
}
