-- One-time links, a provider that was set in the settings, and a setting of the instance.
insert into auth.links (id, hash, kind, email, grants, created_by, created_at, expires_at)
values ('l1', 'a-hash-of-a-link', 'invitation', 'astrid@example.com', '[{"app": "music", "roles": ["member"], "teams": ["player"]}]', '{"kind": "person", "id": "u1", "name": "M. Lind"}', '2024-10-01T08:00:00Z', '2024-10-08T08:00:00Z');
insert into auth.providers values ('company', '{"name": "Company", "issuer": "https://id.example.com", "clientId": "signalbox", "clientSecret": null}', '2024-10-01T08:00:00Z');
insert into auth.settings values ('access', '{"foreignApps": "hidden"}', '2024-10-01T08:00:00Z');
