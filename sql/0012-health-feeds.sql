-- How far each source has told everything, platform by platform: one of them may fall silent while the others go on.
create table health_feeds (
  app text not null references apps,
  source text not null,
  platform text not null,
  watermark timestamptz,
  last_told_at timestamptz not null,
  primary key (app, source, platform)
);
-- What was told before this was kept apart.
insert into health_feeds (app, source, platform, watermark, last_told_at)
  select h.app, h.source, s.platform, h.watermark, h.last_told_at
  from health_sources h join (select distinct app, source, platform from health_series) s on s.app = h.app and s.source = h.source;
