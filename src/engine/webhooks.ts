/** Others wake a connection: a signed message says that there is news, and nothing of what. What it says beside that is not read: the vendor itself is asked. */
import { randomBytes } from 'node:crypto';
import { connectionOf, hearDelivery, setWebhook, webhookOf } from '#db/connections.ts';
import { markDue } from '#db/due.ts';
import { openWebhookSecret, sealWebhook } from '#db/secrets.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Actor } from '#domain/roles.ts';
import { plusMs } from '#domain/time.ts';
import { REMEMBERED_MS, unsigned, verifySignature, webhookSecret } from '#lib/webhook-signature.ts';
import type { SignedMessage } from '#lib/webhook-signature.ts';
import { connectedOf, gitHostOf, storefrontOf } from './connections.ts';
import { knownApp } from './context.ts';
import type { Context } from './context.ts';
import { refuse } from './refuse.ts';
import { journalApp, raised } from './setup.ts';
import { tellAll } from './commit.ts';
import type { Change, Result } from './types.ts';
import { unitKey, unitsOf } from './unit.ts';

const SECRET_BYTES = 32;

export async function openWebhook(context: Context, id: string, by: Actor): Promise<Result<{ secret: string }>> {
  const secret = webhookSecret(randomBytes(SECRET_BYTES));
  const changed = await change(context, id, secret, by);
  return changed.ok ? { ok: true, secret } : changed;
}

export async function closeWebhook(context: Context, id: string, by: Actor): Promise<Result<{ id: string }>> {
  return change(context, id, null, by);
}

async function change(context: Context, id: string, secret: string | null, by: Actor): Promise<Result<{ id: string }>> {
  const connection = await connectionOf(context.db, id);
  if (connection === null) return refuse('not-found', `there is no connection "${id}"`, 'a connection that is listed');
  const { app, integration } = connection;
  await knownApp(context, app);
  const told: Change[] = [];
  await inTransaction(context.db, async (tx) => {
    const head = await raised(tx, app);
    await setWebhook(tx, id, secret === null ? null : sealWebhook(context.keys, id, secret));
    const is = secret === null ? 'webhook-closed' : 'webhook-opened';
    await journalApp(context, tx, app, head, { is, connection: id, integration }, by, ['app', 'journal'], told);
  });
  tellAll(context, told);
  return { ok: true, id };
}

export async function hearWebhook(
  context: Context,
  app: string,
  connection: string,
  message: SignedMessage,
): Promise<Result<{ woke: boolean }>> {
  const now = context.clock.now();
  const verified = await verify(context, app, connection, message, now);
  if (!verified.ok) return refuse('not-allowed', verified.because, verified.wouldBeRight);
  const isNew = await hearDelivery(context.db, connection, verified.id, now, plusMs(now, -REMEMBERED_MS));
  if (isNew) await wake(context, app, connection, now);
  return { ok: true, woke: isNew };
}

/** A connection that is not there, and one that nobody may wake, answer as a wrong signature does. */
async function verify(
  context: Context,
  app: string,
  connection: string,
  message: SignedMessage,
  now: string,
): Promise<ReturnType<typeof verifySignature>> {
  const sealed = await webhookOf(context.db, app, connection);
  if (sealed === null) return unsigned();
  const secret = openWebhookSecret(context.keys, connection, sealed);
  return verifySignature(secret, message, Date.parse(now) / 1000);
}

async function wake(context: Context, app: string, connection: string, at: string): Promise<void> {
  await knownApp(context, app);
  const connected = await connectedOf(context, app);
  const isMine = (each: { connected: { id: string } } | null): boolean => each?.connected.id === connection;
  const units = (await unitsOf(context, app)).filter((unit) => {
    switch (unit.what) {
      case 'git':
        return isMine(gitHostOf(context, connected));
      case 'feed':
        return unit.which.startsWith(`${connection}:`);
      case 'health':
        return unit.which === connection;
      case 'storefront':
        return isMine(storefrontOf(context, connected, unit.which as Parameters<typeof storefrontOf>[2]));
      case 'custom':
      case 'crash-groups':
        return false;
      default:
        return unit.what satisfies never;
    }
  });
  await markDue(
    context.db,
    units.map((unit) => ({ kind: 'observe' as const, key: unitKey(unit), app, at })),
  );
  context.wake();
}
