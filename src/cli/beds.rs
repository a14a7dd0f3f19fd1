//! `fenji beds`: where beds should go so that they are as evenly shared as can be.

use super::args::{Lang, OutArg, share};
use super::exit::{Answer, Exit, Fault, visible};
use super::output::{self, grouped};
use super::steps::{self, Ask, Prepared};
use super::{check, referral};
use crate::layout::beds::{BedsInput, BedsOptions, BedsOutcome, BedsRepair, BedsRepairKind, solve};
use crate::outcome::{Limits, Observer};
use crate::plan::BedsPlan;
use crate::plan::beds::{BedsGoal, BedsQuestion};
use crate::plot::bed_equity::BedsPictureInput;
use crate::policy::Scenario;
use crate::report::beds::{BedsReport, sentences, write_bundle};
use crate::text::Catalogue;
use crate::{backend, check as checks, io};
use anyhow::anyhow;
use clap::ValueEnum;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What is made as good as can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GoalArg {
    /// Least Gini coefficient
    Gini,
    /// The worst-off area as well off as can be
    Maxmin,
    /// Least mean absolute deviation
    Mad,
    /// Least cost within --gini-limit
    Cost,
}

/// Share out beds of county hospitals and primary care over areas and facilities, as evenly as can be, with the proof and its prices
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Case folder
    pub case: PathBuf,
    /// Beds to add in all (with --objective cost: the most that may be added, default no limit)
    #[arg(long, value_name = "N")]
    pub add: Option<u32>,
    /// What is made as good as can be [default: gini]
    #[arg(long, value_name = "NAME", value_enum)]
    pub objective: Option<GoalArg>,
    /// Growth limit of an area, share of its beds [default: 0.25]
    #[arg(long, value_name = "X", value_parser = growth)]
    pub growth: Option<f64>,
    /// Share of its beds that an area may lose to others [default: 0]
    #[arg(long, value_name = "X", value_parser = share)]
    pub shrink: Option<f64>,
    /// Growth limit of a facility, share of its beds; the larger of this and --growth holds [default: 1]
    #[arg(long, value_name = "X", value_parser = growth)]
    pub facility_growth: Option<f64>,
    /// Largest Gini coefficient, for --objective cost
    #[arg(long, value_name = "X", value_parser = share, required_if_eq("objective", "cost"))]
    pub gini_limit: Option<f64>,
    /// Least county and primary beds per 1,000 residents of every area [default: 3.5]
    #[arg(long, value_name = "X", value_parser = rate)]
    pub floor: Option<f64>,
    /// No public hospital grows once the region has this many beds per 1,000 residents (4 when no number is given)
    #[arg(long, value_name = "X", num_args = 0..=1, default_missing_value = "4", value_parser = rate)]
    pub freeze: Option<f64>,
    /// Table of need (area,need): an index of age or chronic illness of each area; without it every head counts the same
    #[arg(long, value_name = "FILE")]
    pub need: Option<PathBuf>,
    /// Scenario file (TOML), over the scenario that the case may carry; its capacity changes make the beds of today, its `[beds]` section asks
    /// what no option here asks
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// Solver with prices: highs or clarabel (default: the best that this build has)
    #[arg(long, value_name = "NAME")]
    pub backend: Option<String>,
    /// Language of report and pictures
    #[arg(long, value_enum, default_value_t)]
    pub lang: Lang,
    /// Where results go.
    #[command(flatten)]
    pub out: OutArg,
}

fn growth(text: &str) -> Result<f64, String> {
    within(text, 20.0)
}

fn rate(text: &str) -> Result<f64, String> {
    within(text, 1000.0)
}

fn within(text: &str, most: f64) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|x| (0.0..=most).contains(x)).ok_or_else(|| format!("must be a number from 0 to {most}"))
}

/// Runs the command.
///
/// # Errors
/// See [`Fault`]; infeasible questions and plans that fail their check are answers.
pub fn run(args: &Args, observer: &dyn Observer) -> Result<Answer, Fault> {
    let begin = Instant::now();
    let out = &args.out.out;
    output::claim_results(out)?;
    let options = options(args)?;
    let prepared = steps::prepare(&args.case, Ask { scenario: args.scenario.as_deref(), ..Ask::default() }, observer)?;
    let question = question(args, prepared.scenario.beds.unwrap_or_default())?;
    let network = &prepared.problem.network;
    let need = args.need.as_deref().map(|f| io::need::read_need(f, network)).transpose().map_err(Fault::Invalid)?;
    let source = args.need.as_deref().and_then(Path::file_name).map_or_else(|| "none".into(), |n| n.to_string_lossy().into_owned());
    let input =
        BedsInput { network, beds: &prepared.problem.beds, need: need.as_deref(), need_source: &source, scenario: &prepared.scenario };
    let mut plan = match solve(&input, &question, &options, observer).map_err(|e| anyhow!(e))? {
        BedsOutcome::Plan(plan) => *plan,
        BedsOutcome::Infeasible(repairs) => return Ok(infeasible(&repairs)),
    };
    plan.seconds = begin.elapsed().as_secs_f64();
    let violations = checks::beds::check_beds(&prepared.problem, &plan);
    if !violations.is_empty() {
        return Ok(check::refused("beds", &violations, "the plan failed its own check and was not written"));
    }
    let mut files = vec![
        ("plan.json".to_owned(), io::plan_file::beds_bytes(&plan).map_err(|e| anyhow!(e))?),
        ("scenario.toml".to_owned(), toml::to_string_pretty(&prepared.scenario).map_err(|e| anyhow!(e))?.into_bytes()),
    ];
    let report = BedsReport { network, name_en: prepared.name_en.as_deref(), plan: &plan };
    files.extend(write_bundle(&report, args.lang.code()).map_err(|e| anyhow!(e))?);
    output::write_results(out, &files)?;
    let said = said(&prepared, &plan)?;
    let mut text: String = prepared.warnings.iter().map(|w| super::exit::told(w) + "\n").collect();
    text.push_str(&format!("{}\nwritten: {}", said.join("\n"), out.join("report.html").display()));
    let json = json!({
        "command": "beds", "ok": true, "case": plan.case, "question": plan.question, "objective": plan.objective, "bounds": plan.bounds,
        "gap": plan.bounds.gap(), "termination": plan.termination, "before": plan.before, "exact": plan.exact, "after": plan.after,
        "cost": plan.cost, "frozen": plan.frozen, "density": plan.density, "need": plan.need_source, "prices": plan.prices,
        "areas": plan.areas, "said": said, "seconds": plan.seconds, "backend": plan.backend, "out": out,
        "files": referral::names(&files), "warnings": prepared.warnings,
    });
    Ok(Answer::fine(json, text))
}

/// Sentences in English, for the terminal.
fn said(prepared: &Prepared, plan: &BedsPlan) -> Result<Vec<String>, Fault> {
    let text = Catalogue::load("en").map_err(|e| anyhow!(e))?;
    let network = &prepared.problem.network;
    let spoken = BedsPictureInput { network, name_en: prepared.name_en.as_deref(), plan, text: &text };
    Ok(sentences(&spoken).iter().map(|s| visible(s)).collect())
}

fn options(args: &Args) -> Result<BedsOptions, Fault> {
    let names: Vec<&str> = backend::names().into_iter().filter(|n| *n != "microlp").collect();
    let name = args.backend.as_deref().unwrap_or_else(|| names.first().copied().unwrap_or_default());
    if !names.contains(&name) {
        return Err(Fault::Usage(format!("--backend {name}: of the solvers of this build {} have prices", names.join(", "))));
    }
    Ok(BedsOptions { backend: name.into(), limits: Limits::default() })
}

/// What the options ask, over what the scenario asks.
fn question(args: &Args, asked: BedsQuestion) -> Result<BedsQuestion, Fault> {
    let goal = args.objective.map_or(asked.goal, |goal| match goal {
        GoalArg::Gini => BedsGoal::Gini,
        GoalArg::Maxmin => BedsGoal::MaxMin,
        GoalArg::Mad => BedsGoal::MeanDeviation,
        GoalArg::Cost => BedsGoal::Cost,
    });
    if args.gini_limit.is_some() && goal != BedsGoal::Cost {
        return Err(Fault::Usage("--gini-limit goes with --objective cost".into()));
    }
    Ok(BedsQuestion {
        goal,
        add: args.add.or(asked.add).or((goal != BedsGoal::Cost).then_some(0)),
        growth: args.growth.unwrap_or(asked.growth),
        shrink: args.shrink.unwrap_or(asked.shrink),
        facility_growth: args.facility_growth.unwrap_or(asked.facility_growth),
        floor: args.floor.unwrap_or(asked.floor),
        freeze: args.freeze.or(asked.freeze),
        gini_limit: args.gini_limit.or(asked.gini_limit).filter(|_| goal == BedsGoal::Cost),
    })
}

/// One relaxation in words.
fn sentence(r: &BedsRepair) -> String {
    let name = visible(if r.name.is_empty() { &r.place } else { &r.name });
    let growth = r
        .growth
        .map_or_else(|| "no growth limit would do (no beds to grow from, or the freeze)".to_owned(), |g| format!("--growth {g} would do"));
    match r.kind {
        BedsRepairKind::AreaLimit => {
            format!(
                "{name}: its floor needs {} beds more than the {} that its limits allow; {growth}",
                grouped(r.amount, 1),
                grouped(r.now, 1)
            )
        }
        BedsRepairKind::MoreBeds => {
            format!(
                "the floors take {} beds more than the {} to add: --add {}",
                grouped(r.amount, 0),
                grouped(r.now, 0),
                (r.now + r.amount).ceil()
            )
        }
        BedsRepairKind::NoRoom => {
            format!("{} of the beds to add find no place (room for {}); {growth}", grouped(r.amount, 0), grouped(r.now, 0))
        }
        BedsRepairKind::GiniLimit => {
            format!(
                "the least Gini coefficient within reach is {:.6}, not {}: --gini-limit {:.6}; or {growth}",
                r.amount,
                r.now,
                r.amount + 1e-6
            )
        }
    }
}

fn infeasible(repairs: &[BedsRepair]) -> Answer {
    let said: Vec<String> = repairs.iter().map(sentence).collect();
    let text = format!("infeasible: the limits contradict each other; nothing was written\nwhat would repair it:\n  {}", said.join("\n  "));
    let json = json!({ "command": "beds", "ok": false, "exit": Exit::Violated as u8, "termination": "infeasible", "repairs": repairs, "repair": said });
    Answer { exit: Exit::Violated, json, text }
}

/// Verifies a written bed plan for `fenji check`.
///
/// # Errors
/// When case or plan cannot be read.
pub fn check(case: &Path, file: &Path, observer: &dyn Observer) -> Result<Answer, Fault> {
    let read = io::read_case(case).map_err(Fault::Invalid)?;
    let plan = io::plan_file::read_beds(file).map_err(Fault::Invalid)?;
    let scenario = Scenario { policy: Some(plan.policy.clone()).filter(|p| !p.is_empty()), ..plan.scenario.clone() };
    let written = io::ScenarioFile::of(scenario);
    let elsewhere = file.display().to_string();
    let warnings = read.warnings.clone();
    let prepared = steps::assemble((read.case, read.name_en), &written, &elsewhere, warnings, Instant::now(), observer)?;
    let violations = checks::beds::check_beds(&prepared.problem, &plan);
    if !violations.is_empty() {
        return Ok(check::refused("check", &violations, "the plan does not fit its case"));
    }
    let recomputed = plan.question.goal != BedsGoal::Cost;
    let json: Value = json!({ "command": "check", "ok": true, "kind": plan.kind, "case": plan.case, "objective": plan.objective, "bounds": plan.bounds,
        "bound_recomputed": recomputed, "violations": [] });
    let text = format!(
        "the bed plan fits its case: {}, {} beds in {} areas and {} facilities, Gini {:.6}{}",
        visible(&plan.case),
        grouped(plan.after.beds, 0),
        plan.areas.len(),
        plan.facilities.len(),
        plan.after.gini,
        if recomputed { "" } else { "; that no programme is cheaper is its solver's word" }
    );
    Ok(Answer::fine(json, text))
}
