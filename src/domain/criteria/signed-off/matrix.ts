/** The sign-offs of a track, team by team: what the criterion counts, laid out for people. */
import type { SignOff } from '../../facts.ts';
import { nextStep } from '../../release/can.ts';
import type { World } from '../../release/world.ts';
import type { Instant } from '../../time.ts';
import { candidatesOf, spokenOf } from '../candidates.ts';
import { dueOf, optOutEnds, signedOff, teamsOf } from './criterion.ts';
import type { At } from './criterion.ts';

export type BuildName = { number: string; candidate: number | null };

export type TeamWord = {
  team: string;
  channel: string | null;
  state: SignOff['state'] | 'opted-out';
  /** The build that the word was given on. */
  on: BuildName | null;
  by: string | null;
  at: Instant | null;
  /** The team's note; why it is opted out where it is. */
  note: string | null;
  /** Until when a team is opted out. */
  until: Instant | null;
  /** A word on an older build than the one to sign: it is asked again. */
  askedAgain: boolean;
  /** It has not signed and the time is over. */
  late: boolean;
};

export type SignOffColumn = {
  /** The build to sign; null while none is built. */
  build: (BuildName & { final: boolean }) | null;
  /** A newer RC that is on its way or built beside the final candidate. */
  newer: BuildName | null;
  dueAt: Instant | null;
  signed: number;
  /** How many must sign: opted-out teams are not among them. */
  of: number;
  optedOut: number;
  teams: readonly TeamWord[];
};

/** The column of a track. Teams in the order of the policy; a word of a team that the policy no longer names is left out. */
export function signOffColumn(world: World): SignOffColumn {
  const at = atOf(world);
  const { signing, optedOut } = teamsOf(at);
  const rcs = candidatesOf(world.track, world.facts);
  const spoken = spokenOf(world.track, nextStep(world.track, world.policy), rcs);
  const dueAt = spoken === null ? world.release.planned.submit : dueOf(at, spoken);
  const nameOf = (number: string): BuildName => {
    const build = rcs.all.find((each) => each.number === number);
    return { number, candidate: build?.candidate ?? (spoken?.number === number ? spoken.candidate : null) };
  };
  const again = at.settings['again-on-new-candidate'] === 'all';
  const said = signing.map((team): TeamWord => {
    const word =
      world.facts.signOffs
        .filter((each) => each.team === team)
        .toSorted((a, b) => (a.at < b.at ? -1 : 1))
        .at(-1) ?? null;
    const state = word?.state ?? 'pending';
    const isSpent =
      again && spoken !== null && word !== null && word.build !== spoken.number && (state === 'signed' || state === 'rejected');
    return {
      team,
      channel: channelOf(team, world),
      state,
      on: word === null || word.build === null ? null : nameOf(word.build),
      by: word?.by ?? null,
      at: word?.at ?? null,
      note: word?.note ?? null,
      until: null,
      askedAgain: isSpent,
      late: spoken !== null && dueAt !== null && dueAt <= world.now && (state !== 'signed' || isSpent),
    };
  });
  const out = optedOut.map((team): TeamWord => ({
    team: team.id,
    channel: team.channel,
    state: 'opted-out',
    on: null,
    by: null,
    at: null,
    note: team.testing === 'manual' ? null : team.testing.optedOut,
    until: optOutEnds(team, world.policy.timezone),
    askedAgain: false,
    late: false,
  }));
  const order = world.policy.teams.map(({ id }) => id);
  return {
    build: spoken === null ? null : { number: spoken.number, candidate: spoken.candidate, final: spoken.final },
    newer: spoken?.newer ? { number: spoken.newer.number, candidate: spoken.newer.candidate } : null,
    dueAt,
    signed: said.filter(({ state, askedAgain }) => state === 'signed' && !askedAgain).length,
    of: said.length,
    optedOut: out.length,
    teams: [...said, ...out].toSorted((a, b) => order.indexOf(a.team) - order.indexOf(b.team)),
  };
}

/** With the settings of the policy's own instance, or the defaults where the process has none. */
function atOf(world: World): At {
  const { track, policy } = world;
  const instances = [...Object.values(policy.before).flat(), ...policy.haltsWhileRollingOut, ...Object.values(policy.watchWhile).flat()];
  const instance = instances.find((each) => each?.kind === 'signed-off');
  const settings = instance?.settings;
  return {
    ...world,
    instance: instance?.id ?? signedOff.kind,
    step: nextStep(track, policy),
    settings: isSettings(settings) ? settings : signedOff.settings.parse({}),
  };
}

/** Settings were parsed when the policy was read: parsed once more, a length of time would be refused. */
function isSettings(settings: unknown): settings is At['settings'] {
  return typeof settings === 'object' && settings !== null && 'again-on-new-candidate' in settings && 'within' in settings;
}

function channelOf(team: string, { policy }: World): string | null {
  return policy.teams.find(({ id }) => id === team)?.channel ?? null;
}
