//! Pictures: SVG text out, PNG from the same SVG, no solver in sight.
//!
//! Axes, grids and series are drawn by plotters; maps, flows and everything a pointer can rest on are written as SVG directly, because
//! plotters rounds to whole pixels and knows no tooltips. Maps use a local equirectangular projection with equal aspect ratio. No
//! administrative or national borders are drawn: areas show as Voronoi cells or points of their settlements, and the captions say so.

pub mod access_curves;
pub mod bed_equity;
pub mod beds;
pub mod cells;
pub mod difference;
pub mod edge;
pub mod first_contact;
pub mod font;
pub mod labels;
pub mod layout_coverage;
pub mod layout_front;
pub mod layout_map;
pub mod load;
pub mod lorenz;
pub mod map;
pub mod markers;
pub mod network_map;
pub mod palette;
pub mod pareto;
pub mod projection;
pub mod reality;
pub mod reform;
pub mod sankey;
pub mod steps;
pub mod svg;
pub mod travel_map;
pub mod worth;

pub use pareto::ParetoPoint;

use crate::demand::Problem;
use crate::ids::FacilityId;
use crate::indicators::Indicators;
use crate::network::{Evidence, Network};
use crate::plan::ReferralPlan;
use crate::policy::PolicyPack;
use crate::text::Catalogue;
use resvg::{tiny_skia, usvg};

/// Why a picture could not be drawn.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlotError {
    /// No font with Latin and Chinese letters.
    #[error(
        "no font with Latin and Chinese letters was found; install the Debian package fonts-wqy-microhei, or name a font file in FENJI_FONT"
    )]
    NoFont,
    /// `FENJI_FONT` names a file that is no usable font.
    #[error("FENJI_FONT={path}: {reason}")]
    BadFont {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing to draw a map of.
    #[error("the case has no settlements to draw")]
    Empty,
    /// The plan or the indicators do not belong to the case.
    #[error("{what} has {found} rows, the case has {expected}: it belongs to another case")]
    Mismatch {
        /// What does not fit.
        what: &'static str,
        /// Rows found.
        found: usize,
        /// Rows of the case.
        expected: usize,
    },
    /// The plotting library failed.
    #[error("drawing {picture}: {reason}")]
    Drawing {
        /// Which picture.
        picture: String,
        /// What it says.
        reason: String,
    },
    /// The SVG could not be turned into pixels.
    #[error("rendering {picture} as PNG: {reason}")]
    Render {
        /// Which picture.
        picture: String,
        /// What it says.
        reason: String,
    },
}

/// What pictures are drawn from.
#[derive(Debug, Clone, Copy)]
pub struct PictureInput<'a> {
    /// The problem with its network.
    pub problem: &'a Problem,
    /// The plan.
    pub plan: &'a ReferralPlan,
    /// Its indicators.
    pub indicators: &'a Indicators,
    /// The policy pack, for targets.
    pub pack: &'a PolicyPack,
    /// Title of the case in Latin letters, when it has one.
    pub name_en: Option<&'a str>,
    /// The language.
    pub text: &'a Catalogue,
}

impl PictureInput<'_> {
    /// The network.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.problem.network
    }

    /// Title of the case in the language of the picture.
    #[must_use]
    pub fn case_name(&self) -> String {
        self.text.place(&self.network().name, self.name_en)
    }

    /// Name of a facility in the language of the picture.
    #[must_use]
    pub fn facility_name(&self, j: usize) -> String {
        let f = self.network().facility(FacilityId::new(j));
        self.text.place(&f.name, f.name_en.as_deref())
    }

    /// Name of a settlement.
    #[must_use]
    pub fn settlement_name(&self, i: usize) -> String {
        let s = &self.network().settlements[i];
        self.text.place(&s.name, s.name_en.as_deref())
    }

    /// Name of an area.
    #[must_use]
    pub fn area_name(&self, a: usize) -> String {
        let x = &self.network().areas[a];
        self.text.place(&x.name, x.name_en.as_deref())
    }

    /// The tier's name.
    #[must_use]
    pub fn tier_name(&self, tier: crate::network::Tier) -> String {
        self.text.say(&format!("tier-{}", tier.code()))
    }

    /// How a column came to be, by the provenance of the case: the column's own row, else the table's `*`.
    #[must_use]
    pub fn evidence(&self, table: &str, column: &str) -> Option<Evidence> {
        let rows = &self.network().provenance;
        let find = |c: &str| rows.iter().find(|p| p.table == table && p.column == c).map(|p| p.evidence);
        find(column).or_else(|| find("*"))
    }

    /// Refuses a plan or indicators of another case.
    ///
    /// # Errors
    /// [`PlotError::Mismatch`] or [`PlotError::Empty`].
    pub fn verify(&self) -> Result<(), PlotError> {
        let n = self.network();
        let same = |what, found, expected| if found == expected { Ok(()) } else { Err(PlotError::Mismatch { what, found, expected }) };
        if n.settlements.is_empty() {
            return Err(PlotError::Empty);
        }
        same("plan.names.settlements", self.plan.names.settlements.len(), n.settlements.len())?;
        same("plan.names.facilities", self.plan.names.facilities.len(), n.facilities.len())?;
        same("indicators.facilities", self.indicators.facilities.len(), n.facilities.len())?;
        let flows = &self.plan.flows;
        let inside = |what, ids: &[u32], count: usize| match ids.iter().max() {
            Some(&worst) if worst as usize >= count => Err(PlotError::Mismatch { what, found: worst as usize + 1, expected: count }),
            _ => Ok(()),
        };
        inside("plan.flows.first_contact.settlement", &flows.first_contact.settlement, n.settlements.len())?;
        for ids in [
            &flows.first_contact.facility,
            &flows.up.from,
            &flows.up.to,
            &flows.redirect.from,
            &flows.redirect.to,
            &flows.down.from,
            &flows.down.to,
        ]
        .into_iter()
        .chain([&flows.treated.facility, &flows.unserved.facility])
        {
            inside("plan.flows facility", ids, n.facilities.len())?;
        }
        for ids in [
            &flows.first_contact.class,
            &flows.up.class,
            &flows.redirect.class,
            &flows.down.class,
            &flows.treated.class,
            &flows.unserved.class,
        ] {
            inside("plan.flows class", ids, self.problem.classes.len())?;
        }
        Ok(())
    }
}

/// A picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Stable name, used for the file.
    pub id: String,
    /// Title in the language of the picture.
    pub title: String,
    /// What to read from it and what to beware of.
    pub caption: String,
    /// The SVG document, without an XML prologue.
    pub svg: String,
    /// Width in CSS pixels.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
}

impl Picture {
    /// The picture as PNG at two pixels per CSS pixel.
    ///
    /// # Errors
    /// No font, or the renderer refuses the SVG.
    pub fn png(&self) -> Result<Vec<u8>, PlotError> {
        let fail = |reason: String| PlotError::Render { picture: self.id.clone(), reason };
        let fonts = font::fonts()?;
        let options = usvg::Options { fontdb: fonts.database.clone(), font_family: fonts.family.clone(), ..usvg::Options::default() };
        let tree = usvg::Tree::from_str(&self.svg, &options).map_err(|e| fail(e.to_string()))?;
        let mut pixels = tiny_skia::Pixmap::new(self.width * 2, self.height * 2).ok_or_else(|| fail("no room for the pixels".into()))?;
        pixels.fill(tiny_skia::Color::WHITE);
        resvg::render(&tree, tiny_skia::Transform::from_scale(2.0, 2.0), &mut pixels.as_mut());
        pixels.encode_png().map_err(|e| fail(e.to_string()))
    }
}

/// All pictures of a plan, in the order a report shows them.
///
/// # Errors
/// The first picture that cannot be drawn.
pub fn all(input: &PictureInput<'_>, pareto: Option<&[ParetoPoint]>) -> Result<Vec<Picture>, PlotError> {
    input.verify()?;
    let mut pictures = vec![network_map::draw(input)?, sankey::draw(input)?, first_contact::draw(input)?];
    pictures.extend(travel_map::draw(input)?);
    pictures.extend(access_curves::draw(input)?);
    pictures.extend(lorenz::draw(input)?);
    pictures.push(beds::draw(input)?);
    pictures.push(load::draw(input)?);
    pictures.push(worth::draw(input, worth::Worth::Beds)?);
    pictures.push(worth::draw(input, worth::Worth::Doctors)?);
    if let Some(points) = pareto.filter(|p| p.len() > 1) {
        pictures.push(pareto::draw(points, input.text)?);
    }
    Ok(pictures)
}
