-- Others may wake a connection by a signed message. Its secret is sealed, as those in `settings` are; null: nobody may.
alter table connections add column webhook jsonb;
-- What was heard lately, so that a message that is sent again wakes nothing twice. Pruned by age.
create table webhook_deliveries (
  connection text not null references connections on delete cascade,
  -- The sender's id of the message, or a digest of its signature where ids are not signed.
  id text not null,
  recorded_at timestamptz not null,
  primary key (connection, id)
);
create index webhook_deliveries_by_age on webhook_deliveries (recorded_at);
