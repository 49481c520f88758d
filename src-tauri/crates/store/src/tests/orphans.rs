//! Orphans on the product's own tables: what they say of themselves, how they come back, and how they travel.

use std::path::Path;

use domain::ids::{AssetId, PlaylistId};
use tempfile::TempDir;
use uuid::Uuid;

use super::fixture::{allow, assert_true};
use crate::{
    Affected, DescribedOrphan, EditMeta, Error, ImportError, Imported, Obstacle, Op, OrphanSource,
    Store, Thing, Value,
};

const DAY: &str = "2026-11-22";
const TOMORROW: &str = "2026-11-23";

struct Desk {
    store: Store,
    dir: TempDir,
}

impl Desk {
    async fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        allow(&store);
        Desk { store, dir }
    }

    async fn edit(&self, user: &str, label: &str, steps: &[Step<'_>]) {
        let steps: Vec<String> = steps.iter().map(Step::sql).collect();
        let written = self
            .store
            .write(EditMeta::new(user, label), async move |conn| {
                for step in steps {
                    sqlx::raw_sql(sqlx::AssertSqlSafe(step))
                        .execute(&mut *conn)
                        .await?;
                }
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        assert!(written.changed, "{label}");
    }

    /// Cuts off what comes after `seq`, and goes on in a new epoch.
    async fn cut(&self, seq: u64) {
        let number = self.store.head().position.epoch.number + 1;
        self.store.rewind(seq, "superseded").await.unwrap();
        self.store.open_epoch(number, Vec::new()).await.unwrap();
        allow(&self.store);
    }

    async fn kept(&self) -> Vec<DescribedOrphan> {
        self.store.orphans(100).await.unwrap().1
    }

    async fn again(
        &self,
        at: usize,
        partial: bool,
    ) -> Result<crate::Written<crate::Reapplied>, Error> {
        let id = self.kept().await[at].orphan.id;
        let again = self
            .store
            .reapply_orphan("bob", OrphanSource::Here(id), partial);
        let result = again.await;
        assert_true(&self.store).await;
        result
    }

    async fn titles(&self, date: &str) -> Vec<String> {
        let mut reader = self.store.read().await.unwrap();
        let id = PlaylistId::of_date(date.parse().unwrap());
        sqlx::query_scalar("SELECT title FROM item WHERE playlist_id = ? ORDER BY rank, id")
            .bind(id.as_bytes().to_vec())
            .fetch_all(&mut *reader)
            .await
            .unwrap()
    }
}

enum Step<'a> {
    Day(&'a str),
    Item(u8, &'a str, &'a str),
    Clip(u8, &'a str, u8),
    Title(u8, &'a str),
    Duration(u8, i64),
    Move(u8, &'a str),
    Drop(u8),
    Asset(u8, &'a str),
    DropAsset(u8),
    Zone(&'a str),
}

fn hex(n: u8) -> String {
    format!("x'{}'", format!("{n:02x}").repeat(16))
}

fn day(date: &str) -> String {
    format!(
        "x'{}'",
        PlaylistId::of_date(date.parse().unwrap()).0.simple()
    )
}

impl Step<'_> {
    fn sql(&self) -> String {
        match self {
            Step::Day(date) => format!("INSERT INTO playlist VALUES ({}, '{date}')", day(date)),
            Step::Item(n, date, title) => format!(
                "INSERT INTO item VALUES ({}, {}, 'm', 'note', '{title}', NULL, 'follow', NULL, 0, 0, '')",
                hex(*n),
                day(date)
            ),
            Step::Clip(n, date, asset) => format!(
                "INSERT INTO item VALUES ({}, {}, 'm', 'clip', 'clip {n}', {}, 'follow', NULL, 0, 250, '')",
                hex(*n),
                day(date),
                hex(*asset)
            ),
            Step::Title(n, title) => {
                format!("UPDATE item SET title = '{title}' WHERE id = {}", hex(*n))
            }
            Step::Duration(n, frames) => {
                format!("UPDATE item SET duration = {frames} WHERE id = {}", hex(*n))
            }
            Step::Move(n, rank) => {
                format!("UPDATE item SET rank = '{rank}' WHERE id = {}", hex(*n))
            }
            Step::Drop(n) => format!("DELETE FROM item WHERE id = {}", hex(*n)),
            Step::Asset(n, title) => format!(
                "INSERT INTO asset (id, kind, title, duration, category, notes, created_at) \
                 VALUES ({}, 'clip', '{title}', 250, '', '', '2026-11-22T12:00:00Z')",
                hex(*n)
            ),
            Step::DropAsset(n) => format!("DELETE FROM asset WHERE id = {}", hex(*n)),
            Step::Zone(zone) => format!("UPDATE channel SET time_zone = '{zone}'"),
        }
    }
}

/// A day with items 1 to 3 and asset 9, all shared.
async fn shared() -> Desk {
    let desk = Desk::new().await;
    let mut steps = vec![Step::Day(DAY), Step::Asset(9, "Jingle")];
    for (n, title) in [(1, "one"), (2, "two"), (3, "three")] {
        steps.push(Step::Item(n, DAY, title));
    }
    desk.edit("ada", "Set up", &steps).await;
    desk
}

fn conflict(result: Result<crate::Written<crate::Reapplied>, Error>) -> crate::OrphanConflict {
    match result {
        Err(Error::Orphan(conflict)) => *conflict,
        other => panic!("no conflict: {other:?}"),
    }
}

/// A row in short: what, what happened, its title, its day, the columns.
type Short<'a> = (Thing, Op, Option<&'a str>, Option<&'a str>, Vec<&'a str>);

fn names(affected: &Affected) -> Vec<Short<'_>> {
    affected
        .rows
        .iter()
        .map(|row| {
            let columns = row.columns.iter().map(String::as_str).collect();
            let (title, date) = (row.title.as_deref(), row.date.as_deref());
            (row.thing, row.op, title, date, columns)
        })
        .collect()
}

#[tokio::test]
async fn an_orphan_says_which_items_assets_days_and_settings_it_is_about() {
    let desk = shared().await;
    desk.edit(
        "ada",
        "Insert 1 item",
        &[Step::Day(TOMORROW), Step::Item(7, TOMORROW, "new")],
    )
    .await;
    desk.edit(
        "ada",
        "Change 2 items",
        &[Step::Duration(7, 50), Step::Title(2, "zwei")],
    )
    .await;
    desk.edit(
        "eve",
        "Settings",
        &[Step::Zone("Europe/Paris"), Step::Drop(3)],
    )
    .await;
    desk.cut(1).await;
    let kept = desk.kept().await;
    assert_eq!(
        names(&kept[0].affected),
        [
            (Thing::Playlist, Op::Insert, None, Some(TOMORROW), vec![]),
            (Thing::Item, Op::Insert, Some("new"), Some(TOMORROW), vec![]),
        ]
    );
    // Item 7 is not in the data any more: its name is known from the orphan before.
    let mut second = names(&kept[1].affected);
    second.sort_by_key(|row| row.2);
    assert_eq!(
        second,
        [
            (
                Thing::Item,
                Op::Update,
                Some("new"),
                Some(TOMORROW),
                vec!["duration"]
            ),
            (
                Thing::Item,
                Op::Update,
                Some("two"),
                Some(DAY),
                vec!["title"]
            ),
        ]
    );
    assert_eq!(kept[2].orphan.user, "eve");
    assert_eq!(
        names(&kept[2].affected),
        [
            (Thing::Settings, Op::Update, None, None, vec!["time_zone"]),
            (Thing::Item, Op::Delete, Some("three"), Some(DAY), vec![]),
        ]
    );
}

#[tokio::test]
async fn a_conflict_names_the_row_the_field_what_was_found_what_is_there_and_who_changed_it() {
    let desk = shared().await;
    desk.edit(
        "ada",
        "Rename",
        &[Step::Title(2, "from ada"), Step::Title(1, "eins")],
    )
    .await;
    desk.cut(1).await;
    desk.edit("eve", "Rename too", &[Step::Title(2, "from eve")])
        .await;
    let before = desk.store.head();
    let conflict = conflict(desk.again(0, false).await);
    assert_eq!(desk.store.head(), before, "nothing was changed");
    assert_eq!((conflict.changes, conflict.in_the_way), (2, 1));
    let [row] = &conflict.rows[..] else {
        panic!("{conflict:?}")
    };
    assert_eq!(
        (row.row.title.as_deref(), row.row.date.as_deref()),
        (Some("two"), Some(DAY))
    );
    assert_eq!(row.why, Obstacle::Changed);
    let text = |text: &str| Some(Value::Text(text.as_bytes().to_vec()));
    let [field] = &row.fields[..] else {
        panic!("{row:?}")
    };
    assert_eq!(field.column, "title");
    assert_eq!(
        (field.found.clone(), field.wanted.clone(), field.now.clone()),
        (text("two"), text("from ada"), text("from eve"))
    );
    let by = row.by.as_ref().unwrap();
    assert_eq!(
        (by.user.as_str(), by.label.as_str(), by.seq),
        ("eve", "Rename too", 2)
    );

    // Without that row the rest fits, as one entry that can be undone.
    let written = desk.again(0, true).await.unwrap();
    assert_eq!(
        (written.value.again.left_out, written.value.left_out.len()),
        (1, 1)
    );
    assert_eq!(desk.titles(DAY).await, ["eins", "from eve", "three"]);
    let label = desk.store.history(None, 1).await.unwrap().remove(0).label;
    assert_eq!(label, "Re-apply: Rename (in part)");
    desk.store.undo("bob", None).await.unwrap();
    assert_eq!(desk.titles(DAY).await, ["one", "from eve", "three"]);
}

#[tokio::test]
async fn a_row_that_is_gone_or_was_made_otherwise_is_in_the_way_and_nothing_fits_of_it() {
    let desk = shared().await;
    desk.edit("ada", "Rename", &[Step::Title(2, "zwei")]).await;
    desk.edit("ada", "Insert", &[Step::Item(7, DAY, "from ada")])
        .await;
    desk.cut(1).await;
    desk.edit(
        "eve",
        "Other",
        &[Step::Drop(2), Step::Item(7, DAY, "from eve")],
    )
    .await;
    let gone = conflict(desk.again(0, false).await);
    assert_eq!(gone.rows[0].why, Obstacle::Gone);
    assert_eq!(gone.rows[0].by.as_ref().unwrap().user, "eve");
    let exists = conflict(desk.again(1, false).await);
    assert_eq!(exists.rows[0].why, Obstacle::Exists);
    assert_eq!(
        exists.rows[0].fields.len(),
        1,
        "only the title differs: {exists:?}"
    );
    let before = desk.store.head();
    assert_eq!(conflict(desk.again(0, true).await).in_the_way, 1);
    assert_eq!(desk.store.head(), before);
}

#[tokio::test]
async fn what_is_already_so_stands_in_nobodys_way() {
    let desk = shared().await;
    // Both sides made tomorrow's playlist, removed item 3, and renamed item 2 alike.
    let both = [Step::Day(TOMORROW), Step::Drop(3), Step::Title(2, "zwei")];
    desk.edit(
        "ada",
        "Insert",
        &[
            Step::Day(TOMORROW),
            Step::Drop(3),
            Step::Title(2, "zwei"),
            Step::Item(7, TOMORROW, "from ada"),
        ],
    )
    .await;
    desk.edit("ada", "Rename back", &[Step::Title(2, "two")])
        .await;
    desk.cut(1).await;
    desk.edit("eve", "Insert", &both).await;
    let written = desk.again(0, false).await.unwrap();
    assert!(written.changed);
    assert_eq!(desk.titles(TOMORROW).await, ["from ada"]);
    assert!(desk.again(1, false).await.unwrap().changed);

    // Where all of it is so, there is no entry, and the orphan is dealt with all the same.
    desk.edit("eve", "More", &[Step::Zone("Asia/Tokyo")]).await;
    let seq = desk.store.head().position.seq;
    desk.cut(seq - 1).await;
    desk.edit("eve", "More too", &[Step::Zone("Asia/Tokyo")])
        .await;
    let head = desk.store.head();
    let written = desk.again(0, false).await.unwrap();
    assert!(!written.changed);
    assert_eq!(written.value.again.seq, None);
    assert_eq!(desk.store.head(), head);
    assert_eq!(desk.store.open_orphans().await.unwrap(), 0);
}

#[tokio::test]
async fn an_item_of_a_day_that_has_no_playlist_now_makes_it_and_keeps_its_place() {
    let desk = shared().await;
    desk.edit(
        "ada",
        "Insert",
        &[Step::Day(TOMORROW), Step::Item(7, TOMORROW, "first")],
    )
    .await;
    desk.edit(
        "ada",
        "Insert more",
        &[
            Step::Item(8, TOMORROW, "second"),
            Step::Item(6, DAY, "between"),
        ],
    )
    .await;
    desk.edit("ada", "Move", &[Step::Move(6, "b")]).await;
    desk.cut(1).await;
    // The neighbours moved meanwhile; the item goes where its rank says.
    desk.edit("eve", "Move", &[Step::Move(3, "a"), Step::Move(1, "z")])
        .await;
    assert!(desk.again(1, false).await.unwrap().changed);
    assert_eq!(desk.titles(TOMORROW).await, ["second"]);
    assert!(desk.again(2, false).await.unwrap().changed);
    assert_eq!(desk.titles(DAY).await, ["three", "between", "two", "one"]);
    assert!(desk.again(0, false).await.unwrap().changed);
    assert_eq!(desk.titles(TOMORROW).await, ["first", "second"]);
}

#[tokio::test]
async fn what_refers_to_something_that_is_gone_is_left_out_and_so_is_the_removal_of_what_is_in_use()
{
    let desk = shared().await;
    desk.edit(
        "ada",
        "Insert",
        &[Step::Clip(7, DAY, 9), Step::Title(1, "eins")],
    )
    .await;
    desk.cut(1).await;
    desk.edit("eve", "Tidy up", &[Step::DropAsset(9)]).await;
    let missing = conflict(desk.again(0, false).await);
    assert_eq!(missing.in_the_way, 1);
    assert!(
        matches!(missing.rows[0].why, Obstacle::Missing(Thing::Asset, _)),
        "{missing:?}"
    );
    let written = desk.again(0, true).await.unwrap();
    assert_eq!(written.value.again.left_out, 1);
    assert_eq!(desk.titles(DAY).await, ["eins", "two", "three"]);

    let desk = shared().await;
    desk.edit(
        "ada",
        "Tidy up",
        &[Step::DropAsset(9), Step::Title(1, "eins")],
    )
    .await;
    desk.cut(1).await;
    desk.edit("eve", "Insert", &[Step::Clip(7, DAY, 9)]).await;
    let in_use = conflict(desk.again(0, false).await);
    assert_eq!(in_use.rows[0].why, Obstacle::InUse(Some("clip 7".into())));
    assert_eq!(in_use.rows[0].row.title.as_deref(), Some("Jingle"));
    assert_eq!(desk.again(0, true).await.unwrap().value.again.left_out, 1);
    let mut reader = desk.store.read().await.unwrap();
    let jingle = AssetId(Uuid::from_bytes([9; 16]));
    assert!(
        crate::tables::assets::get(&mut reader, jingle)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn an_orphan_of_the_other_station_is_applied_once_however_often_it_is_sent() {
    let desk = shared().await;
    desk.edit("ada", "Insert", &[Step::Item(7, DAY, "from ada")])
        .await;
    desk.cut(1).await;
    let id = desk.kept().await[0].orphan.id;
    let parcel = desk.store.orphan_parcel(id).await.unwrap();

    let primary = shared().await;
    let send = || {
        primary.store.reapply_orphan(
            "ada (Alpha)",
            OrphanSource::There(Box::new(parcel.clone())),
            false,
        )
    };
    let first = send().await.unwrap();
    assert!(first.changed);
    let second = send().await.unwrap();
    assert_eq!(
        (second.changed, second.value.again),
        (false, first.value.again)
    );
    assert_eq!(primary.store.head().position.seq, first.seq);
    assert_eq!(primary.store.open_orphans().await.unwrap(), 0);
    assert_eq!(primary.kept().await[0].orphan.id, id);

    let mut flipped = parcel.clone();
    flipped.entry[40] ^= 1;
    flipped.id = crate::OrphanId(Uuid::nil());
    let refused = primary
        .store
        .reapply_orphan("x", OrphanSource::There(Box::new(flipped)), false);
    assert!(matches!(refused.await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn an_exported_file_is_taken_in_once_and_a_bad_one_changes_nothing() {
    let desk = shared().await;
    desk.edit("ada", "Insert", &[Step::Item(7, DAY, "from ada")])
        .await;
    desk.edit("ada", "Rename", &[Step::Title(7, "ada again")])
        .await;
    desk.cut(1).await;
    let file = desk.dir.path().join("orphans.json");
    assert_eq!(desk.store.export_orphans(&file).await.unwrap(), 2);
    let again = desk.store.import_orphans(&file).await.unwrap();
    assert_eq!(again, Imported { new: 0, known: 2 });

    let other = shared().await;
    let good = std::fs::read_to_string(&file).unwrap();
    let bad = other.dir.path().join("bad.json");
    let try_it = async |text: &str| {
        std::fs::write(&bad, text).unwrap();
        other.store.import_orphans(&bad).await.unwrap_err()
    };
    assert!(matches!(
        try_it(&good[..good.len() / 2]).await,
        ImportError::Malformed(_)
    ));
    assert!(matches!(try_it("{}").await, ImportError::Malformed(_)));
    assert!(matches!(try_it("").await, ImportError::Malformed(_)));
    let renamed = good.replace("tandem-orphans", "something else");
    assert!(matches!(try_it(&renamed).await, ImportError::Malformed(_)));
    let newer = good.replacen("\"version\": 2", "\"version\": 3", 1);
    assert!(matches!(try_it(&newer).await, ImportError::Version(3)));
    let reason = good.replacen(
        "\"reason\": \"superseded\"",
        "\"reason\": \"never mind\"",
        1,
    );
    assert!(matches!(
        try_it(&reason).await,
        ImportError::Damaged { number: 1, .. }
    ));
    let entry = good.find("\"entry\": \"").unwrap() + 100;
    let mut digits = good.clone().into_bytes();
    digits[entry] = if digits[entry] == b'0' { b'1' } else { b'0' };
    let digits = String::from_utf8(digits).unwrap();
    assert!(matches!(try_it(&digits).await, ImportError::Damaged { .. }));
    let schema = good.replacen("\"schema\": \"", "\"schema\": \"0", 1);
    assert!(matches!(try_it(&schema).await, ImportError::Schema));
    assert!(matches!(
        other.store.import_orphans(other.dir.path()).await,
        Err(ImportError::NotAFile)
    ));
    let nowhere = other
        .store
        .import_orphans(Path::new("/nonexistent/orphans.json"));
    assert!(matches!(nowhere.await, Err(ImportError::Unreadable(_))));
    assert!(matches!(
        other.store.import_orphans(Path::new("/dev/zero")).await,
        Err(ImportError::NotAFile)
    ));
    let huge = std::fs::File::create(&bad).unwrap();
    huge.set_len(crate::EXPORT_BYTES_MAX + 1).unwrap();
    assert!(matches!(
        other.store.import_orphans(&bad).await,
        Err(ImportError::TooLarge(_))
    ));
    assert!(other.kept().await.is_empty());

    assert_eq!(
        other.store.import_orphans(&file).await.unwrap(),
        Imported { new: 2, known: 0 }
    );
    assert_eq!(
        other.store.import_orphans(&file).await.unwrap(),
        Imported { new: 0, known: 2 }
    );
    let kept = other.kept().await;
    assert!(kept[0].orphan.imported_at_us.is_some());
    assert_eq!(other.store.open_orphans().await.unwrap(), 2);
    assert!(other.again(0, false).await.unwrap().changed);
    assert!(other.again(1, false).await.unwrap().changed);
    assert_eq!(
        other.titles(DAY).await,
        ["one", "two", "three", "ada again"]
    );
}

#[tokio::test]
async fn the_journal_lists_what_each_entry_changed_even_where_it_is_gone_since() {
    let desk = shared().await;
    desk.edit("ada", "Insert", &[Step::Item(7, DAY, "short-lived")])
        .await;
    desk.edit("ada", "Change", &[Step::Duration(7, 50)]).await;
    desk.edit("ada", "Delete", &[Step::Drop(7)]).await;
    let described = desk.store.described_after(1, 2).await.unwrap();
    let labels: Vec<_> = described.iter().map(|d| d.entry.label.as_str()).collect();
    assert_eq!(labels, ["Delete", "Change"]);
    assert_eq!(
        names(&described[1].affected),
        [(
            Thing::Item,
            Op::Update,
            Some("short-lived"),
            Some(DAY),
            vec!["duration"]
        )]
    );
}
