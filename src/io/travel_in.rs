//! The travel model of a case folder: `times.csv`, or `road_nodes.csv` and `road_edges.csv`.

use super::case_toml::{Mode, TravelToml};
use super::rows::{EdgeRow, NodeRow, Row, TimeRow};
use super::table::{Opened, ReadLimits, TableReader};
use crate::ids::{FacilityId, SettlementId};
use crate::network::builder::{NetworkBuilder, Spot};
use crate::network::codes::{self, Rule};
use crate::network::tables::{Lines, Table};
use crate::network::{Network, Problem, Problems};
use crate::travel::matrix::TimesError;
use crate::travel::road::{RoadEdge, RoadError};
use crate::travel::{Crs, MetricParams, Place, Places, Position, RoadGraph, RoadParams, Site, TimesTable, Travel};
use std::collections::HashMap;
use std::path::Path;

/// What was read of a travel model, before the network is complete.
#[derive(Debug)]
pub enum TravelDraft {
    /// Distance and speeds.
    Metric(MetricParams),
    /// Entries with their lines.
    Table(Vec<(Place, Place, f64)>, Vec<u64>),
    /// Nodes, edges and the lines of the edges.
    Road(RoadParams, Vec<Position>, Vec<RoadEdge>, Vec<u64>),
    /// The tables are of no use, which has been reported.
    Broken,
}

/// Reads the tables that the mode asks for.
pub fn read(folder: &Path, limits: ReadLimits, toml: &TravelToml, builder: &mut NetworkBuilder) -> TravelDraft {
    match toml.mode {
        Mode::Metric => TravelDraft::Metric(toml.metric.clone()),
        Mode::Table => times(folder, limits, builder),
        Mode::Road => road(folder, limits, toml.road, builder),
    }
}

fn open<R: Row>(folder: &Path, limits: ReadLimits, builder: &mut NetworkBuilder, mode: &str) -> Option<Box<TableReader>> {
    let columns = R::columns(builder.crs());
    match TableReader::open(folder, R::TABLE, columns, limits, builder.problems()) {
        Opened::Rows(reader) => Some(reader),
        Opened::Broken => None,
        Opened::Absent => {
            let message = format!("travel.mode = \"{mode}\" needs {}", R::TABLE.file());
            let place = builder.lines().whole(R::TABLE);
            builder.problems().push(Problem::new(&codes::FILE_MISSING, place, message));
            None
        }
    }
}

fn report(builder: &mut NetworkBuilder, rule: &Rule, at: (Table, u64), column: &str, value: &str, message: &str) {
    let place = builder.lines().place_of(at.0, at.1);
    builder.problems().push(Problem::new(rule, place, message).column(column).value(value));
}

fn times(folder: &Path, limits: ReadLimits, builder: &mut NetworkBuilder) -> TravelDraft {
    let Some(mut reader) = open::<TimeRow>(folder, limits, builder, "table") else { return TravelDraft::Broken };
    let crs = builder.crs();
    let (mut entries, mut lines) = (Vec::new(), Vec::new());
    let errors = builder.problems().errors();
    while let Some(line) = reader.next_row(builder.problems()) {
        let row = TimeRow::read(&mut reader.cells(line, builder.problems()), crs);
        if row.from.is_empty() || row.to.is_empty() {
            continue;
        }
        let (from, to) = (builder.spot(line, "from", &row.from), builder.spot(line, "to", &row.to));
        let (Some(from), Some(to)) = (from, to) else { continue };
        if from == to {
            let message = "a place is where it is: the way to itself takes no time";
            report(builder, &codes::SELF_LOOP, (Table::Times, line), "to", &row.to, message);
            continue;
        }
        entries.push((place(from), place(to), row.minutes));
        lines.push(line);
    }
    // A row that was dropped may be the one that joins a settlement.
    if builder.problems().errors() > errors { TravelDraft::Broken } else { TravelDraft::Table(entries, lines) }
}

fn place(spot: Spot) -> Place {
    match spot {
        Spot::Settlement(i) => Place::Settlement(SettlementId(i)),
        Spot::Facility(j) => Place::Facility(FacilityId(j)),
    }
}

fn road(folder: &Path, limits: ReadLimits, params: RoadParams, builder: &mut NetworkBuilder) -> TravelDraft {
    let crs = builder.crs();
    let errors = builder.problems().errors();
    // Looked up, never iterated.
    let mut node_of: HashMap<String, usize> = HashMap::new();
    let mut nodes = Vec::new();
    let mut nodes_known = false;
    if let Some(mut reader) = open::<NodeRow>(folder, limits, builder, "road") {
        while let Some(line) = reader.next_row(builder.problems()) {
            let row = NodeRow::read(&mut reader.cells(line, builder.problems()), crs);
            let position = row.at.position();
            if position.x.is_finite() && position.y.is_finite() && !on_map(crs, position) {
                let value = format!("{}, {}", position.x, position.y);
                report(builder, &codes::POSITION_RANGE, (Table::RoadNodes, line), "lon", &value, "no such position");
            }
            nodes_known = true;
            if row.id.is_empty() {
                continue;
            }
            if node_of.contains_key(&row.id) {
                report(builder, &codes::ID_TWICE, (Table::RoadNodes, line), "id", &row.id, "this node already stands in the table");
                continue;
            }
            node_of.insert(row.id, nodes.len());
            nodes.push(position);
        }
    }
    let (mut edges, mut lines) = (Vec::new(), Vec::new());
    if let Some(mut reader) = open::<EdgeRow>(folder, limits, builder, "road") {
        while let Some(line) = reader.next_row(builder.problems()) {
            let row = EdgeRow::read(&mut reader.cells(line, builder.problems()), crs);
            let ends = [("from", &row.from), ("to", &row.to)].map(|(column, id)| {
                let node = node_of.get(id).copied();
                if node.is_none() && nodes_known && !id.is_empty() {
                    report(builder, &codes::NODE_UNKNOWN, (Table::RoadEdges, line), column, id, "no row of road_nodes.csv has this id");
                }
                node
            });
            let [Some(from), Some(to)] = ends else { continue };
            if from == to {
                report(builder, &codes::SELF_LOOP, (Table::RoadEdges, line), "to", &row.to, "the road leads back to where it starts");
                continue;
            }
            edges.push(RoadEdge { from, to, km: row.km, kmh: row.kmh, oneway: row.oneway == 1 });
            lines.push(line);
        }
    }
    if builder.problems().errors() > errors { TravelDraft::Broken } else { TravelDraft::Road(params, nodes, edges, lines) }
}

fn on_map(crs: Crs, p: Position) -> bool {
    match crs {
        Crs::Wgs84 => p.x.abs() <= 180.0 && p.y.abs() <= 90.0,
        Crs::PlanarKm => p.x.abs() <= 20_000.0 && p.y.abs() <= 20_000.0,
    }
}

impl TravelDraft {
    /// The travel model, and settlements that reach no facility in it.
    pub fn build(self, network: &Network, lines: &Lines, problems: &mut Problems) -> Option<Travel> {
        let travel = match self {
            Self::Metric(params) => return Some(Travel::Metric(params)),
            Self::Broken => return None,
            Self::Table(entries, at) => match TimesTable::new(network.settlements.len(), network.facilities.len(), &entries) {
                Ok(table) => Travel::Table(table),
                Err(errors) => {
                    for e in errors {
                        let rule = match e {
                            TimesError::UnknownPlace { .. } => &codes::PLACE_UNKNOWN,
                            TimesError::BadMinutes { .. } => &codes::OUT_OF_RANGE,
                            TimesError::Twice { .. } => &codes::ARC_TWICE,
                        };
                        let entry = e.entry();
                        let (from, to) = (code(network, entries[entry].0), code(network, entries[entry].1));
                        let place = lines.place_of(Table::Times, at[entry]);
                        let problem = Problem::new(rule, place, "the same pair stands in the table twice");
                        problems.push(problem.column("from").value(format!("{from} -> {to}")));
                    }
                    return None;
                }
            },
            Self::Road(params, nodes, edges, at) => match RoadGraph::new(network.crs, params, nodes, &edges) {
                Ok(graph) => Travel::Road(graph),
                Err(errors) => {
                    for e in errors {
                        let (RoadError::UnknownNode { edge, .. } | RoadError::BadEdge { edge, .. }) = e;
                        let place = lines.place_of(Table::RoadEdges, at[edge]);
                        problems
                            .push(Problem::new(&codes::OUT_OF_RANGE, place, "no road takes this long").column("km").value(edges[edge].km));
                    }
                    return None;
                }
            },
        };
        cut_off(network, &travel, lines, problems);
        Some(travel)
    }
}

fn code(network: &Network, place: Place) -> &str {
    match place {
        Place::Settlement(i) => &network.settlement(i).code,
        Place::Facility(j) => &network.facility(j).code,
    }
}

/// Positions alone: a network with broken references is asked, too, and whether two places are joined does not hang on speeds.
struct Spots<'a>(&'a Network);

impl Places for Spots<'_> {
    fn crs(&self) -> Crs {
        self.0.crs
    }

    fn site(&self, place: Place) -> Site {
        let position = match place {
            Place::Settlement(i) => self.0.settlement(i).position,
            Place::Facility(j) => self.0.facility(j).position,
        };
        Site { position, core: None }
    }
}

fn cut_off(network: &Network, travel: &Travel, lines: &Lines, problems: &mut Problems) {
    let positions = network.settlements.iter().map(|s| s.position).chain(network.facilities.iter().map(|f| f.position));
    if network.facilities.is_empty() || positions.into_iter().any(|p| !(p.x.is_finite() && p.y.is_finite())) {
        return;
    }
    let from: Vec<Place> = (0..network.settlements.len()).map(|i| Place::Settlement(SettlementId::new(i))).collect();
    let to: Vec<Place> = (0..network.facilities.len()).map(|j| Place::Facility(FacilityId::new(j))).collect();
    let nearest = travel.nearest(&Spots(network), &from, &to, 1);
    for (row, s) in network.settlements.iter().enumerate() {
        if nearest.row(row).len() == 0 {
            let place = lines.place(Table::Settlements, row);
            let message = "no path or time leads from it to any facility";
            problems.push(Problem::new(&codes::CUT_OFF, place, message).column("id").value(&s.code));
        }
    }
}
