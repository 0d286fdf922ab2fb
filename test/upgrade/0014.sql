-- An hour that is known within bounds, and a counter.
update health_rollups set consumption_least = 6, crash_users_most = 2;
insert into health_streams (app, stream, start_ns, time_ns, value) select id, '\x0102030405060708', 1727766000000000000, 1727766060000000000, 3 from apps limit 1;
