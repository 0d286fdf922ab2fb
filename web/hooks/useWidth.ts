import { useLayoutEffect, useState } from 'react';
import type { RefCallback } from 'react';

/** The width of an element in whole pixels, kept true; null until it has been laid out. */
export function useWidth(): [RefCallback<HTMLElement>, number | null] {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [width, setWidth] = useState<number | null>(null);
  useLayoutEffect(() => {
    if (element === null) return undefined;
    const measure = (): void => setWidth(Math.round(element.getBoundingClientRect().width));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return [setElement, width];
}
