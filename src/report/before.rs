//! Before and after a layout: what changes on the ground, and what that does to how patients flow.

use super::compare::{changed_table, indicators};
use super::referral::{figures, render};
use super::tables::{Table, number, words};
use super::{Before, File, ReportError, ReportInput};
use crate::plan::layout::{SitePlan, SiteStatus};
use crate::plot::{self, Picture};
use crate::text::Catalogue;
use minijinja::value::Serde;
use minijinja::{Value, context};

/// Changed sites on the page; all are in the layout's own tables.
const MOST_SITES: usize = 60;

/// The section of the page, and its pictures as files.
pub(super) fn section(input: &ReportInput<'_>, before: &Before<'_>, text: &Catalogue) -> Result<(Value, Vec<File>), ReportError> {
    let names = [text.say("before-today"), text.say("before-built")];
    let sides = [*before.plan, *input];
    let mut pictures: Vec<Picture> =
        vec![plot::layout_map::draw(&before.plan.problem.network, before.layout, &input.pictures(text).case_name(), text)?];
    pictures.extend(plot::difference::draw(&before.plan.pictures(text), &input.pictures(text), (&names[0], &names[1]), 1)?);
    let pixels = render(&pictures)?;
    let (sites, all) = sites(before, text);
    let value = context! {
        lead => lead(before, text),
        figures => figures(text, &pictures, &pixels),
        indicators => Value::from(Serde(indicators(&sides, &names, text))),
        changed => Value::from(Serde(changed_table(before.plan, input, text))),
        sites => Value::from(Serde(sites)),
        sites_note => (all > MOST_SITES).then(|| text.say_with("report-facilities-some", &[("n", MOST_SITES.into()), ("all", all.into())])),
    };
    Ok((value, super::referral::picture_files(pictures, pixels).collect()))
}

/// How many sites change, and how.
fn lead(before: &Before<'_>, text: &Catalogue) -> String {
    let counted = SiteStatus::ALL.into_iter().filter(|s| *s != SiteStatus::Kept).filter_map(|status| {
        let n = before.layout.sites.iter().filter(|s| s.status == status).count();
        (n > 0).then(|| text.say_with(&format!("layout-status-{}", status.name()), &[("n", n.into())]))
    });
    let changes = counted.collect::<Vec<_>>().join(&text.say("list-comma"));
    text.say_with("before-lead", &[("changes", (&changes).into())])
}

fn sites(before: &Before<'_>, text: &Catalogue) -> (Table, usize) {
    let heads =
        [("col-facility", false), ("col-status", false), ("col-tier", false), ("before-beds-today", true), ("before-beds-built", true)];
    let mut table = Table::new("layout-sites", text, &heads);
    let mut changed: Vec<&SitePlan> = before.layout.sites.iter().filter(|s| s.status != SiteStatus::Kept).collect();
    changed.sort_by(|a, b| {
        b.level.max(b.level_before).cmp(&a.level.max(a.level_before)).then(b.beds.total_cmp(&a.beds)).then(a.code.cmp(&b.code))
    });
    for s in changed.iter().take(MOST_SITES) {
        table.rows.push(vec![
            words(text.place(&s.name, s.name_en.as_deref())),
            words(text.say(&format!("layout-word-{}", s.status.name()))),
            words(text.key("tier", s.tier.code())),
            number(text, s.beds_before, 0),
            number(text, s.beds, 0),
        ]);
    }
    (table, changed.len())
}
