/** `signalbox doctor`: how the instance is, and what to do where something is not as it should be. Without a server as far as that can be seen. */
import { Command } from 'commander';
import { createClient, ProblemError, UnreachableError } from '#api/client.ts';
import type { DoctorAnswer, Finding } from '#api/doctor.ts';
import { ending } from '../ask.ts';
import type { Parts, Said } from '../ask.ts';
import { EXIT_HELP, exits } from '../exit-codes.ts';
import { speakThrough } from '../output.ts';
import type { Io } from '../output.ts';
import { readSettings } from '../settings.ts';
import { paintFor, plain } from '../table.ts';
import type { Paint } from '../table.ts';

/** What can be seen from this machine without a server. */
export type WithoutServer = { findings: readonly Finding[] };
export type DoctorParts = { examineHere: () => Promise<WithoutServer> };

export function doctorCommand(io: Io, parts: Parts & DoctorParts): Command {
  const command = new Command('doctor')
    .description('say how the instance is and what to do about it; exit code 1 when something needs a person')
    .option('--json', 'print JSON')
    .addHelpText('after', EXIT_HELP)
    .action((options: { json?: boolean }) =>
      ending(io, options, async (): Promise<Said> => {
        const paint = paintFor({ isTty: io.isTty, environment: parts.environment });
        const asked = await askServer(parts);
        if ('answer' in asked) return said(asked.answer.findings, asked.answer, [], paint);
        const { findings } = await parts.examineHere();
        return said(
          findings,
          { ok: false, server: asked.because, findings },
          [`${asked.because}. This is what can be seen without it:`, ''],
          paint,
        );
      }),
    );
  return speakThrough(command, io);
}

async function askServer(parts: Parts): Promise<{ answer: DoctorAnswer } | { because: string }> {
  const settings = await readSettings(parts.environment);
  if (settings === null) return { because: 'No server is known to this command line (signalbox connect URL --key KEY)' };
  const client = createClient({ baseUrl: settings.url, ...(settings.key === null ? {} : { key: settings.key }) });
  try {
    return { answer: await client.getDoctor() };
  } catch (error) {
    if (error instanceof UnreachableError) return { because: `The server at ${settings.url} does not answer` };
    if (error instanceof ProblemError && error.problem.code === 'not-ready')
      return { because: `The server at ${settings.url} lives and says: ${error.problem.detail}` };
    throw error;
  }
}

const marks: Readonly<Record<Finding['level'], string>> = { fine: 'ok  ', look: 'look', act: 'ACT ' };

function said(findings: readonly Finding[], json: unknown, before: readonly string[], paint: Paint): Said {
  const order: readonly Finding['level'][] = ['act', 'look', 'fine'];
  const lines = findings
    .toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level))
    .flatMap(({ area, level, says, todo }) => [
      `${level === 'act' ? paint.red(marks[level]) : marks[level]}  ${area}: ${plain(says)}`,
      ...(todo === null || level === 'fine' ? [] : [`      → ${todo}`]),
    ]);
  const needsAPerson = before.length > 0 || findings.some(({ level }) => level === 'act');
  return { lines: [...before, ...lines], json, code: needsAPerson ? exits.no : exits.ok };
}
