/** One version: what rides in it, its plan, its decisions and all of its tracks. */
export default function ReleasePage() {
  return <h1>Release</h1>;
}
