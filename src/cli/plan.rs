//! `fenji plan`: everything together, each model fed with the results of the others.
//!
//! The order, and why: (1) the layout, where the scenario asks for one: everything else stands on the sites there are; then the beds, as even
//! as can be, which say what the phases work towards; (2) today's referral plan, for the comparison; (3) the models that need no flows, once: communities, grids, staff, pairing, telemedicine, phases and so on, all on the
//! same case; (4) what they do to the referral plan, laid over the scenario together; (5) the referral plan under it; (6) the models that rest
//! on flows, payment above all, on that plan; (7) their effect laid over, and from (5) again until the referral plan rests.
//! Models see the case without the others' effects, so that nothing is counted twice; communities, whose monitoring shows what the others do, see it with them. Centres are sited only where the case holds more
//! than one province. A model without an answer is told with what would
//! repair it, and the rest goes on.

use super::args::{Lang, OutArg, gap, seconds};
use super::exit::{Answer, Fault, visible};
use super::ledger::Gathered;
use super::steps::{self, Ask, Files, Judged, Prepared, SolveOptions, Solved};
use super::{check as refusal, layout_steps, output, plan_beds, referral, reform};
use crate::check::check_reform;
use crate::indicators::reform::goals;
use crate::layout::apply::apply;
use crate::outcome::{Event, Limits, Observer};
use crate::plan::reform::{Model, ReformPlan};
use crate::plan::{BedsPlan, LayoutPlan, ReferralPlan};
use crate::policy::Scenario;
use crate::report::register::{RegisterReport, tally};
use crate::report::whole::{Missing, Rest, WholeReport, care, write_bundle};
use crate::{backend, io};
use anyhow::anyhow;
use serde_json::json;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Models that read the referral plan: worked out again in every round.
const ON_FLOWS: [&str; 3] = ["communities", "payment", "surge"];
/// The model whose indicators show what the other plans do: it is worked out on the case with their effects.
const MONITORS: &str = "communities";
/// Models whose effect is a trial, not a plan: a surge is prepared for, not wished for.
const TRIALS: [&str; 1] = ["surge"];
/// The referral plan rests when its value changes by less than this share, and no share among its indicators by more.
const RESTS: f64 = 1e-3;
/// Time of a model and of the layout, where none is given.
const MODEL: Duration = Duration::from_secs(20);
const LAYOUT: Duration = Duration::from_secs(300);

/// Work out everything together: layout, communities, staff, telemedicine, pairing, phases, referral, payment and the rest, each fed with the
/// others' results until they rest; one report with a page for who decides
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Case folder
    pub case: PathBuf,
    /// Scenario file (TOML); its `[layout]` and `[reform]` sections say what is asked (no `[layout]`: sites stay as they are)
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// Policy pack: P2012, P2018, P2020, P2022, P2023, P2025, P2027 or P2035
    #[arg(long, value_name = "NAME")]
    pub policy: Option<String>,
    /// Models to leave out, by the names of their commands
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = model)]
    pub without: Vec<Model>,
    /// Most rounds
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..))]
    pub rounds: u8,
    /// Stop each solve after this many seconds with the best so far [default: 20 for a model, 300 for the layout, none for referral plans]
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub time: Option<Duration>,
    /// Relative gap of the referral plans
    #[arg(long, value_name = "X", default_value_t = 1e-3, value_parser = gap)]
    pub gap: f64,
    /// Threads (default: all)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Seed of the algorithms that draw
    #[arg(long, value_name = "K", default_value_t = 1)]
    pub seed: u64,
    /// Language of report and pictures
    #[arg(long, value_enum, default_value_t)]
    pub lang: Lang,
    /// Where results go.
    #[command(flatten)]
    pub out: OutArg,
}

fn model(text: &str) -> Result<Model, String> {
    let names: Vec<&str> = Model::ALL.iter().map(|m| m.name()).collect();
    Model::ALL.iter().find(|m| m.name() == text).copied().ok_or_else(|| format!("the models are {}", names.join(", ")))
}

/// A state of everything.
struct Everything {
    plans: Vec<ReformPlan>,
    missing: Vec<Missing>,
}

/// Runs the command.
///
/// # Errors
/// See [`Fault`]; what cannot be had is told in the report, and plans that fail their check are answers.
pub fn run(args: &Args, observer: &dyn Observer) -> Result<Answer, Fault> {
    let begin = Instant::now();
    let out = &args.out.out;
    output::claim_results(out)?;
    let ask = Ask { scenario: args.scenario.as_deref(), policy: args.policy.as_deref(), gamma: None };
    let mut today = steps::prepare(&args.case, ask, observer)?;
    let (options, limits) = options(args);
    let (layout, mut base) = match layout(args, &today, ask, limits, observer)? {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    let before = match judged(&today, &options, observer)? {
        Ok(judged) => judged,
        Err(answer) => return Ok(answer),
    };
    let asked = plan_beds::work_out(base.as_ref().unwrap_or(&today), limits, observer)?;
    let beds = asked.as_ref().ok();
    if let Some(beds) = beds {
        let scenario = base.as_mut().map_or(&mut today.scenario, |b| &mut b.scenario);
        plan_beds::towards(beds, scenario.reform.get_or_insert_default());
    }
    let base = base.as_ref().unwrap_or(&today);
    let why = asked.as_ref().err().map(|repairs| reform::sentences(&base.case.network, repairs, args.lang)).transpose()?;
    let no_beds = why.map(|sentences| Missing { model: "beds".to_owned(), sentences, infeasible: true });
    let (mut rest, mut last_scenario) = (Rest { rounds: 0, value: 1.0, share: 1.0 }, None);
    let mut all = Everything { plans: Vec::new(), missing: no_beds.into_iter().collect() };
    let (mut now, mut stands): (Box<Judged>, Option<Prepared>) = (before.clone(), None);
    // on sites that a layout changed, today's flows are of no use to a model: the first plan is then made without them
    let mut flows = layout.is_none().then(|| before.plan.clone());
    for round in 1..=usize::from(args.rounds) {
        if let Err(answer) = models(args, (base, stands.as_ref()), flows.as_ref(), limits, &mut all, round == 1, observer)? {
            return Ok(answer);
        }
        let scenario = laid_over(base, &all.plans);
        if last_scenario.as_ref() == Some(&scenario) {
            rest = Rest { rounds: round, value: 0.0, share: 0.0 };
            break;
        }
        let written = io::ScenarioFile::of(scenario.clone());
        let next = steps::assemble(
            (base.case.clone(), base.name_en.clone()),
            &written,
            "effects of the plans",
            Vec::new(),
            Instant::now(),
            observer,
        )?;
        let judged = match judged(&next, &options, observer)? {
            Ok(judged) => judged,
            Err(answer) => return Ok(answer),
        };
        rest = Rest { rounds: round, ..distance(&now, &judged) };
        observer.event(&Event::Note(format!(
            "round {round}: value {:.3} % and shares {:.3} points from the round before",
            100.0 * rest.value,
            100.0 * rest.share
        )));
        (now, stands, last_scenario) = (judged, Some(next), Some(scenario));
        flows = Some(now.plan.clone());
        if round > 1 && rest.value < RESTS && rest.share < RESTS {
            break;
        }
    }
    // what rests on flows speaks of the final ones
    if let Err(answer) = models(args, (base, stands.as_ref()), flows.as_ref(), limits, &mut all, false, observer)? {
        return Ok(answer);
    }
    let stands = stands.as_ref().unwrap_or(base);
    let gathered = Gathered {
        referral: Some(now.indicators.clone()),
        layout: layout.clone(),
        goals: all.plans.iter().flat_map(goals).collect(),
        cannot: all.missing.iter().map(|m| (m.model.clone(), m.infeasible)).collect(),
    };
    let network = &stands.case.network;
    let (demands, rows) = gathered.rows(network)?;
    let counted = tally(&rows);
    let register = RegisterReport {
        network,
        name_en: base.name_en.as_deref(),
        demands: &demands,
        rows: &rows,
        areas: &now.indicators.by_area,
        version: env!("CARGO_PKG_VERSION"),
    };
    let report = WholeReport {
        network,
        name_en: base.name_en.as_deref(),
        layout: layout.as_ref(),
        beds,
        plans: &all.plans,
        missing: &all.missing,
        before: (&before.plan, &before.indicators),
        after: (&now.plan, &now.indicators),
        register,
        rest,
    };
    let mut files = write_bundle(&report, args.lang.code()).map_err(|e| anyhow!(e))?;
    files.extend(parts(&all, base, stands, &now, layout.as_ref(), args.lang)?);
    if let Some(beds) = beds {
        let own = plan_beds::files(base, beds, args.lang.code())?;
        files.extend(own.into_iter().map(|(name, bytes)| (format!("beds/{name}"), bytes)));
    }
    output::write_results(out, &files)?;
    let seconds = begin.elapsed().as_secs_f64();
    let in_short = |b: &BedsPlan| {
        format!(
            "beds           {} more, Gini coefficient {:.4} -> {:.4}",
            output::grouped(b.after.beds - b.before.beds, 0),
            b.before.gini,
            b.after.gini
        )
    };
    let mut lines: Vec<String> = beds.map(in_short).into_iter().collect();
    lines.extend(all.plans.iter().map(|p| {
        format!(
            "{:<14} {} {}, proven within {:.4} %",
            p.answer.model().name(),
            output::grouped(p.objective, 2),
            p.unit,
            100.0 * p.bounds.gap()
        )
    }));
    lines
        .extend(all.missing.iter().flat_map(|m| m.sentences.iter().map(move |s| format!("{:<14} cannot be had: {}", m.model, visible(s)))));
    lines.push(format!(
        "referral       {} yuan a year for care, travel and what is missed ({} today), {:.4} % from rest after {} round(s)",
        output::grouped(care(&now.plan), 0),
        output::grouped(care(&before.plan), 0),
        100.0 * rest.value,
        rest.rounds
    ));
    lines
        .push(format!("{} demands of the documents met, {} in part, {} missed, {seconds:.0} s", counted.met, counted.part, counted.missed));
    lines.push(format!("written: {}", out.join("report.html").display()));
    let told: Vec<_> = all
        .plans
        .iter()
        .map(|p| json!({ "model": p.answer.model().name(), "objective": p.objective, "unit": p.unit, "bounds": reform::in_its_sense(p), "termination": p.termination }))
        .collect();
    let json = json!({
        "command": "plan", "ok": true, "case": now.plan.case, "objective": now.plan.objective, "bounds": now.plan.bounds,
        "before": { "objective": before.plan.objective, "indicators": before.plan.indicators }, "indicators": now.plan.indicators,
        "beds": beds.map(|b| json!({ "question": b.question, "objective": b.objective, "bounds": b.bounds, "before": b.before, "after": b.after })),
        "models": told, "missing": all.missing.iter().map(|m| json!({ "model": m.model, "sentences": m.sentences, "infeasible": m.infeasible })).collect::<Vec<_>>(),
        "rounds": rest.rounds, "from_rest": { "value": rest.value, "share": rest.share }, "met": counted.met, "met_in_part": counted.part, "missed": counted.missed, "seconds": seconds,
        "out": out, "files": referral::names(&files),
    });
    Ok(Answer::fine(json, lines.join("\n")))
}

fn options(args: &Args) -> (SolveOptions, Limits) {
    if let Some(threads) = args.threads {
        // Fails only when a pool exists already: the first choice then stays.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
    }
    let default = Limits::default();
    let threads = args.threads.map_or(default.threads, usize::from);
    let referral = Limits { time: args.time, gap: args.gap, threads };
    let backend = backend::names().first().copied().unwrap_or_default().to_owned();
    let limits = Limits { time: Some(args.time.unwrap_or(MODEL)), gap: default.gap, threads };
    (SolveOptions { backend, limits: referral, ..SolveOptions::default() }, limits)
}

type Laid = (Option<LayoutPlan>, Option<Prepared>);

/// The layout and the case with it built, where the scenario asks for one.
fn layout(args: &Args, today: &Prepared, ask: Ask<'_>, limits: Limits, observer: &dyn Observer) -> Result<Result<Laid, Answer>, Fault> {
    if today.scenario.layout.is_none() {
        return Ok(Ok((None, None)));
    }
    let prepared = layout_steps::prepare(&args.case, args.scenario.as_deref(), args.policy.as_deref(), &[])?;
    let default = crate::layout::SolveOptions::default();
    let options = crate::layout::SolveOptions {
        limits: Limits { time: Some(args.time.unwrap_or(LAYOUT)), gap: default.limits.gap.max(args.gap), ..limits },
        ..default
    };
    let plan = match layout_steps::solve(&prepared, &options, observer)? {
        layout_steps::Solved::Plan(plan, violations) if violations.is_empty() => *plan,
        layout_steps::Solved::Plan(_, violations) => {
            return Ok(Err(refusal::refused("plan", &violations, "the layout failed its own check and nothing was written")));
        }
        layout_steps::Solved::Infeasible(mends) => return Ok(Err(super::layout::infeasible(&mends))),
    };
    let change = |case| Ok(apply(&case, &plan).map_err(|e| anyhow!(e))?.case);
    let built = steps::prepare_changed(&args.case, ask, change, observer)?;
    Ok(Ok((Some(plan), Some(built))))
}

/// A referral plan that holds, or the answer to give instead.
fn judged(prepared: &Prepared, options: &SolveOptions, observer: &dyn Observer) -> Result<Result<Box<Judged>, Answer>, Fault> {
    Ok(match steps::solve(prepared, options, 0, observer)? {
        Solved::Plan(judged) if judged.violations.is_empty() => Ok(judged),
        Solved::Plan(judged) => {
            Err(refusal::refused("plan", &judged.violations, "a referral plan failed its own check and nothing was written"))
        }
        Solved::Infeasible { diagnosis, sentences } => Err(referral::infeasible("plan", &diagnosis, &sentences)),
    })
}

/// Works out the models (all, or those that rest on flows) and puts their plans into their places.
fn models(
    args: &Args,
    (base, stands): (&Prepared, Option<&Prepared>),
    flows: Option<&ReferralPlan>,
    limits: Limits,
    all: &mut Everything,
    every: bool,
    observer: &dyn Observer,
) -> Result<Result<(), Answer>, Fault> {
    for &model in Model::ALL.iter().filter(|m| !args.without.contains(m)) {
        let on_flows = ON_FLOWS.contains(&model.name());
        if !(every || on_flows) || (on_flows && flows.is_none()) || (model == Model::Centres && !is_nation(base)) {
            continue;
        }
        all.plans.retain(|p| p.answer.model() != model);
        all.missing.retain(|m| m.model != model.name());
        let missing = |sentences: Vec<String>, infeasible| Missing { model: model.name().to_owned(), sentences, infeasible };
        // links, posts and beds of the other plans count in what is monitored of a community
        let on = if model.name() == MONITORS { stands.unwrap_or(base) } else { base };
        match reform::work_out(model, on, flows, limits, args.seed, observer) {
            Ok(Ok(plan)) => {
                let violations = check_reform(&on.case, &on.problem, &plan, flows);
                if !violations.is_empty() {
                    let why = format!("the {} plan failed its own check and nothing was written", model.name());
                    return Ok(Err(refusal::refused("plan", &violations, &why)));
                }
                all.plans.push(plan);
            }
            Ok(Err(repairs)) => all.missing.push(missing(reform::sentences(&base.case.network, &repairs, args.lang)?, true)),
            // something that the case does not have, or a limit that came first: the rest goes on
            Err(Fault::Failed(e)) => all.missing.push(missing(vec![e.to_string()], false)),
            Err(other) => return Err(other),
        }
    }
    all.plans.sort_by_key(|p| Model::ALL.iter().position(|m| *m == p.answer.model()));
    Ok(Ok(()))
}

/// Whether the case holds more than one province: national and regional centres are sited for no less.
fn is_nation(base: &Prepared) -> bool {
    let digits = base.scenario.reform.clone().unwrap_or_default().centres.province_digits as usize;
    let provinces: std::collections::BTreeSet<String> =
        base.case.network.areas.iter().map(|a| a.code.chars().take(digits).collect()).collect();
    provinces.len() > 1
}

/// The scenario with what all plans do to the referral plan.
fn laid_over(base: &Prepared, plans: &[ReformPlan]) -> Scenario {
    let mut scenario = base.scenario.clone();
    for plan in plans.iter().filter(|p| !TRIALS.contains(&p.answer.model().name())) {
        let _changed = crate::reform::effect(&plan.answer, &mut scenario);
    }
    scenario
}

/// How far two referral plans are apart.
fn distance(a: &Judged, b: &Judged) -> Rest {
    let value = (a.plan.objective - b.plan.objective).abs() / b.plan.objective.abs().max(1.0);
    let share = ["first_contact", "primary_visits", "in_county_all_of_demand", "in_county_ip_of_demand", "fund_balance_share"]
        .iter()
        .filter_map(|k| Some((a.indicators.region.get(*k)? - b.indicators.region.get(*k)?).abs()))
        .fold(0.0, f64::max);
    Rest { rounds: 0, value, share }
}

/// The folders of the single plans: everything that can be checked and reported again alone.
fn parts(
    all: &Everything,
    base: &Prepared,
    stands: &Prepared,
    now: &Judged,
    layout: Option<&LayoutPlan>,
    lang: Lang,
) -> Result<Files, Fault> {
    let mut files: Files = Vec::new();
    let inside = |folder: &str, more: Files| more.into_iter().map(|(name, bytes)| (format!("{folder}/{name}"), bytes)).collect::<Files>();
    for plan in &all.plans {
        let name = plan.answer.model().name();
        let flows = ON_FLOWS.contains(&name).then_some(&now.plan);
        let on = if name == MONITORS { stands } else { base };
        files.extend(inside(name, reform::files(on, plan, flows, None)?));
    }
    files.extend(inside("referral", steps::plan_files(stands, now, Some(lang))?));
    if let Some(layout) = layout {
        let case = io::folder_out::case_files(&base.case, &io::folder_out::Extras { name_en: base.name_en.clone(), ..Default::default() });
        files.extend(inside("case", case.map_err(|e| anyhow!(e))?));
        files.push(("layout/plan.json".to_owned(), io::layout_files::layout_bytes(layout).map_err(|e| anyhow!(e))?));
    }
    Ok(files)
}
