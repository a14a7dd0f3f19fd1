//! The specification of a batch (TOML): every mistake is named at once, with code, line, value and remedy.
//!
//! ```toml
//! name = "counties"
//! report = true                        # a page for every plan; false: plans and tables only, much faster
//! time = 60                            # seconds a solve may take (commands without --time take as long as they take)
//! limit = 900                          # seconds after which a job is ended
//!
//! [[case]]
//! path = "../../data/chongqing"        # a case folder, or a pattern with *; relative to this file
//! every = "area"                       # or "prefecture": one sub-case for each, cut out of the case
//! only = ["500114"]                    # these groups only (default: all)
//!
//! [[scenario]]
//! name = "today"                       # no file: the case as it is (this is also what no [[scenario]] at all means)
//! [[scenario]]
//! file = "../scenarios/*.toml"         # named after the file
//!
//! [[command]]
//! command = "referral"
//! args = ["--gap", "1e-4"]
//! cases = ["southeast"]                # default: every [[case]], by its name
//! scenarios = ["today"]                # default: every [[scenario]]
//!
//! [grid]                               # keys of the scenario, each with the values it takes
//! gamma = [0.4, 0.6]
//! targets.in_county = [0.90, 0.93]
//!
//! [shared]                             # hospitals that stand in several cases are shared out between them, round by round
//! tiers = ["R", "N"]                   # of these tiers
//! rounds = 6                           # at most
//! gap = 0.005                          # until the joint plan is this near to the proven bound
//! ```

use super::spec_check;
use crate::io::text_file::{self, LARGEST_TOML};
use crate::io::toml_file::TomlFile;
use crate::network::{Place, Problem, Problems, Tier, codes};
use serde::{Deserialize, Serialize};
use std::path::Path;
use toml::Spanned;

/// A batch.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Spec {
    /// Title.
    pub name: String,
    /// Language of reports.
    pub lang: Language,
    /// Whether every plan gets a page with pictures.
    pub report: bool,
    /// Seconds a solve may take.
    pub time: Option<f64>,
    /// Seconds a job may take before it is ended.
    pub limit: Option<f64>,
    /// Indicator of the maps and the ranking on the page; by default the first that there is of a list.
    pub indicator: Option<String>,
    /// Cases.
    pub case: Vec<Spanned<CaseSpec>>,
    /// Scenarios; none: every case as it is.
    pub scenario: Vec<Spanned<ScenarioSpec>>,
    /// Commands.
    pub command: Vec<Spanned<CommandSpec>>,
    /// Values of scenario keys: every combination of them is a job.
    pub grid: toml::Table,
    /// Hospitals that several cases share.
    pub shared: Option<SharedSpec>,
}

/// Hospitals that several cases share: their beds and doctors are priced and shared out between rounds of jobs ([`super::shared`]).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedSpec {
    /// Tiers whose facilities are shared where their code stands in several cases: M, P, R, N.
    pub tiers: Vec<Tier>,
    /// Most rounds.
    #[serde(default = "six")]
    pub rounds: u32,
    /// Relative gap between joint plan and bound at which rounds end.
    #[serde(default = "half_a_percent")]
    pub gap: f64,
}

const fn six() -> u32 {
    6
}

const fn half_a_percent() -> f64 {
    0.005
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            name: String::new(),
            lang: Language::En,
            report: true,
            time: None,
            limit: None,
            indicator: None,
            case: Vec::new(),
            scenario: Vec::new(),
            command: Vec::new(),
            grid: toml::Table::new(),
            shared: None,
        }
    }
}

/// Language of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    En,
    /// Chinese.
    Zh,
}

impl Language {
    /// The language tag.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }
}

/// How a case is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// One sub-case for each area: county or urban district.
    Area,
    /// One for each prefecture.
    Prefecture,
}

impl Every {
    /// The word of the specification.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Area => "area",
            Self::Prefecture => "prefecture",
        }
    }
}

/// Cases: one folder, several, or the parts of one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseSpec {
    /// Name; the folder's by default. Of several matches each gets its own folder's name; sub-cases get their code behind it.
    #[serde(default)]
    pub name: Option<String>,
    /// Case folder or pattern, relative to the specification.
    pub path: String,
    /// How it is cut; whole by default.
    #[serde(default)]
    pub every: Option<Every>,
    /// Codes of areas or prefectures to take; all by default.
    #[serde(default)]
    pub only: Vec<String>,
}

/// Scenarios: none, one file, or several.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScenarioSpec {
    /// Name; the file's by default.
    pub name: Option<String>,
    /// Scenario file or pattern, relative to the specification; none: the case as it is.
    pub file: Option<String>,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandSpec {
    /// Its name on the command line.
    pub command: String,
    /// Further arguments. Paths in them are relative to the specification; a file that one names counts as input.
    #[serde(default)]
    pub args: Vec<String>,
    /// Entries of `[[case]]` by name; all by default.
    #[serde(default)]
    pub cases: Vec<String>,
    /// Entries of `[[scenario]]` by name; all by default.
    #[serde(default)]
    pub scenarios: Vec<String>,
    /// Whether a referral plan of the same case and scenario is worked out first and handed over (payment always needs one).
    #[serde(default)]
    pub flows: Option<bool>,
}

impl CommandSpec {
    /// Whether a referral plan is worked out first.
    #[must_use]
    pub fn wants_flows(&self) -> bool {
        self.flows.unwrap_or(self.command == "payment")
    }
}

/// What a command of the program takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Takes {
    /// Its name.
    pub name: &'static str,
    /// `--time`.
    pub time: bool,
    /// `--threads`.
    pub threads: bool,
    /// `--tables`: plan and tables without pictures and page.
    pub tables: bool,
    /// `--referral`.
    pub referral: bool,
}

const fn reform(name: &'static str) -> Takes {
    Takes { name, time: true, threads: true, tables: true, referral: true }
}

/// The commands of a batch.
pub const COMMANDS: [Takes; 16] = [
    Takes { name: "referral", time: true, threads: true, tables: true, referral: false },
    Takes { name: "layout", time: true, threads: true, tables: true, referral: false },
    Takes { name: "beds", time: false, threads: false, tables: false, referral: false },
    reform("communities"),
    reform("grids"),
    reform("staff"),
    reform("mobile"),
    reform("emergency"),
    reform("access"),
    reform("pairing"),
    reform("telemedicine"),
    reform("phases"),
    reform("payment"),
    reform("surge"),
    reform("centres"),
    Takes { name: "plan", time: true, threads: true, tables: false, referral: false },
];

/// What a command takes.
#[must_use]
pub fn takes(name: &str) -> Option<&'static Takes> {
    COMMANDS.iter().find(|c| c.name == name)
}

/// Whether a command line can be meant, `referral CASE --gap 2 ...`; the sentence says why not.
pub type Understands<'a> = &'a dyn Fn(&[String]) -> Result<(), String>;

/// A specification with its text.
#[derive(Debug, Clone)]
pub struct Read {
    /// What it says.
    pub spec: Spec,
    /// Its text.
    pub text: String,
}

/// Reads and checks a specification.
///
/// # Errors
/// All problems, each with its line.
pub fn read(path: &Path, understands: Understands<'_>) -> Result<Read, Vec<Problem>> {
    let shown = path.display().to_string();
    let text = match text_file::read(path, &shown, LARGEST_TOML) {
        Ok(Some(text)) => text,
        Ok(None) => return Err(vec![Problem::new(&codes::FILE_MISSING, Place::file(&shown), "there is no such specification")]),
        Err(problem) => return Err(vec![*problem]),
    };
    let mut problems = Problems::default();
    let Some(file) = TomlFile::parse(&text, &shown, &mut problems) else { return Err(problems.into_sorted()) };
    let spec: Option<Spec> = file.read(&mut problems);
    if let Some(spec) = &spec {
        spec_check::Door { file: &file, shown: &shown, text: &text, problems: &mut problems, understands }.check(spec);
    }
    match spec {
        Some(spec) if problems.errors() == 0 => Ok(Read { spec, text }),
        _ => Err(problems.into_sorted()),
    }
}
