-- PostgreSQL 15 remembers within a statement that a table was not there, also when another process has made it meanwhile: the second comer is told so.
create or replace function fact_partition(month date) returns void language plpgsql as $$
declare
  name text := 'facts_' || to_char(month, 'YYYY_MM');
begin
  if to_regclass(name) is not null then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtext('signalbox fact_partition'));
  execute format('create table %I partition of facts for values from (%L) to (%L)', name,
    to_char(month, 'YYYY-MM-01') || ' 00:00:00+00', to_char(month + interval '1 month', 'YYYY-MM-01') || ' 00:00:00+00');
exception when duplicate_table then
  null;
end $$;
