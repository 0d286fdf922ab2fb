/** The script of the shared worker: it holds the streams of all tabs of this browser. A tab that closes, is frozen or crashes takes none with it. */
import { createHub } from './hub.ts';
import { openLine } from './line.ts';
import type { Said, Told } from './news.ts';
import { TURN_MS } from './places.ts';

const hub = createHub(openLine, Date.now);

globalThis.addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (port === undefined) return;
  const tab = { tell: (told: Told) => port.postMessage(told) };
  port.addEventListener('message', ({ data }: MessageEvent<Said>) => hub.hear(tab, data));
  port.start();
});

setInterval(() => hub.turn(), TURN_MS);
