import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import { queryClient } from './api/queries.ts';
import { router } from './routes.tsx';
import { whenIdle } from './util/idle.ts';
import { keepPages } from './util/kept.ts';

const place = document.querySelector('#root');
if (place === null) throw new Error('index.html has no #root');

const app = (
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>
);
// the first thing that takes the place of the outline in index.html is the page itself; a page that cannot be loaded says so when it is shown
void router.load().finally(() => createRoot(place).render(app));

whenIdle(() => {
  keepPages();
  // without it everything works and less is explained
  import('./ui/tips.ts').then(({ showTips }) => showTips()).catch(() => undefined);
});
