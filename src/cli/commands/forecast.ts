/** `signalbox forecast`: when each track is expected at the stations ahead, and why then. */
import { Command } from 'commander';
import type { Client } from '#api/client.ts';
import type { ControlRoom, TrackHead } from '#api/control-room.ts';
import { dayAndTime } from '#domain/calendar/words.ts';
import { ON_PLAN_MS } from '#domain/insights/lateness.ts';
import { inWords } from '#domain/time.ts';
import { ask } from '../ask.ts';
import type { Parts, Said, TrackName } from '../ask.ts';
import { EXIT_HELP } from '../exit-codes.ts';
import { speakThrough } from '../output.ts';
import type { Io } from '../output.ts';
import { UsageError } from '../settings.ts';
import { plain, tableLines } from '../table.ts';

export function forecastCommand(io: Io, parts: Parts): Command {
  const command = new Command('forecast')
    .description('say when each track is expected at the stations ahead, and why then')
    .argument('<app[/version[/platform]]>', 'music, music/8.9.2 or music/8.9.2/ios')
    .option('--json', 'print JSON')
    .addHelpText('after', EXIT_HELP)
    .action((name: string, options: { json?: boolean }) =>
      ask(io, parts, options, async ({ client, paint }): Promise<Said> => {
        const [app = '', version, platform, ...rest] = name.split('/');
        if (app === '' || rest.length > 0)
          throw new UsageError(`"${name}" names no app, release or track: write music, music/8.9.2 or music/8.9.2/ios`);
        const room = await client.getControlRoom({ params: { app } });
        const tracks = room.tracks.filter(
          (track) =>
            track.forecast !== null &&
            (version === undefined || track.version === version) &&
            (platform === undefined || track.platform === platform),
        );
        if (tracks.length === 0 && version !== undefined)
          throw new UsageError(
            `no track of ${name} is alive: ${[...new Set(room.tracks.map(({ id }) => id))].join(', ') || 'there is none'}`,
          );
        const json = tracks.map(({ id, stage, station, planned, forecast, lateMs }) => ({
          track: id,
          stage,
          station,
          planned,
          forecast,
          lateMs,
        }));
        const rows = tracks.flatMap((track) => forecastRows(track, room));
        return { lines: tableLines(['TRACK', 'STATION', 'EXPECTED', 'BECAUSE'], rows, paint), json };
      }),
    );
  return speakThrough(command, io);
}

function forecastRows(track: TrackHead, room: ControlRoom): string[][] {
  const name = `${track.version}/${track.platform}`;
  const stations = track.forecast?.stations ?? [];
  if (stations.length === 0) return [[name, track.station, '', plain(nothingAhead(track))]];
  return stations.map(({ station, at, because }, place) => [
    place === 0 ? name : '',
    station,
    `~ ${dayAndTime(at, room.app.timezone, room.at)}${station === '100%' ? lateness(track) : ''}`,
    plain(because),
  ]);
}

function nothingAhead(track: TrackHead): string {
  return track.stage === 'released' ? 'everyone has it' : track.stage === 'halted' ? 'halted: a person resumes it' : 'nothing tells';
}

/** `, 26 h late`, `, 55 min early`; nothing without a plan. */
function lateness(track: TrackHead): string {
  const late = track.forecast?.finish?.lateMs ?? null;
  if (late === null || Math.abs(late) < ON_PLAN_MS) return late === null ? '' : ', on plan';
  return late > 0 ? `, ${inWords(late)} late` : `, ${inWords(-late)} early`;
}

/** `Forecast: 100% ~ Thu 11:00, 26 h late (soak ends Thu 11:00)`; null where nothing is foretold. */
export function finishLine(track: TrackHead, room: Pick<ControlRoom, 'app' | 'at'>): string | null {
  const finish = track.forecast?.finish ?? null;
  if (finish === null || track.stage === 'released') return null;
  return `Forecast: 100% ~ ${dayAndTime(finish.at, room.app.timezone, room.at)}${lateness(track)} (${plain(finish.because)})`;
}

/** The forecast line of one track, as beside its plan and its explanation. */
export async function finishLines(client: Client, { app, version, platform }: TrackName): Promise<string[]> {
  const room = await client.getControlRoom({ params: { app } });
  const track = room.tracks.find((each) => each.version === version && each.platform === platform);
  const line = track === undefined ? null : finishLine(track, room);
  return line === null ? [] : [line];
}
