/** Teams × tracks: who has signed which release candidate. */
export default function SignOffsPage() {
  return <h1>Sign-offs</h1>;
}
