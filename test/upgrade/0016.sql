-- A packed day, and up to when its app may have some.
select health_partition('2024-09-01');
insert into health_days (series, day, hours, revision, users, consumption, crashes, crash_users, metrics, recorded_at)
select id, '2024-09-30', '{7,9}', '{1,2}', '{10,null}', '{6.5,0}', '{2,0}', '{1,0}', array['{"stalls": [3, 2]}', null]::jsonb[], '2024-10-01T08:00:00Z' from health_series;
insert into health_packed select app, '2024-10-01' from health_series;
