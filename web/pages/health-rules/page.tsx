/** Rules of health: which criteria about rates and usage stand where, under which limit, and what a red of each does. All of it stands in the policy. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { platformName } from '#domain/names.ts';
import { rulesQuery } from '../../api/health-client.ts';
import type { PlatformHealthRules } from '../../api/health-client.ts';
import cards from '../../parts/CardTable.module.css';
import { HealthPage } from '../../parts/health-tabs/HealthPage.tsx';
import { Empty, Failed, Loading, Platform } from '../../parts/lists/ListPage.tsx';
import { useRoom } from '../../parts/room.ts';
import { Panel } from '../../ui/Panel.tsx';
import { baselineInWords, limitInWords, redInWords, whenInWords } from './rules-model.ts';
import { classes } from '../../util/classes.ts';
import styles from './rules.module.css';

export default function HealthRulesPage() {
  const { room } = useRoom();
  const read = useQuery(rulesQuery(room.app.id));
  const platforms = read.data?.items ?? [];
  return (
    <HealthPage current="rules" about="Rules of health">
      <p className={styles.lead}>
        What is held against a release, from the policy in force. The range of a rate may be looked at all the time: a criterion is green
        when all of it is under the limit, red when all of it is over, and waits in between. To change a rule, change the{' '}
        <Link className="link" to="/settings/$page" params={{ page: 'policy' }} search={{ app: room.app.id }}>
          policy
        </Link>
        .
      </p>
      {read.isError ? (
        <Failed error={read.error} what="the rules" again={() => void read.refetch()} isOld={read.data !== undefined} />
      ) : null}
      {read.data === undefined && !read.isError ? <Loading what="the rules" /> : null}
      {read.data !== undefined && platforms.every(({ rules }) => rules.length === 0) ? (
        <Empty title="The policy holds nothing about health.">
          A release goes on whatever its crashes are. Criteria about rates are written in the policy.
        </Empty>
      ) : null}
      {platforms.map((each) => (
        <OnePlatform key={each.platform} rules={each} />
      ))}
      {read.data === undefined ? null : (
        <Panel title="Who gets the ticket">
          <div className={styles.body}>
            <p>
              A rate has no owner, what raises it has: each crash group goes to the team that owns the code it crashes in, as{' '}
              <code>teams</code> and CODEOWNERS say. One of which nobody knows whose it is stands in{' '}
              <Link className="link" to="/$app/bugs" params={{ app: room.app.id }}>
                triage
              </Link>{' '}
              without a team.
            </p>
          </div>
        </Panel>
      )}
    </HealthPage>
  );
}

function OnePlatform({ rules: { platform, rules, halt, rollout } }: { rules: PlatformHealthRules }) {
  return (
    <Panel title={<Platform platform={platform} />} aside={<span>{rollout.map((share) => `${share}%`).join(', then ')}</span>}>
      {rules.length === 0 ? (
        <p className={styles.body}>Nothing about health is held against {platformName(platform)}.</p>
      ) : (
        <section className={cards.scroll} tabIndex={0} aria-label={`Rules of ${platformName(platform)}`}>
          <table className={classes(cards.table, styles.table)}>
            <thead className="sr-only-on-phone">
              <tr>
                <th scope="col">Criterion</th>
                <th scope="col">Limit</th>
                <th scope="col">Held against</th>
                <th scope="col">Where</th>
                <th scope="col">A red of it</th>
              </tr>
            </thead>
            <tbody>
              {rules.map((rule) => (
                <tr key={rule.instance}>
                  <th scope="row">
                    {rule.title} <code>{rule.instance}</code>
                    <span className={styles.soft}>{rule.asks}</span>
                  </th>
                  <td data-name="Limit">{limitInWords(rule)}</td>
                  <td data-name="Held against">{baselineInWords(rule)}</td>
                  <td data-name="Where">{whenInWords(rule)}</td>
                  <td data-name="A red of it">
                    {redInWords(rule, halt)}
                    <span className={styles.soft}>
                      {rule.waivable ? 'It may be waived.' : 'It is never waived.'}
                      {rule.required ? ' Without a source it is unknown, which counts as a stop.' : ''}
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Panel>
  );
}
