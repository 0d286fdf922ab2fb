/** Server-sent events read by hand: unlike an EventSource this sees the comments by which the server says that it is still there. */

export type ServerEvent = { is: 'event'; name: string; id: string | null; data: string } | { is: 'comment'; text: string };

/**
 * Takes text as it comes and gives the events that are complete. Follows the event stream format of the HTML standard
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html), fields `event`, `id`, `data` and comments.
 */
export function createEventReader(): (text: string) => ServerEvent[] {
  let rest = '';
  let fields: { name: string; id: string | null; data: string[] } = { name: 'message', id: null, data: [] };

  const take = (line: string, found: ServerEvent[]): void => {
    if (line === '') {
      if (fields.data.length > 0) found.push({ is: 'event', name: fields.name, id: fields.id, data: fields.data.join('\n') });
      fields = { name: 'message', id: null, data: [] };
      return;
    }
    if (line.startsWith(':')) return void found.push({ is: 'comment', text: line.slice(1).trim() });
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') fields.name = value;
    else if (field === 'id') fields.id = value;
    else if (field === 'data') fields.data.push(value);
  };

  return (text) => {
    rest += text;
    const found: ServerEvent[] = [];
    // a carriage return at the end may be half of a pair: it waits
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) take(line, found);
    return found;
  };
}
