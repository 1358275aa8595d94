-- What each read model says of each person. doc NULL: the person is no longer there; kept so that followers learn of it.
CREATE TABLE IF NOT EXISTS rm_documents (
    model TEXT NOT NULL,
    generation INTEGER NOT NULL,
    subject BLOB NOT NULL,
    position INTEGER NOT NULL,
    doc BLOB,
    PRIMARY KEY (model, generation, subject)
) STRICT;
