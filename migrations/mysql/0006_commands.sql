CREATE TABLE IF NOT EXISTS commands (
    command_id BINARY(16) NOT NULL PRIMARY KEY,
    body_hash BINARY(32) NOT NULL,
    first_position BIGINT NOT NULL,
    last_position BIGINT NOT NULL
) ENGINE=InnoDB;
