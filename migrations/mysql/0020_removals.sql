-- What housekeeping removed: kinds and numbers, nobody by name.
CREATE TABLE IF NOT EXISTS removals (
    removed_at BIGINT NOT NULL,
    what VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (removed_at, what)
) ENGINE=InnoDB;
