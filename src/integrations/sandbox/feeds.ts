/** The sandbox's tracker and CI as feeds of facts. */
import { factPayloads } from '#domain/facts.ts';
import type { Fact, FactKind } from '#domain/facts.ts';
import type { FactsFeed } from '#ports/facts-feed.ts';
import { Trouble } from '#ports/trouble.ts';
import type { SandboxClient } from './client.ts';
import { changesSchema } from './schema.ts';

/** The facts that each feed brings. */
export const feedKinds = { tracker: ['bug', 'check'], builds: ['build', 'test-run', 'distribution'] } as const satisfies Record<
  string,
  readonly FactKind[]
>;
export type FeedName = keyof typeof feedKinds;

/** A feed of the sandbox. Reads page after page until it is up to date. */
export function sandboxFeed(client: SandboxClient, feed: FeedName, nameAt: (app: string) => string): FactsFeed {
  return {
    async changesSince(app, cursor) {
      const facts: Fact[] = [];
      let at = cursor;
      for (;;) {
        const page = await client.get(['apps', nameAt(app), feed, 'changes'], at === null ? {} : { since: at }, changesSchema);
        for (const item of page.items) facts.push(toFact(app, item));
        if (!page.more) return { facts, cursor: page.cursor };
        if (page.cursor === at)
          throw new Trouble(`the sandbox's ${feed} says that there is more after ${page.cursor}, and gives the same again`);
        at = page.cursor;
      }
    },
  };
}

function toFact(app: string, item: { kind: Fact['kind']; key: string; revision: number; at: string; payload: unknown }): Fact {
  const payload = factPayloads[item.kind].safeParse(item.payload);
  if (!payload.success) {
    const issue = payload.error.issues[0];
    throw new Trouble(
      `the sandbox's ${item.kind} ${item.key} is not a ${item.kind}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
      { cure: 'person' },
    );
  }
  // The schema was chosen by the kind, so the pair belongs together; the type system cannot follow a lookup by a union.
  return { kind: item.kind, app, source: 'sandbox', key: item.key, revision: item.revision, at: item.at, payload: payload.data } as Fact;
}
