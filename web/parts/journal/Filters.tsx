import type { ReactNode } from 'react';
import { useNavigate } from '@tanstack/react-router';
import { platformName } from '#domain/names.ts';
import { Button } from '../../ui/Button.tsx';
import { SelectField } from '../../ui/Field.tsx';
import { useRoom } from '../room.ts';
import { actors, kinds } from './journal-model.ts';
import type { Filter } from './journal-model.ts';
import styles from './Journal.module.css';

/**
 * Track, actor and kind, kept in the address. `known`: people, keys and integrations that were seen in the list; `among`: the kinds to choose from;
 * `hasTracks`: whether what is listed is of tracks; `children`: more fields.
 */
export function Filters({
  filter,
  known,
  among = kinds,
  hasTracks = true,
  children,
}: {
  filter: Filter;
  known: readonly { id: string; name: string }[];
  among?: readonly { id: string; label: string }[];
  hasTracks?: boolean;
  children?: ReactNode;
}) {
  const { room } = useRoom();
  const navigate = useNavigate();
  const set = (part: Filter): void => {
    void navigate({ to: '.', search: (old: Filter) => ({ ...old, ...part }), replace: true });
  };
  const word = (value: string): string | undefined => (value === '' ? undefined : value);
  const tracks = room.tracks.map(({ version, platform }) => ({
    id: `${version}/${platform}`,
    name: `${platformName(platform)} ${version}`,
  }));
  const named =
    filter.track === undefined || tracks.some(({ id }) => id === filter.track)
      ? tracks
      : [{ id: filter.track, name: filter.track }, ...tracks];
  const who = [...new Map(known.map(({ id, name }) => [id, name]))];
  const isNarrowed = Object.values(filter).some((value) => value !== undefined);
  return (
    <search className={styles.filters} aria-label="Narrow the list">
      {hasTracks ? (
        <SelectField label="Track" value={filter.track ?? ''} onChange={(event) => set({ track: word(event.target.value) })}>
          <option value="">All tracks</option>
          {named.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      ) : null}
      <SelectField
        label="Who"
        value={filter.actor === undefined ? (filter.by ?? '') : `=${filter.actor}`}
        onChange={(event) => {
          const { value } = event.target;
          set(value.startsWith('=') ? { actor: value.slice(1), by: undefined } : { by: word(value), actor: undefined });
        }}
      >
        <option value="">Everyone</option>
        {actors.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
        {who.length === 0 && filter.actor === undefined ? null : (
          <optgroup label="By name">
            {filter.actor !== undefined && !who.some(([id]) => id === filter.actor) ? (
              <option value={`=${filter.actor}`}>{filter.actor}</option>
            ) : null}
            {who.map(([id, name]) => (
              <option key={id} value={`=${id}`}>
                {name}
              </option>
            ))}
          </optgroup>
        )}
      </SelectField>
      <SelectField label="Kind" value={filter.kind ?? ''} onChange={(event) => set({ kind: word(event.target.value) })}>
        <option value="">All kinds</option>
        {among.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </SelectField>
      {children}
      {isNarrowed ? (
        <Button look="ghost" onClick={() => void navigate({ to: '.', search: {}, replace: true })}>
          Show all
        </Button>
      ) : null}
    </search>
  );
}
