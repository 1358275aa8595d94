-- What was announced to whom, each thing once: an expiry and how many days before it; the row is the claim.
CREATE TABLE IF NOT EXISTS announcements (
    subject BINARY(16) NOT NULL,
    what BINARY(16) NOT NULL,
    day BIGINT NOT NULL,
    threshold BIGINT NOT NULL,
    mail BINARY(16) NOT NULL,
    PRIMARY KEY (subject, what, day, threshold),
    KEY announcements_by_day (day)
) ENGINE=InnoDB;
