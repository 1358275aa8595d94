-- Whose mail address a mail server refused for good. address: its keyed hash, so that another address is not blamed.
CREATE TABLE IF NOT EXISTS bounces (
    subject BLOB NOT NULL PRIMARY KEY,
    address BLOB NOT NULL,
    refused_at INTEGER NOT NULL,
    code INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
