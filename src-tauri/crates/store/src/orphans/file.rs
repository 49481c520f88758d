//! Orphans as a file: JSON with the changes readable for people, and the entries as they were written for Tandem.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use changeset::{Change, Op, Schema, ValueRef};
use domain::history::Epoch;
use domain::ids::{LineageId, StationId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

use super::{Bundle, BundleId, OrphanId, Parcel};
use crate::entry::Entry;
use crate::error::{During as _, Error};
use crate::files;
use crate::store::{Store, blocking};

/// The largest file that is written or read.
pub const EXPORT_BYTES_MAX: u64 = 256 << 20;
/// What the file says that it is.
const FORMAT: &str = "tandem-orphans";
/// The only version that is read; 1 could not be.
const VERSION: u32 = 2;

/// What was taken in from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Orphans that were not kept here.
    pub new: u64,
    /// Orphans that were kept here already.
    pub known: u64,
}

/// Why a file was not taken in. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It is no regular file.
    #[error("that is not a file")]
    NotAFile,
    /// It is beyond the limit.
    #[error("the file has {0} bytes; at most {EXPORT_BYTES_MAX} are read")]
    TooLarge(u64),
    /// It is cut short, or something else than an export.
    #[error("that is not a file of exported orphans, or it is cut short: {0}")]
    Malformed(String),
    /// It was written by another version of Tandem.
    #[error("the file is of version {0}; this Tandem reads version {VERSION}")]
    Version(u32),
    /// It is for other tables.
    #[error(
        "the file was written by a Tandem whose data is laid out differently: export it again with this version"
    )]
    Schema,
    /// Something in it is not as it was written.
    #[error("the file is damaged at its orphan {number}: {what}")]
    Damaged {
        /// Which, counted from 1.
        number: usize,
        /// How that was found.
        what: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// The file.
#[derive(Serialize)]
struct Export<'a> {
    format: &'static str,
    version: u32,
    schema: &'a str,
    exported_at: String,
    orphans: Vec<ExportedOrphan>,
}

#[derive(Serialize)]
struct ExportedOrphan {
    made_at: String,
    user: String,
    label: String,
    station: StationId,
    seq: u64,
    epoch: Epoch,
    cut_at: String,
    /// For people; an import goes by the entry.
    changes: Vec<ExportedChange>,
    #[serde(flatten)]
    kept: Kept,
}

/// What an import goes by.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    id: Uuid,
    bundle: Uuid,
    cut_at_us: i64,
    lineage: LineageId,
    after_seq: u64,
    reason: String,
    /// The encoded entry in hexadecimal digits.
    entry: String,
    /// The hash of all of the above, likewise.
    check: String,
}

#[derive(Serialize)]
struct ExportedChange {
    table: String,
    operation: &'static str,
    key: Vec<String>,
    columns: Vec<ExportedColumn>,
}

#[derive(Serialize)]
struct ExportedColumn {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<String>,
}

/// The head of a file: looked at before the rest.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

/// The rest of it.
#[derive(Deserialize)]
struct Body {
    schema: String,
    orphans: Vec<Kept>,
}

impl Store {
    /// Writes all orphans to a JSON file: readable changes for people, the encoded entries for Tandem. The file is whole
    /// or not there. Returns how many.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Io`], [`Error::NoSpace`], [`Error::Database`].
    pub async fn export_orphans(&self, path: &Path) -> Result<u64, Error> {
        let during = "export the orphans";
        let parcels = self.parcels().await?;
        let count = parcels.len() as u64;
        let (schema, hash) = (self.0.schema.clone(), self.0.schema_hash.clone());
        let path = path.to_owned();
        blocking(move |_| {
            let orphans = parcels
                .into_iter()
                .map(|parcel| exported(parcel, &schema))
                .collect::<Result<_, _>>()?;
            let export = Export {
                format: FORMAT,
                version: VERSION,
                schema: &hash,
                exported_at: Timestamp::now().to_string(),
                orphans,
            };
            let json = serde_json::to_vec_pretty(&export)
                .map_err(|error| Error::io(during, io::Error::other(error)))?;
            let bytes = json.len() as u64;
            if bytes > EXPORT_BYTES_MAX {
                let max = EXPORT_BYTES_MAX;
                return Err(Error::TooLarge { bytes, max });
            }
            files::write_whole(&path, &json).during(during)
        })
        .await?;
        let at = Timestamp::now().as_microsecond();
        self.transaction(during, move |parts| {
            let query = "UPDATE orphan SET exported_at = ?1 WHERE exported_at IS NULL";
            parts.db.run(query, &[at.into()]).during(during).map(drop)
        })
        .await
        .map(|()| count)
    }

    /// Takes in the orphans of a file: all of them, but for those that are kept here already; or none.
    ///
    /// # Errors
    /// [`ImportError`].
    pub async fn import_orphans(&self, path: &Path) -> Result<Imported, ImportError> {
        let (schema, hash) = (self.0.schema.clone(), self.0.schema_hash.clone());
        let path = path.to_owned();
        let read = blocking::<_, ImportError>(move |_| {
            let body = read(&path)?;
            if body.schema != hash {
                return Err(ImportError::Schema);
            }
            let opened = |(at, kept): (usize, Kept)| {
                opened(kept, &schema).map_err(|what| ImportError::Damaged {
                    number: at + 1,
                    what,
                })
            };
            body.orphans.into_iter().enumerate().map(opened).collect()
        });
        let parcels: Vec<(Parcel, Entry)> = read.await?;
        let now = Timestamp::now().as_microsecond();
        let imported = self.transaction("import orphans", move |parts| {
            let mut imported = Imported { new: 0, known: 0 };
            for (parcel, entry) in &parcels {
                if parcel.put(parts.db, entry, Some(now))? {
                    imported.new += 1;
                } else {
                    imported.known += 1;
                }
            }
            Ok::<_, Error>(imported)
        });
        Ok(imported.await?)
    }
}

fn read(path: &Path) -> Result<Body, ImportError> {
    // Looked at before it is opened: opening a pipe would wait for its other end.
    if !std::fs::metadata(path)?.is_file() {
        return Err(ImportError::NotAFile);
    }
    let file = File::open(path)?;
    let len = file.metadata()?.len();
    if len > EXPORT_BYTES_MAX {
        return Err(ImportError::TooLarge(len));
    }
    let mut text = String::new();
    // It may grow while it is read.
    file.take(EXPORT_BYTES_MAX + 1).read_to_string(&mut text)?;
    if text.len() as u64 > EXPORT_BYTES_MAX {
        return Err(ImportError::TooLarge(text.len() as u64));
    }
    let malformed = |error: serde_json::Error| ImportError::Malformed(error.to_string());
    let head: Head = serde_json::from_str(&text).map_err(malformed)?;
    if head.format != FORMAT {
        let what = format!("it says that it is “{}”", head.format.escape_debug());
        return Err(ImportError::Malformed(what));
    }
    if head.version != VERSION {
        return Err(ImportError::Version(head.version));
    }
    serde_json::from_str(&text).map_err(malformed)
}

/// The parcel in what the file holds of it, with its entry; what is wrong otherwise.
fn opened(kept: Kept, schema: &Schema) -> Result<(Parcel, Entry), String> {
    if check(&kept) != kept.check {
        return Err(String::from("its hash does not match"));
    }
    let parcel = Parcel {
        id: OrphanId(kept.id),
        bundle: Bundle {
            id: BundleId(kept.bundle),
            cut_at_us: kept.cut_at_us,
            lineage: kept.lineage,
            after_seq: kept.after_seq,
            reason: kept.reason,
        },
        entry: from_hex(&kept.entry).ok_or("its entry is not in hexadecimal digits")?,
    };
    let entry = parcel.open().map_err(|error| error.to_string())?;
    schema
        .check(&entry.changeset)
        .map_err(|error| error.to_string())?;
    Ok((parcel, entry))
}

/// The hash of what an import goes by.
fn check(kept: &Kept) -> String {
    let text = format!(
        "{}\n{}\n{}\n{}\n{}\n{}\n{}",
        kept.id, kept.bundle, kept.cut_at_us, kept.lineage, kept.after_seq, kept.reason, kept.entry
    );
    format!("{:032x}", xxh3_128(text.as_bytes()))
}

fn exported(parcel: Parcel, schema: &Schema) -> Result<ExportedOrphan, Error> {
    let entry = parcel.open()?;
    let mut kept = Kept {
        id: parcel.id.0,
        bundle: parcel.bundle.id.0,
        cut_at_us: parcel.bundle.cut_at_us,
        lineage: parcel.bundle.lineage,
        after_seq: parcel.bundle.after_seq,
        reason: parcel.bundle.reason,
        entry: to_hex(&parcel.entry),
        check: String::new(),
    };
    kept.check = check(&kept);
    Ok(ExportedOrphan {
        made_at: rfc3339(entry.at_us),
        user: entry.user,
        label: entry.label,
        station: entry.station,
        seq: entry.seq,
        epoch: entry.epoch,
        cut_at: rfc3339(kept.cut_at_us),
        changes: entry
            .changeset
            .changes()
            .map(|change| exported_change(&change, schema))
            .collect(),
        kept,
    })
}

fn exported_change(change: &Change<'_>, schema: &Schema) -> ExportedChange {
    let names = schema
        .table(change.table)
        .map(|table| table.columns.as_slice())
        .unwrap_or_default();
    let columns = change
        .before()
        .zip(change.after())
        .enumerate()
        .filter(|(_, (old, new))| old.is_some() || new.is_some());
    ExportedChange {
        table: change.table.to_owned(),
        operation: match change.op {
            Op::Insert => "insert",
            Op::Update => "update",
            Op::Delete => "delete",
        },
        key: change.key().map(readable).collect(),
        columns: columns
            .map(|(at, (old, new))| ExportedColumn {
                name: names
                    .get(at)
                    .cloned()
                    .unwrap_or_else(|| format!("column {at}")),
                old: old.map(readable),
                new: new.map(readable),
            })
            .collect(),
    }
}

/// A value as a person reads it: ids as UUIDs, text as it is.
fn readable(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(blob) => match Uuid::from_slice(blob) {
            Ok(id) => id.hyphenated().to_string(),
            Err(_) => format!("{value:?}"),
        },
        other => format!("{other:?}"),
    }
}

fn rfc3339(at_us: i64) -> String {
    Timestamp::from_microsecond(at_us).map_or_else(|_| at_us.to_string(), |at| at.to_string())
}

fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|n| char::from(DIGITS[usize::from(n)]));
    bytes.iter().flat_map(digits).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|n| u8::try_from(n).ok())
    };
    rest.is_empty()
        .then(|| {
            pairs
                .iter()
                .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?))
                .collect()
        })
        .flatten()
}
