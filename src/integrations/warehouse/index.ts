import { defineIntegration } from '#ports/integration.ts';
import { warehouseSettings } from './settings.ts';
import { warehouseSource } from './source.ts';

/** A database of the user's own that is asked by a query of theirs: billions of events stay where they are, and hours of them come here. */
export const warehouse = defineIntegration({
  id: 'warehouse',
  name: 'Warehouse',
  connects: 'A PostgreSQL or ClickHouse of your own: a query of yours gives the hours of release health',
  settings: warehouseSettings,
  brings: {},
  provides: { health: warehouseSource },
});
