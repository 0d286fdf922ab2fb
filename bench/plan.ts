/** How long the robot thinks about one track. */
import { performance } from 'node:perf_hooks';
import {
  aBranch,
  aBug,
  aBuild,
  aCheck,
  aDistribution,
  aSignOff,
  aTestRun,
  aTrack,
  sampleCommits,
  sampleNow,
  sampleShas,
} from '../src/domain/criteria/testing.ts';
import { lastOf } from '../src/domain/criteria/criterion.ts';
import { trackPolicy } from '../src/domain/policy/compile.ts';
import { parsePolicy } from '../src/domain/policy/document.ts';
import { plan } from '../src/domain/release/plan.ts';
import { aWorld, saying } from '../src/domain/release/playing.ts';
import type { World } from '../src/domain/release/world.ts';
import { percentile, type Bench, type Figure } from './figure.ts';

const teamCount = 26;

function policyText(): string {
  const teams = Array.from({ length: teamCount }, (_, i) => `  team-${i}: { owns: ["ios/team-${i}/**"], testing: manual }`).join('\n');
  return `app: music
timezone: Europe/Stockholm
platforms:
  ios: { storefronts: [app-store-connect], rollout: [1, 100] }
kinds: { regular: { process: weekly-mobile } }
teams:
${teams}
`;
}

/** The sample track of 14:20 with 26 teams, 40 bugs, 4 builds and 12 test runs. */
function worldIn(stage: 'stabilising' | 'candidate' | 'rolling-out'): World {
  const read = parsePolicy(policyText());
  if (!read.ok) throw new Error(read.problems.map((problem) => `${problem.line}: ${problem.because}`).join('; '));
  const policy = trackPolicy(read.policy, { platform: 'ios', kind: 'regular', revision: 1 });
  const builds = ['1044', '1045', '1046', '1047'].map((number, i) => aBuild({ number, candidate: i }));
  const world = aWorld(aTrack(stage), {
    policy,
    facts: {
      branch: aBranch(),
      commits: sampleCommits.slice(0, 2),
      missing: { [sampleShas.second]: [] },
      builds,
      testRuns: builds.flatMap((build) => ['unit', 'ui', 'snapshots'].map((suite) => aTestRun({ build: build.number, suite }))),
      distributions: [aDistribution()],
      bugs: Array.from({ length: 40 }, (_, i) => aBug({ key: `PLAY-${i}`, nominated: i % 9 === 0 })),
      signOffs: Array.from({ length: teamCount - 1 }, (_, i) => aSignOff({ team: `team-${i}` })),
      checks: [aCheck(), aCheck({ key: 'ITGC-2', state: 'open' })],
    },
  });
  return saying(
    world,
    'app-store-connect',
    stage === 'rolling-out' ? { state: 'rolling-out', build: '1047', percent: 1 } : { state: 'none' },
  );
}

export const bench: Bench = {
  title: 'plan(): the robot thinks about one track',
  run: async () => {
    const figures: Figure[] = [];
    for (const stage of ['stabilising', 'candidate', 'rolling-out'] as const) {
      const world = worldIn(stage);
      const settled = { ...world, previous: plan(world).verdicts.map((verdict) => lastOf(verdict)) };
      for (let i = 0; i < 2000; i++) plan({ ...settled, now: sampleNow });
      const samples: number[] = [];
      for (let i = 0; i < 5000; i++) {
        const from = performance.now();
        plan(settled);
        samples.push((performance.now() - from) * 1000);
      }
      const count = settled.previous.length;
      figures.push({ what: `plan() while ${stage}, ${count} verdicts, p50`, value: percentile(samples, 0.5), unit: 'µs', atMost: 100 });
      figures.push({ what: `plan() while ${stage}, ${count} verdicts, p99`, value: percentile(samples, 0.99), unit: 'µs' });
    }
    return figures;
  },
};
