-- What is asked whenever the robot looks, for instances of many apps.

-- Where a bug is: `app/version` of each version it names. Apps number their versions alike, and a look asks for one app's.
create function bug_places(app text, versions text[]) returns text[] language sql immutable parallel safe as $$
  select coalesce(array_agg(app || '/' || version), '{}') from unnest(versions) as version
$$;
drop index bugs_by_version;
create index bugs_by_place on bugs using gin (bug_places(app, versions));

-- The oldest of a kind, and all of an app: each found without reading what else is due.
drop index due_next;
create index due_next on due (kind, at, key);
create index due_of_app on due (app, kind, at);

-- As the question is asked: with what is live on one of several storefronts.
drop index tracks_with_users;
create index tracks_with_users on tracks (id) where not ended and (stage = 'rolling-out' or state ? 'liveIn');
