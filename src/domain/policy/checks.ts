/** What only makes sense across the keys of a document: names that must exist, lists that must hold, rollouts that storefronts can show. */
import { type ReleaseKind, releaseKinds, type Stage, stages } from '../release/track.ts';
import { compileRollout } from '../rollout/steps.ts';
import { entriesOf, instancesIn, instancesOf, trackPolicy } from './compile.ts';
import { kindNow, resolveDefinition, resolveEntry } from './instances.ts';
import { criteria } from '../criteria/index.ts';
import type { Instance } from '../criteria/instance.ts';
import { findProcess, haltList, processNameOf, rolloutOf, sourcesOf, storefrontsOfPlatform } from './layers.ts';
import { type Fault, meant, oneOf, type Path, pathInWords, shown } from './problems.ts';
import { everyOf, neededStages, processNames, stepNames } from './processes.ts';
import type { Layer, PolicyDocument } from './schema.ts';

type Place = { at: Path; layer: Layer; rollouts: readonly (readonly number[])[]; processes: readonly string[] };

type PlacedEntries = { path: Path; entries: Layer['before'][string]; halts: boolean };

/** All faults of a document whose keys are each well formed. Their paths are those of the values, `before` a map. */
export function checkDocument(document: PolicyDocument): Fault[] {
  const unnamed = [...checkProcessNames(document), ...checkPlatformNames(document)];
  if (unnamed.length > 0) return unnamed;
  const places = placesOf(document);
  const faults = [
    ...checkProcesses(document),
    ...checkRollouts(document),
    ...Object.keys(document.criteria).flatMap((id) => checkDefinition(document, id)),
    ...places.flatMap((place) => [...checkSteps(place, document), ...checkLists(place, document), ...checkSignOffs(place, document)]),
  ];
  if (faults.length > 0) return faults;
  const used = usedInstances(document);
  const known = knownNames(document, used);
  return [...checkRows(document, known), ...checkWaivers(document, known), ...checkHalts(document), ...checkIds(used)];
}

function checkProcessNames(document: PolicyDocument): Fault[] {
  const known = [...processNames, ...Object.keys(document.processes)];
  const faults: Fault[] = [];
  const check = (path: Path, name: string | undefined) => {
    if (name === undefined) return;
    const found = findProcess(document, name);
    if (!('missing' in found)) return;
    if (found.missing === name && !found.circular)
      faults.push({ path, because: `there is no process ${shown(name)}`, wouldBeRight: meant(name, known) });
    else if (found.circular && path[0] === 'processes')
      faults.push({ path, because: `${shown(name)} is like itself in the end`, wouldBeRight: `a process of ours: ${oneOf(processNames)}` });
  };
  check(['process'], document.process);
  for (const kind of releaseKinds) {
    const { process: said } = document.kinds[kind];
    if (typeof said === 'string') check(['kinds', kind, 'process'], said);
    else for (const [platform, name] of Object.entries(said ?? {})) check(['kinds', kind, 'process', platform], name);
  }
  for (const [platform, { process: said }] of Object.entries(document.platforms)) check(['platforms', platform, 'process'], said);
  for (const [name, { like }] of Object.entries(document.processes)) {
    check(['processes', name, 'like'], like);
    if ((processNames as readonly string[]).includes(name)) {
      faults.push({
        path: ['processes', name],
        at: 'key',
        because: `${name} is a process of ours`,
        wouldBeRight: `another name, with like: ${name}`,
      });
    }
  }
  return faults;
}

function checkPlatformNames(document: PolicyDocument): Fault[] {
  const known = Object.keys(document.platforms);
  const unknown = (at: Path, map: unknown): Fault[] =>
    typeof map !== 'object' || map === null
      ? []
      : Object.keys(map)
          .filter((name) => !known.includes(name))
          .map((name) => ({
            path: [...at, name],
            at: 'key',
            because: `there is no platform ${shown(name)}`,
            wouldBeRight: meant(name, known),
          }));
  return [
    ...unknown(['code', 'tag'], document.code.tag),
    ...unknown(['code', 'release-branch'], document.code['release-branch']),
    ...releaseKinds.flatMap((kind) => unknown(['kinds', kind, 'process'], document.kinds[kind].process)),
  ];
}

/** Every layer of the document, with the rollouts and processes of the releases that it may speak of. */
function placesOf(document: PolicyDocument): Place[] {
  const platforms = Object.keys(document.platforms);
  const of = (at: Path, layer: Layer, on: readonly string[], kinds: readonly ReleaseKind[]): Place => {
    const pairs = on.flatMap((platform) => kinds.map((kind) => ({ platform, kind })));
    return {
      at,
      layer,
      rollouts: pairs.map(({ platform, kind }) => rolloutOf(document, platform, kind)),
      processes: [...new Set(pairs.map(({ platform, kind }) => processNameOf(document, platform, kind)))],
    };
  };
  return [
    of([], document, platforms, releaseKinds),
    ...releaseKinds.map((kind) => of(['kinds', kind], document.kinds[kind], platforms, [kind])),
    ...Object.entries(document.platforms).map(([platform, layer]) => of(['platforms', platform], layer, [platform], releaseKinds)),
    ...Object.entries(document.processes).map(([name, layer]) => ({
      ...of(['processes', name], layer, platforms, releaseKinds),
      processes: [name],
    })),
  ];
}

function checkProcesses(document: PolicyDocument): Fault[] {
  return Object.entries(document.processes).flatMap(([name, { stages: named }]) => {
    if (!named) return [];
    const path: Path = ['processes', name, 'stages'];
    const missing = neededStages.filter((stage) => !named.includes(stage));
    const order = named.map((stage) => stages.indexOf(stage));
    const unordered = order.findIndex((each, at) => at > 0 && each <= (order[at - 1] ?? 0));
    const faults: Fault[] = [];
    if (missing.length > 0)
      faults.push({
        path,
        because: `the process leaves out ${missing.join(', ')}`,
        wouldBeRight: `a process with at least ${neededStages.join(', ')}`,
      });
    if (unordered >= 0)
      faults.push({
        path: [...path, unordered],
        because: `${named[unordered]} stands after ${named[unordered - 1]}`,
        wouldBeRight: `each stage once, in this order: ${stages.join(', ')}`,
      });
    return faults;
  });
}

function checkRollouts(document: PolicyDocument): Fault[] {
  return Object.entries(document.platforms).flatMap(([platform]) => {
    const lists: { path: Path; rollout: readonly number[] }[] = [
      { path: ['platforms', platform, 'rollout'], rollout: document.platforms[platform]?.rollout ?? [] },
    ];
    for (const kind of releaseKinds) {
      const rollout = document.kinds[kind].rollout;
      if (rollout) lists.push({ path: ['kinds', kind, 'rollout'], rollout });
    }
    return lists.flatMap(({ path, rollout }) =>
      storefrontsOfPlatform(document, platform).flatMap((storefront): Fault[] => {
        const compiled = compileRollout(rollout, storefront);
        if (compiled.ok) return [];
        return [
          {
            path: [...path, rollout.indexOf(compiled.percent)],
            because: `${compiled.because} (on ${platform})`,
            wouldBeRight: compiled.wouldBeRight,
          },
        ];
      }),
    );
  });
}

function checkDefinition(document: PolicyDocument, id: string): Fault[] {
  const resolved = resolveDefinition(id, document.criteria);
  if (!resolved.ok) return resolved.faults;
  const known = Object.keys(document.platforms);
  const narrowed = (resolved.platforms ?? []).flatMap((platform, at): Fault[] =>
    known.includes(platform)
      ? []
      : [
          {
            path: ['criteria', id, 'platforms', at],
            because: `there is no platform ${shown(platform)}`,
            wouldBeRight: meant(platform, known),
          },
        ],
  );
  return [...narrowed, ...checkByPlatform(id, resolved.instance.settings, resolved.platforms ?? known, known)];
}

/** Settings that have a value for each platform name platforms that there are, and a limit has one for all on which it is judged. */
function checkByPlatform(id: string, settings: unknown, judgedOn: readonly string[], known: readonly string[]): Fault[] {
  if (typeof settings !== 'object' || settings === null) return [];
  return Object.entries(settings).flatMap(([key, written]: [string, unknown]): Fault[] => {
    const isLimit = key.startsWith('limit-per-');
    if ((!isLimit && key !== 'source') || typeof written !== 'object' || written === null) return [];
    const path = ['criteria', id, key];
    const named = Object.keys(written);
    const nowhere = named
      .filter((platform) => !known.includes(platform))
      .map((platform): Fault => {
        const because = `there is no platform ${shown(platform)}`;
        return { path: [...path, platform], at: 'key', because, wouldBeRight: meant(platform, known) };
      });
    const missing = isLimit ? judgedOn.filter((platform) => known.includes(platform) && !named.includes(platform)) : [];
    if (missing.length === 0) return nowhere;
    const because = `${id} has no limit for ${missing.join(', ')}`;
    return [
      ...nowhere,
      { path, because, wouldBeRight: 'one for each platform, one number for all, or platforms: [ … ] that it is judged on' },
    ];
  });
}

/** `before <step>`: a step by name, or a share that some rollout has. */
function checkSteps({ at, layer, rollouts, processes }: Place, document: PolicyDocument): Fault[] {
  const shares = [...new Set(rollouts.flat())].toSorted((a, b) => a - b).map((share) => `${share}%`);
  const known = [...stepNames, ...shares];
  return Object.keys(layer.before).flatMap((step): Fault[] => {
    const path = [...at, 'before', step];
    if (step === '') return [{ path, at: 'key', because: 'this does not say before which step', wouldBeRight: `before ${oneOf(known)}` }];
    if (step === 'candidate' && processes.every((name) => !hasStage(document, name, 'candidate'))) {
      return [
        {
          path,
          at: 'key',
          because: `${oneOf(processes)} has no stage candidate`,
          wouldBeRight: 'before submit, or a process with the stage candidate',
        },
      ];
    }
    if (!known.includes(step)) return [{ path, at: 'key', because: unknownStep(step, shares), wouldBeRight: meant(step, known) }];
    const twice =
      rollouts.filter((rollout) => rollout.map((share) => `${share}%`).includes(step)).length === rollouts.length &&
      rollouts.every((rollout) => aliasOf(step, rollout, layer));
    return twice
      ? [
          {
            path,
            at: 'key',
            because: `two lists of criteria stand before ${step} here`,
            wouldBeRight: 'one of them: by the share, or by before start, before raise, before finish',
          },
        ]
      : [];
  });
}

function unknownStep(step: string, shares: readonly string[]): string {
  if (/^[\d.]+ *%$/.test(step)) return `${step} is no step of the rollout`;
  return /^[\d.]+$/.test(step) && shares.includes(`${step}%`) ? `${step} has no unit` : `there is no step ${shown(step)}`;
}

/** Whether every share that the other name stands for is this one alone, so that the other list would never count. */
function aliasOf(step: string, rollout: readonly number[], layer: Layer): boolean {
  const percent = Number.parseFloat(step);
  if (percent === rollout[0]) return Object.hasOwn(layer.before, 'start');
  return percent === 100 && Object.hasOwn(layer.before, 'finish');
}

function hasStage(document: PolicyDocument, name: string, stage: Stage): boolean {
  const found = findProcess(document, name);
  return !('missing' in found) && found.stages.includes(stage);
}

function checkLists({ at, layer, processes }: Place, document: PolicyDocument): Fault[] {
  const lists: PlacedEntries[] = Object.entries(layer.before).map(([step, entries]) => ({
    path: [...at, 'before', step],
    entries,
    halts: false,
  }));
  const halts = layer['halts-while-rolling-out'];
  if (halts) lists.push({ path: [...at, 'halts-while-rolling-out'], entries: halts, halts: true });
  const faults: Fault[] = [];
  for (const [stage, entries] of Object.entries(layer['watch-while'] ?? {})) {
    lists.push({ path: [...at, 'watch-while', stage], entries, halts: false });
    if (processes.every((name) => !hasStage(document, name, stage as Stage)))
      faults.push({
        path: [...at, 'watch-while', stage],
        at: 'key',
        because: `${oneOf(processes)} has no stage ${stage}`,
        wouldBeRight: 'a stage of the process',
      });
  }
  return [...faults, ...lists.flatMap((list) => checkList(document, list))];
}

function checkList(document: PolicyDocument, { path, entries, halts }: PlacedEntries): Fault[] {
  const seen = new Set<string>();
  const faults = entriesOf(document, { at: path, entries }).flatMap(({ entry, at }): Fault[] => {
    const resolved = resolveEntry(entry, document.criteria, at);
    if (!resolved.ok) return resolved.faults;
    const { id, kind } = resolved.instance;
    const found: Fault[] = [];
    if (seen.has(id)) found.push({ path: at, because: `${id} stands in this list twice`, wouldBeRight: 'each criterion once' });
    seen.add(id);
    if (typeof entry !== 'string') found.push(...checkNarrowing(document, at, resolved.platforms));
    if (halts && neverRed.includes(kind)) {
      const because = `${kind} never turns red, so it would never halt anything`;
      found.push({ path: at, because, wouldBeRight: 'a criterion that turns red, such as { no-blocking-bugs: critical }' });
    }
    return found;
  });
  return [...checkEvery(path, entries), ...faults];
}

/** Platforms that an entry names itself; those of a definition are named where it stands. */
function checkNarrowing(document: PolicyDocument, path: Path, platforms: readonly string[] | null): Fault[] {
  const known = Object.keys(document.platforms);
  const nowhere = platforms?.filter((platform) => !known.includes(platform)) ?? [];
  return nowhere.map((platform) => ({ path, because: `there is no platform ${shown(platform)}`, wouldBeRight: meant(platform, known) }));
}

/** `{ every: kind }` must name a kind. */
function checkEvery(path: Path, entries: PlacedEntries['entries']): Fault[] {
  const kinds = criteria.map(({ kind }) => kind);
  return entries.flatMap((entry, index): Fault[] => {
    const every = everyOf(entry);
    if (every === null || kinds.includes(kindNow(every))) return [];
    return [
      { path: [...path, index, 'every'], because: `there is no kind of criterion ${shown(every)}`, wouldBeRight: meant(every, kinds) },
    ];
  });
}

/** Kinds that wait and never stop: the table of `domain.md` has no red for them. */
const neverRed: readonly string[] = ['soaked', 'window-open'];

function checkSignOffs({ at, layer }: Place, document: PolicyDocument): Fault[] {
  const named = layer['sign-offs'];
  if (!Array.isArray(named)) return [];
  const known = Object.keys(document.teams);
  return named.flatMap((team, index): Fault[] =>
    known.includes(team)
      ? []
      : [{ path: [...at, 'sign-offs', index], because: `there is no team ${shown(team)}`, wouldBeRight: meant(team, known) }],
  );
}

/** What counts for each kind of release on each platform. To work it out is most of what reading a policy takes: it is done once. */
type Used = readonly { platform: string; instances: readonly Instance[] }[];

function usedInstances(document: PolicyDocument): Used {
  return releaseKinds.flatMap((kind) =>
    Object.keys(document.platforms).map((platform) => ({
      platform,
      instances: instancesIn(trackPolicy(document, { platform, kind, revision: 0 })),
    })),
  );
}

function knownNames(document: PolicyDocument, used: Used): readonly string[] {
  const ids = used.flatMap(({ instances }) => instances.map(({ id }) => id));
  return [...new Set([...Object.keys(document.criteria), ...criteria.map(({ kind }) => kind), ...ids])];
}

function checkRows(document: PolicyDocument, known: readonly string[]): Fault[] {
  const titles = new Set<string>();
  return (document.rows ?? []).flatMap((row, at) =>
    Object.entries(row).flatMap(([title, names]) => {
      const faults = names.flatMap((name, index): Fault[] =>
        known.includes(kindNow(name))
          ? []
          : [{ path: ['rows', at, title, index], because: `no criterion is called ${shown(name)}`, wouldBeRight: meant(name, known) }],
      );
      if (titles.has(title))
        faults.push({
          path: ['rows', at, title],
          at: 'key',
          because: `a row is called ${shown(title)} already`,
          wouldBeRight: 'another title, or one row for both',
        });
      titles.add(title);
      return faults;
    }),
  );
}

/** Words of `second-approver` that stand for more than one criterion. */
const waiverWords: readonly string[] = ['unknown', 'compliance', 'rates-during-rollout'];

function checkWaivers(document: PolicyDocument, names: readonly string[]): Fault[] {
  const known = [...names, ...waiverWords];
  return document.waivers['second-approver'].flatMap((name, at): Fault[] =>
    known.includes(kindNow(name))
      ? []
      : [{ path: ['waivers', 'second-approver', at], because: `no criterion is called ${shown(name)}`, wouldBeRight: meant(name, known) }],
  );
}

/** Something must be able to halt every rollout: never silently off. */
function checkHalts(document: PolicyDocument): Fault[] {
  const unhalted = new Map<string, { path: Path; on: Set<string>; kinds: Set<string> }>();
  for (const kind of releaseKinds) {
    for (const platform of Object.keys(document.platforms)) {
      const list = haltList(sourcesOf(document, platform, kind));
      if (instancesOf(document, list, platform).some((instance) => !instance.informing)) continue;
      const path = list.at ?? [];
      const found = unhalted.get(pathInWords(path)) ?? { path, on: new Set<string>(), kinds: new Set<string>() };
      found.on.add(platform);
      found.kinds.add(kind);
      unhalted.set(pathInWords(path), found);
    }
  }
  return [...unhalted.values()].map(({ path, on, kinds }) => ({
    path,
    because: `nothing would halt a ${oneOf([...kinds])} release on ${oneOf([...on])}`,
    wouldBeRight: 'at least one criterion that is not only informing, such as { no-blocking-bugs: critical }',
  }));
}

/** Verdicts are kept by id: one id must mean one thing on a track. */
function checkIds(used: Used): Fault[] {
  return used.flatMap(({ platform, instances }) => {
    const meaning = new Map<string, string>();
    return instances.flatMap((instance): Fault[] => {
      const written = JSON.stringify(instance);
      const before = meaning.get(instance.id) ?? written;
      meaning.set(instance.id, before);
      if (before === written) return [];
      return [
        {
          path: ['criteria', instance.id],
          because: `${instance.id} means two things on ${platform}`,
          wouldBeRight: `ids of their own under ${pathInWords(['criteria'])} for both`,
        },
      ];
    });
  });
}
