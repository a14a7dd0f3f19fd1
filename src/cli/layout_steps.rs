//! The way from a case folder to a layout and its files, one function a step; beside `steps`, which does the same for referral plans.

use super::args::Lang;
use super::exit::Fault;
use super::layout::LayoutArgs;
use super::steps::{Files, no_answer};
use crate::check::{Violation, check_layout};
use crate::demand::LayoutProblem;
use crate::layout::{Mend, Method, PlanInfo, SolveOptions};
use crate::network::{Case, Place, Problem, codes};
use crate::outcome::{Limits, Observer, Termination};
use crate::plan::{LayoutPlan, LayoutQuestions};
use crate::policy::layout::Objective;
use crate::policy::{Scenario, pack};
use crate::{backend, io, layout, report};
use anyhow::anyhow;
use std::path::Path;
use std::time::Instant;

/// A case with what is asked of its layout.
#[derive(Debug)]
pub struct Prepared {
    /// The case.
    pub case: Case,
    /// Name of the case in Latin letters.
    pub name_en: Option<String>,
    /// The problem.
    pub problem: LayoutProblem,
    /// The scenario in force; names the pack.
    pub scenario: Scenario,
    /// What a reader of the tables should know.
    pub warnings: Vec<Problem>,
    /// When reading began.
    pub begin: Instant,
}

/// What a run came to.
#[derive(Debug)]
pub enum Solved {
    /// A layout with what is wrong with it: nothing, if it may be written.
    Plan(Box<LayoutPlan>, Vec<Violation>),
    /// There is none; what would mend that.
    Infeasible(Vec<Mend>),
}

/// Reads case and scenario.
///
/// # Errors
/// Everything that is wrong with them, at once.
pub fn prepare(folder: &Path, scenario: Option<&Path>, policy: Option<&str>, objectives: &[Objective]) -> Result<Prepared, Fault> {
    let begin = Instant::now();
    let read = match io::case_folder::read_case(folder) {
        Ok(read) => read,
        Err(mut problems) => {
            problems.extend(scenario.and_then(|file| io::scenario::read_scenario(file, None).err()).unwrap_or_default());
            return Err(Fault::Invalid(problems));
        }
    };
    let mut asked = match scenario {
        None => read.scenario.scenario,
        Some(file) => {
            let given = io::scenario::read_scenario(file, Some(&read.case.network)).map_err(Fault::Invalid)?;
            given.over(&read.scenario).map_err(|e| anyhow!(e))?.scenario
        }
    };
    asked.policy = policy.map(str::to_string).or(asked.policy);
    let mut rules = asked.layout.take().unwrap_or_default();
    if !objectives.is_empty() {
        rules.objective = objectives.to_vec();
    }
    asked.layout = Some(rules);
    assemble(read.case, read.name_en, asked, read.warnings, begin)
}

fn assemble(
    case: Case,
    name_en: Option<String>,
    mut scenario: Scenario,
    warnings: Vec<Problem>,
    begin: Instant,
) -> Result<Prepared, Fault> {
    let name = scenario.policy.clone().unwrap_or_else(|| case.policy.clone());
    pack::load(&name).map_err(|e| {
        Fault::Invalid(vec![Problem::new(&codes::POLICY_UNKNOWN, Place::file("scenario"), e.to_string()).column("policy").value(&name)])
    })?;
    scenario.policy = Some(name);
    let problem = LayoutProblem::assemble(&case, &scenario).map_err(|e| {
        Fault::Invalid(vec![Problem::new(&codes::SETTING_OUT_OF_RANGE, Place::file("scenario"), e.to_string()).column("layout")])
    })?;
    Ok(Prepared { case, name_en, problem, scenario, warnings, begin })
}

/// What the flags ask of the solve; also sets the number of threads of everything that is parallel.
#[must_use]
pub fn options(args: &LayoutArgs) -> SolveOptions {
    if let Some(threads) = args.threads {
        // Fails only when a pool exists already (a second run in one process): the first choice then stays.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
    }
    let default = SolveOptions::default();
    let limits = Limits {
        time: args.time,
        gap: args.gap.unwrap_or(default.limits.gap),
        threads: args.threads.map_or(default.limits.threads, usize::from),
    };
    SolveOptions { method: args.method.into(), limits, ..default }
}

/// Solves, works out the front when the scenario asks for one, checks.
///
/// # Errors
/// When the solver fails, or a limit came before any layout.
pub fn solve(prepared: &Prepared, options: &SolveOptions, observer: &dyn Observer) -> Result<Solved, Fault> {
    let problem = &prepared.problem;
    let solution = layout::solve(problem, options, observer).map_err(|e| anyhow!(e))?;
    match solution.termination {
        Termination::Optimal | Termination::Feasible(_) => {}
        Termination::Infeasible => {
            if let Some(lack) = &solution.missing {
                return Ok(Solved::Infeasible(vec![layout::lacks(lack)]));
            }
            if !solution.without.is_empty() {
                let limits = repair_limits(options);
                let network = &prepared.case.network;
                let (mends, _) = layout::repair_blocks(problem, &solution.without, network, &limits, observer).map_err(|e| anyhow!(e))?;
                return Ok(Solved::Infeasible(mends));
            }
            return mend(prepared, options, observer);
        }
        Termination::NoSolution(limit) => {
            if let Some(lack) = &solution.missing {
                let sentence = layout::lacks(lack).sentence;
                return Err(no_answer(limit, "layout", &format!(": {sentence}")));
            }
            // a wish that cannot be met is often seen sooner by asking what is missing
            if let Ok(Solved::Infeasible(mends)) = mend(prepared, options, observer) {
                return Ok(Solved::Infeasible(mends));
            }
            return Err(no_answer(limit, "layout", ""));
        }
        Termination::Unbounded => return Err(anyhow!("the objective has no lower bound: prices of the scenario below zero?").into()),
    }
    let front = match &problem.rules.pareto {
        Some(ask) => layout::front(problem, ask, options, observer).map_err(|e| anyhow!(e))?,
        None => Vec::new(),
    };
    let info = PlanInfo {
        policy: prepared.scenario.policy.clone().unwrap_or_default(),
        scenario: prepared.scenario.clone(),
        gap: options.limits.gap,
        seconds: prepared.begin.elapsed().as_secs_f64(),
        backend: backend::default_mip().name().to_owned(),
        front,
    };
    let mut plan = layout::to_plan(&prepared.case.network, problem, &solution, info);
    let violations = check_layout(&prepared.case.network, problem, &plan);
    plan.seconds = prepared.begin.elapsed().as_secs_f64();
    Ok(Solved::Plan(Box::new(plan), violations))
}

/// The search for a repair ends, whatever was asked.
fn repair_limits(options: &SolveOptions) -> Limits {
    Limits { time: Some(options.limits.time.unwrap_or(std::time::Duration::from_secs(120))), ..options.limits }
}

fn mend(prepared: &Prepared, options: &SolveOptions, observer: &dyn Observer) -> Result<Solved, Fault> {
    let limits = repair_limits(options);
    let (mends, proven) = layout::repair(&prepared.problem, &prepared.case.network, &limits, observer).map_err(|e| anyhow!(e))?;
    if mends.is_empty() && !proven {
        return Err(anyhow!("the layout was found infeasible, but nothing was found missing").into());
    }
    Ok(Solved::Infeasible(mends))
}

/// Reads a written layout back, prepares its case under the plan's own scenario, and checks it.
///
/// # Errors
/// When case or plan cannot be read.
pub fn judge_written(folder: &Path, file: &Path) -> Result<(Prepared, LayoutPlan, Vec<Violation>), Fault> {
    let begin = Instant::now();
    let read = match io::case_folder::read_case(folder) {
        Ok(read) => read,
        Err(mut problems) => {
            problems.extend(io::layout_files::read_layout(file).err().unwrap_or_default());
            return Err(Fault::Invalid(problems));
        }
    };
    let plan = io::layout_files::read_layout(file).map_err(Fault::Invalid)?;
    let scenario = Scenario { policy: Some(plan.policy.clone()), ..plan.scenario.clone() };
    let prepared = assemble(read.case, read.name_en, scenario, read.warnings, begin)?;
    let violations = check_layout(&prepared.case.network, &prepared.problem, &plan);
    Ok((prepared, plan, violations))
}

/// The files of a layout.
///
/// # Errors
/// When a picture or table cannot be made.
pub fn files(prepared: &Prepared, plan: &LayoutPlan, asked: Option<&LayoutQuestions>, lang: Option<Lang>) -> Result<Files, Fault> {
    let mut files = vec![
        ("plan.json".to_string(), io::layout_files::layout_bytes(plan).map_err(|e| anyhow!(e))?),
        ("scenario.toml".to_string(), toml::to_string_pretty(&prepared.scenario).map_err(|e| anyhow!(e))?.into_bytes()),
    ];
    if let Some(asked) = asked {
        files.push(("questions.json".to_string(), io::layout_questions_files::questions_bytes(asked).map_err(|e| anyhow!(e))?));
        files.extend(io::layout_questions_files::tables(asked));
    }
    let Some(lang) = lang else { return Ok(files) };
    let network = &prepared.case.network;
    let input =
        report::layout::LayoutReport { network, problem: &prepared.problem, plan, name_en: prepared.name_en.as_deref(), questions: asked };
    files.extend(report::layout::write_bundle(&input, lang.code()).map_err(|e| anyhow!(e))?);
    files.extend(io::layout_files::tables(network, plan));
    files.extend(io::layout_files::layers(network, plan));
    Ok(files)
}

impl From<super::layout::LayoutMethod> for Method {
    fn from(method: super::layout::LayoutMethod) -> Self {
        match method {
            super::layout::LayoutMethod::Auto => Self::Auto,
            super::layout::LayoutMethod::Direct => Self::Direct,
            super::layout::LayoutMethod::Parts => Self::Parts,
            super::layout::LayoutMethod::Catchments => Self::Catchments,
        }
    }
}
