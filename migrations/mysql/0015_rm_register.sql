-- doc NULL: the subject is no longer there; kept so that followers learn of it.
CREATE TABLE IF NOT EXISTS rm_register (
    generation BIGINT NOT NULL,
    subject BINARY(16) NOT NULL,
    position BIGINT NOT NULL,
    doc MEDIUMBLOB,
    PRIMARY KEY (generation, subject),
    KEY rm_register_followed (generation, position)
) ENGINE=InnoDB;
