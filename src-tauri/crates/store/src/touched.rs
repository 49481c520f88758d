//! What a changeset touches, in the words of those who show it.

use std::collections::BTreeSet;

use changeset::{Change, Changeset, Db, Schema};
use domain::ids::PlaylistId;
use uuid::Uuid;

use crate::error::{During as _, Error};
use crate::store::Store;

/// What a client that shows it must fetch again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touched {
    /// Playlists that changed, or whose items did.
    pub playlists: BTreeSet<PlaylistId>,
    /// Whether assets changed.
    pub assets: bool,
    /// Whether the channel's settings changed.
    pub channel: bool,
}

impl Store {
    /// What `changeset`, which was committed here, touches.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn touched(&self, changeset: &Changeset) -> Result<Touched, Error> {
        let schema = self.0.schema.clone();
        let changeset = changeset.clone();
        self.with_reader("see what an edit touches", move |db| {
            touched(db, &schema, &changeset)
        })
        .await
    }
}

fn touched(db: &Db<'_>, schema: &Schema, changeset: &Changeset) -> Result<Touched, Error> {
    let during = "see what an edit touches";
    let mut touched = Touched::default();
    let playlist_column = schema.table("item").and_then(|table| {
        table
            .columns
            .iter()
            .position(|column| column == "playlist_id")
    });
    let mut playlist_of = db
        .prepare("SELECT playlist_id FROM item WHERE id = ?1")
        .during(during)?;
    for change in changeset.changes() {
        match change.table {
            "channel" => touched.channel = true,
            "asset" => touched.assets = true,
            "playlist" => touched
                .playlists
                .extend(change.key().find_map(|id| playlist(id.as_blob()))),
            "item" => {
                let found = playlist_column
                    .map(|column| playlists(&change, column))
                    .unwrap_or_default();
                if found.is_empty() {
                    // An update that does not move the item to another playlist does not name the one it is in.
                    let Some(id) = change.key().next() else {
                        continue;
                    };
                    playlist_of.bind(1, id).during(during)?;
                    let row = playlist_of.step().during(during)?;
                    touched
                        .playlists
                        .extend(row.and_then(|row| playlist(Some(row.blob(0)))));
                    playlist_of.reset();
                }
                touched.playlists.extend(found);
            }
            _ => {}
        }
    }
    Ok(touched)
}

/// The playlists that the change itself names: where the item was, where it is.
fn playlists(change: &Change<'_>, column: usize) -> Vec<PlaylistId> {
    [change.before().nth(column), change.after().nth(column)]
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|value| playlist(value.as_blob()))
        .collect()
}

fn playlist(id: Option<&[u8]>) -> Option<PlaylistId> {
    id.and_then(|id| Uuid::from_slice(id).ok()).map(PlaylistId)
}
