-- What each read model says of each person. doc NULL: the person is no longer there; kept so that followers learn of it.
CREATE TABLE IF NOT EXISTS rm_documents (
    model VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    generation BIGINT NOT NULL,
    subject BINARY(16) NOT NULL,
    position BIGINT NOT NULL,
    doc MEDIUMBLOB,
    PRIMARY KEY (model, generation, subject),
    KEY rm_documents_followed (model, generation, position)
) ENGINE=InnoDB;
