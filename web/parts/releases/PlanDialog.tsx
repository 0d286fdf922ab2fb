/** Plans a release: a regular one, or a hotfix of one that went out. */
import { useState } from 'react';
import { useNavigate } from '@tanstack/react-router';
import type { ReleaseKind } from '#domain/release/track.ts';
import { platformName } from '#domain/names.ts';
import { client } from '../../api/client.ts';
import { CheckField, Choices, SelectField, TextField } from '../../ui/Field.tsx';
import { FormDialog } from '../commands/FormDialog.tsx';
import { useMe, useRoom } from '../room.ts';

export type PlanWish = { kind: ReleaseKind; base: string | null };

/** `bases`: versions that a hotfix may start from, the newest first. */
export function PlanDialog({ wish, bases, onClose }: { wish: PlanWish; bases: readonly string[]; onClose: () => void }) {
  const { room } = useRoom();
  const me = useMe();
  const navigate = useNavigate();
  const app = room.app.id;
  const [kind, setKind] = useState(wish.kind);
  const [version, setVersion] = useState('');
  const [base, setBase] = useState(wish.base ?? bases[0] ?? '');
  const [manager, setManager] = useState(me.name);
  const [platforms, setPlatforms] = useState<readonly string[]>(room.app.platforms);
  const isRegular = kind === 'regular';
  const missing =
    version.trim() === ''
      ? 'Say which version it is.'
      : platforms.length === 0
        ? 'Choose at least one platform.'
        : !isRegular && base === ''
          ? 'Say which version it mends.'
          : null;
  return (
    <FormDialog
      title={isRegular ? 'Plan a release' : `Plan a ${kind}`}
      about={
        isRegular
          ? 'It gets the times of the next train that has no release yet.'
          : 'It has no train: it is cut from what shipped, and goes as soon as its criteria pass.'
      }
      act={version.trim() === '' ? 'Plan it' : `Plan ${version.trim()}`}
      done={(made) => {
        void navigate({ to: '/$app/$version', params: { app, version: made.version } });
        return `${made.version} is planned`;
      }}
      missing={missing}
      send={() =>
        client.planRelease({
          params: { app },
          body: {
            version: version.trim(),
            kind,
            base: isRegular ? null : base,
            platforms: [...platforms],
            manager: manager.trim() === '' ? null : manager.trim(),
          },
        })
      }
      onClose={onClose}
    >
      <Choices
        label="Kind"
        value={kind}
        onChange={setKind}
        options={[
          { value: 'regular', label: 'Regular' },
          { value: 'hotfix', label: 'Hotfix' },
          { value: 'replacement', label: 'Replacement' },
        ]}
      />
      <TextField
        label="Version"
        hint="As users see it, in the app's own scheme"
        value={version}
        maxLength={100}
        autoComplete="off"
        onChange={(event) => setVersion(event.target.value)}
      />
      {isRegular ? null : (
        <SelectField label="It mends" value={base} onChange={(event) => setBase(event.target.value)}>
          {bases.length === 0 ? <option value="">no release yet</option> : null}
          {bases.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </SelectField>
      )}
      <fieldset style={{ border: 0, padding: 0 }}>
        <legend style={{ fontSize: '0.75rem', fontWeight: 500 }}>Platforms</legend>
        {room.app.platforms.map((platform) => (
          <CheckField
            key={platform}
            label={platformName(platform)}
            checked={platforms.includes(platform)}
            onChange={(event) =>
              setPlatforms(
                event.target.checked
                  ? room.app.platforms.filter((each) => each === platform || platforms.includes(each))
                  : platforms.filter((each) => each !== platform),
              )
            }
          />
        ))}
      </fieldset>
      <TextField label="Release manager" value={manager} maxLength={100} onChange={(event) => setManager(event.target.value)} />
    </FormDialog>
  );
}
