/**
 * What must hold whatever happens: the "never" list of the domain, and what is promised of facts, effects, the journal and rest. Each is a sentence and a pure function
 * over what was observed; it gives what is wrong, or null.
 */
import { canonical } from '#db/canonical.ts';
import type { TrackEvent } from '#domain/release/events.ts';
import { candidateOf, hasEnded } from '#domain/release/track.ts';
import type { Track } from '#domain/release/track.ts';
import { msBetween } from '#domain/time.ts';
import { liveObjectsByKey } from '#integrations/sandbox/world/world.ts';
import type { Release, State, Write } from '#integrations/sandbox/world/state.ts';
import type { Line, Observed, SeenAction, SeenTrack, SentHour } from './observed.ts';

/**
 * When an invariant is asked: after a commit, after a call to a vendor, when an action is about to be tried, when faults are off and nothing is left to do in the present
 * moment, or when a cycle has come to rest.
 */
export type Asked = 'commit' | 'vendor' | 'try' | 'calm' | 'rest';
export type Invariant = { sentence: string; asked: readonly Asked[]; broken: (seen: Observed) => string | null };

/** What is known of a cycle at rest beside what was observed on the way. */
export type AtRest = {
  /** Live tracks, and what the robot still plans for each. */
  plans: readonly {
    track: string;
    robot: string;
    sentence: string;
    events: readonly string[];
    actions: readonly string[];
    voids: readonly string[];
    isWaitingForTime: boolean;
  }[];
  questions: readonly { track: string; key: string; kind: string }[];
  /** What the storefronts of each track's policy are. */
  storefronts: ReadonlyMap<string, readonly string[]>;
  /** The current tables: what counts of each thing that was reported. */
  current: readonly { source: string; kind: string; key: string; revision: number; payload: string }[];
  /** The hours of health that are stored. */
  hours: readonly Pick<SentHour, 'hour' | 'revision' | 'consumption' | 'affected'>[];
  /** Tracks of which a rate says that every version does the same. */
  fleetWide: ReadonlySet<string>;
  audit: { ok: boolean; problems: readonly string[] };
};

export const invariants: readonly Invariant[] = [
  {
    sentence: 'every acknowledged fact is there',
    asked: ['commit', 'rest'],
    broken: ({ sent, stored, step }) => {
      const lost = sent.find(
        ({ name, acknowledgedAtStep }) => acknowledgedAtStep !== null && acknowledgedAtStep < step && !stored.has(name),
      );
      return lost === undefined ? null : `${lost.name} was acknowledged at step ${lost.acknowledgedAtStep} and is not stored`;
    },
  },
  {
    sentence: 'at most one live object carries an action key at the vendor',
    asked: ['vendor'],
    broken: ({ vendor }) => {
      const twice = [...liveObjectsByKey(vendor)].find(([, count]) => count > 1);
      return twice === undefined ? null : `${twice[1]} live objects carry ${twice[0]}`;
    },
  },
  {
    sentence: 'nothing is done at a vendor that was not ordered first, and nothing but what was ordered',
    asked: ['vendor'],
    broken: ({ vendor, outbox }) => {
      const write = vendor.writes.at(-1);
      if (write === undefined || write.key === null || !tookEffect(write)) return null;
      const action = outbox.get(write.key);
      if (action === undefined) return `${write.call} under ${write.key}, which nobody ordered`;
      return strayOf(write, action);
    },
  },
  {
    sentence: 'the journal explains every change of every track',
    asked: ['commit'],
    broken: ({ tracks, news }) => {
      const ids = new Set(news.map(({ track }) => track));
      const wrong = [...tracks.values()].find(
        ({ id, row, told }) => (ids.has(id) || news.length === 0) && canonical(row) !== canonical(told),
      );
      return wrong === undefined ? null : `${wrong.id} is ${differenceOf(wrong)}`;
    },
  },
  {
    sentence: 'each journal is one unbroken chain, and the stage after each line is the one that its events lead to',
    asked: ['commit'],
    broken: ({ headsBefore, news }) => {
      const heads = new Map(headsBefore);
      for (const line of news) {
        const before = heads.get(line.chain) ?? { seq: 0, hash: '' };
        if (before.seq + 1 !== line.seq) return `${line.chain}: entry ${line.seq} follows ${before.seq}`;
        if (before.hash !== line.prev) return `${line.chain}: entry ${line.seq} does not follow from the one before it`;
        heads.set(line.chain, line);
      }
      return null;
    },
  },
  {
    sentence: 'an action ends once, is not opened again but by a person, and the journal tells how it ended',
    asked: ['commit'],
    broken: ({ outbox, outboxBefore, journal }) => {
      for (const [key, now] of outbox) {
        const before = outboxBefore.get(key);
        if (before === undefined || before.state === now.state) continue;
        if (isOver(now)) {
          const told = journal.findLast((line) => line.event.is === 'action-ended' && line.event.key === key);
          if (told?.event.is !== 'action-ended' || told.event.state !== now.state)
            return `${key} is ${now.state}, and its journal does not say so`;
          if (isOver(before) && !(before.state === 'void' && now.state === 'done')) return `${key} was ${before.state} and is ${now.state}`;
        } else if (isOver(before)) {
          const again = journal.findLast((line) => line.event.is === 'action-retried' && line.event.key === key);
          if (again === undefined) return `${key} was ${before.state} and is ${now.state} again, and nobody asked for that`;
        }
      }
      return null;
    },
  },
  {
    sentence: 'the same effect is not under way twice',
    asked: ['commit'],
    broken: ({ outbox }) => {
      const open = new Map<string, string>();
      for (const each of outbox.values()) {
        if (isOver(each)) continue;
        const effect = each.key.replace(/#\d+$/, '');
        const other = open.get(effect);
        if (other !== undefined) return `${other} and ${each.key} are both open`;
        open.set(effect, each.key);
      }
      return null;
    },
  },
  {
    sentence: 'two writes to one listing are never under way at the same time',
    asked: ['vendor'],
    broken: ({ overlaps }) => {
      const [both] = overlaps;
      return both === undefined
        ? null
        : `${both[0].call} ${both[0].key} of ${both[0].of} and ${both[1].call} ${both[1].key} of ${both[1].of} on ${both[0].listing}`;
    },
  },
  {
    sentence: 'a halt waits for nothing but the write in flight',
    asked: ['try'],
    broken: ({ tries, outboxBefore, outbox, now }) => {
      const tried = outbox.get(tries.at(-1)?.key ?? '');
      if (tried === undefined || tried.urgent) return null;
      const halt = [...outboxBefore.values()].find(
        (each) =>
          each.lane === tried.lane && each.kind === 'ensure-halted' && !isOver(each) && (each.nextTryAt === null || each.nextTryAt <= now),
      );
      return halt === undefined ? null : `${tried.key} is tried while ${halt.key} waits in ${halt.lane}`;
    },
  },
  {
    sentence: 'a halt that was not tried yet waits behind no order that waits for another try',
    asked: ['calm'],
    broken: ({ outbox }) => {
      const halt = [...outbox.values()].find(
        ({ kind, state, attempts, nextTryAt }) => kind === 'ensure-halted' && state === 'ordered' && attempts === 0 && nextTryAt === null,
      );
      return halt === undefined ? null : `${halt.key} waits in ${halt.lane}, where nothing is under way`;
    },
  },
  {
    sentence: 'halted is shown only after every storefront that can stop was seen to stand still',
    asked: ['commit'],
    broken: ({ news, vendor }) => {
      for (const line of news) {
        if (line.event.is !== 'halted' || line.track === null) continue;
        const moving = releasesOf(vendor, line.track).filter(({ release }) => release.startedAt !== null && !hasStoodStill(release));
        const [first] = moving;
        // a storefront that is at 100 % and cannot stop there has nothing to stop
        if (first !== undefined && !(first.release.percent >= 100 && !['google-play', 'update-feed'].includes(first.storefront)))
          return `${line.track} is shown as halted, and ${first.storefront} has never stood still`;
      }
      return null;
    },
  },
  {
    sentence: 'a halted track lets nobody new in on our word before a person resumes it',
    asked: ['vendor'],
    broken: ({ vendor, journal, tries }) => {
      const write = lastGrowth(vendor);
      if (write === null) return null;
      const track = `${write.app}/${write.version ?? ''}/${write.platform ?? ''}`;
      const began = tries.findLast(({ key }) => key === write.key)?.began ?? 0;
      const halted = journal.findLast((line) => line.track === track && line.event.is === 'halted');
      if (halted === undefined || halted.step >= began) return null;
      const goesOn = journal.some(
        (line) => line.track === track && line.seq > halted.seq && (line.event.is === 'resume-ordered' || line.event.is === 'resumed'),
      );
      return goesOn ? null : `${write.call} to ${write.percent ?? 100} % of ${track} on ${write.on}, which is halted`;
    },
  },
  {
    sentence: 'no rollout grows on our word against a red report that was known before the try began',
    asked: ['vendor'],
    broken: (seen) => {
      const write = lastGrowth(seen.vendor);
      if (write === null) return null;
      const tried = seen.tries.findLast(({ key }) => key === write.key);
      const track = `${write.app}/${write.version ?? ''}/${write.platform ?? ''}`;
      // the first share has criteria of its own, and reports are none of them
      if (tried === undefined || write.call === 'start' || isResume(write) || mayBeWaived(seen, track)) return null;
      const red = seen.sent.filter(
        ({ fact }) => fact.kind === 'report' && `${fact.app}/${fact.payload.version}/${fact.payload.platform}` === track,
      );
      const before = red.filter(({ acknowledgedAtStep }) => acknowledgedAtStep !== null && acknowledgedAtStep < tried.began);
      const newest = newestOf(before.map(({ fact }) => fact));
      const after = red.some(({ fact }) => newest !== null && fact.revision >= newest.revision && fact !== newest);
      if (newest?.kind !== 'report' || newest.payload.colour !== 'red' || after) return null;
      return `${write.call} to ${write.percent ?? 100} % of ${track} under ${write.key}, although ${newest.payload.instance} is red`;
    },
  },
  {
    sentence: '100 % is not served on our word before the first share has soaked',
    asked: ['vendor'],
    broken: (seen) => {
      const write = lastGrowth(seen.vendor);
      if (write === null) return null;
      const track = `${write.app}/${write.version ?? ''}/${write.platform ?? ''}`;
      const release = releasesOf(seen.vendor, track).find(({ storefront }) => storefront === write.on)?.release;
      // what goes on without a share goes on where it stood
      if (release === undefined || (write.percent ?? release.percent) < 100 || mayBeWaived(seen, track)) return null;
      const started = release.startedAt;
      const soakMs = Math.min(...seen.policies.map(({ soakMinutes }) => soakMinutes)) * 60_000;
      const aloneMs = started === null ? 0 : msBetween(started, write.at);
      const hadFirst = release.history.some(({ percent, by }) => percent > 0 && percent < 100 && by !== '');
      const wasFullAlready = release.history.some(({ percent, key }) => percent >= 100 && key !== write.key);
      if (wasFullAlready) return null;
      return hadFirst && aloneMs >= soakMs - seen.aheadMs
        ? null
        : `${write.call} of ${track} to 100 % ${Math.round(aloneMs / 60_000)} min after its start`;
    },
  },
  {
    sentence: 'no approval, sign-off, waiver, decision or resume is invented: a person gave each',
    asked: ['commit'],
    broken: ({ news }) => {
      const invented = news.find(({ event, actor }) => OF_PEOPLE.has(event.is) && actor.kind !== 'person' && actor.kind !== 'key');
      return invented === undefined ? null : `${invented.event.is} on ${invented.track ?? invented.chain} by ${invented.actor.name}`;
    },
  },
  {
    sentence: 'a storefront’s approval is shown only where it approved',
    asked: ['commit'],
    broken: ({ news, vendor }) => {
      for (const { event, track } of news) {
        if (event.is !== 'approved' || track === null) continue;
        // what was approved may be withdrawn before anybody reads it again
        const without = releasesOf(vendor, track).find(({ release }) => !release.history.some(({ state }) => state === 'approved'));
        if (without !== undefined) return `${track} is shown as approved, and ${without.storefront} never approved it`;
      }
      return null;
    },
  },
  {
    sentence: 'a share that was shown is never shown lower',
    asked: ['commit'],
    broken: ({ news, journal }) => {
      for (const { event, track, seq, chain } of news) {
        const percent = shareIn(event);
        if (track === null || percent === null) continue;
        const earlier = journal.filter((line) => line.chain === chain && line.seq < seq);
        // what was live on one storefront before the others had a share of its own; all of them begin together
        if (event.is === 'rollout-started' && !earlier.some((line) => line.event.is === 'rollout-started')) continue;
        const before = earlier.findLast((line) => shareIn(line.event) !== null);
        const shown = before === undefined ? null : shareIn(before.event);
        if (shown !== null && percent < shown) return `${track} was shown at ${shown} % and is shown at ${percent} %`;
      }
      return null;
    },
  },
  {
    sentence: 'a track goes on only as often as a storefront of it went on',
    asked: ['commit'],
    broken: ({ news, journal, vendor }) => {
      for (const { event, track } of news) {
        if (event.is !== 'resumed' || track === null) continue;
        const told = journal.filter((line) => line.track === track && line.event.is === 'resumed').length;
        const did = releasesOf(vendor, track).reduce((sum, { release }) => sum + wentOn(release), 0);
        if (told > did) return `${track} is told to have gone on ${told} times, and its storefronts did ${did} times`;
      }
      return null;
    },
  },
  {
    sentence: 'a command that was acknowledged is in the journal, and one that was sent twice is there once',
    asked: ['commit', 'rest'],
    broken: ({ deeds, marks, step }) => {
      for (const { mark, kind, told, step: at } of deeds) {
        if (kind === null) continue;
        const isOrder = kind === 'action-ordered-any';
        const count = marks.get(`${isOrder ? 'action-ordered' : kind} ${mark}`) ?? 0;
        if (count > 1 && !isOrder) return `${kind} ${mark} is there ${count} times`;
        if (told === 'done' && at < step && count === 0) return `${kind} ${mark} was acknowledged and is not there`;
      }
      return null;
    },
  },
  {
    sentence: 'a build that a storefront rejected as a binary is not submitted again',
    asked: ['vendor'],
    broken: ({ vendor }) => {
      const write = vendor.writes.at(-1);
      if (write === undefined || write.call !== 'submit' || write.key === null || !tookEffect(write)) return null;
      const release = releasesOf(vendor, `${write.app}/${write.version ?? ''}/${write.platform ?? ''}`).find(
        ({ storefront }) => storefront === write.on,
      )?.release;
      const before = release?.history.filter(({ what }) => what.startsWith(`rejected: ${BINARY}`)) ?? [];
      const same =
        release?.submissions.filter(({ build, fate, key }) => build === write.build && fate === 'rejected' && key !== write.key) ?? [];
      return before.length > 0 && same.length > 0 ? `build ${write.build ?? ''} of ${write.version ?? ''} on ${write.on}` : null;
    },
  },
  {
    sentence: 'a red that stays is there until a person clears it',
    asked: ['commit'],
    broken: ({ news, journal, tracks }) => {
      for (const id of new Set(news.map(({ track }) => track))) {
        const row = id === null ? undefined : tracks.get(id)?.row;
        if (id === null || row === undefined) continue;
        const gone = [...redsOf(journal, id).keys()].find((key) => !Object.hasOwn(row.noted, key));
        if (gone !== undefined) return `${id} has no ${gone} any more, and nobody cleared it`;
      }
      return null;
    },
  },
  {
    sentence: 'no rollout grows on our word against a red that stays and was known before the try began',
    asked: ['vendor'],
    broken: (seen) => {
      const write = lastGrowth(seen.vendor);
      if (write === null || write.call === 'start' || isResume(write)) return null;
      const tried = seen.tries.findLast(({ key }) => key === write.key);
      const track = `${write.app}/${write.version ?? ''}/${write.platform ?? ''}`;
      if (tried === undefined || mayBeWaived(seen, track)) return null;
      const build = buildOf(seen.tracks.get(track));
      const red = [...redsOf(seen.journal, track)].find(([key, { step }]) => step < tried.began && isOfBuild(key, build));
      return red === undefined
        ? null
        : `${write.call} to ${write.percent ?? 100} % of ${track} under ${write.key}, although ${red[0]} stays`;
    },
  },
  {
    sentence: 'a robot that is paused orders no step',
    asked: ['commit'],
    broken: ({ news, journal, tracks }) => {
      for (const { event, track, actor, version } of news) {
        if (event.is !== 'action-ordered' || track === null || actor.kind !== 'robot' || event.step === null) continue;
        const pause = tracks.get(track)?.row.robotPaused;
        if (pause && pause.until === null) return `${event.key} was ordered by the robot while it is paused for ${track}`;
        const ofApp = journal.findLast((line) => line.version < version && isPauseOfApp(line.event));
        if (ofApp?.event.is === 'robot-paused') return `${event.key} was ordered by the robot while it is paused for the app`;
      }
      return null;
    },
  },
];

/** Pauses of the whole app, in simulations, have no end of their own. */
function isPauseOfApp(event: Line['event']): boolean {
  return (event.is === 'robot-paused' || event.is === 'robot-unpaused') && event.scope === 'app';
}

/** What must hold when a cycle has come to rest, faults off. */
export const atRest: readonly { sentence: string; broken: (seen: Observed, rest: AtRest) => string | null }[] = [
  {
    sentence: 'every track comes to rest or to a question for a person',
    broken: ({ tracks, outbox }, { plans, questions }) => {
      for (const { track, robot, sentence, events, actions, voids, isWaitingForTime } of plans) {
        const seen = tracks.get(track);
        if (seen === undefined || hasEnded(seen.row)) continue;
        const doing = [...actions, ...voids.map((key) => `void ${key}`), ...events];
        if (doing.length > 0) return `${track} (${seen.row.stage}): another look would still do ${doing.join(', ')}`;
        const open = [...outbox.values()].find((action) => action.track === track && !isOver(action));
        if (open !== undefined && !isWaitingForTime)
          return `${track} (${seen.row.stage}): ${open.key} is ${open.state} and nothing will move it`;
        if (robot === 'failed' && !questions.some((each) => each.track === track))
          return `${track} (${seen.row.stage}): “${sentence}”, and nobody is asked`;
        if (robot === 'acting' && open === undefined && !isWaitingForTime)
          return `${track} (${seen.row.stage}): “${sentence}”, and nothing is under way`;
      }
      return null;
    },
  },
  {
    sentence: 'at rest the control room tells what the storefronts show',
    broken: ({ tracks, vendor }, { storefronts, questions }) => {
      for (const { id, row } of tracks.values()) {
        const there = releasesOf(vendor, id);
        const wrong = hasEnded(row) ? null : differs(row, there, storefronts.get(id) ?? []);
        // what is live on one is halted before a rejection of another sends the track back; who is asked about that halt has the word
        if (wrong !== null && isRejectedWhileLive(row, there) && questions.some(({ track }) => track === id)) continue;
        if (wrong !== null) return `${id} is ${row.stage}${'percent' in row ? ` ${row.percent} %` : ''}: ${wrong}`;
      }
      return null;
    },
  },
  {
    sentence: 'no halt is lost',
    broken: ({ tracks, outbox, vendor }, { questions }) => {
      for (const { id, row } of tracks.values()) {
        if ((row.stage !== 'rolling-out' && row.stage !== 'released') || row.halting === null) continue;
        const asked = questions.some(({ track }) => track === id);
        const open = [...outbox.values()].some((action) => action.track === id && action.kind === 'ensure-halted' && !isOver(action));
        const live = releasesOf(vendor, id).some(({ release }) => release.state === 'rolling-out' || release.state === 'released');
        if (live && !asked && !open)
          return `${id}: a halt was ordered at ${row.halting.at}; it is live, nothing is under way and nobody is asked`;
      }
      return null;
    },
  },
  {
    sentence: 'no storefront of a halted track goes on receiving new users for longer than ten minutes, or a person is asked',
    broken: ({ tracks, outbox, vendor, now }, { questions, plans }) => {
      for (const { id, row } of tracks.values()) {
        if (row.stage !== 'halted' || row.resuming !== null) continue;
        const live = releasesOf(vendor, id).find(
          ({ storefront, release }) =>
            release.state === 'rolling-out' || (release.state === 'released' && ['google-play', 'update-feed'].includes(storefront)),
        );
        const since = live?.release.history.at(-1)?.at ?? live?.release.startedAt;
        if (live === undefined || !since || msBetween(since, now) < LONGEST_LIVE_WHILE_HALTED_MS) continue;
        // an order that a storefront refuses is a question; one that waits for a storefront that is away is none
        const asked = questions.some(({ track }) => track === id) || plans.some(({ track, robot }) => track === id && robot === 'asks');
        const open = [...outbox.values()].some((action) => action.track === id && action.kind === 'ensure-halted' && !isOver(action));
        if (!asked && !open) return `${id} is halted, and ${live.storefront} offers it at ${live.release.percent} % since ${since}`;
      }
      return null;
    },
  },
  {
    sentence: 'what was canceled goes out to nobody',
    broken: ({ tracks, vendor }) => {
      for (const { id, row } of tracks.values()) {
        if (row.stage !== 'canceled') continue;
        const out = releasesOf(vendor, id).find(({ release }) => release.state === 'in-review' || release.state === 'rolling-out');
        if (out !== undefined) return `${id} is canceled, and ${out.storefront} has it ${out.release.state}`;
      }
      return null;
    },
  },
  {
    sentence: 'what is red and halts is offered to nobody new, or a person is asked',
    broken: ({ tracks, vendor, sent }, { plans, questions }) => {
      for (const { id, row } of tracks.values()) {
        if (row.stage === 'released' || hasEnded(row)) continue;
        const reports = sent.filter(
          ({ fact, acknowledgedAtStep }) =>
            fact.kind === 'report' && acknowledgedAtStep !== null && `${fact.app}/${fact.payload.version}/${fact.payload.platform}` === id,
        );
        const newest = newestOf(reports.map(({ fact }) => fact));
        if (newest?.kind !== 'report' || newest.payload.colour !== 'red') continue;
        const live = releasesOf(vendor, id).find(({ release }) => release.state === 'rolling-out');
        const asked = questions.some(({ track }) => track === id) || plans.some(({ track, robot }) => track === id && robot === 'asks');
        if (live !== undefined && !asked)
          return `${id} (${row.stage}) is red, and ${live.storefront} offers it at ${live.release.percent} %`;
      }
      return null;
    },
  },
  {
    sentence: 'a rollout with a red that stays is halted or on its way to it, or a person is asked, but for a fleet-wide incident',
    broken: (seen, { plans, questions, fleetWide }) => {
      for (const track of seen.tracks.values()) {
        const { id, row } = track;
        if (row.stage !== 'rolling-out' || row.halting !== null || fleetWide.has(id) || mayBeWaived(seen, id)) continue;
        const red = [...redsOf(seen.journal, id).keys()].find((key) => isOfBuild(key, buildOf(track)));
        const asked = questions.some((each) => each.track === id) || plans.some((each) => each.track === id && each.robot === 'asks');
        const open = [...seen.outbox.values()].some((action) => action.track === id && action.kind === 'ensure-halted' && !isOver(action));
        if (red !== undefined && !asked && !open) return `${id} is rolling out at ${row.percent} %, and ${red} stays`;
      }
      return null;
    },
  },
  {
    sentence: 'of each hour of health the newest total counts, and it is one that was told',
    broken: ({ health }, { hours }) => {
      const stored = new Map(hours.map((each) => [each.hour, each]));
      const acked = health.filter(({ acknowledgedAtStep }) => acknowledgedAtStep !== null);
      const lost = acked.find(({ hour, revision }) => (stored.get(hour)?.revision ?? 0) < revision);
      if (lost !== undefined)
        return `${lost.hour}: revision ${stored.get(lost.hour)?.revision ?? 'none'} counts, and ${lost.revision} was acknowledged`;
      const untold = hours.find(
        (there) =>
          !health.some(
            (sent) =>
              sent.hour === there.hour &&
              sent.revision === there.revision &&
              sent.consumption === there.consumption &&
              sent.affected === there.affected,
          ),
      );
      return untold === undefined
        ? null
        : `${untold.hour}: ${untold.affected} in ${untold.consumption} h under revision ${untold.revision}, which nobody told`;
    },
  },
  {
    sentence: 'of each thing that was reported the newest revision counts',
    broken: ({ sent }, { current }) => {
      for (const { fact } of sent) {
        const counts = current.find(({ source, kind, key }) => source === fact.source && kind === fact.kind && key === fact.key);
        const known = sent.filter(
          (other) =>
            other.acknowledgedAtStep !== null &&
            other.fact.source === fact.source &&
            other.fact.kind === fact.kind &&
            other.fact.key === fact.key,
        );
        if (known.length === 0) continue;
        const highest = Math.max(...known.map((other) => other.fact.revision));
        if (counts === undefined || counts.revision < highest)
          return `${fact.source} ${fact.kind} ${fact.key}: revision ${counts?.revision ?? 'none'} counts, and ${highest} was acknowledged`;
      }
      return null;
    },
  },
  {
    sentence: 'the journal verifies',
    broken: (_, { audit }) => (audit.ok ? null : audit.problems.join('; ')),
  },
];

/* ---- pieces ---- */

/** How a rejection of the build itself begins in the simulation. */
export const BINARY = 'the binary';

const LONGEST_LIVE_WHILE_HALTED_MS = 600_000;

const OF_PEOPLE: ReadonlySet<string> = new Set([
  'approval-given',
  'sign-off-given',
  'ticked',
  'waiver-asked',
  'waiver-approved',
  'bug-decided',
  'bug-nominated',
  'resume-ordered',
  'canceled',
  'robot-unpaused',
  'cherry-pick-answered',
  'red-cleared',
] satisfies readonly (TrackEvent['is'] | Line['event']['is'])[]);

/** The reds that stay of a track by their names, as its journal tells: since which line. */
function redsOf(journal: readonly Line[], track: string): Map<string, Line> {
  const reds = new Map<string, Line>();
  for (const line of journal) {
    if (line.track !== track) continue;
    if (line.event.is === 'red-latched') reds.set(line.event.key, line);
    else if (line.event.is === 'red-cleared' && line.actor.kind !== 'robot') reds.delete(line.event.key);
  }
  return reds;
}

/** The build that counts of a track that goes out. */
function buildOf(track: SeenTrack | undefined): string | null {
  return track === undefined ? null : (candidateOf(track.row)?.build ?? null);
}

/** Another build is another count, and so is another audience. */
function isOfBuild(key: string, build: string | null): boolean {
  return build !== null && key.endsWith(`:production:${build}`);
}

function isOver({ state }: SeenAction): boolean {
  return state === 'done' || state === 'refused' || state === 'void';
}

function tookEffect({ outcome }: Write): boolean {
  return outcome === 'done' || outcome === 'failed-after';
}

const callsFor: Readonly<Record<string, readonly string[]>> = {
  'ensure-submission': ['submit'],
  'ensure-rollout': ['start', 'raise', 'resume', 'complete'],
  'ensure-halted': ['halt', 'pause', 'withdraw'],
  'ensure-held': ['pause'],
  'ensure-withdrawn': ['withdraw'],
  announce: ['post'],
  page: ['post'],
};

function strayOf(write: Write, { action, kind, key, attempts }: SeenAction): string | null {
  if (attempts === 0) return `${write.call} under ${key}, which was never tried`;
  const { effect } = action;
  if (!('storefront' in effect)) return null;
  if (!(callsFor[kind] ?? []).includes(write.call)) return `${write.call} under ${key}, which orders ${kind}`;
  if (write.version !== effect.version || write.on !== effect.storefront) return `${write.version ?? ''} on ${write.on} under ${key}`;
  if ('percent' in effect && effect.percent !== null && write.percent !== null && write.percent > effect.percent)
    return `${write.percent} % under ${key}, which orders ${effect.percent} %`;
  if ('build' in effect && write.build !== null && write.build !== effect.build)
    return `build ${write.build} under ${key}, which orders ${effect.build}`;
  return null;
}

function differenceOf({ row, told }: SeenTrack): string {
  if (told === null) return `${row.stage}, and its journal does not tell of its birth`;
  const fields = [...new Set([...Object.keys(row), ...Object.keys(told)])] as (keyof Track)[];
  const different = fields.filter((field) => canonical(row[field] ?? null) !== canonical(told[field] ?? null));
  return `${row.stage}, and its journal leads to ${told.stage}: they differ in ${different
    .map((field) => `${field} (${canonical(row[field] ?? null)}, told ${canonical(told[field] ?? null)})`)
    .join('; ')}`;
}

export function releasesOf(vendor: State, track: string): { storefront: string; release: Release }[] {
  const [app, version, platform] = track.split('/');
  return vendor.listings
    .filter((listing) => listing.app === app && listing.platform === platform)
    .flatMap(({ storefront, releases }) =>
      releases.filter((release) => release.version === version).map((release) => ({ storefront, release })),
    );
}

function hasStoodStill({ history }: Release): boolean {
  return history.some(({ state }) => state === 'halted' || state === 'paused' || state === 'replaced');
}

function shareIn(event: Line['event']): number | null {
  return event.is === 'rollout-started' || event.is === 'percent-observed' || event.is === 'resumed' || event.is === 'halted'
    ? event.percent
    : null;
}

/** How often a release stood still and then went on. */
function wentOn({ history }: Release): number {
  return history.filter(({ state }, index) => {
    const before = history[index - 1]?.state;
    return (before === 'halted' || before === 'paused') && (state === 'rolling-out' || state === 'released');
  }).length;
}

/** The last write, when it let more users have a version on our word. */
function lastGrowth({ writes }: State): Write | null {
  const write = writes.at(-1);
  if (write === undefined || write.key === null || !tookEffect(write)) return null;
  return ['start', 'raise', 'complete', 'resume'].includes(write.call) ? write : null;
}

function isResume({ key }: Write): boolean {
  return key?.includes(':resume:') ?? false;
}

/** Whether a waiver of this track ever stood: then the invariants say nothing, because what it covers is the domain's own matter. */
function mayBeWaived({ journal }: Observed, track: string): boolean {
  return journal.some((line) => line.track === track && line.event.is === 'waiver-asked');
}

function newestOf<F extends { revision: number }>(facts: readonly F[]): F | null {
  return facts.reduce<F | null>((newest, fact) => (newest === null || fact.revision >= newest.revision ? fact : newest), null);
}

function isRejectedWhileLive(row: Track, there: readonly { release: Release }[]): boolean {
  if (row.stage !== 'in-review' && row.stage !== 'store-approved') return false;
  const states = there.map(({ release }) => release.state);
  return states.includes('rejected') && states.some((state) => state === 'rolling-out' || state === 'released');
}

/** How a live track differs from what its storefronts show; null when it does not. */
function differs(row: Track, there: readonly { storefront: string; release: Release }[], kinds: readonly string[]): string | null {
  const states = kinds.map((kind) => there.find(({ storefront }) => storefront === kind)?.release ?? null);
  const shown = states
    .map((release, index) => `${kinds[index] ?? ''} ${release === null ? 'none' : `${release.state} ${release.percent} %`}`)
    .join(', ');
  const live = (release: Release | null): boolean =>
    release !== null && ['rolling-out', 'paused', 'halted', 'released', 'replaced'].includes(release.state);
  switch (row.stage) {
    case 'planned':
    case 'developing':
      return null;
    case 'stabilising':
    case 'candidate': {
      const out =
        states.length > 0 && states.every((release) => live(release) || release?.state === 'in-review' || release?.state === 'approved');
      return out ? shown : null;
    }
    case 'in-review':
    case 'store-approved': {
      if (states.length > 0 && states.every(live)) return shown;
      if (states.some((release) => release === null || ['rejected', 'withdrawn', 'replaced'].includes(release.state))) return shown;
      const isApproved = states.every((release) => release?.state === 'approved' || live(release));
      return isApproved === (row.stage === 'store-approved') ? null : shown;
    }
    case 'rolling-out':
    case 'released': {
      if (states.some((release) => release?.state === 'replaced')) return shown;
      const lowest = Math.min(...states.map((release) => (release === null ? 0 : release.state === 'released' ? 100 : release.percent)));
      const percent = row.stage === 'released' ? 100 : row.percent;
      if (lowest !== percent && !(row.stage === 'released' && states.some((release) => release?.state === 'halted'))) return shown;
      const stopped = states.filter((release) => release?.state === 'halted');
      const canStop = states.filter((release) => release?.state !== 'released' || row.stage === 'released');
      return stopped.length > 0 && stopped.length >= canStop.length ? shown : null;
    }
    case 'halted':
      if (states.some((release) => release?.state === 'replaced')) return shown;
      return states.some((release) => release?.state === 'halted' || release?.state === 'paused') || !states.every(live) ? null : shown;
    case 'completed':
    case 'canceled':
    case 'superseded':
      return null;
    default:
      return row satisfies never;
  }
}
