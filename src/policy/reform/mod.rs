//! What the further models of the reform are asked (`[reform.NAME]` of a scenario file): one section a model, every key optional.
//!
//! Every default names its source; `policy 2.x` is the catalogue of published figures the packs are made from, *assumed* marks a modelling
//! default without a published source.

pub mod pairing;
pub mod telemedicine;

pub use pairing::Pairing;
pub use telemedicine::Telemedicine;

use serde::{Deserialize, Serialize};

/// The `[reform]` section: one table a model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Reform {
    /// Tertiary hospitals paired with county hospitals (`fenji pairing`).
    #[serde(skip_serializing_if = "as_it_comes")]
    pub pairing: Pairing,
    /// Hubs and links of telemedicine (`fenji telemedicine`).
    #[serde(skip_serializing_if = "as_it_comes")]
    pub telemedicine: Telemedicine,
}

/// What a name in a section must be the code of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// An area.
    Area,
    /// A township.
    Town,
    /// A settlement.
    Settlement,
    /// A facility.
    Facility,
    /// A case class.
    Class,
}

impl Named {
    /// The word for a message.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Area => "area",
            Self::Town => "township",
            Self::Settlement => "settlement",
            Self::Facility => "facility",
            Self::Class => "class",
        }
    }
}

/// A number of a section: its path below the section, its value, and the range it must lie in.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranged {
    /// Keys below the section.
    pub path: Vec<String>,
    /// Value.
    pub value: f64,
    /// Least value.
    pub low: f64,
    /// Largest value.
    pub high: f64,
}

/// A short way to write a [`Ranged`] number.
#[must_use]
pub fn ranged(path: &[&str], value: f64, low: f64, high: f64) -> Ranged {
    Ranged { path: path.iter().map(|p| (*p).to_owned()).collect(), value, low, high }
}

/// A section that can be held to account at the door.
pub trait Section {
    /// Every number with its range.
    fn ranges(&self) -> Vec<Ranged>;
    /// Every name with what it must be the code of: keys below the section, kind, code.
    fn names(&self) -> Vec<(Vec<String>, Named, String)> {
        Vec::new()
    }
}

impl Reform {
    /// All sections with their names.
    #[must_use]
    pub fn sections(&self) -> Vec<(&'static str, &dyn Section)> {
        vec![("pairing", &self.pairing), ("telemedicine", &self.telemedicine)]
    }
}

fn as_it_comes<T: Default + PartialEq>(section: &T) -> bool {
    *section == T::default()
}
