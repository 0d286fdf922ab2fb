/** Dialogs about a whole release: telling its channel, and moving its plan. */
import { useState } from 'react';
import type { ControlRoom } from '#api/control-room.ts';
import { client } from '../../api/client.ts';
import { TextArea, TextField } from '../../ui/Field.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { dayTimeText } from '../../util/time.ts';
import { useAppTime, useRoom, useZone } from '../room.ts';
import { delayed } from './delay.ts';
import { FormDialog } from './FormDialog.tsx';
import styles from './CommandDialog.module.css';

type Release = ControlRoom['releases'][number];

/** Begins with the summary of the room, which is what people ask for. */
export function PostUpdateDialog({ release, onClose }: { release: Release; onClose: () => void }) {
  const { room } = useRoom();
  const { version, channel } = release;
  // the summary speaks of what is under way: of a past release it would say what is not true
  const [text, setText] = useState(release.part === 'current' ? room.summary.text : '');
  return (
    <FormDialog
      title={`Post an update on ${version}`}
      about={channel === null ? 'To the chat’s own channel: this release names none.' : `To ${channel}.`}
      act={channel === null ? 'Post the update' : `Post to ${channel}`}
      done={() => `The update on ${version} was ordered`}
      missing={text.trim() === '' ? 'Write what everyone should know.' : null}
      send={() => client.postUpdate({ params: { app: room.app.id, version }, body: { text: text.trim() } })}
      onClose={onClose}
    >
      <TextArea label="Update" rows={5} value={text} maxLength={2000} onChange={(event) => setText(event.target.value)} />
    </FormDialog>
  );
}

const milestones = { branch: 'Branch', candidate: 'Final RC', submit: 'Submission', start: 'First share', finish: '100%' } as const;
const MS_PER_HOUR = 3_600_000;

/** `byMs`: the delay that is proposed. */
export function DelayReleaseDialog({ release, byMs, onClose }: { release: Release; byMs: number; onClose: () => void }) {
  const { room } = useRoom();
  const now = useAppTime(60_000);
  const zone = useZone();
  const [hours, setHours] = useState(String(Math.max(1, Math.ceil(byMs / MS_PER_HOUR))));
  const [reason, setReason] = useState('');
  const delay = Number(hours);
  const isDelay = hours.trim() !== '' && Number.isFinite(delay) && delay > 0 && delay <= 24 * 60;
  const moved = isDelay ? delayed(release.planned, delay * MS_PER_HOUR, now) : {};
  const names = (Object.keys(milestones) as (keyof typeof milestones)[]).filter((name) => moved[name] !== undefined);
  const missing = !isDelay
    ? 'Say by how many hours, more than none and at most 60 days.'
    : names.length === 0
      ? `Nothing of the plan of ${release.version} is still ahead.`
      : reason.trim() === ''
        ? 'Say why: everyone can read it.'
        : null;
  return (
    <FormDialog
      title={`Delay ${release.version}`}
      about="What is still ahead in its plan moves by the same time."
      act={`Delay ${release.version}`}
      done={() => `${release.version} is delayed`}
      missing={missing}
      send={() =>
        client.replanRelease({ params: { app: room.app.id, version: release.version }, body: { planned: moved, reason: reason.trim() } })
      }
      onClose={onClose}
    >
      <TextField
        label="Delay by, in hours"
        type="number"
        min={0.5}
        step={0.5}
        value={hours}
        required
        onChange={(event) => setHours(event.target.value)}
      />
      {names.length === 0 ? null : (
        <div className={styles.effect} aria-live="polite">
          <Lamp state="not-needed-yet" silent />
          <div>
            <b>What changes:</b>
            <ul>
              {names.map((name) => (
                <li key={name}>
                  {milestones[name]}: {timeOf(release.planned[name], now, zone)} → {timeOf(moved[name] ?? null, now, zone)}
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
      <TextArea
        label="Reason, everyone can read it"
        value={reason}
        required
        maxLength={2000}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}

const timeOf = (at: string | null, now: string, zone: string): string => (at === null ? 'no time' : dayTimeText(at, now, zone));
