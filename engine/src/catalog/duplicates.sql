-- Pictures that show the same, found by comparing each with all others; and what the user says is no match.

-- Pictures at most as far apart as the same picture is, a below b.
CREATE TABLE near (
    model    TEXT NOT NULL,
    a        INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
    b        INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
    distance REAL NOT NULL,
    PRIMARY KEY (model, a, b)
) STRICT, WITHOUT ROWID;

CREATE INDEX near_b ON near (b);

-- Pictures that were compared with all that there were then; what comes later is compared with them.
CREATE TABLE compared (
    model TEXT NOT NULL,
    image INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
    PRIMARY KEY (model, image)
) STRICT, WITHOUT ROWID;

CREATE INDEX compared_image ON compared (image);

-- By content, so that it outlives moves, models and the catalog's own numbers; a below b.
CREATE TABLE dismissal (
    a BLOB NOT NULL,
    b BLOB NOT NULL,
    PRIMARY KEY (a, b)
) STRICT, WITHOUT ROWID;

ALTER TABLE folder ADD COLUMN protected INTEGER NOT NULL DEFAULT 0;

-- What went to the system's trash, for taking it back.
CREATE TABLE trashed (
    batch      INTEGER NOT NULL,
    path       ANY NOT NULL,
    bytes      INTEGER NOT NULL,
    trashed_at INTEGER NOT NULL DEFAULT (unixepoch()),
    PRIMARY KEY (batch, path)
) STRICT, WITHOUT ROWID;
