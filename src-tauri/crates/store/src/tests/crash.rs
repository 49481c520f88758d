//! kill -9, and a disk that is full. The process that dies is this test binary once more, running one ignored test.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::fixture::{add_items, assert_true, edit, open, put_item, station};
use super::replicate::copy_snapshot;
use crate::{Entry, Error, Store};

const DIR: &str = "TANDEM_CRASH_DIR";

/// Runs an ignored test of this binary on `dir`; its standard output says how far it is.
fn spawn(test: &str, dir: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            &format!("tests::crash::{test}"),
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until the child has acknowledged `count` times, kills it, and returns the last number that it acknowledged.
fn kill_after(mut child: Child, count: usize) -> u64 {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut last = 0;
    for _ in 0..count {
        last = loop {
            let line = lines.next().expect("the child ended by itself").unwrap();
            if let Some(seq) = line.strip_prefix("durable ") {
                break seq.parse().unwrap();
            }
        };
    }
    child.kill().unwrap();
    // What it acknowledged between the last line that was read and its death counts as well.
    for line in lines.map_while(Result::ok) {
        if let Some(seq) = line
            .strip_prefix("durable ")
            .and_then(|seq| seq.parse().ok())
        {
            last = seq;
        }
    }
    child.wait().unwrap();
    last
}

fn crash_dir() -> Option<PathBuf> {
    std::env::var_os(DIR).map(PathBuf::from)
}

#[tokio::test]
#[ignore = "runs as the process that is killed"]
async fn child_that_edits() {
    let Some(dir) = crash_dir() else { return };
    let store = open(&dir).await;
    store.lay_out_log().await.unwrap();
    add_items(&store, 1, 0..1).await;
    for n in 0_u64.. {
        let written = edit(&store, &[put_item((n % 50) as u8, 1, &format!("edit {n}"))])
            .await
            .unwrap();
        println!("durable {}", written.seq);
    }
}

#[tokio::test]
async fn every_acknowledged_edit_survives_kill_9_and_journal_and_data_are_in_step() {
    let dir = tempfile::TempDir::new().unwrap();
    let mut least = 0;
    for count in [1, 4, 9, 30] {
        let acknowledged = kill_after(spawn("child_that_edits", dir.path()), count);
        assert!(acknowledged > least);
        let store = open(dir.path()).await;
        assert!(!store.was_clean());
        let head = assert_true(&store).await;
        assert!(
            head.position.seq >= acknowledged,
            "{} was acknowledged, {} is there",
            acknowledged,
            head.position.seq
        );
        let entries = store.entries_after(0, usize::MAX, u64::MAX).await.unwrap();
        assert_eq!(
            entries.last().map(|entry| (entry.seq, entry.sum)),
            Some((head.position.seq, head.sum))
        );
        least = head.position.seq;
        store.close().await.unwrap();
    }
}

#[tokio::test]
#[ignore = "runs as the process that is killed"]
async fn child_that_applies() {
    let Some(dir) = crash_dir() else { return };
    let store = open(&dir).await;
    let entries = std::fs::read_dir(dir.join("entries")).unwrap().count() as u64;
    while store.head().position.seq < entries {
        let after = store.head().position.seq;
        let batch = (after + 1..=entries.min(after + 3)).map(|seq| {
            Entry::decode(&std::fs::read(dir.join("entries").join(seq.to_string())).unwrap())
                .unwrap()
        });
        let head = store.apply(Vec::new(), batch.collect()).await.unwrap();
        println!("durable {}", head.position.seq);
    }
}

#[tokio::test]
async fn a_replica_killed_while_it_applies_goes_on_where_it_was_and_ends_up_equal() {
    let (primary, replica) = (station().await, station().await);
    copy_snapshot(&primary, &replica).await;
    add_items(&primary, 1, 0..1).await;
    for n in 0..120_u8 {
        edit(&primary, &[put_item(n % 50, 1, &format!("edit {n}"))])
            .await
            .unwrap();
    }
    let entries = primary
        .entries_after(0, usize::MAX, u64::MAX)
        .await
        .unwrap();
    let folder = replica.dir.path().join("entries");
    std::fs::create_dir(&folder).unwrap();
    for entry in &entries {
        std::fs::write(folder.join(entry.seq.to_string()), entry.encode()).unwrap();
    }
    replica.close().await.unwrap();
    for count in [1, 5, 12] {
        let acknowledged = kill_after(spawn("child_that_applies", replica.dir.path()), count);
        let store = open(replica.dir.path()).await;
        let head = assert_true(&store).await;
        assert!(head.position.seq >= acknowledged);
        store.close().await.unwrap();
    }
    let store = open(replica.dir.path()).await;
    let after = store.head().position.seq;
    store
        .apply(Vec::new(), entries[after as usize..].to_vec())
        .await
        .unwrap();
    assert_eq!(assert_true(&store).await, primary.head());
}

/// Lets the database grow by so many pages and no further, as a disk does that is nearly full.
async fn leave_pages(store: &Store, pages: i64) {
    let mut writer = store.writer().await.unwrap();
    let db = writer.recorder.lock().await.unwrap();
    let used = crate::migrate::pragma(&db, "page_count").unwrap();
    db.execute(&format!("PRAGMA max_page_count = {}", used + pages))
        .unwrap();
}

#[tokio::test]
async fn a_full_disk_refuses_the_edit_and_changes_nothing() {
    let station = station().await;
    add_items(&station, 1, 0..5).await;
    leave_pages(&station, 4).await;
    let long = "x".repeat(3_000);
    let mut full = None;
    for n in 0..20 {
        let before = station.head();
        if let Err(error) = edit(&station, &[put_item(n, 1, &long)]).await {
            assert_eq!(station.head(), before);
            full = Some(error);
            break;
        }
    }
    assert!(matches!(full, Some(Error::NoSpace { .. })), "{full:?}");
    assert_true(&station).await;
    assert!(matches!(
        station.put_local("key", &long.repeat(9)).await,
        Err(Error::NoSpace { .. })
    ));
    assert_eq!(station.local::<String>("key").await.unwrap(), None);
    leave_pages(&station, 1_000).await;
    edit(&station, &[put_item(90, 1, &long)]).await.unwrap();
    assert_true(&station).await;
}

#[tokio::test]
async fn a_full_disk_refuses_entries_and_snapshots_whole() {
    let (primary, replica) = (station().await, station().await);
    copy_snapshot(&primary, &replica).await;
    let long = "x".repeat(3_000);
    add_items(&primary, 1, 0..1).await;
    for n in 0..20 {
        edit(&primary, &[put_item(n, 1, &long)]).await.unwrap();
    }
    leave_pages(&replica, 4).await;
    let before = replica.head();
    let entries = primary
        .entries_after(0, usize::MAX, u64::MAX)
        .await
        .unwrap();
    let refused = replica.apply(Vec::new(), entries.clone()).await;
    assert!(
        matches!(
            refused,
            Err(crate::ApplyError::Store(Error::NoSpace { .. }))
        ),
        "{refused:?}"
    );
    assert_eq!(assert_true(&replica).await, before);
    leave_pages(&replica, 1_000).await;
    replica.apply(Vec::new(), entries).await.unwrap();
    assert_eq!(assert_true(&replica).await, primary.head());
}

#[tokio::test]
async fn a_write_that_takes_long_can_be_seen_from_outside() {
    let station = station().await;
    assert_eq!(station.writer_busy_for(), None);
    let edit = station
        .begin(crate::EditMeta::new("ada", "Slow"))
        .await
        .unwrap();
    assert!(station.writer_busy_for().is_some());
    edit.rollback().await.unwrap();
    assert_eq!(station.writer_busy_for(), None);
}
