import { defineIntegration } from '#ports/integration.ts';
import { gitHost } from './git-host.ts';
import { placeIn } from './route.ts';
import { gitSettings } from './settings.ts';

/** Any repository that the git binary reads: branch heads, commits since the cut, what a build lacks, cherry-picks, past releases. */
export const git = defineIntegration({
  id: 'git',
  name: 'git',
  connects: 'A git repository: its release branches, their commits and its tags',
  settings: gitSettings,
  reaches: (settings) => placeIn(settings.repo),
  brings: { gitHost: { kinds: ['branch', 'containment'], freshForMinutes: 15 } },
  provides: {
    gitHost: (settings, tools) =>
      gitHost(settings, { dataDir: tools.dataDir, reach: tools.reach, signal: tools.signal, onProgress: (line) => tools.log(line) }),
  },
});
