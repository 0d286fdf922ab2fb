/** The track page: where one platform of a release stands, what it may do next, and what holds it. */
export default function TrackPage() {
  return <h1>Track</h1>;
}
