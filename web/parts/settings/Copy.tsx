import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from '../../ui/Button.tsx';

/** A button that copies a value, and says whether it did; what else may be done stands between the two. */
export function Copy({
  value,
  size = 'normal',
  label,
  children,
}: {
  value: string;
  size?: 'small' | 'normal';
  /** What is copied, where several may be: `Copy the callback address of Company` */
  label?: string;
  children?: ReactNode;
}) {
  const [copied, setCopied] = useState<'yes' | 'no' | null>(null);
  const copy = async (): Promise<void> => {
    try {
      // there is none without a secure context, and it may be forbidden
      await navigator.clipboard.writeText(value);
      setCopied('yes');
    } catch {
      setCopied('no');
    }
  };
  return (
    <>
      <Button size={size} aria-label={label} onClick={() => void copy()}>
        Copy it
      </Button>
      {children}
      <output>{copied === 'yes' ? 'It is copied.' : copied === 'no' ? 'This browser does not let it be copied: select it.' : ''}</output>
    </>
  );
}
