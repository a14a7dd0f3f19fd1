//! `fenji layout`: where facilities and beds go.

use super::args::{Lang, OutArg, gap, seconds};
use super::exit::{Answer, Exit, Fault, visible};
use super::layout_questions::{self, AskArgs};
use super::layout_steps::{self, Prepared, Solved};
use super::output::{grouped, percent, yuan};
use super::{check, output, referral};
use crate::layout::Mend;
use crate::outcome::Observer;
use crate::plan::LayoutPlan;
use crate::plan::layout::SiteStatus;
use crate::policy::layout::Objective;
use clap::ValueEnum;
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;

/// Work out where facilities and beds go: which sites are kept, opened, raised or closed, and how many beds each has; proven, checked, and
/// written with report, pictures, tables and map layers
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Case folder
    pub case: PathBuf,
    /// Scenario file (TOML) with a `[layout]` section, over the scenario that the case may carry
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// Policy pack: P2012, P2018, P2020, P2022, P2023, P2025, P2027 or P2035
    #[arg(long, value_name = "NAME")]
    pub policy: Option<String>,
    /// What to minimise, the most important first, over the scenario's list: cost, money, travel, coverage, worst, p90, gini, clinics
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = objective)]
    pub objective: Vec<Objective>,
    /// How to solve.
    #[command(flatten)]
    pub solve: LayoutArgs,
    /// What is asked next.
    #[command(flatten)]
    pub ask: AskArgs,
    /// Language of report and pictures
    #[arg(long, value_enum, default_value_t)]
    pub lang: Lang,
    /// Write plan.json and scenario.toml only
    #[arg(long)]
    pub no_report: bool,
    /// Write plan.json, scenario.toml and tables only: no page and no pictures
    #[arg(long, conflicts_with = "no_report")]
    pub tables: bool,
    /// Where results go.
    #[command(flatten)]
    pub out: OutArg,
}

/// How the layout is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LayoutMethod {
    /// By size
    #[default]
    Auto,
    /// One branch and bound over everything
    Direct,
    /// In independent parts, shared budgets and totals priced
    Parts,
    /// By catchments, who serves whom priced as well: for large regions
    Catchments,
}

/// How to solve.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct LayoutArgs {
    /// How the layout is worked out
    #[arg(long, value_name = "NAME", value_enum, default_value_t)]
    pub method: LayoutMethod,
    /// Stop after this many seconds with the best layout so far
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub time: Option<Duration>,
    /// Relative gap at which a layout is good enough [default: 1e-4]
    #[arg(long, value_name = "X", value_parser = gap)]
    pub gap: Option<f64>,
    /// Threads (default: all)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

fn objective(text: &str) -> Result<Objective, String> {
    Objective::ALL.into_iter().find(|o| o.name() == text).ok_or_else(|| {
        let names: Vec<&str> = Objective::ALL.iter().map(|o| o.name()).collect();
        format!("the objectives are {}", names.join(", "))
    })
}

/// Runs the command.
///
/// # Errors
/// See [`Fault`]; infeasible wishes and layouts that fail their check are answers.
pub fn run(args: &Args, observer: &dyn Observer) -> Result<Answer, Fault> {
    let out = &args.out.out;
    output::claim_results(out)?;
    let options = layout_steps::options(&args.solve);
    let prepared = layout_steps::prepare(&args.case, args.scenario.as_deref(), args.policy.as_deref(), &args.objective)?;
    let against = layout_questions::scenarios(&args.ask, &args.case, &prepared)?;
    let (plan, violations) = match layout_steps::solve(&prepared, &options, observer)? {
        Solved::Plan(plan, violations) => (plan, violations),
        Solved::Infeasible(mends) => return Ok(infeasible(&mends)),
    };
    if !violations.is_empty() {
        return Ok(check::refused("layout", &violations, "the layout failed its own check and was not written"));
    }
    let asked = layout_questions::ask(&args.ask, &against, &prepared, &plan, &options, observer)?;
    if let Some(asked) = &asked {
        let wrong = crate::check::check_questions(&prepared.case.network, &prepared.problem, &plan, asked);
        if !wrong.is_empty() {
            return Ok(check::refused("layout", &wrong, "the answers to --ask failed their own check; nothing was written"));
        }
    }
    let bare = args.no_report || args.tables;
    let mut files = layout_steps::files(&prepared, &plan, asked.as_ref(), (!bare).then_some(args.lang))?;
    if args.tables {
        files.extend(crate::io::layout_files::tables(&prepared.case.network, &plan));
    }
    output::write_results(out, &files)?;
    let mut text: String = prepared.warnings.iter().map(|w| super::exit::told(w) + "\n").collect();
    text.push_str(&summary(&prepared, &plan).join("\n"));
    for line in asked.iter().flat_map(layout_questions::summary) {
        text.push_str(&format!("\n{line}"));
    }
    let opens = out.join(if bare { "plan.json" } else { "report.html" });
    text.push_str(&format!("\nwritten: {}", opens.display()));
    let counts: serde_json::Map<String, serde_json::Value> =
        SiteStatus::ALL.iter().map(|s| (s.name().to_owned(), json!(plan.sites.iter().filter(|x| x.status == *s).count()))).collect();
    let json = json!({
        "command": "layout", "ok": true, "case": plan.case, "policy": plan.policy, "objectives": plan.objectives,
        "gap": plan.objectives.first().map(|o| o.bounds.gap()), "termination": plan.termination, "sites": counts, "money": plan.money,
        "access": plan.access, "prices": plan.prices, "front": plan.front, "backend": plan.backend, "method": plan.method, "parts": plan.parts,
        "seconds": plan.seconds, "version": plan.version, "fenji": plan.fenji, "violations": 0, "out": out, "files": referral::names(&files),
        "warnings": prepared.warnings, "questions": asked,
    });
    Ok(Answer::fine(json, text))
}

/// The answer that a wish cannot be met: exit 3, with what is missing.
pub(super) fn infeasible(mends: &[Mend]) -> Answer {
    let mut text = String::from("infeasible: no layout meets everything that is asked; nothing was written");
    if !mends.is_empty() {
        text.push_str("\nwhat is missing, at the least:");
    }
    for m in mends.iter().take(20) {
        text.push_str(&format!("\n  {}", visible(&m.sentence)));
    }
    if mends.len() > 20 {
        text.push_str(&format!("\n  and {} more (all with --json)", mends.len() - 20));
    }
    let json = json!({ "command": "layout", "ok": false, "exit": Exit::Violated as u8, "termination": "infeasible", "missing": mends });
    Answer { exit: Exit::Violated, json, text }
}

/// What a planner wants to know, in lines.
fn summary(prepared: &Prepared, plan: &LayoutPlan) -> Vec<String> {
    let problem = &prepared.problem;
    let whole = |n: usize| grouped(n as f64, 0);
    let count = |status: SiteStatus, level: u8| {
        plan.sites.iter().filter(|s| s.status == status && (if s.level == 0 { s.level_before } else { s.level }) == level).count()
    };
    let mut out = vec![format!(
        "Case            {}: {} people in {} settlements, {} sites to choose from",
        visible(&plan.case),
        grouped(problem.people, 0),
        whole(problem.clients.len()),
        whole(problem.sites.len())
    )];
    for o in &plan.objectives {
        out.push(format!(
            "Objective       {} {} {}, proven within {:.4} % ({}, {}, {:.1} s)",
            o.objective.name(),
            grouped(o.value, if o.value.abs() < 1e4 { 2 } else { 0 }),
            o.unit,
            100.0 * o.bounds.gap(),
            plan.backend,
            plan.method,
            plan.seconds
        ));
    }
    for (level, name) in [(3, "Hospitals"), (2, "Centres"), (1, "Clinics")] {
        let open = plan.sites.iter().filter(|s| s.level == level).count();
        let before = plan.sites.iter().filter(|s| s.level_before == level).count();
        let moves: Vec<String> = SiteStatus::ALL
            .into_iter()
            .filter(|s| *s != SiteStatus::Kept && count(*s, level) > 0)
            .map(|s| format!("{} {}", whole(count(s, level)), s.name()))
            .collect();
        let moves = if moves.is_empty() { "all as they are".to_owned() } else { moves.join(", ") };
        out.push(format!("{name:<16}{} (now {}): {moves}", whole(open), whole(before)));
    }
    for r in plan.beds.iter().filter(|r| r.area.is_none() && r.level < 4 && (r.before > 0.0 || r.after > 0.0)) {
        let kind = if r.level == 2 { "centres" } else { "hospitals" };
        let sizes = format!("{} (now {}), {:.2} per 1,000", grouped(r.after, 0), grouped(r.before, 0), r.per_1000);
        out.push(format!("Beds            {kind}: {sizes}"));
    }
    for r in plan.coverage.iter().filter(|r| r.area.is_none()) {
        let wanted = r.wanted.map_or_else(String::new, |w| format!(", wanted {}", percent(w)));
        out.push(format!(
            "Within reach    level {} in {:.0} minutes: {} of the people (now {}{wanted})",
            r.level,
            r.minutes,
            percent(r.after),
            percent(r.before)
        ));
    }
    for a in plan.access.iter().filter(|a| a.level > 0) {
        let before = a.mean_before.map_or_else(String::new, |m| format!(" (now {m:.1})"));
        out.push(format!(
            "Way             level {}: mean {:.1} minutes{before}, nine of ten within {:.1}, longest {:.1}",
            a.level, a.mean, a.p90, a.longest
        ));
    }
    let m = &plan.money;
    out.push(format!(
        "Money           {} a year for sites (now {}), {} once for beds, travel worth {} a year",
        yuan(m.fixed + m.charge + m.capability),
        yuan(m.fixed_before),
        yuan(m.capital),
        yuan(m.travel)
    ));
    if let Some(b) = problem.rules.budget {
        out.push(format!("Budget          {} of {} used", yuan(m.budget_used), yuan(b.yuan)));
    }
    if plan.front.len() > 1 {
        out.push(format!("Front           {} points (tables/front.csv)", plan.front.len()));
    }
    out
}
