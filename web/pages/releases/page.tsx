/** Past, current and planned releases of an app. */
export default function ReleasesPage() {
  return <h1>Releases</h1>;
}
