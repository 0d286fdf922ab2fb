/** The two weeks of the release, day by day, and the week after in which it is watched. */
import { useQuery } from '@tanstack/react-query';
import type { ReleaseDetail } from '#api/releases.ts';
import { cellStateNames } from '#domain/cell-state.ts';
import { platformName } from '#domain/names.ts';
import { nightliesQuery } from '../../api/queries.ts';
import { troubleOf } from '../../api/client.ts';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { useAppTime, useRoom } from '../../parts/room.ts';
import { clockTime } from '../../util/time.ts';
import { stripOf } from './strip-model.ts';
import type { Day } from './strip-model.ts';
import styles from './strip.module.css';

/** A date of the calendar, which is the same in all zones: `Fri 27 Sep`. */
function dayName(date: string): string {
  const [weekday, day, month] = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short' })
    .formatToParts(new Date(`${date}T00:00:00.000Z`))
    .flatMap(({ type, value }) => (type === 'literal' ? [] : [value]));
  return `${weekday ?? ''} ${day ?? ''} ${(month ?? '').slice(0, 3)}`;
}

export function Strip({ release }: { release: ReleaseDetail }) {
  const { room } = useRoom();
  const now = useAppTime(60_000);
  // the plan is in the app's own days, whatever zone the viewer sees times in
  const zone = room.app.timezone;
  const read = useQuery(nightliesQuery({ app: room.app.id, version: release.version }, room.version));
  const strip = stripOf(release, read.data?.items ?? [], { now, zone, clock: (at) => clockTime(at, zone) });
  if (strip === null)
    return (
      <Panel title="Plan">
        <p className={styles.none}>
          {release.kind === 'regular'
            ? 'Nothing says when it branches: the policy has no cadence, and no time was planned.'
            : `A ${release.kind} has no train: it goes as soon as its criteria pass.`}
        </p>
      </Panel>
    );
  return (
    <Panel title="Two weeks" aside={`Days of ${zone}`}>
      {read.isError ? <ProblemNote trouble={troubleOf(read.error)} /> : null}
      <Week title="Week 1: nightlies of main" days={strip.nightlies} zone={zone} />
      <Week title="Week 2: branch to everyone" days={strip.release} zone={zone} />
      <p className={styles.watch}>
        <b>Then:</b>{' '}
        {strip.watch === null ? (
          'a week of watching, once everyone has it.'
        ) : strip.watch.until === null ? (
          <>
            everyone had it <Moment at={strip.watch.from} as="full" />; the watch has ended.
          </>
        ) : (
          <>
            watched until <Moment at={strip.watch.until} as="full" />
            {strip.watch.isOn ? ', now.' : '.'}
          </>
        )}
      </p>
    </Panel>
  );
}

function Week({ title, days, zone }: { title: string; days: readonly Day[]; zone: string }) {
  return (
    <section className={styles.week} aria-label={title}>
      <h3>{title}</h3>
      <ol>
        {days.map((day) => (
          <li
            key={day.date}
            data-today={day.isToday || undefined}
            data-past={day.isPast || undefined}
            aria-current={day.isToday ? 'date' : undefined}
          >
            <b>
              <time dateTime={day.date}>{dayName(day.date)}</time>
              {day.isToday ? <span className={styles.today}>today</span> : null}
            </b>
            {day.lamps.length === 0 ? null : (
              <ul className={styles.lamps}>
                {day.lamps.map((lamp) => (
                  <li key={lamp.platform} title={`${platformName(lamp.platform)}: ${lamp.text}`}>
                    <Lamp state={lamp.state} size={14} silent />
                    <span className={styles.letters}>{platformName(lamp.platform)}</span>
                    <span className="sr-only">
                      {' '}
                      {cellStateNames[lamp.state]}, {lamp.text}
                    </span>
                    {lamp.note === null ? null : (
                      <span className={styles.mended} aria-hidden>
                        {lamp.note}
                      </span>
                    )}
                  </li>
                ))}
              </ul>
            )}
            {day.milestones.map((milestone) => (
              <p key={milestone.name} className={styles.milestone} data-done={milestone.reached === milestone.of || undefined}>
                <b>{milestone.name}</b>
                <time dateTime={milestone.at}>{clockTime(milestone.at, zone)}</time>
                <span>
                  {milestone.reached} of {milestone.of} there
                </span>
              </p>
            ))}
          </li>
        ))}
      </ol>
    </section>
  );
}
