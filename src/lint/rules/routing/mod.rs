//! Rules of listeners: paths, conditions, actions, and how many there may be.

pub mod actions;
pub mod conditions;
pub mod paths;
pub mod quotas;
