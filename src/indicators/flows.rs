//! Indicators that are ratios of flows: of the region and of each area alike (policy 3.3, model 6.19).
//!
//! Shares of treatment (`in_county_all`, `in_county_ip`, `primary_visits`, `out_referral`) divide by the cases *treated*: they say where
//! care takes place. A target must not, because refusing patients would then help (design lesson D1): the forms ending in `_of_demand`
//! divide by demand, as C7 to C11 do, and the ledger reads those. The two agree when nobody goes unserved.

use super::Values;
use super::tally::Tally;
use super::values::{ratio, set};

/// Values every tally can feed, an area's or the region's.
pub(crate) fn common(t: &Tally) -> Values {
    let mut v = Values::new();
    let treated = t.treated();
    for (name, value) in [
        ("population", t.population),
        ("demand", t.demand),
        ("visits", t.visits),
        ("admissions", t.stays),
        ("unmet", t.unmet()),
        ("no_access", t.no_access),
        ("displaced", t.displaced),
        ("redirected", t.redirected),
        ("up_referrals", t.up),
        ("down_referrals", t.down),
        ("tele_volume", t.tele),
        ("cost", t.cost()),
        ("fund", t.fund),
    ] {
        set(&mut v, name, value);
    }
    for (name, part, whole) in [
        ("visits_per_head", t.visits, t.population),
        ("admissions_per_head", t.stays, t.population),
        ("unmet_share", t.unmet(), t.demand),
        ("displaced_share", t.displaced, t.demand),
        ("primary_visits", t.visits_primary, t.visits),
        ("primary_visits_of_demand", t.visits_primary, t.demand_visits),
        ("first_contact", t.first_elective_primary, t.first_elective),
        ("first_contact_of_demand", t.first_elective_primary, t.demand_elective),
        ("up_rate", t.up_primary, t.first_primary),
        ("down_rate", t.down, t.major_at_tertiary),
        ("down_rate_of_demand", t.down, t.demand_major),
        ("down_up_ratio", t.down, t.up_stays),
        ("step_down_rate", t.down, t.step_down_base),
        ("tertiary_share", t.tertiary, treated),
        ("over_tier_share", t.over_tier, treated),
        ("ip_share_primary", t.stays_primary, t.stays),
        ("ip_share_county", t.stays_county, t.stays),
        ("ip_share_city", t.stays_city, t.stays),
        ("ip_share_top", t.stays_top, t.stays),
        ("cost_per_head", t.cost(), t.population),
        ("fund_per_head", t.fund, t.population),
        ("cost_per_visit", t.cost_visits, t.visits),
        ("cost_per_stay", t.cost_stays, t.stays),
        ("oop_share", t.cost() - t.fund, t.cost()),
    ] {
        ratio(&mut v, name, part, whole);
    }
    if t.without_arc <= 0.0 {
        ratio(&mut v, "travel_minutes_per_case", t.minutes, treated);
        ratio(&mut v, "travel_minutes_first_contact", t.minutes_first, t.first);
    }
    v
}

/// Values of care near home: of one area, or of the counties together (the region's, where city cores do not count).
pub(crate) fn near_home(v: &mut Values, t: &Tally) {
    let treated = t.treated();
    for (name, part, whole) in [
        ("in_county_all", t.own, treated),
        ("in_county_all_of_demand", t.own, t.demand),
        ("in_county_ip", t.own_stays, t.stays),
        ("in_county_ip_of_demand", t.own_stays, t.demand_stays),
        ("out_referral", treated - t.own, treated),
        ("out_referral_ip", t.stays - t.own_stays, t.stays),
        ("fund_in_county", t.fund_own, t.fund),
        ("fund_primary", t.fund_own_primary, t.fund_own),
    ] {
        ratio(v, name, part, whole);
    }
}
