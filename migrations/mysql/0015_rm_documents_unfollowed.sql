-- The log says who has changed: an index for that made every document dearer to write and to delete.
ALTER TABLE rm_documents DROP KEY rm_documents_followed;
