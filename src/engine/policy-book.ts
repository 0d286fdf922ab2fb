/** The policies in force, read once for each revision: a revision never changes. */
import { policyText } from '#db/policies.ts';
import type { Db } from '#db/transaction.ts';
import { trackPolicy } from '#domain/policy/compile.ts';
import { parsePolicy } from '#domain/policy/document.ts';
import type { PolicyDocument } from '#domain/policy/document.ts';
import type { TrackPolicy } from '#domain/policy/track-policy.ts';
import type { ReleaseKind } from '#domain/release/track.ts';

/** One revision of an app's policy, ready to be asked. */
export type Rules = { revision: number; document: PolicyDocument; of(platform: string, kind: ReleaseKind): TrackPolicy };

export type PolicyBook = { rulesOf(db: Db, app: string, revision: number): Promise<Rules> };

/** The rules that a document makes; each platform and kind is compiled once. */
export function rulesFrom(document: PolicyDocument, revision: number): Rules {
  const compiled = new Map<string, TrackPolicy>();
  return {
    revision,
    document,
    of(platform, kind) {
      const name = `${kind} ${platform}`;
      const known = compiled.get(name);
      if (known !== undefined) return known;
      const policy = trackPolicy(document, { platform, kind, revision });
      compiled.set(name, policy);
      return policy;
    },
  };
}

/** Revisions that are kept; the ones in force are asked for all the time. */
const MOST_KEPT = 2000;

export function createPolicyBook(): PolicyBook {
  const kept = new Map<string, Rules>();
  return {
    async rulesOf(db, app, revision) {
      const name = `${app}@${revision}`;
      const known = kept.get(name);
      if (known !== undefined) return known;
      const text = await policyText(db, app, revision);
      if (text === null) throw new Error(`${app} has no policy of revision ${revision}`);
      const parsed = parsePolicy(text);
      if (!parsed.ok) {
        const [first] = parsed.problems;
        throw new Error(
          `the policy of ${app}, revision ${revision}, cannot be read by this program: line ${first?.line}: ${first?.because}; right would be: ${first?.wouldBeRight}`,
        );
      }
      const rules = rulesFrom(parsed.policy, revision);
      if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value ?? '');
      kept.set(name, rules);
      return rules;
    },
  };
}
