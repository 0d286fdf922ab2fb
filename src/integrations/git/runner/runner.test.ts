import { execFileSync } from 'node:child_process';
import { sep } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { startCommand } from './index.ts';
import type { Command } from './index.ts';

type Ended = { code: number | null; signal: NodeJS.Signals | null; output: string; errors: string };

async function ended(command: Command): Promise<Ended> {
  let output = '';
  let errors = '';
  command.stdout.on('data', (bytes: Buffer) => (output += bytes.toString('latin1')));
  command.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString('latin1')));
  const code = await new Promise<number | null>((resolve, reject) => {
    command.once('error', reject);
    command.once('close', resolve);
  });
  return { code, signal: command.signalCode, output, errors };
}

const shell = (script: string): Command => startCommand('sh', ['-c', script], sep);

describe('a command that the small process starts', () => {
  // the first few are children of this process
  beforeAll(async () => {
    for (let started = 0; started < 4; started += 1) await ended(shell('true'));
  });

  test('is no child of this process', async () => {
    expect((await ended(shell('echo $PPID'))).output.trim()).not.toBe(String(process.pid));
  });

  test('answers with what it printed, what it complained about, and its code', async () => {
    expect(await ended(shell('printf out; printf wrong >&2; exit 3'))).toEqual({ code: 3, signal: null, output: 'out', errors: 'wrong' });
  });

  test('runs in the folder that is named, with this process’s variables', async () => {
    const { output } = await ended(startCommand('sh', ['-c', 'pwd; echo "$PATH"'], '/usr'));
    expect(output).toBe(`/usr\n${process.env['PATH']}\n`);
  });

  test('reads what it is given to the end', async () => {
    const command = startCommand('wc', ['-c'], sep);
    command.stdin.write('a'.repeat(100_000));
    command.stdin.end('b'.repeat(50_000));
    expect((await ended(command)).output.trim()).toBe('150000');
  });

  test('is ended when that is asked, and says by which signal', async () => {
    const command = startCommand('sleep', ['60'], sep);
    const end = ended(command);
    command.kill('SIGTERM');
    expect(await end).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  test('that is no program is refused as the system refuses it', async () => {
    await expect(ended(startCommand('no-such-program-anywhere', [], sep))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('that says much is heard whole, and ten at once are kept apart', async () => {
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, at) => ended(shell(`head -c 2000000 /dev/zero | tr '\\0' '${at}'`)).then(({ output }) => output)),
    );
    expect(all.map((output) => [output.length, new Set(output).size, output[0]])).toEqual(all.map((_, at) => [2_000_000, 1, String(at)]));
  });

  test('tells that it is lost when that process dies, and the next is started by another', async () => {
    const { output } = await ended(shell('echo $PPID'));
    const lost = ended(startCommand('sleep', ['60'], sep));
    process.kill(Number(output), 'SIGKILL');
    await expect(lost).rejects.toThrow('the process that starts commands has ended');
    expect((await ended(shell('echo again'))).output).toBe('again\n');
  });

  test('keeps no program alive that has nothing left to do', () => {
    const script = `
      const { startCommand } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
      for (let started = 0; started < 6; started += 1)
        await new Promise((done) => { const command = startCommand('true', [], '/'); command.once('close', done); command.stdin.end(); });
      console.log('done');`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', timeout: 15_000 });
    expect(said).toBe('done\n');
  });
});
