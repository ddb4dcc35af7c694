-- An invoice is written of rows that never change, but another version of the library or of a font may write the same in
-- other bytes: each file that was ever given out is known by its hash.
alter table invoice_file drop constraint invoice_file_pkey, add primary key (invoice_id, pdf_hash);
