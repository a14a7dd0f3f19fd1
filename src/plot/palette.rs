//! The colours of everything, safe for the colour-blind: Paul Tol's "muted" set for tiers (<https://personal.sron.nl/~pault/>),
//! one-hue ramps for amounts, orange to purple for differences. Tiers also differ by shape, flows also by side.

use crate::network::Tier;

/// Text.
pub const INK: &str = "#222222";
/// Quiet text.
pub const QUIET: &str = "#666666";
/// Hairlines and settlements.
pub const HAIR: &str = "#C8C8C8";
/// Nothing known.
pub const NOTHING: &str = "#DDDDDD";
/// Up-referral.
pub const UP: &str = "#0072B2";
/// Step-down.
pub const DOWN: &str = "#E66100";
/// Targets and standards.
pub const TARGET: &str = "#B2182B";
/// Unmet need.
pub const UNMET: &str = "#000000";

/// The colour of a tier.
#[must_use]
pub const fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::V => "#88CCEE",
        Tier::S => "#6699CC",
        Tier::T => "#44AA99",
        Tier::C => "#117733",
        Tier::K => "#DDCC77",
        Tier::D => "#BB8822",
        Tier::M => "#CC6677",
        Tier::P => "#AA4499",
        Tier::R => "#882255",
        Tier::N => "#332288",
    }
}

/// The colour of a rank: that of its rural tier.
#[must_use]
pub const fn rank(rank: u8) -> &'static str {
    match rank {
        0 | 1 => tier(Tier::V),
        2 => tier(Tier::T),
        3 => tier(Tier::K),
        4 => tier(Tier::M),
        5 => tier(Tier::P),
        6 => tier(Tier::R),
        _ => tier(Tier::N),
    }
}

/// Five steps from little to much (yellow to blue).
pub const STEPS: [&str; 5] = ["#FFF7BC", "#C7E9B4", "#7FCDBB", "#2C7FB8", "#253494"];

/// Five steps from near to far (light to dark red-brown).
pub const FAR: [&str; 5] = ["#EDF8E9", "#FEE391", "#FE9929", "#CC4C02", "#662506"];

/// Seven steps of a difference: less (orange) over same (grey) to more (purple).
pub const DIFFERENCE: [&str; 7] = ["#B35806", "#F1A340", "#FEE0B6", "#F0F0F0", "#D8DAEB", "#998EC3", "#542788"];
