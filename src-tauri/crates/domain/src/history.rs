//! Where a station is in its history: lineage, epoch, seq, chain; and the sum of what it holds.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::{LineageId, StationId};

macro_rules! hash128 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Default, TS)]
        #[ts(export, type = "string")]
        pub struct $name(pub u128);

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({:032x})"), self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{:032x}", self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                u128::from_str_radix(s, 16).map($name)
            }
        }

        // Text (JSON) carries 32 lower-case hex digits; binary formats carry the 16 bytes, big-endian.
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                if s.is_human_readable() {
                    s.collect_str(self)
                } else {
                    self.0.to_be_bytes().serialize(s)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                if d.is_human_readable() {
                    String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
                } else {
                    <[u8; 16]>::deserialize(d).map(|b| $name(u128::from_be_bytes(b)))
                }
            }
        }
    };
}

hash128!(
    /// The running hash over all entries of a history up to a seq.
    Chain
);
hash128!(
    /// Σ mod 2^128 of the hash of every cell of the replicated tables: equal sums mean equal data.
    Sum
);

/// One term of office of a primary: its number, and the station that opened it. Two epochs of equal number and
/// different opener are a fork.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Epoch {
    /// The count of changes of primary in this lineage.
    #[ts(type = "number")]
    pub number: u64,
    /// The station that opened it.
    pub opener: StationId,
}

/// Where an epoch begins: after entry `after_seq`, whose chain was `chain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochStart {
    /// The epoch that begins here.
    pub epoch: Epoch,
    /// The last seq of the epoch before it (0 at the start of a lineage).
    pub after_seq: u64,
    /// The chain at `after_seq`.
    pub chain: Chain,
}

/// Where a station is: the last entry that it durably holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The identity of the history.
    pub lineage: LineageId,
    /// The epoch in force (which may be later than that of the last entry: an epoch opens before its first write).
    pub epoch: Epoch,
    /// The number of the last entry; 0 where there is none.
    pub seq: u64,
    /// The running hash over all entries up to `seq`.
    pub chain: Chain,
}
