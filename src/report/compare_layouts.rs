//! Two or more layouts side by side: certificate, indicators with differences, sites that differ, a map of the differences each.

use super::csv_out::{Field, write};
use super::layout::LayoutReport;
use super::referral::{figures, picture_files, render};
use super::tables::{Cell, Head, Table, number, words};
use super::{File, ReportError, html};
use crate::plan::LayoutPlan;
use crate::plan::layout::{SitePlan, SiteStatus};
use crate::plot::{Picture, layout_map};
use crate::text::Catalogue;
use minijinja::value::Serde;
use minijinja::{Value, context};
use std::collections::BTreeMap;

/// Sites shown of each layout; the rest is in the CSV table.
const MOST_SITES: usize = 200;

/// The layout `other` with everything that stood "before" taken from `base` instead of from today: what differs is what was opened, closed,
/// raised, lowered, grown or shrunk against it. Sites are matched by code. O(sites log sites).
#[must_use]
pub fn against(base: &LayoutPlan, other: &LayoutPlan) -> LayoutPlan {
    let before: BTreeMap<&str, &SitePlan> = base.sites.iter().map(|s| (s.code.as_str(), s)).collect();
    let mut out = other.clone();
    for s in &mut out.sites {
        let was = before.get(s.code.as_str());
        s.level_before = was.map_or(0, |b| b.level);
        s.beds_before = was.map_or(0.0, |b| b.beds);
    }
    let known: std::collections::BTreeSet<&str> = other.sites.iter().map(|s| s.code.as_str()).collect();
    for b in base.sites.iter().filter(|b| b.level > 0 && !known.contains(b.code.as_str())) {
        out.sites.push(SitePlan {
            level_before: b.level,
            beds_before: b.beds,
            level: 0,
            beds: 0.0,
            capital: 0.0,
            fixed_cost: 0.0,
            ..b.clone()
        });
    }
    for s in &mut out.sites {
        s.status = SiteStatus::of(s.level_before, s.level, s.beds_before, s.beds);
    }
    // what stands in neither is no difference
    out.sites.retain(|s| s.level > 0 || s.level_before > 0);
    out
}

/// Key, value, decimals of what a layout costs and gives.
#[must_use]
pub fn indicators(plan: &LayoutPlan) -> Vec<(String, f64, usize)> {
    let m = &plan.money;
    let open = |level: u8| plan.sites.iter().filter(|s| s.level == level).count() as f64;
    let mut out = vec![
        ("layout-card-open".to_owned(), plan.sites.iter().filter(|s| s.level > 0).count() as f64, 0),
        ("compare-clinics".to_owned(), open(1), 0),
        ("compare-centres".to_owned(), open(2), 0),
        ("compare-hospitals".to_owned(), open(3), 0),
        ("layout-card-beds".to_owned(), plan.beds.iter().filter(|r| r.area.is_none() && r.level < 4).map(|r| r.after).sum(), 0),
        ("layout-money-fixed".to_owned(), m.fixed, 0),
        ("layout-money-charge".to_owned(), m.charge, 0),
        ("layout-money-capability".to_owned(), m.capability, 0),
        ("layout-money-travel".to_owned(), m.travel, 0),
        ("layout-money-total".to_owned(), m.total, 0),
        ("layout-money-capital".to_owned(), m.capital, 0),
    ];
    for r in plan.coverage.iter().filter(|r| r.area.is_none()) {
        out.push((format!("compare-covered-{}", r.level), 100.0 * r.after, 2));
    }
    for a in &plan.access {
        out.push((format!("compare-mean-{}", a.level), a.mean, 2));
        if a.level > 0 {
            out.push((format!("compare-p90-{}", a.level), a.p90, 1));
            out.push((format!("compare-longest-{}", a.level), a.longest, 1));
        }
        if let Some(gini) = a.gini {
            out.push(("compare-gini".to_owned(), gini, 4));
        }
    }
    out
}

/// Makes all files of a comparison; the first layout is the base.
///
/// # Errors
/// Fewer than two layouts, an unknown language, no font, or a picture or page that cannot be made.
pub fn write_bundle(inputs: &[LayoutReport<'_>], names: &[String], lang: &str) -> Result<Vec<File>, ReportError> {
    let (Some((base, others)), true) = (inputs.split_first(), inputs.len() >= 2) else { return Err(ReportError::TooFew(inputs.len())) };
    let text = Catalogue::load(lang)?;
    let case = text.place(&base.network.name, base.name_en);
    let differences: Vec<LayoutPlan> = others.iter().map(|o| against(base.plan, o.plan)).collect();
    let mut pictures: Vec<Picture> = Vec::new();
    for (n, plan) in differences.iter().enumerate() {
        let title = text.say_with("compare-layouts-map", &[("base", (&names[0]).into()), ("other", (&names[n + 1]).into())]);
        let look = layout_map::Look { id: format!("layout-difference-{}", n + 1), title, hover: "compare-layouts-hover" };
        pictures.push(layout_map::draw_as(base.network, plan, &case, &text, &look)?);
    }
    let pixels = render(&pictures)?;
    let name = crate::text::shorten(&case, 160);
    let year = base.network.year.to_string();
    let changed: Vec<_> = differences
        .iter()
        .zip(&names[1..])
        .map(|(d, name)| context! { name, table => Value::from(Serde(sites(base, d, &text))) })
        .collect();
    let page = html::page(
        "compare.html",
        &text,
        context! {
            title => text.say_with("report-title-compare", &[("name", (&name).into())]),
            lead => text.say_with("report-lead-compare", &[("plans", inputs.len().into()), ("name", (&name).into()), ("year", (&year).into())]),
            made => text.say_with("report-made", &[("version", (&base.plan.fenji).into())]),
            plans => Value::from(Serde(plans(inputs, names, &text))),
            indicators => Value::from(Serde(table(inputs, names, &text))),
            pictures => figures(&text, &pictures, &pixels),
            changed,
        },
    )?;
    let mut files = vec![("compare.html".to_owned(), page)];
    files.extend(picture_files(pictures, pixels));
    files.push(indicators_csv(inputs)?);
    files.push(sites_csv(&differences)?);
    Ok(files)
}

fn plans(inputs: &[LayoutReport<'_>], names: &[String], text: &Catalogue) -> Table {
    let heads = [
        ("col-plan", false),
        ("col-objective", false),
        ("col-value", true),
        ("col-bound", true),
        ("col-proven-gap", true),
        ("cert-check", false),
    ];
    let mut out = Table::new("plans", text, &heads);
    for (p, name) in inputs.iter().zip(names) {
        for o in &p.plan.objectives {
            let gap = o.bounds.gap();
            let bound = if o.bounds.dual.is_finite() { number(text, o.bounds.dual, 2) } else { words(text.say("cell-none")) };
            out.rows.push(vec![
                words(name.as_str()),
                words(text.say(&format!("layout-objective-{}", o.objective.name()))),
                number(text, o.value, 2),
                bound,
                words(super::facts::gap(gap)),
                words(text.say_with("report-violations", &[("n", 0.into())])),
            ]);
        }
    }
    out
}

fn table(inputs: &[LayoutReport<'_>], names: &[String], text: &Catalogue) -> Table {
    let mut out = Table::new("indicators", text, &[("col-indicator", false)]);
    for (n, name) in names.iter().enumerate() {
        let shown = if n == 0 { text.say_with("col-base", &[("name", name.into())]) } else { name.clone() };
        out.heads.push(Head { text: shown, numeric: true });
        if n > 0 {
            out.heads.push(Head { text: text.say("col-difference"), numeric: true });
        }
    }
    let columns: Vec<BTreeMap<String, f64>> =
        inputs.iter().map(|p| indicators(p.plan).into_iter().map(|(k, v, _)| (k, v)).collect()).collect();
    let mut keys: Vec<(String, usize)> = Vec::new();
    for p in inputs {
        for (k, _, digits) in indicators(p.plan) {
            if !keys.iter().any(|x| x.0 == k) {
                keys.push((k, digits));
            }
        }
    }
    for (key, digits) in keys {
        let base = columns[0].get(&key).copied();
        let mut row = vec![words(text.say(&key))];
        for (n, column) in columns.iter().enumerate() {
            let v = column.get(&key).copied();
            row.push(v.map_or_else(|| words(text.say("cell-none")), |v| number(text, v, digits)));
            if n > 0 {
                let d = v.zip(base).map(|(v, b)| v - b);
                row.push(d.map_or_else(
                    || words(text.say("cell-none")),
                    |d| Cell { text: format!("{}{}", if d > 0.0 { "+" } else { "" }, text.exact(d, digits)), sort: Some(d) },
                ));
            }
        }
        out.rows.push(row);
    }
    out
}

/// Sites that differ, the highest tiers first.
fn changed(plan: &LayoutPlan) -> Vec<&SitePlan> {
    let mut rows: Vec<_> = plan.sites.iter().filter(|s| s.status != SiteStatus::Kept).collect();
    rows.sort_by(|a, b| b.tier.rank().cmp(&a.tier.rank()).then(a.status.cmp(&b.status)).then(a.code.cmp(&b.code)));
    rows
}

fn sites(base: &LayoutReport<'_>, plan: &LayoutPlan, text: &Catalogue) -> Table {
    let heads = [
        ("col-name", false),
        ("col-area", false),
        ("col-tier", false),
        ("col-status", false),
        ("col-beds-before", true),
        ("col-beds-after", true),
    ];
    let mut out = Table::new("changed", text, &heads);
    for s in changed(plan).into_iter().take(MOST_SITES) {
        let area = base.network.areas.get(s.area as usize).map_or_else(String::new, |a| text.place(&a.name, a.name_en.as_deref()));
        out.rows.push(vec![
            words(text.place(&s.name, s.name_en.as_deref())),
            words(area),
            words(text.say(&format!("tier-{}", s.tier.code()))),
            words(text.say(&format!("layout-word-{}", s.status.name()))),
            number(text, s.beds_before, 0),
            number(text, s.beds, 0),
        ]);
    }
    out
}

fn indicators_csv(inputs: &[LayoutReport<'_>]) -> Result<File, ReportError> {
    let heads: Vec<String> = std::iter::once("indicator".to_owned()).chain((1..=inputs.len()).map(|n| format!("plan_{n}"))).collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let columns: Vec<BTreeMap<String, f64>> =
        inputs.iter().map(|p| indicators(p.plan).into_iter().map(|(k, v, _)| (k, v)).collect()).collect();
    let rows = indicators(inputs[0].plan).into_iter().map(|(key, ..)| {
        let plain = key.trim_start_matches("layout-").trim_start_matches("compare-").replace('-', "_");
        let mut row: Vec<Field> = vec![plain.into()];
        row.extend(columns.iter().map(|c| Field::from(c.get(&key).copied())));
        row
    });
    write("indicators", &heads, rows)
}

fn sites_csv(differences: &[LayoutPlan]) -> Result<File, ReportError> {
    let heads = ["plan", "site", "name", "tier", "status", "level_base", "level", "beds_base", "beds"];
    let mut rows: Vec<Vec<Field>> = Vec::new();
    for (n, plan) in differences.iter().enumerate() {
        for s in changed(plan) {
            rows.push(vec![
                format!("plan_{}", n + 2).into(),
                s.code.as_str().into(),
                s.name.as_str().into(),
                s.tier.code().into(),
                s.status.name().into(),
                Field::from(Some(f64::from(s.level_before))),
                Field::from(Some(f64::from(s.level))),
                Field::from(Some(s.beds_before)),
                Field::from(Some(s.beds)),
            ]);
        }
    }
    write("changed_sites", &heads, rows)
}
