/*
 * Known faults of the packages that Signalbox ships: `npm run check -- faults`. Fails on those that are high or critical. Where the registry gives no answer (not every network
 * reaches its audit service) it says that nothing was checked and does not fail: what cannot be asked is not known to be bad.
 */
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '#lib/package-root.ts';

export type AuditResult = { state: 'sound' | 'faulty' | 'not-checked'; lines: readonly string[] };

type Report = {
  error?: { summary?: string; code?: string };
  metadata?: { vulnerabilities?: Record<string, number> };
  vulnerabilities?: Record<string, { name?: string; severity?: string; range?: string; via?: readonly unknown[] }>;
};

const GRAVE = ['high', 'critical'];

/** What the report of `npm audit --json` says. */
export function judgeAudit(output: string): AuditResult {
  let report: Report;
  try {
    report = JSON.parse(output) as Report;
  } catch {
    return { state: 'not-checked', lines: ['not checked: npm audit gave no report'] };
  }
  if (report.error !== undefined || report.metadata?.vulnerabilities === undefined)
    return {
      state: 'not-checked',
      lines: [`not checked: the registry gave no answer (${report.error?.summary ?? report.error?.code ?? 'no counts'})`],
    };
  const grave = Object.entries(report.vulnerabilities ?? {}).filter(([, { severity }]) => GRAVE.includes(severity ?? ''));
  if (grave.length > 0)
    return {
      state: 'faulty',
      lines: grave.map(([name, { severity, range, via }]) => `${severity ?? ''}: ${name} ${range ?? ''}${titleOf(via)}`),
    };
  const lesser = Object.entries(report.metadata.vulnerabilities).filter(([severity, count]) => count > 0 && severity !== 'total');
  return {
    state: 'sound',
    lines: [
      lesser.length === 0 ? 'no known fault' : `no grave fault; ${lesser.map(([severity, count]) => `${count} ${severity}`).join(', ')}`,
    ],
  };
}

function titleOf(via: readonly unknown[] | undefined): string {
  const told = (via ?? []).find(
    (each): each is { title: string } => typeof each === 'object' && each !== null && 'title' in each && typeof each.title === 'string',
  );
  return told === undefined ? '' : `: ${told.title}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=15000'], {
    cwd: packageRoot(),
    encoding: 'utf8',
    timeout: 30_000,
    maxBuffer: 64 * 2 ** 20,
  });
  const { state, lines } = judgeAudit(stdout ?? '');
  console.log(lines.map((line) => `note: ${line}`).join('\n'));
  process.exitCode = state === 'faulty' ? 1 : 0;
}
