/** The invented people of the sample, and the systems that report in it. None of them exists. */
import type { Actor, Role } from '#domain/roles.ts';

export type SamplePerson = { id: string; name: string; roles: readonly Role[]; teams: readonly string[] };

const person = (id: string, name: string, roles: readonly Role[], ...teams: string[]): SamplePerson => ({ id, name, roles, teams });

/** Those who do more in the story than sign for their team. */
const leads = [
  person('maja', 'Maja Lind', ['release-manager', 'admin']),
  person('tom', 'Tom Becker', ['release-team']),
  person('ines', 'Ines Duarte', ['member'], 'player'),
  person('sofia', 'Sofia Ek', ['member'], 'car-mode'),
  person('rafael', 'Rafael Nunes', ['member'], 'ads'),
  person('femi', 'Femi Ade', ['member'], 'onboarding'),
  person('abena', 'Abena Osei', ['member'], 'onboarding'),
] as const;

/** Who signs for each of the other teams. */
const signers: Readonly<Record<string, string>> = {
  playback: 'Noor Haddad',
  'now-playing': 'Elias Berg',
  home: 'Priya Raman',
  search: 'Jonas Vik',
  library: 'Marta Kowal',
  playlists: 'Hugo Lemaire',
  lyrics: 'Aiko Tan',
  podcasts: 'Daniel Osman',
  audiobooks: 'Greta Holm',
  devices: 'Luca Ferri',
  onboarding: 'Femi Ade',
  payments: 'Yara Sousa',
  ads: 'Rafael Nunes',
  social: 'Kofi Mensa',
  kids: 'Lena Brandt',
  notifications: 'Otto Salin',
  downloads: 'Mina Park',
  widgets: 'Ruben Dahl',
  recommendations: 'Ida Storm',
  'live-events': 'Paulo Reis',
  accessibility: 'Saga Nord',
  'local-files': 'Emil Rask',
  'artist-pages': 'Zoe Martin',
  video: 'Arjun Mehta',
};

const everyone: readonly SamplePerson[] = [
  ...leads,
  ...Object.entries(signers)
    .filter(([team]) => !leads.some((lead) => lead.teams.includes(team)))
    .map(([team, name]) => person(team, name, ['member'], team)),
];

/** The sample's people, for whoever shows or seats them. */
export const samplePeople: readonly SamplePerson[] = everyone;

/** The id of a person of the sample as others see it: it begins with `sample:`, so that nobody takes it for an account's. */
export const sampleId = (id: string): string => `sample:${id}`;

/** A person of the sample as the journal names them. */
export function actorNamed(id: string): Actor {
  const found = everyone.find((each) => each.id === id);
  if (found === undefined) throw new Error(`nobody in the sample is called "${id}": ${everyone.map((each) => each.id).join(', ')}`);
  return { kind: 'person', id: sampleId(found.id), name: found.name, roles: found.roles, teams: found.teams };
}

/** Who gives the word of a team. */
export function signerOf(team: string): string {
  const found = everyone.find((each) => each.teams.includes(team));
  if (found === undefined) throw new Error(`nobody in the sample is in ${team}`);
  return found.id;
}

export const sourceNames = ['ci', 'jira', 'stores'] as const;
/** What tells of health. Crashes of the desktop come from a source of their own, which can fall silent. */
export const telemetrySources = ['telemetry', 'observability'] as const;
export type TelemetrySource = (typeof telemetrySources)[number];

export type SourceName = (typeof sourceNames)[number];

const systems: Readonly<Record<SourceName, string>> = {
  ci: 'CI',
  jira: 'Jira',
  stores: 'Stores',
};

/** A system of the sample that reports facts, as the journal names it. */
export function sourceActor(source: SourceName): Actor {
  return { kind: 'key', id: `sample:${source}`, name: systems[source], roles: ['member'], scopes: ['report'], teams: [] };
}
