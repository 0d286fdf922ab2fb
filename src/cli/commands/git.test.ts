import { CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import type { AnalysedVersion, Analysis } from '#domain/history/analysis.ts';
import { speakThrough } from '../output.ts';
import { gitCommand } from './git.ts';
import type { AnalyseRequest } from './git.ts';

type Heard = { out: string[]; err: string[]; code: number | null; asked: AnalyseRequest[] };

/** Runs `signalbox git …` on an answer that was read before, and listens. */
async function run(args: string[], answer: Analysis | Error, options: { isTty?: boolean; columns?: number } = {}): Promise<Heard> {
  const heard: Heard = { out: [], err: [], code: null, asked: [] };
  const io = {
    out: (line: string) => void heard.out.push(line),
    err: (line: string) => void heard.err.push(line),
    exit: (code: number) => {
      heard.code = code;
    },
    isTty: options.isTty === true,
  };
  const analyse = async (request: AnalyseRequest) => {
    heard.asked.push(request);
    request.onProgress?.('10000 commits read');
    if (answer instanceof Error) throw answer;
    return answer;
  };
  try {
    await speakThrough(gitCommand(io, { analyse, columns: options.columns ?? 100 }), io).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    heard.code = error.exitCode;
  }
  return heard;
}

function version(given: Partial<AnalysedVersion> & Pick<AnalysedVersion, 'version' | 'train'>): AnalysedVersion {
  return {
    kind: 'regular',
    status: 'released',
    tag: given.version,
    tag_date: '2024-06-12T15:31:19Z',
    sha: 'a'.repeat(40),
    release_branch: null,
    cut_sha: 'b'.repeat(40),
    cut_date: '2024-06-01T00:00:00Z',
    cut_method: 'merge-base',
    base_version: null,
    builds: [],
    commits_after_cut: 6,
    commits_after_last_build: null,
    branch_hours: 279.5,
    trunk_commits_since_previous_cut: null,
    lead_time_hours: null,
    backported: [],
    anomalies: [],
    ...given,
  };
}

function analysisOf(versions: AnalysedVersion[], more: Partial<Analysis> = {}): Analysis {
  return {
    trunk: 'refs/heads/main',
    trunk_sha: 'c'.repeat(40),
    trunk_because: 'HEAD names it',
    cut_policy: 'first-parent',
    commits: 1647,
    versions,
    left_out: [],
    unparsed_tags: [],
    unreadable: [],
    other_apps: [],
    dates: {},
    ...more,
  };
}

const build = { tag: '8.18-rc-1', kind: 'rc', number: 1, sha: 'd'.repeat(40), ancestor_of_final: true };
const three = analysisOf(
  [
    version({
      version: '8.18',
      train: '8.18',
      builds: [build],
      lead_time_hours: { n: 3, p50: 400, p90: 500, min: 300, max: 600 },
      trunk_commits_since_previous_cut: 3,
      anomalies: ['recut'],
    }),
    version({ version: '8.18.1', train: '8.18', kind: 'hotfix', tag_date: '2024-06-20T00:00:00Z', base_version: '8.18' }),
    version({
      version: '8.19',
      train: '8.19',
      kind: 'rc',
      status: 'in-progress',
      tag: null,
      tag_date: null,
      branch_hours: null,
      sha: 'e'.repeat(40),
      builds: [{ ...build, tag: '8.19-rc-1', sha: 'e'.repeat(40) }],
    }),
  ],
  { dates: { [build.sha]: '2024-06-05T00:00:00Z', ['e'.repeat(40)]: '2024-06-03T00:00:00Z' } },
);

describe('signalbox git analyse --json', () => {
  test('prints the versions with every field and nothing else', async () => {
    const heard = await run(['analyse', '--repo', 'x', '--json'], three, { isTty: true });
    expect(heard).toMatchObject({ err: [], code: 0 });
    expect(JSON.parse(heard.out.join('\n'))).toEqual({ versions: three.versions });
  });
});

describe('signalbox git analyse for people', () => {
  test('a table of versions and a picture of the trains', async () => {
    const heard = await run(['analyse', '--repo', 'x'], three);
    expect(heard.out).toEqual([
      '3 versions in 1647 commits · trunk main (HEAD names it)',
      '',
      'version  kind             cut         final       branch  builds  commits  backports  from trunk',
      '8.18     regular          2024-06-01  2024-06-12  11.6 d       1        6          0           3',
      '8.18.1   hotfix           2024-06-01  2024-06-20  11.6 d       0        6          0           –',
      '8.19     rc, in-progress  2024-06-01  –                –       1        6          0           –',
      '',
      '           main',
      '2024-06-01 ├────────────────○─────────────────────────────●────────────────────────────◆  8.18 .1',
      '2024-06-01 ├────────○┄▷  8.19',
      '           ▼',
      '○ build   ● final   ◆ hotfix   ▷ still going   ✕ no final',
    ]);
    expect(heard.code).toBe(0);
  });

  test('a wide terminal has room for lead times and anomalies', async () => {
    const heard = await run(['analyse', '--repo', 'x'], three, { columns: 140 });
    expect(heard.out[3]).toMatch(/16\.7 d {2}recut$/);
  });

  test.each([20, 40, 60, 80, 200])('no line is wider than a terminal of %i columns', async (columns) => {
    const many = analysisOf(
      Array.from({ length: 60 }, (_, at) =>
        version({ version: `12.${at}.0`, train: `12.${at}`, builds: [build, build], anomalies: ['recut', 'several-final-tags'] }),
      ),
      { dates: three.dates },
    );
    const heard = await run(['analyse', '--repo', 'x'], many, { columns });
    const drawn = heard.out.slice(2);
    expect(Math.max(...drawn.map((line) => line.length))).toBeLessThanOrEqual(Math.max(columns, 30));
    expect(drawn.some((line) => line.includes('30 earlier trains'))).toBe(true);
  });

  test('colour and progress on a terminal only', async () => {
    const escape = '\u001b[';
    const terminal = await run(['analyse', '--repo', 'x'], three, { isTty: true });
    expect(terminal.out.join('\n')).toContain(escape);
    expect(terminal.err).toEqual(['10000 commits read']);
    const pipe = await run(['analyse', '--repo', 'x'], three);
    expect(pipe.out.join('\n')).not.toContain(escape);
    expect(pipe.err).toEqual([]);
    const asked = await run(['analyse', '--repo', 'x', '--json', '--progress'], three);
    expect(asked.err).toEqual(['10000 commits read']);
  });

  test('trains without a final, on trunk, and of an unrelated history have a shape of their own', async () => {
    const heard = await run(
      ['analyse', '--repo', 'x'],
      analysisOf([
        version({ version: '1.0', train: '1.0', cut_method: 'unrelated-history', cut_sha: null, cut_date: null, branch_hours: null }),
        version({ version: '1.1', train: '1.1', cut_method: 'tag-on-trunk', cut_date: '2024-06-12T15:31:19Z', branch_hours: null }),
        version({ version: '1.2', train: '1.2', status: 'branch-only', tag: null, tag_date: null }),
      ]),
      { columns: 60 },
    );
    expect(heard.out.slice(-6)).toEqual([
      '           main',
      '           ┆●  1.0',
      '2024-06-12 ┿●  1.1',
      '2024-06-01 ├──✕  1.2',
      '           ▼',
      '○ build   ● final   ◆ hotfix   ▷ still going   ✕ no final',
    ]);
  });

  test('no version at all: it says what to do', async () => {
    const heard = await run(['analyse', '--repo', 'x'], analysisOf([], { unparsed_tags: ['latest'] }));
    expect(heard.out).toEqual([
      '0 versions in 1647 commits · trunk main (HEAD names it)',
      'No tag or branch looks like a release. Say how they are named with --tag-grammar and --branch-grammar.',
      '',
      'not read as versions: latest',
    ]);
  });

  test('names out of a repository cannot steer the terminal', async () => {
    const evil = '\u001b]0;owned\u0007\u202elatest';
    const heard = await run(
      ['analyse', '--repo', 'x'],
      analysisOf([version({ version: '1.0', train: '1.0' })], { trunk: `refs/heads/${evil}`, unparsed_tags: [evil] }),
    );
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(heard.out.join('\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });
});

describe('signalbox git analyse, called', () => {
  test('every option reaches the analysis', async () => {
    const heard = await run(
      [
        'analyse',
        '--repo',
        '/r',
        '--since',
        '2024-05-01',
        '--tag-grammar',
        '^a(?<version>\\d+)$',
        '^b(?<version>\\d+)$',
        '--branch-grammar',
        '^r(?<version>\\d+)$',
        '--trunk',
        'dev',
        '--train-parts',
        '1',
        '--app',
        'tv',
      ],
      three,
    );
    expect(heard.asked).toEqual([
      {
        repo: '/r',
        grammar: {
          tags: ['^a(?<version>\\d+)$', '^b(?<version>\\d+)$'],
          releaseBranch: '^r(?<version>\\d+)$',
          trunk: 'dev',
          trainParts: 1,
          app: 'tv',
        },
        window: { from: '2024-05-01' },
        onProgress: undefined,
      },
    ]);
  });

  test.each([
    [['analyse'], /--repo/],
    [['analyse', '--repo', 'x', '--since', 'yesterday'], /no date; right would be 2024-05-01/],
    [['analyse', '--repo', 'x', '--since', '2024-13-45'], /no date/],
    [['analyse', '--repo', 'x', '--tag-grammar', '('], /no regular expression/],
    [['analyse', '--repo', 'x', '--tag-grammar', 'v.*'], /names no version; right would be/],
    [['analyse', '--repo', 'x', '--branch-grammar', 'rel'], /names no version/],
    [['analyse', '--repo', 'x', '--train-parts', '9'], /right would be 1, 2, 3 or 4/],
    [['analyse', '--repo', 'x', '--nonsense'], /unknown option/],
    [['nonsense'], /unknown command/],
  ])('%j is a wrong call: exit code 2 with the reason', async (args, words) => {
    const heard = await run(args, three);
    expect(heard.code).toBe(2);
    expect(heard.err.join('\n')).toMatch(words);
    expect(heard.out).toEqual([]);
    expect(heard.asked).toEqual([]);
  });

  test('what cannot be read ends with 2 and the reason, on standard error only', async () => {
    const heard = await run(['analyse', '--repo', '/nope', '--json'], new Error('git: there is nothing at /nope'));
    expect(heard).toMatchObject({ out: [], err: ['git: there is nothing at /nope'], code: 2 });
  });
});
