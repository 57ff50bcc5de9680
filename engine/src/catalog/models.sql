-- Version 2: several models, and switching from one to another. `meta` holds 'model' (the id in use), 'model.offered' (the
-- program's own models that the library has begun with or was switched to by itself) and 'switch' (one under way, as JSON).

CREATE TABLE model (
    id          TEXT PRIMARY KEY,
    manifest    TEXT NOT NULL,               -- model.toml: its vectors can be searched when its files are gone
    fingerprint TEXT NOT NULL,               -- of all that makes its vectors what they are
    bundled     INTEGER NOT NULL,            -- whether it came inside the program
    used_at     INTEGER                      -- Unix seconds since when it was last in use; NULL: its vectors were never complete
) STRICT, WITHOUT ROWID;

-- What is to be said of a picture and a model: that its vector was made from the thumbnail, or that it has none, and why.
CREATE TABLE embedding_note (
    image  INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
    model  TEXT NOT NULL,
    kind   TEXT NOT NULL CHECK (kind IN ('thumbnail', 'none')),
    reason TEXT NOT NULL,
    PRIMARY KEY (image, model)
) STRICT, WITHOUT ROWID;

-- A picture that gets its vector after all has none of these troubles any more.
CREATE TRIGGER vector_noted AFTER INSERT ON vector BEGIN
    DELETE FROM embedding_note WHERE image = new.image AND model = new.model;
END;
