/** Joins the class names that are there: `classes(styles.cell, isHeld && styles.hold)`. */
export function classes(...names: readonly (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(' ');
}
