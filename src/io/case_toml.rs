//! `case.toml`: what a case is besides its tables.

use super::scenario::{self, ScenarioFile};
use super::toml_file::TomlFile;
use crate::network::builder::CaseHead;
use crate::network::codes::{self, Rule};
use crate::network::problem::is_format_control;
use crate::network::{ArcRules, Case, ObservedShares, Problems, Provenance};
use crate::policy::{Scenario, pack};
use crate::travel::{Crs, MetricParams, RoadParams, Travel};
use serde::{Deserialize, Serialize};

/// Version of the case folder that this program reads and writes.
pub const FORMAT: i64 = 1;
/// Name of the file.
pub const FILE: &str = "case.toml";

/// How one travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Distance, circuity and speeds.
    #[default]
    Metric,
    /// `times.csv`.
    Table,
    /// `road_nodes.csv` and `road_edges.csv`.
    Road,
}

impl Mode {
    /// The word in `case.toml`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Metric => "metric",
            Self::Table => "table",
            Self::Road => "road",
        }
    }
}

/// `[travel]`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TravelToml {
    /// How one travels.
    pub mode: Mode,
    /// Parameters of mode `metric`.
    pub metric: MetricParams,
    /// Parameters of mode `road`.
    pub road: RoadParams,
}

/// `[observed]`: shares at primary, secondary and tertiary facilities, each summing to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ObservedToml {
    /// Shares of visits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visits: Option<[f64; 3]>,
    /// Shares of stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stays: Option<[f64; 3]>,
}

/// `case.toml`. Keys that must be there are optional in the type, so that all that are missing are named at once.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseToml {
    /// Format version: 1.
    #[schemars(required, range(min = 1, max = 1))]
    pub format: Option<i64>,
    /// Title.
    #[schemars(required, length(min = 1))]
    pub name: Option<String>,
    /// Title in Latin letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// Year the tables speak of.
    #[schemars(required, range(min = 1949, max = 2100))]
    pub year: Option<i64>,
    /// Coordinate system: `wgs84` or `planar_km`.
    #[schemars(required)]
    pub crs: Option<Crs>,
    /// Policy pack, for example `P2025`.
    #[schemars(required)]
    pub policy: Option<String>,
    /// How one travels.
    #[serde(default)]
    pub travel: TravelToml,
    /// Arc rules.
    #[serde(default)]
    pub arcs: ArcRules,
    /// Observed shares.
    #[serde(default)]
    pub observed: ObservedToml,
    /// Where the numbers come from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provenance: Vec<Provenance>,
    /// Scenario of the case; a run's own overrides it key by key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenario: Option<Scenario>,
}

/// What `case.toml` says, as far as it could be read.
#[derive(Debug)]
pub struct CaseHeadRead {
    /// Head of the case.
    pub head: CaseHead,
    /// How one travels.
    pub travel: TravelToml,
    /// Title in Latin letters.
    pub name_en: Option<String>,
    /// Scenario of the case.
    pub scenario: ScenarioFile,
    /// The coordinate system was given: without it no position column can be asked for.
    pub crs_known: bool,
}

impl CaseHeadRead {
    /// What stands in for a `case.toml` that cannot be read, which has been reported.
    #[must_use]
    pub fn unknown(crs: Crs) -> Self {
        let head = CaseHead {
            name: String::new(),
            year: 0,
            crs,
            policy: String::new(),
            rules: ArcRules::default(),
            observed: ObservedShares::default(),
            provenance: Vec::new(),
        };
        Self { head, travel: TravelToml::default(), name_en: None, scenario: ScenarioFile::default(), crs_known: false }
    }
}

/// Reads the text of `case.toml`; `None` when not even its syntax is sound.
pub fn read(text: &str, problems: &mut Problems) -> Option<CaseHeadRead> {
    let file = TomlFile::parse(text, FILE, problems)?;
    let errors = problems.errors();
    let toml: CaseToml = file.read(problems)?;
    // A key of a wrong type has been reported and taken out: it is not missing on top.
    if problems.errors() == errors {
        missing(&file, &toml, problems);
    }
    check(&file, &toml, problems);
    let of_case = toml.scenario.clone().unwrap_or_default();
    problems.extend(scenario::check(&file, &["scenario"], &of_case));
    let scenario = scenario::of_table(FILE, &["scenario"], of_case, text);
    let default = ObservedShares::default();
    let head = CaseHead {
        name: toml.name.unwrap_or_default(),
        year: toml.year.and_then(|y| i32::try_from(y).ok()).unwrap_or_default(),
        crs: toml.crs.unwrap_or(Crs::Wgs84),
        policy: toml.policy.unwrap_or_default(),
        rules: toml.arcs,
        observed: ObservedShares {
            visits: toml.observed.visits.unwrap_or(default.visits),
            stays: toml.observed.stays.unwrap_or(default.stays),
        },
        provenance: toml.provenance,
    };
    Some(CaseHeadRead { head, travel: toml.travel, name_en: toml.name_en, scenario, crs_known: toml.crs.is_some() })
}

fn missing(file: &TomlFile<'_>, toml: &CaseToml, problems: &mut Problems) {
    let keys = [
        ("format", toml.format.is_none(), "format = 1"),
        ("name", toml.name.is_none(), "name = \"...\""),
        ("year", toml.year.is_none(), "year = 2025"),
        ("crs", toml.crs.is_none(), "crs = \"wgs84\" or crs = \"planar_km\""),
        ("policy", toml.policy.is_none(), "policy = \"P2025\""),
    ];
    for (key, _, example) in keys.into_iter().filter(|k| k.1) {
        let problem = file.problem(&codes::TOML_KEY_MISSING, &[key], format!("the key `{key}` is missing"));
        problems.push(problem.remedy(format!("add `{example}`")));
    }
}

fn check(file: &TomlFile<'_>, toml: &CaseToml, problems: &mut Problems) {
    let mut say = |rule: &Rule, path: &[&str], value: &dyn std::fmt::Display, message: String| {
        problems.push(file.problem(rule, path, message).value(value));
    };
    if let Some(format) = toml.format.filter(|f| *f != FORMAT) {
        say(&codes::FORMAT_VERSION, &["format"], &format, format!("this program reads format {FORMAT}"));
    }
    for (key, text) in [("name", &toml.name), ("name_en", &toml.name_en)] {
        let Some(text) = text else { continue };
        if text.trim().is_empty() {
            say(&codes::SETTING_OUT_OF_RANGE, &[key], text, "a title cannot be empty".into());
        }
        if text.chars().any(|c| c.is_control() || is_format_control(c)) {
            say(&codes::CONTROL_CHARACTER, &[key], text, "the title holds control characters".into());
        }
    }
    if let Some(year) = toml.year.filter(|y| !(1949..=2100).contains(y)) {
        say(&codes::YEAR_ODD, &["year"], &year, "the year must be from 1949 to 2100".into());
    }
    if let Some(policy) = toml.policy.as_ref().filter(|p| !pack::names().contains(&p.as_str())) {
        say(&codes::POLICY_UNKNOWN, &["policy"], policy, format!("the packs are {}", pack::names().join(", ")));
    }
    let mut range = |path: &[&str], value: f64, low: f64, high: f64| {
        if !(low..=high).contains(&value) {
            say(&codes::SETTING_OUT_OF_RANGE, path, &value, format!("must be from {low} to {high}"));
        }
    };
    let (metric, road) = (&toml.travel.metric, &toml.travel.road);
    range(&["travel", "metric", "circuity"], metric.circuity, 1.0, 10.0);
    range(&["travel", "metric", "fixed_minutes"], metric.fixed_minutes, 0.0, 600.0);
    range(&["travel", "metric", "urban_kmh"], metric.urban_kmh, 0.1, 1000.0);
    for class in &metric.speeds {
        range(&["travel", "metric", "speeds"], class.kmh, 0.1, 1000.0);
    }
    range(&["travel", "road", "fixed_minutes"], road.fixed_minutes, 0.0, 600.0);
    range(&["travel", "road", "off_road_kmh"], road.off_road_kmh, 0.1, 1000.0);
    range(&["travel", "road", "off_road_circuity"], road.off_road_circuity, 1.0, 10.0);
    range(&["travel", "road", "max_off_road_km"], road.max_off_road_km, 0.0, 20_000.0);
    let limits: Vec<Option<f64>> = metric.speeds.iter().map(|s| s.below_km).collect();
    let rising = limits.windows(2).all(|w| match (w[0], w[1]) {
        (Some(a), Some(b)) => a < b,
        (Some(_), None) => true,
        (None, _) => false,
    });
    let open_end = limits.last().is_some_and(Option::is_none);
    if !rising || !open_end || limits.iter().flatten().any(|l| !(*l > 0.0 && l.is_finite())) {
        let shown = format!("{limits:?}");
        say(
            &codes::SPEEDS_BROKEN,
            &["travel", "metric", "speeds"],
            &shown,
            "the limits below_km must rise, and only the last class has none".into(),
        );
    }
    for (key, shares) in [("visits", toml.observed.visits), ("stays", toml.observed.stays)] {
        let Some(shares) = shares else { continue };
        let (sum, shown) = (shares.iter().sum::<f64>(), format!("{shares:?}"));
        if shares.iter().any(|s| !(0.0..=1.0).contains(s)) {
            say(&codes::SETTING_OUT_OF_RANGE, &["observed", key], &shown, "each share must be from 0 to 1".into());
        } else if (sum - 1.0).abs() > 1e-6 {
            say(&codes::SHARES_SUM, &["observed", key], &shown, format!("the shares sum to {sum}"));
        }
    }
}

/// The text of `case.toml` of a case.
///
/// # Errors
/// When a value cannot be written as TOML (a scenario table that is none).
pub fn write(case: &Case, name_en: Option<&str>, scenario: &toml::Table) -> Result<String, toml::ser::Error> {
    let network = &case.network;
    let mut travel = TravelToml::default();
    match &case.travel {
        Travel::Metric(params) => travel.metric = params.clone(),
        Travel::Table(_) => travel.mode = Mode::Table,
        Travel::Road(graph) => {
            travel.mode = Mode::Road;
            travel.road = graph.params();
        }
    }
    let toml = CaseToml {
        format: Some(FORMAT),
        name: Some(network.name.clone()),
        name_en: name_en.map(str::to_owned),
        year: Some(i64::from(network.year)),
        crs: Some(network.crs),
        policy: Some(case.policy.clone()),
        travel,
        arcs: case.rules,
        observed: ObservedToml { visits: Some(case.observed.visits), stays: Some(case.observed.stays) },
        provenance: network.provenance.clone(),
        scenario: None,
    };
    let mut table = toml::Table::try_from(&toml)?;
    if !scenario.is_empty() {
        table.insert("scenario".into(), toml::Value::Table(scenario.clone()));
    }
    toml::to_string(&table)
}
