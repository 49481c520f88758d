-- Replicated tables: blocks of items that are scheduled again and again. See mod.rs for the rules.

-- starts_at: the clock time that its first item started at when it was made.
CREATE TABLE template (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  name TEXT NOT NULL,
  starts_at TEXT NOT NULL
) STRICT;
CREATE INDEX template_by_name ON template (name COLLATE NOCASE, id);

-- An item without a day: a fixed start is kept as its distance from the template's start, in frames.
CREATE TABLE template_item (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  template_id BLOB NOT NULL REFERENCES template (id),
  place INTEGER NOT NULL CHECK (place >= 0),
  kind TEXT NOT NULL CHECK (kind IN ('clip', 'live', 'note')),
  title TEXT NOT NULL,
  asset_id BLOB REFERENCES asset (id),
  start_mode TEXT NOT NULL CHECK (start_mode IN ('follow', 'fixed', 'hold')),
  start_offset INTEGER CHECK (start_offset >= 0),
  in_point INTEGER NOT NULL CHECK (in_point >= 0),
  duration INTEGER NOT NULL CHECK (duration >= 0),
  notes TEXT NOT NULL,
  CHECK ((start_mode = 'fixed') = (start_offset IS NOT NULL))
) STRICT;
CREATE INDEX template_item_in_template ON template_item (template_id, place, id);
CREATE INDEX template_item_of_asset ON template_item (asset_id) WHERE asset_id IS NOT NULL;
