//! The redundancy of two stations as a state machine: values in, values out. No IO, no clock, no async.
//!
//! A driver (in `node`) owns the sockets, the store and the clock. It turns what happens into [`Event`]s, hands each to
//! `State::step` with the time, and carries out the [`Action`]s that come back **in their order**. Bulk data (entries,
//! snapshot chunks) never passes through `step`; only its outcomes do.
//!
//! The rules are DESIGN.md 5; each module names the ones that it holds.
//!
//! # The surface
//! ```text
//! State::start(identity: Identity, durable: Durable, own: Own, away: Away, now: Now) -> (State, Vec<Action>)
//! State::step(&mut self, event: Event, now: Now) -> Vec<Action>
//! State::hello(&self, now: Now) -> Hello            what this station says of itself: probes, answers, links
//! State::view(&self, now: Now) -> View              what a person sees
//! State::edits(&self, now: Now) -> Edits            the edit gate, as the last Action::Edits had it
//! State::next_deadline(&self, now: Now) -> Mono     when the next Tick is due at the latest
//! State::may_restore(&self) -> Result<(), Refusal>  whether a backup may be restored
//! State::durable(&self) -> &Durable                 the record as last persisted
//! ```
//!
//! # What the machine relies on
//! - `now` comes from a clock that counts suspend (`CLOCK_BOOTTIME`) and [`Event::Tick`] comes at least every
//!   [`time::HEARTBEAT`], and at `State::next_deadline` when that is sooner. A gap of more than [`time::WAKE_GAP`]
//!   between two steps is a wake.
//! - Actions are carried out in order. [`Action::Edits`] is in force before the next action is begun.
//! - [`Event::Persisted`] and [`Event::Opened`] come only once the thing is durable (fsynced).
//! - `State::hello` is built from what is durable, never from what is about to be.

pub mod action;
pub mod config;
pub mod durable;
pub mod event;
pub mod message;
pub mod reason;
pub mod time;
pub mod view;

pub use action::Action;
pub use config::{Config, Identity, Mode};
pub use durable::Durable;
pub use event::Event;
pub use message::{Hello, Message};
pub use reason::Reason;
pub use time::{Mono, Now};
pub use view::{Status, View};
