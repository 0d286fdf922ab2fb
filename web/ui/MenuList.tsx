import { Menu as Base } from '@base-ui/react/menu';
import type { MenuProps } from './menu-item.ts';
import styles from './Menu.module.css';

/** The menu itself, open at once: it is loaded by the press that opens it. */
export function MenuList({ button, label, items, className }: MenuProps) {
  return (
    <Base.Root defaultOpen>
      <Base.Trigger className={className} aria-label={label} title={label}>
        {button}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="end" className={styles.place}>
          <Base.Popup className={styles.menu}>
            {items.map(({ key, label: text, onSelect, checked }) => (
              <Base.Item key={key} className={styles.item} onClick={onSelect}>
                <span className={styles.mark} aria-hidden="true">
                  {checked === true ? '✓' : ''}
                </span>
                <span>{text}</span>
                {checked === true ? <span className="sr-only">(on)</span> : null}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
