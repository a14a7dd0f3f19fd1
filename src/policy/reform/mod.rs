//! What the further models of the reform are asked (`[reform.NAME]` of a scenario file): one section a model, every key optional.
//!
//! Every default names its source; `policy 2.x` is the catalogue of published figures the packs are made from, *assumed* marks a modelling
//! default without a published source.

pub mod access;
pub mod centres;
pub mod communities;
pub mod emergency;
pub mod grids;
pub mod mobile;
pub mod pairing;
pub mod payment;
pub mod phases;
pub mod staff;
pub mod surge;
pub mod telemedicine;

pub use access::Access;
pub use centres::Centres;
pub use communities::Communities;
pub use emergency::Emergency;
pub use grids::Grids;
pub use mobile::Mobile;
pub use pairing::Pairing;
pub use payment::Payment;
pub use phases::Phases;
pub use staff::Staff;
pub use surge::Surge;
pub use telemedicine::Telemedicine;

use serde::{Deserialize, Serialize};

/// The `[reform]` section: one table a model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Reform {
    /// County medical communities (`fenji communities`).
    #[serde(skip_serializing_if = "as_it_comes")]
    pub communities: Communities,
    /// Urban medical groups on a grid (`fenji grids`).
    #[serde(skip_serializing_if = "as_it_comes")]
    pub grids: Grids,
    /// Access by tier and the worst-served people (`fenji access`).
    #[serde(skip_serializing_if = "as_it_comes")]
    pub access: Access,
    /// National, national regional and provincial regional centres (`fenji centres`).
    #[serde(skip_serializing_if = "as_it_comes")]
    pub centres: Centres,
    /// Pre-hospital stations and ambulances (`fenji emergency`).
    #[serde(skip_serializing_if = "as_it_comes")]
    pub emergency: Emergency,
    /// Day tours of county teams to the villages that no fixed site reaches (`fenji mobile`).
    #[serde(skip_serializing_if = "as_it_comes")]
    pub mobile: Mobile,
    /// Tertiary hospitals paired with county hospitals (`fenji pairing`).
    #[serde(skip_serializing_if = "as_it_comes")]
    pub pairing: Pairing,
    /// Beds and money over the years (`fenji phases`).
    #[serde(skip_serializing_if = "as_it_comes")]
    pub phases: Phases,
    /// General practitioners, postings and training (`fenji staff`).
    #[serde(skip_serializing_if = "as_it_comes")]
    pub staff: Staff,
    /// Convertible intensive care and a surge of cases (`fenji surge`).
    #[serde(skip_serializing_if = "as_it_comes")]
    pub surge: Surge,
    /// Total payment of communities (`fenji payment`).
    #[serde(skip_serializing_if = "as_it_comes")]
    pub payment: Payment,
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
    /// A hospital of rank 3: county hospital or urban secondary hospital.
    CountyHospital,
    /// A hospital of rank 4 or above.
    TertiaryHospital,
    /// A pooling area: a prefecture, or an area that belongs to none.
    Pool,
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
            Self::CountyHospital => "county hospital",
            Self::TertiaryHospital => "tertiary hospital",
            Self::Pool => "pooling area (prefecture, or area without one)",
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
        vec![
            ("access", &self.access),
            ("centres", &self.centres),
            ("communities", &self.communities),
            ("emergency", &self.emergency),
            ("grids", &self.grids),
            ("mobile", &self.mobile),
            ("pairing", &self.pairing),
            ("payment", &self.payment),
            ("phases", &self.phases),
            ("staff", &self.staff),
            ("surge", &self.surge),
            ("telemedicine", &self.telemedicine),
        ]
    }
}

fn as_it_comes<T: Default + PartialEq>(section: &T) -> bool {
    *section == T::default()
}
