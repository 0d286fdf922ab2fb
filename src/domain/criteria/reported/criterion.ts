/** What does the source that reports on this say? */
import { z } from 'zod';
import { duration } from '../../duration.ts';
import { platformName } from '../../names.ts';
import type { Criterion, Finding, JudgeAt } from '../criterion.ts';
import { unknown } from '../finding.ts';
import { reportOf } from '../reports.ts';
import { findingOf } from '../stated.ts';

const settings = z.strictObject({
  'fresh-for': duration
    .nullable()
    .default(null)
    .describe('How old a report may be before it is Unknown. Not set: a report holds until the next one.'),
});
type Settings = z.infer<typeof settings>;

export const reported: Criterion<Settings> = {
  kind: 'reported',
  title: 'Reported',
  asks: 'A source of the user’s own reports green for this instance on this track. It stands in for what Signalbox does not judge itself.',
  settings,
  shorthand: 'fresh-for',
  needs: ['report'],
  waivable: true,
  judge,
};

/** The version that went before on this platform, as its baseline is named. */
function versionBefore({ siblings, track }: JudgeAt<Settings>): string | null {
  const earlier = siblings.filter(({ platform, order }) => platform === track.platform && order < 0);
  return earlier.toSorted((a, b) => b.order - a.order)[0]?.version ?? null;
}

function judge(at: JudgeAt<Settings>): Finding {
  const stated = reportOf(at.facts.reports, {
    instance: at.instance,
    version: at.track.version,
    platform: at.track.platform,
    before: versionBefore(at),
  });
  if (stated !== null) return findingOf(stated, at.settings['fresh-for'], at.now, at.policy.timezone);
  return unknown({
    headline: 'Nothing reported',
    clause: 'No source has reported it yet',
    because: `Nothing has been reported for “${at.instance}” of ${at.track.version} on ${platformName(at.track.platform)}.`,
    turnsGreen: `when a source reports green for “${at.instance}”`,
    who: [{ kind: 'source', name: 'its source', what: 'reports for the first time', contact: null }],
  });
}
