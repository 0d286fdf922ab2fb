/** What is read on a schedule, and its name in the table of what is due. */
import type { Due } from '#db/due.ts';

/** What is read on a schedule: `app|what|which`. */
export type Unit = { app: string; what: 'storefront' | 'feed' | 'git' | 'custom'; which: string };

export function unitKey({ app, what, which }: Unit): string {
  return `${app}|${what}|${which}`;
}

export function unitFrom(due: Due): Unit | null {
  const [app, what, ...which] = due.key.split('|');
  if (app === undefined || (what !== 'storefront' && what !== 'feed' && what !== 'git' && what !== 'custom')) return null;
  return { app, what, which: which.join('|') };
}
