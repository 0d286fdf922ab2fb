/** What Google Play's dimensions are called as segments (Reporting API, vitals.crashrate, "Supported dimensions"). */
import { isSegment } from '#domain/health/rollup.ts';
import type { PlaySettings } from './settings.ts';

export type SegmentName = PlaySettings['segments'][number];

export const DIMENSIONS: Readonly<Record<SegmentName, string>> = { country: 'countryCode', os: 'apiLevel', device: 'deviceModel' };

/** There are thousands of models, most of them of next to nobody: of each build those with the most people are told. */
export const MOST_DEVICES = 50;

/** Levels of Android's API whose version is not the number before them (developer.android.com, "Platform codenames, versions, API levels"). */
const VERSIONS: Readonly<Record<string, string>> = {
  21: '5',
  22: '5.1',
  23: '6',
  24: '7',
  25: '7.1',
  26: '8',
  27: '8.1',
  28: '9',
  29: '10',
  30: '11',
  31: '12',
  32: '12L',
  33: '13',
  34: '14',
  35: '15',
  36: '16',
};

/** `country=BR`, `os=Android 14`, `device=google/coral`; a level that is newer than this table keeps its number. Null: Play does not know it. */
export function segmentOf(name: SegmentName, value: string): string | null {
  switch (name) {
    case 'country':
      return /^[A-Z]{2}$/.test(value) ? `country=${value}` : null;
    case 'os':
      if (!/^[1-9]\d{0,2}$/.test(value)) return null;
      return Object.hasOwn(VERSIONS, value) ? `os=Android ${VERSIONS[value] ?? ''}` : `os=Android API ${value}`;
    case 'device':
      return /^[^/]+\/[^/]+$/.test(value) && isSegment(`device=${value}`) ? `device=${value}` : null;
    default:
      return name satisfies never;
  }
}
