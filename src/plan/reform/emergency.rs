//! Stations, ambulances and whom they reach, as written.

use serde::{Deserialize, Serialize};

/// A station.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Station {
    /// Facility that houses it.
    pub facility: String,
    /// People who are nearest to it.
    pub people: u64,
    /// Ambulances.
    pub ambulances: u32,
}

/// A settlement and the station nearest to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reached {
    /// Code of the settlement.
    pub settlement: String,
    /// Inhabitants.
    pub people: u64,
    /// Facility of the nearest station by minutes; `None`: there is no way from any.
    pub station: Option<String>,
    /// Minutes from it.
    pub minutes: Option<f64>,
    /// A station lies within radius and minutes.
    pub covered: bool,
    /// Some site that may house a station lies within radius and minutes.
    #[serde(default)]
    pub reachable: bool,
    /// What its people ask for, stations (dual of EM1 for the share of people asked for).
    #[serde(default, skip_serializing_if = "nothing")]
    pub price: f64,
    /// The same where everybody is to be covered who can be.
    #[serde(default, skip_serializing_if = "nothing")]
    pub price_all: f64,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
fn nothing(price: &f64) -> bool {
    *price == 0.0
}

/// What it takes to cover everybody whom any site that may house a station can cover.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Everybody {
    /// Facilities of such stations, in the order of the case.
    pub stations: Vec<String>,
    /// No fewer do: proven by the search.
    pub fewest: u32,
    /// No fewer do: as far as the prices of the settlements prove it.
    pub priced: u32,
}

/// Ambulances of an area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fleet {
    /// Code of the area.
    pub area: String,
    /// People nearest to its stations.
    pub people: u64,
    /// Stations.
    pub stations: u32,
    /// Ambulances that the norm asks for.
    pub norm: u32,
    /// Ambulances: the norm, or one a station where that is more.
    pub ambulances: u32,
}

/// Expected coverage when an ambulance is busy part of the time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// People for whom an ambulance within radius and minutes is expected to be free.
    pub people: f64,
    /// No other placing of as many ambulances in each area, over these stations, reaches more.
    pub most: f64,
}

/// Stations, ambulances and reach.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmergencyAnswer {
    /// Stations, in the order of the case.
    pub stations: Vec<Station>,
    /// Settlements of the areas asked for, in the order of the case.
    pub reached: Vec<Reached>,
    /// Areas with stations, in the order of the case.
    pub fleets: Vec<Fleet>,
    /// People asked for, covered, within 15 minutes of a station, within reach of no candidate site.
    pub people: [u64; 4],
    /// Expected coverage, at the share of time busy that was asked.
    pub expected: Expected,
    /// Yuan a year.
    pub cost: f64,
    /// Stations that a thousand more people to be covered ask for (dual of EM2).
    #[serde(default)]
    pub share_price: f64,
    /// No fewer stations cover the share asked for: as far as prices prove it.
    #[serde(default)]
    pub priced: u32,
    /// What covering everybody would take.
    #[serde(default)]
    pub everybody: Everybody,
}
