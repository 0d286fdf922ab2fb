/** Changes of the release branches: are all in the latest build, and the lanes of cherry-picks. */
export default function ChangesPage() {
  return <h1>Changes</h1>;
}
