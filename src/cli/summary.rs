//! What a planner wants to know of a plan, in ten lines.

use super::exit::visible;
use super::output::{grouped, percent, yuan};
use super::steps::{Judged, Prepared};
use crate::indicators::Values;
use crate::plan::ReferralPlan;
use crate::plan::referral::Shortfall;
use std::collections::BTreeMap;

/// Ten lines: the case, the price and its proof, where patients go, what is short, what would help most.
#[must_use]
pub fn lines(prepared: &Prepared, judged: &Judged) -> Vec<String> {
    let (plan, values) = (&judged.plan, &judged.indicators.region);
    let network = &prepared.problem.network;
    let heads = value(values, "population").map(|p| format!("{} people, ", grouped(p, 0))).unwrap_or_default();
    vec![
        format!(
            "Case            {} ({}): {heads}{} settlements, {} facilities; policy {}, steerable share {}",
            visible(prepared.name_en.as_ref().unwrap_or(&network.name)),
            network.year,
            network.settlements.len(),
            network.facilities.len(),
            plan.policy,
            percent(prepared.problem.gamma)
        ),
        format!(
            "Objective       {} a year, proven within {:.4} % ({}, {}, {:.1} s); {} a head for treatment",
            yuan(plan.objective),
            100.0 * plan.bounds.gap(),
            plan.backend,
            plan.method,
            plan.seconds,
            show(values, "cost_per_head", yuan)
        ),
        format!(
            "First contact   {} of elective cases begin at primary care; {} of visits are treated there",
            show(values, "first_contact", percent),
            show(values, "primary_visits", percent)
        ),
        format!(
            "Near home       {} of cases and {} of stays are treated in the patient's own county or district group",
            show(values, "in_county_all_of_demand", percent),
            show(values, "in_county_ip_of_demand", percent)
        ),
        format!(
            "Stays           primary {}, county {}, city {}, provincial and above {}",
            show(values, "ip_share_primary", percent),
            show(values, "ip_share_county", percent),
            show(values, "ip_share_city", percent),
            show(values, "ip_share_top", percent)
        ),
        format!(
            "Referrals       {} up and {} down a year; travel {} minutes a case",
            show(values, "up_referrals", whole),
            show(values, "down_referrals", whole),
            show(values, "travel_minutes_per_case", |x| grouped(x, 1))
        ),
        format!(
            "Not as wished   {} cases unserved ({}), {} turned away from where they would have gone ({})",
            show(values, "unmet", whole),
            show(values, "unmet_share", percent),
            show(values, "displaced", whole),
            show(values, "displaced_share", percent)
        ),
        format!(
            "Beds in use     primary {}, county {}, city {}; {} facilities full of patients, {} short of doctors",
            show(values, "occ_primary", percent),
            show(values, "occ_county", percent),
            show(values, "occ_city", percent),
            show(values, "over_occupied", whole),
            show(values, "doctors_full", whole)
        ),
        format!("Targets         {}", targets(&plan.shortfalls)),
        format!("Worth most      {}", worth(prepared, plan)),
    ]
}

fn value(values: &Values, name: &str) -> Option<f64> {
    values.get(name).copied()
}

/// A value for people; a dash when it is undefined.
fn show(values: &Values, name: &str, format: impl Fn(f64) -> String) -> String {
    value(values, name).map_or_else(|| "-".to_string(), format)
}

fn whole(x: f64) -> String {
    grouped(x, 0)
}

/// Which targets are missed and by how much, dearest first.
fn targets(shortfalls: &[Shortfall]) -> String {
    let mut missed: BTreeMap<&str, (usize, f64)> = BTreeMap::new();
    for s in shortfalls.iter().filter(|s| s.short > 1e-6 * s.wanted.abs().max(1.0)) {
        let entry = missed.entry(&s.target).or_default();
        *entry = (entry.0 + 1, entry.1 + s.short);
    }
    if shortfalls.is_empty() {
        return "none in force".into();
    }
    if missed.is_empty() {
        return format!("all {} met", shortfalls.len());
    }
    let mut missed: Vec<_> = missed.into_iter().collect();
    missed.sort_by(|a, b| b.1.1.total_cmp(&a.1.1).then(a.0.cmp(b.0)));
    let parts: Vec<String> = missed
        .iter()
        .map(|(target, (places, short))| format!("{target} short by {} cases a year in {places}", grouped(*short, 0)))
        .collect();
    format!("{} of {} missed: {}", missed.iter().map(|m| m.1.0).sum::<usize>(), shortfalls.len(), parts.join("; "))
}

/// The bed and the doctor that would save most.
fn worth(prepared: &Prepared, plan: &ReferralPlan) -> String {
    let best = |values: &[f64], what: &str| -> Option<String> {
        let (at, most) = values.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        let facility = prepared.problem.network.facilities.get(at)?;
        (most > 0.5).then(|| {
            format!("one more {what} at {} saves up to {} a year", visible(facility.name_en.as_ref().unwrap_or(&facility.name)), yuan(most))
        })
    };
    let parts: Vec<String> = [best(&plan.marginals.bed, "bed"), best(&plan.marginals.doctor, "doctor")].into_iter().flatten().collect();
    if parts.is_empty() { "no bed or doctor is scarce".into() } else { parts.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shortfall(target: &str, short: f64) -> Shortfall {
        Shortfall { target: target.into(), place: None, wanted: 1000.0, short, price: 0.0 }
    }

    #[test]
    fn targets_are_counted_and_rounding_is_not_a_miss() {
        assert_eq!(targets(&[]), "none in force");
        assert_eq!(targets(&[shortfall("in_county", 1e-9)]), "all 1 met");
        let text =
            targets(&[shortfall("in_county", 10.0), shortfall("in_county", 5.0), shortfall("first_contact", 2000.0), shortfall("x", 0.0)]);
        assert_eq!(text, "3 of 4 missed: first_contact short by 2,000 cases a year in 1; in_county short by 15 cases a year in 2");
    }

    #[test]
    fn an_undefined_value_is_a_dash() {
        let values = Values::from([("a".to_string(), 0.25)]);
        assert_eq!((show(&values, "a", percent), show(&values, "b", percent)), ("25.0 %".to_string(), "-".to_string()));
    }
}
