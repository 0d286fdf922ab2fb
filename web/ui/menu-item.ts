import type { ReactNode } from 'react';

type MenuItem = { key: string; label: ReactNode; onSelect: () => void; checked?: boolean };
export type MenuProps = { button: ReactNode; label?: string; items: readonly MenuItem[]; className?: string | undefined };
