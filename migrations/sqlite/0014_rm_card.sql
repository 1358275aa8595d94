-- doc NULL: the subject is no longer there; kept so that followers learn of it.
CREATE TABLE IF NOT EXISTS rm_card (
    generation INTEGER NOT NULL,
    subject BLOB NOT NULL,
    position INTEGER NOT NULL,
    doc BLOB,
    PRIMARY KEY (generation, subject)
) STRICT;
