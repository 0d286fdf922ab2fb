/** What rides in the release, what stores and their reviewers are told, and what is still to be said before it is submitted. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { ReleaseDetail } from '#api/releases.ts';
import type { CellState } from '#domain/cell-state.ts';
import { noteFaults, noteLength, noteLimits, submissionChecklist } from '#domain/release/contents.ts';
import type { ChecklistItem } from '#domain/release/contents.ts';
import { capabilities, storefrontKinds } from '#domain/rollout/storefronts.ts';
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import { may, whoMay } from '../../api/authority.ts';
import { Button } from '../../ui/Button.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { useMe } from '../../parts/room.ts';
import { AboutDialog, NotesDialog, RetrospectiveDialog, ReviewDialog } from './EditDialogs.tsx';
import styles from './release.module.css';

/** The storefronts of the release, each once, in the order of its tracks. */
export function storefrontsOf(release: Pick<ReleaseDetail, 'heads'>): readonly StorefrontKind[] {
  const kinds = release.heads.flatMap(({ storefronts }) => storefronts.map(({ kind }) => kind));
  return storefrontKinds.filter((kind) => kinds.includes(kind));
}

const lamps: Readonly<Record<ChecklistItem['state'], CellState>> = {
  done: 'clear',
  missing: 'caution',
  wrong: 'stop',
  'not-needed': 'not-needed-yet',
};

type Part = 'about' | 'notes' | 'reviews' | 'retrospective';

export function Contents({ release }: { release: ReleaseDetail }) {
  const me = useMe();
  const [open, setOpen] = useState<Part | null>(null);
  const close = (): void => setOpen(null);
  const lacks = may(me, 'describe-release') ? null : `only a ${whoMay('describe-release')} may do this`;
  const edit = (part: Part, label: string): ReactNode => (
    <Button size="small" because={lacks} onClick={() => setOpen(part)} aria-label={label}>
      Edit…
    </Button>
  );
  const { contents, heads } = release;
  const storefronts = storefrontsOf(release);
  const isOut = heads.length > 0 && heads.every(({ reached, ended }) => reached['released'] !== undefined || ended !== null);
  return (
    <>
      <Panel title="Contents" aside={edit('about', 'Edit the contents')}>
        <dl className={styles.fields}>
          <dt>Big feature</dt>
          <dd>
            {contents.bigFeature === null ? (
              <span className={styles.soft}>none named</span>
            ) : (
              <>
                {contents.bigFeature.url === null ? (
                  <b>{contents.bigFeature.name}</b>
                ) : (
                  <a className="link" href={contents.bigFeature.url} target="_blank" rel="noreferrer">
                    {contents.bigFeature.name}
                  </a>
                )}
                {contents.bigFeature.note === null ? null : <p>{contents.bigFeature.note}</p>}
              </>
            )}
          </dd>
          <dt>What is new</dt>
          <dd className={styles.prose}>{contents.whatsNew ?? <span className={styles.soft}>nothing written yet</span>}</dd>
        </dl>
      </Panel>
      <Panel title="Store notes" aside={edit('notes', 'Edit the store notes')}>
        {contents.storeNotes.length === 0 ? <p className={styles.empty}>No note is written yet.</p> : null}
        {storefronts.map((storefront) => (
          <StoreNotes key={storefront} storefront={storefront} release={release} />
        ))}
      </Panel>
      <Panel title="For the stores' reviewers" aside={edit('reviews', 'Edit what reviewers are told')}>
        {storefronts
          .filter((storefront) => capabilities[storefront].reviews)
          .map((storefront) => {
            const review = contents.reviews.find((each) => each.storefront === storefront);
            return (
              <section key={storefront} className={styles.block}>
                <h3>{capabilities[storefront].name}</h3>
                <p className={styles.prose}>{review?.notes ?? <span className={styles.soft}>reviewers are told nothing yet</span>}</p>
                {review === undefined || review.accounts.length === 0 ? (
                  <p className={styles.soft}>no test account</p>
                ) : (
                  <ul className={styles.accounts}>
                    {review.accounts.map((account) => (
                      <li key={account.name}>
                        <b>{account.name}</b>, password in {account.passwordAt}
                        {account.note === null ? '' : `: ${account.note}`}
                      </li>
                    ))}
                  </ul>
                )}
              </section>
            );
          })}
        {storefronts.some((storefront) => capabilities[storefront].reviews) ? null : (
          <p className={styles.empty}>Nobody reviews it: no storefront of this release has a review.</p>
        )}
      </Panel>
      <Checklist release={release} />
      {isOut || contents.retrospective !== null ? (
        <Panel title="Retrospective" aside={edit('retrospective', 'Edit the retrospective')}>
          <p className={`${styles.empty} ${styles.prose}`}>
            {contents.retrospective ?? 'Everyone has it. What went well, what did not, and what is done differently the next time?'}
          </p>
        </Panel>
      ) : null}
      {open === 'about' ? <AboutDialog release={release} onClose={close} /> : null}
      {open === 'notes' ? <NotesDialog release={release} storefronts={storefronts} onClose={close} /> : null}
      {open === 'reviews' ? <ReviewDialog release={release} storefronts={storefronts} onClose={close} /> : null}
      {open === 'retrospective' ? <RetrospectiveDialog release={release} onClose={close} /> : null}
    </>
  );
}

function StoreNotes({ storefront, release }: { storefront: StorefrontKind; release: ReleaseDetail }) {
  const notes = release.contents.storeNotes.filter((note) => note.storefront === storefront);
  if (notes.length === 0) return null;
  return (
    <section className={styles.block}>
      <h3>{capabilities[storefront].name}</h3>
      {notes.map((note) => {
        const [fault] = noteFaults(note);
        return (
          <div key={note.language} className={styles.note}>
            <b>{note.language}</b>
            <p className={styles.prose} lang={note.language}>
              {note.text}
            </p>
            <p className={fault === undefined ? styles.soft : styles.wrong}>
              {fault ?? `${noteLength(note.text)} of ${noteLimits[storefront].toLocaleString('en-US')} characters`}
            </p>
          </div>
        );
      })}
    </section>
  );
}

function Checklist({ release }: { release: ReleaseDetail }) {
  const ships = release.heads.map((head) => ({
    platform: head.platform,
    storefronts: storefrontKinds.filter((kind) => head.storefronts.some((store) => store.kind === kind)),
  }));
  const items = submissionChecklist(release.contents, ships);
  if (items.length === 0) return null;
  const counted = items.filter(({ state }) => state !== 'not-needed');
  return (
    <Panel title="Before it is submitted" aside={`${counted.filter(({ state }) => state === 'done').length} of ${counted.length} said`}>
      <ul className={styles.checklist}>
        {items.map((item) => (
          <li key={item.id}>
            <Lamp state={lamps[item.state]} size={14} />
            <span>
              {item.label} <span className={styles.soft}>{item.text}</span>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
