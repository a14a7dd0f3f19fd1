//! What reports say: indicators, access, equity, the ledger of targets and findings.
//!
//! Names of values and of findings are stable; `docs/findings.md` lists all of them with their units and arguments. A value that is
//! undefined (nothing over nothing, or a column that the tables do not fill) is absent: it is never 0 in place of "unknown".
//! Definitions follow policy 3.3 and model 6.19; where a denominator was open to reading, the function that makes the value says which was taken.

pub mod access;
pub mod attainable;
pub mod bottleneck;
pub mod equity;
pub mod facility;
mod findings;
mod flows;
mod ledger;
pub mod reform;
mod region;
pub mod register;
mod resources;
mod standards;
mod tally;
mod values;

use crate::demand::Problem;
use crate::ids::{AreaId, FacilityId};
use crate::network::Tier;
use crate::plan::ReferralPlan;
use crate::policy::PolicyPack;
use crate::policy::pack::TargetSense;
use crate::travel::Travel;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Values by name; names are stable snake_case, listed in `docs` of this module.
pub type Values = BTreeMap<String, f64>;

/// Everything a report says of a plan in numbers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Indicators {
    /// Of the whole region.
    pub region: Values,
    /// By area, in table order.
    pub by_area: Vec<Values>,
    /// By tier.
    pub by_tier: BTreeMap<Tier, Values>,
    /// By facility, in table order.
    pub facilities: Vec<FacilityLoad>,
    /// Spatial access.
    pub access: Access,
    /// Targets, attainable, planned, gap, price, source.
    pub ledger: Vec<LedgerRow>,
    /// What the numbers say, most valuable first.
    pub findings: Vec<Finding>,
    /// All facilities at a limit where one more would help, most valuable first.
    pub bottlenecks: Vec<Bottleneck>,
}

/// What a facility can run out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Beds (C5).
    Beds,
    /// Doctors (C6).
    Doctors,
}

/// A facility at its limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bottleneck {
    /// Facility.
    pub facility: FacilityId,
    /// What it runs out of.
    pub resource: Resource,
    /// Share of the limit in use.
    pub share: f64,
    /// Usable beds, or doctors.
    pub capacity: f64,
    /// Worth of one more, yuan a year.
    pub worth: f64,
}

/// Load of one facility.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct FacilityLoad {
    /// Beds in force times `avail`.
    pub beds: f64,
    /// Doctors in force times `avail`.
    pub doctors: f64,
    /// Bed-days a year.
    pub bed_days: f64,
    /// Bed-days over 365 x beds; `None` without beds.
    pub occupancy: Option<f64>,
    /// Left side of C6 over doctors; `None` without doctors.
    pub doctor_load: Option<f64>,
    /// Visits treated.
    pub visits: f64,
    /// Stays treated.
    pub admissions: f64,
    /// First contacts.
    pub first_contacts: f64,
    /// Cases referred up from here.
    pub referred_up: f64,
    /// Cases referred up to here.
    pub received_up: f64,
    /// Stays stepped down from here.
    pub stepped_down: f64,
    /// Stays stepped down to here.
    pub received_down: f64,
    /// Cases not served.
    pub unserved: f64,
    /// Worth of one more bed, yuan a year.
    pub bed_worth: f64,
    /// Worth of one more doctor, yuan a year.
    pub doctor_worth: f64,
}

impl FacilityLoad {
    /// Names of [`counts`](Self::counts), in order.
    pub const COUNTS: [&'static str; 10] = [
        "visits",
        "admissions",
        "first_contacts",
        "referred_up",
        "received_up",
        "stepped_down",
        "received_down",
        "unserved",
        "bed_worth",
        "doctor_worth",
    ];

    /// What is done at the facility, cases a year, and what one more bed and one more doctor are worth, yuan a year.
    #[must_use]
    pub const fn counts(&self) -> [f64; 10] {
        [
            self.visits,
            self.admissions,
            self.first_contacts,
            self.referred_up,
            self.received_up,
            self.stepped_down,
            self.received_down,
            self.unserved,
            self.bed_worth,
            self.doctor_worth,
        ]
    }
}

/// Spatial access by the hierarchical two-step floating catchment area method (model 6.18) and plain coverage.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Access {
    /// Composite index of each settlement, 1 = regional mean.
    pub index: Vec<f64>,
    /// Minutes from each settlement to the nearest facility of rank 1, 2, 3, 4 and above (cumulative: a higher rank serves the lower); `None` is unreachable.
    pub nearest_minutes: [Vec<Option<f64>>; 4],
    /// Share of people within the standard of the rank (15, 30, 60, 120 minutes).
    pub coverage: [f64; 4],
    /// Gini of the index over people.
    pub gini: f64,
    /// Theil of the index over people.
    pub theil: f64,
    /// Lorenz curve: cumulative share of people, cumulative share of access.
    pub lorenz: Vec<(f64, f64)>,
    /// Access `A_i^l` of each settlement at rank 1, 2 (doctors per head), 3, 4 (beds per head).
    pub by_rank: [Vec<f64>; 4],
    /// Supply of each rank whose catchment is not empty; `sum_i N_i A_i^l` equals it.
    pub supply: [f64; 4],
}

/// Who asks for a target.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The policy pack.
    Pack,
    /// The scenario, where the pack asks for this much.
    ScenarioInstead(f64),
    /// The scenario alone.
    Scenario,
}

/// One row of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerRow {
    /// Key of the target.
    pub key: String,
    /// Area, or the whole region.
    pub area: Option<AreaId>,
    /// Unit.
    pub unit: String,
    /// Target; the lower end of a range.
    pub target: f64,
    /// Upper end, where the target is a range.
    pub upper: Option<f64>,
    /// Direction.
    pub sense: TargetSense,
    /// What could be attained at most with today's case mix; `None` where the question makes no sense.
    pub attainable: Option<f64>,
    /// Planned; `None` when the model cannot judge it.
    pub planned: Option<f64>,
    /// Planned against target, positive when it is missed, 0 inside a range; `None` when the model cannot judge it.
    pub gap: Option<f64>,
    /// Whether it is met; `None` when the model cannot judge it.
    pub met: Option<bool>,
    /// Price of the last case toward it, yuan.
    pub price: Option<f64>,
    /// Who asks for it.
    pub origin: Origin,
    /// What the document says, and where, in the words of the policy pack; empty when only the scenario asks for it.
    pub source: String,
    /// How sure the source is.
    pub sure: String,
}

/// A finding: a message of the text catalogue with its arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Message id in the text catalogue, `finding-...`.
    pub id: String,
    /// Facility it speaks of.
    pub facility: Option<FacilityId>,
    /// Area it speaks of.
    pub area: Option<AreaId>,
    /// Numbers by argument name.
    pub numbers: BTreeMap<String, f64>,
    /// Words by argument name: names of places, keys of targets.
    pub words: BTreeMap<String, String>,
    /// For sorting: yuan a year at stake.
    pub weight: f64,
}

/// Computes everything that a plan and its tables feed, without spatial access (see [`compute_with_access`]). `O(flows + tables)`.
///
/// The plan must belong to the problem and have passed the check.
#[must_use]
pub fn compute(problem: &Problem, plan: &ReferralPlan, pack: &PolicyPack) -> Indicators {
    put_together(problem, plan, pack, None)
}

/// Computes everything, spatial access (model 6.18) included; in parallel where travel times are searched, same result at any thread count.
#[must_use]
pub fn compute_with_access(problem: &Problem, plan: &ReferralPlan, pack: &PolicyPack, travel: &Travel) -> Indicators {
    put_together(problem, plan, pack, Some(access::access(problem, travel)))
}

fn put_together(problem: &Problem, plan: &ReferralPlan, pack: &PolicyPack, access: Option<Access>) -> Indicators {
    let tallies = tally::by_area(problem, plan);
    let people: Vec<f64> = tallies.iter().map(|t| t.population).collect();
    let (facilities, work) = facility::loads(problem, plan);
    let mut region = region::region(problem, plan, &tallies, &facilities);
    let mut by_area = region::areas(plan, problem, &tallies);
    region::fund(problem, &tallies, &mut region, &mut by_area);
    resources::fill(problem, &facilities, &people, &mut region, &mut by_area);
    standards::fill(problem, &facilities, people.iter().sum(), &mut region);
    if let Some(access) = &access {
        access::fill(problem, access, &mut region, &mut by_area);
    }
    let by_tier = facility::by_tier(problem, &facilities, &work, people.iter().sum());
    let ledger = ledger::ledger(problem, plan, pack, &region, &by_area);
    let bottlenecks = bottleneck::bottlenecks(problem, &facilities);
    let access = access.unwrap_or_default();
    let mut said = Indicators { region, by_area, by_tier, facilities, access, ledger, findings: Vec::new(), bottlenecks };
    said.findings = findings::findings(problem, plan, &tallies, &said);
    said
}
