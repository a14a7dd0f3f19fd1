//! Facilities.

use super::places::evidence_word;
use super::{At, Row};
use crate::io::cells::{Cells, Column, optional, position_columns, wanted};
use crate::io::csv_out::CsvOut;
use crate::network::codes;
use crate::network::tables::Table;
use crate::network::validate::MOST_BEDS;
use crate::network::{Evidence, Facility, Network, Owner, Siting, Tier};
use crate::travel::Crs;
use crate::units::{Beds, Fte, Yuan};
use serde::Serialize;

fn one() -> f64 {
    1.0
}

/// A row of `facilities.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(extend("unevaluatedProperties" = false))]
pub struct FacilityRow {
    /// Code, unique in the table.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Name in the local script.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Name in Latin letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// Tier.
    pub tier: Tier,
    /// Who runs it.
    #[serde(default)]
    pub owner: Owner,
    /// Area it stands in; empty for provincial, regional and national centres.
    #[serde(default)]
    pub area: String,
    /// Township it stands in; may be empty from rank 3 on.
    #[serde(default)]
    pub town: String,
    /// Where.
    #[serde(flatten)]
    pub at: At,
    /// Beds.
    #[schemars(range(max = 100_000))]
    pub beds: u32,
    /// Intensive-care beds among them.
    #[serde(default)]
    #[schemars(range(max = 100_000))]
    pub icu: u32,
    /// Doctors, full-time equivalents.
    #[schemars(range(min = 0, max = 100_000))]
    pub doctors: f64,
    /// General practitioners among them.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100_000))]
    pub gps: f64,
    /// Nurses.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100_000))]
    pub nurses: f64,
    /// Share this region may use, above 0 up to 1.
    #[serde(default = "one")]
    #[schemars(range(min = 0, max = 1))]
    pub avail: f64,
    /// 1 for a member of the mutual recognition of test results.
    #[serde(default)]
    #[schemars(range(max = 1))]
    pub mr_member: u8,
    /// 1 when linked to a telemedicine hub.
    #[serde(default)]
    #[schemars(range(max = 1))]
    pub tele: u8,
    /// Codes of the classes whose drugs are not linked with the upper tier, separated by `;`.
    #[serde(default)]
    pub drug_gaps: String,
    /// 1 for the leader of an urban medical group.
    #[serde(default)]
    #[schemars(range(max = 1))]
    pub group_leader: u8,
    /// Budget for fund spending, yuan a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<f64>,
    /// 1 when it stands today, 0 for a place where a layout may open one (it then has no beds, doctors or patients elsewhere).
    #[serde(default = "yes")]
    #[schemars(range(max = 1))]
    pub exist: u8,
    /// 1 when a layout may open, close or upgrade it; 0 when it stays as it is.
    #[serde(default = "yes")]
    #[schemars(range(max = 1))]
    pub candidate: u8,
    /// Fewest beds in a layout if open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 100_000))]
    pub bmin: Option<u32>,
    /// Most beds in a layout if open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 100_000))]
    pub bmax: Option<u32>,
    /// Capital of one more bed in a layout, yuan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capex_bed: Option<f64>,
    /// Fixed cost while open in a layout, yuan a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_cost: Option<f64>,
    /// How the row came to be.
    #[serde(default)]
    pub evidence: Evidence,
}

fn yes() -> u8 {
    1
}

impl Row for FacilityRow {
    const TABLE: Table = Table::Facilities;

    fn columns(crs: Crs) -> Vec<Column> {
        let [x, y] = position_columns(crs);
        let o = optional;
        let mut columns =
            vec![wanted("id"), wanted("name"), o("name_en"), wanted("tier"), o("owner"), wanted("area"), wanted("town"), x, y];
        columns.extend([wanted("beds"), o("icu"), wanted("doctors"), o("gps"), o("nurses"), o("avail"), o("mr_member"), o("tele")]);
        columns.extend([o("drug_gaps"), o("group_leader"), o("budget"), o("exist"), o("candidate")]);
        columns.extend([o("bmin"), o("bmax"), o("capex_bed"), o("fixed_cost"), o("evidence")]);
        columns
    }

    fn read(c: &mut Cells<'_>, crs: Crs) -> Self {
        Self {
            id: c.text("id"),
            name: c.text("name"),
            name_en: c.maybe_text("name_en"),
            tier: tier(c),
            owner: c.word("owner", &[("public", Owner::Public), ("social", Owner::Social)], Owner::Public),
            area: c.maybe_text("area").unwrap_or_default(),
            town: c.maybe_text("town").unwrap_or_default(),
            at: At::of(crs, c.position(crs)),
            beds: beds(c, "beds", true),
            icu: beds(c, "icu", false),
            doctors: doctors(c),
            gps: c.maybe_number("gps").unwrap_or_default(),
            nurses: c.maybe_number("nurses").unwrap_or_default(),
            avail: c.maybe_number("avail").unwrap_or_else(one),
            mr_member: u8::from(c.flag("mr_member", false)),
            tele: u8::from(c.flag("tele", false)),
            drug_gaps: c.maybe_text("drug_gaps").unwrap_or_default(),
            group_leader: u8::from(c.flag("group_leader", false)),
            budget: c.maybe_number("budget"),
            exist: u8::from(c.flag("exist", true)),
            candidate: u8::from(c.flag("candidate", true)),
            bmin: maybe_beds(c, "bmin"),
            bmax: maybe_beds(c, "bmax"),
            capex_bed: c.maybe_number("capex_bed"),
            fixed_cost: c.maybe_number("fixed_cost"),
            evidence: c.evidence(),
        }
    }

    fn write(&self, out: &mut CsvOut) {
        out.named(&self.id, &self.name, self.name_en.as_deref());
        out.text(self.tier.code());
        out.text(if self.owner == Owner::Public { "public" } else { "social" });
        out.text(&self.area);
        out.text(&self.town);
        self.at.write(out);
        out.whole(u64::from(self.beds));
        out.whole(u64::from(self.icu));
        out.number(self.doctors);
        out.number(self.gps);
        out.number(self.nurses);
        out.number(self.avail);
        out.whole(u64::from(self.mr_member));
        out.whole(u64::from(self.tele));
        out.text(&self.drug_gaps);
        out.whole(u64::from(self.group_leader));
        out.number(self.budget);
        out.whole(u64::from(self.exist));
        out.whole(u64::from(self.candidate));
        for beds in [self.bmin, self.bmax] {
            out.text(&beds.map_or_else(String::new, |b| b.to_string()));
        }
        out.number(self.capex_bed);
        out.number(self.fixed_cost);
        out.text(evidence_word(self.evidence));
    }
}

fn tier(c: &mut Cells<'_>) -> Tier {
    match c.maybe_text("tier") {
        Some(text) => Tier::from_code(&text).unwrap_or_else(|| {
            c.say(&codes::TIER_UNKNOWN, "tier", &text, "no tier has this letter");
            c.broken();
            Tier::P
        }),
        None => {
            c.say_if_there(&codes::TIER_MISSING, "tier", "the cell is empty");
            c.broken();
            Tier::P
        }
    }
}

fn doctors(c: &mut Cells<'_>) -> f64 {
    let value = c.number("doctors", f64::NAN);
    if value.is_nan() {
        c.broken();
        return 0.0;
    }
    value
}

fn beds(c: &mut Cells<'_>, column: &'static str, needed: bool) -> u32 {
    let errors = c.errors();
    let most = u64::from(MOST_BEDS);
    let value = if needed { c.whole(column, most) } else { c.maybe_whole(column, most) };
    if c.errors() > errors {
        c.broken();
    }
    value.and_then(|v| u32::try_from(v).ok()).unwrap_or_default()
}

fn maybe_beds(c: &mut Cells<'_>, column: &'static str) -> Option<u32> {
    c.maybe_whole(column, u64::from(MOST_BEDS)).and_then(|v| u32::try_from(v).ok())
}

impl FacilityRow {
    /// The row of a facility.
    #[must_use]
    pub fn of(network: &Network, f: &Facility) -> Self {
        let gaps: Vec<&str> = f.drug_gaps.iter().map(|k| network.classes[k.index()].code.as_str()).collect();
        Self {
            id: f.code.clone(),
            name: f.name.clone(),
            name_en: f.name_en.clone(),
            tier: f.tier,
            owner: f.owner,
            area: f.area.map(|a| network.area(a).code.clone()).unwrap_or_default(),
            town: f.town.map(|t| network.town(t).code.clone()).unwrap_or_default(),
            at: At::of(network.crs, f.position),
            beds: f.beds.0,
            icu: f.icu.0,
            doctors: f.doctors.0,
            gps: f.gps.0,
            nurses: f.nurses.0,
            avail: f.avail,
            mr_member: u8::from(f.mr_member),
            tele: u8::from(f.tele),
            drug_gaps: gaps.join(";"),
            group_leader: u8::from(f.group_leader),
            budget: f.budget.map(|b| b.0),
            exist: u8::from(f.siting.exist),
            candidate: u8::from(f.siting.candidate),
            bmin: f.siting.bmin.map(|b| b.0),
            bmax: f.siting.bmax.map(|b| b.0),
            capex_bed: f.siting.capex_bed.map(|y| y.0),
            fixed_cost: f.siting.fixed_cost.map(|y| y.0),
            evidence: f.evidence,
        }
    }

    /// The facility, its references not yet resolved, and the codes of its area, township and drug gaps.
    #[must_use]
    pub fn split(self) -> (Facility, String, String, String) {
        let facility = Facility {
            code: self.id,
            name: self.name,
            name_en: self.name_en,
            tier: self.tier,
            owner: self.owner,
            area: None,
            town: None,
            position: self.at.position(),
            beds: Beds(self.beds),
            icu: Beds(self.icu),
            doctors: Fte(self.doctors),
            gps: Fte(self.gps),
            nurses: Fte(self.nurses),
            avail: self.avail,
            mr_member: self.mr_member == 1,
            tele: self.tele == 1,
            drug_gaps: Vec::new(),
            group_leader: self.group_leader == 1,
            budget: self.budget.map(Yuan),
            siting: Siting {
                exist: self.exist == 1,
                candidate: self.candidate == 1,
                bmin: self.bmin.map(Beds),
                bmax: self.bmax.map(Beds),
                capex_bed: self.capex_bed.map(Yuan),
                fixed_cost: self.fixed_cost.map(Yuan),
            },
            evidence: self.evidence,
        };
        (facility, self.area, self.town, self.drug_gaps)
    }
}
