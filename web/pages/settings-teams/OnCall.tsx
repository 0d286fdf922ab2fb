/** Who is on call: for each duty now and next, and its rota with the days on which somebody stands in. */
import { useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { localDate } from '#domain/calendar/zone.ts';
import { client } from '../../api/client.ts';
import { settings } from '../../api/settings-client.ts';
import { FormDialog } from '../../parts/commands/FormDialog.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { ROTAS, rotasQuery } from '../../parts/policy-change/queries.ts';
import { useAppTime, useRoom } from '../../parts/room.ts';
import { ReasonDialog } from '../../parts/settings/ReasonDialog.tsx';
import { Read, useMaySet } from '../../parts/settings/SettingsPage.tsx';
import shared from '../../parts/settings/settings.module.css';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { Panel, Tag } from '../../ui/Panel.tsx';
import { atHome, dutyName, missingOf, moved, newRota, sentRota } from './rota-model.ts';
import type { RotaForm } from './rota-model.ts';
import styles from './teams.module.css';

type Shown = Awaited<ReturnType<typeof settings.listRotas>>['items'][number];
type Person = { id: string; name: string };

export function OnCall({ duties }: { duties: readonly string[] }) {
  const { room } = useRoom();
  const { because } = useMaySet('teams');
  const [edited, setEdited] = useState<{ duty: string; form: RotaForm } | null>(null);
  const [removed, setRemoved] = useState<string | null>(null);
  const list = useQuery(rotasQuery(room.app.id));
  const free = duties.filter((duty) => !(list.data?.items ?? []).some((each) => each.duty === duty));
  const today = localDate(useAppTime(), room.app.timezone);
  return (
    <Panel title="On call">
      <Read list={list} what="who is on call">
        {({ items }) => (
          <>
            {items.length === 0 ? (
              <EmptyState title="Nobody takes turns yet">
                A rota says who is on call for the release or for a team. Its names stand where somebody is asked.
              </EmptyState>
            ) : (
              <ul className={shared.rows}>
                {items.map((rota) => (
                  <OneRota
                    key={rota.duty}
                    rota={rota}
                    because={because}
                    onEdit={() => setEdited({ duty: rota.duty, form: atHome(rota.rota, room.app.timezone) })}
                    onRemove={() => setRemoved(rota.duty)}
                  />
                ))}
              </ul>
            )}
            <NewRota free={free} because={because} onNew={(duty) => setEdited({ duty, form: newRota(today) })} />
          </>
        )}
      </Read>
      {edited === null ? null : <RotaDialog duty={edited.duty} from={edited.form} onClose={() => setEdited(null)} />}
      {removed === null ? null : (
        <ReasonDialog
          asked={{
            title: `No rota for ${dutyName(removed)}`,
            about: 'Nobody is on call for it then; who is in it stays in the journal.',
            act: 'Remove the rota',
            why: null,
            done: 'The rota is removed',
            send: () => settings.removeRota({ params: { app: room.app.id, duty: removed } }),
            refresh: [ROTAS, 'policy-teams'],
          }}
          onClose={() => setRemoved(null)}
        />
      )}
    </Panel>
  );
}

/** There may be dozens of teams: one is chosen. */
function NewRota({ free, because, onNew }: { free: readonly string[]; because: string | null; onNew: (duty: string) => void }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const duty = chosen !== null && free.includes(chosen) ? chosen : free[0];
  if (duty === undefined) return null;
  return (
    <div className={styles.newRota}>
      <SelectField label="Another rota, for" value={duty} onChange={(event) => setChosen(event.target.value)}>
        {free.map((each) => (
          <option key={each} value={each}>
            {dutyName(each)}
          </option>
        ))}
      </SelectField>
      <Button because={because} onClick={() => onNew(duty)}>
        Set a rota…
      </Button>
    </div>
  );
}

function OneRota({ rota, because, onEdit, onRemove }: { rota: Shown; because: string | null; onEdit: () => void; onRemove: () => void }) {
  const { duty, now, next, people } = rota;
  const out = people.filter(({ active }) => !active);
  return (
    <li>
      <div>
        <h3>
          {dutyName(duty)}: {now === null ? 'nobody yet' : now.person.name} {now?.swap === true ? <Tag>stands in</Tag> : null}
        </h3>
        {now === null ? null : (
          <p>
            until <Moment at={now.to} as="full" />
          </p>
        )}
        <p className={shared.soft}>
          {next.slice(0, 3).map((turn, at) => (
            <span key={turn.from}>
              {at === 0 ? 'Then ' : ', then '}
              {turn.person.name}
              {turn.swap ? ' (stands in)' : ''} from <Moment at={turn.from} as="full" />
            </span>
          ))}
        </p>
        {out.length === 0 ? null : <p className={styles.out}>{out.map(({ name }) => name).join(', ')} cannot sign in any more.</p>}
      </div>
      <div className={shared.acts}>
        <Button size="small" aria-label={`Change the rota of ${dutyName(duty)}`} because={because} onClick={onEdit}>
          Change…
        </Button>
        <Button size="small" look="danger" aria-label={`Remove the rota of ${dutyName(duty)}`} because={because} onClick={onRemove}>
          Remove…
        </Button>
      </div>
    </li>
  );
}

function RotaDialog({ duty, from, onClose }: { duty: string; from: RotaForm; onClose: () => void }) {
  const { room } = useRoom();
  const cache = useQueryClient();
  const [form, setForm] = useState(from);
  const everyone = useQuery({
    queryKey: ['app-people', room.app.id, 'all'],
    queryFn: () => client.listAppPeople({ params: { app: room.app.id }, query: { limit: 200 } }),
  });
  // the invented people of a sample have no accounts, and are called by nobody
  const people = (everyone.data?.items ?? []).filter(({ id }) => !id.startsWith('sample:'));
  const set = (part: Partial<RotaForm>): void => setForm({ ...form, ...part });
  return (
    <FormDialog
      title={`Who is on call for ${dutyName(duty)}`}
      about={`They take turns in this order; days and times are those of ${room.app.timezone}.`}
      act="Set the rota"
      missing={missingOf(form)}
      send={async () => {
        await settings.setRota({ params: { app: room.app.id, duty }, body: sentRota(form, room.app.timezone) });
        await Promise.all([ROTAS, 'policy-teams', 'settings-history'].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      }}
      done={() => 'The rota is set'}
      onClose={onClose}
    >
      <Turns form={form} set={set} people={people} />
      <div className={styles.three}>
        <TextField label="The first begins on" type="date" value={form.from} onChange={(event) => set({ from: event.target.value })} />
        <TextField label="Handed over at" type="time" value={form.at} onChange={(event) => set({ at: event.target.value })} />
        <TextField
          label="Days of a turn"
          type="number"
          min={1}
          max={366}
          value={form.days}
          onChange={(event) => set({ days: event.target.value })}
        />
      </div>
      <Swaps form={form} set={set} people={people} />
    </FormDialog>
  );
}

type Part = { form: RotaForm; set: (part: Partial<RotaForm>) => void; people: readonly Person[] };

function Turns({ form, set, people }: Part) {
  const nameOf = (id: string): string => people.find((person) => person.id === id)?.name ?? id;
  const rest = people.filter(({ id }) => !form.people.includes(id));
  return (
    <fieldset className={shared.set}>
      <legend>Turns, in order</legend>
      <ol className={styles.turns}>
        {form.people.map((id, at) => (
          <li key={id}>
            <span>
              {at + 1}. {nameOf(id)}
            </span>
            <Button
              size="small"
              look="ghost"
              aria-label={`${nameOf(id)} earlier`}
              because={at === 0 ? 'Their turn is the first' : null}
              onClick={() => set({ people: moved(form.people, at, -1) })}
            >
              ↑
            </Button>
            <Button
              size="small"
              look="ghost"
              aria-label={`${nameOf(id)} later`}
              because={at === form.people.length - 1 ? 'Their turn is the last' : null}
              onClick={() => set({ people: moved(form.people, at, 1) })}
            >
              ↓
            </Button>
            <Button
              size="small"
              look="ghost"
              aria-label={`Without ${nameOf(id)}`}
              onClick={() => set({ people: form.people.filter((each) => each !== id) })}
            >
              Take out
            </Button>
          </li>
        ))}
      </ol>
      <SelectField label="Add" value="" onChange={(event) => set({ people: [...form.people, event.target.value] })}>
        <option value="">{rest.length === 0 ? 'Nobody else has a role in this app' : 'Choose somebody'}</option>
        {rest.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
    </fieldset>
  );
}

function Swaps({ form, set, people }: Part) {
  const change = (at: number, part: Partial<RotaForm['swaps'][number]>): void =>
    set({ swaps: form.swaps.map((swap, each) => (each === at ? { ...swap, ...part } : swap)) });
  return (
    <fieldset className={shared.set}>
      <legend>Days on which somebody stands in</legend>
      {form.swaps.map((swap, at) => (
        // a swap is known by its place
        <div key={at} className={styles.swap}>
          <SelectField label="Who" value={swap.person} onChange={(event) => change(at, { person: event.target.value })}>
            <option value="">Choose somebody</option>
            {people.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </SelectField>
          <TextField label="From" type="datetime-local" value={swap.from} onChange={(event) => change(at, { from: event.target.value })} />
          <TextField label="Until" type="datetime-local" value={swap.to} onChange={(event) => change(at, { to: event.target.value })} />
          <Button size="small" look="ghost" onClick={() => set({ swaps: form.swaps.filter((_, each) => each !== at) })}>
            Take out
          </Button>
        </div>
      ))}
      <div>
        <Button size="small" onClick={() => set({ swaps: [...form.swaps, { person: '', from: '', to: '' }] })}>
          Somebody stands in…
        </Button>
      </div>
    </fieldset>
  );
}
