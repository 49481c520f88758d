//! Orphans: edits that a successor never received, kept until somebody deals with them, on whichever station they lie.

mod conflict;

use std::collections::HashMap;

use serde_json::json;
use store::{Again, BundleId, DescribedOrphan, ImportError, Mark, OrphanId, OrphanSource};

use super::desk::{committed, instant_us};
use super::folders::{absolute, new_file, unwritable};
use super::{Desk, affected, peer};
use crate::api::{
    ApiError, BundleReapplied, ErrorCode, ExportOrphans, ImportOrphans, ListOrphans, Orphan,
    OrphanState, Orphans, OrphansExported, OrphansImported, OrphansMarked, Reapplied,
    ReapplyOrphan, ReapplyOrphans, SetAsideOrphans,
};
use crate::link::ask::{Asked, Question};
use crate::redundancy::RedundancyHandle;

const LISTED_DEFAULT: u32 = 500;
const LISTED_MAX: u32 = 5_000;
/// Orphans that are marked at once.
const MARKED_MAX: usize = 10_000;

/// `list_orphans`: those of both stations, each once.
///
/// # Errors
/// `internal`.
pub async fn list(
    desk: &Desk,
    handle: &RedundancyHandle,
    args: ListOrphans,
) -> Result<Orphans, ApiError> {
    let mut listed = own(desk, args).await?;
    if peer::in_touch(&*handle.current().await?) {
        match peer::ask::<Orphans>(handle, Question::Orphans).await {
            Ok(theirs) => {
                if learn(desk, &mut listed, &theirs).await? {
                    listed = own(desk, args).await?;
                }
                add(&mut listed, theirs);
            }
            Err(error) => listed.peer_error = Some(error.message),
        }
    }
    // What was done to an entry since may have opened or closed one.
    handle.recount_orphans().await?;
    Ok(listed)
}

/// The orphans that this station keeps.
pub(super) async fn own(desk: &Desk, args: ListOrphans) -> Result<Orphans, ApiError> {
    let limit = args.limit.unwrap_or(LISTED_DEFAULT).min(LISTED_MAX);
    let (total, orphans) = desk.store().orphans(limit).await?;
    Ok(Orphans {
        total,
        orphans: orphans.into_iter().map(shown).collect(),
        peer_error: None,
    })
}

/// Takes over what the other station knows of orphans that both keep: it applied some of them again. Whether any.
async fn learn(desk: &Desk, mine: &mut Orphans, theirs: &Orphans) -> Result<bool, ApiError> {
    let open: HashMap<&str, ()> = mine
        .orphans
        .iter()
        .filter(|orphan| orphan.state != OrphanState::Reapplied)
        .map(|orphan| (orphan.id.as_str(), ()))
        .collect();
    let mut learned = false;
    for orphan in &theirs.orphans {
        if orphan.state == OrphanState::Reapplied && open.contains_key(orphan.id.as_str()) {
            let again = Again {
                seq: orphan.reapplied_seq,
                left_out: orphan.left_out,
            };
            let id = named(&orphan.id)?;
            desk.store().mark_orphan(id, Mark::Reapplied(again)).await?;
            learned = true;
        }
    }
    Ok(learned)
}

/// Adds what the other station keeps.
fn add(listed: &mut Orphans, theirs: Orphans) {
    let mut more = HashMap::new();
    for orphan in theirs.orphans {
        more.insert(orphan.id.clone(), orphan);
    }
    for orphan in &mut listed.orphans {
        orphan.kept_there = more.remove(&orphan.id).is_some();
    }
    for mut orphan in more.into_values() {
        orphan.kept_here = false;
        orphan.kept_there = true;
        listed.total += 1;
        listed.orphans.push(orphan);
    }
    listed
        .orphans
        .sort_by(|a, b| (&b.cut_at, &a.bundle, a.seq).cmp(&(&a.cut_at, &b.bundle, b.seq)));
}

fn shown(described: DescribedOrphan) -> Orphan {
    let DescribedOrphan { orphan, affected } = described;
    let fate = orphan.fate;
    Orphan {
        id: orphan.id.to_string(),
        bundle: orphan.bundle.id.0.hyphenated().to_string(),
        cut_at: instant_us(orphan.bundle.cut_at_us),
        reason: orphan.bundle.reason,
        imported: orphan.imported_at_us.is_some(),
        kept_here: true,
        kept_there: false,
        seq: orphan.seq,
        epoch: orphan.epoch.number,
        at: instant_us(orphan.at_us),
        station_id: orphan.station,
        user: orphan.user,
        label: orphan.label,
        affected: affected::shown(affected),
        state: if fate.reapplied.is_some() {
            OrphanState::Reapplied
        } else if fate.set_aside_at_us.is_some() {
            OrphanState::SetAside
        } else if fate.exported_at_us.is_some() {
            OrphanState::Exported
        } else {
            OrphanState::Kept
        },
        reapplied_seq: fate.reapplied.and_then(|again| again.seq),
        left_out: fate.reapplied.map_or(0, |again| again.left_out),
    }
}

fn named(id: &str) -> Result<OrphanId, ApiError> {
    id.parse()
        .map(OrphanId)
        .map_err(|_| ApiError::not_found("orphan", id))
}

/// `reapply_orphan`: here where this station edits; on a secondary, by way of its primary.
///
/// # Errors
/// `not_found`, `invalid` where it was applied again already, `conflict` where rows have changed since, `read_only`,
/// `unavailable` where the primary cannot be asked.
pub async fn reapply(
    desk: &Desk,
    handle: &RedundancyHandle,
    args: ReapplyOrphan,
) -> Result<Reapplied, ApiError> {
    let id = named(&args.id)?;
    let partial = args.partial.unwrap_or(false);
    let snapshot = handle.current().await?;
    let answer = if snapshot.view.mode.is_secondary() {
        by_the_primary(desk, handle, id, partial).await?
    } else {
        let source = match desk.store().orphan_parcel(id).await {
            Ok(_) => OrphanSource::Here(id),
            Err(store::Error::NotFound(message)) => {
                desk.check_editable()?;
                if !peer::in_touch(&snapshot) {
                    return Err(ApiError::new(ErrorCode::NotFound, message));
                }
                OrphanSource::There(Box::new(peer::fetch(handle, id).await?))
            }
            Err(other) => return Err(other.into()),
        };
        apply(desk, desk.user(), id, source, partial).await?
    };
    handle.recount_orphans().await?;
    if !snapshot.view.mode.is_secondary() && peer::in_touch(&snapshot) {
        // The other station may keep it, too. Where it does not hear of it now, it learns of it when it lists them.
        let (handle, mark) = (handle.clone(), Mark::Reapplied(again(&answer)));
        tokio::spawn(async move {
            if let Err(error) = peer::tell(&handle, Question::Mark(id, mark)).await {
                tracing::debug!(%error, "the peer was not told of an orphan");
            }
        });
    }
    Ok(answer)
}

fn again(reapplied: &Reapplied) -> Again {
    Again {
        seq: reapplied.changed.then_some(reapplied.committed.seq),
        left_out: reapplied.left_out,
    }
}

/// A secondary has its primary do it.
async fn by_the_primary(
    desk: &Desk,
    handle: &RedundancyHandle,
    id: OrphanId,
    partial: bool,
) -> Result<Reapplied, ApiError> {
    let orphan = match desk.store().orphan_parcel(id).await {
        Ok(parcel) => Asked::Mine(Box::new(parcel)),
        Err(store::Error::NotFound(_)) => Asked::Yours(id),
        Err(other) => return Err(other.into()),
    };
    let question = Question::Reapply {
        orphan,
        partial,
        user: desk.user().to_owned(),
    };
    let answer: Reapplied = peer::ask(handle, question).await?;
    let mark = Mark::Reapplied(again(&answer));
    desk.store().mark_orphan(id, mark).await?;
    Ok(answer)
}

/// A primary does it for its secondary.
pub(super) async fn reapply_for_peer(
    desk: &Desk,
    handle: &RedundancyHandle,
    user: &str,
    orphan: Asked,
    partial: bool,
) -> Result<Reapplied, ApiError> {
    let (id, source) = match orphan {
        Asked::Yours(id) => (id, OrphanSource::Here(id)),
        Asked::Mine(parcel) => (parcel.id, OrphanSource::There(parcel)),
    };
    let answer = apply(desk, user, id, source, partial).await?;
    handle.recount_orphans().await?;
    Ok(answer)
}

async fn apply(
    desk: &Desk,
    user: &str,
    id: OrphanId,
    source: OrphanSource,
    partial: bool,
) -> Result<Reapplied, ApiError> {
    match desk.store().reapply_orphan(user, source, partial).await {
        Ok(written) => Ok(Reapplied {
            id: id.to_string(),
            label: written.value.label.clone(),
            // An entry that was made before, where the answer to it was lost, counts as made now.
            changed: written.value.again.seq.is_some(),
            left_out: written.value.again.left_out,
            conflicts: conflict::rows(desk, written.value.left_out.clone()).await?,
            committed: committed(&written),
        }),
        Err(store::Error::Orphan(found)) => Err(conflict::error(desk, id, *found).await?),
        Err(other) => Err(other.into()),
    }
}

/// `reapply_orphans`: one that does not fit is left, and the next is tried. An edit that builds on one that was left finds
/// something else than it left behind, and is left as well.
///
/// # Errors
/// As [`reapply`], where not even the first was dealt with; `not_found` for a bundle without open orphans.
pub async fn reapply_bundle(
    desk: &Desk,
    handle: &RedundancyHandle,
    args: ReapplyOrphans,
) -> Result<BundleReapplied, ApiError> {
    let unknown = || ApiError::not_found("bundle of orphans to apply again", &args.bundle);
    let bundle = args.bundle.parse().map(BundleId).map_err(|_| unknown())?;
    let mut ids: Vec<String> = desk
        .store()
        .orphans_to_reapply(bundle)
        .await?
        .iter()
        .map(ToString::to_string)
        .collect();
    if ids.is_empty() {
        let limit = Some(LISTED_MAX);
        let listed = list(desk, handle, ListOrphans { limit }).await?.orphans;
        let open = [OrphanState::Kept, OrphanState::Exported];
        ids = listed
            .into_iter()
            .filter(|orphan| orphan.bundle == args.bundle && open.contains(&orphan.state))
            .map(|orphan| orphan.id)
            .collect();
    }
    if ids.is_empty() {
        return Err(unknown());
    }
    let mut done = BundleReapplied {
        reapplied: Vec::new(),
        conflicts: Vec::new(),
        stopped: None,
    };
    for id in ids {
        let one = ReapplyOrphan { id, partial: None };
        match reapply(desk, handle, one).await {
            Ok(reapplied) => done.reapplied.push(reapplied),
            Err(error) => match conflict::of(&error) {
                Some(conflict) => done.conflicts.push(conflict),
                None if done.reapplied.is_empty() && done.conflicts.is_empty() => {
                    return Err(error);
                }
                None => {
                    done.stopped = Some(error.message);
                    break;
                }
            },
        }
    }
    Ok(done)
}

/// `set_aside_orphans`, on whichever station keeps them.
///
/// # Errors
/// `invalid`, `too_large`; `not_found` where neither station keeps one of them; `unavailable` where the other one would
/// have to be asked and cannot.
pub async fn set_aside(
    desk: &Desk,
    handle: &RedundancyHandle,
    args: SetAsideOrphans,
) -> Result<OrphansMarked, ApiError> {
    let ids = super::desk::distinct(
        &args.ids.iter().map(String::as_str).collect::<Vec<_>>(),
        MARKED_MAX,
    )?;
    let mark = if args.set_aside {
        Mark::SetAside
    } else {
        Mark::TakenUp
    };
    let mut marked = 0;
    for id in ids {
        let id = named(id)?;
        if !desk.store().mark_orphan(id, mark).await? {
            if handle.peer().await?.is_none() {
                return Err(ApiError::not_found("orphan", id));
            }
            peer::tell(handle, Question::Mark(id, mark)).await?;
        }
        marked += 1;
    }
    handle.recount_orphans().await?;
    Ok(OrphansMarked { marked })
}

/// Notes what became of an orphan that may be kept here.
pub(super) async fn mark(
    desk: &Desk,
    handle: &RedundancyHandle,
    id: OrphanId,
    mark: Mark,
) -> Result<(), ApiError> {
    let known = desk.store().mark_orphan(id, mark).await?;
    handle.recount_orphans().await?;
    match mark {
        // It is told of every one, also of those that are not kept here.
        Mark::Reapplied(_) => Ok(()),
        Mark::SetAside | Mark::TakenUp if known => Ok(()),
        Mark::SetAside | Mark::TakenUp => Err(ApiError::not_found("orphan", id)),
    }
}

/// `export_orphans`.
///
/// # Errors
/// `invalid` for a path that is not absolute, `conflict` where there is something already, `unavailable` where the file
/// cannot be written, `no_space`.
pub async fn export(
    desk: &Desk,
    handle: &RedundancyHandle,
    args: ExportOrphans,
) -> Result<OrphansExported, ApiError> {
    let path = new_file(&args.path)?;
    let orphans = desk
        .store()
        .export_orphans(&path)
        .await
        .map_err(|error| match error {
            store::Error::Io { source, .. } => unwritable(&path, &source),
            other => other.into(),
        })?;
    handle.recount_orphans().await?;
    Ok(OrphansExported {
        path: path.display().to_string(),
        orphans,
    })
}

/// `import_orphans`.
///
/// # Errors
/// `invalid` for a path that is not absolute and for a file that is damaged or no export, `not_found` where it cannot be
/// read, `too_large`, `incompatible` for a file of another version, `no_space`. Nothing was changed then.
pub async fn import(
    desk: &Desk,
    handle: &RedundancyHandle,
    args: ImportOrphans,
) -> Result<OrphansImported, ApiError> {
    let path = absolute(&args.path)?;
    let imported = desk.store().import_orphans(&path).await.map_err(|error| {
        let code = match error {
            ImportError::Store(error) => return error.into(),
            ImportError::Unreadable(ref cause)
                if cause.kind() == std::io::ErrorKind::InvalidData =>
            {
                ErrorCode::Invalid
            }
            ImportError::Unreadable(_) => ErrorCode::NotFound,
            ImportError::TooLarge(_) => ErrorCode::TooLarge,
            ImportError::Version(_) | ImportError::Schema => ErrorCode::Incompatible,
            ImportError::NotAFile | ImportError::Malformed(_) | ImportError::Damaged { .. } => {
                ErrorCode::Invalid
            }
        };
        let message = format!("{}: {error}. Nothing was taken in.", path.display());
        ApiError::new(code, message).with(json!({ "field": "path" }))
    })?;
    handle.recount_orphans().await?;
    Ok(OrphansImported {
        path: path.display().to_string(),
        imported: imported.new,
        known: imported.known,
    })
}
