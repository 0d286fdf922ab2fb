import { z } from 'zod';
import type { Grammar } from '#domain/history/analysis.ts';
import type { Reach } from '#ports/integration.ts';

const regex = (groups: readonly string[]) =>
  z
    .string()
    .max(500)
    .refine((text) => isRegex(text), 'this is no regular expression; right would be: one such as ^v(?<version>\\d+\\.\\d+\\.\\d+)$')
    .refine(
      (text) => groups.some((group) => text.includes(`(?<${group}>`)),
      `it has no group named ${groups.join(' or ')}; right would be: one as in ^v(?<version>\\d+\\.\\d+\\.\\d+)$`,
    );

/** What a connection to a repository is told. Only `repo` is needed; the rest is found by itself where it follows a common habit. */
export const gitSettings = z.strictObject({
  repo: z
    .string()
    .trim()
    .min(1)
    .max(2000)
    .refine(
      (repo) => !/^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:[^/@\s]*@/i.test(repo),
      'an address with a password in it would be shown; right would be: the address alone, and the password as the token',
    )
    .describe('A directory, a bundle, or an address that git reads'),
  token: z
    .string()
    .trim()
    .min(1)
    .max(2000)
    .optional()
    .meta({ secret: true, description: 'For an http or https address that asks who you are: an access token or a password' }),
  trunk: z.string().trim().min(1).max(200).optional().describe("The trunk's name, where it is not HEAD"),
  tagGrammar: z
    .array(regex(['version', 'major']))
    .max(20)
    .optional()
    .describe('How tags are read: expressions with the named groups version, kind, number, app'),
  branchGrammar: regex(['version', 'major'])
    .optional()
    .describe('How release branches are named: an expression with the named group version'),
  trainParts: z.number().int().min(1).max(4).optional().describe('How many leading parts of a version name its train: 2 in 8.19.1'),
  cutPolicy: z
    .enum(['first-parent', 'merge-base'])
    .optional()
    .describe('merge-base for flows in which trunk is merged into channel branches'),
  app: z.string().trim().max(100).optional().describe("Which app's tags, where the repository holds several: the prefix of its tags"),
  write: z.boolean().default(false).describe('Whether Signalbox may make branches and tags there. It never moves or deletes one.'),
});
export type GitSettings = z.infer<typeof gitSettings>;

/** What the adapter uses of the tools it is handed. */
export type GitTools = {
  dataDir: string;
  reach?: Reach;
  signal?: AbortSignal;
  onProgress?: (line: string) => void;
  /** `repo` is a bare repository that this program made and alone writes to: it is read and written where it lies, without a mirror. */
  own?: boolean;
};

export function grammarOf(settings: GitSettings): Grammar {
  return {
    tags: settings.tagGrammar,
    releaseBranch: settings.branchGrammar,
    trunk: settings.trunk,
    trainParts: settings.trainParts,
    cutPolicy: settings.cutPolicy,
    app: settings.app,
  };
}

function isRegex(text: string): boolean {
  try {
    return RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
