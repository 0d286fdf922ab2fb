/** Asks for a change on the release branch: which commit, which bug it mends, what may go wrong. */
import { useState } from 'react';
import type { ReleaseChanges } from '#api/release-lists.ts';
import { platformName } from '#domain/names.ts';
import { Choices, SelectField, TextArea, TextField } from '../../ui/Field.tsx';
import { CommandDialog } from '../../parts/commands/CommandDialog.tsx';
import { trackOf, useRoom } from '../../parts/room.ts';

const SHA = /^[0-9a-f]{7,64}$/;

export function AskForPick({ changes, onClose }: { changes: ReleaseChanges; onClose: () => void }) {
  const { room } = useRoom();
  const tracks = changes.tracks.flatMap(({ track, canAsk }) => {
    const found = canAsk ? trackOf(room, track) : null;
    return found === null ? [] : [found];
  });
  const [chosen, setChosen] = useState(tracks[0]?.id ?? '');
  const [commit, setCommit] = useState('');
  const [title, setTitle] = useState('');
  const [bug, setBug] = useState('');
  const [risk, setRisk] = useState('');
  const track = tracks.find(({ id }) => id === chosen) ?? tracks[0];
  if (track === undefined) return null;
  const sha = commit.trim().toLowerCase();
  const isSha = SHA.test(sha);
  const isReady = isSha && title.trim() !== '' && risk.trim() !== '';
  const bugs = changes.bugs.filter(({ platforms }) => platforms.includes(track.platform));
  const missing = !isSha
    ? 'Name the commit: 7 to 64 hexadecimal digits.'
    : title.trim() === ''
      ? 'Say what the change does.'
      : 'Say what may go wrong with it.';
  return (
    <CommandDialog
      key={track.id}
      track={track}
      onClose={onClose}
      title={`Ask for a cherry-pick on ${changes.version}`}
      about="Only fixes of blockers go to a release branch. The release manager accepts or refuses it with a reason."
      command={
        isReady ? { do: 'ask-cherry-pick', commit: sha, title: title.trim(), bug: bug === '' ? null : bug, risk: risk.trim() } : null
      }
      missing={missing}
      act={`Ask for it on ${platformName(track.platform)}`}
      done={`The cherry-pick is asked for on ${platformName(track.platform)} ${track.version}`}
    >
      {tracks.length < 2 ? null : (
        <Choices
          label="Track"
          value={track.id}
          onChange={setChosen}
          options={tracks.map(({ id, platform }) => ({ value: id, label: platformName(platform) }))}
        />
      )}
      <TextField
        label="Commit on main"
        value={commit}
        required
        maxLength={64}
        spellCheck={false}
        onChange={(event) => setCommit(event.target.value)}
        error={commit.trim() !== '' && !isSha ? 'A commit id has 7 to 64 hexadecimal digits.' : null}
      />
      <TextField
        label="What it does"
        value={title}
        required
        maxLength={500}
        onChange={(event) => setTitle(event.target.value)}
        hint="Its title, with the number of its pull request."
      />
      <SelectField
        label="Bug that it mends"
        value={bug}
        onChange={(event) => setBug(event.target.value)}
        hint={
          bugs.length === 0
            ? `No blocker or nominated bug of ${platformName(track.platform)} is known.`
            : 'Blockers and nominated bugs of this track.'
        }
      >
        <option value="">No bug</option>
        {bugs.map(({ key, title: name }) => (
          <option key={key} value={key}>
            {key}: {name}
          </option>
        ))}
      </SelectField>
      <TextArea label="Risk" value={risk} required rows={2} maxLength={2000} onChange={(event) => setRisk(event.target.value)} />
    </CommandDialog>
  );
}
