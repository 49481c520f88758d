//! What the queries write is captured whole, and whoever applies it holds and finds the same.

use std::fmt::Write as _;

use changeset::{Changeset, Db, OnConflict, Recorder, Schema};
use domain::asset::{Asset, MediaFile};
use domain::channel::Channel;
use domain::ids::{AssetId, TemplateId};
use domain::rundown::{Item, ItemChange, ItemKind, StartMode};
use domain::template::{Template, TemplateItem};
use jiff::civil::date;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _};

use uuid::Uuid;

use super::assets::AssetQuery;
use super::testing::{new_asset, new_item};
use super::*;

struct Station {
    recorder: Recorder,
    schema: Schema,
}

impl Station {
    async fn new() -> Self {
        let options = SqliteConnectOptions::new()
            .in_memory(true)
            .serialized(true)
            .foreign_keys(true);
        let mut recorder = Recorder::new(options.connect().await.unwrap())
            .await
            .unwrap();
        for tables in [SCHEMA, TEMPLATES] {
            sqlx::raw_sql(tables)
                .execute(recorder.connection())
                .await
                .unwrap();
        }
        let schema =
            Schema::read(&Db::lock(recorder.connection()).await.unwrap(), REPLICATED).unwrap();
        Station { recorder, schema }
    }

    fn connection(&mut self) -> &mut SqliteConnection {
        self.recorder.connection()
    }

    async fn record<T>(
        &mut self,
        edit: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, TableError>,
    ) -> (T, Changeset) {
        let mut db = self.recorder.lock().await.unwrap();
        db.execute("BEGIN IMMEDIATE").unwrap();
        db.record(&self.schema).unwrap();
        drop(db);
        let value = edit(self.recorder.connection()).await.unwrap();
        let mut db = self.recorder.lock().await.unwrap();
        let changeset = db.recorded(1 << 26).unwrap();
        db.execute("COMMIT").unwrap();
        (value, changeset)
    }

    async fn apply(&mut self, changeset: &Changeset) {
        let db = self.recorder.lock().await.unwrap();
        db.execute("BEGIN IMMEDIATE").unwrap();
        let conflicts = db
            .apply(&self.schema, changeset, OnConflict::Abort)
            .unwrap();
        assert!(conflicts.is_empty(), "{conflicts:?}");
        db.execute("COMMIT").unwrap();
    }

    /// Every row of every replicated table, as text, and what a few searches find.
    async fn content(&mut self) -> String {
        let mut all = String::new();
        for table in self.schema.tables() {
            let columns: Vec<_> = table
                .columns
                .iter()
                .map(|column| format!("quote({column})"))
                .collect();
            let sql = format!(
                "SELECT {} AS row FROM {} ORDER BY 1",
                columns.join(" || ',' || "),
                table.name
            );
            for row in sqlx::query(AssertSqlSafe(sql))
                .fetch_all(self.recorder.connection())
                .await
                .unwrap()
            {
                writeln!(all, "{} {}", table.name, row.get::<String, _>(0)).unwrap();
            }
        }
        for search in ["news", "promo", "a", "2"] {
            let query = AssetQuery {
                search: search.into(),
                limit: 1_000,
                ..AssetQuery::default()
            };
            let page = assets::list(self.recorder.connection(), &query)
                .await
                .unwrap();
            let found: Vec<AssetId> = page.assets.iter().map(|asset| asset.id).collect();
            writeln!(all, "{search} {} {found:?}", page.total).unwrap();
        }
        all
    }
}

fn clip(title: &str, path: &str) -> Asset {
    Asset {
        file: Some(MediaFile {
            root: "main".into(),
            path: path.into(),
        }),
        ..new_asset(title, 250)
    }
}

/// A day's work in the order in which it was done, one changeset for each edit.
async fn work(station: &mut Station) -> Vec<Changeset> {
    let mut log = Vec::new();
    let library = vec![
        clip("News", "news/a.mp4"),
        clip("Promo 2", "promo/b.mov"),
        clip("Anthem", "a.mxf"),
    ];
    let ids: Vec<AssetId> = library.iter().map(|asset| asset.id).collect();
    log.push(
        station
            .record(async |conn| assets::add(conn, library.clone()).await)
            .await
            .1,
    );
    let new: Vec<_> = ids
        .iter()
        .cycle()
        .take(30)
        .map(|id| items::NewItem {
            asset_id: Some(*id),
            ..new_item("Line", 250)
        })
        .collect();
    let (lines, changeset) = station
        .record(async |conn| {
            let playlist = playlists::ensure(&mut *conn, date(2026, 11, 22)).await?;
            items::insert(conn, playlist.id, None, new).await
        })
        .await;
    log.push(changeset);
    let named = |lines: &[Item]| lines.iter().map(|item| item.id).collect::<Vec<_>>();
    let some = named(&lines[3..9]);
    let at = Some(Some("20:15:00:00".parse().unwrap()));
    let change = ItemChange {
        title: Some("Changed".into()),
        fixed_start: at,
        ..ItemChange::default()
    };
    log.push(
        station
            .record(async |conn| items::update(conn, &some, &change).await)
            .await
            .1,
    );
    log.push(
        station
            .record(async |conn| items::move_to(conn, &some, None, Some(lines[20].id)).await)
            .await
            .1,
    );
    log.push(
        station
            .record(async |conn| {
                let other = playlists::ensure(&mut *conn, date(2026, 11, 23)).await?;
                items::move_to(conn, &named(&lines[10..15]), Some(other.id), None).await
            })
            .await
            .1,
    );
    log.push(
        station
            .record(async |conn| items::delete(conn, &named(&lines[25..28])).await)
            .await
            .1,
    );
    log.extend(templates_work(station, &ids).await);
    let renamed = Asset {
        title: "Late News".into(),
        file: None,
        ..library[0].clone()
    };
    log.push(
        station
            .record(async |conn| assets::update(conn, renamed).await)
            .await
            .1,
    );
    log.push(
        station
            .record(async |conn| assets::delete(conn, &ids[1..2]).await)
            .await
            .1,
    );
    let channel = Channel {
        name: "One".into(),
        frame_rate: "30000/1001".parse().unwrap(),
        drop_frame: true,
        time_zone: "America/New_York".into(),
        day_start: "06:00:00;00".parse().unwrap(),
    };
    log.push(
        station
            .record(async |conn| channel::update(conn, &channel).await)
            .await
            .1,
    );
    log
}

/// A template is made of these assets, renamed, and another one deleted.
async fn templates_work(station: &mut Station, assets: &[AssetId]) -> Vec<Changeset> {
    let template = |name: &str| Template {
        id: TemplateId(Uuid::now_v7()),
        name: name.into(),
        starts_at: "20:15:00:00".parse().unwrap(),
    };
    let items: Vec<_> = assets
        .iter()
        .map(|id| TemplateItem {
            kind: ItemKind::Clip,
            title: "Of a template".into(),
            asset_id: Some(*id),
            start_mode: StartMode::Fixed,
            start_offset: Some(500),
            in_point: 5,
            duration: 250,
            notes: String::new(),
        })
        .collect();
    let (kept, gone) = (template("Evening"), template("Night"));
    let mut log = Vec::new();
    for new in [&kept, &gone] {
        let add = station.record(async |conn| templates::add(conn, new.clone(), &items).await);
        log.push(add.await.1);
    }
    let rename = station.record(async |conn| templates::rename(conn, kept.id, "Late".into()).await);
    log.push(rename.await.1);
    let delete = station.record(async |conn| templates::delete(conn, gone.id).await);
    log.push(delete.await.1);
    log
}

#[tokio::test]
async fn a_replica_that_applies_every_changeset_holds_and_finds_the_same() {
    let (mut primary, mut replica) = (Station::new().await, Station::new().await);
    for changeset in work(&mut primary).await {
        assert!(!changeset.is_empty());
        replica.apply(&changeset).await;
    }
    assert_eq!(replica.content().await, primary.content().await);
}

#[tokio::test]
async fn inverses_take_everything_back() {
    let mut station = Station::new().await;
    let empty = station.content().await;
    let log = work(&mut station).await;
    assert_ne!(station.content().await, empty);
    for changeset in log.iter().rev() {
        station.apply(&changeset.invert().unwrap()).await;
    }
    assert_eq!(station.content().await, empty);
    let row = sqlx::query("SELECT count(*) FROM asset_number")
        .fetch_one(station.connection())
        .await
        .unwrap();
    assert_eq!(row.get::<i64, _>(0), 0);
}
