//! The report of `fenji reality`: beds by tier, ways to care, and which of the real places a choice from nothing would take too.

use super::csv_out::{Field, write};
use super::referral::{figures, picture_files, render};
use super::tables::{Cell, Head, Table, words};
use super::{File, ReportError, html};
use crate::indicators::FacilityLoad;
use crate::layout::reality::{RankRow, Reach};
use crate::network::{Network, Tier};
use crate::plot::steps::{Steps, draw as draw_steps};
use crate::plot::{Picture, reality as map};
use crate::text::Catalogue;
use minijinja::context;
use minijinja::value::{Serde, Value};
use serde::Serialize;
use std::collections::BTreeSet;

/// What a report of reality speaks of.
#[derive(Debug, Clone, Copy)]
pub struct RealityReport<'a> {
    /// The case.
    pub network: &'a Network,
    /// Rows by rank.
    pub rows: &'a [RankRow],
    /// Loads of the facilities in a referral plan on the real network, when one was given.
    pub loads: Option<&'a [FacilityLoad]>,
    /// Real places nearby count within this many km.
    pub near_km: f64,
    /// Random choices.
    pub draws: u32,
}

/// Beds of a tier.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TierRow {
    /// Tier.
    pub tier: Tier,
    /// Sites.
    pub sites: usize,
    /// Of them public.
    pub public: usize,
    /// Beds that stand.
    pub beds: u64,
    /// Beds per 1,000 people.
    pub per_1000: f64,
    /// Beds that the plan's stays fill on a mean day.
    pub used: Option<f64>,
    /// Stays a year in the plan.
    pub stays: Option<f64>,
    /// Visits a year in the plan.
    pub visits: Option<f64>,
}

/// Beds by tier, tiers without a site left out.
#[must_use]
pub fn tiers(input: &RealityReport<'_>) -> Vec<TierRow> {
    let network = input.network;
    let people = network.population().0 as f64;
    let mut out = Vec::new();
    for tier in Tier::ALL {
        let own: Vec<usize> = (0..network.facilities.len()).filter(|&j| network.facilities[j].tier == tier).collect();
        if own.is_empty() {
            continue;
        }
        let sum = |of: &dyn Fn(&FacilityLoad) -> f64| input.loads.map(|l| own.iter().map(|&j| of(&l[j])).sum::<f64>());
        let beds: u64 = own.iter().map(|&j| u64::from(network.facilities[j].beds.0)).sum();
        out.push(TierRow {
            tier,
            sites: own.len(),
            public: own.iter().filter(|&&j| network.facilities[j].owner == crate::network::Owner::Public).count(),
            beds,
            per_1000: 1000.0 * beds as f64 / people.max(1.0),
            used: sum(&|l| l.bed_days / 365.0),
            stays: sum(&|l| l.admissions),
            visits: sum(&|l| l.visits),
        });
    }
    out
}

/// The networks of a row with their names, in the order of columns.
#[must_use]
pub fn sides(row: &RankRow) -> Vec<(&'static str, &Reach)> {
    let mut out = vec![("real", &row.real), ("chosen", &row.best), ("random", &row.random)];
    out.extend(row.layout.as_ref().map(|l| ("layout", l)));
    out
}

/// All files: `report.html`, `pictures/*`, `tables/*.csv`.
///
/// # Errors
/// No font, or a picture, table or page that cannot be made.
pub fn write_bundle(input: &RealityReport<'_>) -> Result<Vec<File>, ReportError> {
    let text = &Catalogue::load("en")?;
    let pictures = pictures(input, text)?;
    let pixels = render(&pictures)?;
    let name = crate::text::shorten(&input.network.name, 160);
    let tiers = tiers(input);
    let page = html::page(
        "reality.html",
        text,
        context! {
            title => format!("{name}: the network that stands, held against one chosen from nothing"),
            lead => format!(
                "{} people, {} facilities ({}). Chosen: as many places as stand at the rank or above, from all places where a facility of any rank \
                 stands, so that the people's straight way is shortest. Random: the mean of {} choices of as many places.",
                grouped(input.network.population().0 as f64, 0), input.network.facilities.len(), input.network.year, input.draws
            ),
            made => text.say_with("report-made", &[("version", (env!("CARGO_PKG_VERSION")).into())]),
            findings => sentences(input),
            pictures => figures(text, &pictures, &pixels),
            beds => Value::from(Serde(beds_table(&tiers))),
            ways => Value::from(Serde(ways_table(input.rows))),
            overlap => Value::from(Serde(overlap_table(input))),
            origin => Value::from(Serde(origin_table(input.network))),
        },
    )?;
    let mut files = vec![("report.html".to_owned(), page)];
    files.extend(picture_files(pictures, pixels));
    files.push(tiers_csv(&tiers)?);
    files.push(ways_csv(input.rows)?);
    files.push(chosen_csv(input)?);
    Ok(files)
}

/// The figures in sentences, as they are.
#[must_use]
pub fn sentences(input: &RealityReport<'_>) -> Vec<String> {
    let mut out = Vec::new();
    for r in input.rows {
        let longer = 100.0 * (r.real.km / r.best.km.max(1e-9) - 1.0);
        out.push(format!(
            "Rank {} and above: {} real places of {}. The real way is {:.1} km ({:.1} minutes) on the mean, {longer:.0} % longer than the best that as many \
             places give ({:.1} km, proven within {:.2} %); a random choice gives {:.1} km.",
            r.rank, r.real.places, r.candidates, r.real.km, r.real.mean, r.best.km, 100.0 * r.gap, r.random.km
        ));
        out.push(format!(
            "Rank {} and above: the best choice takes {:.1} % of the real places themselves (chance: {:.1} %), and has a place within {} km of {:.1} % of them \
             (chance: {:.1} %).",
            r.rank, 100.0 * r.best.same, 100.0 * r.random.same, input.near_km, 100.0 * r.best.near, 100.0 * r.random.near
        ));
        if let (Some(l), Some(chance)) = (&r.layout, r.layout_chance) {
            out.push(format!(
                "Rank {} and above: the layout has {} places, among them {:.1} % of the real ones (chance: {:.1} %); its way is {:.1} km, {:.1} minutes.",
                r.rank, l.places, 100.0 * l.same, 100.0 * chance, l.km, l.mean
            ));
        }
    }
    out
}

fn grouped(value: f64, digits: usize) -> String {
    let plain = format!("{value:.digits$}");
    let (whole, rest) = plain.split_once('.').map_or((plain.as_str(), String::new()), |(w, r)| (w, format!(".{r}")));
    let mut out = String::new();
    for (n, c) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n).is_multiple_of(3) && whole.as_bytes()[n - 1] != b'-' {
            out.push(',');
        }
        out.push(c);
    }
    out + &rest
}

fn number(value: f64, digits: usize) -> Cell {
    Cell { text: grouped(value, digits), sort: Some(value) }
}

fn share(value: f64) -> Cell {
    Cell { text: format!("{:.1} %", 100.0 * value), sort: Some(value) }
}

fn table(id: &str, heads: &[(&str, bool)], rows: Vec<Vec<Cell>>) -> Table {
    Table { id: id.into(), heads: heads.iter().map(|(t, n)| Head { text: (*t).to_owned(), numeric: *n }).collect(), rows }
}

fn beds_table(tiers: &[TierRow]) -> Table {
    let heads = [
        ("Tier", false),
        ("Sites", true),
        ("Public", true),
        ("Beds", true),
        ("Beds per 1,000", true),
        ("Beds filled in the plan", true),
        ("Filled", true),
        ("Stays a year", true),
        ("Visits a year", true),
    ];
    let some = |v: Option<f64>| v.map_or_else(|| words("–"), |v| number(v, 0));
    let rows = tiers
        .iter()
        .map(|t| {
            vec![
                words(t.tier.code()),
                number(t.sites as f64, 0),
                number(t.public as f64, 0),
                number(t.beds as f64, 0),
                number(t.per_1000, 2),
                some(t.used),
                t.used.filter(|_| t.beds > 0).map_or_else(|| words("–"), |u| share(u / t.beds as f64)),
                some(t.stays),
                some(t.visits),
            ]
        })
        .collect();
    table("beds", &heads, rows)
}

fn ways_table(rows: &[RankRow]) -> Table {
    let heads = [
        ("Rank and above", true),
        ("Network", false),
        ("Places", true),
        ("Mean km", true),
        ("Mean minutes", true),
        ("Nine of ten within, minutes", true),
        ("Within 15", true),
        ("Within 30", true),
        ("Within 60", true),
    ];
    let cells = rows.iter().flat_map(|r| {
        sides(r).into_iter().map(move |(name, s)| {
            let mut row = vec![
                number(f64::from(r.rank), 0),
                words(name),
                number(s.places as f64, 0),
                number(s.km, 2),
                number(s.mean, 1),
                number(s.p90, 1),
            ];
            row.extend(s.within.map(share));
            row
        })
    });
    table("ways", &heads, cells.collect())
}

fn overlap_table(input: &RealityReport<'_>) -> Table {
    let near = format!("Nearby (within {} km)", input.near_km);
    let heads = [
        ("Rank and above", true),
        ("Real places", true),
        ("Candidates", true),
        ("The same", true),
        ("By chance", true),
        (near.as_str(), true),
        ("Nearby by chance", true),
        ("Gap of the choice", true),
    ];
    let rows = input.rows.iter().map(|r| {
        vec![
            number(f64::from(r.rank), 0),
            number(r.real.places as f64, 0),
            number(r.candidates as f64, 0),
            share(r.best.same),
            share(r.random.same),
            share(r.best.near),
            share(r.random.near),
            Cell { text: format!("{:.3} %", 100.0 * r.gap), sort: Some(r.gap) },
        ]
    });
    table("overlap", &heads, rows.collect())
}

fn origin_table(network: &Network) -> Table {
    let heads = [("Table", false), ("Column", false), ("Evidence", false), ("Rule", false), ("Source", false)];
    let word = |e| match e {
        crate::network::Evidence::Observed => "observed",
        crate::network::Evidence::Modelled => "modelled",
        crate::network::Evidence::Assumed => "assumed",
    };
    let row = |p: &crate::network::Provenance| {
        vec![words(&*p.table), words(&*p.column), words(word(p.evidence)), words(&*p.rule), words(&*p.source)]
    };
    table("origin", &heads, network.provenance.iter().map(row).collect())
}

fn pictures(input: &RealityReport<'_>, text: &Catalogue) -> Result<Vec<Picture>, ReportError> {
    let mut out = Vec::new();
    for r in input.rows {
        out.push(map::draw(input.network, r, text)?);
    }
    for r in input.rows {
        let series: Vec<(String, Vec<(f64, f64)>)> = sides(r)
            .into_iter()
            .map(|(name, s)| {
                let points = s.curve.iter().enumerate().map(|(n, share)| ((n + 1) as f64, *share)).collect();
                (format!("{name} ({})", s.places), points)
            })
            .collect();
        let id = format!("reality-ways-{}", r.rank);
        let title = format!("Share of people within minutes of rank {} and above", r.rank);
        let steps = Steps {
            id: &id,
            title: &title,
            subtitle: &input.network.name,
            caption: "Real: the places that stand. Chosen: as many, from nothing, shortest way. Random: the mean of random choices of as many. Travel times are modelled.",
            x: "minutes one way",
            y: "share of people",
            unit: "min",
            range: (3.0, 240.0),
            series: &series,
        };
        out.push(draw_steps(&steps)?);
    }
    Ok(out)
}

fn tiers_csv(rows: &[TierRow]) -> Result<File, ReportError> {
    let heads = ["tier", "sites", "public", "beds", "beds_per_1000", "beds_filled", "stays", "visits"];
    let rows = rows.iter().map(|t| {
        vec![
            t.tier.code().into(),
            Field::from(Some(t.sites as f64)),
            Field::from(Some(t.public as f64)),
            Field::from(Some(t.beds as f64)),
            Field::from(Some(t.per_1000)),
            Field::from(t.used),
            Field::from(t.stays),
            Field::from(t.visits),
        ]
    });
    write("tiers", &heads, rows)
}

fn ways_csv(rows: &[RankRow]) -> Result<File, ReportError> {
    let heads =
        ["rank", "network", "places", "km", "minutes", "p90", "within_15", "within_30", "within_60", "same", "near", "bound_km", "gap"];
    let rows = rows.iter().flat_map(|r| {
        sides(r).into_iter().map(move |(name, s)| {
            let chosen = name == "chosen";
            let mut row: Vec<Field> = vec![Field::from(Some(f64::from(r.rank))), name.into(), Field::from(Some(s.places as f64))];
            let numbers = [s.km, s.mean, s.p90, s.within[0], s.within[1], s.within[2], s.same, s.near];
            row.extend(numbers.map(|v| Field::from(Some(v))));
            row.push(Field::from(chosen.then_some(r.bound_km)));
            row.push(Field::from(chosen.then_some(r.gap)));
            row
        })
    });
    write("ways", &heads, rows)
}

/// Every facility that stands at a rank of the comparison or was chosen for one.
fn chosen_csv(input: &RealityReport<'_>) -> Result<File, ReportError> {
    let chosen: Vec<(u8, BTreeSet<usize>)> = input.rows.iter().map(|r| (r.rank, r.chosen.iter().map(|f| f.index()).collect())).collect();
    let rows = input.network.facilities.iter().enumerate().filter_map(|(j, f)| {
        let at: Vec<String> = chosen.iter().filter(|c| c.1.contains(&j)).map(|c| c.0.to_string()).collect();
        if f.rank() < 2 && at.is_empty() {
            return None;
        }
        let (x, y) = (f.position.x, f.position.y);
        let chosen = at.join(";");
        Some(vec![
            f.code.as_str().into(),
            f.name.as_str().into(),
            f.tier.code().into(),
            Field::from(Some(x)),
            Field::from(Some(y)),
            Field::from(Some(f64::from(f.beds.0))),
            chosen.into(),
        ])
    });
    write("chosen", &["id", "name", "tier", "x", "y", "beds", "chosen_for_rank"], rows)
}
