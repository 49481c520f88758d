//! The log that is laid out before it is used.

use std::fs;

use super::fixture::{add_items, assert_true, edit, open, put_item, station};
use crate::{DATABASE_FILE, wal};

#[tokio::test]
async fn edits_do_not_make_a_log_longer_that_was_laid_out_and_are_found_in_it() {
    let station = station().await;
    let database = station.dir.path().join(DATABASE_FILE);
    let log = wal::file(&database);
    let length = || fs::metadata(&log).unwrap().len();
    add_items(&station, 1, 0..3).await;
    let short = length();
    station.store.lay_out_log().await.unwrap();
    let laid_out = length();
    assert!(short < laid_out);
    for n in 0..60 {
        edit(&station, &[put_item(n % 50, 1, &format!("edit {n}"))])
            .await
            .unwrap();
    }
    assert_eq!(length(), laid_out);
    // As after a crash: what is in the files is all that there is.
    let dir = tempfile::TempDir::new().unwrap();
    for file in [&database, &log] {
        fs::copy(file, dir.path().join(file.file_name().unwrap())).unwrap();
    }
    let again = open(dir.path()).await;
    assert!(!again.was_clean());
    assert_eq!(assert_true(&again).await, assert_true(&station).await);
}

#[tokio::test]
async fn a_log_of_nothing_but_zeros_is_an_empty_one() {
    let station = station().await;
    add_items(&station, 1, 0..3).await;
    let head = station.store.head();
    station.store.close().await.unwrap();
    let log = wal::file(&station.dir.path().join(DATABASE_FILE));
    fs::write(&log, vec![0; 1 << 20]).unwrap();
    let again = open(station.dir.path()).await;
    assert_eq!(again.head(), head);
    add_items(&again, 2, 3..6).await;
    assert_true(&again).await;
}
