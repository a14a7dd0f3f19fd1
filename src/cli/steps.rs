//! The way from a case folder to files, one function a step. Commands call these; these call the library and turn what it says
//! into [`Fault`]s. This is the only file of the command line that knows the signatures of the other rooms.

use super::args::{Lang, MethodArg, SolveArgs};
use super::exit::{Fault, NoAnswer};
use super::output::{grouped, yuan};
use crate::check::{Violation, check_referral};
use crate::demand::{Problem, ProblemError, misfits};
use crate::indicators::Indicators;
use crate::network::arc_rules::build_arcs;
use crate::network::{Case, codes};
use crate::outcome::{Limits, Observer, Termination};
use crate::plan::{LayoutPlan, ReferralPlan};
use crate::policy::{PolicyPack, Scenario, pack};
use crate::{backend, indicators, io, plot, referral, report, synth};
use anyhow::anyhow;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

pub use referral::SolveOptions;
pub use synth::SynthParams;

/// A case with its policy pack and scenario, ready to be planned or judged.
#[derive(Debug)]
pub struct Prepared {
    /// The case.
    pub case: Case,
    /// Name of the case in Latin letters, where it has one.
    pub name_en: Option<String>,
    /// What is asked of it.
    pub problem: Problem,
    /// Policy pack in force.
    pub pack: PolicyPack,
    /// Scenario in force; names the pack.
    pub scenario: Scenario,
    /// What a reader of the tables should know.
    pub warnings: Vec<io::Problem>,
    /// When reading began.
    pub begin: Instant,
}

/// A plan with everything that is said of it.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The plan.
    pub plan: ReferralPlan,
    /// Its indicators.
    pub indicators: Indicators,
    /// What is wrong with it: nothing, if it may be written.
    pub violations: Vec<Violation>,
    /// Points of cost against travel, when they were asked for.
    pub pareto: Vec<referral::ParetoPoint>,
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

/// What a run asks beside its case folder.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask<'a> {
    /// Scenario file, over the scenario that the case may carry.
    pub scenario: Option<&'a Path>,
    /// Policy pack, over the scenario's.
    pub policy: Option<&'a str>,
    /// Steerable share, over the scenario's.
    pub gamma: Option<f64>,
}

/// Reads a case folder: the case and warnings.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_case(folder: &Path) -> Result<(Case, Vec<io::Problem>), Fault> {
    let read = io::case_folder::read_case(folder).map_err(Fault::Invalid)?;
    Ok((read.case, read.warnings))
}

/// Reads the JSON form of a prefecture: the case, the files of its folder and warnings.
///
/// # Errors
/// Everything that is wrong with it.
pub fn import(file: &Path) -> Result<(Case, Files, Vec<io::Problem>), Fault> {
    let read = io::import::import_json(file).map_err(Fault::Invalid)?;
    let files = io::folder_out::case_files(&read.case, &read.extras()).map_err(|e| anyhow!(e))?;
    Ok((read.case, files, read.warnings))
}

/// Reads the tables of Kenya: the case, the files of its folder with the notes on rows, and warnings.
///
/// # Errors
/// Everything that is wrong with them.
pub fn import_kenya(folder: &Path) -> Result<(Case, Files, Vec<io::Problem>), Fault> {
    let made = io::kenya::import_kenya(folder).map_err(Fault::Invalid)?;
    let mut files = io::folder_out::case_files(&made.read.case, &made.read.extras()).map_err(|e| anyhow!(e))?;
    files.push(made.notes);
    Ok((made.read.case, files, made.read.warnings))
}

/// Makes a synthetic case and the files of its folder.
///
/// # Errors
/// When the parameters cannot be met.
pub fn synthesize(params: &SynthParams) -> Result<(Case, Files), Fault> {
    let case = synth::generate(params).map_err(|e| Fault::Usage(e.to_string()))?;
    let files = io::folder_out::case_files(&case, &io::folder_out::Extras::default()).map_err(|e| anyhow!(e))?;
    Ok((case, files))
}

/// Reads a case folder and puts it together with what is asked of it.
///
/// # Errors
/// Everything that is wrong with the case and the scenario, at once.
pub fn prepare(folder: &Path, ask: Ask<'_>, observer: &dyn Observer) -> Result<Prepared, Fault> {
    prepare_changed(folder, ask, Ok, observer)
}

/// As [`prepare`], with a change of the case before anything is made of it.
///
/// # Errors
/// As [`prepare`], and those of the change.
pub fn prepare_changed(
    folder: &Path,
    ask: Ask<'_>,
    change: impl FnOnce(Case) -> Result<Case, Fault>,
    observer: &dyn Observer,
) -> Result<Prepared, Fault> {
    let begin = Instant::now();
    let read = match io::case_folder::read_case(folder) {
        Ok(read) => read,
        Err(mut problems) => {
            // The scenario is looked at all the same, as far as it can be without its case.
            problems.extend(ask.scenario.and_then(|file| io::scenario::read_scenario(file, None).err()).unwrap_or_default());
            return Err(Fault::Invalid(problems));
        }
    };
    let mut scenario = match ask.scenario {
        None => read.scenario,
        Some(file) => {
            let given = io::scenario::read_scenario(file, Some(&read.case.network)).map_err(Fault::Invalid)?;
            given.over(&read.scenario).map_err(|e| anyhow!(e))?
        }
    };
    let asked = &mut scenario.scenario;
    asked.policy = ask.policy.map(str::to_string).or(asked.policy.take());
    asked.gamma = ask.gamma.or(asked.gamma);
    let case = change(read.case)?;
    assemble((case, read.name_en), &scenario, "command line", read.warnings, begin, observer)
}

/// Arcs, demand, choice: the problem of a case under a scenario.
///
/// `elsewhere` is where a setting stands that none of the scenario's files holds.
pub(super) fn assemble(
    (case, name_en): (Case, Option<String>),
    file: &io::ScenarioFile,
    elsewhere: &str,
    mut warnings: Vec<io::Problem>,
    begin: Instant,
    observer: &dyn Observer,
) -> Result<Prepared, Fault> {
    let located = |errors: &[ProblemError]| Fault::Invalid(file.located(errors, elsewhere));
    let name = file.scenario.policy.clone().unwrap_or_else(|| case.policy.clone());
    let pack = pack::load(&name).map_err(|e| {
        let rule = &codes::POLICY_UNKNOWN;
        let path = vec!["policy".to_owned()];
        located(&[ProblemError { rule, path, value: name.clone(), message: e.to_string(), remedy: rule.remedy.into() }])
    })?;
    let scenario = Scenario { policy: Some(name), ..file.scenario.clone() };
    // Before the long work: what does not fit is told at once.
    let misfits = misfits(&case.network, &pack, &scenario);
    if !misfits.is_empty() {
        return Err(located(&misfits));
    }
    let arcs = Arc::new(build_arcs(&case, observer));
    let problem = Problem::assemble(&case, arcs, &pack, &scenario).map_err(|errors| located(&errors))?;
    warnings.extend(file.located(&empty_switches(&case.network, &scenario), elsewhere));
    Ok(Prepared { case, name_en, problem, pack, scenario, warnings, begin })
}

/// Switches of the scenario that the tables give nothing to work on: the plan would look as if they had no effect.
fn empty_switches(network: &crate::network::Network, scenario: &Scenario) -> Vec<ProblemError> {
    let s = &scenario.switches;
    let any = |keep: fn(&crate::network::Facility) -> bool| network.facilities.iter().any(keep);
    let rule = &codes::SWITCH_WITHOUT_DATA;
    [
        ("group_reserve", s.group_reserve && s.group_leaders.is_empty() && !any(|f| f.group_leader), "no facility has `group_leader`"),
        ("drug_linkage", s.drug_linkage && !any(|f| !f.drug_gaps.is_empty()), "no facility has `drug_gaps`"),
        ("mutual_recognition", s.mutual_recognition && !any(|f| f.mr_member), "no facility has `mr_member`"),
        ("facility_budget", s.facility_budget && !any(|f| f.budget.is_some()), "no facility has a `budget`"),
        (
            "fund_balance",
            s.fund_balance.is_some() && network.areas.iter().any(|a| a.fund_per_head.0 <= 0.0),
            "an area has no `fund_per_head`: its income counts as nothing",
        ),
    ]
    .into_iter()
    .filter(|(_, empty, _)| *empty)
    .map(|(name, _, why)| ProblemError {
        rule,
        path: vec!["switches".into(), name.into()],
        value: name.into(),
        message: format!("`{name}` is on, but {why}"),
        remedy: rule.remedy.into(),
    })
    .collect()
}

/// Solves, reads the indicators off the plan, checks it, and works out `pareto` points of the front (0: none) once it holds.
///
/// # Errors
/// When the backend fails, the objective has no bound, or a limit came before any plan.
pub fn solve(prepared: &Prepared, options: &SolveOptions, pareto: usize, observer: &dyn Observer) -> Result<Solved, Fault> {
    let solution = referral::solve(&prepared.problem, options, observer).map_err(|e| anyhow!(e))?;
    match solution.termination {
        Termination::Optimal | Termination::Feasible(_) => {
            let mut judged = judge(prepared, &solution, options.limits.gap);
            if pareto > 0 && judged.violations.is_empty() {
                judged.pareto = referral::frontier(&prepared.problem, options, pareto, observer).map_err(|e| anyhow!(e))?;
            }
            Ok(Solved::Plan(Box::new(judged)))
        }
        Termination::Infeasible => {
            let diagnosis = solution.diagnosis.unwrap_or_default();
            let sentences = diagnosis.repairs.iter().map(sentence).collect();
            Ok(Solved::Infeasible { diagnosis: serde_json::to_value(&diagnosis).map_err(|e| anyhow!(e))?, sentences })
        }
        Termination::NoSolution(limit) => {
            Err(no_answer(limit, "plan", "; give a longer --time (the first plan of a large case takes about a tenth of a whole run)"))
        }
        Termination::Unbounded => Err(anyhow!("the objective has no lower bound: prices of the scenario below zero?").into()),
    }
}

/// A limit came before the first answer of some kind.
pub(super) fn no_answer(limit: crate::outcome::Limit, what: &str, more: &str) -> Fault {
    let said = format!("no {what} was found before {}{more}", limit_words(limit));
    Fault::Failed(anyhow!(NoAnswer { limit, said }))
}

fn limit_words(limit: crate::outcome::Limit) -> &'static str {
    use crate::outcome::Limit;
    match limit {
        Limit::Time => "the time limit",
        Limit::Iterations => "the limit of iterations",
        Limit::Interrupted => "the run was stopped",
        Limit::Numerics => "the arithmetic gave out",
    }
}

/// The plan of a solution with its indicators, checked.
fn judge(prepared: &Prepared, solution: &referral::ReferralSolution, gap: f64) -> Judged {
    let info = referral::PlanInfo { scenario: prepared.scenario.clone(), gap, seconds: prepared.begin.elapsed().as_secs_f64() };
    let (mut plan, indicators) = referral::to_plan(&prepared.problem, &prepared.case.travel, &prepared.pack, solution, info);
    let violations = check_referral(&prepared.problem, &plan);
    // From reading the tables to the checked plan.
    plan.seconds = prepared.begin.elapsed().as_secs_f64();
    Judged { plan, indicators, violations, pareto: Vec::new() }
}

/// One relaxation in words: `+38 beds at X (120 now), 19.0 million yuan once`.
fn sentence(repair: &referral::Repair) -> String {
    use referral::RepairKind;
    let name = if repair.name.is_empty() { "the whole region" } else { repair.name.as_str() };
    let (amount, now) = (grouped(repair.amount, 1), grouped(repair.now, 1));
    let price = |rhythm: &str| repair.yuan.map_or_else(String::new, |y| format!(", {} {rhythm}", yuan(y)));
    match repair.kind {
        RepairKind::Beds => format!("+{amount} beds at {name} ({now} now){}", price("once")),
        RepairKind::Doctors => format!("+{amount} doctors at {name} ({now} now){}", price("a year")),
        RepairKind::Minutes => format!("{amount} minutes more than the limit of {now} to an emergency hospital from {name}"),
        RepairKind::Target if repair.target.as_deref() == Some("deployment") => {
            format!("{amount} of the {now} doctors asked for cannot be posted down in {name}")
        }
        RepairKind::Target => {
            let target = repair.target.as_deref().unwrap_or("a target");
            format!("{target} in {name}: {amount} of the {now} cases it asks for are out of reach, whatever the capacity")
        }
        RepairKind::Service => format!("{amount} cases a year from {name} that no facility in reach can treat"),
    }
}

/// Reads a written plan back, prepares its case under the plan's own scenario and pack, and checks it.
///
/// # Errors
/// When the case or the plan cannot be read, or the plan speaks of another case.
pub fn judge_written(folder: &Path, file: &Path, observer: &dyn Observer) -> Result<(Prepared, Judged), Fault> {
    let begin = Instant::now();
    let read = match io::case_folder::read_case(folder) {
        Ok(read) => read,
        Err(mut problems) => {
            problems.extend(io::plan_file::read_plan(file, None).err().unwrap_or_default());
            return Err(Fault::Invalid(problems));
        }
    };
    let plan = io::plan_file::read_plan(file, Some(&read.case.network)).map_err(Fault::Invalid)?;
    let scenario = Scenario { policy: Some(plan.policy.clone()), ..plan.scenario.clone() };
    let written = io::ScenarioFile::of(scenario);
    let elsewhere = file.display().to_string();
    let prepared = assemble((read.case, read.name_en), &written, &elsewhere, read.warnings, begin, observer)?;
    let mut violations = check_referral(&prepared.problem, &plan);
    // Indicators of a plan that does not fit its case mean nothing.
    let indicators = if violations.is_empty() {
        indicators::compute_with_access(&prepared.problem, &plan, &prepared.pack, &prepared.case.travel)
    } else {
        Indicators::default()
    };
    if violations.is_empty() {
        violations = altered(&plan, &indicators);
    }
    Ok((prepared, Judged { plan, indicators, violations, pareto: Vec::new() }))
}

/// Indicators that the plan states otherwise than its flows and the tables give them (the check proper recomputes the main ones
/// by itself; this compares all the others).
fn altered(plan: &ReferralPlan, computed: &Indicators) -> Vec<Violation> {
    let names: std::collections::BTreeSet<&String> = plan.indicators.keys().chain(computed.region.keys()).collect();
    let value = |values: &indicators::Values, name: &String| values.get(name).copied().unwrap_or(f64::NAN);
    names
        .into_iter()
        .map(|name| (name, value(&plan.indicators, name), value(&computed.region, name)))
        .filter(|(_, found, expected)| {
            let same = (found - expected).abs() <= 1e-6 * expected.abs().max(1.0);
            !same
        })
        .map(|(name, found, expected)| Violation {
            code: "indicator".into(),
            place: name.clone(),
            found,
            expected,
            message: "The indicator is not what the flows and the tables give.".into(),
        })
        .collect()
}

/// The files of a plan: `plan.json`, `scenario.toml` and, with a language, report, pictures, tables and map layers.
///
/// # Errors
/// When a picture or a table cannot be made.
pub fn plan_files(prepared: &Prepared, judged: &Judged, lang: Option<Lang>) -> Result<Files, Fault> {
    plan_files_after(prepared, judged, None, lang)
}

/// As [`plan_files`], of a plan that follows from a layout: the report shows both sides.
///
/// # Errors
/// When a picture or a table cannot be made.
pub fn plan_files_after(
    prepared: &Prepared,
    judged: &Judged,
    before: Option<(&Prepared, &Judged, &LayoutPlan)>,
    lang: Option<Lang>,
) -> Result<Files, Fault> {
    let mut files = vec![
        ("plan.json".to_string(), io::plan_file::plan_bytes(&judged.plan).map_err(|e| anyhow!(e))?),
        ("scenario.toml".to_string(), toml::to_string_pretty(&prepared.scenario).map_err(|e| anyhow!(e))?.into_bytes()),
    ];
    let Some(lang) = lang else { return Ok(files) };
    let front: Vec<plot::ParetoPoint> = judged.pareto.iter().map(plot::ParetoPoint::from).collect();
    let today = before.map(|(p, j, layout)| (report_input(p, j, None), layout));
    let before = today.as_ref().map(|(plan, layout)| report::Before { plan, layout });
    let input = report::ReportInput { before, ..report_input(prepared, judged, (!front.is_empty()).then_some(&front)) };
    files.extend(report::referral::write_bundle(&input, lang.code()).map_err(|e| anyhow!(e))?);
    let network = &prepared.problem.network;
    for (name, layer) in [
        ("sites", io::geojson::sites(network, Some(&judged.plan))),
        ("settlements", io::geojson::settlements(network)),
        ("flows", io::geojson::flows(network, &judged.plan)),
        ("areas", io::geojson::areas(network)),
    ] {
        files.push((format!("layers/{name}.geojson"), layer.into_bytes()));
    }
    Ok(files)
}

/// The tables of a plan, without page and pictures.
///
/// # Errors
/// When a table cannot be made.
pub fn tables(prepared: &Prepared, judged: &Judged, lang: Lang) -> Result<Files, Fault> {
    Ok(report::referral::tables(&report_input(prepared, judged, None), lang.code()).map_err(|e| anyhow!(e))?)
}

/// The files that show plans side by side; the first is the one that the others are compared with.
///
/// # Errors
/// When a picture or a table cannot be made.
pub fn comparison_files(sides: &[(Prepared, Judged)], lang: Lang) -> Result<Files, Fault> {
    let inputs: Vec<report::ReportInput<'_>> = sides.iter().map(|(prepared, judged)| report_input(prepared, judged, None)).collect();
    Ok(report::compare::write_bundle(&inputs, lang.code()).map_err(|e| anyhow!(e))?)
}

fn report_input<'a>(prepared: &'a Prepared, judged: &'a Judged, pareto: Option<&'a Vec<plot::ParetoPoint>>) -> report::ReportInput<'a> {
    report::ReportInput {
        problem: &prepared.problem,
        name_en: prepared.name_en.as_deref(),
        plan: &judged.plan,
        indicators: &judged.indicators,
        pack: &prepared.pack,
        pareto: pareto.map(Vec::as_slice),
        violations: judged.violations.len(),
        before: None,
    }
}

/// Names and JSON schemas of all files.
#[must_use]
pub fn schemas() -> Vec<(String, Value)> {
    io::schema::all().into_iter().map(|(name, schema)| (name.to_string(), schema)).collect()
}

/// What the flags ask of the solve, looked at before the long work; also sets the number of threads of everything that is parallel.
///
/// # Errors
/// [`Fault::Usage`] when this build has no such backend.
pub fn options(args: &SolveArgs) -> Result<SolveOptions, Fault> {
    let names = backend::names();
    let name = args.backend.as_deref().unwrap_or_else(|| names.first().copied().unwrap_or_default());
    if !names.contains(&backend::split_options(name).0) {
        return Err(Fault::Usage(format!("--backend {name}: this build has {}", names.join(", "))));
    }
    backend::by_name(name).map_err(|e| Fault::Usage(format!("--backend {name}: {e}")))?;
    if let Some(threads) = args.threads {
        // Fails only when a pool exists already (a second run in one process): the first choice then stays.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
    }
    let default = Limits::default();
    let limits =
        Limits { time: args.time, gap: args.gap.unwrap_or(default.gap), threads: args.threads.map_or(default.threads, usize::from) };
    let method = match args.method {
        MethodArg::Auto => referral::Method::Auto,
        MethodArg::Text => referral::Method::Text,
        MethodArg::Direct => referral::Method::Direct,
        MethodArg::Lazy => referral::Method::Lazy,
        MethodArg::Decomposed => referral::Method::Decomposed,
    };
    Ok(SolveOptions { backend: name.to_string(), method, limits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_backend_is_a_usage_error_that_names_the_known_ones() {
        let args = SolveArgs { backend: Some("abacus".into()), ..SolveArgs::default() };
        assert!(matches!(options(&args), Err(Fault::Usage(m)) if m.contains("abacus") && m.contains("clarabel")));
        let args = SolveArgs { gap: Some(0.01), threads: Some(3), ..SolveArgs::default() };
        let options = options(&args).unwrap();
        assert_eq!((options.limits.gap, options.limits.threads), (0.01, 3));
    }

    #[test]
    fn repairs_have_amounts_places_and_prices() {
        let repair = referral::Repair {
            kind: referral::RepairKind::Beds,
            place: "X1".into(),
            name: "X".into(),
            amount: 38.04,
            now: 120.0,
            yuan: Some(19.02e6),
            target: None,
        };
        assert_eq!(sentence(&repair), "+38.0 beds at X (120.0 now), 19.0 million yuan once");
        let target = referral::Repair {
            kind: referral::RepairKind::Target,
            name: String::new(),
            target: Some("in_county".into()),
            yuan: None,
            ..repair
        };
        assert_eq!(
            sentence(&target),
            "in_county in the whole region: 38.0 of the 120.0 cases it asks for are out of reach, whatever the capacity"
        );
    }
}
