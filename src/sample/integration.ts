/** The integration `sample`: storefronts, chat and repository of a sample app, all inside this process. It reaches nothing and nobody outside. */
import { z } from 'zod';
import { gitHost } from '#integrations/git/git-host.ts';
import type { GitSettings } from '#integrations/git/settings.ts';
import { sandboxChat } from '#integrations/sandbox/chat.ts';
import { sandboxClient } from '#integrations/sandbox/client.ts';
import { sandboxTools } from '#integrations/sandbox/in-process.ts';
import { sandboxStorefront } from '#integrations/sandbox/storefront.ts';
import type { GitHost } from '#ports/git-host.ts';
import { defineIntegration } from '#ports/integration.ts';
import type { Integration, Tools } from '#ports/integration.ts';
import { refused } from '#ports/outcome.ts';
import { Trouble } from '#ports/trouble.ts';
import type { Place, Places } from './place.ts';
import type { Repository } from './repository.ts';
import { sampleTracker } from './tracker.ts';

export const SAMPLE_INTEGRATION = 'sample';

const settings = z.strictObject({ app: z.string().describe('The sample app whose world it is.') });
type Settings = z.infer<typeof settings>;

/** Never asked for: the world is reached without an address. */
const NOWHERE = 'http://sample.invalid';
const FRESH_FOR_MINUTES = 10;

/** The integration of the samples in these places. It is connected by the player alone and stands in no list of integrations. */
export function sampleIntegration(places: Places): Integration {
  const placeOf = (read: Settings): Place => {
    const place = places.of(read.app);
    if (place === null)
      throw new Trouble(`the sample world of ${read.app} is not in this process`, {
        cure: 'again',
        afterMs: 60_000,
        mayHaveHappened: false,
      });
    return place;
  };
  const client = (read: Settings) => sandboxClient(NOWHERE, { fetch: sandboxTools(placeOf(read).world) });
  const own = (app: string): string => app;
  const integration = defineIntegration<Settings>({
    id: SAMPLE_INTEGRATION,
    name: 'Sample',
    connects: 'The invented world of a sample app.',
    invented: 'sample-only',
    settings,
    brings: {
      storefront: { kinds: ['storefront'], freshForMinutes: FRESH_FOR_MINUTES },
      gitHost: { kinds: ['branch', 'containment'], freshForMinutes: FRESH_FOR_MINUTES },
    },
    provides: {
      storefront: (read, _tools, which) => sandboxStorefront(client(read), which, own),
      chat: (read) => sandboxChat(client(read), own),
      tracker: (read) => sampleTracker(client(read)),
      gitHost: (read, tools) => rememberingHost(placeOf(read), tools),
    },
  });
  const { storefront, chat, tracker, gitHost: host } = integration.provides;
  const asRead = (value: unknown): Settings => settings.parse(value);
  return {
    ...integration,
    settings: integration.settings,
    provides: {
      ...(storefront && { storefront: (value, tools, which) => storefront(asRead(value), tools, which) }),
      ...(chat && { chat: (value, tools) => chat(asRead(value), tools) }),
      ...(tracker && { tracker: (value, tools) => tracker(asRead(value), tools) }),
      ...(host && { gitHost: (value, tools) => host(asRead(value), tools) }),
    },
  };
}

const gitSettings = (path: string): GitSettings => ({
  repo: path,
  trunk: 'main',
  branchGrammar: '^release/(?<version>\\d+\\.\\d+\\.\\d+(?:\\.\\d+)?)-(?:android|ios|desktop)$',
  tagGrammar: ['^(?:android|ios|desktop)-(?<version>\\d+\\.\\d+\\.\\d+(?:\\.\\d+)?)$'],
  write: true,
});

/** The repository as it stands at a generation. */
type Reading = { generation: number; host: GitHost; heads: Promise<Awaited<ReturnType<GitHost['branchHeads']>>> | null };
/** What stays true however the repository grows: nothing is ever taken back in it, and trunk moves by commits of its own alone. */
const lasting = new WeakMap<Repository, Map<string, Promise<unknown>>>();
const readings = new WeakMap<Repository, Reading>();

function readingOf(repository: Repository, tools: Tools): Reading {
  const there = readings.get(repository);
  if (there !== undefined && there.generation === repository.generation()) return there;
  const host = gitHost(gitSettings(repository.path), {
    dataDir: tools.dataDir,
    onProgress: (line) => tools.log(line),
    own: true,
  });
  const fresh: Reading = { generation: repository.generation(), host, heads: null };
  readings.set(repository, fresh);
  return fresh;
}

function rememberingHost({ repository }: Place, tools: Tools): GitHost {
  const reading = readingOf(repository, tools);
  const { host } = reading;
  const known = lasting.get(repository) ?? new Map<string, Promise<unknown>>();
  lasting.set(repository, known);
  function heads(): NonNullable<Reading['heads']> {
    const asked = (reading.heads ??= host.branchHeads());
    asked.catch(() => {
      reading.heads = null;
    });
    return asked;
  }
  const headOf = async (branch: string): Promise<string> => (await heads()).find(({ name }) => name === branch)?.head ?? '';
  function once<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const there = known.get(question);
    // one question has one type of answer
    if (there !== undefined) return there as Promise<T>;
    const asked = ask();
    known.set(question, asked);
    asked.catch(() => known.delete(question));
    return asked;
  }
  return {
    ...host,
    branchHeads: heads,
    cutOf: (branch) => once(`cut ${branch}`, () => host.cutOf(branch)),
    commitsSince: async (range) => once(`since ${range.cut} ${await headOf(range.branch)}`, () => host.commitsSince(range)),
    missingFrom: async (build) => once(`missing ${build.commit} ${await headOf(build.branch)}`, () => host.missingFrom(build)),
    async ensureBranch(branch) {
      const outcome = await host.ensureBranch?.(branch);
      repository.touched();
      return outcome ?? refused(`${branch.name} cannot be made here`, 'a repository that may be written');
    },
    async ensureTag(tag) {
      const outcome = await host.ensureTag?.(tag);
      repository.touched();
      return outcome ?? refused(`${tag.name} cannot be made here`, 'a repository that may be written');
    },
  };
}
