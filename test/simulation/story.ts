/** What happens in a cycle: CI builds, teams sign, vendors review, people hurry, consoles are used by hand, and much of it goes wrong. */
import type { Colour, Fact, FactKind } from '#domain/facts.ts';
import type { Command } from '#domain/release/commands.ts';
import type { Actor } from '#domain/roles.ts';
import type { Track } from '#domain/release/track.ts';
import { candidateOf } from '#domain/release/track.ts';
import type { LeverInput } from '#integrations/sandbox/world/levers.ts';
import type { Chance } from './chance.ts';
import { BINARY, releasesOf } from './invariants.ts';
import { admin, developer, manager } from './people.ts';
import { changedPolicy, policyText, RATE } from './policies.ts';
import { APP } from './simulation.ts';
import type { SentHour } from './observed.ts';
import type { Simulation } from './simulation.ts';

/** What CI knows of a branch: it builds what is at its head. */
type Branch = { version: string; name: string; cut: string; cutAt: string; head: string; commits: string[]; platforms: readonly string[] };
type Built = { version: string; platform: string; number: string; commit: string };

/** What CI and people remember of what they did. */
export type StoryMemory = {
  branches: Map<string, Branch>;
  built: Built[];
  revisions: Map<string, number>;
  /** Sent when chance wants: out of order, doubled, late. */
  kept: Fact[];
  commits: number;
  builds: number;
  bugs: number;
  hotfixes: number;
  bugTracks: Map<string, { track: string; state: 'open' | 'closed'; revision: number }>;
  /** What a warehouse has counted of each hour by now. */
  hours: Map<string, Hour>;
  /** Told when chance wants, the newest revision first. */
  keptHours: Hour[];
};

/** `at`: the hour, and what it is of, as a roll-up says it. */
type Hour = SentHour & { row: { bucket: string; [key: string]: unknown } };

const emptyMemory = (): StoryMemory => ({
  branches: new Map(),
  built: [],
  revisions: new Map(),
  kept: [],
  commits: 0,
  builds: 100,
  bugs: 0,
  hotfixes: 0,
  bugTracks: new Map(),
  hours: new Map(),
  keptHours: [],
});

const HOUR_MS = 3_600_000;

/** Whether users of one of its storefronts have it already, and those of another do not. */
export function isLiveInPart(track: Track): boolean {
  return 'liveIn' in track && (track.liveIn ?? []).length > 0;
}

export class Story {
  readonly #at: Simulation;
  readonly #chance: Chance;
  readonly memory: StoryMemory;
  /** The keys of orders against which something turned. */
  readonly #turned = new Set<string>();
  /** The keys of orders behind which a halt was given. */
  readonly #haltedBehind = new Set<string>();

  constructor(at: Simulation, memory: StoryMemory = emptyMemory()) {
    this.#at = at;
    this.#chance = at.chance.fork();
    this.memory = structuredClone(memory);
  }

  /* ---- facts ---- */

  #fact<K extends FactKind>(kind: K, key: string, payload: Extract<Fact, { kind: K }>['payload']): Fact {
    const name = `${kind} ${key}`;
    const revision = (this.memory.revisions.get(name) ?? 0) + 1;
    this.memory.revisions.set(name, revision);
    return { kind, app: APP, source: 'ci', key, revision, at: this.#at.nowText(), payload } as Fact;
  }

  /** Sends facts as CI does: at once, twice, or later and out of order. */
  #send(facts: readonly Fact[]): void {
    if (this.#at.weather === 'storm' && this.#chance.percent(12)) {
      this.#at.count('facts: kept back, sent out of order');
      this.memory.kept.push(...facts);
      return;
    }
    this.#at.report(facts);
    if (this.#at.weather === 'storm' && this.#chance.percent(10)) {
      this.#at.count('facts: sent twice');
      this.#at.report(facts);
    }
  }

  /** What was kept back comes now, in another order. */
  flush(): void {
    const kept = this.memory.kept;
    this.memory.kept = [];
    while (kept.length > 0) this.#at.report(kept.splice(this.#chance.below(kept.length), 1));
    const hours = this.memory.keptHours;
    this.memory.keptHours = [];
    while (hours.length > 0) this.#at.tellHealth(hours.splice(this.#chance.below(hours.length), 1), false);
  }

  #sha(): string {
    this.memory.commits += 1;
    return this.memory.commits.toString(16).padStart(4, '0').repeat(3).padStart(40, 'a');
  }

  /** The release branch is cut, for every platform or, of a hotfix, for its own. */
  cut(version: string, platforms: readonly string[]): void {
    const at = this.#sha();
    const branch: Branch = { version, name: `release/${version}`, cut: at, cutAt: this.#at.nowText(), head: at, commits: [], platforms };
    this.memory.branches.set(version, branch);
    this.#sendBranch(branch);
  }

  #sendBranch(branch: Branch): void {
    const { name, version, head, cut, cutAt, platforms } = branch;
    this.#send([
      this.#fact('branch', name, {
        name,
        head,
        trunk: false,
        version,
        platforms: [...platforms],
        cut: { sha: cut, at: cutAt, inferred: false },
      }),
    ]);
  }

  /** A commit on the branch: builds lack it from now on. */
  commit(version: string): void {
    const branch = this.memory.branches.get(version);
    if (branch === undefined) return;
    branch.head = this.#sha();
    branch.commits.push(branch.head);
    const { name, head, cut, cutAt, platforms } = branch;
    this.#send([
      this.#fact('branch', name, {
        name,
        head,
        trunk: false,
        version,
        platforms: [...platforms],
        cut: { sha: cut, at: cutAt, inferred: false },
      }),
      ...this.memory.built
        .filter((built) => built.version === version)
        .map((built) =>
          this.#fact('containment', `${name}:${built.commit}`, {
            branch: name,
            head,
            commit: built.commit,
            missing: this.#missing(branch, built.commit),
          }),
        ),
    ]);
  }

  #missing(branch: Branch, commit: string): string[] {
    return branch.commits.slice(branch.commits.indexOf(commit) + 1);
  }

  build(version: string, platform: string): void {
    const branch = this.memory.branches.get(version);
    if (branch === undefined) return;
    this.memory.builds += 1;
    const built = { version, platform, number: String(this.memory.builds), commit: branch.head };
    this.memory.built.push(built);
    const say = (state: 'building' | 'succeeded' | 'failed'): Fact =>
      this.#fact('build', `${platform}/${built.number}`, {
        platform,
        version,
        number: built.number,
        kind: 'release-candidate',
        state,
        commit: built.commit,
      });
    const begun = say('building');
    const ended = say(this.#at.weather === 'storm' && this.#chance.percent(8) ? 'failed' : 'succeeded');
    const facts = this.#chance.percent(20) ? [ended, begun] : this.#chance.percent(50) ? [begun, ended] : [ended];
    if (facts[0] === ended && facts.length > 1) this.#at.count('facts: older revision after the newer');
    for (const fact of facts) this.#send([fact]);
  }

  test(version: string, platform: string): void {
    const built = this.memory.built.findLast((each) => each.version === version && each.platform === platform);
    if (built === undefined) return;
    const passed = this.#at.weather === 'calm' || this.#chance.percent(85);
    this.#send([
      this.#fact('test-run', `${platform}/${built.number}/smoke`, {
        platform,
        version,
        build: built.number,
        suite: 'smoke',
        state: passed ? 'passed' : 'failed',
        attempts: 1,
      }),
    ]);
  }

  health(version: string, platform: string, colour: Colour): void {
    this.#send([
      this.#fact('report', `crash-rate/${platform}/${version}`, {
        instance: 'crash-rate',
        platform,
        version,
        colour,
        because: `the crash rate is ${colour}`,
      }),
    ]);
  }

  /**
   * An hour of the build that goes out, as a warehouse counts it: on a good day 20,000 hours of use with few crashes; else far over the limit, in an hour that was told
   * before, late, again, or after what came later.
   */
  usage(track: Track, goes: 'well' | 'badly' = 'well'): void {
    const build = candidateOf(track)?.build;
    if (this.#at.policy.rate === 'none' || build === undefined) return;
    const isStorm = this.#at.weather === 'storm';
    const lateHours = isStorm && this.#chance.percent(15) ? this.#chance.between(1, 3) : 0;
    if (lateHours > 0) this.#at.count('health: hours that come late');
    const hour = this.#count(track, build, Math.floor(this.#at.gate.now / HOUR_MS) - lateHours, goes);
    if (isStorm && this.#chance.percent(12)) {
      this.#at.count('health: kept back, told out of order');
      this.memory.keptHours.push(hour);
      return;
    }
    const isAll = this.#chance.percent(70);
    this.#at.tellHealth([hour], isAll);
    if (!isStorm || !this.#chance.percent(12)) return;
    this.#at.count('health: told twice');
    this.#at.tellHealth([hour], isAll);
  }

  /** The total of the hour grows, and sometimes it was counted wrong before. */
  #count({ version, platform }: Track, build: string, at: number, goes: 'well' | 'badly'): Hour {
    const bucket = new Date(at * HOUR_MS).toISOString();
    const name = [version, platform, build, bucket.slice(0, 13)].join(' ');
    const there = this.memory.hours.get(name);
    const isWrong = there !== undefined && this.#at.weather === 'storm' && this.#chance.percent(25);
    if (isWrong) this.#at.count('health: an hour is revised');
    const [consumption, affected] = goes === 'well' ? [20_000, this.#chance.between(0, 4)] : [5000, this.#chance.between(40, 80)];
    const sent: SentHour = {
      hour: name,
      revision: (there?.revision ?? 0) + 1,
      consumption: (isWrong ? 0 : (there?.consumption ?? 0)) + consumption,
      affected: (isWrong ? 0 : (there?.affected ?? 0)) + affected,
      acknowledgedAtStep: null,
    };
    this.#at.observer.health.push(sent);
    const row = {
      platform,
      version,
      build,
      audience: 'production',
      bucket,
      revision: sent.revision,
      users: 3000,
      newUsers: 1000,
      consumption: sent.consumption,
      crashes: { count: sent.affected, affected: sent.affected },
    };
    const hour = { ...sent, row };
    this.memory.hours.set(name, hour);
    return hour;
  }

  /** A red that stays is cleared by a person, who says why. */
  clear(track: Track): void {
    if (this.#at.policy.rate === 'none') return;
    const command = (mark: string): Command => ({
      do: 'clear-red',
      instance: RATE,
      reason: `an ad server was to blame, it is mended ${mark}`,
    });
    this.#give(track, command, manager, 'red-cleared');
  }

  /* ---- the vendors ---- */

  #pull(lever: LeverInput): void {
    const pulled = this.#at.vendors.world.pull(lever);
    this.#at.gate.note('world', 'lever', `${lever.lever} ${JSON.stringify(lever)} → ${pulled.ok ? 'ok' : pulled.code}`);
  }

  /** Storefronts decide on what they review. */
  review(track: Track): void {
    const reviewed = releasesOf(this.#at.vendors.state, track.id).filter(({ release }) => release.state === 'in-review');
    for (const { storefront } of reviewed) {
      const place = { app: track.app, platform: track.platform, storefront: storefront as 'google-play', version: track.version };
      if (this.#at.weather === 'storm' && this.#chance.percent(18)) {
        const kind = this.#chance.percent(60) ? 'binary' : 'metadata';
        this.#at.count(`storefront: rejects (${kind})`);
        this.#pull({ lever: 'reject', ...place, kind, why: kind === 'binary' ? `${BINARY} crashes` : 'the text is wrong' });
      } else this.#pull({ lever: 'approve', ...place });
    }
  }

  console(track: Track): void {
    const there = releasesOf(this.#at.vendors.state, track.id);
    if (there.length === 0) return;
    const { storefront } = this.#chance.pick(there);
    const deed = this.#chance.pick(['publish', 'raise', 'halt', 'pause', 'resume', 'complete', 'withdraw'] as const);
    const place = { app: track.app, platform: track.platform, storefront: storefront as 'google-play', version: track.version };
    this.#at.count(`storefront: ${deed} in its console`);
    this.#pull({
      lever: 'console',
      ...place,
      do: deed,
      ...(deed === 'raise' ? { percent: this.#chance.pick([2, 10, 50, 100]) } : {}),
      who: 'Someone',
    });
  }

  /** Of several storefronts, those that approved it go live by a hand in their console, while another still reviews. */
  publishInPart(track: Track): void {
    const there = releasesOf(this.#at.vendors.state, track.id);
    const approved = there.filter(({ release }) => release.state === 'approved');
    if (there.length === approved.length) return;
    for (const { storefront } of approved) {
      const place = { app: track.app, platform: track.platform, storefront: storefront as 'google-play', version: track.version };
      this.#pull({ lever: 'console', ...place, do: 'publish', who: 'Someone' });
    }
  }

  phase(track: Track): void {
    const there = releasesOf(this.#at.vendors.state, track.id).filter(
      ({ release }) => release.phase !== null && release.state === 'rolling-out',
    );
    if (there.length === 0) return;
    this.#at.count('storefront: moves by itself');
    this.#pull({ lever: 'advance', app: track.app, platform: track.platform, storefront: 'app-store-connect', version: track.version });
  }

  /* ---- people ---- */

  #give(track: Track, command: (mark: string) => Command, by: Actor, kind: string | null): void {
    const mark = this.#at.mark();
    this.#at.command(track.id, command(mark), by, kind, mark);
  }

  sign(track: Track): void {
    const state = this.#at.weather === 'calm' || this.#chance.percent(85) ? 'signed' : this.#chance.pick(['rejected', 'testing'] as const);
    this.#give(track, (mark) => ({ do: 'sign-off', team: 'player', state, note: `seen ${mark}` }), developer, 'sign-off-given');
  }

  hurry(track: Track): void {
    this.#at.count('people: a command that races the robot');
    const next =
      track.stage === 'rolling-out'
        ? (this.#at.policy.platforms[track.platform]?.rollout.find((share) => share > track.percent) ?? 100)
        : 100;
    const commands: [number, () => void][] = [
      [3, () => this.order(track, 'submit')],
      [2, () => this.order(track, 'start')],
      [3, () => this.#give(track, (mark) => ({ do: 'raise', percent: next, reason: `now ${mark}` }), manager, 'action-ordered-any')],
      [5, () => this.halt(track)],
      [4, () => this.resume(track)],
      [
        track.stage === 'in-review' ? 6 : 1,
        () => this.#give(track, (mark) => ({ do: 'withdraw', reason: `back ${mark}` }), manager, 'action-ordered-any'),
      ],
      [1, () => this.#give(track, (mark) => ({ do: 'cancel', reason: `not this one ${mark}` }), manager, 'canceled')],
      [2, () => this.pause(track)],
      [3, () => this.unpause(track)],
      [2, () => this.choose(track)],
      [2, () => this.waive(track)],
      [2, () => this.retry(track)],
      [2, () => this.clear(track)],
    ];
    this.#chance.weighted(commands)();
  }

  order(track: Track, what: 'submit' | 'start'): void {
    this.#give(track, (mark) => ({ do: what, reason: `yes ${mark}` }), manager, 'action-ordered-any');
  }

  halt(track: Track): void {
    this.#give(track, (mark) => ({ do: 'halt', reason: `stop ${mark}` }), this.#chance.pick([manager, developer]), 'halt-ordered');
  }

  resume(track: Track): void {
    this.#give(track, (mark) => ({ do: 'resume', reason: `go on ${mark}` }), manager, 'resume-ordered');
  }

  pause(track: Track): void {
    const scope = this.#chance.percent(30) ? 'app' : 'track';
    this.#give(track, (mark) => ({ do: 'pause-robot', scope, reason: `lunch ${mark}`, until: null }), developer, 'robot-paused');
  }

  unpause(track: Track): void {
    for (const scope of ['track', 'app'] as const)
      this.#give(track, (mark) => ({ do: 'unpause-robot', scope, reason: `back ${mark}` }), manager, 'robot-unpaused');
  }

  choose(track: Track): void {
    const built = this.memory.built.filter((each) => each.version === track.version && each.platform === track.platform);
    if (built.length === 0) return;
    const { number } = this.#chance.pick(built);
    this.#give(track, () => ({ do: 'choose-candidate', build: number }), manager, null);
  }

  waive(track: Track): void {
    const instance = this.#chance.pick(['crash-rate', 'tests-passed', 'signed-off', 'soaked', 'no-blocking-bugs']);
    this.#give(
      track,
      (mark) => ({
        do: 'waive',
        instance,
        category: 'known-and-accepted',
        reason: `it is known and we accept it, all of us ${mark}`,
        endsIf: ['new-candidate', 'worse-colour'],
      }),
      manager,
      'waiver-asked',
    );
  }

  retry(track: Track): void {
    const refused = [...this.#at.observer.outbox.values()].find((action) => action.track === track.id && action.state === 'refused');
    if (refused !== undefined) this.#give(track, () => ({ do: 'retry-action', key: refused.key }), manager, null);
  }

  bug(track: Track): void {
    this.memory.bugs += 1;
    const key = `BUG-${this.memory.bugs}`;
    const critical = this.#chance.percent(40);
    this.memory.bugTracks.set(key, { track: track.id, state: 'open', revision: 0 });
    this.#sendBug(key, track, critical);
    if (this.#chance.percent(50))
      this.#give(track, (mark) => ({ do: 'nominate-bug', bug: key, reason: `it hurts ${mark}` }), developer, 'bug-nominated');
    if (this.#chance.percent(50)) this.decide(track, key, this.#chance.pick(['blocker', 'not-a-blocker'] as const));
  }

  #sendBug(key: string, track: Track, critical: boolean): void {
    const bug = this.memory.bugTracks.get(key);
    this.#send([
      this.#fact('bug', key, {
        key,
        title: 'No sound',
        state: bug?.state ?? 'open',
        platforms: [track.platform],
        versions: [track.version],
        team: 'player',
        flow: critical ? 'playback' : 'settings',
        severity: critical ? 'critical' : 'low',
        nominated: critical,
        fixedBy: [],
        verifiedOn: [],
      }),
    ]);
  }

  decide(track: Track, bug: string, decision: 'blocker' | 'not-a-blocker'): void {
    this.#give(
      track,
      (mark) => ({ do: 'decide-bug', bug, decision, reason: `we think so ${mark}`, risk: null, impact: null, workaround: null }),
      manager,
      'bug-decided',
    );
  }

  closeBugs(track: Track): void {
    for (const [key, bug] of this.memory.bugTracks) {
      if (bug.track !== track.id || bug.state === 'closed') continue;
      bug.state = 'closed';
      this.#sendBug(key, track, false);
      this.decide(track, key, 'not-a-blocker');
    }
  }

  changePolicy(): void {
    const instance = this.#at.anyInstance();
    if (instance === null) return;
    const changed = changedPolicy(this.#at.policy, this.#chance);
    this.#at.count('policy: changed in mid-flight');
    this.#at.policy = changed;
    // From now on it may be in force: whoever asks for a soak is content with the shorter of those that may.
    this.#at.observer.policies.push({
      revision: this.#at.observer.policies.length + 1,
      soakMinutes: changed.soakMinutes,
      sinceStep: this.#at.gate.steps,
    });
    this.#at.gate.as(instance.name, () => void instance.engine.savePolicy(APP, policyText(changed), admin).catch(() => undefined));
  }

  hotfix(): void {
    const base = [...this.#at.observer.tracks.values()].find(({ row }) => ['rolling-out', 'released', 'halted'].includes(row.stage))?.row;
    const instance = this.#at.anyInstance();
    if (base === undefined || instance === null || this.memory.hotfixes > 0) return;
    this.memory.hotfixes += 1;
    const version = `${base.version.split('.').slice(0, 2).join('.')}.${Number(base.version.split('.')[2] ?? 0) + 1}`;
    this.#at.gate.note('-', 'deed', `hotfix ${version} on ${base.platform}`);
    this.#at.gate.as(
      instance.name,
      () =>
        void instance.engine
          .planRelease(
            { app: APP, version, kind: 'hotfix', base: base.version, platforms: [base.platform], startsAt: 'developing' },
            manager,
          )
          .then(
            (answer) => {
              if (answer.ok) this.cut(version, [base.platform]);
            },
            () => undefined,
          ),
    );
  }

  /* ---- what comes next ---- */

  get live(): readonly Track[] {
    return [...this.#at.observer.tracks.values()]
      .map(({ row }) => row)
      .filter(({ stage }) => !['completed', 'canceled', 'superseded'].includes(stage));
  }

  /** Something that brings a track on, as it happens on a good day. */
  forward(track: Track): void {
    const { version, platform } = track;
    switch (track.stage) {
      case 'planned':
      case 'developing':
        // the next version waits on trunk until the one before it is out
        if (this.memory.branches.has(version)) this.flush();
        else if (this.#isNextToBranch(version)) this.cut(version, Object.keys(this.#at.policy.platforms));
        break;
      case 'stabilising':
      case 'candidate':
        this.#forwardOnBranch(track);
        break;
      case 'in-review':
        if (isLiveInPart(track)) this.#inPart(track);
        this.review(track);
        break;
      case 'store-approved':
        if (isLiveInPart(track)) this.#inPart(track);
        // some of its storefronts may still review
        if (this.#chance.percent(70)) this.review(track);
        if (this.#at.policy.start !== 'auto') this.order(track, 'start');
        break;
      case 'rolling-out':
        this.health(version, platform, this.#chance.percent(80) ? 'green' : 'yellow');
        this.usage(track, this.#at.weather === 'storm' && this.#chance.percent(25) ? 'badly' : 'well');
        if (this.#at.policy.raise !== 'auto') {
          const next = this.#at.policy.platforms[platform]?.rollout.find((share) => share > track.percent) ?? 100;
          this.#give(track, (mark) => ({ do: 'raise', percent: next, reason: `yes ${mark}` }), manager, 'action-ordered-any');
        }
        break;
      case 'halted':
        this.health(version, platform, 'green');
        this.closeBugs(track);
        this.usage(track);
        if (this.#chance.percent(50)) this.clear(track);
        if (this.#chance.percent(60)) this.resume(track);
        break;
      case 'released':
        this.health(version, platform, 'green');
        this.usage(track);
        break;
      default:
        break;
    }
    if (this.#chance.percent(20)) this.retry(track);
  }

  /** Users of one of its storefronts have it already, and somebody wants that stopped. */
  #inPart(track: Track): void {
    if (this.#chance.percent(40)) this.halt(track);
    else if (this.#chance.percent(20)) this.health(track.version, track.platform, 'red');
  }

  /** Two releases are alive at once as a rule: the next one branches when the one before it is going out. */
  #isNextToBranch(version: string): boolean {
    const onBranch = this.live.filter(
      (track) => track.kind !== 'hotfix' && this.memory.branches.has(track.version) && track.version !== version,
    );
    const ahead = onBranch.filter(({ stage }) => ['developing', 'stabilising', 'candidate', 'in-review', 'store-approved'].includes(stage));
    return new Set(onBranch.map((track) => track.version)).size < 2 && ahead.length === 0 && this.#chance.percent(25);
  }

  /** A whole build with green tests, signed. */
  ready({ version, platform, id }: Track): void {
    if (!this.memory.branches.has(version)) return;
    this.build(version, platform);
    this.test(version, platform);
    const track = this.#at.observer.tracks.get(id)?.row;
    if (track !== undefined) this.sign(track);
  }

  #forwardOnBranch(track: Track): void {
    const { version, platform } = track;
    if (this.#chance.percent(25)) return this.ready(track);
    const head = this.memory.branches.get(version)?.head;
    const newest = this.memory.built.findLast((each) => each.version === version && each.platform === platform);
    if (newest === undefined || newest.commit !== head || track.rejectedBuilds.includes(newest.number))
      return this.build(version, platform);
    const what = this.#chance.below(5);
    if (what === 0) this.build(version, platform);
    else if (what <= 2) this.test(version, platform);
    else if (what === 3) this.sign(track);
    else {
      this.closeBugs(track);
      if (this.#at.policy.submit !== 'auto' || candidateOf(track) !== null) this.order(track, 'submit');
    }
  }

  /** Something that goes wrong, or comes in between. */
  sideways(track: Track): void {
    const wrong: [number, () => void][] = [
      [20, () => this.hurry(track)],
      [6, () => this.console(track)],
      [6, () => this.pause(track)],
      [4, () => this.phase(track)],
      [5, () => this.commit(track.version)],
      [5, () => this.bug(track)],
      [6, () => this.health(track.version, track.platform, this.#chance.pick(['red', 'red', 'yellow', 'green', 'unknown'] as const))],
      [track.stage === 'rolling-out' ? 25 : 2, () => this.usage(track, 'badly')],
      [4, () => this.changePolicy()],
      [2, () => this.hotfix()],
      [4, () => this.flush()],
      [3, () => this.build(track.version, track.platform)],
      [2, () => this.test(track.version, track.platform)],
    ];
    this.#chance.weighted(wrong)();
  }

  /** A step that is ordered and still to be tried, against which nothing has turned yet. */
  get #ordered(): { key: string; track: Track } | null {
    for (const { key, state, urgent, step, track } of this.#at.observer.outbox.values()) {
      if ((state !== 'ordered' && state !== 'waiting') || urgent || step === null || this.#turned.has(key)) continue;
      const of = this.live.find(({ id }) => id === track);
      if (of !== undefined) return { key, track: of };
    }
    return null;
  }

  /** An order that waits in the lane of a rollout, or of which a try is in doubt, and behind which nobody has halted that rollout yet. */
  get #inTheWay(): { key: string; rollout: Track } | null {
    for (const { key, state, urgent, attempts, track } of this.#at.observer.outbox.values()) {
      const isOpen = state === 'ordered' || state === 'trying' || state === 'waiting';
      if (!isOpen || urgent || this.#haltedBehind.has(key)) continue;
      const platform = this.live.find(({ id }) => id === track)?.platform;
      // its own order would be given up with the halt, but for one that may have taken effect
      const rollout = this.live.find(
        (each) => each.platform === platform && each.stage === 'rolling-out' && (each.id !== track || state === 'trying' || attempts > 0),
      );
      if (rollout !== undefined) return { key, rollout };
    }
    return null;
  }

  /**
   * Between an order and its try something may turn against it, once: it would not be ordered any more. And somebody may halt a rollout
   * in whose lane another order stands.
   */
  mayTurn(): void {
    const inTheWay = this.#inTheWay;
    if (inTheWay !== null && this.#chance.percent(8)) {
      this.#haltedBehind.add(inTheWay.key);
      this.#at.count('people: a halt behind another order in its lane');
      this.halt(inTheWay.rollout);
      if (this.#chance.percent(50)) this.#at.gate.pass(this.#chance.between(1, 90_000));
      return;
    }
    const ordered = this.#ordered;
    if (ordered === null || !this.#chance.percent(15)) return;
    this.#turned.add(ordered.key);
    this.#turnAgainst(ordered.track);
  }

  #turnAgainst(track: Track): void {
    this.#at.count('people: what turns against an order');
    const what: [number, () => void][] = [
      [5, () => this.health(track.version, track.platform, 'red')],
      [4, () => this.usage(track, 'badly')],
      [2, () => this.bug(track)],
      [2, () => this.commit(track.version)],
      [2, () => this.pause(track)],
      [1, () => this.halt(track)],
    ];
    this.#chance.weighted(what)();
    if (this.#chance.percent(50)) this.#at.keepAsleep(track.id);
    if (this.#chance.percent(60)) this.#at.gate.pass(this.#chance.between(1, 90_000));
  }

  /** What people do once all is calm: whatever a track waits for that they can give. */
  help(track: Track): void {
    const paused = track.robotPaused !== null;
    if (paused) this.unpause(track);
    this.forward(track);
  }
}
