/** The dialogs, one for each kind of command. Each keeps its own form and hands the command to the frame. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { TrackHead } from '#api/control-room.ts';
import type { PlanView } from '#api/tracks.ts';
import type { Cell } from '#api/verdict.ts';
import { cellStateNames } from '#domain/cell-state.ts';
import { platformName, stepInWords } from '#domain/names.ts';
import type { Step } from '#domain/release/track.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Button } from '../../ui/Button.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Choices, SelectField, TextArea, TextField } from '../../ui/Field.tsx';
import { may } from '../../api/authority.ts';
import { appPeopleQuery, bugsQuery, cherryPicksQuery, signOffsQuery } from '../../api/queries.ts';
import { limitText } from '../frame/frame-model.ts';
import { teamTitle } from '../lists/team-title.ts';
import { RateRows } from '../rate/RateRows.tsx';
import { clearedInWords, evidenceRows } from '../rate/rate-words.ts';
import { paramsOf, useAppTime, useMe, useRoom, useZone } from '../room.ts';
import { CommandDialog, channelOf, effectInWords } from './CommandDialog.tsx';
import type { CommandIn } from './CommandDialog.tsx';
import type { Ask } from './ask.ts';
import { DelayReleaseDialog, PostUpdateDialog } from './release-dialogs.tsx';
import { PREVIEW_REASON, stepAct } from './words.ts';
import styles from './CommandDialog.module.css';

type Of<Is extends Ask['is']> = Extract<Ask, { is: Is }>;
type Props<Is extends Ask['is']> = { ask: Of<Is>; onClose: () => void };

const REASON_MIN = 20;
const MS_PER_HOUR = 3_600_000;

const nameOf = (track: TrackHead): string => `${platformName(track.platform)} ${track.version}`;

/** The dialog of a command. */
export function AskedDialog({ ask, onClose }: { ask: Ask; onClose: () => void }) {
  switch (ask.is) {
    case 'waive':
      return <WaiveDialog ask={ask} onClose={onClose} />;
    case 'clear-red':
      return <ClearStop ask={ask} onClose={onClose} />;
    case 'revoke-waiver':
      return <RevokeWaiver ask={ask} onClose={onClose} />;
    case 'approve-waiver':
      return <ApproveWaiver ask={ask} onClose={onClose} />;
    case 'halt':
      return <HaltDialog track={ask.track} onClose={onClose} />;
    case 'resume':
    case 'cancel':
    case 'withdraw':
      return <ReasonedDialog is={ask.is} track={ask.track} onClose={onClose} />;
    case 'submit':
    case 'start':
    case 'raise':
    case 'cut':
      return <StepDialog is={ask.is} track={ask.track} onClose={onClose} />;
    case 'choose-candidate':
      return <ChooseCandidate ask={ask} onClose={onClose} />;
    case 'decide-bug':
      return <DecideBug ask={ask} onClose={onClose} />;
    case 'assign-bug':
      return <AssignBug ask={ask} onClose={onClose} />;
    case 'sign-off':
      return <SignOff ask={ask} onClose={onClose} />;
    case 'approve':
    case 'tick':
      return <Answer ask={ask} onClose={onClose} />;
    case 'pause-robot':
      return <PauseRobot ask={ask} onClose={onClose} />;
    case 'unpause-robot':
      return <UnpauseRobot ask={ask} onClose={onClose} />;
    case 'retry-action':
      return <RetryAction ask={ask} onClose={onClose} />;
    case 'nudge':
      return <NudgeDialog ask={ask} onClose={onClose} />;
    case 'nominate-bug':
      return <NominateBug ask={ask} onClose={onClose} />;
    case 'ask-cherry-pick':
      return <AskPick ask={ask} onClose={onClose} />;
    case 'correct':
      return <CorrectDialog track={ask.track} onClose={onClose} />;
    case 'answer-cherry-pick':
      return <AnswerPick ask={ask} onClose={onClose} />;
    case 'post-update':
      return <PostUpdateDialog release={ask.release} onClose={onClose} />;
    case 'delay-release':
      return <DelayReleaseDialog release={ask.release} byMs={ask.byMs} onClose={onClose} />;
    default:
      return ask satisfies never;
  }
}

function Reason({
  value,
  onChange,
  label = 'Reason, everyone can read it',
  least = 1,
  presets = [],
}: {
  value: string;
  onChange: (value: string) => void;
  label?: string;
  least?: number;
  presets?: readonly string[];
}) {
  const length = value.trim().length;
  return (
    <>
      {presets.length === 0 ? null : (
        <fieldset className={styles.presets} aria-label="Reasons to pick from">
          {presets.map((preset) => (
            <Button key={preset} size="small" onClick={() => onChange(preset)}>
              {preset}
            </Button>
          ))}
        </fieldset>
      )}
      <TextArea
        label={
          <>
            {label}
            {least > 1 ? (
              <span className={styles.counter}>
                {length < least ? `${length} of at least ${least} characters` : `${length} characters`}
              </span>
            ) : null}
          </>
        }
        value={value}
        required
        maxLength={2000}
        onChange={(event) => onChange(event.target.value)}
      />
    </>
  );
}

const categories = [
  { value: 'known-and-accepted', label: 'Known, accepted' },
  { value: 'data-is-not-enough', label: 'Data is not enough' },
  { value: 'fallback-is-on', label: 'Fallback is on' },
  { value: 'data-is-wrong', label: 'Data is wrong' },
] as const;

/** What a criterion is now, for the head of a dialog: `Now caution, 0.23, limit 0.25, range 0.165–0.304. It holds the step to 100%.` */
function NowOf({ cell }: { cell: Cell }) {
  const limit = limitText(cell);
  const range = cell.range === null ? '' : `, range ${cell.range.join('–')}`;
  const step = cell.holds as Step | null;
  return (
    <span className={styles.now}>
      Now <Lamp state={cell.state} size={14} silent />{' '}
      <b data-state={cell.state}>
        {cellStateNames[cell.state].toLowerCase()}, {cell.headline}
      </b>
      {limit === null ? '' : `, ${limit}`}
      {range}. {step === null ? 'It holds nothing now.' : `It holds ${step.endsWith('%') ? `the step to ${step}` : stepInWords(step)}.`}
    </span>
  );
}

/** When a worse colour ends a waiver, in the words of this criterion. */
function worseInWords(cell: Cell): string {
  if (cell.colour === 'yellow' && cell.range !== null && cell.limit !== null)
    return `the low end passes ${cell.limit.amount.toLocaleString('en-US')}`;
  return cell.colour === 'yellow' ? 'it goes from caution to stop' : 'its colour gets worse';
}

/** What ends a waiver before its time. */
const endings = {
  either: ['new-candidate', 'worse-colour'],
  worse: ['worse-colour'],
  candidate: ['new-candidate'],
  neither: [],
} as const;

type Second = { id: string; name: string; team: string };

/** Who may approve what this person asks for: the release team without them, or the admins where it has nobody else. `whom`: as a button names them. */
function useSeconds(): { people: readonly Second[] | null; whom: string } {
  const { room, session } = useRoom();
  const others = (found: { id: string; name: string }[] | undefined, team: string): readonly Second[] | null =>
    found?.filter(({ id }) => id !== session.who?.id).map(({ id, name }) => ({ id, name, team })) ?? null;
  const team = others(useQuery(appPeopleQuery(room.app.id, 'release-team')).data?.items, 'Release team');
  const admins = useQuery({ ...appPeopleQuery(room.app.id, 'admin'), enabled: team?.length === 0 }).data?.items;
  const people = team?.length === 0 ? others(admins, 'Admin') : team;
  const [only] = people ?? [];
  return {
    people,
    whom: people?.length === 1 && only !== undefined ? only.name : only?.team === 'Admin' ? 'an admin' : 'the release team',
  };
}

const AS_MANY_NAMES = 3;

/** `Policy asks for a second person for ANRs: Tom Becker, Release team`. */
function SecondPerson({ cell, people, isPolicy }: { cell: Cell; people: readonly Second[] | null; isPolicy: boolean }) {
  const [first] = people ?? [];
  if (people === null) return null;
  const named = people.slice(0, AS_MANY_NAMES).map(({ name }) => name);
  const more = people.length - named.length;
  return (
    <p className={styles.second}>
      {first === undefined ? null : <Avatar name={first.name} />}
      <span>
        {isPolicy ? `Policy asks for a second person for ${cell.title}` : 'It waits until someone approves it'}:{' '}
        <b>
          {first === undefined
            ? 'nobody else may approve it; an admin can give someone the role'
            : `${named.join(' or ')}${more > 0 ? ` or ${more} more` : ''}, ${first.team}`}
        </b>
      </span>
    </p>
  );
}

function WaiveDialog({ ask: { track, cell }, onClose }: Props<'waive'>) {
  const { room } = useRoom();
  const me = useMe();
  const now = useAppTime(60_000);
  const [category, setCategory] = useState<(typeof categories)[number]['value'] | null>(null);
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('step');
  const [ends, setEnds] = useState<keyof typeof endings>('either');
  const canWaive = may(me, 'waive');
  const seconds = useSeconds();
  const isReady = category !== null && reason.trim().length >= REASON_MIN;
  const step = cell.holds ?? cell.gates[0] ?? track.next;
  const make = (why: string): CommandIn => ({
    do: canWaive ? 'waive' : 'ask-waiver',
    instance: cell.instance,
    category: category ?? 'known-and-accepted',
    reason: why,
    endsIf: [...endings[ends]],
    ...(until === 'step' ? (step === null ? {} : { until: { step } }) : { until: { at: hoursAfter(now, Number(until)) } }),
  });
  const asksSecond = (plan: PlanView | undefined): boolean =>
    canWaive && plan?.cells.find(({ instance }) => instance === cell.instance)?.waiver?.state === 'asked';
  const effectOf = (plan: PlanView, holdsNow: number): ReactNode => {
    const shown = asksSecond(plan) || !canWaive ? 'that a waiver is asked, until it is approved' : 'Waived with your name';
    return (
      <>
        {effectInWords(plan, track, holdsNow)} The cell shows {shown}, never green.
      </>
    );
  };
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title={`Waive ${cell.title} for ${nameOf(track)}`}
      about={<NowOf cell={cell} />}
      command={isReady ? make(reason) : null}
      preview={make(PREVIEW_REASON)}
      missing={
        category === null ? 'Say why it is safe.' : `The reason needs at least ${REASON_MIN} characters; it has ${reason.trim().length}.`
      }
      act={canWaive ? 'Waive' : 'Ask for a waiver'}
      actOf={(plan) => (asksSecond(plan) ? `Ask ${seconds.whom} to approve` : canWaive ? 'Waive' : 'Ask for a waiver')}
      effectLamp="waived"
      done={canWaive ? `${cell.title} is waived on ${nameOf(track)}` : `Asked for a waiver of ${cell.title}`}
      note={`Written to the audit log${channelOf(room, track)}`}
      effectOf={effectOf}
      renderAfterEffect={(plan) =>
        asksSecond(plan) || !canWaive ? <SecondPerson cell={cell} people={seconds.people} isPolicy={canWaive} /> : null
      }
    >
      <Choices label="Why is this safe?" value={category} onChange={setCategory} options={categories} />
      <Reason value={reason} onChange={setReason} least={REASON_MIN} />
      <div className={styles.two}>
        <SelectField
          label="Holds until"
          value={until}
          onChange={(event) => setUntil(event.target.value)}
          hint="Never past the end of the release."
        >
          <option value="step">
            {step === null
              ? 'the release ends'
              : step.endsWith('%')
                ? `${platformName(track.platform)} reaches ${step}`
                : step === 'submit'
                  ? `${platformName(track.platform)} is submitted`
                  : `${platformName(track.platform)} takes ${stepInWords(step as Step)}`}
          </option>
          <option value="4">for 4 hours</option>
          <option value="24">for 24 hours</option>
          <option value="72">for 3 days</option>
        </SelectField>
        <SelectField
          label="Ends at once if"
          value={ends}
          onChange={(event) => setEnds(event.target.value as keyof typeof endings)}
          hint="Whichever comes first."
        >
          <option value="either">{worseInWords(cell)}, or a new RC</option>
          <option value="worse">{worseInWords(cell)}</option>
          <option value="candidate">a new RC comes</option>
          <option value="neither">nothing else happens</option>
        </SelectField>
      </div>
    </CommandDialog>
  );
}

function ClearStop({ ask: { track, cell }, onClose }: Props<'clear-red'>) {
  const now = useAppTime(60_000);
  const zone = useZone();
  const [reason, setReason] = useState('');
  const make = (why: string): CommandIn => ({ do: 'clear-red', instance: cell.instance, reason: why });
  const length = reason.trim().length;
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title={`Clear the stop of ${cell.title} on ${nameOf(track)}`}
      about={
        <span className={styles.now}>
          Now <Lamp state="stop" size={14} silent /> <b data-state="stop">stop</b>: {cell.clause}.
        </span>
      }
      command={length < REASON_MIN ? null : make(reason)}
      preview={make(PREVIEW_REASON)}
      missing={`The reason needs at least ${REASON_MIN} characters; it has ${length}.`}
      act="Clear this stop"
      done={`${cell.title} of ${nameOf(track)} is counted anew`}
      effectOf={(plan, holdsNow) => `${clearedInWords(cell.title, track.stage, now, zone)} ${effectInWords(plan, track, holdsNow)}`}
    >
      {cell.rate === null || cell.rate === undefined ? null : (
        <dl className={styles.numbers}>
          <RateRows rows={evidenceRows(cell.rate, now)} />
        </dl>
      )}
      <Reason value={reason} onChange={setReason} least={REASON_MIN} label="Why it may be judged anew, everyone can read it" />
    </CommandDialog>
  );
}

function hoursAfter(now: string, hours: number): string {
  return new Date(Date.parse(now) + hours * MS_PER_HOUR).toISOString();
}

function RevokeWaiver({ ask: { track, waiver }, onClose }: Props<'revoke-waiver'>) {
  const [reason, setReason] = useState('');
  const make = (why: string): CommandIn => ({ do: 'revoke-waiver', waiver: waiver.id, reason: why });
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title={`Revoke the waiver of ${waiver.instance}`}
      about={`${waiver.askedBy} signed it: ${waiver.reason}`}
      command={reason.trim() === '' ? null : make(reason)}
      preview={make(PREVIEW_REASON)}
      missing="Say why; whoever signed it is told."
      act="Revoke"
      look="danger"
      done={`The waiver of ${waiver.instance} is revoked`}
    >
      <Reason value={reason} onChange={setReason} presets={['No longer safe', 'Not needed any more', 'Given by mistake']} />
    </CommandDialog>
  );
}

function ApproveWaiver({ ask: { track, waiver }, onClose }: Props<'approve-waiver'>) {
  const command: CommandIn = { do: 'approve-waiver', waiver: waiver.id };
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title={`Approve the waiver of ${waiver.instance}`}
      about={`${waiver.askedBy} asks (${waiver.category.replaceAll('-', ' ')}): ${waiver.reason}`}
      command={command}
      act="Approve the waiver"
      done={`The waiver of ${waiver.instance} is approved`}
    />
  );
}

const haltReasons = ['Crashes rise', 'A blocker was found', 'Users report a fault', 'Precaution while we look'];

function HaltDialog({ track, onClose }: { track: TrackHead; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const means = [...new Set(track.storefronts.map(({ name, haltMeans }) => `${name}: ${haltMeans}`))].join(' ');
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title={`Halt ${nameOf(track)}${track.percent === null ? '' : ` at ${track.percent}%`}`}
      about={`${means} Resuming is an act of its own by a release manager.`}
      command={reason.trim() === '' ? null : { do: 'halt', reason }}
      preview={{ do: 'halt', reason: PREVIEW_REASON }}
      missing="Pick a reason; it can be completed later."
      act="Halt the rollout"
      look="danger"
      done="Halting… sent. The screen says Halted when the storefront has been read back."
    >
      <Reason value={reason} onChange={setReason} presets={haltReasons} />
    </CommandDialog>
  );
}

const reasoned = {
  resume: {
    title: 'Resume the rollout of',
    act: 'Resume the rollout',
    look: 'primary',
    done: 'Resuming… sent. The screen follows when the storefront has been read back.',
    presets: ['The cause is fixed', 'It was a false alarm', 'The fallback is on'],
    missing: 'Say why it is safe to go on.',
  },
  cancel: {
    title: 'Cancel',
    act: 'Cancel this release',
    look: 'danger',
    done: 'The release is canceled on this track',
    presets: ['Replaced by a hotfix', 'Its changes go into the next version'],
    missing: 'Say why it ends.',
  },
  withdraw: {
    title: 'Withdraw the submission of',
    act: 'Withdraw',
    look: 'danger',
    done: 'The withdrawal is ordered',
    presets: ['A blocker was found', 'Wrong build'],
    missing: 'Say why it is taken back.',
  },
} as const;

function ReasonedDialog({ is, track, onClose }: { is: keyof typeof reasoned; track: TrackHead; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const { title, act, look, done, presets, missing } = reasoned[is];
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title={`${title} ${nameOf(track)}`}
      about={is === 'resume' && track.haltedWhy !== null ? `It was halted: ${track.haltedWhy}` : undefined}
      command={reason.trim() === '' ? null : { do: is, reason }}
      preview={{ do: is, reason: PREVIEW_REASON }}
      missing={missing}
      act={act}
      look={look}
      isHeld={is === 'resume'}
      done={done}
    >
      <Reason value={reason} onChange={setReason} presets={presets} />
    </CommandDialog>
  );
}

function StepDialog({ is, track, onClose }: { is: 'submit' | 'start' | 'raise' | 'cut'; track: TrackHead; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const more = reason.trim() === '' ? {} : { reason };
  const command: CommandIn = is === 'raise' ? { do: is, percent: Number.parseFloat(track.next ?? '100'), ...more } : { do: is, ...more };
  const act = stepAct(is, track);
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title={`${act}: ${nameOf(track)}`}
      about={track.storefronts.length === 0 ? undefined : `To ${track.storefronts.map(({ name }) => name).join(' and ')}.`}
      command={command}
      act={act}
      done={`${act}: ordered. The line moves when the other side has been read back.`}
      note="All criteria are judged again at this moment. Written to the audit log with your name"
    >
      <TextArea label="Note (not needed)" value={reason} maxLength={2000} rows={2} onChange={(event) => setReason(event.target.value)} />
    </CommandDialog>
  );
}

function ChooseCandidate({ ask: { track, build }, onClose }: Props<'choose-candidate'>) {
  const name = build.candidate === null ? `build ${build.number}` : `RC ${build.candidate}, build ${build.number}`;
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title={`Choose ${name} as final candidate`}
      about={
        track.candidate === null
          ? `Teams sign what is chosen. Commit ${build.commit.slice(0, 10)}.`
          : `Build ${track.candidate.build} is the candidate now; sign-offs given on it count for it only.`
      }
      command={{ do: 'choose-candidate', build: build.number }}
      act="Choose this build"
      done={`${name} is the final candidate of ${nameOf(track)}`}
    />
  );
}

const decisions = [
  { value: 'fall-back', label: 'Fall back', about: 'Switch the cause off now, fix it in the next release.' },
  { value: 'blocker', label: 'Blocker', about: 'Holds the release until its fix is verified on an RC.' },
  { value: 'not-a-blocker', label: 'Not a blocker', about: 'The release goes on with it.' },
  { value: 'ask', label: 'Ask', about: 'More is to be known first; it waits, and holds.' },
] as const;

function DecideBug({ ask: { track, bug }, onClose }: Props<'decide-bug'>) {
  const [decision, setDecision] = useState<(typeof decisions)[number]['value'] | null>(null);
  const [reason, setReason] = useState('');
  const [risk, setRisk] = useState('');
  const [impact, setImpact] = useState('');
  const [workaround, setWorkaround] = useState('');
  const make = (why: string): CommandIn => ({
    do: 'decide-bug',
    bug: bug.key,
    decision: decision ?? 'ask',
    reason: why,
    risk: risk.trim() === '' ? null : risk,
    impact: impact.trim() === '' ? null : impact,
    workaround: workaround.trim() === '' ? null : workaround,
  });
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title={`Decide ${bug.key} for ${nameOf(track)}`}
      about={bug.title}
      command={decision !== null && reason.trim() !== '' ? make(reason) : null}
      preview={decision === null ? null : make(PREVIEW_REASON)}
      missing={decision === null ? 'Choose a decision.' : 'Say why; teams read it.'}
      act={decision === null ? 'Decide' : `Decide: ${decision.replaceAll('-', ' ')}`}
      done={`${bug.key} is decided: ${decision?.replaceAll('-', ' ') ?? ''}`}
    >
      <Choices label="Decision" value={decision} onChange={setDecision} options={decisions} stacked />
      <Reason value={reason} onChange={setReason} />
      <TextField label="Risk of the fix" value={risk} maxLength={2000} onChange={(event) => setRisk(event.target.value)} />
      <div className={styles.two}>
        <TextField label="Impact on users" value={impact} maxLength={2000} onChange={(event) => setImpact(event.target.value)} />
        <TextField label="Workaround" value={workaround} maxLength={2000} onChange={(event) => setWorkaround(event.target.value)} />
      </div>
    </CommandDialog>
  );
}

function AssignBug({ ask: { track, bug }, onClose }: Props<'assign-bug'>) {
  const { room } = useRoom();
  const [team, setTeam] = useState('');
  // the teams that the policy names are those that it asks to sign
  const list = useQuery(signOffsQuery(paramsOf(track), room.version));
  const teams = list.data?.items.map((sign) => sign.team) ?? [];
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title={`Assign ${bug.key} to a team`}
      about={bug.title}
      command={team.trim() === '' ? null : { do: 'assign-bug', bug: bug.key, team }}
      missing="Name the team that owns it."
      act="Assign"
      done={`${bug.key} is assigned to ${team}`}
    >
      {list.data !== undefined && teams.length === 0 ? (
        <TextField
          label="Team"
          value={team}
          required
          maxLength={200}
          onChange={(event) => setTeam(event.target.value)}
          hint="The policy names no teams; any name is taken."
        />
      ) : (
        <SelectField label="Team" value={team} onChange={(event) => setTeam(event.target.value)} hint="The teams that the policy names.">
          <option value="">Choose a team</option>
          {teams.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </SelectField>
      )}
    </CommandDialog>
  );
}

const signOffs = {
  signed: { title: 'Sign off', act: 'Sign off', note: 'Note (not needed)', isNeeded: false },
  testing: { title: 'Say that testing has begun for', act: 'Testing', note: 'Note (not needed)', isNeeded: false },
  rejected: { title: 'Cannot sign off', act: 'Cannot sign off', note: 'Why not, with the bugs', isNeeded: true },
  withdrawn: { title: 'Withdraw the sign-off of', act: 'Withdraw the sign-off', note: 'Why it is taken back', isNeeded: true },
} as const;

function SignOff({ ask: { track, team: id, state, build: shown }, onClose }: Props<'sign-off'>) {
  const [note, setNote] = useState('');
  const { title, act, note: label, isNeeded } = signOffs[state];
  const team = teamTitle(id);
  // what was shown is what is signed: a newer build may come meanwhile
  const build = shown?.number ?? track.candidate?.build;
  const rc = shown?.candidate ?? (shown === undefined ? track.candidate?.candidate : null) ?? null;
  const make = (text: string | null): CommandIn => ({
    do: 'sign-off',
    team: id,
    state,
    note: text,
    ...(build === undefined ? {} : { build }),
  });
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title={`${title} ${nameOf(track)} for ${team}`}
      about={
        build === undefined
          ? 'There is no final candidate yet: the word is about the newest RC.'
          : `The word of ${team} on ${rc === null ? '' : `RC ${rc}, `}build ${build}.`
      }
      command={isNeeded && note.trim() === '' ? null : make(note.trim() === '' ? null : note)}
      preview={make(PREVIEW_REASON)}
      missing="Say why, so that someone can mend it."
      act={act}
      look={state === 'rejected' || state === 'withdrawn' ? 'danger' : 'primary'}
      done={`${team}: ${state === 'rejected' ? 'cannot sign off' : state}`}
    >
      <TextArea label={label} value={note} maxLength={2000} rows={2} onChange={(event) => setNote(event.target.value)} />
    </CommandDialog>
  );
}

function Answer({ ask, onClose }: Props<'approve' | 'tick'>) {
  const { track, cell, answer } = ask;
  const [note, setNote] = useState('');
  const isNo = answer === 'refused';
  const make = (text: string | null): CommandIn =>
    ask.is === 'approve'
      ? { do: 'approve', instance: cell.instance, answer: ask.answer, note: text }
      : { do: 'tick', instance: cell.instance, answer: ask.answer, note: text };
  const act = isNo ? 'Refuse' : ask.is === 'approve' ? 'Approve' : 'Tick as done';
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title={`${act}: ${cell.title}, ${nameOf(track)}`}
      about={cell.because}
      command={isNo && note.trim() === '' ? null : make(note.trim() === '' ? null : note)}
      preview={make(PREVIEW_REASON)}
      missing="Say why not."
      act={act}
      look={isNo ? 'danger' : 'primary'}
      done={`${cell.title}: ${answer}`}
    >
      <TextArea
        label={isNo ? 'Why not' : 'Note (not needed)'}
        value={note}
        maxLength={2000}
        rows={2}
        onChange={(event) => setNote(event.target.value)}
      />
    </CommandDialog>
  );
}

function PauseRobot({ ask: { track, scope }, onClose }: Props<'pause-robot'>) {
  const now = useAppTime(60_000);
  const [reason, setReason] = useState('');
  const [hours, setHours] = useState('4');
  const [reach, setReach] = useState<'app' | 'track'>(scope);
  const make = (why: string): CommandIn => ({
    do: 'pause-robot',
    scope: reach,
    reason: why,
    until: hours === '' ? null : hoursAfter(now, Number(hours)),
  });
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title="Pause the robot"
      about="Paused, it stops advancing. It goes on observing, holding, halting and paging."
      command={reason.trim() === '' ? null : make(reason)}
      preview={make(PREVIEW_REASON)}
      missing="Say why; a bar on every page of this app shows it."
      act="Pause the robot"
      done="The robot is paused"
    >
      <Choices
        label="Where"
        value={reach}
        onChange={setReach}
        options={[
          { value: 'app', label: 'All of this app' },
          { value: 'track', label: `Only ${nameOf(track)}` },
        ]}
      />
      <Reason value={reason} onChange={setReason} presets={['Incident under way', 'We want to look first', 'Public holiday']} />
      <SelectField label="Until" value={hours} onChange={(event) => setHours(event.target.value)}>
        <option value="1">1 hour from now</option>
        <option value="4">4 hours from now</option>
        <option value="24">24 hours from now</option>
        <option value="72">3 days from now</option>
        <option value="">someone lets it go on</option>
      </SelectField>
    </CommandDialog>
  );
}

function UnpauseRobot({ ask: { track, scope }, onClose }: Props<'unpause-robot'>) {
  const [reason, setReason] = useState('');
  const make = (why: string): CommandIn => ({ do: 'unpause-robot', scope, reason: why });
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title="Let the robot go on"
      command={reason.trim() === '' ? null : make(reason)}
      preview={make(PREVIEW_REASON)}
      missing="Say why it may go on."
      act="Let it go on"
      done="The robot goes on"
    >
      <Reason value={reason} onChange={setReason} presets={['We have looked', 'The incident is over']} />
    </CommandDialog>
  );
}

function RetryAction({ ask: { track, key, text }, onClose }: Props<'retry-action'>) {
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title="Try it again"
      about={text}
      command={{ do: 'retry-action', key }}
      act="Try again"
      done="It is tried again"
    />
  );
}

function AnswerPick({ ask: { track, pick, text }, onClose }: Props<'answer-cherry-pick'>) {
  const [answer, setAnswer] = useState<'accepted' | 'refused' | null>(null);
  const [reason, setReason] = useState('');
  const { room } = useRoom();
  const asked = useQuery(cherryPicksQuery(paramsOf(track), room.version)).data?.items.find(({ id }) => id === pick);
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title={`Answer a cherry-pick for ${nameOf(track)}`}
      about={
        asked === undefined ? (
          text
        ) : (
          <>
            {asked.askedBy} asks for “{asked.title}” <code>{asked.commit.slice(0, 10)}</code>
            {asked.bug === null ? '' : `, which mends ${asked.bug}`}. Risk: {asked.risk}
          </>
        )
      }
      command={answer === null || reason.trim() === '' ? null : { do: 'answer-cherry-pick', pick, answer, reason }}
      missing={answer === null ? 'Accept it or refuse it.' : 'Say why.'}
      act={answer === 'refused' ? 'Refuse' : 'Accept'}
      done={`The cherry-pick is ${answer ?? 'answered'}`}
    >
      <Choices
        label="Answer"
        value={answer}
        onChange={setAnswer}
        options={[
          { value: 'accepted', label: 'Accept' },
          { value: 'refused', label: 'Refuse' },
        ]}
      />
      <Reason value={reason} onChange={setReason} />
    </CommandDialog>
  );
}

function NudgeDialog({ ask: { track, whom, instance, team }, onClose }: Props<'nudge'>) {
  const [note, setNote] = useState('');
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title={`Nudge ${whom}`}
      about={`They are asked about ${nameOf(track)} in their channel, with the reason. Once in half an hour is enough.`}
      command={{ do: 'nudge', instance, team, note: note.trim() === '' ? null : note }}
      act={`Nudge ${whom}`}
      done={`${whom} is asked`}
    >
      <TextArea
        label="What to say beside it (not needed)"
        value={note}
        maxLength={2000}
        rows={2}
        onChange={(event) => setNote(event.target.value)}
      />
    </CommandDialog>
  );
}

function NominateBug({ ask: { track, bug }, onClose }: Props<'nominate-bug'>) {
  const { room } = useRoom();
  const [key, setKey] = useState(bug?.key ?? '');
  const [reason, setReason] = useState('');
  const list = useQuery(bugsQuery(paramsOf(track), room.version));
  const open = (list.data?.items ?? []).filter((each) => each.state === 'open' && !each.nominated);
  const make = (why: string): CommandIn => ({ do: 'nominate-bug', bug: key, reason: why });
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title={`Nominate ${bug === null ? 'a bug' : bug.key} as a blocker of ${nameOf(track)}`}
      about={bug === null ? 'A release manager decides whether it is one; until then it is a caution.' : bug.title}
      command={key !== '' && reason.trim() !== '' ? make(reason) : null}
      preview={key === '' ? null : make(PREVIEW_REASON)}
      missing={key === '' ? 'Choose the bug.' : 'Say why it should hold the release.'}
      act="Nominate as a blocker"
      done={`${key} waits for a decision`}
    >
      {bug === null ? (
        <SelectField
          label="Bug"
          value={key}
          onChange={(event) => setKey(event.target.value)}
          hint="Open bugs of this version that nobody has nominated."
        >
          <option value="">Choose a bug</option>
          {open.map((each) => (
            <option key={each.key} value={each.key}>
              {each.key} {each.title}
            </option>
          ))}
        </SelectField>
      ) : null}
      <Reason value={reason} onChange={setReason} presets={['It loses data', 'It breaks a critical flow', 'It crashes for many']} />
    </CommandDialog>
  );
}

const SHA = /^[0-9a-f]{7,64}$/;

function AskPick({ ask: { track }, onClose }: Props<'ask-cherry-pick'>) {
  const { room } = useRoom();
  const [commit, setCommit] = useState('');
  const [title, setTitle] = useState('');
  const [bug, setBug] = useState('');
  const [risk, setRisk] = useState('');
  const bugs = useQuery(bugsQuery(paramsOf(track), room.version)).data?.items ?? [];
  const isCommit = SHA.test(commit.trim());
  const isReady = isCommit && title.trim() !== '' && risk.trim() !== '';
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title={`Ask for a cherry-pick to ${nameOf(track)}`}
      about="Only critical fixes come after the branch was cut. A release manager answers; a new RC is needed afterwards."
      command={isReady ? { do: 'ask-cherry-pick', commit: commit.trim(), title, bug: bug === '' ? null : bug, risk } : null}
      missing={
        !isCommit
          ? 'Name the commit on main: 7 to 64 hexadecimal digits.'
          : title.trim() === ''
            ? 'Say what it does.'
            : 'Say what could break.'
      }
      act="Ask for the cherry-pick"
      done="It waits for an answer"
    >
      <div className={styles.two}>
        <TextField
          label="Commit on main"
          value={commit}
          maxLength={64}
          required
          error={commit.trim() === '' || isCommit ? null : 'A commit id has 7 to 64 hexadecimal digits.'}
          onChange={(event) => setCommit(event.target.value.toLowerCase())}
        />
        <SelectField label="Bug that it mends" value={bug} onChange={(event) => setBug(event.target.value)}>
          <option value="">None</option>
          {bugs.map((each) => (
            <option key={each.key} value={each.key}>
              {each.key} {each.title}
            </option>
          ))}
        </SelectField>
      </div>
      <TextField label="What it does" value={title} maxLength={500} required onChange={(event) => setTitle(event.target.value)} />
      <TextArea
        label="Risk: what could break, and how it was tested"
        value={risk}
        maxLength={2000}
        required
        onChange={(event) => setRisk(event.target.value)}
      />
    </CommandDialog>
  );
}

function CorrectDialog({ track, onClose }: { track: TrackHead; onClose: () => void }) {
  const { room } = useRoom();
  const reached = track.stages.filter((stage) => track.reached[stage] !== undefined);
  const [what, setWhat] = useState<string>(track.branch === null ? (reached[0] ?? 'cut') : 'cut');
  const [commit, setCommit] = useState('');
  const [at, setAt] = useState('');
  const [reason, setReason] = useState('');
  const moment = at === '' || Number.isNaN(Date.parse(`${at}Z`)) ? null : new Date(`${at}Z`).toISOString();
  const isReady = moment !== null && (what !== 'cut' || SHA.test(commit.trim()));
  const stage = reached.find((each) => each === what);
  const known = stage === undefined ? null : (track.reached[stage] ?? null);
  const make = (why: string): CommandIn | null =>
    moment === null || (what !== 'cut' && stage === undefined)
      ? null
      : { do: 'correct', what: stage === undefined ? { cut: commit.trim(), at: moment } : { stage, at: moment }, reason: why };
  return (
    <CommandDialog
      track={track}
      onClose={onClose}
      title={`Correct the history of ${nameOf(track)}`}
      about="What was read out of history is an inference. A correction is kept beside what it replaces."
      command={isReady && reason.trim() !== '' ? make(reason) : null}
      preview={isReady ? make(PREVIEW_REASON) : null}
      missing={!isReady ? 'Say what was, and when.' : 'Say how it is known.'}
      act="Correct it"
      done={`The history of ${nameOf(track)} is corrected`}
    >
      <div className={styles.two}>
        <SelectField label="What is wrong" value={what} onChange={(event) => setWhat(event.target.value)}>
          {track.branch === null ? null : <option value="cut">Where the branch was cut</option>}
          {reached.map((each) => (
            <option key={each} value={each}>
              When it was {each.replaceAll('-', ' ')}
            </option>
          ))}
        </SelectField>
        <TextField
          label="When it really was (UTC)"
          type="datetime-local"
          value={at}
          required
          onChange={(event) => setAt(event.target.value)}
          hint={known === null ? `The plan is in ${room.app.timezone}.` : `Known now: ${known.slice(0, 16).replace('T', ' ')} UTC.`}
        />
      </div>
      {what === 'cut' ? (
        <TextField
          label="Commit at which it was cut"
          value={commit}
          maxLength={64}
          onChange={(event) => setCommit(event.target.value.toLowerCase())}
        />
      ) : null}
      <Reason value={reason} onChange={setReason} />
    </CommandDialog>
  );
}
