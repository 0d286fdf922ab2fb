import { useState } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { client, troubleOf } from '../../api/client.ts';
import { appsQuery } from '../../api/queries.ts';
import { Button } from '../../ui/Button.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import plain from '../Plain.module.css';

const processes = {
  light: 'Light: a small team, a person cuts, the robot asks before it submits',
  'weekly-mobile': 'Weekly train: planned cut, beta, sign-offs, rollout in steps',
  desktop: 'Desktop: sign-offs and a rollout in steps, each soaked for a day',
} as const;

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 63);

/** Makes an app; its set-up page follows. */
export function NewAppForm() {
  const [name, setName] = useState('');
  const [slug, setSlug] = useState<string | null>(null);
  const [platforms, setPlatforms] = useState('android, ios');
  const [process, setProcess] = useState<keyof typeof processes>('light');
  const [timezone, setTimezone] = useState(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
  const cache = useQueryClient();
  const navigate = useNavigate();
  const id = slug ?? slugOf(name);
  const create = useMutation({
    mutationFn: () =>
      client.createApp({
        body: { id, name, timezone, process, platforms: platforms.split(/[\s,]+/).filter((platform) => platform !== '') },
      }),
    onSuccess: async ({ id: made }) => {
      // the start page goes to the first app as soon as it knows of one: it is left before it does
      await navigate({ to: '/$app/set-up', params: { app: made } });
      await cache.invalidateQueries({ queryKey: appsQuery.queryKey });
    },
  });
  return (
    <form
      className={plain.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!create.isPending) create.mutate();
      }}
    >
      <div className={plain.two}>
        <TextField label="Name" required value={name} onChange={(event) => setName(event.target.value)} placeholder="Pocket Casts" />
        <TextField
          label="Slug"
          required
          value={id}
          pattern="[a-z][a-z0-9\-]{0,62}"
          title="A lower-case letter, then letters, digits and dashes"
          hint="In addresses and on the command line."
          onChange={(event) => setSlug(event.target.value)}
        />
      </div>
      <div className={plain.two}>
        <TextField
          label="Platforms"
          required
          value={platforms}
          hint="android, ios, desktop or names of your own; each is released by itself."
          onChange={(event) => setPlatforms(event.target.value)}
        />
        <TextField
          label="Time zone"
          required
          value={timezone}
          hint="The zone of windows and plans."
          onChange={(event) => setTimezone(event.target.value)}
        />
      </div>
      <SelectField
        label="Process"
        value={process}
        hint="A first policy is written from it; every line of it can be changed."
        onChange={(event) => setProcess(event.target.value as keyof typeof processes)}
      >
        {Object.entries(processes).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </SelectField>
      <ProblemNote trouble={create.error === null ? null : troubleOf(create.error)} />
      <div className={plain.acts}>
        <Button look="primary" type="submit" because={create.isPending ? 'It is being made' : null}>
          {create.isPending ? 'Making it…' : 'Make the app'}
        </Button>
      </div>
    </form>
  );
}
