import { describe, expect, test } from 'vitest';
import {
  factsOf,
  fieldsOf,
  foldOf,
  isRead,
  labelOf,
  missingIn,
  optionName,
  portName,
  portsOf,
  sentences,
  settingsOf,
  textsOf,
} from './form-model.ts';

const schema = {
  type: 'object',
  properties: {
    repo: { type: 'string', description: 'A directory or an address' },
    token: { type: 'string', secret: true },
    trainParts: { type: 'integer' },
    tagGrammar: { type: 'array', items: { type: 'string' } },
    cutPolicy: { type: 'string', enum: ['first-parent', 'merge-base'] },
    apps: { type: 'object', additionalProperties: { type: 'string' }, default: {} },
    write: { type: 'boolean', default: false },
    platform: { type: 'string', platform: true },
    segments: { type: 'array', items: { enum: ['country', 'os'] }, default: ['country', 'os'] },
  },
  required: ['repo', 'write'],
};
const fields = fieldsOf(schema);
const filled = {
  ...textsOf(fields, null),
  repo: ' https://git.example.com/music.git ',
  trainParts: '2',
  tagGrammar: '^v1\n\n^v2',
  apps: 'music = music-demo',
  write: 'true',
};

describe('the form of an integration', () => {
  test('has a field for each setting of its schema, and asks for those that have no default', () => {
    expect(fields.map(({ label, kind, required }) => `${label}: ${kind}${required ? ', needed' : ''}`)).toEqual([
      'Repo: text, needed',
      'Token: secret',
      'Train parts: number',
      'Tag grammar: lines',
      'Cut policy: choice',
      'Apps: record',
      'Write: switch',
      'Platform: platform',
      'Segments: several',
    ]);
    expect(labelOf('cutPolicy')).toBe('Cut policy');
    expect(['os', 'else'].map(optionName)).toEqual(['System', 'Else']);
  });

  test('sends each value as its schema has it, and leaves out what is empty', () => {
    expect(settingsOf(fields, filled)).toEqual({
      repo: 'https://git.example.com/music.git',
      trainParts: 2,
      tagGrammar: ['^v1', '^v2'],
      apps: { music: 'music-demo' },
      write: true,
      segments: ['country', 'os'],
    });
  });

  test('names the settings of a connection as it does itself, in its order, those that it does not know after them', () => {
    const named = { ...schema, properties: { ...schema.properties, write: { type: 'boolean', title: 'May write' } } };
    expect(
      factsOf(named, {
        else: 1,
        write: false,
        apps: { music: 'a', pods: 'b' },
        tagGrammar: [],
        segments: ['os'],
        repo: 'r',
        cutPolicy: null,
      }),
    ).toEqual([
      { label: 'Repo', value: 'r' },
      { label: 'Apps', value: 'music = a, pods = b' },
      { label: 'May write', value: 'no' },
      { label: 'Segments', value: 'System' },
      { label: 'Else', value: '1' },
    ]);
  });

  test('has what is usual in a fold, and a list that is emptied stays empty', () => {
    expect(foldOf(fields).usual.map(({ name }) => name)).toEqual(['apps', 'write', 'segments']);
    const usual = fields.filter(({ isUsual }) => isUsual);
    expect(foldOf(usual)).toEqual({ asked: usual, usual: [] });
    expect(settingsOf(fields, { ...filled, segments: '', tagGrammar: '' })).toMatchObject({ segments: [] });
    expect(settingsOf(fields, { ...filled, tagGrammar: '' })).not.toHaveProperty('tagGrammar');
  });

  test('begins with the settings of a connection, and never with a secret', () => {
    const settings = settingsOf(fields, filled);
    const texts = textsOf(fields, { ...settings, token: '(hidden)' });
    expect(texts['token']).toBe('');
    expect(settingsOf(fields, texts)).toEqual(settings);
  });

  test.each([
    [{ repo: '' }, 'Repo is needed.'],
    [{ trainParts: 'two' }, 'Train parts is a number.'],
    [{ apps: 'music' }, 'Apps is a name, an equals sign and a value in each line.'],
    [{}, null],
  ])('says what is missing: %o', (part, says) => {
    expect(missingIn(fields, { ...filled, ...part }, { isOld: false })).toBe(says);
  });

  test('asks for a secret that is needed only while there is none', () => {
    const sealed = fieldsOf({ ...schema, required: ['repo', 'token'] });
    expect(missingIn(sealed, filled, { isOld: false })).toBe('Token is needed.');
    expect(missingIn(sealed, filled, { isOld: true })).toBeNull();
    expect(missingIn(sealed, { ...filled, repo: '' }, { isOld: true })).toBe('Repo is needed.');
  });
});

test('a connection that names no ports serves all that there are', () => {
  expect([portsOf({ serves: [] }, ['chat', 'tracker']), portsOf({ serves: ['chat'] }, ['chat', 'tracker'])]).toEqual([
    ['chat', 'tracker'],
    ['chat'],
  ]);
});

test('a connection for chat or metrics alone is not read', () => {
  expect([['chat', 'metrics'], ['chat', 'tracker'], ['health']].map(isRead)).toEqual([false, true, true]);
});

test('ports are called as people call them', () => {
  expect([portName('gitHost'), portName('storefront:google-play'), portName('else')]).toEqual(['Code', 'Stores (google-play)', 'else']);
});

test('the parts of a hint are sentences', () => {
  expect(sentences('How tags are read', null, 'One a line.')).toBe('How tags are read. One a line.');
});
