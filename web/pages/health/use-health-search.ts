import { useSearch } from '@tanstack/react-router';
import { healthSearch } from './search.ts';
import type { HealthSearch } from './search.ts';

/** What is chosen, as far as there is such a thing to choose. */
export function useHealthSearch(): HealthSearch {
  return healthSearch(useSearch({ from: '/$app/health' }));
}
