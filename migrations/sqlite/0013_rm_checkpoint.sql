-- How far each read model is, and which generation of its table readers use.
CREATE TABLE IF NOT EXISTS rm_checkpoint (
    name TEXT NOT NULL PRIMARY KEY,
    generation INTEGER NOT NULL,
    position INTEGER NOT NULL,
    state TEXT NOT NULL,
    detail BLOB NOT NULL
) STRICT, WITHOUT ROWID;
