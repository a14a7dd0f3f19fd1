//! What a page shows beside pictures: key figures, certificate, ledger, tables, sources, assumptions.

use super::ReportInput;
use super::sentences::{asked, ledger_source, unit_name};
use super::tables::{Cell, Table, number, value, words};
use crate::indicators::{LedgerRow, Resource};
use crate::network::Evidence;
use crate::outcome::{Limit, Termination};
use crate::text::{Catalogue, Measure};
use serde::Serialize;

/// Facilities listed on the page; the rest is in the CSV table.
pub const MOST_FACILITIES: usize = 250;

/// A key figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// What.
    pub name: String,
    /// How much, with its unit.
    pub value: String,
}

/// Key figures, in the order a planner asks for them; those that are unknown are left out.
#[must_use]
pub fn key_figures(input: &ReportInput<'_>, text: &Catalogue) -> Vec<Figure> {
    const KEYS: [&str; 14] = [
        "first_contact",
        "primary_visits",
        "in_county_all_of_demand",
        "in_county_ip_of_demand",
        "down_up_ratio",
        "unmet",
        "displaced",
        "travel_minutes_per_case",
        "cost_per_head",
        "oop_share",
        "fund_balance",
        "occ_all",
        "beds_per_1000",
        "gini_access",
    ];
    let region = &input.indicators.region;
    KEYS.iter()
        .filter_map(|k| region.get(*k).map(|v| Figure { name: text.key("indicator", k), value: text.value(Measure::of_indicator(k), *v) }))
        .collect()
}

/// Objective with its parts, bounds, gap, how the run ended, and the check.
#[must_use]
pub fn certificate(input: &ReportInput<'_>, text: &Catalogue) -> Vec<Figure> {
    let p = input.plan;
    let exact = |v: f64| text.say_with("value-yuan-exact", &[("n", v.into())]);
    let row = |id: &str, value: String| Figure { name: text.say(id), value };
    let parts = &p.objective_parts;
    let gap = p.bounds.gap();
    let rows = vec![
        row("cert-objective", exact(p.objective)),
        row("part-travel", exact(parts.travel)),
        row("part-cost", exact(parts.cost)),
        row("part-over-treatment", exact(parts.over_treatment)),
        row("part-unmet-displaced", exact(parts.unmet_displaced)),
        row("part-shortfall", exact(parts.shortfall)),
        row("part-capacity-use", exact(parts.capacity_use)),
        row("cert-primal", exact(p.bounds.primal)),
        row("cert-dual", exact(p.bounds.dual)),
        row("cert-gap", self::gap(gap)),
        row("cert-termination", text.say(termination(p.termination))),
        row("cert-check", text.say_with("report-violations", &[("n", input.violations.into())])),
        row("cert-backend", format!("{}, {}", p.backend, p.method)),
        row("cert-seconds", text.say_with("cert-seconds-value", &[("n", p.seconds.into())])),
        row("cert-version", format!("fenji {}", p.fenji)),
    ];
    // nothing is said of prices of use where there are none
    rows.into_iter().filter(|r| parts.capacity_use != 0.0 || r.name != text.say("part-capacity-use")).collect()
}

pub(super) const fn termination(t: Termination) -> &'static str {
    match t {
        Termination::Optimal => "termination-optimal",
        Termination::Feasible(Limit::Time) => "termination-feasible-time",
        Termination::Feasible(Limit::Iterations) => "termination-feasible-iterations",
        Termination::Feasible(Limit::Interrupted) => "termination-feasible-interrupted",
        Termination::Feasible(Limit::Numerics) => "termination-feasible-numerics",
        Termination::NoSolution(_) => "termination-no-solution",
        Termination::Infeasible => "termination-infeasible",
        Termination::Unbounded => "termination-unbounded",
    }
}

/// Rows of the ledger that `keep` lets through; the price column only where the model had such a row.
#[must_use]
pub fn ledger(input: &ReportInput<'_>, text: &Catalogue, id: &str, keep: impl Fn(&LedgerRow) -> bool) -> Table {
    let judged = id != "ledger-unjudged";
    let mut heads = vec![("col-target", false), ("col-area", false), ("col-target-value", true)];
    if judged {
        heads.extend([("col-attainable", true), ("col-planned", true), ("col-gap", true), ("col-met", false), ("col-price", true)]);
    }
    heads.extend([("col-unit", false), ("col-source", false), ("col-sure", false)]);
    let mut table = Table::new(id, text, &heads);
    for r in input.indicators.ledger.iter().filter(|r| keep(r)) {
        let m = Measure::of_unit(&r.unit);
        let area = r
            .area
            .and_then(|a| input.problem.network.areas.get(a.index()))
            .map_or_else(|| text.say("whole-region"), |a| text.place(&a.name, a.name_en.as_deref()));
        let asked = Cell { text: asked(text, m, r.sense, r.target, r.upper), sort: Some(r.target) };
        let mut cells = vec![words(text.key("target", &r.key)), words(area), asked];
        if judged {
            let gap = r.gap.map_or_else(
                || words(text.say("cell-none")),
                |g| Cell {
                    text: if m == Measure::Share { text.say_with("value-points", &[("n", g.into())]) } else { text.value(m, g) },
                    sort: Some(g),
                },
            );
            let met = words(text.say(match r.met {
                Some(true) => "ledger-met",
                Some(false) => "ledger-missed",
                None => "cell-none",
            }));
            cells.extend([value(text, m, r.attainable), value(text, m, r.planned), gap, met, value(text, Measure::Yuan, r.price)]);
        }
        cells.extend([words(unit_name(text, &r.unit)), words(ledger_source(input, text, r)), words(text.key("sure", &r.sure))]);
        table.rows.push(cells);
    }
    table
}

/// A table of values by name, one row each; columns that no row knows are left out.
fn by_row<'v>(
    id: &str,
    text: &Catalogue,
    first: &str,
    keys: &[&str],
    rows: impl Iterator<Item = (String, &'v crate::indicators::Values)> + Clone,
) -> Table {
    let keys: Vec<&str> = keys.iter().copied().filter(|k| rows.clone().any(|(_, v)| v.contains_key(*k))).collect();
    let mut table = Table::new(id, text, &[(first, false)]);
    table.heads.extend(keys.iter().map(|k| super::tables::Head { text: text.key("indicator", k), numeric: true }));
    for (name, values) in rows {
        let mut cells = vec![words(name)];
        cells.extend(keys.iter().map(|k| match (Measure::of_indicator(k), values.get(*k)) {
            (Measure::Count, Some(v)) => number(text, *v, 0),
            (m, v) => value(text, m, v.copied()),
        }));
        table.rows.push(cells);
    }
    table
}

/// Areas.
#[must_use]
pub fn areas(input: &ReportInput<'_>, text: &Catalogue) -> Table {
    let keys = [
        "population",
        "beds_per_1000",
        "doctors_per_1000",
        "first_contact",
        "primary_visits",
        "in_county_all_of_demand",
        "in_county_ip_of_demand",
        "unmet",
        "displaced",
        "cost_per_head",
        "oop_share",
        "fund_balance",
        "travel_minutes_per_case",
        "mean_minutes_rank3",
        "access_index",
    ];
    let rows =
        input.problem.network.areas.iter().zip(&input.indicators.by_area).map(|(a, v)| (text.place(&a.name, a.name_en.as_deref()), v));
    by_row("areas", text, "col-area", &keys, rows)
}

/// Tiers.
#[must_use]
pub fn tiers(input: &ReportInput<'_>, text: &Catalogue) -> Table {
    let keys = [
        "facilities",
        "beds",
        "doctors",
        "visits",
        "admissions",
        "visit_share",
        "stay_share",
        "first_contact_share",
        "occupancy",
        "doctor_load",
        "cost",
        "cost_per_visit",
        "cost_per_stay",
        "referred_up",
        "received_up",
        "stepped_down",
        "received_down",
        "unserved",
    ];
    by_row("tiers", text, "col-tier", &keys, input.indicators.by_tier.iter().map(|(t, v)| (text.key("tier", t.code()), v)))
}

/// The facilities worth showing, most loaded or most worthwhile first, and how many there are.
#[must_use]
pub fn facilities(input: &ReportInput<'_>, text: &Catalogue) -> (Table, usize) {
    let network = &input.problem.network;
    let loads = &input.indicators.facilities;
    let all = network.facilities.len();
    let mut order: Vec<usize> = (0..all).collect();
    if all > MOST_FACILITIES {
        let worth = |j: usize| loads[j].bed_worth.max(loads[j].doctor_worth);
        let load = |j: usize| loads[j].occupancy.unwrap_or(0.0).max(loads[j].doctor_load.unwrap_or(0.0));
        // Hospitals first: they are few, and every planner asks for them.
        order.sort_by(|a, b| {
            let hospital = |j: usize| network.facilities[j].rank() >= 3;
            hospital(*b).cmp(&hospital(*a)).then(worth(*b).total_cmp(&worth(*a))).then(load(*b).total_cmp(&load(*a))).then(a.cmp(b))
        });
        order.truncate(MOST_FACILITIES);
    }
    let heads = [
        ("col-facility", false),
        ("col-tier", false),
        ("col-area", false),
        ("col-beds", true),
        ("col-doctors", true),
        ("col-occupancy", true),
        ("col-load", true),
        ("col-visits", true),
        ("col-stays", true),
        ("col-first-contacts", true),
        ("col-referred-up", true),
        ("col-received-up", true),
        ("col-stepped-down", true),
        ("col-received-down", true),
        ("col-unserved", true),
        ("col-bed-worth", true),
        ("col-doctor-worth", true),
    ];
    let mut table = Table::new("facilities", text, &heads);
    for j in order {
        let (f, l) = (&network.facilities[j], &loads[j]);
        let area = f
            .area
            .and_then(|a| network.areas.get(a.index()))
            .map_or_else(|| text.say("cell-none"), |a| text.place(&a.name, a.name_en.as_deref()));
        let mut row = vec![words(text.place(&f.name, f.name_en.as_deref())), words(text.key("tier", f.tier.code())), words(area)];
        row.extend([
            number(text, l.beds, 0),
            number(text, l.doctors, 1),
            value(text, Measure::Share, l.occupancy),
            value(text, Measure::Share, l.doctor_load),
        ]);
        row.extend(l.counts().map(|v| number(text, v, 0)));
        table.rows.push(row);
    }
    (table, all)
}

/// Facilities at a limit.
#[must_use]
pub fn bottlenecks(input: &ReportInput<'_>, text: &Catalogue) -> Table {
    let heads = [
        ("col-facility", false),
        ("col-tier", false),
        ("col-resource", false),
        ("col-share", true),
        ("col-value", true),
        ("col-worth", true),
    ];
    let mut table = Table::new("bottlenecks", text, &heads);
    for b in input.indicators.bottlenecks.iter().take(100) {
        let Some(f) = input.problem.network.facilities.get(b.facility.index()) else { continue };
        let resource = text.say(match b.resource {
            Resource::Beds => "resource-beds",
            Resource::Doctors => "resource-doctors",
        });
        table.rows.push(vec![
            words(text.place(&f.name, f.name_en.as_deref())),
            words(text.key("tier", f.tier.code())),
            words(resource),
            value(text, Measure::Share, Some(b.share)),
            number(text, b.capacity, 1),
            value(text, Measure::Yuan, Some(b.worth)),
        ]);
    }
    table
}

/// All indicators of the region.
#[must_use]
pub fn indicators(input: &ReportInput<'_>, text: &Catalogue) -> Table {
    let mut table = Table::new("indicators", text, &[("col-indicator", false), ("col-value", true), ("col-key", false)]);
    for (k, v) in &input.indicators.region {
        table.rows.push(vec![words(text.key("indicator", k)), value(text, Measure::of_indicator(k), Some(*v)), words(k.as_str())]);
    }
    table
}

/// Where the numbers of the case come from.
#[must_use]
pub fn provenance(input: &ReportInput<'_>, text: &Catalogue) -> Table {
    let heads = [("col-table", false), ("col-column", false), ("col-evidence", false), ("col-rule", false), ("col-source", false)];
    let mut table = Table::new("provenance", text, &heads);
    for p in &input.problem.network.provenance {
        let evidence = text.say(match p.evidence {
            Evidence::Observed => "evidence-observed",
            Evidence::Modelled => "evidence-modelled",
            Evidence::Assumed => "evidence-assumed",
        });
        let rule = text.own(&p.rule, p.rule_zh.as_deref());
        let source = text.own(&p.source, p.source_zh.as_deref());
        table.rows.push([p.table.as_str(), &p.column, &evidence, rule, source].map(|s| words(crate::text::clean(s))).to_vec());
    }
    table
}

/// Prices and limits in force.
#[must_use]
pub fn assumptions(input: &ReportInput<'_>, text: &Catalogue) -> Vec<Figure> {
    let (p, l) = (&input.problem.prices, &input.problem.limits);
    let yuan = |v: f64| text.money(v);
    let times = |v: f64| text.exact(v, 1);
    [
        ("param-gamma", text.percent(input.problem.gamma)),
        ("param-minute", yuan(p.minute)),
        ("param-over-treatment", yuan(p.over_treatment)),
        ("param-referral", yuan(p.referral)),
        ("param-redirect", yuan(p.redirect)),
        ("param-recovery-day-saving", yuan(p.recovery_day_saving)),
        ("param-unmet-factor", times(p.unmet_factor)),
        ("param-displaced-share", text.percent(p.displaced_share)),
        ("param-target-shortfall", yuan(p.target_shortfall)),
        ("param-base-rate", yuan(p.base_rate)),
        ("param-emergency-minutes", text.minutes(l.emergency_minutes)),
        ("param-step-down-max", text.percent(l.step_down_max)),
        ("param-redirect-max", text.percent(l.redirect_max)),
        ("param-tele-share", text.percent(l.tele_share)),
    ]
    .into_iter()
    .map(|(id, value)| Figure { name: text.say(id), value })
    .collect()
}

/// A relative gap for people: per cent, four decimals where there is something to see.
pub fn gap(gap: f64) -> String {
    match gap {
        g if !g.is_finite() => "∞".into(),
        g if g <= 0.0 => "0 %".into(),
        g if g < 1e-6 => "< 0.0001 %".into(),
        g if g < 0.1 => format!("{:.4} %", 100.0 * g),
        g => format!("{:.1} %", 100.0 * g),
    }
}
