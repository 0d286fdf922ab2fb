-- How far each chain is sealed: the sealer asks for what moved since, and does not read every seal to know it.
-- It is a note for speed only; the audit reads the seals themselves.
alter table apps add column sealed_seq bigint not null default 0;
alter table tracks add column sealed_seq bigint not null default 0;
create index apps_to_seal on apps (id) where journal_seq > sealed_seq;
create index tracks_to_seal on tracks (id) where journal_seq > sealed_seq;
update apps set sealed_seq = coalesce((select max((head ->> 'seq')::bigint) from seals, jsonb_array_elements(heads) as head where head ->> 'chain' = 'app:' || apps.id), 0);
update tracks set sealed_seq = coalesce((select max((head ->> 'seq')::bigint) from seals, jsonb_array_elements(heads) as head where head ->> 'chain' = 'track:' || tracks.id), 0);
