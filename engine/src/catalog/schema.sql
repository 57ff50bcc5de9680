-- Version 1. Later versions are further files; see migrations.rs.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE folder (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    path       ANY NOT NULL UNIQUE,          -- absolute; text, or bytes where it is not valid Unicode
    paused     INTEGER NOT NULL DEFAULT 0,
    excludes   TEXT NOT NULL DEFAULT '[]',   -- JSON array of gitignore globs
    identity   TEXT,                         -- device and inode of the root at the last complete scan
    scanned_at INTEGER,                      -- Unix seconds of the last complete scan
    offline    TEXT                          -- why it cannot be reached, NULL while it can
) STRICT;

CREATE TABLE image (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- the key in the vector index; never used again
    hash        BLOB NOT NULL UNIQUE,               -- BLAKE3 of the file's bytes
    bytes       INTEGER NOT NULL,
    format      TEXT NOT NULL,
    width       INTEGER NOT NULL,                   -- after orientation
    height      INTEGER NOT NULL,
    taken_at    TEXT,                               -- YYYY-MM-DDTHH:MM:SS, camera's local time
    camera      TEXT,
    added_at    INTEGER NOT NULL DEFAULT (unixepoch()),
    -- Since when no file names it, NULL while one does. A new image has no file until the trigger below sees one: what is
    -- embedded while its folder is being removed never counts as part of the library.
    orphaned_at INTEGER DEFAULT (unixepoch())
) STRICT;

CREATE INDEX image_orphans ON image (orphaned_at) WHERE orphaned_at IS NOT NULL;
CREATE INDEX image_newest ON image (coalesce(taken_at, datetime(added_at, 'unixepoch')), id) WHERE orphaned_at IS NULL;

CREATE TABLE file (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    folder     INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
    dir        ANY NOT NULL,                 -- relative to the folder, '' for its root
    name       ANY NOT NULL,
    size       INTEGER NOT NULL,
    mtime      INTEGER NOT NULL,             -- nanoseconds since 1970
    image      INTEGER REFERENCES image (id),
    skip_code  TEXT,                         -- why it is not indexed, NULL where it is
    skip_text  TEXT,
    CHECK ((image IS NULL) = (skip_code IS NOT NULL)),
    UNIQUE (folder, dir, name)
) STRICT;

CREATE INDEX file_image ON file (image);
CREATE INDEX file_skipped ON file (folder) WHERE skip_code IS NOT NULL;

CREATE TABLE vector (
    id    INTEGER PRIMARY KEY,
    image INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    data  BLOB NOT NULL,                     -- little-endian f32, unit norm
    UNIQUE (image, model)
) STRICT;

-- Which images may have entered or left the searchable set, in order. The embedded index says up to which
-- sequence it has followed; what lies beyond is replayed. Triggers write it, so no code path can forget to.
CREATE TABLE change (
    seq   INTEGER PRIMARY KEY AUTOINCREMENT,
    image INTEGER NOT NULL
) STRICT;

CREATE TRIGGER vector_added AFTER INSERT ON vector BEGIN
    INSERT INTO change (image) VALUES (new.image);
END;

CREATE TRIGGER vector_removed AFTER DELETE ON vector BEGIN
    INSERT INTO change (image) VALUES (old.image);
END;

CREATE TRIGGER file_added AFTER INSERT ON file WHEN new.image IS NOT NULL BEGIN
    INSERT INTO change (image) SELECT id FROM image WHERE id = new.image AND orphaned_at IS NOT NULL;
    UPDATE image SET orphaned_at = NULL WHERE id = new.image AND orphaned_at IS NOT NULL;
END;

CREATE TRIGGER file_changed AFTER UPDATE OF image ON file WHEN new.image IS NOT old.image BEGIN
    INSERT INTO change (image) SELECT id FROM image WHERE id = new.image AND orphaned_at IS NOT NULL;
    UPDATE image SET orphaned_at = NULL WHERE id = new.image AND orphaned_at IS NOT NULL;
    INSERT INTO change (image) SELECT old.image WHERE old.image IS NOT NULL AND NOT EXISTS (SELECT 1 FROM file WHERE image = old.image);
    UPDATE image SET orphaned_at = unixepoch() WHERE id = old.image AND NOT EXISTS (SELECT 1 FROM file WHERE image = old.image);
END;

CREATE TRIGGER file_removed AFTER DELETE ON file WHEN old.image IS NOT NULL BEGIN
    INSERT INTO change (image) SELECT old.image WHERE NOT EXISTS (SELECT 1 FROM file WHERE image = old.image);
    UPDATE image SET orphaned_at = unixepoch() WHERE id = old.image AND NOT EXISTS (SELECT 1 FROM file WHERE image = old.image);
END;
