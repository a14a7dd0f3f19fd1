//! Areas, townships and settlements.

use super::{At, Row};
use crate::io::cells::{Cells, Column, optional, position_columns, wanted};
use crate::io::csv_out::CsvOut;
use crate::network::tables::Table;
use crate::network::validate::MOST_PEOPLE;
use crate::network::{Area, Evidence, Network, Settlement, Township};
use crate::travel::Crs;
use crate::units::{Persons, Yuan};
use serde::Serialize;
use smol_str::SmolStr;

const EVIDENCE: [(&str, Evidence); 3] =
    [("observed", Evidence::Observed), ("modelled", Evidence::Modelled), ("assumed", Evidence::Assumed)];

pub(super) fn evidence_word(e: Evidence) -> &'static str {
    EVIDENCE.iter().find(|(_, x)| *x == e).map_or("assumed", |(w, _)| w)
}

fn enrolled() -> f64 {
    0.95
}

/// A row of `areas.csv`: a county or an urban district group.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AreaRow {
    /// Code, unique in the table.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Name in the local script.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Name in Latin letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// 1 for a city core, 0 for a county.
    #[schemars(range(max = 1))]
    pub urban: u8,
    /// Prefecture or group it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefecture: Option<String>,
    /// Surface, square kilometres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area_km2: Option<f64>,
    /// Share of people enrolled in basic insurance.
    #[serde(default = "enrolled")]
    #[schemars(range(min = 0, max = 1))]
    pub enrol_rate: f64,
    /// Fund income per enrolled head, yuan a year.
    #[serde(default)]
    #[schemars(range(min = 0))]
    pub fund_per_head: f64,
    /// How the row came to be.
    #[serde(default)]
    pub evidence: Evidence,
}

impl Row for AreaRow {
    const TABLE: Table = Table::Areas;

    fn columns(_: Crs) -> Vec<Column> {
        let o = optional;
        let middle = [o("name_en"), wanted("urban"), o("prefecture"), o("area_km2"), o("enrol_rate"), o("fund_per_head"), o("evidence")];
        [wanted("id"), wanted("name")].into_iter().chain(middle).collect()
    }

    fn read(c: &mut Cells<'_>, _: Crs) -> Self {
        Self {
            id: c.text("id"),
            name: c.text("name"),
            name_en: c.maybe_text("name_en"),
            urban: u8::from(c.flag("urban", false)),
            prefecture: c.maybe_text("prefecture"),
            area_km2: c.maybe_number("area_km2"),
            enrol_rate: c.maybe_number("enrol_rate").unwrap_or_else(enrolled),
            fund_per_head: c.maybe_number("fund_per_head").unwrap_or_default(),
            evidence: c.evidence(),
        }
    }

    fn write(&self, out: &mut CsvOut) {
        out.named(&self.id, &self.name, self.name_en.as_deref());
        out.whole(u64::from(self.urban));
        out.text(self.prefecture.as_deref().unwrap_or_default());
        out.number(self.area_km2);
        out.number(self.enrol_rate);
        out.number(self.fund_per_head);
        out.text(evidence_word(self.evidence));
    }
}

impl From<AreaRow> for Area {
    fn from(r: AreaRow) -> Self {
        Self {
            code: r.id,
            name: r.name,
            name_en: r.name_en,
            urban: r.urban == 1,
            prefecture: r.prefecture,
            area_km2: r.area_km2,
            enrol_rate: r.enrol_rate,
            fund_per_head: Yuan(r.fund_per_head),
            evidence: r.evidence,
        }
    }
}

impl From<&Area> for AreaRow {
    fn from(a: &Area) -> Self {
        Self {
            id: a.code.clone(),
            name: a.name.clone(),
            name_en: a.name_en.clone(),
            urban: u8::from(a.urban),
            prefecture: a.prefecture.clone(),
            area_km2: a.area_km2,
            enrol_rate: a.enrol_rate,
            fund_per_head: a.fund_per_head.0,
            evidence: a.evidence,
        }
    }
}

/// A row of `townships.csv`: a township or subdistrict with its population of record and its seat.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(extend("unevaluatedProperties" = false))]
pub struct TownshipRow {
    /// Code, unique in the table.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Name in the local script.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Name in Latin letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// Area it lies in.
    pub area: String,
    /// Population of record; its settlements sum to it.
    #[schemars(range(max = 200_000_000))]
    pub pop: u64,
    /// Seat.
    #[serde(flatten)]
    pub at: At,
    /// How the row came to be.
    #[serde(default)]
    pub evidence: Evidence,
}

impl Row for TownshipRow {
    const TABLE: Table = Table::Townships;

    fn columns(crs: Crs) -> Vec<Column> {
        let [x, y] = position_columns(crs);
        vec![wanted("id"), wanted("name"), optional("name_en"), wanted("area"), wanted("pop"), x, y, optional("evidence")]
    }

    fn read(c: &mut Cells<'_>, crs: Crs) -> Self {
        Self {
            id: c.text("id"),
            name: c.text("name"),
            name_en: c.maybe_text("name_en"),
            area: c.text("area"),
            pop: c.whole("pop", MOST_PEOPLE).unwrap_or_else(|| c.lost_people()),
            at: At::of(crs, c.position(crs)),
            evidence: c.evidence(),
        }
    }

    fn write(&self, out: &mut CsvOut) {
        out.named(&self.id, &self.name, self.name_en.as_deref());
        out.text(&self.area);
        out.whole(self.pop);
        self.at.write(out);
        out.text(evidence_word(self.evidence));
    }
}

impl TownshipRow {
    /// The row of a township.
    #[must_use]
    pub fn of(network: &Network, t: &Township) -> Self {
        Self {
            id: t.code.clone(),
            name: t.name.clone(),
            name_en: t.name_en.clone(),
            area: network.area(t.area).code.clone(),
            pop: t.population.0,
            at: At::of(network.crs, t.position),
            evidence: t.evidence,
        }
    }

    /// The township, its area not yet resolved, and the code of the area.
    #[must_use]
    pub fn split(self) -> (Township, String) {
        let town = Township {
            code: self.id,
            name: self.name,
            name_en: self.name_en,
            area: crate::ids::AreaId(crate::network::builder::NOWHERE),
            population: Persons(self.pop),
            position: self.at.position(),
            evidence: self.evidence,
        };
        (town, self.area)
    }
}

/// A row of `settlements.csv`: a village unit or neighbourhood, where demand arises.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(extend("unevaluatedProperties" = false))]
pub struct SettlementRow {
    /// Code, unique in the table.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Name in the local script.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Name in Latin letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// Area it lies in.
    #[schemars(with = "String")]
    pub area: SmolStr,
    /// Township it belongs to.
    #[schemars(with = "String")]
    pub town: SmolStr,
    /// Inhabitants.
    #[schemars(range(max = 200_000_000))]
    pub pop: u64,
    /// Where.
    #[serde(flatten)]
    pub at: At,
    /// How the row came to be.
    #[serde(default)]
    pub evidence: Evidence,
}

impl Row for SettlementRow {
    const TABLE: Table = Table::Settlements;

    fn columns(crs: Crs) -> Vec<Column> {
        let [x, y] = position_columns(crs);
        vec![wanted("id"), wanted("name"), optional("name_en"), wanted("area"), wanted("town"), wanted("pop"), x, y, optional("evidence")]
    }

    fn read(c: &mut Cells<'_>, crs: Crs) -> Self {
        Self {
            id: c.text("id"),
            name: c.text("name"),
            name_en: c.maybe_text("name_en"),
            area: c.code("area"),
            town: c.code("town"),
            pop: c.whole("pop", MOST_PEOPLE).unwrap_or_else(|| c.lost_people()),
            at: At::of(crs, c.position(crs)),
            evidence: c.evidence(),
        }
    }

    fn write(&self, out: &mut CsvOut) {
        out.named(&self.id, &self.name, self.name_en.as_deref());
        out.text(&self.area);
        out.text(&self.town);
        out.whole(self.pop);
        self.at.write(out);
        out.text(evidence_word(self.evidence));
    }
}

impl SettlementRow {
    /// The row of a settlement.
    #[must_use]
    pub fn of(network: &Network, s: &Settlement) -> Self {
        Self {
            id: s.code.clone(),
            name: s.name.clone(),
            name_en: s.name_en.clone(),
            area: network.area(s.area).code.as_str().into(),
            town: network.town(s.town).code.as_str().into(),
            pop: s.population.0,
            at: At::of(network.crs, s.position),
            evidence: s.evidence,
        }
    }

    /// The settlement, its references not yet resolved, and the codes of its area and township.
    #[must_use]
    pub fn split(self) -> (Settlement, SmolStr, SmolStr) {
        let settlement = Settlement {
            code: self.id,
            name: self.name,
            name_en: self.name_en,
            area: crate::ids::AreaId(crate::network::builder::NOWHERE),
            town: crate::ids::TownId(crate::network::builder::NOWHERE),
            population: Persons(self.pop),
            position: self.at.position(),
            evidence: self.evidence,
        };
        (settlement, self.area, self.town)
    }
}
