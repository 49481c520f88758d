//! Dated copies of the database, made before a station's data is replaced, or by hand.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use changeset::{Db, Schema, Table, quoted};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::ConnectOptions as _;
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnectOptions;

use crate::entry::some;
use crate::error::{During as _, Error};
use crate::failpoint::{self, Point};
use crate::migrate::Definition;
use crate::open::{inspect, schema_hash};
use crate::store::{Commit, Store, WriterParts, blocking};
use crate::write::{EditMeta, Links, Written, finish};
use crate::{epochs, files, migrate, snapshot, state, sum};

const FOLDER: &str = "backups";

/// A backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Its name: the moment at which it was made, as a file name.
    pub id: String,
    /// When it was made: Unix microseconds.
    pub at_us: i64,
    /// Why.
    pub reason: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// The file: a database that opens on its own.
    pub path: PathBuf,
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The backup.
    pub backup: Backup,
    /// It was made of data that no edit led to: its rows are not what its own sum says. They are in force all the same,
    /// since an operator may have nothing better.
    pub damaged: bool,
}

/// What stands beside the file.
#[derive(Serialize, Deserialize)]
struct Note {
    at_us: i64,
    reason: String,
}

impl Store {
    /// Copies the database as it is at this moment, without holding up edits. The file is whole and durable or not there.
    ///
    /// # Errors
    /// [`Error::NoSpace`], [`Error::Io`], [`Error::Database`].
    pub async fn create_backup(&self, reason: &str) -> Result<Backup, Error> {
        let during = "make a backup";
        let folder = self.0.dir.join(FOLDER);
        let mut connection = self.long_reader().await?;
        let reason = reason.to_owned();
        let shared = std::sync::Arc::clone(&self.0);
        blocking(move |runtime| {
            failpoint::at(Point::BackupBefore).during(during)?;
            shared.faults.room(during)?;
            fs::create_dir_all(&folder).during(during)?;
            let at = Timestamp::now();
            let (id, path) = free_name(&folder, at);
            let unfinished = files::unfinished(&path);
            let copied = {
                let db = runtime.block_on(Db::lock(&mut connection)).during(during)?;
                copy(&db, &unfinished)
            };
            runtime.block_on(connection.close()).during(during)?;
            let finished = copied.and_then(|()| {
                let note = Note {
                    at_us: at.as_microsecond(),
                    reason: reason.clone(),
                };
                let note = serde_json::to_vec(&note)
                    .map_err(|error| Error::io(during, io::Error::other(error)))?;
                files::write_whole(&path.with_extension("json"), &note).during(during)?;
                failpoint::at(Point::BackupBeforeFinish).during(during)?;
                files::finish(&unfinished, &path).during(during)
            });
            if let Err(error) = finished {
                // What is left of a failed try is of no use to anybody.
                let _ = fs::remove_file(&unfinished);
                return Err(error);
            }
            failpoint::at(Point::BackupAfterFinish).during(during)?;
            let size_bytes = fs::metadata(&path).during(during)?.len();
            Ok(Backup {
                id,
                at_us: at.as_microsecond(),
                reason,
                size_bytes,
                path,
            })
        })
        .await
    }

    /// The backups, newest first.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub async fn backups(&self) -> Result<Vec<Backup>, Error> {
        let folder = self.0.dir.join(FOLDER);
        blocking(move |_| list(&folder)).await
    }

    /// Puts the replicated rows of a backup in the place of the present ones. That is an edit like any other: it has an
    /// entry, reaches the peer, and can be undone. Where so much differs that no entry can hold it, or the present rows are
    /// not what the rolling sum says, so that an entry made from them would fit no other station's, the journal is dropped
    /// instead and a new lineage opened ([`Written::changed`] is true, and `seq` the last entry before). Afterwards the
    /// rolling sum is that of the rows.
    ///
    /// Local records, the identity of the station and the redundancy configuration stay as they are. Opening a new epoch
    /// beforehand, and backing up what is replaced, is the caller's.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] where the backup is not one of this program's or is newer,
    /// [`Error::Damaged`] where `SQLite` finds its file broken, and as [`Store::write`]. Nothing was changed then.
    pub async fn restore_backup(&self, user: &str, id: &str) -> Result<Written<Restored>, Error> {
        self.check_permit()?;
        let backup = self
            .backups()
            .await?
            .into_iter()
            .find(|backup| backup.id == id);
        let backup = backup.ok_or_else(|| Error::NotFound(format!("There is no backup {id}.")))?;
        let (copy, damaged) = self.prepare_restore(&backup.path).await?;
        let meta = EditMeta::new(user, format!("Restore the backup of {}", backup.id));
        let file = copy.0.clone();
        let restored = self
            .with_writer(move |parts| restore(parts, &file, meta))
            .await;
        drop(copy);
        let Written {
            epoch,
            seq,
            changed,
            value: (),
        } = restored?;
        Ok(Written {
            epoch,
            seq,
            changed,
            value: Restored { backup, damaged },
        })
    }

    /// Copies a backup, checks the copy and brings it up to date, so that the backup itself stays as it is. Says whether
    /// its data are damaged.
    async fn prepare_restore(&self, path: &Path) -> Result<(snapshot::SpoolFile, bool), Error> {
        let during = "read the backup";
        inspect(path, &self.0.definition)
            .await
            .map_err(|error| Error::Invalid(error.to_string()))?;
        let spool = snapshot::spool_file(&self.0.dir);
        let (from, to) = (path.to_owned(), spool.0.clone());
        blocking(move |_| {
            fs::create_dir_all(to.parent().unwrap_or(Path::new("."))).during(during)?;
            fs::copy(&from, &to).during(during).map(drop)
        })
        .await?;
        let mut connection = SqliteConnectOptions::new()
            .filename(&spool.0)
            .disable_statement_logging()
            .connect()
            .await
            .during(during)?;
        let (expected, definition) = (self.0.schema_hash.clone(), self.0.definition);
        let damaged = blocking(move |runtime| {
            let checked = {
                let db = runtime.block_on(Db::lock(&mut connection)).during(during)?;
                check_copy(&db, &definition, &expected)
            };
            runtime.block_on(connection.close()).during(during)?;
            checked
        })
        .await?;
        Ok((spool, damaged))
    }
}

/// A name for a backup of this moment that no other has.
fn free_name(folder: &Path, at: Timestamp) -> (String, PathBuf) {
    let stem = at.strftime("%Y-%m-%dT%H-%M-%SZ").to_string();
    let mut id = stem.clone();
    let mut n = 1;
    while folder.join(format!("{id}.db")).exists() {
        n += 1;
        id = format!("{stem}-{n}");
    }
    let path = folder.join(format!("{id}.db"));
    (id, path)
}

fn copy(db: &Db<'_>, to: &Path) -> Result<(), Error> {
    let during = "make a backup";
    // A copy that a crash left unfinished.
    match fs::remove_file(to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(Error::io(during, error));
        }
        _ => {}
    }
    let name = to
        .to_str()
        .ok_or_else(|| Error::Invalid(String::from("the data directory's name is not UTF-8")))?;
    let mut vacuum = db.prepare("VACUUM INTO ?1").during(during)?;
    vacuum.run(&[name.into()]).during(during)?;
    File::open(to)
        .and_then(|file| file.sync_all())
        .during(during)
}

fn list(folder: &Path) -> Result<Vec<Backup>, Error> {
    let during = "list the backups";
    let files = match fs::read_dir(folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io(during, error)),
    };
    let mut backups = Vec::new();
    for file in files {
        let file = file.during(during)?;
        let path = file.path();
        let (Some(id), Some("db")) = (
            path.file_stem().and_then(|s| s.to_str()),
            path.extension().and_then(|s| s.to_str()),
        ) else {
            continue;
        };
        let meta = file.metadata().during(during)?;
        // Without its note, the file's own time is as good.
        let note = fs::read(path.with_extension("json"))
            .ok()
            .and_then(|note| serde_json::from_slice(&note).ok());
        let note = note.unwrap_or_else(|| {
            let at = meta
                .modified()
                .ok()
                .and_then(|at| Timestamp::try_from(at).ok())
                .unwrap_or_default();
            Note {
                at_us: at.as_microsecond(),
                reason: String::new(),
            }
        });
        let id = id.to_owned();
        backups.push(Backup {
            id,
            at_us: note.at_us,
            reason: note.reason,
            size_bytes: meta.len(),
            path,
        });
    }
    backups.sort_by(|a, b| b.at_us.cmp(&a.at_us).then_with(|| b.id.cmp(&a.id)));
    Ok(backups)
}

/// Brings the copy up to date; whether its rows are not what its own sum says.
fn check_copy(db: &Db<'_>, definition: &Definition, expected: &str) -> Result<bool, Error> {
    let during = "check the backup";
    let mut check = db.prepare("PRAGMA quick_check(1)").during(during)?;
    if let Some(row) = check.step().during(during)?
        && row.str(0) != "ok"
    {
        return Err(Error::Damaged {
            what: format!("the backup is not whole: {}", row.str(0)),
        });
    }
    drop(check);
    // Before it is brought up to date, since its sum is of the tables that it was made with.
    let schema = Schema::read(db, definition.replicated).during(during)?;
    let sum = state::load(db)?.map(|state| state.head.sum);
    let damaged = sum != Some(sum::scan(db, &schema).during(during)?.sum);
    let version = migrate::pragma(db, "user_version").during(during)?;
    if version < definition.version() {
        db.execute("BEGIN IMMEDIATE").during(during)?;
        migrate::migrate(db, version, definition).during("bring the backup up to date")?;
        db.execute("COMMIT").during(during)?;
    }
    if schema_hash(db, definition).during(during)? == expected {
        Ok(damaged)
    } else {
        Err(Error::Invalid(String::from(
            "The backup has other tables than this station.",
        )))
    }
}

fn restore(
    parts: &mut WriterParts<'_, '_>,
    file: &Path,
    meta: EditMeta,
) -> Result<Written<()>, Error> {
    let during = "restore the backup";
    let name = file
        .to_str()
        .ok_or_else(|| Error::Invalid(String::from("the data directory's name is not UTF-8")))?;
    parts.shared.gate.check(parts.head.position.epoch)?;
    parts.db.abandon().during(during)?;
    parts
        .db
        .run("ATTACH ?1 AS backup", &[name.into()])
        .during(during)?;
    let restored = is_whole(parts).and_then(|whole| {
        if !whole {
            return as_new_lineage(parts);
        }
        as_edit(parts, meta).or_else(|error| match error {
            Error::TooLarge { .. } => as_new_lineage(parts),
            other => Err(other),
        })
    });
    parts.db.abandon().during(during)?;
    parts.db.execute("DETACH backup").during(during)?;
    restored
}

/// Whether the present rows are what the rolling sum says.
fn is_whole(parts: &WriterParts<'_, '_>) -> Result<bool, Error> {
    let during = "check the present data";
    let scan = sum::scan(parts.db, &parts.shared.schema).during(during)?;
    Ok(scan.sum == parts.head.sum)
}

fn as_edit(parts: &mut WriterParts<'_, '_>, meta: EditMeta) -> Result<Written<()>, Error> {
    let during = "restore the backup";
    parts.db.execute("BEGIN IMMEDIATE").during(during)?;
    parts.db.record(&parts.shared.schema).during(during)?;
    replace_rows(parts)?;
    finish(parts, meta, Links::default())
}

fn as_new_lineage(parts: &mut WriterParts<'_, '_>) -> Result<Written<()>, Error> {
    let during = "restore the backup";
    parts.transaction(during, |parts| {
        replace_rows(parts)?;
        parts.head.sum = sum::scan(parts.db, &parts.shared.schema)
            .during(during)?
            .sum;
        epochs::new_lineage(parts)?;
        epochs::forget_journal(parts)?;
        parts
            .shared
            .gate
            .check(parts.shared.head.borrow().position.epoch)
    })?;
    parts.publish(Some(Commit::Replaced));
    let position = parts.head.position;
    Ok(Written {
        epoch: position.epoch,
        seq: some(position.seq).unwrap_or(0),
        changed: true,
        value: (),
    })
}

/// Makes the rows of every replicated table those of the attached backup; rows that are equal are not touched.
fn replace_rows(parts: &mut WriterParts<'_, '_>) -> Result<(), Error> {
    let during = "restore the backup";
    parts
        .db
        .execute("PRAGMA defer_foreign_keys = ON")
        .during(during)?;
    for table in parts.shared.schema.tables().iter().rev() {
        parts.db.execute(&delete_extra(table)).during(during)?;
    }
    for table in parts.shared.schema.tables() {
        parts.db.execute(&upsert_differing(table)).during(during)?;
    }
    Ok(())
}

fn delete_extra(table: &Table) -> String {
    let name = quoted(&table.name);
    let same_key = key_columns(table).map(|column| format!("b.{column} = m.{column}"));
    let same_key = same_key.collect::<Vec<_>>().join(" AND ");
    format!(
        "DELETE FROM main.{name} AS m WHERE NOT EXISTS (SELECT 1 FROM backup.{name} AS b WHERE {same_key})"
    )
}

fn upsert_differing(table: &Table) -> String {
    let name = quoted(&table.name);
    let columns: Vec<String> = table.columns.iter().map(|column| quoted(column)).collect();
    let key: Vec<String> = key_columns(table).collect();
    let rest: Vec<&String> = columns
        .iter()
        .filter(|column| !key.contains(column))
        .collect();
    let list = columns.join(", ");
    let conflict = if rest.is_empty() {
        String::from("DO NOTHING")
    } else {
        let set: Vec<String> = rest.iter().map(|c| format!("{c} = excluded.{c}")).collect();
        let differs: Vec<String> = rest
            .iter()
            .map(|c| format!("m.{c} IS NOT excluded.{c}"))
            .collect();
        format!(
            "DO UPDATE SET {} WHERE {}",
            set.join(", "),
            differs.join(" OR ")
        )
    };
    format!(
        "INSERT INTO main.{name} AS m ({list}) SELECT {list} FROM backup.{name} WHERE true ON CONFLICT ({}) {conflict}",
        key.join(", ")
    )
}

fn key_columns(table: &Table) -> impl Iterator<Item = String> {
    table
        .columns
        .iter()
        .zip(&table.key)
        .filter(|(_, key)| **key != 0)
        .map(|(column, _)| quoted(column))
}
