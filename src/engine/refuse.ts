/** Refusals of the engine: a stable code, what was wrong, and what would be right. */
import type { z } from 'zod';
import { faultsOf, pathInWords } from '#domain/policy/problems.ts';
import type { EngineRefusal } from './types.ts';

export type RefusalOf = Extract<EngineRefusal, { ok: false }>;

export function refuse(code: EngineRefusal['code'], because: string, wouldBeRight: string): EngineRefusal {
  return { ok: false, code, because, wouldBeRight };
}

export function noSuchApp(app: string, known: readonly string[]): EngineRefusal {
  return refuse('not-found', `there is no app "${app}"`, known.length > 0 ? `the apps are ${known.join(', ')}` : 'create the app first');
}

/** What zod found in a value, in one refusal that names each place, what was wrong there and what would be right. */
export function invalid(what: string, issues: readonly z.core.$ZodIssue[], value: unknown): EngineRefusal {
  const at = faultsOf(issues, value).map(({ path, because, wouldBeRight }) => ({
    path: pathInWords(path) || 'the whole',
    because,
    wouldBeRight,
  }));
  const [first] = at;
  return {
    ok: false,
    code: 'invalid',
    because: `${what}: ${first === undefined ? 'it cannot be read' : `${first.path}: ${first.because}`}`,
    wouldBeRight: first?.wouldBeRight ?? 'see the reference',
    at,
  };
}
