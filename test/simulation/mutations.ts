/*
 * Rules broken on purpose, one at a time: the simulation must find each, or it is too weak. `npm run simulate -- --mutation halts-wait`, or `--mutation all`.
 * A mutation replaces text in a copy of the tree; the sources themselves stay as they are.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '#lib/package-root.ts';

type Edit = { file: string; find: string; replace: string };
/** `also`: other places in which the rule is kept, each of which alone would hold it. */
export type Mutation = Edit & { name: string; rule: string; also?: readonly Edit[] };

export const mutations: readonly Mutation[] = [
  {
    name: 'key-not-looked-for',
    rule: 'an effect that is under way under its key is not ordered under another one',
    file: 'src/domain/release/orders.ts',
    find: 'if (known.some(isOpen)) return null;',
    replace: '',
  },
  {
    name: 'revision-not-guarded',
    rule: 'a commit is guarded by the revision that it was decided on',
    file: 'src/engine/commit.ts',
    find: 'if (head === undefined || head.revision !== loaded.revision) throw new Moved(id);',
    replace: 'if (head === undefined) throw new Moved(id);',
  },
  {
    name: 'halts-wait',
    rule: 'halts come before all else in their lane',
    file: 'src/db/outbox.ts',
    find: 'if (urgent !== undefined) return urgent;',
    replace: 'if (urgent !== undefined && rows.every((row) => row.urgent)) return urgent;',
    also: [
      { file: 'src/db/outbox.ts', find: 'and (urgent or not exists (', replace: 'and (true or not exists (' },
      {
        file: 'src/engine/lane-hold.ts',
        find: 'const hasHaltBehind = (): boolean => waiting.some((key) => key !== current);',
        replace: 'const hasHaltBehind = (): boolean => waiting.length < 0 && current !== null;',
      },
    ],
  },
  {
    name: 'halted-without-reading-back',
    rule: 'halted is shown only after the storefront was read back',
    file: 'src/domain/release/adopt.ts',
    find: "state?.state === 'halted' || (state?.state === 'paused' && track.halting !== null)",
    replace: "state?.state === 'halted' || track.halting !== null",
  },
  {
    name: 'not-judged-again',
    rule: 'criteria are judged afresh immediately before a step',
    file: 'src/engine/perform.ts',
    find: "if (!(await stillHolds(context, ordered))) return 'tried';",
    replace: '',
  },
  {
    name: 'lane-not-leased',
    rule: 'one write is in flight in each lane',
    file: 'sql/0001-signalbox.sql',
    find: 'where held.owner = excluded.owner or held.until < clock_timestamp()',
    replace: '',
  },
  {
    name: 'last-word-wins',
    rule: 'of a fact the highest revision counts, in whatever order they arrive',
    file: 'src/db/facts.ts',
    find: 'where excluded.revision >= ${sql.table(table)}.revision',
    replace: '',
  },
  {
    name: 'last-hour-wins',
    rule: 'of an hour of health the highest revision counts, in whatever order they arrive',
    file: 'src/db/health/rollups.ts',
    find: 'sql`excluded.revision > there.revision`',
    replace: 'sql`excluded.revision <> there.revision`',
  },
  {
    name: 'red-forgotten',
    rule: 'a red stays until a person clears it',
    file: 'src/domain/release/evolve.ts',
    find: 'noted: withRed(track.noted, event.key, at)',
    replace: 'noted: track.noted',
  },
  {
    name: 'pause-ignored',
    rule: 'a paused robot takes no step',
    file: 'src/domain/release/robot.ts',
    find: 'return [world.app.robotPaused, track.robotPaused].find((pause) => pause && (pause.until === null || pause.until > world.now)) ?? null;',
    replace: 'return world.now === track.id ? track.robotPaused : null;',
  },
];

/** Makes a copy of the tree with a rule broken; gives its folder. */
export function mutated({ name, also = [], ...first }: Mutation): string {
  const folder = mkdtempSync(join(tmpdir(), `signalbox-mutation-${name}-`));
  const root = packageRoot();
  for (const each of ['src', 'test', 'sql', 'scripts', 'package.json']) cpSync(join(root, each), join(folder, each), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, find, replace } of [first, ...also]) {
    const at = join(folder, file);
    const text = readFileSync(at, 'utf8');
    const times = text.split(find).length - 1;
    if (times !== 1) throw new Error(`${name}: “${find}” stands ${times} times in ${file}; once is needed`);
    writeFileSync(
      at,
      text.replace(find, () => replace),
    );
  }
  return folder;
}

/** Plays cycles of a mutated tree until one breaks, as a process of its own; gives the cycles played and what it said. */
export async function playMutated(
  mutation: Mutation,
  seed: number,
  cycles: number,
  atOnce: number,
): Promise<{ found: boolean; output: string }> {
  const folder = mutated(mutation);
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(
        process.execPath,
        ['test/simulation/run.ts', '--cycles', String(cycles), '--seed', String(seed), '--at-once', String(atOnce)],
        {
          cwd: folder,
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => void (output += text));
      child.on('error', reject);
      child.on('close', () => resolve({ found: /^BROKEN with seed/m.test(output), output }));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
