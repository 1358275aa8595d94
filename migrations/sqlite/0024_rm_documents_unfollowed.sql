-- The log says who has changed: an index for that made every document dearer to write and to delete.
DROP INDEX IF EXISTS rm_documents_followed;
