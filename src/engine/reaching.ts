/** Addresses are looked at when they are entered, so that whoever enters one is told at once. Each use looks again: a name may mean another place by then. */
import { z } from 'zod';
import type { PolicyDocument } from '#domain/policy/document.ts';
import { releaseKinds } from '#domain/release/track.ts';
import { OutOfReach } from '#lib/reach.ts';
import type { Integration, Place } from '#ports/integration.ts';
import type { Context } from './context.ts';
import { rulesFrom } from './policy-book.ts';
import { refuse } from './refuse.ts';
import type { EngineRefusal } from './types.ts';

/** Why an integration may not go where these settings lead; null when it may, or when nobody can tell now (a resolver that gives no answer). */
export async function outOfReach(context: Context, integration: Integration, settings: unknown): Promise<EngineRefusal | null> {
  return refusalOf(context, placeOf(integration, settings));
}

/** Where an integration goes with these settings. */
export function placeOf(integration: Integration, settings: unknown): Place {
  return integration.reaches?.(settings) ?? { hosts: hostsIn(integration, settings), paths: [] };
}

/** The same of the endpoints that a policy names for its own criteria. */
export async function outOfReachInPolicy(context: Context, document: PolicyDocument): Promise<EngineRefusal | null> {
  if (context.reach === null) return null;
  return refusalOf(context, { hosts: [...endpointsIn(document)].map((url) => new URL(url).hostname), paths: [] });
}

async function refusalOf({ reach }: Context, { hosts, paths }: Place): Promise<EngineRefusal | null> {
  if (reach === null) return null;
  try {
    for (const path of paths) await reach.mayRead(path);
    for (const host of new Set(hosts)) await reach.addressesOf(host).catch(throwIfRefused);
    return null;
  } catch (error) {
    if (error instanceof OutOfReach) return refuse('invalid', error.message.slice(0, -error.right.length - 2), error.right);
    throw error;
  }
}

function throwIfRefused(error: unknown): void {
  if (error instanceof OutOfReach) throw error;
}

/** Hosts of the settings that are marked as addresses. */
function hostsIn({ settings: schema }: Integration, settings: unknown): string[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const isAddress = field instanceof z.ZodType && field.meta()?.['address'] === true;
    const value = isAddress ? (settings as Record<string, unknown>)[name] : undefined;
    return typeof value === 'string' && URL.canParse(value) ? [new URL(value).hostname] : [];
  });
}

/** The addresses of custom criteria, of every platform and kind of release. */
function endpointsIn(document: PolicyDocument): Set<string> {
  const rules = rulesFrom(document, 0);
  const policies = Object.keys(document.platforms).flatMap((platform) => releaseKinds.map((kind) => rules.of(platform, kind)));
  const instances = policies.flatMap(({ before, haltsWhileRollingOut, watchWhile }) => [
    ...Object.values(before).flatMap((list) => list ?? []),
    ...haltsWhileRollingOut,
    ...Object.values(watchWhile).flatMap((list) => list ?? []),
  ]);
  return new Set(
    instances.flatMap(({ kind, settings }) => {
      const url = kind === 'custom' ? z.looseObject({ url: z.url() }).safeParse(settings).data?.url : undefined;
      return url === undefined ? [] : [url];
    }),
  );
}
