import { defineIntegration } from '#ports/integration.ts';
import { sentrySettings } from './settings.ts';
import { sentrySource } from './source.ts';

/** Sentry's release health by its API, where an app's SDK sends to Sentry. With a DSN of ours nothing has to be asked. */
export const sentry = defineIntegration({
  id: 'sentry',
  name: 'Sentry',
  connects: 'Sentry: sessions, people, crashes and ANRs by release, environment and hour; markets and systems by day',
  settings: sentrySettings,
  brings: {},
  provides: { health: (settings, tools) => sentrySource(settings, tools) },
});
