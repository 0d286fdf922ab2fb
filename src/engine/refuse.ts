/** Refusals of the engine: a stable code, what was wrong, and what would be right. */
import type { z } from 'zod';
import type { EngineRefusal } from './types.ts';

export type RefusalOf = Extract<EngineRefusal, { ok: false }>;

export function refuse(code: EngineRefusal['code'], because: string, wouldBeRight: string): EngineRefusal {
  return { ok: false, code, because, wouldBeRight };
}

export function noSuchApp(app: string, known: readonly string[]): EngineRefusal {
  return refuse('not-found', `there is no app "${app}"`, known.length > 0 ? `the apps are ${known.join(', ')}` : 'create the app first');
}

/** What zod found, in one refusal that names each place. */
export function invalid(what: string, issues: readonly z.core.$ZodIssue[]): EngineRefusal {
  const at = issues.flatMap(faultsOf);
  const [first] = at;
  return {
    ok: false,
    code: 'invalid',
    because: `${what}: ${first === undefined ? 'it cannot be read' : `${first.path}: ${first.because}`}`,
    wouldBeRight: first?.wouldBeRight ?? 'see the reference',
    at,
  };
}

type Fault = { path: string; because: string; wouldBeRight: string };

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: path === '' ? key || '""' : `${path}.${key}`,
      because: 'nothing here is called so',
      wouldBeRight: 'leave it out, or mend its spelling',
    }));
  return [{ path: path === '' ? 'the whole' : path, because: issue.message, wouldBeRight: issue.message }];
}
