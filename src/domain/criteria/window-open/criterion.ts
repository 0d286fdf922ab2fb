/** May the step be taken at this hour and on this day? */
import { z } from 'zod';
import { dayAndTime } from '../../calendar/words.ts';
import { windowState } from '../../calendar/windows.ts';
import { windowOf } from '../../policy/track-policy.ts';
import type { Criterion, Finding, JudgeAt, Who } from '../criterion.ts';
import { green, yellow } from '../finding.ts';
import { releaseManager } from '../words.ts';

const settings = z.strictObject({});
type Settings = z.infer<typeof settings>;

export const windowOpen: Criterion<Settings> = {
  kind: 'window-open',
  title: 'Window',
  asks: 'Now is inside the hours and days that the policy names for this step, and no holiday or freeze.',
  settings,
  needs: [],
  waivable: true,
  judge,
};

function judge(at: JudgeAt<Settings>): Finding {
  const { policy, step, now, release } = at;
  const { timezone } = policy;
  const window = step === null ? undefined : policy.windows[windowOf(step, policy.rollout)];
  const { open, because, opensAt, closesAt } = windowState({ window, freezes: policy.freezes, timezone, now });
  const evidence = [{ kind: 'calendar' as const, label: `policy, revision ${policy.revision}: windows and freezes`, url: null, at: null }];
  if (open) {
    const until = closesAt === null ? '' : ` until ${dayAndTime(closesAt, timezone, now)}`;
    return green({ headline: `Open${until}`, because, evidence, looksAgainAt: closesAt });
  }
  const when = opensAt === null ? null : dayAndTime(opensAt, timezone, now);
  const manager = releaseManager('waives the window, or has the policy changed', release);
  const who: readonly [Who, ...Who[]] =
    when === null ? [manager] : [{ kind: 'robot', name: 'Robot', what: `waits until ${when}`, contact: null }, manager];
  return yellow({
    headline: when === null ? 'Never opens' : `Opens ${when}`,
    because,
    turnsGreen: when === null ? 'when the policy names hours and days that come' : `when the window opens, at ${when}`,
    who,
    evidence,
    dueAt: opensAt,
    looksAgainAt: opensAt,
  });
}
