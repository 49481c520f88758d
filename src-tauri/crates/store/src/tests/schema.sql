-- Tables for the store's own tests: a composite key, a foreign key that cascades, every type, and a local search index
-- kept by triggers. The product's tables are tested where they are.

CREATE TABLE channel (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  name TEXT NOT NULL
) STRICT;

CREATE TABLE playlist (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  date TEXT NOT NULL
) STRICT;

CREATE TABLE asset (
  kind TEXT NOT NULL,
  number INTEGER NOT NULL,
  title TEXT,
  thumbnail BLOB,
  gain REAL,
  PRIMARY KEY (number, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE item (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  playlist_id BLOB NOT NULL REFERENCES playlist (id) ON DELETE CASCADE,
  rank TEXT NOT NULL,
  title TEXT NOT NULL,
  duration INTEGER NOT NULL
) STRICT;
CREATE INDEX item_in_playlist ON item (playlist_id, rank, id);

CREATE VIRTUAL TABLE item_text USING fts5 (title, content = 'item');
CREATE TRIGGER item_text_insert AFTER INSERT ON item BEGIN
  INSERT INTO item_text (rowid, title) VALUES (new.rowid, new.title);
END;
CREATE TRIGGER item_text_delete AFTER DELETE ON item BEGIN
  INSERT INTO item_text (item_text, rowid, title) VALUES ('delete', old.rowid, old.title);
END;
CREATE TRIGGER item_text_update AFTER UPDATE ON item BEGIN
  INSERT INTO item_text (item_text, rowid, title) VALUES ('delete', old.rowid, old.title);
  INSERT INTO item_text (rowid, title) VALUES (new.rowid, new.title);
END;
