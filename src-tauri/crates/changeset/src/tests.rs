//! The wrapper against real connections, and against hostile bytes.

use crate::{
    ChangeGroup, Changeset, ConflictKind, Db, Error, OnConflict, Op, Recorder, Schema, Value,
    ValueRef,
};
use proptest::prelude::*;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

const TABLES: &[&str] = &["track", "disc"];
const SQL: &str = "
    CREATE TABLE disc (id INTEGER PRIMARY KEY, title TEXT, cover BLOB, weight REAL);
    CREATE TABLE track (side TEXT, number INTEGER, disc INTEGER REFERENCES disc (id) ON DELETE CASCADE, title TEXT,
        PRIMARY KEY (number, side)) WITHOUT ROWID;
    CREATE TABLE scratch (x);
";

async fn connection() -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(":memory:")
        .serialized(true)
        .foreign_keys(true)
        .connect()
        .await
        .unwrap()
}

struct Bench {
    recorder: Recorder,
    schema: Schema,
}

async fn bench() -> Bench {
    let mut recorder = Recorder::new(connection().await).await.unwrap();
    let schema = {
        let db = recorder.lock().await.unwrap();
        db.execute(SQL).unwrap();
        Schema::read(&db, TABLES).unwrap()
    };
    Bench { recorder, schema }
}

impl Bench {
    /// Records what `sql` changes, and commits it.
    async fn record(&mut self, sql: &'static str) -> Changeset {
        {
            let mut db = self.recorder.lock().await.unwrap();
            db.execute("BEGIN").unwrap();
            db.record(&self.schema).unwrap();
        }
        for statement in sql
            .split(';')
            .filter(|statement| !statement.trim().is_empty())
        {
            sqlx::query(statement)
                .execute(self.recorder.connection())
                .await
                .unwrap();
        }
        let mut db = self.recorder.lock().await.unwrap();
        let changeset = db.recorded(1 << 20).unwrap();
        db.execute("COMMIT").unwrap();
        changeset
    }

    async fn dump(&mut self) -> Vec<Vec<Value>> {
        let db = self.recorder.lock().await.unwrap();
        dump(&db)
    }

    async fn apply(
        &mut self,
        changeset: &Changeset,
        on_conflict: OnConflict,
    ) -> Result<usize, Error> {
        let schema = self.schema.clone();
        let db = self.recorder.lock().await.unwrap();
        db.apply(&schema, changeset, on_conflict)
            .map(|conflicts| conflicts.len())
    }
}

fn dump(db: &Db<'_>) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for query in [
        "SELECT * FROM disc ORDER BY id",
        "SELECT * FROM track ORDER BY number, side",
    ] {
        let mut statement = db.prepare(query).unwrap();
        while let Some(row) = statement.step().unwrap() {
            rows.push(
                (0..row.len())
                    .map(|column| row.get(column).to_owned())
                    .collect(),
            );
        }
    }
    rows
}

const FILL: &str = "INSERT INTO disc VALUES (1, 'Blue', x'0001', 0.5), (2, NULL, NULL, NULL);
    INSERT INTO track VALUES ('A', 1, 1, 'one'), ('B', 1, 1, 'two'), ('A', 2, 2, 'three');
    INSERT INTO scratch VALUES (1)";

#[tokio::test]
async fn a_handle_is_locked_again_and_again_without_a_pause() {
    let mut connection = connection().await;
    for _ in 0..2_000 {
        drop(Db::lock(&mut connection).await.unwrap());
    }
}

#[tokio::test]
async fn a_recording_holds_each_listed_table_s_changes_with_old_and_new_values() {
    let mut bench = bench().await;
    bench.record(FILL).await;
    let changeset = bench
        .record("UPDATE disc SET title = 'Red' WHERE id = 1; DELETE FROM disc WHERE id = 2; INSERT INTO scratch VALUES (2)")
        .await;
    let changes: Vec<_> = changeset.changes().collect();
    assert_eq!(changes.len(), 3, "{changeset:?}");
    let update = changes
        .iter()
        .find(|change| change.op == Op::Update)
        .unwrap();
    assert_eq!(update.key().collect::<Vec<_>>(), [ValueRef::Integer(1)]);
    assert_eq!(
        update.before().nth(1).flatten(),
        Some(ValueRef::Text(b"Blue"))
    );
    assert_eq!(
        update.after().nth(1).flatten(),
        Some(ValueRef::Text(b"Red"))
    );
    assert_eq!(
        update.after().nth(2).flatten(),
        None,
        "a column that did not change"
    );
    let cascaded = changes
        .iter()
        .find(|change| change.table == "track")
        .unwrap();
    assert_eq!((cascaded.op, cascaded.indirect), (Op::Delete, true));
    assert_eq!(
        cascaded.key().collect::<Vec<_>>(),
        [ValueRef::Text(b"A"), ValueRef::Integer(2)]
    );
    assert_eq!(
        cascaded.key_mask(),
        [2, 1, 0, 0],
        "the place of each column in the key"
    );
}

#[tokio::test]
async fn a_changeset_applied_elsewhere_gives_the_same_rows_and_its_inverse_takes_them_back() {
    let (mut here, mut there) = (bench().await, bench().await);
    let fill = here.record(FILL).await;
    let edit = here
        .record("UPDATE track SET title = 'x' WHERE side = 'A'; DELETE FROM disc WHERE id = 2")
        .await;
    there.apply(&fill, OnConflict::Abort).await.unwrap();
    let before = there.dump().await;
    there.apply(&edit, OnConflict::Abort).await.unwrap();
    assert_eq!(there.dump().await, here.dump().await);
    there
        .apply(&edit.invert().unwrap(), OnConflict::Abort)
        .await
        .unwrap();
    assert_eq!(there.dump().await, before);
    there
        .apply(
            &fill.concat(&edit).unwrap().invert().unwrap(),
            OnConflict::Report(9),
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn a_group_squashes_to_the_net_effect() {
    let mut bench = bench().await;
    let fill = bench.record(FILL).await;
    let empty = bench.record("DELETE FROM disc").await;
    let mut group = ChangeGroup::new().unwrap();
    group.add(&fill).unwrap();
    group.add(&empty).unwrap();
    assert!(group.output().unwrap().is_empty());
    assert!(fill.concat(&empty).unwrap().is_empty());
}

#[tokio::test]
async fn what_is_retained_of_a_changeset_is_a_changeset_of_just_that() {
    let mut bench = bench().await;
    let whole = bench
        .record(
            "INSERT INTO disc VALUES (1, 'A', NULL, 0.5); INSERT INTO disc VALUES (2, 'B', NULL, 0.5); \
             INSERT INTO track VALUES ('a', 1, 1, 'one'); INSERT INTO track VALUES ('a', 2, 2, 'two')",
        )
        .await;
    assert_eq!(whole.retain(|_| true), whole);
    assert!(whole.retain(|_| false).is_empty());
    let disc = |n: i64| {
        whole.retain(move |change| {
            change.table == "disc" && change.key().next() == Some(ValueRef::Integer(n))
        })
    };
    assert_eq!(disc(1).changes().count(), 1);
    assert_eq!(
        Changeset::from_bytes(disc(2).into_bytes()).unwrap(),
        disc(2)
    );
    let rest = whole.retain(|change| change.table == "track");
    assert_eq!(
        disc(1)
            .concat(&disc(2))
            .unwrap()
            .concat(&rest)
            .unwrap()
            .changes()
            .count(),
        whole.changes().count()
    );
}

#[tokio::test]
async fn the_first_conflict_aborts_everything_and_is_named() {
    let (mut here, mut there) = (bench().await, bench().await);
    let fill = here.record(FILL).await;
    let edit = here
        .record("UPDATE disc SET title = 'Red' WHERE id = 1; UPDATE track SET title = 'x'")
        .await;
    let missing = there.apply(&edit, OnConflict::Abort).await;
    let Err(Error::Conflict(conflict)) = &missing else {
        panic!("{missing:?}")
    };
    assert_eq!(conflict.kind, ConflictKind::NotFound);
    there.apply(&fill, OnConflict::Abort).await.unwrap();
    there
        .record("UPDATE disc SET title = 'Green' WHERE id = 1")
        .await;
    let before = there.dump().await;
    let Err(Error::Conflict(conflict)) = there.apply(&edit, OnConflict::Abort).await else {
        panic!("no conflict")
    };
    assert_eq!(
        (conflict.kind, conflict.table.as_str()),
        (ConflictKind::Data, "disc")
    );
    assert_eq!(conflict.key, [Value::Integer(1)]);
    assert_eq!(there.dump().await, before, "nothing was applied");
    assert_eq!(there.apply(&edit, OnConflict::Report(9)).await.unwrap(), 1);
    assert_ne!(there.dump().await, before, "the rest was");
    let Err(Error::Conflict(conflict)) = there.apply(&fill, OnConflict::Abort).await else {
        panic!("no conflict")
    };
    assert_eq!(conflict.kind, ConflictKind::Exists);
}

#[tokio::test]
async fn rows_that_would_dangle_are_a_conflict() {
    let (mut here, mut there) = (bench().await, bench().await);
    here.record("INSERT INTO disc VALUES (1, 'Blue', NULL, NULL)")
        .await;
    let track = here
        .record("INSERT INTO track VALUES ('A', 1, 1, 'one')")
        .await;
    let Err(Error::Conflict(conflict)) = there.apply(&track, OnConflict::Abort).await else {
        panic!("no conflict")
    };
    assert_eq!(conflict.kind, ConflictKind::ForeignKey);
    assert!(there.dump().await.is_empty());
}

/// A table whose foreign keys do nothing but refuse, and what may be done to it.
const PLAIN: &str = "
    CREATE TABLE label (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE single (side TEXT, number INTEGER, label INTEGER REFERENCES label (id), title TEXT CHECK (title <> 'no'),
        weight REAL, cover BLOB, PRIMARY KEY (number, side)) WITHOUT ROWID;
";

fn plain_edit() -> impl Strategy<Value = String> {
    let (key, value) = (1..4_i64, 0..3_i64);
    prop_oneof![
        (key.clone(), value.clone())
            .prop_map(|(k, v)| format!("INSERT OR REPLACE INTO label VALUES ({k}, 'l{v}')")),
        (key.clone(), key.clone(), value.clone()).prop_map(|(k, l, v)| format!(
            "INSERT OR REPLACE INTO single VALUES ('A', {k}, {l}, 't{v}', {v}.5, zeroblob({v}))"
        )),
        (key.clone(), value.clone()).prop_map(|(k, v)| format!(
            "UPDATE single SET title = 'u{v}', weight = NULL WHERE number = {k}"
        )),
        (key.clone(), value)
            .prop_map(|(k, v)| format!("UPDATE label SET name = 'm{v}' WHERE id = {k}")),
        key.clone()
            .prop_map(|k| format!("DELETE FROM single WHERE number = {k}")),
        key.clone()
            .prop_map(|k| format!("DELETE FROM label WHERE id = {k}")),
        (key.clone(), key).prop_map(|(k, l)| format!(
            "UPDATE OR REPLACE single SET number = {k} WHERE number = {l}"
        )),
    ]
}

/// A database after `edits`, those that it refuses left out; and what the last `recorded` of them changed.
fn plain(edits: &[String], recorded: usize) -> (Recorder, Schema, Changeset) {
    let mut recorder = block_on(async { Recorder::new(connection().await).await.unwrap() });
    let (schema, changeset) = {
        let mut db = block_on(recorder.lock()).unwrap();
        db.execute(PLAIN).unwrap();
        let schema = Schema::read(&db, &["single", "label"]).unwrap();
        let (before, last) = edits.split_at(edits.len() - recorded);
        before.iter().for_each(|edit| drop(db.execute(edit)));
        db.execute("BEGIN").unwrap();
        db.record(&schema).unwrap();
        last.iter().for_each(|edit| drop(db.execute(edit)));
        let changeset = db.recorded(1 << 20).unwrap();
        db.execute("COMMIT").unwrap();
        (schema, changeset)
    };
    (recorder, schema, changeset)
}

fn plain_dump(db: &Db<'_>) -> Vec<Vec<Value>> {
    let query = "SELECT side, number, label, title, weight, cover FROM single \
        UNION ALL SELECT 'label', id, NULL, name, NULL, NULL FROM label ORDER BY 1, 2";
    let mut rows = Vec::new();
    let mut statement = db.prepare(query).unwrap();
    while let Some(row) = statement.step().unwrap() {
        rows.push((0..row.len()).map(|at| row.get(at).to_owned()).collect());
    }
    rows
}

/// What came of an application, and the rows after it, where a failed one is rolled back.
fn plain_outcome(
    edits: &[String],
    apply: impl FnOnce(&Db<'_>, &Schema) -> Result<(), Error>,
) -> (Option<ConflictKind>, Vec<Vec<Value>>) {
    let (mut recorder, schema, _) = plain(edits, 0);
    let db = block_on(recorder.lock()).unwrap();
    db.execute("BEGIN").unwrap();
    let conflict = match apply(&db, &schema) {
        Ok(()) => None,
        Err(Error::Conflict(conflict)) => Some(conflict.kind),
        Err(error) => panic!("{error}"),
    };
    let end = if conflict.is_some() {
        "ROLLBACK"
    } else {
        "COMMIT"
    };
    db.execute(end).unwrap();
    let rows = plain_dump(&db);
    (conflict, rows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_few_changes_are_applied_or_refused_as_sqlite_does_it(
        common in proptest::collection::vec(plain_edit(), 0..8),
        here in proptest::collection::vec(plain_edit(), 1..6),
        there in proptest::collection::vec(plain_edit(), 0..3),
    ) {
        let recorded = here.len();
        let (_, _, changeset) = plain(&[common.clone(), here].concat(), recorded);
        let other = [common, there].concat();
        let sqlite = plain_outcome(&other, |db, schema| {
            db.apply(schema, &changeset, OnConflict::Abort).map(drop)
        });
        let ours = plain_outcome(&other, |db, schema| db.apply_or_roll_back(schema, &changeset));
        prop_assert_eq!(ours, sqlite, "{:?}", changeset);
    }
}

#[test]
fn rows_that_come_before_what_they_refer_to_are_applied_again_and_again() {
    let (mut there, schema, _) = plain(&[], 0);
    for n in 1..4 {
        let (_, _, both) = plain(
            &[
                format!("INSERT INTO label VALUES ({n}, NULL)"),
                format!("INSERT INTO single VALUES ('A', {n}, {n}, NULL, NULL, NULL)"),
            ],
            2,
        );
        let tables: Vec<_> = both.changes().map(|change| change.table).collect();
        assert_eq!(tables, ["single", "label"]);
        let db = block_on(there.lock()).unwrap();
        db.execute("BEGIN").unwrap();
        db.apply_or_roll_back(&schema, &both).unwrap();
        db.execute("COMMIT").unwrap();
    }
}

#[test]
fn what_a_constraint_refuses_is_a_conflict() {
    let (_, _, changeset) = plain(
        &["INSERT INTO single VALUES ('A', 1, NULL, 'yes', 0.5, NULL)".to_owned()],
        1,
    );
    let bytes = changeset.into_bytes();
    let at = bytes.windows(3).position(|three| three == b"yes").unwrap();
    // A text of two letters that the CHECK forbids.
    let forbidden = [&bytes[..at - 1], &[2], b"no", &bytes[at + 3..]].concat();
    let forbidden = Changeset::from_bytes(forbidden).unwrap();
    let (conflict, rows) =
        plain_outcome(&[], |db, schema| db.apply_or_roll_back(schema, &forbidden));
    assert_eq!((conflict, rows.len()), (Some(ConflictKind::Constraint), 0));
}

#[tokio::test]
async fn what_sqlite_would_skip_in_silence_is_refused() {
    let mut here = bench().await;
    let fill = here.record(FILL).await;
    for sql in [
        "CREATE TABLE disc (id INTEGER PRIMARY KEY, title TEXT, cover BLOB); CREATE TABLE track (side TEXT PRIMARY KEY)",
        "CREATE TABLE disc (id INTEGER, title TEXT PRIMARY KEY, cover BLOB, weight REAL);
         CREATE TABLE track (side TEXT PRIMARY KEY)",
    ] {
        let mut other = connection().await;
        let db = Db::lock(&mut other).await.unwrap();
        db.execute(sql).unwrap();
        let schema = Schema::read(&db, TABLES).unwrap();
        let refused = db.apply(&schema, &fill, OnConflict::Abort);
        assert!(matches!(refused, Err(Error::Schema { .. })), "{refused:?}");
    }
    let db = here.recorder.lock().await.unwrap();
    let listed = Schema::read(&db, &["track"]).unwrap();
    assert!(matches!(
        db.apply(&listed, &fill, OnConflict::Abort),
        Err(Error::Schema { .. })
    ));
    assert!(
        matches!(Schema::read(&db, &["scratch"]), Err(Error::Schema { .. })),
        "no PRIMARY KEY"
    );
    assert!(matches!(
        Schema::read(&db, &["nowhere"]),
        Err(Error::Schema { .. })
    ));
}

#[tokio::test]
async fn a_recording_is_bounded_and_ends_whatever_happens() {
    let mut bench = bench().await;
    let mut db = bench.recorder.lock().await.unwrap();
    db.execute("BEGIN").unwrap();
    db.record(&bench.schema).unwrap();
    assert!(matches!(db.record(&bench.schema), Err(Error::Recording(_))));
    db.execute(FILL).unwrap();
    assert!(matches!(db.recorded(8), Err(Error::TooLarge { .. })));
    assert!(matches!(db.recorded(8), Err(Error::Recording(_))));
    db.record(&bench.schema).unwrap();
    db.abandon().unwrap();
    assert!(!db.is_recording() && !db.in_transaction());
    assert!(dump(&db).is_empty());
}

#[tokio::test]
async fn a_connection_that_is_not_serialized_is_refused() {
    let plain = SqliteConnectOptions::new()
        .filename(":memory:")
        .connect()
        .await
        .unwrap();
    assert!(matches!(
        Recorder::new(plain).await.map(drop),
        Err(Error::NotSerialized)
    ));
}

#[tokio::test]
async fn a_connection_exchanged_in_the_middle_of_a_recording_is_found() {
    let mut bench = bench().await;
    {
        let mut db = bench.recorder.lock().await.unwrap();
        db.record(&bench.schema).unwrap();
    }
    let original = std::mem::replace(bench.recorder.connection(), connection().await);
    assert!(matches!(
        bench.recorder.lock().await.map(drop),
        Err(Error::Exchanged)
    ));
    drop(bench);
    drop(original);
}

#[tokio::test]
async fn statements_bind_read_and_report_every_type() {
    let mut bench = bench().await;
    let db = bench.recorder.lock().await.unwrap();
    let values = [
        ValueRef::Null,
        ValueRef::Integer(i64::MIN),
        ValueRef::Real(-0.25),
        ValueRef::Text("grüße".as_bytes()),
        ValueRef::Blob(&[0, 255]),
        ValueRef::Text(b""),
        ValueRef::Blob(b""),
    ];
    let mut echo = db.cached("SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7").unwrap();
    echo.bind_all(&values).unwrap();
    let row = echo.step().unwrap().unwrap();
    assert_eq!(
        (0..7).map(|column| row.get(column)).collect::<Vec<_>>(),
        values
    );
    assert_eq!(row.get(7), ValueRef::Null);
    drop(echo);
    let mut again = db.cached("SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7").unwrap();
    let row = again.step().unwrap().unwrap();
    assert_eq!(
        row.get(3),
        ValueRef::Null,
        "a cached statement comes back without its values"
    );
    assert!(db.prepare("SELECT nothing").is_err());
    assert!(db.prepare("").is_err());
    let mut one = db.prepare("SELECT ?1").unwrap();
    assert!(one.bind(2, 1).is_err());
    assert_eq!(
        db.run("INSERT INTO scratch VALUES (?1)", &[1.into()])
            .unwrap(),
        1
    );
}

#[test]
fn bytes_that_are_no_changeset_are_refused() {
    let table = |columns: &[u8]| [b"T", columns, b"t\0"].concat();
    let hostile: &[Vec<u8>] = &[
        b"x".to_vec(),
        b"T".to_vec(),
        b"P\x01\x01t\0".to_vec(),
        b"T\x00t\0".to_vec(),
        b"T\x01\x00t\0".to_vec(),
        b"T\x01\x01\0".to_vec(),
        b"T\x01\x01no end".to_vec(),
        b"T\xff\xff\xff\xff\x7f\x01t\0".to_vec(),
        [table(&[1, 1]), vec![18]].concat(),
        [table(&[1, 1]), vec![77, 0, 5]].concat(),
        [table(&[1, 1]), vec![18, 2, 5]].concat(),
        [table(&[1, 1]), vec![18, 0, 0]].concat(),
        [table(&[1, 1]), vec![18, 0, 6]].concat(),
        [table(&[1, 1]), vec![18, 0, 3, 5, b'x']].concat(),
        [
            table(&[1, 1]),
            vec![18, 0, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ]
        .concat(),
        [table(&[1, 1]), vec![23, 0, 0, 5]].concat(),
        [table(&[1, 1]), vec![23, 0, 5, 5]].concat(),
        [table(&[2, 1, 0]), vec![23, 0, 5, 5, 0, 0]].concat(),
    ];
    for bytes in hostile {
        let refused = Changeset::from_bytes(bytes.clone());
        assert!(
            matches!(refused, Err(Error::Malformed { .. })),
            "{bytes:02x?} gave {refused:?}"
        );
    }
    assert!(Changeset::from_bytes(Vec::new()).unwrap().is_empty());
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// Does with hostile bytes whatever can be done with a changeset. It may fail in any way but one that ends the process.
async fn abuse(bytes: Vec<u8>) {
    let Ok(changeset) = Changeset::from_bytes(bytes) else {
        return;
    };
    for change in changeset.changes() {
        let _ = (
            change.key().count(),
            change.before().count(),
            change.after().count(),
            format!("{change:?}"),
        );
    }
    let mut target = bench().await;
    target.record(FILL).await;
    let _ = target.apply(&changeset, OnConflict::Abort).await;
    let _ = target.apply(&changeset, OnConflict::Report(3)).await;
    if let Ok(inverse) = changeset.invert() {
        let _ = target.apply(&inverse, OnConflict::Report(3)).await;
        let _ = changeset.concat(&inverse);
    }
    let mut group = ChangeGroup::new().unwrap();
    let _ = group.add(&changeset);
    let _ = group.add(&target.record("UPDATE disc SET title = 'z'").await);
    let _ = group.output();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_mutated_changeset_is_an_error_or_a_changeset_never_undefined(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        cut in proptest::option::of(any::<prop::sample::Index>()),
        twice in any::<bool>(),
    ) {
        block_on(async {
            let mut source = bench().await;
            let fill = source.record(FILL).await;
            let edit = source.record("UPDATE track SET title = 'x'; DELETE FROM disc WHERE id = 2").await;
            let mut bytes = fill.concat(&edit).unwrap().into_bytes();
            bytes.extend_from_slice(edit.as_bytes());
            if twice {
                bytes.extend_from_slice(fill.as_bytes());
            }
            for (at, byte) in &flips {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            abuse(bytes).await;
        });
    }

    #[test]
    fn random_bytes_are_no_changeset_or_a_harmless_one(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        block_on(abuse([b"T".as_slice(), &bytes].concat()));
    }
}

#[tokio::test]
async fn a_flipped_bit_inside_a_value_applies_in_silence_which_is_why_entries_are_hashed() {
    let (mut here, mut there) = (bench().await, bench().await);
    let mut bytes = here
        .record("INSERT INTO disc VALUES (1, 'Blue', NULL, NULL)")
        .await
        .into_bytes();
    let at = bytes
        .windows(4)
        .position(|window| window == b"Blue")
        .unwrap();
    bytes[at] ^= 1;
    there
        .apply(&Changeset::from_bytes(bytes).unwrap(), OnConflict::Abort)
        .await
        .unwrap();
    assert_ne!(there.dump().await, here.dump().await);
}
