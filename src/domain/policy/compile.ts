/** From a document to the rules of one track: defaults filled in, narrowed to a platform and a kind of release. */
import type { Cycle } from '../calendar/cycle.ts';
import type { Instance } from '../criteria/instance.ts';
import { parseDuration } from '../duration.ts';
import { entryOf } from '../entry.ts';
import { percentStep, type ReleaseKind, type Stage, type Step } from '../release/track.ts';
import { everyId, kindNow, resolveEntry } from './instances.ts';
import {
  haltList,
  listBefore,
  listBeforePercent,
  type PlacedList,
  rolloutOf,
  type Sources,
  sourcesOf,
  storefrontsOfPlatform,
  watchList,
} from './layers.ts';
import type { Fault } from './problems.ts';
import { pathInWords } from './problems.ts';
import { everyOf, type ListEntry, type Robot, type Windows } from './processes.ts';
import type { Layer, PolicyDocument } from './schema.ts';
import type { Freeze, RobotMode, Team, TrackPolicy } from './track-policy.ts';
import { robotModes } from './track-policy.ts';

/** Which track: a platform of the document, a kind of release, and the revision of the document. */
export type TrackOf = { platform: string; kind: ReleaseKind; revision: number };

/** The rules of a platform's releases of a kind. The document is one that `parsePolicy` took; throws on a platform that it does not have. */
export function trackPolicy(document: PolicyDocument, { platform, kind, revision }: TrackOf): TrackPolicy {
  const sources = sourcesOf(document, platform, kind);
  const rollout = rolloutOf(document, platform, kind);
  const before = beforeOf(document, sources, platform, rollout);
  const haltsWhileRollingOut = instancesOf(document, haltList(sources), platform);
  const watchWhile = watchesOf(document, sources, platform);
  const all = instancesIn({ before, haltsWhileRollingOut, watchWhile });
  return {
    revision,
    timezone: document.timezone,
    platform,
    process: sources.process.name,
    stages: sources.process.stages,
    storefronts: storefrontsOfPlatform(document, platform),
    rollout,
    before,
    haltsWhileRollingOut,
    watchWhile,
    rows: rowsOf(document.rows ?? sources.process.base.rows, all, everyId('rate-below', document.criteria)),
    robot: robotOf(sources),
    windows: windowsOf(sources),
    freezes: document.kinds[kind].freezes === 'ignore' ? [] : freezesOf(document),
    ignore: document.code.ignore,
    teams: teamsOf(document),
    signOffs: firstOf(sources.layers, (layer) => layer['sign-offs']) ?? sources.process.base.signOffs,
    bugs: { criticalFlows: document.bugs['critical-flows'], decide: document.bugs.decide },
    waivers: { secondApprover: document.waivers['second-approver'].map(kindNow) },
    watchMinutes: watchMinutesOf(sources),
    holdBeforeOwnMoveMinutes: document['hold-before-own-move'],
    code: codeOf(document, platform),
  };
}

/** Every instance that the rules of a track name, as often as they name it. */
export function instancesIn(policy: Pick<TrackPolicy, 'before' | 'haltsWhileRollingOut' | 'watchWhile'>): readonly Instance[] {
  const lists = [...Object.values(policy.before), policy.haltsWhileRollingOut, ...Object.values(policy.watchWhile)];
  return lists.flatMap((list) => list ?? []);
}

/** The calendar of an app's regular releases. */
export function cycleOf(document: PolicyDocument): Cycle {
  const { cadence, starting, branch, candidate, submit, start, finish } = document.cycle;
  return {
    weeks: cadence,
    starting,
    branch,
    candidate,
    submit,
    start,
    finish,
    closed: freezesOf(document),
    whenClosed: document.cycle['when-frozen'],
  };
}

/** Those of the given platforms that the document does not speak of: a policy is saved for an app only when there are none. */
export function platformsMissing(document: PolicyDocument, platforms: readonly string[]): readonly string[] {
  return platforms.filter((platform) => !Object.hasOwn(document.platforms, platform));
}

/** The entries of a list, each with its place; `{ every: rate-below }` becomes the declared criteria of that kind. */
export function entriesOf(document: PolicyDocument, { at, entries }: PlacedList): { entry: ListEntry; at: (string | number)[] }[] {
  return entries.flatMap((entry, index) => {
    const place = [...(at ?? []), index];
    const kind = everyOf(entry);
    if (kind === null) return [{ entry, at: place }];
    return everyId(kind, document.criteria).map((id) => ({ entry: id, at: place }));
  });
}

/** The instances of a list on a platform, each once. */
export function instancesOf(document: PolicyDocument, list: PlacedList, platform: string): readonly Instance[] {
  const found = new Map<string, Instance>();
  for (const { entry, at } of entriesOf(document, list)) {
    const resolved = resolveEntry(entry, document.criteria, at);
    if (!resolved.ok) throw new Error(`the policy was not checked: ${resolved.faults.map(inOneLine).join('; ')}`);
    if (resolved.platforms && !resolved.platforms.includes(platform)) continue;
    found.set(resolved.instance.id, resolved.instance);
  }
  return [...found.values()];
}

function inOneLine(fault: Fault): string {
  return `${pathInWords(fault.path)}: ${fault.because}`;
}

function beforeOf(document: PolicyDocument, sources: Sources, platform: string, rollout: readonly number[]): TrackPolicy['before'] {
  const before: Partial<Record<Step, readonly Instance[]>> = {};
  for (const step of ['cut', 'candidate', 'submit'] as const) {
    const list = listBefore(sources, step);
    if (list && (step !== 'candidate' || sources.process.stages.includes('candidate')))
      before[step] = instancesOf(document, list, platform);
  }
  for (const percent of rollout) {
    const list = listBeforePercent(sources, percent, rollout);
    if (list) before[percentStep(percent)] = instancesOf(document, list, platform);
  }
  return before;
}

function watchesOf(document: PolicyDocument, sources: Sources, platform: string): TrackPolicy['watchWhile'] {
  const watches: Partial<Record<Stage, readonly Instance[]>> = {};
  for (const stage of sources.process.stages) {
    const list = watchList(sources, stage);
    if (list) watches[stage] = instancesOf(document, list, platform);
  }
  return watches;
}

/** Rows hold ids; a kind stands for all its instances. What is in no row gets one of its own, so that nothing is judged unseen. */
function rowsOf(
  written: NonNullable<PolicyDocument['rows']> | TrackPolicy['rows'],
  all: readonly Instance[],
  rates: readonly string[],
): TrackPolicy['rows'] {
  const left = new Map(all.map((instance) => [instance.id, instance]));
  const rows = titled(written).map(({ title, instances }) => {
    const members = instances.flatMap((name) =>
      [...left.values()]
        .filter(({ id, kind }) => id === name || kind === kindNow(name) || (name === 'rate-below' && rates.includes(id)))
        .map(({ id }) => id),
    );
    for (const id of members) left.delete(id);
    return { title, instances: [...new Set(members)] };
  });
  const own = [...left.values()].map(({ title, id }) => ({ title, instances: [id] }));
  return [...rows.filter(({ instances }) => instances.length > 0), ...own];
}

function titled(written: NonNullable<PolicyDocument['rows']> | TrackPolicy['rows']): { title: string; instances: readonly string[] }[] {
  return written.flatMap((row) => {
    if ('title' in row && 'instances' in row && typeof row.title === 'string') return [{ title: row.title, instances: row.instances }];
    return Object.entries(row).map(([title, instances]) => ({ title, instances: Array.isArray(instances) ? instances : [] }));
  });
}

function firstOf<T>(layers: Sources['layers'], read: (layer: Layer) => T | undefined): T | undefined {
  for (const { layer } of layers) {
    const value = read(layer);
    if (value !== undefined) return value;
  }
  return undefined;
}

function robotOf(sources: Sources): Robot {
  const { base } = sources.process;
  const everywhere = sources.sharesProcess ? [] : [sources.platform, sources.top];
  const modeOf = (key: Exclude<keyof Robot, 'halt'>): RobotMode => {
    const own = firstOf(sources.layers, (layer) => layer.robot?.[key]) ?? base.robot[key];
    if (sources.kind.layer.robot?.[key] !== undefined) return own;
    const shared = firstOf(everywhere, (layer) => layer.robot?.[key]);
    return shared === undefined ? own : moreCareful(own, shared);
  };
  const halt =
    firstOf([sources.kind, sources.platform, sources.top, ...sources.process.own], (layer) => layer.robot?.halt) ?? base.robot.halt;
  return {
    cut: modeOf('cut'),
    candidate: modeOf('candidate'),
    submit: modeOf('submit'),
    start: modeOf('start'),
    raise: modeOf('raise'),
    halt,
    tag: modeOf('tag'),
  };
}

function moreCareful(a: RobotMode, b: RobotMode): RobotMode {
  return robotModes.indexOf(a) < robotModes.indexOf(b) ? a : b;
}

function windowsOf(sources: Sources): TrackPolicy['windows'] {
  const windows: Windows = {};
  for (const step of ['cut', 'submit', 'start', 'raise', 'finish'] as const) {
    const said = firstOf(sources.layers, (layer) => layer.windows?.[step]) ?? sources.process.base.windows[step];
    if (said !== undefined) windows[step] = said;
  }
  return windows;
}

function watchMinutesOf(sources: Sources): number {
  const said = firstOf([sources.kind, sources.platform, sources.top, ...sources.process.own], (layer) => layer.watch);
  return said ?? parseDuration(sources.process.base.watch) ?? 0;
}

function freezesOf(document: PolicyDocument): readonly Freeze[] {
  return [...document.cycle.freezes, ...document.cycle.holidays];
}

function teamsOf(document: PolicyDocument): readonly Team[] {
  return Object.entries(document.teams).map(([id, { owns, channel, testing }]) => ({
    id,
    owns,
    channel,
    testing: testing === 'manual' ? testing : { optedOut: testing['opted-out'], until: testing.until },
  }));
}

function codeOf(document: PolicyDocument, platform: string): TrackPolicy['code'] {
  const { tag, 'release-branch': branch } = document.code;
  const filled = (text: string) => text.replaceAll('{platform}', platform).replaceAll('{app}', document.app ?? '{app}');
  const branchHere = typeof branch === 'string' ? branch : (entryOf(branch, platform) ?? 'release/{version}');
  const tagHere = typeof tag === 'string' || tag === null ? tag : (entryOf(tag, platform) ?? null);
  return { releaseBranch: filled(branchHere), tag: tagHere === null ? null : filled(tagHere) };
}
