/** Roles and teams in apps, as an invitation gives them and as a person has them. */
import { useQuery } from '@tanstack/react-query';
import { roleName, roles } from '#domain/roles.ts';
import type { Role } from '#domain/roles.ts';
import { appsQuery } from '../../api/queries.ts';
import { CheckField, SelectField, TextField } from '../../ui/Field.tsx';
import { Tag } from '../../ui/Panel.tsx';
import { grantInWords, isSecond } from './grants.ts';
import type { Grant } from './grants.ts';
import styles from './settings.module.css';

/** What a role is for, and whether it may be the second person. */
const about: Readonly<Record<Role, string>> = {
  viewer: 'sees everything',
  member: 'signs off for their teams, reports bugs, halts',
  'release-manager': 'takes the steps of a release, decides bugs, waives',
  'release-team': 'second person: approves waivers and policies',
  admin: 'sets up apps, policies, people and keys; approves policies',
};

/** The names of apps by their ids. */
export function useAppNames(): ReadonlyMap<string, string> {
  const apps = useQuery(appsQuery).data?.items ?? [];
  return new Map(apps.map(({ id, name }) => [id, name]));
}

/** One of the apps, or all: which stand first, where there is no other reason, or last, where one is meant as a rule. */
export function AppField({
  label,
  value,
  all,
  onChange,
}: {
  label: string;
  value: string;
  all: 'first' | 'last';
  onChange: (app: string) => void;
}) {
  const everywhere = <option value="*">All apps</option>;
  return (
    <SelectField label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      {all === 'first' ? everywhere : null}
      {[...useAppNames()].map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
      {all === 'last' ? everywhere : null}
    </SelectField>
  );
}

/** Roles to choose, and the teams whose word they may give. */
export function RoleFields({
  held,
  teams,
  onRoles,
  onTeams,
}: {
  held: readonly Role[];
  teams: string;
  onRoles: (held: readonly Role[]) => void;
  onTeams: (teams: string) => void;
}) {
  return (
    <>
      <fieldset className={styles.set}>
        <legend>Roles</legend>
        {roles.map((role) => (
          <CheckField
            key={role}
            label={
              <>
                {roleName(role)} <span className={styles.soft}>{about[role]}</span>
              </>
            }
            checked={held.includes(role)}
            onChange={(event) => onRoles(roles.filter((each) => (each === role ? event.target.checked : held.includes(each))))}
          />
        ))}
      </fieldset>
      <TextField
        label="Teams whose word they may give"
        value={teams}
        placeholder="player, car-mode"
        hint="As the policy names them, between commas; * for all."
        onChange={(event) => onTeams(event.target.value)}
      />
    </>
  );
}

/** What somebody holds, a line for each app. */
export function Grants({ grants, names }: { grants: readonly Grant[]; names: ReadonlyMap<string, string> }) {
  if (grants.length === 0) return <p className={styles.soft}>No role: sees what is shown to everyone.</p>;
  return (
    <ul>
      {grants.map((grant) => (
        <li key={grant.app} className={styles.soft}>
          {grantInWords(grant, names)} {isSecond(grant.roles) ? <Tag>second person</Tag> : null}
        </li>
      ))}
    </ul>
  );
}
