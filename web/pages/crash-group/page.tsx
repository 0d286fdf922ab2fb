/** One crash group: how bad it is on a version and on the others, where and when it happens, whose code it is, its ticket, and what was decided. */
import { useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import type { CrashGroupDetail, CrashTicketOrder } from '#api/crash-groups.ts';
import { platformName } from '#domain/names.ts';
import { may, whoMay } from '../../api/authority.ts';
import { troubleOf } from '../../api/client.ts';
import { crashGroupKey, crashGroupQuery, crashGroups } from '../../api/crash-groups-client.ts';
import { useKeys } from '../../hooks/useKeys.ts';
import { listSearch } from '../../parts/crash-groups/search.ts';
import { Severity } from '../../parts/crash-groups/Severity.tsx';
import {
  crashes,
  dimensionName,
  impactInWords,
  noveltyMeanings,
  noveltyNames,
  orderInWords,
  ownerInWords,
  people,
  severityInWords,
  stateOfTicket,
  valueName,
} from '../../parts/crash-groups/words.ts';
import { HealthPage } from '../../parts/health-tabs/HealthPage.tsx';
import { Failed, Loading, Out, Platform } from '../../parts/lists/ListPage.tsx';
import { decisionNames } from '../../parts/lists/decision-names.ts';
import { teamTitle } from '../../parts/lists/team-title.ts';
import { Moment } from '../../parts/Moment.tsx';
import { useMe, useRoom } from '../../parts/room.ts';
import { ReasonDialog } from '../../parts/settings/ReasonDialog.tsx';
import type { Asked } from '../../parts/settings/ReasonDialog.tsx';
import { say } from '../../parts/shell/announce.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { Days } from './Days.tsx';
import styles from './crash-group.module.css';

export default function CrashGroupPage() {
  const { room } = useRoom();
  const { group: id } = useParams({ from: '/$app/health/groups/$group' });
  const search = useSearch({ from: '/$app/health/groups/$group' });
  const { version } = search;
  const query = useQuery(crashGroupQuery(room.app.id, Number(id), version, room.version));
  const group = query.data;
  const list = listSearch(search);
  const what = `crash group ${id}`;
  return (
    <HealthPage current="groups" about={group === undefined ? `Crash group ${id}` : group.title.slice(0, 60)}>
      <Link to="/$app/health/groups" params={{ app: room.app.id }} search={list} className={styles.back}>
        <Icon name="back" /> {Object.keys(list).length === 0 ? 'All crash groups' : 'The crash groups that fit the filter'}
      </Link>
      {query.isError ? <Failed error={query.error} what={what} again={() => void query.refetch()} isOld={group !== undefined} /> : null}
      {group === undefined ? query.isError ? null : <Loading what={what} /> : <Group group={group} />}
    </HealthPage>
  );
}

function Group({ group }: { group: CrashGroupDetail }) {
  const { room } = useRoom();
  const url = group.ticket?.url ?? null;
  useKeys(url === null ? {} : { o: { says: 'Open the ticket in the tracker', act: () => void window.open(url, '_blank', 'noreferrer') } });
  return (
    <div className={styles.page}>
      <div className={styles.main}>
        <header className={styles.head}>
          <p className={styles.tags}>
            <Severity judgement={group.judgement} />
            <Platform platform={group.platform} />
            {room.releases.some((release) => release.version === group.version) ? (
              <Link
                to="/$app/$version/$platform"
                params={{ app: room.app.id, version: group.version, platform: group.platform }}
                className="link"
              >
                {group.version}
              </Link>
            ) : (
              <span>{group.version}</span>
            )}
            {group.flow === null ? null : <span>in {group.flow}</span>}
            <span>
              first seen <Moment at={group.firstAt} />, last <Moment at={group.lastAt} as="ago" />
            </span>
          </p>
          <h2 className={styles.title}>{group.title}</h2>
          <p className={styles.lead}>{headline(group)}</p>
        </header>
        <Stats group={group} />
        <Panel title="When it hits people for the first time" aside={<span>days of UTC</span>}>
          <Days days={group.days} shown={group.version} />
        </Panel>
        <Stack group={group} />
        <Counts group={group} />
        <Segments group={group} />
      </div>
      <div className={styles.side}>
        <Owner group={group} />
        <Ticket group={group} />
        <Decision group={group} />
        <History group={group} />
      </div>
    </div>
  );
}

/** What matters of it in one or two sentences. */
function headline({ judgement, users, version }: CrashGroupDetail): string {
  if (judgement === null)
    return `${people(users)} hit on ${version}. Its severity cannot be told: nothing was told of how much the version is used.`;
  const { grave, noise } = judgement;
  const more = grave
    ? ' Even its low end is as bad as S1 is, so its ticket is nominated as a blocker, and people decide.'
    : noise !== null && noise > 0.8
      ? ` ${Math.round(noise * 100)}% of its crashes come from devices that crash everywhere: it holds nothing.`
      : '';
  return `${severityInWords(judgement)}; ${noveltyMeanings[judgement.novelty]}. At everyone ${impactInWords(judgement.impact)} of a million people a day would meet it, ${impactInWords(judgement.impactLower)} at least.${more}`;
}

function Stats({ group: { judgement, users, crashes: count, version } }: { group: CrashGroupDetail }) {
  const stats: readonly (readonly [name: string, value: string, more: string])[] = [
    ['People hit', users.toLocaleString('en'), `on ${version}`],
    ['Crashes', count.toLocaleString('en'), users === 0 ? '' : `${(count / users).toFixed(1)} each`],
    ...(judgement === null
      ? []
      : ([
          ['At everyone', impactInWords(judgement.impact), `of 1 M a day, ${impactInWords(judgement.impactLower)} at least`],
          ['Change', noveltyNames[judgement.novelty], `weight ${Number(judgement.weight.toPrecision(2))}`],
          ['Seen in use', Math.round(judgement.exposure).toLocaleString('en'), `units of use, ${judgement.audience}`],
        ] as const)),
  ];
  return (
    <dl className={styles.stats}>
      {stats.map(([name, value, more]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value}
            <span>{more}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Stack({ group }: { group: CrashGroupDetail }) {
  const [at, setAt] = useState(0);
  const sample = group.samples[at] ?? group.samples[0];
  // the owner was found from the newest sample that tells where its frames are
  const decided = group.owner?.team === null || group.owner === null ? null : group.owner.frame;
  const speaker = group.samples.findIndex(({ frames }) => frames.some(({ code }) => code !== null));
  if (sample === undefined) return null;
  return (
    <Panel
      title="Where"
      aside={
        group.samples.length < 2 ? null : (
          <select aria-label="Sample" value={at} onChange={(event) => setAt(Number(event.target.value))} className={styles.select}>
            {group.samples.map(({ version, build }, place) => (
              <option key={`${place} ${version}`} value={place}>
                {`Sample ${place + 1}: ${version}${build === null ? '' : `, build ${build}`}`}
              </option>
            ))}
          </select>
        )
      }
    >
      <section className={styles.stack} tabIndex={0} aria-label={`The stack of a crash on ${sample.version}`}>
        <p>{sample.title}</p>
        <ol>
          {sample.frames.map(({ frame, code }, place) => (
            <li key={`${place} ${frame}`} data-owner={(at === speaker && place === decided) || undefined}>
              <code>{frame}</code>
              {code === null ? null : <code className={styles.code}>{code}</code>}
              {at === speaker && place === decided ? <span className={styles.mark}>whose code it is</span> : null}
            </li>
          ))}
        </ol>
        {sample.frames.length === 0 ? <p className={styles.soft}>The SDK told no frames.</p> : null}
      </section>
    </Panel>
  );
}

function Counts({ group }: { group: CrashGroupDetail }) {
  const { room } = useRoom();
  const judged = new Map(group.judgements.map((judgement) => [judgement.version, judgement]));
  return (
    <Panel title="By version">
      <table className={styles.table}>
        <caption className="sr-only">People and crashes by version, the newest first</caption>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">People</th>
            <th scope="col">Crashes</th>
            <th scope="col">Severity</th>
            <th scope="col">Change</th>
          </tr>
        </thead>
        <tbody>
          {group.counts.map(({ version, users, crashes: count, live }) => {
            const judgement = judged.get(version) ?? null;
            return (
              <tr key={version} data-shown={version === group.version || undefined}>
                <th scope="row">
                  <Link
                    to="/$app/health/groups/$group"
                    params={{ app: room.app.id, group: String(group.id) }}
                    search={(old) => ({ ...old, version })}
                    aria-current={version === group.version ? 'true' : undefined}
                    className="link"
                  >
                    {version}
                  </Link>
                  {live ? null : <span className={styles.soft}> ended</span>}
                </th>
                <td className="figures">{users.toLocaleString('en')}</td>
                <td className="figures">{count.toLocaleString('en')}</td>
                <td>
                  <Severity judgement={judgement} />
                </td>
                <td>{judgement === null ? '–' : noveltyNames[judgement.novelty]}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Panel>
  );
}

const SHOWN_SEGMENTS = 5;

/** Where it happens, dimension by dimension, the most people first. */
function Segments({ group }: { group: CrashGroupDetail }) {
  const dimensions = [...Map.groupBy(group.segments, ({ dimension }) => dimension)];
  return (
    <Panel title="Who" aside={<span>people by their first crash on {group.version}</span>}>
      {dimensions.length === 0 ? (
        <p className={styles.pad}>The SDK told neither market nor system nor device.</p>
      ) : (
        <div className={styles.segments}>
          {dimensions.map(([dimension, all]) => (
            <Dimension key={dimension} dimension={dimension} segments={all} />
          ))}
        </div>
      )}
    </Panel>
  );
}

function Dimension({ dimension, segments }: { dimension: string; segments: CrashGroupDetail['segments'] }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? segments : segments.slice(0, SHOWN_SEGMENTS);
  const most = Math.max(1, ...segments.map(({ users }) => users));
  return (
    <table className={styles.dimension}>
      <caption>{dimensionName(dimension)}</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">{dimensionName(dimension)}</th>
          <th scope="col">Share of the most</th>
          <th scope="col">People</th>
        </tr>
      </thead>
      <tbody>
        {shown.map(({ value, users, crashes: count }) => (
          <tr key={value} title={crashes(count)}>
            <th scope="row">{valueName(dimension, value)}</th>
            <td aria-hidden="true">
              <i style={{ width: `${(users / most) * 100}%` }} />
            </td>
            <td className="figures">{users.toLocaleString('en')}</td>
          </tr>
        ))}
      </tbody>
      {segments.length > SHOWN_SEGMENTS ? (
        <tfoot>
          <tr>
            <td colSpan={3}>
              <Button size="small" look="ghost" onClick={() => setWhole(!isWhole)} aria-expanded={isWhole}>
                {isWhole ? 'Fewer' : `All ${segments.length}`}
              </Button>
            </td>
          </tr>
        </tfoot>
      ) : null}
    </table>
  );
}

function Owner({ group }: { group: CrashGroupDetail }) {
  const { owner } = group;
  const theirs = ownerInWords(group);
  return (
    <Panel title="Owner">
      <div className={styles.pad}>
        {owner === null ? (
          <p className={styles.soft}>Whose code it is was not looked for yet.</p>
        ) : owner.team === null ? (
          <>
            <p className={styles.strong}>{theirs.team === null ? 'No owner' : theirs.words}</p>
            <p className={styles.soft}>
              {theirs.team === null
                ? `${owner.because.charAt(0).toUpperCase()}${owner.because.slice(1)}.`
                : `It has the ticket ${group.ticket?.key ?? ''}. By its code it is nobody’s: ${owner.because}.`}
            </p>
          </>
        ) : (
          <>
            <p className={styles.strong}>{teamTitle(owner.team)}</p>
            <p className={styles.soft}>
              <code>{owner.path}</code>, by the rule <code>{owner.rule}</code> {owner.from === 'policy' ? 'of the policy' : 'of CODEOWNERS'}
            </p>
          </>
        )}
      </div>
    </Panel>
  );
}

function Ticket({ group }: { group: CrashGroupDetail }) {
  const { room } = useRoom();
  const me = useMe();
  const queries = useQueryClient();
  const app = room.app.id;
  const { ticket } = group;
  const make = useMutation({
    mutationFn: () => crashGroups.makeCrashTicket({ params: { app, group: group.id }, body: { version: group.version } }),
    onSuccess: (asked) => {
      say(asked.ordered ? 'The tracker is asked for it.' : `There is a ticket already: ${asked.key ?? 'it is on its way'}.`);
      void queries.invalidateQueries({ queryKey: crashGroupKey(app, group.id) });
    },
  });
  const order = ticket?.order ?? null;
  const mayBeTried = order !== null && (order.state === 'refused' || (order.state === 'waiting' && order.attempts > 0));
  const mayBeMade = ticket === null || mayBeTried || (order === null && ticket.state !== 'open');
  const because = !may(me, 'report-bug')
    ? `${whoMay('report-bug')} may`
    : !group.mayHaveTicket
      ? 'No tracker is connected that takes tickets'
      : group.decision !== null
        ? 'It was decided that it is worth no ticket'
        : make.isPending
          ? 'It is being asked for'
          : null;
  return (
    <Panel title="Ticket">
      <div className={styles.pad}>
        {ticket === null ? (
          <p className={styles.soft}>{noTicket(group)}</p>
        ) : (
          <>
            <p className={styles.strong}>
              {ticket.key === null ? (
                stateOfTicket(ticket)
              ) : (
                <Link to="/$app/bugs/$bug" params={{ app, bug: ticket.key }} className="link">
                  {stateOfTicket(ticket)}
                </Link>
              )}
            </p>
            <p className={styles.soft}>
              For {ticket.line}, asked for by {ticket.by.name}, <Moment at={ticket.at} />
              {ticket.reopened === 0 ? '' : `; opened again ${ticket.reopened === 1 ? 'once' : `${ticket.reopened} times`}`}
              {ticket.nominatedOn.length === 0 ? '' : `; nominated on ${ticket.nominatedOn.join(', ')}`}.{' '}
              {ticket.url === null ? null : <Out url={ticket.url}>Open it in the tracker</Out>}
            </p>
            {ticket.order === null ? null : <Order order={ticket.order} />}
          </>
        )}
        {mayBeMade ? (
          <>
            <Button onClick={() => make.mutate()} because={because}>
              {mayBeTried
                ? order.state === 'waiting'
                  ? 'Try it now'
                  : 'Try again'
                : ticket?.state === 'closed'
                  ? 'Open it again'
                  : 'Make a ticket'}
            </Button>
            {because === null ? null : <p className={styles.soft}>{because}.</p>}
          </>
        ) : null}
        {make.isError ? <ProblemNote trouble={troubleOf(make.error)} /> : null}
        {group.tickets.length < 2 ? null : (
          <p className={styles.soft}>
            Others:{' '}
            {group.tickets
              .filter(({ line }) => line !== ticket?.line)
              .map((other) => `${stateOfTicket(other)} for ${other.line}`)
              .join(', ')}
          </p>
        )}
      </div>
    </Panel>
  );
}

/** What was ordered of the ticket and is not done: why, when it is tried next, and what helps. */
function Order({ order }: { order: CrashTicketOrder }) {
  const { state, because, nextTryAt, whatToDo } = order;
  return (
    <div className={styles.order} data-state={state}>
      <Lamp state={state === 'refused' ? 'stop' : 'caution'} silent size={14} />
      <div>
        <p>
          {orderInWords(order)}
          {nextTryAt === null ? null : (
            <>
              ; next try <Moment at={nextTryAt} />
            </>
          )}
          .
        </p>
        {because === null ? null : <p className={styles.soft}>Why: {because}</p>}
        {whatToDo === null ? null : <p className={styles.soft}>What to do: {whatToDo}.</p>}
      </div>
    </div>
  );
}

/** Why there is none. */
function noTicket({ judgement, users, decision }: CrashGroupDetail): string {
  if (decision !== null) return 'None: somebody decided that it is worth none.';
  if (judgement === null) return 'None. Its severity cannot be told, so it gets none by itself.';
  if (judgement.score < 50) return 'None. It would be below S3 at everyone, so it gets none by itself.';
  if (users < 3) return 'None. It has hit fewer than three people, so it gets none by itself.';
  return 'None yet.';
}

function Decision({ group }: { group: CrashGroupDetail }) {
  const { room } = useRoom();
  const me = useMe();
  // what is asked stays what it was when it was opened, whatever others decide meanwhile
  const [asked, setAsked] = useState<Asked | null>(null);
  const { decision, version } = group;
  const decided = group.triage?.decision ?? null;
  const because = may(me, 'decide-bug') ? null : `${whoMay('decide-bug')} may`;
  return (
    <Panel title="Decision">
      <div className={styles.pad}>
        {decision === null ? (
          decided === null ? (
            <p className={styles.soft}>
              Nobody decided anything about the group. Whether its ticket blocks a release is decided in triage.
            </p>
          ) : (
            <>
              <p className={styles.strong}>
                {decisionNames[decided.is]} on {version}
              </p>
              <p className={styles.soft}>
                {decided.by}, <Moment at={decided.at} />, in triage of its ticket: {decided.reason}
              </p>
            </>
          )
        ) : (
          <>
            <p className={styles.strong}>Worth no ticket</p>
            <p className={styles.soft}>
              {decision.by}, <Moment at={decision.at} />: {decision.reason}
            </p>
          </>
        )}
        <Button
          onClick={() => setAsked(decision === null ? worthNone(room.app.id, group) : takeBack(room.app.id, group))}
          because={because}
        >
          {decision === null ? 'Worth no ticket…' : 'Take the decision back…'}
        </Button>
        {because === null ? null : <p className={styles.soft}>{because}.</p>}
      </div>
      {asked === null ? null : <ReasonDialog asked={asked} onClose={() => setAsked(null)} />}
    </Panel>
  );
}

const worthNone = (app: string, { id, title }: CrashGroupDetail): Asked => ({
  title: 'Worth no ticket',
  about: `“${title}” gets no ticket, and none can be asked for, until the decision is taken back. A ticket that it has stays.`,
  act: 'Decide: worth no ticket',
  look: 'primary',
  why: 'Reason',
  least: 3,
  done: 'Decided.',
  send: (reason) => crashGroups.decideCrashGroup({ params: { app, group: id }, body: { decision: 'not-worth-a-ticket', reason } }),
  refresh: [crashGroupKey(app, id)[0]],
});

const takeBack = (app: string, { id, title, decision }: CrashGroupDetail): Asked => ({
  title: 'Take the decision back',
  about: `${decision?.by ?? 'Somebody'} decided that “${title}” is worth no ticket: ${decision?.reason ?? ''}`,
  act: 'Take it back',
  look: 'primary',
  why: 'Reason',
  least: 3,
  done: 'The decision is taken back.',
  send: (reason) => crashGroups.decideCrashGroup({ params: { app, group: id }, body: { decision: 'undecided', reason } }),
  refresh: [crashGroupKey(app, id)[0]],
});

function History({ group }: { group: CrashGroupDetail }) {
  return (
    <Panel title="History">
      {group.history.length === 0 ? (
        <p className={styles.pad}>Nothing was written down yet: it was never worth a ticket.</p>
      ) : (
        <ol className={styles.history}>
          {group.history.map(({ at, actor, text, track }) => {
            const [, version, platform] = track?.split('/') ?? [];
            return (
              <li key={`${at} ${text}`}>
                <span className={styles.soft}>
                  <Moment at={at} />
                  {version === undefined || platform === undefined ? '' : `, ${platformName(platform)} ${version}`}
                </span>
                <span>
                  {actor.name} {text}
                </span>
              </li>
            );
          })}
        </ol>
      )}
    </Panel>
  );
}
