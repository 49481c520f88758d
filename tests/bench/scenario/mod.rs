//! What is measured: a file for each.

pub mod capture;
pub mod catchup;
pub mod day;
pub mod latency;
pub mod promotion;
pub mod reconnect;
pub mod snapshot;
pub mod switch;
pub mod throughput;

use crate::postgres::Postgres;
use crate::probe::Probe;
use crate::redis::Redis;
use crate::scratch::Scratch;
use crate::tandem::Tandem;

/// All systems at once on one disk, for what is measured by turns.
pub struct Side {
    pub probe: Probe,
    pub tandem: Tandem,
    pub postgres: Postgres,
    pub redis: Redis,
}

impl Side {
    pub fn start(scratch: &Scratch) -> Self {
        eprintln!(
            "Starting a pair of stations, PostgreSQL with a standby, and Redis with a replica"
        );
        Self {
            probe: Probe::new(scratch.root()),
            tandem: Tandem::start(
                scratch,
                "pair",
                serde_json::json!({"mode": "secondary_copy"}),
            ),
            postgres: Postgres::start(scratch),
            redis: Redis::start(scratch),
        }
    }
}
