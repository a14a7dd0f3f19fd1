//! Policy packs (2012 ... 2035) as data with provenance, prices and limits of the referral model, and scenarios that change any of it.

pub mod beds;
pub mod demands;
pub mod layout;
pub mod pack;
pub mod params;
pub mod reform;
pub mod scenario;
pub mod years;

pub use beds::BedsQuestion;
pub use layout::LayoutRules;
pub use pack::{PackError, PolicyPack};
pub use params::{Limits, Prices, Targets, UsePrices};
pub use reform::Reform;
pub use scenario::{Scenario, Switches};
