/**
 * How far releases have come when a storm begins over them: on a branch, in review, approved, going out, halted. Each beginning is played once, faults off and
 * invariants on, and kept; a cycle takes it from there. It depends on its number alone, so a seed begins alike whichever cycles were played before it.
 */
import type { Track } from '#domain/release/track.ts';
import type { State } from '#integrations/sandbox/world/state.ts';
import { chanceOf } from './chance.ts';
import type { Kept, RealConnection } from './database.ts';
import type { Deed, PolicyInForce, SentFact, SentHour } from './observed.ts';
import { admin, manager } from './people.ts';
import { drawPolicy, policyText } from './policies.ts';
import type { PolicyPlan } from './policies.ts';
import { APP, Simulation } from './simulation.ts';
import type { SimulationOptions } from './simulation.ts';
import { isLiveInPart, Story } from './story.ts';
import type { StoryMemory } from './story.ts';

/** What a beginning is: the database, the vendors, what CI knows, and what was acknowledged until then. */
export type Beginning = {
  now: number;
  policy: PolicyPlan;
  kept: Kept;
  vendors: State;
  story: StoryMemory;
  sent: readonly SentFact[];
  health: readonly SentHour[];
  deeds: readonly Deed[];
  policies: readonly PolicyInForce[];
  marks: number;
};

/** A beginning, or what broke on the way to it. */
export type Begun = { ok: true; beginning: Beginning } | { ok: false; error: unknown; lines: readonly string[] };

/** How many beginnings the seeds of one hundred share. */
const OF_A_HUNDRED = 16;

/** The way to each: what is done by people and vendors, in turn. */
const ways = ['branch', 'ready', 'review', 'review', 'approved', 'out', 'out', 'halted', 'part', 'out', 'review', 'approved', 'out', 'part', 'halted', 'out'] as const; // prettier-ignore
type Way = (typeof ways)[number];

/** Which beginning a seed has: one of those that it shares with the hundred seeds around it. */
export function beginningOf(seed: number): number {
  return Math.floor(seed / 100) * OF_A_HUNDRED + (seed % OF_A_HUNDRED);
}

export class Beginnings {
  readonly #known = new Map<number, Promise<Begun>>();

  /** The beginning of this number; it is played on the database given, which is emptied, where nobody has asked for it yet. */
  of(number: number, real: RealConnection, names: Map<string, string>, options: SimulationOptions): Promise<Begun> {
    const known = this.#known.get(number);
    if (known !== undefined) return known;
    const fresh = prepare(number, real, names, options);
    this.#known.set(number, fresh);
    return fresh;
  }
}

async function prepare(number: number, real: RealConnection, names: Map<string, string>, options: SimulationOptions): Promise<Begun> {
  await real.empty();
  const way = ways[number % ways.length] ?? 'branch';
  const seed = chanceOf(number ^ 0x5eed);
  const at = new Simulation(seed.below(2 ** 31), real, names, options, { policy: drawPolicy(seed, way === 'part') });
  try {
    const story = await setUp(at);
    await go(at, story, way);
    // somebody paused the robot before they left
    if (seed.percent(25)) for (const track of story.live) story.pause(track);
    await at.drain();
    await at.lookAtAll();
    const { observer, vendors, policy, gate } = at;
    const beginning: Beginning = {
      now: gate.now,
      policy,
      vendors: structuredClone(vendors.state),
      story: story.memory,
      sent: observer.sent.map((fact) => ({ ...fact, acknowledgedAtStep: fact.acknowledgedAtStep === null ? null : 0 })),
      health: observer.health.map((hour) => ({ ...hour, acknowledgedAtStep: hour.acknowledgedAtStep === null ? null : 0 })),
      deeds: observer.deeds.map((deed) => ({ ...deed, step: 0 })),
      policies: observer.policies.map((each) => ({ ...each, sinceStep: 0 })),
      marks: at.marks,
      kept: await at.end().then(() => real.keep()),
    };
    return { ok: true, beginning };
  } catch (error) {
    const lines = at.gate.lines(400);
    await at.end();
    return { ok: false, error, lines };
  }
}

/** An app with its first release on a branch. */
async function setUp(at: Simulation): Promise<Story> {
  const first = at.begin(0, { starts: false });
  const platforms = Object.keys(at.policy.platforms);
  at.observer.policies.push({ revision: 1, soakMinutes: at.policy.soakMinutes, sinceStep: 0 });
  const must = <T extends { ok: boolean }>(answer: T): T => {
    if (!answer.ok) throw new Error(JSON.stringify(answer));
    return answer;
  };
  // CI reports by itself, or is read; a feed costs many steps, so few cycles have one.
  const serves = at.chance.percent(15) ? [] : ['storefront', 'chat'];
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
  await settle(at);
  return story;
}

/** Until nothing is under way; then some time passes, in which storefronts are read again. */
async function settle(at: Simulation, passes = 61_000): Promise<void> {
  const [instance] = at.instances;
  if (instance === undefined) throw new Error('no process is there');
  await at.drain();
  await at.finish(instance, (engine) => engine.settle());
  at.gate.pass(passes);
  await at.finish(instance, (engine) => engine.settle());
  await at.drain();
}

async function go(at: Simulation, story: Story, way: Way): Promise<void> {
  if (way === 'branch') return;
  const first = (): readonly Track[] => story.live.filter(({ version }) => version === '1.0.0');
  for (const { version, platform } of first()) story.build(version, platform);
  await settle(at);
  // what is left to do is done at the last moment: nobody has looked at it when the storm begins
  for (const { version, platform } of first()) story.test(version, platform);
  for (const track of first()) story.sign(track);
  await at.drain();
  if (way === 'ready') return;
  await settle(at);
  for (const track of first()) if (track.stage !== 'in-review') story.order(track, 'submit');
  await settle(at);
  if (way === 'review') return;
  if (way === 'part') {
    for (const track of first()) story.publishInPart(track);
    await settle(at);
    if (at.chance.percent(30)) for (const track of first()) if (isLiveInPart(track)) story.halt(track);
    return settle(at);
  }
  for (const track of first()) story.review(track);
  if (way === 'approved') return;
  await settle(at);
  for (const track of first()) if (track.stage === 'store-approved') story.order(track, 'start');
  await settle(at);
  if (way === 'halted') {
    for (const track of first()) story.halt(track);
    await settle(at);
  } else if (at.chance.percent(50)) {
    // far enough that the next share is near
    for (const track of first()) {
      story.health(track.version, track.platform, 'green');
      story.usage(track);
    }
    await settle(at, (at.policy.soakMinutes - at.chance.between(1, 15)) * 60_000);
  }
}
