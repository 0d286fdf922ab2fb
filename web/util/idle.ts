const LATEST_MS = 3_000;

/** Does something once the browser has nothing better to do, a few seconds from now at the latest. Answers what calls it off. */
export function whenIdle(act: () => void): () => void {
  // Safari has no such callback
  if (!('requestIdleCallback' in globalThis)) {
    const timer = setTimeout(act, LATEST_MS / 3);
    return () => clearTimeout(timer);
  }
  const asked = requestIdleCallback(act, { timeout: LATEST_MS });
  return () => cancelIdleCallback(asked);
}
