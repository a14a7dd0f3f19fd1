//! From facts to a page: the template, its style and its script, and how pictures go into it.

use super::ReportError;
use crate::plot::{Picture, PlotError, font};
use crate::text::Catalogue;
use minijinja::value::Serde;
use minijinja::{Environment, Value};
use serde::Serialize;

/// Pictures whose SVG is larger than this go into the page as pixels.
const LARGEST_INLINE: usize = 1_200_000;

/// A picture on a page: either SVG, or the pixels as a data address.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// Stable name.
    pub id: String,
    /// Title.
    pub title: String,
    /// Caption.
    pub caption: String,
    /// SVG text, made by this program with everything a user typed escaped.
    pub svg: Option<String>,
    /// `data:image/png;base64,...`.
    pub data: Option<String>,
}

/// Puts a picture on a page; its pixels are made where it is too heavy for a browser as it is.
///
/// # Errors
/// The picture cannot be turned into pixels.
pub fn drawn(picture: &Picture) -> Result<Figure, PlotError> {
    let png = if picture.svg.len() > LARGEST_INLINE { picture.png()? } else { Vec::new() };
    Ok(figure(picture, &png))
}

/// Puts a picture on a page; `png` are its pixels.
#[must_use]
pub fn figure(picture: &Picture, png: &[u8]) -> Figure {
    let inline = picture.svg.len() <= LARGEST_INLINE;
    Figure {
        id: picture.id.clone(),
        title: picture.title.clone(),
        caption: picture.caption.clone(),
        svg: inline.then(|| picture.svg.clone()),
        data: (!inline).then(|| format!("data:image/png;base64,{}", base64(png))),
    }
}

/// Renders a page; `name` is one of the templates: `report.html`, `beds.html`, `bench.html`, `batch.html`, `compare.html`.
///
/// # Errors
/// The template engine's, or no font.
pub fn page(name: &str, text: &Catalogue, context: Value) -> Result<Vec<u8>, ReportError> {
    let said = std::collections::BTreeMap::from(MESSAGES.map(|id| (id.replace('-', "_"), text.say(id))));
    let mut env = Environment::new();
    env.add_template("base.html", include_str!("templates/base.html"))?;
    env.add_template("report.html", include_str!("templates/report.html"))?;
    env.add_template("bench.html", include_str!("templates/bench.html"))?;
    env.add_template("batch.html", include_str!("templates/batch.html"))?;
    env.add_template("beds.html", include_str!("templates/beds.html"))?;
    env.add_template("compare.html", include_str!("templates/compare.html"))?;
    env.add_template("layout.html", include_str!("templates/layout.html"))?;
    env.add_template("reality.html", include_str!("templates/reality.html"))?;
    env.add_template("reform.html", include_str!("templates/reform.html"))?;
    env.add_global("t", Value::from(Serde(said)));
    env.add_global("lang", text.code());
    env.add_global("style", Value::from_safe_string(include_str!("templates/style.css").replace("FONTS", &stack()?)));
    env.add_global("script", Value::from_safe_string(include_str!("templates/sort.js").to_owned()));
    Ok(env.get_template(name)?.render(context)?.into_bytes())
}

fn stack() -> Result<String, PlotError> {
    font::stack()
}

/// Messages that templates use as `t.name`, dashes as underscores.
const MESSAGES: [&str; 40] = [
    "report-before",
    "report-keys",
    "report-findings",
    "report-findings-note",
    "report-ledger",
    "report-ledger-note",
    "report-ledger-areas",
    "report-ledger-unjudged",
    "report-pictures",
    "report-areas",
    "report-tiers",
    "report-facilities",
    "report-bottlenecks",
    "report-indicators",
    "report-provenance",
    "report-provenance-note",
    "report-no-provenance",
    "report-assumptions",
    "report-certificate",
    "report-changed",
    "report-changed-note",
    "report-sort-hint",
    "report-contents",
    "map-no-borders",
    "map-cells",
    "report-everything",
    "report-more-findings",
    "report-beds-price-note",
    "report-beds-rule",
    "report-beds-question",
    "layout-sites",
    "layout-coverage",
    "layout-beds",
    "layout-money",
    "layout-access",
    "layout-objectives",
    "layout-front",
    "layout-prices",
    "layout-map-title",
    "reform-summary",
];

/// RFC 4648 base64 with padding.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let n =
            u32::from(chunk[0]) << 16 | u32::from(chunk.get(1).copied().unwrap_or(0)) << 8 | u32::from(chunk.get(2).copied().unwrap_or(0));
        for k in 0..4 {
            if k <= chunk.len() {
                out.push(char::from(LETTERS[(n >> (18 - 6 * k)) as usize & 63]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A heavy picture goes in as pixels, and never as none.
    #[test]
    fn a_heavy_picture_has_its_pixels() -> Result<(), PlotError> {
        let picture = |weight: usize| Picture {
            id: "p".into(),
            title: String::new(),
            caption: String::new(),
            svg: format!(r#"<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><!--{}--></svg>"#, "x".repeat(weight)),
            width: 8,
            height: 8,
        };
        let (light, heavy) = (drawn(&picture(10))?, drawn(&picture(LARGEST_INLINE))?);
        assert!(light.svg.is_some() && light.data.is_none());
        // the first bytes of any PNG, in base64
        assert!(heavy.svg.is_none() && heavy.data.is_some_and(|d| d.starts_with("data:image/png;base64,iVBORw0KGgo")));
        Ok(())
    }

    #[test]
    fn base64_of_rfc_4648() {
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
