//! The way from a case folder to files, one function a step. Commands call these; these call the library and turn what it says
//! into [`Fault`]s. This is the only file of the command line that knows the signatures of the other rooms.

use super::args::{Lang, SolveArgs};
use super::exit::{Complaint, Fault};
use super::pending::{io, policy_pack as pack, referral, report, synth}; // WIRING: at the merge `use crate::{io, policy::pack, referral, report, synth};`
use crate::check::{Violation, check_referral};
use crate::demand::Problem;
use crate::indicators::{self, Indicators};
use crate::network::Case;
use crate::network::arc_rules::build_arcs;
use crate::outcome::{Limits, Observer, Termination};
use crate::plan::ReferralPlan;
use crate::plan::referral::{Names, PLAN_VERSION};
use crate::policy::{PolicyPack, Scenario};
use anyhow::anyhow;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

pub use synth::SynthParams;

/// A case with its policy pack and scenario, ready to be planned or judged.
#[derive(Debug)]
pub struct Prepared {
    /// The case.
    pub case: Case,
    /// What is asked of it.
    pub problem: Problem,
    /// Policy pack in force.
    pub pack: PolicyPack,
    /// Scenario in force; names the pack.
    pub scenario: Scenario,
    /// What a reader of the tables should know.
    pub warnings: Vec<Complaint>,
    /// When reading began.
    pub begin: Instant,
}

/// A plan with everything that is said of it.
#[derive(Debug)]
pub struct Judged {
    /// The plan.
    pub plan: ReferralPlan,
    /// Its indicators.
    pub indicators: Indicators,
    /// What is wrong with it: nothing, if it may be written.
    pub violations: Vec<Violation>,
}

/// What a solve came to.
#[derive(Debug)]
pub enum Solved {
    /// A plan, possibly not proven to the gap asked for.
    Plan(Box<Judged>),
    /// There is none; the smallest repair, as data and in sentences.
    Infeasible {
        /// The repair as data.
        diagnosis: Value,
        /// The repair in sentences.
        sentences: Vec<String>,
    },
}

/// Files to write: path inside the folder, bytes.
pub type Files = Vec<(String, Vec<u8>)>;

/// Reads a case folder: the case, the scenario it carries, and warnings.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_case(folder: &Path) -> Result<(Case, Scenario, Vec<Complaint>), Fault> {
    let read = io::case_folder::read_case(folder).map_err(|p| invalid(&p))?;
    Ok((read.case, read.scenario.unwrap_or_default(), complaints(&read.warnings)))
}

/// Reads the JSON form of a prefecture: the files of its case folder, the case and warnings.
///
/// # Errors
/// Everything that is wrong with it.
pub fn import(file: &Path) -> Result<(Case, Files, Vec<Complaint>), Fault> {
    let read = io::import::import_json(file).map_err(|p| invalid(&p))?;
    let files = io::case_folder::write_case(&read.case, read.scenario.as_ref()).map_err(|e| anyhow!("{e}"))?;
    Ok((read.case, files, complaints(&read.warnings)))
}

/// Makes a synthetic case and the files of its folder.
///
/// # Errors
/// When the parameters cannot be met.
pub fn synthesize(params: &SynthParams) -> Result<(Case, Files), Fault> {
    let case = synth::generate(params).map_err(|e| Fault::Usage(e.to_string()))?;
    let files = io::case_folder::write_case(&case, None).map_err(|e| anyhow!("{e}"))?;
    Ok((case, files))
}

/// Reads a scenario file.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_scenario(file: &Path) -> Result<Scenario, Fault> {
    io::scenario::read_scenario(file).map_err(|p| invalid(&p))
}

/// Reads a written plan.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_plan(file: &Path) -> Result<ReferralPlan, Fault> {
    io::plan_file::read_plan(file).map_err(|p| invalid(&p))
}

/// Puts a case, its pack and a scenario together. `change` may alter the scenario that the case folder carries, or replace it.
///
/// # Errors
/// Everything that is wrong with the case or the scenario.
pub fn prepare(folder: &Path, change: impl FnOnce(Scenario) -> Scenario, observer: &dyn Observer) -> Result<Prepared, Fault> {
    let begin = Instant::now();
    let (case, own, warnings) = read_case(folder)?;
    let mut scenario = change(own);
    let name = scenario.policy.clone().unwrap_or_else(|| case.policy.clone());
    let pack = pack::load(&name).map_err(|e| Fault::Invalid(vec![complaint_of_scenario("policy-pack", &name, e.to_string())]))?;
    scenario.policy = Some(name);
    let arcs = Arc::new(build_arcs(&case, observer));
    let problem = Problem::assemble(&case, arcs, &pack, &scenario)
        .map_err(|errors| Fault::Invalid(errors.iter().map(|e| complaint_of_scenario("scenario", "", e.to_string())).collect()))?;
    Ok(Prepared { case, problem, pack, scenario, warnings, begin })
}

/// Solves, reads the indicators off the plan and checks it.
///
/// # Errors
/// When the solver fails, the objective has no bound, or a limit came before any plan.
pub fn solve(prepared: &Prepared, args: &SolveArgs, pareto_points: usize, observer: &dyn Observer) -> Result<Solved, Fault> {
    let limits = limits(args);
    if let Some(threads) = args.threads {
        // Fails only when a pool exists already (a second solve in one process): the first choice then stays.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
    }
    let options = referral::SolveOptions { backend: args.backend.clone(), method: args.method.clone(), limits, pareto_points };
    let solution = referral::solve(&prepared.problem, &options, observer).map_err(|e| anyhow!(e))?;
    match solution.termination {
        Termination::Optimal | Termination::Feasible(_) => Ok(Solved::Plan(Box::new(judge(prepared, plan_of(prepared, solution))))),
        Termination::Infeasible => {
            let sentences = solution.diagnosis.iter().flat_map(|d| d.relaxations.iter().map(|r| r.message.clone())).collect();
            Ok(Solved::Infeasible { diagnosis: serde_json::to_value(&solution.diagnosis).unwrap_or(Value::Null), sentences })
        }
        Termination::NoSolution(limit) => Err(anyhow!("no plan was found before the limit ({limit:?})").into()),
        Termination::Unbounded => Err(anyhow!("the objective has no lower bound: prices of the scenario below zero?").into()),
    }
}

/// The written form of a solution, indicators and seconds not yet filled in.
fn plan_of(prepared: &Prepared, solution: referral::ReferralSolution) -> ReferralPlan {
    let network = &prepared.problem.network;
    ReferralPlan {
        version: PLAN_VERSION,
        kind: "referral".into(),
        fenji: env!("CARGO_PKG_VERSION").into(),
        case: network.name.clone(),
        policy: prepared.pack.name.clone(),
        objective: solution.parts.total(),
        objective_parts: solution.parts,
        bounds: solution.bounds,
        termination: solution.termination,
        indicators: indicators::Values::new(),
        backend: solution.backend,
        method: solution.method,
        seconds: 0.0,
        scenario: prepared.scenario.clone(),
        names: Names {
            areas: network.areas.iter().map(|a| a.code.clone()).collect(),
            settlements: network.settlements.iter().map(|s| s.code.clone()).collect(),
            facilities: network.facilities.iter().map(|f| f.code.clone()).collect(),
            classes: network.classes.iter().map(|c| c.code.clone()).collect(),
        },
        calibration: prepared.problem.calibration,
        flows: solution.flows,
        shortfalls: solution.shortfalls,
        marginals: solution.marginals,
        provenance: network.provenance.clone(),
    }
}

/// Fills in indicators and seconds of a fresh plan and checks it.
fn judge(prepared: &Prepared, mut plan: ReferralPlan) -> Judged {
    let indicators = indicators::compute(&prepared.problem, &plan, &prepared.pack);
    plan.indicators.clone_from(&indicators.region);
    let violations = check_referral(&prepared.problem, &plan);
    plan.seconds = prepared.begin.elapsed().as_secs_f64();
    Judged { plan, indicators, violations }
}

/// Reads a written plan back, prepares its case under the plan's own scenario and pack, and checks it.
///
/// # Errors
/// When the case or the plan cannot be read.
pub fn judge_written(folder: &Path, file: &Path, observer: &dyn Observer) -> Result<(Prepared, Judged), Fault> {
    let plan = read_plan(file)?;
    let scenario = Scenario { policy: Some(plan.policy.clone()), ..plan.scenario.clone() };
    let prepared = prepare(folder, |_| scenario, observer)?;
    let violations = check_referral(&prepared.problem, &plan);
    // Indicators of a plan that does not fit its case mean nothing and its positions may lie outside the tables.
    let indicators =
        if violations.is_empty() { indicators::compute(&prepared.problem, &plan, &prepared.pack) } else { Indicators::default() };
    Ok((prepared, Judged { plan, indicators, violations }))
}

/// The files of a plan: `plan.json`, `scenario.toml` and, with a language, report, pictures, tables and layers.
///
/// # Errors
/// When a picture or a table cannot be made.
pub fn plan_files(prepared: &Prepared, judged: &Judged, lang: Option<Lang>) -> Result<Files, Fault> {
    let mut files = vec![
        ("plan.json".to_string(), io::plan_file::write_plan(&judged.plan).map_err(|e| anyhow!(e))?),
        ("scenario.toml".to_string(), toml::to_string_pretty(&prepared.scenario).map_err(|e| anyhow!(e))?.into_bytes()),
    ];
    if let Some(lang) = lang {
        let bundle = report::referral::write_bundle(&prepared.problem, &judged.plan, &judged.indicators, &prepared.pack, lang.code());
        files.extend(bundle.map_err(|e| anyhow!("{e}"))?);
    }
    Ok(files)
}

/// The files that show plans side by side.
///
/// # Errors
/// When a picture or a table cannot be made.
pub fn comparison_files(sides: &[(String, Prepared, Judged)], lang: Lang) -> Result<Files, Fault> {
    let sides: Vec<report::compare::Side<'_>> = sides
        .iter()
        .map(|(label, prepared, judged)| report::compare::Side {
            label,
            problem: &prepared.problem,
            plan: &judged.plan,
            indicators: &judged.indicators,
        })
        .collect();
    Ok(report::compare::write_bundle(&sides, lang.code()).map_err(|e| anyhow!("{e}"))?)
}

/// Names and JSON schemas of all files.
#[must_use]
pub fn schemas() -> Vec<(String, Value)> {
    io::schema::all().into_iter().map(|(name, schema)| (name.to_string(), schema)).collect()
}

/// Writes files into a folder, whole or not at all.
///
/// # Errors
/// When the disk refuses.
pub fn write_all(folder: &Path, files: &Files) -> Result<(), Fault> {
    Ok(io::write::write_all(folder, files).map_err(|e| anyhow!(e).context(format!("cannot write {}", folder.display())))?)
}

fn limits(args: &SolveArgs) -> Limits {
    let default = Limits::default();
    Limits { time: args.time, gap: args.gap.unwrap_or(default.gap), threads: args.threads.map_or(default.threads, usize::from) }
}

fn complaint_of_scenario(code: &str, value: &str, message: String) -> Complaint {
    Complaint {
        code: code.into(),
        severity: "error",
        file: "scenario".into(),
        line: None,
        column: None,
        value: (!value.is_empty()).then(|| value.to_string()),
        message,
        remedy: String::new(),
    }
}

fn complaints(problems: &[io::Problem]) -> Vec<Complaint> {
    problems
        .iter()
        .map(|p| Complaint {
            code: p.code.to_string(),
            severity: if p.severity == io::Severity::Error { "error" } else { "warning" },
            file: p.file.clone(),
            line: p.line,
            column: p.column.clone(),
            value: p.value.clone(),
            message: p.message.clone(),
            remedy: p.remedy.clone(),
        })
        .collect()
}

fn invalid(problems: &[io::Problem]) -> Fault {
    Fault::Invalid(complaints(problems))
}
