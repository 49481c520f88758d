//! Listing and searching the library, fast over 100,000 assets.

use domain::asset::{Asset, AssetKind, FileState};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, Sqlite};

use super::super::TableError;
use super::super::row::count;
use super::{columns, from_row, kind_text};
use crate::media_files::state_text;

/// What assets are sorted by. Equal ones stand in the order in which they were added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AssetSort {
    /// By title, A to Z (letters of ASCII without regard to case).
    #[default]
    Title,
    /// By title, Z to A.
    TitleDesc,
    /// Shortest first.
    Duration,
    /// Longest first.
    DurationDesc,
    /// Oldest first.
    Added,
    /// Newest first.
    AddedDesc,
}

/// What about an asset may want attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssetFilter {
    /// This station found no file, or another one than the library's.
    File(FileState),
    /// No item refers to it.
    Unused,
}

/// Which assets, in which order, and which part of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssetQuery {
    /// Words, or their beginnings, all of which must be in the title, path, category or notes, without regard to case and
    /// diacritics. Empty: all assets.
    pub search: String,
    /// Only this kind.
    pub kind: Option<AssetKind>,
    /// Only this category; the empty one: those without.
    pub category: Option<String>,
    /// Only those of so many frames or more.
    pub duration_min: Option<i64>,
    /// Only those of so many frames or fewer.
    pub duration_max: Option<i64>,
    /// Only what wants attention in this way.
    pub only: Option<AssetFilter>,
    /// In which order.
    pub sort: AssetSort,
    /// How many to skip.
    pub offset: u64,
    /// How many at most.
    pub limit: u32,
}

/// A part of the assets that a query finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetPage {
    /// How many it finds in all.
    pub total: u64,
    /// The part that was asked for.
    pub assets: Vec<Asset>,
}

/// A category, and how many assets have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its name.
    pub name: String,
    /// How many.
    pub assets: u64,
}

/// From how many hits on it is cheaper to walk an index of the order and pick the hits than to sort them.
const HITS_TO_WALK: u64 = 3_000;

/// Longest search that is looked at, in words.
const WORDS_MAX: usize = 20;

/// The assets that a query finds.
///
/// # Errors
/// [`TableError::Store`].
pub async fn list(
    conn: &mut SqliteConnection,
    query: &AssetQuery,
) -> Result<AssetPage, TableError> {
    let matching = match_expression(&query.search, query.kind);
    if query.filters() {
        return filtered(conn, query, matching).await;
    }
    let total = total(&mut *conn, query.kind, matching.as_deref()).await?;
    if total <= query.offset || query.limit == 0 {
        return Ok(AssetPage {
            total,
            assets: Vec::new(),
        });
    }
    let walk = total > HITS_TO_WALK;
    // What finds every asset need not be looked for: one letter often does, and gathering its hits takes longest of all.
    let finds_all =
        walk && matching.is_some() && total == self::total(&mut *conn, query.kind, None).await?;
    let matching = matching.filter(|_| !finds_all);
    let ids = match (&matching, query.kind) {
        // The unary plus keeps the planner from starting with the hits.
        (Some(_), _) if walk => {
            "SELECT asset.id FROM asset WHERE \
             +(SELECT n FROM asset_number WHERE asset_id = asset.id) IN \
             (SELECT rowid FROM asset_search WHERE asset_search MATCH ?1)"
        }
        (Some(_), _) => {
            "SELECT asset.id FROM asset_search JOIN asset_number ON n = asset_search.rowid \
             JOIN asset ON asset.id = asset_id WHERE asset_search MATCH ?1"
        }
        (None, Some(_)) => "SELECT asset.id FROM asset WHERE kind = ?1",
        (None, None) => "SELECT asset.id FROM asset WHERE ?1 IS NULL",
    };
    let order = order(query.sort);
    let sql = format!(
        concat!(
            "SELECT ",
            columns!(),
            " FROM asset WHERE id IN ({ids} ORDER BY {order} LIMIT ?2 OFFSET ?3) ORDER BY {order}"
        ),
        ids = ids,
        order = order,
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(matching.or_else(|| query.kind.map(|kind| kind_text(kind).to_owned())))
        .bind(query.limit)
        .bind(i64::try_from(query.offset).unwrap_or(i64::MAX))
        .fetch_all(conn)
        .await?;
    let assets = rows.iter().map(from_row).collect::<Result<Vec<_>, _>>()?;
    Ok(AssetPage { total, assets })
}

impl AssetQuery {
    /// Whether more is asked for than words and a kind, which the indexes answer at once.
    fn filters(&self) -> bool {
        self.category.is_some()
            || self.duration_min.is_some()
            || self.duration_max.is_some()
            || self.only.is_some()
    }
}

/// The assets that a query with filters finds: counted and ordered by their ids, of which only the page is read whole.
async fn filtered(
    conn: &mut SqliteConnection,
    query: &AssetQuery,
    matching: Option<String>,
) -> Result<AssetPage, TableError> {
    let mut counting = QueryBuilder::new("SELECT count(*) FROM asset WHERE ");
    push_conditions(&mut counting, query, matching.as_deref());
    let total = count(&counting.build().fetch_one(&mut *conn).await?, 0)?;
    if total <= query.offset || query.limit == 0 {
        return Ok(AssetPage {
            total,
            assets: Vec::new(),
        });
    }
    let order = order(query.sort);
    let mut page = QueryBuilder::new(concat!(
        "SELECT ",
        columns!(),
        " FROM asset WHERE id IN (SELECT asset.id FROM asset WHERE "
    ));
    push_conditions(&mut page, query, matching.as_deref());
    page.push(" ORDER BY ").push(order);
    page.push(" LIMIT ").push_bind(query.limit);
    page.push(" OFFSET ")
        .push_bind(i64::try_from(query.offset).unwrap_or(i64::MAX));
    page.push(") ORDER BY ").push(order);
    let rows = page.build().fetch_all(conn).await?;
    let assets = rows.iter().map(from_row).collect::<Result<Vec<_>, _>>()?;
    Ok(AssetPage { total, assets })
}

fn push_conditions(sql: &mut QueryBuilder<Sqlite>, query: &AssetQuery, matching: Option<&str>) {
    let mut conditions = sql.separated(" AND ");
    conditions.push("TRUE");
    match (matching, query.kind) {
        (Some(matching), _) => {
            conditions
                .push("asset.id IN (SELECT asset_id FROM asset_number WHERE n IN (SELECT rowid FROM asset_search WHERE asset_search MATCH ")
                .push_bind_unseparated(matching.to_owned())
                .push_unseparated("))");
        }
        (None, Some(kind)) => {
            conditions
                .push("asset.kind = ")
                .push_bind_unseparated(kind_text(kind));
        }
        (None, None) => {}
    }
    if let Some(category) = &query.category {
        conditions
            .push("asset.category = ")
            .push_bind_unseparated(category.clone());
    }
    if let Some(frames) = query.duration_min {
        conditions
            .push("asset.duration >= ")
            .push_bind_unseparated(frames);
    }
    if let Some(frames) = query.duration_max {
        conditions
            .push("asset.duration <= ")
            .push_bind_unseparated(frames);
    }
    match query.only {
        Some(AssetFilter::File(state)) => {
            conditions
                .push("asset.id IN (SELECT asset_id FROM asset_file WHERE state = ")
                .push_bind_unseparated(state_text(state))
                .push_unseparated(")");
        }
        Some(AssetFilter::Unused) => {
            conditions.push("NOT EXISTS (SELECT 1 FROM item WHERE item.asset_id = asset.id)");
        }
        None => {}
    }
}

/// The categories that assets have, A to Z, with how many; those without any are not counted.
///
/// # Errors
/// [`TableError::Store`].
pub async fn categories(
    conn: &mut SqliteConnection,
    limit: u32,
) -> Result<Vec<Category>, TableError> {
    let rows = sqlx::query(
        "SELECT category, count(*) FROM asset WHERE category <> '' GROUP BY category \
         ORDER BY category COLLATE NOCASE, category LIMIT ?",
    )
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Category {
                name: row.try_get(0)?,
                assets: count(row, 1)?,
            })
        })
        .collect()
}

async fn total(
    conn: &mut SqliteConnection,
    kind: Option<AssetKind>,
    matching: Option<&str>,
) -> Result<u64, TableError> {
    let query = match (matching, kind) {
        (Some(matching), _) => {
            sqlx::query("SELECT count(*) FROM asset_search WHERE asset_search MATCH ?")
                .bind(matching.to_owned())
        }
        (None, Some(kind)) => {
            sqlx::query("SELECT count(*) FROM asset WHERE kind = ?").bind(kind_text(kind))
        }
        (None, None) => sqlx::query("SELECT count(*) FROM asset"),
    };
    count(&query.fetch_one(conn).await?, 0)
}

/// The columns of an order. There is an index for each, forward and backward.
fn order(sort: AssetSort) -> &'static str {
    match sort {
        AssetSort::Title => "asset.title COLLATE NOCASE, asset.id",
        AssetSort::TitleDesc => "asset.title COLLATE NOCASE DESC, asset.id DESC",
        AssetSort::Duration => "asset.duration, asset.id",
        AssetSort::DurationDesc => "asset.duration DESC, asset.id DESC",
        AssetSort::Added => "asset.id",
        AssetSort::AddedDesc => "asset.id DESC",
    }
}

/// The words of a search as an FTS5 expression (<https://www.sqlite.org/fts5.html#full_text_query_syntax>): each quoted,
/// so that nothing in them is an operator, and the beginning of a word. The kind is indexed like a word, so that the
/// index alone can count.
fn match_expression(search: &str, kind: Option<AssetKind>) -> Option<String> {
    let words: Vec<String> = search
        .split_whitespace()
        // What has no letter or digit is not in the index.
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .take(WORDS_MAX)
        .map(|word| format!("\"{}\"*", word.replace(['"', '\0'], " ")))
        .collect();
    if words.is_empty() {
        return None;
    }
    let text = format!("{{title path category notes}} : ({})", words.join(" AND "));
    Some(match kind {
        Some(kind) => format!("({text}) AND kind : {}", kind_text(kind)),
        None => text,
    })
}
