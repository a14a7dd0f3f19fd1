//! A layout put into its case: the case as it stands once the layout is built, for `fenji referral` and everything after it.
//!
//! Rules where the layout does not say a number (all *assumed*, and said so in the provenance of the new case):
//!
//! 1. A site that opens or rises is staffed as its tier is on average in the case: doctors, general practitioners and nurses a bed, or a site
//!    where the tier has no beds; at least one doctor, and at a centre at least one general practitioner.
//! 2. A site whose beds change keeps its staff a bed (a site without beds before: rule 1).
//! 3. The staff of a site that closes or falls a level beyond what rule 2 leaves moves to the nearest open site of its own level or above in
//!    its area, which may be none; then it is counted as released.
//!
//! Facilities keep their positions in the tables: a site that closes stays as a row with `exist` 0, new sites come behind. Exact arc lists and
//! tables of times know nothing of a generated site; such a case is refused with the rows that are missing.

use crate::ids::{AreaId, FacilityId, TownId};
use crate::network::{Case, Evidence, Facility, Provenance, Siting, Tier};
use crate::plan::layout::{LayoutPlan, SitePlan, SiteStatus};
use crate::travel::metric::distance_km;
use crate::travel::{Position, Travel};
use crate::units::{Beds, Fte};
use std::collections::BTreeMap;

/// Why a layout cannot be put into a case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// Made for another case.
    #[error("the layout was made for another case: {what}")]
    OtherCase {
        /// What differs.
        what: String,
    },
    /// A generated site in a case whose times or arcs are lists.
    #[error(
        "{list} lists the {what} of every facility and has none for the new site {code}; add a row with `exist` 0 to facilities.csv and its rows to {list}, or plan with candidates = \"case\""
    )]
    Unlisted {
        /// `times.csv` or `arcs.csv`.
        list: &'static str,
        /// Times or arcs.
        what: &'static str,
        /// Site.
        code: String,
    },
}

/// What became of the case.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The case with the layout built.
    pub case: Case,
    /// Sites that changed, by status.
    pub changed: BTreeMap<SiteStatus, usize>,
    /// Doctors added by rule 1 and 2, full-time equivalents.
    pub doctors_added: f64,
    /// Doctors that no site took over.
    pub doctors_released: f64,
}

/// Staff: doctors, general practitioners, nurses.
#[derive(Debug, Clone, Copy, Default)]
struct Staff([f64; 3]);

impl Staff {
    fn of(f: &Facility) -> Self {
        Self([f.doctors.0, f.gps.0, f.nurses.0])
    }

    fn times(self, x: f64) -> Self {
        Self(self.0.map(|s| s * x))
    }

    fn give(self, f: &mut Facility) {
        // heads are counted to a hundredth
        let [d, g, n] = self.0.map(|s| (s * 100.0).round() / 100.0);
        (f.doctors, f.gps, f.nurses) = (Fte(d), Fte(g.min(d)), Fte(n));
    }
}

/// Puts a layout into the case it was made for.
///
/// # Errors
/// [`ApplyError`].
pub fn apply(case: &Case, plan: &LayoutPlan) -> Result<Applied, ApplyError> {
    same_case(case, plan)?;
    let means = means(case);
    let mut out = Applied { case: case.clone(), changed: BTreeMap::new(), doctors_added: 0.0, doctors_released: 0.0 };
    let position: BTreeMap<&str, usize> = case.network.facilities.iter().enumerate().map(|(j, f)| (f.code.as_str(), j)).collect();
    let mut leaving: Vec<(usize, u8, Staff)> = Vec::new();
    for site in plan.sites.iter().filter(|s| s.status != SiteStatus::Kept) {
        *out.changed.entry(site.status).or_default() += 1;
        match position.get(site.code.as_str()) {
            Some(&j) => {
                if let Some(staff) = change(&mut out, j, site, &means) {
                    leaving.push((j, site.level_before, staff));
                }
            }
            None if site.level > 0 => out.case.network.facilities.push(fresh(case, site, &means)?),
            None => {}
        }
    }
    out.doctors_added += out.case.network.facilities[case.network.facilities.len()..].iter().map(|f| f.doctors.0).sum::<f64>();
    for (from, level, staff) in leaving {
        match heir(&out.case, from, level) {
            Some(to) => {
                let mut now = Staff::of(&out.case.network.facilities[to]);
                now.0.iter_mut().zip(staff.0).for_each(|(n, s)| *n += s);
                now.give(&mut out.case.network.facilities[to]);
            }
            None => out.doctors_released += staff.0[0],
        }
    }
    out.case.network.provenance.push(Provenance {
        table: "facilities".into(),
        column: "*".into(),
        evidence: Evidence::Modelled,
        rule: format!("sites opened, changed or closed by the layout of {}; staff of new sites as their tier has on average", plan.policy),
        source: format!("fenji {} layout", plan.fenji),
        rule_zh: Some(format!("按 {} 布局方案新设、调整或关闭的机构；新机构人员按同级机构平均配置", plan.policy)),
        source_zh: Some(format!("fenji {} 布局方案", plan.fenji)),
    });
    Ok(out)
}

fn same_case(case: &Case, plan: &LayoutPlan) -> Result<(), ApplyError> {
    let net = &case.network;
    let differ = |what: &str| Err(ApplyError::OtherCase { what: what.to_owned() });
    if !net.areas.iter().map(|a| &a.code).eq(plan.areas.iter()) {
        return differ("its areas are not those of the case");
    }
    if !net.settlements.iter().map(|s| &s.code).eq(plan.settlements.iter()) {
        return differ("its settlements are not those of the case");
    }
    let standing: BTreeMap<&str, &Facility> = net.facilities.iter().map(|f| (f.code.as_str(), f)).collect();
    for site in plan.sites.iter().filter(|s| s.level_before > 0) {
        match standing.get(site.code.as_str()) {
            None => return differ(&format!("there is no facility {}", site.code)),
            Some(f) if f.siting.exist && f.rank().min(3) == site.level_before => {}
            Some(f) => return differ(&format!("{} is not at level {} ({})", site.code, site.level_before, f.tier)),
        }
    }
    Ok(())
}

/// Staff a bed of each tier (a site, where the tier has no beds), over the facilities of the case that stand.
fn means(case: &Case) -> BTreeMap<Tier, (Staff, bool)> {
    let mut sums: BTreeMap<Tier, (Staff, f64, f64)> = BTreeMap::new();
    for f in case.network.facilities.iter().filter(|f| f.siting.exist) {
        let entry = sums.entry(f.tier).or_default();
        entry.0.0.iter_mut().zip(Staff::of(f).0).for_each(|(s, x)| *s += x);
        entry.1 += f64::from(f.beds.0);
        entry.2 += 1.0;
    }
    let mean = |(staff, beds, sites): (Staff, f64, f64)| {
        if beds > 0.0 { (staff.times(1.0 / beds), true) } else { (staff.times(1.0 / sites), false) }
    };
    sums.into_iter().map(|(tier, s)| (tier, mean(s))).collect()
}

/// Rule 1. A tier that the case does not have is staffed like its counterpart in town or country.
fn usual(means: &BTreeMap<Tier, (Staff, bool)>, tier: Tier, beds: f64) -> Staff {
    let other = match tier {
        Tier::V => Tier::S,
        Tier::S => Tier::V,
        Tier::T => Tier::C,
        Tier::C => Tier::T,
        Tier::K => Tier::D,
        _ => Tier::K,
    };
    let (mean, by_bed) = means.get(&tier).or_else(|| means.get(&other)).copied().unwrap_or((Staff([0.25, 0.0, 0.25]), tier.rank() > 1));
    let mut staff = if by_bed { mean.times(beds) } else { mean };
    staff.0[0] = staff.0[0].max(1.0);
    if tier.rank() == 2 {
        staff.0[1] = staff.0[1].max(1.0);
    }
    staff
}

fn whole(beds: f64) -> Beds {
    // a layout's beds may be fractions of the relaxed model; a table has whole ones
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // not negative, and below the tables' limit
    let beds = beds.round().max(0.0) as u32;
    Beds(beds)
}

/// Changes a facility of the case; gives the staff that leaves it.
fn change(out: &mut Applied, j: usize, site: &SitePlan, means: &BTreeMap<Tier, (Staff, bool)>) -> Option<Staff> {
    let f = &mut out.case.network.facilities[j];
    let before = Staff::of(f);
    let beds_before = f64::from(f.beds.0);
    if site.status == SiteStatus::Closed {
        f.siting.exist = false;
        (f.beds, f.icu) = (Beds(0), Beds(0));
        Staff::default().give(f);
        return Some(before);
    }
    f.siting.exist = true;
    f.tier = site.tier;
    f.beds = whole(site.beds);
    f.icu = Beds(f.icu.0.min(f.beds.0));
    let same_level = matches!(site.status, SiteStatus::Grown | SiteStatus::Shrunk);
    let after = if same_level && beds_before > 0.0 { before.times(site.beds / beds_before) } else { usual(means, site.tier, site.beds) };
    // nobody is sent away by a rise
    let after = if matches!(site.status, SiteStatus::Upgraded) { Staff([0, 1, 2].map(|n| after.0[n].max(before.0[n]))) } else { after };
    after.give(f);
    out.doctors_added += (f.doctors.0 - before.0[0]).max(0.0);
    let left = Staff([0, 1, 2].map(|n| (before.0[n] - after.0[n]).max(0.0)));
    (left.0[0] > 0.0).then_some(left)
}

fn fresh(case: &Case, site: &SitePlan, means: &BTreeMap<Tier, (Staff, bool)>) -> Result<Facility, ApplyError> {
    let unlisted = |list, what| Err(ApplyError::Unlisted { list, what, code: site.code.clone() });
    if matches!(case.travel, Travel::Table(_)) {
        return unlisted("times.csv", "times");
    }
    if case.arcs.is_some() {
        return unlisted("arcs.csv", "arcs");
    }
    let town = site.town.as_ref().and_then(|code| case.network.towns.iter().position(|t| t.code == *code)).map(TownId::new);
    let mut f = Facility {
        code: site.code.clone(),
        name: site.name.clone(),
        name_en: site.name_en.clone(),
        tier: site.tier,
        owner: site.owner,
        area: Some(AreaId::new(site.area as usize)),
        town,
        position: Position { x: site.x, y: site.y },
        beds: if site.tier.is_outpatient_only() { Beds(0) } else { whole(site.beds) },
        icu: Beds(0),
        doctors: Fte(0.0),
        gps: Fte(0.0),
        nurses: Fte(0.0),
        avail: 1.0,
        mr_member: false,
        tele: false,
        drug_gaps: Vec::new(),
        group_leader: false,
        budget: None,
        siting: Siting::default(),
        evidence: Evidence::Modelled,
    };
    usual(means, site.tier, site.beds).give(&mut f);
    Ok(f)
}

/// Rule 3: the nearest open site of the level or above in the same area.
fn heir(case: &Case, from: usize, level: u8) -> Option<usize> {
    let net = &case.network;
    let gone = &net.facilities[from];
    let open = |f: &Facility| f.siting.exist && f.area.is_some() && f.area == gone.area && f.rank() >= level;
    let km = |j: usize| distance_km(net.crs, gone.position, net.facility(FacilityId::new(j)).position);
    (0..net.facilities.len()).filter(|&j| j != from && open(&net.facilities[j])).min_by(|&a, &b| km(a).total_cmp(&km(b)).then(a.cmp(&b)))
}
