/** What this browser keeps for its viewer. It may be forbidden to keep anything: then each visit begins anew. */
type Kept = 'theme' | 'density' | 'app' | 'keys' | 'key-map' | 'zone' | 'hours' | 'recent';

export function read(name: Kept): string | null {
  try {
    return localStorage.getItem(`signalbox.${name}`);
  } catch {
    return null;
  }
}

export function write(name: Kept, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`signalbox.${name}`);
    else localStorage.setItem(`signalbox.${name}`, value);
  } catch {
    // not kept: the page goes on with what it has
  }
}
