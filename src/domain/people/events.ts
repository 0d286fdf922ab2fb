/** What happened to people, keys and ways in: entries of the instance's own chain. People are named by id and name, so that an entry still says who when they are gone. */
import type { Instant } from '../time.ts';
import type { Role, Scope } from '../roles.ts';

/** Roles and teams in one app; the app `*` stands for all, the team `*` for all teams. */
export type Granted = { app: string; roles: readonly Role[]; teams: readonly string[] };
type Someone = { person: string; name: string };

export type InstanceEvent =
  /** `how`: by an admin, the set-up link, an invitation, or the id of an identity provider. */
  | ({ is: 'person-added'; email: string; how: string; grants: readonly Granted[] } & Someone)
  | ({ is: 'roles-set'; app: string; from: Omit<Granted, 'app'>; to: Omit<Granted, 'app'>; how: string } & Someone)
  | ({ is: 'person-deactivated'; why: string; sessions: number; keys: number } & Someone)
  | ({ is: 'person-reactivated'; why: string } & Someone)
  | ({ is: 'person-removed'; email: string } & Someone)
  | { is: 'invited'; invitation: string; email: string; grants: readonly Granted[]; until: Instant }
  | { is: 'invitation-revoked'; invitation: string; email: string }
  | ({ is: 'invitation-accepted'; invitation: string; email: string } & Someone)
  | ({ is: 'password-link-made'; until: Instant } & Someone)
  /** `how`: the one changed it, or a link set it. */
  | ({ is: 'password-set'; how: 'changed' | 'link'; sessions: number } & Someone)
  | ({ is: 'signed-in'; how: string } & Someone)
  | ({ is: 'account-linked'; provider: string } & Someone)
  | ({ is: 'sessions-ended'; count: number; why: string } & Someone)
  | {
      is: 'key-created';
      key: string;
      name: string;
      kind: 'key' | 'report';
      scopes: readonly Scope[];
      roles: readonly Role[];
      apps: readonly string[] | null;
      until: Instant | null;
    }
  | { is: 'key-revoked'; key: string; name: string }
  | { is: 'provider-set'; provider: string; issuer: string; changed: readonly string[] }
  | { is: 'provider-removed'; provider: string; issuer: string }
  | { is: 'access-set'; from: string; to: string };
