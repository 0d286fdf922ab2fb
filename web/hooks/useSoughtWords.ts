import { useEffect, useEffectEvent, useState } from 'react';

/** Typing rests this long before a list is asked for again. */
const SEARCHES_AFTER_MS = 300;

/**
 * The text of a field that narrows a list by words of the address. What is typed goes there once the typing rests; where the address changes otherwise — one goes back, or takes
 * the filter away — the field follows it.
 */
export function useSoughtWords(address: string, seek: (words: string) => void): [text: string, write: (text: string) => void] {
  const [field, setField] = useState<Field>({ text: address, address, sent: address });
  const now = followed(field, address);
  if (now !== field) setField(now);
  const { text } = now;
  const send = useEffectEvent((words: string) => {
    if (words === address) return;
    setField((old) => ({ ...old, sent: words }));
    seek(words);
  });
  // only what is typed begins the wait anew
  useEffect(() => {
    const timer = setTimeout(() => send(text.trim()), SEARCHES_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, (next) => setField((old) => ({ ...old, text: next }))];
}

/** `sent`: the words that last went from the field into the address. `address`: what it last said. */
type Field = { text: string; address: string; sent: string };

/** The field as the address has it now: what comes from the field itself leaves it alone, for one may have typed on. */
export function followed(field: Field, address: string): Field {
  if (field.address === address) return field;
  return address === field.sent ? { ...field, address } : { text: address, address, sent: address };
}
