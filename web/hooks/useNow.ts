import { useEffect, useState } from 'react';

/** The browser's clock in milliseconds, again every `everyMs`. */
export function useBrowserTime(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
