/** `signalbox backup` and `signalbox restore`: on the machine of the server, with its settings. They speak to the database and to no server. */
import { Command } from 'commander';
import { ending } from '../ask.ts';
import type { Parts, Said } from '../ask.ts';
import { EXIT_HELP, exits } from '../exit-codes.ts';
import type { Exit } from '../exit-codes.ts';
import { speakThrough } from '../output.ts';
import type { Io } from '../output.ts';
import { plain } from '../table.ts';

type BackupWish = { file: string; overwrite: boolean };
type RestoreWish = {
  file: string;
  check: boolean;
  replace: boolean;
  otherSecret: boolean;
  brokenJournal: boolean;
  robotGoesOn: boolean;
};
type BackedUp = {
  bytes: number;
  apps: number;
  rows: number;
  entries: number;
  strangers: readonly string[];
  sealedBy: 'this key' | 'another key' | 'nobody';
};
type Manifest = {
  product: string;
  postgresql: string;
  takenAt: string;
  schema: readonly { name: string }[];
  apps: readonly string[];
  tables: readonly { rows: number }[];
};
type Restored = {
  manifest: Manifest;
  audit?: { ok: boolean; entries: number; seals: number; problems: readonly string[] };
  migrated?: readonly string[];
  settled?: { openActions: number; paused: readonly string[] };
};

export type BackupParts = {
  /** Both throw an error whose message is fit for people; `kind` says whether it was the file, a refusal, or trouble. */
  backup: (wish: BackupWish) => Promise<BackedUp>;
  restore: (wish: RestoreWish) => Promise<Restored>;
};

const SETTINGS = '\nThe settings are those of the server (DATABASE_URL, DATA_DIR, SIGNALBOX_SECRET): use its account and its environment.';

export function backupCommand(io: Io, parts: Pick<Parts, 'now'> & BackupParts): Command {
  const command = new Command('backup')
    .description('write all that Signalbox knows into one file, while it works')
    .argument('<file>', 'a new file, such as signalbox-2026-11-30.tar.gz; it appears when it is whole')
    .option('--overwrite', 'take the place of a file that is there', false)
    .option('--json', 'print JSON')
    .addHelpText('after', `${SETTINGS} The secret is not in the backup: keep it apart.${EXIT_HELP}`)
    .action((file: string, options: { overwrite: boolean; json?: boolean }) => {
      const began = parts.now();
      return deed(io, options, async () => {
        const done = await parts.backup({ file, overwrite: options.overwrite });
        const seconds = (parts.now() - began) / 1000;
        for (const name of done.strangers) io.err(`left out: the table ${name} is not Signalbox's`);
        if (done.sealedBy === 'another key')
          io.err('note: the newest seal was signed with another secret than this one. Is it the secret of the server?');
        const what = `${counted(done.apps, 'app')}, ${counted(done.entries, 'entry', 'entries')} of the journal, ${counted(done.rows, 'row')} in all`;
        return { lines: [`${file}: ${what}; ${(done.bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s`], json: { file, ...done } };
      });
    });
  return speakThrough(command, io);
}

export function restoreCommand(io: Io, parts: BackupParts): Command {
  const command = new Command('restore')
    .description('bring a backup into an empty database, with every Signalbox on it stopped')
    .argument('<file>', 'what signalbox backup wrote')
    .option('--check', 'only read the file and say what is in it', false)
    .option('--replace', 'throw away what is in the database', false)
    .option('--robot-goes-on', 'do not pause the robot: for a move, where nothing was done since the backup', false)
    .option('--other-secret', 'restore although the backup was made with another secret', false)
    .option('--broken-journal', 'restore although the journal in it is broken', false)
    .option('--json', 'print JSON')
    .addHelpText('after', `${SETTINGS}${EXIT_HELP}`)
    .action((file: string, options: Omit<RestoreWish, 'file'> & { json?: boolean }) => {
      const { json, ...wish } = options;
      return deed(io, { json }, async () => {
        const done = await parts.restore({ file, ...wish });
        return { lines: options.check ? [aboutLine(file, done.manifest)] : restoredLines(file, done), json: jsonOf(file, done) };
      });
    });
  return speakThrough(command, io);
}

function aboutLine(file: string, { takenAt, product, postgresql, schema, apps, tables }: Manifest): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return `${file} is whole: taken at ${takenAt} by Signalbox ${plain(product)} (${schema.at(-1)?.name ?? ''}, PostgreSQL ${plain(postgresql)}); ${counted(apps.length, 'app')}${apps.length === 0 ? '' : ` (${plain(apps.slice(0, 10).join(', '))}${apps.length > 10 ? ', …' : ''})`}, ${counted(rows, 'row')}`;
}

function restoredLines(file: string, { manifest, audit, migrated = [], settled }: Restored): string[] {
  const { paused = [], openActions = 0 } = settled ?? {};
  return [
    `Restored ${file}, taken at ${manifest.takenAt}: ${counted(manifest.apps.length, 'app')}.`,
    ...(migrated.length === 0 ? [] : [`Brought up to this Signalbox: ${migrated.join(', ')}.`]),
    ...(audit === undefined
      ? []
      : audit.ok
        ? [`The journal holds: ${counted(audit.entries, 'entry', 'entries')}, ${counted(audit.seals, 'seal')}.`]
        : ['The journal is broken, as it was in the backup:', ...audit.problems.slice(0, 10).map((problem) => `  ${plain(problem)}`)]),
    ...(openActions === 0
      ? []
      : [`${counted(openActions, 'order')} had not ended: what was done since is looked for before anything is tried.`]),
    ...(paused.length === 0
      ? []
      : [
          `The robot is paused in ${plain(paused.slice(0, 10).join(', '))}${paused.length > 10 ? ', …' : ''}: look, then let it go on (signalbox robot unpause TRACK --app).`,
        ]),
    'Everybody signs in again. Start the server: signalbox serve',
  ];
}

/** The names of the backup's parts say nothing to whoever asked. */
function jsonOf(file: string, { manifest, ...rest }: Restored): object {
  const { takenAt, product, postgresql, schema, apps, tables } = manifest;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return { file, takenAt, product, postgresql, schema: schema.at(-1)?.name ?? null, apps, rows, ...rest };
}

async function deed(io: Io, options: { json?: boolean | undefined }, work: () => Promise<Said>): Promise<void> {
  await ending(io, options, async () => {
    try {
      return await work();
    } catch (error) {
      io.err(error instanceof Error ? error.message : String(error));
      return { lines: [], json: { error: error instanceof Error ? error.message : String(error) }, code: codeOf(error) };
    }
  });
}

function codeOf(error: unknown): Exit {
  const kind: unknown = typeof error === 'object' && error !== null && 'kind' in error ? error.kind : null;
  if (kind === 'file') return exits.usage;
  if (kind === 'refused') return exits.refused;
  return error instanceof Error && error.name === 'ConfigTrouble' ? exits.usage : exits.trouble;
}

function counted(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}
