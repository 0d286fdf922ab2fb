/** Policies compiled for a track, each once: a revision never changes. */
import type { Kysely } from 'kysely';
import { trackPolicy } from '#domain/policy/compile.ts';
import { parsePolicy } from '#domain/policy/document.ts';
import type { TrackPolicy } from '#domain/policy/track-policy.ts';
import type { ReleaseKind } from '#domain/release/track.ts';
import type { Database } from '#db/schema.ts';
import { policyRevision } from '#db/views/policy.ts';

type Document = Parameters<typeof trackPolicy>[0];

/** Documents and compiled policies kept at most; the oldest go first. */
const KEPT_AT_MOST = 500;

export type Policies = {
  of(app: string, revision: number, platform: string, kind: ReleaseKind): Promise<TrackPolicy | null>;
  /** The document itself, for what it says of the app and of no track: its cycle. */
  documentOf(app: string, revision: number): Promise<Document | null>;
};

/** Null for an app without a policy, and for a revision that the present program can no longer compile. */
export function keepPolicies(db: Kysely<Database>): Policies {
  const documents = new Map<string, Promise<Document | null>>();
  const compiled = new Map<string, TrackPolicy | null>();

  const documentOf = (app: string, revision: number): Promise<Document | null> => {
    const key = `${app}@${revision}`;
    const known = documents.get(key);
    if (known !== undefined) return known;
    const read = policyRevision(db, app, revision).then((found) => (found === null ? null : documentFrom(found.text)));
    keep(documents, key, read);
    // what could not be read is read again the next time
    read.catch(() => documents.delete(key));
    return read;
  };

  return {
    documentOf,
    async of(app, revision, platform, kind) {
      const key = `${app}@${revision}/${platform}/${kind}`;
      const known = compiled.get(key);
      if (known !== undefined) return known;
      const document = await documentOf(app, revision);
      if (document === null) return null;
      const policy = compile(document, platform, kind, revision);
      keep(compiled, key, policy);
      return policy;
    },
  };
}

/** Read from its text again, so that the present program's defaults hold, as they do for the engine. */
function documentFrom(text: string): Document | null {
  const parsed = parsePolicy(text);
  return parsed.ok ? parsed.policy : null;
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  if (map.size > KEPT_AT_MOST) {
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
}

function compile(document: Document, platform: string, kind: ReleaseKind, revision: number): TrackPolicy | null {
  try {
    return trackPolicy(document, { platform, kind, revision });
  } catch {
    return null;
  }
}
