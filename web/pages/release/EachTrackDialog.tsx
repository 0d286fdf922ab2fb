/** Gives one command to several tracks of a release: cut their branches, or cancel them. Each is told of by itself, because one may be refused. */
import { useState } from 'react';
import type { ReleaseDetail } from '#api/releases.ts';
import { platformName } from '#domain/names.ts';
import { stageAllows } from '#domain/release/can.ts';
import { client, troubleOf } from '../../api/client.ts';
import { CheckField, TextArea } from '../../ui/Field.tsx';
import { FormDialog } from '../../parts/commands/FormDialog.tsx';
import { paramsOf, useAppTime, useRoom, useZone } from '../../parts/room.ts';
import { placeInWords } from '../../parts/track-lines/stations.ts';
import { newId } from '../../util/id.ts';
import { momentText } from '../../util/time.ts';
import styles from './release.module.css';

type Head = ReleaseDetail['heads'][number];
type Is = 'cut' | 'cancel';

/** The tracks that the command can be given to now. */
export function tracksFor(is: Is, heads: readonly Head[]): readonly Head[] {
  return heads.filter(({ stage }) => stageAllows(stage, is));
}

export function EachTrackDialog({ is, release, onClose }: { is: Is; release: ReleaseDetail; onClose: () => void }) {
  const now = useAppTime(60_000);
  const zone = useZone();
  const { room } = useRoom();
  // who may be asked is held as it was when the dialog opened: tracks that moved meanwhile are refused by the server, in words
  const [heads] = useState(() => tracksFor(is, release.heads));
  const others = release.heads.filter((head) => head.ended === null && !heads.some(({ id }) => id === head.id));
  const [chosen, setChosen] = useState<readonly string[]>(() => heads.map(({ id }) => id));
  const [reason, setReason] = useState('');
  const [fates, setFates] = useState<ReadonlyMap<string, string | null>>(new Map());
  const open = heads.filter(({ id }) => chosen.includes(id) && fates.get(id) !== null);
  const needsReason = is === 'cancel' && reason.trim() === '';
  const missing = open.length === 0 ? 'Choose at least one track.' : needsReason ? 'Say why: everyone can read it.' : null;
  const giveAll = async (): Promise<ReadonlyMap<string, string | null>> => {
    const after = new Map(fates);
    for (const head of open) {
      after.set(head.id, await order(is, head, reason.trim()));
      setFates(new Map(after));
    }
    return after;
  };
  const next = room.releases.find(({ part, version }) => part === 'upcoming' && version !== release.version);
  return (
    <FormDialog
      title={is === 'cut' ? `Cut the branch of ${release.version}` : `Cancel ${release.version}`}
      about={
        is === 'cut'
          ? 'From then on only accepted cherry-picks enter it.'
          : 'It ends for good on these tracks. What was merged for it goes out with the next release.'
      }
      act={`${is === 'cut' ? 'Cut' : 'Cancel'} ${open.length === 1 ? platformName(open[0]?.platform ?? '') : `${open.length} tracks`}`}
      look={is === 'cancel' ? 'danger' : 'primary'}
      done={(after) =>
        [...after.values()].some((fate) => fate !== null)
          ? null
          : is === 'cut'
            ? `The branches of ${release.version} are ordered`
            : `${release.version} is canceled`
      }
      missing={missing}
      send={giveAll}
      onClose={onClose}
    >
      <fieldset className={styles.group}>
        <legend>Tracks</legend>
        {heads.map((head) => {
          const fate = fates.get(head.id);
          return (
            <div key={head.id}>
              <CheckField
                label={
                  <>
                    {platformName(head.platform)} <span className={styles.soft}>{placeInWords(head)}</span>
                  </>
                }
                checked={chosen.includes(head.id)}
                disabled={fate === null}
                onChange={(event) => setChosen(event.target.checked ? [...chosen, head.id] : chosen.filter((id) => id !== head.id))}
              />
              {fate === undefined ? null : <p className={fate === null ? styles.soft : styles.wrong}>{fate ?? 'done'}</p>}
            </div>
          );
        })}
        {others.map((head) => (
          <p key={head.id} className={styles.soft}>
            {platformName(head.platform)}: {whyNot(is, head)}
          </p>
        ))}
      </fieldset>
      {is === 'cancel' ? (
        <>
          <TextArea
            label="Reason, everyone can read it"
            value={reason}
            maxLength={2000}
            onChange={(event) => setReason(event.target.value)}
          />
          <p className={styles.effect}>
            <b>What changes:</b>{' '}
            {next === undefined
              ? 'no next release is planned yet, so nothing takes its place until one is.'
              : `${next.version} takes its place${
                  next.planned.branch === null ? '' : `; it branches ${momentText(next.planned.branch, now, zone)}`
                }. It then has to carry all that was to go out with ${release.version}.`}
            {release.contents.bigFeature === null ? '' : ` ${release.contents.bigFeature.name} waits for it too.`}
          </p>
        </>
      ) : null}
    </FormDialog>
  );
}

/** Null when it was done, or why it was not. */
async function order(is: Is, head: Head, reason: string): Promise<string | null> {
  try {
    await client.giveCommand({
      params: paramsOf(head),
      body: { command: is === 'cut' ? { do: 'cut' } : { do: 'cancel', reason }, basedOn: head.revision },
      idempotencyKey: newId(),
    });
    return null;
  } catch (error) {
    const { detail, right } = troubleOf(error);
    return `not done: ${detail}${right === null ? '' : `. What would be right: ${right}`}`;
  }
}

function whyNot(is: Is, head: Head): string {
  if (is === 'cut') return 'its branch is cut already';
  if (head.stage === 'rolling-out') return 'it is rolling out: halt it first, so that nobody new receives it';
  return 'everyone has it already';
}
