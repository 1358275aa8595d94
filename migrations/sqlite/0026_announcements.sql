-- What was announced to whom, each thing once: an expiry and how many days before it; the row is the claim.
CREATE TABLE IF NOT EXISTS announcements (
    subject BLOB NOT NULL,
    what BLOB NOT NULL,
    day INTEGER NOT NULL,
    threshold INTEGER NOT NULL,
    mail BLOB NOT NULL,
    PRIMARY KEY (subject, what, day, threshold)
) STRICT, WITHOUT ROWID;
