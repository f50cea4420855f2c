//! Annotations as such: whether they are read, and whether their values are.

pub mod newer;
pub mod of_services;
pub mod unread;
pub mod values;
