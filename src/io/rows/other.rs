//! Case classes, tier parameters, arcs, times and roads.

use super::{At, Row};
use crate::io::cells::{Cells, Column, optional, position_columns, wanted};
use crate::io::csv_out::CsvOut;
use crate::network::builder::ArcKind;
use crate::network::codes;
use crate::network::tables::Table;
use crate::network::{CaseClass, Kind, Tier, TierParams};
use crate::travel::Crs;
use crate::units::Yuan;
use serde::{Deserialize, Serialize};

/// Longest time between two places, minutes (ten days).
pub const LONGEST_MINUTES: f64 = 14_400.0;

/// A row of `classes.csv`: a case class (model 6.2). Without the file the twelve defaults hold.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassRow {
    /// Code, unique in the table.
    #[schemars(length(min = 1))]
    pub code: String,
    /// O outpatient visit, H inpatient stay.
    pub kind: Kind,
    /// Lowest rank that can treat it, 1 to 7.
    #[schemars(range(min = 1, max = 7))]
    pub lowest_rank: u8,
    /// Highest rank where it is sensible, 1 to 7.
    #[schemars(range(min = 1, max = 7))]
    pub highest_rank: u8,
    /// Cases per person and year.
    #[schemars(range(min = 0, max = 1000))]
    pub rate: f64,
    /// Acute days of a stay.
    #[serde(default)]
    #[schemars(range(min = 0, max = 365))]
    pub acute_days: f64,
    /// Recovery days of a stay.
    #[serde(default)]
    #[schemars(range(min = 0, max = 365))]
    pub recovery_days: f64,
    /// Relative weight for payment.
    #[serde(default)]
    #[schemars(range(min = 0))]
    pub weight: f64,
    /// 1 elective, 0 emergency.
    #[schemars(range(max = 1))]
    pub elective: u8,
}

impl Row for ClassRow {
    const TABLE: Table = Table::Classes;

    fn columns(_: Crs) -> Vec<Column> {
        let mut columns: Vec<Column> = ["code", "kind", "lowest_rank", "highest_rank", "rate"].map(wanted).to_vec();
        columns.extend(["acute_days", "recovery_days", "weight"].map(optional));
        columns.push(wanted("elective"));
        columns
    }

    fn read(c: &mut Cells<'_>, _: Crs) -> Self {
        Self {
            code: c.text("code"),
            kind: c.word("kind", &[("O", Kind::O), ("H", Kind::H)], Kind::O),
            lowest_rank: rank(c, "lowest_rank", 1),
            highest_rank: rank(c, "highest_rank", 7),
            rate: c.number("rate", 0.0),
            acute_days: c.maybe_number("acute_days").unwrap_or_default(),
            recovery_days: c.maybe_number("recovery_days").unwrap_or_default(),
            weight: c.maybe_number("weight").unwrap_or_default(),
            elective: u8::from(c.flag("elective", true)),
        }
    }

    fn write(&self, out: &mut CsvOut) {
        out.text(&self.code);
        out.text(if self.kind == Kind::O { "O" } else { "H" });
        out.whole(u64::from(self.lowest_rank));
        out.whole(u64::from(self.highest_rank));
        out.number(self.rate);
        out.number(self.acute_days);
        out.number(self.recovery_days);
        out.number(self.weight);
        out.whole(u64::from(self.elective));
    }
}

/// A rank; `bad` when it cannot be read, chosen so that no second problem follows from it.
fn rank(c: &mut Cells<'_>, column: &'static str, bad: u8) -> u8 {
    c.whole(column, 255).and_then(|v| u8::try_from(v).ok()).unwrap_or(bad)
}

impl From<ClassRow> for CaseClass {
    fn from(r: ClassRow) -> Self {
        Self {
            code: r.code,
            kind: r.kind,
            lowest_rank: r.lowest_rank,
            highest_rank: r.highest_rank,
            rate: r.rate,
            acute_days: r.acute_days,
            recovery_days: r.recovery_days,
            weight: r.weight,
            elective: r.elective == 1,
        }
    }
}

impl From<&CaseClass> for ClassRow {
    fn from(k: &CaseClass) -> Self {
        Self {
            code: k.code.clone(),
            kind: k.kind,
            lowest_rank: k.lowest_rank,
            highest_rank: k.highest_rank,
            rate: k.rate,
            acute_days: k.acute_days,
            recovery_days: k.recovery_days,
            weight: k.weight,
            elective: u8::from(k.elective),
        }
    }
}

/// A row of `tiers.csv`: the parameters of a tier (model 6.3). Tiers without a row keep the defaults.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TierRow {
    /// Tier.
    pub tier: Tier,
    /// Design bed use, 0 to 1; 0 where there are no beds.
    #[schemars(range(min = 0, max = 1))]
    pub design_occupancy: f64,
    /// Visits per doctor-day.
    #[schemars(range(min = 0, max = 500))]
    pub visits_per_doctor_day: f64,
    /// Bed-days per doctor-day; 0 where there are no beds.
    #[schemars(range(min = 0, max = 500))]
    pub bed_days_per_doctor_day: f64,
    /// Cost of one visit, yuan.
    #[schemars(range(min = 0))]
    pub visit_cost: f64,
    /// Cost of one relative weight against the base rate.
    #[schemars(range(min = 0))]
    pub inpatient_coefficient: f64,
    /// Share paid by the fund.
    #[schemars(range(min = 0, max = 1))]
    pub fund_share: f64,
}

impl Row for TierRow {
    const TABLE: Table = Table::Tiers;

    fn columns(_: Crs) -> Vec<Column> {
        let numbers = ["design_occupancy", "visits_per_doctor_day", "bed_days_per_doctor_day", "visit_cost"];
        [&["tier"], &numbers[..], &["inpatient_coefficient", "fund_share"]].concat().into_iter().map(wanted).collect()
    }

    fn read(c: &mut Cells<'_>, _: Crs) -> Self {
        let tier = match c.maybe_text("tier") {
            Some(text) => Tier::from_code(&text).unwrap_or_else(|| {
                c.say(&codes::TIER_UNKNOWN, "tier", &text, "no tier has this letter");
                c.broken();
                Tier::N
            }),
            None => {
                c.say_if_there(&codes::TIER_MISSING, "tier", "the cell is empty");
                c.broken();
                Tier::N
            }
        };
        Self {
            tier,
            design_occupancy: c.number("design_occupancy", 0.0),
            visits_per_doctor_day: c.number("visits_per_doctor_day", 1.0),
            bed_days_per_doctor_day: c.number("bed_days_per_doctor_day", 1.0),
            visit_cost: c.number("visit_cost", 0.0),
            inpatient_coefficient: c.number("inpatient_coefficient", 0.0),
            fund_share: c.number("fund_share", 0.0),
        }
    }

    fn write(&self, out: &mut CsvOut) {
        out.text(self.tier.code());
        out.number(self.design_occupancy);
        out.number(self.visits_per_doctor_day);
        out.number(self.bed_days_per_doctor_day);
        out.number(self.visit_cost);
        out.number(self.inpatient_coefficient);
        out.number(self.fund_share);
    }
}

impl From<TierRow> for TierParams {
    fn from(r: TierRow) -> Self {
        Self {
            tier: r.tier,
            design_occupancy: r.design_occupancy,
            visits_per_doctor_day: r.visits_per_doctor_day,
            bed_days_per_doctor_day: r.bed_days_per_doctor_day,
            visit_cost: Yuan(r.visit_cost),
            inpatient_coefficient: r.inpatient_coefficient,
            fund_share: r.fund_share,
        }
    }
}

impl From<&TierParams> for TierRow {
    fn from(t: &TierParams) -> Self {
        Self {
            tier: t.tier,
            design_occupancy: t.design_occupancy,
            visits_per_doctor_day: t.visits_per_doctor_day,
            bed_days_per_doctor_day: t.bed_days_per_doctor_day,
            visit_cost: t.visit_cost.0,
            inpatient_coefficient: t.inpatient_coefficient,
            fund_share: t.fund_share,
        }
    }
}

/// Kind of a row of `arcs.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ArcWord {
    /// From a settlement to where its people go first.
    First,
    /// Referral to a higher rank.
    Up,
    /// Step-down or redirect to a lower rank.
    Down,
}

/// A row of `arcs.csv`. When the file is there its arcs replace the rules.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArcRow {
    /// Kind; `None` when the word could not be read, which has been reported.
    #[schemars(with = "ArcWord")]
    pub kind: Option<ArcWord>,
    /// Settlement (first) or facility (up, down).
    pub from: String,
    /// Facility.
    pub to: String,
}

impl ArcRow {
    /// The kind as the builder wants it.
    #[must_use]
    pub fn arc_kind(&self) -> Option<ArcKind> {
        self.kind.map(|k| match k {
            ArcWord::First => ArcKind::First,
            ArcWord::Up => ArcKind::Up,
            ArcWord::Down => ArcKind::Down,
        })
    }
}

impl Row for ArcRow {
    const TABLE: Table = Table::FirstArcs;

    fn columns(_: Crs) -> Vec<Column> {
        ["kind", "from", "to"].map(wanted).to_vec()
    }

    fn read(c: &mut Cells<'_>, _: Crs) -> Self {
        let words = [("first", Some(ArcWord::First)), ("up", Some(ArcWord::Up)), ("down", Some(ArcWord::Down))];
        let kind = c.word("kind", &words, None);
        if kind.is_none() {
            c.say_if_empty(&codes::CELL_EMPTY, "kind", "the cell is empty; one of first, up, down is wanted");
        }
        Self { kind, from: c.text("from"), to: c.text("to") }
    }

    fn write(&self, out: &mut CsvOut) {
        out.text(match self.kind {
            Some(ArcWord::First) => "first",
            Some(ArcWord::Up) => "up",
            Some(ArcWord::Down) => "down",
            None => "",
        });
        out.text(&self.from);
        out.text(&self.to);
    }
}

/// A row of `times.csv` (travel mode `table`): minutes one way; the way back is the same unless it has a row of its own.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeRow {
    /// Settlement or facility.
    pub from: String,
    /// Settlement or facility.
    pub to: String,
    /// Minutes, above 0 and at most ten days.
    #[schemars(range(max = 14_400), extend("exclusiveMinimum" = 0))]
    pub minutes: f64,
}

impl Row for TimeRow {
    const TABLE: Table = Table::Times;

    fn columns(_: Crs) -> Vec<Column> {
        ["from", "to", "minutes"].map(wanted).to_vec()
    }

    fn read(c: &mut Cells<'_>, _: Crs) -> Self {
        Self { from: c.text("from"), to: c.text("to"), minutes: above_zero(c, "minutes", LONGEST_MINUTES) }
    }

    fn write(&self, out: &mut CsvOut) {
        out.text(&self.from);
        out.text(&self.to);
        out.number(self.minutes);
    }
}

/// A number in `(0, most]` that must be there; 1 when it cannot be read.
fn above_zero(c: &mut Cells<'_>, column: &'static str, most: f64) -> f64 {
    let value = c.number(column, 1.0);
    if value < 0.0 {
        c.say(&codes::NEGATIVE, column, &value.to_string(), "the number is negative");
    } else if value <= 0.0 || value > most {
        c.say(&codes::OUT_OF_RANGE, column, &value.to_string(), format!("must be above 0 and at most {most}"));
    } else {
        return value;
    }
    1.0
}

/// A row of `road_nodes.csv` (travel mode `road`).
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(extend("unevaluatedProperties" = false))]
pub struct NodeRow {
    /// Code, unique in the table.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Where.
    #[serde(flatten)]
    pub at: At,
}

impl Row for NodeRow {
    const TABLE: Table = Table::RoadNodes;

    fn columns(crs: Crs) -> Vec<Column> {
        let [x, y] = position_columns(crs);
        vec![wanted("id"), x, y]
    }

    fn read(c: &mut Cells<'_>, crs: Crs) -> Self {
        Self { id: c.text("id"), at: At::of(crs, c.position(crs)) }
    }

    fn write(&self, out: &mut CsvOut) {
        out.text(&self.id);
        self.at.write(out);
    }
}

/// A row of `road_edges.csv` (travel mode `road`).
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EdgeRow {
    /// Road node.
    pub from: String,
    /// Road node.
    pub to: String,
    /// Length, kilometres.
    #[schemars(range(max = 20_000), extend("exclusiveMinimum" = 0))]
    pub km: f64,
    /// Speed, km/h.
    #[schemars(range(max = 1000), extend("exclusiveMinimum" = 0))]
    pub kmh: f64,
    /// 1 when it cannot be travelled back.
    #[serde(default)]
    #[schemars(range(max = 1))]
    pub oneway: u8,
}

impl Row for EdgeRow {
    const TABLE: Table = Table::RoadEdges;

    fn columns(_: Crs) -> Vec<Column> {
        let mut columns = ["from", "to", "km", "kmh"].map(wanted).to_vec();
        columns.push(optional("oneway"));
        columns
    }

    fn read(c: &mut Cells<'_>, _: Crs) -> Self {
        let (from, to) = (c.text("from"), c.text("to"));
        let (km, kmh) = (above_zero(c, "km", 20_000.0), above_zero(c, "kmh", 1000.0));
        Self { from, to, km, kmh, oneway: u8::from(c.flag("oneway", false)) }
    }

    fn write(&self, out: &mut CsvOut) {
        out.text(&self.from);
        out.text(&self.to);
        out.number(self.km);
        out.number(self.kmh);
        out.whole(u64::from(self.oneway));
    }
}
