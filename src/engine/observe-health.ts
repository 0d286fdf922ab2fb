/** Asking the sources of release health: a part after another, each stored whole before the next is asked for. */
import { buildsByTrack } from '#db/health/builds.ts';
import { cursorOf, keepCursor, sourceWasRead } from '#db/sources.ts';
import type { Db } from '#db/transaction.ts';
import type { HealthPart, HealthSource, TrackOfHealth } from '#ports/health-source.ts';
import { Trouble } from '#ports/trouble.ts';
import { healthOf } from './connections.ts';
import type { Connected, Served } from './connections.ts';
import { pacedMs } from './clocks.ts';
import { appNow } from './context.ts';
import type { Context } from './context.ts';
import { isSourceName, MOST_ROLLUPS, takeHealth } from './health.ts';
import { CALL_LIMIT_MS, within } from './limit.ts';

/** Parts that are read in one go; whoever has more is asked on soon after. */
const PARTS_IN_ONE_GO = 6;
/** A source that was not read three times in a row is stale. */
const READINGS_FRESH = 3;
const LEAST_FRESH_MINUTES = 10;

/** What the schedule of readings needs to know of a source of health, and how it is read. */
export type HealthUnit = {
  of: { source: string; connected: Connected; freshForMinutes: number };
  everyMs: number;
  /** True: there is more at once. */
  read(): Promise<boolean>;
};

/** The connection as a source of health; null when it is none any more. */
export function healthUnit(context: Context, connection: string, connected: readonly Connected[]): HealthUnit | null {
  const served = connected.filter((each) => healthOf(context, each) !== null);
  const found = served.find(({ id }) => id === connection);
  const health = found === undefined ? null : healthOf(context, found);
  if (found === undefined || health === null) return null;
  const { source, everyMinutes } = made(health);
  // the older connection has the name: both would move one watermark
  const isTaken = served.slice(0, served.indexOf(found)).some((each) => nameOf(context, each) === source);
  return {
    of: {
      source: isTaken ? `${source}:${found.id}` : sourceOf(source),
      connected: found,
      freshForMinutes: Math.max(LEAST_FRESH_MINUTES, READINGS_FRESH * everyMinutes),
    },
    everyMs: pacedMs(context.clock.of(found.app), everyMinutes * 60_000),
    async read() {
      if (!isSourceName(source)) throw new Trouble(`roll-ups cannot be kept under the name "${source}"`, { cure: 'person' });
      if (isTaken)
        throw new Trouble(`another connection tells of the source "${source}" already: give one of the two another name`, {
          cure: 'person',
          mayHaveHappened: false,
        });
      return readParts(context, found, health);
    },
  };
}

/** Under which name the readings of a source of health are kept among the other sources. */
export function sourceOf(health: string): string {
  return `${health}:health`;
}

/** A source as it describes itself; nothing is asked of it. */
export function made(health: Served<HealthSource>): HealthSource {
  return health.open(new AbortController().signal);
}

function nameOf(context: Context, connected: Connected): string | null {
  const health = healthOf(context, connected);
  return health === null ? null : made(health).source;
}

async function readParts(context: Context, { app, id, integration }: Connected, health: Served<HealthSource>): Promise<boolean> {
  const { source, dispersion } = made(health);
  const tracks = await tracksOfHealth(context.db, app);
  for (let parts = 0; parts < PARTS_IN_ONE_GO; parts++) {
    const cursor = await cursorOf(context.db, app, sourceOf(source), id);
    const part = await within(CALL_LIMIT_MS, integration.name, (signal) => health.open(signal).rollupsSince({ app, tracks, cursor }));
    if (part.more && part.cursor === cursor) throw new Trouble(`${integration.name} says that there is more, and gives the same again`);
    await store(context, app, source, part, dispersion);
    if (part.cursor !== cursor) {
      // the cursor stands in the row of the source, which the first reading makes
      const at = appNow(context, app);
      await sourceWasRead(context.db, { app, source: sourceOf(source), kinds: [], at, recordedAt: context.clock.now(), connection: id });
      await keepCursor(context.db, app, sourceOf(source), id, part.cursor);
    }
    if (!part.more) return false;
  }
  return true;
}

/** What a source's own names of versions and builds are held against. */
export async function tracksOfHealth(db: Db, app: string): Promise<TrackOfHealth[]> {
  return buildsByTrack(db, app);
}

/** All of a part, and then how far it is told. Should it end in between, the part is read again. */
async function store(
  context: Context,
  app: string,
  source: string,
  { rows, completeUntil }: HealthPart,
  dispersion: number,
): Promise<void> {
  let doubted = 0;
  for (let from = 0; from === 0 || from < rows.length; from += MOST_ROLLUPS) {
    const isLast = from + MOST_ROLLUPS >= rows.length;
    const batch = rows.slice(from, from + MOST_ROLLUPS).map((value, at) => ({ row: from + at, value }));
    const stored = await takeHealth(context, app, { source, rows: batch, completeUntil: isLast ? completeUntil : null, dispersion });
    if (!stored.ok) throw new Trouble(`${stored.because}; ${stored.wouldBeRight}`, { mayHaveHappened: false });
    doubted += stored.quarantined.length;
  }
  if (doubted > 0) context.log.info({ app, source, rows: rows.length, doubted }, 'not all that was read of release health was believed');
}
