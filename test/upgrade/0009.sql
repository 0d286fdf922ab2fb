-- A webhook that was heard.
insert into webhook_deliveries select id, 'delivery-1', '2024-10-01T08:00:00Z' from connections limit 1;
