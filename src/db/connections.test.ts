import { expect, test } from 'vitest';
import { keyringOfSecret } from '#lib/keyring.ts';
import { openSettings, sealSettings } from './connections.ts';

const key = keyringOfSecret('the secret of this instance');
const settings = { url: 'https://play.example.com', account: { email: 'a@example.com', key: 'hidden' }, note: null };

test('secret settings are sealed, and open again with the same key in the same place', () => {
  const sealed = sealSettings(key, 'con_1', settings, ['account', 'note']);
  expect(JSON.stringify(sealed)).not.toContain('hidden');
  expect(sealed).toMatchObject({ url: settings.url, note: null });
  expect(openSettings(key, 'con_1', sealed)).toEqual(settings);
});

test('another key, another connection or a changed text does not open them, and the error says which', () => {
  const sealed = sealSettings(key, 'con_1', settings, ['account']);
  expect(() => openSettings(keyringOfSecret('another secret'), 'con_1', sealed)).toThrow('the secret "account" of connection con_1');
  expect(() => openSettings(key, 'con_2', sealed)).toThrow('con_2');
  const text = (sealed['account'] as { sealed: string }).sealed;
  const changed = { account: { sealed: `${text.slice(0, -8)}${text.at(-8) === 'A' ? 'B' : 'A'}${text.slice(-7)}` } };
  expect(() => openSettings(key, 'con_1', changed)).toThrow('cannot be opened');
});
