import { useState } from 'react';
import type { ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { roleName, roles } from '#domain/roles.ts';
import { settings } from '../../api/settings-client.ts';
import { FormDialog } from '../../parts/commands/FormDialog.tsx';
import { AppField, useAppNames } from '../../parts/settings/GrantFields.tsx';
import shared from '../../parts/settings/settings.module.css';
import { Button } from '../../ui/Button.tsx';
import { CheckField, TextField } from '../../ui/Field.tsx';
import { Callback, Happens } from './provider-parts.tsx';
import { bodyOf, draftOf, missingIn, newRow, whatHappens } from './provider-model.ts';
import type { Draft, Provider, Row } from './provider-model.ts';
import styles from './providers.module.css';

/** The settings of an identity provider, new or old, and what saving them does. */
export function ProviderDialog({
  provider,
  taken,
  callback,
  onClose,
}: {
  provider: Provider | null;
  /** The ids of the providers that there are. */
  taken: readonly string[];
  /** The callback address of a new one, with `{provider}` where its id goes. */
  callback: string | null;
  onClose: () => void;
}) {
  const cache = useQueryClient();
  const apps = useAppNames();
  const [draft, setDraft] = useState(() => draftOf(provider));
  const set = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const missing = missingIn(draft, provider, taken);
  return (
    <FormDialog
      title={provider === null ? 'Add an identity provider' : `Settings of ${provider.name}`}
      about={
        provider === null
          ? 'Register Signalbox there as a web client with the callback address; it gives a client id and a secret.'
          : undefined
      }
      act={provider === null ? 'Add it' : 'Save the settings'}
      missing={missing}
      send={async () => {
        const saved = await settings.setProvider({ params: { provider: draft.id }, body: bodyOf(draft) });
        await Promise.all(['providers', 'settings-history'].map((key) => cache.invalidateQueries({ queryKey: [key] })));
        return saved;
      }}
      done={({ name }) => (provider === null ? `${name} is added` : `The settings of ${name} are saved`)}
      onClose={onClose}
    >
      <div className={shared.two}>
        <TextField
          label="Name"
          value={draft.name}
          maxLength={60}
          hint="The button says “Sign in with …”."
          onChange={(event) => set({ name: event.target.value })}
        />
        <TextField
          label="Id"
          value={draft.id}
          maxLength={40}
          spellCheck={false}
          placeholder="company"
          readOnly={provider !== null}
          hint={provider === null ? 'Part of the callback address; it stays.' : 'It stays: accounts hang on it.'}
          onChange={(event) => set({ id: event.target.value })}
        />
      </div>
      <Callback
        name={draft.name === '' ? 'the provider' : draft.name}
        callback={callback?.replace('{provider}', draft.id === '' ? 'ID' : draft.id) ?? null}
      />
      <TextField
        label="Issuer"
        value={draft.issuer}
        inputMode="url"
        maxLength={500}
        spellCheck={false}
        placeholder="https://id.example.com"
        hint="As its discovery document names it."
        onChange={(event) => set({ issuer: event.target.value })}
      />
      <div className={shared.two}>
        <TextField
          label="Client id"
          value={draft.clientId}
          maxLength={500}
          spellCheck={false}
          onChange={(event) => set({ clientId: event.target.value })}
        />
        {draft.isPublic ? null : (
          <TextField
            label="Client secret"
            type="password"
            autoComplete="off"
            maxLength={2000}
            value={draft.secret}
            hint={
              provider?.hasSecret === true
                ? 'Left empty, it stays as it is. It is kept sealed, and never shown.'
                : 'It is kept sealed, and never shown.'
            }
            onChange={(event) => set({ secret: event.target.value })}
          />
        )}
      </div>
      <CheckField
        label={
          <>
            It knows this client without a secret <span className={shared.soft}>PKCE alone</span>
          </>
        }
        checked={draft.isPublic}
        onChange={(event) => set({ isPublic: event.target.checked, secret: '' })}
      />
      <TextField
        label="Scopes, if needed"
        value={draft.scopes}
        spellCheck={false}
        hint="Between spaces; openid is asked for in any case."
        onChange={(event) => set({ scopes: event.target.value })}
      />
      <TextField
        label="Domains whose people come in without an invitation, if any"
        value={draft.domains}
        spellCheck={false}
        placeholder="example.com"
        hint="Between commas. Their e-mail must be verified there."
        onChange={(event) => set({ domains: event.target.value })}
      />
      <Rows
        legend="What they get"
        none="No role: they see what is shown to everyone."
        add="Add roles in an app"
        rows={draft.grants}
        onChange={(grants) => set({ grants })}
      />
      <Rows
        legend="Roles by groups, if wanted"
        none="Roles are given by people."
        add="Add a group"
        hasGroups
        rows={draft.groups}
        onChange={(groups) => set({ groups })}
      >
        <TextField
          label="Claim with the groups"
          value={draft.claim}
          maxLength={200}
          spellCheck={false}
          hint="A dot goes into a claim: realm.groups."
          onChange={(event) => set({ claim: event.target.value })}
        />
      </Rows>
      <CheckField
        label={
          <>
            Take over accounts{' '}
            <span className={shared.soft}>
              Who has a verified e-mail there comes into the account of that e-mail. Only for a provider that you trust with every account
              here.
            </span>
          </>
        }
        checked={draft.linksAccounts}
        onChange={(event) => set({ linksAccounts: event.target.checked })}
      />
      {missing === null ? <Happens sentences={whatHappens(draft, provider, apps)} what="What saving it does" /> : null}
    </FormDialog>
  );
}

/** Roles in apps, one after the other; of groups, where they are given by one. */
function Rows({
  legend,
  none,
  add,
  rows,
  hasGroups = false,
  onChange,
  children,
}: {
  legend: string;
  none: string;
  add: string;
  rows: readonly Row[];
  hasGroups?: boolean;
  onChange: (rows: readonly Row[]) => void;
  /** What is asked beside the rows, once there is one. */
  children?: ReactNode;
}) {
  const change = (at: number, part: Partial<Row>): void => onChange(rows.map((row, index) => (index === at ? { ...row, ...part } : row)));
  return (
    <fieldset className={styles.grants}>
      <legend>{legend}</legend>
      {rows.length === 0 ? <p className={shared.soft}>{none}</p> : children}
      {rows.map((row, at) => {
        const which = hasGroups ? `Group ${at + 1}` : `Roles ${at + 1}`;
        return (
          <fieldset key={row.key} className={styles.grant} aria-label={which}>
            <div className={shared.two}>
              {hasGroups ? (
                <TextField
                  label="Group"
                  value={row.group}
                  maxLength={300}
                  spellCheck={false}
                  onChange={(event) => change(at, { group: event.target.value })}
                />
              ) : null}
              <AppField label="In" all="first" value={row.app} onChange={(app) => change(at, { app })} />
              {hasGroups ? null : <Teams row={row} onChange={(teams) => change(at, { teams })} />}
            </div>
            <div className={styles.roles}>
              {roles.map((role) => (
                <CheckField
                  key={role}
                  label={roleName(role)}
                  checked={row.roles.includes(role)}
                  onChange={(event) =>
                    change(at, { roles: roles.filter((each) => (each === role ? event.target.checked : row.roles.includes(each))) })
                  }
                />
              ))}
            </div>
            {hasGroups ? <Teams row={row} onChange={(teams) => change(at, { teams })} /> : null}
            <div className={shared.acts}>
              <Button
                size="small"
                aria-label={`Take out ${which.toLowerCase()}`}
                onClick={() => onChange(rows.filter((_, index) => index !== at))}
              >
                Take it out
              </Button>
            </div>
          </fieldset>
        );
      })}
      <div className={shared.acts}>
        <Button size="small" onClick={() => onChange([...rows, newRow(rows)])}>
          {add}
        </Button>
      </div>
    </fieldset>
  );
}

function Teams({ row, onChange }: { row: Row; onChange: (teams: string) => void }) {
  return (
    <TextField
      label="Teams whose word they may give"
      value={row.teams}
      placeholder="player, car-mode; * for all"
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
