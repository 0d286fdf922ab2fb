/**
 * What overrides what. For a platform and a kind of release, from strongest to weakest: the kind (`kinds`), the platform (`platforms`), the document's top,
 * processes of the policy's own, and the process of ours they start from.
 * The top and the platform speak of regular releases and replacements, and of every kind that has the same process. A kind with a process of its own takes
 * from them only what must hold everywhere: what halts, what is watched, and of two robot modes the more careful one.
 */
import { entryOf } from '../entry.ts';
import { type ReleaseKind, type Stage, stages } from '../release/track.ts';
import type { StorefrontKind } from '../rollout/storefronts.ts';
import type { Path } from './problems.ts';
import { type Process, type ListEntry, processNamed, stagesOfEveryProcess } from './processes.ts';
import type { Layer, PolicyDocument } from './schema.ts';

/** A layer of the document, and where it stands. */
export type PlacedLayer = { at: Path; layer: Layer };

/** The process that a platform's releases of a kind follow: its name, the document's own layers of it (strongest first), and the process of ours below them. */
export type FoundProcess = { name: string; own: readonly PlacedLayer[]; base: Process; stages: readonly Stage[] };

/** A process by name, through `like`; or the name that is missing, or that leads back to itself. */
export function findProcess(document: PolicyDocument, name: string): FoundProcess | { missing: string; circular: boolean } {
  const own: PlacedLayer[] = [];
  const seen = new Set<string>();
  let stagesOfOwn: readonly Stage[] | null = null;
  for (let at = name; ;) {
    const base = processNamed(at);
    if (base) return { name, own, base, stages: withEnds(stagesOfOwn ?? base.stages) };
    const found = entryOf(document.processes, at);
    if (!found || seen.has(at)) return { missing: at, circular: found !== undefined };
    seen.add(at);
    own.push({ at: ['processes', at], layer: found });
    stagesOfOwn ??= found.stages ?? null;
    at = found.like;
  }
}

/** The stages with those that no process leaves out, in the order of a track's life. */
function withEnds(named: readonly Stage[]): readonly Stage[] {
  return stages.filter((stage) => named.includes(stage) || stagesOfEveryProcess.includes(stage));
}

/** The name of the process that a platform's releases of a kind follow. */
export function processNameOf(document: PolicyDocument, platform: string, kind: ReleaseKind): string {
  const said = document.kinds[kind].process;
  const ofKind = typeof said === 'object' ? entryOf(said, platform) : said;
  if (ofKind !== undefined) return ofKind;
  if (kind === 'replacement') return processNameOf(document, platform, 'regular');
  const regular = entryOf(document.platforms, platform)?.process ?? document.process;
  if (kind === 'regular') return regular;
  const main = processNameOf(document, platform, 'regular');
  const found = findProcess(document, main);
  return 'missing' in found ? main : found.base.hotfixes;
}

/** Everything that speaks of a platform's releases of a kind. `layers` from strongest to weakest, without the process of ours. */
export type Sources = {
  process: FoundProcess;
  /** Whether the platform and the top speak of this kind in full. */
  sharesProcess: boolean;
  kind: PlacedLayer;
  platform: PlacedLayer;
  top: PlacedLayer;
  layers: readonly PlacedLayer[];
};

/** Collects what speaks of a platform's releases of a kind. Throws where the document was not checked. */
export function sourcesOf(document: PolicyDocument, platform: string, kind: ReleaseKind): Sources {
  const followed = findProcess(document, processNameOf(document, platform, kind));
  const ofPlatform = entryOf(document.platforms, platform);
  if (!ofPlatform)
    throw new Error(`the policy has no platform ${JSON.stringify(platform)} (known: ${Object.keys(document.platforms).join(', ')})`);
  if ('missing' in followed) throw new Error(`the policy has no process ${JSON.stringify(followed.missing)}`);
  const sharesProcess = kind !== 'hotfix' || followed.name === processNameOf(document, platform, 'regular');
  const placedKind: PlacedLayer = { at: ['kinds', kind], layer: document.kinds[kind] };
  const placedPlatform: PlacedLayer = { at: ['platforms', platform], layer: ofPlatform };
  const top: PlacedLayer = { at: [], layer: document };
  const shared = sharesProcess ? [placedPlatform, top] : [];
  return {
    process: followed,
    sharesProcess,
    kind: placedKind,
    platform: placedPlatform,
    top,
    layers: [placedKind, ...shared, ...followed.own],
  };
}

/** A list of criteria and where it stands in the document; `at` null for one of a process of ours. */
export type PlacedList = { at: Path | null; entries: readonly ListEntry[] };

/** The shares of a platform's releases of a kind. */
export function rolloutOf(document: PolicyDocument, platform: string, kind: ReleaseKind): readonly number[] {
  return document.kinds[kind].rollout ?? entryOf(document.platforms, platform)?.rollout ?? [100];
}

/** Where a platform ships: what it says, else what its name says. */
export function storefrontsOfPlatform(document: PolicyDocument, platform: string): readonly StorefrontKind[] {
  const said = entryOf(document.platforms, platform)?.storefronts;
  if (said) return said;
  if (platform === 'android') return ['google-play'];
  return platform === 'ios' ? ['app-store-connect'] : ['update-feed'];
}

/** The name by which a process speaks of a share of a rollout. */
export function stepNameOf(percent: number, rollout: readonly number[]): 'start' | 'raise' | 'finish' {
  if (percent === rollout[0]) return 'start';
  return percent === 100 ? 'finish' : 'raise';
}

/** The criteria before the cut, the candidate or the submission. Null where nobody names any. */
export function listBefore(sources: Sources, step: 'cut' | 'candidate' | 'submit'): PlacedList | null {
  for (const { at, layer } of sources.layers) {
    const entries = entryOf(layer.before, step);
    if (entries) return { at: [...at, 'before', step], entries };
  }
  const entries = sources.process.base.before[step];
  return entries ? { at: null, entries } : null;
}

/** The criteria before a share of the rollout: the share by its number first, then by what it is (`start`, `raise`, `finish`), layer by layer. */
export function listBeforePercent(sources: Sources, percent: number, rollout: readonly number[]): PlacedList | null {
  const name = stepNameOf(percent, rollout);
  for (const { at, layer } of sources.layers) {
    for (const step of [`${percent}%`, name]) {
      const entries = entryOf(layer.before, step);
      if (entries) return { at: [...at, 'before', step], entries };
    }
  }
  const entries = sources.process.base.before[name];
  return entries ? { at: null, entries } : null;
}

/** What halts a rollout. The top and the platform speak for every kind. */
export function haltList(sources: Sources): PlacedList {
  for (const { at, layer } of [sources.kind, sources.platform, sources.top, ...sources.process.own]) {
    const entries = layer['halts-while-rolling-out'];
    if (entries) return { at: [...at, 'halts-while-rolling-out'], entries };
  }
  return { at: null, entries: sources.process.base.haltsWhileRollingOut };
}

/** What is watched in a stage. The top and the platform speak for every kind. */
export function watchList(sources: Sources, stage: Stage): PlacedList | null {
  for (const { at, layer } of [sources.kind, sources.platform, sources.top, ...sources.process.own]) {
    const entries = layer['watch-while']?.[stage];
    if (entries) return { at: [...at, 'watch-while', stage], entries };
  }
  const entries = sources.process.base.watchWhile[stage];
  return entries ? { at: null, entries } : null;
}
