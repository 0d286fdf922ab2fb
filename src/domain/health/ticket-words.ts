/** What the ticket of a crash group says. Made anew with every change, so that whoever reads it reads the present. */
import type { TicketDraft } from '../actions.ts';
import { platformName } from '../names.ts';
import type { Owner } from '../owners/by-path.ts';
import { noveltyWords, trackerSeverity } from './crash-groups.ts';
import type { GroupJudged, Told } from './crash-groups.ts';

export type TicketOf = {
  app: string;
  group: number;
  fingerprint: string;
  line: string;
  platform: string;
  title: string;
  flow: string | null;
  /** The version that is worst on the line, as it was judged; null: nothing told of its use. */
  judged: Pick<GroupJudged, 'impact' | 'impactLower' | 'exposure' | 'audience'> | null;
  told: Told;
  owner: Owner | null;
  frames: readonly string[];
  code: readonly (string | null)[];
};

/** By which the ticket of a group and release line is found again, in any instance that hears of the same crashes. */
export function referenceOf({ platform, fingerprint, line }: Pick<TicketOf, 'platform' | 'fingerprint' | 'line'>): string {
  return `crash:${platform}:${fingerprint.slice(0, 16)}:${line}`.slice(0, 200);
}

const MOST_TITLE = 200;

export function ticketDraft(of: TicketOf, state: TicketDraft['state']): TicketDraft {
  const { platform, title, told, owner, flow } = of;
  return {
    reference: referenceOf(of),
    title: `Crash on ${platformName(platform)}: ${title}`.slice(0, MOST_TITLE),
    team: owner?.team ?? null,
    text: ticketText(of),
    severity: trackerSeverity(told.level),
    flow,
    platforms: [platform],
    versions: told.versions,
    state,
  };
}

function ticketText({ app, group, judged, told, owner, frames, code }: TicketOf): string {
  const impact =
    judged === null
      ? 'Nothing was told of how much these versions are used.'
      : `At everyone, ${rounded(judged.impact)} of a million people a day would meet it, ${rounded(judged.impactLower)} at least (${rounded(judged.exposure)} units of use${
          judged.audience === null ? '' : `, ${judged.audience}`
        }).`;
  const whose =
    owner === null
      ? 'Its owner is not known yet.'
      : owner.team === null
        ? `No owner: ${owner.because}.`
        : `${owner.path} belongs to ${owner.team} by the rule ${owner.rule} (${owner.from === 'policy' ? 'policy' : 'CODEOWNERS'}).`;
  const stack = frames.map((frame, at) => {
    const place = code[at] ?? null;
    return `  ${frame}${place === null ? '' : `  ${place}`}`;
  });
  return [
    `${told.level}, ${noveltyWords[told.novelty]}: ${told.users} ${told.users === 1 ? 'person' : 'people'} hit, ${told.crashes} ${told.crashes === 1 ? 'crash' : 'crashes'}, on ${told.versions.join(', ')}.`,
    impact,
    whose,
    ...(stack.length === 0 ? [] : ['', ...stack]),
    '',
    `Crash group ${group} of ${app}, kept up to date by Signalbox.`,
  ].join('\n');
}

function rounded(amount: number): string {
  return Math.round(amount).toLocaleString('en');
}
