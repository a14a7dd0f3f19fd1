//! `fenji ledger`: every numbered demand of the reform documents beside what plans reach.

use super::args::{Lang, OutArg};
use super::exit::{Answer, Fault};
use super::steps::Prepared;
use super::{check as refusal, layout_steps, output, referral, reform, steps};
use crate::indicators::Indicators;
use crate::indicators::reform::{Goal, goals};
use crate::indicators::register::{Evidence, RegisterRow, ranking, register};
use crate::io::{layout_files, plan_file};
use crate::outcome::Observer;
use crate::plan::LayoutPlan;
use crate::plan::beds::BEDS_KIND;
use crate::plan::reform::REFORM_KIND;
use crate::policy::demands;
use crate::report::register::{RegisterReport, tally, write_bundle};
use anyhow::anyhow;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// List every numbered demand of the reform documents beside what plans of a case reach, and those that no plan judges with the reason
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Case folder
    pub case: PathBuf,
    /// Written plans (plan.json) of any kind: referral, layout, telemedicine, ...; each is checked first
    #[arg(value_name = "PLAN")]
    pub plans: Vec<PathBuf>,
    /// Language of the ledger
    #[arg(long, value_enum, default_value_t)]
    pub lang: Lang,
    /// Where results go.
    #[command(flatten)]
    pub out: OutArg,
}

/// What was read of plans.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Indicators of the referral plan.
    pub referral: Option<Indicators>,
    /// The layout.
    pub layout: Option<LayoutPlan>,
    /// Goals of all other plans.
    pub goals: Vec<Goal>,
    /// Models that were asked and have no answer, and whether because it cannot be had.
    pub cannot: Vec<(String, bool)>,
}

impl Gathered {
    /// The rows.
    ///
    /// # Errors
    /// A broken table of demands, which the tests exclude.
    pub fn rows(&self, network: &crate::network::Network) -> Result<(Vec<demands::Demand>, Vec<RegisterRow>), Fault> {
        let demands = demands::all().map_err(|e| anyhow!(e))?;
        let evidence =
            Evidence { referral: self.referral.as_ref(), layout: self.layout.as_ref(), goals: &self.goals, cannot: &self.cannot };
        let rows = register(&demands, &evidence, network);
        Ok((demands, rows))
    }
}

/// Runs the command.
///
/// # Errors
/// See [`Fault`]; a plan that does not fit its case is an answer.
pub fn run(args: &Args, observer: &dyn Observer) -> Result<Answer, Fault> {
    let out = &args.out.out;
    output::claim_results(out)?;
    let prepared: Prepared = steps::prepare(&args.case, steps::Ask::default(), observer)?;
    let mut all = Gathered::default();
    let mut given = BTreeMap::new();
    for file in &args.plans {
        let (kind, wrong) = if plan_file::kind(file).as_deref() == Some(REFORM_KIND) {
            let (_, plan, wrong, _) = reform::judge(&args.case, file, observer)?;
            all.goals.extend(goals(&plan));
            (plan.answer.model().name(), wrong)
        } else if layout_files::kind_of(file).as_deref() == Some("layout") {
            let (_, plan, wrong) = layout_steps::judge_written(&args.case, file)?;
            all.layout = Some(plan);
            ("layout", wrong)
        } else if plan_file::kind(file).as_deref() == Some(BEDS_KIND) {
            return Err(Fault::Usage(format!(
                "{}: a bed plan judges no demand that a referral plan does not; leave it out",
                file.display()
            )));
        } else {
            let (_, judged) = steps::judge_written(&args.case, file, observer)?;
            all.referral = Some(judged.indicators);
            ("referral", judged.violations)
        };
        if let Some(first) = given.insert(kind, file) {
            let (first, second) = (first.display(), file.display());
            return Err(Fault::Usage(format!("{first} and {second} are both plans of {kind}; give one of them")));
        }
        if !wrong.is_empty() {
            return Ok(refusal::refused("ledger", &wrong, &format!("{} does not fit its case", file.display())));
        }
    }
    let network = &prepared.case.network;
    let (demands, rows) = all.rows(network)?;
    let areas = all.referral.as_ref().map_or(&[][..], |i| &i.by_area);
    let version = env!("CARGO_PKG_VERSION");
    let report = RegisterReport { network, name_en: prepared.name_en.as_deref(), demands: &demands, rows: &rows, areas, version };
    let files = write_bundle(&report, args.lang.code()).map_err(|e| anyhow!(e))?;
    output::write_results(out, &files)?;
    let t = tally(&rows);
    let best: Vec<_> =
        ranking(areas).into_iter().take(10).map(|(a, score, _)| json!({ "area": network.areas[a].code, "score": score })).collect();
    let json = json!({
        "command": "ledger", "ok": true, "case": network.name, "rows": rows, "met": t.met, "met_in_part": t.part, "missed": t.missed, "not_judged": t.silent,
        "top_areas": best, "out": out, "files": referral::names(&files),
    });
    let text = format!(
        "{} demands met, {} in part, {} missed, {} not judged by the plans given\nwritten: {}",
        t.met,
        t.part,
        t.missed,
        t.silent,
        out.join("report.html").display()
    );
    Ok(Answer::fine(json, text))
}
