import { lazy, Suspense, useState } from 'react';
import type { MenuProps } from './menu-item.ts';

const load = () => import('./MenuList.tsx');
const MenuList = lazy(async () => ({ default: (await load()).MenuList }));

/**
 * A menu under a button: `button` is what opens it, with `label` as its name where it shows no words. The list is no part of the first view: it is
 * fetched when the button is pointed at or focused, and opens with the first press.
 */
export function Menu(props: MenuProps) {
  const [wasPressed, setPressed] = useState(false);
  const { button, label, className } = props;
  const closed = (
    <button
      type="button"
      className={className}
      aria-haspopup="menu"
      aria-expanded="false"
      aria-label={label}
      title={label}
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
      onClick={() => setPressed(true)}
    >
      {button}
    </button>
  );
  return wasPressed ? (
    <Suspense fallback={closed}>
      <MenuList {...props} />
    </Suspense>
  ) : (
    closed
  );
}
