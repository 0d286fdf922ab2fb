/** What a policy says of a platform, as it is told to people: each step with who takes it, when, and what holds it. */
import type { z } from 'zod';
import type { platformRules } from '#api/apps.ts';
import { daysInWords } from '#domain/calendar/windows.ts';
import { clock } from '#domain/calendar/zone.ts';
import type { Instance } from '#domain/criteria/instance.ts';
import type { Window, TrackPolicy } from '#domain/policy/track-policy.ts';
import { windowOf } from '#domain/policy/track-policy.ts';
import { percentStep } from '#domain/release/track.ts';
import type { Step } from '#domain/release/track.ts';

type View = z.output<typeof platformRules>;

/** @param live versions that are under way on this platform */
export function rulesView(rules: TrackPolicy, live: readonly string[]): View {
  const { platform, process, storefronts, rollout, stages, haltsWhileRollingOut } = rules;
  const steps: readonly Step[] = [
    'cut',
    ...(stages.includes('candidate') ? (['candidate'] as const) : []),
    ...(stages.includes('in-review') ? (['submit'] as const) : []),
    ...rollout.map(percentStep),
  ];
  return {
    platform,
    process,
    storefronts: [...storefronts],
    rollout: [...rollout],
    steps: steps.map((step) => ({
      step,
      robot: robotOf(rules, step),
      window: windowInWords(rules.windows[windowOf(step, rollout)]),
      criteria: (rules.before[step] ?? []).map(titled),
    })),
    halts: haltsWhileRollingOut.map(titled),
    live: [...live],
  };
}

function robotOf({ robot, rollout }: TrackPolicy, step: Step): View['steps'][number]['robot'] {
  if (step === 'cut' || step === 'candidate' || step === 'submit') return robot[step];
  return Number.parseFloat(step) === rollout[0] ? robot.start : robot.raise;
}

function windowInWords(window: Window | 'any' | undefined): string | null {
  return window === undefined || window === 'any' ? null : `${daysInWords(window.days)} ${clock(window.from)}–${clock(window.to)}`;
}

const titled = ({ id, title }: Instance): { id: string; title: string } => ({ id, title });
