//! The bundle of a referral plan: page, pictures, tables.

use super::{File, ReportError, ReportInput, facts, html, sentences, sheets};
use crate::indicators::Finding;
use crate::plot::{self, Picture};
use crate::text::Catalogue;
use minijinja::value::Serde;
use minijinja::{Value, context};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Sentences of one kind shown at once.
const FIRST_OF_A_KIND: usize = 3;
/// Sentences shown at once; the others unfold.
const FIRST_FINDINGS: usize = 24;
/// Most sentences on the page; all are in the CSV table.
const MOST_FINDINGS: usize = 120;

/// Makes all files of a report in a language (`en`, `zh`, or the path of a `.ftl` file): `report.html`, `pictures/*.svg`, `pictures/*.png`,
/// `tables/*.csv`. Nothing is written to disk.
///
/// # Errors
/// An unknown language, no font, or a picture or page that cannot be made.
pub fn write_bundle(input: &ReportInput<'_>, lang: &str) -> Result<Vec<File>, ReportError> {
    let text = Catalogue::load(lang)?;
    let pictures = plot::all(&input.pictures(&text), input.pareto)?;
    let pixels = render(&pictures)?;
    let (before, more) = match &input.before {
        Some(before) => super::before::section(input, before, &text).map(|(section, files)| (Some(section), files))?,
        None => (None, Vec::new()),
    };
    let page = page(input, &text, &pictures, &pixels, before)?;
    let mut files = vec![("report.html".to_owned(), page)];
    files.extend(picture_files(pictures, pixels));
    files.extend(more);
    files.extend(sheets::all(input, &text)?);
    Ok(files)
}

/// The tables of a plan alone, `tables/*.csv`: no font is needed.
///
/// # Errors
/// An unknown language, or a table that cannot be made.
pub fn tables(input: &ReportInput<'_>, lang: &str) -> Result<Vec<File>, ReportError> {
    sheets::all(input, &Catalogue::load(lang)?)
}

/// All pictures as PNG, in parallel, in their order.
pub(super) fn render(pictures: &[Picture]) -> Result<Vec<Vec<u8>>, ReportError> {
    Ok(pictures.par_iter().map(Picture::png).collect::<Result<Vec<_>, _>>()?)
}

/// Pictures as files.
pub(super) fn picture_files(pictures: Vec<Picture>, pixels: Vec<Vec<u8>>) -> impl Iterator<Item = File> {
    pictures
        .into_iter()
        .zip(pixels)
        .flat_map(|(p, png)| [(format!("pictures/{}.svg", p.id), p.svg.into_bytes()), (format!("pictures/{}.png", p.id), png)])
}

/// Pictures for a page, heavy ones with a note.
pub(super) fn figures(text: &Catalogue, pictures: &[Picture], pixels: &[Vec<u8>]) -> Vec<Value> {
    pictures
        .iter()
        .zip(pixels)
        .map(|(p, png)| {
            let f = html::figure(p, png);
            let note = f.data.as_ref().map(|_| text.say_with("report-picture-heavy", &[("id", (&p.id).into())]));
            context! { note, ..Value::from(Serde(f)) }
        })
        .collect()
}

fn page(
    input: &ReportInput<'_>,
    text: &Catalogue,
    pictures: &[Picture],
    pixels: &[Vec<u8>],
    before: Option<Value>,
) -> Result<Vec<u8>, ReportError> {
    let n = &input.problem.network;
    let name = crate::text::shorten(&input.pictures(text).case_name(), 160);
    let year = n.year.to_string();
    let lead = text.say_with(
        "report-lead",
        &[
            ("name", (&name).into()),
            ("year", (&year).into()),
            ("facilities", n.facilities.len().into()),
            ("people", plot::map::people(n.population().0).into()),
            ("settlements", n.settlements.len().into()),
            ("areas", n.areas.len().into()),
            ("policy", (&input.pack.name).into()),
        ],
    );
    let scenario = (!input.plan.scenario.name.is_empty())
        .then(|| text.say_with("report-scenario", &[("scenario", (&input.plan.scenario.name).into())]));
    let (first, rest) = spread(&input.indicators.findings);
    let say = |list: &[&Finding]| list.iter().map(|f| sentences::sentence(input, text, f)).collect::<Vec<_>>();
    let (findings, more_findings) = (say(&first), say(&rest));
    let (facilities, all) = facts::facilities(input, text);
    let facilities_note = (facilities.rows.len() < all)
        .then(|| text.say_with("report-facilities-some", &[("n", facilities.rows.len().into()), ("all", all.into())]));
    html::page(
        "report.html",
        text,
        context! {
            title => text.say_with("report-title", &[("name", (&name).into())]),
            lead,
            scenario,
            made => text.say_with("report-made", &[("version", (&input.plan.fenji).into())]),
            figures => Value::from(Serde(facts::key_figures(input, text))),
            findings,
            more_findings,
            ledger => Value::from(Serde(facts::ledger(input, text, "ledger", |r| r.area.is_none() && r.planned.is_some()))),
            ledger_areas => Value::from(Serde(facts::ledger(input, text, "ledger-areas", |r| r.area.is_some()))),
            ledger_unjudged => Value::from(Serde(facts::ledger(input, text, "ledger-unjudged", |r| r.area.is_none() && r.planned.is_none()))),
            before,
            pictures => figures(text, pictures, pixels),
            bottlenecks => Value::from(Serde(facts::bottlenecks(input, text))),
            areas => Value::from(Serde(facts::areas(input, text))),
            tiers => Value::from(Serde(facts::tiers(input, text))),
            facilities => Value::from(Serde(facilities)),
            facilities_note,
            indicators => Value::from(Serde(facts::indicators(input, text))),
            provenance => Value::from(Serde(facts::provenance(input, text))),
            assumptions => Value::from(Serde(facts::assumptions(input, text))),
            certificate => Value::from(Serde(facts::certificate(input, text))),
        },
    )
}

/// Findings shown at once, and those that unfold: the most valuable of every kind come first, so that one kind does not crowd out the others.
fn spread(findings: &[Finding]) -> (Vec<&Finding>, Vec<&Finding>) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for f in findings {
        let n = seen.entry(f.id.as_str()).or_default();
        *n += 1;
        if *n <= FIRST_OF_A_KIND && first.len() < FIRST_FINDINGS { first.push(f) } else { rest.push(f) }
    }
    rest.truncate(MOST_FINDINGS - first.len());
    (first, rest)
}
