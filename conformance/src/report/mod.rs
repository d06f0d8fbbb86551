//! What comes of a run, as data and in every form that it is shown in.

pub mod badge;
mod broken;
pub mod compare;
pub mod document;
pub mod entry;
pub mod finding;
pub mod github;
mod grouping;
pub mod html;
pub mod junit;
pub mod markdown;
mod support;
pub mod text;
mod time;
mod words;

pub use document::{Document, EngineRun};
pub use entry::Entry;
pub use finding::{Finding, Severity};
