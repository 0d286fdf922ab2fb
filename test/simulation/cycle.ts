/** Plays one cycle of a seed: it is set up, a storm goes over it, and then, with faults off, it must come to rest. */
import { beginningOf } from './beginnings.ts';
import type { Beginnings } from './beginnings.ts';
import type { RealConnection } from './database.ts';
import { Broken, Simulation } from './simulation.ts';
import type { Faults, SimulationOptions } from './simulation.ts';
import { Story } from './story.ts';

export type Played = {
  seed: number;
  ok: boolean;
  broken: { sentence: string; what: string } | null;
  /** The hash of the whole course of events: the same seed has the same. */
  hash: string;
  steps: number;
  faults: Faults;
  stages: readonly string[];
  /** What came to pass, by the kinds of journal lines that are hard to reach. */
  reached: readonly string[];
  lines: readonly string[];
  ms: number;
};

export type PlayOptions = SimulationOptions;

/** What the cycles of a run share. */
export type Shared = { names: Map<string, string>; beginnings: Beginnings };

const MOMENTS = 9;

export async function playCycle(seed: number, real: RealConnection, shared: Shared, options: PlayOptions = {}): Promise<Played> {
  const began = performance.now();
  const number = beginningOf(seed);
  const begun = await shared.beginnings.of(number, real, shared.names, options);
  if (!begun.ok) {
    const at = { hash: '', steps: 0, faults: new Map<string, number>(), stages: [], reached: [] };
    return { ...at, seed, ok: false, broken: brokenBy(begun.error), lines: begun.lines, ms: performance.now() - began };
  }
  const { beginning } = begun;
  await real.putBack(beginning.kept);
  const at = new Simulation(seed, real, shared.names, options, beginning);
  at.observer.begin(beginning);
  let broken: Played['broken'] = null;
  try {
    await at.lookAtAll();
    await play(at, new Story(at, beginning.story));
  } catch (error) {
    broken = brokenBy(error);
  }
  const stages = stagesOf(at);
  at.gate.note('-', 'end', stages.join(', '));
  const hash = at.gate.hash();
  await at.end();
  return {
    seed,
    ok: broken === null,
    broken,
    hash,
    steps: at.gate.steps,
    faults: at.faults,
    stages,
    reached: reachedIn(at),
    lines: at.gate.lines(options.keepsAll === true ? Infinity : 400),
    ms: performance.now() - began,
  };
}

function stagesOf({ observer }: Simulation): string[] {
  return [...observer.tracks.values()].map(
    ({ row }) => `${row.version}/${row.platform} ${row.stage}${'percent' in row ? ` ${row.percent} %` : ''}`,
  );
}

const HARD_TO_REACH = [
  'live-in-part',
  'halted',
  'resumed',
  'rollout-started',
  'percent-observed',
  'completed',
  'canceled',
  'withdrawn',
  'rejected',
  'red-latched',
  'red-cleared',
];

function reachedIn({ observer }: Simulation): string[] {
  const inPart = observer.journal.some(({ event }) => event.is === 'resumed' && event.inPart !== undefined);
  const halted = observer.journal.some(({ event, stageAfter, seq, chain }) => {
    const before = observer.journal.find((line) => line.chain === chain && line.seq === seq - 1)?.stageAfter;
    return event.is === 'halted' && stageAfter === 'halted' && (before === 'in-review' || before === 'store-approved');
  });
  return [
    ...HARD_TO_REACH.filter((kind) => observer.journal.some((line) => line.kind === kind)),
    ...(inPart ? ['resumed in part'] : []),
    ...(halted ? ['halted in part'] : []),
  ];
}

function brokenBy(error: unknown): NonNullable<Played['broken']> {
  if (error instanceof Broken) return { sentence: error.sentence, what: error.what };
  return { sentence: 'the simulation can go on', what: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

async function play(at: Simulation, story: Story): Promise<void> {
  at.begin(0);
  for (let more = at.chance.pick([0, 0, 1, 1, 1, 2]); more > 0; more--) at.begin(skew(at));
  at.gate.note('-', 'phase', `storm over ${stagesOf(at).join(', ')}`);
  at.weather = 'storm';
  for (let moment = 0; moment < MOMENTS; moment++) await storm(at, story);
  // What was begun is carried on while it is still rough: most of what is sent to storefronts is sent now.
  for (const track of story.live) story.forward(track);
  await at.drain(() => story.mayTurn());
  await calm(at, story);
}

/** The machines' clocks differ, mostly by little. */
function skew(at: Simulation): number {
  return at.chance.percent(70) ? at.chance.between(-500, 500) : at.chance.between(-90_000, 90_000);
}

/** One moment of the storm: something happens, and then some of what waits goes on. */
async function storm(at: Simulation, story: Story): Promise<void> {
  const { chance } = at;
  // what has come to a storefront is where most goes wrong
  const all = story.live;
  const out = all.filter(({ stage }) => !['planned', 'developing', 'stabilising'].includes(stage));
  const tracks = out.length > 0 && chance.percent(75) ? out : all;
  const track = tracks.length === 0 ? null : chance.pick(tracks);
  const what = chance.below(100);
  if (track !== null && what < 34) story.forward(track);
  else if (track !== null && what < 50) story.sideways(track);
  else if (what < 78) await timePasses(at, story);
  else if (what < 84) await processEnds(at);
  else if (what < 88) await wakeUpsGoWrong(at);
  else if (what < 91) clockJumps(at);
  else if (what < 94) stalls(at);
  for (let steps = chance.between(0, 50); steps > 0; steps--) {
    if (!(await at.one())) break;
    story.mayTurn();
  }
}

async function timePasses(at: Simulation, story: Story): Promise<void> {
  if (at.chance.percent(50)) await at.drain(() => story.mayTurn());
  if (at.chance.percent(60) && story.live.some(({ stage }) => stage === 'rolling-out')) return untilItMayGoOn(at, story);
  const minutes = at.chance.weighted([
    [4, 1],
    [4, 6],
    [4, 25],
    [3, 70],
    [1, 600],
  ] as const);
  at.gate.pass(at.chance.between(1, minutes * 60_000));
}

/** What goes out goes well, and has soaked or nearly: the next share is ordered, and more of what goes wrong hits its try. */
async function untilItMayGoOn(at: Simulation, story: Story): Promise<void> {
  for (const track of story.live)
    if (track.stage === 'rolling-out') {
      story.health(track.version, track.platform, 'green');
      story.usage(track);
    }
  at.gate.pass((at.policy.soakMinutes + at.chance.between(-5, 10)) * 60_000);
  if (at.chance.percent(60)) await at.drain(() => story.mayTurn());
}

async function processEnds(at: Simulation): Promise<void> {
  const instance = at.anyInstance();
  if (instance !== null) {
    at.count(at.gate.holder === null ? 'process: dropped between two steps' : 'process: dropped while a transaction is open');
    await at.drop(instance.name);
  }
  if (at.instances.length === 0 || (at.instances.length < 2 && at.chance.percent(70))) at.begin(skew(at));
}

async function wakeUpsGoWrong(at: Simulation): Promise<void> {
  await at.disturbDue(at.chance.pick(['lost', 'late', 'doubled'] as const));
}

function clockJumps(at: Simulation): void {
  const instance = at.anyInstance();
  if (instance === null) return;
  at.count('clock: of a machine jumps');
  instance.skewMs = at.chance.between(-600_000, 600_000);
}

function stalls(at: Simulation): void {
  const instance = at.anyInstance();
  if (instance === null) return;
  at.count('process: stands still for a while');
  at.stall(instance.name, at.chance.between(20, 200));
}

/** Faults off: people help where they can, time passes, and every track comes to rest. */
async function calm(at: Simulation, story: Story): Promise<void> {
  at.gate.note('-', 'phase', 'calm');
  at.weather = 'calm';
  at.wakeAll();
  if (at.instances.length === 0) at.begin(0);
  // Processes end in the end too; the last one is left with all that they had.
  if (at.chance.percent(60)) for (const { name } of at.instances.slice(1)) await at.drop(name);
  story.flush();
  await at.drain();
  // Longer than the lease of a lane.
  at.gate.pass(10_000);
  await at.drain();
  at.holdCalm();
  // People help a little.
  for (let rounds = at.chance.pick([0, 0, 1]); rounds > 0; rounds--) {
    for (const track of story.live) story.help(track);
    at.gate.pass(at.chance.between(60_000, 3_600_000));
    await at.drain();
  }
  // Longer than the lease of a process that died, than the longest pause between two tries, and than a storefront gets to show what it said was done. Most that
  // will ever rest does so after the first of them.
  for (const ms of [700_000, 400_000, 400_000]) {
    at.gate.note('-', 'phase', `${ms} ms pass`);
    at.gate.pass(ms);
    await at.drain();
    if (await at.isAtRest()) return;
  }
  await at.holdAtRest();
}
