-- Who is on call: one rota for each duty of an app, `release-manager` or a team.
create table rotas (
  app text not null references apps,
  duty text not null,
  -- { people, from, days, swaps }
  rota jsonb not null,
  at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (app, duty)
);
