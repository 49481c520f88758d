//! Histories that no longer fit: a journal that was cut or has rotted, a backup or an old data directory that was put back.

use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use store::failpoint::Point;

use crate::modes::copy_tree;
use crate::station::{DAY, Pair, Station, until};

/// Works on the database of a station that does not run.
pub fn on_database<T>(station: &Station, work: impl AsyncFnOnce(&mut SqliteConnection) -> T) -> T {
    let database = station.dir.join(store::DATABASE_FILE);
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(async {
            let options = SqliteConnectOptions::new().filename(database);
            let mut connection = options.connect().await.expect("the database");
            let done = work(&mut connection).await;
            connection.close().await.expect("closed");
            done
        })
}

fn log_of(station: &Station) -> String {
    station
        .ok("get_redundancy_log", json!({"limit": 1000}))
        .to_string()
}

#[test]
fn a_journal_that_was_cut_beyond_the_secondarys_position_leads_to_a_comparison_of_all_data() {
    let mut pair = Pair::copy();
    pair.secondary.kill();
    const CUT: &str = "its journal cannot be continued";
    let cuts = log_of(&pair.primary).matches(CUT).count();
    for n in 0..20 {
        pair.primary.note(DAY, &format!("edit {n}"));
    }
    pair.primary.arm(Point::JournalKeeps, "value:3");
    until("the journal is cut", || {
        log_of(&pair.primary).matches(CUT).count() > cuts
    });
    pair.primary.disarm(Point::JournalKeeps);
    pair.secondary.run();
    pair.until_synced();
    assert_eq!(pair.secondary.titles(DAY).len(), 23);
}

#[test]
fn a_flipped_bit_in_the_journal_is_never_sent_and_the_secondary_still_gets_every_edit() {
    let mut pair = Pair::copy();
    pair.secondary.stop();
    let rotten = pair.primary.note(DAY, "rots in the journal")["seq"].as_i64();
    pair.primary.note(DAY, "after it");
    pair.primary.stop();
    on_database(&pair.primary, async |db| {
        let query = "SELECT changeset FROM journal WHERE seq = ?1";
        let mut changeset: Vec<u8> = sqlx::query_scalar(query)
            .bind(rotten)
            .fetch_one(&mut *db)
            .await
            .expect("the entry");
        let last = changeset.len() - 1;
        changeset[last] ^= 0x01;
        sqlx::query("UPDATE journal SET changeset = ?1 WHERE seq = ?2")
            .bind(changeset)
            .bind(rotten)
            .execute(&mut *db)
            .await
            .expect("a flipped bit");
    });
    pair.primary.run();
    pair.secondary.run();
    pair.until_synced();
    assert_eq!(
        pair.secondary.titles(DAY)[..2],
        ["after it", "rots in the journal"]
    );
}

#[test]
fn a_restored_backup_reaches_the_secondary_in_a_new_epoch_and_is_refused_there() {
    let pair = Pair::copy();
    let backup = pair.primary.ok("create_backup", json!({}))["backup"]["id"].clone();
    pair.primary.note(DAY, "after the backup");
    pair.until_synced();
    let before = pair.primary.redundancy()["position"]["epoch"].as_u64();
    pair.primary.ok("restore_backup", json!({"id": backup}));
    pair.until_synced();
    let after = pair.secondary.redundancy()["position"]["epoch"].as_u64();
    assert!(after > before, "{after:?} after {before:?}");
    assert_eq!(pair.secondary.titles(DAY), ["one", "two", "three"]);
    pair.secondary
        .refused("restore_backup", json!({"id": backup}), "read_only");
    // What it replaced is one undo away, on both.
    pair.primary.ok("undo", json!({}));
    pair.until_synced();
    assert_eq!(pair.secondary.titles(DAY)[0], "after the backup");
}

#[test]
fn an_old_data_directory_that_was_put_back_on_the_primary_costs_no_edit_that_the_secondary_has() {
    let mut pair = Pair::copy();
    pair.primary.stop();
    let old = tempfile::tempdir().expect("a directory");
    copy_tree(&pair.primary.dir, &old.path().join("data"));
    pair.primary.run();
    pair.primary.until_editable();
    pair.primary.note(DAY, "since then");
    pair.until_synced();
    pair.primary.stop();
    std::fs::remove_dir_all(&pair.primary.dir).expect("the data directory can go");
    copy_tree(&old.path().join("data"), &pair.primary.dir);
    pair.primary.run();

    // Neither is made equal to the other without a word: the secondary has what the primary lacks.
    pair.secondary.until_status("not_synced");
    pair.primary.until_status("not_synced");
    assert_eq!(pair.secondary.titles(DAY)[0], "since then");
    pair.secondary.ok("make_primary", json!({"force": true}));
    pair.primary.until_reason("incompatible", "superseded");
    pair.primary.ok("become_secondary", json!({}));
    pair.until_synced();
    assert_eq!(pair.primary.titles(DAY)[0], "since then");
}
