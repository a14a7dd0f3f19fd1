//! `fenji compare` for layouts.

use super::compare::{Args, distinct, label_of};
use super::exit::{Answer, Fault, visible};
use super::{check, layout_steps, output, referral};
use crate::report::compare_layouts;
use crate::report::layout::LayoutReport;
use anyhow::anyhow;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};

/// Compares layouts; the first is the base.
///
/// # Errors
/// See [`Fault`]; a layout that does not fit its case is an answer.
pub fn run(args: &Args) -> Result<Answer, Fault> {
    let out = &args.out.out;
    let (mut sides, mut labels) = (Vec::new(), Vec::new());
    for file in &args.plans {
        if crate::io::layout_files::kind_of(file).as_deref() != Some("layout") {
            let why = format!("{} is no layout, and the first plan is one: layouts are compared with layouts", file.display());
            return Err(Fault::Usage(why));
        }
        let (prepared, plan, violations) = layout_steps::judge_written(&args.case, file)?;
        if !violations.is_empty() {
            let why = format!("{} does not fit the case", file.display());
            return Ok(check::refused("compare", &violations, &why));
        }
        let name = &prepared.scenario.name;
        labels.push(if name.is_empty() { label_of(file) } else { name.clone() });
        sides.push((prepared, plan));
    }
    distinct(&mut labels);
    let inputs: Vec<LayoutReport<'_>> = sides
        .iter()
        .map(|(p, plan)| LayoutReport {
            network: &p.case.network,
            problem: &p.problem,
            plan,
            name_en: p.name_en.as_deref(),
            questions: None,
        })
        .collect();
    let files = compare_layouts::write_bundle(&inputs, &labels, args.lang.code()).map_err(|e| anyhow!(e))?;
    output::write_results(out, &files)?;
    let columns: Vec<Vec<(String, f64, usize)>> = sides.iter().map(|s| compare_layouts::indicators(&s.1)).collect();
    let plans: Vec<Value> = sides
        .iter()
        .zip(labels.iter().zip(&args.plans))
        .zip(&columns)
        .map(|(((_, plan), (label, file)), values)| {
            let values: serde_json::Map<String, Value> = values.iter().map(|(k, v, _)| (key(k), json!(v))).collect();
            json!({ "label": label, "plan": file, "objectives": plan.objectives, "indicators": values })
        })
        .collect();
    let changes: Vec<Value> = sides[1..]
        .iter()
        .map(|s| {
            let d = compare_layouts::against(&sides[0].1, &s.1);
            let of = |status: crate::plan::layout::SiteStatus| d.sites.iter().filter(|x| x.status == status).count();
            let counts: serde_json::Map<String, Value> =
                crate::plan::layout::SiteStatus::ALL.iter().map(|s| (s.name().to_owned(), json!(of(*s)))).collect();
            Value::Object(counts)
        })
        .collect();
    let json = json!({ "command": "compare", "ok": true, "kind": "layout", "plans": plans, "changes": changes, "out": out, "files": referral::names(&files) });
    Ok(Answer::fine(json, format!("{}\nwritten: {}", table(&labels, &columns), out.join("compare.html").display())))
}

/// Name of an indicator in files.
fn key(id: &str) -> String {
    id.trim_start_matches("layout-").trim_start_matches("compare-").replace('-', "_")
}

fn table(labels: &[String], columns: &[Vec<(String, f64, usize)>]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(std::iter::once(String::new()).chain(labels.iter().map(|l| visible(l))));
    for (id, _, digits) in columns.first().into_iter().flatten() {
        let of =
            |c: &Vec<(String, f64, usize)>| c.iter().find(|x| x.0 == *id).map_or_else(|| "-".into(), |x| output::grouped(x.1, *digits));
        table.add_row(std::iter::once(key(id)).chain(columns.iter().map(of)));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}
