-- How far each read model is, and which generation of its table readers use.
CREATE TABLE IF NOT EXISTS rm_checkpoint (
    name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    generation BIGINT NOT NULL,
    position BIGINT NOT NULL,
    state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    detail VARBINARY(1024) NOT NULL
) ENGINE=InnoDB;
