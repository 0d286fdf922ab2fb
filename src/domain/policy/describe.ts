/** What the grammar says of its keys: the one source of `policy defaults` and of the reference page. */
import { z } from 'zod';
import { clock } from '../calendar/zone.ts';
import { daysInWords } from '../calendar/windows.ts';
import { type Process, stepNames } from './processes.ts';
import { unwrapped } from './schema.ts';
import type { Window } from './track-policy.ts';

/**
 * One key: its sentence, its default as it would be written (undefined where it may be left out and then has none), the keys inside it,
 * and, where names of the user's own stand in it, the keys inside each of those.
 */
export type KeyWords = {
  key: string;
  sentence: string;
  written: unknown;
  /** The words it may be, where these are counted. */
  values: readonly string[];
  inner: readonly KeyWords[];
  each: readonly KeyWords[];
};

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** The keys of a map, in the order in which the grammar has them. */
export function keyWords(shape: Shape): KeyWords[] {
  return Object.entries(shape).map(([key, schema]) => {
    const schemas = unwrapped(schema);
    return {
      key,
      sentence: sentenceOf(schema),
      written: writtenDefault(schema),
      values: schemas.flatMap(valuesOf),
      inner: shapeAmong(schemas),
      each: eachAmong(schemas),
    };
  });
}

function valuesOf(schema: z.core.$ZodType): string[] {
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  return schema instanceof z.ZodArray ? unwrapped(schema.element).flatMap(valuesOf) : [];
}

/** The ways to write a key of which there are several, by the word that tells them apart: the schemes of versions. */
export function waysToWrite(schema: z.core.$ZodType, tell: string): { way: string; keys: readonly KeyWords[] }[] {
  const objects = unwrapped(schema).filter((each) => each instanceof z.ZodObject);
  return objects.map(({ shape }: { shape: Shape }) => {
    const literal = shape[tell];
    const way = literal instanceof z.ZodLiteral ? [...literal.values].join(', ') : tell;
    return { way, keys: keyWords(shape).filter(({ key }) => key !== tell) };
  });
}

function sentenceOf(schema: z.core.$ZodType): string {
  return schema instanceof z.ZodType ? (schema.description ?? '') : '';
}

/** A default as a policy writes it: lengths of time with their unit. */
function writtenDefault(schema: z.core.$ZodType): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return schema.def.defaultValue;
  return schema instanceof z.ZodNullable || schema instanceof z.ZodPipe
    ? writtenDefault(schema instanceof z.ZodPipe ? schema.def.in : schema.def.innerType)
    : undefined;
}

/** The keys inside, where there is one way to write them and each has its sentence. */
function shapeAmong(schemas: readonly z.core.$ZodType[]): KeyWords[] {
  const objects = schemas.filter((schema) => schema instanceof z.ZodObject);
  const [only] = objects;
  if (!only || objects.length > 1) return [];
  const keys = keyWords(only.shape);
  return keys.every(({ sentence }) => sentence !== '') ? keys : [];
}

function eachAmong(schemas: readonly z.core.$ZodType[]): KeyWords[] {
  const record = schemas.find((schema) => schema instanceof z.ZodRecord);
  return record ? shapeAmong(unwrapped(record.valueType)) : [];
}

/** The settings of a criterion's own. */
export function settingWords(settings: z.core.$ZodType): KeyWords[] {
  return shapeAmong(unwrapped(settings));
}

/** A window as a policy writes it. */
export function writtenWindow(window: Window | 'any'): unknown {
  if (window === 'any') return window;
  return { days: daysInWords(window.days).replaceAll('–', '-'), hours: `${clock(window.from)}-${clock(window.to)}` };
}

/** A process as the keys of a policy that would say the same. */
export function writtenProcess(told: Process): Readonly<Record<string, unknown>> {
  const before = stepNames.flatMap((step): [string, unknown][] => {
    const entries = told.before[step];
    return entries ? [[step, entries]] : [];
  });
  const windows = Object.entries(told.windows).map(([step, window]): [string, unknown] => [step, writtenWindow(window)]);
  return {
    before: Object.fromEntries(before),
    'halts-while-rolling-out': told.haltsWhileRollingOut,
    'watch-while': told.watchWhile,
    robot: told.robot,
    windows: Object.fromEntries(windows),
    'sign-offs': told.signOffs,
    watch: told.watch,
    rows: told.rows.map(({ title, instances }) => ({ [title]: instances })),
  };
}
