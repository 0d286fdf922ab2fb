import { defineIntegration } from '#ports/integration.ts';
import { otlpReader } from './read.ts';
import { otlpSettings } from './settings.ts';

/** Metrics that an app's own OpenTelemetry exporter sends here. Nothing is asked of anybody; a connection says what its metrics are called. */
export const otlp = defineIntegration({
  id: 'otlp',
  name: 'OpenTelemetry',
  connects: 'Metrics that the OpenTelemetry exporter of an app sends here, where they are not called as usual',
  settings: otlpSettings,
  reaches: () => ({ hosts: [], paths: [] }),
  brings: {},
  provides: { metrics: otlpReader },
});
