//! Claims about one station, one at a time.

mod bench;
mod checks;
mod commands;
mod fitting;
mod histories;
mod primary;
mod reaching;
mod resync;
mod secondary;
mod witness;
mod words;
