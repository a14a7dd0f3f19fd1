//! The `[layout]` section of a scenario file: ranges of its numbers, names held against a case.

use crate::network::Network;
use crate::policy::LayoutRules;
use std::collections::BTreeSet;

/// Takes a path, a value and the range it must lie in.
pub(super) type Range<'a> = dyn FnMut(&[&str], f64, f64, f64) + 'a;

/// Tells every number with the range it must lie in.
pub(super) fn ranges(l: &LayoutRules, range: &mut Range<'_>) {
    range(&["layout", "tolerance"], l.tolerance, 0.0, 1.0);
    range(&["layout", "spacing_km"], l.spacing_km, 0.0, 1000.0);
    let lists = [("fixed_cost", &l.fixed_cost), ("trips", &l.trips), ("max_people", &l.max_people), ("min_visits", &l.min_visits)];
    for (key, values) in lists {
        values.iter().for_each(|v| range(&["layout", key], *v, 0.0, 1e12));
    }
    range(&["layout", "objective"], l.objective.len() as f64, 1.0, 8.0);
    l.open.iter().for_each(|(code, level)| range(&["layout", "open", code], f64::from(*level), 1.0, 3.0));
    range(&["layout", "centres", "max"], f64::from(l.centres.max), f64::from(l.centres.min), 1e4);
    range(&["layout", "hospitals", "max"], f64::from(l.hospitals.max), f64::from(l.hospitals.min), 1e4);
    range(&["layout", "hospitals", "more_above"], l.hospitals.more_above, 0.0, 1e12);
    if let Some(c) = &l.coverage {
        c.minutes.iter().for_each(|v| range(&["layout", "coverage", "minutes"], *v, 0.0, 1e5));
        c.share.iter().for_each(|v| range(&["layout", "coverage", "share"], *v, 0.0, 1.0));
    }
    if let Some(b) = &l.beds {
        for n in 0..2 {
            range(&["layout", "beds", "min"], b.min[n], 0.0, 1e5);
            range(&["layout", "beds", "max"], b.max[n], b.min[n], 1e5);
            range(&["layout", "beds", "capital"], b.capital[n], 0.0, 1e10);
            range(&["layout", "beds", "need_per_1000"], b.need_per_1000[n], 0.0, 1000.0);
            range(&["layout", "beds", "tier_min"], b.tier_min[n], 0.0, 1000.0);
            range(&["layout", "beds", "tier_max"], b.tier_max[n], 0.0, 1000.0);
        }
        range(&["layout", "beds", "charge"], b.charge, 0.0, 1.0);
        range(&["layout", "beds", "target"], b.target, 0.0, 1000.0);
        range(&["layout", "beds", "freeze_at"], b.freeze_at, 0.0, 1000.0);
        range(&["layout", "beds", "social_share"], b.social_share, 0.0, 1.0);
    }
    if let Some(b) = &l.budget {
        range(&["layout", "budget", "yuan"], b.yuan, 0.0, 1e15);
    }
    for (which, c) in &l.capability {
        range(&["layout", "capability", which.name(), "level"], f64::from(c.level), 1.0, 3.0);
        range(&["layout", "capability", which.name(), "cost"], c.cost, 0.0, 1e12);
        range(&["layout", "capability", which.name(), "minutes"], c.minutes, 0.0, 1e5);
        range(&["layout", "capability", which.name(), "share"], c.share, 0.0, 1.0);
    }
    if let Some(p) = &l.pareto {
        range(&["layout", "pareto", "points"], f64::from(p.points), 2.0, 50.0);
    }
}

/// Holds the names against a case: areas, facilities, and generated sites (`settlement:CODE`, `township:CODE`).
pub(super) fn names(l: &LayoutRules, network: &Network, say: &mut dyn FnMut(&[&str], &str, &str)) {
    let areas: BTreeSet<&str> = network.areas.iter().map(|a| a.code.as_str()).collect();
    let facilities: BTreeSet<&str> = network.facilities.iter().map(|f| f.code.as_str()).collect();
    let settlements: BTreeSet<&str> = network.settlements.iter().map(|s| s.code.as_str()).collect();
    let towns: BTreeSet<&str> = network.towns.iter().map(|t| t.code.as_str()).collect();
    let site = |code: &str| match code.split_once(':') {
        Some(("settlement", s)) if settlements.contains(s) => true,
        Some(("township", t)) if towns.contains(t) => true,
        _ => facilities.contains(code),
    };
    l.areas.iter().filter(|a| !areas.contains(a.as_str())).for_each(|a| say(&["layout", "areas"], a, "area"));
    l.open.keys().filter(|c| !site(c)).for_each(|c| say(&["layout", "open", c], c, "site"));
    l.close.iter().filter(|c| !site(c)).for_each(|c| say(&["layout", "close"], c, "site"));
    l.exclude.iter().flatten().filter(|c| !site(c)).for_each(|c| say(&["layout", "exclude"], c, "site"));
    let no_growth = l.beds.iter().flat_map(|b| &b.no_growth);
    no_growth.filter(|c| !site(c)).for_each(|c| say(&["layout", "beds", "no_growth"], c, "site"));
    for (which, rule) in &l.capability {
        rule.have.iter().filter(|c| !site(c)).for_each(|c| say(&["layout", "capability", which.name(), "have"], c, "site"));
    }
}
