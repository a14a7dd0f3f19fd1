//! What a layout is asked (`[layout]` of a scenario file): which sites may change, what counts, what must hold.
//!
//! Levels are 1 (clinic or station), 2 (township or community centre) and 3 (county or urban secondary hospital); lists of three go from
//! level 1 to level 3. Every default names its source; `policy 2.x` is the catalogue of published figures the packs are made from, *assumed*
//! marks a modelling default without a published source.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The `[layout]` section. Everything is optional.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LayoutRules {
    /// Areas to plan, by code; empty: all.
    pub areas: Vec<String>,
    /// What is minimised, the most important first: each is optimised without giving up more than `tolerance` of those before it.
    pub objective: Vec<Objective>,
    /// Share of an earlier objective that a later one may cost (default 1e-4; assumed).
    pub tolerance: f64,
    /// Whose sites a settlement may use.
    pub catchment: Catchment,
    /// What may happen to facilities that stand today.
    pub existing: Existing,
    /// Where new sites may be opened.
    pub candidates: Candidates,
    /// A settlement is no candidate for a clinic when a site stands within this distance, km (0.5; assumed).
    pub spacing_km: f64,
    /// Existing facilities and candidate seats may rise a level.
    pub upgrade: bool,
    /// Existing facilities may fall a level.
    pub downgrade: bool,
    /// Sites that must be open, at this level or above: code of the facility, `settlement:CODE` or `township:CODE`.
    pub open: BTreeMap<String, u8>,
    /// Sites that must not be open, by code as in `open`.
    pub close: Vec<String>,
    /// Fixed cost of an open site by level, yuan a year (`0.12, 4, 60` million; policy 2.7, assumed); `fixed_cost` of facilities.csv wins.
    pub fixed_cost: [f64; 3],
    /// Trips a head and year to each level (`4.4, 1.245, 1.40`; from the rates of the case classes by the lowest capable rank).
    pub trips: [f64; 3],
    /// Centres (level 2 or above) in each township.
    pub centres: Centres,
    /// Hospitals (level 3) in each area.
    pub hospitals: Hospitals,
    /// Coverage standards (C21).
    pub coverage: Option<Coverage>,
    /// Beds (C23, C26, C27); absent: sites have no beds.
    pub beds: Option<BedRules>,
    /// Money (C24); absent: no limit.
    pub budget: Option<Budget>,
    /// C25: everyone is served by the nearest open site of the level.
    pub closest: bool,
    /// Everyone served by a centre goes to the same hospital (nested catchments).
    pub nested: bool,
    /// People a site serves at most at each level; 0: no limit.
    pub max_people: [f64; 3],
    /// Trips a year that an open site must have at least at its own level; 0: none (policy 4 L12: volume thresholds).
    pub min_visits: [f64; 3],
    /// Capability flags (C28).
    pub capability: BTreeMap<Capability, CapabilityRule>,
    /// Points of the front between two objectives; absent: none.
    pub pareto: Option<Front>,
    /// Layouts not to come back to: each the codes of its open sites. A new one differs from each in at least `differ_by` sites.
    pub exclude: Vec<Vec<String>>,
    /// Sites by which a layout must differ from those of `exclude` (1).
    pub differ_by: u32,
}

impl Default for LayoutRules {
    fn default() -> Self {
        Self {
            areas: Vec::new(),
            objective: vec![Objective::Cost],
            tolerance: 1e-4,
            catchment: Catchment::default(),
            existing: Existing::default(),
            candidates: Candidates::default(),
            spacing_km: 0.5,
            upgrade: true,
            downgrade: false,
            open: BTreeMap::new(),
            close: Vec::new(),
            fixed_cost: [0.12e6, 4.0e6, 60.0e6],
            trips: [4.4, 1.245, 1.40],
            centres: Centres::default(),
            hospitals: Hospitals::default(),
            coverage: None,
            beds: None,
            budget: None,
            closest: false,
            nested: false,
            max_people: [0.0; 3],
            min_visits: [0.0; 3],
            capability: BTreeMap::new(),
            pareto: None,
            exclude: Vec::new(),
            differ_by: 1,
        }
    }
}

/// What a layout is judged by; all are minimised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Fixed cost of sites, yearly charge of new beds, cost of capabilities, and travel at the value of time, yuan a year.
    Cost,
    /// Money alone: as `cost` without travel, yuan a year.
    Money,
    /// Travel there and back, minutes a head and year.
    Travel,
    /// People without a site in reach of the standard, summed over the levels that have one (C21).
    Coverage,
    /// The longest way of anybody to each level, minutes, summed over levels.
    Worst,
    /// The way that nine of ten people do not exceed, minutes, summed over levels.
    P90,
    /// Mean difference in minutes a trip between the people of two townships drawn at random: the Gini before it is divided by twice the mean.
    Gini,
    /// Number of clinics (level 1).
    Clinics,
}

impl Objective {
    /// All of them.
    pub const ALL: [Self; 8] = [Self::Cost, Self::Money, Self::Travel, Self::Coverage, Self::Worst, Self::P90, Self::Gini, Self::Clinics];

    /// Name as in scenario files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        ["cost", "money", "travel", "coverage", "worst", "p90", "gini", "clinics"][self as usize]
    }

    /// Unit of its value.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        ["yuan a year", "yuan a year", "minutes a head and year", "people", "minutes", "minutes", "minutes", "clinics"][self as usize]
    }
}

/// Whose sites a settlement may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Catchment {
    /// Those of its own area (the territorial principle).
    #[default]
    County,
    /// Those of its prefecture.
    Prefecture,
    /// All.
    Region,
}

/// What may happen to facilities that stand today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Existing {
    /// They stay open; they may rise a level and grow.
    #[default]
    Keep,
    /// They may be closed.
    Free,
    /// There are none: a layout from nothing.
    Ignore,
}

/// Where new sites may be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Candidates {
    /// At rows of facilities.csv with `exist` 0, and at generated places: every settlement for a clinic, every township seat for a centre or
    /// hospital, unless a site of the kind stands there.
    #[default]
    Both,
    /// At rows of facilities.csv with `exist` 0 alone.
    Case,
    /// At generated places alone.
    Generated,
    /// Nowhere.
    None,
}

/// Centres (level 2 or above) in each township: one standard centre per township (policy 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Centres {
    /// At least.
    pub min: u32,
    /// At most, or as many as stand there today when that is more.
    pub max: u32,
}

impl Default for Centres {
    fn default() -> Self {
        Self { min: 1, max: 1 }
    }
}

/// Hospitals (level 3) in each area: one or two county hospitals, more above 500,000 people (policy N2 and 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Hospitals {
    /// At least.
    pub min: u32,
    /// At most, or as many as stand there today when that is more.
    pub max: u32,
    /// One more for every started step of this many people above as many; 0: never.
    pub more_above: f64,
}

impl Default for Hospitals {
    fn default() -> Self {
        Self { min: 1, max: 2, more_above: 500_000.0 }
    }
}

/// Coverage standards: 15, 30 and 60 minutes (policy 2.4) for 90, 90 and 95 per cent of the people (model 6.8).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Coverage {
    /// Minutes by level.
    pub minutes: [f64; 3],
    /// Share of the people within them by level; 0: no standard at this level.
    pub share: [f64; 3],
    /// The share holds in every area, not only over all.
    pub by_area: bool,
}

impl Default for Coverage {
    fn default() -> Self {
        Self { minutes: [15.0, 30.0, 60.0], share: [0.90, 0.90, 0.95], by_area: false }
    }
}

/// Beds at levels 2 and 3.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BedRules {
    /// Fewest beds of an open centre and hospital (`20, 100`; hospital grades, policy 2.3); a facility that has fewer today may keep them.
    pub min: [f64; 2],
    /// Most beds of an open centre and hospital (`99, 1000`; policy 2.3); a facility that has more today may keep them.
    pub max: [f64; 2],
    /// Capital of a bed at a centre and hospital, yuan (`0.25, 0.60` million; policy 2.7, assumed); `capex_bed` of facilities.csv wins.
    pub capital: [f64; 2],
    /// Share of the capital charged a year (0.065: 30 years at 5 %; assumed).
    pub charge: f64,
    /// Beds that people need at centre and hospital per 1,000 of those they serve; the beds of a site must suffice for its catchment. 0: no such row.
    pub need_per_1000: [f64; 2],
    /// C23: fewest beds per 1,000 people at centres and at hospitals, over all.
    pub tier_min: [f64; 2],
    /// C23: most beds per 1,000 people at centres and at hospitals, over all; 0: no limit.
    pub tier_max: [f64; 2],
    /// Target of beds per 1,000 people over both (and city hospitals that stand in the areas); 0: none.
    pub target: f64,
    /// C26: once the beds of today reach `freeze_at` per 1,000, public hospitals get no more beds in all (policy N1).
    pub freeze: bool,
    /// Beds per 1,000 people at which the freeze begins (4; policy N1).
    pub freeze_at: f64,
    /// Share of the beds added that must not be public (policy T19); 0: none.
    pub social_share: f64,
    /// C27: facilities that must not grow, by code (bed use below 95 %, or stays 20 % longer than their peers: policy 2.3).
    pub no_growth: Vec<String>,
    /// Existing facilities may lose beds.
    pub shrink: bool,
    /// Generated sites are social capital, not public.
    pub social_candidates: bool,
}

impl Default for BedRules {
    fn default() -> Self {
        Self {
            min: [20.0, 100.0],
            max: [99.0, 1000.0],
            capital: [0.25e6, 0.60e6],
            charge: 0.065,
            need_per_1000: [0.0; 2],
            tier_min: [0.0; 2],
            tier_max: [0.0; 2],
            target: 0.0,
            freeze: false,
            freeze_at: 4.0,
            social_share: 0.0,
            no_growth: Vec::new(),
            shrink: false,
            social_candidates: false,
        }
    }
}

/// Money for the layout, without debt (C24; policy T20): capital of added beds, fixed cost of sites and cost of capabilities.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Yuan.
    pub yuan: f64,
    /// Whose fixed cost counts.
    #[serde(default)]
    pub counts: BudgetCounts,
}

/// Whose fixed cost counts against the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BudgetCounts {
    /// That of opened sites, and the difference of raised ones.
    #[default]
    New,
    /// That of all open sites (the text of C24).
    All,
}

/// A capability that sites may have (C28).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Hall of traditional Chinese medicine (policy N22: all centres).
    TcmHall,
    /// Point of direct settlement across provinces (policy N19: one in each county).
    Settlement,
    /// Emergency care (policy T24).
    Emergency,
    /// Paediatrics (policy T23).
    Paediatrics,
}

impl Capability {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::TcmHall, Self::Settlement, Self::Emergency, Self::Paediatrics];

    /// Name as in scenario files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        ["tcm_hall", "settlement", "emergency", "paediatrics"][self as usize]
    }
}

/// What is asked of a capability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CapabilityRule {
    /// Lowest level of a site that can have it (2).
    pub level: u8,
    /// Cost at a site that does not have it yet, yuan a year (0.2 million; assumed).
    pub cost: f64,
    /// Every site of `level` or above has it.
    pub every: bool,
    /// Sites with it in each area at least.
    pub per_area: u32,
    /// Minutes within which people should have such a site; 0: no standard.
    pub minutes: f64,
    /// Share of the people within them.
    pub share: f64,
    /// Facilities that have it today, by code.
    pub have: Vec<String>,
}

impl Default for CapabilityRule {
    fn default() -> Self {
        Self { level: 2, cost: 0.2e6, every: false, per_area: 0, minutes: 0.0, share: 0.0, have: Vec::new() }
    }
}

/// A front between two objectives, by the epsilon constraint.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Front {
    /// What is bounded, step by step, from its least value to what it is where the other is best.
    pub bound: Objective,
    /// What is minimised under each bound.
    pub minimise: Objective,
    /// Points (2 to 50).
    #[serde(default = "eight")]
    pub points: u32,
}

fn eight() -> u32 {
    8
}
