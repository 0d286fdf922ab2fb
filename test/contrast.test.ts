import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('../web/styles/tokens.css', import.meta.url), 'utf8');

/** The colours of a theme as the stylesheet has them. */
function tokensOf(theme: 'dark' | 'light', from = css): Map<string, string> {
  const [, block = ''] = new RegExp(`\\[data-theme='${theme}'\\] \\{([^}]*)\\}`).exec(from) ?? [];
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', colour = '']) => [name, colour]));
}

/** Relative luminance: WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.040_45 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** Text, and every surface it is set on. */
const texts: readonly (readonly [string, readonly string[]])[] = [
  ['t1', ['canvas', 'panel', 'raised', 'selected', 'sunk', 'diagram', 'warn-bg', 'stop-bg', 'waive-bg', 'unk-bg', 'ok-bg']],
  ['t2', ['canvas', 'panel', 'raised', 'selected', 'sunk', 'diagram', 'warn-bg', 'stop-bg', 'waive-bg', 'unk-bg']],
  ['t3', ['canvas', 'panel', 'raised', 'diagram', 'warn-bg', 'stop-bg', 'unk-bg']],
  ['ok-text', ['canvas', 'panel', 'ok-bg']],
  ['warn-text', ['canvas', 'panel', 'raised', 'warn-bg', 'diagram']],
  ['stop-text', ['canvas', 'panel', 'raised', 'stop-bg']],
  ['waive-text', ['panel', 'raised', 'waive-bg']],
  ['unk-text', ['panel', 'unk-bg', 'diagram']],
  ['info', ['canvas', 'panel', 'raised']],
  ['btn-ink', ['btn-bg']],
  ['train-ink', ['train-bg']],
  // the filled chip of Stop
  ['lamp-ink', ['stop']],
];
/** Lamps, borders of controls and lines that mean something: 3 to 1. */
const shapes: readonly (readonly [string, readonly string[]])[] = [
  ['ok', ['canvas', 'panel']],
  ['warn', ['canvas', 'panel', 'warn-bg', 'diagram']],
  ['stop', ['canvas', 'panel', 'stop-bg']],
  ['waive', ['canvas', 'panel', 'waive-bg']],
  ['unk', ['canvas', 'panel', 'unk-bg']],
  ['info', ['canvas', 'panel', 'selected']],
  ['ctl', ['canvas', 'panel']],
  ['route', ['diagram', 'panel']],
];

describe.each(['dark', 'light'] as const)('the %s theme', (theme) => {
  const tokens = tokensOf(theme);
  const of = (a: string, b: string): number => {
    const [front, back] = [tokens.get(a), tokens.get(b)];
    if (front === undefined || back === undefined) throw new Error(`tokens.css has no --${front === undefined ? a : b} in ${theme}`);
    return contrast(front, back);
  };
  const pairs = (list: typeof texts) => list.flatMap(([front, backs]) => backs.map((back) => [front, back] as const));

  test.each(pairs(texts))('%s can be read on %s', (front, back) => {
    expect(of(front, back)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(pairs(shapes))('%s can be told from %s', (front, back) => {
    expect(of(front, back)).toBeGreaterThanOrEqual(3);
  });
});

test('the figures of the design hold', () => {
  const dark = tokensOf('dark');
  const light = tokensOf('light');
  const shown = (tokens: Map<string, string>, a: string, b: string): string =>
    contrast(tokens.get(a) ?? '', tokens.get(b) ?? '').toFixed(1);
  expect(shown(dark, 'ok', 'panel')).toBe('8.6');
  expect(shown(dark, 'stop', 'panel')).toBe('6.4');
  expect(shown(light, 'warn', 'panel')).toBe('3.7');
  expect(shown(light, 'warn-text', 'panel')).toBe('6.0');
  expect(shown(light, 'info', 'canvas')).toBe('5.3');
});

test.each(['dark', 'light'] as const)('who asks for more contrast gets no soft text in the %s theme', (theme) => {
  const tokens = new Map([...tokensOf(theme), ...tokensOf(theme, css.slice(css.indexOf('@media (prefers-contrast: more)')))]);
  const of = (name: string): string => tokens.get(name) ?? '#000000';
  for (const front of ['t1', 't2', 't3'])
    for (const back of ['canvas', 'panel', 'raised', 'selected', 'warn-bg', 'stop-bg'])
      expect(contrast(of(front), of(back))).toBeGreaterThan(7);
  for (const front of ['ctl', 'line2', 'route-dim']) expect(contrast(of(front), of('panel'))).toBeGreaterThan(3);
});
