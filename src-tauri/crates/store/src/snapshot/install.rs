//! Putting a verified snapshot in the place of this station's data.

use changeset::{Db, quoted};
use sqlx::sqlite::SqliteConnection;
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::runtime::Handle;

use super::assembly::{Assembled, options};
use super::import::{Install, adopt};
use super::{SnapshotError, SnapshotHeader};
use crate::error::{During as _, Error};
use crate::failpoint::{self, Point};
use crate::open::{self, DATABASE_FILE, WAL_PAGES};
use crate::orphans::{self, BundleId};
use crate::state::Head;
use crate::store::{Commit, Store, WriterParts};
use crate::wal;

const DURING: &str = "install a snapshot";

/// Takes over what was assembled, with this station's own local records in it, in one transaction.
pub(super) async fn install(
    store: &Store,
    assembled: Assembled,
    header: SnapshotHeader,
    install: Install,
) -> Result<(Head, Option<BundleId>), SnapshotError> {
    let large = assembled.pages() > WAL_PAGES;
    let database = store.dir().join(DATABASE_FILE);
    let mut side = options(assembled.path()).connect().await.during(DURING)?;
    let installed = store
        .with_writer(move |parts| {
            failpoint::at(Point::InstallBefore).during(DURING)?;
            if large {
                // What a commit leaves in the WAL is copied into the database in the background: nobody is to wait for that.
                let pragma = "PRAGMA wal_autocheckpoint = 0";
                parts.db.execute(pragma).during(DURING)?;
            }
            let mut take_over =
                || parts.or_back(|parts| take_over(parts, &mut side, &header, &install));
            let bundle = match large {
                true => wal::flushed_meanwhile(&database, take_over)?,
                false => take_over()?,
            };
            failpoint::at(Point::InstallAfterCommit).during(DURING)?;
            parts.publish(Some(Commit::Replaced));
            Ok((*parts.head, bundle))
        })
        .await;
    drop(assembled);
    if large {
        tokio::spawn(copy_wal(store.clone()));
    }
    installed
}

fn take_over(
    parts: &mut WriterParts<'_, '_>,
    side: &mut SqliteConnection,
    header: &SnapshotHeader,
    install: &Install,
) -> Result<Option<BundleId>, SnapshotError> {
    let runtime = Handle::current();
    let side = runtime.block_on(Db::lock(side)).during(DURING)?;
    parts.db.abandon().during(DURING)?;
    bring_local(parts, &side)?;
    side.execute("BEGIN").during(DURING)?;
    let bundle = match install.orphans_after {
        Some(seq) => orphans::save_after(parts.db, &side, parts.head, seq, &install.reason)?.0,
        None => None,
    };
    adopt(&side, parts.head, parts.base, header, false)?;
    install.local.iter().try_for_each(|put| put.run(&side))?;
    side.execute("COMMIT").during(DURING)?;
    failpoint::at(Point::InstallBeforeCommit).during(DURING)?;
    parts.shared.faults.room(DURING)?;
    parts.db.become_copy_of(&side).during(DURING)?;
    Ok(bundle)
}

/// Copies this station's own tables; not the journal, which begins anew.
fn bring_local(parts: &WriterParts<'_, '_>, side: &Db<'_>) -> Result<(), SnapshotError> {
    let own = parts.shared.dir.join(DATABASE_FILE);
    let own = own
        .to_str()
        .ok_or_else(|| Error::Invalid(String::from("the data directory's name is not UTF-8")))?;
    side.run("ATTACH ?1 AS own", &[own.into()]).during(DURING)?;
    let mut tables = Vec::new();
    let query = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0 \
        AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let mut names = side.prepare(query).during(DURING)?;
    while let Some(row) = names.step().during(DURING)? {
        let name = row.str(0);
        if name != "journal" && !parts.shared.definition.ships(name) {
            tables.push(quoted(name));
        }
    }
    drop(names);
    for table in tables {
        let copy =
            format!("DELETE FROM main.{table}; INSERT INTO main.{table} SELECT * FROM own.{table}");
        side.execute(&copy).during(DURING)?;
    }
    Ok(side.execute("DETACH own").during(DURING)?)
}

/// Has the WAL copied into the database, while edits and entries go on; then that is done as always again.
async fn copy_wal(store: Store) {
    let database = open::options(&store.dir().join(DATABASE_FILE));
    let checkpointed = async {
        let mut connection = database.connect().await?;
        sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
            .execute(&mut connection)
            .await?;
        connection.close().await
    };
    if let Err(error) = checkpointed.await {
        tracing::warn!(%error, "the write-ahead log was not copied into the database yet");
    }
    let again = store.with_writer(|parts| {
        let pragma = format!("PRAGMA wal_autocheckpoint = {WAL_PAGES}");
        parts.db.execute(&pragma).during(DURING)
    });
    // Where the store is closed, whoever opens it next does as always.
    if let Err(error) = again.await {
        tracing::debug!(%error, "the store ended");
    }
}
