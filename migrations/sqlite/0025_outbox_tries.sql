-- What became of each try to hand a mail over. who: the server that tried, or the officer who asked for another round.
CREATE TABLE IF NOT EXISTS outbox_tries (
    mail BLOB NOT NULL,
    attempt INTEGER NOT NULL,
    tried_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    code INTEGER,
    who BLOB NOT NULL,
    PRIMARY KEY (mail, attempt)
) STRICT, WITHOUT ROWID;
