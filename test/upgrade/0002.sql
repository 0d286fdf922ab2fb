-- People, as the second migration brought them.
insert into auth."user" values ('u1', 'M. Lind', 'm.lind@example.com', true, null, '2024-10-01T08:00:00Z', '2024-10-01T08:00:00Z');
insert into auth.session values ('s1', '2024-10-15T08:00:00Z', 'a-token-of-a-session', '2024-10-01T08:00:00Z', '2024-10-01T08:00:00Z', '127.0.0.1', 'a browser', 'u1');
insert into auth.account (id, "accountId", "providerId", "userId", "accessToken", password, "createdAt", "updatedAt")
values ('a1', 'u1', 'credential', 'u1', 'a-token-of-a-provider', 'salt:hash', '2024-10-01T08:00:00Z', '2024-10-01T08:00:00Z');
insert into auth.verification values ('v1', 'm.lind@example.com', 'a-word-in-a-mail', '2024-10-01T09:00:00Z', '2024-10-01T08:00:00Z', '2024-10-01T08:00:00Z');
insert into auth.grants values ('u1', '*', '{admin,release-manager}', '{player}');
