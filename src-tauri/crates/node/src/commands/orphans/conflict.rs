//! A conflict in words: what the orphan found, what stands there now, and who put it there.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::AssetId;
use store::{OrphanId, Value, tables};

use crate::api::{
    AffectedRow, ApiError, ChangedBy, ErrorCode, FieldConflict, Obstacle, OrphanConflict,
    RowConflict, Thing,
};
use crate::commands::affected::{self, Values};
use crate::commands::desk::instant_us;
use crate::commands::{Desk, errors};

/// Conflicts that the message itself tells of; the others are in the details.
const TOLD_MAX: usize = 3;

/// The error that says why an orphan does not fit.
pub(super) async fn error(
    desk: &Desk,
    id: OrphanId,
    found: store::OrphanConflict,
) -> Result<ApiError, ApiError> {
    let summary = errors::sentence(&found.to_string());
    let conflict = OrphanConflict {
        id: id.to_string(),
        label: found.label,
        changes: found.changes,
        in_the_way: found.in_the_way,
        conflicts: rows(desk, found.rows).await?,
    };
    let told: Vec<&str> = conflict
        .conflicts
        .iter()
        .take(TOLD_MAX)
        .map(|row| row.message.as_str())
        .collect();
    let message = format!("{summary} {}", told.join(" "));
    let details = serde_json::to_value(&conflict).unwrap_or_default();
    Ok(ApiError::new(ErrorCode::Conflict, message.trim_end()).with(details))
}

/// The conflict that an error is about.
pub(super) fn of(error: &ApiError) -> Option<OrphanConflict> {
    if error.code != ErrorCode::Conflict {
        return None;
    }
    serde_json::from_value(error.details.clone()).ok()
}

/// Rows in the way, in words.
pub(super) async fn rows(
    desk: &Desk,
    found: Vec<store::RowConflict>,
) -> Result<Vec<RowConflict>, ApiError> {
    let mut reader = desk.read().await?;
    let spoken_of: BTreeSet<uuid::Uuid> = found
        .iter()
        .flat_map(|row| &row.fields)
        .filter(|field| field.column == "asset_id")
        .flat_map(|field| [&field.found, &field.wanted, &field.now])
        .filter_map(|value| match value {
            Some(Value::Blob(bytes)) => uuid::Uuid::from_slice(bytes).ok(),
            _ => None,
        })
        .collect();
    let mut assets = BTreeMap::new();
    for id in spoken_of {
        if let Ok(asset) = tables::assets::get(&mut reader, AssetId(id)).await {
            assets.insert(id, asset.title);
        }
    }
    let values = Values {
        counting: tables::channel::counting(&mut reader).await?,
        assets,
    };
    Ok(found.into_iter().map(|row| shown(row, &values)).collect())
}

fn shown(found: store::RowConflict, values: &Values) -> RowConflict {
    let row = affected::shown_row(found.row);
    let fields: Vec<FieldConflict> = found
        .fields
        .iter()
        .map(|field| {
            let text = |value: &Option<Value>| {
                let value = value.as_ref();
                value.map(|value| values.text(&field.column, value))
            };
            FieldConflict {
                field: affected::field(row.thing, &field.column).to_owned(),
                found: text(&field.found),
                wanted: text(&field.wanted),
                now: text(&field.now),
            }
        })
        .collect();
    let by = found.by.map(|entry| ChangedBy {
        seq: entry.seq,
        at: instant_us(entry.at_us),
        station_id: entry.station,
        user: entry.user,
        label: entry.label,
    });
    RowConflict {
        message: message(&row, &found.why, &fields, by.as_ref()),
        why: match found.why {
            store::Obstacle::Changed => Obstacle::Changed,
            store::Obstacle::Gone => Obstacle::Gone,
            store::Obstacle::Exists => Obstacle::Exists,
            store::Obstacle::Forbidden => Obstacle::Forbidden,
            store::Obstacle::Missing(..) => Obstacle::Missing,
            store::Obstacle::InUse(_) => Obstacle::InUse,
        },
        row,
        fields,
        by,
    }
}

/// One sentence about one row.
fn message(
    row: &AffectedRow,
    why: &store::Obstacle,
    fields: &[FieldConflict],
    by: Option<&ChangedBy>,
) -> String {
    let name = affected::name(row);
    let what = match why {
        store::Obstacle::Changed => {
            let changes: Vec<String> = fields.iter().map(field).collect();
            match changes[..] {
                [] => format!("{name} was changed since"),
                _ => format!("{name} was changed since: {}", changes.join("; ")),
            }
        }
        store::Obstacle::Gone => format!("{name} is not there any more"),
        store::Obstacle::Exists => {
            let fields: Vec<&str> = fields.iter().map(|field| field.field.as_str()).collect();
            format!(
                "{name} is there already, with another {}",
                fields.join(" and ")
            )
        }
        store::Obstacle::Forbidden => {
            format!("{name} would become something that the schedule does not allow")
        }
        store::Obstacle::Missing(thing, of) => {
            let what = missing(affected::shown_thing(*thing), of.as_deref());
            format!("{name} needs {what}, which is not there any more")
        }
        store::Obstacle::InUse(user) => {
            let user = user.as_deref().map(|title| format!("“{title}”"));
            let user = user.unwrap_or_else(|| String::from("an item"));
            format!("{name} cannot be removed, since {user} uses it")
        }
    };
    let by = by.map(|by| format!(" (“{}” by {})", by.label, by.user));
    errors::sentence(&format!("{what}{}", by.unwrap_or_default()))
}

/// `the title is “A” now, and was “B” when this edit was made`.
fn field(field: &FieldConflict) -> String {
    let quoted = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or("nothing");
        format!("“{text}”")
    };
    if field.field == "place" {
        return String::from("it was moved");
    }
    format!(
        "its {} is {} now, and was {} before this edit",
        field.field,
        quoted(&field.now),
        quoted(&field.found)
    )
}

fn missing(thing: Thing, name: Option<&str>) -> String {
    match (thing, name) {
        (Thing::Playlist, Some(date)) => format!("the playlist of {date}"),
        (Thing::Playlist, None) => String::from("its playlist"),
        (Thing::Template, Some(name)) => format!("the template “{name}”"),
        (Thing::Template, None) => String::from("its template"),
        (_, Some(title)) => format!("the asset “{title}”"),
        (_, None) => String::from("its asset"),
    }
}
