//! Reports: bytes out, for the caller to write whole or not at all.
//!
//! `report.html` is one file that opens without a network: pictures are inside it, sorting is a few lines of its own script, it prints
//! on A4. Beside it stand the pictures (SVG, PNG) and the tables (CSV, with stable column names in English in every language). Whatever
//! a user typed is escaped by the template engine in HTML, by [`crate::plot::svg::escape`] in SVG, and made harmless for spreadsheets
//! by [`csv_out::harmless`].

pub mod beds;
mod before;
pub mod compare;
pub mod compare_layouts;
pub mod csv_out;
mod facts;
pub mod html;
pub mod layout;
pub mod layout_questions;
pub mod reality;
pub mod referral;
pub mod reform;
pub mod register;
pub mod sentences;
mod sheets;
pub mod tables;
pub mod whole;
mod whole_costs;

use crate::demand::Problem;
use crate::indicators::Indicators;
use crate::plan::{LayoutPlan, ReferralPlan};
use crate::plot::{ParetoPoint, PictureInput, PlotError};
use crate::policy::PolicyPack;
use crate::text::{Catalogue, TextError};

/// A file of a report: path inside the output folder, and its bytes.
pub type File = (String, Vec<u8>);

/// What a report speaks of.
#[derive(Debug, Clone, Copy)]
pub struct ReportInput<'a> {
    /// The problem with its network.
    pub problem: &'a Problem,
    /// The plan.
    pub plan: &'a ReferralPlan,
    /// Its indicators.
    pub indicators: &'a Indicators,
    /// The policy pack in force.
    pub pack: &'a PolicyPack,
    /// Title of the case in Latin letters, when it has one.
    pub name_en: Option<&'a str>,
    /// Points of the Pareto front when they were worked out.
    pub pareto: Option<&'a [ParetoPoint]>,
    /// Violations that the independent check found (0 in every plan that was written by this program).
    pub violations: usize,
    /// What stood before, when the plan follows from a layout.
    pub before: Option<Before<'a>>,
}

/// The plan of the case as it stands today, and the layout that leads from it to the plan of the report.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// Today's plan.
    pub plan: &'a ReportInput<'a>,
    /// The layout.
    pub layout: &'a LayoutPlan,
}

impl<'a> ReportInput<'a> {
    /// What pictures need, in a language.
    #[must_use]
    pub fn pictures(&self, text: &'a Catalogue) -> PictureInput<'a> {
        PictureInput { problem: self.problem, plan: self.plan, indicators: self.indicators, pack: self.pack, name_en: self.name_en, text }
    }
}

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The language.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A picture.
    #[error(transparent)]
    Plot(#[from] PlotError),
    /// The page.
    #[error("page: {0}")]
    Page(#[from] minijinja::Error),
    /// A table.
    #[error("table {table}: {reason}")]
    Table {
        /// Which one.
        table: String,
        /// What the writer says.
        reason: String,
    },
    /// A comparison of fewer than two plans.
    #[error("a comparison needs at least two plans, {0} given")]
    TooFew(usize),
}
