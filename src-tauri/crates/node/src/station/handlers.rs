//! Every command of the contract, handed to the feature that it belongs to.

use crate::api::*;
use crate::commands::{
    backups, compare, data, dropped, exchange, folders, history, library, media_files, media_roots,
    orphans, planning, playlist, redundancy, sample, settings,
};

use super::Running;

impl Handlers for Running {
    fn answered(&self, effect: Effect, outcome: Result<(), ErrorCode>) {
        if effect == Effect::Edits {
            self.metrics
                .edits
                .one(outcome.map_or_else(ErrorCode::code, |()| "ok"));
        }
    }

    async fn get_station(&self, _: Nothing) -> Result<StationInfo, ApiError> {
        let snapshot = self.redundancy.current().await?;
        let read_only_reason = redundancy::read_only_reason(&snapshot);
        Ok(StationInfo {
            station_id: self.desk.store().station(),
            name: self.name.clone(),
            version: self.version.to_string(),
            url: self.redundancy.own_url(),
            editable: read_only_reason.is_none(),
            read_only_reason,
            mode: snapshot.view.mode.into(),
            user: self.desk.user().to_owned(),
            data_dir: self.desk.data_dir().display().to_string(),
        })
    }

    async fn list_folders(&self, args: ListFolders) -> Result<Folders, ApiError> {
        folders::list(args).await
    }

    async fn get_redundancy(&self, _: Nothing) -> Result<Redundancy, ApiError> {
        redundancy::get(&self.redundancy).await
    }

    async fn set_redundancy(&self, args: SetRedundancy) -> Result<Redundancy, ApiError> {
        redundancy::set(&self.redundancy, &self.desk, args).await
    }

    async fn confirm_peer(&self, args: ConfirmPeer) -> Result<Redundancy, ApiError> {
        redundancy::confirm_peer(&self.redundancy, args).await
    }

    async fn make_primary(&self, args: MakePrimary) -> Result<Redundancy, ApiError> {
        redundancy::make_primary(&self.redundancy, args).await
    }

    async fn hand_over(&self, _: Nothing) -> Result<Redundancy, ApiError> {
        redundancy::hand_over(&self.redundancy).await
    }

    async fn become_secondary(&self, _: Nothing) -> Result<Redundancy, ApiError> {
        redundancy::become_secondary(&self.redundancy).await
    }

    async fn resync_now(&self, _: Nothing) -> Result<Redundancy, ApiError> {
        redundancy::resync_now(&self.redundancy).await
    }

    async fn hold_failover(&self, _: Nothing) -> Result<Redundancy, ApiError> {
        redundancy::hold_failover(&self.redundancy).await
    }

    async fn get_redundancy_log(
        &self,
        args: GetRedundancyLog,
    ) -> Result<Vec<RedundancyLogEntry>, ApiError> {
        redundancy::log(&self.desk, args).await
    }

    async fn get_alarms(&self, _: Nothing) -> Result<Alarms, ApiError> {
        Ok(self.alarms.open_alarms())
    }

    async fn acknowledge_alarms(&self, args: AcknowledgeAlarms) -> Result<Alarms, ApiError> {
        self.alarms.acknowledge(args.up_to, self.desk.user()).await
    }

    async fn compare_histories(&self, _: Nothing) -> Result<Comparison, ApiError> {
        compare::histories(&self.desk, &self.redundancy).await
    }

    async fn list_orphans(&self, args: ListOrphans) -> Result<Orphans, ApiError> {
        orphans::list(&self.desk, &self.redundancy, args).await
    }

    async fn reapply_orphan(&self, args: ReapplyOrphan) -> Result<Reapplied, ApiError> {
        orphans::reapply(&self.desk, &self.redundancy, args).await
    }

    async fn reapply_orphans(&self, args: ReapplyOrphans) -> Result<BundleReapplied, ApiError> {
        orphans::reapply_bundle(&self.desk, &self.redundancy, args).await
    }

    async fn set_aside_orphans(&self, args: SetAsideOrphans) -> Result<OrphansMarked, ApiError> {
        orphans::set_aside(&self.desk, &self.redundancy, args).await
    }

    async fn export_orphans(&self, args: ExportOrphans) -> Result<OrphansExported, ApiError> {
        orphans::export(&self.desk, &self.redundancy, args).await
    }

    async fn import_orphans(&self, args: ImportOrphans) -> Result<OrphansImported, ApiError> {
        orphans::import(&self.desk, &self.redundancy, args).await
    }

    async fn get_data(&self, _: Nothing) -> Result<StationData, ApiError> {
        data::get(&self.desk).await
    }

    async fn list_backups(&self, _: Nothing) -> Result<Backups, ApiError> {
        backups::list(&self.desk).await
    }

    async fn create_backup(&self, _: Nothing) -> Result<BackupCreated, ApiError> {
        backups::create(&self.desk).await
    }

    async fn restore_backup(&self, args: RestoreBackup) -> Result<BackupRestored, ApiError> {
        backups::restore(&self.desk, &self.redundancy, args).await
    }

    async fn get_settings(&self, _: Nothing) -> Result<Settings, ApiError> {
        settings::get(&self.desk).await
    }

    async fn update_settings(&self, args: UpdateSettings) -> Result<SettingsUpdated, ApiError> {
        settings::update(&self.desk, args).await
    }

    async fn list_playlists(&self, args: ListPlaylists) -> Result<Vec<PlaylistSummary>, ApiError> {
        playlist::list(&self.desk, args).await
    }

    async fn list_days(&self, args: ListDays) -> Result<Vec<DaySummary>, ApiError> {
        playlist::days(&self.desk, args).await
    }

    async fn get_playlist(&self, args: GetPlaylist) -> Result<PlaylistView, ApiError> {
        playlist::get(&self.desk, args).await
    }

    async fn get_playlist_changes(
        &self,
        args: GetPlaylistChanges,
    ) -> Result<PlaylistChanges, ApiError> {
        playlist::changes(&self.desk, args).await
    }

    async fn insert_items(&self, args: InsertItems) -> Result<ItemsChanged, ApiError> {
        playlist::insert(&self.desk, args).await
    }

    async fn update_items(&self, args: UpdateItems) -> Result<ItemsChanged, ApiError> {
        playlist::update(&self.desk, args).await
    }

    async fn move_items(&self, args: MoveItems) -> Result<ItemsChanged, ApiError> {
        playlist::move_(&self.desk, args).await
    }

    async fn repeat_items(&self, args: RepeatItems) -> Result<ItemsChanged, ApiError> {
        playlist::repeat(&self.desk, args).await
    }

    async fn delete_items(&self, args: DeleteItems) -> Result<ItemsDeleted, ApiError> {
        playlist::delete(&self.desk, args).await
    }

    async fn preview_edit(&self, args: PreviewEdit) -> Result<EditPreview, ApiError> {
        playlist::preview(&self.desk, args).await
    }

    async fn list_templates(&self, _: Nothing) -> Result<Templates, ApiError> {
        playlist::templates::list(&self.desk).await
    }

    async fn create_template(&self, args: CreateTemplate) -> Result<TemplateChanged, ApiError> {
        playlist::templates::create(&self.desk, args).await
    }

    async fn rename_template(&self, args: RenameTemplate) -> Result<TemplateChanged, ApiError> {
        playlist::templates::rename(&self.desk, args).await
    }

    async fn delete_template(&self, args: DeleteTemplate) -> Result<Deleted, ApiError> {
        playlist::templates::delete(&self.desk, args).await
    }

    async fn insert_template(&self, args: InsertTemplate) -> Result<TemplateInserted, ApiError> {
        playlist::templates::insert(&self.desk, args).await
    }

    async fn find_items(&self, args: FindItems) -> Result<FoundItems, ApiError> {
        planning::find(&self.desk, args).await
    }

    async fn copy_items(&self, args: CopyItems) -> Result<ItemsCopied, ApiError> {
        planning::copy(&self.desk, args).await
    }

    async fn replace_asset(&self, args: ReplaceAsset) -> Result<AssetReplaced, ApiError> {
        planning::replace(&self.desk, args).await
    }

    async fn suggest_fill(&self, args: SuggestFill) -> Result<Fill, ApiError> {
        planning::suggest(&self.desk, args).await
    }

    async fn preview_import(&self, args: ImportPlaylist) -> Result<ImportPreview, ApiError> {
        exchange::preview(&self.desk, &self.roots, args).await
    }

    async fn import_playlist(&self, args: ImportPlaylist) -> Result<Imported, ApiError> {
        exchange::import(&self.desk, &self.roots, args).await
    }

    async fn export_playlist(&self, args: ExportPlaylist) -> Result<Exported, ApiError> {
        exchange::export(&self.desk, &self.roots, args).await
    }

    async fn list_assets(&self, args: ListAssets) -> Result<Assets, ApiError> {
        library::list(&self.desk, &self.viewer, args).await
    }

    async fn get_asset(&self, args: GetAsset) -> Result<AssetView, ApiError> {
        library::get(&self.desk, &self.roots, &self.viewer, args).await
    }

    async fn list_categories(&self, _: Nothing) -> Result<Categories, ApiError> {
        library::categories(&self.desk).await
    }

    async fn get_file_check(&self, _: Nothing) -> Result<FileCheck, ApiError> {
        Ok(self.desk.files().summary())
    }

    async fn check_files(&self, _: Nothing) -> Result<JobStarted, ApiError> {
        media_files::start_check(&self.desk, &self.roots, &self.prober, &self.jobs).await
    }

    async fn update_from_files(&self, args: UpdateFromFiles) -> Result<UpdatedFromFiles, ApiError> {
        media_files::update(&self.desk, args).await
    }

    async fn add_assets(&self, args: AddAssets) -> Result<AssetsAdded, ApiError> {
        library::add(&self.desk, args).await
    }

    async fn update_asset(&self, args: UpdateAsset) -> Result<AssetUpdated, ApiError> {
        library::update(&self.desk, args).await
    }

    async fn update_assets(&self, args: UpdateAssets) -> Result<AssetsUpdated, ApiError> {
        library::update_several(&self.desk, args).await
    }

    async fn delete_assets(&self, args: DeleteAssets) -> Result<Deleted, ApiError> {
        library::delete(&self.desk, args).await
    }

    async fn list_media_roots(&self, _: Nothing) -> Result<MediaRoots, ApiError> {
        media_roots::list(&self.desk, &self.roots, &self.watched).await
    }

    async fn set_media_root(&self, args: SetMediaRoot) -> Result<MediaRoots, ApiError> {
        media_roots::set(&self.desk, &self.roots, &self.watched, args).await
    }

    async fn watch_folder(&self, args: WatchFolder) -> Result<MediaRoots, ApiError> {
        media_roots::watch(&self.desk, &self.roots, &self.watched, args).await
    }

    async fn scan_folder(&self, args: ScanFolder) -> Result<JobStarted, ApiError> {
        library::scan(&self.desk, &self.roots, &self.prober, &self.jobs, args).await
    }

    async fn locate_files(&self, args: LocateFiles) -> Result<LocatedFiles, ApiError> {
        dropped::locate(&self.desk, &self.roots, args).await
    }

    async fn add_files(&self, args: AddFiles) -> Result<JobStarted, ApiError> {
        dropped::add(&self.desk, &self.roots, &self.prober, &self.jobs, args).await
    }

    async fn make_sample(&self, args: MakeSample) -> Result<JobStarted, ApiError> {
        sample::make(&self.desk, &self.roots, &self.prober, &self.jobs, args).await
    }

    async fn get_job(&self, args: WhichJob) -> Result<Job, ApiError> {
        self.jobs.get(args.job)
    }

    async fn list_jobs(&self, _: Nothing) -> Result<Vec<Job>, ApiError> {
        Ok(self.jobs.list())
    }

    async fn cancel_job(&self, args: WhichJob) -> Result<Job, ApiError> {
        self.jobs.cancel(args.job).await
    }

    async fn undo(&self, args: UndoEdit) -> Result<Undone, ApiError> {
        history::undo(&self.desk, args).await
    }

    async fn redo(&self, _: Nothing) -> Result<Undone, ApiError> {
        history::redo(&self.desk).await
    }

    async fn get_history(&self, args: GetHistory) -> Result<History, ApiError> {
        history::get(&self.desk, args).await
    }

    async fn verify(&self, _: Nothing) -> Result<Verified, ApiError> {
        redundancy::verify(&self.redundancy).await
    }
}
