/** What people write about a release: its contents, decisions, and updates to its channel. All of it goes into the app's own chain. */
import { createHash } from 'node:crypto';
import { appIds, raiseApp } from '#db/apps.ts';
import type { AppHead } from '#db/apps.ts';
import { canonical, unstorable } from '#db/canonical.ts';
import { appendEntries, signatureOf } from '#db/journal.ts';
import { orderActions } from '#db/outbox.ts';
import { describedRelease, writeContents } from '#db/releases.ts';
import type { Described } from '#db/releases.ts';
import { lockTrack, tracksOf } from '#db/tracks.ts';
import { unlessRefused } from '#db/transaction.ts';
import type { Tx } from '#db/transaction.ts';
import type { Action } from '#domain/actions.ts';
import { contentsFaults, editableParts } from '#domain/release/contents.ts';
import type { ReleaseContents } from '#domain/release/contents.ts';
import type { AppEvent } from '#domain/release/events.ts';
import type { Actor } from '#domain/roles.ts';
import { tell, tellAll } from './commit.ts';
import { appNow, knownApp } from './context.ts';
import type { Context } from './context.ts';
import { noSuchApp, refuse } from './refuse.ts';
import type { Change, EngineRefusal, ReleaseChange, ReleaseName, Result } from './types.ts';

/** The most updates and decisions that one release keeps in its contents. The journal has all of them. */
const LINES_MAX = 500;

/** Writes parts of a release over. `basedOn` is the revision that the person saw: another one is refused as stale, and nothing is written. */
export async function describeRelease(
  context: Context,
  name: ReleaseName,
  change: ReleaseChange,
  by: Actor,
  options: { basedOn?: number } = {},
): Promise<Result<{ contents: ReleaseContents; changed: boolean }>> {
  const bad = unstorable(change);
  if (bad !== null) return refuse('invalid', bad, 'text of whole characters, without NUL');
  const faults = contentsFaults(change);
  const [fault] = faults;
  if (fault !== undefined)
    return { ok: false, code: 'invalid', because: `${fault.path}: ${fault.because}`, wouldBeRight: fault.wouldBeRight, at: faults };
  return writing(context, name, by, (before) => {
    const { revision } = before.contents;
    if (options.basedOn !== undefined && options.basedOn !== revision)
      return refuse(
        'stale',
        `${name.version} was changed meanwhile: it is at revision ${revision}, and this edit was based on ${options.basedOn}`,
        `look at revision ${revision}, then write your change into it`,
      );
    const after: Described = {
      ...before,
      manager: change.manager === undefined ? before.manager : change.manager,
      contents: { ...before.contents, ...partsOf(change), revision: revision + 1 },
    };
    const parts = changedParts(before, after);
    if (parts.length === 0) return null;
    const event: AppEvent = {
      is: 'release-described',
      version: name.version,
      parts,
      revision: revision + 1,
      before: pick(before, parts),
      after: pick(after, parts),
    };
    return { after, event };
  });
}

/** Adds a decision to the log of a release. What was decided before stays as it was said. */
export async function noteDecision(
  context: Context,
  name: ReleaseName,
  { text, about }: { text: string; about: string | null },
  by: Actor,
): Promise<Result<{ contents: ReleaseContents; changed: boolean }>> {
  const bad = unstorable({ text, about });
  if (bad !== null) return refuse('invalid', bad, 'text of whole characters, without NUL');
  return writing(context, name, by, (before) => {
    const { contents } = before;
    const revision = contents.revision + 1;
    const decision = { id: `${name.version}#${revision}`, at: appNow(context, name.app), by: by.name, text, about };
    const after = { ...before, contents: { ...contents, revision, decisions: [...contents.decisions, decision].slice(-LINES_MAX) } };
    return { after, event: { is: 'decision-noted', version: name.version, about, text } };
  });
}

/** Posts an update to the channel of a release, through the outbox: it is there once, and the page tells what became of it. */
export async function postUpdate(
  context: Context,
  name: ReleaseName,
  text: string,
  by: Actor,
): Promise<Result<{ contents: ReleaseContents; changed: boolean }>> {
  const bad = unstorable(text);
  if (bad !== null) return refuse('invalid', bad, 'text of whole characters, without NUL');
  const tracks = (await tracksOf(context.db, name.app)).filter(({ version }) => version === name.version);
  const track = tracks.find(({ ended }) => !ended) ?? tracks[0];
  return writing(
    context,
    name,
    by,
    (before) => {
      const { contents } = before;
      const revision = contents.revision + 1;
      const at = appNow(context, name.app);
      const key = `${name.app}/${name.version}:update:${revision}:${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
      const posted = { key, at, by: by.name, text, channel: contents.channel };
      const action: Action = {
        key,
        lane: `chat:${name.app}`,
        urgent: false,
        effect: { kind: 'announce', text: `${name.version}: ${text} (${by.name})`, channel: contents.channel },
        step: null,
        expects: { stages: [] },
        why: 'an update for everyone who follows the release',
        orderedBy: { kind: by.kind === 'person' || by.kind === 'key' ? by.kind : 'robot', id: by.id, name: by.name },
        orderedAt: at,
      };
      return {
        after: { ...before, contents: { ...contents, revision, updates: [...contents.updates, posted].slice(-LINES_MAX) } },
        event: { is: 'update-posted', version: name.version, channel: contents.channel, text, key },
        ...(track === undefined ? {} : { order: { action, track: track.id } }),
      };
    },
    track?.id ?? null,
  );
}

type Writing = { after: Described; event: AppEvent; order?: { action: Action; track: string } };

/** One change of what is written about a release, in one transaction. `decide` answers null when nothing would change. */
async function writing(
  context: Context,
  { app, version }: ReleaseName,
  by: Actor,
  decide: (before: Described) => Writing | EngineRefusal | null,
  trackFirst: string | null = null,
): Promise<Result<{ contents: ReleaseContents; changed: boolean }>> {
  const known = await knownApp(context, app);
  if (known === null) return noSuchApp(app, await appIds(context.db));
  const told: Change[] = [];
  const answer = await unlessRefused(
    context.db,
    async (tx): Promise<Result<{ contents: ReleaseContents; changed: boolean }>> => {
      // a track's row is locked before its app's, here as everywhere
      if (trackFirst !== null) await lockTrack(tx, trackFirst);
      const head = await raiseApp(tx, app);
      const before = await describedRelease(tx, app, version);
      if (head === null || before === null)
        return refuse('not-found', `${app} has no release ${version}`, 'the version of a release that is listed');
      const decided = decide(before);
      if (decided === null) return { ok: true, contents: before.contents, changed: false };
      if ('ok' in decided) return decided;
      await writeContents(tx, app, version, decided.after);
      if (decided.order !== undefined) await orderActions(tx, app, [decided.order], context.clock.now());
      await journal(context, tx, app, head, decided.event, by, told);
      return { ok: true, contents: decided.after.contents, changed: true };
    },
    (answer) => answer.ok && answer.changed,
  );
  tellAll(context, told);
  return answer;
}

async function journal(context: Context, tx: Tx, app: string, head: AppHead, event: AppEvent, by: Actor, told: Change[]): Promise<void> {
  const at = appNow(context, app);
  await appendEntries(tx, { app, track: null, seq: head.seq, hash: head.hash }, [{ actor: signatureOf(by), event, stageAfter: null }], {
    appVersion: head.version,
    at,
    recordedAt: context.clock.now(),
  });
  await tell(context, tx, { app, version: head.version, tracks: [], kinds: ['app', 'journal'], at }, told);
}

const parts = [...editableParts, 'manager'] as const;
type Part = (typeof parts)[number];

function partOf(described: Described, part: Part): unknown {
  return part === 'manager' ? described.manager : described.contents[part];
}

function partsOf(change: ReleaseChange): Partial<ReleaseContents> {
  return Object.fromEntries(editableParts.filter((part) => change[part] !== undefined).map((part) => [part, change[part]]));
}

function changedParts(before: Described, after: Described): readonly Part[] {
  return parts.filter((part) => canonical(partOf(before, part)) !== canonical(partOf(after, part)));
}

function pick(described: Described, wanted: readonly Part[]): object {
  return Object.fromEntries(wanted.map((part) => [part, partOf(described, part)]));
}
