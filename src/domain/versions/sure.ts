import { isRefused, type Refused } from './refused.ts';

/** The answer of a question that cannot be refused, as in tests and samples; throws the refusal's own words when it was refused all the same. */
export function sure<T>(answer: T | Refused): T {
  if (isRefused(answer)) throw new Error(`${answer.was}; right would be: ${answer.wouldBeRight}`);
  return answer;
}
