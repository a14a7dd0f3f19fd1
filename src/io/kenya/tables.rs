//! The tables as they are: opened, their columns found, their cells read, everything wrong said with line and column.

use super::crosswalk::{county_of_list, key};
use crate::io::text_file;
use crate::network::codes::{self, Rule};
use crate::network::problem::nearest;
use crate::network::{Owner, Place, Problem, Problems};
use crate::travel::Position;
use std::path::Path;

/// The facility list.
pub const FACILITIES: &str = "facilities.csv";
/// People and land of counties and sub-counties, census of 2019, volume I, table 2.7.
pub const CENSUS: &str = "census_V1_T2.7.csv";
/// People by sex of the same places, volume I, table 2.5; held against the first where it is there.
pub const CENSUS_SEX: &str = "census_V1_T2.5.csv";
/// Largest table, bytes.
const LARGEST: u64 = 256 << 20;
/// Corners of a box around the country, degrees: what lies outside is no place in it.
const BOX: [f64; 4] = [33.8, 42.0, -4.9, 5.6];

/// A sub-county of the census.
#[derive(Debug, Clone, PartialEq)]
pub struct SubCounty {
    /// County, by its order in the census.
    pub county: usize,
    /// Name.
    pub name: String,
    /// People counted there.
    pub people: u64,
    /// Land, square kilometres.
    pub km2: f64,
    /// Line of the table.
    pub line: u64,
}

/// A place that the census counts beside the sub-counties: forests and parks.
#[derive(Debug, Clone, PartialEq)]
pub struct Special {
    /// County.
    pub county: usize,
    /// Name.
    pub name: String,
    /// People.
    pub people: u64,
}

/// The census.
#[derive(Debug, Clone, Default)]
pub struct Census {
    /// Counties, in the order of the table.
    pub counties: Vec<String>,
    /// Sub-counties.
    pub subs: Vec<SubCounty>,
    /// Special areas.
    pub special: Vec<Special>,
    /// People of all.
    pub people: u64,
}

/// A row of the facility list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Level 2 to 6; `None` where the list has none.
    pub level: Option<u8>,
    /// Type and its group.
    pub kind: String,
    /// Group of the type.
    pub group: String,
    /// Who runs it.
    pub owner: Owner,
    /// Beds.
    pub beds: u32,
    /// County of the census, when known.
    pub county: usize,
    /// Sub-county of the list.
    pub sub: String,
    /// Ward.
    pub ward: String,
    /// Id of the ward.
    pub ward_id: String,
    /// Where, when the list says.
    pub at: Option<Position>,
    /// Line.
    pub line: u64,
}

struct Rows {
    file: &'static str,
    columns: Vec<usize>,
    rows: Vec<(u64, csv::StringRecord)>,
}

/// Opens a table and finds the columns; `None` when it is of no use, which has been said.
fn open(folder: &Path, file: &'static str, wanted: &[&str], must: bool, problems: &mut Problems) -> Option<Rows> {
    let text = match text_file::read(&folder.join(file), file, LARGEST) {
        Ok(Some(text)) => text,
        Ok(None) => {
            if must {
                let remedy = format!("the folder needs {FACILITIES} and {CENSUS}");
                problems.push(Problem::new(&codes::FILE_MISSING, Place::file(file), "there is no such file").remedy(remedy));
            }
            return None;
        }
        Err(problem) => {
            problems.push(*problem);
            return None;
        }
    };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(h) => h.clone(),
        Err(e) => {
            problems.push(Problem::new(&codes::QUOTES_BROKEN, Place::line(file, 1), e.to_string()));
            return None;
        }
    };
    let mut columns = Vec::new();
    for name in wanted {
        match header.iter().position(|h| h.trim() == *name) {
            Some(at) => columns.push(at),
            None => {
                let mut problem = Problem::new(&codes::COLUMN_MISSING, Place::line(file, 1), format!("there is no column `{name}`"));
                if let Some(like) = nearest(name, header.iter()) {
                    problem = problem.remedy(format!("perhaps the column `{like}` is meant"));
                }
                problems.push(problem.column(name));
            }
        }
    }
    if columns.len() < wanted.len() {
        return None;
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Ok(r) => {
                let line = r.position().map_or(0, csv::Position::line);
                if r.len() == header.len() {
                    rows.push((line, r));
                } else {
                    let message = format!("{} cells where the header has {}", r.len(), header.len());
                    problems.push(Problem::new(&codes::ROW_RAGGED, Place::line(file, line), message));
                }
            }
            Err(e) => {
                let line = e.position().map_or(0, csv::Position::line);
                problems.push(Problem::new(&codes::QUOTES_BROKEN, Place::line(file, line), e.to_string()));
            }
        }
    }
    if rows.is_empty() {
        problems.push(Problem::new(&codes::TABLE_EMPTY, Place::file(file), "there is no row below the header"));
        return None;
    }
    Some(Rows { file, columns, rows })
}

/// One row, read by the number of the wanted column.
struct Cell<'a> {
    file: &'static str,
    names: &'a [&'a str],
    line: u64,
    row: &'a csv::StringRecord,
    columns: &'a [usize],
    problems: &'a mut Problems,
}

impl<'a> Cell<'a> {
    fn text(&self, n: usize) -> &'a str {
        self.columns.get(n).and_then(|c| self.row.get(*c)).map_or("", str::trim)
    }

    fn say(&mut self, rule: &Rule, n: usize, message: &str) {
        let value = self.text(n).to_owned();
        let problem = Problem::new(rule, Place::line(self.file, self.line), message).column(self.names[n]).value(value);
        self.problems.push(problem);
    }

    /// Text that must be there, inner runs of blanks made one, control characters said.
    fn filled(&mut self, n: usize) -> String {
        let text = self.text(n).split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            self.say(&codes::CELL_EMPTY, n, "the cell is empty");
        } else if text.chars().any(|c| c.is_control() || crate::network::problem::is_format_control(c)) {
            self.say(&codes::CONTROL_CHARACTER, n, "the text holds control characters");
        }
        text
    }

    fn number(&mut self, n: usize) -> Option<f64> {
        match self.text(n).parse::<f64>() {
            Ok(v) if !v.is_finite() => self.say(&codes::NOT_FINITE, n, "a finite number is wanted"),
            Ok(v) if v < 0.0 => self.say(&codes::NEGATIVE, n, "the number is below zero"),
            Ok(v) => return Some(v),
            Err(_) => self.say(&codes::NOT_A_NUMBER, n, "a number is wanted"),
        }
        None
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // whole, at least 0 and below the bound
    fn whole(&mut self, n: usize, most: u64) -> Option<u64> {
        let v = self.number(n)?;
        if v.fract().abs() > 0.0 {
            self.say(&codes::NOT_AN_INTEGER, n, "a whole number is wanted");
            return None;
        }
        if v > most as f64 {
            self.say(&codes::OUT_OF_RANGE, n, &format!("more than {most}"));
            return None;
        }
        Some(v as u64)
    }
}

/// The name of a county without the word "County".
fn county_name(cell: &str) -> &str {
    cell.trim().trim_end_matches("County").trim_end()
}

/// Reads the census; sums that do not agree are said.
pub fn census(folder: &Path, problems: &mut Problems) -> Option<Census> {
    const NAMES: [&str; 5] = ["County", "SubCounty", "AdminArea", "Population", "LandArea(in Sq. Km)"];
    let table = open(folder, CENSUS, &NAMES, true, problems)?;
    let mut out = Census::default();
    let mut of_county: Vec<(u64, u64)> = Vec::new();
    let mut total = None;
    for (line, row) in &table.rows {
        let mut c = Cell { file: table.file, names: &NAMES, line: *line, row, columns: &table.columns, problems: &mut *problems };
        let (name, kind) = (c.filled(1), c.filled(2));
        let Some(people) = c.whole(3, crate::network::validate::MOST_PEOPLE) else { continue };
        let county = county_name(c.text(0)).to_owned();
        if kind == "xxx" {
            total = Some((people, *line));
            continue;
        }
        if kind == "County" {
            if out.counties.contains(&county) {
                c.say(&codes::ID_TWICE, 0, "this county stands in the table twice");
            }
            out.counties.push(county);
            of_county.push((people, *line));
            continue;
        }
        let Some(at) = out.counties.iter().position(|x| *x == county) else {
            c.say(&codes::NAME_UNKNOWN, 0, "the row of this county must stand before its sub-counties");
            continue;
        };
        match kind.as_str() {
            "SubCounty" => {
                let Some(km2) = c.number(4) else { continue };
                if out.subs.iter().any(|s| s.county == at && key(&s.name) == key(&name)) {
                    c.say(&codes::ID_TWICE, 1, "this sub-county stands in the table twice");
                }
                out.subs.push(SubCounty { county: at, name, people, km2, line: *line });
            }
            "Special Area" => out.special.push(Special { county: at, name: name.trim_end_matches('*').to_owned(), people }),
            _ => c.say(&codes::WORD_UNKNOWN, 2, "xxx, County, SubCounty or Special Area is wanted"),
        }
    }
    out.people = out.subs.iter().map(|s| s.people).chain(out.special.iter().map(|s| s.people)).sum();
    for (n, (people, line)) in of_county.iter().enumerate() {
        let subs = out.subs.iter().filter(|s| s.county == n).map(|s| s.people);
        let sum: u64 = subs.chain(out.special.iter().filter(|s| s.county == n).map(|s| s.people)).sum();
        differs(CENSUS, *line, &out.counties[n], *people, sum, problems);
    }
    if let Some((people, line)) = total {
        differs(CENSUS, line, "the country", people, out.people, problems);
    }
    against_sex(folder, &out, problems);
    Some(out)
}

fn differs(file: &str, line: u64, what: &str, said: u64, sum: u64, problems: &mut Problems) {
    if said != sum {
        let message = format!("{what}: {said} people in its own row, {sum} in its parts");
        let remedy = "the case takes the parts; correct the table if it is a slip";
        problems.push(
            Problem::new(&codes::TOWN_TOTAL, Place::line(file, line), message).column("Population").value(said).remedy(remedy).warning(),
        );
    }
}

/// The other table of the same census: every sub-county must have as many people.
fn against_sex(folder: &Path, census: &Census, problems: &mut Problems) {
    const NAMES: [&str; 4] = ["County", "SubCounty", "AdminArea", "Total"];
    let Some(table) = open(folder, CENSUS_SEX, &NAMES, false, problems) else { return };
    for (line, row) in &table.rows {
        let mut c = Cell { file: table.file, names: &NAMES, line: *line, row, columns: &table.columns, problems: &mut *problems };
        if c.text(2) != "SubCounty" {
            continue;
        }
        let Some(people) = c.whole(3, crate::network::validate::MOST_PEOPLE) else { continue };
        let (county, name) = (county_name(c.text(0)).to_owned(), c.text(1).to_owned());
        let same = census.subs.iter().find(|s| census.counties[s.county] == county && key(&s.name) == key(&name));
        match same {
            None => c.say(&codes::NAME_UNKNOWN, 1, &format!("{CENSUS} has no such sub-county in {county}")),
            Some(s) => differs(CENSUS_SEX, *line, &name, people, s.people, problems),
        }
    }
}

/// Reads the facility list. Rows with a bad cell are said and left out of the answer; the case is then not made.
pub fn facilities(folder: &Path, census: Option<&Census>, problems: &mut Problems) -> Option<Vec<Listed>> {
    const NAMES: [&str; 13] = [
        "id",
        "name",
        "keph_level_name",
        "facility_type_name",
        "facility_type_category",
        "owner_type_name",
        "beds",
        "county_name",
        "sub_county_name",
        "ward_name",
        "ward",
        "lat",
        "lon",
    ];
    let table = open(folder, FACILITIES, &NAMES, true, problems)?;
    let counties: Vec<String> = census.map(|c| c.counties.iter().map(|n| key(n)).collect()).unwrap_or_default();
    let mut seen = std::collections::HashSet::new();
    let mut out = Vec::with_capacity(table.rows.len());
    for (line, row) in &table.rows {
        let mut c = Cell { file: table.file, names: &NAMES, line: *line, row, columns: &table.columns, problems: &mut *problems };
        let (id, name, sub, ward, ward_id) = (c.filled(0), c.filled(1), c.filled(8), c.filled(9), c.filled(10));
        if !id.is_empty() && !seen.insert(id.clone()) {
            c.say(&codes::ID_TWICE, 0, "this id stands in the table twice");
        }
        let level = match c.text(2) {
            "" => None,
            text => match text.strip_prefix("Level ").and_then(|n| n.parse::<u8>().ok()).filter(|n| (2..=6).contains(n)) {
                Some(level) => Some(level),
                None => {
                    c.say(&codes::TIER_UNKNOWN, 2, "Level 2 to Level 6 is wanted");
                    None
                }
            },
        };
        let owner = match c.text(5) {
            "Ministry of Health" => Owner::Public,
            "Private Practice" | "Faith Based Organization" | "Non-Governmental Organizations" => Owner::Social,
            _ => {
                let words = "Ministry of Health, Private Practice, Faith Based Organization or Non-Governmental Organizations is wanted";
                c.say(&codes::WORD_UNKNOWN, 5, words);
                Owner::Public
            }
        };
        let Some(beds) = c.whole(6, u64::from(crate::network::validate::MOST_BEDS)) else { continue };
        let wanted = key(county_of_list(c.text(7)));
        let county = counties.iter().position(|n| *n == wanted);
        if county.is_none() && census.is_some() {
            c.say(&codes::NAME_UNKNOWN, 7, "the census has no such county");
        }
        let at = position(&mut c);
        let (kind, group) = (c.text(3).to_owned(), c.text(4).to_owned());
        let Some(county) = county else { continue };
        let beds = u32::try_from(beds).unwrap_or(u32::MAX);
        out.push(Listed { id, name, level, kind, group, owner, beds, county, sub, ward, ward_id, at, line: *line });
    }
    Some(out)
}

fn position(c: &mut Cell<'_>) -> Option<Position> {
    let (lat, lon) = (c.text(11).to_owned(), c.text(12).to_owned());
    if lat.is_empty() && lon.is_empty() {
        return None;
    }
    let (Ok(y), Ok(x)) = (lat.parse::<f64>(), lon.parse::<f64>()) else {
        c.say(&codes::NOT_A_NUMBER, 11, "latitude and longitude are two numbers, or both empty");
        return None;
    };
    if !((BOX[0]..=BOX[1]).contains(&x) && (BOX[2]..=BOX[3]).contains(&y)) {
        let rule = if (BOX[0]..=BOX[1]).contains(&y) { &codes::POSITION_SWAPPED } else { &codes::POSITION_RANGE };
        c.say(rule, 11, "the position lies outside of the country");
        return None;
    }
    Some(Position { x, y })
}
