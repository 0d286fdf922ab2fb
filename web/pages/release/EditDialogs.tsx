/** The dialogs that write about a release. Each says what it was based on, and keeps the form when it is refused. */
import { useRef, useState } from 'react';
import type { ReleaseDetail } from '#api/releases.ts';
import { contentsFaults, noteFaults, noteLength, noteLimits } from '#domain/release/contents.ts';
import { capabilities } from '#domain/rollout/storefronts.ts';
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import { client, codeOf } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { TextArea, TextField } from '../../ui/Field.tsx';
import { FormDialog } from '../../parts/commands/FormDialog.tsx';
import { useRoom } from '../../parts/room.ts';
import styles from './release.module.css';

type Change = Parameters<typeof client.describeRelease>[0]['body'];
type Props = { release: ReleaseDetail; onClose: () => void };

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** Sends a change on the revision that the person saw when the dialog was opened; after it was told that it moved, on the one that is shown. */
function useDescribe(release: ReleaseDetail): (change: Change) => Promise<unknown> {
  const { room } = useRoom();
  const basis = useRef(release.contents.revision);
  return async (change) => {
    try {
      return await client.describeRelease({
        params: { app: room.app.id, version: release.version },
        body: { ...change, basedOn: basis.current },
      });
    } catch (error) {
      if (codeOf(error) === 'stale') {
        const fresh = await client.getRelease({ params: { app: room.app.id, version: release.version } });
        basis.current = fresh.contents.revision;
      }
      throw error;
    }
  };
}

export function AboutDialog({ release, onClose }: Props) {
  const describe = useDescribe(release);
  const { contents } = release;
  const [manager, setManager] = useState(release.manager ?? '');
  const [channel, setChannel] = useState(contents.channel ?? '');
  const [name, setName] = useState(contents.bigFeature?.name ?? '');
  const [note, setNote] = useState(contents.bigFeature?.note ?? '');
  const [url, setUrl] = useState(contents.bigFeature?.url ?? '');
  const [whatsNew, setWhatsNew] = useState(contents.whatsNew ?? '');
  const missing =
    name.trim() === '' && (note.trim() !== '' || url.trim() !== '') ? 'Name the big feature, or leave its note and link empty.' : null;
  return (
    <FormDialog
      title={`Contents of ${release.version}`}
      act="Save the contents"
      done={() => `${release.version} is written`}
      missing={missing}
      onClose={onClose}
      send={() =>
        describe({
          manager: orNull(manager),
          channel: orNull(channel),
          bigFeature: name.trim() === '' ? null : { name: name.trim(), note: orNull(note), url: orNull(url) },
          whatsNew: orNull(whatsNew),
        })
      }
    >
      <div className={styles.two}>
        <TextField label="Release manager" value={manager} maxLength={200} onChange={(event) => setManager(event.target.value)} />
        <TextField
          label="Channel"
          hint="Such as #release-8-9-2"
          value={channel}
          maxLength={81}
          onChange={(event) => setChannel(event.target.value)}
        />
      </div>
      <TextField
        label="Big feature"
        hint="One for a release"
        value={name}
        maxLength={200}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField label="About it" value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
      <TextField label="Link" type="url" value={url} maxLength={2000} onChange={(event) => setUrl(event.target.value)} />
      <TextArea
        label="What is new, for those inside"
        rows={5}
        value={whatsNew}
        maxLength={20_000}
        onChange={(event) => setWhatsNew(event.target.value)}
      />
    </FormDialog>
  );
}

type NoteDraft = { id: number; storefront: StorefrontKind; language: string; text: string };

export function NotesDialog({ release, storefronts, onClose }: Props & { storefronts: readonly StorefrontKind[] }) {
  const describe = useDescribe(release);
  const [drafts, setDrafts] = useState<readonly NoteDraft[]>(() => release.contents.storeNotes.map((note, id) => ({ id, ...note })));
  const next = useRef(release.contents.storeNotes.length);
  const change = (id: number, part: Partial<NoteDraft>): void =>
    setDrafts(drafts.map((draft) => (draft.id === id ? { ...draft, ...part } : draft)));
  const add = (storefront: StorefrontKind): void => {
    // another storefront's next language is what is wanted most often
    const own = drafts.filter((draft) => draft.storefront === storefront).map(({ language }) => language);
    const language = drafts.map((draft) => draft.language).find((each) => !own.includes(each)) ?? (own.length === 0 ? 'en-US' : '');
    next.current += 1;
    setDrafts([...drafts, { id: next.current, storefront, language, text: '' }]);
  };
  const notes = drafts.map(({ storefront, language, text }) => ({ storefront, language: language.trim(), text: text.trim() }));
  const [fault] = contentsFaults({ storeNotes: notes });
  const missing = drafts.some(({ language, text }) => language.trim() === '' || text.trim() === '')
    ? 'Each note has a language and a text; take away what is empty.'
    : fault === undefined
      ? null
      : `${fault.because}.`;
  return (
    <FormDialog
      title={`Store notes of ${release.version}`}
      about="What users read in each store. A note that is too long is not cut short: it is not taken."
      act="Save the notes"
      done={() => `The store notes of ${release.version} are written`}
      missing={missing}
      onClose={onClose}
      send={() => describe({ storeNotes: notes })}
    >
      {storefronts.map((storefront) => (
        <fieldset key={storefront} className={styles.group}>
          <legend>{capabilities[storefront].name}</legend>
          {drafts
            .filter((draft) => draft.storefront === storefront)
            .map((draft) => (
              <div key={draft.id} className={styles.draft}>
                <TextField
                  label="Language"
                  value={draft.language}
                  maxLength={20}
                  spellCheck={false}
                  onChange={(event) => change(draft.id, { language: event.target.value })}
                />
                <TextArea
                  label={
                    <>
                      Note
                      <span className={styles.counter}>
                        {noteLength(draft.text)} of {noteLimits[storefront].toLocaleString('en-US')}
                      </span>
                    </>
                  }
                  lang={draft.language}
                  value={draft.text}
                  error={noteFaults(draft)[0] ?? null}
                  onChange={(event) => change(draft.id, { text: event.target.value })}
                />
                <Button
                  size="small"
                  look="ghost"
                  aria-label={`Take the ${draft.language} note of ${capabilities[storefront].name} away`}
                  onClick={() => setDrafts(drafts.filter(({ id }) => id !== draft.id))}
                >
                  Take away
                </Button>
              </div>
            ))}
          <Button size="small" onClick={() => add(storefront)}>
            Add a language
          </Button>
        </fieldset>
      ))}
    </FormDialog>
  );
}

type AccountDraft = { id: number; name: string; passwordAt: string; note: string };
type ReviewDraft = { storefront: StorefrontKind; notes: string; accounts: readonly AccountDraft[] };

export function ReviewDialog({ release, storefronts, onClose }: Props & { storefronts: readonly StorefrontKind[] }) {
  const describe = useDescribe(release);
  const reviewed = storefronts.filter((storefront) => capabilities[storefront].reviews);
  const next = useRef(1000);
  const [drafts, setDrafts] = useState<readonly ReviewDraft[]>(() =>
    reviewed.map((storefront) => {
      const review = release.contents.reviews.find((each) => each.storefront === storefront);
      const accounts = (review?.accounts ?? []).map((account, id) => ({ id, ...account, note: account.note ?? '' }));
      return { storefront, notes: review?.notes ?? '', accounts };
    }),
  );
  const change = (storefront: StorefrontKind, part: Partial<ReviewDraft>): void =>
    setDrafts(drafts.map((draft) => (draft.storefront === storefront ? { ...draft, ...part } : draft)));
  const changeAccount = (draft: ReviewDraft, id: number, part: Partial<AccountDraft>): void =>
    change(draft.storefront, { accounts: draft.accounts.map((account) => (account.id === id ? { ...account, ...part } : account)) });
  const reviews = drafts
    .map(({ storefront, notes, accounts }) => ({
      storefront,
      notes: orNull(notes),
      accounts: accounts.map(({ name, passwordAt, note }) => ({ name: name.trim(), passwordAt: passwordAt.trim(), note: orNull(note) })),
    }))
    .filter(({ notes, accounts }) => notes !== null || accounts.length > 0);
  // what is said of a storefront that this release does not ship on now stays
  const others = release.contents.reviews.filter(({ storefront }) => !reviewed.includes(storefront));
  const [fault] = contentsFaults({ reviews });
  const missing = drafts.some(({ accounts }) => accounts.some(({ name, passwordAt }) => name.trim() === '' || passwordAt.trim() === ''))
    ? 'Each account has a name and the place where its password is kept.'
    : fault === undefined
      ? null
      : `${fault.because}; ${fault.wouldBeRight}.`;
  return (
    <FormDialog
      title={`For the reviewers of ${release.version}`}
      about="How to test what is new, and where to sign in. Passwords are not kept here: say where they are."
      act="Save what reviewers are told"
      done={() => `What reviewers are told of ${release.version} is written`}
      missing={missing}
      onClose={onClose}
      send={() => describe({ reviews: [...reviews, ...others] })}
    >
      {drafts.map((draft) => (
        <fieldset key={draft.storefront} className={styles.group}>
          <legend>{capabilities[draft.storefront].name}</legend>
          <TextArea
            label="How to test it"
            value={draft.notes}
            maxLength={20_000}
            onChange={(event) => change(draft.storefront, { notes: event.target.value })}
          />
          {draft.accounts.map((account) => (
            <div key={account.id} className={styles.draft}>
              <TextField
                label="Account"
                value={account.name}
                maxLength={200}
                autoComplete="off"
                onChange={(event) => changeAccount(draft, account.id, { name: event.target.value })}
              />
              <TextField
                label="Where its password is kept"
                value={account.passwordAt}
                maxLength={200}
                autoComplete="off"
                onChange={(event) => changeAccount(draft, account.id, { passwordAt: event.target.value })}
              />
              <TextField
                label="Note"
                value={account.note}
                maxLength={500}
                onChange={(event) => changeAccount(draft, account.id, { note: event.target.value })}
              />
              <Button
                size="small"
                look="ghost"
                aria-label={`Take the account ${account.name} away`}
                onClick={() => change(draft.storefront, { accounts: draft.accounts.filter(({ id }) => id !== account.id) })}
              >
                Take away
              </Button>
            </div>
          ))}
          <Button
            size="small"
            onClick={() => {
              next.current += 1;
              change(draft.storefront, { accounts: [...draft.accounts, { id: next.current, name: '', passwordAt: '', note: '' }] });
            }}
          >
            Add an account
          </Button>
        </fieldset>
      ))}
    </FormDialog>
  );
}

export function RetrospectiveDialog({ release, onClose }: Props) {
  const describe = useDescribe(release);
  const [text, setText] = useState(release.contents.retrospective ?? '');
  return (
    <FormDialog
      title={`Retrospective of ${release.version}`}
      about="What went well, what did not, and what is done differently the next time."
      act="Save the retrospective"
      done={() => `The retrospective of ${release.version} is written`}
      missing={null}
      onClose={onClose}
      send={() => describe({ retrospective: orNull(text) })}
    >
      <TextArea label="Retrospective" rows={10} value={text} maxLength={20_000} onChange={(event) => setText(event.target.value)} />
    </FormDialog>
  );
}

export function DecisionDialog({ release, onClose }: Props) {
  const { room } = useRoom();
  const [text, setText] = useState('');
  const [about, setAbout] = useState('');
  return (
    <FormDialog
      title={`Note a decision on ${release.version}`}
      about="It stays as it is written; another decision may take its place."
      act="Note the decision"
      done={() => 'The decision is noted'}
      missing={text.trim() === '' ? 'Write what was decided.' : null}
      onClose={onClose}
      send={() =>
        client.noteDecision({ params: { app: room.app.id, version: release.version }, body: { text: text.trim(), about: orNull(about) } })
      }
    >
      <TextField
        label="About"
        hint="A bug, a platform, a feature; may stay empty"
        value={about}
        maxLength={200}
        onChange={(event) => setAbout(event.target.value)}
      />
      <TextArea label="What was decided" rows={3} value={text} maxLength={2000} onChange={(event) => setText(event.target.value)} />
    </FormDialog>
  );
}
