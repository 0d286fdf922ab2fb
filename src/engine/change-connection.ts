/** Giving a connection other settings. Secrets that are not said stay, and go nowhere that they were not meant for. */
import { canonical } from '#db/canonical.ts';
import { connectionOf, openSettings, sealSettings, updateConnection } from '#db/connections.ts';
import { markDue } from '#db/due.ts';
import { disconnectSources } from '#db/sources.ts';
import { liveTracksOf } from '#db/tracks.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Actor } from '#domain/roles.ts';
import type { Integration } from '#ports/integration.ts';
import { tellAll } from './commit.ts';
import { secretFieldsOf } from './connections.ts';
import { knownApp } from './context.ts';
import type { Context } from './context.ts';
import { placeOf } from './reaching.ts';
import { refuse } from './refuse.ts';
import { connectionFit, expectSources, journalApp, raised } from './setup.ts';
import type { Change, Result } from './types.ts';
import { wakeUnits } from './unit.ts';

/**
 * Writes the settings of a connection over. A secret field that is left out stays as it was, as long as the connection leads to the same place; null takes it away.
 * What it brought is read anew from its beginning.
 */
export async function changeConnection(
  context: Context,
  id: string,
  wanted: { settings: Record<string, unknown>; serves: readonly string[] },
  by: Actor,
): Promise<Result<{ id: string }>> {
  const stored = await connectionOf(context.db, id);
  const app = stored === null ? null : await knownApp(context, stored.app);
  const integration = stored === null ? undefined : context.integrations.get(stored.integration);
  if (stored === null || app === null) return refuse('not-found', `there is no connection "${id}"`, 'a connection that is listed');
  if (integration === undefined)
    return refuse('not-found', `there is no integration "${stored.integration}" any more`, 'disconnect it, and connect another');
  const secrets = secretFieldsOf(integration);
  const before = readable(() => openSettings(context.keys, id, stored.settings)) ?? withoutSecrets(stored.settings, secrets);
  const kept = Object.fromEntries(secrets.flatMap((field) => (before[field] === undefined ? [] : [[field, before[field]]])));
  const said = Object.fromEntries(Object.entries({ ...kept, ...wanted.settings }).filter(([, value]) => value !== null));
  const fit = await connectionFit(context, integration, { settings: said, serves: wanted.serves });
  if ('ok' in fit) return fit;
  const carried = Object.keys(kept).filter((field) => !Object.hasOwn(wanted.settings, field));
  if (carried.length > 0 && !leadsToTheSame(integration, before, fit.settings))
    return refuse(
      'invalid',
      `it leads to another place now, and ${carried.join(', ')} was not said: a secret is not handed to a place that it was not given for`,
      `${carried.join(', ')} as the new place knows it, or null`,
    );
  const changed = [
    ...[...new Set([...Object.keys(before), ...Object.keys(fit.settings)])].filter(
      (field) => canonical(before[field] ?? null) !== canonical(fit.settings[field] ?? null),
    ),
    ...(canonical(stored.serves) === canonical(fit.serves) ? [] : ['serves']),
  ];
  if (changed.length === 0) return { ok: true, id };
  const told: Change[] = [];
  await inTransaction(context.db, async (tx) => {
    const head = await raised(tx, app.id);
    const recordedAt = context.clock.now();
    await updateConnection(tx, id, sealSettings(context.keys, id, fit.settings, secrets), fit.serves);
    await disconnectSources(tx, id);
    await expectSources(context, tx, app, { id, integration, serves: fit.serves }, recordedAt);
    await markDue(
      tx,
      (await liveTracksOf(tx, app.id)).map((track) => ({ kind: 'track' as const, key: track.id, app: app.id, at: recordedAt })),
    );
    const event = { is: 'connection-changed', connection: id, integration: integration.id, changed } as const;
    await journalApp(context, tx, app.id, head, event, by, ['app', 'journal', 'facts'], told);
  });
  tellAll(context, told);
  await wakeUnits(context, app.id);
  context.wake();
  return { ok: true, id };
}

function leadsToTheSame(integration: Integration, before: Record<string, unknown>, after: Record<string, unknown>): boolean {
  const was = readable(() => placeOf(integration, integration.settings.parse(before)));
  return was !== null && canonical(was) === canonical(placeOf(integration, after));
}

/** Null where what was stored cannot be read any more: it is written over. */
function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function withoutSecrets(settings: Record<string, unknown>, secrets: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([field]) => !secrets.includes(field)));
}
