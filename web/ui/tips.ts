/**
 * Shows what an element carries in `data-tip`: on hover, and on focus by the keyboard; Escape takes it away, the pointer may go into it (WCAG 1.4.13). A button
 * that is off carries why: a press on it, by a finger too, shows it at once and has it read out. `data-tip-side="right"` sets it beside.
 * No part of a first view: one box, put there when the page has come to rest, serves every page. It lies above dialogs too.
 */
import styles from './tips.module.css';

const GAP = 6;
const EDGE = 8;
const OPEN_AFTER_MS = 250;
/** The pointer may cross from the word into its explanation. */
const CLOSE_AFTER_MS = 120;
/** What is said again is heard again when it was silent for a moment in between. */
const SAID_AFTER_MS = 100;

type Shown = { target: HTMLElement; text: string };

/** What explains an element: its `data-tip`, unless its words say the same already. */
function explained(from: EventTarget | null): Shown | null {
  const target = from instanceof Element && from.isConnected ? from.closest<HTMLElement>('[data-tip]') : null;
  const text = target?.dataset['tip'] ?? '';
  return target === null || text === '' || target.innerText.trim() === text ? null : { target, text };
}

/** Begins to show them, for as long as the page is there. */
export function showTips(): void {
  const box = document.createElement('div');
  Object.assign(box, { id: 'tip', role: 'tooltip', popover: 'manual', className: styles.tip });
  const voice = document.createElement('p');
  Object.assign(voice, { ariaLive: 'polite', className: 'sr-only' });
  document.body.append(voice);

  let shown: Shown | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let saying: ReturnType<typeof setTimeout> | undefined;

  const show = (next: Shown | null): void => {
    if (next?.target === shown?.target && next?.text === shown?.text) return;
    changes.disconnect();
    if (shown !== null) describe(shown.target, box.id, false);
    shown = next;
    if (next === null) return box.hidePopover();
    const { target, text } = next;
    box.textContent = text;
    // within what it explains something of: a dialog hides all else from readers
    (target.closest('[role="dialog"], header, nav, main, aside') ?? document.body).append(box);
    box.showPopover();
    place(box, target);
    describe(target, box.id, true);
    changes.observe(document.body, { subtree: true, childList: true, attributeFilter: ['data-tip'] });
  };
  // what is explained may go away under the pointer, or be another thing by now
  const changes = new MutationObserver(() => show(explained(shown?.target ?? null)));
  const later = (next: Shown | null, ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => show(next), ms);
  };
  const close = (): void => later(null, 0);

  document.addEventListener('pointerover', (event) => {
    if (event.pointerType === 'touch') return;
    if (event.target instanceof Node && box.contains(event.target)) return clearTimeout(timer);
    const next = explained(event.target);
    later(next, next === null ? CLOSE_AFTER_MS : OPEN_AFTER_MS);
  });
  document.addEventListener('focusin', ({ target }) => {
    const next = explained(target);
    if (next !== null && target instanceof Element && target.matches(':focus-visible')) later(next, 0);
  });
  document.addEventListener('focusout', close);
  document.addEventListener('pointerdown', close);
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') close();
  });
  document.addEventListener('scroll', close, true);
  document.addEventListener('click', ({ target }) => {
    const next = explained(target);
    if (next?.target.getAttribute('aria-disabled') !== 'true') return;
    later(next, 0);
    clearTimeout(saying);
    voice.textContent = '';
    saying = setTimeout(() => {
      voice.textContent = next.text;
    }, SAID_AFTER_MS);
  });
}

/** Names the box among what describes an element. One that carries its description with it has no need of it. */
function describe(target: HTMLElement, id: string, isBy: boolean): void {
  if (isBy && target.hasAttribute('aria-description')) return;
  const others = (target.getAttribute('aria-describedby') ?? '').split(' ').filter((each) => each !== '' && each !== id);
  const all = isBy ? [...others, id] : others;
  if (all.length === 0) target.removeAttribute('aria-describedby');
  else target.setAttribute('aria-describedby', all.join(' '));
}

/** Under the element, over it where there is no room, or at its right; always within the window. */
function place(box: HTMLElement, target: HTMLElement): void {
  const from = target.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const isBeside = target.dataset['tipSide'] === 'right';
  const under = from.bottom + GAP;
  const top = isBeside ? from.top + (from.height - height) / 2 : under + height > innerHeight - EDGE ? from.top - GAP - height : under;
  const left = isBeside ? from.right + GAP : from.left + (from.width - width) / 2;
  box.style.top = `${Math.max(EDGE, top)}px`;
  box.style.left = `${Math.min(Math.max(EDGE, left), innerWidth - EDGE - width)}px`;
}
