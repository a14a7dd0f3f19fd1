//! What a planner asks next of a layout, `questions.json` beside its `plan.json`: order, why, alternatives, robustness.
//!
//! All values are in the unit of the layout's first objective unless a field says otherwise. A field that is `null` is not proven, or not
//! finite: nothing is ever filled in.

use super::layout::SiteStatus;
use crate::outcome::Bounds;
use crate::policy::layout::Objective;
use serde::{Deserialize, Serialize};

/// Version of the shape; another one is refused.
pub const QUESTIONS_VERSION: u32 = 1;

/// Answers to what was asked of a layout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayoutQuestions {
    /// Shape version.
    pub version: u32,
    /// Kind of file: `layout_questions`.
    pub kind: String,
    /// Version of the program that made it.
    pub fenji: String,
    /// Name of the case.
    pub case: String,
    /// First objective of the layout.
    pub objective: Objective,
    /// Its unit.
    pub unit: String,
    /// Value of the plan and what no layout can undercut.
    pub bounds: Bounds,
    /// The order in which to build.
    pub order: Option<BuildOrder>,
    /// What forcing each site in or out would cost.
    pub why: Option<Vec<Why>>,
    /// Other plans within a distance of the best.
    pub alternatives: Option<Alternatives>,
    /// What happens when something fails or changes.
    pub robust: Option<Robust>,
    /// Seconds that the answers took.
    pub seconds: f64,
}

/// A rule that a layout on the way does not keep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Broken {
    /// Which: `service`, `centres`, `hospitals`, `coverage`, `beds`, `people`, `visits`, `budget`, `capability`, `nested`.
    pub rule: String,
    /// Level of service, where the rule speaks of one.
    pub level: Option<u8>,
    /// Code of the township, area or site; empty for all.
    pub place: String,
    /// How much is missing or too much.
    pub amount: f64,
    /// Its unit.
    pub unit: String,
}

/// What a layout on the way costs and gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StageValue {
    /// The objective, with people who have no site of a level counted at `away_minutes`.
    pub objective: f64,
    /// Travel there and back, minutes a head and year (the same people counted the same way).
    pub minutes: f64,
    /// Running cost: fixed cost of sites, charge of added beds and cost of capabilities, yuan a year.
    pub running: f64,
    /// Money spent since today, yuan: capital of added beds, fixed cost of opened and raised sites, capabilities.
    pub spent: f64,
    /// People beyond the standard, by level.
    pub uncovered: [f64; 3],
    /// People without any site of the level, by level.
    pub unserved: [f64; 3],
    /// Rules that do not hold yet.
    pub broken: Vec<Broken>,
}

/// One change of one site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteChange {
    /// Code of the site.
    pub code: String,
    /// What happens.
    pub status: SiteStatus,
    /// Level before.
    pub level_before: u8,
    /// Level after.
    pub level: u8,
    /// Beds before.
    pub beds_before: f64,
    /// Beds after.
    pub beds: f64,
}

/// One step of the order: sites that change together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildStep {
    /// Phase, from 1; `null` when the money of the phases does not reach so far.
    pub phase: Option<u32>,
    /// What changes.
    pub changes: Vec<SiteChange>,
    /// Money of the step, yuan.
    pub yuan: f64,
    /// By how much the objective falls (below 0: it rises).
    pub gain: f64,
    /// Minutes a head and year saved.
    pub gain_minutes: f64,
    /// People who come within the standard, by level (below 0: who fall out).
    pub gain_people: [f64; 3],
    /// Running cost saved, yuan a year.
    pub gain_running: f64,
    /// The layout after the step.
    pub after: StageValue,
}

/// How the next step was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// All steps left were evaluated each time: truly greedy.
    Greedy,
    /// Gains found earlier stood in until a step was about to be taken: greedy where gains only fall, otherwise close to it.
    Lazy,
}

/// The order in which to build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildOrder {
    /// Money of each phase, yuan; empty: one phase without limit.
    pub phases: Vec<f64>,
    /// Minutes one way of people who have no site of a level.
    pub away_minutes: f64,
    /// Today.
    pub start: StageValue,
    /// The steps; after the last the layout is the plan.
    pub steps: Vec<BuildStep>,
    /// How steps were chosen.
    pub choice: Choice,
    /// After every step, what was saved is at least this share of the most that any of the plan's steps could save for the same money;
    /// `null` where no such guarantee is known.
    pub guarantee: Option<f64>,
}

/// Direction of a forced change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// The site must be open.
    Open,
    /// The site must be closed.
    Close,
}

/// How an interval was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// The layout was worked out again with the site forced.
    Solved,
    /// Lower end from duals of the relaxation, upper end from a change of the plan around the site.
    Duals,
    /// Only a change of the plan around the site: an upper end.
    Change,
}

/// What forcing a site would cost: the least objective with it minus the least objective without.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// Code of the site.
    pub code: String,
    /// Level in the plan; 0 is closed.
    pub level: u8,
    /// What is forced.
    pub force: Force,
    /// The rules of the scenario do not allow it: the answer says what the rule costs or saves (it may be below 0).
    pub against_rule: bool,
    /// No layout exists with the site forced: proven.
    pub impossible: bool,
    /// At least this much; `null` when nothing is proven.
    pub lower: Option<f64>,
    /// At most this much; `null` when no layout with the site forced was found.
    pub upper: Option<f64>,
    /// How it was found.
    pub proof: Proof,
    /// People who would go farther at some level, in the layout of the upper end.
    pub people: f64,
    /// Minutes that they would go farther one way, in the mean.
    pub minutes: f64,
}

/// Another plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// Value of the objective, and what no layout that differs from all earlier ones can undercut.
    pub bounds: Bounds,
    /// Value over the best, relative to it.
    pub distance: f64,
    /// Sites open here and closed in the plan, with their level here.
    pub opened: Vec<(String, u8)>,
    /// Sites closed here and open in the plan.
    pub closed: Vec<String>,
    /// Sites open in both at another level: code, level in the plan, level here.
    pub changed: Vec<(String, u8, u8)>,
    /// Minutes a head and year.
    pub minutes: f64,
    /// Running cost, yuan a year.
    pub running: f64,
    /// People beyond the standard, by level.
    pub uncovered: [f64; 3],
}

/// Why the list of alternatives ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListEnd {
    /// Proven: no other layout within the distance differs enough from those listed.
    Proven,
    /// As many as were wanted.
    Enough,
    /// A limit came first; there may be more.
    Limit,
}

/// Different plans within a distance of the best.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alternatives {
    /// Distance: the objective may be this share above the plan's.
    pub distance: f64,
    /// Sites by which they differ from the plan and from each other at least (open in one and closed in the other).
    pub differ_by: u32,
    /// The plans, best first as they were found.
    pub plans: Vec<Alternative>,
    /// Why the list ends.
    pub end: ListEnd,
    /// What no further plan can undercut, whatever its distance; `null` when nothing is proven.
    pub next: Option<f64>,
}

/// What a layout gives under a failure, next to what it gives otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stress {
    /// People by level who change their site or go farther.
    pub moved: [f64; 3],
    /// Minutes that they go farther one way, in the mean, by level.
    pub extra: [f64; 3],
    /// People newly beyond the standard, by level.
    pub beyond: [f64; 3],
    /// People left without a site, by level.
    pub unserved: [f64; 3],
    /// Beds that the sites which take them over lack; `null` where the scenario states no need of beds.
    pub beds_missing: Option<f64>,
}

/// A site that takes people over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Receiver {
    /// Code of the site.
    pub code: String,
    /// Level of service.
    pub level: u8,
    /// People it takes over.
    pub people: f64,
    /// Minutes that they go farther, in the mean.
    pub extra: f64,
}

/// A large hospital out of service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outage {
    /// Code of the hospital.
    pub code: String,
    /// Its beds, which are gone.
    pub beds: f64,
    /// What happens.
    pub stress: Stress,
    /// Where people go instead, most people first.
    pub receivers: Vec<Receiver>,
}

/// A way that is cut.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// What is cut: `road FROM-TO` by node position, or `way FROM-TO` by code.
    pub what: String,
    /// What happens.
    pub stress: Stress,
}

/// An older population: more trips and more beds needed, same layout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ageing {
    /// Factor on trips by level.
    pub trips: [f64; 3],
    /// Factor on the need of beds at centres and hospitals.
    pub need: [f64; 2],
    /// The objective of the plan now.
    pub before: f64,
    /// The objective of the plan then.
    pub after: f64,
    /// Beds that its sites lack then; `null` where the scenario states no need of beds.
    pub beds_missing: Option<f64>,
}

/// A scenario of the regret table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegretScenario {
    /// Name.
    pub name: String,
    /// Least objective of the scenario, proven interval.
    pub best: Bounds,
}

/// A plan of the regret table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegretPlan {
    /// Name: `plan`, the name of the scenario it is best for, or `least regret`.
    pub name: String,
    /// Open sites with their levels.
    pub levels: Vec<(String, u8)>,
    /// Its objective under each scenario; `null` where it does not keep the scenario's rules.
    pub values: Vec<Option<f64>>,
    /// Value minus the best of the scenario: proven interval (`primal` at most, `dual` at least); `null` as above.
    pub regrets: Vec<Option<Bounds>>,
    /// Largest regret, at most; `null` when a scenario cannot be met.
    pub worst: Option<f64>,
}

/// How the layout with the least regret was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegretProof {
    /// One model over all scenarios with shared sites.
    Exact,
    /// The best of the plans of the table; the bound is that of the relaxation of that model.
    AmongPlans,
}

/// Regrets over scenarios.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Regrets {
    /// The scenarios.
    pub scenarios: Vec<RegretScenario>,
    /// The plans.
    pub plans: Vec<RegretPlan>,
    /// Position in `plans` of the one with the least worst regret; `null` when none meets all scenarios.
    pub chosen: Option<usize>,
    /// Least worst regret over all layouts: proven interval.
    pub least: Bounds,
    /// How it was found.
    pub proof: RegretProof,
}

/// What happens when something fails or changes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Robust {
    /// Each large hospital out in turn.
    pub outages: Vec<Outage>,
    /// Ways cut.
    pub cuts: Vec<Cut>,
    /// An older population.
    pub ageing: Option<Ageing>,
    /// Regrets over scenarios.
    pub regrets: Option<Regrets>,
    /// What could not be asked.
    pub remarks: Vec<Remark>,
}

/// Why a question about failures has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Remark {
    /// The layout has no hospital.
    NoHospital,
    /// The case travels on roads, and none was named to be cut.
    NoRoadNamed,
    /// The case has no roads, and no way was named to be cut.
    NoRoads,
    /// No scenario changes demand.
    NoAgeing,
    /// No other scenario was named.
    NoScenarios,
}

impl Remark {
    /// Name as in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        ["no-hospital", "no-road-named", "no-roads", "no-ageing", "no-scenarios"][self as usize]
    }
}
