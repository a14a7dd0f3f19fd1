//! **fenji** (分级, "graded") plans China's graded diagnosis-and-treatment network: how patients flow through village clinics, township
//! centres, county, city, provincial, regional and national hospitals. A plan comes with a proof of how good it is, and is checked by code
//! that shares nothing with what made it.
//!
//! # The problem
//!
//! Demand `D[i,k]` of settlement `i` and case class `k` makes first contact `x[i,j,k]` at facility `j`, is referred up `u`, redirected `e`,
//! treated `w`, and after the acute phase stepped down `d`; what finds no place is unserved `s`, `z`, and what is turned away is displaced `v`:
//!
//! ```text
//! min  travel + cost of treatment + over-treatment + unmet and displaced + missed targets           (yuan a year)
//! C1   sum_j x[i,j,k] + z[i,k] = D[i,k]                          everyone goes somewhere, or is counted
//! C1c  x[i,j,k] + v[i,j,k] >= (1 - gamma) D[i,k] P[i,j,k]        patients choose (multinomial logit P); a share gamma can be steered
//! C2   arrivals + referred in = treated + referred on + unserved       at every facility, by area of origin and class
//! C3t  treated over a telemedicine link <= a share of arrivals
//! C4   step-downs and redirects <= shares of treatment and arrivals
//! C5   bed-days <= 365 x design use x beds          C6   consultations and bed-days <= doctors
//! C7-C11  flow targets of the policy pack, soft with a priced shortfall, or hard
//! C12-C17 switches: reserves of group leaders, drug linkage, mutual recognition, postings, fund balance, facility budgets
//! ```
//!
//! The duals are read as prices: what one more bed or doctor at a place is worth, what the last case toward a target costs.
//!
//! # The rooms
//!
//! Each uses only those above it; `tests/architecture.rs` sees to it, `ARCHITECTURE.md` says why.
//!
//! | room | what is there |
//! | --- | --- |
//! | [`ids`], [`units`], [`outcome`] | newtypes; limits, bounds, termination, events: what every run says of itself |
//! | [`travel`] | metric, table and road travel; the spatial index |
//! | [`instance`] | location problems as the literature states them: clients, sites, costs, the question |
//! | [`network`] | areas, settlements, facilities, case classes, referral arcs; the validating builder |
//! | [`policy`] | policy packs 2012 to 2035, prices, limits, scenarios |
//! | [`demand`] | demand and patient choice; the [`demand::Problem`] |
//! | [`synth`] | seeded synthetic networks |
//! | [`plan`], [`check`], [`indicators`] | what comes out, its independent verification, what it means |
//! | [`model`], [`backend`] | formulations and solvers |
//! | [`district`] | contiguous balanced partitions |
//! | [`location`], [`layout`], [`referral`] | facility location with a certificate; where facilities and beds go; the referral plan |
//! | [`location`], [`routing`] | own algorithms with a certificate: facility location, day tours from a base |
//! | [`layout`], [`referral`], [`reform`] | where facilities and beds go; the referral plan; the further models of the reform |
//! | [`io`], [`text`], [`plot`], [`report`] | files, the text catalogue, pictures, reports |
//! | [`mod@bench`], [`batch`], [`cli`] | the bench for solver settings, many plans at once, the command line |
//!
//! # Example
//!
//! A scenario changes a case for one run without touching its tables; what it does not name stays as it is.
//!
//! ```
//! use fenji::policy::Scenario;
//!
//! let scenario: Scenario = toml::from_str(
//!     r#"
//!     name = "Surge"
//!     gamma = 0.6
//!     [demand]
//!     multipliers = { H3 = 1.35 }
//!     "#,
//! )?;
//! assert_eq!(scenario.gamma, Some(0.6));
//! assert_eq!(scenario.demand.multipliers["H3"], 1.35);
//! assert!(!scenario.hard_targets);
//! # Ok::<(), toml::de::Error>(())
//! ```

pub mod backend;
pub mod batch;
pub mod bench;
pub mod check;
pub mod cli;
pub mod demand;
pub mod district;
pub mod ids;
pub mod indicators;
pub mod instance;
pub mod io;
pub mod layout;
pub mod location;
pub mod model;
pub mod network;
pub mod outcome;
pub mod plan;
pub mod plot;
pub mod policy;
pub mod referral;
pub mod reform;
pub mod report;
pub mod routing;
pub mod synth;
pub mod text;
pub mod travel;
pub mod units;
