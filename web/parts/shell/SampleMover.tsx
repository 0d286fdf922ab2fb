import { lazy, Suspense, useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client, troubleOf } from '../../api/client.ts';
import { controlRoomQuery, sampleQuery } from '../../api/queries.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { momentText } from '../../util/time.ts';
import { useAppTime, useRoom, useZone } from '../room.ts';
import { say } from './announce.ts';
import styles from './Shell.module.css';

const RemoveSample = lazy(async () => ({ default: (await import('./RemoveSample.tsx')).RemoveSample }));

/** Plays, stops, goes to a moment, and takes the sample out; what the server says while it plays stands in its place. */
export function SampleMover({ says }: { says: string }) {
  const { room } = useRoom();
  const cache = useQueryClient();
  const zone = useZone();
  const now = useAppTime();
  const [line, setLine] = useState<string | null>(null);
  const [isLeaving, setLeaving] = useState(false);
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
  if (move.isPending) return <output className={styles.sample}>{line ?? 'Playing the story…'}</output>;
  const { speed } = room.app.clock;
  const paces =
    speed === 0
      ? [60, 600].map((times) => ({
          key: `×${times}`,
          label: `Play ${times} times as fast`,
          onSelect: () => move.mutate({ speed: times }),
        }))
      : [{ key: 'stop', label: 'Stop its time', onSelect: () => move.mutate({ speed: 0 }) }];
  const ahead =
    next === null
      ? []
      : [
          {
            key: 'next',
            label: `Next, ${momentText(next.at, now, zone)}: ${next.title}`,
            onSelect: () => move.mutate({ at: next.at, speed: 0 }),
          },
        ];
  const named = (story.data?.moments ?? []).map(({ id, at, title }) => ({
    key: id,
    label: `${momentText(at, now, zone)}: ${title}`,
    onSelect: () => move.mutate({ at, speed: 0 }),
  }));
  return (
    <>
      <Menu
        className={styles.sample}
        label={`${says} Play, stop, go to a moment, or take it out`}
        button={
          <>
            Sample
            <Icon name="chevron" size={12} />
          </>
        }
        items={[...paces, ...ahead, ...named, { key: 'out', label: 'Take the sample out…', onSelect: () => setLeaving(true) }]}
      />
      {isLeaving ? (
        <Suspense>
          <RemoveSample onClose={() => setLeaving(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
