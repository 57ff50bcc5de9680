-- Version 3: what a remote (Milvus and object store) has yet to be told.

-- Names this computer's rows among those of others. Made here, so that a library has it from its first day.
INSERT INTO meta (key, value) VALUES ('device', lower(hex(randomblob(16))));

-- One line for each content that may differ from the remote, however often it changed: bounded by the library. A line
-- says no more than *look at this content*; what the remote should hold is read from the catalog when its turn comes.
-- Triggers write it in the transaction of the change itself, but only once a remote was connected (meta: sync-target).
CREATE TABLE outbox (
    hash        BLOB PRIMARY KEY,             -- content: outlives the image
    version     INTEGER NOT NULL DEFAULT 1,   -- counts the changes; what was sent for an earlier one settles nothing
    object_done INTEGER NOT NULL DEFAULT 0,   -- the object of this version is in the store, or gone from it
    row_done    INTEGER NOT NULL DEFAULT 0,   -- likewise the vector row
    attempts    INTEGER NOT NULL DEFAULT 0,
    due_at      INTEGER NOT NULL DEFAULT 0,   -- Unix milliseconds; not tried before
    park_code   TEXT,                         -- why it is not tried any more, NULL while it is
    park_text   TEXT,
    CHECK ((park_code IS NULL) = (park_text IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_due ON outbox (due_at) WHERE park_code IS NULL;
CREATE INDEX outbox_parked ON outbox (park_code) WHERE park_code IS NOT NULL;

-- Collections that held this computer's rows under another model; the rows are taken back.
CREATE TABLE retired_collection (
    name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Joined the library, or left it.
CREATE TRIGGER outbox_image_life AFTER UPDATE OF orphaned_at ON image
WHEN (new.orphaned_at IS NULL) IS NOT (old.orphaned_at IS NULL) AND EXISTS (SELECT 1 FROM meta WHERE key = 'sync-target') BEGIN
    INSERT INTO outbox (hash) VALUES (new.hash)
    ON CONFLICT (hash) DO UPDATE SET version = version + 1, object_done = 0, row_done = 0, attempts = 0, due_at = 0, park_code = NULL, park_text = NULL;
END;

CREATE TRIGGER outbox_image_facts AFTER UPDATE OF bytes, format, width, height, taken_at, camera ON image
WHEN EXISTS (SELECT 1 FROM meta WHERE key = 'sync-target') BEGIN
    INSERT INTO outbox (hash) VALUES (new.hash)
    ON CONFLICT (hash) DO UPDATE SET version = version + 1, object_done = 0, row_done = 0, attempts = 0, due_at = 0, park_code = NULL, park_text = NULL;
END;

-- Deleted outright while still in the library: no orphan's life ended before.
CREATE TRIGGER outbox_image_gone AFTER DELETE ON image
WHEN old.orphaned_at IS NULL AND EXISTS (SELECT 1 FROM meta WHERE key = 'sync-target') BEGIN
    INSERT INTO outbox (hash) VALUES (old.hash)
    ON CONFLICT (hash) DO UPDATE SET version = version + 1, object_done = 0, row_done = 0, attempts = 0, due_at = 0, park_code = NULL, park_text = NULL;
END;

-- The vector of the model in use came late, or was made anew. Of an image that is not in the library yet: see above.
CREATE TRIGGER outbox_vector_added AFTER INSERT ON vector
WHEN new.model = (SELECT value FROM meta WHERE key = 'model') AND EXISTS (SELECT 1 FROM meta WHERE key = 'sync-target') BEGIN
    INSERT INTO outbox (hash) SELECT hash FROM image WHERE id = new.image AND orphaned_at IS NULL
    ON CONFLICT (hash) DO UPDATE SET version = version + 1, object_done = 0, row_done = 0, attempts = 0, due_at = 0, park_code = NULL, park_text = NULL;
END;

CREATE TRIGGER outbox_vector_removed AFTER DELETE ON vector
WHEN old.model = (SELECT value FROM meta WHERE key = 'model') AND EXISTS (SELECT 1 FROM meta WHERE key = 'sync-target') BEGIN
    INSERT INTO outbox (hash) SELECT hash FROM image WHERE id = old.image AND orphaned_at IS NULL
    ON CONFLICT (hash) DO UPDATE SET version = version + 1, object_done = 0, row_done = 0, attempts = 0, due_at = 0, park_code = NULL, park_text = NULL;
END;

-- Another model was put to use: every row is another then, in another collection.
CREATE TRIGGER outbox_model_switched AFTER UPDATE OF value ON meta
WHEN new.key = 'model' AND new.value IS NOT old.value AND EXISTS (SELECT 1 FROM meta WHERE key = 'sync-target') BEGIN
    INSERT INTO outbox (hash) SELECT hash FROM image WHERE orphaned_at IS NULL
    ON CONFLICT (hash) DO UPDATE SET version = version + 1, object_done = 0, row_done = 0, attempts = 0, due_at = 0, park_code = NULL, park_text = NULL;
END;

-- The names by which a content is known. Its folder does not travel, so moving it changes nothing.
CREATE TRIGGER outbox_file_added AFTER INSERT ON file
WHEN new.image IS NOT NULL AND EXISTS (SELECT 1 FROM meta WHERE key = 'sync-target') BEGIN
    INSERT INTO outbox (hash) SELECT hash FROM image WHERE id = new.image
    ON CONFLICT (hash) DO UPDATE SET version = version + 1, object_done = 0, row_done = 0, attempts = 0, due_at = 0, park_code = NULL, park_text = NULL;
END;

CREATE TRIGGER outbox_file_changed AFTER UPDATE OF image, name ON file
WHEN (new.image IS NOT old.image OR new.name IS NOT old.name) AND EXISTS (SELECT 1 FROM meta WHERE key = 'sync-target') BEGIN
    INSERT INTO outbox (hash) SELECT hash FROM image WHERE id IN (new.image, old.image)
    ON CONFLICT (hash) DO UPDATE SET version = version + 1, object_done = 0, row_done = 0, attempts = 0, due_at = 0, park_code = NULL, park_text = NULL;
END;

CREATE TRIGGER outbox_file_removed AFTER DELETE ON file
WHEN old.image IS NOT NULL AND EXISTS (SELECT 1 FROM meta WHERE key = 'sync-target') BEGIN
    INSERT INTO outbox (hash) SELECT hash FROM image WHERE id = old.image
    ON CONFLICT (hash) DO UPDATE SET version = version + 1, object_done = 0, row_done = 0, attempts = 0, due_at = 0, park_code = NULL, park_text = NULL;
END;

-- A drive is back: what could not be read can be.
CREATE TRIGGER outbox_folder_back AFTER UPDATE OF offline ON folder WHEN new.offline IS NULL AND old.offline IS NOT NULL BEGIN
    UPDATE outbox SET attempts = 0, due_at = 0, park_code = NULL, park_text = NULL WHERE park_code = 'file-unreachable';
END;
