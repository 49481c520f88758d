//! What the store costs, beside the same work without it, on the same disk in the same run:
//! `cargo bench -p tandem-store` (set `TANDEM_BENCH_DIR` to measure another disk than that of the temporary directory).

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use store::{EditMeta, EditPermit, Error, Install, Store};

const EDITS: usize = 2_000;
const BACKLOG: usize = 20_000;
const ASSETS: usize = 100_000;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result {
    let parent =
        std::env::var_os("TANDEM_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = tempfile::TempDir::new_in(parent)?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(run(dir.path()))
}

async fn run(dir: &Path) -> Result {
    let primary = open(&dir.join("primary")).await?;
    add_items(&primary).await?;
    let probe = fdatasync(&dir.join("probe"))?;
    let mut alone = plain_database(&dir.join("plain.db")).await?;
    let start = cpu();
    let plain = plain_edits(&mut alone).await?;
    let between = cpu();
    let edits = store_edits(&primary, EDITS).await?;
    let end = cpu();
    report("fdatasync of 4 KiB", &probe);
    report("an UPDATE alone, committed", &plain);
    report("the same as an edit", &edits);
    let wall = p(&edits, 50).saturating_sub(p(&plain, 50));
    // CPU time is that of all threads; unlike the clock on the wall it does not count what else the machine does.
    let (plain, edits) = (
        (between - start) / EDITS as u32,
        (end - between) / EDITS as u32,
    );
    println!("CPU time: {plain:?} an UPDATE alone, {edits:?} an edit");
    println!(
        "journal capture: {wall:?} on the wall (p50), {:?} of CPU time",
        edits.saturating_sub(plain)
    );
    backlog(dir, &primary).await?;
    add_assets(&primary).await?;
    verify(&primary).await?;
    snapshot(dir, &primary).await
}

async fn open(dir: &Path) -> Result<Store> {
    let store = Store::open(dir).await?;
    store.set_permit(EditPermit::Allowed {
        epoch: store.head().position.epoch,
        until: None,
    });
    Ok(store)
}

fn cpu() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}

fn p(times: &[Duration], percent: usize) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted
        .get(sorted.len() * percent / 100)
        .copied()
        .unwrap_or_default()
}

fn report(what: &str, times: &[Duration]) {
    println!("{what}: p50 {:?}, p99 {:?}", p(times, 50), p(times, 99));
}

fn fdatasync(path: &Path) -> Result<Vec<Duration>> {
    let mut file = File::create(path)?;
    let mut times = Vec::new();
    for _ in 0..EDITS {
        let start = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(start.elapsed());
    }
    Ok(times)
}

const UPDATE: &str = "UPDATE item SET duration = duration + 1 WHERE id = ?";

async fn plain_database(path: &Path) -> Result<SqliteConnection> {
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await?;
    sqlx::query("CREATE TABLE item (id BLOB PRIMARY KEY NOT NULL, duration INTEGER NOT NULL, notes TEXT) STRICT")
        .execute(&mut connection)
        .await?;
    for n in 0..1_000_u128 {
        let insert = sqlx::query("INSERT INTO item VALUES (?, 0, 'some notes')").bind(id(n));
        insert.execute(&mut connection).await?;
    }
    Ok(connection)
}

async fn plain_edits(connection: &mut SqliteConnection) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    for n in 0..EDITS {
        let start = Instant::now();
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(UPDATE)
            .bind(id((n % 1_000) as u128))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        times.push(start.elapsed());
    }
    Ok(times)
}

fn id(n: u128) -> Vec<u8> {
    n.to_be_bytes().to_vec()
}

async fn update(conn: &mut SqliteConnection, n: usize) -> std::result::Result<(), Error> {
    sqlx::query(UPDATE)
        .bind(id((n % 1_000) as u128))
        .execute(conn)
        .await?;
    Ok(())
}

async fn store_edits(store: &Store, count: usize) -> Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(count);
    for n in 0..count {
        let start = Instant::now();
        store
            .write(EditMeta::new("bench", "Trim"), async |conn| {
                update(conn, n).await
            })
            .await?;
        times.push(start.elapsed());
    }
    Ok(times)
}

async fn add_items(store: &Store) -> Result {
    store
        .write(EditMeta::new("bench", "Fill"), async |conn| {
            sqlx::query("INSERT INTO playlist VALUES (zeroblob(16), '2026-11-22')").execute(&mut *conn).await?;
            for n in 0..1_000_u128 {
                sqlx::query(
                    "INSERT INTO item (id, playlist_id, rank, kind, title, start_mode, in_point, duration, notes) \
                     VALUES (?, zeroblob(16), 'm', 'clip', 'A title of usual length', 'follow', 0, 250, '')",
                )
                .bind(id(n))
                .execute(&mut *conn)
                .await?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    Ok(())
}

async fn copy(from: &Store, to: &Store) -> Result<usize> {
    let mut export = from.export_snapshot().await?;
    let mut import = to.import_snapshot(export.header().clone()).await?;
    let mut bytes = 0;
    while let Some(chunk) = export.next().await {
        let chunk = chunk?;
        bytes += chunk.len();
        import.push(chunk).await?;
    }
    import.install(Install::default()).await?;
    Ok(bytes)
}

async fn backlog(dir: &Path, primary: &Store) -> Result {
    let replica = open(&dir.join("replica")).await?;
    copy(primary, &replica).await?;
    let start = Instant::now();
    store_edits(primary, BACKLOG).await?;
    let made = start.elapsed();
    let start = Instant::now();
    while replica.head().position.seq < primary.head().position.seq {
        let entries = primary
            .entries_after(replica.head().position.seq, 4_000, 16 << 20)
            .await?;
        replica.apply(Vec::new(), entries).await?;
    }
    let applied = start.elapsed();
    let ratio = made.as_secs_f64() / applied.as_secs_f64();
    println!(
        "backlog of {BACKLOG}: made in {made:?}, applied in {applied:?} ({ratio:.1} times as fast)"
    );
    let entry = primary.head().position.seq;
    store_edits(primary, 500).await?;
    let mut single = Vec::new();
    for entry in primary.entries_after(entry, 500, u64::MAX).await? {
        let start = Instant::now();
        replica.apply(Vec::new(), vec![entry]).await?;
        single.push(start.elapsed());
    }
    report("one entry applied", &single);
    Ok(())
}

async fn add_assets(store: &Store) -> Result {
    let start = Instant::now();
    for batch in 0..ASSETS / 1_000 {
        store
            .write(EditMeta::new("bench", "Add assets"), async |conn| {
                for n in 0..1_000 {
                    let n = batch * 1_000 + n;
                    sqlx::query(
                        "INSERT INTO asset (id, kind, title, file_root, file_path, duration, category, notes, created_at) \
                         VALUES (?, 'clip', ?, 'media', ?, 250, 'Promo', '', '2026-11-22T20:00:00Z')",
                    )
                    .bind(id(n as u128))
                    .bind(format!("Asset number {n}"))
                    .bind(format!("folder/file {n}.mov"))
                    .execute(&mut *conn)
                    .await?;
                }
                Ok::<_, Error>(())
            })
            .await?;
    }
    println!(
        "{ASSETS} assets added, a thousand an edit: {:?}",
        start.elapsed()
    );
    Ok(())
}

async fn verify(store: &Store) -> Result {
    let verified = store.verify().await?;
    let per_million = verified.took.as_secs_f64() * 1e6 / verified.cells as f64;
    println!(
        "full verify: {} cells in {:?} ({per_million:.3} s a million)",
        verified.cells, verified.took
    );
    Ok(())
}

async fn snapshot(dir: &Path, store: &Store) -> Result {
    let start = Instant::now();
    let backup = store.create_backup("bench").await?;
    let vacuum = start.elapsed();
    let target = open(&dir.join("target")).await?;
    let start = Instant::now();
    let bytes = copy(store, &target).await?;
    let copied = start.elapsed();
    println!(
        "VACUUM INTO: {} bytes in {vacuum:?}; snapshot: {bytes} bytes in {copied:?}",
        backup.size_bytes
    );
    Ok(())
}
