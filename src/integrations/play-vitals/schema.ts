/** What the Reporting API sends, as far as it is used. */
import { z } from 'zod';

export const dateTime = z.object({
  year: z.int(),
  month: z.int().min(1).max(12),
  day: z.int().min(1).max(31),
  hours: z.int().min(0).max(24).default(0),
  timeZone: z.object({ id: z.string().optional() }).optional(),
});
export type DateTime = z.infer<typeof dateTime>;

export const metricSet = z.object({
  freshnessInfo: z
    .object({ freshnesses: z.array(z.object({ aggregationPeriod: z.string(), latestEndTime: dateTime.optional() })).default([]) })
    .optional(),
});

export const queryAnswer = z.object({
  rows: z
    .array(
      z.object({
        startTime: dateTime,
        dimensions: z
          .array(z.object({ dimension: z.string(), int64Value: z.string().optional(), stringValue: z.string().optional() }))
          .default([]),
        metrics: z
          .array(z.object({ metric: z.string(), decimalValue: z.object({ value: z.string().default('') }).optional() }))
          .default([]),
      }),
    )
    .default([]),
  nextPageToken: z.string().optional(),
});
export type QueryRow = z.infer<typeof queryAnswer>['rows'][number];

export const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().default(3600) });
