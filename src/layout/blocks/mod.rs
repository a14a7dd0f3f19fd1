//! Large layouts by catchments: a Lagrangian bound in which every site is a knapsack, and layouts that are found early and improved.
//!
//! ```text
//! relaxed:   L1 (everyone is served at every level) by multipliers u[i,l]; rows that join catchments (budget, beds of all, caps) by prices
//! left:      for each site and each level q it may end at, a knapsack: which clients with w t < u it serves within L8, L7 and its beds,
//!            v[j,q] = F + beds - worth; then min sum_j v[j,q_j] under L3, L4, L5 by dynamic programming over townships and hospitals
//! cuts:      hospitals of an area at least as many as the beds (people) of its catchment need, however they are spread;
//!            clinics at least as many as L8 needs beside all other sites
//! bound:     constant + sum of catchments + prices x sides, for ANY u and prices: evaluated on whole lists, nothing is cut
//! ```
//!
//! The multipliers follow a smoothed subgradient (M. Held, P. Wolfe, H. P. Crowder, Math. Program. 6 (1974),
//! <https://doi.org/10.1007/BF01580223>) with steps in minutes rather than yuan. Knapsack relaxation of capacitated location: J. E. Beasley,
//! Eur. J. Oper. Res. 33 (1988), <https://doi.org/10.1016/0377-2217(88)90175-0>. Layouts come from the levels of the relaxation: add, drop and
//! exchange with a greedy assignment that splits, then the exact assignment with beds as a linear program. The prices and the final choice of
//! one layout a catchment come from a master over what was found, as in [`super::price`].

pub mod assign;
mod counts;
pub mod data;
mod dual;
pub mod master;
pub mod run;
pub mod search;
mod site;

pub use data::{Frame, fits};
pub use run::Answer;
pub(crate) use run::solve;
