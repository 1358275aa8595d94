CREATE INDEX IF NOT EXISTS rm_documents_followed ON rm_documents (model, generation, position);
