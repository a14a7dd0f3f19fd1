//! Subdistricts in the colours of their grids.

use super::super::{Picture, PlotError};
use super::ReformPictureInput;
use super::communities::map;
use crate::plan::reform::GridsAnswer;

pub(super) fn draw(input: &ReformPictureInput<'_>, a: &GridsAnswer) -> Result<Vec<Picture>, PlotError> {
    let districts: Vec<_> = a.grids.iter().map(|g| g.district.clone()).collect();
    map(input, &districts, "grids").map(|p| vec![p])
}
