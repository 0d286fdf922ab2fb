import { useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client, troubleOf } from '../../api/client.ts';
import { controlRoomQuery, sampleQuery } from '../../api/queries.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { headerClock, momentText } from '../../util/time.ts';
import { useAppTime, useMe, useRoom, useZone } from '../room.ts';
import { say } from './announce.ts';
import styles from './Shell.module.css';

/** Moments worth a look, as the clock of the story's home shows them. */
const moments = [
  ['2024-09-27T09:20', 'Branched: the branches are cut'],
  ['2024-09-30T21:30', 'A blocker is found in the evening'],
  ['2024-10-01T08:30', 'Android reaches 1%'],
  ['2024-10-01T14:20', 'One track is held, one waits, one is blind'],
  ['2024-10-02T09:00', 'Android reaches 100%'],
  ['2024-10-03T12:00', 'The last track follows'],
] as const;

/** On every page of a sample app: that nothing here is real, what its time does, and, for who may, how to move it. */
export function SampleBar() {
  const { room } = useRoom();
  const me = useMe();
  const now = useAppTime(1_000);
  const zone = useZone();
  if (!room.app.sample) return null;
  const { speed } = room.app.clock;
  const time = headerClock(now, zone);
  return (
    <section className={styles.sampleBar} aria-label="Sample data">
      <Icon name="info" />
      <span>
        <b>Sample data:</b> an invented release and invented people.{' '}
        {speed === 0 ? `Time stands at ${time}.` : speed === 1 ? 'Time passes as yours.' : `Time passes ${speed} times as fast as yours.`}
      </span>
      {me.isAdmin ? <Controls /> : null}
    </section>
  );
}

/** Plays, stops, and goes to a moment; what the server says while it plays stands in their place. */
function Controls() {
  const { room } = useRoom();
  const cache = useQueryClient();
  const zone = useZone();
  const now = useAppTime();
  const [line, setLine] = useState<string | null>(null);
  const story = useQuery(sampleQuery);
  const next = story.data?.samples.find(({ app }) => app === room.app.id)?.next ?? null;
  const move = useMutation({
    mutationFn: (body: { at?: string; speed?: number }) =>
      client.moveSample({ params: { app: room.app.id }, body, onLine: (told) => setLine((told as { text: string }).text) }),
    onSuccess: (last) => {
      if (last.is === 'refused') say(`${last.text}${last.right === null || last.right === undefined ? '' : `: ${last.right}`}`);
      void cache.refetchQueries({ queryKey: controlRoomQuery(room.app.id).queryKey });
      void cache.invalidateQueries({ queryKey: sampleQuery.queryKey });
    },
    onError: (error) => say(`The sample was not moved: ${troubleOf(error).detail}.`),
    onSettled: () => setLine(null),
  });
  if (move.isPending) return <output>{line ?? 'Playing the story…'}</output>;
  const { speed } = room.app.clock;
  return (
    <span className={styles.sampleActs}>
      {speed === 0 ? (
        [60, 600].map((times) => (
          <Button key={times} size="small" onClick={() => move.mutate({ speed: times })}>
            Play ×{times}
          </Button>
        ))
      ) : (
        <Button size="small" onClick={() => move.mutate({ speed: 0 })}>
          Stop
        </Button>
      )}
      <select
        aria-label="Go to a moment of the story"
        value=""
        onChange={(event) => {
          if (event.target.value !== '') move.mutate({ at: event.target.value, speed: 0 });
        }}
      >
        <option value="">Go to a moment…</option>
        {next === null ? null : (
          <option value={next.at}>
            Next, {momentText(next.at, now, zone)}: {next.title}
          </option>
        )}
        {moments.map(([at, words]) => (
          <option key={at} value={at}>
            {at.replace('T', ' ')}: {words}
          </option>
        ))}
      </select>
    </span>
  );
}
