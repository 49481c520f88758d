//! What it costs that every transaction is recorded and kept in the journal.

use std::path::Path;
use std::time::{Duration, Instant};

use changeset::Recorder;
use domain::ids::{ItemId, PlaylistId};
use domain::rundown::{ItemKind, StartMode};
use jiff::civil::Date;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use store::tables::{TableError, items, playlists};
use store::{Db, EditPermit, Store};
use uuid::Uuid;

use crate::samples::Samples;
use crate::scratch::Scratch;
use crate::table::{Row, Section, shown};

/// Transactions of each kind that are measured.
const EDITS: usize = 2_000;
/// Before that.
const WARM_UP: usize = 200;
/// Items of a day, as in the other scenarios.
const ITEMS_A_DAY: usize = 250;
/// The goal (DESIGN.md 8).
const CAPTURE_MAX: Duration = Duration::from_micros(60);

pub fn measure(scratch: &Scratch) -> Section {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let (kept, plain) = runtime.block_on(by_turns(
        &scratch.dir("captured"),
        &scratch.dir("not-captured"),
    ));
    let capture = kept.p50().saturating_sub(plain.p50());
    let mut section = Section::new(
        "Journal capture",
        format!(
            "{EDITS} transactions that insert one item, by turns: through the write path, which records the change, keeps its entry in the \
             journal and moves the sum and the position, and the same statements in a transaction of the same database without \
             any of that. Both wait for the disk."
        ),
    );
    section
        .row(Row::of("an edit", &kept))
        .row(Row::of("the same transaction without a journal", &plain))
        .row(Row::one("capture: the difference", shown(capture)).within(CAPTURE_MAX, capture));
    section
}

async fn by_turns(captured: &Path, plain: &Path) -> (Samples, Samples) {
    let store = Store::open(captured).await.expect("a store");
    let epoch = store.head().position.epoch;
    store.set_permit(EditPermit::Allowed { epoch, until: None });
    let other = Store::open(plain).await.expect("a store");
    other.close().await.expect("closed");
    let mut recorder = Recorder::new(
        SqliteConnectOptions::new()
            .filename(plain.join(store::DATABASE_FILE))
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .serialized(true)
            .connect()
            .await
            .expect("a database"),
    )
    .await
    .expect("a connection of its own");
    let (mut with, mut without) = (Samples::default(), Samples::default());
    for n in 0..WARM_UP + EDITS {
        let begun = Instant::now();
        let change = move |db: &Db<'_>| Ok((String::from("Insert 1 item"), insert(db, n)?));
        let written = store.edit::<_, TableError, _>("bench", change).await;
        let took = begun.elapsed();
        assert!(written.expect("an edit").changed);
        let begun = Instant::now();
        tokio::task::block_in_place(|| {
            let lock = tokio::runtime::Handle::current().block_on(recorder.lock());
            let db = lock.expect("locked");
            db.run("BEGIN IMMEDIATE", &[]).expect("begun");
            insert(&db, n).expect("inserted");
            db.run("COMMIT", &[]).expect("committed");
        });
        if n >= WARM_UP {
            without.push(begun.elapsed());
            with.push(took);
        }
    }
    store.close().await.expect("closed");
    (with, without)
}

fn insert(db: &Db<'_>, n: usize) -> Result<(), TableError> {
    let day = jiff::Span::new().days((n / ITEMS_A_DAY) as i64);
    let date: Date = jiff::civil::date(2027, 1, 1) + day;
    playlists::ensure_raw(db, date)?;
    let item = items::NewItem {
        id: ItemId(Uuid::now_v7()),
        kind: ItemKind::Clip,
        title: format!("Promotion of the evening {n:06}"),
        asset_id: None,
        start_mode: StartMode::Follow,
        fixed_start: None,
        in_point: 0,
        duration: 250,
        notes: String::new(),
    };
    items::edit::insert(db, PlaylistId::of_date(date), None, vec![item]).map(drop)
}
