-- Replicated tables. See mod.rs for the rules.

-- One row: the settings of the channel.
CREATE TABLE channel (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  name TEXT NOT NULL,
  frame_rate TEXT NOT NULL,
  drop_frame INTEGER NOT NULL CHECK (drop_frame IN (0, 1)),
  time_zone TEXT NOT NULL,
  day_start TEXT NOT NULL
) STRICT;

-- Equal on every new station; an operator's first step is to change it.
INSERT INTO channel VALUES (1, 'Channel 1', '25', 0, 'UTC', '06:00:00:00');

-- The id follows from the date (PlaylistId::of_date), so that a date has one playlist without a UNIQUE.
CREATE TABLE playlist (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  date TEXT NOT NULL CHECK (length(date) = 10)
) STRICT;
CREATE INDEX playlist_by_date ON playlist (date);

-- info_* is what a probe found in the file.
CREATE TABLE asset (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  kind TEXT NOT NULL CHECK (kind IN ('clip', 'live')),
  title TEXT NOT NULL,
  file_root TEXT,
  file_path TEXT,
  duration INTEGER NOT NULL CHECK (duration >= 0),
  category TEXT NOT NULL,
  notes TEXT NOT NULL,
  created_at TEXT NOT NULL,
  info_container TEXT,
  info_video_codec TEXT,
  info_width INTEGER,
  info_height INTEGER,
  info_frame_rate TEXT,
  info_audio_codec TEXT,
  info_audio_channels INTEGER,
  info_sample_rate_hz INTEGER,
  info_duration_us INTEGER,
  info_size_bytes INTEGER,
  info_modified_at TEXT,
  CHECK ((file_root IS NULL) = (file_path IS NULL))
) STRICT;
-- For every order that the library can be shown in, of all assets and of one kind. (The order of adding is that of the ids.)
CREATE INDEX asset_by_title ON asset (title COLLATE NOCASE, id);
CREATE INDEX asset_by_duration ON asset (duration, id);
CREATE INDEX asset_by_kind ON asset (kind, id);
CREATE INDEX asset_by_kind_title ON asset (kind, title COLLATE NOCASE, id);
CREATE INDEX asset_by_kind_duration ON asset (kind, duration, id);
CREATE INDEX asset_by_file ON asset (file_root, file_path) WHERE file_root IS NOT NULL;

CREATE TABLE item (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  playlist_id BLOB NOT NULL REFERENCES playlist (id),
  rank TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('clip', 'live', 'note')),
  title TEXT NOT NULL,
  asset_id BLOB REFERENCES asset (id),
  start_mode TEXT NOT NULL CHECK (start_mode IN ('follow', 'fixed', 'hold')),
  fixed_start TEXT,
  in_point INTEGER NOT NULL CHECK (in_point >= 0),
  duration INTEGER NOT NULL CHECK (duration >= 0),
  notes TEXT NOT NULL,
  CHECK ((start_mode = 'fixed') = (fixed_start IS NOT NULL))
) STRICT;
CREATE INDEX item_in_playlist ON item (playlist_id, rank, id);
-- Counts and sums a playlist from the index alone. A later step makes one of both.
CREATE INDEX item_total ON item (playlist_id, duration);
CREATE INDEX item_of_asset ON item (asset_id) WHERE asset_id IS NOT NULL;

-- Local tables: the search index of the library. Triggers keep it, on a replica as on the primary, since applying a
-- changeset fires them. An asset's rowid may change with VACUUM, so the index numbers assets itself.

CREATE TABLE asset_number (
  n INTEGER PRIMARY KEY NOT NULL,
  asset_id BLOB NOT NULL UNIQUE
) STRICT;

CREATE VIRTUAL TABLE asset_search USING fts5 (
  title, path, category, notes, kind,
  content = '', contentless_delete = 1, prefix = '1 2 3',
  tokenize = "unicode61 remove_diacritics 2"
);

CREATE TRIGGER asset_search_insert AFTER INSERT ON asset BEGIN
  INSERT INTO asset_number (asset_id) VALUES (new.id);
  INSERT INTO asset_search (rowid, title, path, category, notes, kind)
    SELECT n, new.title, new.file_path, new.category, new.notes, new.kind FROM asset_number WHERE asset_id = new.id;
END;

CREATE TRIGGER asset_search_update AFTER UPDATE OF title, file_path, category, notes, kind ON asset BEGIN
  UPDATE asset_search
    SET title = new.title, path = new.file_path, category = new.category, notes = new.notes, kind = new.kind
    WHERE rowid = (SELECT n FROM asset_number WHERE asset_id = new.id);
END;

CREATE TRIGGER asset_search_delete AFTER DELETE ON asset BEGIN
  DELETE FROM asset_search WHERE rowid = (SELECT n FROM asset_number WHERE asset_id = old.id);
  DELETE FROM asset_number WHERE asset_id = old.id;
END;
