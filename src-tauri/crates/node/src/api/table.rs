//! The table of commands: name, request, answer. Everything else follows from it: the trait that a station
//! implements, the dispatch by name, and the TypeScript map `Commands`.

use std::future::Future;

use serde_json::Value;
use ts_rs::TS;

use super::*;

/// One command as TypeScript sees it.
#[derive(TS)]
#[ts(export)]
pub struct Call<A: TS, R: TS> {
    /// What it takes.
    pub args: A,
    /// What it answers.
    pub answer: R,
}

/// What a command does to replicated data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Changes them: refused with `read_only` on a station that does not edit.
    Edits,
    /// Leaves them alone, or acts on this station only.
    Local,
}

macro_rules! commands {
    ($($(#[$doc:meta])* $effect:ident $name:ident: $args:ty => $answer:ty;)*) => {
        /// Every command by name, with what it takes and what it answers.
        #[derive(TS)]
        #[ts(export)]
        pub struct Commands {
            $($(#[$doc])* pub $name: Call<$args, $answer>,)*
        }

        /// The names of all commands, and what each does to replicated data.
        pub const COMMANDS: &[(&str, Effect)] = &[$((stringify!($name), Effect::$effect),)*];

        /// A station as its commands see it: one method for each.
        pub trait Handlers: Send + Sync {
            $($(#[$doc])* fn $name(&self, args: $args) -> impl Future<Output = Result<$answer, ApiError>> + Send;)*

            /// A command was answered: for whoever counts.
            fn answered(&self, _effect: Effect, _outcome: Result<(), ErrorCode>) {}
        }

        /// Runs the command of this name on JSON arguments; answers with JSON as a value or, for who only passes it on, as
        /// text.
        ///
        /// # Errors
        /// `not_found` for an unknown name, `invalid` for arguments of another shape, and what the command says.
        pub async fn dispatch<H: Handlers, J: Json>(handlers: &H, name: &str, args: Value) -> Result<J, ApiError> {
            match name {
                $(stringify!($name) => {
                    let answer = match arguments(name, args) {
                        Ok(args) => handlers.$name(args).await,
                        Err(error) => Err(error),
                    };
                    handlers.answered(Effect::$effect, answer.as_ref().map(drop).map_err(|error| error.code));
                    written(&answer?)
                })*
                _ => Err(ApiError::not_found("command", name)),
            }
        }
    };
}

commands! {
    /// Who this station is.
    Local get_station: Nothing => StationInfo;
    /// The folders in a folder of the station's machine.
    Local list_folders: ListFolders => Folders;

    /// How the pair stands.
    Local get_redundancy: Nothing => Redundancy;
    /// Sets mode, peer and failover offset.
    Local set_redundancy: SetRedundancy => Redundancy;
    /// Confirms the short code of a peer whose URL came without a fingerprint.
    Local confirm_peer: ConfirmPeer => Redundancy;
    /// Makes this station the primary; answers when done.
    Local make_primary: MakePrimary => Redundancy;
    /// Makes the other station the primary; answers when done.
    Local hand_over: Nothing => Redundancy;
    /// Makes this superseded or forked primary follow the other station.
    Local become_secondary: Nothing => Redundancy;
    /// Verifies both stations and transfers what differs.
    Local resync_now: Nothing => Redundancy;
    /// Stops the countdown until contact returns.
    Local hold_failover: Nothing => Redundancy;
    /// The changes of status, mode and primary, newest first.
    Local get_redundancy_log: GetRedundancyLog => Vec<RedundancyLogEntry>;

    /// The alarms that nobody has acknowledged.
    Local get_alarms: Nothing => Alarms;
    /// Silences alarms; who did it and when stands in the redundancy log.
    Local acknowledge_alarms: AcknowledgeAlarms => Alarms;

    /// What each station has that the other lacks.
    Local compare_histories: Nothing => Comparison;

    /// The orphans that either station keeps.
    Local list_orphans: ListOrphans => Orphans;
    /// Applies an orphan again; on a secondary, by way of its primary.
    Local reapply_orphan: ReapplyOrphan => Reapplied;
    /// Applies again every open orphan of a bundle that fits; on a secondary, by way of its primary.
    Local reapply_orphans: ReapplyOrphans => BundleReapplied;
    /// Marks orphans as done with, or not.
    Local set_aside_orphans: SetAsideOrphans => OrphansMarked;
    /// Writes all orphans that this station keeps to a file.
    Local export_orphans: ExportOrphans => OrphansExported;
    /// Takes in the orphans of a file.
    Local import_orphans: ImportOrphans => OrphansImported;

    /// Where the data lies and how much there is.
    Local get_data: Nothing => StationData;
    /// The backups that are kept.
    Local list_backups: Nothing => Backups;
    /// Makes a backup.
    Local create_backup: Nothing => BackupCreated;
    /// Puts a backup in the place of this station's data.
    Edits restore_backup: RestoreBackup => BackupRestored;

    /// The channel's settings.
    Local get_settings: Nothing => Settings;
    /// Changes the channel's settings.
    Edits update_settings: UpdateSettings => SettingsUpdated;

    /// The days that have a playlist.
    Local list_playlists: ListPlaylists => Vec<PlaylistSummary>;
    /// How far days are filled, and what is wrong with them.
    Local list_days: ListDays => Vec<DaySummary>;
    /// The rundown of a day.
    Local get_playlist: GetPlaylist => PlaylistView;
    /// What is other in the rundown of a day than in a version of it.
    Local get_playlist_changes: GetPlaylistChanges => PlaylistChanges;
    /// Inserts items.
    Edits insert_items: InsertItems => ItemsChanged;
    /// Changes items.
    Edits update_items: UpdateItems => ItemsChanged;
    /// Moves items within a playlist or to another.
    Edits move_items: MoveItems => ItemsChanged;
    /// Inserts items once more, behind themselves.
    Edits repeat_items: RepeatItems => ItemsChanged;
    /// Deletes items.
    Edits delete_items: DeleteItems => ItemsDeleted;
    /// What an edit of a day would move.
    Local preview_edit: PreviewEdit => EditPreview;

    /// Finds items over all days: by a text, or where an asset is used.
    Local find_items: FindItems => FoundItems;
    /// Copies items to other days.
    Edits copy_items: CopyItems => ItemsCopied;
    /// Has another asset played wherever one is scheduled.
    Edits replace_asset: ReplaceAsset => AssetReplaced;
    /// The templates.
    Local list_templates: Nothing => Templates;
    /// Makes a template from items of a day.
    Edits create_template: CreateTemplate => TemplateChanged;
    /// Gives a template another name.
    Edits rename_template: RenameTemplate => TemplateChanged;
    /// Deletes a template.
    Edits delete_template: DeleteTemplate => Deleted;
    /// Puts a template's items into a day.
    Edits insert_template: InsertTemplate => TemplateInserted;
    /// Which clips would fill a gap best.
    Local suggest_fill: SuggestFill => Fill;
    /// What a file in the format of another program would bring to a day.
    Local preview_import: ImportPlaylist => ImportPreview;
    /// Takes the items of such a file into a day.
    Edits import_playlist: ImportPlaylist => Imported;
    /// Writes a day in the format of another program.
    Local export_playlist: ExportPlaylist => Exported;

    /// Searches the library.
    Local list_assets: ListAssets => Assets;
    /// The categories that assets have.
    Local list_categories: Nothing => Categories;
    /// One asset.
    Local get_asset: GetAsset => AssetView;
    /// Adds assets by hand.
    Edits add_assets: AddAssets => AssetsAdded;
    /// Changes an asset.
    Edits update_asset: UpdateAsset => AssetUpdated;
    /// Sets the same for several assets, as one edit.
    Edits update_assets: UpdateAssets => AssetsUpdated;
    /// Deletes assets.
    Edits delete_assets: DeleteAssets => Deleted;
    /// How the media files of this station stand.
    Local get_file_check: Nothing => FileCheck;
    /// Starts looking whether all media files are there and as the library has them.
    Local check_files: Nothing => JobStarted;
    /// Takes what changed files are now into the library.
    Edits update_from_files: UpdateFromFiles => UpdatedFromFiles;
    /// The media roots.
    Local list_media_roots: Nothing => MediaRoots;
    /// Maps a media root to a folder of this station.
    Local set_media_root: SetMediaRoot => MediaRoots;
    /// Has a folder watched, or no longer.
    Local watch_folder: WatchFolder => MediaRoots;
    /// Starts reading a folder's media files into the library.
    Edits scan_folder: ScanFolder => JobStarted;
    /// Where files and folders of the station's machine stand to its library.
    Local locate_files: LocateFiles => LocatedFiles;
    /// Starts reading files that lie in media roots into the library.
    Edits add_files: AddFiles => JobStarted;
    /// Starts making a sample channel on an empty station.
    Edits make_sample: MakeSample => JobStarted;
    /// A job.
    Local get_job: WhichJob => Job;
    /// The jobs that run, and those that ended lately, newest first.
    Local list_jobs: Nothing => Vec<Job>;
    /// Cancels a job; answers it as it is then.
    Local cancel_job: WhichJob => Job;

    /// Undoes an edit.
    Edits undo: UndoEdit => Undone;
    /// Redoes an edit that was undone.
    Edits redo: Nothing => Undone;
    /// What was done, newest first.
    Local get_history: GetHistory => History;
    /// Holds a full scan of the data against the rolling sum.
    Local verify: Nothing => Verified;
}

fn arguments<T: serde::de::DeserializeOwned>(name: &str, args: Value) -> Result<T, ApiError> {
    serde_json::from_value(args).map_err(|error| {
        ApiError::new(
            ErrorCode::Invalid,
            format!("The arguments of {name} are not valid: {error}."),
        )
    })
}

/// JSON in one of its forms.
pub trait Json: Sized {
    /// Writes an answer.
    ///
    /// # Errors
    /// Where it has no JSON form.
    fn of<T: serde::Serialize>(answer: &T) -> serde_json::Result<Self>;
}

impl Json for Value {
    fn of<T: serde::Serialize>(answer: &T) -> serde_json::Result<Self> {
        serde_json::to_value(answer)
    }
}

impl Json for String {
    fn of<T: serde::Serialize>(answer: &T) -> serde_json::Result<Self> {
        serde_json::to_string(answer)
    }
}

fn written<T: serde::Serialize, J: Json>(answer: &T) -> Result<J, ApiError> {
    J::of(answer).map_err(|error| {
        tracing::error!(%error, "an answer could not be written as JSON");
        ApiError::new(
            ErrorCode::Internal,
            "The answer could not be written as JSON; the log has the cause.",
        )
    })
}
