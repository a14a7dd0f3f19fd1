//! One good tiny case, geographic, as the text of its files; everything in the corpus is a mutation of it.

use std::collections::BTreeMap;

pub const CASE_TOML: &str = r#"format = 1
name = "小县"
name_en = "Little county"
year = 2025
crs = "wgs84"
policy = "P2025"

[travel]
mode = "metric"
[travel.metric]
circuity = 1.4
fixed_minutes = 3.0
urban_kmh = 25.0
speeds = [{ below_km = 60.0, kmh = 45.0 }, { kmh = 80.0 }]

[arcs]
first_rank1 = 1

[observed]
visits = [0.5, 0.2, 0.3]

[[provenance]]
table = "facilities"
column = "*"
evidence = "assumed"
rule = "invented for a test"

[scenario]
gamma = 0.5
"#;

pub const AREAS: &str = "id,name,name_en,urban,prefecture,area_km2,enrol_rate,fund_per_head,evidence
U1,城区,Town,1,,120.5,0.96,1100,observed
C1,山县,Hill county,0,,2400,,,modelled
";

pub const TOWNSHIPS: &str = "id,name,name_en,area,pop,lon,lat,evidence
U1T1,一街,,U1,30000,108.70,29.50,observed
C1T1,甲乡,,C1,8000,108.90,29.70,observed
C1T2,乙乡,,C1,5000,109.00,29.40,observed
";

pub const SETTLEMENTS: &str = "id,name,name_en,area,town,pop,lon,lat,evidence
s1,东社区,,U1,U1T1,18000,108.71,29.51,observed
s2,西社区,,U1,U1T1,12000,108.69,29.50,observed
s3,甲一村,,C1,C1T1,5000,108.91,29.71,modelled
s4,甲二村,,C1,C1T1,3000,108.93,29.69,modelled
s5,乙一村,,C1,C1T2,3500,109.01,29.41,modelled
s6,乙二村,,C1,C1T2,1500,109.03,29.38,modelled
";

pub const FACILITIES: &str =
    "id,name,name_en,tier,owner,area,town,lon,lat,beds,icu,doctors,gps,nurses,avail,mr_member,tele,drug_gaps,group_leader,budget,evidence
S1,东站,,S,public,U1,U1T1,108.71,29.51,0,0,12,4,8,1,0,0,,0,,modelled
V3,甲一室,,V,social,C1,C1T1,108.91,29.71,0,0,3,0,1,1,0,0,,0,,modelled
CC1,一街中心,,C,public,U1,U1T1,108.70,29.50,40,0,60,10,50,1,0,0,,0,,modelled
T1,甲卫生院,,T,public,C1,C1T1,108.90,29.70,45,0,18,2,20,1,0,1,OC;H4,0,,modelled
T2,乙卫生院,,T,public,C1,C1T2,109.00,29.40,30,0,12,1,14,1,0,0,,0,,modelled
K1,县医院,,K,public,C1,,108.92,29.60,420,12,180,0,260,1,1,0,,0,9000000,modelled
D1,区医院,,D,public,U1,,108.72,29.52,500,20,220,0,300,1,1,0,,1,,modelled
M1,市医院,City hospital,M,public,U1,,108.73,29.48,1500,60,800,0,1200,1,1,0,,0,,modelled
P1,省医院,,P,public,,,106.55,29.56,2600,100,2200,0,3000,0.05,0,0,,0,,modelled
N1,国家中心,,N,public,,,116.40,39.90,2500,120,2300,0,3200,0.001,0,0,,0,,modelled
";

/// Files of the case by name.
pub fn files() -> BTreeMap<String, Vec<u8>> {
    [
        ("case.toml", CASE_TOML),
        ("areas.csv", AREAS),
        ("townships.csv", TOWNSHIPS),
        ("settlements.csv", SETTLEMENTS),
        ("facilities.csv", FACILITIES),
    ]
    .into_iter()
    .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
    .collect()
}

/// Writes files into a new folder.
pub fn folder(files: &BTreeMap<String, Vec<u8>>) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    dir
}
