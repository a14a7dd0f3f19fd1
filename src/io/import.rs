//! The JSON form of a whole case: one file with the keys `areas`, `towns`, `nodes`, `facilities`, `classes`, `tiers`, `constants`, `targets`,
//! `first_arcs`, `up_arcs` and `down_arcs`, so that networks can be exchanged (model 7). [`super::export`] writes it.
//!
//! Exact arcs are kept. Travel is the metric model. Prices (`constants`) and targets that differ from the defaults become the case's scenario.

use super::case_folder::CaseRead;
use super::case_toml::TravelToml;
use super::cells::{Cells, Column, Source};
use super::rows::{AreaRow, ClassRow, FacilityRow, Row, SettlementRow, TierRow, TownshipRow};
use super::scenario::ScenarioFile;
use super::text_file::{self, LARGEST_JSON};
use crate::network::builder::{ArcKind, CaseHead, NetworkBuilder};
use crate::network::case_class::default_classes;
use crate::network::codes::{self, Rule};
use crate::network::problem::nearest;
use crate::network::tables::{Lines, Table};
use crate::network::{CaseClass, Place, Problem, Problems, TierTable};
use crate::policy::{Prices, Scenario, Targets, pack};
use crate::travel::{Crs, Travel};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::path::Path;

/// Prices by their names in the JSON form and in [`Prices`].
pub const CONSTANTS: [(&str, &str); 9] = [
    ("VOT", "minute"),
    ("OVER", "over_treatment"),
    ("UNMET", "unmet_factor"),
    ("REDIR", "redirect"),
    ("TRI", "referral"),
    ("SHORT", "target_shortfall"),
    ("PERDIEM", "recovery_day_saving"),
    ("DISP", "displaced_share"),
    ("BASE_RATE", "base_rate"),
];

/// Fields of a class in the JSON form and in `classes.csv`.
pub const CLASS_KEYS: [(&str, &str); 8] = [
    ("kind", "kind"),
    ("tau", "lowest_rank"),
    ("sig", "highest_rank"),
    ("rate", "rate"),
    ("LA", "acute_days"),
    ("LB", "recovery_days"),
    ("rw", "weight"),
    ("elective", "elective"),
];

/// Fields of a tier in the JSON form and in `tiers.csv`.
pub const TIER_KEYS: [(&str, &str); 6] = [
    ("theta", "design_occupancy"),
    ("vbar", "visits_per_doctor_day"),
    ("qbar", "bed_days_per_doctor_day"),
    ("cO", "visit_cost"),
    ("gam", "inpatient_coefficient"),
    ("rho", "fund_share"),
];

const KEYS: [&str; 21] = [
    "areas",
    "towns",
    "nodes",
    "facilities",
    "classes",
    "tiers",
    "constants",
    "targets",
    "first_arcs",
    "up_arcs",
    "down_arcs",
    "name",
    "name_en",
    "year",
    "crs",
    "policy",
    "travel",
    "arc_rules",
    "observed",
    "provenance",
    "scenario",
];

/// Keys of rows that follow from the rest and are not read.
const DERIVED: [&str; 7] = ["rank", "cx", "cy", "nt", "rad", "pop", "name"];

/// Policy pack of a file that names none.
const DEFAULT_POLICY: &str = "P2025";

/// Reads the JSON form of a case.
///
/// # Errors
/// All problems of the file, warnings included; the column holds the path inside the file.
pub fn import_json(path: &Path) -> Result<CaseRead, Vec<Problem>> {
    let shown = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    let one = |p: Problem| Err(vec![p]);
    let text = match text_file::read(path, &shown, LARGEST_JSON) {
        Ok(Some(text)) => text,
        Ok(None) => return one(Problem::new(&codes::FILE_MISSING, Place::file(&shown), "there is no such file")),
        Err(problem) => return one(*problem),
    };
    let value: Value = match serde_json::from_str(&text) {
        Ok(value) => value,
        Err(e) => {
            let place = Place::line(&shown, e.line() as u64);
            return one(Problem::new(&codes::JSON_SYNTAX, place, e.to_string()).column(&format!("character {}", e.column())));
        }
    };
    drop(text);
    let Value::Object(json) = value else {
        return one(Problem::new(&codes::JSON_SHAPE, Place::file(&shown), "a JSON object is wanted at the top"));
    };
    let stem = path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    Importer { file: &shown, json: &json, problems: Problems::default() }.case(&stem)
}

struct Importer<'a> {
    file: &'a str,
    json: &'a Map<String, Value>,
    problems: Problems,
}

impl Importer<'_> {
    fn say(&mut self, rule: &Rule, path: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(rule, Place::file(self.file), message).column(path));
    }

    fn case(mut self, stem: &str) -> Result<CaseRead, Vec<Problem>> {
        for key in self.json.keys().filter(|k| !KEYS.contains(&k.as_str())) {
            let remedy = nearest(key, KEYS.into_iter()).map(|like| format!("perhaps `{like}` is meant"));
            let problem = Problem::new(&codes::JSON_KEY_UNKNOWN, Place::file(self.file), "this key is not read").column(key);
            self.problems.push(match remedy {
                Some(remedy) => problem.remedy(remedy),
                None => problem,
            });
        }
        let crs = self.optional("crs").unwrap_or_else(|| {
            let geographic = self.json.get("nodes").and_then(|n| n.get(0)).is_some_and(|n| n.get("lon").is_some());
            if geographic { Crs::Wgs84 } else { Crs::PlanarKm }
        });
        let policy = self.optional("policy").unwrap_or_else(|| DEFAULT_POLICY.to_owned());
        if !pack::names().contains(&policy.as_str()) {
            let message = format!("`{policy}` is none of {}", pack::names().join(", "));
            self.say(&codes::POLICY_UNKNOWN, "policy", message);
        }
        let head = CaseHead {
            name: self.optional("name").unwrap_or_else(|| if stem.is_empty() { "case".into() } else { stem.to_owned() }),
            year: self.optional("year").unwrap_or(2025),
            crs,
            policy,
            rules: self.optional("arc_rules").unwrap_or_default(),
            observed: self.optional("observed").unwrap_or_default(),
            provenance: self.optional("provenance").unwrap_or_default(),
        };
        let name_en = self.optional("name_en");
        let travel: TravelToml = self.optional("travel").unwrap_or_default();
        let scenario = self.scenario(&head.policy);
        let mut lines = Lines::of_json(self.file);
        let classes = self.classes(&mut lines);
        let tiers = self.tiers(&mut lines);
        let problems = std::mem::take(&mut self.problems);
        let mut builder = NetworkBuilder::new(head, classes, tiers, lines, problems);
        self.tables(crs, &mut builder);
        self.arcs(&mut builder);
        let (case, problems) = builder.finish(|_, _, _| Some(Travel::Metric(travel.metric)));
        match case {
            Some(case) => Ok(CaseRead { case, scenario, name_en, warnings: problems }),
            None => Err(problems),
        }
    }

    /// A key of the top that may be absent.
    fn optional<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let value = self.json.get(key).filter(|v| !v.is_null())?;
        match T::deserialize(value) {
            Ok(value) => Some(value),
            Err(e) => {
                self.say(&codes::JSON_SHAPE, key, e.to_string());
                None
            }
        }
    }

    fn tables(&mut self, crs: Crs, builder: &mut NetworkBuilder) {
        if !self.each(crs, builder, |b, line, row: AreaRow| b.area(line, row.into())) {
            builder.areas_unknown();
        }
        let towns = self.each(crs, builder, |b, line, row: TownshipRow| {
            let (town, area) = row.split();
            b.town(line, &area, town);
        });
        if !towns {
            builder.towns_unknown();
        }
        let settlements = self.each(crs, builder, |b, line, row: SettlementRow| {
            let (settlement, area, town) = row.split();
            b.settlement(line, &area, &town, settlement);
        });
        if !settlements {
            builder.settlements_unknown();
        }
        let facilities = self.each(crs, builder, |b, line, row: FacilityRow| {
            let (facility, area, town, gaps) = row.split();
            b.facility(line, &area, &town, &gaps, facility);
        });
        if !facilities {
            builder.facilities_unknown();
        }
    }

    /// Reads the objects of a list into the builder; false when there are none.
    fn each<R: Row>(&self, crs: Crs, builder: &mut NetworkBuilder, mut add: impl FnMut(&mut NetworkBuilder, u64, R)) -> bool {
        let key = R::TABLE.json_key();
        let columns = R::columns(crs);
        let Some(list) = self.json.get(key).and_then(Value::as_array) else {
            let message = format!("the key `{key}` must hold a list of objects");
            builder.problems().push(Problem::new(&codes::JSON_SHAPE, Place::file(self.file), message).column(key));
            return false;
        };
        if list.is_empty() {
            builder.problems().push(Problem::new(&codes::TABLE_EMPTY, Place::file(self.file), "the list is empty").column(key));
        }
        for (n, object) in (0u64..).zip(list) {
            let source = Source { file: self.file, table: R::TABLE, line: n, json: true };
            let Some(object) = object.as_object() else {
                builder.problems().push(Problem::new(&codes::JSON_SHAPE, source.place(), "an object is wanted here"));
                builder.totals_unsure();
                continue;
            };
            let (texts, index) = cells_of(object, &columns, source, builder.problems());
            let mut cells = Cells::new(source, &columns, &index, &texts, builder.problems());
            let row = R::read(&mut cells, crs);
            let (broken, lost_people) = cells.state();
            if broken {
                builder.lines_mut().next_is_broken(R::TABLE);
            }
            if lost_people || (matches!(R::TABLE, Table::Settlements | Table::Townships) && !object.contains_key("pop")) {
                builder.totals_unsure();
            }
            add(builder, n, row);
        }
        !list.is_empty()
    }

    fn classes(&mut self, lines: &mut Lines) -> Vec<CaseClass> {
        let Some(value) = self.json.get("classes") else { return default_classes() };
        let rows = self.keyed::<ClassRow>(value, "classes", "code", &CLASS_KEYS);
        for n in 0..rows.len() {
            lines.push(Table::Classes, n as u64);
        }
        rows.into_iter().map(CaseClass::from).collect()
    }

    fn tiers(&mut self, lines: &mut Lines) -> TierTable {
        let mut tiers = TierTable::default();
        let Some(value) = self.json.get("tiers") else { return tiers };
        for row in self.keyed::<TierRow>(value, "tiers", "tier", &TIER_KEYS) {
            *tiers.get_mut(row.tier) = row.into();
        }
        for n in 0..tiers.0.len() {
            lines.push(Table::Tiers, n as u64);
        }
        tiers
    }

    /// Reads an object of objects, `{"O1": {...}}`, in the order of its keys.
    fn keyed<R: Row>(&mut self, value: &Value, key: &str, id: &str, names: &[(&str, &'static str)]) -> Vec<R> {
        let Some(objects) = value.as_object() else {
            self.say(&codes::JSON_SHAPE, key, "an object of objects is wanted");
            return Vec::new();
        };
        let columns = R::columns(Crs::PlanarKm);
        let mut rows = Vec::with_capacity(objects.len());
        for (n, (code, object)) in (0u64..).zip(objects) {
            let source = Source { file: self.file, table: R::TABLE, line: n, json: true };
            let Some(fields) = object.as_object() else {
                self.say(&codes::JSON_SHAPE, &format!("{key}.{code}"), "an object is wanted here");
                continue;
            };
            let mut renamed = Map::new();
            renamed.insert(id.to_owned(), Value::String(code.clone()));
            for (field, value) in fields {
                let column = names.iter().find(|(short, _)| short == field).map_or(field.as_str(), |(_, long)| long);
                renamed.insert(column.to_owned(), value.clone());
            }
            let (texts, index) = cells_of(&renamed, &columns, source, &mut self.problems);
            let mut cells = Cells::new(source, &columns, &index, &texts, &mut self.problems);
            let row = R::read(&mut cells, Crs::PlanarKm);
            if !cells.state().0 {
                rows.push(row);
            }
        }
        rows
    }

    fn arcs(&self, builder: &mut NetworkBuilder) {
        let bad = |builder: &mut NetworkBuilder, path: &str, wanted: &str| {
            builder.problems().push(Problem::new(&codes::JSON_SHAPE, Place::file(self.file), wanted).column(path));
        };
        if let Some(value) = self.json.get("first_arcs") {
            builder.exact_arcs();
            let Some(lists) = value.as_object() else {
                return bad(builder, "first_arcs", "an object from settlement to a list of facilities is wanted");
            };
            let mut n = 0;
            for (from, list) in lists {
                let Some(list) = list.as_array() else {
                    bad(builder, &format!("first_arcs.{from}"), "a list of facilities is wanted");
                    continue;
                };
                for to in list {
                    match to.as_str() {
                        Some(to) => builder.arc(n, ArcKind::First, from, to),
                        None => bad(builder, &format!("first_arcs.{from}"), "the id of a facility is wanted"),
                    }
                    n += 1;
                }
            }
        }
        for (key, kind) in [("up_arcs", ArcKind::Up), ("down_arcs", ArcKind::Down)] {
            let Some(value) = self.json.get(key) else { continue };
            builder.exact_arcs();
            let Some(list) = value.as_array() else {
                bad(builder, key, "a list of pairs of facilities is wanted");
                continue;
            };
            for (n, pair) in (0u64..).zip(list) {
                match (pair.get(0).and_then(Value::as_str), pair.get(1).and_then(Value::as_str), pair.get(2)) {
                    (Some(from), Some(to), None) => builder.arc(n, kind, from, to),
                    _ => bad(builder, &format!("{key}[{n}]"), "a pair of facility ids is wanted"),
                }
            }
        }
    }

    /// The scenario of the file, with the prices and targets that differ from what holds anyway.
    fn scenario(&mut self, policy: &str) -> ScenarioFile {
        let mut table: toml::Table = self.optional("scenario").unwrap_or_default();
        let given: Scenario = match table.clone().try_into() {
            Ok(scenario) => scenario,
            Err(e) => {
                self.say(&codes::JSON_SHAPE, "scenario", e.to_string());
                Scenario::default()
            }
        };
        let prices = numbers(&Prices::default());
        for (name, value) in self.numbers_of("constants") {
            let Some((_, field)) = CONSTANTS.into_iter().find(|(short, _)| *short == name) else {
                self.say(&codes::JSON_KEY_UNKNOWN, &format!("constants.{name}"), "this constant is not read");
                continue;
            };
            let Some(value) = value.filter(|v| *v >= 0.0) else {
                self.say(&codes::NEGATIVE, &format!("constants.{name}"), "a number from 0 is wanted");
                continue;
            };
            let now = given.prices.get(field).copied().or_else(|| prices.get(field).and_then(Value::as_f64));
            if now.is_none_or(|now| now.total_cmp(&value).is_ne()) {
                set(&mut table, "prices", field, value);
            }
        }
        self.targets(policy, &given, &mut table);
        let scenario = table.clone().try_into().unwrap_or(given);
        ScenarioFile { table, scenario, ..ScenarioFile::default() }
    }

    fn targets(&mut self, policy: &str, given: &Scenario, table: &mut toml::Table) {
        if self.json.get("targets").is_none() {
            return;
        }
        let known = numbers(&Targets::default());
        let pack = numbers(&pack::load(policy).map(|p| p.targets).unwrap_or_default());
        let scenario = numbers(&given.targets);
        let said = self.numbers_of("targets");
        for (name, value) in &said {
            if !known.contains_key(name) {
                self.say(&codes::JSON_KEY_UNKNOWN, &format!("targets.{name}"), "this target is not read");
            } else if let Some(value) = value {
                if !(0.0..=1.0).contains(value) {
                    self.say(&codes::OUT_OF_RANGE, &format!("targets.{name}"), format!("{value} is not a share from 0 to 1"));
                    continue;
                }
                let now = scenario.get(name).and_then(Value::as_f64).or_else(|| pack.get(name).and_then(Value::as_f64));
                if now.is_none_or(|now| now.total_cmp(value).is_ne()) {
                    set(table, "targets", name, *value);
                }
            }
        }
        // A target of the pack that the file leaves out is not in force.
        let off: Vec<toml::Value> = pack
            .iter()
            .filter(|(name, value)| value.is_number() && !said.iter().any(|(n, v)| n == *name && v.is_some()))
            .map(|(name, _)| toml::Value::String(name.clone()))
            .collect();
        if !off.is_empty() {
            table.insert("targets_off".into(), toml::Value::Array(off));
        }
    }

    /// The numbers of an object at the top; `None` for null.
    fn numbers_of(&mut self, key: &str) -> Vec<(String, Option<f64>)> {
        let Some(value) = self.json.get(key) else { return Vec::new() };
        let Some(object) = value.as_object() else {
            self.say(&codes::JSON_SHAPE, key, "an object of numbers is wanted");
            return Vec::new();
        };
        let mut out = Vec::new();
        for (name, value) in object {
            if !value.is_number() && !value.is_null() {
                self.say(&codes::NOT_A_NUMBER, &format!("{key}.{name}"), "a number is wanted");
                continue;
            }
            out.push((name.clone(), value.as_f64()));
        }
        out
    }
}

/// Sets `[key] name = value`.
fn set(table: &mut toml::Table, key: &str, name: &str, value: f64) {
    let value = toml::Value::Float(value);
    if let Some(toml::Value::Table(inner)) = table.get_mut(key) {
        inner.insert(name.to_owned(), value);
    } else {
        table.insert(key.to_owned(), toml::Value::Table(toml::Table::from_iter([(name.to_owned(), value)])));
    }
}

/// The fields of a struct of numbers.
pub(super) fn numbers<T: Serialize>(value: &T) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// The cells of an object in the order of the columns; keys that must be there and are not, and keys nobody reads, are reported.
fn cells_of(
    object: &Map<String, Value>,
    columns: &[Column],
    source: Source<'_>,
    problems: &mut Problems,
) -> (Vec<String>, Vec<Option<usize>>) {
    let mut texts = Vec::with_capacity(columns.len());
    let mut index = vec![None; columns.len()];
    for (at, column) in columns.iter().enumerate() {
        let text = match object.get(column.name) {
            // A row without a name goes by its id.
            None if column.name == "name" => object.get("id").and_then(Value::as_str).map(super::csv_out::guarded).map(String::from),
            None => {
                if column.required {
                    let message = format!("the key `{}` is missing", column.name);
                    problems.push(Problem::new(&codes::JSON_SHAPE, source.place(), message).column(column.name));
                }
                None
            }
            Some(Value::Null) => Some(String::new()),
            Some(Value::String(text)) => Some(super::csv_out::guarded(text).into_owned()),
            Some(Value::Bool(flag)) => Some(u8::from(*flag).to_string()),
            Some(Value::Number(number)) => Some(number.to_string()),
            Some(_) => {
                problems.push(Problem::new(&codes::JSON_SHAPE, source.place(), "a text or a number is wanted").column(column.name));
                None
            }
        };
        if let Some(text) = text {
            index[at] = Some(texts.len());
            texts.push(text);
        }
    }
    for key in object.keys().filter(|k| !columns.iter().any(|c| c.name == *k) && !DERIVED.contains(&k.as_str())) {
        problems.push(Problem::new(&codes::JSON_KEY_UNKNOWN, source.place(), "this key is not read").column(key));
    }
    (texts, index)
}
