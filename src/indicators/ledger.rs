//! The ledger: every target beside what is attainable, what is planned, the gap, the price of the last case toward it and where the target comes from.
//!
//! Flow targets (C7 to C11) are judged with demand in the denominator and have a row for the region and one for each area they bind in. The other
//! targets of the pack are looked up among the region's indicators; those that a referral plan cannot judge stand there with `planned = None`.

use super::attainable::{FlowTarget, by_area, of_region};
use super::{LedgerRow, Origin, Values};
use crate::demand::Problem;
use crate::ids::AreaId;
use crate::plan::ReferralPlan;
use crate::policy::PolicyPack;
use crate::policy::pack::{PolicyTarget, TargetSense};

/// A share this close to its target counts as met.
pub(crate) const MET: f64 = 1e-6;
/// A guide value ("about") counts as met within this share of it.
const ABOUT: f64 = 0.05;

/// All rows: flow targets first, in the order of their rows in the model, then the rest of the pack in its own order.
pub(crate) fn ledger(problem: &Problem, plan: &ReferralPlan, pack: &PolicyPack, region: &Values, areas: &[Values]) -> Vec<LedgerRow> {
    let mut rows = Vec::new();
    for target in FlowTarget::ALL {
        flow_rows(problem, plan, pack, target, region, areas, &mut rows);
    }
    let others = pack.target.iter().filter(|t| FlowTarget::ALL.iter().all(|f| f.key() != t.key));
    rows.extend(others.map(|t| pack_row(t, pack, region)));
    rows
}

fn flow_rows(
    problem: &Problem,
    plan: &ReferralPlan,
    pack: &PolicyPack,
    target: FlowTarget,
    region: &Values,
    areas: &[Values],
    rows: &mut Vec<LedgerRow>,
) {
    let entry = pack.target.iter().find(|t| t.key == target.key());
    let in_force = target.value(problem);
    // A target that the scenario dropped is still watched, without a price.
    let Some(value) = in_force.or(entry.map(|e| e.value)) else { return };
    let (origin, sure) = origin(entry, in_force);
    let source = entry.map_or_else(String::new, said);
    let reach = by_area(problem, target);
    let row = |area: Option<AreaId>, attainable: Option<f64>, planned: Option<f64>| LedgerRow {
        key: target.key().to_owned(),
        area,
        unit: entry.map_or_else(|| "share".to_owned(), |e| e.unit.clone()),
        target: value,
        upper: None,
        sense: TargetSense::AtLeast,
        // What the plan reaches can be reached.
        attainable: attainable.map(|a| a.max(planned.unwrap_or(a))),
        planned,
        gap: planned.map(|p| value - p),
        met: planned.map(|p| value - p <= MET * value.max(1e-9)),
        price: price(plan, target.key(), area),
        origin,
        source: source.clone(),
        sure: sure.clone(),
    };
    let whole = of_region(problem, target, &reach).share();
    // Without anyone the target speaks of (no counties, say) there is nothing to judge.
    if whole.is_none() {
        rows.push(row(None, None, None));
        return;
    }
    rows.push(row(None, whole, region.get(target.indicator()).copied()));
    for (a, (reach, values)) in reach.iter().zip(areas).enumerate() {
        let area = AreaId::new(a);
        if target.binds(problem, area) && reach.base > 0.0 {
            rows.push(row(Some(area), reach.share(), values.get(target.indicator()).copied()));
        }
    }
}

/// Who asks for a flow target, and how sure that is.
fn origin(entry: Option<&PolicyTarget>, in_force: Option<f64>) -> (Origin, String) {
    match entry {
        Some(e) if in_force.is_none_or(|v| (v - e.value).abs() <= 1e-12) => (Origin::Pack, e.sure.clone()),
        Some(e) => (Origin::ScenarioInstead(e.value), "assumed".to_owned()),
        None => (Origin::Scenario, "assumed".to_owned()),
    }
}

fn said(t: &PolicyTarget) -> String {
    match (t.sentence.is_empty(), t.source.is_empty()) {
        (false, false) => format!("{} ({})", t.sentence, t.source),
        (false, true) => t.sentence.clone(),
        (true, _) => t.source.clone(),
    }
}

/// Price of the last case toward a target at a place, yuan, when the model had such a row.
fn price(plan: &ReferralPlan, key: &str, area: Option<AreaId>) -> Option<f64> {
    plan.shortfalls.iter().find(|s| s.target == key && s.place == area.map(|a| a.0)).map(|s| s.price)
}

fn pack_row(t: &PolicyTarget, pack: &PolicyPack, region: &Values) -> LedgerRow {
    let planned = region.get(judged_by(&t.key, pack)).copied();
    LedgerRow {
        key: t.key.clone(),
        area: None,
        unit: t.unit.clone(),
        target: t.value,
        upper: t.upper,
        sense: t.sense,
        attainable: None,
        planned,
        gap: planned.map(|p| gap(t, p)),
        met: planned.map(|p| is_met(t, p)),
        price: None,
        origin: Origin::Pack,
        source: said(t),
        sure: t.sure.clone(),
    }
}

/// How far a planned value is from its target, positive when it is on the wrong side.
///
/// A range is met anywhere inside it, its ends included; a ceiling given as a range (10 to 20 km) is its upper end; a single guide value has
/// a signed distance below it.
pub(crate) fn gap(t: &PolicyTarget, planned: f64) -> f64 {
    match (t.sense, t.upper) {
        (TargetSense::AtMost, upper) => planned - upper.unwrap_or(t.value),
        (TargetSense::AtLeast, _) | (TargetSense::About, None) => t.value - planned,
        (TargetSense::About, Some(upper)) if planned > upper => planned - upper,
        (TargetSense::About, Some(_)) => (t.value - planned).max(0.0),
    }
}

/// Whether a planned value meets its target. A single guide value leaves room for 5 % of it; a range says itself how much room it leaves.
pub(crate) fn is_met(t: &PolicyTarget, planned: f64) -> bool {
    let slack = if t.sense == TargetSense::About && t.upper.is_none() { ABOUT } else { MET };
    gap(t, planned) <= slack * t.value.abs().max(1e-9)
}

/// Indicator of the region that judges a target of the pack; keys that name an indicator judge themselves.
fn judged_by<'a>(key: &'a str, pack: &PolicyPack) -> &'a str {
    // "City" beds mean city and above where the pack does not set the provincial ones apart.
    let province_apart = pack.target.iter().any(|t| t.key == "province_beds_per_1000");
    match key {
        "physicians_per_1000" => "doctors_per_1000",
        "icu_beds_per_100k" => "icu_per_100k",
        "county_primary_beds_per_1000" => "beds_per_1000_county_primary",
        "primary_beds_per_1000" => "beds_per_1000_primary",
        "county_beds_per_1000" => "beds_per_1000_county",
        "city_beds_per_1000" if province_apart => "beds_per_1000_city",
        "city_beds_per_1000" => "beds_per_1000_city_up",
        "province_beds_per_1000" => "beds_per_1000_top",
        "hospital_beds_per_1000" => "beds_per_1000_hospital",
        "public_hospital_beds_per_1000" => "beds_per_1000_public_hospital",
        "private_beds_per_1000" => "beds_per_1000_private_hospital",
        "county_hospital_beds" => "beds_per_hospital_county",
        "city_hospital_beds" => "beds_per_hospital_city",
        "province_hospital_beds" => "beds_per_hospital_top",
        "county_hospitals_per_county" => "hospitals_per_county",
        "telemedicine_counties" => "tele_counties",
        "coverage_15_minutes" | "coverage_clinic_15_minutes" => "coverage_rank1",
        "coverage_centre_30_minutes" => "coverage_rank2",
        "coverage_hospital_60_minutes" => "coverage_rank3",
        other => other,
    }
}
