/** `signalbox status`, `plan`, `explain`: where each track is, what the robot would do, and why. */
import { Command } from 'commander';
import type { ControlRoom } from '#api/control-room.ts';
import { allPages, ask, trackOf } from '../ask.ts';
import type { Parts, Said } from '../ask.ts';
import { EXIT_HELP, exits } from '../exit-codes.ts';
import { speakThrough } from '../output.ts';
import { finishLine, finishLines } from './forecast.ts';
import type { Io } from '../output.ts';
import { cellLines, planLines, roomLines } from '../say.ts';
import { plain } from '../table.ts';

type Json = { json?: boolean };

export function statusCommand(io: Io, parts: Parts): Command {
  const command = new Command('status')
    .description('say where each track stands and what holds it; exit code 1 when a track is held')
    .argument('[app]', 'one app; all when not said')
    .option('--json', 'print JSON')
    .addHelpText('after', EXIT_HELP)
    .action((app: string | undefined, options: Json) =>
      ask(io, parts, options, async ({ client, paint }): Promise<Said> => {
        const apps =
          app === undefined ? (await allPages((cursor) => client.listApps({ query: { cursor, limit: 200 } }))).map(({ id }) => id) : [app];
        const rooms = [];
        for (const id of apps) rooms.push(await client.getControlRoom({ params: { app: id } }));
        const held = rooms.some((room) =>
          room.tracks.some(({ signal, stage }) => signal.is === 'held' || signal.is === 'blind' || stage === 'halted'),
        );
        const lines =
          rooms.length === 0
            ? ['There is no app yet: signalbox app create']
            : rooms.flatMap((room, at) => [...(at === 0 ? [] : ['']), ...roomLines(room, parts.now(), paint), ...forecastsOf(room)]);
        return { lines, json: app === undefined ? rooms : rooms[0], code: held ? exits.no : exits.ok };
      }),
    );
  return speakThrough(command, io);
}

export function planCommand(io: Io, parts: Parts): Command {
  const command = new Command('plan')
    .description('say what the robot would do now, changing nothing')
    .argument('<track>', 'app/version/platform')
    .option('--json', 'print JSON')
    .addHelpText('after', EXIT_HELP)
    .action((track: string, options: Json) =>
      ask(io, parts, options, async ({ client, paint }) => {
        const plan = await client.getPlan({ params: trackOf(track) });
        const ahead = options.json === true ? [] : await finishLines(client, trackOf(track));
        return { lines: [...planLines(plan, parts.now(), paint), ...ahead], json: plan };
      }),
    );
  return speakThrough(command, io);
}

export function explainCommand(io: Io, parts: Parts): Command {
  const command = new Command('explain')
    .description('say in words what holds a track and who can clear it; exit code 1 when something holds it')
    .argument('<track>', 'app/version/platform')
    .argument('[criterion]', 'one criterion, with everything that is known of it')
    .option('--json', 'print JSON')
    .addHelpText('after', EXIT_HELP)
    .action((track: string, criterion: string | undefined, options: Json) =>
      ask(io, parts, options, async ({ client, paint }): Promise<Said> => {
        const explanation = await client.explainTrack({ params: trackOf(track), query: { criterion } });
        const holds = explanation.cells.some(({ holds: step }) => step !== null);
        const lines =
          criterion === undefined
            ? explanation.sentences.map(plain)
            : explanation.cells.flatMap((cell) => cellLines(cell, parts.now(), paint));
        return { lines, json: explanation, code: holds ? exits.no : exits.ok };
      }),
    );
  return speakThrough(command, io);
}

/** A line for each track of which something is foretold. */
function forecastsOf(room: ControlRoom): string[] {
  const lines = room.tracks.flatMap((track) => {
    const line = finishLine(track, room);
    return line === null ? [] : [`  ${track.version}/${track.platform}: ${line.replace('Forecast: ', '')}`];
  });
  return lines.length === 0 ? [] : ['', 'Forecast', ...lines];
}
