/** All commands under one name. */
import { Command } from 'commander';
import type { Parts } from './ask.ts';
import { appCommand, releaseCommand } from './commands/app.ts';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import type { BackupParts } from './commands/backup.ts';
import { buildNumberCommand } from './commands/build-number.ts';
import { connectCommand } from './commands/connect.ts';
import { crashGroupsCommand } from './commands/crash-groups.ts';
import { demoCommand } from './commands/demo.ts';
import type { DemoParts } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import type { DoctorParts } from './commands/doctor.ts';
import { deedCommands } from './commands/deeds.ts';
import { forecastCommand } from './commands/forecast.ts';
import { gitCommand } from './commands/git.ts';
import type { GitParts } from './commands/git.ts';
import { healthCommand } from './commands/health.ts';
import type { ReadEnvelope } from './commands/health.ts';
import { ownersCommand } from './commands/owners.ts';
import { explainCommand, planCommand, statusCommand } from './commands/look.ts';
import { addPolicyOfServer, auditCommand, connectionCommand, keysCommand } from './commands/manage.ts';
import { inviteCommand, peopleCommand, sessionsCommand } from './commands/people.ts';
import { policyCommand } from './commands/policy.ts';
import { reportCommand } from './commands/report.ts';
import { sandboxCommand } from './commands/sandbox.ts';
import type { SandboxParts } from './commands/sandbox.ts';
import { secretsCommand } from './commands/secrets.ts';
import { serveCommand } from './commands/serve.ts';
import type { ServeParts } from './commands/serve.ts';
import { versionCommand } from './commands/version.ts';
import { EXIT_HELP } from './exit-codes.ts';
import { speakThrough } from './output.ts';
import type { Io } from './output.ts';

/** What the commands need of other rooms. */
export type ProgramParts = Parts &
  ServeParts &
  DemoParts &
  BackupParts &
  DoctorParts &
  Pick<GitParts, 'analyse'> & { serveSandbox: SandboxParts['serve']; readEnvelope: ReadEnvelope; version: string };

export function program(io: Io, parts: ProgramParts): Command {
  const command = new Command('signalbox')
    .description('The control room for the releases of mobile and desktop apps')
    .version(parts.version)
    .showHelpAfterError('(--help lists what there is)')
    .addHelpText('after', EXIT_HELP);
  const commands = [
    serveCommand(io, parts),
    demoCommand(io, parts),
    backupCommand(io, parts),
    restoreCommand(io, parts),
    doctorCommand(io, parts),
    connectCommand(io, parts),
    appCommand(io, parts),
    releaseCommand(io, parts),
    statusCommand(io, parts),
    planCommand(io, parts),
    explainCommand(io, parts),
    forecastCommand(io, parts),
    reportCommand(io, parts),
    ...deedCommands(io, parts),
    connectionCommand(io, parts),
    addPolicyOfServer(policyCommand(io), io, parts),
    auditCommand(io, parts),
    keysCommand(io, parts),
    peopleCommand(io, parts),
    inviteCommand(io, parts),
    sessionsCommand(io, parts),
    secretsCommand(io, parts),
    gitCommand(io, { analyse: parts.analyse }),
    crashGroupsCommand(io, parts),
    healthCommand(io, parts, parts.readEnvelope),
    ownersCommand(io, parts),
    versionCommand(io),
    buildNumberCommand(io),
    sandboxCommand(io, { serve: parts.serveSandbox }),
  ];
  for (const each of commands) command.addCommand(each);
  return speakThrough(command, io);
}
