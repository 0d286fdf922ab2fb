import { expect, test } from 'vitest';
import { cookieSettings } from './accounts.ts';

test('over https cookies are for this host alone and for https alone; on plain http they can be neither', () => {
  expect(cookieSettings('https://box.example.com')).toEqual({
    cookiePrefix: '__Host-signalbox',
    useSecureCookies: false,
    defaultCookieAttributes: { sameSite: 'lax', httpOnly: true, path: '/', secure: true },
  });
  for (const plain of [null, 'http://box.example.com'])
    expect(cookieSettings(plain)).toMatchObject({
      cookiePrefix: 'signalbox',
      defaultCookieAttributes: { secure: false, httpOnly: true, sameSite: 'lax' },
    });
});
