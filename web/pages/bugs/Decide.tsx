/** What can be decided about a bug: its team, the decision with its effect, the reason; and one button that says what it will do. */
import { useEffect, useEffectEvent, useId, useState } from 'react';
import { useQueries } from '@tanstack/react-query';
import type { TrackHead } from '#api/control-room.ts';
import type { BugDetail } from '#api/triage.ts';
import type { BugDecision } from '#domain/facts.ts';
import type { Command } from '#domain/release/commands.ts';
import { stageAllows } from '#domain/release/can.ts';
import { platformName } from '#domain/names.ts';
import { Button, Key } from '../../ui/Button.tsx';
import { SelectField, TextArea, TextField } from '../../ui/Field.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { may, whoMay } from '../../api/authority.ts';
import { client, troubleOf } from '../../api/client.ts';
import { useKeys } from '../../hooks/useKeys.ts';
import { useBrowserTime } from '../../hooks/useNow.ts';
import { paramsOf, useMe, useRoom } from '../../parts/room.ts';
import { decide, undo, useWaiting } from './pending.ts';
import type { Step } from './pending.ts';
import { teamTitle } from '../../parts/lists/team-title.ts';
import { actText, decidableTracks, effectText, missingOf, tracksText } from './triage-model.ts';
import type { Draft } from './triage-model.ts';
import styles from './bugs.module.css';

const SHORTLIST = 3;
const PREVIEW_REASON = 'Shown before the decision, not a reason yet.';

const choices: readonly { is: BugDecision; key: string; label: string; about: string }[] = [
  { is: 'fall-back', key: 'F', label: 'Fall back', about: 'Switch the cause off now, mend it in the next release.' },
  { is: 'blocker', key: 'B', label: 'Blocker', about: 'Holds the release until its fix is verified on an RC.' },
  { is: 'not-a-blocker', key: 'N', label: 'Not a blocker', about: 'The release goes on with it.' },
  { is: 'ask', key: 'I', label: 'Ask for more', about: 'It stays here, and holds, until more is known.' },
];

export function Decide({ bug, teamsInUse }: { bug: BugDetail; teamsInUse: readonly string[] }) {
  const { room } = useRoom();
  const me = useMe();
  const mayAssign = may(me, 'assign-bug');
  const mayDecide = may(me, 'decide-bug');
  const mayNominate = !mayDecide && may(me, 'nominate-bug');
  const tracks = decidableTracks(bug, room.tracks).filter(({ stage }) => stageAllows(stage, 'decide-bug'));
  const [draft, setDraft] = useState<Draft>(() => ({ team: null, decision: null, tracks: tracks.map(({ id }) => id), reason: '' }));
  const [more, setMore] = useState({ risk: '', impact: '', workaround: '' });
  const [wasTried, setTried] = useState(false);
  const waiting = useWaiting();

  const change = (part: Partial<Draft>): void => setDraft((old) => ({ ...old, ...part }));
  const choose = (is: BugDecision): void => {
    if (tracks.length === 0) return;
    if (mayDecide) change({ decision: draft.decision === is ? null : is });
    else if (mayNominate && is === 'blocker') change({ decision: draft.decision === null ? 'nominate' : null });
  };
  const shortlist = shortlistOf(bug, teamsInUse);
  const act = actText(draft, bug.team, tracks, teamTitle);
  const missing = missingOf(draft, bug.team, tracks);
  const send = (): void => {
    setTried(true);
    if (missing !== null || act === null) return;
    decide(bug.key, act, stepsOf(bug, draft, more, tracks), Date.now());
    setTried(false);
    setDraft({ team: null, decision: null, tracks: draft.tracks, reason: '' });
  };
  const onEnter = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey) || document.querySelector('[role="dialog"]') !== null) return;
    event.preventDefault();
    if (mayAssign || mayDecide || mayNominate) send();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onEnter(event);
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
  useKeys({
    b: () => choose('blocker'),
    n: () => choose('not-a-blocker'),
    f: () => choose('fall-back'),
    i: () => choose('ask'),
    u: () => {
      const last = waiting.findLast(({ state }) => state === 'waiting');
      if (last !== undefined) undo(last.id);
    },
    ...Object.fromEntries(
      mayAssign ? shortlist.map((team, at) => [String(at + 1), () => change({ team: draft.team === team ? bug.team : team })]) : [],
    ),
  });
  return (
    <aside className={styles.decide} aria-label={`Decide ${bug.key}`}>
      <WaitingList />
      {tracks.length === 0 ? (
        <p className={styles.soft}>
          {bug.tracks.some(({ ended }) => !ended)
            ? 'No track that it concerns is at a stage in which bugs are decided.'
            : 'Every release in which it was seen has ended, so there is nothing to decide.'}
        </p>
      ) : (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
        >
          {mayAssign ? (
            <TeamPart bug={bug} team={draft.team ?? bug.team} shortlist={shortlist} onTeam={(team) => change({ team })} />
          ) : (
            <Lacking title="1. Team" text={`A ${whoMay('assign-bug')} gives it a team.`} />
          )}
          {mayDecide || mayNominate ? (
            <DecisionPart bug={bug} draft={draft} tracks={tracks} canDecide={mayDecide} onChange={change} />
          ) : (
            <Lacking
              title="2. Decision"
              text={`A ${whoMay('decide-bug')} decides; a ${whoMay('nominate-bug')} can nominate it as a blocker.`}
            />
          )}
          {mayDecide || mayNominate ? (
            <ReasonPart draft={draft} more={more} onReason={(reason) => change({ reason })} onMore={setMore} />
          ) : null}
          {mayAssign || mayDecide || mayNominate ? (
            <>
              <Button type="submit" look="primary" className={styles.act}>
                {act ?? 'Choose a team or a decision'}
                <Key>⌘↵</Key>
              </Button>
              {wasTried && missing !== null ? (
                <p className={styles.missing} role="alert">
                  {missing}
                </p>
              ) : null}
              <p className={styles.soft}>Done 10 s later, unless undone. Kept in the journal with your name.</p>
            </>
          ) : null}
        </form>
      )}
    </aside>
  );
}

/** Teams that are reached by one key: the bug's own, then those with bugs in this list, then the policy's. */
function shortlistOf(bug: BugDetail, teamsInUse: readonly string[]): readonly string[] {
  const known = bug.teams.map(({ id }) => id);
  const used = teamsInUse.filter((team) => known.length === 0 || known.includes(team));
  return [...new Set([...(bug.team === null ? [] : [bug.team]), ...used, ...known])].slice(0, SHORTLIST);
}

/** The commands in the order in which they are given: the team first, then the decision on each track. */
function stepsOf(
  bug: BugDetail,
  draft: Draft,
  more: { risk: string; impact: string; workaround: string },
  tracks: readonly TrackHead[],
): readonly Step[] {
  const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());
  const reason = draft.reason.trim();
  const [first] = tracks;
  const assign: readonly Step[] =
    draft.team === null || draft.team === bug.team || first === undefined
      ? []
      : [
          {
            params: paramsOf(first),
            body: {
              command: { do: 'assign-bug', bug: bug.key, team: draft.team, ...(reason === '' ? {} : { reason }) },
              basedOn: first.revision,
            },
            words: `assigned to ${teamTitle(draft.team)}`,
          },
        ];
  const { decision } = draft;
  if (decision === null) return assign;
  const on = tracks.filter(({ id }) => draft.tracks.includes(id));
  return [
    ...assign,
    ...on.map((track): Step => ({
      params: paramsOf(track),
      body: {
        command:
          decision === 'nominate'
            ? { do: 'nominate-bug', bug: bug.key, reason }
            : {
                do: 'decide-bug',
                bug: bug.key,
                decision,
                reason,
                risk: orNull(more.risk),
                impact: orNull(more.impact),
                workaround: orNull(more.workaround),
              },
        basedOn: track.revision,
      },
      words: `decided on ${platformName(track.platform)} ${track.version}`,
    })),
  ];
}

function Lacking({ title, text }: { title: string; text: string }) {
  return (
    <div className={styles.step}>
      <h3>{title}</h3>
      <p className={styles.soft}>{text}</p>
    </div>
  );
}

function TeamPart({
  bug,
  team,
  shortlist,
  onTeam,
}: {
  bug: BugDetail;
  team: string | null;
  shortlist: readonly string[];
  onTeam: (team: string | null) => void;
}) {
  const name = useId();
  const others = bug.teams.map(({ id }) => id).filter((id) => !shortlist.includes(id));
  return (
    <fieldset className={styles.step}>
      <legend>1. Team</legend>
      <div className={styles.choices}>
        {shortlist.map((id, at) => (
          <label key={id} className={styles.choice} data-on={id === team || undefined}>
            <input type="radio" name={name} className={styles.radio} checked={id === team} onChange={() => onTeam(id)} />
            <Key>{at + 1}</Key>
            <span>
              <b>{teamTitle(id)}</b>
              <span>
                {[id === bug.team ? 'owns it now' : null, bug.teams.find((each) => each.id === id)?.channel ?? null]
                  .filter((part) => part !== null)
                  .join(', ')}
              </span>
            </span>
          </label>
        ))}
      </div>
      {others.length > 0 ? (
        <SelectField
          label="Another team"
          value={team !== null && others.includes(team) ? team : ''}
          onChange={(event) => onTeam(event.target.value === '' ? bug.team : event.target.value)}
        >
          <option value="">None of the others</option>
          {others.map((id) => (
            <option key={id} value={id}>
              {teamTitle(id)}
            </option>
          ))}
        </SelectField>
      ) : bug.teams.length === 0 ? (
        <TextField
          label="Team"
          value={team ?? ''}
          maxLength={200}
          onChange={(event) => onTeam(event.target.value.trim() === '' ? bug.team : event.target.value)}
          hint="The policy names no teams; any name is taken."
        />
      ) : null}
    </fieldset>
  );
}

function DecisionPart({
  bug,
  draft,
  tracks,
  canDecide,
  onChange,
}: {
  bug: BugDetail;
  draft: Draft;
  tracks: readonly TrackHead[];
  canDecide: boolean;
  onChange: (part: Partial<Draft>) => void;
}) {
  const name = useId();
  const chosen = tracks.filter(({ id }) => draft.tracks.includes(id));
  const effects = useEffects(bug, canDecide ? chosen : []);
  return (
    <fieldset className={styles.step}>
      <legend>2. Decision for {chosen.length === 0 ? 'no track' : `${tracksText(chosen)}${sameVersion(chosen)}`}</legend>
      {tracks.length < 2 ? null : (
        <div className={styles.onTracks}>
          {tracks.map(({ id, platform, version }) => (
            <label key={id}>
              <input
                type="checkbox"
                checked={draft.tracks.includes(id)}
                onChange={(event) =>
                  onChange({ tracks: event.target.checked ? [...draft.tracks, id] : draft.tracks.filter((each) => each !== id) })
                }
              />
              {platformName(platform)} {version}
            </label>
          ))}
        </div>
      )}
      {bug.criticalFlow || bug.severity === 'critical' ? (
        <p className={styles.soft}>
          {bug.criticalFlow ? `The policy calls ${bug.flow ?? 'its flow'} a critical flow.` : 'It is reported as critical.'}
        </p>
      ) : null}
      <div className={styles.choices}>
        {canDecide ? (
          choices.map(({ is, key, label, about }) => (
            <label key={is} className={styles.choice} data-on={draft.decision === is || undefined}>
              <input
                type="radio"
                name={name}
                className={styles.radio}
                checked={draft.decision === is}
                onChange={() => onChange({ decision: is })}
              />
              <Key>{key}</Key>
              <span>
                <b>{label}</b>
                <span>
                  {about} {effects.get(is) ?? (chosen.length === 0 ? '' : 'Working out what it changes…')}
                </span>
              </span>
            </label>
          ))
        ) : (
          <label className={styles.choice} data-on={draft.decision === 'nominate' || undefined}>
            <input
              type="checkbox"
              className={styles.radio}
              checked={draft.decision === 'nominate'}
              onChange={(event) => onChange({ decision: event.target.checked ? 'nominate' : null })}
            />
            <Key>B</Key>
            <span>
              <b>Nominate as a blocker</b>
              <span>It holds until it is decided. A {whoMay('decide-bug')} decides.</span>
            </span>
          </label>
        )}
      </div>
    </fieldset>
  );
}

function sameVersion(tracks: readonly TrackHead[]): string {
  const versions = new Set(tracks.map(({ version }) => version));
  return versions.size === 1 ? ` ${[...versions][0] ?? ''}` : '';
}

/** What each decision would change, asked of the server: nothing is stored. */
function useEffects(bug: BugDetail, tracks: readonly TrackHead[]): ReadonlyMap<BugDecision, string> {
  const { room } = useRoom();
  const asked = tracks.flatMap((track) => choices.map(({ is }) => ({ track, is })));
  return useQueries({
    queries: asked.map(({ track, is }) => ({
      queryKey: ['preview', track.id, track.revision, bug.key, is],
      queryFn: () =>
        client.previewCommand({
          params: paramsOf(track),
          body: {
            command: {
              do: 'decide-bug',
              bug: bug.key,
              decision: is,
              reason: PREVIEW_REASON,
              risk: null,
              impact: null,
              workaround: null,
            } satisfies Command,
          },
        }),
      retry: false,
      staleTime: 60_000,
    })),
    combine: (answers) => {
      const effects = new Map<BugDecision, string>();
      for (const [at, { data, error }] of answers.entries()) {
        const of = asked[at];
        if (of === undefined) continue;
        const text =
          data !== undefined
            ? effectText(data, of.track, room.cells)
            : error === null
              ? null
              : `Not possible on ${platformName(of.track.platform)}: ${troubleOf(error).detail}.`;
        if (text !== null) effects.set(of.is, [effects.get(of.is), text].filter(Boolean).join(' '));
      }
      return effects;
    },
  });
}

type More = { risk: string; impact: string; workaround: string };

function ReasonPart({
  draft,
  more,
  onReason,
  onMore,
}: {
  draft: Draft;
  more: More;
  onReason: (reason: string) => void;
  onMore: (more: More) => void;
}) {
  const decides = draft.decision !== null && draft.decision !== 'nominate';
  return (
    <div className={styles.step}>
      <TextArea
        label="3. Reason"
        hint={draft.decision === null ? 'Needed for a decision; kept in the journal.' : 'Kept in the journal; teams read it.'}
        value={draft.reason}
        rows={2}
        maxLength={2000}
        onChange={(event) => onReason(event.target.value)}
      />
      {decides ? (
        <details className={styles.moreFields}>
          <summary>Risk, impact, workaround</summary>
          <TextField
            label="Risk of the fix"
            value={more.risk}
            maxLength={2000}
            onChange={(event) => onMore({ ...more, risk: event.target.value })}
          />
          <TextField
            label="Impact on users"
            value={more.impact}
            maxLength={2000}
            onChange={(event) => onMore({ ...more, impact: event.target.value })}
          />
          <TextField
            label="Workaround"
            value={more.workaround}
            maxLength={2000}
            onChange={(event) => onMore({ ...more, workaround: event.target.value })}
          />
        </details>
      ) : null}
    </div>
  );
}

/** What was decided and is not sent yet, each with its seconds and a way back; and what could not be done. */
function WaitingList() {
  const waiting = useWaiting();
  const nowMs = useBrowserTime(500);
  if (waiting.length === 0) return null;
  return (
    <ul className={styles.waiting}>
      {waiting.map(({ id, bug, text, state, sendsAtMs, done, trouble }) => (
        <li key={id}>
          <output>
            <b>{bug}</b>: {text.charAt(0).toLowerCase()}
            {text.slice(1)}
            {state === 'failed' ? `. ${done.length === 0 ? 'Nothing was done' : `Done: ${done.join(', ')}; the rest was not`}.` : ''}
          </output>
          {state === 'failed' ? (
            <>
              <ProblemNote trouble={trouble} />
              <Button size="small" onClick={() => undo(id)}>
                Close
              </Button>
            </>
          ) : (
            <Button size="small" because={state === 'sending' ? 'It is being sent' : null} onClick={() => undo(id)}>
              {state === 'sending' ? 'Sending…' : 'Undo'}
              {state === 'waiting' ? (
                <span className="figures" aria-hidden="true">
                  {Math.max(0, Math.ceil((sendsAtMs - nowMs) / 1000))} s
                </span>
              ) : null}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
