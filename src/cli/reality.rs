//! `fenji reality`: the network that stands, held against one chosen from nothing.

use super::args::{OutArg, gap, seconds};
use super::exit::{Answer, Fault, told};
use super::{check, layout_steps, output, referral, steps};
use crate::ids::FacilityId;
use crate::indicators::FacilityLoad;
use crate::io;
use crate::layout::reality::{Ask, RANKS, compare};
use crate::location::Settings;
use crate::outcome::{Limits, Observer};
use crate::report::reality::{RealityReport, sentences, sides, tiers, write_bundle};
use anyhow::anyhow;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Hold the sites that stand against as many chosen from nothing among all places where a facility stands: ways, beds by tier, which real sites are chosen
/// too, and against chance; a written layout and a referral plan of the case can be laid beside
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Case folder
    pub case: PathBuf,
    /// A layout of the case (plan.json of `fenji layout`) to hold against the real network too
    #[arg(long, value_name = "PLAN")]
    pub layout: Option<PathBuf>,
    /// A referral plan of the case (plan.json of `fenji referral`): how many of the real beds it fills, by tier
    #[arg(long, value_name = "PLAN")]
    pub referral: Option<PathBuf>,
    /// Stop each of the three choices after this many seconds
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub time: Option<Duration>,
    /// Relative gap at which a choice is good enough
    #[arg(long, value_name = "X", default_value = "1e-3", value_parser = gap)]
    pub gap: f64,
    /// Random choices to compare with
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub draws: u32,
    /// A real place counts as chosen nearby within this many km
    #[arg(long, value_name = "KM", default_value_t = 2.0, value_parser = km)]
    pub near: f64,
    /// Seed of what is drawn at random
    #[arg(long, value_name = "K", default_value_t = 1)]
    pub seed: u64,
    /// Where results go.
    #[command(flatten)]
    pub out: OutArg,
}

fn km(text: &str) -> Result<f64, String> {
    super::args::number(text).and_then(|x| if (0.0..=1000.0).contains(&x) { Ok(x) } else { Err("must lie between 0 and 1000".into()) })
}

/// Runs the command.
///
/// # Errors
/// See [`Fault`]; plans that do not fit the case are answers.
pub fn run(args: &Args, observer: &dyn Observer) -> Result<Answer, Fault> {
    let begin = Instant::now();
    let out = &args.out.out;
    output::claim_results(out)?;
    let (case, warnings) = steps::read_case(&args.case)?;
    let layout = match &args.layout {
        Some(file) => {
            let (prepared, plan, violations) = layout_steps::judge_written(&args.case, file)?;
            if !violations.is_empty() {
                return Ok(check::refused("reality", &violations, "the layout does not fit the case"));
            }
            drop(prepared);
            Some(levels(&case, &plan))
        }
        None => None,
    };
    let loads = match args.referral.as_deref().map(|f| plan_loads(&args.case, f, observer)).transpose()? {
        Some(Err(refused)) => return Ok(refused),
        Some(Ok(loads)) => Some(loads),
        None => None,
    };
    let limits = Limits { time: args.time, gap: args.gap, ..Limits::default() };
    let ask = Ask { settings: Settings { limits, seed: args.seed }, draws: args.draws, near_km: args.near, layout };
    let rows = compare(&case, &ask, observer).map_err(|e| anyhow!(e))?;
    let input = RealityReport { network: &case.network, rows: &rows, loads: loads.as_deref(), near_km: args.near, draws: args.draws };
    let files = write_bundle(&input).map_err(|e| anyhow!(e))?;
    output::write_results(out, &files)?;
    let mut text: String = warnings.iter().map(|w| told(w) + "\n").collect();
    text.push_str(&table(&input));
    for s in sentences(&input) {
        text.push_str(&format!("{s}\n"));
    }
    text.push_str(&format!("written: {}", out.join("report.html").display()));
    let json = json!({
        "command": "reality", "ok": true, "case": case.network.name, "ranks": rows, "tiers": tiers(&input), "seconds": begin.elapsed().as_secs_f64(),
        "out": out, "files": referral::names(&files), "warnings": warnings,
    });
    Ok(Answer::fine(json, text))
}

/// Facilities that a layout has at each rank or above; places that no facility holds are not among the candidates and are left out.
fn levels(case: &crate::network::Case, plan: &crate::plan::LayoutPlan) -> [Vec<FacilityId>; 3] {
    let of: std::collections::BTreeMap<&str, usize> =
        case.network.facilities.iter().enumerate().map(|(n, f)| (f.code.as_str(), n)).collect();
    let top = |rank: u8| case.network.facilities.iter().enumerate().filter(move |(_, f)| f.rank() >= rank.max(4)).map(|(n, _)| n);
    RANKS.map(|rank| {
        // city hospitals and those above stand as they are in every layout
        let sites = plan.sites.iter().filter(|s| s.level >= rank).filter_map(|s| of.get(s.code.as_str()).copied());
        sites.chain(top(rank)).map(FacilityId::new).collect()
    })
}

type Loads = Result<Vec<FacilityLoad>, Answer>;

fn plan_loads(case: &Path, file: &Path, observer: &dyn Observer) -> Result<Loads, Fault> {
    if io::plan_file::kind(file).as_deref() != Some("referral") {
        return Err(Fault::Usage(format!("--referral {} is no referral plan", file.display())));
    }
    let (_, judged) = steps::judge_written(case, file, observer)?;
    if !judged.violations.is_empty() {
        return Ok(Err(check::refused("reality", &judged.violations, "the referral plan does not fit the case")));
    }
    Ok(Ok(judged.indicators.facilities))
}

fn table(input: &RealityReport<'_>) -> String {
    let mut out = String::from("rank network  places     km  minutes    p90  in 15  in 30  in 60   same   near\n");
    for r in input.rows {
        for (name, s) in sides(r) {
            let w = s.within.map(|x| 100.0 * x);
            out.push_str(&format!(
                "{:>4} {name:<8}{:>7}{:>7.2}{:>9.1}{:>7.1}{:>7.1}{:>7.1}{:>7.1}{:>7.1}{:>7.1}\n",
                r.rank,
                s.places,
                s.km,
                s.mean,
                s.p90,
                w[0],
                w[1],
                w[2],
                100.0 * s.same,
                100.0 * s.near
            ));
        }
    }
    for t in tiers(input) {
        let filled = t.used.map_or_else(String::new, |u| format!(", {} filled in the plan", output::grouped(u, 0)));
        out.push_str(&format!(
            "tier {}: {} sites, {} beds ({:.2} per 1,000){filled}\n",
            t.tier,
            t.sites,
            output::grouped(t.beds as f64, 0),
            t.per_1000
        ));
    }
    out
}
