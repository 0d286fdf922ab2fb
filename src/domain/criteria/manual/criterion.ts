/** Has a person ticked it? */
import { z } from 'zod';
import { dayAndTime } from '../../calendar/words.ts';
import type { Tick } from '../../facts.ts';
import { candidatesOf, spokenOf } from '../candidates.ts';
import type { Spoken } from '../candidates.ts';
import type { Criterion, Evidence, Finding, JudgeAt } from '../criterion.ts';
import { green, red, yellow } from '../finding.ts';
import { rcName, releaseManager } from '../words.ts';

const settings = z.strictObject({
  ask: z.string().trim().max(500).default('').describe('What is to be done before it is ticked, in a few words.'),
  'again-on-new-candidate': z
    .enum(['all', 'none'])
    .default('all')
    .describe(
      'Whether a tick counts for the build that is to ship alone (`all`: it is asked again when another is), or for the version (`none`).',
    ),
});
type Settings = z.infer<typeof settings>;
type At = JudgeAt<Settings>;

export const manual: Criterion<Settings> = {
  kind: 'manual',
  title: 'Done by hand',
  asks: 'A person has ticked it.',
  settings,
  shorthand: 'ask',
  needs: [],
  waivable: 'by-policy',
  judge,
};

function judge(at: At): Finding {
  const { settings: of, policy, now, release } = at;
  const spoken = spokenOf(at.track, at.step, candidatesOf(at.track, at.facts));
  const ticks = at.facts.ticks.filter((tick) => tick.instance === at.instance).toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const tick = ticks.findLast((each) => counts(each, at, spoken));
  const what = of.ask === '' ? `“${at.instance}”` : `“${of.ask.replace(/\.$/, '')}”`;
  const on = spoken === null || of['again-on-new-candidate'] === 'none' ? '' : ` on ${rcName(spoken)}`;
  if (tick === undefined) {
    const earlier = ticks.at(-1);
    const before =
      earlier === undefined
        ? ''
        : ` ${earlier.by} answered ${earlier.answer} on ${earlier.build === null ? 'no build in particular' : `build ${earlier.build}`}, and is asked again.`;
    return yellow({
      headline: 'Not ticked yet',
      clause: of.ask === '' ? 'A person does it and ticks it' : of.ask.replace(/\.$/, ''),
      because: `Nobody has ticked ${what}${on} yet.${before}`,
      turnsGreen: `when a person ticks ${what}${on}`,
      who: [releaseManager(`does and ticks ${what}`, release)],
      evidence: ticks.slice(-1).map(tickEvidence),
    });
  }
  const when = dayAndTime(tick.at, policy.timezone, now);
  const note = tick.note === null || tick.note.trim() === '' ? '' : `: ${tick.note.trim().replace(/\.$/, '')}`;
  const evidence = [tickEvidence(tick)];
  if (tick.answer === 'done')
    return green({
      headline: 'Ticked',
      clause: `${tick.by}, ${when}`,
      because: `${tick.by} ticked ${what}${on} ${when}${note}.`,
      evidence,
    });
  return red({
    headline: 'Refused',
    clause: `${tick.by}${note === '' ? ' refused' : note}`,
    because: `${tick.by} refused ${what}${on} ${when}${note}.`,
    turnsGreen: `when a person ticks ${what}${on}`,
    who: [releaseManager(`does and ticks ${what}`, release)],
    evidence,
  });
}

function counts(tick: Tick, at: At, spoken: Spoken | null): boolean {
  return at.settings['again-on-new-candidate'] === 'none' || spoken === null || tick.build === spoken.number;
}

function tickEvidence(tick: Tick): Evidence {
  return {
    kind: 'decision',
    label: `${tick.by}: ${tick.answer}${tick.build === null ? '' : ` on build ${tick.build}`}`,
    url: null,
    at: tick.at,
  };
}
