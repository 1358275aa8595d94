-- The scheduler: up to which day each job was done, and who does it now and until when.
CREATE TABLE IF NOT EXISTS jobs (
    name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    done_day BIGINT NOT NULL,
    done_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    server BINARY(16) NOT NULL,
    failures BIGINT NOT NULL
) ENGINE=InnoDB;
