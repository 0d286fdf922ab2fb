import { expect, test } from 'vitest';
import type { TrackHead } from '#api/control-room.ts';
import type { Band } from '../frame/frame-model.ts';
import { head, release, wentBack } from '../track-lines/fixture.ts';
import { cardsOf } from './cards-model.ts';

const band = (version: string, part: Band['release']['part'], tracks: readonly TrackHead[], rows: Band['rows'] = []): Band => ({
  release: release({ version, part }),
  tracks,
  rows,
  isWhole: part === 'current',
});
const held = { is: 'held', count: 1, text: 'Held by 1' } as const;

test('a phone shows the track that needs someone first, then the others of its release, then the upcoming one', () => {
  const [android, ios, desktop] = [
    head(),
    wentBack(),
    head({ id: 'music/8.9.2/desktop', signal: { is: 'blind', count: 1, text: 'Blind' } }),
  ];
  const nightly = head({ id: 'music/8.9.3/desktop', version: '8.9.3', signal: held });
  const quiet = head({ id: 'music/8.9.1/ios', version: '8.9.1', stage: 'released' });
  const cards = cardsOf({
    platforms: [],
    bands: [band('8.9.2', 'current', [android, ios, desktop]), band('8.9.3', 'upcoming', [nightly]), band('8.9.1', 'watched', [quiet])],
  });
  expect(cards.map(({ track }) => track.id)).toEqual([ios.id, android.id, desktop.id, nightly.id]);
});
