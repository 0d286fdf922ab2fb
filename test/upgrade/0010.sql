-- A process that gave a sign of life.
insert into servers (owner, host, pid, version, address, started_at, beat_at, said_at, state)
values ('host:1:00000000-0000-4000-8000-000000000001', 'host', 1, '1.0.0', 'http://127.0.0.1:4600', '2024-10-01T08:00:00Z', '2024-10-01T08:00:01Z', '2024-10-01T08:00:01Z', '{"hears": true, "working": []}');
