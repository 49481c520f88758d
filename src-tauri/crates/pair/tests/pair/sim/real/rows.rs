//! What edits do to the rows, and the rows as one number.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use domain::history::{Chain, Epoch, Position, Sum};
use domain::ids::{LineageId, StationId};
use pair::message::Head;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _};
use store::tables::REPLICATED;
use store::{Error, Store};

use super::super::disk::Damage;
use super::super::rng::Rng;

/// The replicated rows of a station.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Equal for equal rows.
    pub(super) hash: u64,
    /// The edits whose rows are there, in the order in which they were made.
    pub(super) edits: Vec<u64>,
}

pub(super) fn no_head() -> Head {
    let nobody = StationId(uuid::Uuid::nil());
    Head {
        position: Position {
            lineage: LineageId(uuid::Uuid::nil()),
            epoch: Epoch {
                number: 0,
                opener: nobody,
            },
            seq: 0,
            chain: Chain(0),
        },
        sum: Sum(0),
        journal_bytes: 0,
    }
}

/// The ids of the edits that are in the data, as text.
const EDITS: &str = "SELECT coalesce(group_concat(duration), '') FROM \
    (SELECT duration FROM item WHERE notes = 'edit' ORDER BY duration)";

pub(super) async fn read(store: &Store) -> Rows {
    let mut reader = store.read().await.expect("a reader can be had");
    let query = query(&mut reader).await;
    let row = sqlx::query(query).fetch_one(&mut *reader).await;
    let row = row.expect("the rows can be read");
    let mut hash = DefaultHasher::new();
    for column in 1..row.len() {
        row.get::<&str, _>(column).hash(&mut hash);
    }
    Rows {
        hash: hash.finish(),
        edits: ids(row.get(0)),
    }
}

fn ids(list: &str) -> Vec<u64> {
    list.split(',').filter_map(|id| id.parse().ok()).collect()
}

/// One row: the edits, then all of each replicated table as text.
async fn query(connection: &mut SqliteConnection) -> AssertSqlSafe<&'static str> {
    static QUERY: OnceLock<String> = OnceLock::new();
    if QUERY.get().is_none() {
        let mut query = format!("SELECT ({EDITS})");
        for table in REPLICATED {
            let columns = sqlx::query_scalar::<_, String>(
                "SELECT 'quote(' || name || ')' FROM pragma_table_info(?1)",
            )
            .bind(*table)
            .fetch_all(&mut *connection)
            .await
            .expect("the columns can be read");
            let row = columns.join(" || ',' || ");
            query += &format!(
                ", (SELECT coalesce(group_concat(line, ';'), '') FROM (SELECT {row} AS line FROM {table} ORDER BY 1))"
            );
        }
        let _ = QUERY.set(query);
    }
    AssertSqlSafe(QUERY.get().map_or("", String::as_str))
}

/// The edits that are in the newest backup.
pub(super) async fn of_newest_backup(store: &Store) -> Vec<u64> {
    let backups = store.backups().await.expect("the backups can be listed");
    let newest = backups.first().expect("there is a backup");
    let mut connection = SqliteConnectOptions::new()
        .filename(&newest.path)
        .read_only(true)
        .connect()
        .await
        .expect("a backup opens");
    let list = sqlx::query_scalar::<_, String>(EDITS)
        .fetch_one(&mut connection)
        .await;
    connection.close().await.expect("a backup closes");
    ids(&list.expect("a backup can be read"))
}

/// Makes an edit: a row of its own, which nothing ever removes, and changes of rows that others change, too.
pub(super) async fn edit(connection: &mut SqliteConnection, id: u64) -> Result<(), Error> {
    let mut sql = format!(
        "INSERT INTO playlist VALUES (zeroblob(16), '2026-11-25') ON CONFLICT DO NOTHING; \
         INSERT INTO item VALUES ({}, zeroblob(16), 'm{id}', 'note', 'Edit', NULL, 'follow', NULL, 0, {id}, 'edit');",
        key(0xED, id)
    );
    let mut rng = Rng::new(id);
    for _ in 0..rng.below(3) {
        sql += &change(&mut rng, id);
    }
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await?;
    Ok(())
}

fn key(kind: u8, n: u64) -> String {
    format!("x'{kind:016x}{n:016x}'")
}

fn change(rng: &mut Rng, id: u64) -> String {
    let row = key(1, rng.range(0, 5));
    match rng.below(6) {
        0 | 1 => format!(
            "INSERT INTO item VALUES ({row}, zeroblob(16), 'r{id}', 'live', 'Title {id}', NULL, 'hold', NULL, 0, 9, '') \
             ON CONFLICT DO UPDATE SET title = excluded.title, rank = excluded.rank;"
        ),
        2 => format!("UPDATE item SET rank = 'z{id}' WHERE id = {row};"),
        3 => format!("DELETE FROM item WHERE id = {row};"),
        4 => format!(
            "INSERT INTO asset (id, kind, title, duration, category, notes, created_at) \
             VALUES ({row}, 'clip', 'Asset {id}', {id}, '', '', '') \
             ON CONFLICT DO UPDATE SET title = excluded.title, duration = excluded.duration;"
        ),
        _ => format!("UPDATE channel SET name = 'Channel {id}';"),
    }
}

/// Changes what lies on the disk behind the store's back; `false` where there was nothing to change.
pub(super) async fn damage(database: &Path, what: Damage, rng: &mut Rng) -> bool {
    let mut connection = SqliteConnectOptions::new()
        .filename(database)
        .foreign_keys(false)
        .busy_timeout(Duration::ZERO)
        .connect()
        .await
        .expect("the database opens");
    let pick = rng.next() >> 1;
    let query = match what {
        Damage::Row => {
            "UPDATE item SET title = title || '~' WHERE id = \
             (SELECT id FROM item ORDER BY id LIMIT 1 OFFSET ?1 % (SELECT max(1, count(*)) FROM item))"
        }
        // What operators were told is safe stays: a resync is refused where a row rots meanwhile.
        Damage::RowGone => {
            "DELETE FROM item WHERE id = (SELECT id FROM item WHERE notes <> 'edit' ORDER BY id \
             LIMIT 1 OFFSET ?1 % (SELECT max(1, count(*)) FROM item WHERE notes <> 'edit'))"
        }
        Damage::RowTooMany => {
            "INSERT INTO item SELECT CAST(printf('%016d', ?1 % 1000000007) AS BLOB), id, 'x', 'note', 'Nobody''s', NULL, \
             'follow', NULL, 0, 1, '' FROM playlist LIMIT 1 ON CONFLICT DO NOTHING"
        }
        Damage::Journal => {
            "UPDATE journal SET user = user || '~' WHERE seq = \
             (SELECT seq FROM journal ORDER BY seq LIMIT 1 OFFSET ?1 % (SELECT max(1, count(*)) FROM journal))"
        }
        Damage::Sum => "UPDATE state SET sum = CAST(printf('%016d', ?1 % 1000000007) AS BLOB)",
    };
    let done = sqlx::query(query)
        .bind(pick as i64)
        .execute(&mut connection)
        .await;
    connection.close().await.expect("the database closes");
    done.expect("the damage can be done").rows_affected() > 0
}
