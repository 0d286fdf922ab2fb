import { useEffect, useId, useRef, useState } from 'react';
import styles from './TipLayer.module.css';

const GAP = 6;
const EDGE = 8;
const OPEN_AFTER_MS = 250;
/** The pointer may cross from the word into its explanation. */
const CLOSE_AFTER_MS = 120;

type Shown = { target: HTMLElement; text: string };

/** What explains an element: its `data-tip`, unless its words say the same already. */
function explained(from: EventTarget | null): Shown | null {
  const target = from instanceof Element ? from.closest<HTMLElement>('[data-tip]') : null;
  const text = target?.dataset['tip'] ?? '';
  return target === null || text === '' || target.innerText.trim() === text ? null : { target, text };
}

/**
 * Shows what an element carries in `data-tip`: on hover, and on focus by the keyboard; Escape takes it away, the pointer may go into it (WCAG 1.4.13).
 * `data-tip-side="right"` sets it beside. One layer, mounted once, serves a page: it lies above dialogs too.
 */
export function TipLayer() {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<Shown | null>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (next: Shown | null, ms: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => setShown(next), ms);
    };
    const onOver = (event: PointerEvent): void => {
      if (event.pointerType === 'touch') return;
      if (event.target instanceof Node && box.current?.contains(event.target) === true) return clearTimeout(timer);
      const next = explained(event.target);
      later(next, next === null ? CLOSE_AFTER_MS : OPEN_AFTER_MS);
    };
    const onFocus = (event: FocusEvent): void => {
      const next = explained(event.target);
      if (next !== null && event.target instanceof Element && event.target.matches(':focus-visible')) later(next, 0);
    };
    const close = (): void => later(null, 0);
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') close();
    };
    document.addEventListener('pointerover', onOver);
    document.addEventListener('focusin', onFocus);
    document.addEventListener('focusout', close);
    document.addEventListener('pointerdown', close);
    document.addEventListener('keydown', onKey);
    document.addEventListener('scroll', close, true);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('pointerover', onOver);
      document.removeEventListener('focusin', onFocus);
      document.removeEventListener('focusout', close);
      document.removeEventListener('pointerdown', close);
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('scroll', close, true);
    };
  }, []);

  useEffect(() => {
    const tip = box.current;
    if (shown === null || tip === null) return undefined;
    const { target } = shown;
    const before = target.getAttribute('aria-describedby');
    target.setAttribute('aria-describedby', before === null ? id : `${before} ${id}`);
    tip.showPopover();
    place(tip, target);
    return () => {
      tip.hidePopover();
      if (before === null) target.removeAttribute('aria-describedby');
      else target.setAttribute('aria-describedby', before);
    };
  }, [shown, id]);

  return (
    <div ref={box} id={id} role="tooltip" popover="manual" className={styles.tip}>
      {shown?.text}
    </div>
  );
}

/** Under the element, over it where there is no room, or at its right; always within the window. */
function place(tip: HTMLElement, target: HTMLElement): void {
  const from = target.getBoundingClientRect();
  const { width, height } = tip.getBoundingClientRect();
  const isBeside = target.dataset['tipSide'] === 'right';
  const under = from.bottom + GAP;
  const top = isBeside ? from.top + (from.height - height) / 2 : under + height > innerHeight - EDGE ? from.top - GAP - height : under;
  const left = isBeside ? from.right + GAP : from.left + (from.width - width) / 2;
  tip.style.top = `${Math.max(EDGE, top)}px`;
  tip.style.left = `${Math.min(Math.max(EDGE, left), innerWidth - EDGE - width)}px`;
}
