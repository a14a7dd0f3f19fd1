//! The map of a layout: a shape and colour for the tier of each site, a sign for what becomes of it.

use super::labels::Labels;
use super::map::{Map, case_line};
use super::svg::{Paint, Sheet, Type};
use super::{Picture, PlotError, markers};
use crate::network::{Network, Tier};
use crate::plan::LayoutPlan;
use crate::plan::layout::{SitePlan, SiteStatus};
use crate::text::Catalogue;
use crate::travel::Position;

/// Ring of opened sites (Okabe and Ito's blue).
const OPENED: &str = "#0072B2";
/// Arrow of raised sites.
const RAISED: &str = "#542788";
/// Cross of closed sites.
const CLOSED: &str = "#D55E00";
/// Ring of grown sites.
const GROWN: &str = "#222222";

/// The sign of a status around a marker of radius `r`.
fn sign(sheet: &mut Sheet, (x, y): (f64, f64), r: f64, status: SiteStatus) {
    // signs of small marks are small, or a thousand closed clinics would hide what else there is
    let small = r < 3.0;
    let d = if small { r + 0.8 } else { r + 3.0 };
    let thin = if small { 0.45 } else { 1.0 };
    match status {
        SiteStatus::Kept => {}
        SiteStatus::Opened => sheet.circle((x, y), d, Paint::line(OPENED, 2.2 * thin), None),
        SiteStatus::Grown => sheet.circle((x, y), d, Paint::line(GROWN, 1.4 * thin), None),
        SiteStatus::Shrunk => sheet.line((x - d, y), (x + d, y), Paint::line(GROWN, 1.6)),
        SiteStatus::Upgraded | SiteStatus::Downgraded => {
            let up = if status == SiteStatus::Upgraded { -1.0 } else { 1.0 };
            // the legend's signs stand 20 pixels apart: no arrow reaches into its neighbour
            let size = if small { 3.0 } else { 5.0 };
            let (tip, foot) = (y + up * (d + size), y + up * d);
            sheet.polygon(&[(x, tip), (x - 0.8 * size, foot), (x + 0.8 * size, foot)], Paint::fill(RAISED).outlined("#FFFFFF", 0.6), None);
        }
        SiteStatus::Closed => {
            sheet.line((x - d, y - d), (x + d, y + d), Paint::line(CLOSED, 2.0 * thin));
            sheet.line((x - d, y + d), (x + d, y - d), Paint::line(CLOSED, 2.0 * thin));
        }
    }
}

/// How much room marks have: 1 with up to 600 sites on the map, less the denser it is, not below a third.
fn room(sites: usize) -> f64 {
    (600.0 / sites.max(600) as f64).sqrt().max(1.0 / 3.0)
}

/// Radius of a site's marker: that of its tier, less where the map is crowded (clinics most), a little larger where it changes.
fn radius(s: &SitePlan, room: f64) -> f64 {
    let r = markers::radius(s.tier);
    let changes = s.status != SiteStatus::Kept;
    match s.tier.rank() {
        1 if changes => (r * room).max(if room < 1.0 { 1.1 } else { 3.0 }),
        1 => (r * 0.7 * room.max(0.45)).max(0.7),
        2 => r * room.max(0.6),
        _ if changes => r.max(3.0),
        _ => r,
    }
}

/// Changed sites up to which each is ringed and named, whatever its tier.
const FEW: usize = 40;
/// Hospitals above which those that stay as they are go unnamed beside named changes.
const MANY: usize = 60;

/// The few sites that change: what a reader looks for on a map of thousands.
fn few_changes(plan: &LayoutPlan) -> Vec<usize> {
    let changed: Vec<usize> = (0..plan.sites.len()).filter(|&n| plan.sites[n].status != SiteStatus::Kept).collect();
    if changed.len() <= FEW { changed } else { Vec::new() }
}

/// A wide ring in the colour of the status, for sites among many.
fn ring(sheet: &mut Sheet, at: (f64, f64), r: f64, status: SiteStatus) {
    let colour = match status {
        SiteStatus::Opened => OPENED,
        SiteStatus::Closed => CLOSED,
        SiteStatus::Upgraded | SiteStatus::Downgraded => RAISED,
        _ => GROWN,
    };
    sheet.circle(at, r + 9.0, Paint::line("#FFFFFF", 4.0), None);
    sheet.circle(at, r + 9.0, Paint::line(colour, 2.2), None);
}

/// What a map of sites says of itself.
#[derive(Debug, Clone)]
pub struct Look {
    /// Stable name.
    pub id: String,
    /// Title.
    pub title: String,
    /// Message shown over a site.
    pub hover: &'static str,
}

/// Draws a layout against today.
///
/// # Errors
/// No settlements, or no font.
pub fn draw(network: &Network, plan: &LayoutPlan, name: &str, text: &Catalogue) -> Result<Picture, PlotError> {
    let look = Look { id: "layout".into(), title: text.say("layout-map-title"), hover: "layout-hover" };
    draw_as(network, plan, name, text, &look)
}

/// Draws a layout against what its sites say was before.
///
/// # Errors
/// No settlements, or no font.
pub fn draw_as(network: &Network, plan: &LayoutPlan, name: &str, text: &Catalogue, look: &Look) -> Result<Picture, PlotError> {
    if network.settlements.is_empty() {
        return Err(PlotError::Empty);
    }
    let subtitle = case_line(text, network, name, &plan.scenario.name);
    let shown = in_view(network, plan);
    let mut map = Map::of(&look.id, look.title.clone(), &subtitle, &shown, text);
    map.settlements();
    let room = room(plan.sites.len());
    let mut order: Vec<usize> = (0..plan.sites.len()).collect();
    order.sort_by_key(|&n| {
        (plan.sites[n].tier.rank(), plan.sites[n].status != SiteStatus::Closed, plan.sites[n].status != SiteStatus::Kept, n)
    });
    let mut labels = Labels::new(map.frame());
    for &n in &order {
        let s = &plan.sites[n];
        let at = map_at(&map.projection, s);
        let hover = text.say_with(
            look.hover,
            &[
                ("name", (&text.place(&s.name, s.name_en.as_deref())).into()),
                ("tier", (&text.say(&format!("tier-{}", s.tier.code()))).into()),
                ("status", (&text.say(&format!("layout-word-{}", s.status.name()))).into()),
                ("beds", s.beds.into()),
                ("before", s.beds_before.into()),
            ],
        );
        let r = radius(s, room);
        sign(&mut map.sheet, at, r, s.status);
        markers::draw(&mut map.sheet, at, r, s.tier, s.status == SiteStatus::Closed, Some(&hover));
        if s.tier.rank() >= 3 {
            labels.block(at, r + 4.0);
        }
    }
    let few = few_changes(plan);
    let hospitals = plan.sites.iter().filter(|s| s.tier.rank() >= 3).count();
    let spot = |n: usize| map_at(&map.projection, &plan.sites[n]);
    let ringed: Vec<(usize, (f64, f64))> = if room < 1.0 { few.iter().map(|&n| (n, spot(n))).collect() } else { Vec::new() };
    for &(n, at) in &ringed {
        let r = radius(&plan.sites[n], room);
        ring(&mut map.sheet, at, r, plan.sites[n].status);
        labels.block(at, r + 9.0);
    }
    let kept_named = few.is_empty() || hospitals <= MANY;
    let kept = order.iter().rev().copied().filter(|n| kept_named && plan.sites[*n].tier.rank() >= 3 && !few.contains(n));
    for n in few.iter().copied().chain(kept) {
        let s = &plan.sites[n];
        let at = map_at(&map.projection, s);
        let name = crate::text::shorten(&text.place(&s.name, s.name_en.as_deref()), 34);
        let out = if ringed.iter().any(|r| r.0 == n) { 9.0 } else { 3.0 };
        let style = if few.contains(&n) { Type::plain(12.0).bold() } else { Type::plain(11.5) };
        labels.place(&mut map.sheet, at, radius(s, room) + out, &name, style);
    }
    map.frame_and_scale();
    map.legend_heading(&text.say("legend-tiers"));
    for tier in Tier::ALL {
        let n = plan.sites.iter().filter(|s| s.level > 0 && s.tier == tier).count();
        if n > 0 {
            let label = text.say_with("legend-tier", &[("tier", (&text.say(&format!("tier-{}", tier.code()))).into()), ("n", n.into())]);
            map.legend_tier(tier, &label);
        }
    }
    map.legend_heading(&text.say("layout-map-status"));
    for status in SiteStatus::ALL {
        let n = plan.sites.iter().filter(|s| s.status == status).count();
        if n > 0 {
            let label = text.say_with(&format!("layout-status-{}", status.name()), &[("n", n.into())]);
            map.legend_sign(
                |sheet, at| {
                    // the foot of an arrow and its mark share the line of the legend
                    let down = match status {
                        SiteStatus::Upgraded => 3.0,
                        SiteStatus::Downgraded => -3.0,
                        _ => 0.0,
                    };
                    let at = (at.0, at.1 + down);
                    sign(sheet, at, 3.0, status);
                    sheet.circle(at, 2.6, Paint::fill("#FFFFFF").outlined("#333333", 0.8), None);
                },
                &label,
            );
        }
    }
    let mut note = vec![text.say("layout-map-caption")];
    if !ringed.is_empty() {
        note.push(text.say_with("layout-map-ringed", &[("n", ringed.len().into())]));
    }
    if !kept_named {
        note.push(text.say("layout-map-unnamed"));
    }
    if labels.dropped() > 0 {
        note.push(text.say_with("map-labels-dropped", &[("n", labels.dropped().into())]));
    }
    map.finish(note.join(&text.say("sentence-join")))
}

/// Where a site is on the map.
fn map_at(projection: &super::projection::Projection, s: &SitePlan) -> (f64, f64) {
    projection.to_edge(Position { x: s.x, y: s.y }).0
}

/// The network as far as it is planned, so that the map shows the planned areas alone.
fn in_view(network: &Network, plan: &LayoutPlan) -> Network {
    let rules = plan.scenario.layout.clone().unwrap_or_default();
    let planned = |a: crate::ids::AreaId| rules.areas.is_empty() || rules.areas.contains(&network.area(a).code);
    let mut out = network.clone();
    out.settlements.retain(|s| planned(s.area));
    out.facilities.retain(|f| f.area.is_some_and(planned));
    if out.settlements.is_empty() { network.clone() } else { out }
}
