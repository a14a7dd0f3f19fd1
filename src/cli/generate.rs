//! `fenji generate`: a seeded synthetic prefecture or province.

use super::args::OutArg;
use super::exit::{Answer, Fault};
use super::{output, steps, validate};

/// Make a synthetic prefecture or province from a seed: for trials, teaching and benchmarks
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Seed: the same seed and sizes give the same case everywhere
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Prefectures; from two on the provincial, regional and national centres are shared
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=400))]
    pub prefectures: u64,
    /// Counties in each prefecture, beside its city core
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=50))]
    pub counties: u64,
    /// Townships in each county, on average
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=100))]
    pub townships: u64,
    /// Villages in each township, on average
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=100))]
    pub villages: u64,
    /// People in each prefecture
    #[arg(long, value_name = "N", default_value_t = 3_000_000, value_parser = clap::value_parser!(u64).range(10_000..=50_000_000))]
    pub population: u64,
    /// Policy pack of the case
    #[arg(long, value_name = "NAME", default_value = "P2025")]
    pub policy: String,
    /// Where results go.
    #[command(flatten)]
    pub out: OutArg,
}

/// Runs the command.
///
/// # Errors
/// Parameters that cannot be met; a folder that is not empty.
pub fn run(args: &Args) -> Result<Answer, Fault> {
    let out = &args.out.out;
    output::claim_case(out)?;
    let (case, files) = steps::synthesize(&params(args))?;
    steps::write_all(out, &files)?;
    let mut json = validate::object("generate", &case.network, &[]);
    json["seed"] = serde_json::json!(args.seed);
    json["out"] = serde_json::json!(out);
    Ok(Answer::fine(json, format!("{}\nwritten: {}", validate::describe(&case.network), out.display())))
}

// WIRING: the fields of `synth::SynthParams`.
fn params(args: &Args) -> steps::SynthParams {
    let size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX); // the ranges above keep it small
    steps::SynthParams {
        seed: args.seed,
        prefectures: size(args.prefectures),
        counties: size(args.counties),
        townships: size(args.townships),
        villages: size(args.villages),
        population: args.population,
        policy: args.policy.clone(),
    }
}
