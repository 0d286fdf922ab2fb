/** The pages of settings: what each controls, what of the journal is its history, and who may change it. */
import type { Me } from '../../api/authority.ts';
import { instanceKinds } from '../journal/journal-model.ts';
import { settingsNames } from '../shell/navigation.ts';
import type { IconName } from '../../ui/Icon.tsx';

export type SettingsId = keyof typeof settingsNames;

/** `of`: one app, or the whole of this Signalbox, which only admins of all apps may set up. */
export type SettingsPart = {
  of: 'app' | 'instance';
  icon: IconName;
  /** One sentence: what it controls. */
  about: string;
  /** Kinds of entries of the journal that are its history. */
  history: readonly string[];
};

/** The kinds of entries that the audit log has under one name. */
const ofInstance = (id: (typeof instanceKinds)[number]['id']): readonly string[] => instanceKinds.find((each) => each.id === id)?.is ?? [];

export const settingsParts: Readonly<Record<SettingsId, SettingsPart>> = {
  apps: {
    of: 'app',
    icon: 'rows',
    about: 'What the app is called, the zone that its plan lives in, and what it is connected to.',
    history: ['app-created', 'app-renamed', 'clock-set', 'history-imported', 'restored'],
  },
  platforms: {
    of: 'app',
    icon: 'desktop',
    about: 'Where each platform ships, in which shares, who takes each step and what holds it. All of it stands in the policy.',
    history: ['policy-saved'],
  },
  policy: {
    of: 'app',
    icon: 'shield',
    about: 'The rules of a release as one document: processes, criteria, limits, windows, duties, and what the robot may do.',
    history: ['policy-saved', 'policy-proposed', 'policy-proposal-closed'],
  },
  teams: {
    of: 'app',
    icon: 'team',
    about: 'Which teams there are, what they own, where they are reached, and who is on call.',
    // teams stand in the policy
    history: ['policy-saved', 'rota-set', 'rota-removed'],
  },
  integrations: {
    of: 'app',
    icon: 'plug',
    about: 'What the app is connected to, and how alive each connection is.',
    history: ['connected', 'connection-changed', 'disconnected', 'webhook-opened', 'webhook-closed', 'chat-tried'],
  },
  notifications: {
    of: 'app',
    icon: 'channel',
    about: 'What people are told outside of these pages, by what need, and in which channel.',
    history: ['chat-tried', 'nudged', 'update-posted'],
  },
  people: {
    of: 'instance',
    icon: 'person',
    about: 'Who may come in, and what each may do in which app.',
    history: [...ofInstance('people'), ...ofInstance('access'), 'password-link-made', 'sessions-ended'],
  },
  keys: {
    of: 'instance',
    icon: 'key',
    about:
      'Credentials of machines: API keys act within their roles and scopes, reporting keys write facts of one app and do nothing else.',
    history: ofInstance('keys'),
  },
};

export const settingsIds = Object.keys(settingsNames) as readonly SettingsId[];

/** Whether one may change what a page of settings controls. `everywhere`: one's rights in all apps. */
export function maySet(id: SettingsId, here: Pick<Me, 'isAdmin'>, everywhere: Pick<Me, 'isAdmin'>): boolean {
  return settingsParts[id].of === 'app' ? here.isAdmin : everywhere.isAdmin;
}

/** Who may, for those who may not. */
export function whoSets(id: SettingsId, app: string): string {
  return settingsParts[id].of === 'app' ? `an admin of ${app}` : 'an admin of all apps';
}
