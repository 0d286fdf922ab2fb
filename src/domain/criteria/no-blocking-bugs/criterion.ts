/** Is every bug that was decided to be a blocker verified as gone on a release candidate that has its fix? */
import { z } from 'zod';
import type { Bug } from '../../facts.ts';
import { flowAmong } from '../../flows.ts';
import { platformName } from '../../names.ts';
import { bugEvidence, concerns } from '../bugs.ts';
import { candidatesOf, spokenOf } from '../candidates.ts';
import type { Criterion, Finding, JudgeAt, Who } from '../criterion.ts';
import { green, red, whoOr, yellow } from '../finding.ts';
import { capital, count, names, releaseManager, teamName, teamWho } from '../words.ts';
import { clearedOn, lifeOf } from './life.ts';
import type { Builds, Life } from './life.ts';

const settings = z.strictObject({
  which: z
    .enum(['all', 'critical'])
    .default('all')
    .describe(
      'Which bugs count: `all`, or `critical`: those of the policy’s critical flows and those of critical severity. Meant for `halts-while-rolling-out`.',
    ),
});
type Settings = z.infer<typeof settings>;
type At = JudgeAt<Settings>;

export const noBlockingBugs: Criterion<Settings> = {
  kind: 'no-blocking-bugs',
  title: 'Blocking bugs',
  asks: 'Every bug that was decided to be a blocker is verified as gone on a release candidate with its fix, and no nominated bug waits for a decision.',
  settings,
  shorthand: 'which',
  needs: ['bug'],
  waivable: false,
  judge,
};

type Sorted = { uncleared: readonly { bug: Bug; life: Life }[]; waiting: readonly Bug[]; cleared: readonly { bug: Bug; on: string }[] };

function judge(at: At): Finding {
  const { uncleared, waiting, cleared } = sort(at);
  const measure = { value: { amount: uncleared.length, unit: 'open' }, limit: { amount: 0, unit: 'open' } };
  const evidence = [...uncleared.map(({ bug }) => bug), ...waiting, ...cleared.map(({ bug }) => bug)].map(bugEvidence);
  if (uncleared.length > 0) return blocked(at, uncleared, waiting, { ...measure, evidence });
  if (waiting.length > 0) {
    const one = waiting.length === 1;
    return yellow({
      ...measure,
      headline: `${waiting.length} to decide`,
      clause: `${names(waiting.map((bug) => bug.key))} ${one ? 'waits' : 'wait'} for a decision`,
      because: `${capital(names(waiting.map(waitingName)))} ${one ? 'waits' : 'wait'} for a decision whether ${one ? 'it is a blocker' : 'they are blockers'}.`,
      turnsGreen: `when ${names(waiting.map((bug) => bug.key))} ${one ? 'is' : 'are'} decided, and what is decided to be a blocker is verified on an RC`,
      who: whoOr(
        waiting.slice(0, 3).map((bug) => decider(at, bug)),
        releaseManager('decides the bugs', at.release),
      ),
      evidence,
    });
  }
  const kind = at.settings.which === 'critical' ? 'critical blocker' : 'blocker';
  const fixed =
    cleared.length === 0
      ? ''
      : ` ${capital(names(cleared.map(({ bug, on }) => `${bug.key} (verified on ${on})`)))} ${cleared.length === 1 ? 'is' : 'are'} fixed.`;
  return green({
    ...measure,
    headline: '0 open',
    aside: 'limit 0',
    clause: cleared.length > 0 ? `${cleared.length} fixed since branching` : 'None since branching',
    because: `No ${kind} of ${at.track.version} on ${platformName(at.track.platform)} is uncleared.${fixed}`,
    evidence,
  });
}

function blocked(
  at: At,
  uncleared: Sorted['uncleared'],
  waiting: Sorted['waiting'],
  told: Pick<Finding, 'value' | 'limit' | 'evidence'>,
): Finding {
  const also =
    waiting.length === 0
      ? ''
      : ` ${capital(names(waiting.map((bug) => bug.key)))} ${waiting.length === 1 ? 'waits' : 'wait'} for a decision.`;
  const told3 = uncleared.slice(0, 3).map(({ bug, life }) => `${bug.key} (${bug.title}) ${life.stands}`);
  const more =
    uncleared.length > 3
      ? ` ${count(uncleared.length - 3, 'more blocker')} ${uncleared.length === 4 ? 'is' : 'are'} uncleared: ${names(uncleared.slice(3).map(({ bug }) => bug.key))}.`
      : '';
  return red({
    ...told,
    headline: `${uncleared.length} open`,
    aside: 'limit 0',
    clause: blockerClause(uncleared),
    because: `${told3.map((words) => `${words}.`).join(' ')}${more}${also}`,
    turnsGreen: `when ${names(uncleared.map(({ bug, life }) => `${bug.key} ${life.needs}`))}${waiting.length === 0 ? '' : `, and ${names(waiting.map((bug) => bug.key))} ${waiting.length === 1 ? 'is' : 'are'} decided`}`,
    who: whoOr(distinct(uncleared.map(({ bug, life }) => mender(at, bug, life))), releaseManager('has the blockers mended', at.release)),
  });
}

/** `PLAY-4412 · Player squad`: which, and whose. */
function blockerClause(uncleared: Sorted['uncleared']): string {
  const teams = [...new Set(uncleared.map(({ bug }) => (bug.team === null ? 'no team' : teamName(bug.team))))];
  return `${names(uncleared.map(({ bug }) => bug.key))} · ${names(teams)}`;
}

function sort(at: At): Sorted {
  const builds = buildsOf(at);
  const uncleared: { bug: Bug; life: Life }[] = [];
  const waiting: Bug[] = [];
  const cleared: { bug: Bug; on: string }[] = [];
  for (const bug of at.facts.bugs) {
    if (!concerns(bug, at.track) || !counts(bug, at)) continue;
    const decided = bug.decision?.is ?? null;
    if (decided === 'blocker') {
      const on = clearedOn(bug, builds);
      if (on === null) uncleared.push({ bug, life: lifeOf(bug, builds) });
      else cleared.push({ bug, on });
    } else if (decided === 'ask' || (decided === null && (bug.nominated || bug.nominatedBy !== null))) waiting.push(bug);
  }
  return { uncleared, waiting, cleared };
}

function buildsOf(at: At): Builds {
  const rcs = candidatesOf(at.track, at.facts);
  return { rcs, spoken: spokenOf(at.track, at.step, rcs), facts: at.facts, policy: at.policy };
}

function counts(bug: Bug, at: At): boolean {
  if (at.settings.which === 'all') return true;
  return bug.severity === 'critical' || flowAmong(bug.flow, at.policy.bugs.criticalFlows) !== undefined;
}

function waitingName(bug: Bug): string {
  const closed = bug.state === 'closed' ? ', closed in the tracker' : '';
  if (bug.decision?.is === 'ask') return `${bug.key} (${bug.title}; ${bug.decision.by} asks: ${bug.decision.reason}${closed})`;
  const by = bug.nominatedBy === null ? '' : `; nominated by ${bug.nominatedBy.name}`;
  return `${bug.key} (${bug.title}${by}${closed})`;
}

function decider(at: At, bug: Bug): Who {
  return releaseManager(`decides ${bug.key}`, at.release);
}

function mender(at: At, bug: Bug, life: Life): Who {
  if (life.by === 'release-manager') return releaseManager(life.todo, at.release);
  return bug.team === null ? releaseManager(`gives ${bug.key} a team in triage`, at.release) : teamWho(bug.team, life.todo, at.policy);
}

function distinct(all: readonly Who[]): readonly Who[] {
  return all.filter(
    (who, place) => all.findIndex((other) => other.kind === who.kind && other.name === who.name && other.what === who.what) === place,
  );
}
