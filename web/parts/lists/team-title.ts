/** `car-mode` is `Car mode`; a name that is no slug stays as it is. */
export function teamTitle(id: string): string {
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id) ? `${id.charAt(0).toUpperCase()}${id.slice(1).replaceAll('-', ' ')}` : id;
}
