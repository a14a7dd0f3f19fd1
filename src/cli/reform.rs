//! The further models of the reform, `fenji telemedicine`, `fenji pairing` and so on: one way for all of them from case to checked plan.

use super::args::{Lang, OutArg, gap, seconds};
use super::exit::{Answer, Exit, Fault, visible};
use super::output::{self, grouped};
use super::steps::{self, Ask, Files, Prepared};
use super::{check as refusal, referral};
use crate::check::check_reform;
use crate::check::reform::recomputes_bound;
use crate::io;
use crate::network::{Network, Place, Problem, codes};
use crate::outcome::{Bounds, Event, Limits, Observer};
use crate::plan::ReferralPlan;
use crate::plan::reform::{Model, REFORM_KIND, REFORM_VERSION, ReformPlan};
use crate::plot::reform::ReformPictureInput;
use crate::policy::{Reform, Scenario};
use crate::reform::{self, ReformError, ReformInput, Reformed, Repair, Solved};
use crate::report::reform::{ReformReport, part, tables, write_bundle};
use crate::text::Catalogue;
use anyhow::anyhow;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Name of the referral plan that a plan rests on, beside it.
const REFERRAL: &str = "referral.json";
/// Name of the scenario file that says what a plan does to the referral plan.
const EFFECT: &str = "effect.toml";

/// What every one of these models takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Case folder
    pub case: PathBuf,
    /// Scenario file (TOML) with a `[reform]` section, over the scenario that the case may carry
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// Policy pack: P2012, P2018, P2020, P2022, P2023, P2025, P2027 or P2035
    #[arg(long, value_name = "NAME")]
    pub policy: Option<String>,
    /// Referral plan (plan.json) of the same case and scenario, for what rests on flows
    #[arg(long, value_name = "PLAN")]
    pub referral: Option<PathBuf>,
    /// Stop each solve after this many seconds with the best plan so far [default: 120]
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub time: Option<Duration>,
    /// Relative gap at which a plan is good enough [default: 1e-6]
    #[arg(long, value_name = "X", value_parser = gap)]
    pub gap: Option<f64>,
    /// Threads (default: all)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Seed of the algorithms that draw
    #[arg(long, value_name = "K", default_value_t = 1)]
    pub seed: u64,
    /// Language of report and pictures
    #[arg(long, value_enum, default_value_t)]
    pub lang: Lang,
    /// Write plan.json, scenario.toml and effect.toml only
    #[arg(long)]
    pub no_report: bool,
    /// Write plan.json, scenario.toml and tables only: no page and no pictures
    #[arg(long, conflicts_with = "no_report")]
    pub tables: bool,
    /// Where results go.
    #[command(flatten)]
    pub out: OutArg,
}

/// Runs a model.
///
/// # Errors
/// See [`Fault`]; infeasible questions and plans that fail their check are answers.
pub fn run(model: Model, args: &Args, observer: &dyn Observer) -> Result<Answer, Fault> {
    let out = &args.out.out;
    output::claim_results(out)?;
    let prepared =
        steps::prepare(&args.case, Ask { scenario: args.scenario.as_deref(), policy: args.policy.as_deref(), gamma: None }, observer)?;
    let rests_on = args.referral.as_deref().map(|f| io::plan_file::read_plan(f, Some(&prepared.case.network))).transpose();
    let rests_on = rests_on.map_err(Fault::Invalid)?;
    if let Some(plan) = &rests_on {
        same_question(&prepared, plan, args)?;
    }
    let limits = limits(args);
    let found = work_out(model, &prepared, rests_on.as_ref(), limits, args.seed, observer);
    let plan = match found.map_err(|fault| lacking(fault, &args.case))? {
        Ok(plan) => plan,
        Err(repairs) => return infeasible(model, &prepared.case.network, &repairs),
    };
    let violations = check_reform(&prepared.case, &prepared.problem, &plan, rests_on.as_ref());
    if !violations.is_empty() {
        return Ok(refusal::refused(model.name(), &violations, "the plan failed its own check and was not written"));
    }
    let bare = args.no_report || args.tables;
    let mut files = files(&prepared, &plan, rests_on.as_ref(), (!bare).then_some(args.lang))?;
    if args.tables {
        let report = ReformReport { network: &prepared.case.network, name_en: prepared.name_en.as_deref(), plan: &plan };
        files.extend(tables(&report, args.lang.code()).map_err(|e| anyhow!(e))?);
    }
    output::write_results(out, &files)?;
    let said = said(&prepared, &plan)?;
    let mut text: String = prepared.warnings.iter().map(|w| super::exit::told(w) + "\n").collect();
    let written = if bare { "plan.json" } else { "report.html" };
    text.push_str(&format!("{}\n{}\nwritten: {}", said.join("\n"), proof(&plan), out.join(written).display()));
    let json = json!({
        "command": model.name(), "ok": true, "case": plan.case, "objective": plan.objective, "unit": plan.unit, "maximised": plan.maximised,
        "bounds": in_its_sense(&plan), "gap": plan.bounds.gap(), "termination": plan.termination, "answer": plan.answer, "said": said,
        "goals": crate::indicators::reform::goals(&plan), "seconds": plan.seconds, "backend": plan.backend, "out": out,
        "files": referral::names(&files), "warnings": prepared.warnings,
    });
    Ok(Answer::fine(json, text))
}

/// A scenario that asks anything of the referral model, or a policy pack that was named, must be that of the referral plan that a model rests on.
fn same_question(prepared: &Prepared, plan: &ReferralPlan, args: &Args) -> Result<(), Fault> {
    let asked = |s: &Scenario| Scenario { name: String::new(), policy: None, layout: None, beds: None, reform: None, ..s.clone() };
    let (now, then) = (asked(&prepared.scenario), asked(&plan.scenario));
    if now != Scenario::default() && now != then {
        let what = "--referral: this plan was made with another scenario; make it again with the one given here, or give a scenario with [reform] alone";
        return Err(Fault::Usage(what.into()));
    }
    let named = args.policy.is_some() || prepared.scenario.policy.is_some();
    if named && prepared.pack.name != plan.policy {
        return Err(Fault::Usage(format!(
            "--referral: this plan was made under the policy pack {}, not {}; make it again under that",
            visible(&plan.policy),
            prepared.pack.name
        )));
    }
    Ok(())
}

/// Bounds as the value counts: of what is maximised `dual` is the ceiling. (A plan file holds those of the minimised negative.)
#[must_use]
pub fn in_its_sense(plan: &ReformPlan) -> Bounds {
    let b = plan.bounds;
    if plan.maximised { Bounds { primal: -b.primal, dual: -b.dual } } else { b }
}

fn limits(args: &Args) -> Limits {
    if let Some(threads) = args.threads {
        // Fails only when a pool exists already: the first choice then stays.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
    }
    let default = Limits::default();
    Limits {
        time: Some(args.time.unwrap_or(Duration::from_secs(120))),
        gap: args.gap.unwrap_or(default.gap),
        threads: args.threads.map_or(default.threads, usize::from),
    }
}

/// Bounds of these models are in units of their own: they are passed on as remarks, without that of money.
struct Unitless<'a>(&'a dyn Observer);

impl Observer for Unitless<'_> {
    fn event(&self, event: &Event) {
        match event {
            Event::Improved { seconds, bounds } if bounds.primal.is_finite() && bounds.dual.is_finite() => {
                let gap = 100.0 * bounds.gap();
                self.0
                    .event(&Event::Note(format!("{seconds:8.1} s  value {:.4}  bound {:.4}  gap {gap:.4} %", bounds.primal, bounds.dual)));
            }
            Event::Improved { .. } => {}
            other => self.0.event(other),
        }
    }

    fn stop_requested(&self) -> bool {
        self.0.stop_requested()
    }
}

/// A case that lacks what a model needs is invalid input, not a failure.
fn lacking(fault: Fault, case: &Path) -> Fault {
    match fault {
        Fault::Failed(e) => match e.downcast_ref() {
            Some(ReformError::Lacks(what)) => {
                let place = Place::file(&case.display().to_string());
                Fault::Invalid(vec![Problem::new(&codes::MODEL_LACKS, place, what.clone())])
            }
            _ => Fault::Failed(e),
        },
        other => other,
    }
}

/// The plan of a model, or what would make its question answerable.
///
/// # Errors
/// A limit before the first answer, a missing input, a failing solver.
pub fn work_out(
    model: Model,
    prepared: &Prepared,
    referral: Option<&ReferralPlan>,
    limits: Limits,
    seed: u64,
    observer: &dyn Observer,
) -> Result<Result<ReformPlan, Vec<Repair>>, Fault> {
    let begin = Instant::now();
    let rules = prepared.scenario.reform.clone().unwrap_or_default();
    let input =
        ReformInput { case: &prepared.case, problem: &prepared.problem, pack: &prepared.pack, rules: &rules, referral, limits, seed };
    let observer = &Unitless(observer);
    let solved = match reform::solve(model, &input, observer).map_err(|e| anyhow!(e))? {
        Reformed::Answer(solved) => *solved,
        Reformed::Infeasible(repairs) => return Ok(Err(repairs)),
    };
    Ok(Ok(plan(prepared, &rules, solved, begin)))
}

fn plan(prepared: &Prepared, rules: &Reform, solved: Solved, begin: Instant) -> ReformPlan {
    ReformPlan {
        version: REFORM_VERSION,
        kind: REFORM_KIND.into(),
        fenji: env!("CARGO_PKG_VERSION").into(),
        case: prepared.case.network.name.clone(),
        policy: prepared.pack.name.clone(),
        scenario: Scenario { reform: Some(rules.clone()), ..prepared.scenario.clone() },
        objective: solved.objective,
        unit: solved.unit.into(),
        maximised: solved.maximised,
        bounds: solved.bounds,
        termination: solved.termination,
        answer: solved.answer,
        backend: solved.backend,
        seconds: begin.elapsed().as_secs_f64(),
        provenance: prepared.case.network.provenance.clone(),
    }
}

/// The files of a plan; with a language, report, pictures and tables among them.
pub(super) fn files(prepared: &Prepared, plan: &ReformPlan, rests_on: Option<&ReferralPlan>, lang: Option<Lang>) -> Result<Files, Fault> {
    let toml = |s: &Scenario| toml::to_string_pretty(s).map(String::into_bytes).map_err(|e| anyhow!(e));
    let mut files = vec![
        ("plan.json".to_owned(), io::plan_file::reform_bytes(plan).map_err(|e| anyhow!(e))?),
        ("scenario.toml".to_owned(), toml(&prepared.scenario)?),
    ];
    if let Some(referral) = rests_on {
        files.push((REFERRAL.to_owned(), io::plan_file::plan_bytes(referral).map_err(|e| anyhow!(e))?));
    }
    let mut changed = prepared.scenario.clone();
    if reform::effect(&plan.answer, &mut changed) {
        files.push((EFFECT.to_owned(), toml(&changed)?));
    }
    if let Some(lang) = lang {
        let report = ReformReport { network: &prepared.case.network, name_en: prepared.name_en.as_deref(), plan };
        files.extend(write_bundle(&report, lang.code()).map_err(|e| anyhow!(e))?);
    }
    Ok(files)
}

/// What the plan means, in English, for the terminal.
fn said(prepared: &Prepared, plan: &ReformPlan) -> Result<Vec<String>, Fault> {
    let text = Catalogue::load("en").map_err(|e| anyhow!(e))?;
    let spoken = ReformPictureInput { network: &prepared.case.network, name_en: prepared.name_en.as_deref(), plan, text: &text };
    Ok(part(&spoken).map_err(|e| anyhow!(e))?.sentences.iter().map(|s| visible(s)).collect())
}

fn proof(plan: &ReformPlan) -> String {
    let gap = plan.bounds.gap();
    let proven = if gap.is_finite() { format!("proven within {:.4} %", 100.0 * gap) } else { "without a proven bound".to_owned() };
    format!("{} {}, {proven}", grouped(plan.objective, 2), plan.unit)
}

/// Name in Latin letters of the area, township, settlement or facility of a code.
fn latin<'a>(network: &'a Network, code: &str) -> Option<&'a str> {
    let area = network.areas.iter().find(|a| a.code == code).and_then(|a| a.name_en.as_deref());
    let town = || network.towns.iter().find(|t| t.code == code).and_then(|t| t.name_en.as_deref());
    let settlement = || network.settlements.iter().find(|s| s.code == code).and_then(|s| s.name_en.as_deref());
    let facility = || network.facilities.iter().find(|f| f.code == code).and_then(|f| f.name_en.as_deref());
    area.or_else(town).or_else(settlement).or_else(facility)
}

/// Repairs in sentences.
pub(super) fn sentences(network: &Network, repairs: &[Repair], lang: Lang) -> Result<Vec<String>, Fault> {
    let text = Catalogue::load(lang.code()).map_err(|e| anyhow!(e))?;
    Ok(repairs
        .iter()
        .map(|r| {
            let name = visible(&text.place(if r.name.is_empty() { &r.place } else { &r.name }, latin(network, &r.place)));
            let sentence = text
                .say_with(&format!("repair-{}", r.kind), &[("name", (&name).into()), ("amount", r.amount.into()), ("now", r.now.into())]);
            let price = r.yuan.map_or_else(String::new, |y| format!(" ({} yuan)", grouped(y, 0)));
            format!("{sentence}{price}")
        })
        .collect())
}

fn infeasible(model: Model, network: &Network, repairs: &[Repair]) -> Result<Answer, Fault> {
    // the command line speaks English
    let said = sentences(network, repairs, Lang::En)?;
    let shown = format!("infeasible: what was asked cannot be had; nothing was written\nwhat would repair it:\n  {}", said.join("\n  "));
    let json = json!({
        "command": model.name(), "ok": false, "exit": Exit::Violated as u8, "termination": "infeasible", "repairs": repairs, "repair": said,
    });
    Ok(Answer { exit: Exit::Violated, json, text: shown })
}

/// Reads a written plan and verifies it against its case: the case, the plan, what is wrong, and the referral plan that it rests on.
pub(super) type Judged = (Prepared, ReformPlan, Vec<crate::check::Violation>, Option<ReferralPlan>);

pub(super) fn judge(case: &Path, file: &Path, observer: &dyn Observer) -> Result<Judged, Fault> {
    let read = io::read_case(case).map_err(Fault::Invalid)?;
    let plan = io::plan_file::read_reform(file).map_err(Fault::Invalid)?;
    let beside = file.with_file_name(REFERRAL);
    let rests_on = io::shelf::is_file(&beside).then(|| io::plan_file::read_plan(&beside, Some(&read.case.network))).transpose();
    let rests_on = rests_on.map_err(Fault::Invalid)?;
    let scenario = Scenario { policy: Some(plan.policy.clone()).filter(|p| !p.is_empty()), ..plan.scenario.clone() };
    let written = io::ScenarioFile::of(scenario);
    let elsewhere = file.display().to_string();
    let warnings = read.warnings.clone();
    let prepared = steps::assemble((read.case, read.name_en), &written, &elsewhere, warnings, Instant::now(), observer)?;
    let violations = check_reform(&prepared.case, &prepared.problem, &plan, rests_on.as_ref());
    Ok((prepared, plan, violations, rests_on))
}

/// Verifies a written plan for `fenji check`.
///
/// # Errors
/// When case or plan cannot be read.
pub fn check(case: &Path, file: &Path, observer: &dyn Observer) -> Result<Answer, Fault> {
    let (_, plan, violations, _) = judge(case, file, observer)?;
    if !violations.is_empty() {
        return Ok(refusal::refused("check", &violations, "the plan does not fit its case"));
    }
    let name = plan.answer.model().name();
    let json = json!({
        "command": "check", "ok": true, "kind": plan.kind, "model": name, "case": plan.case, "objective": plan.objective,
        "bounds": in_its_sense(&plan), "bound_recomputed": recomputes_bound(&plan), "violations": [],
    });
    let bound = if recomputes_bound(&plan) { "" } else { " by its solver's word: that bound was not worked out again" };
    let stress = matches!(&plan.answer, crate::plan::ReformAnswer::Surge(a) if !a.stress.is_empty());
    let bound = format!(
        "{bound}{}",
        if stress { "; its referral plans under stress were not solved again: their figures are its solver's word" } else { "" }
    );
    Ok(Answer::fine(json, format!("the {name} plan fits its case: {}, {}{bound}", visible(&plan.case), proof(&plan))))
}

/// Makes the report of a written plan for `fenji report`.
///
/// # Errors
/// When case or plan cannot be read, or the disk refuses.
pub fn report(case: &Path, file: &Path, lang: Lang, out: &Path, observer: &dyn Observer) -> Result<Answer, Fault> {
    let (prepared, plan, violations, rests_on) = judge(case, file, observer)?;
    if !violations.is_empty() {
        return Ok(refusal::refused("report", &violations, "the plan does not fit its case and is not reported"));
    }
    let files = files(&prepared, &plan, rests_on.as_ref(), Some(lang))?;
    output::write_results(out, &files)?;
    let json = json!({
        "command": "report", "ok": true, "case": plan.case, "kind": plan.kind, "objective": plan.objective, "out": out,
        "files": referral::names(&files),
    });
    Ok(Answer::fine(json, format!("written: {}", out.join("report.html").display())))
}
