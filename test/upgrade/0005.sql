-- What is written about a release, and a sample beside the real app.
update releases set contents = '{"channel": "#release-1-1-0", "whatsNew": "Shuffling works again."}' where version = '1.1.0';
insert into apps (id, name, timezone, platforms, sample, clock, created_at, recorded_at)
values ('sample', 'Sample', 'Europe/Stockholm', '{android}', true, '{"at": "2024-10-01T12:20:00.000Z", "when": "2024-10-01T12:20:00.000Z", "speed": 0}', '2024-10-01T12:20:00Z', '2024-10-01T12:20:00Z');
