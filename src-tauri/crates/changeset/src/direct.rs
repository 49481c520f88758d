//! Applying a few changes with statements of our own, which are kept: SQLite's apply prepares a handful of them for each table
//! and each call, which takes longer than the rest of a small changeset.

use libsqlite3_sys as ffi;

use crate::change::Op;
use crate::schema::quoted;
use crate::{Change, Changeset, Conflict, ConflictKind, Db, Error, Schema, Table, ValueRef};

/// Changesets of more changes are left to SQLite.
const CHANGES_MAX: usize = 64;

impl Db<'_> {
    /// As [`Db::apply`] with [`OnConflict::Abort`](crate::OnConflict::Abort), but in a transaction that the caller rolls back
    /// where this fails: quick for a few changes.
    ///
    /// # Errors
    /// As [`Db::apply`]; some of the changes may be applied then.
    pub fn apply_or_roll_back(&self, schema: &Schema, changeset: &Changeset) -> Result<(), Error> {
        if schema.has_actions() || changeset.changes().nth(CHANGES_MAX).is_some() {
            return self
                .apply(schema, changeset, crate::OnConflict::Abort)
                .map(drop);
        }
        schema.check(changeset)?;
        let mut deferred = false;
        for change in changeset.changes() {
            let table = schema.table(change.table).ok_or(Error::Schema {
                table: change.table.to_owned(),
                what: "is not one of the replicated tables",
            })?;
            self.apply_one(table, &change, &mut deferred)?;
        }
        if self.has_dangling_references()? {
            return Err(conflict(ConflictKind::ForeignKey, None));
        }
        Ok(())
    }

    fn apply_one(
        &self,
        table: &Table,
        change: &Change<'_>,
        deferred: &mut bool,
    ) -> Result<(), Error> {
        let (sql, parameters) = statement(table, change);
        let mut made = match deferred {
            false => self.run(sql.clone(), &parameters),
            true => self.run_once(&sql, &parameters),
        };
        if !*deferred && made.as_ref().is_err_and(is_of_references) {
            // Rows may come before those that they refer to. That is said only where it is needed, since all statements that
            // are kept are prepared anew after it. It holds until the transaction ends, and what is prepared meanwhile must
            // not be kept: run without it, such a statement would fail without taking back what it did.
            self.execute("PRAGMA defer_foreign_keys = ON")?;
            *deferred = true;
            made = self.run_once(&sql, &parameters);
        }
        let changed = made.map_err(|error| refused(error, change))?;
        match changed {
            0 if self.has_row(table, change)? => Err(conflict(ConflictKind::Data, Some(change))),
            0 => Err(conflict(ConflictKind::NotFound, Some(change))),
            _ => Ok(()),
        }
    }

    fn has_row(&self, table: &Table, change: &Change<'_>) -> Result<bool, Error> {
        let mut made = Made::new(format!("SELECT 1 FROM {} WHERE ", quoted(&table.name)));
        made.list(" AND ", key(table, change), |column, n| {
            format!("{column} = ?{n}")
        });
        let mut rows = self.prepare(&made.sql)?;
        rows.bind_all(&made.parameters)?;
        Ok(rows.step()?.is_some())
    }
}

/// The statement that makes a change where the row is as it is to be, with its parameters.
fn statement<'c>(table: &Table, change: &Change<'c>) -> (String, Vec<ValueRef<'c>>) {
    let name = quoted(&table.name);
    let made = match change.op {
        Op::Insert => {
            let mut made = Made::new(format!("INSERT INTO {name} VALUES ("));
            made.list(", ", columns(table, change.after()), |_, n| format!("?{n}"));
            made.sql.push(')');
            made
        }
        Op::Update => {
            let mut made = Made::new(format!("UPDATE {name} SET "));
            made.list(", ", columns(table, change.after()), |column, n| {
                format!("{column} = ?{n}")
            });
            made.only_as_before(table, change);
            made
        }
        Op::Delete => {
            let mut made = Made::new(format!("DELETE FROM {name}"));
            made.only_as_before(table, change);
            made
        }
    };
    (made.sql, made.parameters)
}

/// A statement that is being put together.
struct Made<'c> {
    sql: String,
    parameters: Vec<ValueRef<'c>>,
}

impl<'c> Made<'c> {
    fn new(sql: String) -> Self {
        Made {
            sql,
            parameters: Vec::new(),
        }
    }

    fn list<'t>(
        &mut self,
        between: &str,
        cells: impl Iterator<Item = (&'t str, ValueRef<'c>)>,
        each: impl Fn(String, usize) -> String,
    ) {
        for (at, (column, value)) in cells.enumerate() {
            if at > 0 {
                self.sql.push_str(between);
            }
            self.parameters.push(value);
            self.sql
                .push_str(&each(quoted(column), self.parameters.len()));
        }
    }

    /// The key finds the row by its index; all that the change knows of it must be so.
    fn only_as_before(&mut self, table: &Table, change: &Change<'c>) {
        self.sql.push_str(" WHERE ");
        self.list(" AND ", key(table, change), |column, n| {
            format!("{column} = ?{n}")
        });
        let others = columns(table, change.before())
            .zip(&table.key)
            .filter(|(_, key)| **key == 0);
        let mut others = others.map(|(cell, _)| cell).peekable();
        if others.peek().is_some() {
            self.sql.push_str(" AND ");
            self.list(" AND ", others, |column, n| format!("{column} IS ?{n}"));
        }
    }
}

/// The columns of which there is a value, with it.
fn columns<'t, 'c>(
    table: &'t Table,
    values: impl Iterator<Item = Option<ValueRef<'c>>>,
) -> impl Iterator<Item = (&'t str, ValueRef<'c>)> {
    let columns = table.columns.iter().zip(values);
    columns.filter_map(|(column, value)| Some((column.as_str(), value?)))
}

fn key<'t, 'c>(
    table: &'t Table,
    change: &Change<'c>,
) -> impl Iterator<Item = (&'t str, ValueRef<'c>)> {
    let columns = table.columns.iter().zip(&table.key);
    let columns = columns.filter(|(_, key)| **key != 0);
    columns.map(|(column, _)| column.as_str()).zip(change.key())
}

fn is_of_references(error: &Error) -> bool {
    matches!(error, Error::Sqlite { code, .. } if *code == ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
}

fn refused(error: Error, change: &Change<'_>) -> Error {
    let kind = match error {
        Error::Sqlite { code, .. } if code & 0xff != ffi::SQLITE_CONSTRAINT => return error,
        Error::Sqlite {
            code:
                ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                | ffi::SQLITE_CONSTRAINT_ROWID
                | ffi::SQLITE_CONSTRAINT_UNIQUE,
            ..
        } => ConflictKind::Exists,
        Error::Sqlite { .. } => ConflictKind::Constraint,
        error => return error,
    };
    conflict(kind, Some(change))
}

fn conflict(kind: ConflictKind, change: Option<&Change<'_>>) -> Error {
    Error::Conflict(Box::new(Conflict {
        kind,
        table: change.map_or_else(String::new, |change| change.table.to_owned()),
        op: change.map(|change| change.op),
        key: change.map_or_else(Vec::new, |change| {
            change.key().map(ValueRef::to_owned).collect()
        }),
    }))
}
