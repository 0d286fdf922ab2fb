/** Which module has which commands: a call loads the one that it names, and the help loads all, in this order. */
import type { Command } from 'commander';
import type { Parts } from './ask.ts';
import type { BackupParts } from './commands/backup.ts';
import type { DemoParts } from './commands/demo.ts';
import type { DoctorParts } from './commands/doctor.ts';
import type { GitParts } from './commands/git.ts';
import type { ReadEnvelope } from './commands/health.ts';
import type { SandboxParts } from './commands/sandbox.ts';
import type { ServeParts } from './commands/serve.ts';
import type { Io } from './output.ts';

/** What the commands need of other rooms. */
export type CommandParts = Parts &
  ServeParts &
  DemoParts &
  BackupParts &
  DoctorParts &
  Pick<GitParts, 'analyse'> & { serveSandbox: SandboxParts['serve']; readEnvelope: ReadEnvelope };

/** Commands that are loaded together, under the names by which they are called. */
type Loadable = { names: readonly string[]; load: (io: Io, parts: CommandParts) => Promise<Command[]> };

export const commandTable: readonly Loadable[] = [
  { names: ['serve'], load: async (io, parts) => [(await import('./commands/serve.ts')).serveCommand(io, parts)] },
  { names: ['demo'], load: async (io, parts) => [(await import('./commands/demo.ts')).demoCommand(io, parts)] },
  {
    names: ['backup', 'restore'],
    load: async (io, parts) => {
      const { backupCommand, restoreCommand } = await import('./commands/backup.ts');
      return [backupCommand(io, parts), restoreCommand(io, parts)];
    },
  },
  { names: ['doctor'], load: async (io, parts) => [(await import('./commands/doctor.ts')).doctorCommand(io, parts)] },
  { names: ['connect'], load: async (io, parts) => [(await import('./commands/connect.ts')).connectCommand(io, parts)] },
  {
    names: ['app', 'release'],
    load: async (io, parts) => {
      const { appCommand, releaseCommand } = await import('./commands/app.ts');
      return [appCommand(io, parts), releaseCommand(io, parts)];
    },
  },
  {
    names: ['status', 'plan', 'explain'],
    load: async (io, parts) => {
      const { explainCommand, planCommand, statusCommand } = await import('./commands/look.ts');
      return [statusCommand(io, parts), planCommand(io, parts), explainCommand(io, parts)];
    },
  },
  { names: ['forecast'], load: async (io, parts) => [(await import('./commands/forecast.ts')).forecastCommand(io, parts)] },
  { names: ['report'], load: async (io, parts) => [(await import('./commands/report.ts')).reportCommand(io, parts)] },
  {
    names: [
      'nudge',
      'correct',
      'cut',
      'choose-candidate',
      'submit',
      'start',
      'raise',
      'withdraw',
      'halt',
      'resume',
      'cancel',
      'sign-off',
      'approve',
      'tick',
      'waive',
      'approve-waiver',
      'revoke-waiver',
      'clear-red',
      'retry',
      'blocker',
      'robot',
      'cherry-pick',
    ],
    load: async (io, parts) => (await import('./commands/deeds.ts')).deedCommands(io, parts),
  },
  { names: ['connection'], load: async (io, parts) => [(await import('./commands/manage.ts')).connectionCommand(io, parts)] },
  {
    names: ['policy'],
    load: async (io, parts) => {
      const [{ policyCommand }, { addPolicyOfServer }] = await Promise.all([
        import('./commands/policy.ts'),
        import('./commands/manage.ts'),
      ]);
      return [addPolicyOfServer(policyCommand(io), io, parts)];
    },
  },
  {
    names: ['audit', 'keys'],
    load: async (io, parts) => {
      const { auditCommand, keysCommand } = await import('./commands/manage.ts');
      return [auditCommand(io, parts), keysCommand(io, parts)];
    },
  },
  {
    names: ['people', 'invite', 'sessions'],
    load: async (io, parts) => {
      const { inviteCommand, peopleCommand, sessionsCommand } = await import('./commands/people.ts');
      return [peopleCommand(io, parts), inviteCommand(io, parts), sessionsCommand(io, parts)];
    },
  },
  { names: ['secrets'], load: async (io, parts) => [(await import('./commands/secrets.ts')).secretsCommand(io, parts)] },
  { names: ['git'], load: async (io, { analyse }) => [(await import('./commands/git.ts')).gitCommand(io, { analyse })] },
  { names: ['crash-groups'], load: async (io, parts) => [(await import('./commands/crash-groups.ts')).crashGroupsCommand(io, parts)] },
  { names: ['health'], load: async (io, parts) => [(await import('./commands/health.ts')).healthCommand(io, parts, parts.readEnvelope)] },
  { names: ['owners'], load: async (io, parts) => [(await import('./commands/owners.ts')).ownersCommand(io, parts)] },
  { names: ['version'], load: async (io) => [(await import('./commands/version.ts')).versionCommand(io)] },
  { names: ['build-number'], load: async (io) => [(await import('./commands/build-number.ts')).buildNumberCommand(io)] },
  {
    names: ['sandbox'],
    load: async (io, parts) => [(await import('./commands/sandbox.ts')).sandboxCommand(io, { serve: parts.serveSandbox })],
  },
];
