import { useRef, useState } from 'react';
import type { Dispatch, SetStateAction } from 'react';
import { useQuery } from '@tanstack/react-query';
import { may, whoMay } from '../../api/authority.ts';
import { settings } from '../../api/settings-client.ts';
import { useSettled } from '../../hooks/useSettled.ts';
import { Moment } from '../../parts/Moment.tsx';
import { marksOf } from '../../parts/policy-change/effect-model.ts';
import { PolicyChange } from '../../parts/policy-change/PolicyChange.tsx';
import { useMe } from '../../parts/room.ts';
import shared from '../../parts/settings/settings.module.css';
import { Button } from '../../ui/Button.tsx';
import { CodeArea } from '../../ui/CodeArea.tsx';
import type { CodeAreaHandle } from '../../ui/CodeArea.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Lost } from './Lost.tsx';
import styles from './policy.module.css';

/** A text that is edited: from which revision, and why so far. */
export type Edit = { text: string; basedOn: number; because?: string };
type Policy = Awaited<ReturnType<typeof settings.getPolicy>>;

const CHECKED_AFTER_MS = 500;

/** What is wrong with a text, once the typing rests. */
function useFaults(text: string) {
  const settled = useSettled(text, CHECKED_AFTER_MS);
  const check = useQuery({
    queryKey: ['policy-check', settled],
    queryFn: () => settings.checkPolicy({ body: { text: settled } }),
    enabled: settled.trim() !== '',
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const isRested = settled === text;
  return { isRested: isRested && check.data !== undefined, faults: isRested ? (check.data?.problems ?? []) : [] };
}

export function Editor({ policy, edit, onEdit }: { policy: Policy; edit: Edit | null; onEdit: Dispatch<SetStateAction<Edit | null>> }) {
  const me = useMe();
  const area = useRef<CodeAreaHandle>(null);
  const [asked, setAsked] = useState<string | null>(null);
  const [isLosing, setLosing] = useState(false);
  const text = edit?.text ?? policy.text;
  const basedOn = edit?.basedOn ?? policy.revision;
  const { faults, isRested } = useFaults(text);
  const mayPropose = may(me, 'propose-policy');
  const isChanged = text !== policy.text;
  const isBehind = edit !== null && basedOn !== policy.revision;
  const off = !mayPropose
    ? `Only ${whoMay('propose-policy')} may change it`
    : !isChanged
      ? 'The text is the one in force'
      : text.trim() === ''
        ? 'A policy has at least one line'
        : !isRested
          ? 'It is being checked'
          : faults.length > 0
            ? 'Its faults are mended first'
            : isBehind
              ? 'Another revision came into force meanwhile'
              : null;
  return (
    <Panel
      title={`Revision ${policy.revision}, in force`}
      aside={
        <span>
          <Moment at={policy.savedAt} as="full" />, {policy.savedBy.name}
        </span>
      }
    >
      <div className={shared.body} id="policy-text">
        <CodeArea
          ref={area}
          label="The document, YAML or JSON"
          value={text}
          readOnly={!mayPropose}
          marked={marksOf(faults)}
          hint={
            mayPropose ? 'Every key with its default is in the reference of the policy. A fault is told with its line.' : 'You may read it.'
          }
          onChange={(next) => {
            setAsked(null);
            onEdit(next === policy.text ? null : { ...edit, text: next, basedOn });
          }}
        />
        {faults.length === 0 ? null : (
          <ul className={styles.faults} role="alert">
            {faults.map(({ line, column, path, because, wouldBeRight }) => (
              <li key={`${line}:${column} ${path} ${because}`}>
                <Lamp state="stop" silent />
                <div>
                  <Button size="small" onClick={() => area.current?.goTo(line, column)}>
                    Line {line}
                  </Button>{' '}
                  {path === '' ? '' : <code>{path}</code>} {because}
                  <p>What would be right: {wouldBeRight}</p>
                </div>
              </li>
            ))}
          </ul>
        )}
        {isBehind ? (
          <div className={styles.behind} role="alert">
            <Lamp state="caution" silent />
            <p>
              Revision {policy.revision} came into force while you edited revision {basedOn}: {policy.why ?? 'no reason was kept'}. Your
              text is kept, and would write over it.
            </p>
            <Button
              onClick={() => onEdit({ text, basedOn: policy.revision, ...(edit.because === undefined ? {} : { because: edit.because }) })}
            >
              Go on from revision {policy.revision}
            </Button>
          </div>
        ) : null}
        {asked === null || asked !== text || isBehind ? (
          <div className={shared.acts}>
            <Button look="primary" because={off} onClick={() => setAsked(text)}>
              Look at its effect
            </Button>
            {isChanged ? (
              <Button look="ghost" onClick={() => setLosing(true)}>
                Back to the text in force…
              </Button>
            ) : null}
          </div>
        ) : (
          <PolicyChange
            key={asked}
            text={asked}
            basedOn={basedOn}
            {...(edit?.because === undefined ? {} : { because: edit.because })}
            onDone={() => {
              setAsked(null);
              // what was written on meanwhile stays
              onEdit((now) => (now?.text === asked ? null : now));
            }}
          />
        )}
      </div>
      {isLosing ? (
        <Lost
          title="Back to the text in force"
          about="What you wrote is nowhere else: it is lost."
          act="Lose it"
          onLose={() => {
            setLosing(false);
            setAsked(null);
            onEdit(null);
          }}
          onKeep={() => setLosing(false)}
        />
      ) : null}
    </Panel>
  );
}
