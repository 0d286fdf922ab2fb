/** Does something once no dialog is open, and the last one has given the focus back. Answers what calls it off. */
export function afterDialogs(act: () => void): () => void {
  let frame = requestAnimationFrame(function look() {
    frame = requestAnimationFrame(document.querySelector('[role="dialog"]') === null ? act : look);
  });
  return () => cancelAnimationFrame(frame);
}
