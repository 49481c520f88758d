//! The library: searching and editing it, and taking in folders of media.

use domain::asset::{Asset, AssetKind, FileState, MediaFile};
use domain::ids::AssetId;
use domain::rate::FrameRate;
use domain::validate;
use std::path::PathBuf;
use store::tables;
use uuid::Uuid;

use super::Desk;
use super::desk::{channel_and_clock, count, distinct};
use super::media_roots::{MediaRootFolders, existing_folder};
use crate::api::{
    AddAssets, ApiError, AssetFilter, AssetRow, AssetSet, AssetSort, AssetUpdated, AssetView,
    Assets, AssetsAdded, AssetsUpdated, Categories, Category, DeleteAssets, Deleted, ErrorCode,
    GetAsset, JobStarted, ListAssets, NewAsset, ScanFolder, UpdateAsset, UpdateAssets,
};
use crate::library::Roots;
use crate::library::ffprobe::Prober;
use crate::library::jobs::Jobs;
use crate::library::scan::{Known, Library, Probed, Scan};
use crate::library::view::{Part, Viewer};

/// How many assets one command takes.
const ASSETS_MAX: usize = 10_000;
const PAGE_DEFAULT: u32 = 100;
const PAGE_MAX: u32 = 1_000;
const QUERY_CHARS_MAX: usize = 500;
const CATEGORIES_MAX: u32 = 1_000;

/// `list_assets`.
///
/// # Errors
/// `invalid` for a query beyond its limit, `internal`.
pub async fn list(desk: &Desk, viewer: &Viewer, args: ListAssets) -> Result<Assets, ApiError> {
    let search = args.query.unwrap_or_default();
    if search.chars().nth(QUERY_CHARS_MAX).is_some() {
        return Err(ApiError::invalid(
            "query",
            format!("A search has at most {QUERY_CHARS_MAX} characters."),
        ));
    }
    let query = tables::assets::AssetQuery {
        search,
        kind: args.kind,
        category: args.category,
        duration_min: args.duration_min,
        duration_max: args.duration_max,
        only: args.only.map(filter),
        sort: sort(args.sort.unwrap_or_default()),
        offset: args.offset.unwrap_or(0),
        limit: args.limit.unwrap_or(PAGE_DEFAULT).min(PAGE_MAX),
    };
    let page = tables::assets::list(&mut *desk.read().await?, &query).await?;
    let states = desk.files().states();
    let row = |asset: Asset| AssetRow {
        file_state: states.get(&asset.id).copied(),
        thumbnail: viewer.link(&asset, Part::Thumbnail),
        asset,
    };
    Ok(Assets {
        total: page.total,
        assets: page.assets.into_iter().map(row).collect(),
    })
}

fn filter(filter: AssetFilter) -> tables::assets::AssetFilter {
    match filter {
        AssetFilter::Missing => tables::assets::AssetFilter::File(FileState::Missing),
        AssetFilter::Changed => tables::assets::AssetFilter::File(FileState::Changed),
        AssetFilter::Unused => tables::assets::AssetFilter::Unused,
    }
}

/// `list_categories`.
///
/// # Errors
/// `internal`.
pub async fn categories(desk: &Desk) -> Result<Categories, ApiError> {
    let found = tables::assets::categories(&mut *desk.read().await?, CATEGORIES_MAX).await?;
    let shown = found.into_iter().map(|category| Category {
        name: category.name,
        assets: category.assets,
    });
    Ok(Categories {
        categories: shown.collect(),
    })
}

fn sort(sort: AssetSort) -> tables::assets::AssetSort {
    match sort {
        AssetSort::Title => tables::assets::AssetSort::Title,
        AssetSort::TitleDesc => tables::assets::AssetSort::TitleDesc,
        AssetSort::Duration => tables::assets::AssetSort::Duration,
        AssetSort::DurationDesc => tables::assets::AssetSort::DurationDesc,
        AssetSort::Added => tables::assets::AssetSort::Added,
        AssetSort::AddedDesc => tables::assets::AssetSort::AddedDesc,
    }
}

/// `get_asset`.
///
/// # Errors
/// `not_found`, `internal`.
pub async fn get(
    desk: &Desk,
    folders: &MediaRootFolders,
    viewer: &Viewer,
    args: GetAsset,
) -> Result<AssetView, ApiError> {
    let mut reader = desk.read().await?;
    let asset = tables::assets::get(&mut reader, args.id).await?;
    let used_by = tables::assets::used_by(&mut reader, args.id).await?;
    let roots = folders.all().await?;
    let local_path = asset.file.as_ref().and_then(|file| roots.local_path(file));
    let present = match &local_path {
        Some(path) => Some(tokio::fs::try_exists(path).await.unwrap_or(false)),
        None => None,
    };
    let finding = super::media_files::finding(&mut reader, &asset, &roots).await?;
    Ok(AssetView {
        thumbnail: viewer.link(&asset, Part::Thumbnail),
        media: viewer.link(&asset, Part::Media),
        finding,
        asset,
        local_path: local_path.map(|path| path.display().to_string()),
        present,
        used_by,
    })
}

/// `add_assets`.
///
/// # Errors
/// `invalid`, `too_large`, `read_only`, `busy`, `no_space`.
pub async fn add(desk: &Desk, args: AddAssets) -> Result<AssetsAdded, ApiError> {
    desk.check_editable()?;
    if args.assets.is_empty() {
        return Err(ApiError::invalid("assets", "Give at least one asset."));
    }
    if args.assets.len() > ASSETS_MAX {
        let message = format!(
            "{} assets are too many at once: at most {ASSETS_MAX} are possible.",
            args.assets.len()
        );
        return Err(ApiError::new(ErrorCode::TooLarge, message));
    }
    let label = match &args.assets[..] {
        [one] => format!("Add “{}” to the library", one.title.trim()),
        many => format!("Add {} to the library", count(many.len(), "asset")),
    };
    let added_at = jiff::Timestamp::now().to_string();
    let assets = args
        .assets
        .into_iter()
        .map(|asset| made(asset, &added_at))
        .collect();
    let mut edit = desk.edit(label).await?;
    let assets = tables::assets::add(edit.connection(), assets).await?;
    Ok(AssetsAdded {
        assets,
        committed: desk.commit(edit).await?,
    })
}

fn made(asset: NewAsset, created_at: &str) -> Asset {
    Asset {
        id: AssetId(Uuid::now_v7()),
        kind: asset.kind.unwrap_or(AssetKind::Clip),
        title: asset.title,
        file: asset.file,
        duration: asset.duration.unwrap_or(0),
        category: asset.category.unwrap_or_default(),
        notes: asset.notes.unwrap_or_default(),
        info: asset.info.unwrap_or_default(),
        created_at: created_at.to_owned(),
    }
}

/// `update_asset`.
///
/// # Errors
/// `not_found`, `invalid`, `read_only`, `busy`, `no_space`.
pub async fn update(desk: &Desk, args: UpdateAsset) -> Result<AssetUpdated, ApiError> {
    desk.check_editable()?;
    let title = tables::assets::get(&mut *desk.read().await?, args.id)
        .await?
        .title;
    let mut edit = desk.edit(format!("Change asset “{title}”")).await?;
    let old = tables::assets::get(edit.connection(), args.id).await?;
    let asset = tables::assets::update(edit.connection(), changed(old, args.set)).await?;
    Ok(AssetUpdated {
        asset,
        committed: desk.commit(edit).await?,
    })
}

fn changed(old: Asset, set: AssetSet) -> Asset {
    Asset {
        kind: set.kind.unwrap_or(old.kind),
        title: set.title.unwrap_or(old.title),
        file: set.file.unwrap_or(old.file),
        duration: set.duration.unwrap_or(old.duration),
        category: set.category.unwrap_or(old.category),
        notes: set.notes.unwrap_or(old.notes),
        ..old
    }
}

/// `update_assets`.
///
/// # Errors
/// `not_found`, `invalid`, `too_large`, `read_only`, `busy`, `no_space`.
pub async fn update_several(desk: &Desk, args: UpdateAssets) -> Result<AssetsUpdated, ApiError> {
    desk.check_editable()?;
    let ids = distinct(&args.ids, ASSETS_MAX)?;
    if args.set.file.is_some() {
        let message = "Each asset has a file of its own: set it for one asset.";
        return Err(ApiError::invalid("file", message));
    }
    let mut edit = desk
        .edit(format!("Change {}", count(ids.len(), "asset")))
        .await?;
    let mut assets = Vec::with_capacity(ids.len());
    for id in ids {
        let old = tables::assets::get(edit.connection(), id).await?;
        let new = changed(old, args.set.clone());
        assets.push(tables::assets::update(edit.connection(), new).await?);
    }
    Ok(AssetsUpdated {
        assets,
        committed: desk.commit(edit).await?,
    })
}

/// `delete_assets`.
///
/// # Errors
/// `not_found`, `invalid`, `too_large`, `read_only`, `busy`, `no_space`.
pub async fn delete(desk: &Desk, args: DeleteAssets) -> Result<Deleted, ApiError> {
    desk.check_editable()?;
    let ids = distinct(&args.ids, ASSETS_MAX)?;
    let label = match ids[..] {
        [one] => format!(
            "Delete asset “{}”",
            tables::assets::get(&mut *desk.read().await?, one)
                .await?
                .title
        ),
        _ => format!("Delete {}", count(ids.len(), "asset")),
    };
    let mut edit = desk.edit(label).await?;
    let deleted = tables::assets::delete(edit.connection(), &ids).await?;
    Ok(Deleted {
        deleted,
        committed: desk.commit(edit).await?,
    })
}

/// `scan_folder`.
///
/// # Errors
/// `read_only`, `invalid` or `not_found` for the folder, `busy` where too many jobs run. What goes wrong later stands in
/// the job.
pub async fn scan(
    desk: &Desk,
    folders: &MediaRootFolders,
    prober: &Prober,
    jobs: &Jobs,
    args: ScanFolder,
) -> Result<JobStarted, ApiError> {
    desk.check_editable()?;
    let folder = existing_folder(&args.path).await?;
    let (_, roots) = folders.place(&folder).await?;
    let label = format!("Scan {}", folder.display());
    let scan = scanning(desk, prober, roots, folder);
    let job = jobs.start(label, |work| scan.run(work))?;
    Ok(JobStarted { job })
}

/// A scan of a folder into the library.
#[must_use]
pub fn scanning(
    desk: &Desk,
    prober: &Prober,
    roots: Roots,
    folder: PathBuf,
) -> Scan<impl Library + 'static + use<>> {
    Scan {
        library: ScanDesk(desk.clone()),
        prober: prober.clone(),
        roots,
        folder,
    }
}

/// The library as a scan sees it.
struct ScanDesk(Desk);

impl Library for ScanDesk {
    async fn known(&self, file: &MediaFile) -> Result<Option<Known>, ApiError> {
        let asset = tables::assets::of_file(&mut *self.0.read().await?, file).await?;
        Ok(asset.map(|asset| Known {
            id: asset.id,
            size_bytes: asset.info.size_bytes,
            modified_at: asset.info.modified_at,
        }))
    }

    async fn refuses(&self, file: &Probed) -> Result<Option<String>, ApiError> {
        let rate = channel_and_clock(&mut *self.0.read().await?)
            .await?
            .1
            .counting()
            .rate();
        let asset = found(file.clone(), rate, "");
        Ok(validate::normalize_asset(asset, rate)
            .err()
            .map(|error| error.to_string()))
    }

    async fn commit(&self, label: String, files: Vec<Probed>) -> Result<(), ApiError> {
        let mut edit = self.0.edit(label).await?;
        let (_, clock) = channel_and_clock(edit.connection()).await?;
        let rate = clock.counting().rate();
        let added_at = jiff::Timestamp::now().to_string();
        let mut new = Vec::with_capacity(files.len());
        for file in files {
            let known = match file.known {
                // It may have been deleted since the file was looked at.
                Some(id) => tables::assets::by_ids(edit.connection(), [id])
                    .await?
                    .remove(&id),
                // Another job may have added it meanwhile.
                None => tables::assets::of_file(edit.connection(), &file.file).await?,
            };
            let asset = found(file, rate, &added_at);
            match known {
                Some(known) => {
                    let Asset { duration, info, .. } = asset;
                    tables::assets::update(
                        edit.connection(),
                        Asset {
                            duration,
                            info,
                            ..known
                        },
                    )
                    .await?;
                }
                None => new.push(asset),
            }
        }
        tables::assets::add(edit.connection(), new).await?;
        self.0.commit(edit).await.map(drop)
    }
}

/// The asset that a file becomes.
fn found(file: Probed, rate: FrameRate, created_at: &str) -> Asset {
    Asset {
        id: AssetId(Uuid::now_v7()),
        kind: AssetKind::Clip,
        title: file.title,
        file: Some(file.file),
        duration: file
            .info
            .duration_us
            .map_or(0, |micros| rate.frames_from_micros(micros)),
        category: String::new(),
        notes: String::new(),
        info: file.info,
        created_at: created_at.to_owned(),
    }
}
