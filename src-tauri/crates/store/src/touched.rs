//! What a changeset touches, in the words of those who show it.

use std::collections::BTreeSet;

use changeset::{Change, Changeset, Db, Schema};
use domain::ids::{AssetId, ItemId, PlaylistId};
use uuid::Uuid;

use crate::error::{During as _, Error};
use crate::journal;
use crate::store::Store;

/// What a client that shows it must fetch again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touched {
    /// Playlists that changed, or whose items did.
    pub playlists: BTreeSet<PlaylistId>,
    /// Whether assets changed.
    pub assets: bool,
    /// Whether templates changed.
    pub templates: bool,
    /// Whether the channel's settings changed.
    pub channel: bool,
}

impl Store {
    /// What `changeset`, which was committed here, touches.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn touched(&self, changeset: &Changeset) -> Result<Touched, Error> {
        let (mut touched, items) = named(&self.0.schema, changeset);
        if !items.is_empty() {
            let playlists = self
                .with_reader(DURING, move |db| playlists_of(db, &items))
                .await?;
            touched.playlists.extend(playlists);
        }
        Ok(touched)
    }

    /// The items that entry `seq` adds, changes or removes, each with every playlist that it was or is in. Nothing where the
    /// journal has no such entry (any more).
    ///
    /// # Errors
    /// [`Error::Database`], [`Error::Damaged`].
    pub async fn touched_items(&self, seq: u64) -> Result<Vec<(ItemId, PlaylistId)>, Error> {
        let schema = self.0.schema.clone();
        self.with_reader(DURING, move |db| {
            let Some(entry) = journal::get(db, seq)? else {
                return Ok(Vec::new());
            };
            let Some(column) = playlist_column(&schema) else {
                return Ok(Vec::new());
            };
            let mut touched = Vec::new();
            for change in entry
                .changeset
                .changes()
                .filter(|change| change.table == "item")
            {
                let Some(id) = item(&change) else { continue };
                let found = match playlists(&change, column) {
                    found if found.is_empty() => playlists_of(db, &[id])?.into_iter().collect(),
                    found => found,
                };
                touched.extend(found.into_iter().map(|playlist| (ItemId(id), playlist)));
            }
            Ok(touched)
        })
        .await
    }
}

/// The assets that a changeset adds, changes or removes. Reads nothing but the changeset.
#[must_use]
pub fn touched_assets(changeset: &Changeset) -> BTreeSet<AssetId> {
    changeset
        .changes()
        .filter(|change| change.table == "asset")
        .filter_map(|change| {
            change
                .key()
                .find_map(|id| Uuid::from_slice(id.as_blob()?).ok())
        })
        .map(AssetId)
        .collect()
}

const DURING: &str = "see what an edit touches";

/// What the changeset itself names, and the items of which it does not name the playlist: an update that does not move an
/// item to another playlist does not say which one it is in.
fn named(schema: &Schema, changeset: &Changeset) -> (Touched, Vec<Uuid>) {
    let mut touched = Touched::default();
    let mut unnamed = Vec::new();
    let playlist_column = playlist_column(schema);
    for change in changeset.changes() {
        match change.table {
            "channel" => touched.channel = true,
            "asset" => touched.assets = true,
            "template" | "template_item" => touched.templates = true,
            "playlist" => touched
                .playlists
                .extend(change.key().find_map(|id| playlist(id.as_blob()))),
            "item" => {
                let found = playlist_column
                    .map(|column| playlists(&change, column))
                    .unwrap_or_default();
                if found.is_empty() {
                    unnamed.extend(item(&change));
                }
                touched.playlists.extend(found);
            }
            _ => {}
        }
    }
    (touched, unnamed)
}

fn playlist_column(schema: &Schema) -> Option<usize> {
    let columns = &schema.table("item")?.columns;
    columns.iter().position(|column| column == "playlist_id")
}

/// The item that a change is about.
fn item(change: &Change<'_>) -> Option<Uuid> {
    Uuid::from_slice(change.key().next()?.as_blob()?).ok()
}

/// The playlists that items are in now.
fn playlists_of(db: &Db<'_>, items: &[Uuid]) -> Result<BTreeSet<PlaylistId>, Error> {
    let mut playlists = BTreeSet::new();
    let mut playlist_of = db
        .prepare("SELECT playlist_id FROM item WHERE id = ?1")
        .during(DURING)?;
    for id in items {
        playlist_of.bind(1, id.as_bytes()).during(DURING)?;
        let row = playlist_of.step().during(DURING)?;
        playlists.extend(row.and_then(|row| playlist(Some(row.blob(0)))));
        playlist_of.reset();
    }
    Ok(playlists)
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
