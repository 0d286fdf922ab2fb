import { describe, expect, test } from 'vitest';
import { head, release } from './fixture.ts';
import { sceneOf } from './scene.ts';

const track = (version: string, stage: 'developing' | 'planned' | 'rolling-out' | 'released' = 'rolling-out') =>
  head({ id: `music/${version}/android`, version, stage });
const current = release({ tracks: ['music/8.9.2/android'] });
const upcoming = release({ version: '8.9.3', part: 'upcoming', tracks: ['music/8.9.3/android'] });
const planned = release({ version: '8.9.4', part: 'upcoming', tracks: ['music/8.9.4/android'] });
const watched = release({ version: '8.9.1', part: 'watched', tracks: ['music/8.9.1/android'] });
const tracks = [track('8.9.1', 'released'), track('8.9.2'), track('8.9.3', 'developing'), track('8.9.4', 'planned')];
const versions = (releases: Parameters<typeof sceneOf>[0]['releases']) =>
  sceneOf({ releases, tracks }).map(({ release: each }) => each.version);

describe('the scene', () => {
  test('has the current release, with main below that carries the one that is on it, not one that is only planned', () => {
    const [group, ...others] = sceneOf({ releases: [planned, upcoming, current, watched], tracks });
    expect(others).toEqual([]);
    expect(group?.tracks.map(({ id }) => id)).toEqual(['music/8.9.2/android']);
    expect(group?.base).toMatchObject({ is: 'main', upcoming: { version: '8.9.3' } });
  });

  test('has main alone while no release is current, and what is watched where there is nothing else', () => {
    expect(versions([upcoming, watched])).toEqual(['8.9.3']);
    expect(sceneOf({ releases: [upcoming, watched], tracks })[0]?.tracks).toEqual([]);
    expect(versions([watched])).toEqual(['8.9.1']);
    expect(versions([])).toEqual([]);
  });

  test('has a hotfix leave the release that it is made from, above those that leave main', () => {
    const hotfix = release({ version: '8.9.1.1', kind: 'hotfix', base: '8.9.1', tracks: [] });
    const groups = sceneOf({ releases: [current, hotfix, upcoming, watched], tracks });
    expect(groups.map(({ release: each }) => each.version)).toEqual(['8.9.1.1', '8.9.2']);
    expect(groups[0]?.base).toMatchObject({ is: 'release', version: '8.9.1', release: { part: 'watched' } });
  });

  test('still draws a hotfix whose base the room has forgotten', () => {
    const hotfix = release({ version: '8.0.1', kind: 'hotfix', base: '8.0.0' });
    expect(sceneOf({ releases: [hotfix], tracks })[0]?.base).toEqual({ is: 'release', version: '8.0.0', release: null, tracks: [] });
  });

  test('has the upcoming train once, under the last of several current releases', () => {
    const second = release({ version: '8.9.3', tracks: ['music/8.9.3/android'] });
    const groups = sceneOf({ releases: [current, second, planned], tracks });
    expect(groups.map(({ base }) => (base.is === 'main' ? (base.upcoming?.version ?? null) : base.version))).toEqual([null, '8.9.4']);
  });
});
