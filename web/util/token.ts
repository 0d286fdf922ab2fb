/** The token of a one-time link: it stands in the part of the address that browsers do not send. */
export function tokenIn(hash: string): string {
  return /token=([^&]+)/.exec(hash)?.[1] ?? '';
}
