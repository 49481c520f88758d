//! What is recorded, beside what SQLite's session extension records of the same.

use std::ffi::CString;
use std::ptr;

use libsqlite3_sys as ffi;
use proptest::prelude::*;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use crate::change::Buffer;
use crate::{Change, Changeset, Db, Recorder, Schema, Value};

const TABLES: &[&str] = &["disc", "track"];
const SQL: &str = "
    CREATE TABLE disc (id INTEGER PRIMARY KEY, title TEXT CHECK (title <> 'no'), cover BLOB, weight REAL);
    CREATE TABLE track (side TEXT, number INTEGER, disc INTEGER REFERENCES disc (id) ON DELETE CASCADE, title,
        PRIMARY KEY (number, side)) WITHOUT ROWID;
    CREATE TABLE scratch (x);
    CREATE TRIGGER count_tracks AFTER INSERT ON track WHEN new.title = 't2' BEGIN
        UPDATE disc SET weight = coalesce(weight, 0) + 1 WHERE id = new.disc;
    END;
";

fn edit() -> impl Strategy<Value = String> {
    let (key, value) = (1..4_i64, 0..4_i64);
    let disc = prop_oneof![
        (key.clone(), value.clone()).prop_map(|(k, v)| format!(
            "INSERT OR REPLACE INTO disc VALUES ({k}, 'd{v}', zeroblob({v}), {v}.5)"
        )),
        (key.clone(), value.clone())
            .prop_map(|(k, v)| format!("INSERT INTO disc VALUES ({k}, 'e{v}', NULL, {v})")),
        (key.clone(), value.clone()).prop_map(|(k, v)| format!(
            "UPDATE disc SET title = 'd{v}', cover = NULL WHERE id = {k}"
        )),
        key.clone()
            .prop_map(|k| format!("DELETE FROM disc WHERE id = {k}")),
        (key.clone(), key.clone())
            .prop_map(|(k, l)| format!("UPDATE OR REPLACE disc SET id = {k} WHERE id = {l}")),
        // Refused in its midst: what it had changed is taken back.
        Just(String::from(
            "UPDATE disc SET title = iif(id = 3, 'no', 'yes')"
        )),
    ];
    let track = prop_oneof![
        (key.clone(), key.clone(), value.clone()).prop_map(|(k, d, v)| format!(
            "INSERT OR REPLACE INTO track VALUES ('A', {k}, {d}, 't{v}')"
        )),
        (key.clone(), value.clone()).prop_map(|(k, v)| format!(
            "UPDATE track SET title = iif({v} < 2, {v}, {v} + 0.5) WHERE number = {k}"
        )),
        key.clone()
            .prop_map(|k| format!("DELETE FROM track WHERE number = {k}")),
        (key.clone(), key).prop_map(|(k, l)| format!(
            "UPDATE OR REPLACE track SET number = {k} WHERE number = {l}"
        )),
    ];
    let other = prop_oneof![
        Just("INSERT INTO scratch VALUES (1)"),
        Just("SAVEPOINT back"),
        Just("ROLLBACK TO back"),
        Just("RELEASE back"),
        Just("PRAGMA defer_foreign_keys = ON"),
    ];
    prop_oneof![4 => disc, 4 => track, 1 => other.prop_map(String::from)]
}

/// Records what the last `recorded` of the edits change, those that are refused left out.
fn recorded(
    edits: &[String],
    recorded: usize,
    record: impl FnOnce(&mut crate::Locked<'_>, &Schema, &dyn Fn(&Db<'_>)) -> Changeset,
) -> Changeset {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(":memory:");
        let options = options.serialized(true).foreign_keys(true);
        let mut recorder = Recorder::new(options.connect().await.unwrap())
            .await
            .unwrap();
        let changeset = {
            let mut db = recorder.lock().await.unwrap();
            db.execute(SQL).unwrap();
            let schema = Schema::read(&db, TABLES).unwrap();
            let (before, last) = edits.split_at(edits.len() - recorded);
            before.iter().for_each(|edit| drop(db.execute(edit)));
            if !db.in_transaction() {
                db.execute("BEGIN").unwrap();
            }
            record(&mut db, &schema, &|db| {
                last.iter().for_each(|edit| drop(db.execute(edit)));
            })
        };
        recorder.close().await.unwrap();
        changeset
    })
}

fn by_a_session(db: &mut crate::Locked<'_>, schema: &Schema, run: &dyn Fn(&Db<'_>)) -> Changeset {
    let mut session = ptr::null_mut();
    // SAFETY: the handle is open and locked; the name is NUL-terminated; the output is valid for writes.
    let made = unsafe {
        ffi::sqlite3session_create(db.raw().as_ptr(), c"main".as_ptr(), &raw mut session)
    };
    assert_eq!(made, ffi::SQLITE_OK);
    for table in schema.tables() {
        let name = CString::new(table.name.as_str()).unwrap();
        // SAFETY: the session was just made; the name is copied.
        let attached = unsafe { ffi::sqlite3session_attach(session, name.as_ptr()) };
        assert_eq!(attached, ffi::SQLITE_OK);
    }
    run(db);
    let mut out = Buffer::default();
    // SAFETY: the session is alive; `Buffer` frees what SQLite allocates.
    let code =
        unsafe { ffi::sqlite3session_changeset(session, &raw mut out.len, &raw mut out.data) };
    // SAFETY: made once, deleted once.
    unsafe { ffi::sqlite3session_delete(session) };
    out.into_changeset(code, "read the session").unwrap()
}

fn by_us(db: &mut crate::Locked<'_>, schema: &Schema, run: &dyn Fn(&Db<'_>)) -> Changeset {
    db.record(schema).unwrap();
    run(db);
    db.recorded(1 << 20).unwrap()
}

/// All of each change, in an order of its own.
fn told(changeset: &Changeset) -> Vec<String> {
    let cells = |values: crate::Values<'_>| {
        values
            .map(|value| value.map(crate::ValueRef::to_owned))
            .collect::<Vec<Option<Value>>>()
    };
    let told = |change: Change<'_>| {
        let (before, after) = (cells(change.before()), cells(change.after()));
        let Change {
            table,
            op,
            indirect,
            ..
        } = change;
        format!(
            "{table} {:?} {op:?} {indirect} {before:?} {after:?}",
            change.key_mask()
        )
    };
    let mut told: Vec<_> = changeset.changes().map(told).collect();
    told.sort();
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_recorded_is_what_a_session_records(
        before in proptest::collection::vec(edit(), 0..8),
        during in proptest::collection::vec(edit(), 1..10),
    ) {
        let last = during.len();
        let edits = [before, during].concat();
        let (ours, theirs) = (recorded(&edits, last, by_us), recorded(&edits, last, by_a_session));
        prop_assert_eq!(told(&ours), told(&theirs));
        // The sizes of all parts are the same, in whatever order they are.
        prop_assert_eq!(ours.as_bytes().len(), theirs.as_bytes().len());
    }
}

#[test]
fn a_long_value_keeps_its_length() {
    let edits = [1_usize, 127, 128, 16_383, 16_384, 2_097_152]
        .map(|n| format!("INSERT INTO disc VALUES ({n}, NULL, zeroblob({n}), NULL)"));
    let ours = recorded(&edits, edits.len(), |db, schema, run| {
        db.record(schema).unwrap();
        run(db);
        db.recorded(1 << 24).unwrap()
    });
    assert_eq!(
        told(&ours),
        told(&recorded(&edits, edits.len(), by_a_session))
    );
}
