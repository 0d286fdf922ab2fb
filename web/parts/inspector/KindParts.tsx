/** What the inspector shows beside the fields for criteria that people answer: bugs to decide, teams to sign, things to approve or tick. */
import { useQuery } from '@tanstack/react-query';
import type { TrackHead } from '#api/control-room.ts';
import type { Cell } from '#api/verdict.ts';
import { stageAllows } from '#domain/release/can.ts';
import type { CellState } from '#domain/cell-state.ts';
import { Button, Key } from '../../ui/Button.tsx';
import { useKeys } from '../../hooks/useKeys.ts';
import { say } from '../shell/announce.ts';
import { teamName } from '#domain/criteria/words.ts';
import { Lamp } from '../../ui/Lamp.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { roleName } from '#domain/roles.ts';
import { isBy, isOf, may, whoMay } from '../../api/authority.ts';
import type { Me } from '../../api/authority.ts';
import { troubleOf } from '../../api/client.ts';
import { bugsQuery, signOffsQuery } from '../../api/queries.ts';
import { useAsk } from '../commands/ask.ts';
import { Moment } from '../Moment.tsx';
import { paramsOf, useMe, useRoom } from '../room.ts';
import styles from './Inspector.module.css';

const signLamp: Readonly<Record<string, CellState>> = {
  pending: 'caution',
  testing: 'caution',
  signed: 'clear',
  rejected: 'stop',
  withdrawn: 'caution',
  'opted-out': 'not-needed-yet',
};

export function SignOffs({ track }: { track: TrackHead }) {
  const { room } = useRoom();
  const me = useMe();
  const ask = useAsk();
  const list = useQuery(signOffsQuery(paramsOf(track), room.version));
  const teams = list.data?.items ?? [];
  const mine = teams.filter(({ team }) => isOf(me, team));
  return (
    <div className={styles.part}>
      <h3>Teams</h3>
      {list.isError ? <ProblemNote trouble={troubleOf(list.error)} /> : null}
      <ul className={styles.list}>
        {teams.map((sign) => (
          <li key={sign.team}>
            <Lamp state={signLamp[sign.state] ?? 'unknown'} silent />
            <div>
              <b>{teamName(sign.team)}</b>{' '}
              <span className={styles.soft}>
                {sign.state.replace('-', ' ')}
                {sign.build === null ? '' : ` on build ${sign.build}`}
                {sign.by === null ? '' : ` by ${sign.by}`}
                {sign.at === null ? null : ', '}
                {sign.at === null ? null : <Moment at={sign.at} />}
                {sign.note === null ? '' : `: ${sign.note}`}
              </span>
              {!isOf(me, sign.team) &&
              ['pending', 'testing', 'withdrawn', 'rejected'].includes(sign.state) &&
              may(me, 'nudge') &&
              stageAllows(track.stage, 'sign-off') ? (
                <div className={styles.acts}>
                  <Button
                    size="small"
                    onClick={() => ask({ is: 'nudge', track, whom: teamName(sign.team), instance: null, team: sign.team })}
                  >
                    Nudge…
                  </Button>
                </div>
              ) : null}
              {isOf(me, sign.team) && may(me, 'sign-off') && stageAllows(track.stage, 'sign-off') && sign.state !== 'opted-out' ? (
                <div className={styles.acts}>
                  {sign.state === 'signed' ? (
                    <Button size="small" onClick={() => ask({ is: 'sign-off', track, team: sign.team, state: 'withdrawn' })}>
                      Withdraw…
                    </Button>
                  ) : (
                    <>
                      <Button size="small" onClick={() => ask({ is: 'sign-off', track, team: sign.team, state: 'signed' })}>
                        Sign off…
                      </Button>
                      <Button size="small" onClick={() => ask({ is: 'sign-off', track, team: sign.team, state: 'rejected' })}>
                        Cannot sign off…
                      </Button>
                    </>
                  )}
                </div>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
      {list.data !== undefined && teams.length === 0 ? <p className={styles.soft}>The policy names no team that signs.</p> : null}
      {teams.length > 0 && mine.length === 0 ? (
        <p className={styles.soft}>Members of a team sign for it; you are in none of these.</p>
      ) : null}
    </div>
  );
}

export function Bugs({ track, kind }: { track: TrackHead; kind: 'no-blocking-bugs' | 'triage-empty' }) {
  const { room } = useRoom();
  const me = useMe();
  const ask = useAsk();
  const list = useQuery(bugsQuery(paramsOf(track), room.version));
  const all = list.data?.items ?? [];
  const decisionOn = (bug: (typeof all)[number]) =>
    bug.decisions.findLast(({ version, platform }) => version === track.version && platform === track.platform) ?? null;
  const gravity = (bug: (typeof all)[number]): number =>
    decisionOn(bug)?.is === 'blocker' && bug.verifiedOn.length === 0 ? 0 : bug.nominated || decisionOn(bug)?.is === 'ask' ? 1 : 2;
  const listed =
    kind === 'triage-empty'
      ? all.filter(({ state, team }) => state === 'open' && team === null)
      : all.filter((bug) => bug.nominated || decisionOn(bug) !== null || bug.state === 'open');
  const shown = listed.toSorted((a, b) => gravity(a) - gravity(b));
  const first = shown.find((bug) => ['blocker', 'ask', undefined].includes(decisionOn(bug)?.is)) ?? shown[0];
  useKeys({
    v: () => {
      if (first === undefined) return say('There is no bug to decide here.');
      if (!may(me, 'decide-bug')) return say(`A ${whoMay('decide-bug')} decides bugs.`);
      ask({ is: 'decide-bug', track, bug: first });
    },
  });
  return (
    <div className={styles.part}>
      <h3>{kind === 'triage-empty' ? 'Without a team' : 'Bugs of this version'}</h3>
      {list.isError ? <ProblemNote trouble={troubleOf(list.error)} /> : null}
      <ul className={styles.list}>
        {shown.map((bug) => {
          const decision = decisionOn(bug);
          const isVerified = bug.verifiedOn.length > 0;
          const state: CellState =
            decision === null || decision.is === 'ask'
              ? bug.nominated || decision !== null
                ? 'caution'
                : 'not-needed-yet'
              : decision.is === 'blocker' && bug.state === 'open' && !isVerified
                ? 'stop'
                : 'clear';
          return (
            <li key={bug.key}>
              <Lamp state={state} silent />
              <div>
                {bug.url === null ? (
                  <b>{bug.key}</b>
                ) : (
                  <a className="link" href={bug.url} rel="noreferrer" target="_blank">
                    {bug.key}
                  </a>
                )}{' '}
                {bug.title}{' '}
                <span className={styles.soft}>
                  {[
                    bug.state,
                    bug.team ?? 'no team',
                    bug.severity,
                    decision === null
                      ? bug.nominated
                        ? 'nominated, waits for a decision'
                        : 'not nominated'
                      : `${decision.is.replaceAll('-', ' ')} by ${decision.by}: ${decision.reason}`,
                    bug.fixedBy.length === 0 ? null : `fixed by ${bug.fixedBy.map((commit) => commit.slice(0, 10)).join(', ')}`,
                    isVerified ? `verified on ${bug.verifiedOn.join(', ')}` : null,
                  ]
                    .filter((part) => part !== null)
                    .join(' · ')}
                </span>
                <div className={styles.acts}>
                  {may(me, 'decide-bug') ? (
                    <Button size="small" onClick={() => ask({ is: 'decide-bug', track, bug })}>
                      {decision === null ? 'Decide…' : 'Change decision…'}
                      {bug === first ? <Key>V</Key> : null}
                    </Button>
                  ) : null}
                  {bug.team === null && may(me, 'assign-bug') ? (
                    <Button size="small" onClick={() => ask({ is: 'assign-bug', track, bug })}>
                      Assign…
                    </Button>
                  ) : null}
                </div>
              </div>
            </li>
          );
        })}
      </ul>
      {list.data !== undefined && shown.length === 0 ? <p className={styles.soft}>None.</p> : null}
      {shown.length > 0 && !may(me, 'decide-bug') ? <p className={styles.soft}>A {whoMay('decide-bug')} decides.</p> : null}
    </div>
  );
}

/** Why someone's approval would not be taken: the policy names a role, and nobody approves what they chose. Null when it would. */
function mayNotApprove(me: Me, track: TrackHead, cell: Cell): string | null {
  const wanted = cell.who.flatMap(({ kind, name }) => (kind === 'role' ? name : []));
  const isOfRole = wanted.length === 0 || me.roles.some((role) => wanted.includes(roleName(role)));
  if (!may(me, 'approve') || !isOfRole)
    return `Someone of the ${wanted.length === 0 ? whoMay('approve') : wanted.join(' or ')} answers this.`;
  return track.candidate !== null && isBy(me, track.candidate.chosenBy) ? 'You chose the candidate; somebody else approves it.' : null;
}

export function Ticks({ track, cell }: { track: TrackHead; cell: Cell }) {
  const me = useMe();
  const ask = useAsk();
  const is = cell.kind === 'approved-by' ? 'approve' : 'tick';
  const because = is === 'approve' ? mayNotApprove(me, track, cell) : may(me, is) ? null : `A ${whoMay(is)} answers this.`;
  if (because !== null) return <p className={styles.note}>{because}</p>;
  const open = (yes: boolean): void =>
    is === 'approve'
      ? ask({ is, track, cell, answer: yes ? 'approved' : 'refused' })
      : ask({ is, track, cell, answer: yes ? 'done' : 'refused' });
  return (
    <div className={styles.acts}>
      <Button onClick={() => open(true)}>{is === 'approve' ? 'Approve…' : 'Tick as done…'}</Button>
      <Button onClick={() => open(false)}>Refuse…</Button>
    </div>
  );
}
