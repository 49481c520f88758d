//! Templates: blocks of items that are scheduled again and again.

use domain::ids::{AssetId, TemplateId};
use domain::template::{Template, TemplateItem};
use domain::timecode::Counting;
use domain::validate::{self, Invalid, NAME_CHARS_MAX};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{QueryBuilder, Row as _, Sqlite};
use uuid::Uuid;

use super::items::{kind, kind_text, start_mode, start_mode_text};
use super::row::{self, BINDS_MAX, damaged, parsed, uuid, uuid_or_null};
use super::{TableError, assets, locked};

/// Most items that a template may have.
pub const TEMPLATE_ITEMS_MAX: usize = 2_000;
/// Most templates that a channel may have.
pub const TEMPLATES_MAX: u64 = 2_000;

const ITEM_COLUMN_COUNT: usize = 11;

/// A template in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateSummary {
    /// The template.
    pub template: Template,
    /// How many items.
    pub items: u64,
    /// The sum of their durations in frames.
    pub duration: i64,
}

/// All templates, A to Z.
///
/// # Errors
/// [`TableError::Store`].
pub async fn list(conn: &mut SqliteConnection) -> Result<Vec<TemplateSummary>, TableError> {
    let rows = sqlx::query(
        "SELECT id, name, starts_at, \
         (SELECT count(*) FROM template_item WHERE template_id = template.id), \
         (SELECT coalesce(sum(duration), 0) FROM template_item WHERE template_id = template.id) \
         FROM template ORDER BY name COLLATE NOCASE, id",
    )
    .fetch_all(conn)
    .await?;
    let summary = |row: &SqliteRow| {
        Ok(TemplateSummary {
            template: from_row(row)?,
            items: row::count(row, 3)?,
            duration: row.try_get(4)?,
        })
    };
    rows.iter().map(summary).collect()
}

/// A template.
///
/// # Errors
/// [`TableError::NotFound`], [`TableError::Store`].
pub async fn get(conn: &mut SqliteConnection, id: TemplateId) -> Result<Template, TableError> {
    let row = sqlx::query("SELECT id, name, starts_at FROM template WHERE id = ?")
        .bind(&id.as_bytes()[..])
        .fetch_optional(conn)
        .await?
        .ok_or_else(|| TableError::not_found("template", id))?;
    from_row(&row)
}

/// The items of a template, in order.
///
/// # Errors
/// [`TableError::Store`].
pub async fn items(
    conn: &mut SqliteConnection,
    id: TemplateId,
) -> Result<Vec<TemplateItem>, TableError> {
    let rows = sqlx::query(
        "SELECT kind, title, asset_id, start_mode, start_offset, in_point, duration, notes FROM template_item \
         WHERE template_id = ? ORDER BY place, id",
    )
    .bind(&id.as_bytes()[..])
    .fetch_all(conn)
    .await?;
    rows.iter().map(item_from_row).collect()
}

/// Adds a template with its items.
///
/// # Errors
/// [`TableError::Invalid`], [`TableError::TooMany`], [`TableError::NotFound`] for an asset, [`TableError::Store`].
pub async fn add(
    conn: &mut SqliteConnection,
    template: Template,
    items: &[TemplateItem],
) -> Result<Template, TableError> {
    let template = normalized(template)?;
    let present = sqlx::query("SELECT count(*) FROM template")
        .fetch_one(&mut *conn)
        .await?;
    check("templates", row::count(&present, 0)? + 1, TEMPLATES_MAX)?;
    check(
        "items of a template",
        items.len() as u64,
        TEMPLATE_ITEMS_MAX as u64,
    )?;
    locked(&mut *conn, |db| {
        assets::require_raw(db, items.iter().filter_map(|item| item.asset_id))
    })
    .await?;
    sqlx::query("INSERT INTO template (id, name, starts_at) VALUES (?, ?, ?)")
        .bind(&template.id.as_bytes()[..])
        .bind(&template.name)
        .bind(template.starts_at.to_string())
        .execute(&mut *conn)
        .await?;
    let mut place = 0_i64;
    for batch in items.chunks(BINDS_MAX / ITEM_COLUMN_COUNT) {
        let mut sql: QueryBuilder<Sqlite> = QueryBuilder::new(
            "INSERT INTO template_item (id, template_id, place, kind, title, asset_id, start_mode, start_offset, in_point, \
             duration, notes) ",
        );
        sql.push_values(batch, |mut row, item| {
            row.push_bind(Uuid::now_v7().as_bytes().to_vec())
                .push_bind(template.id.as_bytes().to_vec())
                .push_bind(place)
                .push_bind(kind_text(item.kind))
                .push_bind(item.title.clone())
                .push_bind(item.asset_id.map(|id| id.as_bytes().to_vec()))
                .push_bind(start_mode_text(item.start_mode))
                .push_bind(item.start_offset)
                .push_bind(item.in_point)
                .push_bind(item.duration)
                .push_bind(item.notes.clone());
            place += 1;
        });
        sql.build().persistent(false).execute(&mut *conn).await?;
    }
    Ok(template)
}

/// Gives a template another name.
///
/// # Errors
/// [`TableError::NotFound`], [`TableError::Invalid`], [`TableError::Store`].
pub async fn rename(
    conn: &mut SqliteConnection,
    id: TemplateId,
    name: String,
) -> Result<Template, TableError> {
    let old = get(&mut *conn, id).await?;
    let template = normalized(Template { name, ..old })?;
    sqlx::query("UPDATE template SET name = ? WHERE id = ?")
        .bind(&template.name)
        .bind(&id.as_bytes()[..])
        .execute(conn)
        .await?;
    Ok(template)
}

/// Deletes a template with its items.
///
/// # Errors
/// [`TableError::NotFound`], [`TableError::Store`].
pub async fn delete(conn: &mut SqliteConnection, id: TemplateId) -> Result<(), TableError> {
    get(&mut *conn, id).await?;
    for sql in [
        "DELETE FROM template_item WHERE template_id = ?",
        "DELETE FROM template WHERE id = ?",
    ] {
        sqlx::query(sql)
            .bind(&id.as_bytes()[..])
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// How many templates there are.
///
/// # Errors
/// [`TableError::Store`].
pub async fn count(conn: &mut SqliteConnection) -> Result<u64, TableError> {
    let row = sqlx::query("SELECT count(*) FROM template")
        .fetch_one(conn)
        .await?;
    row::count(&row, 0)
}

/// Brings all templates to a new counting: lengths to the nearest frame, clock times as they are read.
pub(crate) async fn convert(
    conn: &mut SqliteConnection,
    from: Counting,
    to: Counting,
) -> Result<(), TableError> {
    for TemplateSummary { template, .. } in list(&mut *conn).await? {
        let starts_at = from
            .convert(template.starts_at, to)
            .map_err(Invalid::from)?;
        sqlx::query("UPDATE template SET starts_at = ? WHERE id = ?")
            .bind(starts_at.to_string())
            .bind(&template.id.as_bytes()[..])
            .execute(&mut *conn)
            .await?;
    }
    let rows = sqlx::query("SELECT id, in_point, duration, start_offset FROM template_item")
        .fetch_all(&mut *conn)
        .await?;
    let convert = |frames| from.rate().convert(frames, to.rate());
    for row in &rows {
        let (in_point, duration): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
        let offset: Option<i64> = row.try_get(3)?;
        // The ends are converted each, so that what was cut back to back stays so.
        let out_point = convert(in_point + duration);
        let least = i64::from(duration > 0);
        sqlx::query(
            "UPDATE template_item SET in_point = ?, duration = ?, start_offset = ? WHERE id = ?",
        )
        .bind(convert(in_point))
        .bind((out_point - convert(in_point)).max(least))
        .bind(offset.map(convert))
        .bind(&uuid(row, 0)?.as_bytes()[..])
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

fn normalized(mut template: Template) -> Result<Template, TableError> {
    template.name = template.name.trim().to_owned();
    validate::line("name", &template.name, NAME_CHARS_MAX)?;
    Ok(template)
}

fn check(what: &'static str, count: u64, max: u64) -> Result<(), TableError> {
    if count > max {
        return Err(TableError::TooMany { what, count, max });
    }
    Ok(())
}

fn from_row(row: &SqliteRow) -> Result<Template, TableError> {
    Ok(Template {
        id: TemplateId(uuid(row, 0)?),
        name: row.try_get(1)?,
        starts_at: parsed(row, 2, "start")?,
    })
}

fn item_from_row(row: &SqliteRow) -> Result<TemplateItem, TableError> {
    let item = TemplateItem {
        kind: kind(row.try_get(0)?)?,
        title: row.try_get(1)?,
        asset_id: uuid_or_null(row, 2)?.map(AssetId),
        start_mode: start_mode(row.try_get(3)?)?,
        start_offset: row.try_get(4)?,
        in_point: row.try_get(5)?,
        duration: row.try_get(6)?,
        notes: row.try_get(7)?,
    };
    if item.duration < 0 || item.in_point < 0 {
        return Err(damaged("duration", item.duration));
    }
    Ok(item)
}

#[cfg(test)]
mod tests;
