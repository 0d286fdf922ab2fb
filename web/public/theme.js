// Runs before the first paint, so that the page never flashes in the other theme. A file of its own: the content security policy allows no inline script.
(function () {
  var wanted = null;
  var density = null;
  try {
    wanted = localStorage.getItem('signalbox.theme');
    density = localStorage.getItem('signalbox.density');
  } catch (error) {
    // storage may be blocked; the system's theme is then the one
  }
  if (wanted !== 'dark' && wanted !== 'light') wanted = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
  document.documentElement.dataset.theme = wanted;
  document.documentElement.dataset.density = density === 'compact' ? 'compact' : 'comfortable';
})();
