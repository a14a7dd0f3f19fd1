//! Writes the JSON form of a case that [`super::import`] reads.

use super::case_toml::TravelToml;
use super::import::{CLASS_KEYS, CONSTANTS, TIER_KEYS, numbers};
use super::rows::{AreaRow, ClassRow, FacilityRow, SettlementRow, TierRow, TownshipRow};
use crate::ids::AreaId;
use crate::network::Case;
use crate::policy::{Prices, Scenario, pack};
use crate::travel::Travel;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Why a case has no JSON form.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The JSON form carries the metric travel model only.
    #[error("the JSON form of a case carries distances and speeds, not tables of times or roads: hand over the case folder instead")]
    Travel,
    /// A record cannot be written.
    #[error("the case cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The JSON form of a case under the scenario of the case; reads back to the same case.
///
/// # Errors
/// [`ExportError::Travel`] for a case with times or roads.
pub fn export_json(case: &Case, extras: &super::Extras) -> Result<String, ExportError> {
    let Travel::Metric(metric) = &case.travel else { return Err(ExportError::Travel) };
    let n = &case.network;
    let scenario: Scenario = extras.scenario.clone().try_into().unwrap_or_default();
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("name", json!(n.name));
    if let Some(name_en) = &extras.name_en {
        put("name_en", json!(name_en));
    }
    put("year", json!(n.year));
    put("crs", json!(n.crs));
    put("policy", json!(case.policy));
    put("travel", serde_json::to_value(TravelToml { metric: metric.clone(), ..TravelToml::default() })?);
    put("arc_rules", serde_json::to_value(case.rules)?);
    put("observed", serde_json::to_value(case.observed)?);
    put("provenance", serde_json::to_value(&n.provenance)?);
    if !extras.scenario.is_empty() {
        put("scenario", serde_json::to_value(&extras.scenario)?);
    }
    let mut areas = rows(n.areas.iter().map(AreaRow::from))?;
    for (a, area) in areas.iter_mut().enumerate() {
        area["pop"] = json!(n.area_population(AreaId::new(a)).0);
    }
    put("areas", Value::Array(areas));
    put("towns", Value::Array(rows(n.towns.iter().map(|t| TownshipRow::of(n, t)))?));
    put("nodes", Value::Array(rows(n.settlements.iter().map(|s| SettlementRow::of(n, s)))?));
    let mut facilities = rows(n.facilities.iter().map(|f| FacilityRow::of(n, f)))?;
    for (row, f) in facilities.iter_mut().zip(&n.facilities) {
        row["rank"] = json!(f.rank());
    }
    put("facilities", Value::Array(facilities));
    put("classes", keyed(n.classes.iter().map(ClassRow::from), "code", &CLASS_KEYS)?);
    put("tiers", keyed(n.tiers.0.iter().map(TierRow::from), "tier", &TIER_KEYS)?);
    put("constants", constants(&scenario));
    put("targets", targets(&case.policy, &scenario));
    if let Some(arcs) = &case.arcs {
        let facility = |j: u32| json!(n.facilities[j as usize].code);
        let mut first: Map<String, Value> = Map::new();
        for &(i, j) in &arcs.first {
            let list = first.entry(n.settlements[i as usize].code.clone()).or_insert_with(|| json!([]));
            if let Value::Array(list) = list {
                list.push(facility(j));
            }
        }
        put("first_arcs", Value::Object(first));
        for (key, list) in [("up_arcs", &arcs.up), ("down_arcs", &arcs.down)] {
            put(key, list.iter().map(|&(j, q)| json!([facility(j), facility(q)])).collect());
        }
    }
    Ok(serde_json::to_string(&Value::Object(out))?)
}

fn rows<R: Serialize>(rows: impl Iterator<Item = R>) -> Result<Vec<Value>, serde_json::Error> {
    rows.map(|r| serde_json::to_value(r)).collect()
}

/// Rows as an object from their id to their fields under short names.
fn keyed<R: Serialize>(rows: impl Iterator<Item = R>, id: &str, names: &[(&str, &str)]) -> Result<Value, serde_json::Error> {
    let mut out = Map::new();
    for row in rows {
        let long = serde_json::to_value(row)?;
        let short: Map<String, Value> = names.iter().map(|(s, l)| ((*s).to_owned(), long[l].clone())).collect();
        out.insert(long[id].as_str().unwrap_or_default().to_owned(), Value::Object(short));
    }
    Ok(Value::Object(out))
}

fn constants(scenario: &Scenario) -> Value {
    let prices = numbers(&Prices::default());
    let value = |field: &str| scenario.prices.get(field).map_or_else(|| prices[field].clone(), |v| json!(v));
    CONSTANTS.iter().map(|(short, field)| ((*short).to_owned(), value(field))).collect::<Map<_, _>>().into()
}

/// Targets in force: the pack's, changed and dropped as the scenario says.
fn targets(policy: &str, scenario: &Scenario) -> Value {
    let mut out = numbers(&pack::load(policy).map(|p| p.targets).unwrap_or_default());
    for (name, value) in numbers(&scenario.targets).into_iter().filter(|(_, v)| !v.is_null()) {
        out.insert(name, value);
    }
    out.retain(|name, value| !value.is_null() && !scenario.targets_off.contains(name));
    Value::Object(out)
}
