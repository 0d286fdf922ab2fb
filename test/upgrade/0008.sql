-- Who is on call.
insert into rotas values ('music', 'release-manager', '{"people": ["u1"], "from": "2024-10-01T08:00:00.000Z", "days": 7, "swaps": []}', '2024-10-01T08:00:00Z', '2024-10-01T08:00:00Z');
