//! `fenji layout --ask`: what a planner asks next of the layout that was found.

use super::args::{seconds, share};
use super::exit::{Fault, visible};
use super::layout_steps::Prepared;
use super::output::grouped;
use crate::demand::LayoutProblem;
use crate::io;
use crate::layout::SolveOptions;
use crate::layout::ask::{self, AlternativeOptions, RegretOptions, WhyOptions};
use crate::outcome::{Bounds, Limits, Observer};
use crate::plan::LayoutPlan;
use crate::plan::layout_questions::{Force, LayoutQuestions, ListEnd, QUESTIONS_VERSION, Remark, Robust};
use crate::policy::Scenario;
use crate::travel::Travel;
use anyhow::anyhow;
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Question {
    /// In which order to build, with the gain of each step
    Order,
    /// What forcing each site in or out would cost
    Why,
    /// Different plans within a distance of the best
    Alternatives,
    /// Hospitals out, ways cut, an older population, regret over scenarios
    Robust,
}

/// What is asked next.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct AskArgs {
    /// Questions to answer about the layout: order, why, alternatives, robust
    #[arg(long, value_name = "LIST", value_enum, value_delimiter = ',')]
    pub ask: Vec<Question>,
    /// Seconds for each question [default: 300]
    #[arg(long, value_name = "S", value_parser = seconds, requires = "ask")]
    pub ask_time: Option<Duration>,
    /// order: money of each phase, yuan (one phase without limit when absent)
    #[arg(long, value_name = "YUAN", value_delimiter = ',', value_parser = money, requires = "ask")]
    pub phase: Vec<f64>,
    /// why: sites that are forced and worked out again at most; the others keep bounds from prices [default: 400]
    #[arg(long, value_name = "N", requires = "ask")]
    pub force_most: Option<usize>,
    /// alternatives: share by which the objective may lie above the plan's [default: 0.02]
    #[arg(long, value_name = "X", value_parser = share, requires = "ask")]
    pub distance: Option<f64>,
    /// alternatives: sites by which plans differ at least [default: one in twenty of the open sites, at least 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), requires = "ask")]
    pub differ_by: Option<u32>,
    /// alternatives: plans wanted at most [default: 5]
    #[arg(long, value_name = "N", requires = "ask")]
    pub most: Option<usize>,
    /// robust: a way to cut, may be given often: two road nodes `FROM,TO` with travel on roads, otherwise `SETTLEMENT,SITE`
    #[arg(long, value_name = "FROM,TO", value_parser = pair, requires = "ask")]
    pub cut: Vec<(String, String)>,
    /// robust: a scenario file for the regret table, may be given often; its demand multipliers and length of stay also say how trips and need
    /// of beds change
    #[arg(long, value_name = "FILE", requires = "ask")]
    pub against: Vec<PathBuf>,
}

fn money(text: &str) -> Result<f64, String> {
    let x: f64 = text.parse().map_err(|_| "must be a number of yuan".to_owned())?;
    if x.is_finite() && x >= 0.0 { Ok(x) } else { Err("must be at least 0".into()) }
}

fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once(',').map(|(a, b)| (a.to_owned(), b.to_owned())).ok_or_else(|| "must be two codes with a comma between".into())
}

/// Answers what was asked; `None` when nothing was.
///
/// # Errors
/// When the solver fails, or a way to cut is none of the case.
pub fn ask(
    args: &AskArgs,
    against: &[Against],
    prepared: &Prepared,
    plan: &LayoutPlan,
    options: &SolveOptions,
    observer: &dyn Observer,
) -> Result<Option<LayoutQuestions>, Fault> {
    if args.ask.is_empty() {
        return Ok(None);
    }
    let begin = Instant::now();
    let problem = &prepared.problem;
    let layout = ask::layout_of(problem, plan).ok_or_else(|| anyhow!("the plan does not fit the problem it was made for"))?;
    let time = Some(args.ask_time.unwrap_or(Duration::from_secs(300)));
    let solve = SolveOptions { limits: Limits { time, ..options.limits }, ..*options };
    let asks = |q: Question| args.ask.contains(&q);
    let objective = ask::objective(problem);
    let mut out = LayoutQuestions {
        version: QUESTIONS_VERSION,
        kind: "layout_questions".into(),
        fenji: env!("CARGO_PKG_VERSION").into(),
        case: plan.case.clone(),
        objective,
        unit: objective.unit().into(),
        bounds: plan.objectives.first().map_or(Bounds { primal: f64::INFINITY, dual: f64::NEG_INFINITY }, |o| o.bounds),
        order: None,
        why: None,
        alternatives: None,
        robust: None,
        seconds: 0.0,
    };
    if asks(Question::Order) {
        out.order = Some(ask::order(problem, &layout, &args.phase, observer));
    }
    if asks(Question::Why) {
        let default = WhyOptions::default();
        let options = WhyOptions { solve, most: args.force_most.unwrap_or(default.most), ..default };
        out.why = Some(ask::why(problem, &layout, &options, observer).map_err(|e| anyhow!(e))?);
    }
    if asks(Question::Alternatives) {
        let d = AlternativeOptions::default();
        let options = AlternativeOptions {
            distance: args.distance.unwrap_or(d.distance),
            differ_by: args.differ_by.unwrap_or_else(|| apart(plan).max(d.differ_by)),
            most: args.most.unwrap_or(d.most),
            solve,
        };
        out.alternatives = Some(ask::alternatives(problem, &layout, &options, observer).map_err(|e| anyhow!(e))?);
    }
    if asks(Question::Robust) {
        out.robust = Some(robust(args, against, prepared, &layout, &solve, observer)?);
    }
    out.seconds = begin.elapsed().as_secs_f64();
    Ok(Some(out))
}

/// A scenario to be held against: its name, its problem, and how it changes trips and need of beds.
pub type Against = (String, LayoutProblem, Factors);

/// Reads the scenarios of `--against`, before anything is worked out.
///
/// # Errors
/// What is wrong with them.
pub fn scenarios(args: &AskArgs, folder: &Path, prepared: &Prepared) -> Result<Vec<Against>, Fault> {
    if args.against.is_empty() {
        return Ok(Vec::new());
    }
    // the scenario of the case lies below each of the files, as it does for --scenario
    let read = io::case_folder::read_case(folder).map_err(Fault::Invalid)?;
    let over = |file: &PathBuf| {
        let given = io::scenario::read_scenario(file, Some(&prepared.case.network)).map_err(Fault::Invalid)?;
        scenario_of(file, prepared, given.over(&read.scenario).map_err(|e| anyhow!(e))?.scenario)
    };
    args.against.iter().map(over).collect()
}

/// One in twenty of the open sites: fewer would be the same plan with another clinic or two.
fn apart(plan: &LayoutPlan) -> u32 {
    u32::try_from(plan.sites.iter().filter(|s| s.level > 0).count() / 20).unwrap_or(u32::MAX)
}

fn robust(
    args: &AskArgs,
    against: &[Against],
    prepared: &Prepared,
    layout: &crate::layout::Layout,
    solve: &SolveOptions,
    observer: &dyn Observer,
) -> Result<Robust, Fault> {
    let problem = &prepared.problem;
    let network = &prepared.case.network;
    let mut out = Robust { outages: ask::outages(problem, layout), ..Robust::default() };
    if out.outages.is_empty() {
        out.remarks.push(Remark::NoHospital);
    }
    out.cuts = cuts(args, prepared, layout)?;
    if args.cut.is_empty() {
        out.remarks.push(if matches!(prepared.case.travel, Travel::Road(_)) { Remark::NoRoadNamed } else { Remark::NoRoads });
    }
    let mut scenarios: Vec<(String, LayoutProblem)> = vec![("as planned".into(), problem.clone())];
    let mut older = ask::robust::factors(network, &prepared.scenario);
    for (name, s, factors) in against {
        if !changes(older) {
            older = *factors;
        }
        scenarios.push((name.clone(), s.clone()));
    }
    if changes(older) {
        out.ageing = Some(ask::ageing(problem, layout, older.0, older.1));
    } else {
        out.remarks.push(Remark::NoAgeing);
    }
    if scenarios.len() > 1 {
        let options = RegretOptions { solve: *solve, ..RegretOptions::default() };
        out.regrets = Some(ask::regrets(problem, layout, &scenarios, &options, observer).map_err(|e| anyhow!(e))?);
    } else {
        out.remarks.push(Remark::NoScenarios);
    }
    Ok(out)
}

/// Factors on trips and on the need of beds.
pub type Factors = ([f64; 3], [f64; 2]);

fn changes(f: Factors) -> bool {
    f.0.iter().chain(&f.1).any(|x| (x - 1.0).abs() > 1e-9)
}

/// The problem of a scenario file, with more or fewer trips where it changes demand.
fn scenario_of(file: &Path, prepared: &Prepared, mut scenario: Scenario) -> Result<(String, LayoutProblem, Factors), Fault> {
    let name = match scenario.name.as_str() {
        "" => file.file_stem().map_or_else(|| file.display().to_string(), |s| s.to_string_lossy().into_owned()),
        name => name.to_owned(),
    };
    if scenario.layout.is_none() {
        scenario.layout.clone_from(&prepared.scenario.layout);
    }
    let factors = ask::robust::factors(&prepared.case.network, &scenario);
    let problem = LayoutProblem::assemble(&prepared.case, &scenario).map_err(|e| anyhow!("{}: {e}", file.display()))?;
    Ok((name, ask::robust::aged(&problem, factors.0, factors.1), factors))
}

fn cuts(args: &AskArgs, prepared: &Prepared, layout: &crate::layout::Layout) -> Result<Vec<crate::plan::layout_questions::Cut>, Fault> {
    if args.cut.is_empty() {
        return Ok(Vec::new());
    }
    let problem = &prepared.problem;
    if !matches!(prepared.case.travel, Travel::Road(_)) {
        let unknown = |pairs: Vec<(String, String)>| {
            let list: Vec<String> = pairs.iter().map(|(a, b)| format!("{a},{b}")).collect();
            anyhow!("--cut {}: no such settlement or site", list.join(" "))
        };
        return Ok(ask::cut_ways(&prepared.case.network, problem, layout, &args.cut).map_err(unknown)?);
    }
    let node =
        |text: &str| text.trim().parse::<usize>().map_err(|_| anyhow!("--cut: `{text}` is no position of a road node (0 is the first)"));
    let roads = args.cut.iter().map(|(a, b)| Ok((node(a)?, node(b)?))).collect::<Result<Vec<_>, anyhow::Error>>()?;
    let unknown = |pairs: Vec<(usize, usize)>| anyhow!("--cut: no road joins the nodes {pairs:?}");
    Ok(ask::cut_road(&prepared.case, &prepared.scenario, problem, layout, &roads).map_err(unknown)?.unwrap_or_default())
}

fn remark(remark: Remark) -> &'static str {
    match remark {
        Remark::NoHospital => "no hospital could be out of service",
        Remark::NoRoadNamed => "no road was named to be cut (--cut FROM,TO by road node)",
        Remark::NoRoads => "the case has no roads: only ways that are named can be cut (--cut SETTLEMENT,SITE)",
        Remark::NoAgeing => "no scenario changes demand: an older population was not asked",
        Remark::NoScenarios => "no other scenario was named (--against FILE): there is no regret table",
    }
}

/// The answers in a few lines.
#[must_use]
pub fn summary(asked: &LayoutQuestions) -> Vec<String> {
    let number = |v: f64| grouped(v, if v.abs() < 1e4 { 2 } else { 0 });
    let end = |v: Option<f64>| v.map_or_else(|| "?".to_owned(), number);
    let mut out = Vec::new();
    if let Some(o) = &asked.order {
        let last = o.steps.last().map_or(o.start.objective, |s| s.after.objective);
        let sure =
            o.guarantee.map_or_else(|| "greedy".to_owned(), |g| format!("at least {:.0} % of the best saving at every step", 100.0 * g));
        out.push(format!(
            "Order           {} steps from {} to {} {} ({sure})",
            o.steps.len(),
            number(o.start.objective),
            number(last),
            asked.unit
        ));
        for (n, s) in o.steps.iter().take(5).enumerate() {
            let c = s.changes.first().map_or("", |c| c.code.as_str());
            let more = if s.changes.len() > 1 { format!(" and {} more", s.changes.len() - 1) } else { String::new() };
            out.push(format!("  {:>3}. {}{more}: {} yuan, gain {}", n + 1, visible(c), number(s.yuan), number(s.gain)));
        }
    }
    if let Some(all) = &asked.why {
        let count = |keep: &dyn Fn(&crate::plan::layout_questions::Why) -> bool| all.iter().filter(|w| keep(w)).count();
        let tight = count(&|w| matches!((w.lower, w.upper), (Some(l), Some(u)) if u - l <= 0.01 * u.abs().max(1.0)));
        out.push(format!(
            "Why             {} sites asked, {} with both ends, {} of them within 1 %, {} cannot be forced",
            all.len(),
            count(&|w| w.lower.is_some() && w.upper.is_some()),
            tight,
            count(&|w| w.impossible)
        ));
        let mut dear: Vec<_> = all.iter().filter(|w| w.force == Force::Close && !w.impossible && w.lower.is_some()).collect();
        dear.sort_by(|a, b| b.lower.unwrap_or(0.0).total_cmp(&a.lower.unwrap_or(0.0)).then(a.code.cmp(&b.code)));
        for w in dear.iter().take(3) {
            out.push(format!("  closing {} costs between {} and {} {}", visible(&w.code), end(w.lower), end(w.upper), asked.unit));
        }
    }
    if let Some(a) = &asked.alternatives {
        let why = match a.end {
            ListEnd::Proven => "proven to be all",
            ListEnd::Enough => "as many as wanted",
            ListEnd::Limit => "stopped by a limit",
        };
        out.push(format!(
            "Alternatives    {} within {:.1} %, {} or more sites apart, {why}",
            a.plans.len(),
            100.0 * a.distance,
            a.differ_by
        ));
        for p in &a.plans {
            out.push(format!("  {:+.3} %: {} opened, {} closed", 100.0 * p.distance, p.opened.len(), p.closed.len()));
        }
    }
    if let Some(r) = &asked.robust {
        let worst =
            r.outages.iter().max_by(|a, b| (a.stress.moved[2] * a.stress.extra[2]).total_cmp(&(b.stress.moved[2] * b.stress.extra[2])));
        if let Some(o) = worst {
            out.push(format!(
                "Outages         {} hospitals out in turn; worst {}: {} people {:.1} minutes farther, {} without a hospital",
                r.outages.len(),
                visible(&o.code),
                grouped(o.stress.moved[2], 0),
                o.stress.extra[2],
                grouped(o.stress.unserved[2], 0)
            ));
        }
        if let Some(t) = &r.regrets {
            let chosen = t.chosen.and_then(|n| t.plans.get(n)).map_or("none", |p| p.name.as_str());
            out.push(format!(
                "Regret          least worst {} ({}), no less than {}",
                number(t.least.primal),
                visible(chosen),
                number(t.least.dual)
            ));
        }
        out.extend(r.remarks.iter().map(|m| format!("  {}", remark(*m))));
    }
    out
}
