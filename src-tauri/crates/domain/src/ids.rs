//! Identities. All are UUIDs (version 7: sorted by creation time), kept as 16 bytes in the database and written as
//! hyphenated lower-case strings everywhere else.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        #[ts(export, type = "string")]
        pub struct $name(pub Uuid);

        impl $name {
            /// The 16 bytes as the database keeps them.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(s).map($name)
            }
        }
    };
}

id!(
    /// One installation of Tandem: made at its first start, kept in its data directory, never replicated.
    StationId
);
id!(
    /// The identity of a history. Two stations of one pair share it; leaving the pair opens a new one.
    LineageId
);
id!(
    /// The rundown of one broadcast day.
    PlaylistId
);
id!(
    /// One line of a playlist.
    ItemId
);
id!(
    /// One entry of the library.
    AssetId
);
