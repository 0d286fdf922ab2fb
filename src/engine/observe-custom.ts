/** Asks the endpoints of `custom` criteria: HTTP addresses of the user's own that answer with a colour and a reason. */
import { z } from 'zod';

import { customAnswerOf, writeCustomAnswer } from '#db/custom.ts';
import { markDue } from '#db/due.ts';
import { liveTracksOf } from '#db/tracks.ts';
import type { LiveTrack } from '#db/tracks.ts';
import type { Instance } from '#domain/criteria/instance.ts';
import { colours } from '#domain/facts.ts';
import type { TrackPolicy } from '#domain/policy/track-policy.ts';
import { minutesBetween } from '#domain/time.ts';
import { unstorable } from '#db/canonical.ts';
import { appNow, knownApp } from './context.ts';
import type { Context } from './context.ts';
import { asTrouble, CALL_LIMIT_MS, within } from './limit.ts';

/** What an endpoint answers. */
export const customAnswer = z.object({
  colour: z.enum(colours),
  because: z.string().trim().min(1).max(1000),
  turnsGreen: z.string().trim().max(1000).nullable().optional(),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .nullable()
    .optional(),
});

const FRESH_FOR_MINUTES = 15;
const settings = z.looseObject({ url: z.string(), 'fresh-for': z.number().nullable().default(null) });

const LONGEST_ANSWER = 65_536;
/** Endpoints are asked three times within the time that an answer is fresh for, and at most every 15 s. */
const ASKED_PER_FRESHNESS = 3;
const LEAST_EVERY_MS = 15_000;
const WITHOUT_ANY_MS = 300_000;

/** Asks every endpoint of the app's live tracks whose answer grows old; gives the milliseconds until the next look. */
export async function observeCustom(context: Context, app: string): Promise<number | null> {
  const known = await knownApp(context, app);
  if (known === null) return null;
  const rules = await context.policies.rulesOf(context.db, app, known.policyRevision);
  let everyMs = WITHOUT_ANY_MS;
  for (const track of await liveTracksOf(context.db, app)) {
    for (const instance of customInstances(rules.of(track.platform, track.state.kind), track)) {
      const of = settings.safeParse(instance.settings);
      if (!of.success) continue;
      const askEveryMs = Math.max(LEAST_EVERY_MS, ((of.data['fresh-for'] ?? FRESH_FOR_MINUTES) * 60_000) / ASKED_PER_FRESHNESS);
      everyMs = Math.min(everyMs, askEveryMs);
      await askIfOld(context, track, instance.id, of.data.url, askEveryMs);
    }
  }
  return everyMs;
}

function customInstances(policy: TrackPolicy, track: LiveTrack): Instance[] {
  const all = [
    ...Object.values(policy.before).flatMap((list) => list ?? []),
    ...policy.haltsWhileRollingOut,
    ...(policy.watchWhile[track.stage] ?? []),
  ];
  return [...new Map(all.filter(({ kind }) => kind === 'custom').map((instance) => [instance.id, instance])).values()];
}

async function askIfOld(context: Context, track: LiveTrack, instance: string, url: string, everyMs: number): Promise<void> {
  const { app } = track;
  const before = await customAnswerOf(context.db, track.id, instance);
  if (before !== null && minutesBetween(before.at, appNow(context, app)) * 60_000 < everyMs * 0.9) return;
  try {
    const answer = await ask(context, url, { app, version: track.version, platform: track.platform, criterion: instance });
    const at = appNow(context, app);
    const recordedAt = context.clock.now();
    await writeCustomAnswer(context.db, {
      track: track.id,
      instance,
      colour: answer.colour,
      because: answer.because,
      turns_green: answer.turnsGreen ?? null,
      url: answer.url ?? null,
      at,
      recorded_at: recordedAt,
    });
    // Also when the colour is the same: an answer that was too old is fresh again.
    await markDue(context.db, [{ kind: 'track', key: track.id, app, at: recordedAt }]);
    context.wake();
  } catch (error) {
    // The last answer grows old, and the criterion turns Unknown by itself.
    context.log.info({ track: track.id, instance, trouble: asTrouble(error).message }, 'the endpoint of a criterion gave no usable answer');
  }
}

/** One question to an endpoint: a GET with what it is about in the query. */
async function ask(context: Context, url: string, about: Record<string, string>): Promise<z.infer<typeof customAnswer>> {
  const address = new URL(url);
  for (const [name, value] of Object.entries(about)) address.searchParams.set(name, value);
  return within(CALL_LIMIT_MS, address.host, async (signal) => {
    const response = await context.fetch(address, { signal, headers: { accept: 'application/json' }, redirect: 'error' });
    if (!response.ok) throw new Error(`${address.host} answered ${response.status}`);
    const text = await response.text();
    if (text.length > LONGEST_ANSWER)
      throw new Error(`${address.host} answered ${text.length} characters; ${LONGEST_ANSWER} are enough for a colour and a reason`);
    const answer = customAnswer.parse(JSON.parse(text));
    const bad = unstorable(answer);
    if (bad !== null) throw new Error(`${address.host}: ${bad}`);
    return answer;
  });
}
