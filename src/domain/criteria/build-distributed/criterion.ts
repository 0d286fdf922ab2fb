/** Did the release candidate reach its audience? */
import { z } from 'zod';
import { dayAndTime, soon } from '../../calendar/words.ts';
import { duration } from '../../duration.ts';
import { audiences } from '../../facts.ts';
import type { Build, Distribution } from '../../facts.ts';
import { platformName, sourceName } from '../../names.ts';
import { plusMinutes } from '../../time.ts';
import type { Instant } from '../../time.ts';
import { buildEvidence, candidatesOf, isOnItsWay, spokenOf } from '../candidates.ts';
import type { Spoken } from '../candidates.ts';
import type { Criterion, Evidence, Finding, JudgeAt } from '../criterion.ts';
import { candidateOf } from '../../release/track.ts';
import { capabilities } from '../../rollout/storefronts.ts';
import { latestTo } from '../distributions.ts';
import { green, red, yellow } from '../finding.ts';
import { capital, count, names, rcInFull, rcName, releaseManager, sourceWho } from '../words.ts';

const settings = z.strictObject({
  audience: z.enum(audiences).default('beta').describe('The audience that the build must have reached.'),
  within: duration
    .nullable()
    .default(null)
    .describe(
      'How long after it was built a build may take to reach its audience, where the distribution names no due time of its own. Not set: no limit.',
    ),
  'newer-counts': z
    .enum(['when-building', 'when-built'])
    .default('when-building')
    .describe('From when on a newer RC must reach the audience too: as soon as it is on its way, or once it is built.'),
});
type Settings = z.infer<typeof settings>;
type At = JudgeAt<Settings>;

export const buildDistributed: Criterion<Settings> = {
  kind: 'build-distributed',
  title: 'Build distributed',
  asks: 'The newest release candidate, or the final one where it is chosen, has reached its audience.',
  settings,
  shorthand: 'audience',
  needs: ['build', 'distribution'],
  waivable: true,
  judge,
};

function judge(at: At): Finding {
  const { track, facts, release, settings: of } = at;
  const rcs = candidatesOf(track, facts);
  const spoken = spokenOf(track, at.step, rcs);
  if (spoken === null) {
    const coming = rcs.building;
    return yellow({
      headline: coming === null ? 'No RC yet' : `${capital(rcName(coming))} ${coming.state === 'queued' ? 'queued' : 'building'}`,
      clause: `Not with ${of.audience} before it is built`,
      because: `No RC of ${track.version} is built yet, so none has reached ${of.audience}.`,
      turnsGreen: `when an RC is built and has reached ${of.audience}`,
      who: coming === null ? [releaseManager('starts an RC', release)] : [sourceWho(coming.source, `builds ${rcName(coming)}`)],
      evidence: rcs.all.slice(-1).map(buildEvidence),
    });
  }
  const { newer } = spoken;
  const isNoMatter = newer === null || (of['newer-counts'] === 'when-built' && isOnItsWay(newer));
  return isNoMatter ? onBuild(at, spoken) : againFor(at, spoken, newer);
}

function againFor(at: At, spoken: Spoken, newer: Build): Finding {
  const { audience } = at.settings;
  const reached = latestTo(at.facts.distributions, { ...at.track, build: spoken.number, audience })?.state === 'delivered';
  const choose = spoken.final ? ' and is the final candidate' : '';
  const doing = isOnItsWay(newer) ? 'is on its way from the build' : 'was built after it';
  return yellow({
    headline: reached ? `${capital(audience)} on ${rcName(spoken)}` : `${capital(rcName(newer))} is newer`,
    aside: '',
    clause: isOnItsWay(newer) ? `${capital(rcName(newer))} is ${newer.state}` : `${capital(rcName(newer))} has not reached ${audience}`,
    because: `${reached ? `${capital(audience)} has ${rcInFull(spoken)}` : `${capital(rcInFull(spoken))} has not reached ${audience}`}, and ${rcInFull(newer)} ${doing}.`,
    turnsGreen: `when ${rcName(newer)} has reached ${audience}${choose}`,
    who: isOnItsWay(newer)
      ? [sourceWho(newer.source, `builds ${rcName(newer)} and hands it to ${audience}`)]
      : [releaseManager(`hands ${rcName(newer)} to ${audience}`, at.release)],
    evidence: [buildEvidence(newer)],
  });
}

function onBuild(at: At, spoken: Spoken): Finding {
  return atStorefront(at) ?? toAudience(at, spoken);
}

/** From the submission on, what the storefront says of the build is the news; before a share of the rollout it is what is waited for. */
function atStorefront(at: At): Finding | null {
  const { track, step, facts, policy } = at;
  const states = policy.storefronts.flatMap((kind) => {
    const state = facts.storefronts.findLast(
      (each) => each.storefront === kind && each.version === track.version && each.platform === track.platform,
    );
    return state === undefined ? [] : [{ state, name: capabilities[kind].name }];
  });
  if (states.length === 0) return null;
  const evidence: Evidence[] = states.map(({ state, name }) => ({
    kind: 'storefront',
    label: `${track.version} on ${name}, ${state.state}`,
    url: state.url ?? null,
    at: state.at,
  }));
  const elsewhere = reachedWords(at);
  if (track.stage === 'rolling-out' || track.stage === 'released') {
    const live = states.filter(({ state }) => state.state === 'rolling-out' || state.state === 'released' || state.state === 'paused');
    if (live.length === 0) return null;
    const shops = names(live.map(({ name }) => name));
    return green({
      headline: `Live at ${track.stage === 'released' ? 100 : track.percent}%`,
      aside: '',
      clause: `${shops}${elsewhere}`,
      because: `${track.version} on ${platformName(track.platform)} is live at ${track.stage === 'released' ? 100 : track.percent}% on ${shops}.`,
      evidence,
    });
  }
  if (track.stage !== 'in-review' || step === null || !step.endsWith('%')) return null;
  const waiting = states.filter(({ state }) => state.state === 'in-review' || state.state === 'draft');
  if (waiting.length === 0) return null;
  const shops = names(waiting.map(({ name }) => name));
  const ready = states.filter(({ state }) => state.state === 'approved').map(({ name }) => `${name} is ready`);
  return yellow({
    headline: 'In store review',
    aside: '',
    clause: [shops, ...ready].join(' · '),
    because: `Build ${track.candidate.build} is in review at ${shops} since ${dayAndTime(track.since, policy.timezone, at.now)}.`,
    turnsGreen: `when ${shops} ${waiting.length === 1 ? 'has' : 'have'} approved it`,
    who: [sourceWho(shops, 'reviews the build')],
    evidence,
  });
}

/** ` · alpha, beta current`: the audiences that have the build that ships. */
function reachedWords(at: At): string {
  const build = candidateOf(at.track)?.build;
  if (build === undefined) return '';
  const reached = (['alpha', 'beta'] as const).filter(
    (audience) => latestTo(at.facts.distributions, { ...at.track, build, audience })?.state === 'delivered',
  );
  return reached.length === 0 ? '' : ` · ${reached.join(', ')} current`;
}

function toAudience(at: At, spoken: Spoken): Finding {
  const { audience } = at.settings;
  const found = latestTo(at.facts.distributions, { ...at.track, build: spoken.number, audience });
  const evidence = [
    ...(spoken.build === null ? [] : [buildEvidence(spoken.build)]),
    ...(found === null ? [] : [distributionEvidence(found)]),
  ];
  const on = rcInFull(spoken);
  if (found?.state === 'delivered') {
    const people = found.people === undefined ? '' : `, ${count(found.people, 'person', 'people')}`;
    return green({
      headline: `${capital(audience)} on ${rcName(spoken)}`,
      aside: '',
      clause: `${sourceName(found.source)}${found.people === undefined ? '' : `, ${found.people.toLocaleString('en-US')} ${found.people === 1 ? 'person' : audience === 'alpha' || audience === 'beta' ? 'testers' : 'people'}`}`,
      because: `${capital(on)} reached ${audience}${people}, through ${sourceName(found.source)}.`,
      evidence,
      ...(found.people === undefined ? {} : { value: { amount: found.people, unit: found.people === 1 ? 'person' : 'people' } }),
    });
  }
  if (found?.state === 'failed') {
    return red({
      headline: 'Distribution failed',
      clause: `${capital(rcName(spoken))} failed at ${sourceName(found.source)}`,
      because: `${capital(on)} was not handed to ${audience}: it failed at ${found.source}.`,
      turnsGreen: `when ${rcName(spoken)} or a newer RC has reached ${audience}`,
      who: [
        releaseManager('has the distribution run again', at.release),
        sourceWho(found.source, `hands ${rcName(spoken)} to ${audience}`),
      ],
      evidence,
    });
  }
  return onItsWay(at, spoken, found, evidence);
}

function onItsWay(at: At, spoken: Spoken, found: Distribution | null, evidence: readonly Evidence[]): Finding {
  const { audience } = at.settings;
  const { timezone } = at.policy;
  const dueAt = dueOf(at, spoken, found);
  const isLate = dueAt !== null && dueAt <= at.now;
  const due =
    dueAt === null
      ? ''
      : isLate
        ? `; it was due at ${dayAndTime(dueAt, timezone, at.now)}`
        : `; it is due at ${dayAndTime(dueAt, timezone, at.now)}`;
  const doing =
    found === null
      ? `was not handed to ${audience} yet`
      : found.state === 'pending'
        ? `waits to go to ${audience}`
        : `is on its way to ${audience}`;
  const told = {
    headline: found === null ? `Not with ${audience} yet` : `On its way to ${audience}`,
    aside: dueAt === null || isLate ? '' : `due ${soon(dueAt, timezone, at.now)}`,
    clause: `${capital(rcName(spoken))} ${doing}`,
    because: `${capital(rcInFull(spoken))} ${doing}${due}.`,
    turnsGreen: `when ${rcName(spoken)} has reached ${audience}`,
    who: [
      found === null
        ? releaseManager(`has ${rcName(spoken)} handed to ${audience}`, at.release)
        : sourceWho(found.source, `hands ${rcName(spoken)} to ${audience}`),
    ] as const,
    evidence,
    dueAt,
  };
  return isLate ? red({ ...told, headline: 'Past its due time' }) : yellow({ ...told, looksAgainAt: dueAt });
}

function dueOf(at: At, spoken: Spoken, found: Distribution | null): Instant | null {
  if (found?.dueAt !== undefined) return found.dueAt;
  const { within } = at.settings;
  if (within === null || spoken.build === null) return null;
  return plusMinutes(spoken.build.finishedAt ?? spoken.build.at, within);
}

function distributionEvidence(found: Distribution): Evidence {
  return { kind: 'distribution', label: `build ${found.build} to ${found.audience}, ${found.state}`, url: found.url ?? null, at: found.at };
}
