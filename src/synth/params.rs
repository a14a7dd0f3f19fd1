//! What a synthetic network should look like.

use crate::travel::Crs;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// No land is wider than this, km: beyond it positions would leave the temperate zone.
pub(super) const WIDEST_KM: f64 = 4200.0;

/// Parameters of [`generate`](super::generate). The defaults give one prefecture of about the structure of the reference one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SynthParams {
    /// Seed of the random numbers.
    pub seed: u64,
    /// Prefectures.
    pub prefectures: usize,
    /// Provinces they are shared out to; provincial and regional centres serve a province.
    pub provinces: usize,
    /// Mean people of a prefecture; the prefectures differ by the rank-size rule.
    pub people_per_prefecture: u64,
    /// Counties of a prefecture, beside its city core.
    pub counties: usize,
    /// Townships and subdistricts of a prefecture.
    pub towns: usize,
    /// Settlements of a prefecture.
    pub settlements: usize,
    /// Settlements of a township that share a clinic or station.
    pub settlements_per_clinic: usize,
    /// Share of the people in the city core.
    pub core_share: f64,
    /// Exponent of the rank-size rule: the k-th place has people in proportion to `k^-exponent`.
    pub rank_size: f64,
    /// People per square kilometre over all of the land.
    pub density: f64,
    /// Coordinates to write.
    pub crs: Crs,
}

impl Default for SynthParams {
    fn default() -> Self {
        Self {
            seed: 1,
            prefectures: 1,
            provinces: 1,
            people_per_prefecture: 2_000_000,
            counties: 3,
            towns: 41,
            settlements: 140,
            settlements_per_clinic: 1,
            core_share: 0.44,
            rank_size: 0.6,
            density: 120.0,
            crs: Crs::Wgs84,
        }
    }
}

/// A parameter that cannot be met.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SynthError {
    /// A count below its least sensible value.
    #[error("{name} is {value}, but must be at least {least}")]
    TooSmall {
        /// Parameter.
        name: &'static str,
        /// Value.
        value: u64,
        /// Least value.
        least: u64,
    },
    /// A count above its largest sensible value.
    #[error("{name} is {value}, but can be at most {most}")]
    TooLarge {
        /// Parameter.
        name: &'static str,
        /// Value.
        value: u64,
        /// Largest value.
        most: u64,
    },
    /// A number outside its range.
    #[error("{name} is {value}, but must lie between {from} and {to}")]
    OutOfRange {
        /// Parameter.
        name: &'static str,
        /// Value.
        value: f64,
        /// Lower end.
        from: f64,
        /// Upper end.
        to: f64,
    },
    /// So much land that it does not fit between the tropics and the polar circle.
    #[error("{prefectures} prefectures of {side_km:.0} km a side do not fit on the land; raise density or lower people_per_prefecture")]
    TooWide {
        /// Prefectures.
        prefectures: usize,
        /// Side of one, km.
        side_km: f64,
    },
}

impl SynthParams {
    /// Check all parameters.
    ///
    /// # Errors
    /// The first parameter that cannot be met.
    pub fn validate(&self) -> Result<(), SynthError> {
        let least = |name, value: u64, least: u64| if value < least { Err(SynthError::TooSmall { name, value, least }) } else { Ok(()) };
        let most = |name, value: u64, most: u64| if value > most { Err(SynthError::TooLarge { name, value, most }) } else { Ok(()) };
        let range = |name, value: f64, from: f64, to: f64| {
            if (from..=to).contains(&value) { Ok(()) } else { Err(SynthError::OutOfRange { name, value, from, to }) }
        };
        least("prefectures", self.prefectures as u64, 1)?;
        least("provinces", self.provinces as u64, 1)?;
        most("provinces", self.provinces as u64, self.prefectures as u64)?;
        most("prefectures", self.prefectures as u64, 10_000)?;
        most("counties", self.counties as u64, 200)?;
        least("towns", self.towns as u64, 1 + self.counties as u64)?;
        least("settlements", self.settlements as u64, self.towns as u64)?;
        most("settlements", self.settlements as u64 * self.prefectures as u64, u64::from(u32::MAX))?;
        least("settlements_per_clinic", self.settlements_per_clinic as u64, 1)?;
        least("people_per_prefecture", self.people_per_prefecture, self.settlements as u64)?;
        most("people_per_prefecture", self.people_per_prefecture, 1_000_000_000)?;
        range("core_share", self.core_share, 0.0, 1.0)?;
        range("rank_size", self.rank_size, 0.0, 2.0)?;
        range("density", self.density, 0.1, 1e5)?;
        let (width, side_km) = (self.columns() as f64, self.side_km());
        if width * side_km > WIDEST_KM {
            return Err(SynthError::TooWide { prefectures: self.prefectures, side_km });
        }
        Ok(())
    }

    /// Side of the square a prefecture lies in, km.
    pub(super) fn side_km(&self) -> f64 {
        (self.people_per_prefecture as f64 / self.density).sqrt()
    }

    /// Columns of the square grid of prefectures.
    pub(super) fn columns(&self) -> usize {
        (1..).find(|c| c * c >= self.prefectures).unwrap_or(1)
    }

    /// Province of a prefecture: runs of neighbours.
    pub(super) fn province_of(&self, prefecture: usize) -> usize {
        prefecture * self.provinces / self.prefectures
    }
}
