import { defineIntegration } from '#ports/integration.ts';
import { playSettings } from './settings.ts';
import { playSource } from './source.ts';

/** Google Play's vitals by its Reporting API: the shares of people who had a crash or an ANR, by version code. */
export const playVitals = defineIntegration({
  id: 'play-vitals',
  name: 'Play vitals',
  connects: 'Google Play: the shares of people with a crash or an ANR, by build, market and version of Android',
  settings: playSettings,
  brings: {},
  provides: { health: (settings, tools) => playSource(settings, tools) },
});
