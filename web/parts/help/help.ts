import { createContext, useContext } from 'react';

const HelpContext = createContext<() => void>(() => {});
export const HelpProvider = HelpContext.Provider;

/** Opens the list of keys. */
export function useHelp(): () => void {
  return useContext(HelpContext);
}
