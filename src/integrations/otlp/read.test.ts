import { describe, expect, test } from 'vitest';
import { otlpReader } from './read.ts';
import { otlpSettings } from './settings.ts';

/** Where a point of these attributes belongs. */
function placedBy(resource: Record<string, string>, own: Record<string, string>, settings: object = {}) {
  const attributes = (texts: Record<string, string>) =>
    Object.entries(texts).map(([key, stringValue]) => ({ key, value: { stringValue } }));
  const point = { timeUnixNano: '1728000000000000000', startTimeUnixNano: '1727999940000000000', asInt: '3', attributes: attributes(own) };
  const sum = { aggregationTemporality: 1, isMonotonic: true, dataPoints: [point] };
  const metrics = [{ name: 'app.crashes', sum }];
  const read = otlpReader(otlpSettings.parse(settings)).read(
    Buffer.from(JSON.stringify({ resourceMetrics: [{ resource: { attributes: attributes(resource) }, scopeMetrics: [{ metrics }] }] })),
  );
  if (!read.ok) throw new Error(read.because);
  return read.points.map(({ platform, segments }) => ({ platform, segments }));
}

describe('a backend that relays for apps says their platform outright', () => {
  const backend = { 'service.version': '8.9.2', 'os.type': 'linux', 'os.version': '6.1' };

  test('and its own system is nobody’s', () => {
    expect(placedBy(backend, { 'signalbox.platform': 'android' })).toEqual([{ platform: 'android', segments: [] }]);
    expect(placedBy(backend, { 'signalbox.platform': 'android', 'os.version': '14' })).toEqual([{ platform: 'android', segments: [] }]);
  });

  test('and with the system of the app beside it, that is the segment', () => {
    const own = { 'signalbox.platform': 'android', 'os.name': 'Android', 'os.version': '14' };
    expect(placedBy(backend, own)).toEqual([{ platform: 'android', segments: ['os=Android 14'] }]);
  });
});

test('of two attributes of a dimension the first by its name counts, in whatever order the settings are kept', () => {
  const phone = { 'service.version': '8.9.2', 'os.name': 'iOS', 'device.model.name': 'iPhone 15', 'device.model.identifier': 'iPhone15,4' };
  const kept = { segments: { 'device.model.name': 'device', 'device.model.identifier': 'device' } };
  for (const settings of [{}, kept]) expect(placedBy(phone, {}, settings)).toEqual([{ platform: 'ios', segments: ['device=iPhone15,4'] }]);
});
