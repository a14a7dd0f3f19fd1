//! JSON schemas of every file, generated from the types that read and write them.
//!
//! A row of a CSV table is described as an object from header to cell; empty cells are left out.

use super::case_toml::CaseToml;
use super::rows::{ArcRow, AreaRow, ClassRow, EdgeRow, FacilityRow, NodeRow, SettlementRow, TierRow, TimeRow, TownshipRow};
use crate::plan::{BedsPlan, LayoutPlan, LayoutQuestions, LocationPlan, ReferralPlan, ReformPlan};
use crate::policy::{PolicyPack, Scenario};
use schemars::{JsonSchema, schema_for};
use serde_json::Value;

/// All schemas with the names of the files they describe.
#[must_use]
pub fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("case.toml", of::<CaseToml>()),
        ("areas.csv", of::<AreaRow>()),
        ("townships.csv", of::<TownshipRow>()),
        ("settlements.csv", of::<SettlementRow>()),
        ("facilities.csv", of::<FacilityRow>()),
        ("classes.csv", of::<ClassRow>()),
        ("tiers.csv", of::<TierRow>()),
        ("arcs.csv", of::<ArcRow>()),
        ("times.csv", of::<TimeRow>()),
        ("road_nodes.csv", of::<NodeRow>()),
        ("road_edges.csv", of::<EdgeRow>()),
        ("scenario.toml", of::<Scenario>()),
        ("policy.toml", of::<PolicyPack>()),
        ("plan.json", of::<ReferralPlan>()),
        ("solution.json", of::<LocationPlan>()),
        ("beds-plan.json", of::<BedsPlan>()),
        ("layout.json", of::<LayoutPlan>()),
        ("reform-plan.json", of::<ReformPlan>()),
        ("questions.json", of::<LayoutQuestions>()),
    ]
}

fn of<T: JsonSchema>() -> Value {
    schema_for!(T).to_value()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail
mod tests {
    use super::*;
    use crate::io::rows::Row;
    use crate::travel::Crs;
    use std::collections::BTreeSet;

    /// All names under `properties`, those of the position's alternatives with them.
    fn names(schema: &Value, out: &mut BTreeSet<String>, planar: bool) {
        if let Some(p) = schema["properties"].as_object() {
            out.extend(p.keys().cloned());
        }
        for part in schema["anyOf"].as_array().into_iter().flatten() {
            let one = part["properties"].get("x").is_some();
            if one == planar {
                names(part, out, planar);
            }
        }
    }

    fn agree<R: Row + JsonSchema>() {
        let schema = of::<R>();
        for crs in [Crs::Wgs84, Crs::PlanarKm] {
            let columns = R::columns(crs);
            let mut known = BTreeSet::new();
            names(&schema, &mut known, crs == Crs::PlanarKm);
            let header: BTreeSet<String> = columns.iter().map(|c| c.name.to_owned()).collect();
            assert_eq!(known, header, "{}", R::TABLE.file());
            let wanted: BTreeSet<&str> = columns.iter().filter(|c| c.required).map(|c| c.name).collect();
            for name in schema["required"].as_array().into_iter().flatten() {
                assert!(wanted.contains(name.as_str().unwrap()), "{} {name}", R::TABLE.file());
            }
        }
    }

    #[test]
    fn columns_and_schemas_are_the_same() {
        agree::<AreaRow>();
        agree::<TownshipRow>();
        agree::<SettlementRow>();
        agree::<FacilityRow>();
        agree::<ClassRow>();
        agree::<TierRow>();
        agree::<ArcRow>();
        agree::<TimeRow>();
        agree::<NodeRow>();
        agree::<EdgeRow>();
    }
}
