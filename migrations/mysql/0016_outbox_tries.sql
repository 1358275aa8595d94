-- What became of each try to hand a mail over. who: the server that tried, or the officer who asked for another round.
CREATE TABLE IF NOT EXISTS outbox_tries (
    mail BINARY(16) NOT NULL,
    attempt BIGINT NOT NULL,
    tried_at BIGINT NOT NULL,
    outcome VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    code BIGINT,
    who BINARY(16) NOT NULL,
    PRIMARY KEY (mail, attempt)
) ENGINE=InnoDB;
