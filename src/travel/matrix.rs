//! stub

/// Times between places given by the user.
#[derive(Debug, Clone, Default)]
pub struct TimesTable {}
