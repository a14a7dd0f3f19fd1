//! stub

/// A road graph.
#[derive(Debug, Clone, Default)]
pub struct RoadGraph {}
