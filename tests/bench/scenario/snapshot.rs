//! The first copy of a million rows, and the check of all of them.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::client::date;
use crate::http::Http;
use crate::samples::{Samples, ratio};
use crate::scratch::Scratch;
use crate::station::{Pair, Station};
use crate::table::{Row, Section, shown};
use crate::tandem::{Tandem, station};

const COPIES: usize = 3;
/// As many in one edit as the API takes.
const AT_ONCE: u64 = 10_000;
const ASSETS: u64 = 100_000;
const ITEMS: u64 = 900_000;

pub fn measure(scratch: &Scratch) -> Section {
    let mut primary = station(scratch, "million-primary");
    eprintln!("  filling a station with {} rows", ASSETS + ITEMS);
    fill(&primary);
    let (mut copies, mut plain, mut verifies) =
        (Samples::default(), Samples::default(), Samples::default());
    let (mut cells, mut bytes) = (0, 0);
    for copy in 0..COPIES {
        let secondary = station(scratch, &format!("million-secondary{copy}"));
        let urls = (primary.url(), secondary.url());
        let begun = Instant::now();
        let pair = Pair { primary, secondary };
        let tandem = Tandem::configure(pair, json!({"mode": "secondary_copy"}), &urls.0, &urls.1);
        copies.push(begun.elapsed());
        let (took, size) = vacuum_and_copy(&tandem.pair.secondary.dir, scratch.root());
        plain.push(took);
        bytes = size;
        let begun = Instant::now();
        let verified = tandem.pair.secondary.ok("verify", json!({}));
        verifies.push(begun.elapsed());
        assert_eq!(verified["ok"], true, "{verified}");
        cells = verified["cells"].as_u64().expect("a count");
        primary = tandem.pair.primary;
    }
    let per_million = verifies.p50().div_f64(cells as f64 / 1e6);
    let mut section = Section::new(
        "Snapshot and verify",
        format!(
            "{ASSETS} assets and {ITEMS} items ({:.1} million cells, {} MB without a journal). {COPIES} times: an empty station is \
             configured as the secondary, until both are Synced (transfer over TLS, applied, sums checked, durable), beside \
             `VACUUM INTO` of the same rows on the same disk, a copy of that file, and fsync. Then a full verify on the secondary.",
            cells as f64 / 1e6,
            bytes / 1_000_000,
        ),
    );
    section
        .row(Row::of("VACUUM INTO, copy, fsync", &plain))
        .row(
            Row::of("snapshot, from configured to Synced", &copies).at_least(
                0.5,
                ratio(plain.p50(), copies.p50()),
                "the speed of VACUUM INTO + copy",
            ),
        )
        .row(Row::of("full verify", &verifies))
        .row(
            Row::one("full verify, a million cells", shown(per_million))
                .within(Duration::from_secs(1), per_million),
        );
    section
}

fn fill(primary: &Station) {
    let mut http = Http::to(primary);
    let mut ids = Vec::new();
    for from in (0..ASSETS).step_by(AT_ONCE as usize) {
        let assets: Vec<Value> = (from..from + AT_ONCE)
            .map(|n| {
                json!({
                    "title": format!("Asset number {n}"), "duration": 250 + n % 1_000, "category": "Promo",
                    "file": {"root": "media", "path": format!("folder {}/file {n}.mov", n % 100)},
                })
            })
            .collect();
        let added = http.ok("add_assets", &json!({"assets": assets}));
        let assets = added["assets"].as_array().expect("assets");
        ids.extend(assets.iter().map(|asset| asset["id"].clone()));
    }
    for from in (0..ITEMS).step_by(AT_ONCE as usize) {
        let items: Vec<Value> = (from..from + AT_ONCE)
            .map(|n| json!({"asset_id": ids[(n % ASSETS) as usize]}))
            .collect();
        let day = date(from / AT_ONCE);
        http.ok(
            "insert_items",
            &json!({"date": day, "after": null, "items": items}),
        );
    }
}

/// What copying the rows takes without Tandem, and the bytes that were copied.
fn vacuum_and_copy(station: &Path, scratch: &Path) -> (Duration, u64) {
    let (vacuumed, copied) = (scratch.join("vacuumed.db"), scratch.join("copied.db"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let begun = Instant::now();
    let bytes = runtime.block_on(async {
        let mut db = open(&station.join(store::DATABASE_FILE)).await;
        sqlx::query("VACUUM INTO ?")
            .bind(vacuumed.to_str().expect("a path"))
            .execute(&mut db)
            .await
            .expect("VACUUM INTO");
        db.close().await.expect("close");
        let bytes = std::fs::copy(&vacuumed, &copied).expect("a copy");
        File::open(&copied)
            .and_then(|file| file.sync_all())
            .expect("fsync");
        bytes
    });
    let took = begun.elapsed();
    for file in [vacuumed, copied] {
        std::fs::remove_file(file).expect("it is there");
    }
    (took, bytes)
}

async fn open(file: &Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(file)
        .connect()
        .await
        .expect("the secondary's database")
}

/// The version of SQLite that is built in.
pub fn sqlite_version() -> String {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut db = SqliteConnectOptions::new()
            .in_memory(true)
            .connect()
            .await
            .expect("a database in memory");
        sqlx::query_scalar("SELECT sqlite_version()")
            .fetch_one(&mut db)
            .await
            .expect("a version")
    })
}
