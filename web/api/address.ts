/** The address of a route: `/api/apps/music/stream?after=7`. */
export function addressOf(
  path: string,
  params: Record<string, unknown> = {},
  query: Record<string, string | number | boolean | undefined> = {},
): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const asked = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  ).toString();
  return asked === '' ? filled : `${filled}?${asked}`;
}
