//! Putting a [`Problem`] together: the case's tables, then the policy pack, then the scenario, each replacing what it names.

use super::choice::{Calibration, Coefficients, Conditions};
use super::congestion::{Crowd, Queue, settle};
use super::problem::{Choosing, Problem, ProblemError};
use crate::network::codes::{self, Rule};
use crate::network::problem::nearest;
use crate::network::{Arcs, Case, CaseClass, Facility, Kind, Network, Tier, TierTable};
use crate::policy::years::{self, BASE_ADMISSIONS_PER_HEAD, BASE_VISITS_PER_HEAD};
use crate::policy::{Limits, PolicyPack, Prices, Scenario, Targets, UsePrices};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;

/// Names that are listed when one of them was missed; of more only the nearest is told.
const FEW: usize = 30;
/// Most beds or doctors that a scenario may add at a facility.
const MOST_EXTRA: f64 = 1e5;
/// Highest price of using a facility, yuan a bed-day or a doctor-year.
const MOST_PRICE: f64 = 1e12;

impl Problem {
    /// Puts together the problem of a case under a policy pack and a scenario.
    ///
    /// The choice model is calibrated on the case as it is: unscaled rates, fund shares of the tables, default prices and limits, all
    /// facilities open. The scenario then changes what patients see with the constants kept, unless it asks for `recalibrate`. Shares
    /// never depend on demand multipliers, except through waiting where `choice.waiting_weight` is given. Patients do not choose
    /// facilities that the scenario closes.
    ///
    /// Fund shares patients see: of each tier `choice.fund_share`, else `payment.fund_share`, else the table's. Lengths of stay: the
    /// scenario's factor, else the pack's. Beds: table x `beds_factor` x the tier's factor + extra, unrounded; 0 when closed. What
    /// `usable_beds` and `usable_doctors` give stands in the place of beds (doctors) x `avail`.
    ///
    /// Complexity: O(first-contact arcs x classes), in parallel.
    ///
    /// # Errors
    /// All names and numbers of the scenario that do not fit the case, at once.
    pub fn assemble(case: &Case, arcs: Arc<Arcs>, pack: &PolicyPack, scenario: &Scenario) -> Result<Self, Vec<ProblemError>> {
        let network = &case.network;
        let mut door = Door::default();
        let parts = Parts::read(network, pack, scenario, &mut door);
        if arcs.first_start.len() != network.settlements.len() + 1 {
            let message = "one entry more than the case has settlements is wanted";
            door.say(&codes::SETTING_OUT_OF_RANGE, &["arcs"], &arcs.first_start.len(), message.into());
        }
        door.close()?;
        let Parts {
            prices,
            use_prices,
            limits,
            targets,
            gamma,
            classes,
            demand,
            open,
            beds,
            doctors,
            tele,
            aid,
            tiers,
            seen,
            waiting_weight,
        } = parts;

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
        let (choice, shares, congestion, waiting) = if let Some(weight) = waiting_weight {
            let crowd = Crowd { weight, doctors: &doctors, demand: &demand, recalibrate: recalibrate.then_some(&case.observed) };
            let settled = settle(&changed, &Queue::default(), &crowd, &constants);
            constants = settled.constants;
            let shares = Conditions { waiting: Some(&settled.waiting), ..changed }.model_shares(&constants);
            (settled.choice, shares, Some(settled.report), Some(settled.waiting))
        } else {
            (changed.shares(&constants), changed.model_shares(&constants), None, None)
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
            use_prices,
            limits,
            targets,
            hard_targets: scenario.hard_targets,
            hard_service: scenario.hard_service,
            gamma,
            demand,
            choice,
            choosing: Choosing { tiers: seen, open, waiting },
            calibration,
            beds,
            doctors,
            tele,
            aid,
            switches: scenario.switches.clone(),
        })
    }
}

/// Everything of a scenario that does not fit a network, without putting the problem together. `O(tables)`.
#[must_use]
pub fn misfits(network: &Network, pack: &PolicyPack, scenario: &Scenario) -> Vec<ProblemError> {
    let mut door = Door::default();
    Parts::read(network, pack, scenario, &mut door);
    door.problems
}

/// What pack and scenario make of the tables.
struct Parts {
    prices: Prices,
    use_prices: UsePrices,
    limits: Limits,
    targets: Targets,
    gamma: f64,
    classes: Vec<CaseClass>,
    demand: Vec<f64>,
    open: Vec<bool>,
    beds: Vec<f64>,
    doctors: Vec<f64>,
    tele: Vec<bool>,
    aid: Vec<f64>,
    tiers: TierTable,
    seen: TierTable,
    waiting_weight: Option<f64>,
}

impl Parts {
    fn read(network: &Network, pack: &PolicyPack, scenario: &Scenario, door: &mut Door) -> Self {
        let (tiers, seen) = fund_shares(network, scenario, door);
        let open = open(network, scenario, door);
        switches(scenario, door);
        Self {
            prices: prices(scenario, door),
            use_prices: use_prices(network, scenario, door),
            limits: limits(scenario, door),
            targets: targets(pack, scenario, door),
            gamma: door.within(&["gamma"], scenario.gamma.unwrap_or(pack.gamma), 0.0, 1.0),
            classes: classes(network, pack, scenario, door),
            demand: demand(network, pack, scenario, door),
            beds: capacity(network, &Supply::beds(scenario), &open, door),
            doctors: capacity(network, &Supply::doctors(scenario), &open, door),
            open,
            tele: tele(network, scenario, door),
            aid: aid(network, scenario, door),
            tiers,
            seen,
            waiting_weight: scenario.choice.waiting_weight.map(|w| door.within(&["choice", "waiting_weight"], w, f64::NEG_INFINITY, 0.0)),
        }
    }
}

/// Collects everything that is wrong before anything is refused.
#[derive(Default)]
struct Door {
    problems: Vec<ProblemError>,
}

impl Door {
    fn say(&mut self, rule: &'static Rule, path: &[&str], value: &dyn Display, message: String) {
        let path = path.iter().map(|p| (*p).to_owned()).collect();
        self.problems.push(ProblemError { rule, path, value: value.to_string(), message, remedy: rule.remedy.into() });
    }

    /// A name that is not among those known, with the nearest of them.
    fn unknown<'n>(
        &mut self,
        rule: &'static Rule,
        path: &[&str],
        value: &str,
        what: &str,
        known: &(impl Iterator<Item = &'n str> + Clone),
    ) {
        self.say(rule, path, &value, format!("this is no {what}"));
        let count = known.clone().count();
        let list = || known.clone().collect::<Vec<_>>().join(", ");
        if let Some(problem) = self.problems.last_mut() {
            problem.remedy = match nearest(value, known.clone()) {
                Some(like) if count > FEW => format!("perhaps `{like}` is meant"),
                Some(like) => format!("perhaps `{like}` is meant; there are {}", list()),
                None if count > FEW => rule.remedy.into(),
                None => format!("use one of {}", list()),
            };
        }
    }

    /// `value` when it is finite and within the range, else a problem. A negative zero comes out as zero.
    fn within(&mut self, path: &[&str], value: f64, low: f64, high: f64) -> f64 {
        if !(value.is_finite() && low <= value && value <= high) {
            let message = match (low.is_finite(), high.is_finite()) {
                (true, true) => format!("must be from {low} to {high}"),
                (true, false) => format!("must be {low} or more"),
                (false, true) => format!("must be {high} or less"),
                (false, false) => "must be a number".into(),
            };
            self.say(&codes::SETTING_OUT_OF_RANGE, path, &value, message);
        }
        value + 0.0
    }

    fn close(self) -> Result<(), Vec<ProblemError>> {
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems) }
    }
}

fn prices(scenario: &Scenario, door: &mut Door) -> Prices {
    let mut prices = Prices::default();
    for (name, value) in &scenario.prices {
        match prices.by_name(name) {
            Some(place) => *place = door.within(&["prices", name], *value, 0.0, f64::INFINITY),
            None => door.unknown(&codes::TOML_KEY_UNKNOWN, &["prices", name], name, "price", &Prices::NAMES.iter().copied()),
        }
    }
    prices
}

fn limits(scenario: &Scenario, door: &mut Door) -> Limits {
    let mut limits = Limits::default();
    for (name, value) in &scenario.limits {
        let high = if name == "emergency_minutes" { f64::INFINITY } else { 1.0 };
        match limits.by_name(name) {
            Some(place) => *place = door.within(&["limits", name], *value, 0.0, high),
            None => door.unknown(&codes::TOML_KEY_UNKNOWN, &["limits", name], name, "limit", &Limits::NAMES.iter().copied()),
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
            *place = Some(door.within(&["targets", name], value, 0.0, 1.0));
        }
    }
    for name in &scenario.targets_off {
        if given.by_name(name).is_some_and(|v| v.is_some()) {
            door.say(&codes::TARGET_BOTH, &["targets_off"], name, format!("`targets` sets `{name}`, `targets_off` drops it"));
        }
        match targets.by_name(name) {
            Some(place) => *place = None,
            None => door.unknown(&codes::NAME_UNKNOWN, &["targets_off"], name, "target", &Targets::NAMES.iter().copied()),
        }
    }
    targets
}

fn classes(network: &Network, pack: &PolicyPack, scenario: &Scenario, door: &mut Door) -> Vec<CaseClass> {
    let factor = match scenario.demand.length_of_stay {
        Some(factor) => door.within(&["demand", "length_of_stay"], factor, 0.01, 100.0),
        None => pack.length_of_stay,
    };
    let longer = |k: &CaseClass| CaseClass { acute_days: k.acute_days * factor, recovery_days: k.recovery_days * factor, ..k.clone() };
    network.classes.iter().map(longer).collect()
}

/// `D[i,k] = N_i * rate_k * (per head of the year / per head of the rates) * multiplier_k`.
fn demand(network: &Network, pack: &PolicyPack, scenario: &Scenario, door: &mut Door) -> Vec<f64> {
    let (visits, admissions) = per_head(pack, scenario, door);
    for (code, factor) in &scenario.demand.multipliers {
        door.within(&["demand", "multipliers", code], *factor, 0.0, 1000.0);
        if !network.classes.iter().any(|k| &k.code == code) {
            let known = network.classes.iter().map(|k| k.code.as_str());
            door.unknown(&codes::NAME_UNKNOWN, &["demand", "multipliers", code], code, "case class of the case", &known);
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
    let known = years.first().zip(years.last()).map_or_else(String::new, |(a, b)| format!("must be a year from {} to {}", a.year, b.year));
    door.say(&codes::SETTING_OUT_OF_RANGE, &["demand", "year"], &year, known);
    (pack.visits_per_head, pack.admissions_per_head)
}

/// Tells every code of a list that is no facility; `keyed` when the codes are keys of a table.
fn known_facilities<'a>(network: &Network, path: [&str; 2], keyed: bool, given: impl Iterator<Item = &'a String>, door: &mut Door) {
    for code in given.filter(|code| !network.facilities.iter().any(|f| &f.code == *code)) {
        let whole = [path[0], path[1], code];
        let known = network.facilities.iter().map(|f| f.code.as_str());
        door.unknown(&codes::NAME_UNKNOWN, &whole[..if keyed { 3 } else { 2 }], code, "facility of the case", &known);
    }
}

fn open(network: &Network, scenario: &Scenario, door: &mut Door) -> Vec<bool> {
    known_facilities(network, ["capacity", "closed"], false, scenario.capacity.closed.iter(), door);
    network.facilities.iter().map(|f| f.siting.exist && !scenario.capacity.closed.contains(&f.code)).collect()
}

/// One kind of capacity and how the scenario changes it.
struct Supply<'a> {
    name: &'static str,
    table: fn(&Facility) -> f64,
    factor: Option<f64>,
    by_tier: &'a BTreeMap<Tier, f64>,
    extra: &'a BTreeMap<String, f64>,
    usable: &'a BTreeMap<String, f64>,
}

impl<'a> Supply<'a> {
    fn beds(scenario: &'a Scenario) -> Self {
        let c = &scenario.capacity;
        let table = |f: &Facility| f64::from(f.beds.0);
        Self { name: "beds", table, factor: c.beds_factor, by_tier: &c.beds_by_tier, extra: &c.extra_beds, usable: &c.usable_beds }
    }

    fn doctors(scenario: &'a Scenario) -> Self {
        let c = &scenario.capacity;
        Self {
            name: "doctors",
            table: |f| f.doctors.0,
            factor: None,
            by_tier: &c.doctors_by_tier,
            extra: &c.extra_doctors,
            usable: &c.usable_doctors,
        }
    }
}

fn capacity(network: &Network, supply: &Supply<'_>, open: &[bool], door: &mut Door) -> Vec<f64> {
    let name = supply.name;
    let (factor, by_tier, extra_key) = (format!("{name}_factor"), format!("{name}_by_tier"), format!("extra_{name}"));
    let usable_key = format!("usable_{name}");
    let all = door.within(&["capacity", &factor], supply.factor.unwrap_or(1.0), 0.0, 1000.0);
    for (tier, factor) in supply.by_tier {
        door.within(&["capacity", &by_tier, tier.code()], *factor, 0.0, 1000.0);
    }
    known_facilities(network, ["capacity", &extra_key], true, supply.extra.keys(), door);
    known_facilities(network, ["capacity", &usable_key], true, supply.usable.keys(), door);
    let changed = |(j, f): (usize, &Facility)| {
        let grown = (supply.table)(f) * all * supply.by_tier.get(&f.tier).copied().unwrap_or(1.0);
        let extra =
            supply.extra.get(&f.code).map_or(0.0, |extra| door.within(&["capacity", &extra_key, &f.code], *extra, -grown, MOST_EXTRA));
        let whole = if open[j] { grown + extra } else { 0.0 };
        let Some(usable) = supply.usable.get(&f.code) else { return whole };
        // the table's share is still multiplied in later
        door.within(&["capacity", &usable_key, &f.code], *usable, 0.0, whole) / f.avail
    };
    network.facilities.iter().enumerate().map(changed).collect()
}

/// Prices of using facilities; no lists where nothing is priced.
fn use_prices(network: &Network, scenario: &Scenario, door: &mut Door) -> UsePrices {
    let mut list = |name: &str, given: &BTreeMap<String, f64>| -> Vec<f64> {
        known_facilities(network, ["capacity", name], true, given.keys(), door);
        if given.is_empty() {
            return Vec::new();
        }
        let price = |f: &Facility| given.get(&f.code).map_or(0.0, |p| door.within(&["capacity", name, &f.code], *p, 0.0, MOST_PRICE));
        network.facilities.iter().map(price).collect()
    };
    UsePrices {
        bed_day: list("bed_price", &scenario.capacity.bed_price),
        doctor_year: list("doctor_price", &scenario.capacity.doctor_price),
    }
}

/// Beds and doctors of each facility under a scenario, before `avail`, without putting the problem together. `O(tables)`.
///
/// # Errors
/// Everything of the scenario that does not fit.
pub fn supply(network: &Network, scenario: &Scenario) -> Result<(Vec<f64>, Vec<f64>), Vec<ProblemError>> {
    let mut door = Door::default();
    let open = open(network, scenario, &mut door);
    let beds = capacity(network, &Supply::beds(scenario), &open, &mut door);
    let doctors = capacity(network, &Supply::doctors(scenario), &open, &mut door);
    door.close()?;
    Ok((beds, doctors))
}

fn tele(network: &Network, scenario: &Scenario, door: &mut Door) -> Vec<bool> {
    let change = &scenario.tele;
    known_facilities(network, ["tele", "facilities"], false, change.facilities.iter(), door);
    let linked = |f: &Facility| (f.tele && !change.ignore_table) || change.tiers.contains(&f.tier) || change.facilities.contains(&f.code);
    network.facilities.iter().map(linked).collect()
}

fn aid(network: &Network, scenario: &Scenario, door: &mut Door) -> Vec<f64> {
    let shares = &scenario.aid.shares;
    known_facilities(network, ["aid", "shares"], true, shares.keys(), door);
    for (code, share) in shares {
        door.within(&["aid", "shares", code], *share, 0.0, 1.0);
    }
    network.facilities.iter().map(|f| shares.get(&f.code).copied().unwrap_or_default()).collect()
}

/// Tiers as the fund pays, and as patients see them.
fn fund_shares(network: &Network, scenario: &Scenario, door: &mut Door) -> (TierTable, TierTable) {
    let mut tiers = network.tiers;
    for (tier, share) in &scenario.payment.fund_share {
        tiers.get_mut(*tier).fund_share = door.within(&["payment", "fund_share", tier.code()], *share, 0.0, 1.0);
    }
    let mut seen = tiers;
    for (tier, share) in &scenario.choice.fund_share {
        seen.get_mut(*tier).fund_share = door.within(&["choice", "fund_share", tier.code()], *share, 0.0, 1.0);
    }
    (tiers, seen)
}

fn switches(scenario: &Scenario, door: &mut Door) {
    if let Some(deployment) = &scenario.switches.deployment {
        door.within(&["switches", "deployment", "min_per_county"], deployment.min_per_county, 0.0, 1e6);
        door.within(&["switches", "deployment", "effectiveness"], deployment.effectiveness, 0.0, 1.0);
        door.within(&["switches", "deployment", "max_share"], deployment.max_share, 0.0, 1.0);
    }
    if let Some(tolerance) = scenario.switches.fund_balance {
        door.within(&["switches", "fund_balance"], tolerance, 0.0, 1.0);
    }
}
