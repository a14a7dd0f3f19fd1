//! The tables of Kenya become a case: a made-up folder of the same shape with known sums, broken folders, and the real tables where they are.

#![allow(clippy::unwrap_used)] // a test may fail

use fenji::io::kenya::import_kenya;
use fenji::network::{Evidence, Tier};
use std::fs;
use std::path::{Path, PathBuf};

const CENSUS_HEAD: &str = "County,SubCounty,AdminArea,Population,LandArea(in Sq. Km),Population Density(No. per Sq. Km)\n";
const LIST_HEAD: &str = "id,code,name,keph_level_name,facility_type_name,facility_type_category,owner_name,owner_type_name,beds,cots,county_name,\
                         sub_county_name,constituency_name,ward_name,ward,open_whole_day,open_weekends,lat,lon,coord_flag,n_services,services\n";

/// Two counties: Nairobi City with a forest and one plain sub-county, and Embu where two sub-counties share a constituency.
fn census() -> String {
    CENSUS_HEAD.to_owned()
        + "xxx,Total,xxx,101000.0,1000.0,100.0\n\
           Embu County,Embu,County,61000.0,900.0,68.0\n\
           Embu County,Embu North,SubCounty,20000.0,300.0,67.0\n\
           Embu County,Embu West,SubCounty,40000.0,300.0,133.0\n\
           Embu County,Mt Kenya Forest*,Special Area,1000.0,300.0,3.0\n\
           Nairobi City County,Nairobi City,County,40000.0,20.0,2000.0\n\
           Nairobi City County,Lang'ata,SubCounty,40000.0,20.0,2000.0\n"
}

#[derive(Clone)]
struct Row {
    id: &'static str,
    level: &'static str,
    group: &'static str,
    owner: &'static str,
    beds: &'static str,
    county: &'static str,
    sub: &'static str,
    ward: &'static str,
    at: Option<(f64, f64)>,
}

fn row(id: &'static str, level: &'static str, beds: &'static str, sub: &'static str, ward: &'static str, at: Option<(f64, f64)>) -> Row {
    let county = if sub == "Langata" { "Nairobi" } else { "Embu" };
    Row { id, level, group: "HOSPITALS", owner: "Ministry of Health", beds, county, sub, ward, at }
}

fn rows() -> Vec<Row> {
    let mut rows = vec![
        row("a", "Level 2", "3", "Manyatta", "North", Some((-0.40, 37.40))),
        row("b", "Level 3", "12", "Manyatta", "Middle", Some((-0.50, 37.45))),
        row("c", "Level 4", "100", "Manyatta", "South", Some((-0.60, 37.50))),
        row("d", "Level 5", "300", "Manyatta", "South", None),
        row("e", "Level 6", "900", "Langata", "Karen", Some((-1.33, 36.70))),
        row("f", "Level 2", "0", "Langata", "Karen", Some((-1.33, 36.72))),
        row("g", "Level 2", "40", "Langata", "Karen", Some((-1.33, 36.72))),
        row("h", "", "2", "Langata", "Karen", Some((-1.33, 36.72))),
        row("i", "Level 2", "0", "Langata", "Karen", Some((0.33, 36.72))),
    ];
    rows[1].owner = "Private Practice";
    rows[6].group = "STAND ALONE";
    rows
}

fn list(rows: &[Row]) -> String {
    let mut out = LIST_HEAD.to_owned();
    for r in rows {
        let (lat, lon) = r.at.map_or((String::new(), String::new()), |(a, b)| (a.to_string(), b.to_string()));
        let flag = if r.at.is_some() { "swapped_fixed" } else { "missing" };
        out += &format!(
            "{},,Site {},{},Kind,{},{},{},{},0,{},{},{},{},w-{},False,False,{lat},{lon},{flag},0,\n",
            r.id, r.id, r.level, r.group, r.owner, r.owner, r.beds, r.county, r.sub, r.sub, r.ward, r.ward
        );
    }
    out
}

fn folder(census: &str, list: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("census_V1_T2.7.csv"), census).unwrap();
    fs::write(dir.path().join("facilities.csv"), list).unwrap();
    dir
}

#[test]
fn a_small_country_comes_out_as_it_went_in() {
    let dir = folder(&census(), &list(&rows()));
    let made = import_kenya(dir.path()).unwrap();
    let n = &made.read.case.network;
    // the forest's thousand people go to the county's sub-counties, one to two
    let people: Vec<(String, u64)> =
        (0..n.areas.len()).map(|a| (n.areas[a].name.clone(), n.area_population(fenji::ids::AreaId::new(a)).0)).collect();
    assert_eq!(people, [("Embu North".into(), 20_333), ("Embu West".into(), 40_667), ("Lang'ata".into(), 40_000)]);
    assert_eq!(n.areas.iter().map(|a| a.urban).collect::<Vec<_>>(), [false, false, true]);
    // three wards of one constituency: one goes to the sub-county of a third of the people, two to the other
    let wards: Vec<usize> = (0..3).map(|a| n.towns.iter().filter(|t| t.area.index() == a).count()).collect();
    assert_eq!(wards, [1, 2, 1]);
    let tiers: Vec<(&str, Tier, u32)> = {
        let mut all: Vec<_> = n.facilities.iter().map(|f| (f.code.as_str(), f.tier, f.beds.0)).collect();
        all.sort_unstable();
        all
    };
    assert_eq!(
        tiers,
        [
            ("a", Tier::V, 0),
            ("b", Tier::T, 12),
            ("c", Tier::K, 100),
            ("d", Tier::M, 300),
            ("e", Tier::P, 900),
            ("f", Tier::V, 0),
            ("i", Tier::V, 0)
        ]
    );
    let of = |code: &str| n.facilities.iter().find(|f| f.code == code).unwrap();
    assert_eq!(of("b").owner, fenji::network::Owner::Social);
    assert!(of("e").area.is_none() && of("d").town.is_none() && of("c").town.is_some());
    // without a position: at the middle of its ward, which only c has told of
    assert_eq!(of("d").position, of("c").position);
    assert_eq!((of("d").evidence, of("c").evidence), (Evidence::Assumed, Evidence::Observed));
    let notes = String::from_utf8(made.notes.1).unwrap();
    for (id, note) in [("g", "left_out"), ("h", "left_out"), ("d", "placed_at_ward"), ("a", "beds_unused"), ("i", "far_from_ward")] {
        assert!(notes.lines().any(|l| l.split(',').nth(1) == Some(id) && l.ends_with(note)), "{id} {note}\n{notes}");
    }
    assert_eq!(notes.lines().count(), 6, "{notes}");
    assert_eq!(made.read.warnings.iter().filter(|w| w.code == "E098").count(), 4, "{:?}", made.read.warnings);
}

#[test]
fn every_table_says_where_its_columns_come_from() {
    let dir = folder(&census(), &list(&rows()));
    let made = import_kenya(dir.path()).unwrap();
    let said = &made.read.case.network.provenance;
    for table in ["areas", "townships", "settlements", "facilities", "classes", "travel"] {
        assert!(said.iter().any(|p| p.table == table && p.column == "*"), "{table}");
    }
    assert!(said.iter().any(|p| p.table == "facilities" && p.column == "beds" && p.evidence == Evidence::Observed));
    let visits: f64 = made.read.case.network.classes.iter().filter(|k| k.kind == fenji::network::Kind::O).map(|k| k.rate).sum();
    assert!((visits - 3.1).abs() < 1e-4, "{visits}");
}

#[test]
fn the_case_reads_back_as_it_was_made() {
    let dir = folder(&census(), &list(&rows()));
    let made = import_kenya(dir.path()).unwrap();
    let out = tempfile::tempdir().unwrap();
    let case = out.path().join("case");
    fenji::io::write_case(&made.read.case, &made.read.extras(), &case, false).unwrap();
    let back = fenji::io::read_case(&case).unwrap();
    assert_eq!(back.case.network, made.read.case.network);
    assert_eq!(back.scenario.scenario.targets_off.len(), 5);
}

#[test]
fn everything_wrong_is_said_at_once() {
    let mut broken = rows();
    broken[0].beds = "many";
    broken[1].level = "Level 9";
    broken[2].county = "Atlantis";
    broken[4].at = Some((36.7, -1.33)); // swapped
    broken[5].id = "e";
    broken[6].owner = "Nobody";
    let census = census().replace("20000.0,300.0", "2.5,300.0");
    let dir = folder(&census, &list(&broken));
    let said = import_kenya(dir.path()).unwrap_err();
    let codes: Vec<&str> = said.iter().map(|p| p.code.as_str()).collect();
    for code in ["E031", "E039", "E049", "E061", "E050", "E036", "E033"] {
        assert!(codes.contains(&code), "{code} is not in {codes:?}");
    }
    let beds = said.iter().find(|p| p.code == "E031").unwrap();
    assert_eq!(
        (beds.file.as_str(), beds.line, beds.column.as_deref(), beds.value.as_deref()),
        ("facilities.csv", Some(2), Some("beds"), Some("many"))
    );
}

#[test]
fn folders_and_columns_that_are_not_there() {
    let said = import_kenya(Path::new("/nowhere/at/all")).unwrap_err();
    assert_eq!(said[0].code, "E001");
    let empty = tempfile::tempdir().unwrap();
    let said = import_kenya(empty.path()).unwrap_err();
    assert_eq!(said.iter().filter(|p| p.code == "E003").count(), 2, "{said:?}");
    let dir = folder(&census(), &list(&rows()).replace("keph_level_name", "level"));
    let said = import_kenya(dir.path()).unwrap_err();
    assert!(said.iter().any(|p| p.code == "E020" && p.column.as_deref() == Some("keph_level_name")), "{said:?}");
}

#[test]
fn sub_counties_that_nothing_answers_to_are_named() {
    let census = census().replace("Embu West", "Embu Elsewhere");
    let dir = folder(&census, &list(&rows()));
    let said = import_kenya(dir.path()).unwrap_err();
    assert!(said.iter().any(|p| p.code == "E049" && p.value.as_deref() == Some("Embu Elsewhere")), "{said:?}");
}

#[test]
fn sums_of_the_census_that_differ_are_a_warning() {
    let dir = folder(&census().replace("61000.0", "61001.0"), &list(&rows()));
    let made = import_kenya(dir.path()).unwrap();
    assert!(made.read.warnings.iter().any(|w| w.code == "E071" && !w.is_error()), "{:?}", made.read.warnings);
}

#[test]
fn the_real_tables_become_a_case() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/kenya");
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return;
    }
    let made = import_kenya(&folder).unwrap();
    let n = &made.read.case.network;
    assert_eq!((n.areas.len(), n.population().0), (333, 47_564_296));
    assert_eq!(n.towns.len(), 1447);
    let count = |tier| n.facilities.iter().filter(|f| f.tier == tier).count();
    assert_eq!((count(Tier::K), count(Tier::M), count(Tier::P)), (819, 19, 6));
    let beds = |tier| n.facilities.iter().filter(|f| f.tier == tier).map(|f| u64::from(f.beds.0)).sum::<u64>();
    assert_eq!((beds(Tier::K), beds(Tier::M), beds(Tier::P)), (38_261, 6_850, 3_954));
    // every sub-county has a ward, and every row of the list is in the case or left out by name
    assert!((0..333).all(|a| n.towns.iter().any(|t| t.area.index() == a)));
    let left = String::from_utf8(made.notes.1).unwrap().lines().filter(|l| l.ends_with(",left_out")).count();
    assert_eq!(n.facilities.len() + left, 12_379);
}
