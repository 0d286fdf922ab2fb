/** A name that nobody else gives, of 128 bits by chance. `crypto.randomUUID` is there only over https, and a Signalbox may be spoken to over http. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
