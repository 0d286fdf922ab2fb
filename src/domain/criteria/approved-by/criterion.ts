/** Have so many people of a role approved? */
import { z } from 'zod';
import { dayAndTime } from '../../calendar/words.ts';
import type { Approval } from '../../facts.ts';
import { candidateOf } from '../../release/track.ts';
import { roleName } from '../../roles.ts';
import { candidatesOf, spokenOf } from '../candidates.ts';
import type { Spoken } from '../candidates.ts';
import type { Criterion, Evidence, Finding, JudgeAt, Who } from '../criterion.ts';
import { green, red, yellow } from '../finding.ts';
import { capital, count, names, rcName } from '../words.ts';

const settings = z.strictObject({
  role: z.enum(['release-manager', 'release-team', 'admin']).default('release-team').describe('The role in which people approve.'),
  count: z.int().min(1).max(20).default(1).describe('How many different people must approve.'),
  'again-on-new-candidate': z
    .enum(['all', 'none'])
    .default('all')
    .describe(
      'Whether approvals count for the build that is to ship alone (`all` are asked again when another is), or for the version (`none`).',
    ),
});
type Settings = z.infer<typeof settings>;
type At = JudgeAt<Settings>;

export const approvedBy: Criterion<Settings> = {
  kind: 'approved-by',
  title: 'Approval',
  asks: 'So many people of a role have approved, and none of them is the one who chose the candidate.',
  settings,
  shorthand: 'role',
  needs: [],
  waivable: false,
  judge,
};

function judge(at: At): Finding {
  const { settings: of, policy, now } = at;
  const spoken = spokenOf(at.track, at.step, candidatesOf(at.track, at.facts));
  const answers = answersOf(at, spoken);
  const refused = answers.filter((answer) => answer.answer === 'refused');
  const own = answers.filter((answer) => answer.answer === 'approved' && isOwn(at, answer));
  const approved = answers.filter((answer) => answer.answer === 'approved' && !isOwn(at, answer));
  const on = spoken === null ? '' : ` ${rcName(spoken)}`;
  const people = peopleOf(of);
  const told = {
    headline: `${approved.length} of ${of.count}`,
    value: { amount: approved.length, unit: `of ${of.count}` },
    progress: Math.min(1, approved.length / of.count),
    evidence: answers.map(approvalEvidence),
  };
  const who: Who = { kind: 'role', name: roleName(of.role), what: `approves${on}`, contact: null };
  if (refused.length > 0) {
    const words = refused.map((answer) => `${answer.by} refused${on} ${dayAndTime(answer.at, policy.timezone, now)}${noteOf(answer)}`);
    return red({
      ...told,
      headline: 'Refused',
      clause: `${names(refused.map((answer) => answer.by))} refused`,
      because: `${names(words)}.`,
      turnsGreen: `when ${names(refused.map((answer) => answer.by))} approves${on}, or a newer candidate is approved`,
      who: [who],
    });
  }
  if (approved.length >= of.count) {
    const words = approved.map((answer) => `${answer.by} approved${on} ${dayAndTime(answer.at, policy.timezone, now)}${noteOf(answer)}`);
    return green({ ...told, clause: `By ${names(approved.map((answer) => answer.by))}`, because: `${names(words)}.` });
  }
  const left = of.count - approved.length;
  const notOwn = own.length === 0 ? '' : ` ${names(own.map((answer) => answer.by))} chose the candidate, so that approval does not count.`;
  return yellow({
    ...told,
    clause: `${capital(people)} ${of.count === 1 ? 'approves' : 'approve'}`,
    because: `${approved.length === 0 ? 'Nobody' : names(approved.map((answer) => answer.by))} has approved${on}; the policy asks for ${people}.${notOwn}`,
    turnsGreen: `when ${left === 1 ? 'one more person' : `${left} more people`} of the role ${roleName(of.role)} ${left === 1 ? 'approves' : 'approve'}${on}`,
    who: [who],
  });
}

/** The last answer of each person of the role to this instance, on the build that is to ship. */
function answersOf(at: At, spoken: Spoken | null): readonly Approval[] {
  const { settings: of } = at;
  const last = new Map<string, Approval>();
  for (const approval of at.facts.approvals) {
    if (approval.instance !== at.instance || approval.role !== of.role) continue;
    if (of['again-on-new-candidate'] === 'all' && spoken !== null && approval.build !== spoken.number) continue;
    const known = last.get(approval.byId);
    if (known === undefined || known.at <= approval.at) last.set(approval.byId, approval);
  }
  return [...last.values()];
}

/** Nobody approves what they asked for: who chose the candidate asked. Where only a name was kept of them, the name tells. */
function isOwn(at: At, approval: Approval): boolean {
  const candidate = candidateOf(at.track);
  if (candidate === null) return false;
  const { chosenBy, chosenById } = candidate;
  return chosenById === undefined ? approval.byId === chosenBy || approval.by === chosenBy : approval.byId === chosenById;
}

function peopleOf(of: Settings): string {
  return `${count(of.count, 'person', 'people')} of the role ${roleName(of.role)}`;
}

function noteOf(approval: Approval): string {
  return approval.note === null || approval.note.trim() === '' ? '' : ` (${approval.note.trim().replace(/\.$/, '')})`;
}

function approvalEvidence(approval: Approval): Evidence {
  return {
    kind: 'approval',
    label: `${approval.by} ${approval.answer}${approval.build === null ? '' : ` build ${approval.build}`}`,
    url: null,
    at: approval.at,
  };
}
