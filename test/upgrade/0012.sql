-- How far a source has told everything of a platform. The row of `warehouse` was made by the migration, out of what was there.
insert into health_feeds select id, 'observability', 'android', '2024-10-01T07:00:00Z', '2024-10-01T08:00:00Z' from apps limit 1;
