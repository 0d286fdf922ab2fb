-- The place of a migration of another branch: whoever merges that one deletes this file.
select 1;
