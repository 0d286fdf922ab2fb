/** Bugs: every one gets a team and a decision. */
export default function BugsPage() {
  return <h1>Bugs &amp; triage</h1>;
}
