/** The frame of every dialog that gives a command: it shows the consequence first, sends what it was based on, and keeps the form when it is refused. */
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ControlRoom, TrackHead } from '#api/control-room.ts';
import type { PlanView } from '#api/tracks.ts';
import type { Command } from '#domain/release/commands.ts';
import type { AskOf } from '#api/route.ts';
import type { RouteOf } from '#api/contract.ts';
import type { CellState } from '#domain/cell-state.ts';
import { platformName } from '#domain/names.ts';
import { Button, Key } from '../../ui/Button.tsx';
import { Dialog, DialogBody } from '../../ui/Dialog.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { client, codeOf, troubleOf } from '../../api/client.ts';
import { controlRoomQuery } from '../../api/queries.ts';
import { useSettled } from '../../hooks/useSettled.ts';
import { newId } from '../../util/id.ts';
import { paramsOf, useRoom } from '../room.ts';
import { say } from '../shell/announce.ts';
import { changesOf } from './changes.ts';
import { closing, SENDING } from './sending.ts';
import { PREVIEW_REASON } from './words.ts';
import styles from './CommandDialog.module.css';

/** A command as it is sent: what has a default need not be said. */
export type CommandIn = AskOf<RouteOf<'giveCommand'>>['body']['command'];

const SETTLES_AFTER_MS = 350;

/** ` and #release-8-9-2`, where the release has a channel. */
export function channelOf(room: ControlRoom, track: TrackHead): string {
  const channel = room.releases.find(({ version }) => version === track.version)?.channel ?? null;
  return channel === null ? '' : ` and ${channel.startsWith('#') ? channel : `#${channel}`}`;
}

export type CommandDialogProps = {
  track: TrackHead;
  onClose: () => void;
  title: ReactNode;
  about?: ReactNode;
  /** Null while the form is not ready; `missing` says why. */
  command: CommandIn | null;
  missing?: string | null;
  /** What to preview while the form is not ready; the command itself when it is. */
  preview?: CommandIn | null;
  /** What the button says: the result. */
  act: string;
  look?: 'primary' | 'danger';
  /** By touch the button is held for a moment: what it does reaches people. A keyboard, a switch or a reader presses it. */
  isHeld?: boolean;
  /** What is said when it is done. */
  done: string;
  note?: ReactNode;
  children?: ReactNode;
  effectOf?: (plan: PlanView, holdsNow: number) => ReactNode;
  /** The lamp beside the effect: a waiver's own for waivers. */
  effectLamp?: CellState;
  /** What stands under the effect, by the answer of the preview. */
  renderAfterEffect?: (plan: PlanView | undefined) => ReactNode;
  /** What the answer of the preview changes on the button. */
  actOf?: (plan: PlanView | undefined) => string;
};

export function CommandDialog(props: CommandDialogProps) {
  const { track, onClose, title, about, command, missing, look = 'primary', done, note, children } = props;
  const plan = usePreview(track, command ?? props.preview ?? null);
  const act = props.actOf?.(plan.data) ?? props.act;
  const { room } = useRoom();
  const cache = useQueryClient();
  // the state that the person decided on: what the server compares with
  const [basis, setBasis] = useState<{ room: ControlRoom; revision: number }>(() => ({ room, revision: track.revision }));
  const [news, setNews] = useState<readonly string[] | null>(null);
  const [wasTried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const give = useMutation({
    mutationFn: (sent: CommandIn) =>
      client.giveCommand({
        params: paramsOf(track),
        body: { command: sent, basedOn: basis.revision },
        idempotencyKey: newId(),
      }),
    onSuccess: () => {
      say(done);
      void cache.invalidateQueries({ queryKey: ['track'] });
      for (const key of ['sign-offs', 'bugs', 'cherry-picks', 'builds']) void cache.invalidateQueries({ queryKey: [key] });
      onClose();
    },
    onError: async (error) => {
      if (codeOf(error) !== 'stale') return;
      const fresh = await cache.fetchQuery({ ...controlRoomQuery(track.app), staleTime: 0 });
      setNews(changesOf(basis.room, fresh, track.id));
      setBasis({ room: fresh, revision: fresh.tracks.find(({ id }) => id === track.id)?.revision ?? basis.revision });
    },
  });
  const send = (): void => {
    setTried(true);
    if (command === null) form.current?.querySelector<HTMLElement>(':invalid:not(fieldset)')?.focus();
    else if (!give.isPending) give.mutate(command);
  };
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    send();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event);
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
  const isHeld = props.isHeld === true && isTouch();
  const { isHolding, wasShort, ...held } = useHold(send);
  const isStale = codeOf(give.error) === 'stale';
  const sending = give.isPending ? SENDING : null;
  return (
    <Dialog
      open
      onClose={closing(give.isPending, onClose)}
      isForm
      title={title}
      about={about}
      note={note ?? `Written to the audit log${channelOf(room, track)} with your name`}
      footer={
        <>
          <Button onClick={onClose} because={sending}>
            Back
          </Button>
          <Button
            look={look}
            because={sending}
            {...(isHeld
              ? {
                  ...held,
                  className: styles.held,
                  'data-held': isHolding || undefined,
                  'aria-description': 'By touch it is held for a moment; a keyboard, a switch or a screen reader presses it.',
                }
              : { type: 'submit' as const, form: 'command' })}
          >
            {give.isPending
              ? 'Sending…'
              : isHolding
                ? 'Keep holding…'
                : isHeld
                  ? `Hold: ${act.charAt(0).toLowerCase()}${act.slice(1)}`
                  : isStale
                    ? `${act} all the same`
                    : act}
            <Key>⌘↵</Key>
          </Button>
        </>
      }
    >
      <form
        ref={form}
        id="command"
        className={styles.form}
        // what is missing is said in the dialog, in our words, where a reader hears it
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <DialogBody>
          {children}
          <Effect {...props} preview={command ?? props.preview ?? null} />
          {props.renderAfterEffect?.(plan.data)}
          {isStale ? <StaleNote track={track} news={news} /> : <ProblemNote trouble={give.error === null ? null : troubleOf(give.error)} />}
          {wasShort && !isHolding ? (
            <p className={styles.missing} role="alert">
              That was too short: keep the button pressed until the dialog closes.
            </p>
          ) : null}
          {wasTried && command === null && missing ? (
            <p className={styles.missing} role="alert">
              {missing}
            </p>
          ) : null}
        </DialogBody>
      </form>
    </Dialog>
  );
}

const HELD_FOR_MS = 1_500;
const isTouch = (): boolean => matchMedia('(pointer: coarse)').matches;

/**
 * Whether a press is a screen reader's on a phone: it comes as a pointer without a size, and cannot be held.
 * As React Aria tells them apart: https://github.com/adobe/react-spectrum/blob/main/packages/%40react-aria/utils/src/isVirtualEvent.ts
 */
function isReader({ width, height, pressure, pointerType, detail }: PointerPress): boolean {
  const isAndroid = navigator.userAgent.includes('Android');
  if (width === 0 && height === 0) return !isAndroid;
  return width === 1 && height === 1 && pressure === 0 && detail === 0 && pointerType === 'mouse';
}
type PointerPress = { width: number; height: number; pressure: number; pointerType: string; detail: number };

/** A press that counts when it lasts; one without a finger (keyboard, switch, screen reader) counts at once. */
function useHold(act: () => void) {
  const [isHolding, setHolding] = useState(false);
  const [wasShort, setShort] = useState(false);
  const byReader = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const end = (): void => {
    clearTimeout(timer.current);
    setHolding(false);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    isHolding,
    wasShort,
    onPointerDown: (event: PointerPress) => {
      byReader.current = isReader(event);
      if (byReader.current) return;
      setHolding(true);
      timer.current = setTimeout(() => {
        setHolding(false);
        setShort(false);
        passOverRelease();
        act();
      }, HELD_FOR_MS);
    },
    onPointerUp: () => {
      if (isHolding) setShort(true);
      end();
    },
    onPointerLeave: end,
    onPointerCancel: end,
    onClick: (event: { detail: number }) => {
      if (event.detail === 0 || byReader.current) act();
    },
  };
}

/** How long after the finger was lifted a browser may still make a click of it. */
const CLICK_AFTER_RELEASE_MS = 100;

/** The dialog closes under the finger that held its button: what lies below, a tab most often, is not meant when it is lifted. */
function passOverRelease(): void {
  const swallow = (event: Event): void => {
    event.preventDefault();
    event.stopPropagation();
  };
  const release = (): void => {
    setTimeout(() => window.removeEventListener('click', swallow, true), CLICK_AFTER_RELEASE_MS);
  };
  window.addEventListener('click', swallow, true);
  for (const end of ['pointerup', 'pointercancel']) window.addEventListener(end, release, { capture: true, once: true });
}

function StaleNote({ track, news }: { track: TrackHead; news: readonly string[] | null }) {
  return (
    <div className={styles.stale} role="alert">
      <Lamp state="caution" silent />
      <div>
        <p>
          <b>
            {platformName(track.platform)} {track.version} changed while you looked at it.
          </b>{' '}
          Nothing was done.
        </p>
        {news === null ? (
          <p>Reading what changed…</p>
        ) : news.length === 0 ? (
          <p>Nothing that this page shows; you can go on.</p>
        ) : (
          <ul>
            {news.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

/** What would come of a command; asked for again when the form has rested. */
function usePreview(track: TrackHead, preview: CommandIn | null) {
  const settled = useSettled(preview, SETTLES_AFTER_MS);
  return useQuery({
    queryKey: ['preview', track.id, track.revision, settled],
    queryFn: () => client.previewCommand({ params: paramsOf(track), body: { command: settled as Command } }),
    enabled: settled !== null,
    retry: false,
    placeholderData: (old) => old,
  });
}

/** The consequence before the decision: what the robot would do after it. */
function Effect({ track, preview, effectOf, effectLamp = 'not-needed-yet' }: CommandDialogProps & { preview: CommandIn | null }) {
  const { room } = useRoom();
  const plan = usePreview(track, preview);
  const holdsNow = room.cells.filter((cell) => cell.track === track.id && cell.holds !== null).length;
  if (preview === null) return null;
  return (
    <div className={styles.effect} data-look={effectLamp} aria-live="polite">
      <Lamp state={plan.isError ? 'stop' : effectLamp} silent />
      <div>
        <b>What changes:</b>{' '}
        {plan.isError ? (
          refusalText(plan.error)
        ) : plan.data === undefined ? (
          'working it out…'
        ) : (
          <>{effectOf === undefined ? effectInWords(plan.data, track, holdsNow) : effectOf(plan.data, holdsNow)}</>
        )}
      </div>
    </div>
  );
}

function refusalText(error: unknown): string {
  const { detail, right } = troubleOf(error);
  return `nothing, because ${detail}${right === null ? '' : `. What would be right: ${right}`}.`;
}

/** `iOS goes from 2 holds to 1. Then: submits build 1049. Will submit …` */
export function effectInWords(plan: PlanView, track: TrackHead, holdsNow: number): string {
  const holds = plan.cells.filter((cell) => cell.holds !== null).length;
  const name = platformName(track.platform);
  const told = [
    plan.stage === track.stage ? null : `${name} goes from ${track.stage.replaceAll('-', ' ')} to ${plan.stage.replaceAll('-', ' ')}.`,
    holds === holdsNow ? null : `${name} goes from ${count(holdsNow)} to ${holds}.`,
    ...plan.actions
      .filter(({ kind }) => kind !== 'announce')
      .map(({ text }) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`),
    byRobot(plan.robot.sentence.replace(`: ${PREVIEW_REASON}`, '.')),
  ];
  return told.filter((part) => part !== null && part !== '').join(' ');
}

/** The robot's sentence with its subject, where it begins with what it does. */
function byRobot(sentence: string): string {
  if (sentence.startsWith('About to ')) return `The robot is about to ${sentence.slice('About to '.length)}`;
  return /^(?:Will|Would|Waits|Rolls|Submits|Starts|Asks|Watches|Cuts|Chooses)\b/.test(sentence)
    ? `The robot ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`
    : sentence;
}

const count = (holds: number): string => (holds === 1 ? '1 hold' : `${holds} holds`);
