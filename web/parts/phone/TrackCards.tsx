/** The room on a phone: one card for each track, the one that needs someone first and open. Same contents as the frame, in the same order. */
import { Link } from '@tanstack/react-router';
import type { TrackHead } from '#api/control-room.ts';
import { platformName } from '#domain/names.ts';
import type { CellState } from '#domain/cell-state.ts';
import { Icon, platformIcon } from '../../ui/Icon.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { shortLength } from '../../util/time.ts';
import { asideOf, headlineOf, nextShort, secondLine, spokenCell } from '../frame/frame-model.ts';
import type { Frame, Slot } from '../frame/frame-model.ts';
import { paramsOf, useAppTime } from '../room.ts';
import { placeInWords } from '../track-lines/stations.ts';
import { MiniLine } from '../track-lines/MiniLine.tsx';
import { cardsOf } from './cards-model.ts';
import type { Card } from './cards-model.ts';
import styles from './TrackCards.module.css';

const signalState: Readonly<Record<TrackHead['signal']['is'], CellState>> = {
  held: 'stop',
  blind: 'unknown',
  waits: 'caution',
  clear: 'clear',
  none: 'clear',
};

export function TrackCards({ frame }: { frame: Frame }) {
  const cards = cardsOf(frame);
  const isMany = new Set(cards.map(({ band }) => band.release.version)).size > 1;
  return (
    <div className={styles.cards}>
      {cards.map((card, at) => (
        <TrackCard key={card.track.id} card={card} isFirst={at === 0} withVersion={isMany} />
      ))}
    </div>
  );
}

function TrackCard({ card: { track, rows }, isFirst, withVersion }: { card: Card; isFirst: boolean; withVersion: boolean }) {
  const now = useAppTime();
  const telling = rows.filter(({ slot }) => slot.first.holds !== null || slot.first.state === 'stop' || slot.first.state === 'waived');
  const rest = rows.filter((row) => !telling.includes(row));
  return (
    <section className={styles.card} aria-label={`${platformName(track.platform)} ${track.version}`}>
      <Link to="/$app/$version/$platform" params={paramsOf(track)} className={styles.head}>
        <Icon name={platformIcon(track.platform)} size={20} />
        <b>
          {platformName(track.platform)}
          {withVersion ? ` ${track.version}` : ''}
        </b>
        <span>
          {placeInWords(track)}, {shortLength(Date.parse(now) - Date.parse(track.since))}
        </span>
      </Link>
      <MiniLine track={track} />
      {isFirst ? telling.map((row) => <RowLink key={row.title} track={track} {...row} />) : null}
      <details className={styles.details} open={isFirst && telling.length === 0}>
        <summary>
          <Lamp state={isFirst && telling.length > 0 ? 'clear' : signalState[track.signal.is]} silent />
          <span>{isFirst && telling.length > 0 ? passWords(track, rest.length) : shortOf(track, telling, rest.length)}</span>
        </summary>
        {(isFirst ? rest : rows).map((row) => (
          <RowLink key={row.title} track={track} {...row} />
        ))}
      </details>
    </section>
  );
}

/** `1 open` and `RC 4 building` stay; `Live at 1%` goes on a sentence. */
const lowerWord = (words: string): string => (/^[A-Z][a-z]/.test(words) ? `${words.charAt(0).toLowerCase()}${words.slice(1)}` : words);

function passWords(track: TrackHead, others: number): string {
  if (track.needed > 0) return `${track.passing} of ${track.needed} pass, all criteria`;
  return others === 0 ? 'Nothing is judged yet' : `${others} other criteria`;
}

/** A closed card in one line: `2 hold 100%: ANRs, ITGC reporting`, `7 of 7 pass, waits for the App Store`. */
function shortOf(track: TrackHead, telling: Card['rows'], others: number): string {
  const holds = telling.filter(({ slot }) => slot.first.holds !== null).map(({ title }) => title);
  if (holds.length > 0 && track.next !== null)
    return `${holds.length} ${holds.length === 1 ? 'holds' : 'hold'} ${nextShort(track.next)}: ${holds.slice(0, 3).join(', ')}${holds.length > 3 ? ' …' : ''}`;
  const waits = track.stage === 'in-review' ? `, waits for ${track.storefronts.map(({ name }) => name).join(' and ') || 'the store'}` : '';
  return track.needed === 0 ? passWords(track, others) : `${track.passing} of ${track.needed} pass${waits}`;
}

function RowLink({ track, title, slot }: { track: TrackHead; title: string; slot: Slot }) {
  const now = useAppTime();
  const { first } = slot;
  const limit = asideOf(first);
  return (
    <Link
      to="/$app/$version/$platform/$instance"
      params={{ ...paramsOf(track), instance: first.instance }}
      search={(old) => old}
      className={styles.row}
      data-state={first.state}
      data-hold={first.holds !== null || undefined}
      aria-label={spokenCell(track, title, slot, now)}
    >
      <Lamp state={first.state} silent />
      <span>
        <b>
          {title} {lowerWord(headlineOf(first, track))}
        </b>{' '}
        {limit === null ? null : <span className={styles.soft}>{limit}</span>}
        <span className={styles.why}>{secondLine(slot, track)}</span>
      </span>
      <span className={styles.arrow} aria-hidden="true">
        ›
      </span>
    </Link>
  );
}
