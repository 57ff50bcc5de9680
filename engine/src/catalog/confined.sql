-- Folders that were added from outside: no link leads a scan out of these places.
ALTER TABLE folder ADD COLUMN confined_to TEXT;  -- JSON array of absolute paths, NULL: anywhere
