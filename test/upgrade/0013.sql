-- A crash group on a version: whom it hit and where, how it was judged, and its ticket.
insert into crash_versions select id, '8.9.2', 'production', 3, 1, '2024-10-01T08:00:00Z', '2024-10-01T08:30:00Z' from crash_groups limit 1;
insert into crash_segments select id, '8.9.2', 'country=BR', 3, 1 from crash_groups limit 1;
insert into crash_people select id, '8.9.2', 'production', '\x0102030405060708', 3 from crash_groups limit 1;
insert into crash_judgements select id, '8.9.2', 'S2', null, 'S3', 800, 90, 800, 90, 1, 'new', 'production', 1, 3, 1200, true, false, null, '2024-10-01T08:30:00Z' from crash_groups limit 1;
insert into crash_tickets (crash_group, line, version, reference, ticket, url, state, told, orders, last_order, by, at)
  select id, '8.9.2', '8.9.2', 'crash-group:1:8.9.2', 'PLAY-9', null, 'open', '{}', 1, 'music/8.9.2/android:ticket:1', '{"kind":"robot","id":"robot","name":"Robot"}', '2024-10-01T08:31:00Z'
  from crash_groups limit 1;
