//! `fenji locate`: the classical location problems, with a certificate.

use super::args::{gap, number, seconds};
use super::exit::{Answer, Exit, Fault, visible};
use super::locate_show::{Table, answer_json, answer_text, peak_memory};
use super::{check, output};
use crate::check::check_location;
use crate::instance::{Instance, Problem};
use crate::io::location::{Format, LocationFile, ReadAs, read_location, read_solution, write_solution};
use crate::location::{self, Method, Settings, preflight, written};
use crate::network::{Place, Problem as Complaint, codes};
use crate::outcome::{Limits, Observer, Termination};
use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Where to open sites: p-median, p-center, coverage, uncapacitated, capacitated and two-level location, with a proven gap
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Instance: a format of the location literature, or a CSV table of points
    pub file: PathBuf,
    /// What is asked: p-median, p-center, lscp (set covering), mclp (maximal covering), ufl, cfl (clients may be split), sscfl (single source), cpmp
    /// (capacitated p-median), two-level, two-stage
    #[arg(long, value_name = "P", value_parser = PossibleValuesParser::new(Problem::NAMES), hide_possible_values = true)]
    pub problem: String,
    /// Sites to open (default: what the file says)
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub p: Option<u32>,
    /// Distance within which a client counts as covered (lscp, mclp)
    #[arg(long, value_name = "T", value_parser = not_negative)]
    pub within: Option<f64>,
    /// Stop after this many seconds with the best answer so far
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub time: Option<Duration>,
    /// Relative gap at which an answer is good enough [default: 1e-6]
    #[arg(long, value_name = "X", value_parser = gap)]
    pub gap: Option<f64>,
    /// Threads (default: all)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Seed of what is drawn at random
    #[arg(long, value_name = "K", default_value_t = 1)]
    pub seed: u64,
    /// How it is solved
    #[arg(long, value_name = "NAME", value_enum, default_value_t)]
    pub method: LocateMethod,
    /// Capacity of every site, over what the file says
    #[arg(long, value_name = "Q", value_parser = not_negative)]
    pub capacity: Option<f64>,
    /// Format of the file (default: found from the text): orlib-pmed, orlib-cap, tsplib, tbed1, holmberg, gk-cflp, ufllib-kg, two-level-ufl, two-stage-cflp or points
    #[arg(long, value_name = "F", value_parser = PossibleValuesParser::new(Format::ALL.map(Format::name)), hide_possible_values = true)]
    pub format: Option<String>,
    /// Write the solution here, for `fenji check`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// How a location problem is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LocateMethod {
    /// The best for the problem
    #[default]
    Auto,
    /// fenji's own algorithm
    Own,
    /// One model, solved by HiGHS
    Mip,
}

/// Runs the command.
///
/// # Errors
/// See [`Fault`]; infeasible questions and answers that fail their check are answers.
pub fn run(args: &Args, observer: &dyn Observer) -> Result<Answer, Fault> {
    if let Some(out) = &args.out {
        claim(out)?;
    }
    let settings = settings(args);
    let read_as = ReadAs { format: args.format.as_deref().and_then(Format::by_name), capacity: args.capacity };
    let file = read_location(&args.file, read_as).map_err(Fault::Invalid)?;
    let problem = ask(args, &file)?;
    let instance = &file.instance;
    let method = match args.method {
        LocateMethod::Auto => Method::Auto,
        LocateMethod::Own => Method::Own,
        LocateMethod::Mip => Method::Mip,
    };
    let begin = Instant::now();
    let table = Table::new(observer, problem);
    let answer = location::solve(instance, problem, method, &settings, &table).map_err(anyhow::Error::from)?;
    let run = written::Run {
        format: file.format.name().to_owned(),
        capacity: args.capacity,
        seconds: begin.elapsed().as_secs_f64(),
        peak_memory_bytes: peak_memory(),
        method: location::solve::engine(&problem, method).name().to_owned(),
    };
    let infeasible = answer.termination == Termination::Infeasible;
    let mut json = answer_json(instance, problem, &answer, &run);
    json["warnings"] = json!(file.warnings);
    if infeasible || matches!(answer.termination, Termination::NoSolution(_) | Termination::Unbounded) {
        json["ok"] = json!(false);
        let exit = if infeasible { Exit::Violated } else { Exit::Failure };
        json["exit"] = json!(exit as u8);
        return Ok(Answer { exit, json, text: answer_text(instance, problem, &answer, &run) });
    }
    let plan = written::plan(instance, problem, &settings, &answer, &run);
    let violations = check_location(instance, &plan);
    if !violations.is_empty() {
        return Ok(check::refused("locate", &violations, "the solution failed its own check and was not written"));
    }
    let mut text: String = file.warnings.iter().map(|w| super::exit::told(w) + "\n").collect();
    text.push_str(&answer_text(instance, problem, &answer, &run));
    if let Some(bound) = plan.certified_bound {
        json["certified_bound"] = json!(bound);
        text.push_str(&proven_alone(bound, &answer));
    }
    if let Some(out) = &args.out {
        write_solution(out, &plan)
            .map_err(|e| anyhow::Error::from(e).context(format!("cannot write {}; nothing was written", out.display())))?;
        json["out"] = json!(out);
        text.push_str(&format!("\nwritten: {}", out.display()));
    }
    Ok(Answer::fine(json, text))
}

/// What the multipliers prove without trust in the search, and what of the bound they do not.
fn proven_alone(bound: f64, answer: &location::Answer) -> String {
    let (value, dual) = (answer.bounds.primal, answer.bounds.dual);
    let gap = 100.0 * ((value - bound) / value.abs().max(1e-10)).max(0.0);
    let rest = if dual - bound > 1e-6 * dual.abs() { "; the rest of the bound rests on branching" } else { "" };
    format!("\nmultipliers alone prove  {} (gap {gap:.4} %){rest}", output::grouped(bound, 3))
}

fn not_negative(text: &str) -> Result<f64, String> {
    number(text).and_then(|x| if x >= 0.0 { Ok(x) } else { Err("must not be negative".into()) })
}

fn settings(args: &Args) -> Settings {
    if let Some(threads) = args.threads {
        // Fails only when a pool exists already (a second run in one process): the first choice then stays.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
    }
    let default = Limits::default();
    let limits =
        Limits { time: args.time, gap: args.gap.unwrap_or(default.gap), threads: args.threads.map_or(default.threads, usize::from) };
    Settings { limits, seed: args.seed }
}

/// The file that is to be written can be: said before the work.
fn claim(out: &Path) -> Result<(), Fault> {
    if crate::io::shelf::holds(out) {
        return Ok(());
    }
    if out.is_dir() {
        return Err(Fault::Usage(format!("--out {} is a folder; give a file", out.display())));
    }
    let folder = out.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(Fault::Usage(format!("--out {}: the folder {} does not exist", out.display(), folder.display())));
    }
    tempfile::Builder::new()
        .prefix(crate::io::write::TEMPORARY)
        .tempfile_in(folder)
        .map_err(|e| anyhow::Error::from(e).context(format!("cannot write {}; nothing was written", out.display())))?;
    Ok(())
}

/// The question, with what the file leaves open taken from the command line.
fn ask(args: &Args, file: &LocationFile) -> Result<Problem, Fault> {
    let shown = args.file.display().to_string();
    let lacks = |column: &str, message: String, remedy: &str| {
        let problem =
            Complaint::new(&codes::LOCATION_LACKS, Place::file(&shown), message).column(column).value(&args.problem).remedy(remedy);
        Fault::Invalid(vec![problem])
    };
    let p = || {
        args.p
            .map(|p| p as usize)
            .or(file.p)
            .ok_or_else(|| lacks("p", format!("{} opens p sites, and neither file nor command says how many", args.problem), "give -p N"))
    };
    let within = || {
        args.within.ok_or_else(|| {
            Fault::Usage(format!("--problem {} needs --within T: the distance at which a client counts as covered", args.problem))
        })
    };
    let problem = match args.problem.as_str() {
        "p-median" => Problem::PMedian { p: p()? },
        "p-center" => Problem::PCenter { p: p()? },
        "lscp" => Problem::SetCover { within: within()? },
        "mclp" => Problem::MaxCover { within: within()?, p: p()? },
        "ufl" => Problem::Uncapacitated,
        "cfl" => Problem::Capacitated,
        "sscfl" => Problem::SingleSource,
        "cpmp" => Problem::CapacitatedPMedian { p: p()? },
        "two-level" => Problem::TwoLevel,
        _ => Problem::TwoStage,
    };
    if args.within.is_some() && !matches!(problem, Problem::SetCover { .. } | Problem::MaxCover { .. }) {
        return Err(Fault::Usage(format!("--within says nothing to {}; it belongs to lscp and mclp", problem.name())));
    }
    if args.p.is_some() && problem.p().is_none() {
        return Err(Fault::Usage(format!("-p says nothing to {}, which finds the number of sites itself", problem.name())));
    }
    match preflight::lacks(&file.instance, &problem) {
        Some(what) if file.capacity_open => {
            Err(lacks("capacity", format!("the file leaves the {what} open, which {} needs", problem.name()), "give --capacity Q"))
        }
        Some(what) => {
            let remedy = if what.starts_with("capacities of the sites") {
                "give --capacity Q, a file with capacities, or ask for ufl"
            } else {
                "give a file that has them, or ask another question"
            };
            Err(lacks("instance", format!("the file has no {what}, which {} needs", problem.name()), remedy))
        }
        None => Ok(problem),
    }
}

/// Verifies a written solution against the instance it is of.
///
/// # Errors
/// When one of the two cannot be read.
pub fn check(file: &Path, solution: &Path) -> Result<Answer, Fault> {
    let plan = read_solution(solution).map_err(Fault::Invalid)?;
    let format = Format::by_name(&plan.instance.format);
    let instance: Instance = read_location(file, ReadAs { format, capacity: plan.instance.capacity }).map_err(Fault::Invalid)?.instance;
    if instance.mark() != plan.instance.mark {
        let message = format!(
            "it is of {} clients, {} sites, hash {}",
            plan.instance.mark.clients, plan.instance.mark.sites, plan.instance.mark.hash
        );
        let place = Place::file(&solution.display().to_string());
        let problem = Complaint::new(&codes::LOCATION_OTHER, place, message).column("instance.mark").value(&plan.instance.name);
        return Err(Fault::Invalid(vec![problem]));
    }
    let violations = check_location(&instance, &plan);
    if !violations.is_empty() {
        return Ok(check::refused("check", &violations, "the solution does not fit its instance"));
    }
    let proven = plan.certified_bound.map(|b| format!("; its multipliers alone prove {}", output::grouped(b, 3))).unwrap_or_default();
    let gap = plan.gap.map_or("nothing proven".to_owned(), |g| format!("gap {:.4} %", 100.0 * g));
    let text = format!(
        "the solution fits its instance: {}, {}, value {}, bound {}, {gap}{proven}",
        visible(&plan.instance.name),
        plan.problem.name(),
        output::grouped(plan.value, 3),
        output::grouped(plan.bounds.dual, 3),
    );
    let json = json!({
        "command": "check", "ok": true, "kind": "location", "instance": plan.instance.name, "problem": plan.problem, "value": plan.value,
        "bounds": plan.bounds, "gap": plan.gap, "certified_bound": plan.certified_bound, "violations": [],
    });
    Ok(Answer::fine(json, text))
}
