use domain::validate::Invalid;

/// Why a query or an edit of the tables did not do what was asked. An edit that returns one is rolled back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// There is nothing of that id (`not_found`).
    #[error("there is no {what} {id}; it may have been deleted in the meantime")]
    NotFound {
        /// `"item"`, `"asset"`, `"playlist"`.
        what: &'static str,
        /// What was asked for.
        id: String,
    },
    /// A value cannot be (`invalid`).
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The items named are not all in one playlist, or not in the one they should be in (`invalid`).
    #[error("item {id} is not in the playlist of {date}")]
    OtherPlaylist {
        /// The item.
        id: String,
        /// The playlist's date.
        date: jiff::civil::Date,
    },
    /// A playlist would have too many items (`too_large`).
    #[error("the playlist of {date} would have {count} items; at most {max} are possible")]
    TooManyItems {
        /// The playlist's date.
        date: jiff::civil::Date,
        /// How many there would be.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// There would be too many of something (`too_large`).
    #[error("{count} {what} are too many: at most {max} are possible")]
    TooMany {
        /// Of what, in the plural.
        what: &'static str,
        /// How many there would be.
        count: u64,
        /// The limit.
        max: u64,
    },
    /// The database failed, or holds what it must not.
    #[error(transparent)]
    Store(#[from] crate::Error),
}

impl TableError {
    /// There is none of that id.
    pub fn not_found(what: &'static str, id: impl std::fmt::Display) -> Self {
        TableError::NotFound {
            what,
            id: id.to_string(),
        }
    }
}

impl From<sqlx::Error> for TableError {
    fn from(error: sqlx::Error) -> Self {
        TableError::Store(error.into())
    }
}
