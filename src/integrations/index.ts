/** The list of integrations. A newcomer adds one line. */
import type { Integration } from '#ports/integration.ts';
import { git } from './git/index.ts';
import { otlp } from './otlp/index.ts';
import { playVitals } from './play-vitals/index.ts';
import { sandbox } from './sandbox/index.ts';
import { sentry } from './sentry/index.ts';
import { warehouse } from './warehouse/index.ts';

export const integrations: readonly Integration[] = [
  forAnySettings(git),
  forAnySettings(otlp),
  forAnySettings(playVitals),
  forAnySettings(sandbox),
  forAnySettings(sentry),
  forAnySettings(warehouse),
];

/**
 * Forgets the type of the settings: those in the database are unknown until the integration's own schema has read them.
 * Connecting with settings that the schema refuses throws its ZodError.
 */
function forAnySettings<S>(integration: Integration<S>): Integration {
  const read = (settings: unknown): S => integration.settings.parse(settings);
  const { gitHost, storefront, tracker, builds, chat, health, metrics } = integration.provides;
  return {
    ...integration,
    ...(integration.reaches === undefined
      ? {}
      : { reaches: (settings) => integration.reaches?.(read(settings)) ?? { hosts: [], paths: [] } }),
    provides: {
      ...(gitHost && { gitHost: (settings, tools) => gitHost(read(settings), tools) }),
      ...(storefront && { storefront: (settings, tools, which) => storefront(read(settings), tools, which) }),
      ...(tracker && { tracker: (settings, tools) => tracker(read(settings), tools) }),
      ...(builds && { builds: (settings, tools) => builds(read(settings), tools) }),
      ...(chat && { chat: (settings, tools) => chat(read(settings), tools) }),
      ...(metrics && { metrics: (settings, tools) => metrics(read(settings), tools) }),
      ...(health && { health: (settings, tools) => health(read(settings), tools) }),
    },
  };
}
