-- What a look asks of the verdicts that were committed before: little of each, and a digest by which one that says the same is known.
alter table verdicts
  add column set_up boolean,
  add column passes boolean,
  -- Null where the verdict was written before there were any: the next look writes it anew.
  add column print text;
update verdicts set
  set_up = (verdict ->> 'setUp')::boolean,
  passes = (verdict ->> 'informing')::boolean or not (verdict ->> 'setUp')::boolean or colour = 'green'
    or (coalesce((verdict ->> 'metBefore')::boolean, false) and colour <> 'red') or coalesce(verdict -> 'waiver' ->> 'state' = 'active', false);
alter table verdicts alter column set_up set not null, alter column passes set not null;
