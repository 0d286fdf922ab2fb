import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { client } from '../../api/client.ts';
import { connectionsQuery, controlRoomQuery } from '../../api/queries.ts';
import { settings } from '../../api/settings-client.ts';
import { FormDialog } from '../../parts/commands/FormDialog.tsx';
import { useRoom } from '../../parts/room.ts';
import shared from '../../parts/settings/settings.module.css';
import { CheckField, SelectField, TextArea, TextField } from '../../ui/Field.tsx';
import { fieldsOf, missingIn, portName, sentences, settingsOf, textsOf } from './form-model.ts';
import type { Field } from './form-model.ts';

export type Integration = Awaited<ReturnType<typeof settings.listIntegrations>>['items'][number];
export type Connection = Awaited<ReturnType<typeof client.listConnections>>['items'][number];

/** The settings of a connection, new or old, in the form that the integration's own schema draws. */
export function ConnectDialog({
  integration,
  connection,
  onClose,
}: {
  integration: Integration;
  connection: Connection | null;
  onClose: () => void;
}) {
  const { room } = useRoom();
  const cache = useQueryClient();
  const fields = fieldsOf(integration.settings);
  const [texts, setTexts] = useState(() => textsOf(fields, connection?.settings ?? null));
  const wasServing = connection?.serves ?? [];
  // ports for one storefront alone are kept as they are
  const [ports, setPorts] = useState<readonly string[]>(
    wasServing.length === 0 ? integration.provides : integration.provides.filter((port) => wasServing.includes(port)),
  );
  const narrow = wasServing.filter((each) => each.includes(':'));
  const serves = ports.length === integration.provides.length ? [] : [...ports, ...narrow];
  const app = room.app.id;
  return (
    <FormDialog
      title={connection === null ? `Connect ${integration.name}` : `Settings of ${integration.name}`}
      about={connection === null ? integration.connects : 'What it brings is read anew from its beginning.'}
      act={connection === null ? 'Connect it' : 'Save the settings'}
      missing={missingIn(fields, texts) ?? (ports.length + narrow.length === 0 ? 'Choose what it serves.' : null)}
      send={async () => {
        const sent = { settings: settingsOf(fields, texts), serves };
        const made =
          connection === null
            ? await client.addConnection({ params: { app }, body: { integration: integration.id, ...sent } })
            : await settings.changeConnection({ params: { app, connection: connection.id }, body: sent });
        await Promise.all([
          cache.invalidateQueries({ queryKey: connectionsQuery(app).queryKey }),
          cache.invalidateQueries({ queryKey: ['settings-history'] }),
          cache.refetchQueries({ queryKey: controlRoomQuery(app).queryKey }),
        ]);
        return made;
      }}
      done={({ name }) => (connection === null ? `${name} is connected` : `The settings of ${name} are saved`)}
      onClose={onClose}
    >
      {fields.map((field) => (
        <OneField
          key={field.name}
          field={field}
          isOld={connection !== null}
          value={texts[field.name] ?? ''}
          onChange={(value) => setTexts({ ...texts, [field.name]: value })}
        />
      ))}
      {integration.provides.length < 2 ? null : (
        <fieldset className={shared.set}>
          <legend>It serves</legend>
          {integration.provides.map((port) => (
            <CheckField
              key={port}
              label={portName(port)}
              checked={ports.includes(port)}
              onChange={(event) =>
                setPorts(integration.provides.filter((each) => (each === port ? event.target.checked : ports.includes(each))))
              }
            />
          ))}
          {narrow.length === 0 ? null : <p className={shared.soft}>And {narrow.map(portName).join(', ')}.</p>}
        </fieldset>
      )}
    </FormDialog>
  );
}

function OneField({
  field: { label, kind, hint, required, options },
  isOld,
  value,
  onChange,
}: {
  field: Field;
  isOld: boolean;
  value: string;
  onChange: (value: string) => void;
}) {
  const shown = { label: required ? label : `${label}, if needed`, hint, value };
  switch (kind) {
    case 'text':
    case 'number':
      return (
        <TextField
          {...shown}
          inputMode={kind === 'number' ? 'numeric' : undefined}
          spellCheck={false}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case 'secret':
      return (
        <TextField
          {...shown}
          type="password"
          autoComplete="off"
          hint={sentences(hint, isOld ? 'Left empty, it stays as it is.' : null, 'It is kept sealed, and never shown.')}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case 'long':
    case 'lines':
    case 'record':
      return (
        <TextArea
          {...shown}
          rows={kind === 'long' ? 8 : 2}
          spellCheck={false}
          hint={sentences(hint, kind === 'long' ? null : kind === 'lines' ? 'One a line.' : 'One a line: name = value.')}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case 'choice':
      return (
        <SelectField {...shown} onChange={(event) => onChange(event.target.value)}>
          <option value="">As it is found</option>
          {options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </SelectField>
      );
    case 'switch':
      return (
        <CheckField
          label={
            <>
              {label} <span className={shared.soft}>{hint}</span>
            </>
          }
          checked={value === 'true'}
          onChange={(event) => onChange(String(event.target.checked))}
        />
      );
    default:
      return kind satisfies never;
  }
}
