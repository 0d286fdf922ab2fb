import { z } from 'zod';
import { parametersOf } from './query.ts';

const PROTOCOLS = ['postgresql:', 'postgres:', 'http:', 'https:'];

export const warehouseSettings = z.strictObject({
  address: z
    .string()
    .trim()
    .max(500)
    .refine(
      (text) => PROTOCOLS.includes(URL.parse(text)?.protocol ?? '') && (URL.parse(text)?.hostname ?? '') !== '',
      'this is no address of a warehouse; right would be: postgresql://host:5432 for PostgreSQL, https://host:8443 or http://host:8123 for ClickHouse',
    )
    .refine((text) => {
      const url = URL.parse(text);
      return url === null || (url.username === '' && url.password === '' && url.search === '');
    }, 'there is more in it than the address; right would be: the address alone, with user, password and database in the fields of their own')
    .meta({
      address: true,
      title: 'Address',
      description: 'PostgreSQL: postgresql://host:5432. ClickHouse, by its HTTP interface: https://host:8443',
    }),
  database: z.string().trim().min(1).max(200).meta({ title: 'Database', description: 'The name of the database' }),
  user: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .meta({ title: 'User', description: 'An account that may read what the query reads, and nothing else' }),
  password: z.string().max(1000).optional().meta({ secret: true, title: 'Password', description: 'Of that account' }),
  tls: z.enum(['verified', 'none']).default('verified').meta({
    title: 'TLS',
    description:
      'Of PostgreSQL: verified asks for a certificate that counts; none sends in the clear, within one machine or a network of your own',
  }),
  query: z
    .string()
    .trim()
    .min(1)
    .max(20_000)
    .refine(
      (text) => parametersOf(text).has('since'),
      'it does not say from when; right would be: a query with :since in it, the moment from which hours are asked for',
    )
    .meta({
      multiline: true,
      title: 'Query',
      description:
        'One select that gives a row for each hour, build, audience and segment: platform, version, audience, bucket, consumption, and what else is known. :since is the moment from which hours are asked for; with :until too it is asked day by day',
    }),
  source: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a lower-case letter, then letters, digits and dashes')
    .default('warehouse')
    .meta({ title: 'Name', description: 'Under which name its roll-ups are kept' }),
  everyMinutes: z.int().min(1).max(1440).default(15).meta({ title: 'Minutes between readings', description: 'How often it is asked' }),
  lateHours: z
    .int()
    .min(1)
    .max(168)
    .default(24)
    .meta({ title: 'Late hours', description: 'So many hours are read again each time, for what came late' }),
  firstDays: z.int().min(1).max(180).default(14).meta({ title: 'First days', description: 'How far back the first reading goes' }),
  dispersion: z.number().min(1).max(100).default(1).meta({
    title: 'Times a person may count',
    description: "1 where a person's first crash on a build alone counts as affected; 3 where the query can only count crashes",
  }),
});
export type WarehouseSettings = z.infer<typeof warehouseSettings>;
