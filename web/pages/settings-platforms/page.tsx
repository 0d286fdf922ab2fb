/** The platforms of an app, as its policy has them: where each ships, in which shares, and each step with who takes it, when, and what holds it. */
import { useState } from 'react';
import type { RefObject } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { platformName, stepInWords } from '#domain/names.ts';
import type { Step } from '#domain/release/track.ts';
import { capabilities, storefrontKinds } from '#domain/rollout/storefronts.ts';
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import { may, whoMay } from '../../api/authority.ts';
import type { settings } from '../../api/settings-client.ts';
import cards from '../../parts/CardTable.module.css';
import { FirstShareSentence } from '../../parts/health-plan/FirstShare.tsx';
import { Platform } from '../../parts/lists/ListPage.tsx';
import { PolicyChangeDialog } from '../../parts/policy-change/PolicyChange.tsx';
import { sharesIn, withChanges } from '../../parts/policy-change/policy-text.ts';
import { platformsQuery, policyQuery } from '../../parts/policy-change/queries.ts';
import { useMe, useRoom } from '../../parts/room.ts';
import { Read, SettingsPage } from '../../parts/settings/SettingsPage.tsx';
import shared from '../../parts/settings/settings.module.css';
import { useFormFocus } from '../../parts/settings/useFormFocus.ts';
import { Button } from '../../ui/Button.tsx';
import { CheckField, TextField } from '../../ui/Field.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { classes } from '../../util/classes.ts';
import styles from './platforms.module.css';

type Rules = Awaited<ReturnType<typeof settings.listPlatforms>>['items'][number];

export default function SettingsPlatformsPage() {
  const { room } = useRoom();
  const list = useQuery(platformsQuery(room.app.id));
  return (
    <SettingsPage id="platforms">
      <Read list={list} what="the platforms" rows={8}>
        {({ items }) => items.map((rules) => <OnePlatform key={rules.platform} rules={rules} />)}
      </Read>
      <p className={shared.soft}>
        Another platform, a step’s criteria, its window and what the robot does are written in the{' '}
        <Link className="link" to="/settings/$page" params={{ page: 'policy' }} search={{ app: room.app.id }}>
          policy
        </Link>
        .
      </p>
    </SettingsPage>
  );
}

const byRobot: Readonly<Record<Rules['steps'][number]['robot'], string>> = {
  manual: 'a person',
  shadow: 'a person, in the robot’s shadow',
  ask: 'the robot, asked first',
  auto: 'the robot',
};

function OnePlatform({ rules }: { rules: Rules }) {
  const me = useMe();
  const [isEditing, setEditing] = useState(false);
  const { platform, process, storefronts, rollout, steps, halts, live } = rules;
  const form = useFormFocus(isEditing ? platform : null);
  return (
    <Panel title={<Platform platform={platform} />} aside={live.length === 0 ? 'nothing is under way' : `${live.join(', ')} under way`}>
      <div className={shared.body}>
        {isEditing ? (
          <Edit form={form} rules={rules} onClose={() => setEditing(false)} />
        ) : (
          <>
            <dl className={shared.facts}>
              <dt>Ships to</dt>
              <dd>
                <ul className={styles.stores}>
                  {storefronts.map((kind) => (
                    <li key={kind}>
                      <b>{capabilities[kind].name}</b> <span className={shared.soft}>{whatItCan(kind)}</span>
                    </li>
                  ))}
                </ul>
              </dd>
              <dt>Shares</dt>
              <dd className="figures">
                {rollout.map((share) => `${share}%`).join(', then ')}
                <FirstShareSentence platform={platform} percent={rollout[0]} />
              </dd>
              <dt>Process</dt>
              <dd>{process}</dd>
              <dt>Halts a rollout</dt>
              <dd>{halts.length === 0 ? 'nothing by itself' : halts.map(({ title }) => title).join(', ')}</dd>
            </dl>
            <div className={shared.acts}>
              <Button
                data-opens={platform}
                aria-label={`Change stores and shares of ${platformName(platform)}`}
                because={may(me, 'propose-policy') ? null : `Only ${whoMay('propose-policy')} may change it`}
                onClick={() => setEditing(true)}
              >
                Change stores and shares…
              </Button>
            </div>
          </>
        )}
      </div>
      <div className={cards.scroll}>
        <table className={classes(cards.table, styles.table)}>
          <caption className="sr-only">Steps of {platformName(platform)}</caption>
          <thead className="sr-only-on-phone">
            <tr>
              <th scope="col">Step</th>
              <th scope="col">Taken by</th>
              <th scope="col">When</th>
              <th scope="col">Held by</th>
            </tr>
          </thead>
          <tbody>
            {steps.map(({ step, robot, window, criteria }) => (
              <tr key={step}>
                <th scope="row">{capital(stepInWords(step as Step))}</th>
                <td data-name="Taken by">{byRobot[robot]}</td>
                <td data-name="When">{window ?? 'any time'}</td>
                <td data-name="Held by">{criteria.length === 0 ? 'nothing' : criteria.map(({ title }) => title).join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What this store can do, where it differs from another. */
function whatItCan(kind: StorefrontKind): string {
  const { startsOn, advances, halt, haltMeans } = capabilities[kind];
  const starts =
    startsOn === 'approval'
      ? 'goes live when it is approved'
      : startsOn === 'command'
        ? 'goes live on our word'
        : 'is published there by a person';
  const shares = advances === 'by-itself' ? 'raises the share by itself each day' : 'takes any share on our word';
  return `${starts}, ${shares}. A halt${halt.at100 ? '' : ' (not at 100%)'}: ${haltMeans.charAt(0).toLowerCase()}${haltMeans.slice(1)}`;
}

function Edit({
  form,
  rules: { platform, storefronts, rollout },
  onClose,
}: {
  form: RefObject<HTMLFormElement | null>;
  rules: Rules;
  onClose: () => void;
}) {
  const { room } = useRoom();
  const policy = useQuery(policyQuery(room.app.id)).data;
  // the rules may be read again while they are edited
  const [began] = useState({ storefronts, rollout });
  const [stores, setStores] = useState<readonly StorefrontKind[]>(storefronts);
  const [shares, setShares] = useState(rollout.join(', '));
  const [wanted, setWanted] = useState<{ text: string; basedOn: number } | null>(null);
  const [wasTried, setTried] = useState(false);
  const read = sharesIn(shares);
  const fault = read === null ? 'Shares are numbers such as 1, 10, 100.' : null;
  return (
    <form
      ref={form}
      className={shared.body}
      style={{ padding: 0 }}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (read === null || stores.length === 0 || policy === undefined) return;
        const text = withChanges(policy.text, ['platforms', platform], began, { storefronts: stores, rollout: read });
        setWanted({ text, basedOn: policy.revision });
      }}
    >
      <fieldset className={shared.set}>
        <legend>Ships to</legend>
        {storefrontKinds.map((kind) => (
          <CheckField
            key={kind}
            label={capabilities[kind].name}
            checked={stores.includes(kind)}
            onChange={(event) =>
              setStores(storefrontKinds.filter((each) => (each === kind ? event.target.checked : stores.includes(each))))
            }
          />
        ))}
        {wasTried && stores.length === 0 ? <p role="alert">At least one store.</p> : null}
      </fieldset>
      <TextField
        label="Shares of the rollout, in percent"
        value={shares}
        inputMode="decimal"
        hint="Rising, the last of them 100: 1, 10, 100."
        error={wasTried ? fault : null}
        onChange={(event) => setShares(event.target.value)}
      />
      <FirstShareSentence platform={platform} percent={read?.[0]} />
      <div className={shared.acts}>
        <Button type="submit" because={policy === undefined ? 'The policy is being read' : null}>
          Look at its effect
        </Button>
        <Button look="ghost" onClick={onClose}>
          Leave it as it is
        </Button>
      </div>
      {wanted === null ? null : (
        <PolicyChangeDialog
          title={`Stores and shares of ${platformName(platform)}`}
          {...wanted}
          onClose={() => setWanted(null)}
          onDone={onClose}
        />
      )}
    </form>
  );
}
