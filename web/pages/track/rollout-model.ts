/** The rollout of one track as data: where it stands, its steps on a scale, its soak, and what its storefronts can and cannot do, in words. */
import type { TrackHead } from '#api/control-room.ts';
import type { Cell } from '#api/verdict.ts';
import { capabilities, storefrontKinds } from '#domain/rollout/storefronts.ts';
import type { Capabilities, StorefrontKind } from '#domain/rollout/storefronts.ts';

/** Where the first and the last share stand on the scale, in percent of its width. */
const FROM = 3;
const TO = 97;

/** The place of a share on the scale: logarithmic, because 1 % and 5 % are as far apart for a release as 20 % and 100 %. Shares below 1 % stand at its start. */
export function placeOf(percent: number): number {
  return FROM + ((TO - FROM) * Math.log10(Math.min(100, Math.max(1, percent)))) / 2;
}

export type ScaleStep = { percent: number; left: number; isStep: boolean; isReached: boolean };

/** Shares that one looks for on a scale where they are no steps. */
const marks = [1, 5, 10, 20, 50, 100];

/** The policy's steps, and marks between them where there is room. */
export function scaleOf(track: Pick<TrackHead, 'rollout' | 'percent' | 'stage'>): readonly ScaleStep[] {
  const steps = track.rollout.length === 0 ? [100] : track.rollout;
  const percent = shareOf(track);
  const between = marks.filter((mark) => steps.every((step) => Math.abs(placeOf(step) - placeOf(mark)) > 9));
  return [...steps, ...between]
    .toSorted((a, b) => a - b)
    .map((each) => ({
      percent: each,
      left: placeOf(each),
      isStep: steps.includes(each),
      isReached: steps.includes(each) && percent >= each,
    }));
}

/** The share that users receive: what was read back; 100 once it is released. */
export function shareOf(track: Pick<TrackHead, 'percent' | 'stage'>): number {
  return track.stage === 'released' || track.stage === 'completed' ? 100 : (track.percent ?? 0);
}

/** `Policy: 1%, then 100% after 24 h.` */
export function policyInWords(track: Pick<TrackHead, 'rollout'>, cells: readonly Cell[]): string {
  const steps = track.rollout.map((percent) => {
    const soak = cells.find((cell) => cell.kind === 'soaked' && cell.gates.includes(`${percent}%`))?.limit ?? null;
    return `${percent}%${soak === null ? '' : ` after ${soak.amount} ${soak.unit}`}`;
  });
  return steps.length === 0 ? 'The policy names no steps.' : `Policy: ${steps.join(', then ')}.`;
}

/** The soak before the next share: how far it is, and until when. Null where the policy asks for none. */
export function soakOf(track: Pick<TrackHead, 'next' | 'percent'>, cells: readonly Cell[]): { cell: Cell; progress: number } | null {
  if (track.next === null) return null;
  const cell = cells.find((each) => each.kind === 'soaked' && each.gates.includes(track.next ?? ''));
  return cell === undefined ? null : { cell, progress: cell.progress ?? 0 };
}

/** What the storefront can do, as sentences; then what it cannot, so that nobody looks for a button. */
export function storefrontInWords(kind: string): { can: string; cannot: string | null } {
  const known = storefrontKinds.find((each) => each === kind);
  if (known === undefined) return { can: 'Signalbox does not know what this storefront can do.', cannot: null };
  const able = capabilities[known];
  return { can: [movesOf(able), startOf(known, able)].join(' '), cannot: lacksOf(able) };
}

function movesOf(able: Capabilities): string {
  const { name, advances, halt, resume, rollBack, phases, pauseBudgetDays, haltMeans } = able;
  if (advances === 'by-itself')
    return `${name} takes a phase a day by itself: ${phases.map((phase) => `${phase}%`).join(', ')} of automatic updates. It can pause${
      pauseBudgetDays === null ? '' : `, ${pauseBudgetDays} days in total`
    }, go on, and release to all at once. ${haltMeans}`;
  const verbs = [
    ...(halt.whileRollingOut ? ['halt'] : []),
    ...(resume ? ['resume'] : []),
    'raise the share to any step',
    ...(rollBack ? ['roll back'] : []),
  ];
  const list = verbs.length > 1 ? `${verbs.slice(0, -1).join(', ')} and ${verbs.at(-1) ?? ''}` : (verbs[0] ?? '');
  return `${name} can ${list}${halt.at100 ? ', also at 100%' : ''}. ${haltMeans}`;
}

function startOf(kind: StorefrontKind, { startsOn, reviews }: Capabilities): string {
  if (startsOn === 'approval') return 'It goes live when it is approved, at any hour.';
  if (startsOn === 'console') return 'A person presses Publish in its console.';
  return reviews
    ? 'After approval it waits for our word.'
    : `${kind === 'update-feed' ? 'Nobody reviews it: it' : 'It'} starts on our word.`;
}

function lacksOf({ advances, halt, rollBack, withdraw }: Capabilities): string | null {
  const lacks = [
    ...(advances === 'by-itself' ? ['set a share of its own'] : []),
    ...(halt.at100 ? [] : ['halt at 100%']),
    ...(rollBack ? [] : ['take the update back from devices']),
    ...(withdraw ? [] : ['withdraw a submission']),
  ];
  return lacks.length === 0
    ? null
    : `It cannot ${lacks.length > 1 ? `${lacks.slice(0, -1).join(', ')} or ${lacks.at(-1) ?? ''}` : lacks[0]}.`;
}

/** `12 of 30 days of pause used`, amber from 25 on: what comes after the last day is not documented (store-rules A45). Null where it may stand for ever. */
export function pauseBudget(store: Pick<TrackHead['storefronts'][number], 'pausedDaysUsed' | 'pauseBudgetDays'>): {
  text: string;
  progress: number;
  isNear: boolean;
} | null {
  const { pausedDaysUsed: used, pauseBudgetDays: budget } = store;
  if (budget === null) return null;
  return {
    text: `${Number(used.toFixed(1))} of ${budget} days of pause used`,
    progress: budget === 0 ? 1 : Math.min(1, used / budget),
    isNear: used >= budget - 5,
  };
}
