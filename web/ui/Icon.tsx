/** Icons: our own set, drawn on a grid of 16 with a line of 1.4. Platforms have glyphs of our own, never a vendor's mark. */
import type { ReactElement } from 'react';

const line = { stroke: 'currentColor', fill: 'none', strokeWidth: 1.4, strokeLinecap: 'round', strokeLinejoin: 'round' } as const;

type Drawing = { box: 16 | 20; paths: ReactElement };

const drawings = {
  logo: {
    box: 20,
    paths: (
      <>
        <rect x="5.5" y="1" width="9" height="18" rx="4.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <circle cx="10" cy="6" r="2.3" style={{ fill: 'var(--ok)' }} />
        <circle cx="10" cy="13.6" r="2.3" style={{ fill: 'var(--line2)' }} />
        <path d="M1 10h4.5M14.5 10H19" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
      </>
    ),
  },
  android: {
    box: 20,
    paths: (
      <>
        <rect {...line} x="5" y="1.5" width="10" height="17" rx="2.2" />
        <circle cx="10" cy="4.3" r=".9" fill="currentColor" />
        <path {...line} d="M8.2 16h3.6" />
      </>
    ),
  },
  ios: {
    box: 20,
    paths: (
      <>
        <rect {...line} x="5" y="1.5" width="10" height="17" rx="3" />
        <rect x="8" y="3.4" width="4" height="1.5" rx=".75" fill="currentColor" />
        <path {...line} d="M8.2 16.2h3.6" />
      </>
    ),
  },
  desktop: {
    box: 20,
    paths: (
      <>
        <rect {...line} x="2" y="3" width="16" height="11" rx="1.8" />
        <path {...line} d="M7 17.5h6M10 14v3.5" />
      </>
    ),
  },
  room: {
    box: 16,
    paths: (
      <>
        <path {...line} d="M1.500 12h13M3.500 12L8 4.500h6.500" />
        <circle cx="11" cy="4.500" r="1.900" {...line} style={{ fill: 'var(--canvas)' }} />
        <circle cx="9.500" cy="12" r="1.900" {...line} style={{ fill: 'var(--canvas)' }} />
      </>
    ),
  },
  build: {
    box: 16,
    paths: (
      <>
        <path {...line} d="M8 1.8l5.6 3v6.4L8 14.2l-5.6-3V4.8z" />
        <path {...line} d="M2.6 5L8 7.8 13.4 5M8 7.8v6.2" />
      </>
    ),
  },
  health: {
    box: 16,
    paths: (
      <>
        <path {...line} d="M1.500 8.500h3l2-5 3 9 2-4h3" />
      </>
    ),
  },
  settings: {
    box: 16,
    paths: (
      <>
        <path {...line} d="M2 4.5h6.5M12 4.5h2M2 11.5h2M7.5 11.5H14" />
        <circle {...line} cx="10.2" cy="4.5" r="1.7" />
        <circle {...line} cx="5.7" cy="11.5" r="1.7" />
      </>
    ),
  },
  list: {
    box: 16,
    paths: (
      <>
        <path {...line} d="M5.5 4h8M5.5 8h8M5.5 12h8M2.3 4h.01M2.3 8h.01M2.3 12h.01" />
      </>
    ),
  },
  robot: {
    box: 16,
    paths: (
      <>
        <rect {...line} x="2.5" y="5" width="11" height="8" rx="2.2" />
        <path {...line} d="M8 5V2.6M1 8.300v1.600M15 8.300v1.600" />
        <circle cx="5.900" cy="9" r="1" fill="currentColor" />
        <circle cx="10.100" cy="9" r="1" fill="currentColor" />
      </>
    ),
  },
  moon: {
    box: 16,
    paths: (
      <>
        <path {...line} d="M13.500 9.600A5.800 5.800 0 0 1 6.400 2.500a5.800 5.800 0 1 0 7.100 7.100z" />
      </>
    ),
  },
  sun: {
    box: 16,
    paths: (
      <>
        <circle {...line} cx="8" cy="8" r="3" />
        <path
          {...line}
          d="M8 1.500v1.300M8 13.200v1.300M1.500 8h1.300M13.200 8h1.300M3.400 3.400l.9.9M11.700 11.700l.9.9M3.400 12.600l.9-.9M11.700 4.300l.9-.9"
        />
      </>
    ),
  },
  external: {
    box: 16,
    paths: (
      <>
        <path {...line} d="M6 3.500H3.500v9h9V10M9 3h4v4M12.800 3.200L7.500 8.500" />
      </>
    ),
  },
  chevron: {
    box: 16,
    paths: (
      <>
        <path {...line} d="M5 6.500L8 9.500l3-3" />
      </>
    ),
  },
  pause: {
    box: 16,
    paths: (
      <>
        <path d="M4.500 3h2.200v10H4.500zM9.300 3h2.200v10H9.300z" fill="currentColor" />
      </>
    ),
  },
  person: {
    box: 16,
    paths: (
      <>
        <circle {...line} cx="8" cy="5.200" r="2.700" />
        <path {...line} d="M2.800 13.800c.4-2.900 2.400-4.400 5.200-4.400s4.800 1.500 5.200 4.400" />
      </>
    ),
  },
  clock: {
    box: 16,
    paths: (
      <>
        <circle {...line} cx="8" cy="8" r="6" />
        <path {...line} d="M8 4.600V8l2.300 1.600" />
      </>
    ),
  },
  merge: {
    box: 16,
    paths: (
      <>
        <circle {...line} cx="4" cy="3.500" r="1.700" />
        <circle {...line} cx="4" cy="12.500" r="1.700" />
        <circle {...line} cx="12" cy="8" r="1.700" />
        <path {...line} d="M4 5.200v5.600M4 5.400C4.500 7.500 7 8 10.300 8" />
      </>
    ),
  },
  store: {
    box: 16,
    paths: (
      <>
        <path {...line} d="M2.500 6.500v6a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-6M1.500 6.200L3 2.500h10l1.500 3.700H1.500z" />
      </>
    ),
  },
  shield: {
    box: 16,
    paths: (
      <>
        <path {...line} d="M8 1.800l5 1.800v4c0 3-2 5.300-5 6.600-3-1.300-5-3.600-5-6.600v-4z" />
      </>
    ),
  },
  back: {
    box: 16,
    paths: (
      <>
        <path {...line} d="M10 3L5 8l5 5" />
      </>
    ),
  },
  'sign-off': {
    box: 16,
    paths: (
      <>
        <rect {...line} x="2" y="2" width="12" height="12" rx="2.5" />
        <path {...line} d="M5.2 8.2l2 2 3.8-4.2" />
      </>
    ),
  },
  bug: {
    box: 16,
    paths: (
      <>
        <path {...line} d="M2 9.5l1.8-6a1 1 0 0 1 1-.8h6.4a1 1 0 0 1 1 .8l1.8 6v3a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1z" />
        <path {...line} d="M2 9.5h3.4l1 1.8h3.2l1-1.8H14" />
      </>
    ),
  },
  team: {
    box: 16,
    paths: (
      <>
        <circle {...line} cx="6" cy="5.2" r="2.4" />
        <path
          {...line}
          d="M1.8 13.2c.3-2.5 2-3.9 4.2-3.9s3.900 1.400 4.200 3.900M10.400 3.100a2.300 2.300 0 0 1 0 4.200M12 9.800c1.300.6 2 1.800 2.200 3.400"
        />
      </>
    ),
  },
  code: {
    box: 16,
    paths: (
      <>
        <circle {...line} cx="4" cy="3.5" r="1.7" />
        <circle {...line} cx="4" cy="12.5" r="1.7" />
        <circle {...line} cx="12" cy="5.5" r="1.7" />
        <path {...line} d="M4 5.2v5.6M12 7.2c0 2.6-4 2-7 3.8" />
      </>
    ),
  },
  tag: {
    box: 16,
    paths: (
      <>
        <path {...line} d="M2 2.5h5.2l6.6 6.6a1.2 1.2 0 0 1 0 1.7l-3 3a1.2 1.2 0 0 1-1.7 0L2.5 7.2z" />
        <circle cx="5.2" cy="5.6" r=".9" fill="currentColor" />
      </>
    ),
  },
  changes: {
    box: 16,
    paths: (
      <>
        <circle {...line} cx="4" cy="3.5" r="1.7" />
        <circle {...line} cx="4" cy="12.5" r="1.7" />
        <circle {...line} cx="12" cy="5.5" r="1.7" />
        <path {...line} d="M4 5.2v5.6M12 7.2c0 2.6-4 2-7 3.8" />
      </>
    ),
  },
  search: {
    box: 16,
    paths: (
      <>
        <circle {...line} cx="7" cy="7" r="4.300" />
        <path {...line} d="M10.200 10.200L14 14" />
      </>
    ),
  },
  check: { box: 16, paths: <path {...line} d="M3.5 8.5l3 3 6-7" /> },
  cross: { box: 16, paths: <path {...line} d="M4 4l8 8M12 4l-8 8" /> },
  halt: { box: 16, paths: <path {...line} d="M5.3 1.8h5.4l3.5 3.5v5.4l-3.5 3.5H5.3l-3.5-3.5V5.3zM6.2 5.6v4.8M9.8 5.6v4.8" /> },
  play: { box: 16, paths: <path {...line} d="M4.500 3l8 5-8 5z" /> },
  plug: {
    box: 16,
    paths: <path {...line} d="M5.500 1.800v3M10.500 1.800v3M3.800 4.800h8.400v2.400a4.200 4.200 0 0 1-8.400 0zM8 11.400v2.800" />,
  },
  keyboard: {
    box: 16,
    paths: (
      <>
        <rect {...line} x="1.500" y="4" width="13" height="8.500" rx="1.800" />
        <path {...line} d="M4 6.800h.01M6.700 6.800h.01M9.300 6.800h.01M12 6.800h.01M4.500 9.800h7" />
      </>
    ),
  },
  signout: { box: 16, paths: <path {...line} d="M6.500 2.500h-3v11h3M10 5l3 3-3 3M13 8H6" /> },
  info: {
    box: 16,
    paths: (
      <>
        <circle {...line} cx="8" cy="8" r="6" />
        <path {...line} d="M8 7.400v3.400M8 5.200v.01" />
      </>
    ),
  },
  channel: { box: 16, paths: <path {...line} d="M6.500 2L4.500 14M11.500 2l-2 12M2.500 5.500h12M1.500 10.500h12" /> },
  key: {
    box: 16,
    paths: (
      <>
        <circle {...line} cx="5.200" cy="10.800" r="3" />
        <path {...line} d="M7.400 8.600L13.500 2.500M10.500 5.500l2 2" />
      </>
    ),
  },
  filter: { box: 16, paths: <path {...line} d="M2 3.500h12M4.500 8h7M6.800 12.500h2.400" /> },
  rows: { box: 16, paths: <path {...line} d="M2.500 3.500h11M2.500 8h11M2.500 12.500h11" /> },
} as const satisfies Record<string, Drawing>;

export type IconName = keyof typeof drawings;

/** An icon beside words that say the same; by itself it is hidden from screen readers. `size` in pixels. */
export function Icon({ name, size = 16, className }: { name: IconName; size?: number; className?: string | undefined }) {
  const { box, paths } = drawings[name];
  return (
    <svg viewBox={`0 0 ${box} ${box}`} width={size} height={size} aria-hidden="true" className={className}>
      {paths}
    </svg>
  );
}

/** The glyph of a platform: phones and screens, always shown beside its name. */
export function platformIcon(platform: string): IconName {
  if (platform === 'ios') return 'ios';
  return /desktop|mac|windows|linux|web|tv/.test(platform) ? 'desktop' : 'android';
}
