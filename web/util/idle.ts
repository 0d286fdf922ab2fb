/** The first moments after the page is drawn are its reader's. */
const RESTS_FOR_MS = 1_000;
const LATEST_MS = 3_000;

/**
 * Does something once the page is loaded, is drawn in its own fonts, and the browser has nothing better to do: nothing of what is fetched so comes before
 * what is looked at. Answers what calls it off.
 */
export function whenIdle(act: () => void): () => void {
  const off = new AbortController();
  void (async () => {
    await loaded();
    // fonts are asked for by what is laid out with them
    await frame();
    await document.fonts.ready;
    await frame();
    await new Promise((done) => setTimeout(done, RESTS_FOR_MS));
    // Safari has no such callback
    if ('requestIdleCallback' in globalThis) await new Promise((done) => requestIdleCallback(done, { timeout: LATEST_MS }));
    if (!off.signal.aborted) act();
  })();
  return () => off.abort();
}

function loaded(): Promise<unknown> {
  return document.readyState === 'complete' ? Promise.resolve() : new Promise((done) => addEventListener('load', done, { once: true }));
}

/** Until a frame was drawn: the second callback comes after the first one's frame. */
function frame(): Promise<unknown> {
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}
