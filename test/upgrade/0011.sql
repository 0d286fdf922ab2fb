-- An hour of health of a build, what was not believed, a DSN, and a crash group.
insert into health_series (app, source, platform, version, build, audience, segment, recorded_at)
select id, 'warehouse', 'ios', '8.9.2', '1', 'production', 'all', '2024-10-01T08:00:00Z' from apps limit 1;
select health_partition('2024-10-01');
insert into health_rollups (series, bucket, revision, users, new_users, sessions, consumption, crashes, crash_users, anrs, anr_users, metrics, recorded_at)
select id, '2024-10-01T07:00:00Z', 1, 10, 10, 12, 6.5, 2, 1, 0, 0, '{"stalls": [3, 2]}', '2024-10-01T08:00:00Z' from health_series;
insert into health_sources select app, source, '2024-10-01T07:00:00Z', '2024-10-01T08:00:00Z', 30, 1 from health_series;
insert into health_quarantine select app, source, '2024-10-01', 'negative', 1, 'users is -1', '{"users": -1}', '2024-10-01T08:00:00Z', '2024-10-01T08:00:00Z' from health_series;
insert into health_affected select id, 'crashes', '\x0102030405060708' from health_series;
insert into health_sketches select id, '1970-01-01T00:00:00Z', '\x00' from health_series;
insert into health_dsns (app, platform, name, hash, prefix, created_by, created_at) select app, 'ios', 'the app', 'abc', 'abcd', '{"kind": "person", "id": "1", "name": "A"}', '2024-10-01T08:00:00Z' from health_series;
insert into health_heard (app, digests, recorded_at) select app, '\x0102030405060708', '2024-10-01T08:00:00Z' from health_series;
insert into crash_groups (app, platform, fingerprint, title, flow, first_at, last_at, first_version, samples)
select app, 'ios', 'f1', 'EXC_BAD_ACCESS in play', 'playback', '2024-10-01T07:10:00Z', '2024-10-01T07:10:00Z', '8.9.2', '[]' from health_series;
insert into crash_counts select id, '8.9.2', '1', 'production', 'all', '2024-10-01', 2, 1 from crash_groups;
