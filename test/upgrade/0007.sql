-- A policy that was proposed and not yet decided.
insert into policy_proposals (id, app, based_on, text, why, proposed_by, state, at, recorded_at)
values ('pp1', 'music', 1, 'app: music', 'a longer soak', '{"kind": "person", "id": "u1", "name": "M. Lind"}', 'refused', '2024-10-01T08:00:00Z', '2024-10-01T08:00:00Z');
