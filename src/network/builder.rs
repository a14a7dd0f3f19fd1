//! stub: helper fills
