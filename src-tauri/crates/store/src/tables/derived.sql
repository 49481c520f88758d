-- Fills the local tables that triggers keep, after the replicated rows came without them. An order that is that of the
-- rows' keys: the index on asset_number is then filled from one end to the other.

INSERT INTO asset_search (asset_search) VALUES ('delete-all');
DELETE FROM asset_number;
INSERT INTO asset_number (asset_id) SELECT id FROM asset ORDER BY id;
INSERT INTO asset_search (rowid, title, path, category, notes, kind)
  SELECT n, title, file_path, category, notes, kind FROM asset_number CROSS JOIN asset ON asset.id = asset_id ORDER BY n;
