// Runs before the first paint, so that the page never flashes in the other theme. A file of its own: the content security policy allows no inline script.
(() => {
  const kept = (name) => {
    try {
      return localStorage.getItem(`signalbox.${name}`);
    } catch {
      // storage may be blocked; the system's theme is then the one
      return null;
    }
  };
  const wanted = kept('theme');
  const system = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
  document.documentElement.dataset.theme = wanted === 'dark' || wanted === 'light' ? wanted : system;
  // the outline of an app's pages stands until they do (index.html); the other pages have another shape
  if (/^\/(?!(?:sign-in|setup|settings\/apps\/new)(?:\/|$))[a-z]/.test(location.pathname)) document.documentElement.dataset.outline = 'app';
  document.documentElement.dataset.density = kept('density') === 'compact' ? 'compact' : 'comfortable';
})();
