CREATE TABLE IF NOT EXISTS sessions (
    hash BINARY(32) NOT NULL PRIMARY KEY,
    officer BINARY(16) NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    KEY sessions_by_officer (officer)
) ENGINE=InnoDB;
