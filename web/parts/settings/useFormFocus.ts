import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';
import { afterDialogs } from '../../ui/after-dialogs.ts';

/**
 * The focus of a form that stands in the page: when it opens, its first field has it, and when it closes, the button that opened it, which says so by
 * `data-opens`. `open` is which one is open.
 */
export function useFormFocus(open: string | null): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  const before = useRef(open);
  useEffect(() => {
    const closed = before.current;
    before.current = open;
    if (open === closed) return undefined;
    if (open !== null) {
      form.current?.querySelector<HTMLElement>('input:not([readonly]), textarea, select')?.focus();
      return undefined;
    }
    return afterDialogs(() =>
      // what was taken out has no button any more
      (
        document.querySelector<HTMLElement>(`[data-opens="${CSS.escape(closed ?? '')}"]`) ?? document.querySelector<HTMLElement>('#main')
      )?.focus(),
    );
  }, [open]);
  return form;
}
