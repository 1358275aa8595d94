-- Whose details are destroyed. This list outlives backups: a restore brings nobody back.
CREATE TABLE IF NOT EXISTS erasures (
    owner BINARY(16) NOT NULL PRIMARY KEY,
    erased_at BIGINT NOT NULL
) ENGINE=InnoDB;
