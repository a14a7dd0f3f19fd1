//! Writing a case folder.

use super::case_toml;
use super::csv_out::CsvOut;
use super::rows::{
    ArcRow, ArcWord, AreaRow, At, ClassRow, EdgeRow, FacilityRow, NodeRow, Row, SettlementRow, TierRow, TimeRow, TownshipRow,
};
use super::write::{NamedBytes, write_folder};
use crate::network::case_class::default_classes;
use crate::network::{ArcLists, Case, Network, TierTable};
use crate::travel::{Crs, Place, RoadGraph, TimesTable, Travel};
use std::io;
use std::path::Path;

/// What belongs to a case folder and not to the network.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Extras {
    /// Title in Latin letters.
    pub name_en: Option<String>,
    /// Keys of the case's scenario.
    pub scenario: toml::Table,
}

/// Writes a case folder whole or not at all. A folder that is not empty is replaced only when `force` is given and it is a case folder itself.
///
/// Text that a spreadsheet would run as a formula is written with a leading apostrophe, which the reader takes off again; so a case reads back exactly.
///
/// # Errors
/// `AlreadyExists` when the folder may not be replaced; else what the system says.
pub fn write_case(case: &Case, extras: &Extras, folder: &Path, force: bool) -> io::Result<()> {
    let files = case_files(case, extras)?;
    write_folder(folder, &files, |f| force && f.join(case_toml::FILE).is_file())
}

/// The files of a case folder.
///
/// # Errors
/// When the scenario table cannot be written as TOML.
pub fn case_files(case: &Case, extras: &Extras) -> io::Result<Vec<NamedBytes>> {
    let n = &case.network;
    let toml = case_toml::write(case, extras.name_en.as_deref(), &extras.scenario).map_err(io::Error::other)?;
    let mut files = vec![
        (case_toml::FILE.to_owned(), toml.into_bytes()),
        table(n.crs, n.areas.iter().map(AreaRow::from)),
        table(n.crs, n.towns.iter().map(|t| TownshipRow::of(n, t))),
        table(n.crs, n.settlements.iter().map(|s| SettlementRow::of(n, s))),
        table(n.crs, n.facilities.iter().map(|f| FacilityRow::of(n, f))),
    ];
    if n.classes != default_classes() {
        files.push(table(n.crs, n.classes.iter().map(ClassRow::from)));
    }
    if n.tiers != TierTable::default() {
        files.push(table(n.crs, n.tiers.0.iter().map(TierRow::from)));
    }
    if let Some(arcs) = &case.arcs {
        files.push(table(n.crs, arc_rows(n, arcs)));
    }
    match &case.travel {
        Travel::Metric(_) => {}
        Travel::Table(times) => files.push(table(n.crs, time_rows(n, times))),
        Travel::Road(graph) => files.extend(road_tables(n.crs, graph)),
    }
    Ok(files)
}

fn table<R: Row>(crs: Crs, rows: impl Iterator<Item = R>) -> NamedBytes {
    let columns = R::columns(crs);
    let mut out = CsvOut::new(columns.iter().map(|c| c.name));
    for row in rows {
        row.write(&mut out);
        out.end_row();
    }
    (R::TABLE.file().to_owned(), out.into_bytes())
}

fn arc_rows<'a>(n: &'a Network, arcs: &'a ArcLists) -> impl Iterator<Item = ArcRow> + 'a {
    let facility = |j: u32| n.facilities[j as usize].code.clone();
    let first = arcs.first.iter().map(move |&(i, j)| (ArcWord::First, n.settlements[i as usize].code.clone(), facility(j)));
    let up = arcs.up.iter().map(move |&(j, q)| (ArcWord::Up, facility(j), facility(q)));
    let down = arcs.down.iter().map(move |&(j, q)| (ArcWord::Down, facility(j), facility(q)));
    first.chain(up).chain(down).map(|(kind, from, to)| ArcRow { kind: Some(kind), from, to })
}

fn time_rows<'a>(n: &'a Network, times: &'a TimesTable) -> impl Iterator<Item = TimeRow> + 'a {
    let code = |p: Place| match p {
        Place::Settlement(i) => n.settlement(i).code.clone(),
        Place::Facility(j) => n.facility(j).code.clone(),
    };
    times.entries().map(move |(from, to, minutes)| TimeRow { from: code(from), to: code(to), minutes })
}

/// Road nodes get their position in the list as id.
fn road_tables(crs: Crs, graph: &RoadGraph) -> [NamedBytes; 2] {
    let nodes = (0..graph.node_count()).map(|n| NodeRow { id: n.to_string(), at: At::of(crs, graph.node(n)) });
    let edges = graph.edges().iter().map(|e| EdgeRow {
        from: e.from.to_string(),
        to: e.to.to_string(),
        km: e.km,
        kmh: e.kmh,
        oneway: u8::from(e.oneway),
    });
    [table(crs, nodes), table(crs, edges)]
}
