import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import styles from './Dialog.module.css';

/**
 * A modal dialog. The focus goes in and comes back to what opened it; Esc and a press outside close it. One that is a form is not closed by a press outside,
 * which would throw away what was written into it. `footer` holds the buttons, the one that acts last.
 */
export function Dialog({
  open,
  onClose,
  isForm = false,
  title,
  about,
  footer,
  note,
  children,
}: {
  open: boolean;
  onClose: () => void;
  isForm?: boolean;
  title: ReactNode;
  about?: ReactNode;
  footer: ReactNode;
  note?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Base.Root
      open={open}
      disablePointerDismissal={isForm}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={styles.scrim} />
        <Base.Popup className={styles.dialog}>
          <div className={styles.head}>
            <Base.Title className={styles.title}>{title}</Base.Title>
            {about === undefined ? null : (
              <Base.Description render={<div />} className={styles.about}>
                {about}
              </Base.Description>
            )}
          </div>
          {children}
          <div className={styles.foot}>
            <span className={styles.note}>{note}</span>
            {footer}
          </div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** The part of a dialog between its head and its buttons. */
export function DialogBody({ children }: { children: ReactNode }) {
  return <div className={styles.body}>{children}</div>;
}
