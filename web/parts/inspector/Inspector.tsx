/** One criterion of one track, with every field, and what can be done about it. */
import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { TrackHead } from '#api/control-room.ts';
import type { z } from 'zod';
import type { Cell, verdictChange } from '#api/verdict.ts';
import { cellStateNames } from '#domain/cell-state.ts';
import { platformName, stepInWords } from '#domain/names.ts';
import { stageAllows } from '#domain/release/can.ts';
import type { Step } from '#domain/release/track.ts';
import { inWords } from '#domain/time.ts';
import { Button, IconButton, Key, buttonClasses } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Progress, RangeMark } from '../../ui/Progress.tsx';
import { minutesText, momentText } from '../../util/time.ts';
import { isBy, may, whoMay } from '../../api/authority.ts';
import { historyQuery } from '../../api/queries.ts';
import { useAsk } from '../commands/ask.ts';
import { useKeys } from '../../hooks/useKeys.ts';
import { say } from '../shell/announce.ts';
import { asideOf, figure, headlineOf, nextShort, trueStates } from '../frame/frame-model.ts';
import { Moment } from '../Moment.tsx';
import { paramsOf, useAppTime, useMe, useZone } from '../room.ts';
import { RateRows } from '../rate/RateRows.tsx';
import { rateRows, stopsToClear } from '../rate/rate-words.ts';
import { Bugs, SignOffs, Ticks } from './KindParts.tsx';
import styles from './Inspector.module.css';

export function Inspector({
  track,
  cell,
  row,
  others,
  onClose,
}: {
  track: TrackHead;
  cell: Cell;
  row: string;
  others: readonly Cell[];
  onClose: () => void;
}) {
  return (
    <section className={styles.panel} aria-labelledby="inspected" data-inspector>
      <div className={styles.top}>
        <p className={styles.eyebrow}>
          <Link to="/$app/$version/$platform" params={paramsOf(track)} search={(old) => old} className={styles.up}>
            {platformName(track.platform)} {track.version}
          </Link>{' '}
          · {row}
        </p>
        <IconButton label="Close (Esc)" onClick={onClose}>
          <Icon name="cross" />
        </IconButton>
      </div>
      <Value track={track} cell={cell} row={row} />
      {cell.range !== null && cell.limit !== null && cell.value !== null && cell.limitIs === 'at-most' ? (
        <RangeMark range={[cell.range[0] ?? 0, cell.range[1] ?? 0]} limit={cell.limit.amount} value={cell.value.amount} tone={cell.state} />
      ) : cell.progress === null || cell.state === 'clear' || cell.state === 'not-needed-yet' ? null : (
        <Progress value={cell.progress} tone="warn" />
      )}
      <Fields track={track} cell={cell} />
      <Acts track={track} cell={cell} />
      {cell.waiver === null ? null : <WaiverPart track={track} cell={cell} />}
      {cell.kind === 'signed-off' ? <SignOffs track={track} /> : null}
      {cell.kind === 'no-blocking-bugs' || cell.kind === 'triage-empty' ? <Bugs track={track} kind={cell.kind} /> : null}
      {cell.kind === 'approved-by' || cell.kind === 'manual' ? <Ticks track={track} cell={cell} /> : null}
      {others.length === 0 ? null : <OthersOfRow cells={others} track={track} />}
    </section>
  );
}

/** What stands before which step, softly behind the value: `limit 0, holds Submit`. */
function standing(cell: Cell): string {
  const steps = (gates: readonly string[]): string => gates.map(nextShort).join(', ');
  if (cell.holds !== null) return `holds ${nextShort(cell.holds)}`;
  if (cell.informing) return 'shown only, holds nothing';
  if (cell.gates.length === 0) return 'watched, holds no step';
  return cell.neededNow ? `before ${steps(cell.gates)}, holds nothing now` : `before ${steps(cell.gates)}`;
}

function Value({ track, cell, row }: { track: TrackHead; cell: Cell; row: string }) {
  const headline = headlineOf(cell, track);
  return (
    <>
      <h2 id="inspected" className={cell.title === row ? 'sr-only' : styles.title}>
        {cell.title}
      </h2>
      <p className={styles.big} data-state={cell.state}>
        <Lamp state={cell.state} size={20} />
        <b>{headline}</b>
        <span>
          {cell.state === 'waived' ? (
            <span className={styles.true}>
              <Lamp state={trueStates[cell.colour]} size={14} /> {cell.headline}
            </span>
          ) : cell.headline === headline ? null : (
            cell.headline
          )}
          {cell.headline === headline ? '' : ', '}
          {[asideOf(cell), standing(cell)].filter((part) => part !== null && part !== '').join(', ')}
        </span>
      </p>
    </>
  );
}

type VerdictChange = z.infer<typeof verdictChange>;

function Field({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

const quantity = ({ amount, unit }: { amount: number; unit: string }): string => `${figure(amount)}${unit === '' ? '' : ` ${unit}`}`;

/** The reason, with the tickets, builds and runs that it names as links to where they can be seen. */
function Why({ cell }: { cell: Cell }) {
  const linked = cell.evidence.flatMap(({ label, url }) => {
    const [name = ''] = label.split(/[ ,(]/u);
    return url !== null && name.length > 2 && cell.because.includes(name) ? [{ name, url }] : [];
  });
  const first = linked.toSorted((a, b) => cell.because.indexOf(a.name) - cell.because.indexOf(b.name));
  let rest = cell.because;
  const parts: ReactNode[] = [];
  for (const { name, url } of first) {
    const at = rest.indexOf(name);
    if (at === -1) continue;
    parts.push(rest.slice(0, at));
    parts.push(
      <a key={`${name} ${parts.length}`} className="link" href={url} rel="noreferrer" target="_blank">
        {name}
      </a>,
    );
    rest = rest.slice(at + name.length);
  }
  return (
    <>
      {parts}
      {rest}
    </>
  );
}

/** Value, limit and what they rest on; of health the whole of it. */
function Numbers({ cell }: { cell: Cell }) {
  const now = useAppTime(60_000);
  const isUsage = cell.limitIs === 'at-least';
  const rate = cell.rate ?? null;
  const isRate = rate !== null;
  return (
    <>
      {isRate && !isUsage ? null : (
        <>
          {cell.value === null || (cell.sample === null && !isRate) ? null : <Field name="Value">{quantity(cell.value)}</Field>}
          {cell.limit === null || (cell.sample === null && !isRate) ? null : (
            <Field name="Limit">
              {isUsage ? 'at least ' : 'at most '}
              {quantity(cell.limit)}
            </Field>
          )}
        </>
      )}
      {isRate ? (
        <RateRows rows={rateRows(rate, now, isUsage)} />
      ) : (
        <>
          {cell.range === null ? null : <Field name="Range">{cell.range.map(figure).join('–')}</Field>}
          {cell.sample === null ? null : <Field name="Sample">{quantity(cell.sample)}</Field>}
          {cell.baseline === null ? null : <Field name="Before">{quantity(cell.baseline)} in the previous release at this age</Field>}
        </>
      )}
    </>
  );
}

function Fields({ track, cell }: { track: TrackHead; cell: Cell }) {
  const now = useAppTime();
  return (
    <dl className={styles.fields}>
      <Field name="Why">
        <Why cell={cell} />
      </Field>
      <Numbers cell={cell} />
      <Field name="Turns green">
        {cell.turnsGreen ?? (cell.state === 'clear' ? 'It is green.' : 'Nothing is known that would turn it green.')}
      </Field>
      <Field name="Who">
        {cell.who.length === 0 ? (
          <span>{cell.state === 'clear' ? 'Nobody is needed.' : 'Nobody is named; the release manager decides.'}</span>
        ) : (
          cell.who.map((who) => (
            <span key={`${who.kind} ${who.name}`} className={styles.person}>
              {who.name}
              {who.contact === null ? '' : `, ${who.contact}`} <span className={styles.soft}>{who.what}</span>
            </span>
          ))
        )}
        {cell.waivable && cell.state !== 'clear' ? <span className={styles.soft}>May be waived by a {whoMay('waive')}.</span> : null}
      </Field>
      {cell.dueAt === null ? null : (
        <Field name="Due">
          <Moment at={cell.dueAt} as="full" />{' '}
          <span className={styles.soft}>
            (
            {cell.dueAt > now
              ? `in ${inWords(Date.parse(cell.dueAt) - Date.parse(now))}`
              : `${inWords(Date.parse(now) - Date.parse(cell.dueAt))} ago`}
            )
          </span>
        </Field>
      )}
      <Field name="Since">
        <Moment at={cell.since} as="full" /> <span className={styles.soft}>({inWords(Date.parse(now) - Date.parse(cell.since))})</span>
        <History track={track} cell={cell} now={now} />
      </Field>
      <Field name="Source">
        <Sources cell={cell} />
      </Field>
    </dl>
  );
}

function Sources({ cell }: { cell: Cell }) {
  return (
    <>
      {cell.sourceNames.length === 0 ? 'Signalbox itself' : cell.sourceNames.join(', ')}
      {!cell.setUp ? (
        <span className={styles.soft}> Not connected; the policy does not require it.</span>
      ) : cell.readAt === null ? (
        <span className={styles.soft}> Live: it is held here, and never stale.</span>
      ) : (
        <span className={styles.soft}>
          {' '}
          Read <Moment at={cell.readAt} as="ago" />
          {cell.freshForMinutes === null ? '' : `, fresh for ${minutesText(cell.freshForMinutes)}`}
          {cell.nextReadAt === null ? '' : ', next read '}
          {cell.nextReadAt === null ? null : <Moment at={cell.nextReadAt} />}.
        </span>
      )}
      {cell.evidence.length === 0 ? null : (
        <ul className={styles.evidence}>
          {cell.evidence.map((evidence) => (
            <li key={`${evidence.kind} ${evidence.label} ${evidence.at ?? ''}`}>
              {evidence.url === null ? (
                evidence.label
              ) : (
                <a className="link" href={evidence.url} rel="noreferrer" target="_blank" data-source>
                  {evidence.label}
                </a>
              )}
              {evidence.at === null ? null : (
                <span className={styles.soft}>
                  {' '}
                  <Moment at={evidence.at} />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** The colours since the track began, as a strip in proportion to time; the list under it says the same in words. */
function History({ track, cell, now }: { track: TrackHead; cell: Cell; now: string }) {
  const zone = useZone();
  const history = useQuery(historyQuery({ ...paramsOf(track), instance: cell.instance }, cell.since));
  const changes = (history.data?.items ?? []).toReversed();
  const [first] = changes;
  if (first === undefined) return null;
  const from = Date.parse(first.at);
  const whole = Math.max(1, Date.parse(now) - from);
  const spans = changes.map((change, at) => ({
    change,
    share: Math.max(0, (Date.parse(changes[at + 1]?.at ?? now) - Date.parse(change.at)) / whole),
  }));
  return (
    <figure className={styles.history}>
      <div className={styles.strip} aria-hidden="true">
        {spans.map(({ change, share }) => (
          <i
            key={change.id}
            data-colour={change.to}
            style={{ flexGrow: share, minWidth: 2 }}
            title={`${change.headline}: ${change.because}`}
          />
        ))}
      </div>
      <div className={styles.ends} aria-hidden="true">
        <span>{momentText(first.at, now, zone)}</span>
        <span>now</span>
      </div>
      <figcaption className="sr-only">{historyInWords(changes)}</figcaption>
    </figure>
  );
}

function historyInWords(changes: readonly VerdictChange[]): string {
  const told = changes
    .slice(-6)
    .map((change) => `${cellStateNames[trueStates[change.to]]} from ${change.at.slice(0, 16).replace('T', ' ')} UTC`);
  return `${changes.length} ${changes.length === 1 ? 'state' : 'states'} so far. ${told.join('; ')}.`;
}

function WaiverPart({ track, cell }: { track: TrackHead; cell: Cell }) {
  const now = useAppTime();
  const zone = useZone();
  const me = useMe();
  const ask = useAsk();
  const { waiver } = cell;
  if (waiver === null) return null;
  const until =
    waiver.untilAt !== null
      ? `until ${momentText(waiver.untilAt, now, zone)}`
      : waiver.untilStep === null
        ? ''
        : `until ${stepInWords(waiver.untilStep as Step)}`;
  const isAsked = waiver.state === 'asked';
  const isOwn = isBy(me, waiver.askedBy);
  const ends = waiver.endsIf.map((each) => (each === 'new-candidate' ? 'a new final candidate' : 'a worse colour'));
  return (
    <div className={styles.waiver}>
      <Lamp state="waived" silent />
      <div>
        <b>
          {waiver.state === 'asked'
            ? 'Waiver asked, waits for approval'
            : waiver.state === 'active'
              ? `Waived by ${waiver.askedBy}`
              : `Waiver ${waiver.state}`}
        </b>
        <p>
          “{waiver.reason}” ({waiver.category.replaceAll('-', ' ')}
          {waiver.approvedBy === null ? '' : `, approved by ${waiver.approvedBy}`})
        </p>
        <p className={styles.soft}>
          Holds {until}
          {ends.length === 0 ? '' : `; ends at once at ${ends.join(' or ')}`}
          {waiver.ended === null ? '' : `. Ended: ${waiver.ended.why}`}.
        </p>
        <div className={styles.acts}>
          {isAsked && !isOwn && may(me, 'approve-waiver') ? (
            <Button size="small" onClick={() => ask({ is: 'approve-waiver', track, waiver })}>
              Approve…
            </Button>
          ) : null}
          {(waiver.state === 'active' || isAsked) && may(me, 'revoke-waiver') ? (
            <Button size="small" onClick={() => ask({ is: 'revoke-waiver', track, waiver })}>
              Revoke…
            </Button>
          ) : null}
        </div>
        {isAsked && (isOwn || !may(me, 'approve-waiver')) ? (
          <p className={styles.soft}>
            {isOwn
              ? `You asked for it; somebody else approves it: a ${whoMay('approve-waiver')}.`
              : `A ${whoMay('approve-waiver')} approves it.`}
          </p>
        ) : null}
      </div>
    </div>
  );
}

/** What can be done here: nudge, waive or change a decision, and the source; and why not, where it cannot. */
function Acts({ track, cell }: { track: TrackHead; cell: Cell }) {
  const me = useMe();
  const ask = useAsk();
  const whom = cell.who[0] ?? null;
  const source = cell.evidence.find(({ url }) => url !== null)?.url ?? null;
  const isWaiting = !cell.passes && cell.state !== 'not-needed-yet';
  const isOpen = cell.waiver?.state === 'active' || cell.waiver?.state === 'asked';
  const canWaive = may(me, 'waive');
  const isStopped = stopsToClear([cell], track.stage).length > 0;
  const canClear = may(me, 'clear-red');
  const canNudge = isWaiting && whom !== null && whom.kind !== 'robot' && may(me, 'nudge');
  const nudge = (): void => {
    if (whom !== null) ask({ is: 'nudge', track, whom: whom.name, instance: cell.instance, team: null });
  };
  useKeys({ n: () => (canNudge ? nudge() : say(`${cell.title} waits for nobody who could be nudged.`)) });
  const isWaivable = cell.waivable && cell.state !== 'clear' && cell.state !== 'not-set-up' && !isOpen && stageAllows(track.stage, 'waive');
  return (
    <>
      <div className={styles.acts}>
        {canNudge ? (
          <Button onClick={nudge} data-act="nudge">
            Nudge… <Key>N</Key>
          </Button>
        ) : null}
        {isWaivable && (canWaive || may(me, 'ask-waiver')) ? (
          <Button onClick={() => ask({ is: 'waive', track, cell })}>
            {canWaive ? 'Waive…' : 'Ask for a waiver…'} <Key>W</Key>
          </Button>
        ) : null}
        {isStopped && canClear ? <Button onClick={() => ask({ is: 'clear-red', track, cell })}>Clear this stop…</Button> : null}
        {source === null ? null : (
          <a className={buttonClasses({})} href={source} rel="noreferrer" target="_blank">
            Open source <Key>O</Key>
          </a>
        )}
        {cell.kind === 'no-blocking-bugs' && may(me, 'nominate-bug') && stageAllows(track.stage, 'nominate-bug') ? (
          <Button onClick={() => ask({ is: 'nominate-bug', track, bug: null })}>Nominate a bug…</Button>
        ) : null}
        {cell.kind === 'latest-build-complete' && may(me, 'ask-cherry-pick') && stageAllows(track.stage, 'ask-cherry-pick') ? (
          <Button onClick={() => ask({ is: 'ask-cherry-pick', track })}>Ask for a cherry-pick…</Button>
        ) : null}
      </div>
      {isWaiting && !cell.waivable ? (
        <p className={styles.note}>
          {cell.kind === 'no-blocking-bugs'
            ? 'This is never waived: the decision on the bug is changed instead, so that bug and criterion cannot disagree.'
            : 'This is never waived.'}
        </p>
      ) : isWaivable && !canWaive && !may(me, 'ask-waiver') ? (
        <p className={styles.note}>It may be waived by a {whoMay('waive')}.</p>
      ) : null}
      {isStopped && !canClear ? <p className={styles.note}>This stop stays until a {whoMay('clear-red')} clears it.</p> : null}
    </>
  );
}

function OthersOfRow({ cells, track }: { cells: readonly Cell[]; track: TrackHead }) {
  return (
    <nav className={styles.others} aria-label="Other criteria of this row">
      <h3>In the same row</h3>
      <ul>
        {cells.map((cell) => (
          <li key={cell.instance}>
            <Link to="/$app/$version/$platform/$instance" params={{ ...paramsOf(track), instance: cell.instance }} search={(old) => old}>
              <Lamp state={cell.state} />
              <span>
                <b>{cell.title}</b> <span className={styles.soft}>{headlineOf(cell)}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
