//! `fenji generate`: a seeded synthetic prefecture or province.

use super::args::OutArg;
use super::exit::{Answer, Fault};
use super::steps::SynthParams;
use super::{output, steps, validate};
use crate::travel::Crs;

/// Make a synthetic prefecture or province from a seed: for trials, teaching and benchmarks
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Seed: the same seed and sizes give the same case everywhere
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Prefectures; from two on they share provincial, regional and national centres
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=400))]
    pub prefectures: u32,
    /// Provinces that the prefectures are shared out to
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=40))]
    pub provinces: u32,
    /// People of a prefecture, on average
    #[arg(long, value_name = "N", default_value_t = 2_000_000)]
    pub people: u64,
    /// Counties of a prefecture, beside its city core
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub counties: u32,
    /// Townships and subdistricts of a prefecture
    #[arg(long, value_name = "N", default_value_t = 41)]
    pub towns: u32,
    /// Settlements of a prefecture
    #[arg(long, value_name = "N", default_value_t = 140)]
    pub settlements: u32,
    /// Kilometres on a plane in place of longitude and latitude
    #[arg(long)]
    pub planar: bool,
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
    output::write_case(out, &files)?;
    let mut json = validate::object("generate", &case.network, &[]);
    json["seed"] = serde_json::json!(args.seed);
    json["out"] = serde_json::json!(out);
    Ok(Answer::fine(json, format!("{}\nwritten: {}", validate::describe(&case.network), out.display())))
}

fn params(args: &Args) -> SynthParams {
    SynthParams {
        seed: args.seed,
        prefectures: args.prefectures as usize,
        provinces: args.provinces as usize,
        people_per_prefecture: args.people,
        counties: args.counties as usize,
        towns: args.towns as usize,
        settlements: args.settlements as usize,
        crs: if args.planar { Crs::PlanarKm } else { Crs::Wgs84 },
        ..SynthParams::default()
    }
}
