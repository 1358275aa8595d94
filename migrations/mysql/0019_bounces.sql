-- Whose mail address a mail server refused for good. address: its keyed hash, so that another address is not blamed.
CREATE TABLE IF NOT EXISTS bounces (
    subject BINARY(16) NOT NULL PRIMARY KEY,
    address BINARY(32) NOT NULL,
    refused_at BIGINT NOT NULL,
    code BIGINT NOT NULL
) ENGINE=InnoDB;
