/** Schemas that several resources share: slugs, moments, pages, actors. */
import { z } from 'zod';
import { notPlatforms } from '#domain/names.ts';
import { roles, scopes } from '#domain/roles.ts';
import { instantIn } from '#domain/moment.ts';

/** A moment as the API sends it: ISO-8601, UTC, milliseconds. */
export const moment = z.iso.datetime().meta({ description: 'ISO-8601 in UTC: `2024-10-01T12:20:00.000Z`' });

/** A moment as the API takes it, with any offset; it is kept in UTC. */
export const momentIn = instantIn;

export const appId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'an app id is a slug: a lower-case letter, then up to 62 letters, digits and dashes')
  .meta({ description: "The app's slug: `music`", example: 'music' });
export const platformId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a platform is a slug: `android`, `ios`, `desktop` or a name of your own')
  .refine((name) => !notPlatforms.includes(name), `a platform may not be called ${notPlatforms.join(', ')}: these are pages of a release`)
  .meta({ description: 'The platform: `android`, `ios`, `desktop` or a name of your own', example: 'ios' });
export const versionName = z
  .string()
  .regex(/^[0-9A-Za-z][0-9A-Za-z.+_-]{0,99}$/, 'a version: up to 100 letters, digits, dots, dashes')
  .meta({ description: 'The version that users see: `8.9.2`', example: '8.9.2' });
export const instanceId = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: 'The id of a criterion instance in the policy: `signed-off`', example: 'signed-off' });

export const appParams = z.object({ app: appId });
export const releaseParams = z.object({ app: appId, version: versionName });
export const trackParams = z.object({ app: appId, version: versionName, platform: platformId });

/** The most things that one page, or one bulk report, may hold. */
export const PAGE_MAX = 200;
export const BULK_MAX = 1000;

export const pageQuery = z.object({
  cursor: z.string().max(500).optional().meta({ description: 'Where the last page ended: its `next`. Opaque.' }),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
});

/** A page of a list, and the cursor of the next one; null on the last. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

export const role = z.enum(roles).meta({ id: 'Role' });
export const scope = z.enum(scopes).meta({ id: 'Scope' });

/** Someone who did something. */
export const actor = z.object({ kind: z.string(), id: z.string(), name: z.string() }).meta({ id: 'Actor' });

export const quantity = z.object({ amount: z.number(), unit: z.string() }).meta({ id: 'Quantity' });

/** Which kinds of events, and who did them: what lists of the journal are narrowed by. */
export const eventKinds = z.string().max(1000).meta({ description: 'A kind of event, or several between commas: `halted,resumed`' });
export const actorKind = z.enum(['person', 'key', 'robot', 'integration']).meta({ description: 'Who did it' });

/** A password that is to be set. What is good is told by `src/domain/people/password.ts`; here only what is a text of some length. */
export const newPassword = z
  .string()
  .min(1)
  .max(1024)
  .meta({ description: 'At least 15 characters, none that stands on the list of those that were found in breaches; no other rules' });

/** An answer without content. */
export const nothing = z.null();
