//! `fenji compare`: two or more plans of one case side by side.

use super::args::{Lang, OutArg};
use super::exit::{Answer, Fault, visible};
use super::{check, output, referral, steps};
use crate::outcome::Observer;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Show two or more plans (or layouts) of a case side by side: indicators, changed facilities, maps of the difference
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Case folder
    pub case: PathBuf,
    /// Written plans (plan.json), two or more; the first is the one that the others are compared with
    #[arg(required = true, num_args = 2.., value_name = "PLAN")]
    pub plans: Vec<PathBuf>,
    /// Language of the comparison
    #[arg(long, value_enum, default_value_t)]
    pub lang: Lang,
    /// Where results go.
    #[command(flatten)]
    pub out: OutArg,
}

/// Indicators that the printed table shows; all are in the written files.
const SHOWN: [&str; 8] = [
    "primary_visits",
    "first_contact",
    "in_county_all_of_demand",
    "down_rate",
    "unmet_share",
    "displaced_share",
    "occ_county",
    "travel_minutes_per_case",
];

/// Runs the command.
///
/// # Errors
/// See [`Fault`]; a plan that does not fit its case is an answer.
pub fn run(args: &Args, observer: &dyn Observer) -> Result<Answer, Fault> {
    let out = &args.out.out;
    output::claim_results(out)?;
    if args.plans.first().and_then(|f| crate::io::layout_files::kind_of(f)).as_deref() == Some("layout") {
        return super::compare_layouts::run(args);
    }
    let (mut sides, mut labels) = (Vec::new(), Vec::new());
    for file in &args.plans {
        let (prepared, judged) = steps::judge_written(&args.case, file, observer)?;
        if !judged.violations.is_empty() {
            let why = format!("{} does not fit the case", file.display());
            return Ok(check::refused("compare", &judged.violations, &why));
        }
        let name = &prepared.scenario.name;
        labels.push(if name.is_empty() { label_of(file) } else { name.clone() });
        sides.push((prepared, judged));
    }
    distinct(&mut labels);
    let files = steps::comparison_files(&sides, args.lang)?;
    output::write_results(out, &files)?;
    let plans: Vec<Value> = sides
        .iter()
        .zip(labels.iter().zip(&args.plans))
        .map(|((_, j), (label, file))| {
            json!({ "label": label, "plan": file, "objective": j.plan.objective, "bounds": j.plan.bounds, "indicators": j.plan.indicators })
        })
        .collect();
    let json = json!({ "command": "compare", "ok": true, "plans": plans, "out": out, "files": referral::names(&files) });
    let columns: Vec<(&str, f64, &crate::indicators::Values)> =
        labels.iter().zip(&sides).map(|(label, (_, j))| (label.as_str(), j.plan.objective, &j.plan.indicators)).collect();
    Ok(Answer::fine(json, format!("{}\nwritten: {}", table(&columns), out.join("compare.html").display())))
}

/// A plan without a scenario name is called by its folder, `out/gamma/plan.json` by `gamma`, else by its file.
pub(super) fn label_of(file: &Path) -> String {
    let folder = file.parent().and_then(Path::file_name);
    let name = if file.file_name().is_some_and(|n| n == "plan.json") { folder.or(file.file_name()) } else { file.file_stem() };
    name.map_or_else(String::new, |n| n.to_string_lossy().into_owned())
}

/// Numbers labels that occur twice, so that columns can be told apart.
pub(super) fn distinct(labels: &mut [String]) {
    let mut seen: Vec<String> = Vec::new();
    for label in labels {
        let (wish, mut n) = (label.clone(), 1);
        while seen.contains(label) {
            n += 1;
            *label = format!("{wish} ({n})");
        }
        seen.push(label.clone());
    }
}

fn table(columns: &[(&str, f64, &crate::indicators::Values)]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(std::iter::once(String::new()).chain(columns.iter().map(|c| visible(c.0))));
    let row = |name: &str, value: &dyn Fn(usize) -> String| -> Vec<String> {
        std::iter::once(name.to_string()).chain((0..columns.len()).map(value)).collect()
    };
    table.add_row(row("objective, million yuan", &|i| output::grouped(columns[i].1 / 1e6, 2)));
    for name in SHOWN {
        table.add_row(row(name, &|i| columns[i].2.get(name).map_or_else(|| "-".into(), |v| format!("{v:.4}"))));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_names_that_differ() {
        assert_eq!(label_of(Path::new("out/gamma/plan.json")), "gamma");
        assert_eq!(label_of(Path::new("old.json")), "old");
        assert_eq!(label_of(Path::new("plan.json")), "plan.json");
        let mut labels = ["a".to_string(), "a".to_string(), "b".to_string(), "a".to_string()];
        distinct(&mut labels);
        assert_eq!(labels, ["a", "a (2)", "b", "a (3)"]);
    }

    #[test]
    fn the_table_has_a_row_an_indicator_and_a_dash_where_it_is_undefined() {
        let values = crate::indicators::Values::from([("primary_visits".to_string(), 0.5)]);
        let text = table(&[("base", 1e9, &values), ("other", 2e9, &crate::indicators::Values::new())]);
        assert_eq!(text.lines().count(), 2 + SHOWN.len());
        let line = text.lines().find(|l| l.contains("primary_visits")).unwrap();
        assert!(line.contains("0.5000") && line.trim_end().ends_with('-'), "{line}");
        assert!(text.contains("1,000.00") && text.contains("2,000.00"));
    }
}
