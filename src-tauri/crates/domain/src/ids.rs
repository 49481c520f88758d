//! Identities. All are UUIDs (version 7: sorted by creation time; a playlist's is version 8, made from its date), kept as
//! 16 bytes in the database and written as hyphenated lower-case strings everywhere else.

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

impl PlaylistId {
    /// The playlist of a date: every date has one, and always the same. So stations that schedule a day while they are
    /// cut off from each other make the same playlist, and no second one of that day can be made.
    #[must_use]
    pub fn of_date(date: jiff::civil::Date) -> PlaylistId {
        let mut bytes = *b"tandem\0\0day\0\0\0\0\0";
        bytes[12..14].copy_from_slice(&date.year().to_be_bytes());
        bytes[14..].copy_from_slice(&[date.month().unsigned_abs(), date.day().unsigned_abs()]);
        PlaylistId(Uuid::new_v8(bytes))
    }

    /// The date that this is the playlist of; `None` for an id that was not made from one.
    #[must_use]
    pub fn date(self) -> Option<jiff::civil::Date> {
        let bytes = self.as_bytes();
        let year = i16::from_be_bytes([bytes[12], bytes[13]]);
        let (month, day) = (i8::try_from(bytes[14]).ok()?, i8::try_from(bytes[15]).ok()?);
        let date = jiff::civil::Date::new(year, month, day).ok()?;
        (PlaylistId::of_date(date) == self).then_some(date)
    }
}
id!(
    /// One line of a playlist.
    ItemId
);
id!(
    /// One entry of the library.
    AssetId
);
id!(
    /// A block of items that is scheduled again and again.
    TemplateId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_date_has_one_playlist_and_no_two_share_it() {
        let mut seen = std::collections::HashSet::new();
        let mut date = jiff::civil::date(1970, 1, 1);
        while date.year() < 2200 {
            assert!(seen.insert(PlaylistId::of_date(date)), "{date}");
            assert_eq!(PlaylistId::of_date(date).date(), Some(date));
            date = date.tomorrow().unwrap();
        }
        let id = PlaylistId::of_date(jiff::civil::date(2026, 11, 22));
        assert_eq!(id, PlaylistId::of_date(jiff::civil::date(2026, 11, 22)));
        assert_eq!(id.to_string().parse::<PlaylistId>().unwrap(), id);
        assert_eq!(PlaylistId(Uuid::from_bytes([7; 16])).date(), None);
    }
}
