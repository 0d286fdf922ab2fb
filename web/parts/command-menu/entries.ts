/** What the command menu offers: where one may go, and what one may do, in words; and how what is typed finds it. */
import { haltable, stageAllows } from '#domain/release/can.ts';
import { platformName } from '#domain/names.ts';
import { cellStateNames } from '#domain/cell-state.ts';
import type { ControlRoom } from '#api/control-room.ts';
import { may } from '../../api/authority.ts';
import type { Me } from '../../api/authority.ts';
import type { IconName } from '../../ui/Icon.tsx';
import type { Ask } from '../commands/ask.ts';
import { stopsToClear } from '../rate/rate-words.ts';
import { leadTrack } from '../lead-track.ts';
import { pagesOf, settingsNames } from '../shell/navigation.ts';

export type Entry = {
  /** Kept among the recent ones, so it is the same on every visit. */
  id: string;
  group: 'Recent' | 'Actions' | 'Pages' | 'Releases and tracks' | 'Criteria' | 'Bugs' | 'Apps';
  label: string;
  /** What is said beside it: its state, or where it is. */
  note: string | null;
  icon: IconName;
  act: { is: 'go'; to: string; search?: { app: string } | undefined } | { is: 'ask'; ask: Ask };
};

type Order = Extract<Ask, { is: 'halt' | 'resume' | 'cancel' | 'withdraw' | 'submit' | 'start' | 'raise' | 'cut' }>['is'];

const orders: readonly { is: Order; words: (name: string) => string; icon: IconName }[] = [
  { is: 'halt', words: (name) => `Halt rollout of ${name}…`, icon: 'halt' },
  { is: 'resume', words: (name) => `Resume rollout of ${name}…`, icon: 'play' },
  { is: 'submit', words: (name) => `Submit ${name}…`, icon: 'store' },
  { is: 'start', words: (name) => `Start rollout of ${name}…`, icon: 'play' },
  { is: 'raise', words: (name) => `Raise rollout of ${name}…`, icon: 'play' },
  { is: 'withdraw', words: (name) => `Withdraw ${name} from review…`, icon: 'back' },
  { is: 'cut', words: (name) => `Cut the branch of ${name}…`, icon: 'merge' },
  { is: 'cancel', words: (name) => `Cancel ${name}…`, icon: 'cross' },
];

/** Everything that this person may go to or do in the app now. */
export function entriesOf(room: ControlRoom, me: Me): readonly Entry[] {
  const nameOf = (track: { platform: string; version: string }): string => `${platformName(track.platform)} ${track.version}`;
  const pages: Entry[] = pagesOf(room, me).map(({ id, label, icon, to, search, count }) => ({
    id: `page ${id}`,
    group: 'Pages',
    label,
    note: count === null ? null : `${count.value} ${count.what}`,
    icon,
    act: { is: 'go', to, search },
  }));
  const settings: Entry[] = Object.entries(settingsNames).map(([id, label]) => ({
    id: `settings ${id}`,
    group: 'Pages',
    label: `Settings: ${label}`,
    note: null,
    icon: 'settings',
    act: { is: 'go', to: `/settings/${id}`, search: { app: room.app.id } },
  }));
  const setUp: Entry = {
    id: 'page set-up',
    group: 'Pages',
    label: 'Set-up',
    note: null,
    icon: 'plug',
    act: { is: 'go', to: `/${room.app.id}/set-up` },
  };
  const base = `/${room.app.id}`;
  const releases: Entry[] = room.releases.map(({ version, part }) => ({
    id: `release ${version}`,
    group: 'Releases and tracks',
    label: `Release ${version}`,
    note: part,
    icon: 'tag',
    act: { is: 'go', to: `${base}/${version}` },
  }));
  const tracks: Entry[] = room.tracks.map((track) => ({
    id: `track ${track.id}`,
    group: 'Releases and tracks',
    label: nameOf(track),
    note: track.signal.text === '' ? track.station : `${track.station}, ${track.signal.text}`,
    icon: 'room',
    act: { is: 'go', to: `${base}/${track.version}/${track.platform}` },
  }));
  const cells = room.cells.flatMap((cell) => {
    const track = room.tracks.find(({ id }) => id === cell.track);
    return track === undefined ? [] : [{ cell, track }];
  });
  const criteria: Entry[] = cells.map(({ cell, track }) => ({
    id: `cell ${cell.track} ${cell.instance}`,
    group: 'Criteria',
    label: `${cell.title}, ${nameOf(track)}`,
    note: `${cellStateNames[cell.state]}: ${cell.headline}`,
    icon: 'filter',
    act: { is: 'go', to: `${base}/${track.version}/${track.platform}/${encodeURIComponent(cell.instance)}` },
  }));
  return [...actionsOf(room, me, cells, nameOf), ...pages, ...settings, setUp, ...releases, ...tracks, ...criteria];
}

function actionsOf(
  room: ControlRoom,
  me: Me,
  cells: readonly { cell: ControlRoom['cells'][number]; track: ControlRoom['tracks'][number] }[],
  nameOf: (track: ControlRoom['tracks'][number]) => string,
): readonly Entry[] {
  const given = room.tracks.flatMap((track) =>
    orders
      .filter(({ is }) => may(me, is) && (is === 'halt' ? haltable(track.stage, track.storefronts) : stageAllows(track.stage, is)))
      .map(({ is, words, icon }): Entry => ({
        id: `${is} ${track.id}`,
        group: 'Actions',
        label: words(nameOf(track)),
        note: track.station,
        icon,
        act: { is: 'ask', ask: { is, track } },
      })),
  );
  const waivers = cells
    .filter(({ cell }) => cell.waivable && cell.waiver === null && cell.state !== 'clear' && cell.neededNow && may(me, 'ask-waiver'))
    .map(({ cell, track }): Entry => ({
      id: `waive ${track.id} ${cell.instance}`,
      group: 'Actions',
      label: `Waive ${cell.title} on ${nameOf(track)}…`,
      note: cell.headline,
      icon: 'shield',
      act: { is: 'ask', ask: { is: 'waive', track, cell } },
    }));
  const stops = cells
    .filter(({ cell, track }) => may(me, 'clear-red') && stopsToClear([cell], track.stage).length > 0)
    .map(({ cell, track }): Entry => ({
      id: `clear-red ${track.id} ${cell.instance}`,
      group: 'Actions',
      label: `Clear the stop of ${cell.title} on ${nameOf(track)}…`,
      note: cell.headline,
      icon: 'check',
      act: { is: 'ask', ask: { is: 'clear-red', track, cell } },
    }));
  const first = leadTrack(room);
  const isPaused = room.app.robotPaused !== null;
  const kind = isPaused ? 'unpause-robot' : 'pause-robot';
  const robot: readonly Entry[] =
    first !== null && may(me, kind)
      ? [
          {
            id: kind,
            group: 'Actions',
            label: isPaused ? 'Let the robot go on…' : 'Pause robot…',
            note: room.app.name,
            icon: 'robot',
            act: { is: 'ask', ask: { is: kind, track: first, scope: 'app' } },
          },
        ]
      : [];
  // seldom wanted: after all that moves a release
  const corrections = may(me, 'correct')
    ? room.tracks.map((track): Entry => ({
        id: `correct ${track.id}`,
        group: 'Actions',
        label: `Correct the history of ${nameOf(track)}…`,
        note: track.station,
        icon: 'clock',
        act: { is: 'ask', ask: { is: 'correct', track } },
      }))
    : [];
  return [...given, ...stops, ...waivers, ...robot, ...corrections];
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '');

/**
 * The entries that hold every word of what was typed, the nearest first: those whose words begin so before those that only hold it. Nothing typed: the recent ones,
 * then actions and pages.
 */
export function found(entries: readonly Entry[], typed: string, recent: readonly string[]): readonly Entry[] {
  const words = plain(typed)
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) {
    const again = recent.flatMap((id) => entries.find((entry) => entry.id === id) ?? []);
    return [
      ...again.slice(0, 5).map((entry) => ({ ...entry, group: 'Recent' as const })),
      ...entries.filter(({ group, id }) => (group === 'Actions' || group === 'Pages') && !recent.slice(0, 5).includes(id)),
    ];
  }
  const ranked = entries.flatMap((entry) => {
    const text = plain(`${entry.label} ${entry.note ?? ''}`);
    if (!words.every((word) => text.includes(word))) return [];
    const label = plain(entry.label);
    const begins = words.filter((word) => label.split(/[^\p{L}\p{N}.-]+/u).some((part) => part.startsWith(word))).length;
    return [
      { entry, rank: (label.startsWith(words[0] ?? '') ? 2 : 0) + begins * 2 + (words.every((word) => label.includes(word)) ? 1 : 0) },
    ];
  });
  const best = new Map<Entry['group'], number>();
  for (const { entry, rank } of ranked) best.set(entry.group, Math.max(best.get(entry.group) ?? 0, rank));
  return ranked
    .toSorted(
      (a, b) => (best.get(b.entry.group) ?? 0) - (best.get(a.entry.group) ?? 0) || order(a.entry) - order(b.entry) || b.rank - a.rank,
    )
    .map(({ entry }) => entry);
}

const groups: readonly Entry['group'][] = ['Recent', 'Actions', 'Pages', 'Releases and tracks', 'Bugs', 'Criteria', 'Apps'];
const order = (entry: Entry): number => groups.indexOf(entry.group);

/** The entry that was taken goes to the front of the recent ones. */
export function remembered(recent: readonly string[], id: string): readonly string[] {
  return [id, ...recent.filter((each) => each !== id)].slice(0, 8);
}
