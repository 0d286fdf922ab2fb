import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { platformName } from '#domain/names.ts';
import { client } from '../../api/client.ts';
import { connectionsQuery, controlRoomQuery } from '../../api/queries.ts';
import { settings } from '../../api/settings-client.ts';
import { FormDialog } from '../../parts/commands/FormDialog.tsx';
import { useRoom } from '../../parts/room.ts';
import shared from '../../parts/settings/settings.module.css';
import { CheckField, SelectField, TextArea, TextField } from '../../ui/Field.tsx';
import { fieldsOf, foldOf, missingIn, optionName, portName, sentences, settingsOf, textsOf } from './form-model.ts';
import type { Field } from './form-model.ts';
import styles from './integrations.module.css';

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
  const { asked, usual } = foldOf(fields);
  const one = (field: Field) => (
    <OneField
      key={field.name}
      field={field}
      platforms={room.app.platforms}
      isOld={connection !== null}
      value={texts[field.name] ?? ''}
      onChange={(value) => setTexts({ ...texts, [field.name]: value })}
    />
  );
  return (
    <FormDialog
      title={connection === null ? `Connect ${integration.name}` : `Settings of ${integration.name}`}
      about={connection === null ? integration.connects : 'What it brings is read anew from its beginning.'}
      act={connection === null ? 'Connect it' : 'Save the settings'}
      missing={
        missingIn(fields, texts, { isOld: connection !== null }) ?? (ports.length + narrow.length === 0 ? 'Choose what it serves.' : null)
      }
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
      {asked.map(one)}
      {usual.length === 0 ? null : (
        <details className={styles.usual} open={connection !== null}>
          <summary>
            {connection === null
              ? `${usual.length} ${usual.length === 1 ? 'setting is' : 'settings are'} as usual: ${listed(usual.map(({ label }) => label))}`
              : 'Settings that have a usual value'}
          </summary>
          <div className={styles.fields}>{usual.map(one)}</div>
        </details>
      )}
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

/** Names as a sentence has them; the first of many. */
function listed(labels: readonly string[]): string {
  const shown = labels.slice(0, 3).map((label) => (/^[A-Z]{2}/.test(label) ? label : `${label.charAt(0).toLowerCase()}${label.slice(1)}`));
  return labels.length > shown.length ? `${shown.join(', ')} and ${labels.length - shown.length} more` : shown.join(', ');
}

function OneField({
  field: { label, kind, hint, required, options, initial, isUsual },
  platforms,
  isOld,
  value,
  onChange,
}: {
  field: Field;
  platforms: readonly string[];
  isOld: boolean;
  value: string;
  onChange: (value: string) => void;
}) {
  const shown = { label: required || isUsual ? label : `${label}, if needed`, hint, value };
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
          {initial === '' ? <option value="">As it is found</option> : null}
          {options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </SelectField>
      );
    case 'platform':
      return (
        <SelectField {...shown} onChange={(event) => onChange(event.target.value)}>
          {platforms.includes(value) ? null : <option value={value}>{value === '' ? 'Choose one' : value}</option>}
          {platforms.map((platform) => (
            <option key={platform} value={platform}>
              {platformName(platform)}
            </option>
          ))}
        </SelectField>
      );
    case 'several': {
      const chosen = value.split('\n');
      return (
        <fieldset className={shared.set}>
          <legend>{label}</legend>
          {options.map((option) => (
            <CheckField
              key={option}
              label={optionName(option)}
              checked={chosen.includes(option)}
              onChange={(event) =>
                onChange(options.filter((each) => (each === option ? event.target.checked : chosen.includes(each))).join('\n'))
              }
            />
          ))}
          {hint === null ? null : <p className={shared.soft}>{sentences(hint)}</p>}
        </fieldset>
      );
    }
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
