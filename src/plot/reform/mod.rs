//! Pictures of the further models of the reform.

pub mod access;
pub mod centres;
pub mod communities;
pub mod emergency;
pub mod grids;
pub mod lines;
pub mod links;
pub mod mobile;
pub mod pairing;
pub mod payment;
pub mod phases;
pub mod staff;
pub mod surge;
pub mod telemedicine;

use super::map::case_line;
use super::{Picture, PlotError};
use crate::network::Network;
use crate::plan::reform::{ReformAnswer, ReformPlan};
use crate::text::Catalogue;

/// What the pictures are drawn from.
#[derive(Debug, Clone, Copy)]
pub struct ReformPictureInput<'a> {
    /// The case.
    pub network: &'a Network,
    /// Its title in Latin letters, when it has one.
    pub name_en: Option<&'a str>,
    /// The plan.
    pub plan: &'a ReformPlan,
    /// The language.
    pub text: &'a Catalogue,
}

impl ReformPictureInput<'_> {
    /// Title of the case.
    #[must_use]
    pub fn case_name(&self) -> String {
        self.text.place(&self.network.name, self.name_en)
    }

    /// Case, year, scenario, and what of the case is modelled.
    #[must_use]
    pub fn case_line(&self) -> String {
        case_line(self.text, self.network, &self.case_name(), &self.plan.scenario.name)
    }

    /// Position of a facility in the table.
    #[must_use]
    pub fn facility(&self, code: &str) -> Option<usize> {
        self.network.facilities.iter().position(|f| f.code == code)
    }

    /// Name of a facility in the language of the picture.
    #[must_use]
    pub fn facility_name(&self, code: &str) -> String {
        self.facility(code).map_or_else(
            || code.to_owned(),
            |j| {
                let f = &self.network.facilities[j];
                self.text.place(&f.name, f.name_en.as_deref())
            },
        )
    }

    /// Name of an area.
    #[must_use]
    pub fn area_name(&self, code: &str) -> String {
        let area = self.network.areas.iter().find(|a| a.code == code);
        area.map_or_else(|| code.to_owned(), |a| self.text.place(&a.name, a.name_en.as_deref()))
    }

    /// Name of a township.
    #[must_use]
    pub fn town_name(&self, code: &str) -> String {
        let town = self.network.towns.iter().find(|t| t.code == code);
        town.map_or_else(|| code.to_owned(), |t| self.text.place(&t.name, t.name_en.as_deref()))
    }

    /// Name of a settlement.
    #[must_use]
    pub fn settlement_name(&self, code: &str) -> String {
        let s = self.network.settlements.iter().find(|s| s.code == code);
        s.map_or_else(|| code.to_owned(), |s| self.text.place(&s.name, s.name_en.as_deref()))
    }
}

/// All pictures of a plan.
///
/// # Errors
/// The first picture that cannot be drawn.
pub fn draw(input: &ReformPictureInput<'_>) -> Result<Vec<Picture>, PlotError> {
    match &input.plan.answer {
        ReformAnswer::Communities(a) => communities::draw(input, a),
        ReformAnswer::Grids(a) => grids::draw(input, a),
        ReformAnswer::Access(a) => access::draw(input, a),
        ReformAnswer::Centres(a) => centres::draw(input, a),
        ReformAnswer::Emergency(a) => emergency::draw(input, a),
        ReformAnswer::Mobile(a) => mobile::draw(input, a),
        ReformAnswer::Pairing(a) => pairing::draw(input, a),
        ReformAnswer::Phases(a) => phases::draw(input, a),
        ReformAnswer::Surge(a) => surge::draw(input, a),
        ReformAnswer::Staff(a) => staff::draw(input, a),
        ReformAnswer::Payment(a) => payment::draw(input, a),
        ReformAnswer::Telemedicine(a) => telemedicine::draw(input, a),
    }
}
