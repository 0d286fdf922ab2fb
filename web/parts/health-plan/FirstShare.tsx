/** The planner of a rollout's first share: how long it would take to tell, by how much the app is used; said where shares are configured. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { platformName } from '#domain/names.ts';
import { healthPlanQuery } from '../../api/health-client.ts';
import type { HealthPlan } from '../../api/health-client.ts';
import { useSettled } from '../../hooks/useSettled.ts';
import { TextField } from '../../ui/Field.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { metricTitle, rateText, usageText, usageTitle } from '../health-chart/series-model.ts';
import { Moment } from '../Moment.tsx';
import { useRoom } from '../room.ts';
import { Loading, NotRead } from '../States.tsx';
import { askedOf, faultOf, isShare } from './plan-model.ts';
import type { Written } from './plan-model.ts';
import styles from './FirstShare.module.css';

/** In a panel of its own, beginning with the policy's first share. */
export function FirstShare({ platform, metric, exposure }: { platform: string; metric: string; exposure?: 'sessions' | undefined }) {
  return (
    <Panel title={`First share on ${platformName(platform)}`}>
      <FirstShareForm
        key={`${platform} ${metric} ${exposure}`}
        of={{ platform, metric, ...(exposure === undefined ? {} : { exposure }) }}
      />
    </Panel>
  );
}

/** The sentence alone, for a share that is being written elsewhere: nothing while it cannot be told. */
export function FirstShareSentence({ platform, percent }: { platform: string; percent: number | undefined }) {
  const { room } = useRoom();
  const isTold = percent !== undefined && isShare(percent);
  const asked = useSettled(isTold ? percent : null, 250);
  const { data } = useQuery({
    ...healthPlanQuery(room.app.id, { platform, metric: 'crashes', ...(asked === null ? {} : { percent: asked }) }),
    enabled: asked !== null,
  });
  // what was told of another share, or of the policy's own, is no answer
  if (!isTold || data?.percent !== percent || data.plan === null) return null;
  return (
    <output className={styles.sentence} data-late={!data.plan.inTime || undefined}>
      {data.sentence}
    </output>
  );
}

const untouched: Written = { percent: '', days: '', limit: '', people: '', hours: '' };

function FirstShareForm({ of }: { of: { platform: string; metric: string; exposure?: 'sessions' } }) {
  const { metric } = of;
  const { room } = useRoom();
  const [own, setOwn] = useState<Written>(untouched);
  const policy = useQuery(healthPlanQuery(room.app.id, of)).data;
  const fault = faultOf(own, policy?.of ?? 'h');
  const asked = useSettled(fault === null ? askedOf(own) : null, 250);
  const read = useQuery({ ...healthPlanQuery(room.app.id, { ...of, ...asked }), enabled: asked !== null });
  const plan = read.data;
  const set = (name: keyof Written) => (event: { target: { value: string } }) => setOwn({ ...own, [name]: event.target.value });
  return (
    <div className={styles.body}>
      {read.isError ? <NotRead error={read.error} what="The plan" again={() => void read.refetch()} /> : null}
      {fault !== null || asked === null ? null : plan === undefined ? (
        read.isError ? null : (
          <Loading what="the plan" rows={2} rowHeight={32} />
        )
      ) : (
        <>
          <p className={styles.sentence} data-late={(plan.plan !== null && !plan.plan.inTime) || undefined}>
            {plan.sentence}
          </p>
          <From plan={plan} metric={metric} />
        </>
      )}
      <details className={styles.more}>
        <summary>Ask with other numbers</summary>
        <div className={styles.fields}>
          <TextField
            label="Share, %"
            inputMode="decimal"
            value={own.percent}
            placeholder={String(plan?.percent ?? 1)}
            onChange={set('percent')}
          />
          <TextField
            label="Days to wait"
            inputMode="decimal"
            value={own.days}
            placeholder={String(plan?.days ?? 1)}
            onChange={set('days')}
          />
          <TextField
            label={`Limit per 1,000 ${plan?.of ?? 'h'}`}
            inputMode="decimal"
            value={own.limit}
            placeholder={plan?.limit === null || plan === undefined ? 'such as 0.4' : String(plan.limit)}
            onChange={set('limit')}
          />
          <TextField label="People a day" inputMode="numeric" value={own.people} placeholder="as told" onChange={set('people')} />
          <TextField
            label={plan === undefined || plan.of === 'h' ? 'Hours of each' : `${usageTitle(plan)} of each`}
            inputMode="decimal"
            value={own.hours}
            placeholder="as told"
            onChange={set('hours')}
          />
        </div>
        {fault === null ? null : (
          <p className={styles.fault} role="alert">
            {fault} Nothing can be told until then.
          </p>
        )}
      </details>
    </div>
  );
}

const percentText = (share: number): string => `${Math.round(share * 1000) / 10}%`;

/** What the rule waits for besides usage: a part of the time that is foretold. */
function waitsText({ lateReportsHours, minHours }: NonNullable<HealthPlan['plan']>): string {
  const hours = (count: number): string => `${Math.round(count * 10) / 10} h`;
  const late = lateReportsHours === 0 ? '' : ` and ${hours(lateReportsHours)} more for late reports`;
  return minHours === 0 ? late : `${late}, no sooner than after ${hours(minHours)}`;
}

function From({ plan, metric }: { plan: HealthPlan; metric: string }) {
  const { limit, limitFrom, dailyUsage, usageFrom, plan: found } = plan;
  if (found === null) return null;
  return (
    <p className={styles.soft}>
      {metricTitle(metric)} at {percentText(found.healthyAt)} of its limit of {limit === null ? '–' : rateText(limit)}
      {limitFrom === null ? ', as asked,' : ' in the policy'} is green in {percentText(found.power)} of cases after{' '}
      {found.requiredExposure === null ? 'more use than can be told' : usageText(found.requiredExposure, plan)}
      {waitsText(found)}. {platformName(plan.platform)} {plan.of === 'h' ? 'is used' : 'has'}{' '}
      {dailyUsage === null ? '–' : usageText(dailyUsage, plan)} a day
      {usageFrom === null ? (
        ', as asked.'
      ) : (
        <>
          : the middle one of {usageFrom.days} {usageFrom.days === 1 ? 'day' : 'days'} up to <Moment at={usageFrom.until} />.
        </>
      )}
    </p>
  );
}
