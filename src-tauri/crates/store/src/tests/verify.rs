use super::fixture::{ROTTEN_ROW, add_items, assert_true, damage, station};
use crate::{Error, Pace};

#[tokio::test]
async fn a_scan_in_the_background_finds_what_a_fast_one_finds() {
    let station = station().await;
    add_items(&station, 1, 0..200).await;
    let head = assert_true(&station).await;
    let slow = station.verify_at(Pace::background()).await.unwrap();
    assert!(slow.ok && slow.head == head);
    assert_eq!(slow.cells, station.verify().await.unwrap().cells);
}

#[tokio::test]
async fn a_row_that_no_edit_changed_is_found() {
    let station = station().await;
    add_items(&station, 1, 0..3).await;
    damage(&station, ROTTEN_ROW).await;
    let found = station.verify_at(Pace::background()).await.unwrap();
    assert!(!found.ok && found.scanned_sum != found.head.sum);
}

#[tokio::test]
async fn a_scan_that_is_ended_says_nothing() {
    let station = station().await;
    add_items(&station, 1, 0..3).await;
    let pace = Pace::background();
    pace.end();
    assert!(matches!(station.verify_at(pace).await, Err(Error::Closed)));
}
