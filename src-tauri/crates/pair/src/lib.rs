//! The redundancy of two stations as a state machine: values in, values out. No IO, no clock, no async.
//!
//! A driver (in `node`) owns the sockets, the store and the clock. It turns what happens into [`Event`]s, hands each to
//! [`State::step`] with the time, and carries out the [`Action`]s that come back **in their order**. Bulk data (entries,
//! snapshot chunks) never passes through `step`; only its outcomes do.
//!
//! The rules are DESIGN.md 5; each module names the ones that it holds: `lead` a primary's (0, 5), `follow` a
//! secondary's way into step, `promote` the failover (1 to 3), `right` the witness, `switch` the planned switch (4), `change` what becomes
//! durable and when, `check` the full checks of the data, `doubt` a comparison that finds the primary's wrong, `reach` contact and links, `operator` the commands, `shown` status, view and edit gate.
//!
//! # What the machine relies on
//! - `now` comes from a clock that counts suspend (`CLOCK_BOOTTIME`) and [`Event::Tick`] comes at least every
//!   [`time::HEARTBEAT`], and at [`State::next_deadline`] when that is sooner. A gap of more than [`time::WAKE_GAP`]
//!   between two steps is a wake.
//! - Actions are carried out in order. [`Action::Edits`] is in force before the next action is begun.
//! - [`Event::Persisted`] and [`Event::Opened`] come only once the thing is durable (fsynced).
//! - [`State::hello`] is built from what is durable, never from what is about to be.

pub mod action;
pub mod breach;
mod change;
pub mod check;
pub mod compat;
pub mod config;
mod doubt;
pub mod durable;
pub mod event;
mod follow;
mod lead;
pub mod message;
mod operator;
mod peer;
mod promote;
mod reach;
pub mod reason;
pub mod relate;
mod resync;
mod right;
mod shown;
mod state;
mod switch;
pub mod time;
pub mod view;
pub mod witness;

pub use action::Action;
pub use config::{Config, Identity, Mode};
pub use durable::Durable;
pub use event::Event;
pub use message::{Hello, Message};
pub use reason::Reason;
pub use state::State;
pub use time::{Mono, Now};
pub use view::{Status, View};
