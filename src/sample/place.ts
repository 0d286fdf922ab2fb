/** Where a sample lives on the disk of this process: its sandbox world in a file, its repository in a folder, and how far it has been played. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Instant } from '#domain/time.ts';
import { readState, writeState } from '#integrations/sandbox/file.ts';
import { createWorld } from '#integrations/sandbox/world/world.ts';
import type { World } from '#integrations/sandbox/world/world.ts';
import { openRepository } from './repository.ts';
import type { Repository } from './repository.ts';
import { variantNames } from './variants.ts';

const progressSchema = z.object({
  format: z.literal(1),
  app: z.string(),
  variant: z.enum(variantNames),
  /** How many beats of the story have happened. */
  played: z.int().min(0),
  /** Machine speed at which the story goes on; 0 stands. */
  speed: z.number().min(0),
});
export type Progress = z.infer<typeof progressSchema>;

/** A sample's own place. Nothing of it is reachable from outside of this process. */
export type Place = {
  app: string;
  world: World;
  repository: Repository;
  progress(): Progress;
  /** Writes down how far it has come, and the world as it is then. */
  keep(progress: Progress): void;
  /** Sets the clock of the world. It does not go back. */
  turnTo(at: Instant): void;
};

export type Places = {
  /** The place of an app's sample; null where this process has none. */
  of(app: string): Place | null;
  /** Begins a place. What stood under this name is thrown away. */
  begin(app: string, variant: Progress['variant'], at: Instant): Place;
  remove(app: string): void;
  /** The apps that have a place here. */
  apps(): readonly string[];
};

/**
 * The places of samples under a folder.
 *
 * @param folder `sample` in the data directory
 */
export function openPlaces(folder: string): Places {
  const open = new Map<string, Place>();
  const home = (app: string): string => join(folder, app);

  function enter(app: string, progress: Progress, at: Instant): Place {
    const files = { world: join(home(app), 'world.json'), progress: join(home(app), 'progress.json') };
    let now = at;
    let held = progress;
    const state = readState(files.world);
    const world = createWorld({ machineTime: () => now, ...(state === null ? {} : { state }) });
    const place: Place = {
      app,
      world,
      repository: openRepository(join(home(app), 'repository.git')),
      progress: () => held,
      keep(next) {
        held = next;
        writeState(files.world, world.state());
        writeWhole(files.progress, JSON.stringify(next));
      },
      turnTo(to) {
        if (to > now) now = to;
      },
    };
    open.set(app, place);
    return place;
  }

  return {
    of(app) {
      const there = open.get(app);
      if (there !== undefined) return there;
      const progress = /^[a-z0-9][a-z0-9-]*$/.test(app) ? readProgress(join(home(app), 'progress.json')) : null;
      return progress === null ? null : enter(app, progress, new Date(0).toISOString());
    },
    begin(app, variant, at) {
      open.delete(app);
      rmSync(home(app), { recursive: true, force: true });
      mkdirSync(home(app), { recursive: true, mode: 0o700 });
      return enter(app, { format: 1, app, variant, played: 0, speed: 0 }, at);
    },
    remove(app) {
      open.delete(app);
      rmSync(home(app), { recursive: true, force: true });
    },
    apps: () => (existsSync(folder) ? readdirSync(folder).filter((app) => existsSync(join(home(app), 'progress.json'))) : []),
  };
}

function readProgress(file: string): Progress | null {
  if (!existsSync(file)) return null;
  const read = progressSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!read.success) throw new Error(`${file} is not what a sample writes down: remove the sample and make it again`);
  return read.data;
}

/** After any crash the file holds the old text or the new one. */
function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
