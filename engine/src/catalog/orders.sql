-- Further orders in which a large library is shown slice by slice.
CREATE INDEX image_added ON image (added_at, id) WHERE orphaned_at IS NULL;
CREATE INDEX image_largest ON image (bytes, id) WHERE orphaned_at IS NULL;
