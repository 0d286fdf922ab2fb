/** Builds of a release on every track: stages, tests, distributions. */
export default function BuildsPage() {
  return <h1>Builds</h1>;
}
