//! Layers for a geographic information system: sites, settlements, flows and areas.
//!
//! Areas are convex hulls of their settlements and say so: administrative borders may be drawn from approved sources only, and none ships with the
//! program. A planar case has no place on Earth: its layers carry local kilometres and a note.

use crate::ids::{AreaId, FacilityId, SettlementId};
use crate::network::Network;
use crate::plan::ReferralPlan;
use crate::plan::flows::Moves;
use crate::travel::{Crs, Position};
use geo::{ConvexHull, MultiPoint, Point};
use geojson::{Feature, FeatureCollection, GeoJson, Geometry, GeometryValue, JsonObject};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What is said of areas.
pub const HULL_NOTE: &str = "convex hull of the settlements of the area; not an administrative border";
/// What is said of planar layers.
pub const PLANAR_NOTE: &str = "local plane coordinates in kilometres, not longitude and latitude";

pub(super) fn point(p: Position) -> GeometryValue {
    GeometryValue::new_point([p.x, p.y])
}

pub(super) fn way(from: Position, to: Position) -> GeometryValue {
    GeometryValue::new_line_string([[from.x, from.y], [to.x, to.y]])
}

pub(super) fn feature(geometry: GeometryValue, properties: Value) -> Feature {
    let properties = match properties {
        Value::Object(map) => Some(map),
        _ => None,
    };
    Feature { bbox: None, geometry: Some(Geometry::new(geometry)), id: None, properties, foreign_members: None }
}

pub(super) fn collection(network: &Network, name: &str, features: Vec<Feature>) -> String {
    let mut members = JsonObject::new();
    members.insert("name".into(), json!(name));
    if network.crs == Crs::PlanarKm {
        members.insert("note".into(), json!(PLANAR_NOTE));
    }
    GeoJson::from(FeatureCollection { bbox: None, features, foreign_members: Some(members) }).to_string()
}

/// Facilities as points. With a plan: visits and stays treated a year, and what one more bed and doctor are worth.
#[must_use]
pub fn sites(network: &Network, plan: Option<&ReferralPlan>) -> String {
    let n = network.facilities.len();
    let (mut visits, mut stays) = (vec![0.0; n], vec![0.0; n]);
    if let Some(plan) = plan {
        for (_, j, k, cases) in plan.flows.treated.rows() {
            if let (Some(class), true) = (network.classes.get(k), j < n) {
                let sum = if class.kind == crate::network::Kind::O { &mut visits } else { &mut stays };
                sum[j] += cases;
            }
        }
    }
    let features = network.facilities.iter().enumerate().map(|(j, f)| {
        let mut properties = json!({
            "id": f.code, "name": f.name, "name_en": f.name_en, "tier": f.tier, "rank": f.rank(), "owner": f.owner,
            "area": f.area.map(|a| network.area(a).code.clone()), "beds": f.beds.0, "doctors": f.doctors.0, "avail": f.avail,
            "evidence": f.evidence,
        });
        if let Some(plan) = plan {
            properties["visits"] = json!(visits[j]);
            properties["stays"] = json!(stays[j]);
            properties["yuan_of_one_more_bed"] = json!(plan.marginals.bed.get(j));
            properties["yuan_of_one_more_doctor"] = json!(plan.marginals.doctor.get(j));
        }
        feature(point(f.position), properties)
    });
    collection(network, "sites", features.collect())
}

/// Settlements as points.
#[must_use]
pub fn settlements(network: &Network) -> String {
    let features = network.settlements.iter().map(|s| {
        let properties = json!({
            "id": s.code, "name": s.name, "name_en": s.name_en, "area": network.area(s.area).code, "town": network.town(s.town).code,
            "population": s.population.0, "evidence": s.evidence,
        });
        feature(point(s.position), properties)
    });
    collection(network, "settlements", features.collect())
}

/// Flows as straight lines with cases a year, all classes and areas of patients together: `first_contact` from settlements, `up`, `redirect` and
/// `down` between facilities. Sorted by kind, start and end.
#[must_use]
pub fn flows(network: &Network, plan: &ReferralPlan) -> String {
    let mut features = Vec::new();
    let mut first: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for (i, j, _, cases, _) in plan.flows.first_contact.rows() {
        *first.entry((i, j)).or_default() += cases;
    }
    for ((i, j), cases) in first.into_iter().filter(|((i, j), _)| *i < network.settlements.len() && *j < network.facilities.len()) {
        let (s, f) = (network.settlement(SettlementId::new(i)), network.facility(FacilityId::new(j)));
        features.push(line("first_contact", (&s.code, &s.name, s.position), (&f.code, &f.name, f.position), cases));
    }
    let kinds: [(&str, &Moves); 3] = [("up", &plan.flows.up), ("redirect", &plan.flows.redirect), ("down", &plan.flows.down)];
    for (kind, moves) in kinds {
        let mut sums: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for (_, from, to, _, cases) in moves.rows() {
            *sums.entry((from, to)).or_default() += cases;
        }
        for ((from, to), cases) in sums {
            let (Some(a), Some(b)) = (network.facilities.get(from), network.facilities.get(to)) else { continue };
            features.push(line(kind, (&a.code, &a.name, a.position), (&b.code, &b.name, b.position), cases));
        }
    }
    collection(network, "flows", features)
}

fn line(kind: &str, from: (&str, &str, Position), to: (&str, &str, Position), cases: f64) -> Feature {
    let geometry = GeometryValue::new_line_string([[from.2.x, from.2.y], [to.2.x, to.2.y]]);
    feature(geometry, json!({"kind": kind, "from": from.0, "from_name": from.1, "to": to.0, "to_name": to.1, "cases_a_year": cases}))
}

/// Areas as convex hulls of their settlements. An area whose settlements lie on a line or in a point is shown as these points.
#[must_use]
pub fn areas(network: &Network) -> String {
    let mut points: Vec<Vec<Position>> = vec![Vec::new(); network.areas.len()];
    for s in &network.settlements {
        points[s.area.index()].push(s.position);
    }
    let features = network.areas.iter().enumerate().filter(|(a, _)| !points[*a].is_empty()).map(|(a, area)| {
        let properties = json!({
            "id": area.code, "name": area.name, "name_en": area.name_en, "urban": area.urban,
            "population": network.area_population(AreaId::new(a)).0, "note": HULL_NOTE,
        });
        feature(hull(&points[a]), properties)
    });
    collection(network, "areas", features.collect())
}

fn hull(points: &[Position]) -> GeometryValue {
    let cloud: MultiPoint<f64> = points.iter().map(|p| Point::new(p.x, p.y)).collect();
    let ring: Vec<[f64; 2]> = cloud.convex_hull().exterior().coords().map(|c| [c.x, c.y]).collect();
    let twice_area: f64 = ring.windows(2).map(|w| w[0][0] * w[1][1] - w[1][0] * w[0][1]).sum();
    if ring.len() >= 4 && twice_area.abs() > 1e-12 {
        GeometryValue::new_polygon([ring])
    } else {
        GeometryValue::new_multi_point(points.iter().map(|p| [p.x, p.y]))
    }
}
