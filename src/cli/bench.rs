//! `fenji bench`: solver settings compared on many instances.

use super::args::OutArg;
use super::exit::{Answer, Fault};
use super::output;
use crate::bench::expand::{Places, expand};
use crate::bench::page::{Bench, files};
use crate::bench::{collect, engine, run, spec};
use crate::io::process;
use crate::io::write::write_file;
use crate::outcome::Observer;
use anyhow::{Context, anyhow};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// Compare solver settings: instances x problems x settings x seeds, measured one process a run, resumable, with profiles on one page
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Specification (TOML); examples/bench/small.toml is one
    pub spec: PathBuf,
    /// Runs at a time, on disjoint cores (more than one disturbs timings through shared memory and caches)
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: u16,
    /// Make the page from the results that are there, and run nothing
    #[arg(long)]
    pub page_only: bool,
    /// Go on where a killed bench was (this is what always happens)
    #[arg(long)]
    pub resume: bool,
    /// Solve one job of the textbook engine and print the answer: what the bench starts for `engine = "mip"`
    #[arg(long, hide = true)]
    pub single: bool,
    /// Where results go.
    #[command(flatten)]
    pub out: OutArg,
}

/// What marks a folder of ours.
const MARK: &str = "fenji-bench.txt";
const MARK_TEXT: &str = "Results of fenji bench: the same command goes on where it was. Finished runs are in runs/, one file each.\n";

/// Runs the command.
///
/// # Errors
/// Everything that is wrong with the specification, at once; a folder of somebody else; a failing disk or process.
pub fn run(args: &Args, observer: &dyn Observer) -> Result<Answer, Fault> {
    if args.single {
        return single(&args.spec);
    }
    let cores = process::cores();
    let spec = spec::read(&args.spec, cores.len()).map_err(Fault::Invalid)?;
    let jobs = usize::from(args.jobs);
    let threads = spec.setting.iter().map(|s| s.get_ref().threads as usize).max().unwrap_or(1);
    if jobs * threads > cores.len() {
        return Err(Fault::Usage(format!(
            "--jobs {jobs}: {jobs} runs of up to {threads} threads need {} cores, this machine has {}",
            jobs * threads,
            cores.len()
        )));
    }
    let out = &args.out.out;
    claim(out)?;
    let program = std::env::current_exe().context("where this program is cannot be told")?;
    // Instances are paths of child processes, which may run elsewhere.
    let out = &out.canonicalize().with_context(|| format!("cannot find {}", out.display()))?;
    let runs = expand(&spec, &Places { spec: &args.spec, out, program: &program }).map_err(Fault::Invalid)?;
    let begun = if args.page_only {
        0
    } else {
        run::all(&runs, out, jobs, &cores, observer).with_context(|| format!("the bench in {} stopped", out.display()))?
    };
    let records = collect::load(&runs, out);
    let bench = Bench { spec: &spec, runs: &runs, records: &records, jobs, cores: cores.len() };
    let made = files(&bench).map_err(|e| anyhow!(e))?;
    for (name, bytes) in &made {
        let path = out.join(name);
        fs::create_dir_all(path.parent().unwrap_or(out))
            .and_then(|()| write_file(&path, bytes))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let missing = runs.len() - records.len();
    let grid = collect::Grid::of(&records);
    let summaries = collect::summaries(&grid.complete(&runs), spec.shift);
    let wrong = collect::contradictions(&records);
    let mut text = format!(
        "{} runs, {begun} of them now, {} were there",
        runs.len(),
        records.len() - usize::try_from(begun).unwrap_or(0).min(records.len())
    );
    if missing > 0 {
        text.push_str(&format!("; {missing} are missing: run the same command again to go on"));
    }
    let show = |x: Option<f64>| x.map_or_else(|| "-".into(), |v| format!("{v:.3} s"));
    for s in &summaries {
        text.push_str(&format!(
            "\n  {:<24} {} of {} solved, {} without answer, wall {} (shifted geometric mean), fastest {} times",
            s.setting,
            s.solved,
            s.runs,
            s.failed,
            show(s.mean),
            s.fastest
        ));
    }
    for sentence in &wrong {
        text.push_str(&format!("\ncontradiction: {}", super::exit::visible(sentence)));
    }
    text.push_str(&format!("\nwritten: {}", out.join("report.html").display()));
    let settings: Vec<_> = summaries
        .iter()
        .map(|s| json!({ "setting": s.setting, "runs": s.runs, "solved": s.solved, "limit": s.limit, "failed": s.failed, "fastest": s.fastest, "wall_mean": s.mean, "wall_mean_common": s.common, "against_first": s.against_first, "cpu_mean": s.cpu }))
        .collect();
    let json = json!({
        "command": "bench", "ok": true, "runs": runs.len(), "run_now": begun, "missing": missing, "stopped": observer.stop_requested(),
        "settings": settings, "contradictions": wrong, "out": out, "files": made.iter().map(|f| f.0.as_str()).collect::<Vec<_>>(),
    });
    Ok(Answer::fine(json, text))
}

/// Makes sure that the folder is absent, empty, or a bench of ours.
fn claim(out: &Path) -> Result<(), Fault> {
    if !out.join(MARK).is_file() {
        output::claim_case(out).map_err(|fault| match fault {
            Fault::Usage(_) if out.is_dir() => Fault::Usage(format!(
                "--out {}: the folder holds something that fenji bench did not write; give an absent or empty folder (nothing was written)",
                out.display()
            )),
            other => other,
        })?;
    }
    fs::create_dir_all(out)
        .and_then(|()| write_file(&out.join(MARK), MARK_TEXT.as_bytes()))
        .with_context(|| format!("cannot write {}", out.display()))?;
    Ok(())
}

/// One job of the textbook engine.
fn single(file: &Path) -> Result<Answer, Fault> {
    let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let job: engine::Job = serde_json::from_slice(&text).with_context(|| format!("{} is no job", file.display()))?;
    let json = engine::run(&job).map_err(|e| anyhow!(e))?;
    let text = json.to_string();
    Ok(Answer::fine(json, text))
}
