//! Putting a [`Problem`] together: the case's tables, then the policy pack, then the scenario, each replacing what it names.

use super::choice::{Calibration, Coefficients, Conditions};
use super::congestion::{Crowd, Queue, settle};
use super::problem::{Problem, ProblemError};
use crate::network::{Arcs, Case, CaseClass, Facility, Kind, Network, Tier, TierTable};
use crate::policy::years::{self, BASE_ADMISSIONS_PER_HEAD, BASE_VISITS_PER_HEAD};
use crate::policy::{Limits, PolicyPack, Prices, Scenario, Targets};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Problem {
    /// Puts together the problem of a case under a policy pack and a scenario.
    ///
    /// The choice model is calibrated on the case as it is: unscaled rates, fund shares of the tables, default prices and limits, all
    /// facilities open. The scenario then changes what patients see with the constants kept, unless it asks for `recalibrate`. Shares
    /// never depend on demand multipliers, except through waiting where `choice.waiting_weight` is given. Patients do not choose
    /// facilities that the scenario closes.
    ///
    /// Fund shares patients see: of each tier `choice.fund_share`, else `payment.fund_share`, else the table's. Lengths of stay: the
    /// scenario's factor, else the pack's. Beds: table x `beds_factor` x the tier's factor + extra, unrounded; 0 when closed.
    ///
    /// Complexity: O(first-contact arcs x classes), in parallel.
    ///
    /// # Errors
    /// All names and numbers of the scenario that do not fit the case, at once.
    pub fn assemble(case: &Case, arcs: Arc<Arcs>, pack: &PolicyPack, scenario: &Scenario) -> Result<Self, Vec<ProblemError>> {
        let network = &case.network;
        let mut door = Door::default();
        let prices = prices(scenario, &mut door);
        let limits = limits(scenario, &mut door);
        let targets = targets(pack, scenario, &mut door);
        let gamma = door.within("gamma", scenario.gamma.unwrap_or(pack.gamma), 0.0, 1.0);
        let classes = classes(network, pack, scenario, &mut door);
        let demand = demand(network, pack, scenario, &mut door);
        let open = open(network, scenario, &mut door);
        let beds = capacity(network, &Supply::beds(scenario), &open, &mut door);
        let doctors = capacity(network, &Supply::doctors(scenario), &open, &mut door);
        let tele = tele(network, scenario, &mut door);
        let (tiers, seen) = fund_shares(network, scenario, &mut door);
        switches(scenario, &mut door);
        let waiting_weight = scenario.choice.waiting_weight.map(|w| door.within("choice.waiting_weight", w, f64::NEG_INFINITY, 0.0));
        if arcs.first_start.len() != network.settlements.len() + 1 {
            #[allow(clippy::cast_precision_loss)] // a count of table rows
            let value = arcs.first_start.len() as f64;
            door.problems.push(ProblemError::OutOfRange {
                field: "arcs".into(),
                value,
                expected: "one entry more than the case has settlements".into(),
            });
        }
        door.close()?;

        let base = Conditions {
            network,
            arcs: &arcs,
            tiers: &network.tiers,
            prices: &Prices::default(),
            limits: &Limits::default(),
            open: None,
            waiting: None,
            coefficients: Coefficients::default(),
        };
        let changed = Conditions { tiers: &seen, prices: &prices, limits: &limits, open: Some(&open), ..base };
        let recalibrate = scenario.choice.recalibrate;
        let (mut constants, rounds) = if recalibrate { &changed } else { &base }.calibrate(&case.observed);
        let (choice, shares, congestion) = if let Some(weight) = waiting_weight {
            let crowd = Crowd { weight, doctors: &doctors, demand: &demand, recalibrate: recalibrate.then_some(&case.observed) };
            let settled = settle(&changed, &Queue::default(), &crowd, &constants);
            constants = settled.constants;
            let shares = Conditions { waiting: Some(&settled.waiting), ..changed }.model_shares(&constants);
            (settled.choice, shares, Some(settled.report))
        } else {
            (changed.shares(&constants), changed.model_shares(&constants), None)
        };
        let calibration = Calibration {
            visits: constants[0],
            stays: constants[1],
            observed_visits: case.observed.visits,
            observed_stays: case.observed.stays,
            model_visits: shares[0],
            model_stays: shares[1],
            rounds,
            congestion,
        };
        Ok(Self {
            network: Arc::new(case.network.clone()),
            arcs,
            classes,
            tiers,
            prices,
            limits,
            targets,
            hard_targets: scenario.hard_targets,
            hard_service: scenario.hard_service,
            gamma,
            demand,
            choice,
            calibration,
            beds,
            doctors,
            tele,
            switches: scenario.switches.clone(),
        })
    }
}

/// Collects everything that is wrong before anything is refused.
#[derive(Default)]
struct Door {
    problems: Vec<ProblemError>,
}

impl Door {
    fn unknown(&mut self, field: &str, value: &str, expected: impl Into<String>) {
        self.problems.push(ProblemError::UnknownName { field: field.into(), value: value.into(), expected: expected.into() });
    }

    /// `value` when it is finite and within the range, else a problem.
    fn within(&mut self, field: &str, value: f64, low: f64, high: f64) -> f64 {
        if !(value.is_finite() && low <= value && value <= high) {
            let expected = match (low.is_finite(), high.is_finite()) {
                (true, true) => format!("between {low} and {high}"),
                (true, false) => format!("a number, {low} or more"),
                (false, true) => format!("a number, {high} or less"),
                (false, false) => "a number".into(),
            };
            self.problems.push(ProblemError::OutOfRange { field: field.into(), value, expected });
        }
        value
    }

    fn close(self) -> Result<(), Vec<ProblemError>> {
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems) }
    }
}

fn prices(scenario: &Scenario, door: &mut Door) -> Prices {
    let mut prices = Prices::default();
    for (name, value) in &scenario.prices {
        match prices.by_name(name) {
            Some(place) => *place = door.within(&format!("prices.{name}"), *value, 0.0, f64::INFINITY),
            None => door.unknown("prices", name, format!("one of {}", Prices::NAMES.join(", "))),
        }
    }
    prices
}

fn limits(scenario: &Scenario, door: &mut Door) -> Limits {
    let mut limits = Limits::default();
    for (name, value) in &scenario.limits {
        let high = if name == "emergency_minutes" { f64::INFINITY } else { 1.0 };
        match limits.by_name(name) {
            Some(place) => *place = door.within(&format!("limits.{name}"), *value, 0.0, high),
            None => door.unknown("limits", name, format!("one of {}", Limits::NAMES.join(", "))),
        }
    }
    limits
}

fn targets(pack: &PolicyPack, scenario: &Scenario, door: &mut Door) -> Targets {
    let mut targets = pack.targets;
    let mut given = scenario.targets;
    for name in Targets::NAMES {
        let value = given.by_name(name).and_then(|v| *v);
        if let (Some(value), Some(place)) = (value, targets.by_name(name)) {
            *place = Some(door.within(&format!("targets.{name}"), value, 0.0, 1.0));
        }
    }
    for name in &scenario.targets_off {
        match targets.by_name(name) {
            Some(place) => *place = None,
            None => door.unknown("targets_off", name, format!("one of {}", Targets::NAMES.join(", "))),
        }
    }
    targets
}

fn classes(network: &Network, pack: &PolicyPack, scenario: &Scenario, door: &mut Door) -> Vec<CaseClass> {
    let factor = match scenario.demand.length_of_stay {
        Some(factor) => door.within("demand.length_of_stay", factor, 0.0, 10.0),
        None => pack.length_of_stay,
    };
    let longer = |k: &CaseClass| CaseClass { acute_days: k.acute_days * factor, recovery_days: k.recovery_days * factor, ..k.clone() };
    network.classes.iter().map(longer).collect()
}

/// `D[i,k] = N_i * rate_k * (per head of the year / per head of the rates) * multiplier_k`.
fn demand(network: &Network, pack: &PolicyPack, scenario: &Scenario, door: &mut Door) -> Vec<f64> {
    let (visits, admissions) = per_head(pack, scenario, door);
    for (code, factor) in &scenario.demand.multipliers {
        door.within(&format!("demand.multipliers.{code}"), *factor, 0.0, f64::INFINITY);
        if !network.classes.iter().any(|k| &k.code == code) {
            let codes: Vec<&str> = network.classes.iter().map(|k| k.code.as_str()).collect();
            door.unknown("demand.multipliers", code, format!("a class ({})", codes.join(", ")));
        }
    }
    let rates: Vec<f64> = network
        .classes
        .iter()
        .map(|k| {
            let scale = match k.kind {
                Kind::O => visits / BASE_VISITS_PER_HEAD,
                Kind::H => admissions / BASE_ADMISSIONS_PER_HEAD,
            };
            k.rate * scale * scenario.demand.multipliers.get(&k.code).copied().unwrap_or(1.0)
        })
        .collect();
    #[allow(clippy::cast_precision_loss)] // people of a settlement are far below 2^53
    network.settlements.iter().flat_map(|s| rates.iter().map(|rate| s.population.0 as f64 * rate)).collect()
}

/// Visits and admissions per head of the scenario's year, else of the pack.
fn per_head(pack: &PolicyPack, scenario: &Scenario, door: &mut Door) -> (f64, f64) {
    let Some(year) = scenario.demand.year else { return (pack.visits_per_head, pack.admissions_per_head) };
    let years = years::all().unwrap_or_default();
    if let Some(y) = years.iter().find(|y| y.year == year) {
        return (y.visits_per_head, y.admissions_per_head);
    }
    let known = years.first().zip(years.last()).map_or_else(String::new, |(a, b)| format!("a year from {} to {}", a.year, b.year));
    door.problems.push(ProblemError::OutOfRange { field: "demand.year".into(), value: f64::from(year), expected: known });
    (pack.visits_per_head, pack.admissions_per_head)
}

/// Tells every code of a list that is no facility.
fn known_facilities<'a>(network: &Network, field: &str, codes: impl Iterator<Item = &'a String>, door: &mut Door) {
    for code in codes {
        if !network.facilities.iter().any(|f| &f.code == code) {
            door.unknown(field, code, "a facility of the case");
        }
    }
}

fn open(network: &Network, scenario: &Scenario, door: &mut Door) -> Vec<bool> {
    known_facilities(network, "capacity.closed", scenario.capacity.closed.iter(), door);
    network.facilities.iter().map(|f| f.siting.exist && !scenario.capacity.closed.contains(&f.code)).collect()
}

/// One kind of capacity and how the scenario changes it.
struct Supply<'a> {
    name: &'static str,
    table: fn(&Facility) -> f64,
    factor: Option<f64>,
    by_tier: &'a BTreeMap<Tier, f64>,
    extra: &'a BTreeMap<String, f64>,
}

impl<'a> Supply<'a> {
    fn beds(scenario: &'a Scenario) -> Self {
        let c = &scenario.capacity;
        let table = |f: &Facility| f64::from(f.beds.0);
        Self { name: "beds", table, factor: c.beds_factor, by_tier: &c.beds_by_tier, extra: &c.extra_beds }
    }

    fn doctors(scenario: &'a Scenario) -> Self {
        let c = &scenario.capacity;
        Self { name: "doctors", table: |f| f.doctors.0, factor: None, by_tier: &c.doctors_by_tier, extra: &c.extra_doctors }
    }
}

fn capacity(network: &Network, supply: &Supply<'_>, open: &[bool], door: &mut Door) -> Vec<f64> {
    let name = supply.name;
    let all = door.within(&format!("capacity.{name}_factor"), supply.factor.unwrap_or(1.0), 0.0, f64::INFINITY);
    for (tier, factor) in supply.by_tier {
        door.within(&format!("capacity.{name}_by_tier.{tier}"), *factor, 0.0, f64::INFINITY);
    }
    let extra_field = format!("capacity.extra_{name}");
    known_facilities(network, &extra_field, supply.extra.keys(), door);
    let changed = |(j, f): (usize, &Facility)| {
        let grown = (supply.table)(f) * all * supply.by_tier.get(&f.tier).copied().unwrap_or(1.0);
        let Some(extra) = supply.extra.get(&f.code) else { return if open[j] { grown } else { 0.0 } };
        door.within(&format!("{extra_field}.{}", f.code), *extra, -grown, f64::INFINITY);
        if open[j] { grown + extra } else { 0.0 }
    };
    network.facilities.iter().enumerate().map(changed).collect()
}

fn tele(network: &Network, scenario: &Scenario, door: &mut Door) -> Vec<bool> {
    let change = &scenario.tele;
    known_facilities(network, "tele.facilities", change.facilities.iter(), door);
    let linked = |f: &Facility| (f.tele && !change.ignore_table) || change.tiers.contains(&f.tier) || change.facilities.contains(&f.code);
    network.facilities.iter().map(linked).collect()
}

/// Tiers as the fund pays, and as patients see them.
fn fund_shares(network: &Network, scenario: &Scenario, door: &mut Door) -> (TierTable, TierTable) {
    let mut tiers = network.tiers;
    for (tier, share) in &scenario.payment.fund_share {
        tiers.get_mut(*tier).fund_share = door.within(&format!("payment.fund_share.{tier}"), *share, 0.0, 1.0);
    }
    let mut seen = tiers;
    for (tier, share) in &scenario.choice.fund_share {
        seen.get_mut(*tier).fund_share = door.within(&format!("choice.fund_share.{tier}"), *share, 0.0, 1.0);
    }
    (tiers, seen)
}

fn switches(scenario: &Scenario, door: &mut Door) {
    if let Some(deployment) = &scenario.switches.deployment {
        door.within("switches.deployment.min_per_county", deployment.min_per_county, 0.0, f64::INFINITY);
        door.within("switches.deployment.effectiveness", deployment.effectiveness, 0.0, 1.0);
        door.within("switches.deployment.max_share", deployment.max_share, 0.0, 1.0);
    }
    if let Some(tolerance) = scenario.switches.fund_balance {
        door.within("switches.fund_balance", tolerance, 0.0, f64::INFINITY);
    }
}
