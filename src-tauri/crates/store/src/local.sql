-- Local tables: never recorded, never replicated. Ids and hashes are 16-byte blobs, instants are Unix microseconds.

-- One row: where this station is.
CREATE TABLE state (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  station BLOB NOT NULL CHECK (length(station) = 16),
  lineage BLOB NOT NULL CHECK (length(lineage) = 16),
  epoch INTEGER NOT NULL,
  opener BLOB NOT NULL CHECK (length(opener) = 16),
  seq INTEGER NOT NULL,
  chain BLOB NOT NULL CHECK (length(chain) = 16),
  sum BLOB NOT NULL CHECK (length(sum) = 16),
  -- Bytes of all changesets up to seq, also of those no longer kept.
  journal_bytes INTEGER NOT NULL,
  -- The entry before the first one kept: seq, chain and sum there.
  base_seq INTEGER NOT NULL,
  base_chain BLOB NOT NULL CHECK (length(base_chain) = 16),
  base_sum BLOB NOT NULL CHECK (length(base_sum) = 16),
  -- 1 from an orderly close until the next open.
  closed INTEGER NOT NULL
) STRICT;

-- The ordered log of committed changes.
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY NOT NULL,
  epoch INTEGER NOT NULL,
  opener BLOB NOT NULL,
  at INTEGER NOT NULL,
  station BLOB NOT NULL,
  user TEXT NOT NULL,
  label TEXT NOT NULL,
  -- The entry that this one takes back, or does again after it was taken back.
  undoes INTEGER,
  redoes INTEGER,
  changeset BLOB NOT NULL,
  chain BLOB NOT NULL,
  sum BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE INDEX journal_undoes ON journal (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX journal_redoes ON journal (redoes) WHERE redoes IS NOT NULL;

-- The epochs of the present lineage, never pruned.
CREATE TABLE epoch (
  number INTEGER PRIMARY KEY NOT NULL,
  opener BLOB NOT NULL,
  after_seq INTEGER NOT NULL,
  chain BLOB NOT NULL
) STRICT;

-- Lineages that this station left, and where it was then.
CREATE TABLE left_lineage (
  id INTEGER PRIMARY KEY NOT NULL,
  at INTEGER NOT NULL,
  lineage BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  opener BLOB NOT NULL,
  seq INTEGER NOT NULL,
  chain BLOB NOT NULL
) STRICT;

-- Entries that were cut off this station's history, kept until somebody deals with them (rule 6).
CREATE TABLE orphan_bundle (
  id BLOB PRIMARY KEY NOT NULL,
  at INTEGER NOT NULL,
  lineage BLOB NOT NULL,
  after_seq INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE TABLE orphan (
  id BLOB PRIMARY KEY NOT NULL,
  bundle BLOB NOT NULL REFERENCES orphan_bundle (id),
  seq INTEGER NOT NULL,
  -- The entry as it would be sent.
  entry BLOB NOT NULL,
  -- When it was applied again, and as which entry.
  reapplied_at INTEGER,
  reapplied_seq INTEGER,
  exported_at INTEGER
) STRICT;
CREATE INDEX orphan_in_bundle ON orphan (bundle, seq);

-- Small things of the node's: JSON by key.
CREATE TABLE local (
  key TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE redundancy_log (
  id INTEGER PRIMARY KEY NOT NULL,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
