/** Plays one cycle of a seed: it is set up, a storm goes over it, and then, with faults off, it must come to rest. */
import type { RealConnections } from './database.ts';
import { admin, manager } from './people.ts';
import { policyText } from './policies.ts';
import { APP, Broken, Simulation } from './simulation.ts';
import type { Faults } from './simulation.ts';
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
  lines: readonly string[];
  ms: number;
};

export type PlayOptions = { talks?: boolean; keepsAll?: boolean };

const MOMENTS = 24;

export async function playCycle(
  seed: number,
  real: RealConnections,
  names: Map<string, string>,
  options: PlayOptions = {},
): Promise<Played> {
  const began = performance.now();
  await real.empty();
  const at = new Simulation(seed, real, names, options);
  let broken: Played['broken'] = null;
  try {
    await play(at);
  } catch (error) {
    broken =
      error instanceof Broken
        ? { sentence: error.sentence, what: error.what }
        : { sentence: 'the simulation can go on', what: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  const stages = [...at.observer.tracks.values()].map(
    ({ row }) => `${row.version}/${row.platform} ${row.stage}${'percent' in row ? ` ${row.percent} %` : ''}`,
  );
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
    lines: at.gate.lines(options.keepsAll === true ? Infinity : 400),
    ms: performance.now() - began,
  };
}

async function play(at: Simulation): Promise<void> {
  const story = await setUp(at);
  at.weather = 'storm';
  for (let moment = 0; moment < MOMENTS; moment++) await storm(at, story);
  await calm(at, story);
}

async function setUp(at: Simulation): Promise<Story> {
  const first = at.begin(0);
  const platforms = Object.keys(at.policy.platforms);
  at.observer.policies.push({ revision: 1, soakMinutes: at.policy.soakMinutes, sinceStep: 0 });
  const must = <T extends { ok: boolean }>(answer: T): T => {
    if (!answer.ok) throw new Error(JSON.stringify(answer));
    return answer;
  };
  // CI reports by itself, or is read; a feed costs many steps, so few cycles have one.
  const serves = at.chance.percent(25) ? [] : ['storefront', 'chat'];
  must(
    await at.finish(first, (engine) =>
      engine.createApp({ id: APP, name: 'App', timezone: 'Europe/Stockholm', platforms, policy: policyText(at.policy) }, admin),
    ),
  );
  must(await at.finish(first, (engine) => engine.connect({ app: APP, integration: 'sandbox', settings: {}, serves }, admin)));
  must(
    await at.finish(first, (engine) =>
      engine.planRelease({ app: APP, version: '1.0.0', kind: 'regular', platforms, startsAt: 'developing' }, manager),
    ),
  );
  const story = new Story(at);
  story.cut('1.0.0', platforms);
  await at.drain();
  await onAGoodDay(at, story);
  for (let more = at.chance.pick([0, 1, 1, 1, 2]); more > 0; more--) at.begin(skew(at));
  return story;
}

/** How far a release has come when the storm begins: a branch, a submission, a rollout. */
async function onAGoodDay(at: Simulation, story: Story): Promise<void> {
  const far = at.chance.below(10);
  if (far < 2) return;
  for (const track of story.live) story.ready(track);
  await at.drain();
  if (far < 5) return;
  for (const track of story.live) story.review(track);
  at.gate.pass(20_000);
  await at.drain();
}

/** The machines' clocks differ, mostly by little. */
function skew(at: Simulation): number {
  return at.chance.percent(70) ? at.chance.between(-500, 500) : at.chance.between(-90_000, 90_000);
}

/** One moment of the storm: something happens, and then some of what waits goes on. */
async function storm(at: Simulation, story: Story): Promise<void> {
  const { chance } = at;
  const tracks = story.live;
  const track = tracks.length === 0 ? null : chance.pick(tracks);
  const what = chance.below(100);
  if (track !== null && what < 46) story.forward(track);
  else if (track !== null && what < 62) story.sideways(track);
  else if (what < 78) await timePasses(at);
  else if (what < 84) await processEnds(at);
  else if (what < 88) await wakeUpsGoWrong(at);
  else if (what < 91) clockJumps(at);
  else if (what < 94) stalls(at);
  for (let steps = chance.between(0, 50); steps > 0; steps--) if (!(await at.one())) break;
}

async function timePasses(at: Simulation): Promise<void> {
  if (at.chance.percent(25)) await at.drain();
  const minutes = at.chance.weighted([
    [4, 1],
    [4, 6],
    [4, 25],
    [3, 70],
    [1, 600],
  ] as const);
  at.gate.pass(at.chance.between(1, minutes * 60_000));
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
  at.weather = 'calm';
  at.wakeAll();
  if (at.instances.length === 0) at.begin(0);
  story.flush();
  await at.drain();
  // People help a little; then longer than the lease of a process that died, than the longest pause between two tries, and than a storefront gets to show
  // what it said was done.
  const rounds = [
    ...Array.from({ length: at.chance.between(0, 2) }, () => at.chance.between(60_000, 3_600_000)),
    700_000,
    400_000,
    400_000,
  ];
  for (const [round, ms] of rounds.entries()) {
    if (round < rounds.length - 3) for (const track of story.live) story.help(track);
    at.gate.pass(ms);
    await at.drain();
  }
  await at.holdAtRest();
}
