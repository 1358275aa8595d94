ALTER TABLE links ADD KEY links_by_subject (subject);
